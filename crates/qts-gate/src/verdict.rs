//! The one place that turns a measure and its thresholds into a cap and a reason.
//!
//! Caps are always over the *original* quantity, never chained: `admitted = floor_to_lot(min(asked, all caps))`.
//! Reasons are collected from every control and sorted, so the order of controls cannot matter.

use qts_core::{Amount, Code, Qty, Reason, Scope, Stage};

use crate::measure::{Measure, RiskContext};
use crate::policy::Levels;
use crate::trace::Finding;

/// How a control's levels act on a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Size of one order: above `block` it is blocked whole, an exit is sliced; above `limit` reduced to it.
    OrderSize,
    /// As [`Action::OrderSize`] at account scope, where it only reduces.
    OrderSizeReduceOnly,
    /// Shared room: reduced to what is left, never below the reducing part.
    Capacity,
    /// Blocks what increases: all or nothing above `limit`, never below the reducing part.
    Increase,
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
    /// Its levels in the measure's unit; `None` if it has none (whatever [`Measure::IsSo`] then blocks), or if they could
    /// not be computed, which blocks.
    pub levels: Option<Levels<Amount>>,
}

/// What the controls left of one proposal or order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    scope: Scope,
    asked: Qty,
    reducing: Qty,
    /// What order-size controls leave in any case: they may slice exits, never block them.
    slice: Qty,
    lot: Qty,
    cap: Qty,
    blocked: bool,
    reasons: Vec<Reason>,
    /// Every control applied, if somebody looks on.
    findings: Option<Vec<Finding>>,
}

impl Verdict {
    /// Nothing said yet about this; `slice` is a lot of each exit in it.
    #[must_use]
    pub(crate) fn new(scope: Scope, seen: &RiskContext<'_>, slice: Qty) -> Self {
        Self {
            scope,
            asked: seen.asked,
            reducing: seen.reducing,
            slice,
            lot: seen.instrument.lot,
            cap: seen.asked,
            blocked: false,
            reasons: Vec::new(),
            findings: None,
        }
    }

    /// The same with every control noted.
    #[must_use]
    pub(crate) fn watched(mut self, is_watched: bool) -> Self {
        self.findings = is_watched.then(Vec::new);
        self
    }

    /// What was noted of the controls.
    pub(crate) fn take_findings(&mut self) -> Vec<Finding> {
        self.findings.take().unwrap_or_default()
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
        let told = self.reasons.len();
        self.enforce(control, measure);
        if let Some(findings) = &mut self.findings {
            findings.push(Finding {
                about: Vec::new(),
                scope: self.scope,
                code: control.code,
                measure,
                observed: measure.at(self.asked),
                levels: control.levels,
                stage: self.reasons.get(told).map_or(Stage::Pass, |reason| reason.stage),
            });
        }
    }

    fn enforce(&mut self, control: &Control, measure: Measure) {
        if let Measure::IsSo(is_so) = measure {
            if is_so {
                self.above_block(control, measure, None, Levels::NONE);
            }
            return;
        }
        let (value, levels) = match (measure.at(self.asked), control.levels) {
            (Some(value), Some(levels)) => (value, levels),
            // What may only warn does no more where it cannot be computed.
            (None, Some(Levels { limit: None, block: None, .. })) => {
                return self.note(control.code, Stage::Warn, None, None);
            }
            _ => return self.unknown(control),
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
            Action::Capacity | Action::Increase => self.cap(control.code, self.reducing, observed, levels.block),
            Action::Plausible => self.block(control.code, observed, levels.block),
            Action::PlausibleSize if self.is_exit() => {}
            Action::PlausibleSize => self.block(control.code, observed, levels.block),
        }
    }

    fn cap_at(&self, action: Action, measure: Measure, limit: Option<Amount>) -> Qty {
        let most = limit.and_then(|limit| measure.most_within(limit)).unwrap_or(Qty::ZERO);
        match action {
            Action::OrderSize | Action::OrderSizeReduceOnly => most.max(self.slice),
            Action::Capacity => most.max(self.reducing),
            Action::Increase => self.reducing,
            Action::Plausible | Action::PlausibleSize => Qty::ZERO,
        }
    }

