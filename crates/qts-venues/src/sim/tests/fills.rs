//! At which price, in which size and for which fee orders fill.

use super::desk::{Desk, num};
use crate::sim::{LimitFill, SimConfig};

fn touch() -> SimConfig {
    SimConfig { limit_fill: LimitFill::Touch, ..SimConfig::default() }
}

fn slipping(slippage_ticks: u32) -> SimConfig {
    SimConfig { slippage_ticks, ..SimConfig::default() }
}

fn capped(share: &str) -> SimConfig {
    SimConfig { max_volume_share: Some(num(share)), ..SimConfig::default() }
}

/// What becomes of one order at one event of the next session.
fn outcome(config: SimConfig, order: &str, event: &str) -> String {
    let mut desk = Desk::after_a_day(config);
    desk.place(&format!("1 {order}"));
    let said = desk.at("5 09:01", &[event]);
    assert_eq!(said[0], "1 accepted");
    said.get(1).map_or("nothing", |line| line.trim_start_matches("1 ")).to_owned()
}

#[test]
fn a_market_order_fills_at_the_next_open_the_opposite_quote_or_the_trade() {
    let fill = |order, event| outcome(SimConfig::default(), order, event);
    assert_eq!(fill("C buy 1 market day", "C bar 100 110 90 105 50"), "fill 1: 1 at 100, fee 0");
    assert_eq!(fill("C buy 1 market day", "C quote 99.5 100.5 5 5"), "fill 1: 1 at 100.5, fee 0");
    assert_eq!(fill("C sell 1 market day", "C quote 99.5 100.5 5 5"), "fill 1: 1 at 99.5, fee 0");
    assert_eq!(fill("C sell 1 market day", "C trade 101 5"), "fill 1: 1 at 101, fee 0");
    assert_eq!(fill("C buy 1 market day", "C quote 99.5 0 5 0"), "nothing", "nobody sells");
}

#[test]
fn ten_shares_at_50000_cost_75_won_to_buy_and_1075_to_sell() {
    let fill = |order| outcome(SimConfig::default(), order, "A bar 50000 50000 50000 50000 1000");
    assert_eq!(fill("A buy 10 market day"), "fill 1: 10 at 50000, fee 75", "500,000 · 0.015 %");
    assert_eq!(fill("A sell 10 market day"), "fill 1: 10 at 50000, fee 1075", "75 + 500,000 · 0.20 %");
    assert_eq!(fill("A buy 1 market day"), "fill 1: 1 at 50000, fee 8", "7.5 goes up");
}

#[test]
fn commission_and_tax_are_added_before_they_are_rounded() {
    let sale = outcome(SimConfig::default(), "A sell 1 market day", "A trade 30300 9");
    assert_eq!(sale, "fill 1: 1 at 30300, fee 65", "4.545 + 60.6 = 65.145; each rounded alone would make 66");
}

#[test]
fn a_limit_fills_when_the_bar_goes_through_it_at_the_better_of_limit_and_open() {
    let fill = |order, event| outcome(SimConfig::default(), order, event);
    assert_eq!(fill("C buy 1 95 day", "C bar 100 110 90 105 50"), "fill 1: 1 at 95, fee 0");
    assert_eq!(fill("C buy 1 102 day", "C bar 100 110 90 105 50"), "fill 1: 1 at 100, fee 0");
    assert_eq!(fill("C buy 1 90 day", "C bar 100 110 90 105 50"), "nothing", "touched only");
    assert_eq!(fill("C sell 1 105 day", "C bar 100 110 90 105 50"), "fill 1: 1 at 105, fee 0");
    assert_eq!(fill("C sell 1 95 day", "C bar 100 110 90 105 50"), "fill 1: 1 at 100, fee 0");
    assert_eq!(fill("C sell 1 110 day", "C bar 100 110 90 105 50"), "nothing", "touched only");
}

#[test]
fn a_limit_fills_at_its_touch_where_the_config_says_so() {
    let fill = |order, event| outcome(touch(), order, event);
    assert_eq!(fill("C buy 1 90 day", "C bar 100 110 90 105 50"), "fill 1: 1 at 90, fee 0");
    assert_eq!(fill("C sell 1 110 day", "C bar 100 110 90 105 50"), "fill 1: 1 at 110, fee 0");
    assert_eq!(fill("C buy 1 89.5 day", "C bar 100 110 90 105 50"), "nothing");
    assert_eq!(fill("C buy 1 101 day", "C quote 100 101 5 5"), "fill 1: 1 at 101, fee 0");
    assert_eq!(fill("C sell 1 101 day", "C trade 101 5"), "fill 1: 1 at 101, fee 0");
}

