//! Reads the signals file of a `signals` strategy: somebody's own bots' intents, `ts,instrument,side,qty[,type,limit,
//! tif,reason][,strategy]` as CSV or JSON lines. Every error names file and line; further columns do not count, unless
//! one looks like a misspelt one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use qts_core::Ts;
use qts_strategies::{Due, Step};
use qts_strategy::{Factory, ParamError};

use crate::config::{Config, StrategySpec, harmless_lines, nearest};
use crate::exit::Trouble;

/// What a row may say.
const COLUMNS: [&str; 9] = ["ts", "instrument", "side", "qty", "type", "limit", "tif", "reason", "strategy"];

type Fields = BTreeMap<String, String>;

/// The factory of a `signals` strategy, or a complaint about its parameters.
pub(crate) fn factory(config: &Config, spec: &StrategySpec) -> Result<Result<Factory, ParamError>, Trouble> {
    let mut params = spec.params.clone();
    let path = match params.required::<String>("path", "the path of a .csv or .jsonl file") {
        Ok(path) => path,
        Err(error) => return Ok(Err(error)),
    };
    if let Err(error) = params.finish(&["path"]) {
        return Ok(Err(error));
    }
    let steps = read(&config.source.beside(&path), config, spec)?;
    Ok(qts_strategies::signals(steps.into()))
}

/// The signals files of a config.
pub(crate) fn files(config: &Config) -> impl Iterator<Item = PathBuf> {
    let signals = config.all_strategies().filter(|spec| spec.kind.as_deref() == Some("signals"));
    signals.filter_map(|spec| Some(config.source.beside(&spec.params.clone().text("path").ok()??)))
}

fn read(file: &Path, config: &Config, spec: &StrategySpec) -> Result<Vec<Step>, Trouble> {
    let wrong = |line: u64, what: &str| Trouble::Input(format!("{}:{line}: {what}", file.display()));
    let unreadable = |error: std::io::Error| {
        let way_out = match error.kind() {
            std::io::ErrorKind::InvalidData => "save it as UTF-8".to_owned(),
            _ => format!("check `path` of `{}`", spec.id),
        };
        Trouble::Input(format!("{}: {error}; {way_out}", file.display()))
    };
    let text = config.source.read(file).map_err(unreadable)?;
    let rows = if file.extension().is_some_and(|ext| ext == "jsonl") { json_rows(&text) } else { csv_rows(&text) };
    let readers = readers(config, spec);
    let (mut steps, mut latest, mut strangers) = (Vec::new(), Ts(i64::MIN), Vec::new());
    for (line, row) in rows {
        let row = row.map_err(|what| wrong(line, &what))?;
        match row.get("strategy").map(|strategy| strategy.trim()).filter(|strategy| !strategy.is_empty()) {
            Some(strategy) if !readers.contains(&strategy) => strangers.push(format!("`{strategy}` in line {line}")),
            Some(strategy) if strategy != spec.id.as_str() => {}
            _ => {
                let step = step(&row, config, spec, &mut latest).map_err(|what| wrong(line, &what))?;
                steps.push(step);
            }
        }
    }
    if let (Some(first), Some(reader)) = (strangers.first(), readers.first())
        && *reader == spec.id.as_str()
    {
        let (count, file) = (strangers.len(), file.display());
        let note =
            format!("qts: {file}: rows left out because no strategy of that id reads the file: {count}, first {first}");
        eprintln!("{}", harmless_lines(&note));
    }
    Ok(steps)
}

/// The ids of the strategies that read the same file.
fn readers<'a>(config: &'a Config, spec: &StrategySpec) -> Vec<&'a str> {
    let path = |spec: &StrategySpec| spec.params.clone().text("path").ok().flatten();
    let reads = |other: &&StrategySpec| other.kind == spec.kind && path(other) == path(spec);
    config.all_strategies().filter(reads).map(|other| other.id.as_str()).collect()
}

fn step(row: &Fields, config: &Config, spec: &StrategySpec, latest: &mut Ts) -> Result<Step, String> {
    let get = |name: &str| row.get(name).filter(|text| !text.is_empty()).cloned();
    let step = Step::from_fields(&get, &config.registry).map_err(|error| format!("{error}; correct the row"))?;
    subscribed(row, config, spec)?;
    if let Due::At(ts) = step.due {
        if ts < *latest {
            return Err("`ts` is earlier than that of the row before; sort the rows by time".to_owned());
        }
        *latest = ts;
    }
    Ok(step)
}

