//! `qts test`: policy tests of users. A case is a story of lines of `qts serve` and what is expected of the replies;
//! `--ablate` asks of every case whether it would notice if a control were gone.

mod ablate;
mod compare;
mod play;
mod report;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use crate::cli::Format;
use crate::config::cases::{self, ConfigOf, Suite};
use crate::config::{Config, Source};
use crate::exit::{Ending, Trouble};
use crate::interrupt::Interrupt;
use crate::kinds::Kinds;
use crate::wire;

use report::{CaseReport, FileReport, Report};

/// Flags of `qts test`.
#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// Test files (TOML)
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Only cases whose name contains this
    #[arg(long, value_name = "NAME")]
    pub(crate) case: Option<String>,
    /// Remove one control after another and say which cases notice
    #[arg(long)]
    pub(crate) ablate: bool,
    /// How the outcome is printed
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// The command: all files are read before any case is played.
pub(crate) fn test(
    args: &TestArgs,
    kinds: &Kinds,
    interrupt: &Interrupt,
    out: &mut impl Write,
) -> Result<Ending, Trouble> {
    let sources = args.files.iter().map(|path| source(path)).collect::<Result<Vec<_>, _>>()?;
    let suites = sources.iter().map(|source| cases::read(source).map_err(Trouble::Tests));
    let suites = suites.collect::<Result<Vec<_>, _>>()?;
    let mut files = Vec::new();
    for suite in suites {
        let (config, suite) = config_of(suite, kinds)?;
        files.push(play_all(args, &config, &suite, interrupt)?);
    }
    let report = Report::new(files, args.ablate);
    if report.is_empty() {
        let what = format!("no case is called `{}`", args.case.as_deref().unwrap_or_default());
        return Err(Trouble::Failure(format!("{what}; leave --case out to see all names")));
    }
    report.write(args.format, out)?;
    Ok(if report.is_sound() { Ending::Fine } else { Ending::Failed })
}

fn source(path: &Path) -> Result<Arc<Source>, Trouble> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|why| Trouble::Input(format!("{name}: {why}; check the path")))?;
    Ok(Arc::new(Source::new(&name, &text)))
}

/// A suite's config, and the rest of it. A test speaks for every strategy: it is about policies, so those that have a
/// kind keep silent.
fn config_of<'s>(mut suite: Suite<'s>, kinds: &Kinds) -> Result<(Config, Suite<'s>), Trouble> {
    let mut config = match std::mem::replace(&mut suite.config, ConfigOf::File(String::new())) {
        ConfigOf::Inline(table) => wire::load_table(&suite.source, table, kinds)?,
        ConfigOf::File(path) => {
            let folder = Path::new(suite.source.name()).parent().unwrap_or(Path::new(""));
            wire::load(&folder.join(path), kinds)?
        }
    };
    config.strategies.iter_mut().for_each(|strategy| strategy.kind = None);
    Ok((config, suite))
}

fn play_all(args: &TestArgs, config: &Config, suite: &Suite<'_>, interrupt: &Interrupt) -> Result<FileReport, Trouble> {
    let wanted = |name: &str| args.case.as_deref().is_none_or(|part| name.contains(part));
    let mut cases = Vec::new();
    for case in suite.cases.iter().filter(|case| wanted(&case.name)) {
        let outcome = play::play(config, case, interrupt)?.understood(&suite.source, case)?;
        let ablated = match outcome {
            None if args.ablate => Some(ablate::ablate(config, case, interrupt)?),
            _ => None,
        };
        cases.push(CaseReport::new(&suite.source, case, outcome, ablated));
    }
    Ok(FileReport { file: suite.source.name().to_owned(), cases, controls: ablate::controls_of(config) })
}
