//! `mutants`: how many small breaks of the gate do its own tests see?
//!
//! `cargo mutants` names the breaks. Building each alone would take hours, so all are built at once: every function
//! becomes a choice between its broken forms and its own, made by an environment variable, and each form is then tried
//! with the same test programs. A form that does not compile there would not compile alone: it is no break. Functions
//! that can make no choice (constant ones, those of a hidden type) are broken and built one by one. `docs/mutations.md` tells what came of it.

mod list;
mod schemata;
mod trial;

use std::collections::BTreeSet;
use std::fs;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use crate::copy::{Copy, restore};
use crate::tree;
use list::Mutant;
use schemata::Texts;
use trial::{Bench, Fate};

const PACKAGE: &str = "qts-gate";
/// How many in a hundred the tests must see.
const LEAST_CAUGHT: usize = 90;

/// Tries the mutants whose names contain one of the texts, or all.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let start = Instant::now();
    let copy = Copy::of(&tree::root(), "mutants")?;
    let mut mutants = list::of(&copy.root)?;
    mutants.retain(|mutant| args.is_empty() || args.iter().any(|text| mutant.name.contains(text)));
    ensure!(!mutants.is_empty(), "no mutant has such a name");
    let fates = tried(&copy, &mutants)?;
    for (mutant, fate) in mutants.iter().zip(&fates) {
        println!("{:<8} {}{}", fate.word(), mutant.name, fate.by());
    }
    let count = |word: &str| fates.iter().filter(|fate| fate.word() == word).count();
    let (caught, timeout, missed) = (count("caught"), count("timeout"), count("missed"));
    println!(
        "{} mutants: {caught} caught, {timeout} timeout, {missed} missed, {} unviable; {} s",
        mutants.len(),
        count("unviable"),
        start.elapsed().as_secs()
    );
    let viable = caught + timeout + missed;
    ensure!((caught + timeout) * 100 >= viable * LEAST_CAUGHT, "fewer than {LEAST_CAUGHT} % of {viable} were caught");
    Ok(())
}

/// What became of each.
fn tried(copy: &Copy, mutants: &[Mutant]) -> Result<Vec<Fate>> {
    let bench = Bench::new(copy);
    let texts = Texts::read(copy, mutants)?;
    let mut unviable = BTreeSet::new();
    let written = loop {
        let written = schemata::write(copy, &texts, mutants, &unviable)?;
        let errors = bench.errors()?;
        let found: BTreeSet<usize> = errors.iter().flat_map(|error| written.at(&error.file, error.line)).collect();
        match (errors.first(), found.is_subset(&unviable)) {
            (None, _) => break written,
            (Some(error), true) => bail!("the broken forms do not compile\n{}", error.text),
            _ => unviable.extend(found),
        }
    };
    eprintln!("{} to choose from, {} alone, {} unviable", written.forms.len(), written.alone.len(), unviable.len());
    let programs = bench.build()?.context("the broken forms do not build")?;
    let limit = bench.time_unbroken(&programs)?;
    let mut fates = bench.try_all(&programs, &written.forms, mutants, limit)?;
    fates.extend(unviable.into_iter().map(|n| (n, Fate::Unviable)));
    texts.restore(copy)?;
    for n in written.alone {
        let file = copy.root.join(&mutants[n].file);
        let text = fs::read_to_string(&file)?;
        restore(&file, Some(mutants[n].applied_to(&text).into_bytes()))?;
        let fate = match bench.errors()?.is_empty() {
            true => bench.build()?.map_or(Ok(Fate::Unviable), |programs| bench.try_one(&programs, None, limit))?,
            false => Fate::Unviable,
        };
        restore(&file, Some(text.into_bytes()))?;
        eprintln!("{:<8} {}{}", fate.word(), mutants[n].name, fate.by());
        fates.insert(n, fate);
    }
    Ok(fates.into_values().collect())
}
