//! The config file: TOML in, a typed and cross-checked [`Config`] out, or every problem at once, each with its number,
//! its place and a way out. Reads no market data, builds no strategies, decides nothing.
//!
//! Keys and forms are those of `contract.md`; one file here per table. What is left out on purpose: serde, whose
//! errors come one at a time.

mod account;
mod adjustments;
mod calendars;
pub(crate) mod cases;
mod classes;
mod code;
mod commands;
mod controls;
mod data;
mod error;
mod instruments;
mod journal;
mod levels;
mod names;
mod origins;
mod policies;
mod reader;
mod scalars;
mod source;
mod spec;
mod strategies;
mod suggest;
mod supervisors;
mod syntax;
#[cfg(test)]
mod tests;
mod warnings;
mod written;

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

use qts_core::Inst;
use qts_gate::RiskPolicy;
use qts_strategy::ParamError;
use toml::de::DeTable;

pub(crate) use code::Code;
pub(crate) use controls::{ALWAYS_ON, BUDGET, BUILT, Works};
pub(crate) use error::{ConfigError, ConfigErrors};
pub(crate) use origins::Origin;
pub(crate) use source::{Place, Source, harmless_lines};
pub(crate) use spec::*;
pub(crate) use suggest::nearest;
pub(crate) use supervisors::{SUPERVISORS, in_force as supervisor_in_force, written as supervisor};
pub(crate) use warnings::DataDays;
pub(crate) use written::{InForce, in_force, written};

use crate::kinds::Kinds;

use names::Names;
use reader::{Log, Table};

/// What is wrong with the parameters of its strategies, which only their kinds know.
pub(crate) type CheckParams<'a> = &'a dyn Fn(&Config) -> Vec<ConfigError>;

/// Reads a config file.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn load(path: &Path, kinds: &Kinds, check_params: CheckParams<'_>) -> Result<Config, ConfigErrors> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path);
    let bytes = bytes.map_err(|why| unreadable(&name, "", 0, &why, "check the path"))?;
    parse_all(&name, source_of(&name, bytes)?.text(), kinds, check_params)
}

/// A file's text.
///
/// # Errors
/// It is not UTF-8.
pub(crate) fn source_of(name: &str, bytes: Vec<u8>) -> Result<Source, ConfigErrors> {
    let text = String::from_utf8(bytes).map_err(|why| {
        let (sound, rest) = why.as_bytes().split_at(why.utf8_error().valid_up_to());
        let [sound, rest] = [sound, rest].map(visible);
        unreadable(name, &(sound.clone() + &rest), sound.len(), &"it is not UTF-8 text", "save it as UTF-8")
    })?;
    Ok(Source::new(name, &text))
}

fn unreadable(name: &str, text: &str, at: usize, why: &dyn Display, help: &str) -> ConfigErrors {
    let file = Arc::new(Source::new(name, text));
    let message = format!("failed to read `{name}`: {why}");
    ConfigErrors::new(vec![ConfigError::new(&file, Code::Unreadable, Place::from(at..at), message).help(help)])
}

/// The built-in policies alone, as a config has them.
///
/// # Errors
/// None that can happen: its text is our own.
pub(crate) fn built_in(kinds: &Kinds) -> Result<Config, ConfigErrors> {
    parse_all("built in", "[account]\ncurrency = \"KRW\"\ncash = \"0\"\n", kinds, &|_| Vec::new())
}

/// Bytes as a report can show them: other encodings are full of control characters.
fn visible(bytes: &[u8]) -> String {
    let mark = |c: char| if c.is_control() && c != '\n' { char::REPLACEMENT_CHARACTER } else { c };
    String::from_utf8_lossy(bytes).chars().map(mark).collect()
}

/// Reads a config as somebody kept it, with the files that it names.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn parse_kept(source: Source, kinds: &Kinds, check_params: CheckParams<'_>) -> Result<Config, ConfigErrors> {
    parse_source(source, kinds, check_params)
}

/// Reads a config from its text, whatever the parameters.
#[cfg(test)]
pub(crate) fn parse(name: &str, text: &str) -> Result<Config, ConfigErrors> {
    parse_all(name, text, &Kinds::built_in(), &|_| Vec::new())
}

