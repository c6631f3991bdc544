//! What holds where a cycle says nothing.

use expect_test::expect;
use qts_core::{Cycle, Inst, Money, Price, Qty, StrategyId, Ts};

use super::super::setup::Setup;
use super::super::{Picture, understand};
use super::*;

/// Looks at what a cycle is understood as under a config with a daily data file and a budget.
fn understood<T>(input: &str, look: impl Fn(&Picture<'_>) -> T) -> T {
    let extra = "[[strategy]]\nid = \"frugal\"\nbudget = \"1000\"\n[[data]]\ninstrument = \"005930.KRX\"\npath = \"x.csv\"\n\
                 stamp = \"date\"\ninterval = \"1d\"\ntz = \"Asia/Seoul\"\n";
    let config = config(&format!("{CONFIG}{extra}"));
    let setup = Setup::new(&config).expect("policies that there are");
    let (picture, _) = understand(&setup, input, Cycle(1)).unwrap_or_else(|problem| panic!("{problem:?}"));
    look(&picture)
}

const SAMSUNG: Inst = Inst(0);
const BITCOIN: Inst = Inst(1);
/// 2026-01-05T10:00:00+09:00.
const TEN: Ts = Ts(1_767_574_800_000_000_000);

#[test]
fn nothing_at_all_is_a_cycle_of_1970() {
    check(CONFIG, "{}", expect![["cycle 1: 0 intents, 0 orders\n"]]);
    check_json(
        CONFIG,
        "{}",
        expect![[r#"
            {"schema":1,"decisions":[],"crosses":[],"cancels":[],"orders":[]}
        "#]],
    );
    assert_eq!(understood("{}", |picture| picture.now), Ts(0));
    check(
        CONFIG,
        r#"{"intents": [{"strategy": "a", "instrument": "BTC.X", "side": "buy", "qty": "1"}]}"#,
        expect![[r#"
            cycle 1: 1 intent, 0 orders
              0  a  buy 1  BTC.X  block
                   no_market_data: There is no price to judge by. Wait for data.
        "#]],
    );
}

#[test]
fn now_is_the_newest_time_of_the_market_and_a_price_is_of_now() {
    let input = r#"{"market": {"BTC.X": {"last": "1", "at": "2026-01-05T09:59:00+09:00"}, "005930.KRX": {"last": "2", "bid": "1", "ask": "3", "at": "2026-01-05T10:00:00+09:00"}}}"#;
    understood(input, |picture| {
        let at = |inst| picture.market.prices(inst).and_then(|prices| prices.last).map(|(_, at)| at);
        assert_eq!((picture.now, at(SAMSUNG), at(BITCOIN)), (TEN, Some(TEN), Some(Ts(TEN.0 - 60_000_000_000))));
    });
    let input = r#"{"now": "2026-01-05T01:00:00Z", "market": {"005930.KRX": {"last": "2"}, "BTC.X": {}}}"#;
    understood(input, |picture| {
        let last = |inst| picture.market.prices(inst).and_then(|prices| prices.last);
        assert_eq!((last(SAMSUNG), last(BITCOIN)), (Some((Price::whole(2), TEN)), None));
    });
}

#[test]
fn the_interval_comes_from_the_configs_data() {
    let input = r#"{"now": "2026-01-05T01:00:00Z", "market": {"005930.KRX": {}, "BTC.X": {}}}"#;
    understood(input, |picture| {
        let interval = |inst| picture.market.prices(inst).and_then(|prices| prices.interval);
        assert_eq!((interval(SAMSUNG), interval(BITCOIN)), (Some(qts_core::Span::DAY), None));
    });
}

#[test]
fn a_lone_ask_values_a_purchase_but_makes_no_mid() {
    let quote = |prices: &str| {
        let input = format!(r#"{{"now": "2026-01-05T01:00:00Z", "market": {{"BTC.X": {prices}}}}}"#);
        understood(&input, |picture| picture.market.prices(BITCOIN).and_then(|prices| prices.quote))
    };
    let (two, three) = (Price::whole(2), Price::whole(3));
    assert_eq!(quote(r#"{"last": 1, "bid": 2, "ask": 3}"#), Some((two, three, TEN)));
    assert_eq!(quote(r#"{"last": 1, "ask": 3}"#), Some((three, three, TEN)));
    assert_eq!(quote(r#"{"ask": 3}"#), None);
    assert_eq!(quote(r#"{"last": 1, "bid": 2}"#), None);
}

#[test]
fn equity_is_cash_and_all_books_at_their_marks() {
    let day_start = |account: &str| {
        let input = format!(
            r#"{{"now": "2026-01-05T01:00:00Z", {account} "market": {{"BTC.X": {{"last": "1000"}}}},
                "books": {{"a": {{"BTC.X": {{"position": "2"}}}}, "unassigned": {{"BTC.X": {{"position": "-0.5"}}}}}}}}"#
        );
        understood(&input, |picture| picture.day_start_equity)
    };
    assert_eq!(day_start(""), Some(Money::whole(100_001_500)));
    assert_eq!(day_start(r#""account": {"cash": "-1"},"#), Some(Money::whole(1_499)));
    assert_eq!(day_start(r#""account": {"cash": "1", "equity": "7", "peak_equity": "9"},"#), Some(Money::whole(7)));
    assert_eq!(day_start(r#""account": {"equity": "7", "day_start_equity": "8"},"#), Some(Money::whole(8)));
}

#[test]
fn equity_is_unknown_if_something_held_has_no_price() {
    let held = r#""books": {"a": {"BTC.X": {"position": "2", "price": "1"}}}"#;
    assert_eq!(understood(&format!("{{{held}}}"), |picture| picture.day_start_equity), None);
    let input = format!("{{\"account\": {{\"equity\": 5}}, {held}}}");
    assert_eq!(understood(&input, |picture| picture.day_start_equity), Some(Money::whole(5)));
}

#[test]
fn a_position_costs_its_price_else_its_mark() {
    let input = r#"{"now": "2026-01-05T01:00:00Z", "market": {"005930.KRX": {"prev_close": "50000"}},
        "books": {"a": {"005930.KRX": {"position": "-3"}, "BTC.X": {"position": "2", "price": "7"}}, "b": {"BTC.X": {"position": "1"}},
                  "frugal": {"BTC.X": {"position": "0"}}}}"#;
    understood(input, |picture| {
        let cost = |owner: &str, inst| picture.books.get(&StrategyId::new(owner)).map(|book| book.holding(inst).cost);
        assert_eq!(cost("a", SAMSUNG), Some(Money::whole(-150_000)));
        assert_eq!((cost("a", BITCOIN), cost("b", BITCOIN)), (Some(Money::whole(14)), Some(Money::ZERO)));
        assert_eq!(picture.books.start_cash(), Money::whole(100_000_000));
    });
}

#[test]
fn ids_of_open_orders_are_their_indices() {
    let order = r#""strategy": "a", "instrument": "BTC.X", "side": "sell", "qty": "1", "limit": "9""#;
    let input = format!(
        r#"{{"open_orders": [{{{order}}}, {{"id": "x", {order}}}, {{{order}, "tif": "gtc", "type": "limit"}}]}}"#
    );
    understood(&input, |picture| {
        assert_eq!(picture.order_ids, ["0", "x", "2"]);
        let names: Vec<&str> = picture.working.iter().map(|order| picture.order_name(order.id)).collect();
        assert_eq!(names, ["0", "x", "2"]);
        let open = picture.books.get(&StrategyId::new("a")).map(|book| book.holding(BITCOIN).open_sell);
        assert_eq!(open, Some(Qty::whole(3)));
    });
}
