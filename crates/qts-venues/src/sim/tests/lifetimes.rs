//! How orders begin and end: answers, cancels, expiries, IOC and FOK.

use qts_core::{Dated, Instrument, OrderLimit};

use super::desk::{Desk, num, share};
use crate::sim::SimConfig;

fn capped(share: &str) -> SimConfig {
    SimConfig { max_volume_share: Some(num(share)), ..SimConfig::default() }
}

#[test]
fn what_a_broker_would_refuse_is_refused_and_says_why() {
    let mut desk = Desk::new(SimConfig::default());
    for order in [
        "1 X buy 1 market day",
        "2 A buy 0 market day",
        "3 A buy -1 market day",
        "4 A buy 1.5 market day",
        "5 A buy 1 50050 day",
        "6 A buy 1 0 day",
        "7 A sell 1 -100 day",
        "8 C sell 2.3 100.5 day",
    ] {
        desk.place(order);
    }
    assert_eq!(desk.broker.working(), 1);
    let want = [
        "1 rejected: unknown instrument ?99",
        "2 rejected: quantity 0 is not above zero",
        "3 rejected: quantity -1 is not above zero",
        "4 rejected: quantity 1.5 is not a multiple of 1",
        "5 rejected: limit 50050 is not a multiple of its tick 100",
        "6 rejected: limit 0 is not above zero",
        "7 rejected: limit -100 is not above zero",
        "8 accepted",
    ];
    assert_eq!(desk.at("5 09:00", &["B trade 100 1", "X trade 100 1"]), want);
}

#[test]
fn a_cancel_is_answered_before_the_market_moves() {
    let mut desk = Desk::new(SimConfig::default());
    desk.place("1 A buy 1 49000 day");
    assert_eq!(desk.at("5 09:00", &["A trade 50000 1"]), ["1 accepted"]);
    desk.cancel(1);
    desk.place("2 A buy 1 49000 day");
    let said = desk.at("5 09:01", &["A trade 48000 1"]);
    assert_eq!(said, ["1 canceled", "2 accepted", "2 fill 1: 1 at 48000, fee 7"]);
}

#[test]
fn a_cancel_of_what_does_not_work_is_refused() {
    let mut desk = Desk::new(SimConfig::default());
    desk.place("1 A buy 1 market day");
    desk.at("5 09:00", &["A trade 50000 1"]);
    desk.place("2 A buy 1 40000 gtc");
    for order in [1, 2, 2, 7] {
        desk.cancel(order);
    }
    let said = desk.at("5 09:01", &[]);
    assert_eq!(said, ["2 accepted", "1 cancelrefused", "2 canceled", "2 cancelrefused", "7 cancelrefused"]);
}

#[test]
fn the_rest_of_a_partly_filled_order_can_be_cancelled() {
    let mut desk = Desk::new(capped("0.1"));
    desk.place("1 A buy 5 market gtc");
    desk.at("5 09:00", &["A trade 50000 30"]);
    desk.cancel(1);
    assert_eq!(desk.at("5 09:01", &["A trade 50000 30"]), ["1 canceled"]);
}

#[test]
fn a_day_order_placed_at_fridays_close_lives_through_mondays_bar() {
    let mut desk = Desk::new(SimConfig::default());
    desk.at("5 15:30", &["A day 50000 50000 50000 50000 9"]);
    desk.place("1 A buy 1 40000 day");
    desk.place("2 A buy 1 40000 gtc");
    let said = desk.at("6 12:00", &["C trade 100 1"]);
    assert_eq!(said, ["1 accepted", "2 accepted"], "on Saturday it still waits for its session");
    assert_eq!(desk.at("8 15:30", &["A day 50000 50000 45000 50000 9"]), ["1 expired"]);
    assert_eq!(desk.at("9 15:30", &["A day 50000 50000 39950 50000 9"]), ["2 fill 1: 1 at 40000, fee 6"]);
}

#[test]
fn a_day_order_expires_after_its_sessions_bar_even_if_nobody_traded() {
    let mut desk = Desk::after_a_day(SimConfig::default());
    desk.place("1 A sell 1 market day");
    assert_eq!(desk.at("5 15:30", &["A day 50000 50000 50000 50000 0"]), ["1 accepted", "1 expired"]);
    assert!(desk.at("6 15:30", &["A day 50000 50000 50000 50000 9"]).is_empty());
}

