//! Commands, flags, and help with examples.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use qts_core::Ts;

use crate::policy_tests::TestArgs;
use crate::serve::ServeArgs;

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
    #[command(subcommand)]
    pub(crate) command: Command,
}

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
    /// Stand as the gate in front of bots and broker code of your own: JSON lines in, one reply line each, state kept
    #[command(after_help = "\
Examples:
  qts serve my.toml --stdio
  echo '{\"state\": true}' | qts serve my.toml --stdio

Every line is a JSON object with any of: id, now, market, ack, reject, fill, canceled, expired, cancel_refused,
command, intents, judge, state. docs/serve.md has them all. A bad line gets an error reply and changes nothing.")]
    Serve(ServeArgs),
    /// Play policy tests: cases of intents, prices, fills and commands, and what is expected of the gate
    #[command(after_help = "\
Examples:
  qts test policy.toml
  qts test tests/*.toml --case \"an entry above the limit\"
  qts test policy.toml --ablate

docs/policy-tests.md shows the form of a test file.")]
    Test(TestArgs),
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

fn time(text: &str) -> Result<Ts, String> {
    let wrong = |_| format!("`{text}` is no time with an offset, such as 2018-06-30T00:00:00+09:00");
    let time: jiff::Timestamp = text.parse().map_err(wrong)?;
    i64::try_from(time.as_nanosecond()).map(Ts).map_err(|_| format!("`{text}` is out of range"))
}
