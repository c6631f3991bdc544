//! `qts demo`: a first result in seconds, on bundled prices: what became of every wish, and why.
//!
//! The files go into a folder, so that every command it suggests can be run as it stands, and changed.

mod gather;
mod text;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use crate::bundle::{self, DEMO, US_DAILY};
use crate::call::{self, quoted};
use crate::cli::Format;
use crate::config::Config;
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
    /// Where its config and prices go; what is there already is used as it is
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
    /// Commands to go on with.
    next: Vec<(String, &'static str)>,
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

/// Puts config and prices into the folder; returns the config's path.
fn set_out(folder: &Path) -> Result<PathBuf, Trouble> {
    for (path, content) in US_DAILY.iter().chain([&DEMO]) {
        bundle::write_new(folder, path, content)?;
    }
    Ok(folder.join(DEMO.0))
}

fn run(config: &Config, interrupt: &Interrupt) -> Result<Gathered, Trouble> {
    config.require_data()?;
    let mut engine = Engine::new(wire::wire(config)?, interrupt);
    let mut gatherer = Gatherer::default();
    while let Some(slice) = engine.next_slice()? {
        gatherer.tally.begin(&slice);
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
fn next(config: &Config, gathered: &Gathered) -> Vec<(String, &'static str)> {
    let (qts, path) = (call::name(), quoted(config.source.name()));
    let mut next = Vec::new();
    if let Some(reason) = gathered.reasons.first() {
        next.push((format!("{qts} explain {path} {}", reason.decision), "one decision, from wish to fill"));
    }
    if let Some(silence) = &gathered.silence {
        let (strategy, date) = (quoted(silence.strategy.as_str()), silence.date(config));
        let instrument = quoted(&config.registry.name(silence.instrument));
        let asked = format!("--strategy {strategy} --instrument {instrument} --at {date}");
        next.push((format!("{qts} why {path} {asked}"), "why nothing happened"));
    }
    next.push((format!("{qts} run {path} --decisions decisions.csv"), "every decision as a file"));
    next.push((format!("{qts} check {path}"), "after you changed it"));
    next
}
