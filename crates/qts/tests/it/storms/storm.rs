//! A storm as files: a market, the orders that somebody's runaway program asks for, and strategies that have nothing to
//! do with it. Everything is integer arithmetic on the number of the stock and of the moment, without chance: the same
//! files every time.
//!
//! Prices are in ticks, times in milliseconds from the storm's beginning.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::support::Folder;

/// The strategy that runs away.
pub(super) const RUNAWAY: &str = "runaway";
/// The strategies that have nothing to do with it.
pub(super) const CALM: [&str; 2] = ["calm-inside", "calm-outside"];

/// A storm and its market.
pub(super) struct Storm {
    /// Its name, which is also its folder's.
    pub(super) name: &'static str,
    pub(super) currency: &'static str,
    pub(super) cash: &'static str,
    /// The keys of every instrument.
    pub(super) instrument: &'static str,
    /// How much a tick is, in the smallest unit of money that is written, and how many decimals that has.
    pub(super) tick: i64,
    pub(super) decimals: usize,
    /// The date, when it begins in milliseconds of that day, and the offset from UTC.
    pub(super) date: &'static str,
    pub(super) begins: u64,
    pub(super) offset: &'static str,
    /// The stocks of the storm, then one of which it wants nothing.
    pub(super) stocks: Vec<Stock>,
    /// What is asked for, in the order of time.
    pub(super) orders: Vec<Order>,
    /// When it is over; what is asked for later is sound.
    pub(super) ends: u64,
    /// Further tables of the config.
    pub(super) tables: String,
}

/// A stock: its name, and its trades.
pub(super) struct Stock {
    pub(super) symbol: String,
    /// When, and at which price.
    pub(super) trades: Vec<(u64, i64)>,
}

/// An order that is asked for.
pub(super) struct Order {
    pub(super) at: u64,
    pub(super) stock: usize,
    pub(super) is_buy: bool,
    pub(super) qty: i64,
    pub(super) limit: i64,
}

impl Storm {
    /// Writes everything but the configs into a folder of its own.
    pub(super) fn write(&self) -> Folder {
        let folder = Folder::new(&format!("storm-{}", self.name));
        for stock in &self.stocks {
            let mut text = "ts,symbol,price,size\n".to_owned();
            for (at, price) in &stock.trades {
                let (ts, price) = (self.time(*at), self.price(*price));
                writeln!(text, "{ts},{},{price},1000", stock.symbol).expect("a text");
            }
            folder.write(&format!("{}.csv", stock.symbol), text);
        }
        let mut text = "ts,instrument,side,qty,type,limit,reason\n".to_owned();
        for order in &self.orders {
            let (ts, id, limit) = (self.time(order.at), self.id(order.stock), self.price(order.limit));
            let side = if order.is_buy { "buy" } else { "sell" };
            writeln!(text, "{ts},{id},{side},{},limit,{limit},storm", order.qty).expect("a text");
        }
        folder.write("signals.csv", text);
        folder
    }

    /// A config: with the runaway under the policy `desk`, or without it.
    pub(super) fn config(&self, policies: &str, with_runaway: bool) -> String {
        let Self { currency, cash, instrument, tables, .. } = self;
        let mut text = format!("[account]\ncurrency = \"{currency}\"\ncash = \"{cash}\"\npolicy = \"account\"\n");
        for (place, stock) in self.stocks.iter().enumerate() {
            let (id, symbol) = (self.id(place), &stock.symbol);
            writeln!(text, "[[instrument]]\nid = \"{id}\"\n{instrument}").expect("a text");
            writeln!(text, "[[data]]\ninstrument = \"{id}\"\npath = \"{symbol}.csv\"").expect("a text");
        }
        let [inside, outside] = CALM;
        let last = self.stocks.len() - 1;
        for (id, stock) in [(inside, 0), (outside, last)] {
            let instrument = self.id(stock);
            let params = "fast = 3, slow = 8, qty = \"100\"";
            writeln!(
                text,
                "[[strategy]]\nid = \"{id}\"\nkind = \"sma_cross\"\npolicy = \"calm\"\n\
                 instruments = [\"{instrument}\"]\nparams = {{ {params} }}"
            )
            .expect("a text");
        }
        if with_runaway {
            let all: Vec<String> = (0..last).map(|place| format!("\"{}\"", self.id(place))).collect();
            writeln!(
                text,
                "[[strategy]]\nid = \"{RUNAWAY}\"\nkind = \"signals\"\npolicy = \"desk\"\ninstruments = [{}]\n\
                 params = {{ path = \"signals.csv\" }}\n{tables}",
                all.join(", ")
            )
            .expect("a text");
        }
        text + policies
    }

    /// The id of a stock.
    pub(super) fn id(&self, place: usize) -> String {
        format!("{}.X", self.stocks[place].symbol)
    }

    /// The moment that a text tells.
    pub(super) fn moment(&self, text: &str) -> u64 {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time").as_millisecond();
        u64::try_from(at(text) - at(&self.time(0))).expect("not before it begins")
    }

    /// A moment as it is written.
    fn time(&self, at: u64) -> String {
        let (date, offset, at) = (self.date, self.offset, self.begins + at);
        let (hours, minutes, seconds, rest) = (at / 3_600_000, at / 60_000 % 60, at / 1_000 % 60, at % 1_000);
        format!("{date}T{hours:02}:{minutes:02}:{seconds:02}.{rest:03}{offset}")
    }

    /// A price as it is written.
    pub(super) fn price(&self, ticks: i64) -> String {
        let units = ticks * self.tick;
        let one = 10_i64.pow(u32::try_from(self.decimals).expect("small"));
        match self.decimals {
            0 => units.to_string(),
            width => format!("{}.{:0width$}", units / one, units % one),
        }
    }
}

/// A price that rises eight ticks and falls eight, one a step.
pub(super) const fn wave(step: i64) -> i64 {
    let place = step % 16;
    if place < 8 { place } else { 16 - place }
}

/// A number of a stock or of a step as one of prices and quantities.
pub(super) fn whole(number: impl TryInto<i64>) -> i64 {
    number.try_into().ok().expect("small")
}
