//! All that the author of a strategy sees.
//!
//! A [`Strategy`] is called once per market event of an instrument it subscribes to, with a read-only [`View`] of
//! *its own* book and open orders, and puts what it wants into [`Intents`]. It cannot name another strategy, the
//! gate, the loop or a broker: none of them can be imported from here. The host stamps the strategy's id on what it
//! emits, so no strategy can speak in another's name.
//!
//! ```
//! use qts_strategy::{Intents, MarketEvent, Qty, Strategy, StrategyError, View};
//!
//! /// Buys one share whenever it holds none.
//! struct AlwaysIn;
//!
//! impl Strategy for AlwaysIn {
//!     fn on_event(&mut self, view: &View<'_>, event: &MarketEvent, out: &mut Intents) -> Result<(), StrategyError> {
//!         if view.position(event.instrument).is_zero() && !view.is_waiting(event.instrument) {
//!             out.buy(event.instrument, Qty::whole(1), "holding none");
//!         } else {
//!             out.hold("holding");
//!         }
//!         Ok(())
//!     }
//! }
//! ```
#![forbid(unsafe_code)]
#![deny(missing_docs, clippy::unwrap_used)]
#![warn(unreachable_pub)]

pub mod indicators;
mod intents;
mod params;
mod view;

use std::fmt;
use std::sync::Arc;

pub use intents::Intents;
pub use params::{Param, ParamError, Params};
pub use qts_core::{
    Ask, Bar, CancelIntent, Cycle, Inst, Instrument, InstrumentId, Instruments, Intent, Kind, MarketEvent, Money,
    NumError, OrderId, Payload, Price, Qty, Quote, Ratio, Side, Span, Tif, Trade, Ts,
};
pub use view::{OwnOrder, View};

/// A judge of the market. It keeps its own state and nothing else: statics, thread-locals and shared cells are
/// banned, and so are clocks and randomness.
pub trait Strategy: Send {
    /// Judges one event. What it wants goes into `out`; silence changes nothing.
    ///
    /// # Errors
    /// A failure that the strategy noticed itself: everything it asked for in this cycle is dropped, and it counts
    /// towards quarantine. A panic does the same and quarantines at once.
    fn on_event(&mut self, view: &View<'_>, event: &MarketEvent, out: &mut Intents) -> Result<(), StrategyError>;

    /// Does it remember neither prices nor numbers of shares? Then it goes on as it is when the shares of an instrument
    /// get a new scale (a split); any other starts anew and warms up again.
    fn is_scale_free(&self) -> bool {
        false
    }
}

/// Makes fresh instances of one configured strategy: enabling one again starts it anew.
pub type Factory = Arc<dyn Fn() -> Box<dyn Strategy> + Send + Sync>;

/// A failure that a strategy noticed itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrategyError(pub String);

impl fmt::Display for StrategyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StrategyError {}
