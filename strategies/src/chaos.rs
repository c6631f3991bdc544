//! `chaos` (mode, every = 1): misbehaves on purpose, to show that the others do not notice.
//!
//! On each call whose number (from 1, per instance) is divisible by `every` it misbehaves as `mode` says; in its other
//! calls it emits nothing. Every intent of it is invalid or too many, so none may ever become an order. It asks on the
//! event's instrument, whatever is open there.
//!
//! | mode | what it does |
//! |---|---|
//! | `panic` | panics |
//! | `error` | returns an error |
//! | `flood` | 10 000 buys of one lot |
//! | `negative_qty` | a buy of −1 |
//! | `unknown_instrument` | a buy of 1 on an instrument that does not exist |
//! | `off_lot` | a buy of one and a half lots (of an odd lot: a lot and 10⁻⁸; a lot of 10⁻⁸ has none: nothing) |
//! | `slow` | burns a bounded amount of time (200 000 rounds), asks for nothing |

use std::hint::black_box;
use std::num::NonZeroU64;
use std::sync::Arc;

use qts_strategy::{
    Factory, Inst, Instruments, Intents, MarketEvent, ParamError, Params, Qty, Strategy, StrategyError, View,
};

use crate::KindSpec;

pub(crate) const SPEC: KindSpec =
    KindSpec { name: "chaos", about: "misbehaves on purpose on every n-th call", params: &["mode", "every"], build };

const FLOOD: usize = 10_000;
const ROUNDS: u64 = 200_000;
const WHY: &str = "chaos";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Panic,
    Error,
    Flood,
    NegativeQty,
    UnknownInstrument,
    OffLot,
    Slow,
}

const MODES: [(&str, Mode); 7] = [
    ("panic", Mode::Panic),
    ("error", Mode::Error),
    ("flood", Mode::Flood),
    ("negative_qty", Mode::NegativeQty),
    ("unknown_instrument", Mode::UnknownInstrument),
    ("off_lot", Mode::OffLot),
    ("slow", Mode::Slow),
];

struct Chaos {
    mode: Mode,
    every: NonZeroU64,
    calls: u64,
}

fn build(mut params: Params, _: &Instruments) -> Result<Factory, ParamError> {
    let mode = mode(&params.required::<String>("mode", "the way to misbehave")?)?;
    let every = params.optional("every", "a whole number above zero")?.unwrap_or(NonZeroU64::MIN);
    params.finish(SPEC.params)?;
    Ok(Arc::new(move || Box::new(Chaos { mode, every, calls: 0 })))
}

fn mode(text: &str) -> Result<Mode, ParamError> {
    let found = MODES.iter().find(|(name, _)| *name == text).map(|(_, mode)| *mode);
    found.ok_or_else(|| {
        let names = MODES.map(|(name, _)| name).join(", ");
        ParamError::new("mode", format!("must be one of {names}, not `{text}`"))
    })
}

impl Strategy for Chaos {
    fn on_event(&mut self, view: &View<'_>, event: &MarketEvent, out: &mut Intents) -> Result<(), StrategyError> {
        self.calls += 1;
        if !self.calls.is_multiple_of(self.every.get()) {
            out.hold("behaving");
            return Ok(());
        }
        misbehave(self.mode, lot(view, event.instrument), event.instrument, out)
    }
}

fn lot(view: &View<'_>, inst: Inst) -> Qty {
    view.instrument(inst).map_or(Qty::whole(1), |instrument| instrument.lot)
}

fn misbehave(mode: Mode, lot: Qty, inst: Inst, out: &mut Intents) -> Result<(), StrategyError> {
    match mode {
        Mode::Panic => panic!("chaos panics on purpose"),
        Mode::Error => return Err(StrategyError("chaos fails on purpose".to_owned())),
        Mode::Flood => (0..FLOOD).for_each(|_| out.buy(inst, lot, WHY)),
        Mode::NegativeQty => out.buy(inst, -Qty::whole(1), WHY),
        Mode::UnknownInstrument => out.buy(Inst(u32::MAX), Qty::whole(1), WHY),
        Mode::OffLot => match off_lot(lot) {
            Some(qty) => out.buy(inst, qty, WHY),
            None => out.hold("every quantity is a whole number of lots"),
        },
        Mode::Slow => spin(),
    }
    Ok(())
}

/// A quantity above `lot` that is no multiple of it, if there is one.
fn off_lot(lot: Qty) -> Option<Qty> {
    let units = lot.units();
    let extra = if units % 2 == 0 { units / 2 } else { 1 };
    let qty = lot.checked_add(Qty::from_units(extra)?)?;
    (!qty.is_multiple_of(lot)).then_some(qty)
}

/// Takes time without looking at any clock.
fn spin() {
    for round in 0..ROUNDS {
        black_box(round);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{A, Bench, text};

    fn bench(mode: &str, every: &str) -> Bench {
        Bench::new("chaos", text(&[("mode", mode), ("every", every)]))
    }

    #[test]
    fn it_misbehaves_on_every_nth_call_and_emits_nothing_on_the_others() {
        let said = bench("negative_qty", "3").trades(A, [1; 6]);
        let (good, bad) = ("hold: behaving", "buy -1 A.X: chaos");
        assert_eq!(said, [good, good, bad, good, good, bad]);
    }

    #[test]
    fn by_default_it_misbehaves_on_every_call() {
        let mut bench = Bench::new("chaos", text(&[("mode", "error")]));
        assert_eq!(bench.trades(A, [1, 1]), ["error: chaos fails on purpose"; 2]);
    }

    #[test]
    fn each_mode_does_what_it_says() {
        assert_eq!(bench("unknown_instrument", "1").trade(A, 1), "buy 1 ?4294967295: chaos");
        assert_eq!(bench("off_lot", "1").trade(A, 1), "buy 1.5 A.X: chaos");
        assert_eq!(bench("slow", "1").trade(A, 1), "nothing");
        let mut flood = bench("flood", "1");
        flood.trade(A, 1);
        assert_eq!(flood.emitted(), 10_000);
    }

    #[test]
    fn a_panic_is_a_panic() {
        let mut bench = bench("panic", "2");
        assert_eq!(bench.trade(A, 1), "hold: behaving");
        let call = std::panic::AssertUnwindSafe(|| bench.trade(A, 1));
        assert!(std::panic::catch_unwind(call).is_err());
    }

    #[test]
    fn off_lot_is_never_a_whole_number_of_lots() {
        let lot = |units| Qty::from_units(units).expect("in range");
        assert_eq!(off_lot(lot(10)), Some(lot(15)));
        assert_eq!(off_lot(lot(7)), Some(lot(8)));
        assert_eq!(off_lot(lot(1)), None);
        assert_eq!(off_lot(Qty::MAX), None);
    }

    #[test]
    fn an_unknown_mode_is_refused_with_the_known_ones() {
        let error = build(text(&[("mode", "nice")]), &Instruments::default()).err().map(|e| e.to_string());
        let known = "panic, error, flood, negative_qty, unknown_instrument, off_lot, slow";
        assert_eq!(error, Some(format!("`mode` must be one of {known}, not `nice`")));
        let zero = build(text(&[("mode", "slow"), ("every", "0")]), &Instruments::default()).err();
        assert_eq!(zero.map(|e| e.to_string()).as_deref(), Some("`every` must be a whole number above zero, not `0`"));
    }
}
