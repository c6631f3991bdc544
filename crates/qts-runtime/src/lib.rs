//! The runtime at phase 5: one strategy, the gate, the loop.
#![forbid(unsafe_code)]
#![deny(missing_docs, clippy::unwrap_used)]
#![warn(unreachable_pub)]

mod pipeline;

pub use pipeline::{Effects, Input, Runtime};
