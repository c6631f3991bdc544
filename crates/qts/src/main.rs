//! The `qts` program: config in, decisions out. Commands are thin; what they do is in the crates below.

#![forbid(unsafe_code)]

mod check;
mod cli;
mod config;
mod decide;
mod decisions;
mod exit;
mod run;
mod signals;
mod summary;
mod tally;
mod wire;

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command, Format};
use exit::{Ending, Trouble};

fn main() -> ExitCode {
    silence_caught_panics();
    let cli = Cli::parse();
    let mut out = BufWriter::new(std::io::stdout().lock());
    let result = perform(&cli.command, &mut out).and_then(|ending| Ok(out.flush().map(|()| ending)?));
    exit::end(result)
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

fn perform(command: &Command, out: &mut impl Write) -> Result<Ending, Trouble> {
    match command {
        Command::Run(args) => run::run(args, out),
        Command::Check(args) => check::check(args, out),
        Command::Decide(args) => {
            let config = wire::load(&args.config)?;
            let format = match args.format {
                Format::Json => decide::Format::Json,
                Format::Table => decide::Format::Table,
            };
            decide::run(&config, &args.input, format, out)?;
            Ok(Ending::Fine)
        }
    }
}
