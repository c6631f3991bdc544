//! `qts check`: everything that can be said about a config without running it.

use std::io::Write;

use qts_venues::feed::DataError;
use serde::Serialize;

use crate::cli::{CheckArgs, Format};
use crate::config::{Config, ConfigError};
use crate::exit::{Ending, Trouble};
use crate::kinds::Kinds;
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
    /// What is wrong with data files.
    data_errors: Vec<String>,
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

/// The command: reads the config, builds the strategies, opens the data files. A config without data, for `decide`,
/// may have strategies without a kind.
pub(crate) fn check(args: &CheckArgs, kinds: &Kinds, out: &mut impl Write) -> Result<Ending, Trouble> {
    match load(args, kinds) {
        Ok(config) => {
            config.unseen().iter().filter(|_| !config.data.is_empty()).for_each(|note| eprintln!("qts: {note}"));
            let errors = wire::bad_data(&config)?;
            if errors.is_empty() {
                tell_sound(&config, args, out)?;
                return Ok(Ending::Fine);
            }
            if args.format == Format::Json {
                let data_errors = errors.iter().map(|error| format!("{}: failed to {error}", error.code())).collect();
                print(&Checked { data_errors, ..unsound() }, out)?;
            }
            Err(last_told(errors))
        }
        Err(Trouble::Config(errors)) if args.format == Format::Json => {
            print(&Checked { errors: errors.iter().map(tell).collect(), ..unsound() }, out)?;
            Err(Trouble::Config(errors))
        }
        Err(trouble) => Err(trouble),
    }
}

fn load(args: &CheckArgs, kinds: &Kinds) -> Result<Config, Trouble> {
    let config = wire::load(&args.config, kinds)?;
    if !config.data.is_empty() {
        config.require_kinds()?;
    }
    wire::registrations(&config, config.all_strategies().filter(|spec| spec.kind.is_some()))?;
    Ok(config)
}

/// Tells all but the last, which is returned to be told as any command's trouble is.
fn last_told(mut errors: Vec<DataError>) -> Trouble {
    let last = errors.pop().map(Trouble::Data);
    errors.into_iter().for_each(|error| Trouble::Data(error).tell());
    last.unwrap_or_else(|| Trouble::Failure("failed to read the data; try again".to_owned()))
}

fn tell_sound(config: &Config, args: &CheckArgs, out: &mut impl Write) -> Result<(), Trouble> {
    let checked = Checked {
        schema: 1,
        sound: true,
        instruments: config.instruments.len(),
        data: config.data.len(),
        strategies: config.strategies.len(),
        commands: config.commands.len(),
        errors: Vec::new(),
        data_errors: Vec::new(),
    };
    if args.format == Format::Json {
        return print(&checked, out);
    }
    let Checked { instruments, data, strategies, commands, .. } = checked;
    let counts = format!("{instruments} instruments, {data} data files, {strategies} strategies, {commands} commands");
    writeln!(out, "{}: sound ({counts})", args.config.display())?;
    Ok(())
}

const fn unsound() -> Checked {
    Checked {
        schema: 1,
        sound: false,
        instruments: 0,
        data: 0,
        strategies: 0,
        commands: 0,
        errors: Vec::new(),
        data_errors: Vec::new(),
    }
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
