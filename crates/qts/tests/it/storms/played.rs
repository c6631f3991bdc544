//! What became of a storm under some policies, counted from the files and the summary of a real run.

use std::collections::BTreeMap;
use std::fs::File;

use serde::Deserialize;
use serde_json::Value;

use super::storm::{CALM, RUNAWAY, Storm};
use crate::support::{Folder, amount, count, units};

/// Policies under which a storm is played: those of the runaway (`desk`) and of the account.
pub(super) struct Rules {
    /// What is in force, in words for the page.
    pub(super) about: &'static str,
    /// The runaway's.
    pub(super) desk: String,
    /// The account's.
    pub(super) account: String,
}

/// What the strategies that have nothing to do with a storm trade under.
const CALM_POLICY: &str = "[policy.calm]\nextends = \"conservative\"\nmax_order_qty = \"100\"\n\
                           repeated_execution = { same = \"1000\", session = \"1000\" }\n";

impl Rules {
    /// Validity alone.
    pub(super) fn none() -> Self {
        Self::only("nothing (`validity_only`)", "", "")
    }

    /// Validity and these controls.
    pub(super) fn only(about: &'static str, desk: &str, account: &str) -> Self {
        Self::extending("validity_only", about, desk, account)
    }

    /// `conservative` with these changes.
    pub(super) fn all(about: &'static str, desk: &str, account: &str) -> Self {
        Self::extending("conservative", about, desk, account)
    }

    fn extending(base: &str, about: &'static str, desk: &str, account: &str) -> Self {
        let policy = |name, text: &str| format!("[policy.{name}]\nextends = \"{base}\"\n{}\n", text.trim_end());
        Self { about, desk: policy("desk", desk), account: policy("account", account) }
    }

    fn text(&self) -> String {
        format!("{}{}{CALM_POLICY}", self.desk, self.account)
    }
}

/// A decision, as far as it is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Row {
    ts: String,
    strategy: String,
    instrument: String,
    side: String,
    limit: String,
    asked: String,
    admitted: String,
    sent: String,
    verdict: String,
    reasons: String,
    decision: String,
}

/// So many orders, worth so much; money in units of 10⁻⁸.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) orders: u64,
    pub(super) notional: i128,
}

impl Sum {
    fn add(&mut self, qty: &str, limit: &str) {
        self.orders += 1;
        self.notional += units(qty) * units(limit) / 100_000_000;
    }
}

/// A supervisor that tripped.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trip {
    pub(super) code: String,
    /// What it set.
    pub(super) mode: String,
    /// How many of the storm's orders had left by then.
    pub(super) sent: u64,
    /// When, in milliseconds.
    pub(super) at: u64,
}

/// What became of a storm.
#[derive(Debug, Default)]
pub(super) struct Played {
    /// The storm's orders as they were asked for.
    pub(super) asked: Sum,
    /// What left of them, at their limits.
    pub(super) sent: Sum,
    /// Sound orders of the runaway after it: asked for, and sent.
    pub(super) after: (Sum, Sum),
    /// What the storm left in one stock, at the last price, whichever is worth most.
    pub(super) largest: i128,
    /// The same over all its stocks, longs and shorts added.
    pub(super) gross: i128,
    /// Controls that cut or blocked orders of the storm, and how many.
    pub(super) held_by: BTreeMap<String, u64>,
    /// Supervisors that tripped.
    pub(super) trips: Vec<Trip>,
    /// What the calm strategies were answered.
    calm: Vec<Row>,
    /// Shares that the storm sent, and that were sent after it, by instrument; sales below zero.
    shares: BTreeMap<String, [i128; 2]>,
}

/// Plays a storm in its folder.
pub(super) fn play(storm: &Storm, folder: &Folder, number: usize, rules: &Rules) -> Played {
    run(storm, folder, &format!("{number}"), &storm.config(&rules.text(), true))
}

/// The same market and rules without the runaway.
pub(super) fn play_calm(storm: &Storm, folder: &Folder, rules: &Rules) -> Played {
    run(storm, folder, "calm", &storm.config(&rules.text(), false))
}

