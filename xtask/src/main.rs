//! `cargo xtask COMMAND`: what holds the rules of this workspace that no compiler holds.
//!
//! It reads the workspace as text and calls `cargo` and `git`; it depends on none of our crates, so that it runs
//! when they do not compile.
#![expect(clippy::print_stdout, reason = "a command line tool speaks on its standard output")]

use std::process::ExitCode;

use anyhow::{Result, bail};

mod bench;
mod breaks;
mod ci;
mod copy;
mod frozen;
mod gate_g;
mod mutants;
mod patch;
mod profiles;
mod source;
mod tests_of;
mod tidy;
mod tree;

struct Command {
    name: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Result<()>,
}

const COMMANDS: [Command; 9] = [
    Command { name: "tidy", about: "holds the [held] rules of the house style", run: |_| tidy::run() },
    Command { name: "freeze", about: "prints the digests for crates/qts-loop/FROZEN.md", run: |_| frozen::print() },
    Command { name: "gate-g", about: "[--quick]  the five conditions of Gate G, shown by tests", run: gate_g::run },
    Command { name: "breaks", about: "[ROW…]  breaks/<row>.patch must turn that row's test red", run: breaks::run },
    Command {
        name: "mutants",
        about: "[TEXT…]  breaks the gate in small ways; its tests must see 90 %",
        run: mutants::run,
    },
    Command { name: "bench", about: "[--quick] [--date TEXT]  measures; writes docs/benchmarks.md", run: bench::run },
    Command { name: "profiles", about: "debug and release decide the same", run: |_| profiles::run() },
    Command { name: "ci", about: "fmt, clippy, every test, tidy", run: |_| ci::run() },
    Command {
        name: "ci-full",
        about: "what takes longer: lints, profiles, breaks, gate-g --quick",
        run: |_| ci::run_full(),
    },
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<()> {
    match args.split_first() {
        None => print_help(),
        Some((name, _)) if ["help", "--help", "-h"].contains(&name.as_str()) => print_help(),
        Some((name, rest)) => match COMMANDS.iter().find(|command| command.name == name) {
            Some(command) => (command.run)(rest)?,
            None => bail!("no command `{name}`; `cargo xtask help` lists them"),
        },
    }
    Ok(())
}

fn print_help() {
    println!("cargo xtask COMMAND");
    for Command { name, about, .. } in &COMMANDS {
        println!("  {name:<8} {about}");
    }
}
