//! `qts replay`: judges the inputs of a journal once more and compares what comes of them with what the journal tells.
//!
//! Nothing is sent, and no permission is taken from the journal: every one is given anew, or not.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use qts_journal::End;
use qts_record::{Entry, Telling};
use qts_runtime::{Command, Effects, Input, Record, Runtime};
use serde::Serialize;

use crate::cli::Format;
use crate::exit::{Ending, Trouble};
use crate::interrupt::Interrupt;
use crate::journal::{self, Tape};
use crate::kinds::Kinds;
use crate::wire;

/// Flags of `qts replay`.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// The folder of the journal
    pub(crate) journal: PathBuf,
    /// End with exit code 6 if anything differs
    #[arg(long)]
    pub(crate) verify: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// What a replay found.
#[derive(Debug, Serialize)]
struct Replayed {
    schema: u32,
    journal: String,
    /// The command that wrote it.
    command: String,
    entries: u64,
    inputs: u64,
    decisions: u64,
    /// How the journal ends: `closed`, `open` (broken off) or `torn` (in the middle of a block).
    end: &'static str,
    differences: u64,
    first_difference: Option<Difference>,
    state_hash: String,
}

/// Where the journal tells otherwise.
#[derive(Debug, Serialize)]
struct Difference {
    entry: u64,
    kept: String,
    now: String,
}

/// The inputs of a journal, judged again.
struct Replay<'d, 'i> {
    tape: Tape<'d>,
    runtime: Runtime,
    /// The config's commands by number, each until it was given.
    commands: Vec<Option<Command>>,
    interrupt: &'i Interrupt,
    effects: Effects,
    bytes: Vec<u8>,
    inputs: u64,
    decisions: u64,
    differences: u64,
    first_difference: Option<Difference>,
}

/// The command.
pub(crate) fn replay(
    args: &ReplayArgs,
    kinds: &Kinds,
    interrupt: &Interrupt,
    out: &mut impl Write,
) -> Result<Ending, Trouble> {
    let disk = journal::disk(&args.journal)?;
    let (opening, tape) = Tape::open(&args.journal, &disk)?;
    let config = journal::config(&args.journal, &opening, kinds)?;
    let (runtime, schedule, _) = wire::core(&config)?;
    let mut replay = Replay {
        tape,
        runtime,
        commands: schedule.into_commands().into_iter().map(Some).collect(),
        interrupt,
        effects: Effects::default(),
        bytes: Vec::new(),
        inputs: 0,
        decisions: 0,
        differences: 0,
        first_difference: None,
    };
    replay.all()?;
    let found = replay.finish(args.journal.display().to_string(), opening.command);
    match args.format {
        Format::Json => {
            serde_json::to_writer(&mut *out, &found).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        Format::Table => write!(out, "{}", found.told())?,
    }
    let is_wrong = args.verify && found.differences > 0;
    if is_wrong { Err(Trouble::Told(6)) } else { Ok(Ending::Fine) }
}

impl Replay<'_, '_> {
    fn all(&mut self) -> Result<(), Trouble> {
        while let Some(entry) = self.tape.next()? {
            self.interrupt.check()?;
            match entry {
                Entry::Happened { .. } => self.compare_records(),
                Entry::State(_) => self.compare_state(),
                Entry::Closed | Entry::Epoch(_) => {}
                other => self.take(other)?,
            }
        }
        Ok(())
    }

    /// Judges an input.
    fn take(&mut self, entry: Entry) -> Result<(), Trouble> {
        let input = match entry {
            Entry::Slice(slice) => Input::Slice(slice),
            Entry::Report(report) => Input::Report(report),
            Entry::Timer(ts) => Input::Timer(ts),
            Entry::Positions(report) => Input::Positions(report),
            Entry::Link { ts, is_up } => Input::Link { ts, is_up },
            Entry::Adjustment(adjustment) => Input::Adjustment(adjustment),
            Entry::Scheduled(number) => {
                let command = self.commands.get_mut(number as usize).and_then(Option::take);
                Input::Command(command.ok_or_else(|| self.tape.misplaced())?)
            }
            _ => return Err(self.tape.misplaced()),
        };
        self.inputs += 1;
        self.effects.clear();
        self.runtime.step(&input, &mut self.effects);
        let is_decision = |record: &&Record| matches!(record, Record::Decision(_));
        self.decisions += self.effects.records.iter().filter(is_decision).count() as u64;
        Ok(())
    }

    fn compare_records(&mut self) {
        let Effects { cycle, now, records, .. } = &self.effects;
        self.bytes.clear();
        Telling::Happened(*cycle, *now, records).put(&mut self.bytes);
        self.compare();
    }

    fn compare_state(&mut self) {
        self.bytes.clear();
        Telling::State(self.runtime.state_digest()).put(&mut self.bytes);
        self.compare();
    }

    fn compare(&mut self) {
        if self.tape.bytes() == self.bytes {
            return;
        }
        self.differences += 1;
        if self.first_difference.is_none() {
            let (kept, now) = (journal::tell(self.tape.bytes()), journal::tell(&self.bytes));
            self.first_difference = Some(Difference { entry: self.tape.number, kept, now });
        }
    }

    fn finish(self, journal: String, command: String) -> Replayed {
        Replayed {
            schema: 1,
            journal,
            command,
            entries: self.tape.number,
            inputs: self.inputs,
            decisions: self.decisions,
            end: match self.tape.end() {
                Some(End::Closed) => "closed",
                Some(End::Torn { .. }) => "torn",
                Some(End::Open) | None => "open",
            },
            differences: self.differences,
            first_difference: self.first_difference,
            state_hash: self.runtime.state_hash(),
        }
    }
}

impl Replayed {
    fn told(&self) -> String {
        let Self { journal, entries, inputs, decisions, state_hash, differences, .. } = self;
        let end = match self.end {
            "closed" => "It ends as it should.",
            "torn" => {
                "It ends in the middle of a block: the process was stopped while writing; that block never counted."
            }
            _ => "It was broken off; `qts run --resume` goes on with it.",
        };
        let same = match &self.first_difference {
            None => "Everything came out as it was kept.".to_owned(),
            Some(first) => format!(
                "{differences} entries came out otherwise; the first is entry {}:\n  kept: {}\n  now:  {}",
                first.entry, first.kept, first.now
            ),
        };
        let hash = state_hash.get(..16).unwrap_or_default();
        format!(
            "{journal}: {entries} entries, {inputs} inputs judged again, {decisions} decisions, state {hash}\n\
             {same}\n{end}\n"
        )
    }
}
