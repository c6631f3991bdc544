//! Prices that jump from one session to the next as no price of that market can, or as one seldom does: a split in the
//! data, or an error. They are told with an `[[adjustment]]` to paste. Looks at events alone and changes nothing.
//!
//! Compared are the last price of a session and the first of the next; of a bar, its close. Where a market has a daily
//! limit, a jump is a price beyond it by more than adjusted prices are rounded; elsewhere one of 1.8 times and more, or
//! of 1/1.8 and less.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use qts_core::{Day, Inst, Instruments, MarketEvent, Payload, Price, Scale, Slice};
use serde::Serialize;

use crate::adjust;
use crate::config::Config;
use crate::local;

/// So many are listed for a person; all are counted.
const SHOWN: usize = 20;

/// So many new shares for an old one, or their inverses, are guessed: rounder ones where they lie close.
const WHOLE: [u64; 19] = [2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 100, 200, 500, 1_000];

/// After a longer halt a price says nothing of a split: it is a re-listing as often.
const LONGEST_HALT: u32 = 5;

/// Watches the prices of one run, or of one file.
#[derive(Debug)]
pub(crate) struct Jumps {
    instruments: Instruments,
    /// By number.
    seen: Vec<Option<Seen>>,
    /// Scales by day, those still to come.
    scales: BTreeMap<Inst, Vec<(Day, Scale)>>,
    found: Vec<Jump>,
}

/// The newest price of an instrument.
#[derive(Debug, Clone, Copy)]
struct Seen {
    day: Day,
    price: Price,
    /// Sessions after it in which nothing traded.
    halted: u32,
    /// The newest day of which anything was told.
    told: Day,
}

/// One jump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Jump {
    instrument: Inst,
    day: Day,
    before: Price,
    after: Price,
    halted: u32,
    /// Is the price before it on the scale of an adjustment of that day?
    is_adjusted: bool,
    /// The prices that the market allowed on that day, where it has a limit.
    limits: Option<(Price, Price)>,
}

/// A jump as printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    /// The files of the instrument's prices.
    file: String,
    instrument: String,
    date: String,
    before: String,
    after: String,
    /// The lowest and the highest price that the market allowed, where it has a daily limit.
    limits: Option<[String; 2]>,
    /// Does the config adjust the price before it, and it is a jump all the same?
    is_adjusted: bool,
    /// Sessions without a trade before it.
    halted_sessions: u32,
    /// New shares for one old one, if it is a split.
    guess: Option<String>,
    /// What to add to the config, if it is one.
    toml: Option<String>,
}

impl Jumps {
    /// Nothing seen yet. What the config adjusts is no jump.
    pub(crate) fn new(config: &Config) -> Self {
        let instruments = config.registry.clone();
        let seen = vec![None; instruments.len()];
        Self { instruments, seen, scales: adjust::scales(config), found: Vec::new() }
    }

    /// Looks at a slice.
    pub(crate) fn look(&mut self, slice: &Slice) {
        slice.events.iter().for_each(|event| self.look_at(event));
    }

    fn look_at(&mut self, event: &MarketEvent) {
        let (price, is_traded) = seen(&event.payload);
        let (inst, day) = (event.instrument, event.day);
        let Some(place) = self.seen.get_mut(inst.0 as usize) else { return };
        let Some(newest) = place else {
            *place = Some(Seen { day, price, halted: 0, told: day });
            // What lies before the first price is past.
            self.scale_until(inst, day);
            return;
        };
        // Where nobody traded, no price was made.
        if !is_traded {
            newest.halted += u32::from(day > newest.told);
            newest.told = newest.told.max(day);
            return;
        }
        let (before, is_next) = (newest.price, day > newest.day);
        // Its own day is no halt, if it began without a trade.
        let halted = newest.halted.saturating_sub(u32::from(newest.told == day));
        *newest = Seen { day: day.max(newest.day), price, halted: 0, told: day.max(newest.told) };
        if is_next {
            self.compare(inst, day, (before, price), halted);
        }
    }

