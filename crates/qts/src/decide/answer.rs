//! A cycle's outcome as one line of JSON; names and forms are the contract's.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};

use qts_core::{CancelRequest, Child, Cross, Price, Qty, Reason};
use qts_gate::ArbitratedOrder;
use serde::{Serialize, Serializer};

use super::picture::Picture;
use super::rows::{Answer, Row};
use super::setup::Setup;

/// The version of this form.
const SCHEMA: u32 = 1;

/// Writes one object and a line end.
///
/// # Errors
/// It cannot be written.
pub(super) fn write(
    answer: &Answer<'_>,
    setup: &Setup<'_>,
    picture: &Picture<'_>,
    out: &mut impl Write,
) -> io::Result<()> {
    let json = JsonAnswer {
        schema: SCHEMA,
        decisions: answer.rows.iter().enumerate().map(JsonDecision::from).collect(),
        crosses: answer.crosses.iter().map(|cross| JsonCross::new(cross, setup)).collect(),
        cancels: answer.cancels.iter().map(|cancel| JsonCancel::new(cancel, setup, picture)).collect(),
        orders: answer.orders.iter().map(|order| JsonOrder::new(order, setup, answer)).collect(),
    };
    serde_json::to_writer(&mut *out, &json)?;
    out.write_all(b"\n")
}

/// A decimal, which JSON gets as text.
struct Decimal<T>(T);

impl<T: Display> Serialize for Decimal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[derive(Serialize)]
struct JsonAnswer<'a> {
    schema: u32,
    decisions: Vec<JsonDecision<'a>>,
    crosses: Vec<JsonCross<'a>>,
    cancels: Vec<JsonCancel<'a>>,
    orders: Vec<JsonOrder<'a>>,
}

#[derive(Serialize)]
struct JsonDecision<'a> {
    intent: usize,
    strategy: &'a str,
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
struct JsonCancel<'a> {
    order: &'a str,
    strategy: &'a str,
    instrument: Cow<'a, str>,
    reason: &'a str,
}

#[derive(Serialize)]
struct JsonOrder<'a> {
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

impl<'a> From<(usize, &'a Row<'a>)> for JsonDecision<'a> {
    fn from((intent, row): (usize, &'a Row<'a>)) -> Self {
        Self {
            intent,
            strategy: &row.strategy,
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
    fn new(cross: &'a Cross, setup: &'a Setup<'_>) -> Self {
        Self {
            instrument: setup.name(cross.instrument),
            seller: cross.seller.owner.as_str(),
            buyer: cross.buyer.owner.as_str(),
            qty: Decimal(cross.qty),
            price: Decimal(cross.price),
        }
    }
}

impl<'a> JsonCancel<'a> {
    fn new(cancel: &'a CancelRequest, setup: &'a Setup<'_>, picture: &'a Picture<'_>) -> Self {
        Self {
            order: picture.order_name(cancel.order),
            strategy: cancel.strategy.as_str(),
            instrument: setup.name(cancel.instrument),
            reason: &cancel.why,
        }
    }
}

impl<'a> JsonOrder<'a> {
    fn new(order: &'a ArbitratedOrder, setup: &'a Setup<'_>, answer: &Answer<'_>) -> Self {
        let child = |child: &'a Child| JsonChild {
            intent: answer.intent_of(child),
            strategy: child.owner.as_str(),
            qty: Decimal(child.qty),
        };
        Self {
            instrument: setup.name(order.instrument),
            side: order.side.as_str(),
            qty: Decimal(order.qty),
            r#type: order.kind.as_str(),
            limit: order.kind.limit().map(Decimal),
            tif: order.tif.as_str(),
            children: order.children.iter().map(child).collect(),
        }
    }
}
