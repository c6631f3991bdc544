//! An order at the simulated broker: what was asked, what is left of it, and to which session it belongs.
//!
//! An order placed while its instrument's session runs belongs to that session, any other to the session of its
//! instrument's next event. What was made after its session's end (a price of a later auction, a quote that nobody took
//! away) fills nothing. All but GTC orders end with their session: IOC and FOK too, if no event came that could have
//! filled them.

use qts_core::{
    Day, ExecId, Inst, Instrument, Instruments, Kind, MarketEvent, OrderId, Outcome, Payload, Price, Qty, Side,
    TickTable, Tif, Ts,
};
use qts_loop::NewOrder;

use super::fee::fee;
use super::lane::{Lane, Session};
use super::offer::{Encounter, Room};

/// What was asked for. (A `NewOrder` can only come from the loop; this can be written down in a test.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) id: OrderId,
    pub(super) instrument: Inst,
    pub(super) side: Side,
    pub(super) kind: Kind,
    pub(super) tif: Tif,
    pub(super) qty: Qty,
}

impl From<&NewOrder> for Ticket {
    fn from(order: &NewOrder) -> Self {
        Self {
            id: order.id(),
            instrument: order.instrument(),
            side: order.side(),
            kind: order.kind(),
            tif: order.tif(),
            qty: order.qty(),
        }
    }
}

impl Ticket {
    /// Would a broker take it for that day? If not, why. Quantities off the lot are taken: they are how odd lots are
    /// sold off. `last` is the last price, where there is one; `sellable` what is held and not yet offered.
    pub(super) fn check(
        &self,
        instruments: &Instruments,
        day: Day,
        (last, sellable): (Option<Price>, Qty),
    ) -> Result<(), String> {
        let known = instruments.get(self.instrument);
        let instrument = known.ok_or_else(|| format!("unknown instrument {}", instruments.name(self.instrument)))?;
        check_qty(self.qty, instrument)?;
        self.kind.limit().map_or(Ok(()), |limit| check_limit(limit, instrument.ticks.on(day)))?;
        let price = self.kind.limit().or(last);
        check_size(self.qty, price.and_then(|price| instrument.most_at_once(price, day)))?;
        if self.side == Side::Sell && instrument.short_ban { check_sale(self.qty, sellable) } else { Ok(()) }
    }
}

fn check_size(qty: Qty, most: Option<Qty>) -> Result<(), String> {
    match most.filter(|most| qty > *most) {
        Some(most) => Err(format!("quantity {qty} is more than the exchange takes in one order, {most}")),
        None => Ok(()),
    }
}

/// The market forbids short sales. What was bought is held at once: selling it before it is settled is none.
fn check_sale(qty: Qty, sellable: Qty) -> Result<(), String> {
    if qty <= sellable {
        return Ok(());
    }
    let sellable = sellable.max(Qty::ZERO);
    Err(format!("sale of {qty}, but {sellable} are held and not yet offered; the market forbids short sales"))
}

fn check_qty(qty: Qty, instrument: &Instrument) -> Result<(), String> {
    let step = instrument.quantity_step;
    match qty {
        qty if !qty.is_positive() => Err(format!("quantity {qty} is not above zero")),
        qty if !qty.is_multiple_of(step) => Err(format!("quantity {qty} is not a multiple of {step}")),
        _ => Ok(()),
    }
}

fn check_limit(limit: Price, ticks: &TickTable) -> Result<(), String> {
    match limit {
        limit if !limit.is_positive() => Err(format!("limit {limit} is not above zero")),
        limit if !ticks.holds(limit) => Err(format!("limit {limit} is not a multiple of its tick {}", ticks.at(limit))),
        _ => Ok(()),
    }
}

/// An order that works.
#[derive(Debug)]
pub(super) struct Working {
    ticket: Ticket,
    placed: Ts,
    session: Option<Session>,
    left: Qty,
    over: bool,
}

