//! The smallest change of a config that would have let pass what one control kept cutting, if one does most of it.
//!
//! Only what is sure is told: the decisions that count were cut by nothing but numbers of one scope (a policy's, or a
//! strategy's budget), and the numbers to write are the largest that these decisions came to. What then goes through
//! may add up to more; where it may, that is said.

mod change;

use std::collections::BTreeMap;

use qts_core::{Amount, Code, Decision, Inst, Reason, SCALE, Scope, Stage, StrategyId};
use serde::Serialize;

use crate::config::Config;

use change::Changes;

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
    numbered: BTreeMap<Cutter, Cut>,
}

/// Controls that together cut a decision: of what scope, for whom, on what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Cutter {
    scope: Scope,
    owner: StrategyId,
    instrument: Inst,
    codes: Codes,
}

/// Some of the codes of [`NUMBERED`].
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Codes(u16);

/// Decisions that the same controls cut, and what each control would have had to allow.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Cut {
    decisions: u64,
    needs: Needs,
}

type Needs = BTreeMap<Code, Need>;

/// The most that a control would have had to allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Need {
    observed: Amount,
    /// How many times its limit at most, in units of 10⁻⁸; `None` for a limit of nothing.
    times: Option<i128>,
}

impl Cuts {
    /// Takes in a decision.
    pub(crate) fn take_in(&mut self, decision: &Decision) {
        if decision.verdict() < Stage::Reduce {
            return;
        }
        self.all += 1;
        let mut codes = Codes::default();
        let mut scope = None;
        for reason in cutting(decision) {
            let (Some(with), true) = (codes.with(reason), scope.is_none_or(|scope| scope == reason.scope)) else {
                return;
            };
            (codes, scope) = (with, Some(reason.scope));
        }
        let Some(scope) = scope else { return };
        let (owner, instrument) = (decision.owner.clone(), decision.instrument);
        let cut = self.numbered.entry(Cutter { scope, owner, instrument, codes }).or_default();
        cut.decisions += 1;
        for reason in cutting(decision) {
            if let Some(need) = Need::of(reason) {
                raise(&mut cut.needs, reason.code, need);
            }
        }
    }

    /// What to change, if one control cut more than half of all that was cut.
    pub(crate) fn hint(&self, config: &Config) -> Option<Hint> {
        let counts = NUMBERED.map(|code| (self.cut_by(code).map(|(_, cut)| cut.decisions).sum::<u64>(), code));
        let (decisions, code) = counts.into_iter().max_by_key(|(count, code)| (*count, std::cmp::Reverse(*code)))?;
        if decisions < LEAST || decisions * 2 <= self.all {
            return None;
        }
        let changes = Changes::new(self.cut_by(code), code, config);
        let text = sentence(code, decisions, self.all, &changes);
        Some(Hint { reason: code.as_str(), decisions, of: self.all, text, toml: changes.toml(config)? })
    }

    fn cut_by(&self, code: Code) -> impl Iterator<Item = (&Cutter, &Cut)> {
        self.numbered.iter().filter(move |(_, cut)| cut.needs.contains_key(&code))
    }
}

fn cutting(decision: &Decision) -> impl Iterator<Item = &Reason> {
    decision.reasons.iter().filter(|reason| reason.stage >= Stage::Reduce)
}

/// One sentence with the counts, and a second where what goes through changes what comes after it.
fn sentence(code: Code, decisions: u64, all: u64, changes: &Changes) -> String {
    let more = if changes.controls().all(|control| control == code) { "" } else { ", and what cut them with it" };
    let adds_up = changes.controls().any(|control| !EACH_BY_ITSELF.contains(&control));
    let caution = if adds_up { " (what then goes through may add up to more)" } else { "" };
    let left_out = match changes.left_out() {
        0 => String::new(),
        count => format!(" in the {} places of {} that cut most", change::MOST, count + change::MOST),
    };
    format!(
        "{decisions} of {all} decisions that were reduced or blocked ran into {code}. To let them pass it{more}\
         {left_out}{caution}:"
    )
}

fn raise(needs: &mut Needs, code: Code, need: Need) {
    needs.entry(code).and_modify(|most| *most = most.or_more(need)).or_insert(need);
}

impl Codes {
    /// With this reason's code, if a number decides it and both numbers are known.
    fn with(self, reason: &Reason) -> Option<Self> {
        let place = NUMBERED.iter().position(|code| *code == reason.code)?;
        Need::of(reason).map(|_| Self(self.0 | 1 << place))
    }
}

impl Need {
    fn of(reason: &Reason) -> Option<Self> {
        let (observed, limit) = reason.observed.zip(reason.limit)?;
        // Limits in money were rounded: with one unit less, the quotient is surely not too small.
        let limit = units(limit).checked_sub(1).filter(|limit| *limit > 0);
        let times = limit.zip(units(observed).checked_mul(SCALE.into())).map(|(limit, of)| rounded_up(of, limit));
        Some(Self { observed, times })
    }

    fn or_more(self, other: Self) -> Self {
        let times = self.times.zip(other.times).map(|(one, other)| one.max(other));
        Self { observed: self.observed.max(other.observed), times }
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
