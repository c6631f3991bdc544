//! The smallest change of a config that would have let pass what one control kept cutting, if one does most of it.
//!
//! Which control that is, all decisions that it cut say. Of the numbers to write only what is sure is told: they are
//! the largest that the decisions came to which nothing but numbers cut (of policies, and of strategies' budgets).
//! What then goes through may add up to more; where it may, that is said.

mod change;
mod level;

use std::collections::BTreeMap;

use qts_core::{Amount, Code, Decision, Inst, Reason, SCALE, Scope, Stage, StrategyId};
use serde::Serialize;

use crate::config::Config;

use change::Changes;
use level::size_in_bits;

/// Controls that a number decides, by the names of their keys.
const NUMBERED: [Code; 10] = [
    Code::PriceCollar,
    Code::CycleNotional,
    Code::MaxOrderQty,
    Code::MaxOrderNotional,
    Code::MaxLong,
    Code::MaxShort,
    Code::MaxGrossExposure,
    Code::MaxNetExposure,
    Code::Budget,
    Code::MaxOpenOrders,
];
const _: () = assert!(NUMBERED.len() <= Codes::ROOM);
/// Of these, the ones that each order meets by itself, whatever went through before.
const EACH_BY_ITSELF: [Code; 2] = [Code::PriceCollar, Code::MaxOrderQty];
/// Fewer decisions are no habit.
const LEAST: u64 = 10;

/// What to change, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Hint {
    /// The control that cut most.
    reason: &'static str,
    /// So many decisions ran into it.
    decisions: u64,
    /// Of so many that were reduced or blocked.
    of: u64,
    /// So many of those that ran into it ran into nothing but numbers: these are what is sure.
    only_numbers: u64,
    text: String,
    toml: String,
}

impl Hint {
    /// For people.
    pub(crate) fn render(&self) -> String {
        let toml: String = self.toml.lines().map(|line| format!("  {line}").trim_end().to_owned() + "\n").collect();
        format!("{}\n\n{toml}", self.text)
    }
}

/// The decisions that were cut, by what cut them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Cuts {
    /// All of them, whatever cut them.
    all: u64,
    /// How many ran into each numbered control, whatever else cut them.
    ran_into: BTreeMap<Code, u64>,
    /// Those that only numbers cut.
    numbered: BTreeMap<Cutter, Cut>,
}

/// Controls that together cut a decision: for whom, on what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Cutter {
    owner: StrategyId,
    instrument: Inst,
    codes: Codes,
}

/// Some of the codes of [`NUMBERED`], at strategy scope and at account scope.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Codes {
    strategy: u32,
    account: u32,
}

/// Decisions that the same controls cut, and what each control would have had to allow.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Cut {
    decisions: u64,
    needs: BTreeMap<(Scope, Code), Need>,
}

/// The most that a control would have had to allow.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Need {
    observed: Amount,
    /// How many times its limit at most, in units of 10⁻⁸, by how large the limit was (in bits: a control may have
    /// two); `None` once there was a limit of nothing.
    times: Option<BTreeMap<u32, i128>>,
}

impl Cuts {
    /// Takes in a decision.
    pub(crate) fn take_in(&mut self, decision: &Decision) {
        if decision.verdict() < Stage::Reduce {
            return;
        }
        self.all += 1;
        self.count(decision);
        let codes = cutting(decision).try_fold(Codes::default(), Codes::with);
        let Some(codes) = codes.filter(|codes| *codes != Codes::default()) else { return };
        let (owner, instrument) = (decision.owner.clone(), decision.instrument);
        let cut = self.numbered.entry(Cutter { owner, instrument, codes }).or_default();
        cut.decisions += 1;
        for reason in cutting(decision) {
            let Some((observed, limit)) = reason.observed.zip(reason.limit) else { continue };
            let need = cut.needs.entry((reason.scope, reason.code)).or_insert_with(|| Need::nothing_of(observed));
            need.take_in(observed, limit);
        }
    }

    /// Counts a decision once for each code, though two scopes may give it.
    fn count(&mut self, decision: &Decision) {
        for code in NUMBERED {
            if cutting(decision).any(|reason| reason.code == code) {
                *self.ran_into.entry(code).or_default() += 1;
            }
        }
    }

