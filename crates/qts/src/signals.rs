//! Reads the signals file of a `signals` strategy: somebody's own bots' intents, `ts,instrument,side,qty[,type,limit,
//! tif,reason][,strategy]` as CSV or JSON lines. Every error names file and line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use qts_strategies::Step;
use qts_strategy::{Factory, ParamError};

use crate::config::{Config, StrategySpec};
use crate::exit::Trouble;

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
    let file = Path::new(config.source.name()).parent().unwrap_or(Path::new("")).join(path);
    let steps = read(&file, config, spec)?;
    Ok(qts_strategies::signals(steps.into()))
}

fn read(file: &PathBuf, config: &Config, spec: &StrategySpec) -> Result<Vec<Step>, Trouble> {
    let wrong = |line: u64, what: &str| Trouble::Input(format!("{}:{line}: {what}", file.display()));
    let text = std::fs::read_to_string(file)
        .map_err(|error| Trouble::Input(format!("{}: {error}; check `path` of `{}`", file.display(), spec.id)))?;
    let rows = if file.extension().is_some_and(|ext| ext == "jsonl") { json_rows(&text) } else { csv_rows(&text) };
    let mut steps = Vec::new();
    for (line, row) in rows {
        let row = row.map_err(|what| wrong(line, &what))?;
        if row.get("strategy").is_some_and(|strategy| strategy != spec.id.as_str()) {
            continue;
        }
        let step = Step::from_fields(&|name| row.get(name).filter(|text| !text.is_empty()).cloned(), &config.registry)
            .map_err(|error| wrong(line, &format!("{error}; correct the row")))?;
        subscribed(&row, config, spec).map_err(|what| wrong(line, &what))?;
        steps.push(step);
    }
    Ok(steps)
}

fn subscribed(row: &Fields, config: &Config, spec: &StrategySpec) -> Result<(), String> {
    let Some(id) = row.get("instrument") else { return Ok(()) };
    let known = config.registry.find(id).is_some_and(|inst| spec.instruments.contains(&inst));
    if known { Ok(()) } else { Err(format!("`{id}` is not among the instruments of `{}`; add it there", spec.id)) }
}

type Rows = Vec<(u64, Result<Fields, String>)>;

fn csv_rows(text: &str) -> Rows {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.iter().map(|name| name.trim_start_matches('\u{feff}').to_lowercase()).collect::<Vec<_>>(),
        Err(error) => return vec![(1, Err(error.to_string()))],
    };
    if let Some(missing) = ["ts", "instrument", "side", "qty"].iter().find(|name| !header.iter().any(|h| h == *name)) {
        return vec![(1, Err(format!("there is no column `{missing}`; the first line must name the columns")))];
    }
    let rows = reader.records().map(|row| match row {
        Ok(row) => {
            let line = row.position().map_or(0, csv::Position::line);
            (line, Ok(header.iter().cloned().zip(row.iter().map(ToOwned::to_owned)).collect()))
        }
        Err(error) => (error.position().map_or(0, csv::Position::line), Err(error.to_string())),
    });
    rows.collect()
}

fn json_rows(text: &str) -> Rows {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(number, line)| (number, json_row(line))).collect()
}

fn json_row(line: &str) -> Result<Fields, String> {
    let row: BTreeMap<String, serde_json::Value> = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let field = |(name, value): (String, serde_json::Value)| match value {
        serde_json::Value::String(text) => Ok((name, text)),
        serde_json::Value::Number(number) => Ok((name, number.to_string())),
        other => Err(format!("`{name}` is {other}; give a text")),
    };
    row.into_iter().filter(|(_, value)| !value.is_null()).map(field).collect()
}
