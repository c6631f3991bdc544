//! A trace tells everything that was looked at, and looking on changes nothing.

use proptest::prelude::*;
use qts_core::{Code, Decision, Scope, Stage};
use qts_gate::{Finding, Trace};

use crate::plan::plans;

/// Reasons that no control of a policy gives: validity, modes, arbitration, Phase 5's own.
fn is_measured(code: Code) -> bool {
    let of_data = [Code::Restricted, Code::OutsideSession, Code::StaleData, Code::DataImplausible];
    let of_flow = [Code::DuplicateOrder, Code::ShortNotAllowed, Code::OrderRate, Code::MessageLimit];
    (Code::PriceCollar..=Code::MaxOpenOrders).contains(&code) || of_data.contains(&code) || of_flow.contains(&code)
}

fn findings<'a>(trace: &'a Trace, decision: &'a Decision, scope: Scope) -> impl Iterator<Item = &'a Finding> {
    trace.findings.iter().filter(move |found| found.scope == scope && found.about.contains(&decision.id))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_500) })]

    #[test]
    fn looking_on_changes_nothing(plan in plans()) {
        let judged = plan.judge();
        let (seen, _) = plan.world().explain(plan.proposals(), &[]);
        prop_assert_eq!(format!("{judged:?}"), format!("{seen:?}"));
    }

    #[test]
    fn every_measured_reason_is_a_finding_and_every_binding_finding_a_reason(plan in plans()) {
        let (judged, trace) = plan.world().explain(plan.proposals(), &[]);
        for decision in &judged.decisions {
            for reason in decision.reasons.iter().filter(|reason| is_measured(reason.code)) {
                let told = findings(&trace, decision, reason.scope).any(|found| {
                    let same = found.code == reason.code && found.stage >= Stage::Warn;
                    same && (found.observed == reason.observed || reason.observed.is_none())
                });
                prop_assert!(told, "{:?} is not in {:?}", reason, trace);
            }
            for found in findings(&trace, decision, Scope::Strategy).filter(|found| found.stage > Stage::Pass) {
                let reasons = &decision.reasons;
                let told = reasons.iter().any(|reason| (reason.scope, reason.code) == (found.scope, found.code));
                prop_assert!(told, "{:?} is not in {:?}", found, decision);
            }
        }
    }

    #[test]
    fn what_is_left_shrinks_from_stage_to_stage(plan in plans()) {
        let (judged, trace) = plan.world().explain(plan.proposals(), &[]);
        prop_assert_eq!(trace.legs.len(), judged.decisions.len());
        for (leg, decision) in trace.legs.iter().zip(&judged.decisions) {
            prop_assert_eq!(&leg.decision, &decision.id);
            prop_assert!(leg.after_strategy <= decision.asked && leg.reducing <= leg.after_strategy);
            prop_assert!(leg.after_arbitration <= leg.after_strategy && decision.sent <= leg.after_arbitration);
        }
    }
}