#[test]
fn a_partly_filled_day_order_expires_with_its_rest() {
    let mut desk = Desk::after_a_day(capped("0.1"));
    desk.place("1 A buy 5 market day");
    let said = desk.at("5 15:30", &["A day 50000 50000 50000 50000 30"]);
    assert_eq!(said, ["1 accepted", "1 fill 1: 3 at 50000, fee 23", "1 expired"]);
}

#[test]
fn a_day_order_placed_within_a_session_of_minutes_ends_with_that_sessions_last_bar() {
    let mut desk = Desk::new(SimConfig::default());
    desk.at("5 15:28", &["A bar 50000 50000 50000 50000 9"]);
    desk.place("1 A buy 1 49000 day");
    desk.place("2 A buy 1 48000 day");
    assert_eq!(desk.at("5 15:29", &["A bar 50000 50000 50000 50000 9"]), ["1 accepted", "2 accepted"]);
    let said = desk.at("5 15:30", &["A bar 50000 50000 48500 49000 9"]);
    assert_eq!(said, ["1 fill 1: 1 at 49000, fee 7", "2 expired"]);
}

#[test]
fn a_day_order_placed_at_the_last_minute_bar_belongs_to_the_next_session() {
    let mut desk = Desk::new(SimConfig::default());
    desk.at("5 15:30", &["A bar 50000 50000 50000 50000 9"]);
    desk.place("1 A buy 1 40000 day");
    assert_eq!(desk.at("8 09:01", &["A bar 50000 50000 50000 50000 9"]), ["1 accepted"]);
    assert!(desk.at("8 15:29", &["A bar 50000 50000 50000 50000 9"]).is_empty());
    assert_eq!(desk.at("8 15:30", &["A bar 50000 50000 50000 50000 9"]), ["1 expired"]);
}

#[test]
fn a_day_order_whose_session_ended_unseen_does_not_meet_the_next_one() {
    let mut desk = Desk::new(SimConfig::default());
    desk.at("5 15:20", &["A trade 50000 1"]);
    for order in ["1 A buy 1 market day", "2 A buy 1 market gtc", "3 A buy 1 market ioc", "4 B buy 1 market day"] {
        desk.place(order);
    }
    let said = desk.at("8 09:01", &["A trade 51000 1"]);
    assert_eq!(said[4..], ["2 fill 1: 1 at 51000, fee 8", "1 expired", "3 expired"], "B had no event yet");
}

#[test]
fn a_later_days_event_ends_a_day_order_even_if_its_session_should_last_longer() {
    let mut desk = Desk::new(SimConfig::default());
    desk.at("5 09:00", &["A trade 50000 1"]);
    desk.place("1 A buy 1 market day");
    assert_eq!(desk.at("5 12:00", &["A+1 trade 50000 1"]), ["1 accepted", "1 expired"]);
}

#[test]
fn another_instruments_slice_at_the_close_ends_a_day_order_too() {
    let mut desk = Desk::new(SimConfig::default());
    desk.at("5 15:20", &["A trade 50000 1"]);
    desk.place("1 A buy 1 market day");
    assert_eq!(desk.at("5 15:30", &["C trade 100 1"]), ["1 accepted", "1 expired"]);
}

#[test]
fn expiries_come_last_and_by_number() {
    let mut desk = Desk::new(SimConfig::default());
    desk.at("5 15:20", &["A trade 50000 1", "B trade 100 1"]);
    for order in ["1 B buy 1 1 day", "2 A buy 1 100 day", "3 B buy 1 market day", "4 A buy 1 100 day"] {
        desk.place(order);
    }
    let said = desk.at("5 15:30", &["B trade 100 1"]);
    assert_eq!(said[4..], ["3 fill 1: 1 at 100, fee 0", "1 expired", "2 expired", "4 expired"]);
}

#[test]
fn an_event_after_the_close_begins_no_session_for_an_order_placed_after_it() {
    let mut desk = Desk::new(SimConfig::default());
    desk.at("5 15:30", &["A trade 50000 1"]);
    desk.place("1 A buy 1 40000 day");
    assert_eq!(desk.at("5 15:40", &["A trade 50000 1"]), ["1 accepted"], "the fifth is over for it");
    assert!(desk.at("8 09:00", &["A trade 50000 1"]).is_empty());
    assert_eq!(desk.at("8 15:30", &["A trade 50000 1"]), ["1 expired"]);
}

