//! `qts check`: everything that can be said about a config without running it.

use std::io::Write;

use serde::Serialize;

use crate::cli::{CheckArgs, Format};
use crate::config::{Config, ConfigError, ConfigErrors};
use crate::exit::{Ending, Trouble};
use crate::wire;

/// What `--format json` prints.
#[derive(Serialize)]
struct Checked {
    schema: u32,
    sound: bool,
    instruments: usize,
    data: usize,
    strategies: usize,
    commands: usize,
    errors: Vec<Told>,
}

/// One thing that is wrong.
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

/// The command: reads the config, builds the strategies, opens the data files.
pub(crate) fn check(args: &CheckArgs, out: &mut impl Write) -> Result<Ending, Trouble> {
    match (wired(args), args.format) {
        (Ok(config), format) => {
            tell_sound(&config, args, format, out)?;
            Ok(Ending::Fine)
        }
        (Err(Trouble::Config(errors)), Format::Json) => {
            print(&told(&errors), out)?;
            Err(Trouble::Config(errors))
        }
        (Err(trouble), _) => Err(trouble),
    }
}

fn wired(args: &CheckArgs) -> Result<Config, Trouble> {
    let config = wire::load(&args.config)?;
    wire::wire(&config)?;
    Ok(config)
}

fn tell_sound(config: &Config, args: &CheckArgs, format: Format, out: &mut impl Write) -> Result<(), Trouble> {
    let checked = Checked {
        schema: 1,
        sound: true,
        instruments: config.instruments.len(),
        data: config.data.len(),
        strategies: config.strategies.len(),
        commands: config.commands.len(),
        errors: Vec::new(),
    };
    if format == Format::Json {
        return print(&checked, out);
    }
    let Checked { instruments, data, strategies, commands, .. } = checked;
    let counts = format!("{instruments} instruments, {data} data files, {strategies} strategies, {commands} commands");
    writeln!(out, "{}: sound ({counts})", args.config.display())?;
    Ok(())
}

fn told(errors: &ConfigErrors) -> Checked {
    let errors = errors.iter().map(tell).collect();
    Checked { schema: 1, sound: false, instruments: 0, data: 0, strategies: 0, commands: 0, errors }
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
