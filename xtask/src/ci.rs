//! `ci`: what must hold on every change, with nothing but Rust. `ci-full`: what takes longer or needs more.

use anyhow::{Result, ensure};

use crate::{breaks, gate_g, tidy, tree};

const CI: [&[&str]; 3] = [
    &["fmt", "--all", "--check"],
    &["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"],
    &["test", "--quiet", "--workspace"],
];

/// A part of `ci-full`, and what it needs beside Rust: it installs that itself when it runs.
struct Part {
    name: &'static str,
    needs: &'static str,
    run: fn() -> Result<()>,
}

const FULL: [Part; 2] = [
    Part { name: "breaks", needs: "git, time: one build per requirement", run: || breaks::run(&[]) },
    Part { name: "gate-g", needs: "git", run: || gate_g::run(&[]) },
];

/// Stops at the first that fails.
pub(crate) fn run() -> Result<()> {
    let root = tree::root();
    for args in CI {
        println!("cargo {}", args.join(" "));
        ensure!(tree::cargo(&root, args).status()?.success(), "cargo {} failed", args[0]);
    }
    tidy::run()
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
