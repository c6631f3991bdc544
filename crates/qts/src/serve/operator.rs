//! Commands of the operator, read by the config's own reader: the same words, checks and complaints as `[[command]]`.

use std::fmt::Write as _;

use qts_runtime::{Command, Runtime};

use crate::config::{self, Action, Config, ConfigErrors};
use crate::decide::error::{Fault, Problem, shown};
use crate::decide::node::Node;
use crate::exit::Trouble;
use crate::wire;

/// A command, and of a strategy that it registers whether it lives inside.
pub(super) struct Told {
    pub(super) command: Command,
    pub(super) lives_inside: bool,
}

/// Reads a command.
///
/// # Errors
/// What is wrong with it first.
pub(super) fn read(config: &Config, runtime: &Runtime, node: Node<'_>) -> Result<Told, Problem> {
    let text = as_toml(node)?;
    let strategies = runtime.standings().keys().map(qts_core::StrategyId::as_str);
    let spec = config::parse_command(config, strategies, &text).map_err(|errors| first(&errors, node))?;
    let wrong = |trouble: Trouble| match trouble {
        Trouble::Config(errors) => first(&errors, node),
        other => node.problem(other.to_string(), "correct the strategy").of(Fault::BadCommand),
    };
    let new = match &spec.action {
        Action::Register(new) => Some(&**new),
        _ => None,
    };
    let lives_inside = new.is_some_and(|new| new.kind.is_some());
    let mut later = wire::registrations(config, new.into_iter()).map_err(wrong)?.into_iter();
    let command = wire::command(config, &spec, &mut later).map_err(wrong)?;
    Ok(Told { command, lives_inside })
}

fn first(errors: &ConfigErrors, node: Node<'_>) -> Problem {
    let (problem, help) = match errors.iter().next() {
        Some(error) => (error.message().to_owned(), error.help_text().to_owned()),
        None => ("this is no command".to_owned(), "write `{\"do\": \"kill\", \"reason\": \"…\"}`".to_owned()),
    };
    node.problem(problem, help).of(Fault::BadCommand)
}

/// A command's object as a `[[command]]` that is due at once.
fn as_toml(node: Node<'_>) -> Result<String, Problem> {
    let mut text = "[[command]]\ncycle = 1\n".to_owned();
    for (key, value) in node.entries()? {
        let name = key.text()?;
        if matches!(&*name, "at" | "cycle") {
            let help = "leave it out: a command is given with its line";
            return Err(key.problem(format!("unknown key `{name}`"), help).of(Fault::UnknownKey));
        }
        quote(&name, &mut text);
        text.push_str(" = ");
        write(value, &mut text)?;
        text.push('\n');
    }
    Ok(text)
}

/// A value as TOML has it.
fn write(node: Node<'_>, text: &mut String) -> Result<(), Problem> {
    match node.raw().as_bytes().first() {
        Some(b'"') => quote(&node.text()?, text),
        Some(b'{') => {
            text.push('{');
            for (place, (key, value)) in node.entries()?.into_iter().enumerate() {
                text.push_str(if place == 0 { " " } else { ", " });
                quote(&key.text()?, text);
                text.push_str(" = ");
                write(value, text)?;
            }
            text.push('}');
        }
        Some(b'[') => {
            text.push('[');
            for value in node.items()? {
                write(value, text)?;
                text.push_str(", ");
            }
            text.push(']');
        }
        Some(b'n') => {
            let problem = format!("`{}` says nothing here", shown(node.raw()));
            return Err(node.problem(problem, "leave its key out").of(Fault::WrongType));
        }
        _ => text.push_str(node.raw()),
    }
    Ok(())
}

/// A text in quotes, on one line.
fn quote(plain: &str, text: &mut String) {
    text.push('"');
    for c in plain.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c.is_control() => {
                // Writing to a text cannot fail.
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
}
