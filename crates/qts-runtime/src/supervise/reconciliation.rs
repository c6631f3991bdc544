//! A9 `unreconciled`: do the books together hold what the broker says?
//!
//! What the broker has never told of is not compared. What it told of before and cannot tell any more is unknown, and
//! unknown is not reconciled. Reports are judged when they come: an order that fills later moves the books, not the
//! verdict. Whoever asks the broker sees to it that report and fills are of one moment. Always on; it acts where
//! somebody reports positions (`positions` in `qts serve`).
//!
//! - *formula*: Σ books = the broker's position, by instrument
//! - *unit*: shares
//! - *scope*: instrument
//! - *levels*: none; where they differ the instrument only reduces until a later report matches; no command lifts that
//! - *exits*: pass
//! - *conservative*: always on
//! - *source*: A9

use std::collections::{BTreeMap, BTreeSet};

use qts_core::{Amount, Inst, Mode, Qty, Ts};
use qts_gate::{Cause, Restraint};

use crate::command::Target;
use crate::pipeline::Runtime;
use crate::record::{Effects, Lifting};

/// What the broker says it holds for the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionReport {
    /// When it said so.
    pub ts: Ts,
    /// Shares by instrument, negative if short; `None` where it cannot tell.
    pub positions: BTreeMap<Inst, Option<Qty>>,
    /// Is this everything? Then it holds nothing of what is not in it.
    pub is_complete: bool,
}

/// What the broker has told so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reconciliation {
    told: BTreeSet<Inst>,
}

impl Runtime {
    /// Compares the books with what the broker says.
    pub(crate) fn reconcile(&mut self, report: &PositionReport, out: &mut Effects) {
        self.now = self.now.max(report.ts);
        let held = self.books.positions();
        let mut matches = true;
        for inst in self.concerned(report) {
            let ours = held.as_ref().map(|held| held.get(&inst).copied().unwrap_or(Qty::ZERO));
            let theirs = match report.positions.get(&inst) {
                Some(told) => *told,
                None => Some(Qty::ZERO),
            };
            matches &= self.compare(inst, ours, theirs, out);
        }
        self.supervisors.reconciliation.told.extend(report.positions.keys());
        if matches && report.is_complete && !self.supervisors.link_is_down {
            self.release(&Target::Account, Cause::Link, Lifting::Resolved, out);
        }
    }

    /// The instruments that a report says something about.
    fn concerned(&self, report: &PositionReport) -> BTreeSet<Inst> {
        let known = |inst: &Inst| self.supervisors.reconciliation.told.contains(inst);
        let told = report.positions.iter().filter(|(inst, qty)| qty.is_some() || known(inst)).map(|(inst, _)| *inst);
        let mut concerned: BTreeSet<Inst> = told.collect();
        if report.is_complete {
            let unsaid = |inst: &Inst| !report.positions.contains_key(inst);
            let books = self.books.iter().flat_map(|(_, book)| book.holdings().map(|(inst, _)| inst));
            let held = self.causes.instruments.keys().copied();
            concerned.extend(books.chain(held).filter(unsaid));
        }
        concerned
    }

    /// Do they agree? If not, only what reduces may go.
    fn compare(&mut self, inst: Inst, ours: Option<Qty>, theirs: Option<Qty>, out: &mut Effects) -> bool {
        let target = Target::Instrument(inst);
        let matches = ours.is_some() && ours == theirs;
        if matches {
            self.release(&target, Cause::Positions, Lifting::Resolved, out);
        } else {
            let both = theirs.zip(ours).map(|(theirs, ours)| (Amount::Qty(theirs), Amount::Qty(ours)));
            let (observed, limit) = both.unzip();
            self.trip(&target, Cause::Positions, Restraint { mode: Mode::ReduceOnly, observed, limit }, out);
        }
        matches
    }
}