#[test]
fn what_is_made_after_the_close_fills_nothing() {
    let mut desk = Desk::new(SimConfig::default());
    desk.at("5 15:20", &["A trade 50000 1"]);
    for order in ["1 A buy 1 market day", "2 A buy 1 market gtc", "3 A sell 1 market ioc"] {
        desk.place(order);
    }
    let said = desk.at("5 15:40", &["A trade 50000 1", "A quote 50000 50100 1 1", "A bar 50000 50000 50000 50000 9"]);
    assert_eq!(said[3..], ["1 expired", "3 expired"]);
    desk.place("4 A buy 1 market fok");
    assert_eq!(desk.at("5 16:00", &["A trade 50000 1"]), ["4 accepted"], "it waits for the next session");
    let said = desk.at("8 09:01", &["A trade 51000 1"]);
    assert_eq!(said, ["2 fill 1: 1 at 51000, fee 8", "4 fill 2: 1 at 51000, fee 8"]);
}

#[test]
fn the_last_trade_and_the_last_bar_are_still_of_the_session() {
    let mut desk = Desk::new(SimConfig::default());
    desk.at("5 15:20", &["A trade 50000 1"]);
    desk.place("1 A buy 1 market day");
    desk.place("2 A buy 1 40000 day");
    assert_eq!(desk.at("5 15:30", &["A trade 50000 1"])[2..], ["1 fill 1: 1 at 50000, fee 8", "2 expired"]);
}

#[test]
fn on_a_half_day_day_orders_end_at_noon() {
    let mut desk = Desk::after_a_day(SimConfig::default());
    desk.place("1 A buy 1 40000 day");
    desk.closes = "12:00";
    assert_eq!(desk.at("5 11:00", &["A trade 50000 1", "B trade 100 1"]), ["1 accepted"]);
    desk.place("2 B buy 1 market day");
    let said = desk.at("5 12:00", &["C trade 100 1"]);
    assert_eq!(said, ["2 accepted", "1 expired", "2 expired"]);
    desk.place("3 A buy 1 market day");
    assert_eq!(desk.at("5 12:01", &["A trade 50000 1"]), ["3 accepted"]);
    desk.closes = "15:30";
    assert_eq!(desk.at("6 15:29", &["A trade 50000 1"]), ["3 fill 1: 1 at 50000, fee 8"]);
}

#[test]
fn nobody_sells_short_where_that_is_forbidden() {
    let free = Instrument { short_ban: false, ..share("B.KRX") };
    let mut desk = Desk::of(vec![share("A.KRX"), free], SimConfig::default(), 5);
    desk.at("4 15:30", &["A day 50000 50000 50000 50000 1000"]);
    for order in ["1 A sell 3 51000 gtc", "2 A sell 3 market day", "3 A buy 4 market day", "4 A sell 2 market day"] {
        desk.place(order);
    }
    desk.place("5 B sell 9 market day");
    let said = desk.at("5 15:30", &["A day 50000 50000 50000 50000 1000"]);
    let short = "rejected: sale of 3, but 2 are held and not yet offered; the market forbids short sales";
    let want = ["1 accepted", &format!("2 {short}"), "3 accepted", "4 accepted", "5 accepted"];
    assert_eq!(said[..5], want);
    assert_eq!(said[5..], ["3 fill 1: 4 at 50000, fee 30", "4 fill 2: 2 at 50000, fee 215"]);
    // Four bought a moment ago, and not paid for yet: to sell them is no short sale. Three are still on offer.
    desk.place("6 A sell 5 market day");
    desk.place("7 A sell 4 market day");
    desk.cancel(1);
    desk.place("8 A sell 1 market day");
    let said = desk.at("6 15:30", &["A day 50000 50000 50000 50000 1000"]);
    assert_eq!(said[0], "6 rejected: sale of 5, but 4 are held and not yet offered; the market forbids short sales");
    assert_eq!(said[2], "1 canceled", "{said:?}");
    assert_eq!(said[3], "8 rejected: sale of 1, but 0 are held and not yet offered; the market forbids short sales");
}

