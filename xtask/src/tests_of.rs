//! Runs chosen integration tests of a package (its one binary, `it`) and reads the results.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result};

use crate::tree;

/// The rows of the mission; row `M1` is shown by the tests `requirements::m1_…` of `qts-runtime`.
pub(crate) const ROWS: [&str; 19] =
    ["M1", "M2", "M3", "M4", "M5", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "A1", "A2", "A3", "A4", "E1", "E2", "E3"];
pub(crate) const PACKAGE: &str = "qts-runtime";

/// How the names of a row's tests begin.
pub(crate) fn filter_of(row: &str) -> String {
    format!("requirements::{}_", row.to_lowercase())
}

/// What came of a run.
pub(crate) enum Ran {
    NotCompiled(String),
    /// It ended without a result: aborted, out of memory, killed.
    Died(String),
    Finished(Results),
}

pub(crate) struct Results {
    pub(crate) ok: bool,
    tests: Vec<(String, bool)>,
    pub(crate) output: String,
}

impl Results {
    /// How many tests whose names begin so are green and red.
    pub(crate) fn count(&self, filter: &str) -> (usize, usize) {
        let of = |wanted| self.tests.iter().filter(|(name, ok)| name.starts_with(filter) && *ok == wanted).count();
        (of(true), of(false))
    }
}

/// Builds, then runs the tests whose names contain one of `filters`.
pub(crate) fn run(dir: &Path, target: Option<&Path>, package: &str, filters: &[&str]) -> Result<Ran> {
    let cargo = |rest: &[&str]| {
        let mut command = tree::cargo(dir, &["test", "--package", package, "--test", "it"]);
        command.args(rest).envs(target.map(|path| ("CARGO_TARGET_DIR", path))).stdin(Stdio::null());
        command.output().context("failed to start cargo")
    };
    let build = cargo(&["--no-run"])?;
    if !build.status.success() {
        return Ok(Ran::NotCompiled(String::from_utf8_lossy(&build.stderr).into_owned()));
    }
    let tests = cargo(&[&["--"], filters].concat())?;
    let output = String::from_utf8_lossy(&tests.stdout).into_owned();
    if !output.lines().any(|line| line.starts_with("test result: ")) {
        return Ok(Ran::Died(output + &String::from_utf8_lossy(&tests.stderr)));
    }
    Ok(Ran::Finished(Results { ok: tests.status.success(), tests: results(&output), output }))
}

fn results(output: &str) -> Vec<(String, bool)> {
    let lines = output.lines().filter_map(|line| line.strip_prefix("test ")?.rsplit_once(" ... "));
    let known = lines.filter_map(|(name, end)| match end.trim_end() {
        "ok" => Some((name, true)),
        "FAILED" => Some((name, false)),
        _ => None,
    });
    known.map(|(name, ok)| (name.split(' ').next().unwrap_or(name).to_owned(), ok)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_by_name() {
        let output = "running 3 tests\ntest requirements::m1_a ... ok\ntest requirements::m1_b ... FAILED\n\
                      test phase5::c ... ignored\ntest result: FAILED. 1 passed; 1 failed\n";
        let results = Results { ok: false, tests: results(output), output: output.to_owned() };
        assert_eq!((results.count(&filter_of("M1")), results.count("phase5::")), ((1, 1), (0, 0)));
    }
}
