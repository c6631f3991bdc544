//! What came of the cases, as text or as JSON.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::io::Write;

use serde::Serialize;

use crate::cli::Format;
use crate::config::Source;
use crate::config::cases::Case;
use crate::exit::Trouble;

use super::ablate::Ablated;
use super::play::Failure;

/// Everything.
#[derive(Serialize)]
pub(super) struct Report {
    schema: u32,
    cases: usize,
    failed: usize,
    files: Vec<FileReport>,
    /// With `--ablate`: the controls that no case notices; only where every case was played and went as expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    unnoticed: Option<Vec<&'static str>>,
}

/// One file.
#[derive(Serialize)]
pub(super) struct FileReport {
    pub(super) file: String,
    pub(super) cases: Vec<CaseReport>,
    /// What its policies have.
    #[serde(skip)]
    pub(super) controls: BTreeSet<&'static str>,
}

/// One case.
#[derive(Serialize)]
pub(super) struct CaseReport {
    name: String,
    line: usize,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<StepReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ablation: Option<AblationReport>,
}

/// The step that went wrong.
#[derive(Serialize)]
struct StepReport {
    step: usize,
    line: usize,
    differences: Vec<Difference>,
    decided: Vec<String>,
}

#[derive(Serialize)]
struct Difference {
    path: String,
    expected: String,
    got: String,
}

/// What the case notices.
#[derive(Serialize)]
struct AblationReport {
    notices: Vec<&'static str>,
    misses: Vec<String>,
    tests_something: bool,
}

impl CaseReport {
    /// How a case went.
    pub(super) fn new(source: &Source, case: &Case, failure: Option<Failure>, ablated: Option<Ablated>) -> Self {
        let failure = failure.map(|Failure { step, mismatches, decisions }| StepReport {
            step: step + 1,
            line: source.position(case.steps[step].place.start).0,
            differences: mismatches
                .into_iter()
                .map(|it| Difference { path: it.path, expected: it.expected, got: it.got })
                .collect(),
            decided: decisions,
        });
        let ablation = ablated.map(|it| AblationReport {
            notices: it.notices,
            misses: it.misses,
            tests_something: it.tests_something,
        });
        let awake = ablation.as_ref().is_none_or(|it| it.misses.is_empty() && it.tests_something);
        let ok = failure.is_none() && awake;
        Self { name: case.name.clone(), line: source.position(case.place.start).0, ok, failure, ablation }
    }

    fn write(&self, file: &str, text: &mut String) -> fmt::Result {
        let Self { name, line, ok, failure, ablation } = self;
        writeln!(text, "  {} {name}", if *ok { "ok  " } else { "FAIL" })?;
        if let Some(StepReport { step, line, differences, decided }) = failure {
            writeln!(text, "       step {step}, {file}:{line}")?;
            for Difference { path, expected, got } in differences {
                writeln!(text, "         {path}: expected {expected}, got {got}")?;
            }
            for line in decided {
                writeln!(text, "         {line}")?;
            }
        }
        let Some(AblationReport { notices, misses, tests_something }) = ablation else { return Ok(()) };
        if !notices.is_empty() {
            writeln!(text, "       notices the loss of {}", notices.join(", "))?;
        }
        for control in misses {
            writeln!(text, "       {file}:{line}: tests nothing: it still passes without {control}")?;
        }
        if !tests_something {
            writeln!(text, "       {file}:{line}: tests nothing: it still passes without any of the controls")?;
            writeln!(text, "       (about something else, such as arbitration? write `controls = []`)")?;
        }
        Ok(())
    }
}

impl Report {
    /// Of these files; with ablation of all cases, also the controls that no case notices. A case that fails is not
    /// ablated: what it would notice is not known.
    pub(super) fn new(files: Vec<FileReport>, ablated_all: bool) -> Self {
        let all = || files.iter().flat_map(|file| &file.cases);
        let (cases, failed) = (all().count(), all().filter(|case| !case.ok).count());
        let noticed: BTreeSet<&str> =
            all().filter_map(|case| case.ablation.as_ref()).flat_map(|it| it.notices.iter().copied()).collect();
        let set: BTreeSet<&'static str> = files.iter().flat_map(|file| file.controls.iter().copied()).collect();
        let ablated_all = ablated_all && all().all(|case| case.failure.is_none());
        let unnoticed = ablated_all.then(|| set.into_iter().filter(|control| !noticed.contains(control)).collect());
        Self { schema: 1, cases, failed, files, unnoticed }
    }

    /// Is there no case at all?
    pub(super) const fn is_empty(&self) -> bool {
        self.cases == 0
    }

    /// Did all go as expected?
    pub(super) const fn is_sound(&self) -> bool {
        self.failed == 0
    }

    /// Prints it.
    pub(super) fn write(&self, format: Format, out: &mut impl Write) -> Result<(), Trouble> {
        match format {
            Format::Json => {
                serde_json::to_writer_pretty(&mut *out, self).map_err(std::io::Error::from)?;
                writeln!(out)?;
            }
            Format::Table => {
                let mut text = String::new();
                self.table(&mut text).map_err(std::io::Error::other)?;
                out.write_all(text.as_bytes())?;
            }
        }
        Ok(())
    }

    fn table(&self, text: &mut String) -> fmt::Result {
        for FileReport { file, cases, .. } in self.files.iter().filter(|file| !file.cases.is_empty()) {
            writeln!(text, "{file}")?;
            for case in cases {
                case.write(file, text)?;
            }
        }
        if let Some(unnoticed) = self.unnoticed.as_ref().filter(|controls| !controls.is_empty()) {
            writeln!(text, "no case notices the loss of {}", unnoticed.join(", "))?;
        }
        let Self { cases, failed, .. } = self;
        let noun = if *cases == 1 { "case" } else { "cases" };
        writeln!(text, "{cases} {noun}: {} ok, {failed} failed", cases - failed)
    }
}
