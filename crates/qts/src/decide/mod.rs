//! `qts decide`: cycles of intents through gate and arbitration, nothing sent, nothing kept.
//!
//! One cycle at a time is read (`frames`), understood (`picture` for what is so, `wants` for what is wanted), judged by
//! [`StagedRiskGate::judge`](qts_gate::StagedRiskGate::judge), and told as JSON (`answer`) or as text (`table`).
//! Nothing here judges: intents that no proposal can be made of are the only ones that do not reach the gate.

pub(crate) mod answer;
pub(crate) mod error;
mod frames;
mod holdings;
pub(crate) mod node;
pub(crate) mod path;
pub(crate) mod picture;
pub(crate) mod rows;
pub(crate) mod sentence;
pub(crate) mod setup;
mod table;
mod terms;
#[cfg(test)]
mod tests;
pub(crate) mod wants;

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use qts_core::{Cycle, Epoch, Instruments, OrderId, StrategyId, Working};
use qts_gate::{Causes, Situation};

use crate::config::Config;
use crate::interrupt::Interrupt;
use crate::look::Look;

pub(crate) use error::{DecideError, harmless};

use error::Problem;
use frames::{Frame, Frames, Shape};
use node::Node;
use picture::Picture;
use rows::Answer;
use sentence::Scene;
use setup::Setup;
use wants::{Directory, Wants};

/// How decisions are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// One JSON object a line and cycle.
    Json,
    /// A few lines of text for each cycle.
    Table,
}

/// How decisions are told.
#[derive(Debug, Clone, Copy)]
struct Telling {
    format: Format,
    look: Look,
    /// Does somebody wait for each answer?
    at_once: bool,
}

/// Decides every cycle of a file, or of standard input for `-`, and writes each outcome before the next is read.
///
/// # Errors
/// The first thing that is wrong with the input; what came before it is written by then.
pub(crate) fn run(
    config: &Config,
    input: &Path,
    format: Format,
    interrupt: &Interrupt,
    out: &mut dyn Write,
) -> Result<(), DecideError> {
    let at_once = input == Path::new("-");
    let telling = Telling { format, look: Look::of_stdout(), at_once };
    let unreadable = |file: &str| {
        let file = file.to_owned();
        |why| DecideError::Unreadable { file, why }
    };
    if at_once {
        let name = "standard input";
        let stdin = BufReader::new(interrupt.stdin().map_err(unreadable(name))?);
        return run_on(config, name, Shape::Unknown, stdin, telling, out);
    }
    let name = input.display().to_string();
    let file = File::open(input).map_err(unreadable(&name))?;
    let shape = match input.extension().and_then(OsStr::to_str) {
        Some("jsonl") => Shape::Lines,
        Some("json") => Shape::Whole,
        _ => Shape::Unknown,
    };
    run_on(config, &name, shape, BufReader::new(interrupt.reader(file)), telling, out)
}

/// As [`run`], on anything that can be read; `name` is what messages call it.
fn run_on(
    config: &Config,
    name: &str,
    shape: Shape,
    input: impl BufRead,
    telling: Telling,
    out: &mut dyn Write,
) -> Result<(), DecideError> {
    let setup = Setup::new(config)?;
    let mut frames = Frames::new(name, shape, input);
    let mut out = BufWriter::new(out);
    let mut cycle = Cycle::default();
    let result = loop {
        match frames.next() {
            Ok(Some(frame)) => {
                cycle.0 += 1;
                if let Err(error) = decide_one(&setup, &frame, cycle, telling, &mut out) {
                    break Err(error);
                }
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    out.flush().map_err(DecideError::Output)?;
    result
}

/// One cycle: text in, text out.
fn decide_one(
    setup: &Setup<'_>,
    frame: &Frame<'_>,
    cycle: Cycle,
    telling: Telling,
    out: &mut impl Write,
) -> Result<(), DecideError> {
    let (picture, wants) = understand(setup, frame.text, cycle).map_err(|problem| problem.locate(frame))?;
    let answer = judge(setup, &picture, wants, cycle);
    let written = match telling.format {
        Format::Json => answer::write(&answer, &picture.crossed_quotes, &Table { setup, picture: &picture }, out),
        Format::Table => table::write(&answer, setup, &picture, cycle, telling.look, out),
    };
    let told = written.and_then(|()| if telling.at_once { out.flush() } else { Ok(()) });
    told.map_err(DecideError::Output)
}

/// What a cycle's text says.
fn understand<'a>(setup: &Setup<'_>, text: &'a str, cycle: Cycle) -> Result<(Picture<'a>, Wants<'a>), Problem> {
    let keys = ["now", "account", "market", "books", "open_orders", "intents", "modes"];
    let [now, account, market, books, open_orders, intents, modes] = Node::parse(text)?.fields(keys)?;
    let picture = Picture::read(setup, [now, account, market, books, open_orders, modes])?;
    let wants = Wants::read(&Table { setup, picture: &picture }, intents, cycle)?;
    Ok((picture, wants))
}

/// A cycle's own orders beside the config's strategies and instruments.
pub(crate) struct Table<'t> {
    setup: &'t Setup<'t>,
    picture: &'t Picture<'t>,
}

impl Directory for Table<'_> {
    fn instruments(&self) -> &Instruments {
        self.setup.instruments
    }

    fn strategy(&self, id: &str) -> Option<&StrategyId> {
        self.setup.strategy(id)
    }

    fn order(&self, id: &str) -> Option<&Working> {
        self.picture.order(id)
    }

    fn order_name(&self, order: OrderId) -> Cow<'_, str> {
        Cow::Borrowed(self.picture.order_name(order))
    }

    fn admit(&self, _: &StrategyId, _: Node<'_>) -> Result<(), Problem> {
        Ok(())
    }
}

/// The gate's judgement of what is wanted, beside what never reached the gate.
fn judge<'a>(setup: &Setup<'_>, picture: &Picture<'_>, wants: Wants<'a>, cycle: Cycle) -> Answer<'a> {
    let situation = Situation {
        cycle,
        epoch: Epoch::default(),
        now: picture.now,
        instruments: setup.instruments,
        market: &picture.market,
        books: &picture.books,
        working: &picture.working,
        mode: picture.mode,
        day_start_equity: picture.day_start_equity,
        instrument_modes: &picture.instrument_modes,
        pace: &picture.pace,
        causes: Causes::NONE,
        standings: picture.standings.as_ref().unwrap_or(&setup.standings),
    };
    let judged = setup.gate.judge(wants.proposals, &wants.cancels, &situation);
    let scene = Scene { instruments: setup.instruments, market: &picture.market };
    Answer::new(wants.each, wants.emitted, judged, scene)
}