fn subscribed(row: &Fields, config: &Config, spec: &StrategySpec) -> Result<(), String> {
    let Some(id) = row.get("instrument") else { return Ok(()) };
    let known = config.registry.find(id).is_some_and(|inst| spec.instruments.contains(&inst));
    if known { Ok(()) } else { Err(format!("`{id}` is not among the instruments of `{}`; add it there", spec.id)) }
}

type Rows = Vec<(u64, Result<Fields, String>)>;

fn csv_rows(text: &str) -> Rows {
    if let Some(line) = unclosed_quote(text) {
        let what = "a quote that opens here is never closed; close it, or double it where it is meant as one";
        return vec![(line, Err(what.to_owned()))];
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.iter().map(|name| name.trim_start_matches('\u{feff}').to_lowercase()).collect::<Vec<_>>(),
        Err(error) => return vec![(1, Err(format!("{error}; correct the line")))],
    };
    if let Some(missing) = ["ts", "instrument", "side", "qty"].iter().find(|name| !header.iter().any(|h| h == *name)) {
        return vec![(1, Err(format!("there is no column `{missing}`; the first line must name the columns")))];
    }
    if let Err(misspelt) = well_spelt(header.iter().map(String::as_str)) {
        return vec![(1, Err(misspelt))];
    }
    let rows = reader.records().map(|row| match row {
        Ok(row) => {
            let line = row.position().map_or(0, csv::Position::line);
            let (cells, named) = (row.len(), header.len());
            if cells != named {
                return (line, Err(format!("{cells} cells where the header has {named}; correct the row")));
            }
            (line, Ok(header.iter().cloned().zip(row.iter().map(ToOwned::to_owned)).collect()))
        }
        Err(error) => (error.position().map_or(0, csv::Position::line), Err(format!("{error}; correct the row"))),
    });
    rows.collect()
}

/// The line of a quote that opens a cell and is never closed; all that follows would count as that cell.
fn unclosed_quote(text: &str) -> Option<u64> {
    let (mut line, mut open, mut at_start) = (1, None, true);
    let mut rest = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = rest.next() {
        match (c, open) {
            ('"', Some(_)) if rest.peek() == Some(&'"') => drop(rest.next()),
            ('"', Some(_)) => open = None,
            ('"', None) if at_start => open = Some(line),
            _ => {}
        }
        line += u64::from(c == '\n');
        at_start = matches!(c, ',' | '\n' | '\r');
    }
    open
}

fn json_rows(text: &str) -> Rows {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(number, line)| (number, json_row(line))).collect()
}

fn json_row(line: &str) -> Result<Fields, String> {
    let row: BTreeMap<String, serde_json::Value> = serde_json::from_str(line).map_err(|error| flaw(&error))?;
    let field = |(name, value): (String, serde_json::Value)| match value {
        serde_json::Value::String(text) => Ok((name, text)),
        serde_json::Value::Number(number) => Ok((name, number.to_string())),
        other => Err(format!("`{name}` is {other}; give a text or a number")),
    };
    well_spelt(row.keys().map(String::as_str))?;
    row.into_iter().filter(|(_, value)| !value.is_null()).map(field).collect()
}

/// What is wrong with a line; that it is the first of its text says nothing.
fn flaw(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    format!("column {}: {what}; write one JSON object a line", error.column())
}

/// A misspelt `limit` must not turn into a market order.
fn well_spelt<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Result<(), String> {
    let absent: Vec<&str> = COLUMNS.into_iter().filter(|column| names.clone().all(|name| name != *column)).collect();
    for name in names.filter(|name| !COLUMNS.contains(name)) {
        if let Some(meant) = nearest(name, absent.iter().copied()) {
            return Err(format!("there is no column `{name}`; did you mean `{meant}`?"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_that_is_never_closed_is_an_error_of_its_line() {
        let text = "ts,instrument,side,qty,reason\nt,A,buy,1,\"a \"\"b\"\" c\"\nt,A,buy,1,5\" pipe\n";
        assert_eq!((unclosed_quote(text), csv_rows(text).len()), (None, 2));
        let cut = text.to_owned() + "t,A,buy,1,\"open\nt,A,sell,1,\n";
        assert_eq!(unclosed_quote(&cut), Some(4));
        let rows = csv_rows(&cut);
        assert!(rows.len() == 1 && rows[0].0 == 4 && rows[0].1.is_err(), "{rows:?}");
    }
}
