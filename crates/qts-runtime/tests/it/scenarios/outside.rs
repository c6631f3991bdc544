//! Wishes of strategies that live outside: one cycle with the market events at hand, stamped and judged like any other.

use expect_test::expect;
use qts_core::{Ask, CancelIntent, DecisionId, Intent, Kind, OrderId, Outcome, Price, Qty, Side, Slice, Tif, Ts};
use qts_runtime::{Action, Facts, Input, Outside, OutsideAsk, Record, Target};

use super::check;
use crate::floor::{A, Floor, Opening, entry, id};
use crate::script::{idle, script};
use crate::words;

/// The `emission`-th wish of a strategy: so many shares of A at the market.
fn trade(name: &str, emission: u32, side: Side, qty: i32) -> OutsideAsk {
    let intent =
        Intent { instrument: A, side, qty: Qty::whole(qty), kind: Kind::Market, tif: Tif::Day, why: "a bot".into() };
    OutsideAsk { strategy: id(name), emission, ask: Ask::Trade(intent) }
}

fn cancel(name: &str, order: u64) -> OutsideAsk {
    let ask = Ask::Cancel(CancelIntent { order: OrderId(order), why: "a bot".into() });
    OutsideAsk { strategy: id(name), emission: 0, ask }
}

/// A floor where the test speaks for the broker, with the silent strategies a and b.
fn silent() -> Floor {
    let mut floor = Opening { sim: None, ..Opening::default() }.open();
    floor.register(entry("a", idle())).register(entry("b", idle()));
    floor
}

/// One inbox: these bars, or none, and these wishes.
fn inbox(floor: &mut Floor, bars: &str, asks: Vec<OutsideAsk>) -> Vec<Record> {
    let ts = floor.next_minute();
    let events = if bars.is_empty() { Vec::new() } else { floor.events(bars) };
    floor.step(&Input::Inbox(Slice { ts, events }, Outside { facts: Vec::new(), asks }))
}

fn lines(records: &[Record]) -> Vec<String> {
    records.iter().map(words::line).collect()
}

#[test]
fn wishes_from_outside_are_judged_in_one_cycle_with_those_from_inside() {
    let mut floor = silent();
    floor.register(entry("inside", script("* buy 3 A")));
    let told = inbox(&mut floor, "A 100", vec![trade("a", 0, Side::Buy, 2), trade("b", 0, Side::Buy, 1)]);
    check(
        &lines(&told),
        &expect![[r#"
            inside wants buy 3 A: pass 3 merged
            a wants buy 2 A: pass 2 merged
            b wants buy 1 A: pass 1 merged
            order 1: buy 6 A = a 2 + b 1 + inside 3"#]],
    );
}

#[test]
fn a_cycle_needs_no_market_event() {
    let mut floor = silent();
    floor.minute("A 100");
    let cycle = floor.runtime.cycle_number();
    let told = inbox(&mut floor, "", vec![trade("a", 0, Side::Buy, 2)]);
    assert_eq!(floor.runtime.cycle_number().0, cycle.0 + 1);
    check(
        &lines(&told),
        &expect![[r#"
            a wants buy 2 A: pass 2
            order 1: buy 2 A = a 2"#]],
    );
}

#[test]
fn a_wish_keeps_the_number_its_sender_gave_it() {
    let mut floor = silent();
    let told = inbox(&mut floor, "A 100", vec![trade("a", 1, Side::Buy, 2), trade("a", 4, Side::Buy, 1)]);
    let ids = told.iter().filter_map(|record| match record {
        Record::Decision(decision) => Some(decision.id.clone()),
        _ => None,
    });
    let cycle = floor.runtime.cycle_number();
    let wanted = [1, 4].map(|emission| DecisionId { cycle, strategy: id("a"), emission });
    assert_eq!(ids.collect::<Vec<_>>(), wanted);
}

#[test]
fn what_cannot_be_is_blocked_alone_and_is_nobodys_failure() {
    let mut floor = silent();
    let strange = trade("nobody", 0, Side::Buy, 1);
    let mut half = trade("a", 0, Side::Buy, 1);
    if let Ask::Trade(intent) = &mut half.ask {
        intent.qty = "0.5".parse().expect("half a share");
    }
    let told = inbox(&mut floor, "A 100", vec![half, strange, trade("a", 1, Side::Buy, 1)]);
    check(
        &lines(&told),
        &expect![[r#"
            a wants buy 0.5 A: block 0 off_lot
            nobody wants buy 1 A: block 0 unknown_strategy
            a wants buy 1 A: pass 1
            order 1: buy 1 A = a 1"#]],
    );
}

#[test]
fn a_strategy_outside_withdraws_its_own_orders_and_no_others() {
    let mut floor = silent();
    inbox(&mut floor, "A 100", vec![trade("a", 0, Side::Buy, 2)]);
    floor.report(1, Outcome::Accepted);
    let foreign = inbox(&mut floor, "", vec![cancel("b", 1)]);
    let own = inbox(&mut floor, "", vec![cancel("a", 1)]);
    check(&[lines(&foreign), lines(&own)].concat(), &expect!["cancel 1 of a (a bot)"]);
}

#[test]
fn an_order_that_was_not_acknowledged_when_it_was_to_go_is_withdrawn_as_soon_as_it_may() {
    let mut floor = silent();
    inbox(&mut floor, "A 100", vec![trade("a", 0, Side::Buy, 2)]);
    let mut story = floor.command(Action::Kill, Target::Account, "smoke");
    story.extend(floor.report(1, Outcome::Accepted));
    let now = floor.next_minute();
    story.extend(lines(&floor.step(&Input::Timer(now))));
    story.extend(lines(&floor.step(&Input::Timer(now))));
    check(
        &story,
        &expect![[r#"
            command kill the account (smoke)
            cancel 1 of operator (unwanted)"#]],
    );
}

#[test]
fn facts_are_known_without_an_event_and_survive_until_the_day_turns() {
    let mut floor = silent();
    let told = |floor: &Floor| floor.runtime.market().prices(A).map(|it| (it.quote, it.prev_close, it.adv20));
    let (bid, ask) = (Price::whole(99), Price::whole(101));
    let facts = Facts { quote: Some((bid, ask, Ts(7))), prev_close: Some(Price::whole(90)), ..Facts::default() };
    let events = floor.events("A 100");
    let slice = Slice { ts: floor.next_minute(), events };
    floor.step(&Input::Inbox(slice, Outside { facts: vec![(A, facts)], asks: Vec::new() }));
    assert_eq!(told(&floor), Some((Some((bid, ask, Ts(7))), Some(Price::whole(90)), None)));
    inbox(&mut floor, "A 102", Vec::new());
    assert_eq!(told(&floor).and_then(|(_, prev_close, _)| prev_close), Some(Price::whole(90)));
    floor.sleep();
    inbox(&mut floor, "A 105", Vec::new());
    assert_eq!(told(&floor).and_then(|(_, prev_close, _)| prev_close), Some(Price::whole(102)));
}