impl Working {
    /// Placed at `placed` in the session that ran, if one did.
    pub(super) const fn new(ticket: Ticket, placed: Ts, session: Option<Session>) -> Self {
        Self { ticket, placed, session, left: ticket.qty, over: false }
    }

    /// What of it is still offered for sale.
    pub(super) const fn offered(&self) -> Qty {
        match self.ticket.side {
            Side::Sell => self.left,
            Side::Buy => Qty::ZERO,
        }
    }

    /// What an outcome adds to what the account holds.
    pub(super) fn signed(&self, outcome: &Outcome) -> Qty {
        match (outcome, self.ticket.side) {
            (Outcome::Filled { qty, .. }, Side::Buy) => *qty,
            (Outcome::Filled { qty, .. }, Side::Sell) => -*qty,
            _ => Qty::ZERO,
        }
    }

    /// Does it trade at once or not at all?
    const fn is_momentary(&self) -> bool {
        matches!(self.ticket.tif, Tif::Ioc | Tif::Fok)
    }

    /// Has it been filled or cancelled?
    pub(super) const fn is_over(&self) -> bool {
        self.over
    }

    /// Has its session ended at `ts`, or has the market moved on to a later day?
    pub(super) fn has_outlived_its_session(&self, ts: Ts, lane: &Lane) -> bool {
        let ended = |session: Session| session.end <= ts || lane.is_beyond(session.day);
        self.ticket.tif != Tif::Gtc && self.session.is_some_and(ended)
    }

    /// Was it placed after this bar began? Nobody can say which of the bar's prices came before it, so it waits for the
    /// next one.
    const fn has_missed_the_open(&self, event: &MarketEvent) -> bool {
        matches!(event.payload, Payload::Bar(bar) if self.placed.0 > bar.from.0)
    }

    /// Was it made when its session was over? What comes with the very end, the last bar or trade, is still of it.
    const fn is_after_the_close(event: &MarketEvent) -> bool {
        match event.payload {
            Payload::Bar(bar) => bar.from.0 >= event.session_end.0,
            Payload::Quote(_) | Payload::Trade(_) => event.ts.0 > event.session_end.0,
        }
    }

    /// Meets an event of its instrument: perhaps a fill, and for IOC and FOK the end of what is left.
    pub(super) fn meet(&mut self, at: &Encounter<'_>, room: &mut Room, last: &mut ExecId) -> [Option<Outcome>; 2] {
        let is_too_late = self.has_missed_the_open(at.event) || Self::is_after_the_close(at.event);
        if !self.may_meet(Session::of(at.event)) || is_too_late {
            return [None, None];
        }
        let fill = self.trade(at, room, last);
        let dropped = !self.over && self.is_momentary();
        self.over |= dropped;
        [fill, dropped.then_some(Outcome::Canceled)]
    }

    /// Joins the session it was waiting for; `false` if its own is already past.
    fn may_meet(&mut self, seen: Session) -> bool {
        if self.session.is_none() && self.placed < seen.end {
            self.session = Some(seen);
        }
        self.ticket.tif == Tif::Gtc || self.session.is_none_or(|own| seen.day <= own.day)
    }

    fn trade(&mut self, at: &Encounter<'_>, room: &mut Room, last: &mut ExecId) -> Option<Outcome> {
        let Ticket { side, kind, tif, .. } = self.ticket;
        let price = at.price(side, kind, self.is_momentary())?;
        let qty = room.fits(side, self.left);
        if !qty.is_positive() || (tif == Tif::Fok && qty < self.left) {
            return None;
        }
        room.take(side, qty);
        self.left = self.left.checked_sub(qty).unwrap_or(Qty::ZERO);
        self.over = self.left.is_zero();
        last.0 += 1;
        Some(Outcome::Filled { exec: *last, qty, price, fee: fee(at.instrument, side, at.event.day, qty, price) })
    }
}
