//! A broker that says anything about any order, in any order: late, twice, too much, about orders it never got.

use qts_core::{ExecId, ExecReport, Money, OrderId, Outcome, Price, Qty, Ts};

use super::Rng;

/// What it says of the orders so far, the next one included.
pub(crate) fn reports(created: u64, now: Ts, rng: &mut Rng) -> Vec<ExecReport> {
    let said = (0..rng.int(0, 6)).map(|_| {
        let recent = rng.next() % 4;
        let order = if rng.chance(80) { (created + 1).saturating_sub(recent) } else { 1 + rng.next() % (created + 1) };
        ExecReport { order: OrderId(order), ts: now, outcome: outcome(rng) }
    });
    said.collect()
}

fn outcome(rng: &mut Rng) -> Outcome {
    match rng.int(0, 15) {
        0..=2 => Outcome::Accepted,
        3 => Outcome::Rejected("a whim".into()),
        4 => Outcome::Canceled,
        5 => Outcome::CancelRefused,
        6 => Outcome::Expired,
        7 => Outcome::Timeout,
        8 => Outcome::NeverArrived,
        _ => Outcome::Filled {
            exec: ExecId(rng.next() % 40),
            qty: Qty::whole(rng.pick(&[1, 1, 2, 3, 5, 8, 40])),
            price: Price::whole(rng.int(80, 120)),
            fee: Money::whole(rng.int(-3, 9).into()),
        },
    }
}
