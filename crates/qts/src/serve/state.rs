//! The state as JSON: money, books, modes, working orders, what waits, and the hash of it all.

use std::borrow::Cow;
use std::collections::BTreeMap;

use qts_core::{Money, Price, Qty, Working};
use serde::Serialize;

use crate::decide::setup::name;
use crate::decide::wants::Directory;
use crate::decimal::Decimal;
use crate::order_words;
use crate::summary::{self, Account, BookSummary};
use crate::wire::rfc3339;

use super::reply::{self, Waiting};
use super::service::Service;

/// All of it.
#[derive(Serialize)]
pub(super) struct State<'a> {
    now: String,
    cycle: u64,
    account: Account,
    /// What percentages are of; `null` until something was judged.
    day_start_equity: Option<Decimal<Money>>,
    books: BTreeMap<String, BookSummary>,
    modes: BTreeMap<String, &'static str>,
    orders: Vec<JsonWorking<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<Waiting>,
    state_hash: String,
}

/// An order at the market.
#[derive(Serialize)]
struct JsonWorking<'a> {
    order: Decimal<u64>,
    instrument: Cow<'a, str>,
    side: &'static str,
    open: Decimal<Qty>,
    r#type: &'static str,
    limit: Option<Decimal<Price>>,
    state: Option<&'static str>,
    children: Vec<Open<'a>>,
}

/// Whose open part.
#[derive(Serialize)]
struct Open<'a> {
    strategy: &'a str,
    open: Decimal<Qty>,
}

impl<'a> State<'a> {
    /// As it is now; equity at the newest prices, judged or not.
    pub(super) fn new(service: &'a Service) -> Self {
        let (runtime, instruments) = (service.runtime(), service.instruments());
        let mut account = summary::account(service.config(), runtime, instruments);
        account.equity = runtime.books().equity(&service.market()).map(|equity| equity.to_string());
        Self {
            now: rfc3339(service.now()),
            cycle: runtime.cycle_number().0,
            account,
            day_start_equity: runtime.day_start_equity().map(Decimal),
            books: summary::books(service.config(), runtime, instruments),
            modes: reply::modes(runtime, instruments),
            orders: runtime.working().iter().map(|order| JsonWorking::new(order, service)).collect(),
            waiting: reply::waiting(service),
            state_hash: runtime.state_hash(),
        }
    }
}

impl<'a> JsonWorking<'a> {
    fn new(order: &'a Working, service: &'a Service) -> Self {
        let known = service.runtime().execution().order(order.id);
        let open = |child: &'a qts_core::Child| Open { strategy: child.owner.as_str(), open: Decimal(child.qty) };
        Self {
            order: Decimal(order.id.0),
            instrument: name(service.instruments(), order.instrument),
            side: order.side.as_str(),
            open: Decimal(order.open),
            r#type: order.kind.as_str(),
            limit: order.kind.limit().map(Decimal),
            state: known.map(|order| order_words::state(order.state())),
            children: order.children.iter().map(open).collect(),
        }
    }
}
