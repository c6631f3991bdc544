//! The `qts` program with its built-in kinds of strategies.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    qts::program(&[])
}
