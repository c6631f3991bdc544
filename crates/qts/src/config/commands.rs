//! `[[command]]`: what a person would say live, written down beforehand.

use qts_core::{Cycle, StrategyId};

use super::code::Code;
use super::names::Names;
use super::reader::{Item, Table};
use super::source::Place;
use super::spec::{Action, CommandSpec, StrategySpec, Target, When};
use super::strategies;

/// The word after `do`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Register,
    Enable,
    Disable,
    ReduceOnly,
    Shadow,
    Flatten,
    Unregister,
    Kill,
    Rearm,
    SetPolicy,
}

const VERBS: [(&str, Verb); 10] = [
    ("register", Verb::Register),
    ("enable", Verb::Enable),
    ("disable", Verb::Disable),
    ("reduce_only", Verb::ReduceOnly),
    ("shadow", Verb::Shadow),
    ("flatten", Verb::Flatten),
    ("unregister", Verb::Unregister),
    ("kill", Verb::Kill),
    ("rearm", Verb::Rearm),
    ("set_policy", Verb::SetPolicy),
];

/// A command whose `strategy` may be one that another command registers.
struct Draft<'d> {
    row: Table<'d>,
    when: Option<When>,
    verb: Verb,
    place: Place,
    strategy: Option<Item<'d>>,
    registers: Option<(Item<'d>, StrategySpec)>,
}

/// All commands in the order written. Strategies that they register are declared first, so that any command may
/// name them.
pub(super) fn read(root: &mut Table<'_>, names: &mut Names<'_>) -> Vec<CommandSpec> {
    let rows = root.rows("command");
    let drafts: Vec<Draft<'_>> = rows.into_iter().filter_map(|row| draft(row, names)).collect();
    let leaves: Vec<String> = drafts.iter().filter(|draft| draft.verb == Verb::Unregister).filter_map(named).collect();
    for (id, spec) in drafts.iter().filter_map(|draft| draft.registers.as_ref()) {
        let name = spec.id.as_str();
        // An id that is unregistered somewhere may come back.
        if !(names.strategies.contains_key(name) && leaves.iter().any(|leaving| leaving == name)) {
            names.declare_strategy(id, name);
        }
    }
    drafts.into_iter().filter_map(|draft| draft.finish(names)).collect()
}

/// The strategy a draft names, if it is a text.
fn named(draft: &Draft<'_>) -> Option<String> {
    let item = draft.strategy.as_ref()?;
    item.value.as_str().map(str::to_owned)
}

fn draft<'d>(mut row: Table<'d>, names: &Names<'_>) -> Option<Draft<'d>> {
    let place = row.place;
    let when = read_when(&mut row);
    let item = row.require("do", "\"disable\"");
    let place = item.as_ref().map_or(place, |item| item.place);
    let verb = item.and_then(|item| item.word(&VERBS));
    let verb = verb?;
    let mut draft = Draft { when, verb, place, strategy: row.take("strategy"), registers: None, row };
    if verb == Verb::Register {
        draft.registers = draft.read_registered(names);
    }
    Some(draft)
}

/// When it is given: `at` or `cycle`.
fn read_when(row: &mut Table<'_>) -> Option<When> {
    let (at, cycle) = (row.take("at"), row.take("cycle"));
    match (at, cycle) {
        (Some(at), None) => at.time().map(When::At),
        (None, Some(cycle)) => cycle.whole(1).map(|number| When::Cycle(Cycle(number))),
        (None, None) => {
            let error = row.log.error(Code::WhenUnclear, row.place, "the command does not say when");
            row.log.push(error.help("add `at = \"2018-01-15T15:30:00+09:00\"` or `cycle = 17`"));
            None
        }
        (Some(at), Some(cycle)) => {
            let error = cycle.error(Code::WhenUnclear, "the command has both `at` and `cycle`");
            cycle.log.push(error.label("a cycle").also(at.place, "a time").help("keep one of them"));
            None
        }
    }
}

impl<'d> Draft<'d> {
    fn read_registered(&mut self, names: &Names<'_>) -> Option<(Item<'d>, StrategySpec)> {
        let Some(item) = self.strategy.take() else {
            let error = self.row.log.error(Code::TargetUnclear, self.place, "`register` has no strategy to register");
            self.row.log.push(error.help("add a whole `[command.strategy]` table below it"));
            return None;
        };
        strategies::read_one(item.table("[command.strategy]")?, names)
    }

    fn finish(mut self, names: &Names<'_>) -> Option<CommandSpec> {
        let target = self.target(names);
        let reason = self.reason();
        let action = self.action(names);
        self.row.finish();
        Some(CommandSpec { when: self.when?, action: action?, target: target?, reason, place: self.place })
    }

    fn target(&mut self, names: &Names<'_>) -> Option<Target> {
        if let Some((_, spec)) = &self.registers {
            return Some(Target::Strategy(spec.id.clone()));
        }
        let of_strategy = matches!(self.verb, Verb::Enable | Verb::Disable | Verb::Shadow | Verb::Unregister);
        let never = matches!(self.verb, Verb::Shadow | Verb::Unregister | Verb::Register | Verb::SetPolicy);
        let instrument = if never { None } else { self.row.take("instrument") };
        match (self.strategy.take(), instrument) {
            (Some(strategy), Some(instrument)) => {
                let error = instrument.error(Code::TargetUnclear, "the command names a strategy and an instrument");
                let error = error.label("the instrument").also(strategy.place, "the strategy");
                instrument.log.push(error.help("keep one of them, or write two commands"));
                None
            }
            (Some(strategy), None) => names.strategy(&strategy, self.books()).map(Target::Strategy),
            (None, Some(instrument)) => names.instrument(&instrument).map(Target::Instrument),
            (None, None) if of_strategy => {
                let error = self.row.log.error(Code::TargetUnclear, self.place, "the command names no strategy");
                self.row.log.push(
                    error.help(
                        "add `strategy = \"…\"`; only flatten, reduce_only, kill, rearm and set_policy need none",
                    ),
                );
                None
            }
            (None, None) => Some(Target::Account),
        }
    }

    /// Owners besides the strategies whom the command may mean.
    fn books(&self) -> &'static [&'static str] {
        if self.verb == Verb::Flatten { &[StrategyId::UNASSIGNED] } else { &[] }
    }

    fn reason(&mut self) -> Option<String> {
        let item = self.row.take("reason");
        if item.is_none() && matches!(self.verb, Verb::Kill | Verb::Rearm) {
            let error = self.row.log.error(Code::ReasonRequired, self.place, "the command must say why");
            self.row.log.push(error.help("add `reason = \"…\"`; it is recorded"));
        }
        item.and_then(|item| item.text())
    }

    fn action(&mut self, names: &Names<'_>) -> Option<Action> {
        Some(match self.verb {
            Verb::Register => Action::Register(Box::new(self.registers.take()?.1)),
            Verb::Enable => Action::Enable,
            Verb::Disable => Action::Disable,
            Verb::ReduceOnly => Action::ReduceOnly,
            Verb::Shadow => Action::Shadow,
            Verb::Flatten => Action::Flatten,
            Verb::Unregister => match self.row.take("to") {
                Some(to) => to.word(&[(StrategyId::UNASSIGNED, ())]).map(|()| Action::UnregisterToUnassigned)?,
                None => Action::Unregister,
            },
            Verb::Kill => Action::Kill,
            Verb::Rearm => Action::Rearm,
            Verb::SetPolicy => Action::SetPolicy(names.policy(&self.row.require("policy", "\"swing\"")?)?),
        })
    }
}
