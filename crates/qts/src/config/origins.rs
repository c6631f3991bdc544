//! Where every control of every policy comes from: the policy that says it, along `extends`, and the place in the file.

use std::collections::BTreeMap;
use std::fmt;

use qts_core::{Inst, Instruments};
use qts_gate::policy::{Controls, RiskPolicy};

use super::controls::{self, Stated};
use super::source::Place;
use super::spec::Config;
use super::supervisors;
use super::written::written;

/// Where a control of a policy comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The policy that says it: the one asked about, or one that it extends.
    pub(crate) policy: String,
    /// Where the file says it; none where a built-in policy does.
    pub(crate) written: Option<Written>,
}

/// What the file says about a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    /// The file's name as given.
    pub(crate) file: String,
    /// The line, from 1.
    pub(crate) line: usize,
    /// The value as written, on one line.
    pub(crate) text: String,
    /// Does it remove the control?
    pub(crate) removes: bool,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { policy, written } = self;
        match written {
            None => write!(f, "built-in policy `{policy}`"),
            Some(Written { file, line, removes: false, .. }) => write!(f, "policy `{policy}` at {file}:{line}"),
            Some(Written { file, line, removes: true, .. }) => {
                write!(f, "removed by policy `{policy}` at {file}:{line}")
            }
        }
    }
}

/// Who said what about a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// The policy.
    pub(super) policy: String,
    /// Where its key and its value stand; none for a built-in policy.
    pub(super) places: Option<(Place, Place)>,
    /// Does it remove the control?
    pub(super) removes: bool,
}

/// Who said what about the controls, by their names.
type ByControl = BTreeMap<&'static str, Said>;

/// The origins of one policy's controls, in the shape of the policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Origins {
    /// What the policy extends; a built-in one extends nothing.
    pub(super) base: Option<String>,
    /// Where its name stands.
    pub(super) place: Place,
    whole: ByControl,
    instruments: BTreeMap<Inst, ByControl>,
}

impl Origins {
    /// Those of a built-in policy: itself, for all that it has.
    pub(super) fn built_in(policy: &RiskPolicy) -> Self {
        let said = || Said { policy: policy.id.clone(), places: None, removes: false };
        // It names no instruments.
        let has = |set: &Controls, name: &str| written(set, name, &Instruments::default()).is_some();
        let names = controls::BUILT.into_iter();
        let watched = |name: &str| supervisors::written(&policy.supervision, name).is_some();
        let had = names.filter(|name| has(&policy.strategy, name) || has(&policy.account, name) || watched(name));
        Self { whole: had.map(|name| (name, said())).collect(), ..Self::default() }
    }

    /// Those of a policy that extends `base` and says nothing yet.
    pub(super) fn extended(&self, base: &str, place: Place) -> Self {
        Self { base: Some(base.to_owned()), place, ..self.clone() }
    }

    /// `policy` says something for every instrument.
    pub(super) fn say(&mut self, policy: &str, stated: &Stated) {
        for known in self.instruments.values_mut().chain([&mut self.whole]) {
            known.insert(stated.setting.name(), said(policy, stated));
        }
    }

    /// `policy` has a table of its own for an instrument.
    pub(super) fn say_of(&mut self, policy: &str, inst: Inst, stated: &[Stated]) {
        let whole = self.whole.clone();
        let known = self.instruments.entry(inst).or_insert(whole);
        known.extend(stated.iter().map(|stated| (stated.setting.name(), said(policy, stated))));
    }

    /// What the policy of that name says itself, for all instruments and for single ones.
    pub(super) fn own<'s>(&'s self, name: &'s str) -> impl Iterator<Item = (&'static str, &'s Said)> {
        let all = [&self.whole].into_iter().chain(self.instruments.values());
        all.flatten().filter(move |(_, said)| said.policy == name).map(|(control, said)| (*control, said))
    }

    /// Who said what about a control, for one instrument or for all others.
    pub(super) fn find(&self, inst: Option<Inst>, control: &str) -> Option<&Said> {
        let own = inst.and_then(|inst| self.instruments.get(&inst));
        own.unwrap_or(&self.whole).get(control)
    }
}

fn said(policy: &str, stated: &Stated) -> Said {
    let removes = stated.setting.removes();
    Said { policy: policy.to_owned(), places: Some((stated.key, stated.value)), removes }
}

/// The control whose name differs from that of a reason it gives.
fn control_of(reason: &str) -> &str {
    match reason {
        "risk_score_exceeded"
        | "buy_affordability_check"
        | "sell_position_check"
        | "qty_adjusted"
        | "qty_adjusted_to_zero"
        | "qty_non_positive" => "max_risk_score",
        name => name,
    }
}

impl Config {
    /// What a policy extends; a built-in one extends nothing.
    pub(crate) fn base(&self, policy: &str) -> Option<&str> {
        self.origins.get(policy)?.base.as_deref()
    }

    /// Where a policy's control comes from, for one instrument or for all without a table of their own. The control is
    /// named by its key, or by the code of a reason it gives. What no policy ever said has no origin.
    pub(crate) fn origin(&self, policy: &str, inst: Option<Inst>, control: &str) -> Option<Origin> {
        let said = self.said(policy, inst, control)?;
        let written = said.places.map(|(key, value)| Written {
            file: self.source.name().to_owned(),
            line: self.source.position(key.start).0,
            text: self.value_text(policy, inst, control, (key, value)),
            removes: said.removes,
        });
        Some(Origin { policy: said.policy.clone(), written })
    }

    /// What stands at a place of the file.
    pub(crate) fn written_at(&self, place: Place) -> Written {
        let text = self.source.slice(place).split_whitespace().collect::<Vec<_>>().join(" ");
        let (line, _) = self.source.position(place.start);
        Written { file: self.source.name().to_owned(), line, text, removes: false }
    }

    /// As [`Self::origin`], with places.
    pub(super) fn said(&self, policy: &str, inst: Option<Inst>, control: &str) -> Option<&Said> {
        self.origins.get(policy)?.find(inst, control_of(control))
    }

    /// A control's value: what stands on the right of its key. A dotted key and a table with a header have nothing
    /// there, so what they mean is written out.
    fn value_text(&self, policy: &str, inst: Option<Inst>, control: &str, (key, value): (Place, Place)) -> String {
        let stands = self.source.slice(value).split_whitespace().collect::<Vec<_>>().join(" ");
        let meant = || {
            let policy = self.policies.get(policy)?;
            let sets = inst.and_then(|inst| policy.instruments.get(&inst));
            let (strategy, account) = sets.map_or((&policy.strategy, &policy.account), |(own, shared)| (own, shared));
            let of = |set: &Controls| written(set, control_of(control), &self.registry);
            of(strategy).or_else(|| of(account)).or_else(|| supervisors::written(&policy.supervision, control))
        };
        if value.start >= key.end { stands } else { meant().unwrap_or(stands) }
    }
}