/// Reads a config from its text. `name` is its file's, from whose folder relative data paths start.
fn parse_all(name: &str, text: &str, kinds: &Kinds, check_params: CheckParams<'_>) -> Result<Config, ConfigErrors> {
    parse_source(Source::new(name, text), kinds, check_params)
}

fn parse_source(source: Source, kinds: &Kinds, check_params: CheckParams<'_>) -> Result<Config, ConfigErrors> {
    let file = Arc::new(source);
    let (root, syntax) = DeTable::parse_recoverable(file.text());
    parse_table(&file, "the config", root.into_inner(), syntax, kinds, check_params)
}

/// Reads a config that stands in a table of a file, called `title` in messages; `syntax` are the file's own errors.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn parse_table(
    file: &Arc<Source>,
    title: &str,
    root: DeTable<'_>,
    syntax: Vec<toml::de::Error>,
    kinds: &Kinds,
    check_params: CheckParams<'_>,
) -> Result<Config, ConfigErrors> {
    let log = Log::new(Arc::clone(file));
    let config = read(Table::new(&log, title, Place::default(), root), kinds);
    let readable = config.as_ref().filter(|_| syntax.is_empty());
    let of_params = readable.map(check_params).unwrap_or_default();
    let mut errors = syntax::merge(file, syntax, log.into_errors());
    errors.extend(of_params);
    match config {
        Some(config) if errors.is_empty() => Ok(config),
        _ => Err(ConfigErrors::new(errors)),
    }
}

/// The controls that a policy may have, by name.
pub(crate) const CONTROLS: &[&str] = &controls::BUILT;

/// The policy without a control, as `name = false` at its end would have it.
pub(crate) fn without(policy: &RiskPolicy, control: &str) -> RiskPolicy {
    let mut changed = policy.clone();
    if let Some(setting) = controls::removed(control) {
        setting.apply(&mut changed.strategy, &mut changed.account);
        setting.supervise(&mut changed.supervision);
        for (strategy, account) in changed.instruments.values_mut() {
            setting.apply(strategy, account);
        }
    }
    changed
}

/// Reads a `[[command]]` that is given while this config is at work with `strategies`, all but its time.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn parse_command<'s>(
    config: &Config,
    strategies: impl Iterator<Item = &'s str>,
    text: &str,
) -> Result<CommandSpec, ConfigErrors> {
    let file = Arc::new(Source::new("command", text));
    let (root, syntax) = DeTable::parse_recoverable(file.text());
    let log = Log::new(Arc::clone(&file));
    let mut names = Names::of(config, strategies);
    let mut root = Table::new(&log, "the command", Place::default(), root.into_inner());
    let mut commands = commands::read(&mut root, &mut names);
    root.finish();
    let errors = syntax::merge(&file, syntax, log.into_errors());
    match commands.pop() {
        Some(command) if errors.is_empty() => Ok(command),
        _ => Err(ConfigErrors::new(errors)),
    }
}

/// The whole file, top to bottom; each part knows the names that the parts before it declared.
fn read(mut root: Table<'_>, kinds: &Kinds) -> Option<Config> {
    let source = Arc::clone(&root.log.file);
    let folder = Path::new(source.name()).parent().unwrap_or(Path::new("")).to_owned();
    let mut names = Names::new(kinds);
    let account = account::read(&mut root);
    let broker = account::read_broker(&mut root);
    let calendars = calendars::read(&mut root, &folder);
    let base = account.base(&broker);
    let instruments = instruments::read(&mut root, &base, &calendars, &mut names);
    let (policies, origins) = policies::read(&mut root, &mut names);
    let account = account.finish(&names);
    let strategies = strategies::read(&mut root, &mut names);
    let positions = data::read_positions(&mut root, &names);
    let commands = commands::read(&mut root, &mut names);
    let data = data::read(&mut root, &names, &folder);
    let adjustments = adjustments::read(&mut root, &names);
    let rule = account::read_rule(&mut root);
    let quarantine = account::read_quarantine(&mut root);
    let journal = journal::read(&mut root, &folder);
    root.finish();
    let (account, registry) = (account?, names.registry);
    Some(Config {
        source,
        kinds: kinds.clone(),
        account,
        calendars,
        instruments,
        registry,
        data,
        strategies,
        positions,
        policies,
        origins,
        rule,
        broker,
        quarantine,
        commands,
        adjustments,
        journal,
    })
}

