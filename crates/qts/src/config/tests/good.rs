//! Sound configs and what comes of them.

use qts_core::{Cycle, Dated, Day, Money, Price, Qty, Ratio, Span, StrategyId, Ts};
use qts_gate::policy::{Age, Controls, Jump, OrderRate, OrderSize, Participation, RiskPolicy, Size, Thresholds, Worth};
use qts_gate::{ArbitrationRule, StrategyState};
use qts_strategy::Param;
use qts_venues::hours::{Hours, Windows};

use super::super::*;
use super::{EXAMPLE, parsed, sound};

fn ratio(text: &str) -> Ratio {
    text.parse().expect("a ratio")
}

fn example() -> Config {
    parsed(EXAMPLE).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn the_contracts_example_means_what_it_says() {
    let config = example();
    assert_eq!((config.account.id.as_str(), config.account.policy.as_str()), ("main", "account"));
    assert_eq!(config.account.cash, Money::whole(100_000_000));
    assert_eq!(config.data[0].file.to_str(), Some("folder/data/005930.csv"));
    assert_eq!((config.data[0].stamp, config.data[0].interval), (Some(Stamp::Date), Some(Span::DAY)));
    assert_eq!(config.data[0].tz.as_deref(), Some("Asia/Seoul"));
    let strategy = &config.strategies[0];
    assert_eq!((strategy.rank, strategy.name.as_str(), strategy.state), (10, "EMA 10/30", StrategyState::Active));
    assert_eq!(strategy.budget, Some(Money::whole(20_000_000)));
    let mut params = strategy.params.clone();
    assert_eq!(
        ["fast", "slow", "qty"].map(|key| params.take(key)),
        ["10", "30", "10"].map(|n| Some(Param::Text(n.into())))
    );
    assert_eq!((config.positions[0].qty, config.positions[0].price), (Qty::whole(100), Price::whole(49_500)));
    assert_eq!(config.rule, ArbitrationRule::ExitsOnly);
    assert_eq!(config.broker.max_volume_share, Some(ratio("0.1")));
    assert_eq!(config.quarantine, Quarantine::default());
    let command = &config.commands[0];
    assert_eq!(command.when, When::At(Ts(1_515_997_800_000_000_000)));
    assert_eq!((&command.action, &command.target), (&Action::Disable, &Target::Strategy(StrategyId::new("ema-10-30"))));
    assert_eq!(command.reason.as_deref(), Some("earnings"));
}

#[test]
fn a_class_is_a_preset_that_keys_override() {
    let config = example();
    let [stock, etf] = &config.instruments[..] else { panic!("two instruments") };
    let day = Day(20_500);
    let hours = stock.hours.on(day).all().iter().map(|window| (window.open / 60, window.close / 60));
    assert_eq!(hours.collect::<Vec<_>>(), [(540, 930)]);
    assert_eq!((stock.hours.tz.as_str(), stock.currency.as_str()), ("Asia/Seoul", "KRW"));
    let rules = &stock.instrument;
    assert_eq!((*rules.sale_tax.on(day), rules.commission, rules.short_ban), (ratio("0.002"), ratio("0.00015"), true));
    assert_eq!(rules.price_limits(Price::whole(9_940), day), Some((Price::whole(6_960), Price::whole(12_920))));
    assert_eq!(rules.minor_unit, Money::whole(1));
    assert_eq!(
        (&etf.instrument.sale_tax, etf.instrument.short_ban, &etf.instrument.daily_limit),
        (&Dated::always(Ratio::ZERO), false, &Dated::always(None))
    );
    let own = sound(
        "[[instrument]]\nid = \"A.X\"\nclass = \"krx_stock\"\nlot = 10\nquantity_step = 1\ncommission = \"1%\"\nsale_tax = 0\n",
    );
    let own = &own.instruments[0].instrument;
    assert_eq!(
        (own.lot, own.quantity_step, own.commission, &own.sale_tax),
        (Qty::whole(10), Qty::whole(1), ratio("0.01"), &Dated::always(Ratio::ZERO))
    );
    assert_eq!(own.ticks, rules.ticks);
}

#[test]
fn without_a_class_the_defaults_are_plain() {
    let config = sound("");
    let btc = &config.instruments[1];
    assert_eq!(*btc.hours, Hours::every_day(Windows::whole_day(), "UTC"));
    assert_eq!(btc.currency, "KRW");
    assert_eq!((btc.instrument.lot, btc.instrument.quantity_step), (ratio_qty("0.0001"), ratio_qty("0.0001")));
    assert_eq!((config.broker.clone(), config.account.policy.as_str()), (BrokerSpec::default(), "conservative"));
    assert_eq!(config.registry.find("BTC.X").and_then(|inst| config.registry.get(inst)), Some(&btc.instrument));
}

fn ratio_qty(text: &str) -> Qty {
    text.parse().expect("a quantity")
}

#[test]
fn minor_units_follow_currencies() {
    let minor = |currency| super::super::instruments::minor_unit(currency).to_string();
    assert_eq!(["KRW", "KWD", "HUF", "USD", "BTC"].map(minor), ["1", "0.001", "0.01", "0.01", "0.00000001"]);
}

#[test]
fn a_control_replaces_the_inherited_one_whole_where_it_works() {
    let config = example();
    let (swing, base) = (&config.policies["swing"], RiskPolicy::built_in("conservative").expect("built in"));
    let shares = |n| OrderSize::Shares(Qty::whole(n));
    let order = Thresholds { warn: Some(shares(80)), limit: Some(shares(100)), block: Some(shares(500)) };
    assert_eq!((swing.strategy.max_order_qty, swing.account.max_order_qty), (Some(order), None));
    let long = Some(Thresholds::limit(Size::Shares(Qty::whole(1000))));
    assert_eq!((swing.strategy.max_long, swing.account.max_long), (long, long));
    assert_eq!(swing.strategy.max_gross_exposure, base.strategy.max_gross_exposure);
    assert_eq!(swing.account.buying_power, base.account.buying_power);
    assert_eq!(config.policies["account"], RiskPolicy { id: "account".into(), ..base });
    assert_eq!(config.policies.len(), 5);
}

#[test]
fn false_removes_a_control() {
    let config = sound(
        "[policy.a]\nmax_long = false\nprice_collar = false\nbuying_power = false\nshort_not_allowed = false\nfat_finger = false\n",
    );
    let policy = &config.policies["a"];
    for set in [&policy.strategy, &policy.account] {
        assert_eq!((set.max_long, set.price_collar, set.buying_power), (None, None, None));
        assert_eq!((set.short_not_allowed, set.fat_finger), (false, None));
    }
    assert!(policy.strategy.max_order_qty.is_some());
}

#[test]
fn policies_extend_each_other() {
    let config = sound(
        "[policy.c]\nextends = \"b\"\nmax_long = 3\n[policy.b]\nextends = \"a\"\nbuying_power = true\n\
         [policy.a]\nextends = \"validity_only\"\nmax_long = \"5%\"\nmax_short = 2\ncycle_notional = { warn = \"1000\" }\n",
    );
    let policy = &config.policies["c"];
    assert_eq!(policy.strategy.max_long, Some(Thresholds::limit(Size::Shares(Qty::whole(3)))));
    assert_eq!(policy.account.max_short, Some(Thresholds::limit(Size::Shares(Qty::whole(2)))));
    assert_eq!((policy.account.buying_power, policy.strategy.buying_power), (Some(Ratio::ZERO), None));
    let warn = Thresholds { warn: Some(Worth::Money(Money::whole(1000))), limit: None, block: None };
    assert_eq!((policy.strategy.cycle_notional, policy.strategy.max_order_qty), (Some(warn), None));
}

#[test]
fn what_a_policy_says_replaces_inherited_instrument_values_too() {
    let config = sound(
        "[policy.a]\nextends = \"validity_only\"\nmax_long = 10\nmax_short = 1\n[policy.a.instrument.\"BTC.X\"]\nmax_long = 20\nmax_short = 2\n\
         [policy.b]\nextends = \"a\"\nmax_long = 30\n[policy.b.instrument.\"005930.KRX\"]\nmax_short = false\n",
    );
    let (btc, samsung) =
        (config.registry.find("BTC.X").expect("known"), config.registry.find("005930.KRX").expect("known"));
    let limits = |policy: &str, inst| {
        let set = config.policies[policy].strategy_controls(inst);
        let shares = |levels: Option<Thresholds<Size>>| levels.and_then(|levels| levels.limit);
        [set.max_long, set.max_short].map(|levels| match shares(levels) {
            Some(Size::Shares(qty)) => qty.to_string(),
            other => format!("{other:?}"),
        })
    };
    assert_eq!(limits("a", btc), ["20", "2"]);
    assert_eq!(limits("a", samsung), ["10", "1"]);
    assert_eq!(limits("b", btc), ["30", "2"]);
    assert_eq!(limits("b", samsung), ["30", "None"]);
}

#[test]
fn numbers_may_be_written_any_way_without_losing_a_digit() {
    let config = sound(
        "[[strategy]]\nid = \"a\"\nkind = \"simple\"\ninstruments = [\"BTC.X\"]\nbudget = 1_000_000.5\n\
         params = { qty = 0.10000000000000000001, n = 1_000, hex = 0x10, list = [1.50, true], at = 2018-01-15 }\n",
    );
    assert_eq!(config.strategies[0].budget.map(|budget| budget.to_string()).as_deref(), Some("1000000.5"));
    let mut params = config.strategies[0].params.clone();
    let text = |text: &str| Param::Text(text.to_owned());
    assert_eq!(params.take("qty"), Some(text("0.10000000000000000001")));
    assert_eq!(["n", "hex", "at"].map(|key| params.take(key)), ["1000", "16", "2018-01-15"].map(|n| Some(text(n))));
    assert_eq!(params.take("list"), Some(Param::List(vec![text("1.50"), text("true")])));
}

#[test]
fn commands_may_name_strategies_that_others_register() {
    let config = sound(
        "[[command]]\ncycle = 5\ndo = \"shadow\"\nstrategy = \"new\"\n[[command]]\nat = 2018-01-15T06:30:00Z\ndo = \"register\"\n\
         [command.strategy]\nid = \"new\"\nkind = \"simple\"\ninstruments = [\"BTC.X\"]\n\
         [[command]]\ncycle = 6\ndo = \"unregister\"\nstrategy = \"ema\"\nto = \"unassigned\"\n\
         [[command]]\ncycle = 7\ndo = \"register\"\nstrategy = { id = \"ema\", kind = \"simple\", instruments = [\"BTC.X\"] }\n\
         [[command]]\ncycle = 8\ndo = \"kill\"\ninstrument = \"BTC.X\"\nreason = \"x\"\n[[command]]\ncycle = 9\ndo = \"flatten\"\n",
    );
    assert_eq!(config.commands[0].when, When::Cycle(Cycle(5)));
    assert!(matches!(&config.commands[1].action, Action::Register(spec) if spec.id.as_str() == "new"));
    assert_eq!(config.commands[2].action, Action::UnregisterToUnassigned);
    assert_eq!(config.all_strategies().count(), 3);
    let btc = config.registry.find("BTC.X").expect("known");
    assert_eq!((&config.commands[4].target, &config.commands[5].target), (&Target::Instrument(btc), &Target::Account));
}

#[test]
fn the_forms_of_the_controls_that_look_at_data_and_history() {
    let config = sound(
        "[policy.a]\nextends = \"validity_only\"\nrestricted = [\"BTC.X\"]\noutside_session = true\nstale_data = { warn = \"1 interval\", block = \"2 intervals\" }\n\
         data_implausible = \"10%\"\nduplicate_order = \"10s\"\nmarket_order = \"block\"\n\
         max_participation = { order = \"0.5%\", day = \"2%\" }\norder_rate = { per_second = \"0.5\", burst = 3 }\n\
         message_limit = 2000\n\
         [policy.b]\nextends = \"a\"\nrestricted = []\noutside_session = false\nstale_data = \"500ms\"\ndata_implausible = false\n\
         duplicate_order = false\nmarket_order = false\nmax_participation = false\norder_rate = false\nmessage_limit = false\n",
    );
    let percent = |text| Ratio::from_percent(text).expect("a percentage");
    let set = &config.policies["a"].strategy;
    let btc = config.registry.find("BTC.X").expect("configured");
    assert_eq!((set.restricted.iter().collect::<Vec<_>>(), set.outside_session), (vec![&btc], true));
    let ages = Thresholds { warn: Some(Age::Intervals(1)), limit: None, block: Some(Age::Intervals(2)) };
    assert_eq!(set.stale_data, Some(ages));
    assert_eq!(set.data_implausible, Some(Jump::any(Thresholds::limit(percent("10")))));
    assert_eq!((set.duplicate_order, set.market_order), (Some(Span::SECOND.times(10)), true));
    let (order, day) = (Some(percent("0.5")), Some(percent("2")));
    assert_eq!(set.max_participation, Some(Participation { order, day, where_known: false }));
    let rate = OrderRate { per_second: percent("50"), burst: Ratio::whole(3) };
    assert_eq!((set.order_rate, set.message_limit), (Some(rate), Some(Thresholds::limit(2_000))));
    // The account has those of them that work there.
    let account = &config.policies["a"].account;
    let expected = Controls {
        stale_data: Some(ages),
        order_rate: Some(rate),
        message_limit: Some(Thresholds::limit(2_000)),
        ..Controls::default()
    };
    assert_eq!(*account, expected);
    let none = &config.policies["b"];
    let only_ages =
        Controls { stale_data: Some(Thresholds::limit(Age::Span(Span(500_000_000)))), ..Controls::default() };
    assert_eq!((&none.strategy, &none.account), (&only_ages, &only_ages));
}