#[test]
fn a_limit_fills_at_the_better_price_of_a_quote_or_a_trade() {
    let fill = |order, event| outcome(SimConfig::default(), order, event);
    assert_eq!(fill("C buy 1 102 day", "C quote 100 101 5 5"), "fill 1: 1 at 101, fee 0");
    assert_eq!(fill("C buy 1 101 day", "C quote 100 101 5 5"), "nothing", "touched only");
    assert_eq!(fill("C sell 1 99 day", "C quote 100 101 5 5"), "fill 1: 1 at 100, fee 0");
    assert_eq!(fill("C sell 1 100 day", "C trade 103 5"), "fill 1: 1 at 103, fee 0");
    assert_eq!(fill("C buy 1 100 day", "C trade 103 5"), "nothing");
}

#[test]
fn nothing_fills_on_a_bar_without_volume() {
    let fill = |order, event| outcome(touch(), order, event);
    assert_eq!(fill("C buy 1 market day", "C bar 100 100 100 100 0"), "nothing");
    assert_eq!(fill("C buy 1 200 day", "C bar 100 100 100 100 0"), "nothing");
}

#[test]
fn slippage_goes_against_us_in_ticks_of_the_events_price() {
    let fill = |order, event| outcome(slipping(2), order, event);
    assert_eq!(fill("C buy 1 market day", "C trade 100 5"), "fill 1: 1 at 101, fee 0");
    assert_eq!(fill("C sell 1 market day", "C trade 100 5"), "fill 1: 1 at 99, fee 0");
    assert_eq!(fill("B buy 1 market day", "B quote 19990 20000 5 5"), "fill 1: 1 at 20100, fee 3", "2 · 50");
    assert_eq!(fill("B sell 1 market day", "B quote 19990 20000 5 5"), "fill 1: 1 at 19970, fee 43", "2 · 10");
    assert_eq!(fill("C buy 1 102 day", "C trade 100 5"), "fill 1: 1 at 100, fee 0", "limit orders do not slip");
}

#[test]
fn a_sale_slips_to_one_tick_at_the_lowest() {
    let fill = |event| outcome(slipping(9), "C sell 1 market day", event);
    assert_eq!(fill("C trade 2 5"), "fill 1: 1 at 0.5, fee 0");
    assert_eq!(fill("C trade 0.25 5"), "fill 1: 1 at 0.25, fee 0", "slippage never betters a price");
}

#[test]
fn slippage_stops_at_the_days_price_limits() {
    let fill = |order, event| outcome(slipping(9), order, event);
    assert_eq!(fill("A buy 1 market day", "A trade 64800 5"), "fill 1: 1 at 65000, fee 10", "50,000 + 30 %");
    assert_eq!(fill("A sell 1 market day", "A trade 35200 5"), "fill 1: 1 at 35000, fee 75", "50,000 − 30 %");
    assert_eq!(fill("A buy 1 market day", "A trade 70000 5"), "fill 1: 1 at 70000, fee 11", "not bettered");
    assert_eq!(fill("B buy 1 market day", "B trade 64800 5"), "fill 1: 1 at 65700, fee 10", "no close of B is known");
}

#[test]
fn price_limits_follow_the_last_price_of_the_day_before() {
    let mut desk = Desk::new(slipping(1));
    desk.at("4 15:29", &["A trade 40000 5"]);
    desk.at("4 15:30", &["A trade 10000 5"]);
    desk.place("1 A buy 1 market day");
    assert_eq!(desk.at("5 09:00", &["A trade 13000 5"])[1], "1 fill 1: 1 at 13000, fee 2");
    desk.place("2 A buy 1 market day");
    assert_eq!(desk.at("5 09:01", &["A trade 12990 5"])[1], "2 fill 2: 1 at 13000, fee 2", "still from 10,000");
}

#[test]
fn price_limits_move_on_at_the_end_of_a_whole_sessions_bar() {
    let mut desk = Desk::after_a_day(slipping(1));
    desk.at("5 12:00", &[]);
    desk.place("1 A buy 1 market day");
    let said = desk.at("5 15:30", &["A day 50000 50000 40000 40000 9", "A trade 52000 5"]);
    assert_eq!(said[1], "1 fill 1: 1 at 52000, fee 8", "40,000 + 30 %");
}

#[test]
fn a_share_of_the_volume_is_filled_and_the_rest_at_the_next_open() {
    let mut desk = Desk::after_a_day(capped("0.1"));
    desk.place("1 A buy 10 market gtc");
    let said = desk.at("5 15:30", &["A day 50000 50500 49500 50000 69"]);
    assert_eq!(said, ["1 accepted", "1 fill 1: 6 at 50000, fee 45"], "⌊6.9⌋; 300,000 · 0.015 %");
    let said = desk.at("6 15:30", &["A day 51000 51500 50500 51000 69"]);
    assert_eq!(said, ["1 fill 2: 4 at 51000, fee 31"], "204,000 · 0.015 % = 30.6");
    assert_eq!(desk.broker.working(), 0);
}

