//! A bench to try one strategy on: it calls the strategy as a host would and tells in a line what came of it.
//!
//! Compiled for tests only. Its calls are one minute and one cycle apart, the first in cycle 1 at 1970-01-01T00:01:00Z.

use qts_core::{Book, Dated, TickTable};
use qts_strategy::{
    Ask, Bar, Cycle, Inst, Instrument, InstrumentId, Instruments, Intent, Intents, Kind, MarketEvent, Money, OrderId,
    OwnOrder, Param, Params, Payload, Price, Qty, Quote, Ratio, Side, Span, Strategy, Trade, Ts, View,
};

/// The instrument `A.X`.
pub(crate) const A: Inst = Inst(0);
/// The instrument `B.X`.
pub(crate) const B: Inst = Inst(1);

const MINUTE: i64 = Span::SECOND.0 * 60;

pub(crate) struct Bench {
    strategy: Box<dyn Strategy>,
    instruments: Instruments,
    book: Book,
    orders: Vec<OwnOrder>,
    now: Ts,
    cycle: Cycle,
    fills: bool,
    asks: Vec<Ask>,
    emitted: usize,
}

/// Texts as parameters.
pub(crate) fn text(pairs: &[(&str, &str)]) -> Params {
    pairs.iter().map(|(key, text)| ((*key).to_owned(), Param::Text((*text).to_owned()))).collect()
}

/// Texts as a table.
pub(crate) fn table(pairs: &[(&str, &str)]) -> Param {
    Param::Table(text(pairs))
}

/// A list as the only parameter.
pub(crate) fn list(key: &str, values: Vec<Param>) -> Params {
    [(key.to_owned(), Param::List(values))].into_iter().collect()
}

/// `A.X` and `B.X`, lot 1.
pub(crate) fn instruments() -> Instruments {
    let named = |id| Instrument {
        id: InstrumentId::new(id).expect("an id"),
        ticks: Dated::always(TickTable::flat(Price::whole(1))),
        lot: Qty::whole(1),
        quantity_step: Qty::whole(1),
        daily_limit: Dated::always(None),
        order_limit: Dated::always(None),
        listed_shares: None,
        short_ban: false,
        commission: Ratio::ZERO,
        exchange_fee: Dated::always(Ratio::ZERO),
        sale_tax: Dated::always(Ratio::ZERO),
        minor_unit: Money::whole(1),
    };
    Instruments::new(vec![named("A.X"), named("B.X")]).expect("distinct")
}

impl Bench {
    /// An instance of the kind with these parameters.
    pub(crate) fn new(kind: &str, params: Params) -> Self {
        let spec = crate::kind(kind).expect("a kind");
        Self::of((spec.build)(params, &instruments()).unwrap_or_else(|error| unreachable!("{error}"))())
    }

    /// A bench for this instance.
    pub(crate) fn of(strategy: Box<dyn Strategy>) -> Self {
        let (now, cycle) = (Ts(MINUTE), Cycle(1));
        let (book, orders) = (Book::default(), Vec::new());
        let instruments = instruments();
        Self { strategy, instruments, book, orders, now, cycle, fills: false, asks: Vec::new(), emitted: 0 }
    }

    /// Every order is filled between two calls.
    pub(crate) fn filling(mut self) -> Self {
        self.fills = true;
        self
    }

    /// Holds so many shares.
    pub(crate) fn holding(mut self, inst: Inst, qty: i32) -> Self {
        self.book.open_with(inst, Qty::whole(qty), Money::ZERO);
        self
    }

    /// Has one more open order, numbered from 1.
    pub(crate) fn waiting(mut self, instrument: Inst) -> Self {
        let id = OrderId(self.orders.len() as u64 + 1);
        self.orders.push(OwnOrder { id, instrument, side: Side::Buy, open: Qty::whole(1), kind: Kind::Market });
        self
    }

    /// The next call is at that time, in that cycle.
    pub(crate) fn at(mut self, now: &str, cycle: u64) -> Self {
        self.now = crate::rfc3339::parse(now).expect("a time");
        self.cycle = Cycle(cycle);
        self
    }

