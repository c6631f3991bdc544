//! What supervisors did in a run, what was lifted again, and which policies were set: for the summary.

use std::collections::BTreeMap;

use qts_core::{Amount, Code, Instruments, Mode, Money, Ts};
use qts_runtime::{Effects, Lifting, Record, Target};
use serde::Serialize;

use crate::look::Look;
use crate::table::{Column, Table};
use crate::wire::rfc3339;

/// When something happened, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told<T> {
    cycle: u64,
    at: Ts,
    target: Target,
    what: T,
}

/// A supervisor tripped, or warned.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tripped {
    code: Code,
    mode: Mode,
    observed: Option<Amount>,
    limit: Option<Amount>,
}

/// Something was lifted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Lifted {
    code: Code,
    mode: Mode,
    by: Lifting,
    baseline: Option<Money>,
}

/// A policy was set.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PolicySet {
    policy: String,
    version: u64,
    hash: String,
    loosened: Vec<Code>,
}

/// All of a run, in order.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Trips {
    /// How often a loss was only warned about.
    warned: BTreeMap<Code, u64>,
    tripped: Vec<Told<Tripped>>,
    lifted: Vec<Told<Lifted>>,
    policies: Vec<Told<PolicySet>>,
}

/// Something that happened, as printed.
#[derive(Debug, Serialize)]
pub(crate) struct Row<T> {
    cycle: u64,
    at: String,
    scope: &'static str,
    id: Option<String>,
    #[serde(flatten)]
    what: T,
}

/// A trip as printed.
#[derive(Debug, Serialize)]
pub(crate) struct TripRow {
    code: &'static str,
    mode: &'static str,
    observed: Option<String>,
    limit: Option<String>,
}

/// What was lifted, as printed.
#[derive(Debug, Serialize)]
pub(crate) struct LiftRow {
    code: &'static str,
    mode: &'static str,
    by: &'static str,
    baseline: Option<String>,
}

/// A policy that was set, as printed.
#[derive(Debug, Serialize)]
pub(crate) struct PolicyRow {
    policy: String,
    version: u64,
    hash: String,
    loosened: Vec<&'static str>,
}

/// Everything as printed.
#[derive(Debug, Serialize)]
pub(crate) struct Rows {
    warned: BTreeMap<&'static str, u64>,
    trips: Vec<Row<TripRow>>,
    lifted: Vec<Row<LiftRow>>,
    policies: Vec<Row<PolicyRow>>,
}

impl Trips {
    /// Takes in a record, if it is one of these.
    pub(crate) fn take_in(&mut self, effects: &Effects, record: &Record) {
        match record {
            Record::Tripped { code, mode: Mode::Active, .. } => *self.warned.entry(*code).or_default() += 1,
            Record::Tripped { target, code, mode, observed, limit } => {
                let what = Tripped { code: *code, mode: *mode, observed: *observed, limit: *limit };
                self.tripped.push(told(effects, target, what));
            }
            Record::Lifted { target, code, mode, by, baseline } => {
                let what = Lifted { code: *code, mode: *mode, by: *by, baseline: *baseline };
                self.lifted.push(told(effects, target, what));
            }
            Record::PolicySet { target, policy, version, hash, loosened } => {
                let (policy, hash) = (policy.clone(), hash.clone());
                let what = PolicySet { policy, version: *version, hash, loosened: loosened.clone() };
                self.policies.push(told(effects, target, what));
            }
            _ => {}
        }
    }

    /// As printed in JSON.
    pub(crate) fn rows(&self, instruments: &Instruments) -> Rows {
        let text = |amount: Option<Amount>| amount.map(|amount| amount.to_string());
        let trip = |it: &Tripped| TripRow {
            code: it.code.as_str(),
            mode: it.mode.as_str(),
            observed: text(it.observed),
            limit: text(it.limit),
        };
        let lift = |it: &Lifted| LiftRow {
            code: it.code.as_str(),
            mode: it.mode.as_str(),
            by: match it.by {
                Lifting::Command => "command",
                Lifting::Session => "session",
                Lifting::Resolved => "resolved",
            },
            baseline: it.baseline.map(|worth| worth.to_string()),
        };
        let policy = |it: &PolicySet| PolicyRow {
            policy: it.policy.clone(),
            version: it.version,
            hash: it.hash.clone(),
            loosened: it.loosened.iter().map(|code| code.as_str()).collect(),
        };
        Rows {
            warned: self.warned.iter().map(|(code, count)| (code.as_str(), *count)).collect(),
            trips: self.tripped.iter().map(|told| told.row(instruments, trip)).collect(),
            lifted: self.lifted.iter().map(|told| told.row(instruments, lift)).collect(),
            policies: self.policies.iter().map(|told| told.row(instruments, policy)).collect(),
        }
    }
}

impl Rows {
    /// As a table: who, by what, to what mode, how often; nothing if nothing tripped.
    pub(crate) fn table(&self, look: Look) -> String {
        let mut counts: BTreeMap<(&str, &str, &str), u64> = BTreeMap::new();
        for row in &self.trips {
            let who = row.id.as_deref().unwrap_or(row.scope);
            *counts.entry((who, row.what.code, row.what.mode)).or_default() += 1;
        }
        counts.extend(self.warned.iter().map(|(code, count)| (("account", *code, "warned"), *count)));
        if counts.is_empty() {
            return String::new();
        }
        let columns = vec![Column::codes(), Column::codes(), Column::codes(), Column::numbers().at_least(6)];
        let mut table = Table::new(columns).indented(2);
        for ((who, code, mode), count) in counts {
            table.row([who.into(), code.into(), mode.into(), count.to_string().into()]);
        }
        format!("\nsupervisors\n{}", table.render(look))
    }
}

fn told<T>(effects: &Effects, target: &Target, what: T) -> Told<T> {
    Told { cycle: effects.cycle.0, at: effects.now, target: target.clone(), what }
}

impl<T> Told<T> {
    fn row<R>(&self, instruments: &Instruments, print: impl Fn(&T) -> R) -> Row<R> {
        let (scope, id) = place(&self.target, instruments);
        Row { cycle: self.cycle, at: rfc3339(self.at), scope, id, what: print(&self.what) }
    }
}

/// What sort of target it is, and which.
fn place(target: &Target, instruments: &Instruments) -> (&'static str, Option<String>) {
    match target {
        Target::Account => ("account", None),
        Target::Strategy(id) => ("strategy", Some(id.to_string())),
        Target::Instrument(inst) => ("instrument", Some(instruments.name(*inst))),
    }
}
