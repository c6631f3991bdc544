//! Commands, flags, and help with examples.

use std::path::PathBuf;

use anstream::ColorChoice;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use qts_core::Ts;

use crate::call;
use crate::demo::DemoArgs;
use crate::explain::ExplainArgs;
use crate::init::InitArgs;
use crate::journal::JournalArgs;
use crate::why::WhyArgs;

use crate::check::CheckArgs;
use crate::policy::PolicyArgs;
use crate::policy_tests::TestArgs;
use crate::reasons::ReasonsArgs;
use crate::replay::ReplayArgs;
use crate::serve::ServeArgs;

/// Many strategies, one account, one gate, one simple loop.
#[derive(Debug, Parser)]
#[command(
    name = "qts",
    version,
    about,
    after_help = "\
Examples:
  qts demo
  qts run examples/us-daily/qts.toml
  qts check my.toml
  qts decide my.toml --input cycle.json

Exit codes: 0 ok · 1 failure · 2 usage · 3 config · 4 data · 5 halted by risk or kill · 6 replay mismatch · 130 interrupted"
)]
pub(crate) struct Cli {
    /// Colour on a terminal (not if NO_COLOR is set), always, or never
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Colour,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What is told to somebody who did not say what to do; each command works as it stands after those above it.
pub(crate) fn first_steps() -> String {
    let qts = call::name();
    format!(
        "\
{qts} takes what trading strategies want through risk policies, and says what may go and why. To begin:

  {qts} demo
      what became of every wish of eight strategies on bundled prices, and why
  {qts} init my-trading
      a folder of your own: a commented config, prices, tests of its policies
  {qts} run my-trading/qts.toml
      what becomes of every wish there
  {qts} check my-trading/qts.toml
      everything that is wrong with it, after you changed it

`{qts} --help` lists all commands; each has examples: `{qts} run --help`.
"
    )
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// See a first result on bundled prices: what became of every wish, and why
    #[command(after_help = "Examples:\n  qts demo\n  qts demo --dir /tmp/qts-demo --format json")]
    Demo(DemoArgs),
    /// Make a folder to begin with: a commented config, tests of its policies, a strategy of one's own
    #[command(after_help = "Examples:\n  qts init my-trading\n  qts init my-trading --format json")]
    Init(InitArgs),
    /// Run strategies over market data through the gate and a simulated broker
    #[command(after_help = "\
Examples:
  qts run examples/us-daily/qts.toml
  qts run my.toml --format json
  qts run my.toml --decisions decisions.csv --until 2018-06-30T00:00:00+09:00")]
    Run(RunArgs),
    /// Judge the inputs of a journal once more, and compare what comes of them with what was kept
    #[command(after_help = "\
Examples:
  qts replay run.qts
  qts replay run.qts --verify
  qts replay run.qts --verify --format json")]
    Replay(ReplayArgs),
    /// Save what can be trusted of a damaged journal
    #[command(after_help = "Examples:\n  qts journal repair run.qts repaired.qts")]
    Journal(JournalArgs),
    /// Say everything that is wrong with a config and its data, at once, and what is odd about it
    #[command(after_help = "\
Examples:
  qts check my.toml
  qts check my.toml --strict
  qts check my.toml --quick --format json")]
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
    /// Show policies: their controls, the levels in force, and where each comes from
    #[command(after_help = "\
Examples:
  qts policy show
  qts policy show conservative
  qts policy show swing --config my.toml --format json")]
    Policy(PolicyArgs),
    /// Say what reason and error codes mean, and what to do about them
    #[command(after_help = "\
Examples:
  qts reasons
  qts reasons max_order_qty --lang ko
  qts reasons QTS0103
  qts reasons --format json")]
    Reasons(ReasonsArgs),
    /// Print the config's JSON Schema, by which editors complete and check it
    #[command(after_help = "\
Examples:
  qts schema > qts.schema.json

Editors that know TOML schemas (taplo, Even Better TOML) use it if the config begins with
  #:schema qts.schema.json")]
    Schema,
    /// Print a script by which a shell completes commands and flags
    #[command(after_help = "\
Examples:
  qts completions bash > ~/.local/share/bash-completion/completions/qts
  qts completions zsh > ~/.zfunc/_qts
  qts completions fish > ~/.config/fish/completions/qts.fish
  qts completions powershell >> $PROFILE")]
    Completions(CompletionsArgs),
    /// Stand as the gate in front of bots and broker code of your own: JSON lines in, one reply line each, state kept
    #[command(after_help = "\
Examples:
  qts serve my.toml --stdio
  echo '{\"state\": true}' | qts serve my.toml --stdio

Every line is a JSON object with any of: id, now, market, ack, reject, fill, canceled, expired, cancel_refused, link,
positions, command, intents, judge, state. docs/serve.md has them all. A bad line gets an error reply and changes nothing.")]
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
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    pub(crate) limit_events: Option<u64>,
    /// Go on with the journal of a run that was broken off, if there is one: what happened then is compared with now
    #[arg(long)]
    pub(crate) resume: bool,
    /// No line of progress, which otherwise shows on a terminal
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Flags of `qts completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: Shell,
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

fn count(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "give a whole number, such as 1000".to_owned())
}

pub(crate) fn time(text: &str) -> Result<Ts, String> {
    let wrong = |_| format!("`{text}` is no time with an offset, such as 2018-06-30T00:00:00+09:00");
    let time: jiff::Timestamp = text.parse().map_err(wrong)?;
    i64::try_from(time.as_nanosecond()).map(Ts).map_err(|_| "times lie between the years 1678 and 2261".to_owned())
}
