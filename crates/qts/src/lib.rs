//! The `qts` program: config in, decisions out. Commands are thin; what they do is in the crates below.
//!
//! It is a library so that strategies of one's own need no fork: a package that depends on it hands its kinds to
//! [`program`] and is the whole program with these kinds besides the built-in ones.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod adjust;
mod bundle;
mod call;
mod check;
mod cli;
mod config;
mod data_check;
mod decide;
mod decimal;
mod decisions;
mod demo;
mod engine;
mod exit;
mod explain;
mod hint;
mod init;
mod interrupt;
mod journal;
mod jumps;
mod kinds;
mod korean;
mod local;
mod look;
mod order_words;
mod policy;
mod policy_tests;
mod progress;
mod reasons;
mod replay;
mod run;
mod schema;
mod serve;
mod settlement;
mod signals;
mod summary;
mod table;
mod tally;
mod trips;
mod why;
mod wire;

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use cli::{Cli, Command, Format};
use decide::DecideError;
use exit::{Ending, Trouble};
use interrupt::Interrupt;
use kinds::Kinds;

pub use qts_strategies::KindSpec;
pub use qts_strategy as strategy;

/// The whole program, with these kinds of strategies besides the built-in ones.
#[must_use]
pub fn program(own: &[KindSpec]) -> ExitCode {
    silence_caught_panics();
    let cli = Cli::parse();
    cli.color.as_choice().write_global();
    let Some(command) = cli.command else {
        eprint!("{}", cli::first_steps());
        return ExitCode::from(exit::USAGE);
    };
    let mut out = BufWriter::new(std::io::stdout().lock());
    let result = Kinds::with(own).and_then(|kinds| perform(&command, &kinds, &mut out));
    exit::end(result.and_then(|ending| Ok(out.flush().map(|()| ending)?)))
}

/// Panics that are caught and told as errors stay off the standard error stream: those of strategies, and those of
/// the Parquet library on damaged files.
fn silence_caught_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !info.location().is_some_and(|location| location.file().contains("/parquet-")) {
            before(info);
        }
    }));
    qts_runtime::silence_strategy_panics();
}

fn perform(command: &Command, kinds: &Kinds, out: &mut impl Write) -> Result<Ending, Trouble> {
    let interrupt = Interrupt::listen()?;
    match command {
        Command::Run(args) => run::run(args, kinds, &interrupt, out),
        Command::Journal(args) => journal::journal(args, out),
        Command::Replay(args) => replay::replay(args, kinds, &interrupt, out),
        Command::Check(args) => check::check(args, kinds, &interrupt, out),
        Command::Explain(args) => explain::explain(args, kinds, &interrupt, out),
        Command::Why(args) => why::why(args, kinds, &interrupt, out),
        Command::Init(args) => init::init(args, kinds, out),
        Command::Demo(args) => demo::demo(args, kinds, &interrupt, out),
        Command::Decide(args) => {
            let config = wire::load(&args.config, kinds)?;
            let format = match args.format {
                Format::Json => decide::Format::Json,
                Format::Table => decide::Format::Table,
            };
            match decide::run(&config, &args.input, format, &interrupt, out) {
                Err(DecideError::Unreadable { .. }) if interrupt.is_set() => Ok(Ending::Interrupted),
                result => Ok(result.map(|()| Ending::Fine)?),
            }
        }
        Command::Policy(args) => policy::policy(args, kinds, out),
        Command::Reasons(args) => reasons::reasons(args, out),
        Command::Schema => schema::print(kinds, out),
        Command::Completions(args) => {
            // Not straight into `out`: it would panic on a pipe that is closed.
            let mut script = Vec::new();
            clap_complete::generate(args.shell, &mut Cli::command(), "qts", &mut script);
            out.write_all(&script)?;
            Ok(Ending::Fine)
        }
        Command::Serve(args) => serve::serve(args, kinds, &interrupt, out),
        Command::Test(args) => policy_tests::test(args, kinds, &interrupt, out),
    }
}
