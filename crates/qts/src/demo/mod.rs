//! `qts demo`: a first result in seconds, on bundled prices: what became of every wish, and why.
//!
//! The files go into a folder, so that every command it suggests can be run as it stands, and changed. A folder with a
//! config is shown as it is.

mod gather;
mod text;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use qts_core::Span;
use qts_gate::ArbitrationRule;
use serde::Serialize;

use crate::bundle::{self, DEMO, US_DAILY};
use crate::call::{self, Next, quoted};
use crate::cli::Format;
use crate::config::{Config, DataSpec, Stamp};
use crate::engine::Engine;
use crate::exit::{Ending, Trouble};
use crate::explain::{self, Case, Wanted};
use crate::interrupt::Interrupt;
use crate::kinds::Kinds;
use crate::look::Look;
use crate::wire;

use gather::{Gathered, Gatherer};

/// Flags of `qts demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Where its config and prices go; if a qts.toml is there, that is run instead, and nothing is written
    #[arg(long, value_name = "FOLDER", default_value = "qts-demo")]
    pub(crate) dir: PathBuf,
    /// How the result is printed
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// What the demo shows.
#[derive(Serialize)]
struct Shown {
    schema: u32,
    config: String,
    #[serde(flatten)]
    gathered: Gathered,
    /// The first conflict, in full.
    conflict: Option<Case>,
    checks: Vec<Check>,
    /// What is looked at, in words.
    #[serde(skip)]
    setting: String,
    #[serde(skip)]
    rule: ArbitrationRule,
    next: Vec<Next>,
}

/// Something that must hold, and whether it does.
#[derive(Serialize)]
struct Check {
    what: String,
    holds: bool,
}

/// The command.
pub(crate) fn demo(
    args: &DemoArgs,
    kinds: &Kinds,
    interrupt: &Interrupt,
    out: &mut impl Write,
) -> Result<Ending, Trouble> {
    let path = set_out(&args.dir)?;
    let config = wire::load(&path, kinds)?;
    let (gathered, again) = (run(&config, interrupt)?, run(&config, interrupt)?);
    let conflict =
        gathered.conflict.map(Wanted::Number).map(|wanted| explain::find(&config, &[wanted], interrupt)).transpose()?;
    let checks = checks(&gathered, &again);
    let sound = checks.iter().all(|check| check.holds);
    let shown = Shown {
        schema: 1,
        config: path.display().to_string(),
        setting: setting(&config, &gathered),
        rule: config.rule,
        next: next(&config, &gathered),
        conflict: conflict.and_then(|cases| cases.into_iter().next()),
        checks,
        gathered,
    };
    match args.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &shown).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        Format::Table => write!(out, "{}", text::tell(&shown, Look::of_stdout()))?,
    }
    if sound { Ok(Ending::Fine) } else { Err(Trouble::Failure("a check failed; this is a bug of qts".to_owned())) }
}

/// Puts config and prices into the folder, unless it has a config; returns the config's path.
fn set_out(folder: &Path) -> Result<PathBuf, Trouble> {
    let config = folder.join(DEMO.0);
    if config.symlink_metadata().is_err() {
        for (path, content) in US_DAILY.iter().chain([&DEMO]) {
            bundle::write_new(folder, path, content)?;
        }
    }
    Ok(config)
}

fn run(config: &Config, interrupt: &Interrupt) -> Result<Gathered, Trouble> {
    config.require_data()?;
    let mut engine = Engine::new(wire::wire(config)?, interrupt);
    let mut gatherer = Gatherer::default();
    while let Some(slice) = engine.next_slice()? {
        gatherer.begin(&slice);
        engine.cycle(slice, &mut gatherer)?;
    }
    Ok(gatherer.finish(config, engine.runtime()))
}

fn checks(gathered: &Gathered, again: &Gathered) -> Vec<Check> {
    let hash = gathered.state_hash.get(..16).unwrap_or_default();
    let check = |what: String, holds| Check { what, holds };
    vec![
        check(format!("the same run again ends in the same state, {hash}"), gathered == again),
        check("every wish is accounted for: the rows above add up".to_owned(), gathered.funnel.adds_up()),
        check("the strategies' books add up to the account's".to_owned(), gathered.books_add_up),
    ]
}

/// Commands that work as printed, from the folder at hand.
fn next(config: &Config, gathered: &Gathered) -> Vec<Next> {
    let (qts, path) = (call::name(), quoted(config.source.name()));
    let mut next = Vec::new();
    let explain = |decision: u64| format!("{qts} explain {path} {decision}");
    if let Some(decision) = gathered.story {
        next.push(Next::new("one decision, from wish to fill", explain(decision)));
    } else if let Some(reason) = gathered.reasons.first() {
        next.push(Next::new("one decision, and why it came out so", explain(reason.decision)));
    }
    if let Some(silence) = &gathered.silence {
        let (strategy, date) = (quoted(silence.strategy.as_str()), silence.date(config));
        let instrument = quoted(&config.registry.name(silence.instrument));
        let asked = format!("--strategy {strategy} --instrument {instrument} --at {date}");
        next.push(Next::new("why nothing happened", format!("{qts} why {path} {asked}")));
    }
    next.push(Next::new("every decision as a file", format!("{qts} run {path} --decisions decisions.csv")));
    next.push(Next::new("after you changed it", format!("{qts} check {path}")));
    next
}

/// Who trades what, on which data.
fn setting(config: &Config, gathered: &Gathered) -> String {
    let some = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let strategies = match config.strategies.len() {
        1 => "1 strategy".to_owned(),
        count => format!("{count} strategies"),
    };
    let instruments = some(config.instruments.len(), "instrument");
    let is_daily = |data: &DataSpec| data.stamp == Some(Stamp::Date) || data.interval == Some(Span::DAY);
    let event = if config.data.iter().all(is_daily) { "daily bar" } else { "event" };
    let events = some(gathered.events as usize, event);
    let days = gathered.days.as_ref().map(|[first, last]| format!(" from {first} to {last}")).unwrap_or_default();
    format!("{strategies} on one account, {instruments}, {events}{days}: asked {} times.", gathered.evaluations)
}
