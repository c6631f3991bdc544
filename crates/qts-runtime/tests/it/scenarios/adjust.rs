//! Splits and reverse splits: books, orders at work, strategies that know the old scale, what was usual before.

use std::sync::Arc;

use expect_test::expect;
use qts_core::{Books, Inst, Kind, Money, Outcome, Price, Qty, Side, StrategyId};
use qts_gate::StrategyState;
use qts_gate::policy::FatFinger;
use qts_runtime::{Action, Registration, Target};
use qts_strategy::{Factory, Intents, MarketEvent, Strategy, StrategyError, View};

use super::check;
use crate::floor::{A, B, Floor, Opening, entry, id, policy, with};
use crate::script::{idle, script, strategy};

/// Says how many prices this instance has seen.
fn counter() -> Factory {
    let mut seen = 0;
    strategy(move |_, event, out| {
        seen += 1;
        out.trade(qts_core::Intent {
            instrument: event.instrument,
            side: Side::Buy,
            qty: Qty::whole(1),
            kind: Kind::Limit(Price::whole(1)),
            tif: qts_core::Tif::Ioc,
            why: format!("price {seen}").into(),
        });
        Ok(())
    })
}

/// What `name` said last.
fn said(floor: &Floor, name: &str) -> String {
    let of = |record: &qts_runtime::Record| match record {
        qts_runtime::Record::Decision(decision) if decision.owner == id(name) => Some(decision.why.to_string()),
        _ => None,
    };
    floor.records.iter().rev().find_map(of).unwrap_or_default()
}

fn holdings(books: &Books, inst: Inst) -> Vec<String> {
    let told = |(owner, book): (&StrategyId, &qts_core::Book)| {
        let held = book.holding(inst);
        format!("{owner} {} cost {} realized {} flow {}", held.position, held.cost, book.realized, book.cash_flow)
    };
    books.iter().map(told).collect()
}

fn cash(floor: &Floor) -> String {
    floor.runtime.books().cash().to_string()
}

fn equity(floor: &Floor) -> Option<Money> {
    floor.runtime.books().equity(floor.runtime.market())
}

