//! The names that a config declares, and references to them.

use std::collections::BTreeMap;

use qts_core::{Inst, Instruments, StrategyId};

use crate::kinds::Kinds;

use super::code::Code;
use super::reader::Item;
use super::source::Place;
use super::spec::Config;

/// What is declared so far. Names whose declarations are wrong count too: one mistake, one error.
pub(super) struct Names<'k> {
    /// The kinds of strategies there are.
    kinds: &'k Kinds,
    /// Instrument ids.
    pub(super) instruments: BTreeMap<String, Place>,
    /// The numbered instruments: those whose declarations are sound.
    pub(super) registry: Instruments,
    /// Policies.
    pub(super) policies: Vec<String>,
    /// Strategy ids.
    pub(super) strategies: BTreeMap<String, Place>,
}

impl<'k> Names<'k> {
    /// Nothing is declared yet.
    pub(super) fn new(kinds: &'k Kinds) -> Self {
        Self {
            kinds,
            instruments: BTreeMap::new(),
            registry: Instruments::default(),
            policies: Vec::new(),
            strategies: BTreeMap::new(),
        }
    }

    /// What a whole config declares, with these strategies instead of its own.
    pub(super) fn of<'s>(config: &'k Config, strategies: impl Iterator<Item = &'s str>) -> Self {
        Self {
            kinds: &config.kinds,
            instruments: config.instruments.iter().map(|spec| (spec.id.as_str().to_owned(), spec.place)).collect(),
            registry: config.registry.clone(),
            policies: config.policies.keys().cloned().collect(),
            strategies: strategies.map(|id| (id.to_owned(), Place::default())).collect(),
        }
    }

    /// The instrument that `item` names. A known one whose declaration is wrong is `None`, silently.
    pub(super) fn instrument(&self, item: &Item<'_>) -> Option<Inst> {
        let text = item.text()?;
        if !self.instruments.contains_key(&text) {
            let error = item.error(Code::UnknownInstrument, format!("no instrument has the id `{text}`"));
            let error = error.one_of(&text, self.instruments.keys().map(String::as_str), "instruments");
            let declare = || format!("declare it: `[[instrument]]` with `id = \"{text}\"`");
            item.log.push(if self.instruments.is_empty() { error.help(declare()) } else { error });
            return None;
        }
        self.registry.find(&text)
    }

    /// The policy that `item` names.
    pub(super) fn policy(&self, item: &Item<'_>) -> Option<String> {
        let text = item.text()?;
        if !self.policies.contains(&text) {
            let error = item.error(Code::UnknownPolicy, format!("no policy is called `{text}`"));
            item.log.push(error.one_of(&text, self.policies.iter().map(String::as_str), "policies"));
            return None;
        }
        Some(text)
    }

    /// The kind of strategy that `item` names.
    pub(super) fn kind(&self, item: &Item<'_>) -> Option<String> {
        let text = item.text()?;
        if self.kinds.find(&text).is_none() {
            let error = item.error(Code::UnknownKind, format!("no strategy kind is called `{text}`"));
            item.log.push(error.one_of(&text, self.kinds.names(), "kinds"));
            return None;
        }
        Some(text)
    }

    /// The strategy that `item` names; `extra` names are fine too.
    pub(super) fn strategy(&self, item: &Item<'_>, extra: &[&str]) -> Option<StrategyId> {
        let text = item.text()?;
        if !self.strategies.contains_key(&text) && !extra.contains(&text.as_str()) {
            let known = self.strategies.keys().map(String::as_str).chain(extra.iter().copied());
            let error = item.error(Code::UnknownStrategy, format!("no strategy has the id `{text}`"));
            item.log.push(error.one_of(&text, known, "strategies"));
            return None;
        }
        Some(StrategyId::new(&text))
    }

    /// Declares a strategy id, which must be free.
    pub(super) fn declare_strategy(&mut self, item: &Item<'_>, id: &str) {
        let sound = self.strategy_id_is_free(item, id);
        if sound {
            self.strategies.insert(id.to_owned(), item.place);
        }
    }

    fn strategy_id_is_free(&self, item: &Item<'_>, id: &str) -> bool {
        let log = item.log;
        if StrategyId::new(id).is_reserved() {
            let error = item.error(Code::ReservedId, format!("the strategy id `{id}` is reserved"));
            log.push(error.help(format!("choose another, such as `{id}-1`")));
            return false;
        }
        if id.chars().any(char::is_control) {
            let error =
                item.error(Code::BadStrategyId, format!("the strategy id `{id}` has a control character in it"));
            log.push(error.help("leave it out; `name` may have any text"));
            return false;
        }
        if id.chars().any(char::is_whitespace) {
            let error = item.error(Code::BadStrategyId, format!("the strategy id `{id}` has white space in it"));
            log.push(error.help("join its words with `-`; `name` may have spaces"));
            return false;
        }
        let taken = self.strategies.get(id).map(|place| ("strategy", place));
        if let Some((what, place)) = taken.or_else(|| self.instruments.get(id).map(|place| ("instrument", place))) {
            let error = item.error(Code::DuplicateId, format!("the id `{id}` is taken by another {what}"));
            let error = error.label("again here").also(*place, "first here");
            log.push(error.help("give each its own id; it names a book and must never change"));
            return false;
        }
        true
    }
}
