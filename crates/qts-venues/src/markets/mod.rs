//! The rules of real markets by date, from tables that come with the program: price steps, limits, taxes, fees, hours,
//! closed days, settlement.
//!
//! The tables are the TOML files in `tables/` of this crate, one a market and one for its days. Each row says from when
//! on it holds and where it is from; a new year is a row, not code. What is not in the tables is not known here: neither
//! a venue's interruptions nor a broker's costs. Every answer is plain data, made once when a config is read.
//!
//! ```
//! # use qts_venues::{calendar, markets::{Tables, Wanted}};
//! let wanted = Wanted { class: "krx_stock", hours: "regular", ..Wanted::default() };
//! let rules = Tables::built_in().rules(&wanted).expect("a class of the tables");
//! let day = calendar::day("2016-07-29").expect("a date");
//! assert_eq!(rules.hours.on(day).to_string(), "09:00-15:00");
//! ```

use std::sync::{Arc, LazyLock};

use qts_core::{DailyLimit, Dated, Day, OrderLimit, Qty, Ratio, TickTable};
use serde::Deserialize;

use crate::hours::{Hours, TradingDays, Windows};

mod days;
mod error;
mod file;
mod rows;
#[cfg(test)]
mod tests;

pub use days::{DayList, Days};
pub use error::{TableError, TableFlaw};
pub use rows::{Row, Rows};

const KRX: (&str, &str) = ("krx.toml", include_str!("../../tables/krx.toml"));
const KRX_DAYS: (&str, &str) = ("krx-days.toml", include_str!("../../tables/krx-days.toml"));
const US: (&str, &str) = ("us.toml", include_str!("../../tables/us.toml"));
const US_DAYS: (&str, &str) = ("us-days.toml", include_str!("../../tables/us-days.toml"));
const CRYPTO: (&str, &str) = ("crypto.toml", include_str!("../../tables/crypto.toml"));

/// All markets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tables(Vec<Market>);

/// A market and its tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Market {
    /// Its name: `krx`, `us`, `crypto`.
    pub name: String,
    /// Its currency, if all of it trades in one.
    pub currency: Option<String>,
    /// The IANA name of its time zone.
    pub tz: String,
    /// Is it closed on Saturdays and Sundays?
    pub rests_on_weekends: bool,
    /// Of which day the tax of a sale is.
    pub tax_day: TaxDay,
    /// After so many trading days a trade is settled.
    pub settlement: Rows<u32>,
    /// Its hours by name; `regular` comes first.
    pub hours: Vec<(String, Rows<Windows>)>,
    /// What the venue with these hours takes of each fill's notional.
    pub exchange_fees: Vec<(String, Rows<Ratio>)>,
    /// Its classes of instruments.
    pub classes: Vec<Class>,
    /// Its days out of the usual.
    pub days: Days,
}

/// A class of instruments, or one board of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// Its name: `krx_stock`.
    pub name: String,
    /// The board; the first one of a class is the one that is meant if none is named.
    pub board: Option<String>,
    /// Orders are whole multiples of this.
    pub lot: Qty,
    /// The smallest unit in which it can be held.
    pub quantity_step: Qty,
    /// Are sales of what one does not hold forbidden?
    pub short_ban: bool,
    /// Price steps; none where they differ by instrument.
    pub ticks: Option<Rows<TickTable>>,
    /// How far a price may move in a day; none where it may without end.
    pub daily_limit: Option<Rows<DailyLimit>>,
    /// The largest order; before the first row there is none.
    pub order_limit: Option<Rows<OrderLimit>>,
    /// The tax on sales.
    pub sale_tax: Option<Rows<Ratio>>,
}

/// Which day's tax a sale pays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaxDay {
    /// That of the day of the trade.
    #[default]
    Trade,
    /// That of the day on which it is settled.
    Settlement,
}

/// What an instrument wants of the tables.
#[derive(Debug, Clone, Default)]
pub struct Wanted<'w> {
    /// Its class.
    pub class: &'w str,
    /// Its board, if it names one.
    pub board: Option<&'w str>,
    /// The name of its hours.
    pub hours: &'w str,
    /// Is the venue's own fee charged?
    pub exchange_fee: bool,
    /// A user's days of its market, the last of which wins.
    pub days: &'w [Arc<Days>],
}

/// The rules for an instrument, by day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The first day for which all of them were made; earlier days get the oldest rows.
    pub begins: Day,
    /// The currency, if the class brings one.
    pub currency: Option<String>,
    /// Price steps, if the class brings any.
    pub ticks: Option<Dated<TickTable>>,
    /// Orders are whole multiples of this.
    pub lot: Qty,
    /// The smallest unit in which it can be held.
    pub quantity_step: Qty,
    /// How far a price may move in a day.
    pub daily_limit: Dated<Option<DailyLimit>>,
    /// The largest order.
    pub order_limit: Dated<Option<OrderLimit>>,
    /// Are sales of what one does not hold forbidden?
    pub short_ban: bool,
    /// The venue's own fee.
    pub exchange_fee: Dated<Ratio>,
    /// The tax on sales, by day of trade.
    pub sale_tax: Dated<Ratio>,
    /// After so many trading days a trade is settled.
    pub settlement: Dated<u32>,
    /// When it trades.
    pub hours: Hours,
}

