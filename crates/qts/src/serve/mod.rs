//! `qts serve`: the same core behind JSON lines, for people who keep their own bots and broker code.
//!
//! Lines are cut (`lines`), understood whole before anything is done (`line`, `reports`, `orders` of the operator),
//! done by the [`Service`], and answered (`reply`, `state`). One line in, one line out; a bad line changes nothing.

mod adjustment;
mod inbox;
mod line;
mod lines;
mod operator;
mod reply;
mod reports;
mod service;
mod state;
#[cfg(test)]
mod tests;

use std::io::{BufReader, Write};
use std::path::PathBuf;

use clap::Args;
use qts_core::Mode;

use crate::exit::{Ending, Trouble};
use crate::interrupt::Interrupt;
use crate::kinds::Kinds;
use crate::wire;

pub(crate) use service::Service;

use lines::{Cut, Lines};

/// Flags of `qts serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// The config: instruments, strategies, policies, rule, opening positions; it needs no data
    pub(crate) config: PathBuf,
    /// Take lines from standard input and answer on standard output (the only way so far)
    #[arg(long, required = true)]
    pub(crate) stdio: bool,
}

/// The command: answers until the input ends.
pub(crate) fn serve(
    args: &ServeArgs,
    kinds: &Kinds,
    interrupt: &Interrupt,
    out: &mut impl Write,
) -> Result<Ending, Trouble> {
    let config = wire::load(&args.config, kinds)?;
    config.refuse_journal("serve")?;
    let mut service = Service::new(config)?;
    let failed = |why| Trouble::Failure(format!("failed to read standard input: {why}; start it again"));
    let mut lines = Lines::new(BufReader::new(interrupt.stdin().map_err(failed)?));
    loop {
        let (number, cut) = match lines.next() {
            Ok(Some(line)) => line,
            Ok(None) => break,
            Err(_) if interrupt.is_set() => return Ok(Ending::Interrupted),
            Err(why) => return Err(failed(why)),
        };
        let reply = match cut {
            Cut::Line(bytes) => service.answer(number, bytes),
            Cut::TooLong => service.refuse_long(number),
        };
        out.write_all(reply.as_bytes())?;
        out.write_all(b"\n")?;
        out.flush()?;
    }
    Ok(if service.mode() >= Mode::Halted { Ending::Halted } else { Ending::Fine })
}
