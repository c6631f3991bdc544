//! The words of QTS: exact numbers, instruments, market events, intents, decisions and books.
//!
//! Everything here is plain data with checked, exact arithmetic. This crate knows no strategy, no gate, no
//! loop, no file format and no clock, and it has no outside dependency.
//!
//! ```
//! use qts_core::{Money, Price, Qty};
//! let price: Price = "50000".parse()?;
//! let qty: Qty = "10".parse()?;
//! assert_eq!(Money::of(price, qty).to_string(), "500000");
//! # Ok::<(), qts_core::NumError>(())
//! ```
#![forbid(unsafe_code)]
#![deny(missing_docs, clippy::float_arithmetic, clippy::unwrap_used)]
#![warn(unreachable_pub)]

mod alloc;
mod book;
mod dated;
mod decision;
mod event;
mod ids;
mod instrument;
mod intent;
mod market;
mod num;
mod reason;
mod report;
mod scale;
mod time;

pub use alloc::{Allocation, allocate};
pub use book::{Adjusted, Book, Books, Holding};
pub use dated::Dated;
pub use decision::{CancelRequest, Child, Cross, Decision, Stage, Working};
pub use event::{Bar, MarketEvent, Payload, Quote, Slice, Told, Trade};
pub use ids::{Cycle, DecisionId, Epoch, ExecId, Inst, InstrumentId, OrderId, StrategyId};
pub use instrument::{DailyLimit, Instrument, Instruments, OrderLimit, TickTable};
pub use intent::{Ask, CancelIntent, Intent, Kind, Proposal, Side, Tif};
pub use market::{Market, Prices, Session};
pub use num::{Money, NumError, Price, Qty, Ratio, SCALE, parse_nearest};
pub use reason::{Amount, Code, Reason, Scope};
pub use report::{ExecReport, Outcome};
pub use scale::{Scale, ScaleError, Settled, Settling, Unsettled, settle};
pub use time::{Day, Mode, Span, Ts};
