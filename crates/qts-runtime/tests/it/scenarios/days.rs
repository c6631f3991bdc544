//! `day_start_equity`: what percentages are of, and when it moves.

use qts_core::{Amount, Code, Inst, Ratio};
use qts_gate::policy::{Thresholds, Worth};
use qts_runtime::Record;
use qts_venues::sim::{LimitFill, SimConfig};

use crate::floor::{A, Floor, Opening, entry, with};
use crate::script::script;

const MARKET: Option<SimConfig> =
    Some(SimConfig { slippage_ticks: 0, max_volume_share: None, limit_fill: LimitFill::Through });

/// A floor on which every cycle tells `day_start_equity`: `probe` asks for far more than all of it may buy.
fn probed(positions: Vec<(&'static str, Inst, i32, i32)>, trader: &str, sim: Option<SimConfig>) -> Floor {
    let mut floor = Opening { cash: 1_000, positions, sim, ..Opening::default() }.open();
    floor.register(entry("trader", script(trader)));
    let all = Thresholds { warn: None, limit: None, block: Some(Worth::Fraction(Ratio::whole(1))) };
    let policy = with(|controls| controls.max_order_notional = Some(all));
    floor.register(qts_runtime::Registration {
        policy: std::sync::Arc::new(policy),
        ..entry("probe", script("* buy 1000 C @1000 ioc"))
    });
    floor
}

/// What the probe's last decision was measured against.
fn day_start_equity(floor: &Floor) -> String {
    let limit = floor.records.iter().rev().find_map(|record| match record {
        Record::Decision(decision) if decision.id.strategy.as_str() == "probe" => decision.reasons.first().copied(),
        _ => None,
    });
    let reason = limit.expect("the probe is always blocked");
    assert_eq!(reason.code, Code::MaxOrderNotional);
    match reason.limit {
        Some(Amount::Money(money)) => money.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn with_minute_bars_it_is_what_the_account_was_worth_at_the_end_of_the_day_before() {
    let mut floor = probed(vec![("trader", A, 10, 100)], "", MARKET);
    let mut seen = Vec::new();
    for (next_day, bars) in
        [(false, "A 100, C 5"), (false, "A 120, C 5"), (true, "A 150, C 5"), (false, "A 90, C 5"), (true, "A 91, C 5")]
    {
        if next_day {
            floor.sleep();
        }
        floor.minute(bars);
        seen.push(day_start_equity(&floor));
    }
    assert_eq!(seen, ["2000", "2000", "2200", "2200", "1900"]);
}

#[test]
fn with_daily_bars_it_moves_with_each_close_for_that_is_when_the_next_day_is_judged() {
    let mut floor = probed(vec![("trader", A, 10, 100)], "", MARKET);
    let seen = ["A 100, C 5", "A 120, C 5", "A 90, C 5"].map(|bars| {
        floor.day(bars);
        day_start_equity(&floor)
    });
    assert_eq!(seen, ["2000", "2200", "1900"]);
}

#[test]
fn what_trades_within_the_day_does_not_move_it() {
    let mut floor = probed(vec![], "1 buy 4 A; 2 sell 2 A", MARKET);
    let mut seen = Vec::new();
    for bars in ["A 100, C 5", "A 110, C 5", "A 150, C 5", "A 200, C 5"] {
        floor.minute(bars);
        seen.push(day_start_equity(&floor));
    }
    floor.sleep();
    floor.minute("A 300, C 5");
    seen.push(day_start_equity(&floor));
    // 1000 − 4·110 + 2·150 and two shares at 200.
    assert_eq!(seen, ["1000", "1000", "1000", "1000", "1260"]);
}

#[test]
fn a_fill_on_the_first_bar_of_a_day_belongs_to_that_day() {
    let mut floor = probed(vec![], "1 buy 4 A gtc", MARKET);
    floor.minute("A 100, C 5");
    floor.sleep();
    floor.minute("A 150, C 5");
    assert_eq!(floor.position("trader", A), 4);
    assert_eq!(day_start_equity(&floor), "1000");
}

#[test]
fn a_fill_told_before_the_close_belongs_to_the_day_that_ends() {
    let mut floor = probed(vec![], "1 buy 4 A gtc", None);
    floor.minute("A 100, C 5");
    floor.report(1, super::reports::filled(1, 4, 150));
    floor.sleep();
    floor.minute("A 300, C 5");
    assert_eq!(day_start_equity(&floor), "800");
}

#[test]
fn while_something_held_has_no_price_percentages_block() {
    let mut floor = probed(vec![("trader", A, 10, 100)], "", MARKET);
    floor.minute("C 5");
    assert_eq!(day_start_equity(&floor), "None");
    floor.minute("A 100, C 5");
    assert_eq!(day_start_equity(&floor), "2000");
}
