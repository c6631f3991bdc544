//! Group A, validity: may this be sent at all? What is always on (numbers, ticks, lots, daily limits, names, modes) is
//! judged where the proposal is read, in `strategy_scope`; self-trades in `arbitrate`.

use std::collections::BTreeSet;

use qts_core::{Amount, Code, Inst, Qty, Session, Side, Span, Tif};

use super::{Found, Terms};
use crate::levels;
use crate::measure::{Measure, RiskCalculator, RiskContext};
use crate::policy::Nature;
use crate::verdict::Action;

pub(super) fn of_strategy(terms: &Terms<'_>, seen: &RiskContext<'_>, found: &mut Found) {
    let controls = terms.controls;
    if !controls.restricted.is_empty() {
        let measure = OnList { list: &controls.restricted }.measure(seen);
        found.add_fact(Code::Restricted, Action::Plausible, measure);
    }
    if controls.outside_session {
        found.add_fact(Code::OutsideSession, Action::Plausible, BetweenSessions.measure(seen));
    }
    if let Some(ages) = &controls.stale_data {
        let levels = levels::of_age(ages, Nature::Plausibility, seen.prices);
        found.add(Code::StaleData, Action::Increase, levels, DataAge.measure(seen));
    }
    if let Some(window) = controls.duplicate_order {
        let levels = Some(levels::block_at(Amount::Count(0)));
        found.add(Code::DuplicateOrder, Action::PlausibleSize, levels, SameIntent { window }.measure(seen));
    }
    of_account(terms, seen, found);
}

pub(super) fn of_account(terms: &Terms<'_>, seen: &RiskContext<'_>, found: &mut Found) {
    if terms.controls.short_not_allowed {
        let levels = Some(levels::limit_at(Amount::Qty(seen.reducing)));
        found.add(Code::ShortNotAllowed, Action::Capacity, levels, SharesSold.measure(seen));
    }
}

/// A3 `restricted`: is the instrument on the list?
///
/// - *formula*: instrument ∈ list; an empty list restricts nothing
/// - *unit*: none
/// - *scope*: strategy
/// - *levels*: none; an order in a listed instrument is refused whole
/// - *exits*: refused, too
/// - *conservative*: no list
/// - *source*: A3; SEC 15c3-5(c)(2)
/// - *write*: `restricted = ["005930.KRX"]`
#[derive(Debug, Clone, Copy)]
pub struct OnList<'a> {
    /// The instruments that may not be traded.
    pub list: &'a BTreeSet<Inst>,
}

impl RiskCalculator for OnList<'_> {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        Measure::IsSo(self.list.contains(&seen.inst))
    }
}

/// A4 `outside_session`: must the order trade while no session runs?
///
/// An order is judged where it can first trade. What waits (day, until cancelled) and is decided between sessions, or
/// by a bar of a whole session, belongs to the next session and is inside it. What cannot wait (ioc, fok) must trade
/// where it is decided: between sessions it would meet no market, or one that is none of the session's.
///
/// - *formula*: cannot wait ∧ `now` ≥ end of the session that ran last
/// - *unit*: none
/// - *scope*: strategy
/// - *levels*: none; refused whole
/// - *unknown*: where nothing is known of the hours, what cannot wait is refused
/// - *exits*: refused, too; one that can wait (day, gtc) never is
/// - *conservative*: on
/// - *source*: A4; SEC 15c3-5(c)(2)
/// - *write*: `outside_session = true`
#[derive(Debug, Clone, Copy)]
pub struct BetweenSessions;

impl RiskCalculator for BetweenSessions {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        match (seen.tif, seen.prices.session) {
            (Tif::Day | Tif::Gtc, _) | (_, Some(Session::Next { .. })) => Measure::IsSo(false),
            (_, Some(Session::Until { end, .. })) => Measure::IsSo(seen.now >= end),
            (_, None) => Measure::Unknown,
        }
    }
}

/// A5 `stale_data`: how old is the newest price?
///
/// - *formula*: `now` − the later of the times of last trade and quote; what lies in the future is not known yet
/// - *unit*: time, or intervals of the instrument's data (a second where they come at no regular one)
/// - *scope*: strategy; at account scope its `block` says how fresh a price must be for two own books to trade at it
/// - *levels*: above `warn` a warning; above `block` only the reducing part is left
/// - *unknown*: without any price of its time only the reducing part is left
/// - *exits*: pass
/// - *conservative*: warn above one interval, block above three
/// - *source*: A5
/// - *write*: `stale_data = { warn = "1 interval", block = "3 intervals" }`
#[derive(Debug, Clone, Copy)]
pub struct DataAge;

impl RiskCalculator for DataAge {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        seen.prices.age(seen.now).map_or(Measure::Unknown, |age| Measure::Fixed(Amount::Span(age)))
    }
}

/// A6 `duplicate_order`: how often was the same asked and admitted within the window?
///
/// The same is: strategy, instrument, side, quantity asked, market or limit and its price. What was blocked is not
/// counted, so that asking again after a conflict or a block is no duplicate.
///
/// - *formula*: earlier intents of this cycle admitted by the strategy's own policy, and those that were sent or
///   crossed at most `window` ago, equal to this one
/// - *unit*: count
/// - *scope*: strategy
/// - *levels*: one is too many; the second is refused whole
/// - *exits*: pass
/// - *conservative*: 10 s
/// - *source*: A6; SEC 15c3-5(c)(1)(ii)
/// - *write*: `duplicate_order = "10s"`
#[derive(Debug, Clone, Copy)]
pub struct SameIntent {
    /// How far back it looks, its end included.
    pub window: Span,
}

impl RiskCalculator for SameIntent {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        let before = seen.pace.asked_since(seen.now, self.window, (seen.inst, seen.side, seen.asked, seen.kind));
        Measure::Fixed(Amount::Count(before.saturating_add(seen.own.cycle_same)))
    }
}

/// A7 `short_not_allowed`: how many shares are to be sold, where the market bans short sales?
///
/// - *formula*: shares of a sale, against its reducing part: what the book holds less its working sales
/// - *unit*: shares
/// - *scope*: strategy and account
/// - *levels*: none of its own; a sale is reduced to its reducing part, and refused where there is none
/// - *exits*: pass
/// - *conservative*: on
/// - *source*: A7; FSCMA
/// - *write*: `short_not_allowed = true`
#[derive(Debug, Clone, Copy)]
pub struct SharesSold;

impl RiskCalculator for SharesSold {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        if seen.side == Side::Sell && seen.instrument.short_ban {
            Measure::Shares { before: Qty::ZERO, free: Qty::ZERO }
        } else {
            Measure::NotApplicable
        }
    }
}
