//! Adjustments: those of a config, given when their day comes, and what became of all of them, for the summary.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use qts_core::{Adjusted, Day, Inst, Instruments, Price, Scale, Slice, StrategyId, Ts};
use qts_runtime::{Adjustment, Awaits, Effects, Record};
use serde::Serialize;

use crate::config::{AdjustmentSpec, Config};
use crate::local;
use crate::wire::rfc3339;

/// The adjustments of a config that are still to come.
#[derive(Debug, Default)]
pub(crate) struct Adjustments {
    to_come: Vec<AdjustmentSpec>,
    /// Instruments of which something was told.
    begun: BTreeSet<Inst>,
    /// How many lie before the first event of their instrument, so that all that was ever told is on the new scale.
    past: usize,
}

impl Adjustments {
    /// Those of a config.
    pub(crate) fn new(config: &Config) -> Self {
        Self { to_come: config.adjustments.clone(), ..Self::default() }
    }

    /// Takes out what is due before a slice: before the first event of the instrument whose day is not before the
    /// adjustment's.
    pub(crate) fn due(&mut self, slice: &Slice) -> Vec<Adjustment> {
        let mut due = Vec::new();
        if self.to_come.is_empty() {
            return due;
        }
        for event in &slice.events {
            let reached = |spec: &mut AdjustmentSpec| {
                spec.instrument == event.instrument && local::day_of(spec.date) <= event.day
            };
            let reached: Vec<AdjustmentSpec> = self.to_come.extract_if(.., reached).collect();
            if self.begun.insert(event.instrument) {
                self.past += reached.len();
            } else {
                due.extend(reached.into_iter().map(|spec| adjustment(spec, slice.ts)));
            }
        }
        due
    }

    /// How many were never given.
    pub(crate) fn unused(&self) -> usize {
        self.to_come.len() + self.past
    }
}

fn adjustment(spec: AdjustmentSpec, ts: Ts) -> Adjustment {
    let AdjustmentSpec { instrument, scale, reason, .. } = spec;
    Adjustment { ts, instrument, scale, reason: reason.unwrap_or_default() }
}

/// The scales of a config's instruments by day, for whoever only looks at prices.
pub(crate) fn scales(config: &Config) -> BTreeMap<Inst, Vec<(Day, Scale)>> {
    let mut scales: BTreeMap<Inst, Vec<(Day, Scale)>> = BTreeMap::new();
    for spec in &config.adjustments {
        scales.entry(spec.instrument).or_default().push((local::day_of(spec.date), spec.scale));
    }
    scales
}

/// What became of one adjustment.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Made {
    at: Ts,
    instrument: Inst,
    scale: Scale,
    reason: String,
    price: Option<Price>,
    parts: Vec<Adjusted>,
    restarted: Vec<StrategyId>,
    awaits: Option<Awaits>,
}

/// What became of all adjustments of a run, in order.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct AllMade(Vec<Made>);

/// An adjustment as printed.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    at: String,
    instrument: String,
    ratio: String,
    reason: Option<String>,
    /// The price at which fractions were settled.
    price: Option<String>,
    restarted: Vec<String>,
    books: BTreeMap<String, Part>,
    /// Why the books are not adjusted yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    awaits: Option<String>,
}

/// What became of a position, as printed.
#[derive(Debug, Serialize)]
struct Part {
    before: String,
    after: String,
    cash: String,
}

impl AllMade {
    /// Takes in a record, if it is of one.
    pub(crate) fn take_in(&mut self, effects: &Effects, record: &Record) {
        match record {
            Record::Rescaled { instrument, scale, reason, restarted } => {
                let made = self.begin(effects, (*instrument, *scale));
                (made.reason, made.restarted) = (reason.clone(), restarted.clone());
            }
            Record::Adjusted { instrument, scale, price, parts } => {
                let made = self.last_of(effects, (*instrument, *scale));
                (made.price, made.parts, made.awaits) = (*price, parts.clone(), None);
            }
            Record::Unadjusted { instrument, scale, awaits: Awaits::Earlier } => {
                self.begin(effects, (*instrument, *scale)).awaits = Some(Awaits::Earlier);
            }
            Record::Unadjusted { instrument, scale, awaits } => {
                self.last_of(effects, (*instrument, *scale)).awaits = Some(*awaits);
            }
            _ => {}
        }
    }

    fn begin(&mut self, effects: &Effects, (instrument, scale): (Inst, Scale)) -> &mut Made {
        let (at, reason, restarted) = (effects.now, String::new(), Vec::new());
        let made = Made { at, instrument, scale, reason, price: None, parts: Vec::new(), restarted, awaits: None };
        self.0.push_mut(made)
    }

    /// The one that is not done yet; a new one where its beginning was told to somebody else.
    fn last_of(&mut self, effects: &Effects, (instrument, scale): (Inst, Scale)) -> &mut Made {
        let is_it =
            |made: &Made| made.instrument == instrument && made.scale == scale && made.awaits != Some(Awaits::Earlier);
        match self.0.iter().rposition(is_it) {
            Some(place) => &mut self.0[place],
            None => self.begin(effects, (instrument, scale)),
        }
    }

    /// As printed.
    pub(crate) fn rows(&self, instruments: &Instruments) -> Vec<Row> {
        self.0.iter().map(|made| row(made, instruments)).collect()
    }
}

fn row(made: &Made, instruments: &Instruments) -> Row {
    let part = |part: &Adjusted| {
        let Adjusted { owner, before, after, cash } = part;
        (owner.to_string(), Part { before: before.to_string(), after: after.to_string(), cash: cash.to_string() })
    };
    Row {
        at: rfc3339(made.at),
        instrument: instruments.name(made.instrument),
        ratio: made.scale.to_string(),
        reason: (!made.reason.is_empty()).then(|| made.reason.clone()),
        price: made.price.map(|price| price.to_string()),
        restarted: made.restarted.iter().map(ToString::to_string).collect(),
        books: made.parts.iter().map(part).collect(),
        awaits: made.awaits.map(|awaits| awaits.to_string()),
    }
}

/// All adjustments, a line each; nothing if there were none.
pub(crate) fn lines(rows: &[Row]) -> String {
    let mut text = String::new();
    for Row { at, instrument, ratio, books, awaits, .. } in rows {
        let day = at.get(..10).unwrap_or(at);
        let _ = write!(text, "\n{instrument} {ratio} for 1 from {day} on");
        let held: Vec<String> = books.iter().map(|(owner, part)| part.told(owner)).collect();
        text += &if held.is_empty() { String::new() } else { format!(": {}", held.join(", ")) };
        text += &awaits.as_ref().map_or_else(String::new, |why| format!("; the books wait: {why}"));
        text.push('\n');
    }
    text
}

impl Part {
    fn told(&self, owner: &str) -> String {
        let paid = if self.cash == "0" { String::new() } else { format!(" and {} in cash", self.cash) };
        format!("{owner} {} → {}{paid}", self.before, self.after)
    }
}
