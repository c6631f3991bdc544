//! Tests of the runtime, one binary.

mod audit;
mod drawn;
mod floor;
mod latch;
mod market_rules;
mod phase5;
mod properties;
mod requirements;
mod scenarios;
mod script;
mod support;
mod words;