#[test]
fn an_order_that_the_exchange_finds_too_large_is_refused() {
    let limit = OrderLimit {
        share: num("0.01"),
        share_of_small: num("0.05"),
        small: num("0"),
        worth: num("100000000000"),
        always: num("100000"),
    };
    let (order_limit, listed_shares) = (Dated::always(Some(limit)), Some(num("1000")));
    let limited = Instrument { order_limit, listed_shares, ..share("A.KRX") };
    let mut desk = Desk::of(vec![limited], SimConfig::default(), 1_000);
    desk.place("1 A sell 11 market day");
    desk.place("2 A buy 11 50000 day");
    desk.at("4 15:30", &["A day 50000 50000 50000 50000 1000"]);
    for order in ["3 A sell 11 market day", "4 A sell 10 market day", "5 A buy 20 5000 day", "6 A buy 21 5000 day"] {
        desk.place(order);
    }
    let said = desk.at("5 15:30", &["A day 50000 50000 50000 50000 1000"]);
    assert_eq!(said[0], "3 rejected: quantity 11 is more than the exchange takes in one order, 10");
    assert_eq!(said[1..3], ["4 accepted", "5 accepted"], "small worth is always taken");
    assert_eq!(said[3], "6 rejected: quantity 21 is more than the exchange takes in one order, 20");
}

#[test]
fn ioc_takes_what_the_first_event_gives_and_drops_the_rest() {
    let mut desk = Desk::after_a_day(capped("0.1"));
    desk.place("1 A buy 5 market ioc");
    desk.place("2 A buy 1 40000 ioc");
    assert_eq!(desk.at("5 09:00", &["B trade 100 1"]), ["1 accepted", "2 accepted"], "not its instrument");
    let said = desk.at("5 09:01", &["A trade 50000 30", "A trade 30000 30"]);
    assert_eq!(said, ["1 fill 1: 3 at 50000, fee 23", "1 canceled", "2 canceled"]);
}

/// A bar's low comes later than its open, and by then such an order is gone.
#[test]
fn ioc_and_fok_meet_the_first_price_of_a_bar_and_none_of_its_later_ones() {
    let mut desk = Desk::after_a_day(SimConfig::default());
    for order in ["1 A buy 1 49500 ioc", "2 A buy 1 49500 fok", "3 A buy 1 50500 ioc", "4 A buy 1 49500 day"] {
        desk.place(order);
    }
    let said = desk.at("5 09:01", &["A bar 50000 50100 49000 50000 100"]);
    assert_eq!(said[4..], ["1 canceled", "2 canceled", "3 fill 1: 1 at 50000, fee 8", "4 fill 2: 1 at 49500, fee 7"]);
}

#[test]
fn ioc_and_fok_are_dropped_by_a_bar_without_volume() {
    let mut desk = Desk::after_a_day(SimConfig::default());
    desk.place("1 A buy 5 market ioc");
    desk.place("2 A buy 5 market fok");
    let said = desk.at("5 09:01", &["A bar 50000 50000 50000 50000 0"]);
    assert_eq!(said[2..], ["1 canceled", "2 canceled"]);
}

#[test]
fn fok_fills_whole_or_not_at_all_and_then_uses_up_no_volume() {
    let mut desk = Desk::after_a_day(capped("0.1"));
    for order in ["1 A buy 4 market fok", "2 A buy 2 market fok", "3 A buy 2 market day"] {
        desk.place(order);
    }
    let said = desk.at("5 09:01", &["A trade 50000 30"]);
    let want = ["1 canceled", "2 fill 1: 2 at 50000, fee 15", "3 fill 2: 1 at 50000, fee 8"];
    assert_eq!(said[3..], want);
}

#[test]
fn nothing_fills_before_the_open_and_after_the_close() {
    let mut desk = Desk::new(SimConfig::default()).with_hours();
    desk.at("4 15:00", &["C trade 100 5"]);
    desk.place("1 C buy 1 market gtc");
    let closed = ["C trade 100 5", "C quote 99 101 5 5", "C bar 100 110 90 105 50"];
    for time in ["4 15:31", "5 08:00", "5 08:59", "5 09:00"] {
        assert_eq!(desk.at(time, &closed[2..]).len(), usize::from(time == "4 15:31"), "accepted, no more: {time}");
    }
    for event in closed {
        assert_eq!(desk.at("5 08:59", &[event]), [""; 0], "{event}");
    }
    assert_eq!(desk.at("5 09:00", &["C trade 101 5"]), ["1 fill 1: 1 at 101, fee 0"], "the opening");
    desk.place("2 C buy 1 market gtc");
    assert_eq!(desk.at("5 15:30", &["C trade 102 5"]), ["2 accepted", "2 fill 2: 1 at 102, fee 0"], "the close");
    desk.place("3 C buy 1 market day");
    assert_eq!(desk.at("5 15:31", &["C trade 103 5"]), ["3 accepted"], "it belongs to the next session");
    assert_eq!(desk.at("6 09:01", &["C trade 104 5"]), ["3 fill 3: 1 at 104, fee 0"]);
}
