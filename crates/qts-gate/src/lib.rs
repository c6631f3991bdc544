//! The one door between what strategies want and what is sent.
#![forbid(unsafe_code)]
#![deny(missing_docs, clippy::float_arithmetic, clippy::unwrap_used)]
#![warn(unreachable_pub)]

mod admitted;
mod phase5;
pub mod policy;
mod situation;
mod staged;

pub use admitted::{Admitted, ArbitratedOrder, Permit};
pub use phase5::{CalculatedRiskGate, Ruling, SimpleRisk, SimpleRiskCalculator, SimpleRiskInput};
pub use policy::RiskPolicy;
pub use situation::{Situation, Standing, StrategyState};
pub use staged::{Judged, StagedRiskGate};
