//! The execution loop: synchronous, single, simple, frozen (see `FROZEN.md`).
//!
//! For each [`qts_gate::Admitted`]: hook before intent → [`NewOrder`] → hook before route → the [`Broker`] port →
//! hook after response → order state. It computes no risk, knows no strategy and matches on no reason. Whatever the
//! broker has to say beyond *taken* or *refused* comes back later as an [`qts_core::ExecReport`].
//!
//! ```
//! use qts_loop::OrderState;
//! assert!(OrderState::Created.may_become(OrderState::Submitted));
//! assert!(!OrderState::Terminal.may_become(OrderState::Filled));
//! ```
#![forbid(unsafe_code)]
#![deny(missing_docs, clippy::float_arithmetic, clippy::unwrap_used)]
#![warn(unreachable_pub)]

mod execution;
mod order;

pub use execution::{Broker, ExecutionLoop, Hooks, Iteration, NoHooks, Response, Step, StopPolicy};
pub use order::{Absorbed, NewOrder, Order, OrderState};
