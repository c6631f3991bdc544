//! `[policy.*]`: what each says, then `extends` resolved.
//!
//! A policy starts as what it extends. What it says about a control replaces the inherited one whole, for every
//! instrument; then come its own `[policy.*.instrument."…"]` tables, each starting from the policy's own controls
//! and from what is inherited for that instrument.

use std::collections::BTreeMap;

use qts_core::Inst;
use qts_gate::policy::RiskPolicy;

use super::code::Code;
use super::controls::{self, Stated};
use super::names::Names;
use super::origins::Origins;
use super::reader::{Item, Log, Table};
use super::source::Place;
use super::supervisors;

/// A policy as written.
struct Written<'d> {
    name: String,
    named: Place,
    extends: Option<Item<'d>>,
    settings: Vec<Stated>,
    instruments: Vec<Item<'d>>,
}

/// A policy as written, its names looked up.
struct Layer {
    base: String,
    /// Where its name stands.
    named: Place,
    /// Where `extends` stands.
    place: Place,
    settings: Vec<Stated>,
    instruments: Vec<(Inst, Vec<Stated>)>,
}

/// A policy, and where its controls come from.
type Known = (RiskPolicy, Origins);

/// All policies by name, the built-in ones included, and where their controls come from; their names go into `names`.
pub(super) fn read(
    root: &mut Table<'_>,
    names: &mut Names<'_>,
) -> (BTreeMap<String, RiskPolicy>, BTreeMap<String, Origins>) {
    let log = root.log;
    names.policies = RiskPolicy::BUILT_IN.map(str::to_owned).to_vec();
    let written: Vec<Written<'_>> = match root.single("policy") {
        Some(mut table) => table.drain().into_iter().filter_map(|item| read_one(item, names)).collect(),
        None => Vec::new(),
    };
    let layers: BTreeMap<String, Layer> =
        written.into_iter().map(|policy| (policy.name.clone(), look_up(policy, names))).collect();
    report_circles(log, &layers);
    resolve(&layers).into_iter().map(|(name, (policy, origins))| ((name.clone(), policy), (name, origins))).unzip()
}

fn read_one<'d>(item: Item<'d>, names: &mut Names<'_>) -> Option<Written<'d>> {
    let name = item.key.clone();
    if RiskPolicy::BUILT_IN.contains(&name.as_str()) {
        let message = format!("`{name}` is built in and cannot be redefined");
        let error = item.log.error(Code::BuiltInPolicy, item.key_place, message);
        item.log.push(error.help(format!("give it another name and write `extends = \"{name}\"` in it")));
        return None;
    }
    names.policies.push(name.clone());
    let named = item.key_place;
    let mut table = item.table(&format!("[policy.{name}]"))?;
    let extends = table.take("extends");
    let instruments = table.take("instrument").and_then(|item| item.table(&format!("[policy.{name}.instrument]")));
    let instruments = instruments.map(|mut table| table.drain()).unwrap_or_default();
    let settings = read_settings(table, &["extends", "instrument"], names);
    Some(Written { name, named, extends, settings, instruments })
}

fn read_settings(mut table: Table<'_>, others: &[&str], names: &Names<'_>) -> Vec<Stated> {
    table.drain().into_iter().filter_map(|item| controls::read(item, others, names)).collect()
}

fn look_up(written: Written<'_>, names: &Names<'_>) -> Layer {
    let place = written.extends.as_ref().map(|item| item.place).unwrap_or_default();
    let base = match &written.extends {
        Some(item) => names.policy(item),
        None => Some("conservative".to_owned()),
    };
    let of_instrument = |item: Item<'_>| {
        if is_unquoted(&item, names) {
            return None;
        }
        let inst = instrument(&item, names);
        let log = item.log;
        let mut settings = read_settings(item.table("the instrument's table")?, &[], names);
        supervisors::refuse_in_instrument(log, &mut settings);
        Some((inst?, settings))
    };
    let instruments = written.instruments.into_iter().filter_map(of_instrument).collect();
    // An unknown base is reported; the built-in one keeps the rest readable.
    let base = base.unwrap_or_else(|| "conservative".to_owned());
    Layer { base, named: written.named, place, settings: written.settings, instruments }
}

