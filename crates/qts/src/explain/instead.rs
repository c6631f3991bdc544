//! The same gate asked again under other conditions: a pure function answers as often as it is asked.

use std::collections::BTreeSet;

use qts_core::{Decision, DecisionId, Inst, Proposal, Qty};
use qts_gate::policy::Levels;
use qts_gate::{ArbitrationRule, Finding, Judged, Trace};
use qts_runtime::Hearing;

/// The rules there are.
const RULES: [ArbitrationRule; 3] = [ArbitrationRule::ExitsOnly, ArbitrationRule::Net, ArbitrationRule::Rank];

/// What every other rule for conflicts would have made of the same wishes.
pub(super) fn other_rules(hearing: &Hearing<'_>) -> Vec<(ArbitrationRule, Judged)> {
    let others = RULES.into_iter().filter(|rule| *rule != hearing.gate.rule());
    others.map(|rule| (rule, judge(hearing, rule, hearing.proposals.to_vec()))).collect()
}

fn judge(hearing: &Hearing<'_>, rule: ArbitrationRule, proposals: Vec<Proposal>) -> Judged {
    hearing.gate.with_rule(rule).judge(proposals, hearing.cancels, hearing.situation)
}

/// The largest smaller size that would have passed whole; `None` if none would.
///
/// What a control leaves changes only at its levels, so the sizes at which some control is just not above one are all
/// that can be the answer; each is asked for.
pub(super) fn nearest_size(hearing: &Hearing<'_>, decision: &Decision, trace: &Trace) -> Option<Qty> {
    let lot = hearing.situation.instruments.get(decision.instrument)?.lot;
    let about = trace.findings.iter().filter(|found| found.about.contains(&decision.id));
    let mut sizes: BTreeSet<Qty> = about.flat_map(|found| sizes_at_levels(found, decision, trace)).collect();
    sizes.extend(trace.legs.iter().filter(|leg| leg.decision == decision.id).map(|leg| leg.reducing));
    sizes.extend([decision.admitted(), lot]);
    let smaller: BTreeSet<Qty> =
        sizes.into_iter().map(|size| size.floor_to(lot)).filter(|q| q.is_positive() && *q < decision.asked).collect();
    smaller.into_iter().rev().find(|size| passes(hearing, &decision.id, *size))
}

/// The sizes at which a control's measure is just not above its levels; what others have in the same order counts, too.
fn sizes_at_levels(found: &Finding, decision: &Decision, trace: &Trace) -> Vec<Qty> {
    let Some(Levels { warn: _, limit, block }) = found.levels else { return Vec::new() };
    let others = trace.legs.iter().filter(|leg| leg.decision != decision.id && found.about.contains(&leg.decision));
    let others = others.fold(Qty::ZERO, |sum, leg| sum.checked_add(leg.after_arbitration).unwrap_or(sum));
    let most = [limit, block].into_iter().flatten().filter_map(|level| found.measure.most_within(level));
    most.flat_map(|most| [Some(most), most.checked_sub(others)]).flatten().collect()
}

fn passes(hearing: &Hearing<'_>, id: &DecisionId, size: Qty) -> bool {
    let mut proposals = hearing.proposals.to_vec();
    for proposal in proposals.iter_mut().filter(|proposal| proposal.id == *id) {
        proposal.intent.qty = size;
    }
    let judged = judge(hearing, hearing.gate.rule(), proposals);
    judged.decisions.iter().any(|decision| decision.id == *id && decision.admitted() == size)
}

/// The orders of a judgement on one instrument: side, quantity, and whose.
pub(super) fn orders_on(judged: &Judged, inst: Inst) -> impl Iterator<Item = &qts_gate::ArbitratedOrder> {
    judged.admitted.iter().filter_map(move |admitted| match admitted.permit() {
        qts_gate::Permit::Place(order) if order.instrument == inst => Some(order),
        _ => None,
    })
}