impl Tables {
    /// Those that come with the program.
    #[must_use]
    pub fn built_in() -> &'static Self {
        // A test reads them; were they wrong after all, there would be no class of that market.
        static BUILT_IN: LazyLock<Tables> = LazyLock::new(|| {
            let markets = [(KRX, Some(KRX_DAYS)), (US, Some(US_DAYS)), (CRYPTO, None)];
            Tables(markets.into_iter().filter_map(|(rules, days)| Market::read(rules, days).ok()).collect())
        });
        &BUILT_IN
    }

    /// Of these markets.
    #[must_use]
    pub fn of(markets: Vec<Market>) -> Self {
        Self(markets)
    }

    /// All markets.
    pub fn markets(&self) -> impl Iterator<Item = &Market> {
        self.0.iter()
    }

    /// The market of that name.
    #[must_use]
    pub fn market(&self, name: &str) -> Option<&Market> {
        self.0.iter().find(|market| market.name == name)
    }

    /// The names of all classes.
    #[must_use]
    pub fn classes(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.0.iter().flat_map(|market| &market.classes).map(|class| class.name.as_str()).collect();
        names.dedup();
        names
    }

    /// The market of a class.
    #[must_use]
    pub fn market_of(&self, class: &str) -> Option<&Market> {
        self.0.iter().find(|market| market.classes.iter().any(|known| known.name == class))
    }

    /// What the tables say for an instrument; `None` if they do not know its class, its board or its hours.
    #[must_use]
    pub fn rules(&self, wanted: &Wanted<'_>) -> Option<Rules> {
        self.market_of(wanted.class)?.rules(wanted)
    }
}

impl Market {
    /// The boards of a class.
    pub fn boards<'m>(&'m self, class: &'m str) -> impl Iterator<Item = &'m str> {
        self.classes.iter().filter(move |known| known.name == class).filter_map(|class| class.board.as_deref())
    }

    /// The names of its hours.
    pub fn hours_names(&self) -> impl Iterator<Item = &str> {
        self.hours.iter().map(|(name, _)| name.as_str())
    }

    /// The exchange's fees at those hours, if there are any.
    #[must_use]
    pub fn exchange_fees(&self, hours: &str) -> Option<&Rows<Ratio>> {
        self.exchange_fees.iter().find(|(name, _)| name == hours).map(|(_, fees)| fees)
    }

    fn rules(&self, wanted: &Wanted<'_>) -> Option<Rules> {
        let is_wanted = |class: &&Class| {
            class.name == wanted.class && (wanted.board.is_none() || class.board.as_deref() == wanted.board)
        };
        let class = self.classes.iter().find(is_wanted)?;
        let (_, usual) = self.hours.iter().find(|(name, _)| name == wanted.hours)?;
        let hours = self.hours_of(usual.dated().clone(), wanted);
        let fees = self.exchange_fees(wanted.hours).filter(|_| wanted.exchange_fee);
        Some(Rules {
            begins: self.begins(class, usual, &hours),
            currency: self.currency.clone(),
            ticks: class.ticks.as_ref().map(|rows| rows.dated().clone()),
            lot: class.lot,
            quantity_step: class.quantity_step,
            daily_limit: class.daily_limit.as_ref().map_or(Dated::always(None), |rows| rows.dated().map(|w| Some(*w))),
            order_limit: class.order_limit.as_ref().map_or(Dated::always(None), since),
            short_ban: class.short_ban,
            exchange_fee: fees.map_or(Dated::always(Ratio::ZERO), |rows| rows.dated().clone()),
            sale_tax: class.sale_tax.as_ref().map_or(Dated::always(Ratio::ZERO), |rows| self.tax(rows, &hours)),
            settlement: self.settlement.dated().clone(),
            hours,
        })
    }

    fn hours_of(&self, usual: Dated<Windows>, wanted: &Wanted<'_>) -> Hours {
        let days = TradingDays { rests_on_weekends: self.rests_on_weekends, ..TradingDays::default() };
        let mut hours = Hours { tz: self.tz.clone(), usual, days };
        for days in std::iter::once(&self.days).chain(wanted.days.iter().map(AsRef::as_ref)) {
            days.apply(&mut hours, wanted.hours);
        }
        hours
    }

    /// The latest first day of its tables. Fees, which are opted for, and order limits, which there were not always, do
    /// not count.
    fn begins(&self, class: &Class, usual: &Rows<Windows>, hours: &Hours) -> Day {
        let tables = [
            Some(usual.begins()),
            Some(self.settlement.begins()),
            hours.days.known_from,
            class.ticks.as_ref().map(Rows::begins),
            class.daily_limit.as_ref().map(Rows::begins),
            class.sale_tax.as_ref().map(Rows::begins),
        ];
        tables.into_iter().flatten().max().unwrap_or(usual.begins())
    }

    /// Taxes by day of trade.
    fn tax(&self, rows: &Rows<Ratio>, hours: &Hours) -> Dated<Ratio> {
        if self.tax_day == TaxDay::Trade {
            return rows.dated().clone();
        }
        let later = rows.iter().skip(1).map(|row| (self.first_settling(row.from, hours), row.value)).collect();
        let first = rows.dated().on(rows.begins());
        Dated::new(*first, later).unwrap_or_else(|| rows.dated().clone())
    }

    /// The first trading day whose trades are settled on `from` or later.
    fn first_settling(&self, from: Day, hours: &Hours) -> Day {
        let settles = |day: Day| hours.settles(day, *self.settlement.dated().on(day));
        let mut first = if hours.is_open(from) { from } else { hours.next_open(from) };
        loop {
            let before = hours.last_open(first);
            if before >= first || settles(before) < from {
                return first;
            }
            first = before;
        }
    }
}

/// What holds from the first row on; before, nothing did.
fn since<T: Copy>(rows: &Rows<T>) -> Dated<Option<T>> {
    let later = rows.iter().map(|row| (row.from, Some(row.value))).collect();
    Dated::new(None, later).unwrap_or(Dated::always(None))
}
