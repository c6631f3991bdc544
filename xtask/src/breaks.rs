//! `breaks`: shows that each requirement's test can fail.
//!
//! `breaks/<row>.patch` breaks what the row asks for in at most five lines. On a copy of the tree each is applied in
//! turn, and the row's tests must turn red: they must have run, and one of them failed.

use std::fs;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use crate::copy::{Copy, restore};
use crate::patch::Patch;
use crate::tests_of::{self, PACKAGE, ROWS, Ran, filter_of};
use crate::tree;

/// Breaks the rows named, or all.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let wanted: Vec<String> = args.iter().map(|row| row.to_uppercase()).collect();
    if let Some(unknown) = wanted.iter().find(|row| !ROWS.contains(&row.as_str())) {
        bail!("no row `{unknown}`; there are {}", ROWS.join(" "));
    }
    let rows: Vec<&str> =
        ROWS.into_iter().filter(|row| wanted.is_empty() || wanted.iter().any(|it| it == row)).collect();
    let copy = Copy::of(&tree::root(), "breaks")?;
    check_unbroken(&copy, &rows)?;
    let mut failed = 0;
    for row in rows {
        let start = Instant::now();
        let (red, what) = match broken(&copy, row) {
            Ok(found) => found,
            Err(error) => (false, format!("{error:#}")),
        };
        println!("{row}  {:>4}s  {what}", start.elapsed().as_secs());
        failed += usize::from(!red);
    }
    ensure!(failed == 0, "{failed} rows did not turn red");
    Ok(())
}

/// Without a patch every row has tests, all green.
fn check_unbroken(copy: &Copy, rows: &[&str]) -> Result<()> {
    let filters: Vec<String> = rows.iter().map(|row| filter_of(row)).collect();
    match test(copy, &filters.iter().map(String::as_str).collect::<Vec<_>>())? {
        Ran::Finished(results) => {
            ensure!(results.ok, "the tests are red without a patch\n{}", results.output);
            let empty: Vec<&str> = rows.iter().copied().filter(|row| results.count(&filter_of(row)).0 == 0).collect();
            ensure!(empty.is_empty(), "no test `requirements::<row>_…` for {}", empty.join(" "));
        }
        Ran::NotCompiled(output) | Ran::Died(output) => bail!("the tests do not run without a patch\n{output}"),
    }
    println!("unbroken: all green");
    Ok(())
}

/// Applies the row's patch, tests, and restores. Is the row red, and how to say so?
fn broken(copy: &Copy, row: &str) -> Result<(bool, String)> {
    let name = format!("breaks/{row}.patch");
    let text = tree::read(&copy.root, &name)?;
    let patch = Patch::parse(&text).and_then(|patch| patch.check().map(|()| patch)).context(name.clone())?;
    let mut files = patch.files;
    files.push("Cargo.lock".to_owned());
    let before: Vec<Option<Vec<u8>>> = files.iter().map(|file| fs::read(copy.root.join(file)).ok()).collect();
    let applied = tree::git(&copy.root, &["apply", &name]).context("does not apply");
    let ran = applied.and_then(|_| test(copy, &[&filter_of(row)]));
    for (file, content) in files.iter().zip(before) {
        restore(&copy.root.join(file), content)?;
    }
    Ok(match ran? {
        Ran::NotCompiled(errors) => (false, format!("did not compile\n{errors}")),
        Ran::Died(output) => (false, format!("died without a result\n{output}")),
        Ran::Finished(results) => match results.count(&filter_of(row)) {
            (green, 0) => (false, format!("STILL GREEN ({green} tests)")),
            (green, red) => (true, format!("red ({red} of {} tests, {} lines)", green + red, patch.lines)),
        },
    })
}

fn test(copy: &Copy, filters: &[&str]) -> Result<Ran> {
    tests_of::run(&copy.root, Some(&copy.target), PACKAGE, filters)
}
