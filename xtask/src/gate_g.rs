//! `gate-g`: the five conditions of Gate G, each with the tests that show it, and the diff of what is frozen.

use std::path::Path;

use anyhow::{Result, bail};

use crate::tests_of::{self, PACKAGE, Ran};
use crate::{frozen, tree};

/// What a condition says, and the tests that show it: package, and how their names begin.
type Condition = (&'static str, &'static [(&'static str, &'static [&'static str])]);

/// The last also needs every test of the workspace.
#[rustfmt::skip]
const GATE_G: [Condition; 5] = [
    ("several strategies run at once", &[(PACKAGE, &[
        "requirements::m1_", "requirements::m2_", "requirements::m3_", "requirements::m4_", "requirements::m5_",
    ])]),
    ("a risk policy applies per strategy", &[(PACKAGE, &[
        "requirements::r1_", "requirements::r2_", "requirements::r3_", "requirements::r4_", "requirements::r5_",
        "requirements::r6_", "requirements::r7_",
    ])]),
    ("conflicts are settled by simple rules", &[(PACKAGE, &[
        "requirements::a1_", "requirements::a2_", "requirements::a3_", "requirements::a4_",
    ])]),
    ("every Phase 5 test still holds", &[(PACKAGE, &["phase5::"])]),
    ("the whole regression passes", &[(PACKAGE, &[
        "requirements::e1_", "requirements::e2_", "requirements::e3_",
    ])]),
];

/// Prints the conditions and the diff; fails if a condition does not hold or a pinned digest differs.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let quick = match args {
        [] => false,
        [flag] if flag == "--quick" => true,
        _ => bail!("gate-g knows only --quick"),
    };
    let root = tree::root();
    let mut failed = 0;
    for (number, (says, shown_by)) in (1..).zip(GATE_G) {
        println!("{number}. {says}");
        let mut holds = true;
        for (package, filters) in shown_by {
            holds &= shows(&root, package, filters)?;
        }
        if number == GATE_G.len() {
            holds &= regression(&root, quick)?;
        }
        println!("   → {}", if holds { "ok" } else { "FAILED" });
        failed += usize::from(!holds);
    }
    let findings = show_diff(&root)?;
    match (failed, findings) {
        (0, 0) if quick => println!("Gate G: not shown, for --quick skipped the whole regression; the rest is ok"),
        (0, 0) => println!("Gate G: shown"),
        _ => bail!("Gate G: {failed} conditions fail, {findings} frozen digests differ"),
    }
    Ok(())
}

/// Runs tests: for each filter there must be some, all green.
fn shows(root: &Path, package: &str, filters: &[&str]) -> Result<bool> {
    let results = match tests_of::run(root, None, package, filters)? {
        Ran::NotCompiled(output) | Ran::Died(output) => {
            println!("   {package} does not run\n{output}");
            return Ok(false);
        }
        Ran::Finished(results) => results,
    };
    for filter in filters {
        let (green, red) = results.count(filter);
        let said = if green + red == 0 { "NO TEST".to_owned() } else { format!("{green} green, {red} red") };
        println!("   {package} {filter:<18} {said}");
    }
    if !results.ok {
        println!("{}", results.output);
    }
    Ok(results.ok && filters.iter().all(|filter| results.count(filter).0 > 0))
}

fn regression(root: &Path, skip: bool) -> Result<bool> {
    if skip {
        println!("   cargo test --workspace: skipped");
        return Ok(true);
    }
    let green = tree::cargo(root, &["test", "--quiet", "--workspace"]).status()?.success();
    println!("   cargo test --workspace: {}", if green { "green" } else { "RED" });
    Ok(green)
}

/// What changed in the frozen files since the pinned commit, and how many digests are not as pinned.
fn show_diff(root: &Path) -> Result<usize> {
    let commit = frozen::pinned_commit(root)?;
    let mut args = vec!["diff", "--stat", &commit, "--"];
    args.extend(frozen::FROZEN.map(|(_, path)| path));
    println!("git {}", args.join(" "));
    let diff = tree::git(root, &args)?;
    print!("{}", if diff.is_empty() { "the diff is empty\n" } else { &diff });
    let findings = frozen::check(root)?;
    for finding in &findings {
        println!("{finding}");
    }
    Ok(findings.len())
}
