//! `qts init`: a folder to begin with: a commented config that runs as it is, tests of its policies, and a strategy of
//! one's own as a package. What is there is never written over: then nothing is written at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use crate::bundle::{self, File, US_DAILY};
use crate::call::{self, Next, quoted};
use crate::cli::Format;
use crate::exit::{Ending, Trouble};
use crate::kinds::Kinds;
use crate::schema;

/// Where the sources of this program were when it was built, which the new package depends on.
const SOURCES: &str = env!("CARGO_MANIFEST_DIR");

/// What the example's files say of their place, and what a new folder's say.
const DEPENDENCY: &str = "qts = { path = \"../../crates/qts\" }";
const PRICES: (&str, &str) = ("../us-daily/data", "../data");

const OWN: [File; 2] = [("qts.toml", include_str!("qts.toml")), ("policy_test.toml", include_str!("policy_test.toml"))];

const STRATEGY: [File; 4] = [
    ("my-strategy/Cargo.toml", include_str!("../../../../examples/my-strategy/Cargo.toml")),
    ("my-strategy/qts.toml", include_str!("../../../../examples/my-strategy/qts.toml")),
    ("my-strategy/src/main.rs", include_str!("../../../../examples/my-strategy/src/main.rs")),
    ("my-strategy/src/three_down.rs", include_str!("../../../../examples/my-strategy/src/three_down.rs")),
];

/// Flags of `qts init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The folder; it is made if it is not there
    #[arg(value_name = "FOLDER")]
    pub(crate) dir: PathBuf,
    /// How it is told
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// What was made.
#[derive(Serialize)]
struct Made {
    schema: u32,
    files: Vec<String>,
    next: Vec<Next>,
}

/// The command.
pub(crate) fn init(args: &InitArgs, kinds: &Kinds, out: &mut impl Write) -> Result<Ending, Trouble> {
    let mut files = files();
    files.push(("qts.schema.json", schema::printed(kinds)));
    refuse_what_is_there(&args.dir, &files)?;
    for (path, content) in &files {
        bundle::write_new(&args.dir, path, content)?;
    }
    let shown = |path: &&str| args.dir.join(path).display().to_string();
    let made = Made { schema: 1, files: files.iter().map(|(path, _)| shown(path)).collect(), next: next(&args.dir) };
    match args.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &made).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        Format::Table => tell(&made, out)?,
    }
    Ok(Ending::Fine)
}

/// Every file, as it is for a folder of its own.
fn files() -> Vec<(&'static str, String)> {
    let prices = US_DAILY.iter().filter(|(path, _)| !path.contains("GOOG") && !path.contains("IBM"));
    let mut files: Vec<(&str, String)> =
        OWN.iter().chain(prices).map(|(path, text)| (*path, (*text).to_owned())).collect();
    files.extend(STRATEGY.iter().map(|(path, text)| (*path, moved(text))));
    files
}

/// A file of the example package, as it reads in another place.
fn moved(text: &str) -> String {
    let sources = Path::new(SOURCES);
    let dependency = if sources.join("Cargo.toml").is_file() {
        format!("qts = {{ path = {:?} }}", sources.display().to_string())
    } else {
        "qts = { path = \"../../qts/crates/qts\" }   # where the sources of qts are".to_owned()
    };
    text.replace(DEPENDENCY, &dependency).replace(PRICES.0, PRICES.1)
}

fn refuse_what_is_there(folder: &Path, files: &[(&str, String)]) -> Result<(), Trouble> {
    let there = files.iter().map(|(path, _)| folder.join(path)).filter(|path| path.symlink_metadata().is_ok());
    let there: Vec<String> = there.map(|path| path.display().to_string()).collect();
    let Some((first, rest)) = there.split_first() else { return Ok(()) };
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more of its files", rest.len()) };
    Err(Trouble::Failure(format!("there is already {first}{more}; nothing was written: name another folder")))
}

fn next(folder: &Path) -> Vec<Next> {
    let qts = call::name();
    let path = |file: &str| quoted(&folder.join(file).display().to_string());
    vec![
        Next::new("see what becomes of every wish", format!("{qts} run {}", path("qts.toml"))),
        Next::new("after you changed it", format!("{qts} check {}", path("qts.toml"))),
        Next::new(
            "see that its policies keep their promises",
            format!("{qts} test {} --ablate", path("policy_test.toml")),
        ),
        Next::new(
            "build and run a strategy of your own",
            format!(
                "cargo run --release --manifest-path {} -- run {}",
                path("my-strategy/Cargo.toml"),
                path("my-strategy/qts.toml")
            ),
        ),
    ]
}

fn tell(made: &Made, out: &mut impl Write) -> Result<(), Trouble> {
    for file in &made.files {
        writeln!(out, "made {file}")?;
    }
    for Next { what, command } in &made.next {
        writeln!(out, "\n{what}\n  {command}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_own_paths_are_nowhere_in_a_new_folder() {
        assert!(STRATEGY[0].1.contains(DEPENDENCY) && STRATEGY[1].1.contains(PRICES.0), "the example moved");
        let left = |(_, text): &(&str, String)| text.contains(DEPENDENCY) || text.contains(PRICES.0);
        assert!(!files().iter().any(left));
    }
}
