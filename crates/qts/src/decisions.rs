//! `--decisions FILE`: one row per decision, as CSV or JSON lines by the file's ending, written as they are made.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use qts_core::{Decision, Instruments};
use qts_runtime::{Effects, Record};
use serde::Serialize;

use crate::exit::Trouble;
use crate::explain;
use crate::wire::rfc3339;

/// Where decisions are written.
pub(crate) struct DecisionLog {
    path: PathBuf,
    form: Form,
}

/// The forms it may have.
enum Form {
    Csv(Box<csv::Writer<File>>),
    Jsonl(BufWriter<File>),
}

/// The names of a row's fields, which stand first in a CSV file even if no decision follows.
const COLUMNS: [&str; 18] = [
    "cycle",
    "ts",
    "strategy",
    "emission",
    "book",
    "instrument",
    "side",
    "type",
    "limit",
    "tif",
    "asked",
    "admitted",
    "sent",
    "crossed",
    "verdict",
    "reasons",
    "why",
    "decision",
];

/// One decision as a flat row; names are part of the contract.
#[derive(Serialize)]
struct Row<'a> {
    cycle: u64,
    ts: &'a str,
    strategy: &'a str,
    emission: u32,
    book: &'a str,
    instrument: String,
    side: &'static str,
    r#type: &'static str,
    limit: Option<String>,
    tif: &'static str,
    asked: String,
    admitted: String,
    sent: String,
    crossed: String,
    verdict: &'static str,
    reasons: String,
    why: &'a str,
    decision: String,
}

impl DecisionLog {
    /// Creates the file; its ending says its form.
    pub(crate) fn create(path: &Path) -> Result<Self, Trouble> {
        let failed = |what: &str, error: &dyn Display| {
            Trouble::Failure(format!("failed to {what} {}: {error}; check the path", path.display()))
        };
        let file = File::create(path).map_err(|error| failed("create", &error))?;
        let form = if path.extension().is_some_and(|ext| ext == "jsonl") {
            Form::Jsonl(BufWriter::new(file))
        } else {
            let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(file);
            writer.write_record(COLUMNS).map_err(|error| failed("write", &error))?;
            Form::Csv(Box::new(writer))
        };
        Ok(Self { path: path.to_owned(), form })
    }

    /// Writes the decisions among these effects.
    pub(crate) fn write(&mut self, effects: &Effects, instruments: &Instruments) -> Result<(), Trouble> {
        let mut ts = None;
        for record in &effects.records {
            if let Record::Decision(decision) = record {
                let ts = ts.get_or_insert_with(|| rfc3339(effects.now));
                self.form.row(&row(decision, ts, instruments)).map_err(|error| self.failed(&error))?;
            }
        }
        Ok(())
    }

    /// Nothing may be lost at the end.
    pub(crate) fn close(mut self) -> Result<(), Trouble> {
        self.form.flush().map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &io::Error) -> Trouble {
        Trouble::Failure(format!("failed to write {}: {error}; check the disk", self.path.display()))
    }
}

impl Form {
    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        match self {
            Self::Csv(writer) => writer.serialize(row).map_err(io::Error::other),
            Self::Jsonl(writer) => {
                serde_json::to_writer(&mut *writer, row)?;
                writer.write_all(b"\n")
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Csv(writer) => writer.flush(),
            Self::Jsonl(writer) => writer.flush(),
        }
    }
}

fn row<'a>(decision: &'a Decision, ts: &'a str, instruments: &Instruments) -> Row<'a> {
    let mut codes: Vec<String> = decision
        .reasons
        .iter()
        .map(|reason| format!("{}:{}:{}", reason.scope.as_str(), reason.code, reason.stage.as_str()))
        .collect();
    // A control with two measures may say the same twice.
    codes.dedup();
    Row {
        cycle: decision.id.cycle.0,
        ts,
        strategy: decision.id.strategy.as_str(),
        emission: decision.id.emission,
        book: decision.owner.as_str(),
        instrument: instruments.name(decision.instrument),
        side: decision.side.as_str(),
        r#type: decision.kind.as_str(),
        limit: decision.kind.limit().map(|limit| limit.to_string()),
        tif: decision.tif.as_str(),
        asked: decision.asked.to_string(),
        admitted: decision.admitted().to_string(),
        sent: decision.sent.to_string(),
        crossed: decision.crossed.to_string(),
        verdict: decision.verdict().as_str(),
        reasons: codes.join(" "),
        why: &decision.why,
        decision: explain::id(&decision.id),
    }
}
