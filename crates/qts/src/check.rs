//! `qts check`: everything that can be said about a config and its data without running it.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use qts_venues::feed::SourceReport;
use serde::Serialize;

use crate::cli::Format;
use crate::config::{Config, ConfigError, ConfigErrors, DataDays};
use crate::data_check::{self, FileChecked};
use crate::exit::{self, Ending, Trouble};
use crate::interrupt::Interrupt;
use crate::jumps;
use crate::kinds::Kinds;
use crate::wire;

/// Flags of `qts check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The config
    pub(crate) config: PathBuf,
    /// Fail (exit 3) on warnings, too
    #[arg(long)]
    pub(crate) strict: bool,
    /// Only open the data files, do not read them through
    #[arg(long)]
    pub(crate) quick: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// What `--format json` prints.
#[derive(Default, Serialize)]
struct Checked {
    schema: u32,
    sound: bool,
    instruments: usize,
    data: usize,
    strategies: usize,
    commands: usize,
    errors: Vec<Told>,
    warnings: Vec<Told>,
    /// What is wrong with data files, and with up to twenty rows of each.
    data_errors: Vec<String>,
    /// Rows read; none with `--quick`.
    rows: u64,
    /// Rows that a run leaves out (`on_bad_row = "skip"`).
    bad_rows: u64,
    /// What is odd about the data; nothing with `--quick`.
    data_counts: DataCounts,
    /// Prices that jump from one session to the next.
    jumps: Vec<jumps::Row>,
}

/// What a run goes on with, but its owner should know; of all files together.
#[derive(Default, Serialize)]
struct DataCounts {
    crossed_quotes: u64,
    one_sided_quotes: u64,
    bars_without_volume: u64,
    gaps: u64,
}

impl DataCounts {
    fn new(files: &[FileChecked]) -> Self {
        let sum =
            |count: fn(&SourceReport) -> u64| files.iter().filter_map(|file| file.report.as_ref()).map(count).sum();
        Self {
            crossed_quotes: sum(|report| report.crossed_quotes),
            one_sided_quotes: sum(|report| report.one_sided_quotes),
            bars_without_volume: sum(|report| report.bars_without_volume),
            gaps: sum(|report| report.gaps),
        }
    }
}

/// One thing that is wrong, or odd.
#[derive(Serialize)]
struct Told {
    code: String,
    meaning: &'static str,
    message: String,
    file: String,
    line: usize,
    column: usize,
    help: String,
    suggestion: Option<String>,
}

/// The command: reads the config, builds the strategies, reads the data files. A config without data, for `decide`,
/// may have strategies without a kind.
pub(crate) fn check(
    args: &CheckArgs,
    kinds: &Kinds,
    interrupt: &Interrupt,
    out: &mut impl Write,
) -> Result<Ending, Trouble> {
    match load(args, kinds) {
        Ok(config) => check_sound(&config, args, interrupt, out),
        Err(Trouble::Config(errors)) if args.format == Format::Json => {
            print(&Checked { schema: 1, errors: told(&errors), ..Checked::default() }, out)?;
            Err(Trouble::Config(errors))
        }
        Err(trouble) => Err(trouble),
    }
}

fn load(args: &CheckArgs, kinds: &Kinds) -> Result<Config, Trouble> {
    let config = wire::load(&args.config, kinds)?;
    if !config.data.is_empty() {
        config.require_kinds()?;
    }
    wire::registrations(&config, config.all_strategies().filter(|spec| spec.kind.is_some()))?;
    Ok(config)
}

/// A config without errors: what is odd about it, and its data.
fn check_sound(
    config: &Config,
    args: &CheckArgs,
    interrupt: &Interrupt,
    out: &mut impl Write,
) -> Result<Ending, Trouble> {
    let files = data_check::check(config, args.quick, interrupt)?;
    let days: Vec<DataDays> = files.iter().map(|file| file.days).collect();
    let mut warnings = config.warnings(&days);
    if !args.quick {
        warnings = ConfigErrors::joined(warnings, config.idle_adjustments(&data_check::spans(&files)));
    }
    let bad = files.iter().any(|file| !file.errors.is_empty());
    if args.format == Format::Json {
        print(&summary(config, warnings.as_ref(), &files), out)?;
    } else if !bad {
        tell_sound(config, warnings.as_ref(), args, out)?;
    }
    let jumps: Vec<jumps::Row> = files.iter().flat_map(|file| file.jumps.clone()).collect();
    eprint!("{}", jumps::told(&jumps));
    warnings.iter().for_each(exit::warn);
    files.iter().for_each(data_check::tell);
    match warnings {
        _ if bad => Err(Trouble::Told(4)),
        Some(_) if args.strict => {
            eprintln!("qts: warnings count as errors here; mend them, or leave --strict out");
            Err(Trouble::Told(3))
        }
        _ => Ok(Ending::Fine),
    }
}

fn summary(config: &Config, warnings: Option<&ConfigErrors>, files: &[FileChecked]) -> Checked {
    let data_errors: Vec<String> = files.iter().flat_map(FileChecked::lines).collect();
    let warnings = warnings.map(told).unwrap_or_default();
    let (rows, bad_rows) = (files.iter().map(|file| file.rows).sum(), files.iter().map(|file| file.left_out).sum());
    let data_counts = DataCounts::new(files);
    let jumps = files.iter().flat_map(|file| file.jumps.clone()).collect();
    if !data_errors.is_empty() {
        let wrong = Checked { schema: 1, warnings, data_errors, ..Checked::default() };
        return Checked { rows, bad_rows, data_counts, jumps, ..wrong };
    }
    Checked {
        schema: 1,
        sound: true,
        instruments: config.instruments.len(),
        data: config.data.len(),
        strategies: config.strategies.len(),
        commands: config.commands.len(),
        errors: Vec::new(),
        warnings,
        data_errors,
        rows,
        bad_rows,
        data_counts,
        jumps,
    }
}

fn tell_sound(
    config: &Config,
    warnings: Option<&ConfigErrors>,
    args: &CheckArgs,
    out: &mut impl Write,
) -> Result<(), Trouble> {
    let Checked { instruments, data, strategies, commands, .. } = summary(config, None, &[]);
    let counts = [
        (instruments, "instrument", "instruments"),
        (data, "data file", "data files"),
        (strategies, "strategy", "strategies"),
        (commands, "command", "commands"),
    ];
    let counts = counts.map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many })).join(", ");
    let warned = warnings.map(|warnings| format!(", {}", warnings.count())).unwrap_or_default();
    writeln!(out, "{}: sound{warned} ({counts})", args.config.display())?;
    out.flush()?;
    Ok(())
}

fn told(errors: &ConfigErrors) -> Vec<Told> {
    errors.iter().map(tell).collect()
}

fn tell(error: &ConfigError) -> Told {
    Told {
        code: error.code().to_string(),
        meaning: error.code().meaning(),
        message: error.message().to_owned(),
        file: error.file().to_owned(),
        line: error.line(),
        column: error.column(),
        help: error.help_text().to_owned(),
        suggestion: error.suggestion().map(ToOwned::to_owned),
    }
}

fn print(checked: &Checked, out: &mut impl Write) -> Result<(), Trouble> {
    serde_json::to_writer_pretty(&mut *out, checked).map_err(std::io::Error::from)?;
    writeln!(out)?;
    out.flush()?;
    Ok(())
}
