//! Would a case notice if a control were gone? A test that passes without what it tests, tests nothing.

use std::collections::BTreeSet;

use crate::config::cases::Case;
use crate::config::{CONTROLS, Config, without};
use crate::exit::Trouble;
use crate::interrupt::Interrupt;

use super::play::{Outcome, play};

/// What a case notices.
pub(super) struct Ablated {
    /// Controls whose removal makes it fail.
    pub(super) notices: Vec<&'static str>,
    /// Controls under test that it does not miss.
    pub(super) misses: Vec<String>,
    /// Does it test any control at all, or say that it does not mean to?
    pub(super) tests_something: bool,
}

/// The controls that the policies in use have, at any scope and for any instrument.
pub(super) fn controls_of(config: &Config) -> BTreeSet<&'static str> {
    let names = config.all_strategies().map(|spec| &spec.policy).chain([&config.account.policy]);
    let policies: Vec<_> = names.filter_map(|name| config.policies.get(name)).collect();
    let is_set = |control: &&&str| policies.iter().any(|policy| without(policy, control) != **policy);
    CONTROLS.iter().filter(is_set).copied().collect()
}

/// Plays a case that passes once without each control.
///
/// # Errors
/// As for playing it.
pub(super) fn ablate(config: &Config, case: &Case, interrupt: &Interrupt) -> Result<Ablated, Trouble> {
    let mut notices = Vec::new();
    for control in controls_of(config) {
        let mut changed = config.clone();
        for policy in changed.policies.values_mut() {
            *policy = without(policy, control);
        }
        // A step that is no sound line any more, for the lack of an order for instance, is noticed too.
        if !matches!(play(&changed, case, interrupt)?, Outcome::Passed) {
            notices.push(control);
        }
    }
    let named = case.controls.as_deref().unwrap_or_default();
    let misses = named.iter().filter(|name| !notices.contains(&name.as_str())).cloned().collect();
    let tests_something = case.controls.is_some() || !notices.is_empty();
    Ok(Ablated { notices, misses, tests_something })
}