    /// No order is open any more.
    pub(crate) fn settled(&mut self) -> &mut Self {
        self.orders.clear();
        self
    }

    /// The next call belongs to the same slice as the last.
    pub(crate) fn same_cycle(&mut self) -> &mut Self {
        self.now.0 -= MINUTE;
        self.cycle.0 -= 1;
        self
    }

    /// What the strategy says to each of these trades.
    pub(crate) fn trades(&mut self, inst: Inst, prices: impl IntoIterator<Item = i32>) -> Vec<String> {
        prices.into_iter().map(|price| self.trade(inst, price)).collect()
    }

    /// What it says to a trade.
    pub(crate) fn trade(&mut self, inst: Inst, price: i32) -> String {
        self.see(inst, Payload::Trade(Trade { price: Price::whole(price), size: Qty::whole(1) }))
    }

    /// What it says to a quote.
    pub(crate) fn quote(&mut self, inst: Inst, bid: i32, ask: i32) -> String {
        let size = Qty::whole(1);
        let (bid, ask) = (Price::whole(bid), Price::whole(ask));
        self.see(inst, Payload::Quote(Quote { bid, ask, bid_size: size, ask_size: size }))
    }

    /// What it says to a bar.
    pub(crate) fn bar(&mut self, inst: Inst, high: i32, low: i32, close: i32) -> String {
        let [open, high, low, close] = [low, high, low, close].map(Price::whole);
        self.see(
            inst,
            Payload::Bar(Bar { from: Ts(0), open, high, low, close, volume: Qty::whole(1), whole_session: true }),
        )
    }

    /// What was asked for in the last call, with type and time in force.
    pub(crate) fn last_full(&self) -> Vec<String> {
        self.asks.iter().map(|ask| self.told(ask, true)).collect()
    }

    /// How often the strategy asked in the last call.
    pub(crate) fn emitted(&self) -> usize {
        self.emitted
    }

    fn see(&mut self, instrument: Inst, payload: Payload) -> String {
        let event = MarketEvent {
            instrument,
            ts: self.now,
            day: Default::default(),
            session_end: self.now,
            next_day: Default::default(),
            payload,
        };
        let mut out = Intents::with_capacity(64);
        let view = View::new(self.now, self.cycle, &self.instruments, &self.book, &self.orders);
        let result = self.strategy.on_event(&view, &event, &mut out);
        self.now.0 += MINUTE;
        self.cycle.0 += 1;
        let held = out.held().map(|reason| format!("hold: {reason}"));
        self.emitted = out.emitted();
        self.asks = out.into_asks();
        self.fill(event.price());
        match result {
            Err(error) => format!("error: {error}"),
            Ok(()) if self.asks.is_empty() => held.unwrap_or_else(|| "nothing".to_owned()),
            Ok(()) => self.asks.iter().map(|ask| self.told(ask, false)).collect::<Vec<_>>().join("; "),
        }
    }

    fn fill(&mut self, price: Price) {
        for ask in &self.asks {
            if let Ask::Trade(Intent { instrument, side, qty, .. }) = ask
                && self.fills
                && qty.is_positive()
            {
                self.book.trade(*instrument, *side, *qty, Money::of(price, *qty));
            }
        }
    }

    fn told(&self, ask: &Ask, full: bool) -> String {
        match ask {
            Ask::Cancel(cancel) => format!("cancel {}: {}", cancel.order.0, cancel.why),
            Ask::Trade(intent) => {
                let limit = intent.kind.limit().map(|limit| format!(" {limit}")).unwrap_or_default();
                let how = format!(" {}{limit} {}", intent.kind.as_str(), intent.tif.as_str());
                let (how, name) = (if full { how.as_str() } else { "" }, self.instruments.name(intent.instrument));
                format!("{} {} {name}{how}: {}", intent.side, intent.qty, intent.why)
            }
        }
    }
}
