//! `ci`: what must hold on every change, with nothing but Rust. `ci-full`: what takes longer or needs more.

use anyhow::{Result, ensure};

use crate::{breaks, gate_g, profiles, tidy, tree};

const LINTS: [&[&str]; 2] =
    [&["fmt", "--all", "--check"], &["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]];
const TEST: &[&str] = &["test", "--quiet", "--workspace"];

/// A part of `ci-full`, and what it needs beside Rust: it installs that itself when it runs.
struct Part {
    name: &'static str,
    needs: &'static str,
    run: fn() -> Result<()>,
}

/// Nothing here needs more than Rust and git so far. The regression itself is the other command of CI.
const FULL: [Part; 4] = [
    Part { name: "lints", needs: "clippy and rustfmt", run: lint },
    Part { name: "profiles", needs: "time: a release build", run: profiles::run },
    Part { name: "breaks", needs: "git, time: one build per requirement", run: || breaks::run(&[]) },
    Part { name: "gate-g", needs: "git", run: || gate_g::run(&["--quick".to_owned()]) },
];

/// Stops at the first that fails.
pub(crate) fn run() -> Result<()> {
    lint()?;
    cargo(TEST)
}

fn lint() -> Result<()> {
    LINTS.iter().try_for_each(|args| cargo(args))?;
    tidy::run()
}

fn cargo(args: &[&str]) -> Result<()> {
    println!("cargo {}", args.join(" "));
    ensure!(tree::cargo(&tree::root(), args).status()?.success(), "cargo {} failed", args[0]);
    Ok(())
}

/// Says what each part needs, then runs them all.
pub(crate) fn run_full() -> Result<()> {
    for Part { name, needs, .. } in &FULL {
        println!("{name} needs {needs}");
    }
    for Part { name, run, .. } in &FULL {
        println!("{name}");
        run()?;
    }
    Ok(())
}
