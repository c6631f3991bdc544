//! Commands, flags, and help with examples.

use std::path::PathBuf;

use anstream::ColorChoice;
use clap::{Args, Parser, Subcommand, ValueEnum};
use qts_core::{Inst, Ts};

use crate::config::Config;
use crate::explain::ExplainArgs;
use crate::local;
use crate::why::WhyArgs;

/// Many strategies, one account, one gate, one simple loop.
#[derive(Debug, Parser)]
#[command(
    name = "qts",
    version,
    about,
    after_help = "\
Examples:
  qts run examples/us-daily/qts.toml
  qts check my.toml
  qts decide my.toml --input cycle.json

Exit codes: 0 ok · 1 failure · 2 usage · 3 config · 4 data · 5 halted by risk or kill"
)]
pub(crate) struct Cli {
    /// Colour on a terminal (not if NO_COLOR is set), always, or never
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Colour,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What is told to somebody who did not say what to do.
pub(crate) const FIRST_STEPS: &str = "\
qts takes what trading strategies want through risk policies, and says what may go and why. To begin:

  qts run examples/us-daily/qts.toml              eight strategies on the bundled prices
  qts check my.toml                               everything that is wrong with a config
  qts decide my.toml --input cycle.json           try a policy on a few orders of your own

`qts --help` lists all commands; each has examples: `qts run --help`.
";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run strategies over market data through the gate and a simulated broker
    #[command(after_help = "\
Examples:
  qts run examples/us-daily/qts.toml
  qts run my.toml --format json
  qts run my.toml --decisions decisions.csv --until 2018-06-30T00:00:00+09:00")]
    Run(RunArgs),
    /// Say everything that is wrong with a config, at once
    #[command(after_help = "Examples:\n  qts check my.toml\n  qts check my.toml --format json")]
    Check(CheckArgs),
    /// Take one cycle of intents through gate and arbitration: the tool for trying a policy
    #[command(after_help = "\
Examples:
  qts decide my.toml --input cycle.json
  qts decide my.toml --input cycles.jsonl > decisions.jsonl
  cat cycle.json | qts decide my.toml --input - --format table")]
    Decide(DecideArgs),
    /// Say why a decision came out as it did: every control, everybody who took part, and what followed
    #[command(after_help = "\
Examples:
  qts explain examples/us-daily/qts.toml 212
  qts explain my.toml 1107:rsi-7
  qts explain my.toml 1107:rsi-7:0 1108:rsi-7:0 --format json")]
    Explain(ExplainArgs),
    /// Say what a strategy answered at a time, above all why nothing happened
    #[command(after_help = "\
Examples:
  qts why examples/us-daily/qts.toml --strategy rsi-7 --instrument IBM.US --at 2010-05-26
  qts why my.toml --strategy ema --instrument 005930.KRX --at 2018-01-15T10:30:00+09:00 --format json")]
    Why(WhyArgs),
}

/// When words are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

impl Colour {
    /// As the crate that knows about terminals calls it.
    pub(crate) const fn as_choice(self) -> ColorChoice {
        match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
    }
}

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// For programs; decimals are strings
    Json,
}

/// Flags of `qts run`.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The config
    pub(crate) config: PathBuf,
    /// How the summary is printed
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
    /// Write every decision to this file (.csv or .jsonl)
    #[arg(long, value_name = "FILE", value_parser = decisions)]
    pub(crate) decisions: Option<PathBuf>,
    /// Stop after this time (RFC 3339 with offset)
    #[arg(long, value_name = "TS", value_parser = time)]
    pub(crate) until: Option<Ts>,
    /// Stop after about this many events (whole slices)
    #[arg(long, value_name = "N")]
    pub(crate) limit_events: Option<u64>,
}

/// Flags of `qts check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The config
    pub(crate) config: PathBuf,
    /// How the result is printed
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// Flags of `qts decide`.
#[derive(Debug, Args)]
pub(crate) struct DecideArgs {
    /// The config: instruments, strategies, policies, rule; it needs no data
    pub(crate) config: PathBuf,
    /// One cycle (.json), one a line (.jsonl), or `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) input: PathBuf,
    /// How decisions are printed
    #[arg(long, value_enum, default_value = "json")]
    pub(crate) format: Format,
}

fn decisions(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let known = path.extension().is_some_and(|ext| ext == "csv" || ext == "jsonl");
    if known { Ok(path) } else { Err("its form is not known; end its name in .csv or .jsonl".to_owned()) }
}

/// A time, or a date on some market's own clock.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TimeOrDate {
    /// A moment.
    Time(Ts),
    /// A whole day; its end is meant.
    Date(jiff::civil::Date),
}

impl TimeOrDate {
    /// From `2018-01-15T10:30:00+09:00` or `2018-01-15`.
    ///
    /// # Errors
    /// It is neither.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let date = (text.len() == 10).then(|| text.parse().ok().map(Self::Date)).flatten();
        let wrong = |_| {
            format!("`{text}` is neither a date (2018-06-30) nor a time with an offset (2018-06-30T15:30:00+09:00)")
        };
        date.map_or_else(|| time(text).map(Self::Time).map_err(wrong), Ok)
    }

    /// As it was given, or on the instrument's own clock.
    pub(crate) fn told(self, config: &Config, inst: Inst) -> String {
        match self {
            Self::Time(ts) => local::time(config, inst, ts),
            Self::Date(date) => date.to_string(),
        }
    }

    /// The moment meant, for an instrument.
    ///
    /// # Errors
    /// It is out of range.
    pub(crate) fn on_the_clock_of(self, config: &Config, inst: Inst) -> Result<Ts, String> {
        match self {
            Self::Time(ts) => Ok(ts),
            Self::Date(date) => local::end_of(config, inst, date).ok_or_else(|| format!("`{date}` is out of range")),
        }
    }
}

fn time(text: &str) -> Result<Ts, String> {
    let wrong = |_| format!("`{text}` is no time with an offset, such as 2018-06-30T00:00:00+09:00");
    let time: jiff::Timestamp = text.parse().map_err(wrong)?;
    i64::try_from(time.as_nanosecond()).map(Ts).map_err(|_| format!("`{text}` is out of range"))
}
