//! The one place that turns a measure and its thresholds into a cap and a reason.
//!
//! Caps are always over the *original* quantity, never chained: `admitted = floor_to_lot(min(asked, all caps))`.
//! Reasons are collected from every control and sorted, so the order of controls cannot matter.

use qts_core::{Amount, Code, Qty, Reason, Scope, Stage};

use crate::measure::{Measure, RiskContext};
use crate::policy::Levels;

/// How a control's levels act on a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Size of one order: above `block` it is blocked whole, an exit is sliced; above `limit` reduced to it.
    OrderSize,
    /// As [`Action::OrderSize`] at account scope, where it only reduces.
    OrderSizeReduceOnly,
    /// Shared room: reduced to what is left, never below the reducing part.
    Capacity,
    /// All or nothing above `limit`, never below the reducing part.
    Count,
    /// Wrong at any size: blocked above `block`.
    Plausible,
    /// As [`Action::Plausible`], but an exit is exempt.
    PlausibleSize,
}

/// One control ready to be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control {
    /// Its name.
    pub code: Code,
    /// What its levels do.
    pub action: Action,
    /// Its levels in the measure's unit; `None` if they could not be computed, which blocks.
    pub levels: Option<Levels<Amount>>,
}

/// What the controls left of one proposal or order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    scope: Scope,
    asked: Qty,
    reducing: Qty,
    lot: Qty,
    cap: Qty,
    blocked: bool,
    reasons: Vec<Reason>,
}

impl Verdict {
    /// Nothing said yet about this.
    #[must_use]
    pub(crate) fn new(scope: Scope, seen: &RiskContext<'_>) -> Self {
        Self {
            scope,
            asked: seen.asked,
            reducing: seen.reducing,
            lot: seen.instrument.lot,
            cap: seen.asked,
            blocked: false,
            reasons: Vec::new(),
        }
    }

    /// What is admitted: the least of what was asked and all caps, in whole lots where it was cut.
    #[must_use]
    pub(crate) fn admitted(&self) -> Qty {
        if self.blocked { Qty::ZERO } else { self.capped() }
    }

    /// What the caps leave, blocked or not: the quantity that a check is about.
    #[must_use]
    pub(crate) fn capped(&self) -> Qty {
        self.usable(self.cap)
    }

    /// The reasons in their fixed order.
    #[must_use]
    pub(crate) fn into_reasons(mut self) -> Vec<Reason> {
        self.reasons.sort_unstable();
        self.reasons
    }

    /// What one cap leaves.
    #[must_use]
    pub(crate) fn usable(&self, cap: Qty) -> Qty {
        if cap >= self.asked { self.asked } else { cap.max(Qty::ZERO).floor_to(self.lot) }
    }

    fn is_exit(&self) -> bool {
        self.reducing == self.asked
    }

    /// Applies a cap and says why, if it binds.
    pub(crate) fn cap(&mut self, code: Code, cap: Qty, observed: Option<Amount>, limit: Option<Amount>) {
        if cap >= self.asked {
            return;
        }
        let stage = if self.usable(cap).is_positive() { Stage::Reduce } else { Stage::Block };
        self.cap = self.cap.min(cap);
        self.note(code, stage, observed, limit);
    }

    /// Blocks it whole.
    pub(crate) fn block(&mut self, code: Code, observed: Option<Amount>, limit: Option<Amount>) {
        self.blocked = true;
        self.note(code, Stage::Block, observed, limit);
    }

    /// Adds a reason without effect on the quantity.
    pub(crate) fn note(&mut self, code: Code, stage: Stage, observed: Option<Amount>, limit: Option<Amount>) {
        self.reasons.push(Reason { scope: self.scope, code, stage, observed, limit });
    }

    /// Turns one measure into a cap and a reason.
    pub(crate) fn apply(&mut self, control: &Control, measure: Measure) {
        if measure == Measure::NotApplicable {
            return;
        }
        let (Some(value), Some(levels)) = (measure.at(self.asked), control.levels) else {
            return self.unknown(control);
        };
        let above = |level: Option<Amount>| level.is_some_and(|level| value > level);
        let observed = Some(value);
        if above(levels.block) {
            self.above_block(control, measure, observed, levels);
        } else if above(levels.limit) {
            let cap = self.cap_at(control.action, measure, levels.limit);
            self.cap(control.code, cap, observed, levels.limit);
        } else if above(levels.warn) {
            self.note(control.code, Stage::Warn, observed, levels.warn);
        }
    }

    fn above_block(&mut self, control: &Control, measure: Measure, observed: Option<Amount>, levels: Levels<Amount>) {
        match control.action {
            Action::OrderSize if !self.is_exit() => self.block(control.code, observed, levels.block),
            Action::OrderSize | Action::OrderSizeReduceOnly => {
                let cap = self.cap_at(control.action, measure, levels.limit);
                self.cap(control.code, cap, observed, levels.limit);
            }
            Action::Capacity | Action::Count => self.cap(control.code, self.reducing, observed, levels.block),
            Action::Plausible => self.block(control.code, observed, levels.block),
            Action::PlausibleSize if self.is_exit() => {}
            Action::PlausibleSize => self.block(control.code, observed, levels.block),
        }
    }

    fn cap_at(&self, action: Action, measure: Measure, limit: Option<Amount>) -> Qty {
        let most = limit.and_then(|limit| measure.most_within(limit)).unwrap_or(Qty::ZERO);
        match action {
            // A slice of an exit is at least one lot: it may be sliced, never blocked.
            Action::OrderSize | Action::OrderSizeReduceOnly if self.is_exit() => most.max(self.lot.min(self.asked)),
            Action::OrderSize | Action::OrderSizeReduceOnly => most,
            Action::Capacity => most.max(self.reducing),
            Action::Count => self.reducing,
            Action::Plausible | Action::PlausibleSize => Qty::ZERO,
        }
    }

    /// What cannot be computed is taken for the worst that it could be: it never admits more than a known measure.
    fn unknown(&mut self, control: &Control) {
        match control.action {
            Action::Capacity | Action::Count => self.cap(control.code, self.reducing, None, None),
            Action::OrderSize | Action::OrderSizeReduceOnly if self.is_exit() => {
                let cap = self.cap_at(control.action, Measure::Unknown, None);
                self.cap(control.code, cap, None, None);
            }
            Action::PlausibleSize if self.is_exit() => {}
            _ => self.block(control.code, None, None),
        }
    }
}