/// Was the last dot of an id read as TOML's own, for want of quotes? Reports it.
fn is_unquoted(item: &Item<'_>, names: &Names<'_>) -> bool {
    let keys = item.value.as_table().into_iter().flatten().map(|(key, _)| format!("{}.{}", item.key, key.get_ref()));
    let Some(id) = keys.into_iter().find(|id| names.instruments.contains_key(id)) else { return false };
    let error = item.log.error(Code::UnknownInstrument, item.key_place, format!("the id `{id}` is not in quotes"));
    item.log.push(error.help(format!("write it as `instrument.\"{id}\"`")));
    true
}

/// The instrument whose id is the key of `item`.
fn instrument(item: &Item<'_>, names: &Names<'_>) -> Option<Inst> {
    let id = item.key.as_str();
    if !names.instruments.contains_key(id) {
        let error = item.log.error(Code::UnknownInstrument, item.key_place, format!("no instrument has the id `{id}`"));
        let error = error.one_of(id, names.instruments.keys().map(String::as_str), "instruments");
        item.log.push(error.or_help("quote the whole id: `[policy.NAME.instrument.\"005930.KRX\"]`"));
    }
    names.registry.find(id)
}

/// The policies from `start` along `extends` until one comes back; empty if none does.
fn circle<'l>(layers: &'l BTreeMap<String, Layer>, start: &'l str) -> Vec<(&'l str, Place)> {
    let mut seen: Vec<(&str, Place)> = Vec::new();
    let mut name = start;
    while let Some(layer) = layers.get(name) {
        if let Some(first) = seen.iter().position(|(other, _)| *other == name) {
            return seen.split_off(first);
        }
        seen.push((name, layer.place));
        name = &layer.base;
    }
    Vec::new()
}

/// Reports each circle once, at its first policy by name.
fn report_circles(log: &Log, layers: &BTreeMap<String, Layer>) {
    for name in layers.keys() {
        let circle = circle(layers, name);
        let first_by_name = circle.iter().map(|(other, _)| *other).min();
        if first_by_name != Some(name.as_str()) || circle[0].0 != name {
            continue;
        }
        let path: Vec<&str> = circle.iter().map(|(name, _)| *name).chain([name.as_str()]).collect();
        let message = format!("policies extend each other in a circle: {}", path.join(" → "));
        let mut error = log.error(Code::PolicyCycle, circle[0].1, message).label(format!("`{name}` extends this"));
        for (other, place) in &circle[1..] {
            error = error.also(*place, format!("`{other}` extends this"));
        }
        log.push(error.help("let one of them extend \"conservative\" or \"validity_only\""));
    }
}

/// Builds every policy whose chain ends in a built-in one.
fn resolve(layers: &BTreeMap<String, Layer>) -> BTreeMap<String, Known> {
    let mut done = built_in();
    loop {
        let ready = layers.iter().filter(|(name, _)| !done.contains_key(*name));
        let ready = ready.filter_map(|(name, layer)| Some((name.clone(), extend(name, layer, done.get(&layer.base)?))));
        let ready: Vec<(String, Known)> = ready.collect();
        if ready.is_empty() {
            return done;
        }
        done.extend(ready);
    }
}

/// The built-in policies by name.
fn built_in() -> BTreeMap<String, Known> {
    let policies = RiskPolicy::BUILT_IN.into_iter().filter_map(RiskPolicy::built_in);
    let known = policies.map(|policy| {
        let origins = Origins::built_in(&policy);
        (policy.id.clone(), (policy, origins))
    });
    known.collect()
}

fn extend(name: &str, layer: &Layer, (base, origins): &Known) -> Known {
    let mut policy = RiskPolicy { id: name.to_owned(), ..base.clone() };
    let mut origins = origins.extended(&layer.base, layer.named);
    for stated in &layer.settings {
        origins.say(name, stated);
        stated.setting.apply(&mut policy.strategy, &mut policy.account);
        stated.setting.supervise(&mut policy.supervision);
        for (strategy, account) in policy.instruments.values_mut() {
            stated.setting.apply(strategy, account);
        }
    }
    for (inst, settings) in &layer.instruments {
        origins.say_of(name, *inst, settings);
        let own = (policy.strategy.clone(), policy.account.clone());
        let (strategy, account) = policy.instruments.entry(*inst).or_insert(own);
        for stated in settings {
            stated.setting.apply(strategy, account);
        }
    }
    (policy, origins)
}
