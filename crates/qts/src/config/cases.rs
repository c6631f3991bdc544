//! Policy tests: a TOML file of cases, each a story of steps that are lines of `qts serve`, and what is expected of them.
//!
//! Reads only; what a step means is the service's business. Every value knows where it stands, so that whoever finds
//! something wrong with it later can say the line.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::code::Code;
use super::controls;
use super::error::{ConfigError, ConfigErrors};
use super::reader::{Item, Log, Table};
use super::scalars::number_as_written;
use super::source::{Place, Source};
use super::syntax;

/// The parts of a step that go into its line, and its own.
const LINE: [&str; 13] = [
    "now",
    "market",
    "ack",
    "reject",
    "fill",
    "canceled",
    "expired",
    "cancel_refused",
    "link",
    "adjustment",
    "positions",
    "command",
    "intents",
];

/// What may be expected of a reply.
const REPLY: [&str; 14] = [
    "decisions",
    "orders",
    "cancels",
    "crosses",
    "modes",
    "fills",
    "ended",
    "refused",
    "commands",
    "adjustments",
    "failed",
    "quarantined",
    "waiting",
    "state",
];

/// A test file.
pub(crate) struct Suite<'s> {
    /// Its text.
    pub(crate) source: Arc<Source>,
    /// What its cases are about.
    pub(crate) config: ConfigOf<'s>,
    /// Its cases, in the order written.
    pub(crate) cases: Vec<Case>,
}

/// Where a suite has its config.
pub(crate) enum ConfigOf<'s> {
    /// In a file: its path from the suite's folder.
    File(String),
    /// In the suite itself.
    Inline(DeTable<'s>),
}

/// A case.
pub(crate) struct Case {
    /// What it is called.
    pub(crate) name: String,
    /// Where its name stands.
    pub(crate) place: Place,
    /// The controls under test; `None`: any, and at least one.
    pub(crate) controls: Option<Vec<String>>,
    /// What happens.
    pub(crate) steps: Vec<Step>,
}

/// A step.
pub(crate) struct Step {
    /// Where it begins.
    pub(crate) place: Place,
    /// The line of `qts serve` that it is.
    pub(crate) line: String,
    /// Where the parts of the line stand, by their paths.
    pub(crate) places: BTreeMap<String, Place>,
    /// What is expected of the reply.
    pub(crate) expect: Vec<(String, Expected)>,
}

/// A value that is expected.
pub(crate) enum Expected {
    /// These fields, whatever else there is.
    Table(Vec<(String, Expected)>),
    /// These elements and no more, in this order.
    List(Vec<Expected>),
    /// This text, or a number.
    Text(String),
    /// True or false.
    Flag(bool),
}

/// Reads a test file.
///
/// # Errors
/// Everything that is wrong with it; its config is not looked at.
pub(crate) fn read<'s>(file: &'s Arc<Source>) -> Result<Suite<'s>, ConfigErrors> {
    let (root, syntax) = DeTable::parse_recoverable(file.text());
    let mut root = root.into_inner();
    let (config, has_cases) = (root.remove("config"), root.contains_key("case"));
    let log = Log::new(Arc::clone(file));
    let mut root = Table::new(&log, "the test file", Place::default(), root);
    root.take("config");
    let config = config.or_else(|| {
        root.missing("config", "\"qts.toml\"");
        None
    });
    if !has_cases {
        let error = log.error(Code::MissingKey, Place::default(), "there is no `[[case]]`");
        log.push(error.help("add `[[case]]` with a `name` and one or more `[[case.step]]`"));
    }
    let cases = root.rows("case");
    let cases: Vec<Case> = cases.into_iter().filter_map(case).collect();
    check_names(&log, &cases);
    root.finish();
    let config = config.and_then(|value| config_of(&log, value));
    let errors = syntax::merge(file, syntax, log.into_errors());
    match config {
        Some(config) if errors.is_empty() => Ok(Suite { source: Arc::clone(file), config, cases }),
        _ => Err(ConfigErrors::new(errors)),
    }
}

/// Every case has a name of its own: by it a person finds the case.
fn check_names(log: &Log, cases: &[Case]) {
    let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
    for case in cases {
        match seen.get(case.name.as_str()) {
            None => drop(seen.insert(&case.name, case.place)),
            Some(first) => {
                let error = log.error(Code::DuplicateId, case.place, format!("two cases are called `{}`", case.name));
                let error = error.label("again here").also(*first, "first here");
                log.push(error.help("give each case a name of its own"));
            }
        }
    }
}

/// A table, or the path of a file.
fn config_of<'s>(log: &Log, value: Spanned<DeValue<'s>>) -> Option<ConfigOf<'s>> {
    let place: Place = value.span().into();
    match value.into_inner() {
        DeValue::Table(entries) => Some(ConfigOf::Inline(entries)),
        DeValue::String(path) => Some(ConfigOf::File(path.into_owned())),
        _ => {
            let error = log.error(Code::WrongType, place, "`config` must be a table or the path of a config file");
            log.push(error.help("write `config = \"qts.toml\"` or `[config.account]` and so on"));
            None
        }
    }
}

/// A problem of a test file that shows only when it is run.
pub(crate) fn bad_step(source: &Arc<Source>, place: Place, message: &str, help: &str) -> ConfigError {
    ConfigError::new(source, Code::BadStep, place, message).help(help)
}

