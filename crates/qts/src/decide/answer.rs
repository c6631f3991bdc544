//! A cycle's outcome as one line of JSON; names and forms are the contract's.

use std::borrow::Cow;
use std::io::{self, Write};

use qts_core::{CancelRequest, Child, Cross, Inst, Instruments, Price, Qty, Reason};
use serde::Serialize;

use crate::decimal::Decimal;

use super::rows::{Answer, Going, Row};
use super::setup::name;
use super::wants::Directory;

/// The version of this form.
const SCHEMA: u32 = 1;

/// Writes one object and a line end.
///
/// # Errors
/// It cannot be written.
pub(super) fn write(
    answer: &Answer<'_>,
    crossed_quotes: &[Inst],
    directory: &impl Directory,
    out: &mut impl Write,
) -> io::Result<()> {
    let crossed_quotes = names(crossed_quotes, directory.instruments());
    serde_json::to_writer(&mut *out, &JsonAnswer { crossed_quotes, ..JsonAnswer::new(answer, directory) })?;
    out.write_all(b"\n")
}

/// What instruments are called.
pub(crate) fn names<'a>(list: &[Inst], instruments: &'a Instruments) -> Vec<Cow<'a, str>> {
    list.iter().map(|inst| name(instruments, *inst)).collect()
}

#[derive(Serialize)]
pub(crate) struct JsonAnswer<'a> {
    schema: u32,
    decisions: Vec<JsonDecision<'a>>,
    crosses: Vec<JsonCross<'a>>,
    cancels: Vec<JsonCancel<'a>>,
    orders: Vec<JsonOrder<'a>>,
    /// Whose quotes were left out because their bid is above their ask.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    crossed_quotes: Vec<Cow<'a, str>>,
}

impl<'a> JsonAnswer<'a> {
    /// All of it.
    pub(crate) fn new(answer: &'a Answer<'_>, directory: &'a impl Directory) -> Self {
        let instruments = directory.instruments();
        Self {
            schema: SCHEMA,
            decisions: answer.rows.iter().map(JsonDecision::from).collect(),
            crosses: answer.crosses.iter().map(|cross| JsonCross::new(cross, instruments)).collect(),
            cancels: answer.cancels.iter().map(|cancel| JsonCancel::new(cancel, directory)).collect(),
            orders: answer.orders.iter().map(|order| JsonOrder::new(order, instruments, answer)).collect(),
            crossed_quotes: Vec::new(),
        }
    }
}

#[derive(Serialize)]
struct JsonDecision<'a> {
    intent: Option<usize>,
    strategy: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    instrument: Option<&'a str>,
    side: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel: Option<&'a str>,
    asked: &'a str,
    admitted: Decimal<Qty>,
    sent: Decimal<Qty>,
    crossed: Decimal<Qty>,
    verdict: &'static str,
    reasons: Vec<JsonReason<'a>>,
}

#[derive(Serialize)]
struct JsonReason<'a> {
    code: &'static str,
    scope: &'static str,
    stage: &'static str,
    observed: Option<Decimal<qts_core::Amount>>,
    limit: Option<Decimal<qts_core::Amount>>,
    text: &'a str,
}

#[derive(Serialize)]
struct JsonCross<'a> {
    instrument: Cow<'a, str>,
    seller: &'a str,
    buyer: &'a str,
    qty: Decimal<Qty>,
    price: Decimal<Price>,
}

#[derive(Serialize)]
pub(crate) struct JsonCancel<'a> {
    order: Cow<'a, str>,
    strategy: &'a str,
    instrument: Cow<'a, str>,
    reason: &'a str,
}

#[derive(Serialize)]
struct JsonOrder<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Decimal<u64>>,
    instrument: Cow<'a, str>,
    side: &'static str,
    qty: Decimal<Qty>,
    r#type: &'static str,
    limit: Option<Decimal<Price>>,
    tif: &'static str,
    children: Vec<JsonChild<'a>>,
}

#[derive(Serialize)]
struct JsonChild<'a> {
    intent: Option<usize>,
    strategy: &'a str,
    qty: Decimal<Qty>,
}

impl<'a> From<&'a Row<'_>> for JsonDecision<'a> {
    fn from(row: &'a Row<'_>) -> Self {
        Self {
            intent: row.intent,
            strategy: &row.strategy,
            owner: row.owner.as_deref(),
            instrument: row.instrument.as_deref(),
            side: row.side.as_deref(),
            cancel: row.cancel.as_deref(),
            asked: &row.asked,
            admitted: Decimal(row.admitted),
            sent: Decimal(row.sent),
            crossed: Decimal(row.crossed),
            verdict: row.verdict.as_str(),
            reasons: row.reasons.iter().map(JsonReason::from).collect(),
        }
    }
}

impl<'a> From<&'a (Reason, String)> for JsonReason<'a> {
    fn from((reason, text): &'a (Reason, String)) -> Self {
        Self {
            code: reason.code.as_str(),
            scope: reason.scope.as_str(),
            stage: reason.stage.as_str(),
            observed: reason.observed.map(Decimal),
            limit: reason.limit.map(Decimal),
            text,
        }
    }
}

impl<'a> JsonCross<'a> {
    fn new(cross: &'a Cross, instruments: &'a Instruments) -> Self {
        Self {
            instrument: name(instruments, cross.instrument),
            seller: cross.seller.owner.as_str(),
            buyer: cross.buyer.owner.as_str(),
            qty: Decimal(cross.qty),
            price: Decimal(cross.price),
        }
    }
}

impl<'a> JsonCancel<'a> {
    /// As output has it.
    pub(crate) fn new(cancel: &'a CancelRequest, directory: &'a impl Directory) -> Self {
        Self {
            order: directory.order_name(cancel.order),
            strategy: cancel.strategy.as_str(),
            instrument: name(directory.instruments(), cancel.instrument),
            reason: &cancel.why,
        }
    }
}

impl<'a> JsonOrder<'a> {
    fn new(order: &'a Going, instruments: &'a Instruments, answer: &Answer<'_>) -> Self {
        let child = |child: &'a Child| JsonChild {
            intent: answer.intent_of(child),
            strategy: child.owner.as_str(),
            qty: Decimal(child.qty),
        };
        Self {
            order: order.id.map(|id| Decimal(id.0)),
            instrument: name(instruments, order.instrument),
            side: order.side.as_str(),
            qty: Decimal(order.qty),
            r#type: order.kind.as_str(),
            limit: order.kind.limit().map(Decimal),
            tif: order.tif.as_str(),
            children: order.children.iter().map(child).collect(),
        }
    }
}
