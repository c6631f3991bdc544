//! A new scale of shares: a split, a reverse split, a bonus issue. It comes between the last event on the old scale and
//! the first on the new one.
//!
//! What is known of prices and volumes moves at once, so that the next price is no jump. Strategies that subscribe start
//! anew, since what they remember is on the old scale. The usual size of their orders is forgotten: nobody knows in
//! which shares they think from now on, and a size measured by old ones could block their orders for ever. The books
//! move when no order of the instrument works, because an order, and its open quantity in the books, is on the scale
//! on which it was sent. Until then the instrument is halted (`unreconciled`), its orders are unwanted, and what the
//! account is worth is unknown. The equity that losses are measured from is money and needs no change.

use std::fmt;

use qts_core::{Inst, Mode, Money, Qty, Scale, Settling, StrategyId, Ts, Unsettled};
use qts_gate::{Cause, Restraint, StrategyState};

use crate::command::Target;
use crate::pipeline::Runtime;
use crate::record::{Effects, Lifting, Record};

/// The shares of an instrument have a new scale from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    /// When.
    pub ts: Ts,
    /// Whose shares.
    pub instrument: Inst,
    /// New shares for old ones.
    pub scale: Scale,
    /// What for.
    pub reason: String,
}

/// Why books are not on the new scale yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaits {
    /// Orders of the instrument work, or nobody knows yet whether they do.
    Orders,
    /// A fraction is to be settled in money, and no price is known.
    Price,
    /// The books would leave the range of numbers.
    Range,
    /// An adjustment before this one, which waits itself: this one was not taken.
    Earlier,
}

impl fmt::Display for Awaits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Orders => "orders of before work; it goes on when they are over",
            Self::Price => "no price is known to settle fractions at; it goes on with the next price",
            Self::Range => "the books would leave the range of numbers; close positions at the broker and start anew",
            Self::Earlier => "an adjustment before it waits; give it again when that is done",
        })
    }
}

impl Runtime {
    /// Takes an adjustment in.
    pub(crate) fn adjust(&mut self, new: &Adjustment, out: &mut Effects) {
        let Adjustment { ts, instrument, scale, ref reason } = *new;
        self.now = self.now.max(ts);
        if self.unadjusted.contains_key(&instrument) {
            return out.record(Record::Unadjusted { instrument, scale, awaits: Awaits::Earlier });
        }
        self.market.rescale(instrument, scale);
        self.pace.rescale(instrument, scale);
        let (restarted, torn) = self.registry.rescale(instrument, scale);
        out.record(Record::Rescaled { instrument, scale, reason: reason.clone(), restarted });
        for strategy in torn {
            let _ = self.registry.set_state(&strategy, StrategyState::Quarantined);
            self.withdraw_orders_of(&strategy);
            out.record(Record::Quarantined { strategy });
        }
        if let Err(awaits) = self.adjust_books(instrument, scale, out) {
            self.wait_for(instrument, scale, awaits, out);
        }
        let cancels = self.unwanted_orders();
        self.judge(Vec::new(), &cancels, out, None);
    }

    /// Adjustments that wait and can go on.
    pub(crate) fn resume_adjustments(&mut self, out: &mut Effects) {
        for (inst, scale) in self.unadjusted.clone() {
            if self.adjust_books(inst, scale, out).is_ok() {
                self.unadjusted.remove(&inst);
                self.release(&Target::Instrument(inst), Cause::Adjustment, Lifting::Resolved, out);
            }
        }
    }

    /// What the account is worth; `None` while something held has no price, or is not on the scale of its price.
    pub(crate) fn equity(&self) -> Option<Money> {
        let is_held = |inst: &Inst| self.books.iter().any(|(_, book)| !book.holding(*inst).position.is_zero());
        if self.unadjusted.keys().any(is_held) { None } else { self.books.equity(&self.market) }
    }

    /// Nobody trades until the books are on the new scale.
    fn wait_for(&mut self, instrument: Inst, scale: Scale, awaits: Awaits, out: &mut Effects) {
        self.unadjusted.insert(instrument, scale);
        out.record(Record::Unadjusted { instrument, scale, awaits });
        let target = Target::Instrument(instrument);
        self.withdraw(&target);
        let restraint = Restraint { mode: Mode::Halted, observed: None, limit: None };
        self.trip(&target, Cause::Adjustment, restraint, out);
    }

    fn adjust_books(&mut self, instrument: Inst, scale: Scale, out: &mut Effects) -> Result<(), Awaits> {
        if self.ledger.working().iter().any(|order| order.instrument == instrument) {
            return Err(Awaits::Orders);
        }
        let how = self.settling(instrument);
        let owners = self.holders(instrument);
        let parts = self.books.adjust(instrument, scale, how, &owners).map_err(Awaits::from)?;
        out.record(Record::Adjusted { instrument, scale, price: how.price, parts });
        Ok(())
    }

    fn settling(&self, inst: Inst) -> Settling {
        let price = self.market.mark(inst);
        let (step, minor) = self
            .instruments
            .get(inst)
            .map_or((Qty::whole(1), Money::whole(1)), |found| (found.quantity_step, found.minor_unit));
        Settling { step, price, minor }
    }

    /// Who holds something, best rank first, then by id; the unassigned book comes last.
    fn holders(&self, inst: Inst) -> Vec<StrategyId> {
        let holds = |(_, book): &(&StrategyId, &qts_core::Book)| !book.holding(inst).position.is_zero();
        let mut owners: Vec<StrategyId> = self.books.iter().filter(holds).map(|(owner, _)| owner.clone()).collect();
        let rank = |owner: &StrategyId| self.registry.standings().get(owner).map_or(i64::MAX, |standing| standing.rank);
        owners.sort_by_key(|owner| (rank(owner), owner.clone()));
        owners
    }
}

impl From<Unsettled> for Awaits {
    fn from(why: Unsettled) -> Self {
        match why {
            Unsettled::NoPrice => Self::Price,
            Unsettled::OutOfRange => Self::Range,
        }
    }
}
