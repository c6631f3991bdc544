//! `profiles`: the debug and the release build decide the same, byte for byte.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::tree;

const CONFIG: &str = "examples/us-daily/qts.toml";
/// What a machine adds to a summary.
const MEASURED: [&str; 4] = ["elapsed_s", "engine_s", "engine_cpu_s", "peak_rss_bytes"];

/// Runs the example in both and compares summaries and decisions.
pub(crate) fn run() -> Result<()> {
    let root = tree::root();
    let (debug, release) = (decided(&root, &[])?, decided(&root, &["--release"])?);
    ensure!(debug.0 == release.0, "the summaries of the debug and the release build differ");
    ensure!(debug.1 == release.1, "the decisions of the debug and the release build differ");
    println!("debug = release: state {}, {} bytes of decisions", debug.0["state_hash"], debug.1.len());
    Ok(())
}

/// The summary without what is measured, and every decision.
fn decided(root: &Path, profile: &[&str]) -> Result<(Value, Vec<u8>)> {
    let file = std::env::temp_dir().join(format!("qts-decisions-{}.csv", std::process::id()));
    let mut command: Command = tree::cargo(root, &["run", "--quiet", "--package", "qts"]);
    command.args(profile).args(["--", "run", CONFIG, "--format", "json", "--decisions"]).arg(&file);
    let output = command.output().context("failed to start cargo")?;
    ensure!(output.status.success(), "qts run failed: {}", String::from_utf8_lossy(&output.stderr));
    let mut summary: Value = serde_json::from_slice(&output.stdout)?;
    for name in MEASURED {
        summary.as_object_mut().and_then(|fields| fields.remove(name)).with_context(|| format!("no `{name}`"))?;
    }
    let decisions = std::fs::read(&file)?;
    std::fs::remove_file(&file)?;
    Ok((summary, decisions))
}
