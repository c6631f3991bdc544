//! What the kinds that follow a rule have in common: when an outlook becomes an order.
//!
//! The rule itself (averages, an index, a channel) belongs to each kind and is unknown here. Exactly:
//!
//! 1. While the strategy has an open order on the instrument, nothing is asked for. What it has asked for in the same
//!    cycle counts as open, so that two events of one slice do not make two orders of one wish.
//! 2. An entry needs a flat book and buys the configured quantity.
//! 3. An exit needs shares and sells all of them; a short position (never the work of these kinds) is left alone.
//!
//! Orders are market orders for the day.

use std::fmt::Display;

use qts_strategy::{Cycle, Inst, Intents, Price, Qty, View};

/// What a rule says about an instrument, whatever is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outlook {
    /// Not enough prices yet.
    Unknown,
    /// Be in.
    Enter,
    /// Be out.
    Exit,
    /// Neither.
    Stay,
}

/// What is to be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    /// Buy so many.
    Buy(Qty),
    /// Sell so many.
    Sell(Qty),
    /// Nothing, for this reason.
    Hold(&'static str),
}

/// Remembers when the strategy last asked for something on one instrument.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Asked(Option<Cycle>);

impl Outlook {
    /// Be in where `value` is above `enter_above`, out where it is below `exit_below`.
    pub(crate) fn between(value: f64, enter_above: f64, exit_below: f64) -> Self {
        if value > enter_above {
            Self::Enter
        } else if value < exit_below {
            Self::Exit
        } else {
            Self::Stay
        }
    }
}

impl Asked {
    /// Turns an outlook into a move, as this module says.
    pub(crate) fn decide(&mut self, view: &View<'_>, inst: Inst, entry: Qty, outlook: Outlook) -> Move {
        let held = view.position(inst);
        if self.0 == Some(view.cycle()) || view.is_waiting(inst) {
            return Move::Hold("open order");
        }
        let now = match outlook {
            Outlook::Unknown => Move::Hold("warming up"),
            Outlook::Enter if held.is_zero() => Move::Buy(entry),
            Outlook::Exit if held.is_positive() => Move::Sell(held),
            _ if held.is_zero() => Move::Hold("no signal"),
            _ => Move::Hold("holding"),
        };
        if !matches!(now, Move::Hold(_)) {
            self.0 = Some(view.cycle());
        }
        now
    }
}

impl Move {
    /// Asks for it. `why` is called only if there is something to ask for.
    pub(crate) fn emit(self, inst: Inst, out: &mut Intents, why: impl FnOnce() -> String) {
        match self {
            Self::Buy(qty) => out.buy(inst, qty, why()),
            Self::Sell(qty) => out.sell(inst, qty, why()),
            Self::Hold(reason) => out.hold(reason),
        }
    }
}

/// A price as the float nearest to it, in the price's own unit: what others read from the same text.
pub(crate) fn float(price: Price) -> f64 {
    price.units() as f64 / 1e8
}

/// `left a > right b` (or `<`), with as few decimals, from two on, as tell the two numbers apart.
pub(crate) fn comparison(left: impl Display, a: f64, right: impl Display, b: f64) -> String {
    let sign = if a > b { '>' } else { '<' };
    let (a, b) = (2..=8)
        .map(|places| (shown(a, places), shown(b, places)))
        .find(|(a, b)| a != b)
        .unwrap_or_else(|| (a.to_string(), b.to_string()));
    format!("{left} {a} {sign} {right} {b}")
}

/// At most so many decimals, without trailing zeros; `places` is above zero.
fn shown(number: f64, places: usize) -> String {
    let text = format!("{number:.places$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_round_until_the_numbers_would_look_alike() {
        assert_eq!(comparison("SMA 10", 101.2, "SMA 30", 100.9), "SMA 10 101.2 > SMA 30 100.9");
        assert_eq!(comparison("x", 100.0 / 3.0, "y", 5_000.0), "x 33.33 < y 5000");
        assert_eq!(comparison("x", 0.000_013, "y", 0.000_012), "x 0.000013 > y 0.000012");
        assert_eq!(comparison("x", 0.3, "y", 0.1 + 0.2), "x 0.3 < y 0.30000000000000004");
    }

    #[test]
    fn a_price_becomes_the_float_that_its_text_reads_as() {
        for text in ["0.1", "101.2", "71300", "170.385", "0.00000001", "150000000"] {
            let price: Price = text.parse().expect("a price");
            assert_eq!(Ok(float(price)), text.parse(), "{text}");
        }
    }
}
