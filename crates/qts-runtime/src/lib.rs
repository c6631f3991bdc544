//! The cycle: registry, host, multiplexer, attribution, and the pipeline that ties them to the gate and the loop.
//!
//! Everything is in [`Runtime::step`]; the shell around it reads data, sends orders and keeps records. This crate
//! knows no file, no network, no clock, and no venue.
#![forbid(unsafe_code)]
#![deny(missing_docs, clippy::unwrap_used)]
#![warn(unreachable_pub)]

mod adjust;
mod command;
mod digest;
mod host;
mod inbox;
mod ledger;
mod mux;
mod operate;
mod pipeline;
mod record;
mod registry;
mod supervise;
mod velocity;
mod witness;

pub use adjust::{Adjustment, Awaits};
pub use command::{Action, Command, Schedule, Target, Verb, When};
pub use host::{Failure, Invalid, silence_strategy_panics};
pub use inbox::{Facts, Outside, OutsideAsk};
pub use ledger::Share;
pub use mux::{Reaction, StrategyMultiplexer};
pub use pipeline::{Input, Runtime, Setup};
pub use record::{Effects, Lifting, Record};
pub use registry::{QuarantineRule, Registration, RegistryError, StrategyRegistry};
pub use supervise::PositionReport;
pub use witness::{Call, Hearing, Witness};
