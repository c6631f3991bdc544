//! The supervisors of a policy: what they are called, the forms they take, and the way back to text. They watch a
//! strategy or the account as a whole, so an instrument's table cannot have them.

use qts_core::Ratio;
use qts_gate::Supervision;
use qts_gate::policy::{Nature, Thresholds};
use qts_gate::supervision::{RepeatedExecution, Within};

use super::code::Code;
use super::controls::{Setting, Stated};
use super::levels::read_levels;
use super::reader::{Item, Log};
use super::written::{self as text, InForce};

/// Supervisors, by the names that their reasons carry.
pub(crate) const SUPERVISORS: [&str; 5] =
    ["repeated_execution", "failure_breaker", "warn_escalation", "daily_loss", "drawdown"];

/// What a policy says about one supervisor; `None` removes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Supervisor {
    RepeatedExecution(Option<RepeatedExecution>),
    FailureBreaker(Option<Within>),
    WarnEscalation(Option<Within>),
    DailyLoss(Option<Thresholds<Ratio>>),
    Drawdown(Option<Thresholds<Ratio>>),
}

impl Supervisor {
    /// Its name.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::RepeatedExecution(_) => "repeated_execution",
            Self::FailureBreaker(_) => "failure_breaker",
            Self::WarnEscalation(_) => "warn_escalation",
            Self::DailyLoss(_) => "daily_loss",
            Self::Drawdown(_) => "drawdown",
        }
    }

    /// Does it remove the supervisor?
    pub(super) fn removes(self) -> bool {
        let mut set = Supervision::default();
        self.apply(&mut set);
        set == Supervision::default()
    }

    /// Replaces the supervisor whole.
    pub(super) const fn apply(self, set: &mut Supervision) {
        match self {
            Self::RepeatedExecution(limits) => set.repeated_execution = limits,
            Self::FailureBreaker(within) => set.failure_breaker = within,
            Self::WarnEscalation(within) => set.warn_escalation = within,
            Self::DailyLoss(levels) => set.daily_loss = levels,
            Self::Drawdown(levels) => set.drawdown = levels,
        }
    }
}

/// Reads one; nothing if the key names none.
pub(super) fn read(item: Item<'_>) -> Option<Setting> {
    let percent = |item: &Item<'_>| item.percent();
    let levels = |item| read_levels(item, &percent);
    let name = item.key.clone();
    let supervisor = match name.as_str() {
        "repeated_execution" => Supervisor::RepeatedExecution(unless_off(item, repeated_execution)?),
        "failure_breaker" => Supervisor::FailureBreaker(unless_off(item, |item| within(item, "count", "5"))?),
        "warn_escalation" => Supervisor::WarnEscalation(unless_off(item, |item| within(item, "same", "10"))?),
        "daily_loss" => Supervisor::DailyLoss(unless_off(item, levels)?),
        "drawdown" => Supervisor::Drawdown(unless_off(item, levels)?),
        _ => return None,
    };
    Some(Setting::Supervisor(supervisor))
}

/// Leaves out what an instrument's table cannot have, and says so.
pub(super) fn refuse_in_instrument(log: &Log, stated: &mut Vec<Stated>) {
    stated.retain(|stated| {
        let Setting::Supervisor(supervisor) = stated.setting else { return true };
        let name = supervisor.name();
        let message = format!("`{name}` watches a strategy or the account as a whole, not one instrument");
        let error = log.error(Code::NotPerInstrument, stated.key, message);
        log.push(error.help("give it in the policy's own table"));
        false
    });
}

fn unless_off<'d, T>(item: Item<'d>, read: impl FnOnce(Item<'d>) -> Option<T>) -> Option<Option<T>> {
    if item.is_off() { Some(None) } else { read(item).map(Some) }
}

/// `{ same = "5", session = "30" }`, at least one of the two.
fn repeated_execution(item: Item<'_>) -> Option<RepeatedExecution> {
    if !item.value.is_table() {
        item.wrong_type("a table", "write `repeated_execution = { same = \"5\", session = \"30\" }`, or `false`");
        return None;
    }
    let mut table = item.table("`repeated_execution`")?;
    let mut count = |key| table.take(key).map(|item| item.whole(1));
    let (same, session) = (count("same"), count("session"));
    if same.is_none() && session.is_none() {
        let error =
            table.log.error(Code::NoLevel, table.place, "`repeated_execution` has neither `same` nor `session`");
        table.log.push(error.help("give one of them, or `repeated_execution = false`"));
    }
    table.finish();
    Some(RepeatedExecution { same: same.flatten(), session: session.flatten() })
}

/// So many within a time: `{ count = "5", window = "60s" }`.
fn within(item: Item<'_>, count: &'static str, example: &str) -> Option<Within> {
    let key = item.key.clone();
    if !item.value.is_table() {
        let help = format!("write `{key} = {{ {count} = \"{example}\", window = \"60s\" }}`, or `false`");
        item.wrong_type("a table", &help);
        return None;
    }
    let mut table = item.table(&format!("`{key}`"))?;
    let number = table.require(count, &format!("\"{example}\"")).and_then(|item| item.whole(1));
    let window = table.require("window", "\"60s\"").and_then(|item| item.length());
    table.finish();
    Some(Within { count: number?, window: window? })
}

/// A supervisor as a user would write it; `None` if the set does not have it, or there is none of that name.
pub(crate) fn written(set: &Supervision, name: &str) -> Option<String> {
    let within = |count: &str, within: Within| {
        text::table(&[format!("{count} = \"{}\"", within.count), format!("window = \"{}s\"", seconds(within))])
    };
    Some(match name {
        "repeated_execution" => {
            let limits = set.repeated_execution?;
            let given = [("same", limits.same), ("session", limits.session)];
            let given = given.into_iter().filter_map(|(name, count)| Some(format!("{name} = \"{}\"", count?)));
            text::table(&given.collect::<Vec<_>>())
        }
        "failure_breaker" => within("count", set.failure_breaker?),
        "warn_escalation" => within("same", set.warn_escalation?),
        "daily_loss" => text::levels(&set.daily_loss?),
        "drawdown" => text::levels(&set.drawdown?),
        _ => return None,
    })
}

/// The levels in force of a supervisor that has levels: above `limit` reduce_only, above `block` halted.
pub(crate) fn in_force(set: &Supervision, name: &str) -> Option<InForce> {
    let levels = match name {
        "daily_loss" => set.daily_loss?,
        "drawdown" => set.drawdown?,
        _ => return None,
    };
    Some(text::resolved(&levels, Nature::Capacity))
}

/// Lengths of time are read in whole seconds.
const fn seconds(within: Within) -> i64 {
    within.window.0 / qts_core::Span::SECOND.0
}
