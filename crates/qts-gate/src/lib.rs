//! The one door between what strategies want and what is sent.
//!
//! [`StagedRiskGate::judge`] takes every proposal of a cycle through three stages: *strategy scope* (each by its own
//! policy, on its own book), *arbitration* (one instrument's proposals are settled among themselves), *account
//! scope* (the account's policy on the account's numbers). What is left becomes an [`Admitted`], which only this
//! crate can make and the loop spends once.
//!
//! Calculators ([`RiskCalculator`]) compute measures; one place, `verdict`, turns measures and thresholds into caps
//! and reasons. The crate knows no loop, no broker, no order state, no strategy code, and has no outside dependency,
//! so a calculator that names one of them does not compile.
//!
//! ```
//! use qts_core::{Qty, Money, Price, Side};
//! use qts_gate::{CalculatedRiskGate, SimpleRiskInput};
//! let gate = CalculatedRiskGate { max_risk_score: "0.99".parse()? };
//! let (qty, price, cash) = (Qty::whole(5), Price::whole(100), Money::whole(250));
//! let ruling = gate.decide(&SimpleRiskInput { side: Side::Buy, qty, price, holding: Qty::ZERO, cash });
//! assert_eq!(ruling.qty, Qty::whole(2)); // what the cash affords
//! # Ok::<(), qts_core::NumError>(())
//! ```
#![forbid(unsafe_code)]
#![deny(missing_docs, clippy::float_arithmetic, clippy::unwrap_used)]
#![warn(unreachable_pub)]

mod account_scope;
mod admitted;
mod arbitrate;
mod causes;
pub mod controls;
mod levels;
pub mod measure;
mod pace;
mod party;
mod phase5;
pub mod policy;
mod situation;
mod staged;
mod strategy_scope;
pub mod supervision;
mod tighter;
mod trace;
mod verdict;

pub use admitted::{Admitted, ArbitratedOrder, Permit};
pub use arbitrate::ArbitrationRule;
pub use causes::{Cause, Causes, Restraint, Restraints};
pub use measure::{Measure, OwnNumbers, RiskCalculator, RiskContext, worth};
pub use pace::{Pace, Wish};
pub use phase5::{CalculatedRiskGate, Ruling, SimpleRisk, SimpleRiskCalculator, SimpleRiskInput};
pub use policy::RiskPolicy;
pub use situation::{Situation, Standing, StrategyState};
pub use staged::{CancelAsk, Judged, StagedRiskGate};
pub use strategy_scope::StrategyRiskCalculator;
pub use supervision::Supervision;
pub use tighter::{is_tighter, loosened};
pub use trace::{Finding, Leg, Trace};
pub use verdict::{Action, Control};
