//! Calls one strategy and lets nothing of its failure out: a panic, an error or garbage is an answer like any other.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use qts_core::{Ask, Inst, Instruments, Intent, Market, MarketEvent, Price, Qty, Side, StrategyId};
use qts_strategy::{Factory, Intents, Strategy, View};

use crate::witness::{Call, Onlooker};

thread_local! {
    static CALLING_A_STRATEGY: Cell<bool> = const { Cell::new(false) };
}

/// Keeps the panics of strategies, which the host catches and records, off the standard error stream. Panics of our
/// own are told as before.
pub fn silence_strategy_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !CALLING_A_STRATEGY.get() {
            before(info);
        }
    }));
}

/// How a strategy failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It panicked: its state may be torn, so it is quarantined at once.
    Panic(String),
    /// It returned an error.
    Error(String),
    /// It asked for something that cannot be: named here with its emission number.
    InvalidIntent(usize, Invalid),
    /// It asked for more than it may in one cycle.
    TooMany(usize),
}

/// What cannot be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invalid {
    /// An instrument that does not exist.
    UnknownInstrument,
    /// An instrument to which it does not subscribe.
    NotSubscribed,
    /// A quantity that is not above zero.
    Quantity,
    /// A quantity that is not a whole number of lots.
    OffLot {
        /// The quantity.
        qty: Qty,
        /// The lot.
        lot: Qty,
    },
    /// A limit that is not above zero.
    Limit(Price),
    /// A limit that is not on the price grid.
    OffTick {
        /// The limit.
        limit: Price,
        /// The tick at that price.
        tick: Price,
    },
    /// The withdrawal of an order of somebody else.
    ForeignOrder,
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownInstrument => f.write_str("there is no such instrument"),
            Self::NotSubscribed => f.write_str("it does not subscribe to that instrument"),
            Self::Quantity => f.write_str("the quantity is not above zero"),
            Self::OffLot { qty, lot } => {
                write!(f, "the quantity {qty} is not a whole number of lots of {lot}; round it to the lot")
            }
            Self::Limit(limit) => write!(f, "the limit {limit} is not above zero"),
            Self::OffTick { limit, tick } => {
                write!(f, "the limit {limit} is not a multiple of the tick {tick}; round it to the tick")
            }
            Self::ForeignOrder => f.write_str("the order to withdraw is somebody else's"),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Panic(message) => write!(f, "panicked: {message}"),
            Self::Error(message) => write!(f, "returned an error: {message}"),
            Self::InvalidIntent(emission, what) => {
                write!(f, "asked for something invalid (intent {emission}; this counts towards quarantine): {what}")
            }
            Self::TooMany(count) => write!(f, "asked for {count} things in one cycle"),
        }
    }
}

/// Calls a strategy with these events, one by one; after a failure it is not called again.
pub(crate) fn call<'e>(
    (id, strategy): (&StrategyId, &mut dyn Strategy),
    view: &View<'_>,
    events: impl Iterator<Item = &'e MarketEvent>,
    out: &mut Intents,
    mut witness: Onlooker<'_, '_>,
) -> (u64, Result<(), Failure>) {
    let mut calls = 0;
    for event in events {
        calls += 1;
        let asked = out.asks().len();
        let answer = guarded(|| strategy.on_event(view, event, out));
        let held = out.take_held();
        if let Some(witness) = witness.as_deref_mut() {
            witness.called(Call { strategy: id, event, asked: &out.asks()[asked..], held });
        }
        match answer {
            Ok(Ok(())) if out.is_flooded() => return (calls, Err(Failure::TooMany(out.emitted()))),
            Ok(Ok(())) => {}
            Ok(Err(error)) => return (calls, Err(Failure::Error(error.0))),
            Err(payload) => return (calls, Err(Failure::Panic(message(payload.as_ref())))),
        }
    }
    (calls, Ok(()))
}

/// A fresh instance; `None` if that panics.
pub(crate) fn make(factory: &Factory) -> Option<Box<dyn Strategy>> {
    guarded(|| factory()).ok()
}

/// Does an instance go on as it is on a new scale of shares? One that panics at the question does not.
pub(crate) fn is_scale_free(strategy: &dyn Strategy) -> bool {
    guarded(|| strategy.is_scale_free()).unwrap_or(false)
}

/// Lets an instance go. It may be torn, so even that may panic; nothing of it is left then either.
pub(crate) fn discard(instance: Option<Box<dyn Strategy>>) {
    let _ = guarded(|| drop(instance));
}

/// Runs a strategy's own code.
fn guarded<T>(code: impl FnOnce() -> T) -> std::thread::Result<T> {
    CALLING_A_STRATEGY.set(true);
    let answer = catch_unwind(AssertUnwindSafe(code));
    CALLING_A_STRATEGY.set(false);
    answer
}

fn message(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

/// Is everything that was asked for something that can be?
pub(crate) fn check(
    asks: &[Ask],
    subscribed: &[Inst],
    markets: (&Instruments, &Market),
    view: &View<'_>,
    is_foreign: impl Fn(qts_core::OrderId) -> bool,
) -> Result<(), Failure> {
    for (emission, ask) in asks.iter().enumerate() {
        let verdict = match ask {
            Ask::Trade(intent) => check_intent(intent, subscribed, markets, view),
            Ask::Cancel(cancel) if is_foreign(cancel.order) => Err(Invalid::ForeignOrder),
            Ask::Cancel(_) => Ok(()),
        };
        verdict.map_err(|invalid| Failure::InvalidIntent(emission, invalid))?;
    }
    Ok(())
}

fn check_intent(
    intent: &Intent,
    subscribed: &[Inst],
    (instruments, market): (&Instruments, &Market),
    view: &View<'_>,
) -> Result<(), Invalid> {
    let instrument = instruments.get(intent.instrument).ok_or(Invalid::UnknownInstrument)?;
    if subscribed.binary_search(&intent.instrument).is_err() {
        return Err(Invalid::NotSubscribed);
    }
    if !intent.qty.is_positive() {
        return Err(Invalid::Quantity);
    }
    let position = view.position(intent.instrument);
    let closes_all = intent.qty == position.abs() && (intent.side == Side::Buy) == (position < Qty::ZERO);
    if !intent.qty.is_multiple_of(instrument.lot) && !closes_all {
        return Err(Invalid::OffLot { qty: intent.qty, lot: instrument.lot });
    }
    let Some(limit) = intent.kind.limit() else { return Ok(()) };
    if !limit.is_positive() {
        return Err(Invalid::Limit(limit));
    }
    let prices = market.prices(intent.instrument).copied().unwrap_or_default();
    let ticks = instrument.ticks.on(prices.trading_day(view.now()));
    if ticks.holds(limit) { Ok(()) } else { Err(Invalid::OffTick { limit, tick: ticks.at(limit) }) }
}