    fn compare(&mut self, instrument: Inst, day: Day, (before, after): (Price, Price), halted: u32) {
        let scales = self.scale_until(instrument, day);
        let is_adjusted = !scales.is_empty();
        let before = scales.into_iter().try_fold(before, |price, scale| scale.price(price));
        let Some((before, known)) = before.zip(self.instruments.get(instrument)) else { return };
        let limits = known.price_limits(before, day);
        let is_jump = match known.plausible_prices(before, day) {
            Some((lower, upper)) => after < lower || after > upper,
            None => is_far(before, after) || is_far(after, before),
        };
        if is_jump {
            self.found.push(Jump { instrument, day, before, after, halted, is_adjusted, limits });
        }
    }

    /// The scales of an instrument that are due on that day, each once.
    fn scale_until(&mut self, inst: Inst, day: Day) -> Vec<Scale> {
        let Some(scales) = self.scales.get_mut(&inst) else { return Vec::new() };
        scales.extract_if(.., |(from, _)| *from <= day).map(|(_, scale)| scale).collect()
    }

    /// As printed, in the order in which they came.
    pub(crate) fn rows(&self, config: &Config) -> Vec<Row> {
        self.found.iter().map(|jump| jump.row(config)).collect()
    }
}

/// A price, and whether it was one of a trade.
fn seen(payload: &Payload) -> (Price, bool) {
    match payload {
        Payload::Bar(bar) => (bar.close, bar.volume.is_positive()),
        Payload::Trade(trade) => (trade.price, true),
        Payload::Quote(quote) => (quote.bid.mid(quote.ask), true),
    }
}

/// Is one price 1.8 times the other, or more?
fn is_far(low: Price, high: Price) -> bool {
    i128::from(high.units()) * 10 >= i128::from(low.units()) * 18
}

/// The ratio of a split that comes nearest to a jump: a round number of shares for one, or one for so many, at most 3 %
/// off, or 3/2 or 2/3, at most 2 % off.
fn guess(before: Price, after: Price) -> Option<Scale> {
    const MILLION: i128 = 1_000_000;
    let (before, after) = (i128::from(before.units()), i128::from(after.units()).max(1));
    let seen = before * MILLION / after;
    let whole = WHOLE.into_iter().flat_map(|count| [(count, 1, 3), (1, count, 3)]);
    let nearest = |(new, old, percent): (u64, u64, i128)| {
        let scale = Scale::new(new, old)?;
        let exact = i128::from(new) * MILLION / i128::from(old);
        let off = (seen - exact).abs() * MILLION / exact.max(1);
        (off <= percent * MILLION / 100).then_some((off, scale))
    };
    let near = whole.chain([(3, 2, 2), (2, 3, 2)]).filter_map(nearest);
    near.min_by_key(|(off, _)| *off).map(|(_, scale)| scale)
}

impl Jump {
    /// The ratio, if it is a split and looks like one.
    fn guess(&self) -> Option<Scale> {
        if self.is_adjusted || self.halted > LONGEST_HALT || !self.is_clear() {
            return None;
        }
        guess(self.before, self.after)
    }

    /// Does it lie 2 % of the price before beyond the limit, where there is one?
    fn is_clear(&self) -> bool {
        let Some((lower, upper)) = self.limits else { return true };
        let [after, lower, upper] = [self.after, lower, upper].map(|price| i128::from(price.units()));
        let margin = i128::from(self.before.units()) / 50;
        after < lower - margin || after > upper + margin
    }

    fn row(&self, config: &Config) -> Row {
        let Self { instrument, day, before, after, halted, is_adjusted, limits } = *self;
        let files = config.data.iter().filter(|data| data.instrument == instrument);
        let (name, date) = (config.registry.name(instrument), local::date_of(day));
        let guess = self.guess().map(|scale| scale.to_string());
        let toml = guess
            .as_ref()
            .map(|ratio| format!("[[adjustment]]\ninstrument = \"{name}\"\ndate = \"{date}\"\nratio = \"{ratio}\"\n"));
        Row {
            file: files.map(|data| data.path.as_str()).collect::<Vec<_>>().join(", "),
            instrument: name,
            date,
            before: before.to_string(),
            after: after.to_string(),
            limits: limits.map(|(lower, upper)| [lower.to_string(), upper.to_string()]),
            is_adjusted,
            halted_sessions: halted,
            guess,
            toml,
        }
    }
}