    /// What cannot be computed is taken for the worst that it could be: it never admits more than a known measure.
    fn unknown(&mut self, control: &Control) {
        match control.action {
            Action::Capacity | Action::Increase => self.cap(control.code, self.reducing, None, None),
            Action::OrderSize | Action::OrderSizeReduceOnly if self.slice.is_positive() => {
                self.cap(control.code, self.slice, None, None);
            }
            Action::PlausibleSize if self.is_exit() => {}
            _ => self.block(control.code, None, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use qts_core::{Money, Price};

    use super::*;

    fn verdict(asked: i32, reducing: i32, lot: i32) -> Verdict {
        let (asked, reducing) = (Qty::whole(asked), Qty::whole(reducing.min(asked)));
        Verdict {
            scope: Scope::Strategy,
            asked,
            reducing,
            slice: if reducing == asked { asked.min(Qty::whole(lot)) } else { Qty::ZERO },
            lot: Qty::whole(lot),
            cap: asked,
            blocked: false,
            reasons: vec![],
            findings: None,
        }
    }

    fn measures() -> impl Strategy<Value = Measure> {
        let small = || -20..60i32;
        let shares = (small(), 0..30i32);
        let shares = shares.prop_map(|(b, f)| Measure::Shares { before: Qty::whole(b), free: Qty::whole(f) });
        let worth = (small(), 0..30i32).prop_map(|(before, free)| Measure::Worth {
            before: Money::whole(before.into()),
            price: Price::whole(2),
            free: Qty::whole(free),
        });
        let count = (0..9u64).prop_map(|count| Measure::Fixed(Amount::Count(count)));
        let fact = any::<bool>().prop_map(Measure::IsSo);
        prop_oneof![shares, worth, count, fact, Just(Measure::Unknown), Just(Measure::NotApplicable)]
    }

    fn controls() -> impl Strategy<Value = (Control, Measure)> {
        use Action::{Capacity, Increase, OrderSize, OrderSizeReduceOnly, Plausible, PlausibleSize};
        let actions = vec![OrderSize, OrderSizeReduceOnly, Capacity, Increase, Plausible, PlausibleSize];
        let codes = vec![Code::MaxLong, Code::FatFinger, Code::Budget, Code::PriceCollar];
        let levels = prop::option::weighted(0.9, [prop::option::of(0..60i32), prop::option::of(0..60i32)]);
        (prop::sample::select(codes), prop::sample::select(actions), levels, measures()).prop_map(
            |(code, action, levels, measure)| {
                let amount = |number: i32| match measure {
                    Measure::Worth { .. } => Amount::Money(Money::whole(number.into())),
                    Measure::Fixed(_) => Amount::Count(number.unsigned_abs().into()),
                    _ => Amount::Qty(Qty::whole(number)),
                };
                let levels = levels.map(|[warn, limit]| Levels {
                    warn: warn.map(amount),
                    limit: limit.map(amount),
                    block: limit.map(|limit| amount(limit + 20)),
                });
                (Control { code, action, levels }, measure)
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]
        #[test]
        fn the_order_of_controls_cannot_matter(
            (straight, shuffled) in prop::collection::vec(controls(), 0..8)
                .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
            (asked, reducing, lots) in (1..70i32, 0..70i32, 1..4i32),
        ) {
            let judged = [straight, shuffled].map(|controls| {
                let mut verdict = verdict(asked, reducing, lots);
                controls.iter().for_each(|(control, measure)| verdict.apply(control, *measure));
                (verdict.admitted(), verdict.capped(), verdict.into_reasons())
            });
            prop_assert_eq!(&judged[0], &judged[1]);
        }
    }

    #[test]
    fn a_cap_that_does_not_bind_is_no_reason() {
        let mut verdict = verdict(10, 0, 1);
        verdict.cap(Code::MaxLong, Qty::whole(10), None, None);
        assert_eq!((verdict.admitted(), verdict.into_reasons()), (Qty::whole(10), vec![]));
    }

    #[test]
    fn a_block_does_not_hide_what_the_caps_leave() {
        let mut verdict = verdict(10, 0, 4);
        verdict.block(Code::Shadow, None, None);
        verdict.cap(Code::MaxLong, Qty::whole(9), None, None);
        assert_eq!((verdict.admitted(), verdict.capped()), (Qty::ZERO, Qty::whole(8)));
    }
}
