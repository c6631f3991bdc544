//! What a line says for the broker: acks, rejects, fills, ends of orders.

use std::collections::BTreeMap;

use qts_core::{ExecId, ExecReport, Inst, Instruments, Money, OrderId, Outcome, Price, Qty, Ts};
use qts_runtime::Runtime;

use crate::decide::error::{Fault, Problem, shown};
use crate::decide::node::{Least, Node};

/// The parts of a line that speak for the broker, in the order in which they are taken.
pub(super) const PARTS: [&str; 6] = ["ack", "reject", "fill", "canceled", "expired", "cancel_refused"];

/// No fee is larger.
const LARGEST_FEE: Money = Money::whole(90_000_000_000);

/// Reads the broker's reports of one line.
pub(super) struct Reader<'r> {
    runtime: &'r Runtime,
    instruments: &'r Instruments,
    /// Executions without a number of the broker's so far; they get numbers of our own.
    pub(super) unnamed: u64,
    /// Units of shares filled by this line.
    filled: BTreeMap<Inst, i128>,
}

impl<'r> Reader<'r> {
    /// For a line that comes after so many unnamed executions.
    pub(super) const fn new(runtime: &'r Runtime, instruments: &'r Instruments, unnamed: u64) -> Self {
        Self { runtime, instruments, unnamed, filled: BTreeMap::new() }
    }

    /// The reports of [`PARTS`]; one without a time is of `now`.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub(super) fn read(&mut self, parts: [Option<Node<'_>>; 6], now: Ts) -> Result<Vec<ExecReport>, Problem> {
        let mut reports = Vec::new();
        for (part, node) in PARTS.into_iter().zip(parts) {
            let Some(node) = node else { continue };
            for node in node.one_or_more()? {
                reports.push(self.report(part, node, now)?);
            }
        }
        Ok(reports)
    }

    fn report(&mut self, part: &str, node: Node<'_>, now: Ts) -> Result<ExecReport, Problem> {
        if part == "fill" {
            return self.fill(node, now);
        }
        let (order, at, reason) = if part == "reject" {
            let [order, at, reason] = node.fields(["order", "at", "reason"])?;
            (order, at, reason)
        } else {
            let [order, at] = node.fields(["order", "at"])?;
            (order, at, None)
        };
        let outcome = match part {
            "ack" => Outcome::Accepted,
            "reject" => Outcome::Rejected(reason.map(Node::text).transpose()?.unwrap_or_default().into_owned()),
            "canceled" => Outcome::Canceled,
            "expired" => Outcome::Expired,
            _ => Outcome::CancelRefused,
        };
        let (order, _) = self.order(order.ok_or_else(|| node.lacks("order"))?)?;
        Ok(ExecReport { order, ts: time(at, now)?, outcome })
    }

    fn fill(&mut self, node: Node<'_>, now: Ts) -> Result<ExecReport, Problem> {
        let [order, qty, price, fee, exec, at] = node.fields(["order", "qty", "price", "fee", "exec", "at"])?;
        let (order, inst) = self.order(order.ok_or_else(|| node.lacks("order"))?)?;
        let qty_node = qty.ok_or_else(|| node.lacks("qty"))?;
        let qty: Qty = qty_node.number_from(Least::AboveZero)?;
        let price: Price = price.ok_or_else(|| node.lacks("price"))?.number_from(Least::AboveZero)?;
        let fee = fee.map(read_fee).transpose()?.unwrap_or_default();
        self.is_whole(inst, qty, qty_node)?;
        self.fits(inst, qty, qty_node)?;
        let exec = match exec {
            Some(exec) => named(&exec.echo()?),
            None => {
                self.unnamed += 1;
                ExecId(self.unnamed)
            }
        };
        Ok(ExecReport { order, ts: time(at, now)?, outcome: Outcome::Filled { exec, qty, price, fee } })
    }

    /// The order of that number, and its instrument.
    fn order(&self, node: Node<'_>) -> Result<(OrderId, Inst), Problem> {
        let text = node.echo()?;
        let known = text.parse().ok().and_then(|number| self.runtime.execution().order(OrderId(number)));
        let known = known.map(|order| (order.request().id(), order.request().instrument()));
        known.ok_or_else(|| {
            let problem = format!("no order has the number `{}`", shown(&text));
            let help = "use the `order` of a reply; orders that were over long ago are forgotten";
            node.problem(problem, help).of(Fault::UnknownOrder)
        })
    }

    /// No market trades a part of what can be held.
    fn is_whole(&self, inst: Inst, qty: Qty, node: Node<'_>) -> Result<(), Problem> {
        let step = self.instruments.get(inst).map(|instrument| instrument.quantity_step);
        let Some(step) = step.filter(|step| !qty.is_multiple_of(*step)) else { return Ok(()) };
        let problem = format!("{qty} is not a whole number of the instrument's `quantity_step` {step}");
        Err(node.problem(problem, "tell the quantity that the broker reported, or correct `quantity_step`"))
    }

    /// No fill may take the books out of their range, whatever a broker says.
    fn fits(&mut self, inst: Inst, qty: Qty, node: Node<'_>) -> Result<(), Problem> {
        let books = self.runtime.books().iter();
        let held: i128 = books.map(|(_, book)| i128::from(book.holding(inst).position.units()).abs()).sum();
        let filled = self.filled.entry(inst).or_default();
        *filled += i128::from(qty.units());
        if held + *filled <= i128::from(Qty::MAX.units()) {
            return Ok(());
        }
        let help = "correct the quantity: no more than 9·10^10 shares can be booked";
        Err(node.problem("a position would leave its range", help).of(Fault::OutOfRange))
    }
}

fn time(at: Option<Node<'_>>, now: Ts) -> Result<Ts, Problem> {
    at.map_or(Ok(now), Node::time)
}

/// What the broker charged; below zero is a rebate.
fn read_fee(node: Node<'_>) -> Result<Money, Problem> {
    let fee: Money = node.number()?;
    if fee.abs() <= LARGEST_FEE {
        return Ok(fee);
    }
    Err(node.problem("a fee of more than 9·10^10", "correct it").of(Fault::OutOfRange))
}

/// The broker's own number of an execution, which may be any text, as ours: never one of the unnamed.
fn named(text: &str) -> ExecId {
    // FNV-1a, 64 bits: two texts of one order are alike once in so many that nobody will see it.
    let mixed = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    ExecId(mixed | 1 << 63)
}