impl Row {
    /// In one line.
    fn told(&self) -> String {
        let Self { file, instrument, date, before, after, limits, is_adjusted, halted_sessions, guess, .. } = self;
        let mut line = format!("{file}: {instrument} {date}: {before} → {after}");
        if let Some([lower, upper]) = limits {
            let _ = write!(line, ", beyond the daily limit ({lower} to {upper})");
        }
        if *halted_sessions > 0 {
            let sessions = if *halted_sessions == 1 { "session" } else { "sessions" };
            let _ = write!(line, ", after a halt of {halted_sessions} {sessions}");
        }
        match guess {
            _ if *is_adjusted => line + "; that is after its [[adjustment]]: correct its ratio or its date",
            Some(ratio) => line + &format!("; a split? ratio = \"{ratio}\" is a guess"),
            None => line,
        }
    }
}

/// All jumps for a person: a line each, then what to add if they are splits; nothing if there are none.
pub(crate) fn told(rows: &[Row]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let jumps = if rows.len() == 1 { "price jump" } else { "price jumps" };
    let mut text = format!("{} {jumps} between sessions:\n", rows.len());
    for row in rows.iter().take(SHOWN) {
        let _ = writeln!(text, "  {}", row.told());
    }
    if rows.len() > SHOWN {
        let _ = writeln!(text, "  … and {} more; `--format json` lists all", rows.len() - SHOWN);
    }
    let guesses: Vec<&String> = rows.iter().take(SHOWN).filter_map(|row| row.toml.as_ref()).collect();
    if !guesses.is_empty() {
        text.push_str("for each that is a split, add this with the true ratio (new shares for one old one):\n");
        for line in guesses.into_iter().flat_map(|toml| toml.lines()) {
            let _ = writeln!(text, "  {line}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(text: &str) -> Price {
        text.parse().expect("a price")
    }

    #[test]
    fn the_nearest_round_ratio_is_a_guess() {
        let guessed = |before: &str, after: &str| guess(price(before), price(after)).map(|scale| scale.to_string());
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(guessed("2650000", "53000"), some("50"));
        assert_eq!(guessed("2650000", "51900"), some("50"), "the first day moved, too");
        assert_eq!(guessed("1000", "10100"), some("1/10"));
        assert_eq!(guessed("1000", "515"), some("2"), "2.9 %");
        assert_eq!(guessed("1000", "550"), None, "9 %");
        assert_eq!(guessed("3000", "2010"), some("3/2"));
        assert_eq!(guessed("2000", "3000"), some("2/3"));
        assert_eq!(guessed("1000", "650"), None, "1.54");
        assert_eq!(guessed("1000", "750"), None, "4/3 is a bad day as often");
        assert_eq!(guessed("1000", "0.5"), None, "more than a thousand");
    }

    #[test]
    fn only_a_short_halt_and_a_price_clearly_beyond_the_limit_suggest_a_split() {
        let limits = Some((price("700"), price("1300")));
        let (before, after) = (price("1000"), price("500"));
        let (instrument, day) = (Inst(0), Day(0));
        let split = Jump { instrument, day, before, after, halted: 5, is_adjusted: false, limits };
        let guessed = |jump: Jump| jump.guess().map(|scale| scale.to_string());
        assert_eq!(guessed(split).as_deref(), Some("2"));
        assert_eq!(guessed(Jump { halted: 6, ..split }), None);
        assert_eq!(guessed(Jump { is_adjusted: true, ..split }), None);
        assert_eq!(guessed(Jump { limits: Some((price("520"), price("1480"))), ..split }), None);
        assert_eq!(guessed(Jump { limits: None, ..split }).as_deref(), Some("2"));
    }
}
