//! Tests of the runtime, one binary.

mod phase5;
mod support;
