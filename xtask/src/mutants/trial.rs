//! Builds the tests, and runs them on a broken form until the first of them fails.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::PACKAGE;
use super::list::Mutant;
use super::schemata::VARIABLE;
use crate::copy::Copy;
use crate::tree;

/// The stages of a trial, quick ones first: what each hands to the integration tests.
const STAGES: [&[&str]; 3] = [
    &["--skip", "invariants::", "--skip", "model_agrees::", "--skip", "coverage::"],
    &["model_agrees::", "coverage::"],
    &["invariants::"],
];
/// A mutant may take so many times as long as none, and at least so many seconds.
const PATIENCE: (u32, Duration) = (5, Duration::from_secs(20));

/// What became of a mutant.
pub(crate) enum Fate {
    /// By that test.
    Caught(String),
    Timeout,
    Missed,
    /// It does not compile.
    Unviable,
}

impl Fate {
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Caught(_) => "caught",
            Self::Timeout => "timeout",
            Self::Missed => "missed",
            Self::Unviable => "unviable",
        }
    }

    pub(crate) fn by(&self) -> String {
        match self {
            Self::Caught(test) => format!(" [{test}]"),
            _ => String::new(),
        }
    }
}

/// An error of the compiler.
pub(crate) struct CompileError {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// The copy, and how things are built in it.
pub(crate) struct Bench<'a> {
    copy: &'a Copy,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(copy: &'a Copy) -> Self {
        Self { copy }
    }

    fn cargo(&self, args: &[&str]) -> Command {
        let mut command = tree::cargo(&self.copy.root, args);
        command.args(["--package", PACKAGE]).env("CARGO_TARGET_DIR", &self.copy.target);
        command.env("CARGO_PROFILE_TEST_OPT_LEVEL", "2").env("CARGO_PROFILE_TEST_DEBUG", "0");
        command.env("CARGO_INCREMENTAL", "1").env("RUSTFLAGS", "--cap-lints=allow").stdin(Stdio::null());
        command
    }

    /// What the compiler says against the gate as it is.
    pub(crate) fn errors(&self) -> Result<Vec<CompileError>> {
        let output = self.cargo(&["check", "--message-format=json"]).output().context("failed to start cargo")?;
        let found: Vec<CompileError> = messages(&output.stdout).filter_map(|value| error(&value)).collect();
        let text = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success() || !found.is_empty(), "failed to check the gate\n{text}");
        Ok(found)
    }

    /// The test programs, unit tests first; none if they do not compile.
    pub(crate) fn build(&self) -> Result<Option<Vec<PathBuf>>> {
        let args = ["test", "--lib", "--test", "it", "--no-run", "--message-format=json"];
        let output = self.cargo(&args).output().context("failed to start cargo")?;
        let artifacts = messages(&output.stdout).filter_map(|value| {
            let is_it = value["target"]["name"] == "it";
            Some((is_it, PathBuf::from(value["executable"].as_str()?)))
        });
        let mut programs: Vec<(bool, PathBuf)> = artifacts.collect();
        programs.sort();
        Ok(output.status.success().then(|| programs.into_iter().map(|(_, path)| path).collect()))
    }

    /// How long a trial may take, going by one of no mutant, in which all must be green.
    pub(crate) fn time_unbroken(&self, programs: &[PathBuf]) -> Result<Duration> {
        let start = Instant::now();
        match self.try_one(programs, None, Duration::MAX)? {
            Fate::Missed => {}
            fate => anyhow::bail!("the tests are red without a mutant{}", fate.by()),
        }
        eprintln!("unbroken: all green in {} s", start.elapsed().as_secs());
        Ok((start.elapsed() * PATIENCE.0).max(PATIENCE.1))
    }

    /// Tries the mutants, as many at a time as there are processors.
    pub(crate) fn try_all(
        &self,
        programs: &[PathBuf],
        wanted: &[usize],
        mutants: &[Mutant],
        limit: Duration,
    ) -> Result<BTreeMap<usize, Fate>> {
        let (next, fates) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
        let work = || -> Result<()> {
            while let Some(n) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                let fate = self.try_one(programs, Some(n + 1), limit)?;
                eprintln!("{:<8} {}{}", fate.word(), mutants[*n].name, fate.by());
                if let Ok(mut fates) = fates.lock() {
                    fates.insert(*n, fate);
                }
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            workers
                .into_iter()
                .try_for_each(|worker| worker.join().unwrap_or_else(|_| anyhow::bail!("a trial panicked")))
        })?;
        fates.into_inner().ok().context("a trial panicked")
    }

    /// Runs the tests until one fails.
    pub(crate) fn try_one(&self, programs: &[PathBuf], form: Option<usize>, limit: Duration) -> Result<Fate> {
        let deadline = Instant::now().checked_add(limit);
        let of_it = STAGES.iter().map(|stage| (programs.last(), *stage));
        for (program, args) in [(programs.first(), [].as_slice())].into_iter().chain(of_it) {
            let mut command = Command::new(program.context("no test program was built")?);
            command.args(args).arg("--test-threads=1").current_dir(self.copy.root.join("crates").join(PACKAGE));
            command.env(VARIABLE, form.unwrap_or(0).to_string());
            // The same cases every time; whether a case fails matters, not which is the smallest.
            command.env("PROPTEST_RNG_SEED", "1").env("PROPTEST_MAX_SHRINK_ITERS", "0");
            let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
            match first_failure(child, deadline)? {
                Fate::Missed => {}
                fate => return Ok(fate),
            }
        }
        Ok(Fate::Missed)
    }
}

/// Reads what a test program says until a test fails, the time is over, or it ends.
fn first_failure(mut child: Child, deadline: Option<Instant>) -> Result<Fate> {
    let output = child.stdout.take().context("no output")?;
    let (say, hear) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        BufReader::new(output).lines().map_while(Result::ok).all(|line| say.send(line).is_ok());
    });
    let fate = loop {
        let left = deadline.map_or(Duration::from_secs(3600), |end| end.saturating_duration_since(Instant::now()));
        match hear.recv_timeout(left) {
            Ok(line) if line.ends_with("FAILED") && line.starts_with("test ") => {
                break Fate::Caught(line.split(' ').nth(1).unwrap_or_default().to_owned());
            }
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => break Fate::Timeout,
            // A program that died, of a full stack say, has not passed.
            Err(RecvTimeoutError::Disconnected) if child.wait()?.success() => break Fate::Missed,
            Err(RecvTimeoutError::Disconnected) => break Fate::Caught("died".to_owned()),
        }
    };
    drop(hear);
    if !matches!(fate, Fate::Missed) {
        // It may have ended by itself in the meantime.
        child.kill().ok();
        child.wait()?;
    }
    reader.join().ok();
    Ok(fate)
}

fn messages(output: &[u8]) -> impl Iterator<Item = Value> {
    output.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok())
}

fn error(value: &Value) -> Option<CompileError> {
    let message = &value["message"];
    if message["level"] != "error" {
        return None;
    }
    let spans = message["spans"].as_array()?;
    let place = spans.iter().find(|span| span["is_primary"] == true)?;
    Some(CompileError {
        file: place["file_name"].as_str()?.to_owned(),
        line: usize::try_from(place["line_start"].as_u64()?).ok()?,
        text: message["rendered"].as_str().unwrap_or_default().to_owned(),
    })
}