#[test]
fn our_orders_share_one_bars_volume_in_the_order_of_their_numbers() {
    let mut desk = Desk::after_a_day(capped("0.1"));
    for order in ["3 A buy 4 market gtc", "1 A sell 4 market gtc", "2 A buy 4 40000 gtc", "4 B buy 4 market gtc"] {
        desk.place(order);
    }
    let said = desk.at("5 15:30", &["A day 50000 50500 49500 50000 65", "B day 100 100 100 100 9"]);
    assert_eq!(said[4..], ["1 fill 1: 4 at 50000, fee 430", "3 fill 2: 2 at 50000, fee 15"], "B: no whole lot");
    assert_eq!(desk.broker.working(), 3);
}

#[test]
fn a_quote_has_room_on_each_side_and_where_one_alone_has_shares_nobody_is_on_the_other() {
    let mut desk = Desk::new(capped("0.5"));
    for order in ["1 C buy 9 market gtc", "2 C sell 9 market gtc", "3 C sell 9 market gtc"] {
        desk.place(order);
    }
    let said = desk.at("5 09:00", &["C quote 100 101 15 6"]);
    assert_eq!(said[3..], ["1 fill 1: 3 at 101, fee 0", "2 fill 2: 7 at 100, fee 0"]);
    let said = desk.at("5 09:01", &["C quote 100 101 0 8", "C trade 100 0"]);
    let want = [
        "1 fill 3: 4 at 101, fee 0",
        "1 fill 4: 2 at 100, fee 0",
        "2 fill 5: 2 at 100, fee 0",
        "3 fill 6: 9 at 100, fee 0",
    ];
    assert_eq!(said, want, "a trade without a size bounds nothing");
    desk.place("4 C sell 5 market gtc");
    assert_eq!(desk.at("5 09:02", &["C quote 100 101 0 0"])[1..], ["4 fill 7: 5 at 100, fee 0"], "nor such a quote");
}

#[test]
fn a_crossed_quote_fills_nothing_and_a_locked_one_does() {
    let fill = |order, event| outcome(touch(), order, event);
    for order in ["C buy 1 market day", "C sell 1 market day", "C buy 1 200 day", "C sell 1 50 day"] {
        assert_eq!(fill(order, "C quote 101 100 5 5"), "nothing", "{order}");
        assert_eq!(fill(order, "C quote 100 100 5 5"), "fill 1: 1 at 100, fee 0", "{order}");
    }
}

#[test]
fn a_bar_fills_nothing_whose_time_quotes_trades_or_shorter_bars_have_told() {
    let left_over = |earlier: &str, later: &str| {
        let mut desk = Desk::after_a_day(capped("0.5"));
        desk.place("1 A buy 9 market gtc");
        assert_eq!(desk.at("5 10:00", &[earlier]).len(), 2, "accepted, and filled in part");
        desk.at("5 15:30", &[later]).len()
    };
    let day = "A day 40000 60000 40000 50000 1000";
    assert_eq!(left_over("A trade 50000 4", day), 0, "its open was at 09:00, before that trade");
    assert_eq!(left_over("A quote 49900 50000 4 4", day), 0);
    assert_eq!(left_over("A bar 50000 50000 50000 50000 4", day), 0);
    assert_eq!(left_over("A bar 50000 50000 50000 50000 4", "A bar 50000 50000 50000 50000 40"), 1);
}

#[test]
fn an_odd_lot_is_taken_and_sold_off_whole() {
    assert_eq!(outcome(SimConfig::default(), "C sell 2.3 market day", "C trade 100 50"), "fill 1: 2.3 at 100, fee 0");
    assert_eq!(outcome(capped("0.05"), "C sell 2.3 market day", "C trade 100 50"), "fill 1: 2 at 100, fee 0");
}

#[test]
fn an_order_placed_while_a_bar_was_under_way_waits_for_the_next_one() {
    let mut desk = Desk::after_a_day(SimConfig::default());
    desk.at("5 10:00", &["C bar 100 110 90 105 50"]);
    desk.place("1 A buy 1 market gtc");
    assert_eq!(desk.at("5 15:30", &["A day 50000 50000 50000 50000 9"]), ["1 accepted"], "its open was at 09:00");
    assert_eq!(desk.at("6 15:30", &["A day 51000 51000 51000 51000 9"]), ["1 fill 1: 1 at 51000, fee 8"]);
}