impl Config {
    /// A strategy's complaint about a parameter, with the place where that parameter stands.
    pub(crate) fn param_error(&self, strategy: &StrategySpec, error: &ParamError) -> ConfigError {
        let (whole, places) = &strategy.param_places;
        let unknown_name = !error.known.is_empty();
        // A nested key that is not written (`steps[1].qty`) is missing from what holds it.
        let mut path = error.key.as_str();
        let found = loop {
            match places.get(path) {
                Some((key, value)) => break if unknown_name && path == error.key { *key } else { *value },
                None => match path.rfind(['.', '[']) {
                    Some(cut) => path = &path[..cut],
                    None => break *whole,
                },
            }
        };
        let message = format!("strategy `{}`: parameter {error}", strategy.id);
        let built = ConfigError::new(&self.source, Code::BadParam, found, message);
        if unknown_name {
            let last = error.key.rsplit('.').next().unwrap_or_default();
            built.one_of(last, error.known.iter().map(String::as_str), "its parameters")
        } else {
            let kind = strategy.kind.as_deref().unwrap_or("…");
            built.help(format!("correct `{}` in `params` of this `{kind}`", error.key))
        }
    }

    /// The strategies of the file: the configured ones, then those that commands register.
    pub(crate) fn all_strategies(&self) -> impl Iterator<Item = &StrategySpec> {
        let registered = self.commands.iter().filter_map(|command| match &command.action {
            Action::Register(spec) => Some(&**spec),
            _ => None,
        });
        self.strategies.iter().chain(registered)
    }

    /// For a run, which is nothing without market data.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn require_data(&self) -> Result<(), ConfigErrors> {
        if !self.data.is_empty() {
            return Ok(());
        }
        let message = "there is no `[[data]]`: a run needs market data";
        let error = ConfigError::new(&self.source, Code::MissingKey, Place::default(), message);
        let help = "add `[[data]]` with `instrument`, `path` and, for bars, `stamp`; decide, serve and test do without";
        Err(ConfigErrors::new(vec![error.help(help)]))
    }

    /// What nobody will see: instruments that strategies subscribe to and no `[[data]]` tells of.
    pub(crate) fn unseen(&self) -> Vec<String> {
        let fed = |inst: &Inst| self.data.iter().any(|data| data.instrument == *inst);
        let of = |strategy: &StrategySpec| {
            let blind = strategy.instruments.iter().filter(|inst| !fed(inst)).map(|inst| self.registry.name(*inst));
            let names: Vec<String> = blind.collect();
            (!names.is_empty())
                .then(|| format!("no [[data]] for {}: `{}` sees nothing of it", names.join(", "), strategy.id))
        };
        self.all_strategies().filter_map(of).collect()
    }

    /// For commands that keep nothing yet: who wants a journal must not believe that there is one.
    ///
    /// # Errors
    /// One is wanted.
    pub(crate) fn refuse_journal(&self, command: &str) -> Result<(), ConfigErrors> {
        let Some(journal) = &self.journal else { return Ok(()) };
        let message = format!("`qts {command}` keeps no journal yet");
        let error = ConfigError::new(&self.source, Code::NotBuilt, journal.place, message);
        Err(ConfigErrors::new(vec![error.help("leave `[journal]` out of this config; `qts run` keeps one")]))
    }

    /// For a run, where every strategy must be of some kind: only `decide` and `serve` take intents from outside.
    ///
    /// # Errors
    /// The strategies without one.
    pub(crate) fn require_kinds(&self) -> Result<(), ConfigErrors> {
        let without = self.all_strategies().filter(|strategy| strategy.kind.is_none());
        let error = |strategy: &StrategySpec| {
            let message = format!("strategy `{}` has no `kind`", strategy.id);
            let error = ConfigError::new(&self.source, Code::MissingKey, strategy.place, message);
            error
                .help("add `kind = \"ema_cross\"` or another kind; without one it can only be used by decide and serve")
        };
        let errors: Vec<ConfigError> = without.map(error).collect();
        if errors.is_empty() { Ok(()) } else { Err(ConfigErrors::new(errors)) }
    }
}