#[test]
fn a_reverse_split_gives_the_account_whole_shares_and_the_books_what_is_next_to_their_part() {
    let positions = vec![("a", A, 17, 100), ("b", A, 23, 110), ("c", A, 9, 90), ("unassigned", A, 4, 100)];
    let mut floor = Opening { positions, ..Opening::default() }.open();
    for (name, rank) in [("a", 100), ("b", 5), ("c", 100)] {
        floor.register(Registration { rank, ..entry(name, idle()) });
    }
    floor.minute("A 120, B 50");
    let before = equity(&floor);
    let mut story = floor.adjust(A, "1/10");
    story.extend(holdings(floor.runtime.books(), A));
    story.extend(floor.minute("A 1200, B 50"));
    check(
        &story,
        &expect![[r#"
        A 1/10 for 1, anew: a b c
        A adjusted at 1200: b 23 to 2 (cash 360) + a 17 to 2 (cash -360) + c 9 to 1 (cash -120) + unassigned 4 to 0 (cash 480)
        a 2 cost 2060 realized 0 flow -360
        b 2 cost 2200 realized 30 flow 360
        c 1 cost 930 realized 0 flow -120
        unassigned 0 cost 0 realized 80 flow 480"#]],
    );
    assert_eq!(equity(&floor), before, "nothing is earned by it");
}

#[test]
fn a_split_multiplies_shares_and_divides_prices_and_nothing_is_earned() {
    let positions = vec![("a", A, 3, 2_400_000), ("s", A, -2, 2_600_000), ("unassigned", A, 1, 2_500_000)];
    let mut floor = Opening { positions, cash: 100_000_000, ..Opening::default() }.open();
    floor.register(entry("a", script("3 sell 150 A"))).register(entry("s", script("3 buy 100 A")));
    floor.day("A 2500000, B 50");
    let (before, day) = (equity(&floor), floor.runtime.day_start_equity());
    let mut story = floor.adjust(A, "50");
    story.extend(holdings(floor.runtime.books(), A));
    assert_eq!((equity(&floor), floor.runtime.day_start_equity()), (before, day));
    story.extend(floor.day("A 50000, B 50"));
    story.extend(floor.day("A 50000, B 50"));
    story.extend(floor.day("A 50000, B 50"));
    story.extend(holdings(floor.runtime.books(), A));
    check(
        &story,
        &expect![[r#"
        A 50 for 1, anew: a s
        A adjusted at 50000: a 3 to 150 + s -2 to -100 + unassigned 1 to 50
        a 150 cost 7200000 realized 0 flow 0
        s -100 cost -5200000 realized 0 flow 0
        unassigned 50 cost 2500000 realized 0 flow 0
        a wants sell 150 A: pass 50 + 100 crossed
        s wants buy 100 A: pass 0 + 100 crossed
        cross 100 A at 50000: a to s
        order 1: sell 50 A = a 50
        fill of 1: 50 at 50000 = a 50
        order 1 filled
        a 0 cost 0 realized 300000 flow 7500000
        s 0 cost 0 realized 200000 flow -5000000
        unassigned 50 cost 2500000 realized 0 flow 0"#]],
    );
}

#[test]
fn three_shares_for_two_leave_halves_that_are_paid() {
    let positions = vec![("a", A, 5, 300), ("b", A, 7, 300), ("c", A, 4, 300), ("d", A, -3, 330)];
    let mut floor = Opening { positions, ..Opening::default() }.open();
    for name in ["a", "b", "c", "d"] {
        floor.register(entry(name, idle()));
    }
    floor.minute("A 301, B 50");
    let mut story = floor.adjust(A, "3/2");
    story.extend(holdings(floor.runtime.books(), A));
    check(
        &story,
        &expect![[r#"
        A 3/2 for 1, anew: a b c d
        A adjusted at 200.66666666: a 5 to 8 (cash -100) + b 7 to 10 (cash 100) + c 4 to 6 + d -3 to -5 (cash 100)
        a 8 cost 1600 realized 0 flow -100
        b 10 cost 2000 realized 0 flow 100
        c 6 cost 1200 realized 0 flow 0
        d -5 cost -1090 realized 0 flow 100"#]],
    );
}

#[test]
fn no_order_of_before_sees_the_new_scale_and_the_strategy_may_ask_again() {
    let mut floor = Opening { positions: vec![("a", A, 5, 100)], ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 3 A @90 gtc; 1 buy 1 B @40 gtc; 2 sell 2 A; 4 sell 100 A")));
    floor.minute("A 100, B 50");
    floor.minute("A 100, B 50");
    // One order works, one is not acknowledged yet.
    let mut story = floor.adjust(A, "50");
    story.extend(floor.minute("A 2, B 50"));
    story.extend(floor.minute("A 2, B 50"));
    story.extend(floor.minute("A 2, B 50"));
    check(
        &story,
        &expect![[r#"
        order 1 canceled
        A 50 for 1, anew: a
        A adjusted at 2: a 5 to 250
        a wants sell 100 A: pass 100
        order 3: sell 100 A = a 100
        fill of 3: 100 at 2 = a 100
        order 3 filled"#]],
    );
}

#[test]
fn where_orders_work_on_the_instrument_is_halted_and_the_books_wait_until_they_are_over() {
    let positions = vec![("a", A, 10, 100), ("b", A, 5, 100)];
    let mut floor = Opening { positions, sim: None, ..Opening::default() }.open();
    floor.register(entry("a", script("1 sell 4 A @110 gtc; 2 buy 1 A; 2 buy 1 B; 5 buy 1 A")));
    floor.register(entry("b", idle()));
    floor.minute("A 100, B 50");
    let mut story = floor.adjust(A, "10");
    // Nobody knows of the order yet: it cannot be withdrawn, and what is held is on the old scale.
    assert_eq!((floor.position("a", A), equity(&floor).is_some()), (10, true));
    story.extend(floor.minute("A 10, B 50"));
    story.extend(floor.adjust(A, "2"));
    story.extend(floor.command(Action::Enable, Target::Instrument(A), "please"));
    story.extend(floor.report(1, Outcome::Accepted));
    let fill =
        Outcome::Filled { exec: qts_core::ExecId(1), qty: Qty::whole(1), price: Price::whole(110), fee: Money::ZERO };
    story.extend(floor.report(1, fill));
    story.extend(floor.minute("A 10, B 50"));
    story.extend(floor.report(1, Outcome::Canceled));
    story.extend(floor.minute("A 10, B 50"));
    story.extend(floor.minute("A 10, B 50"));
    story.extend(holdings(floor.runtime.books(), A));
    check(
        &story,
        &expect![[r#"
        A 10 for 1, anew: a b
        A waits: orders of before work; it goes on when they are over
        A trips unreconciled: halted, unknown of unknown
        a wants buy 1 A: block 0 unreconciled
        a wants buy 1 B: pass 1
        order 2: buy 1 B = a 1
        A waits: an adjustment before it waits; give it again when that is done
        command enable instrument `A.X` (please): refused, it is halted for `unreconciled`: that goes when its ground goes
        fill of 1: 1 at 110 = a 1
        cancel 1 of operator (unwanted)
        order 1 canceled
        A adjusted at 10: a 9 to 90 + b 5 to 50
        A is no longer halted for unreconciled: resolved
        a wants buy 1 A: pass 1
        order 3: buy 1 A = a 1
        a 90 cost 900 realized 10 flow 110
        b 50 cost 500 realized 0 flow 0"#]],
    );
}

#[test]
fn while_books_wait_what_the_account_is_worth_is_unknown_and_no_loss_trips() {
    let mut limited = policy("validity_only");
    limited.supervision.drawdown =
        Some(qts_gate::policy::Thresholds { warn: None, limit: None, block: Some("0.1".parse().expect("a ratio")) });
    let positions = vec![("a", A, 100, 100)];
    let opening = Opening { positions, sim: None, cash: 1_000, policy: limited, ..Opening::default() };
    let mut floor = opening.open();
    floor.register(entry("a", script("1 sell 4 A @110 gtc")));
    floor.minute("A 100, B 50");
    let mut story = floor.adjust(A, "50");
    story.extend(floor.minute("A 2, B 50"));
    story.extend(floor.report(1, Outcome::Rejected("no".into())));
    story.extend(floor.minute("A 2, B 50"));
    check(
        &story,
        &expect![[r#"
        A 50 for 1, anew: a
        A waits: orders of before work; it goes on when they are over
        A trips unreconciled: halted, unknown of unknown
        account trips no_market_data: reduce_only, unknown of unknown
        order 1 rejected: no
        A adjusted at 2: a 100 to 5000
        A is no longer halted for unreconciled: resolved
        account is no longer reduce_only for no_market_data: resolved"#]],
    );
}

#[test]
fn a_fraction_needs_a_price_and_waits_for_the_next() {
    let positions = vec![("a", A, 15, 100)];
    let mut floor = Opening { positions, ..Opening::default() }.open();
    floor.register(entry("a", idle()));
    let mut story = floor.adjust(A, "1/10");
    story.extend(floor.minute("A 1000, B 50"));
    check(
        &story,
        &expect![[r#"
        A 1/10 for 1, anew: a
        A waits: no price is known to settle fractions at; it goes on with the next price
        A trips unreconciled: halted, unknown of unknown
        A adjusted at 1000: a 15 to 1 (cash 500)
        A is no longer halted for unreconciled: resolved"#]],
    );
    assert_eq!(cash(&floor), "1000500");
}

#[test]
fn strategies_that_remember_prices_start_anew_and_sleeping_ones_sleep_on() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", counter()));
    floor.register(Registration { instruments: vec![B], ..entry("b", counter()) });
    floor.register(Registration { state: StrategyState::Disabled, ..entry("off", counter()) });
    floor.register(Registration { state: StrategyState::Shadow, instruments: vec![A], ..entry("shadow", counter()) });
    floor.register(Registration { instruments: vec![A], ..entry("steps", Arc::new(|| Box::new(Free(0)))) });
    floor.minute("A 100");
    floor.minute("A 100");
    floor.minute("B 50");
    assert_eq!(
        ["a", "b", "shadow", "steps"].map(|name| said(&floor, name)),
        ["price 3", "price 1", "price 2", "price 2"]
    );
    check(
        &floor.adjust(A, "50"),
        &expect![[r#"
        order 3 canceled
        order 4 canceled
        A 50 for 1, anew: a shadow
        A adjusted at 2: steps 1 to 50"#]],
    );
    floor.minute("A 2");
    floor.minute("B 50");
    let seen = ["a", "b", "off", "shadow", "steps"].map(|name| said(&floor, name));
    assert_eq!(seen, ["price 2", "price 2", "", "price 1", "price 3"]);
}

/// Remembers no price and no number of shares.
struct Free(u32);

impl Strategy for Free {
    fn on_event(&mut self, _: &View<'_>, event: &MarketEvent, out: &mut Intents) -> Result<(), StrategyError> {
        self.0 += 1;
        out.buy(event.instrument, Qty::whole(1), format!("price {}", self.0));
        Ok(())
    }

    fn is_scale_free(&self) -> bool {
        true
    }
}

#[test]
fn a_strategy_that_cannot_start_anew_is_quarantined() {
    let made = Arc::new(std::sync::atomic::AtomicU32::new(0));
    let once: Factory = Arc::new(move || {
        assert!(made.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0, "only once");
        Box::new(Remembers)
    });
    let mut floor = Opening::default().open();
    floor.register(entry("a", once));
    floor.minute("A 100");
    let mut story = floor.adjust(A, "50");
    story.extend(floor.minute("A 2"));
    check(
        &story,
        &expect![[r#"
        A 50 for 1
        a is quarantined
        A adjusted at 2: "#]],
    );
}

/// Remembers, it says.
struct Remembers;

impl Strategy for Remembers {
    fn on_event(&mut self, _: &View<'_>, _: &MarketEvent, _: &mut Intents) -> Result<(), StrategyError> {
        Ok(())
    }
}

/// A reverse split makes the usual order small: what is asked for in the old number of shares would be many times as
/// much, and what is blocked never counts as usual.
#[test]
fn what_was_usual_before_blocks_nothing_after() {
    let fat = with(|controls| {
        let median = Some("5".parse().expect("a ratio"));
        controls.fat_finger = Some(FatFinger { multiple: None, median });
    });
    for (ratio, after, qty) in [("1/10", "1000", 10), ("50", "2", 500)] {
        let mut floor = Opening { cash: 10_000_000, ..Opening::default() }.open();
        let asks = (1..=40).map(|cycle| format!("{cycle} buy 10 A")).chain([format!("41 buy {qty} A")]);
        let asks: Vec<String> = asks.collect();
        floor.register(Registration { policy: Arc::new(fat.clone()), ..entry("a", script(&asks.join("; "))) });
        for _ in 0..30 {
            floor.minute("A 100, B 50");
        }
        floor.adjust(A, ratio);
        let before = floor.decisions_of("a");
        let story: Vec<String> = (0..11).flat_map(|_| floor.minute(&format!("A {after}, B 50"))).collect();
        assert_eq!(floor.decisions_of("a") - before, 11);
        assert!(!story.iter().any(|line| line.contains("block")), "{ratio}: {story:?}");
    }
}

#[test]
fn an_adjustment_is_in_the_state_hash() {
    let hash = |ratio: Option<&str>| {
        let mut floor = Opening::default().open();
        floor.minute("A 100, B 50");
        ratio.into_iter().for_each(|ratio| drop(floor.adjust(A, ratio)));
        floor.runtime.state_hash()
    };
    assert_ne!(hash(None), hash(Some("2")));
    assert_ne!(hash(Some("3")), hash(Some("2")));
    assert_eq!(hash(Some("2")), hash(Some("2/1")));
}