fn case(mut row: Table<'_>) -> Option<Case> {
    let (log, place) = (row.log, row.place);
    let name = row.require("name", "\"an entry above the limit is reduced\"");
    let controls = row.take("controls").map(|item| item.list("names of controls").unwrap_or_default());
    let controls = controls.map(|items| items.iter().filter_map(control).collect());
    let rows = row.rows("step");
    if rows.is_empty() {
        let error = log.error(Code::MissingKey, place, "the case has no `[[case.step]]`");
        log.push(error.help("add `[[case.step]]` with `intents = [ … ]` and `expect = { … }`"));
    }
    let steps: Vec<Step> = rows.into_iter().filter_map(step).collect();
    row.finish();
    if !steps.is_empty() && steps.iter().all(|step| step.expect.is_empty()) {
        let error = log.error(Code::NothingExpected, place, "the case expects nothing");
        log.push(error.help("add `expect = { decisions = [{ verdict = \"reduce\" }] }` to a step"));
    }
    let name = name?;
    Some(Case { place: name.place, name: name.text()?, controls, steps })
}

fn control(item: &Item<'_>) -> Option<String> {
    let name = item.text()?;
    let known = || controls::BUILT.into_iter().chain([controls::BUDGET]);
    if known().any(|known| known == name) {
        return Some(name);
    }
    let error = item.error(Code::UnknownControl, format!("no control is called `{name}`"));
    item.log.push(error.one_of(&name, known(), "controls"));
    None
}

fn step(mut row: Table<'_>) -> Option<Step> {
    let place = row.place;
    let mut writer = Writer { log: row.log, line: "{".to_owned(), places: BTreeMap::new() };
    let mut has_intents = false;
    for key in LINE {
        let Some(item) = row.take(key) else { continue };
        has_intents |= key == "intents";
        writer.field("$", key, item.key_place, &item.value, item.place);
        writer.line.push_str(", ");
    }
    let judge = row.take("judge").map(|item| item.flag());
    let expect = row.take("expect").map(|item| expected(item).unwrap_or_default()).unwrap_or_default();
    row.take("note").map(|item| item.text());
    row.finish();
    let expects = |names: &[&str]| expect.iter().any(|(name, _)| names.contains(&name.as_str()));
    let judge = judge.flatten().unwrap_or(has_intents || expects(&["decisions", "orders", "crosses"]));
    let state = expects(&["modes", "state"]);
    writer.line += &format!("\"judge\": {judge}, \"state\": {state}}}");
    Some(Step { place, line: writer.line, places: writer.places, expect })
}

fn expected(item: Item<'_>) -> Option<Vec<(String, Expected)>> {
    let log = item.log;
    let mut table = item.table("`expect`")?;
    let mut all = Vec::new();
    for key in REPLY {
        let Some(item) = table.take(key) else { continue };
        all.push((key.to_owned(), value(log, &item.value, item.place)));
    }
    table.finish();
    Some(all)
}

fn value(log: &Log, written: &DeValue<'_>, place: Place) -> Expected {
    match written {
        DeValue::Table(entries) => {
            let field = |(key, found): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)| {
                (key.get_ref().to_string(), value(log, found.get_ref(), found.span().into()))
            };
            Expected::Table(entries.iter().map(field).collect())
        }
        DeValue::Array(items) => {
            Expected::List(items.iter().map(|item| value(log, item.get_ref(), item.span().into())).collect())
        }
        DeValue::Boolean(flag) => Expected::Flag(*flag),
        other => Expected::Text(as_text(log, other, place)),
    }
}

/// A text, a number or a time as a text.
fn as_text(log: &Log, value: &DeValue<'_>, place: Place) -> String {
    match value {
        DeValue::String(text) => text.clone().into_owned(),
        DeValue::Datetime(_) => log.file.slice(place).to_owned(),
        number => number_as_written(number).unwrap_or_default(),
    }
}

/// Writes TOML values as JSON and notes where each stands.
struct Writer<'l> {
    log: &'l Log,
    line: String,
    places: BTreeMap<String, Place>,
}

impl Writer<'_> {
    fn field(&mut self, path: &str, key: &str, key_place: Place, value: &DeValue<'_>, place: Place) {
        let path = format!("{path}{}", crate::decide::path::step_to(key));
        self.places.insert(path.clone(), key_place);
        self.line += &format!("{}: ", serde_json::Value::from(key));
        self.value(&path, value, place);
    }

    fn value(&mut self, path: &str, value: &DeValue<'_>, place: Place) {
        match value {
            DeValue::Table(entries) => {
                self.line.push('{');
                for (number, (key, value)) in entries.iter().enumerate() {
                    self.line.push_str(if number == 0 { "" } else { ", " });
                    let name = key.get_ref().to_string();
                    self.field(path, &name, key.span().into(), value.get_ref(), value.span().into());
                }
                self.line.push('}');
            }
            DeValue::Array(items) => {
                self.line.push('[');
                for (number, item) in items.iter().enumerate() {
                    self.line.push_str(if number == 0 { "" } else { ", " });
                    let path = format!("{path}[{number}]");
                    self.places.insert(path.clone(), item.span().into());
                    self.value(&path, item.get_ref(), item.span().into());
                }
                self.line.push(']');
            }
            DeValue::Boolean(flag) => self.line += &flag.to_string(),
            other => {
                let text = as_text(self.log, other, place);
                let is_number = matches!(other, DeValue::Integer(_) | DeValue::Float(_));
                let plain = is_number && serde_json::from_str::<serde_json::Number>(&text).is_ok();
                self.line += &if plain { text } else { serde_json::Value::from(text).to_string() };
            }
        }
    }
}
