//! The whole `qts` program, with one more kind of strategy in it.

#![forbid(unsafe_code)]

mod three_down;

use std::process::ExitCode;

fn main() -> ExitCode {
    qts::program(&[three_down::KIND])
}
