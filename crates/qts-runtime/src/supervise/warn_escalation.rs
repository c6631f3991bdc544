//! `warn_escalation`: how often came the same warning lately?
//!
//! Warnings that nobody reads are no control. The same warning is the same code of the strategy's own policy, in
//! whatever instrument; a decision counts once for each of its codes.
//!
//! - *formula*: decisions with that warning, none longer ago than `window`
//! - *unit*: count
//! - *scope*: strategy
//! - *levels*: at `same` the strategy only reduces until a person re-arms it, with a reason
//! - *exits*: pass
//! - *conservative*: 10 within 60 s
//! - *source*: risk reference 1.6
//! - *write*: `warn_escalation = { same = 10, window = "60s" }`

use std::collections::BTreeSet;

use qts_core::{Code, Mode, Scope, Stage};
use qts_gate::Cause;

use super::modes::at_count;
use crate::command::Target;
use crate::pipeline::Runtime;
use crate::record::{Effects, Record};

impl Runtime {
    pub(super) fn count_warnings(&mut self, record: &Record, out: &mut Effects) {
        let Record::Decision(decision) = record else { return };
        let warns = |reason: &&qts_core::Reason| reason.scope == Scope::Strategy && reason.stage == Stage::Warn;
        let codes: BTreeSet<Code> = decision.reasons.iter().filter(warns).map(|reason| reason.code).collect();
        let watched = self.supervision_of(&decision.owner).and_then(|watched| watched.warn_escalation);
        let Some(within) = watched.filter(|_| decision.id.strategy == decision.owner) else { return };
        let now = self.now;
        for code in codes {
            let warnings = self.supervisors.warnings.entry(decision.owner.clone()).or_default();
            if warnings.entry(code).or_default().count(now, within) {
                let restraint = at_count(Mode::ReduceOnly, within.count, within.count);
                self.trip(&Target::Strategy(decision.owner.clone()), Cause::WarnEscalation, restraint, out);
            }
        }
    }
}
