//! What goes into a journal, and its form in bytes.
//!
//! An [`Entry`] is one thing that a journal tells: how it began, an input of the runtime, a record that came of it, the
//! hash after it. Each kind of entry has a number that never changes its meaning.
//!
//! The rules by which forms evolve, held by tests with old bytes:
//! - a field is never removed, moved or given another meaning; new ones come at the end of the entry and have a value
//!   for entries that lack them;
//! - a form that must change otherwise gets a new number, and the old one stays readable;
//! - a number that is not known is an error, never passed over: what is not understood cannot be replayed.
//!
//! This crate knows no file: what frames, hashes and keeps the bytes is `qts-journal`.
#![forbid(unsafe_code)]
#![deny(missing_docs, clippy::unwrap_used)]
#![warn(unreachable_pub)]

mod bytes;
mod core;
mod entry;
mod runtime;

pub use bytes::{Broken, Bytes, Reader};
pub use entry::{Entry, File, Opening};
