//! What the market said. A feed makes these; each is stamped with the time from which it is *known*.

use crate::{Day, Inst, Price, Qty, Span, Ts};

/// One piece of market data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketEvent {
    /// What it is about.
    pub instrument: Inst,
    /// From when on it is known (a bar: its close, never its start).
    pub ts: Ts,
    /// The local date of the session it belongs to.
    pub day: Day,
    /// When that session ends.
    pub session_end: Ts,
    /// The local date of the next session, as far as its calendar knows.
    pub next_day: Day,
    /// What was seen.
    pub payload: Payload,
}

/// The three kinds of market data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// A finished bar.
    Bar(Bar),
    /// Best bid and ask.
    Quote(Quote),
    /// A trade.
    Trade(Trade),
}

/// A finished bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// When it began: an order placed later has missed its open.
    pub from: Ts,
    /// First price.
    pub open: Price,
    /// Highest price.
    pub high: Price,
    /// Lowest price.
    pub low: Price,
    /// Last price.
    pub close: Price,
    /// Shares traded; zero is a halt, on which nothing fills.
    pub volume: Qty,
    /// Does it span its whole session (a bar of a day or more)? Then it is judged as sent at the start of the next one.
    pub whole_session: bool,
}

/// Best bid and ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// Best price that buyers offer.
    pub bid: Price,
    /// Best price that sellers offer.
    pub ask: Price,
    /// Shares at the bid.
    pub bid_size: Qty,
    /// Shares at the ask.
    pub ask_size: Qty,
}

/// A trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trade {
    /// Its price.
    pub price: Price,
    /// Its shares.
    pub size: Qty,
}

impl Quote {
    /// Do buyers offer more than sellers ask? Then somebody's quote is late or wrong, and this is no market: at such
    /// prices nothing fills and nothing is valued. Bid and ask at one price (locked) are a market.
    #[must_use]
    pub fn is_crossed(&self) -> bool {
        self.ask.is_positive() && self.bid > self.ask
    }

    /// Does it tell of shares on one side only? Then nobody is on the other. Without any size it tells of none.
    #[must_use]
    pub fn is_one_sided(&self) -> bool {
        self.bid_size.is_positive() != self.ask_size.is_positive()
    }
}

impl Bar {
    /// How long it was, if it ended at `ts`.
    #[must_use]
    pub fn length(&self, ts: Ts) -> Span {
        ts.since(self.from)
    }
}

/// How far one instrument's market was told, and by what: bars may tell again what quotes, trades or shorter bars
/// told before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// The newest quote or trade.
    tick: Option<Ts>,
    /// The newest bar, of the shortest that there are.
    bar: Option<(Ts, Span)>,
}

impl Told {
    /// Was a part of this bar, which ends at `ts`, told by shorter bars before?
    #[must_use]
    pub fn by_shorter_bars(&self, bar: &Bar, ts: Ts) -> bool {
        self.bar.is_some_and(|(end, length)| bar.from < end && length < bar.length(ts))
    }

    /// Was a part of this bar, which ends at `ts`, told before: by a quote, a trade or shorter bars?
    #[must_use]
    pub fn before(&self, bar: &Bar, ts: Ts) -> bool {
        self.tick.is_some_and(|tick| bar.from < tick) || self.by_shorter_bars(bar, ts)
    }

    /// Takes an event in.
    pub fn note(&mut self, event: &MarketEvent) {
        match event.payload {
            Payload::Quote(_) | Payload::Trade(_) => self.tick = Some(event.ts),
            Payload::Bar(bar) => {
                let length = bar.length(event.ts);
                if self.bar.is_none_or(|(_, shortest)| length <= shortest) {
                    self.bar = Some((event.ts, length));
                }
            }
        }
    }
}

impl MarketEvent {
    /// The price a strategy goes by: bar close, trade price, or the floored quote mid.
    #[must_use]
    pub const fn price(&self) -> Price {
        match self.payload {
            Payload::Bar(bar) => bar.close,
            Payload::Quote(quote) => quote.bid.mid(quote.ask),
            Payload::Trade(trade) => trade.price,
        }
    }
}

/// All market events of one timestamp, by instrument, in file order within one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Slice {
    /// The common time.
    pub ts: Ts,
    /// The events; never empty when a feed made it.
    pub events: Vec<MarketEvent>,
}
