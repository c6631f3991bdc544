//! Replies as JSON: what a line did, or why nothing was done.

use std::collections::{BTreeMap, BTreeSet};

use qts_core::{CancelRequest, Instruments, Mode, Money, OrderId, Price, Qty};
use qts_gate::StrategyState;
use qts_runtime::{Effects, Record, Runtime, Share};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::adjust;
use crate::decide::answer::{JsonAnswer, JsonCancel, names};
use crate::decide::error::Problem;
use crate::decide::node::Node;
use crate::decide::rows::{Answer, Going, Row};
use crate::decide::sentence::Scene;
use crate::decide::setup::name;
use crate::decide::wants::{Directory, Wants};
use crate::decimal::Decimal;
use crate::order_words;

use super::line;
use super::service::{Done, Service};
use super::state::State;

/// The account's name among the modes.
pub(super) const ACCOUNT: &str = "account";

#[derive(Serialize)]
struct Refusal<'a> {
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RawValue>,
    error: Error<'a>,
}

#[derive(Serialize)]
struct Error<'a> {
    code: &'static str,
    path: String,
    message: &'a str,
    help: &'a str,
}

/// The reply to a line that could not be understood: nothing was done.
pub(super) fn refusal(number: u64, text: &str, problem: &Problem) -> String {
    let error = Error {
        code: problem.fault.as_str(),
        path: problem.path(text),
        message: &problem.problem,
        help: &problem.help,
    };
    written(&Refusal { line: number, id: line::id_of(text).and_then(raw), error })
}

#[derive(Default, Serialize)]
struct Reply<'a> {
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fills: Vec<JsonFill<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ended: Vec<JsonEnded<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused: Vec<JsonRefused<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    commands: Vec<JsonCommand<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    adjustments: Vec<adjust::Row>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<JsonFailed<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    quarantined: Vec<&'a str>,
    #[serde(flatten)]
    judged: Option<JsonAnswer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancels: Option<Vec<JsonCancel<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modes: Option<BTreeMap<String, &'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<Waiting>,
    /// Whose quotes were left out because their bid is above their ask.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    crossed_quotes: Vec<std::borrow::Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<State<'a>>,
}

#[derive(Serialize)]
pub(super) struct Waiting {
    events: usize,
    intents: usize,
}

#[derive(Serialize)]
struct JsonFill<'a> {
    order: Decimal<u64>,
    instrument: std::borrow::Cow<'a, str>,
    side: &'static str,
    qty: Decimal<Qty>,
    price: Decimal<Price>,
    fee: Decimal<Money>,
    late: bool,
    /// How much of it is beyond what the order asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    over: Option<Decimal<Qty>>,
    shares: Vec<JsonShare<'a>>,
}

#[derive(Serialize)]
struct JsonShare<'a> {
    strategy: &'a str,
    qty: Decimal<Qty>,
    fee: Decimal<Money>,
}

#[derive(Serialize)]
struct JsonEnded<'a> {
    order: Decimal<u64>,
    how: &'static str,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonRefused<'a> {
    order: Decimal<u64>,
    text: &'a str,
}

#[derive(Serialize)]
struct JsonCommand<'a> {
    command: &'a str,
    refused: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonFailed<'a> {
    strategy: &'a str,
    text: String,
}

/// The reply to a line that was done: what came of it, and the modes after a judgement and after what may set them.
pub(super) fn reply(
    service: &Service,
    (number, id): (u64, Option<Node<'_>>),
    done: Done,
    may_set_modes: bool,
    wants_state: bool,
) -> String {
    let Done { effects, judged, over, crossed_quotes } = done;
    let instruments = service.instruments();
    let cancels = cancels(&effects);
    let scene = Scene { instruments, market: service.runtime().market() };
    let answer = judged.map(|wants| answer(wants, &effects, scene, cancels.clone()));
    let was_judged = answer.is_some();
    let mut reply = Reply {
        line: number,
        id: id.and_then(raw),
        judged: answer.as_ref().map(|answer| JsonAnswer::new(answer, service)),
        modes: (was_judged || may_set_modes).then(|| modes(service.runtime(), instruments)),
        waiting: waiting(service),
        crossed_quotes: names(&crossed_quotes, instruments),
        state: wants_state.then(|| State::new(service)),
        ..Reply::default()
    };
    if !was_judged && (may_set_modes || !cancels.is_empty()) {
        reply.cancels = Some(cancels.iter().map(|cancel| JsonCancel::new(cancel, service)).collect());
    }
    let mut adjusted = adjust::AllMade::default();
    for record in &effects.records {
        reply.take(record, instruments);
        adjusted.take_in(&effects, record);
    }
    reply.adjustments = adjusted.rows(instruments);
    for (fill, over) in reply.fills.iter_mut().zip(over) {
        fill.over = over.is_positive().then_some(Decimal(over));
    }
    written(&reply)
}

impl<'a> Reply<'a> {
    fn take(&mut self, record: &'a Record, instruments: &'a Instruments) {
        match record {
            Record::Fill { order, instrument, side, qty, price, fee, shares, late } => self.fills.push(JsonFill {
                order: Decimal(order.0),
                instrument: name(instruments, *instrument),
                side: side.as_str(),
                qty: Decimal(*qty),
                price: Decimal(*price),
                fee: Decimal(*fee),
                late: *late,
                over: None,
                shares: shares.iter().map(JsonShare::from).collect(),
            }),
            Record::Ended { order, how, why } => {
                self.ended.push(JsonEnded {
                    order: Decimal(order.0),
                    how: order_words::state(*how),
                    reason: why.as_deref(),
                });
            }
            Record::Refused { order, what } => self.refused.push(JsonRefused { order: Decimal(order.0), text: what }),
            Record::Commanded { command, refused, .. } => {
                self.commands.push(JsonCommand { command, refused: refused.as_deref() });
            }
            Record::Failed { strategy, failure } => {
                self.failed.push(JsonFailed { strategy: strategy.as_str(), text: failure.to_string() });
            }
            Record::Quarantined { strategy } => self.quarantined.push(strategy.as_str()),
            _ => {}
        }
    }
}

impl<'a> From<&'a Share> for JsonShare<'a> {
    fn from(share: &'a Share) -> Self {
        Self { strategy: share.owner.as_str(), qty: Decimal(share.qty), fee: Decimal(share.fee) }
    }
}

