//! `--decisions FILE`: one row per decision, as CSV or JSON lines by the file's ending, written as they are made.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use qts_core::{Decision, Instruments};
use qts_runtime::{Effects, Record};
use serde::Serialize;

use crate::exit::Trouble;
use crate::wire::rfc3339;

/// Where decisions are written.
pub(crate) enum DecisionLog {
    Csv(Box<csv::Writer<File>>),
    Jsonl(BufWriter<File>),
}

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
}

impl DecisionLog {
    /// Creates the file; its ending says its form.
    pub(crate) fn create(path: &Path) -> Result<Self, Trouble> {
        let open = || {
            File::create(path).map_err(|error| {
                Trouble::Failure(format!("failed to create {}: {error}; check the path", path.display()))
            })
        };
        match path.extension().and_then(|ext| ext.to_str()) {
            Some("csv") => Ok(Self::Csv(Box::new(csv::Writer::from_writer(open()?)))),
            Some("jsonl") => Ok(Self::Jsonl(BufWriter::new(open()?))),
            _ => Err(Trouble::Failure(format!("failed to create {}: end its name in .csv or .jsonl", path.display()))),
        }
    }

    /// Writes the decisions among these effects.
    pub(crate) fn write(&mut self, effects: &Effects, instruments: &Instruments) -> Result<(), Trouble> {
        let mut ts = None;
        for record in &effects.records {
            if let Record::Decision(decision) = record {
                let ts = ts.get_or_insert_with(|| rfc3339(effects.now));
                self.row(&row(decision, ts, instruments))?;
            }
        }
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), Trouble> {
        match self {
            Self::Csv(writer) => writer.serialize(row).map_err(std::io::Error::other)?,
            Self::Jsonl(writer) => {
                serde_json::to_writer(&mut *writer, row).map_err(std::io::Error::from)?;
                writer.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    /// Nothing may be lost at the end.
    pub(crate) fn close(self) -> Result<(), Trouble> {
        match self {
            Self::Csv(mut writer) => writer.flush()?,
            Self::Jsonl(mut writer) => writer.flush()?,
        }
        Ok(())
    }
}

fn row<'a>(decision: &'a Decision, ts: &'a str, instruments: &Instruments) -> Row<'a> {
    let codes: Vec<String> = decision
        .reasons
        .iter()
        .map(|reason| format!("{}:{}:{}", reason.scope.as_str(), reason.code, reason.stage.as_str()))
        .collect();
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
    }
}
