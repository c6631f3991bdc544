//! A small reader over TOML: takes keys out of tables one by one, knows where everything stands, collects every
//! problem instead of stopping at the first. Knows nothing of what the keys mean.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::code::Code;
use super::error::ConfigError;
use super::source::{Place, Source};

/// The problems found so far.
pub(super) struct Log {
    /// The file they are in.
    pub(super) file: Arc<Source>,
    errors: RefCell<Vec<ConfigError>>,
}

impl Log {
    /// None yet.
    pub(super) fn new(file: Arc<Source>) -> Self {
        Self { file, errors: RefCell::default() }
    }

    /// A problem to be filled in and then [`Self::push`]ed.
    pub(super) fn error(&self, code: Code, place: Place, message: impl Into<String>) -> ConfigError {
        ConfigError::new(&self.file, code, place, message)
    }

    /// Adds one.
    pub(super) fn push(&self, error: ConfigError) {
        self.errors.borrow_mut().push(error);
    }

    /// All of them.
    pub(super) fn into_errors(self) -> Vec<ConfigError> {
        self.errors.into_inner()
    }
}

/// A table being read: what is left of it, and what was asked for.
pub(super) struct Table<'d> {
    /// Where problems go.
    pub(super) log: &'d Log,
    /// Its header, or the whole of an inline table.
    pub(super) place: Place,
    title: String,
    items: BTreeMap<String, Item<'d>>,
    known: Vec<&'static str>,
}

/// A value with its key.
pub(super) struct Item<'d> {
    /// Where problems go.
    pub(super) log: &'d Log,
    /// Its key; for an element of a list, the list's.
    pub(super) key: String,
    /// Where the key stands.
    pub(super) key_place: Place,
    /// Where the value stands.
    pub(super) place: Place,
    /// The value.
    pub(super) value: DeValue<'d>,
}

impl<'d> Table<'d> {
    /// A table, called `title` in messages.
    pub(super) fn new(log: &'d Log, title: &str, place: Place, entries: DeTable<'d>) -> Self {
        let item = |(key, value): (Spanned<DeString<'d>>, Spanned<DeValue<'d>>)| {
            let (key_place, place) = (key.span().into(), value.span().into());
            let key = key.into_inner().into_owned();
            (key.clone(), Item { log, key, key_place, place, value: value.into_inner() })
        };
        let items = entries.into_iter().map(item).collect();
        Self { log, place, title: title.to_owned(), items, known: Vec::new() }
    }

    /// Takes a value out, if it is there.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Item<'d>> {
        self.known.push(key);
        self.items.remove(key)
    }

    /// Takes a value out that must be there; `example` shows how.
    pub(super) fn require(&mut self, key: &'static str, example: &str) -> Option<Item<'d>> {
        let item = self.take(key);
        if item.is_none() {
            self.missing(key, example);
        }
        item
    }

    /// Reports that a value is not there.
    pub(super) fn missing(&self, key: &str, example: &str) {
        let message = format!("{} has no `{key}`", self.title);
        self.log.push(self.log.error(Code::MissingKey, self.place, message).help(format!("add `{key} = {example}`")));
    }

    /// Takes out a table that stands alone: `[key]`.
    pub(super) fn single(&mut self, key: &'static str) -> Option<Self> {
        let item = self.take(key)?;
        item.table(&format!("[{key}]"))
    }

    /// Takes out tables that stand in a row: `[[key]]`.
    pub(super) fn rows(&mut self, key: &'static str) -> Vec<Self> {
        let Some(item) = self.take(key) else { return Vec::new() };
        let title = format!("[[{key}]]");
        if item.value.is_table() {
            let message = format!("`{key}` must be a list of tables");
            let error = item.log.error(Code::WrongType, item.place, message);
            item.log.push(error.help(format!("write `{title}` with two brackets")));
            return Vec::new();
        }
        let rows = item.list(&format!("tables headed `{title}`")).unwrap_or_default();
        rows.into_iter().filter_map(|row| row.table(&title)).collect()
    }

    /// Takes out everything that is left, by key.
    pub(super) fn drain(&mut self) -> Vec<Item<'d>> {
        std::mem::take(&mut self.items).into_values().collect()
    }

    /// Reports the keys that nobody asked for.
    pub(super) fn finish(self) {
        for item in self.items.into_values() {
            let message = format!("unknown key `{}` in {}", item.key, self.title);
            let error = item.log.error(Code::UnknownKey, item.key_place, message);
            item.log.push(error.one_of(&item.key, self.known.iter().copied(), "known keys"));
        }
    }
}

impl<'d> Item<'d> {
    /// A problem of this value, to be filled in and pushed.
    pub(super) fn error(&self, code: Code, message: impl Into<String>) -> ConfigError {
        self.log.error(code, self.place, message)
    }

    /// Reports that it is not what it should be, as ``"`key` must be …, not a list"``.
    pub(super) fn wrong_type(&self, wanted: &str, help: &str) {
        let what = match &self.value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let message = format!("`{}` must be {wanted}, not {what}", self.key);
        self.log.push(self.error(Code::WrongType, message).help(help));
    }

    /// As a table.
    pub(super) fn table(self, title: &str) -> Option<Table<'d>> {
        let Self { log, place, value: DeValue::Table(entries), .. } = self else {
            let header = if title.starts_with('[') { format!("head it `{title}`, or ") } else { String::new() };
            self.wrong_type("a table", &format!("{header}put its keys in braces: `{} = {{ … }}`", self.key));
            return None;
        };
        Some(Table::new(log, title, place, entries))
    }

    /// As a list of `what`.
    pub(super) fn list(self, what: &str) -> Option<Vec<Self>> {
        let Self { log, key, value: DeValue::Array(elements), .. } = self else {
            self.wrong_type(&format!("a list of {what}"), &format!("write a list: `{} = [ … ]`", self.key));
            return None;
        };
        let element = |value: Spanned<DeValue<'d>>| {
            let place = value.span().into();
            Self { log, key: key.clone(), key_place: place, place, value: value.into_inner() }
        };
        Some(elements.into_iter().map(element).collect())
    }

    /// Is it `false`?
    pub(super) fn is_off(&self) -> bool {
        matches!(self.value, DeValue::Boolean(false))
    }

    /// Is it `true`?
    pub(super) fn is_on(&self) -> bool {
        matches!(self.value, DeValue::Boolean(true))
    }
}