fn run(storm: &Storm, folder: &Folder, name: &str, config: &str) -> Played {
    folder.write(&format!("{name}.toml"), config);
    let ended = folder.qts(&format!("run {name}.toml --format json --decisions decisions-{name}.csv"));
    assert!(matches!(ended.code, 0 | 5), "{}", ended.err);
    let summary = ended.json();
    assert_eq!(summary["failures"], serde_json::json!({}), "no strategy failed");
    let mut played = Played::default();
    let file = File::open(folder.path(&format!("decisions-{name}.csv"))).expect("decisions");
    let mut sent_by_then = Vec::new();
    for row in csv::Reader::from_reader(file).deserialize() {
        let row: Row = row.expect("a row");
        played.take(storm, row, &mut sent_by_then);
    }
    played.count_positions(storm, &summary["books"][RUNAWAY]["positions"]);
    played.count_trips(&summary["trips"], storm, &sent_by_then);
    played.check_counts(&summary);
    played
}

impl Played {
    fn take(&mut self, storm: &Storm, row: Row, sent_by_then: &mut Vec<(u64, u64)>) {
        if CALM.contains(&row.strategy.as_str()) {
            return self.calm.push(row);
        }
        let at = storm.moment(&row.ts);
        self.count_shares(&row, at >= storm.ends);
        if at >= storm.ends {
            self.after.0.add(&row.asked, &row.limit);
            if row.sent != "0" {
                self.after.1.add(&row.sent, &row.limit);
            }
            return;
        }
        self.asked.add(&row.asked, &row.limit);
        if row.sent != "0" {
            self.sent.add(&row.sent, &row.limit);
        }
        for reason in row.reasons.split(' ').filter(|reason| reason.ends_with(":block") || reason.ends_with(":reduce"))
        {
            let code = reason.split(':').nth(1).expect("a code");
            *self.held_by.entry(code.to_owned()).or_default() += 1;
        }
        match sent_by_then.last_mut() {
            Some((then, sent)) if *then == at => *sent = self.sent.orders,
            _ => sent_by_then.push((at, self.sent.orders)),
        }
    }

    /// The summary counts the same, and no two of these orders were sent as one.
    fn check_counts(&self, summary: &Value) {
        let calm_sent = self.calm.iter().filter(|row| row.sent != "0").count() as u64;
        let asked = self.asked.orders + self.after.0.orders + self.calm.len() as u64;
        let sent = self.sent.orders + self.after.1.orders + calm_sent;
        assert_eq!((count(&summary["intents"]), count(&summary["orders"])), (asked, sent));
    }

    fn count_shares(&mut self, row: &Row, is_after: bool) {
        let shares = if row.side == "buy" { units(&row.sent) } else { -units(&row.sent) };
        self.shares.entry(row.instrument.clone()).or_default()[usize::from(is_after)] += shares;
    }

    /// The runaway's book holds what was sent, all of it: the simulated market takes everything.
    fn count_positions(&mut self, storm: &Storm, positions: &Value) {
        for (place, stock) in storm.stocks.iter().enumerate() {
            let (id, (_, last)) = (storm.id(place), stock.trades.last().expect("a trade"));
            let [during, after] = self.shares.get(&id).copied().unwrap_or_default();
            assert_eq!(positions.get(&id).map_or(0, amount), during + after, "{id}");
            let worth = during.abs() * units(&storm.price(*last)) / 100_000_000;
            self.largest = self.largest.max(worth);
            self.gross += worth;
        }
    }

    fn count_trips(&mut self, trips: &Value, storm: &Storm, sent_by_then: &[(u64, u64)]) {
        for trip in trips.as_array().expect("trips") {
            let text = |key: &str| trip[key].as_str().expect("a text").to_owned();
            let at = storm.moment(&text("at"));
            let sent = sent_by_then.iter().rev().find(|(then, _)| *then <= at).map_or(0, |(_, sent)| *sent);
            self.trips.push(Trip { code: text("code"), mode: text("mode"), sent, at });
        }
    }

    /// Did the calm strategies trade, and were they answered the same in both?
    pub(super) fn check_calm(&self, alone: &Self) {
        let (passed, during) = (self.calm.iter().filter(|row| row.sent == row.asked).count(), self.calm.len());
        assert!(passed >= 10 && passed == during, "{passed} of {during} passed");
        let strategies = CALM.map(|id| self.calm.iter().filter(|row| row.strategy == id).count());
        assert!(strategies.iter().all(|count| *count >= 5), "{strategies:?}");
        assert_eq!(self.calm, alone.calm);
    }

    /// How many orders of the calm strategies there were.
    pub(super) fn calm_orders(&self) -> usize {
        self.calm.len()
    }
}
