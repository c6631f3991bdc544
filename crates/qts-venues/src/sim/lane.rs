//! What the broker remembers of one instrument's market: its newest session, last price and previous close.
//!
//! The previous close follows the rule of `qts_core::Market`: it moves on the first event of a new day, and at once
//! after a bar that spans its whole session.

use qts_core::{Day, MarketEvent, Payload, Price, Scale, Told, Ts};

/// A trading day of one instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) day: Day,
    pub(super) end: Ts,
}

/// An order placed before anything is known of its market's days is held to the newest rules.
const UNKNOWN: Day = Day(i32::MAX);

impl Session {
    /// The one to which an event belongs.
    pub(super) const fn of(event: &MarketEvent) -> Self {
        Self { day: event.day, end: event.session_end }
    }
}

/// One instrument's market so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lane {
    session: Option<Session>,
    /// The date of the next.
    next: Option<Day>,
    /// Was the newest event a bar that told the whole of its session?
    is_told: bool,
    last: Option<Price>,
    prev_close: Option<Price>,
    told: Told,
}

impl Lane {
    /// The session that still runs at `now`, as far as is known.
    pub(super) fn session_at(&self, now: Ts) -> Option<Session> {
        self.session.filter(|session| now < session.end)
    }

    /// The date on which an order placed at `now` first trades.
    pub(super) fn trading_day(&self, now: Ts) -> Day {
        let running = self.session_at(now).filter(|_| !self.is_told);
        running.map(|session| session.day).or(self.next).unwrap_or(UNKNOWN)
    }

    /// Has an event of a later day than `day` been seen?
    pub(super) fn is_beyond(&self, day: Day) -> bool {
        self.session.is_some_and(|session| day < session.day)
    }

    /// The price from which the day's limits are reckoned.
    pub(super) const fn prev_close(&self) -> Option<Price> {
        self.prev_close
    }

    /// The last price, if there was one.
    pub(super) const fn last(&self) -> Option<Price> {
        self.last
    }

    /// Enters an event's day, before orders meet it.
    pub(super) fn open(&mut self, event: &MarketEvent) {
        if self.session.is_some_and(|session| session.day < event.day) {
            self.prev_close = self.last;
        }
        self.session = Some(Session::of(event));
        self.next = Some(event.next_day);
    }

    /// Is it a bar of which a part was told before? Its prices are old news by now, and its shares were on offer.
    pub(super) fn was_told(&self, event: &MarketEvent) -> bool {
        matches!(event.payload, Payload::Bar(bar) if self.told.before(&bar, event.ts))
    }

    /// The shares have a new scale: prices are known on that one.
    pub(super) fn rescale(&mut self, scale: Scale) {
        for price in [&mut self.last, &mut self.prev_close] {
            *price = price.and_then(|old| scale.price(old));
        }
    }

    /// Takes in an event's price, after orders have met it.
    pub(super) fn absorb(&mut self, event: &MarketEvent) {
        self.told.note(event);
        self.is_told = matches!(event.payload, Payload::Bar(bar) if bar.whole_session);
        match event.payload {
            Payload::Bar(bar) => {
                // Where nobody traded, no price was made.
                if bar.volume.is_positive() || self.last.is_none() {
                    self.last = Some(bar.close);
                }
                if bar.whole_session {
                    self.prev_close = self.last;
                }
            }
            Payload::Trade(trade) => self.last = Some(trade.price),
            Payload::Quote(_) => {}
        }
    }
}
