//! What is wrong with the TOML itself, and which of the other problems can still be believed then.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::code::Code;
use super::error::ConfigError;
use super::source::{Place, Source};

/// The first syntax error of each section, with those of the other problems that do not follow from them.
pub(super) fn merge(file: &Arc<Source>, syntax: Vec<toml::de::Error>, found: Vec<ConfigError>) -> Vec<ConfigError> {
    if syntax.is_empty() {
        return found;
    }
    let swallowed = syntax.iter().any(|error| error.message().starts_with("unclosed array"));
    let mut first: BTreeMap<usize, ConfigError> = BTreeMap::new();
    let mut sorted = syntax;
    sorted.sort_by_key(|error| error.span().map(|span| span.start));
    for error in sorted {
        let place: Place = error.span().unwrap_or_else(|| whole_range(file)).into();
        let section = if swallowed { 0 } else { file.section(place.start) };
        first.entry(section).or_insert_with(|| convert(file, place, error.message(), swallowed));
    }
    let start = first.values().map(ConfigError::place).min().unwrap_or_default();
    let believable = |error: &ConfigError| {
        let place = error.place();
        let sound = place.end > 0 && !follows(error.code());
        sound && !first.contains_key(&file.section(place.start)) && (!swallowed || place < start)
    };
    let believed: Vec<ConfigError> = found.into_iter().filter(believable).collect();
    first.into_values().chain(believed).collect()
}

fn whole_range(file: &Source) -> Range<usize> {
    0..file.text().len().min(1)
}

/// Problems that a line which could not be read may cause elsewhere.
fn follows(code: Code) -> bool {
    matches!(
        code,
        Code::MissingKey
            | Code::UnknownInstrument
            | Code::UnknownStrategy
            | Code::UnknownPolicy
            | Code::NoLevel
            | Code::WhenUnclear
            | Code::TargetUnclear
            | Code::ReasonRequired
            | Code::CurrencyDiffers
            | Code::OffStep
            | Code::LotStep
    )
}

fn convert(file: &Arc<Source>, place: Place, message: &str, swallowed: bool) -> ConfigError {
    let help = if message.contains("must be quoted") {
        "put the text in double quotes"
    } else if swallowed {
        "close the list above with `]`"
    } else if message.contains("duplicate key") {
        "keep one of the two"
    } else if message.contains("unclosed") || message.contains("invalid basic string") {
        "close what was opened: a bracket, a brace or a quote"
    } else {
        "correct the line; https://toml.io/en/v1.0.0 shows every form"
    };
    ConfigError::new(file, Code::Syntax, place, format!("not TOML: {message}")).help(help)
}