/// Withdrawals to send to the broker, each once, in the gate's order.
fn cancels(effects: &Effects) -> Vec<CancelRequest> {
    let mut told: BTreeSet<OrderId> = BTreeSet::new();
    let requests = effects.records.iter().filter_map(|record| match record {
        Record::Cancel(cancel) if effects.cancels.contains(&cancel.order) => Some(cancel),
        _ => None,
    });
    requests.filter(|cancel| told.insert(cancel.order)).cloned().collect()
}

/// The judgement: a row for every intent, then one for each decision on what nobody outside asked for.
fn answer(wants: Wants<'static>, effects: &Effects, scene: Scene<'_>, cancels: Vec<CancelRequest>) -> Answer<'static> {
    let decisions = effects.records.iter().filter_map(|record| match record {
        Record::Decision(decision) => Some(&**decision),
        _ => None,
    });
    let (asked, beside): (Vec<_>, Vec<_>) =
        decisions.partition(|decision| wants.emitted.contains_key(&decision.id.strategy));
    let orders = effects.records.iter().filter_map(sent).collect();
    let mut answer = Answer::of(wants.each, wants.emitted, asked.into_iter().cloned(), orders, scene);
    answer.rows.extend(beside.into_iter().map(|decision| Row::beside(decision.clone(), scene)));
    answer.crosses = effects.records.iter().filter_map(crossed).cloned().collect();
    answer.cancels = cancels;
    answer
}

fn sent(record: &Record) -> Option<Going> {
    let Record::Sent { order, instrument, side, kind, tif, qty, children } = record else { return None };
    let (instrument, side, kind, tif, qty) = (*instrument, *side, *kind, *tif, *qty);
    Some(Going { id: Some(*order), instrument, side, kind, tif, qty, children: children.clone() })
}

const fn crossed(record: &Record) -> Option<&qts_core::Cross> {
    match record {
        Record::Cross(cross) => Some(cross),
        _ => None,
    }
}

/// What is not active: the account, strategies, instruments.
pub(super) fn modes(runtime: &Runtime, instruments: &Instruments) -> BTreeMap<String, &'static str> {
    let account = (ACCOUNT.to_owned(), runtime.mode().as_str());
    let of_strategies = runtime.standings().iter().map(|(id, standing)| {
        let halted = standing.mode >= Mode::Halted;
        let by_state = !halted && standing.state != StrategyState::Active;
        (id.to_string(), if by_state { standing.state.as_str() } else { standing.mode.as_str() })
    });
    let of_instruments = runtime.instrument_modes().iter().map(|(inst, mode)| (instruments.name(*inst), mode.as_str()));
    let all = std::iter::once(account).chain(of_strategies).chain(of_instruments);
    all.filter(|(_, mode)| *mode != Mode::Active.as_str()).collect()
}

/// What waits to be judged, if anything does.
pub(super) fn waiting(service: &Service) -> Option<Waiting> {
    let (events, intents) = service.waiting();
    (events + intents > 0).then_some(Waiting { events, intents })
}

/// A value as it was written.
fn raw(node: Node<'_>) -> Option<&RawValue> {
    serde_json::from_str(node.raw()).ok()
}

fn written(reply: &impl Serialize) -> String {
    // Its keys are texts and nothing of it can fail to be written; a reply is due in any case.
    serde_json::to_string(reply).unwrap_or_else(|why| format!("{{\"error\": {{\"message\": \"{why}\"}}}}"))
}