    /// What to change, if more than half of all that was cut ran into one control.
    pub(crate) fn hint(&self, config: &Config) -> Option<Hint> {
        let sure = |code: Code| self.cut_by(code).map(|(_, cut)| cut.decisions).sum::<u64>();
        let counts = self.ran_into.iter().filter(|(code, _)| sure(**code) > 0);
        let (code, count) = counts.max_by_key(|(code, count)| (**count, std::cmp::Reverse(**code)))?;
        let (code, decisions) = (*code, *count);
        if decisions < LEAST || decisions * 2 <= self.all {
            return None;
        }
        let changes = Changes::new(self.cut_by(code), code, config);
        let (of, only_numbers) = (self.all, sure(code));
        let text = sentence(code, [only_numbers, decisions, of], &changes);
        Some(Hint { reason: code.as_str(), decisions, of, only_numbers, text, toml: changes.toml(config)? })
    }

    fn cut_by(&self, code: Code) -> impl Iterator<Item = (&Cutter, &Cut)> {
        self.numbered.iter().filter(move |(_, cut)| cut.needs.keys().any(|(_, control)| *control == code))
    }
}

fn cutting(decision: &Decision) -> impl Iterator<Item = &Reason> {
    decision.reasons.iter().filter(|reason| reason.stage >= Stage::Reduce)
}

/// One sentence with the counts, and one that leads to what is to be written.
fn sentence(code: Code, [sure, decisions, all]: [u64; 3], changes: &Changes) -> String {
    let more = if changes.controls().all(|control| control == code) { "" } else { ", and what cut them with it" };
    let adds_up = changes.controls().any(|control| !EACH_BY_ITSELF.contains(&control));
    let caution = if adds_up { " (what then goes through may add up to more)" } else { "" };
    let left_out = match changes.left_out() {
        0 => String::new(),
        count => format!(" in the {} places of {} that cut most", change::MOST, count + change::MOST),
    };
    let (part, them) = if sure == decisions {
        (String::new(), "them")
    } else {
        (format!(", {sure} of these into nothing but numbers of policies and budgets"), "these last")
    };
    format!(
        "{decisions} of {all} decisions that were reduced or blocked ran into {code}{part}. To let {them} pass it{more}\
         {left_out}{caution}:"
    )
}

impl Codes {
    /// So many codes can be told apart.
    const ROOM: usize = u32::BITS as usize;

    /// With this reason's code, if a number decides it and both numbers are known.
    fn with(mut self, reason: &Reason) -> Option<Self> {
        let place = NUMBERED.iter().position(|code| *code == reason.code)?;
        reason.observed.zip(reason.limit)?;
        match reason.scope {
            Scope::Strategy => self.strategy |= 1 << place,
            Scope::Account => self.account |= 1 << place,
            Scope::Arbitration => return None,
        }
        Some(self)
    }
}

impl Need {
    fn nothing_of(observed: Amount) -> Self {
        Self { observed, times: Some(BTreeMap::new()) }
    }

    fn take_in(&mut self, observed: Amount, limit: Amount) {
        self.observed = self.observed.max(observed);
        // Limits in money were rounded: with one unit less, the quotient is surely not too small.
        let less = units(limit).checked_sub(1).filter(|limit| *limit > 0);
        let times = less.zip(units(observed).checked_mul(SCALE.into())).map(|(limit, of)| rounded_up(of, limit));
        self.times = self.times.take().zip(times).map(|(mut all, times)| {
            let most = all.entry(size_in_bits(units(limit))).or_default();
            *most = times.max(*most);
            all
        });
    }
}

/// An amount in its own units; counts are whole.
fn units(amount: Amount) -> i128 {
    match amount {
        Amount::Qty(qty) => qty.units().into(),
        Amount::Money(money) => money.units(),
        Amount::Price(price) => price.units().into(),
        Amount::Ratio(ratio) => ratio.units().into(),
        Amount::Count(count) => count.into(),
        Amount::Span(span) => span.0.into(),
    }
}

/// A quotient of numbers that are not negative, rounded up.
const fn rounded_up(number: i128, by: i128) -> i128 {
    number / by + (number % by > 0) as i128
}
