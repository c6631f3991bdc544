//! `qts explain`: the whole chain of one decision, found by running the config again up to it.
//!
//! The run is deterministic, so what is seen the second time is what happened the first. `watcher` looks on and picks
//! the decision out; `case` is everything there is to say about it, which `record` gathers; `instead` asks the same gate
//! again under other conditions; `text` tells it to people, serde to programs.

mod case;
mod instead;
mod record;
mod text;
mod wanted;
mod watcher;

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::cli::Format;
use crate::config::Config;
use crate::engine::Engine;
use crate::exit::{Ending, Trouble};
use crate::interrupt::Interrupt;
use crate::kinds::Kinds;
use crate::look::Look;
use crate::wire;

pub(crate) use case::Case;
pub(crate) use record::id;
pub(crate) use text::tell;
pub(crate) use wanted::Wanted;

use watcher::Watcher;

/// Flags of `qts explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The config
    pub(crate) config: PathBuf,
    /// Which decisions: their ids (`CYCLE:STRATEGY` or `CYCLE:STRATEGY:EMISSION`), or their numbers in the run, from 1
    #[arg(required = true, value_name = "DECISION", value_parser = Wanted::parse)]
    pub(crate) decisions: Vec<Wanted>,
    /// How it is printed: for programs one JSON object a line and decision
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// The command.
pub(crate) fn explain(
    args: &ExplainArgs,
    kinds: &Kinds,
    interrupt: &Interrupt,
    out: &mut impl Write,
) -> Result<Ending, Trouble> {
    let config = wire::load(&args.config, kinds)?;
    let cases = find(&config, &args.decisions, interrupt)?;
    let look = Look::of_stdout();
    for (place, case) in cases.iter().enumerate() {
        match args.format {
            Format::Json => {
                serde_json::to_writer(&mut *out, case).map_err(std::io::Error::from)?;
                writeln!(out)?;
            }
            Format::Table => {
                let between = if place == 0 { "" } else { "\n" };
                write!(out, "{between}{}", tell(case, look))?;
            }
        }
    }
    Ok(Ending::Fine)
}

/// Runs the config until everything about these decisions is known; the cases are in the order of the wanted ones.
///
/// # Errors
/// The config or the data is wrong, there is no such decision, or somebody asked for the end.
pub(crate) fn find(config: &Config, wanted: &[Wanted], interrupt: &Interrupt) -> Result<Vec<Case>, Trouble> {
    config.require_data()?;
    let mut engine = Engine::new(wire::wire(config)?, interrupt);
    let mut watcher = Watcher::new(config, wanted);
    while !watcher.is_done() {
        let Some(slice) = engine.next_slice()? else { break };
        engine.cycle(slice, &mut watcher)?;
    }
    watcher.finish()
}
