//! What is wrong with a config: one [`ConfigError`] per problem, all of them in [`ConfigErrors`].

use std::fmt;
use std::sync::Arc;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode};

use super::code::Code;
use super::source::{Place, Source, harmless_lines};
use super::suggest::nearest;

/// So many warnings are shown to a person; programs get all.
const SHOWN: usize = 50;

/// One problem: where, what, and a way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct ConfigError {
    file: Arc<Source>,
    code: Code,
    message: String,
    labels: Vec<(Place, Option<String>)>,
    help: String,
    suggestion: Option<String>,
}

impl ConfigError {
    /// A problem at a place of a file. Every one must also be given a way out: [`Self::help`] or [`Self::one_of`].
    pub(crate) fn new(file: &Arc<Source>, code: Code, place: Place, message: impl Into<String>) -> Self {
        let labels = vec![(place, None)];
        Self {
            file: Arc::clone(file),
            code,
            message: harmless_lines(&message.into()),
            labels,
            help: String::new(),
            suggestion: None,
        }
    }

    /// What stands at the first place.
    pub(crate) fn label(mut self, text: impl Into<String>) -> Self {
        self.labels[0].1 = Some(harmless_lines(&text.into()));
        self
    }

    /// A second place that matters, and what stands there.
    pub(crate) fn also(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push((place, Some(harmless_lines(&text.into()))));
        self
    }

    /// The way out.
    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        self.help = harmless_lines(&text.into());
        self
    }

    /// The way out of a name that is not known: the nearest known one, or a list of all (`what` they are).
    pub(crate) fn one_of<'k>(mut self, word: &str, known: impl IntoIterator<Item = &'k str>, what: &str) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        self.suggestion = nearest(word, known.iter().copied()).map(str::to_owned);
        let help = match &self.suggestion {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("there are no {what} here"),
            None => format!("{what}: {}", known.join(", ")),
        };
        self.help(help)
    }

    /// Replaces the way out unless a near name was found.
    pub(crate) fn or_help(self, text: impl Into<String>) -> Self {
        if self.suggestion.is_some() { self } else { self.help(text) }
    }

    /// Its stable number.
    pub(crate) fn code(&self) -> Code {
        self.code
    }

    /// What is wrong.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The way out.
    pub(crate) fn help_text(&self) -> &str {
        &self.help
    }

    /// The name that was probably meant, if one is near.
    pub(crate) fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }

    /// The file's name as given.
    pub(crate) fn file(&self) -> &str {
        self.file.name()
    }

    /// Its line, from 1.
    pub(crate) fn line(&self) -> usize {
        self.file.position(self.place().start).0
    }

    /// Its column in characters, from 1.
    pub(crate) fn column(&self) -> usize {
        self.file.position(self.place().start).1
    }

    /// The stretch of text it is about.
    pub(super) fn place(&self) -> Place {
        self.labels[0].0
    }

    /// The lines and columns of all places that matter, the first included.
    #[cfg(test)]
    pub(crate) fn positions(&self) -> Vec<(usize, usize)> {
        self.labels.iter().map(|(place, _)| self.file.position(place.start)).collect()
    }

    /// One line: `QTS0103 4:9 unknown key … | help: …`.
    #[cfg(test)]
    pub(crate) fn compact(&self) -> String {
        let place = format!("{}:{}", self.line(), self.column());
        format!("{} {place} {} | help: {}", self.code, self.message, self.help)
    }
}

impl Diagnostic for ConfigError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<Severity> {
        self.code.is_warning().then_some(Severity::Warning)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.file.text().is_empty()).then_some(&*self.file as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = |(index, (place, text)): (usize, &(Place, Option<String>))| {
            let span = (place.start, place.end.saturating_sub(place.start));
            if index == 0 {
                LabeledSpan::new_primary_with_span(text.clone(), span)
            } else {
                LabeledSpan::new_with_span(text.clone(), span)
            }
        };
        Some(Box::new(self.labels.iter().enumerate().map(span)))
    }
}

/// All that is wrong with a config, or all warnings of it, by place; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// Sorted by place, each once.
    pub(crate) fn new(mut errors: Vec<ConfigError>) -> Self {
        errors.sort_by(|a, b| (a.place(), a.code, &a.message).cmp(&(b.place(), b.code, &b.message)));
        errors.dedup();
        Self(errors)
    }

    /// They and more; `None` if there are none.
    pub(crate) fn joined(known: Option<Self>, more: Vec<ConfigError>) -> Option<Self> {
        let all: Vec<ConfigError> = known.into_iter().flat_map(|known| known.0).chain(more).collect();
        if all.is_empty() { None } else { Some(Self::new(all)) }
    }

    /// They, by place.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &ConfigError> {
        self.0.iter()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    fn are_warnings(&self) -> bool {
        self.0.iter().all(|error| error.code.is_warning())
    }

    /// How many errors or warnings, in words.
    pub(crate) fn count(&self) -> String {
        let word = if self.are_warnings() { "warning" } else { "error" };
        format!("{} {word}{}", self.len(), if self.len() == 1 { "" } else { "s" })
    }

    /// The whole report for a person, with the lines in question.
    pub(crate) fn render(&self, colour: bool) -> String {
        let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(110).with_links(false).with_context_lines(1);
        let mut report = String::new();
        let shown = if self.are_warnings() { SHOWN } else { self.len() };
        for error in self.0.iter().take(shown) {
            let sound = handler.render_report(&mut report, error).is_ok();
            report.push_str(if sound { "\n" } else { "(its lines cannot be shown)\n" });
        }
        let rest = if self.len() > shown { format!("; shown are the first {shown}") } else { String::new() };
        report + &self.count() + &rest + "\n"
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for ConfigErrors {}
