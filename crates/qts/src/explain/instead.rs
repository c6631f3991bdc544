//! The same gate asked again under other conditions: a pure function answers as often as it is asked.

use qts_core::{Code, Decision, DecisionId, Inst, Proposal, Qty, Reason, Scope, Stage};
use qts_gate::{ArbitrationRule, Judged};
use qts_runtime::Hearing;

use super::case::Stopped;

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
/// Less is never harder to admit, so whole lots are found by halving; besides them only the whole position may be sold.
pub(super) fn nearest_size(hearing: &Hearing<'_>, decision: &Decision) -> Option<Qty> {
    let lot = hearing.situation.instruments.get(decision.instrument)?.lot;
    let in_lots = most_lots(decision.asked, lot, |size| passes(hearing, &decision.id, size));
    let book = hearing.situation.books.get(&decision.owner);
    let position = book.map_or(Qty::ZERO, |book| book.holding(decision.instrument).position.abs());
    let is_odd = position < decision.asked && !position.is_multiple_of(lot) && Some(position) > in_lots;
    if is_odd && passes(hearing, &decision.id, position) { Some(position) } else { in_lots }
}

/// Why no smaller size would have passed; `None` if it cannot be told.
pub(super) fn stopped(hearing: &Hearing<'_>, decision: &Decision) -> Option<Stopped> {
    let lot = hearing.situation.instruments.get(decision.instrument)?.lot;
    if lot >= decision.asked {
        return Some(Stopped { code: None, text: format!("there is none below one lot of {lot}") });
    }
    let stops = stops(hearing, hearing.proposals.to_vec(), &decision.id, lot)?;
    let own = |proposal: &&Proposal| stops.scope != Scope::Strategy || proposal.owner == decision.owner;
    let others = hearing.proposals.iter().filter(own).count().saturating_sub(1);
    let alone: Vec<Proposal> = hearing.proposals.iter().filter(|one| one.id == decision.id).cloned().collect();
    let passes_alone = others > 0 && self::stops(hearing, alone, &decision.id, lot).is_none();
    let text = match stops.code {
        Code::OpposingIntent | Code::NoCrossPrice => "any size opposes what others ask for".to_owned(),
        Code::SelfTrade => "any size could trade against an own working order".to_owned(),
        Code::ReduceOnly | Code::Halted | Code::Killed | Code::Shadow => format!("{} holds back any size", stops.code),
        code if !passes_alone => format!("{code} stops even {lot}"),
        code if others == 1 => format!("{code} stops even {lot}, with 1 other ask of this cycle"),
        code => format!("{code} stops even {lot}, with {others} other asks of this cycle"),
    };
    Some(Stopped { code: Some(stops.code.as_str()), text })
}

/// What cuts or blocks the decision of this size, first; `None` if it passes whole.
fn stops(hearing: &Hearing<'_>, proposals: Vec<Proposal>, id: &DecisionId, size: Qty) -> Option<Reason> {
    let judged = judge(hearing, hearing.gate.rule(), sized(proposals, id, size));
    let decision = judged.decisions.iter().find(|decision| decision.id == *id)?;
    decision.reasons.iter().find(|reason| reason.stage > Stage::Warn).cloned()
}

/// The most whole lots below `asked` that pass.
fn most_lots(asked: Qty, lot: Qty, passes: impl Fn(Qty) -> bool) -> Option<Qty> {
    let lot = lot.units().max(1);
    let size = |lots: i64| lots.checked_mul(lot).and_then(Qty::from_units);
    let (mut enough, mut too_many) = (0, asked.units().checked_sub(1)? / lot + 1);
    while too_many - enough > 1 {
        let middle = enough + (too_many - enough) / 2;
        if size(middle).is_some_and(&passes) {
            enough = middle;
        } else {
            too_many = middle;
        }
    }
    size(enough).filter(|size| size.is_positive())
}

fn passes(hearing: &Hearing<'_>, id: &DecisionId, size: Qty) -> bool {
    let judged = judge(hearing, hearing.gate.rule(), sized(hearing.proposals.to_vec(), id, size));
    judged.decisions.iter().any(|decision| decision.id == *id && decision.admitted() == size)
}

/// The proposals, one of them of another size.
fn sized(mut proposals: Vec<Proposal>, id: &DecisionId, size: Qty) -> Vec<Proposal> {
    for proposal in proposals.iter_mut().filter(|proposal| proposal.id == *id) {
        proposal.intent.qty = size;
    }
    proposals
}

/// The orders of a judgement on one instrument: side, quantity, and whose.
pub(super) fn orders_on(judged: &Judged, inst: Inst) -> impl Iterator<Item = &qts_gate::ArbitratedOrder> {
    judged.admitted.iter().filter_map(move |admitted| match admitted.permit() {
        qts_gate::Permit::Place(order) if order.instrument == inst => Some(order),
        _ => None,
    })
}
