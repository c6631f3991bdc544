//! Supervisors: when each trips, what it leaves, and what lifts it. Boundaries are tried on both sides.

mod books;
mod cases;
mod losses;
mod modes;
mod policies;
mod strategies;

use qts_core::{Money, Ratio, Span};
use qts_gate::policy::Thresholds;
use qts_gate::supervision::{RepeatedExecution, Within};
use qts_gate::{RiskPolicy, Supervision};
use qts_runtime::Registration;
use qts_strategy::Factory;

use crate::floor::{Floor, entry, policy};

/// `validity_only` with these supervisors.
fn watched(supervision: Supervision) -> RiskPolicy {
    RiskPolicy { supervision, ..policy("validity_only") }
}

/// A strategy under such a policy.
fn watched_entry(name: &str, supervision: Supervision, factory: Factory) -> Registration {
    Registration { policy: std::sync::Arc::new(watched(supervision)), ..entry(name, factory) }
}

fn repeated(same: Option<u64>, session: Option<u64>) -> Supervision {
    Supervision { repeated_execution: Some(RepeatedExecution { same, session }), ..Supervision::default() }
}

const fn within_a_minute(count: u64) -> Option<Within> {
    Some(Within { count, window: Span(60 * Span::SECOND.0) })
}

fn percent(text: &str) -> Option<Ratio> {
    Ratio::from_percent(text).ok()
}

/// Levels in per cent.
fn levels(warn: &str, limit: &str, block: &str) -> Option<Thresholds<Ratio>> {
    Some(Thresholds { warn: percent(warn), limit: percent(limit), block: percent(block) })
}

/// So many quiet minutes.
fn minutes(floor: &mut Floor, bars: &str, count: usize) -> Vec<String> {
    (0..count).flat_map(|_| floor.minute(bars)).collect()
}

/// Lines about supervisors only.
fn supervised(lines: &[String]) -> Vec<String> {
    let is_about = |line: &&String| line.contains(" trips ") || line.contains(" is no longer ");
    lines.iter().filter(is_about).cloned().collect()
}

/// The account's worth.
fn worth(floor: &Floor) -> Option<Money> {
    floor.runtime.books().equity(floor.runtime.market())
}
