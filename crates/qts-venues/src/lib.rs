//! The outside: where market data comes from and where orders go. Paper first.
#![forbid(unsafe_code)]
#![deny(missing_docs, clippy::unwrap_used)]
#![warn(unreachable_pub)]

pub mod calendar;
pub mod feed;
pub mod hours;
pub mod markets;
pub mod sim;
