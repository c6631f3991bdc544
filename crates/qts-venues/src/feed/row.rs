//! From the cells of a row to what was seen, or to what is wrong with it. Knows no file format and no time.

use qts_core::{Bar, NumError, Payload, Price, Qty, Quote, Trade, Ts};

use super::error::Flaw;
use super::header::{Header, Holds, Kind, NUMBERS};
use super::stamp::{StampError, Written};

/// One row of a file, by the places of its header.
pub(super) trait Cells {
    /// How many cells it has.
    fn width(&self) -> usize;
    /// Is this cell that text?
    fn is(&self, place: usize, text: &str) -> bool;
    /// The cell as a message shows it.
    fn shown(&self, place: usize) -> String;
    /// The cell as a time; `None` if it is empty.
    fn time(&self, place: usize) -> Result<Option<Written>, StampError>;
    /// The cell as units of 10⁻⁸; `None` if it is empty.
    fn number(&self, place: usize) -> Result<Option<i64>, NumError>;
}

/// A row's answer, with what is wrong kept apart because it is large and rare.
pub(super) type Checked<T> = Result<T, Box<Flaw>>;

/// Has the row as many cells as the header?
pub(super) fn check_width(cells: &impl Cells, header: &Header) -> Checked<()> {
    let (found, expected) = (cells.width(), header.names.len());
    if found == expected { Ok(()) } else { Err(Box::new(Flaw::Width { found, expected })) }
}

/// Is the row of that symbol?
pub(super) fn is_of(cells: &impl Cells, header: &Header, symbol: &str) -> Checked<bool> {
    match header.symbol {
        Some(place) if cells.is(place, symbol) => Ok(true),
        Some(place) if cells.is(place, "") => Err(Box::new(Flaw::Missing { column: header.name(place) })),
        Some(_) => Ok(false),
        None => Ok(true),
    }
}

/// The row's time, as written.
pub(super) fn time(cells: &impl Cells, header: &Header) -> Checked<Written> {
    match cells.time(header.ts) {
        Ok(Some(written)) => Ok(written),
        Ok(None) => Err(Box::new(Flaw::Missing { column: header.name(header.ts) })),
        Err(why) => Err(bad_time(cells, header, why)),
    }
}

/// What is wrong with a row's time.
pub(super) fn bad_time(cells: &impl Cells, header: &Header, why: StampError) -> Box<Flaw> {
    Box::new(Flaw::Time { column: header.name(header.ts), value: cells.shown(header.ts), why })
}

/// What was seen.
pub(super) fn payload(cells: &impl Cells, header: &Header, whole_session: bool, from: Ts) -> Checked<Payload> {
    let mut numbers = [0; NUMBERS];
    for (number, (column, place)) in numbers.iter_mut().zip(header.kind.numbers().iter().zip(header.numbers)) {
        *number = read(cells, header, place, column.holds)?;
    }
    let [a, b, c, d, e] = numbers;
    Ok(match header.kind {
        Kind::Bars => {
            check_enclosure(cells, header, [a, b, c, d])?;
            let (open, high, low, close) = (price(a), price(b), price(c), price(d));
            Payload::Bar(Bar { from, open, high, low, close, volume: qty(e), whole_session })
        }
        Kind::Quotes | Kind::QuoteBars => {
            Payload::Quote(Quote { bid: price(a), ask: price(b), bid_size: qty(c), ask_size: qty(d) })
        }
        Kind::Trades => Payload::Trade(Trade { price: price(a), size: qty(b) }),
    })
}

fn read(cells: &impl Cells, header: &Header, place: usize, holds: Holds) -> Checked<i64> {
    let column = || header.name(place);
    let value = || cells.shown(place);
    match (cells.number(place), holds) {
        (Ok(Some(units)), Holds::Price) if units > 0 => Ok(units),
        (Ok(Some(units)), Holds::Volume | Holds::Size) if units >= 0 => Ok(units),
        (Ok(Some(_)), Holds::Price) => Err(Box::new(Flaw::NotPositive { column: column(), value: value() })),
        (Ok(Some(_)), _) => Err(Box::new(Flaw::Negative { column: column(), value: value() })),
        (Ok(None), Holds::Size) => Ok(0),
        // Unlike a size, a volume of zero says something: a halt, on which nothing fills.
        (Ok(None), _) => Err(Box::new(Flaw::Missing { column: column() })),
        (Err(why), _) => Err(Box::new(Flaw::Number { column: column(), value: value(), why })),
    }
}

fn check_enclosure(cells: &impl Cells, header: &Header, [open, high, low, close]: [i64; 4]) -> Checked<()> {
    // By number among the columns of a bar.
    let outside = |edge: usize, beyond: usize| {
        let [edge, beyond] = [edge, beyond].map(|number| header.numbers[number]);
        Err(Box::new(Flaw::Outside {
            column: header.name(edge),
            value: cells.shown(edge),
            beyond: header.name(beyond),
            price: cells.shown(beyond),
        }))
    };
    if high < open {
        outside(1, 0)
    } else if high < close {
        outside(1, 3)
    } else if low > open {
        outside(2, 0)
    } else if low > close {
        outside(2, 3)
    } else {
        Ok(())
    }
}

/// What was read is within the range of a price: reading is what checks it.
fn price(units: i64) -> Price {
    Price::from_units(units).unwrap_or_default()
}

/// As [`price`].
fn qty(units: i64) -> Qty {
    Qty::from_units(units).unwrap_or_default()
}

/// A cell's text in a message: readable, and short.
pub(super) fn shown(cell: &[u8]) -> String {
    const SHOWN: usize = 60;
    let text = String::from_utf8_lossy(cell);
    let mut short: String = text.chars().take(SHOWN).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    short
}
