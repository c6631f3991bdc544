//! Parameters of a configured strategy: named texts, read once when it is built, every error naming its key.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

use qts_core::{Price, Qty};

/// A parameter's value. Numbers are kept as they were written, so that no digit is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Param {
    /// A text or a number as written.
    Text(String),
    /// Several values.
    List(Vec<Param>),
    /// Named values.
    Table(Params),
}

/// Named values that a strategy's builder takes out one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(BTreeMap<String, Param>);

/// What is wrong with a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamError {
    /// Which one.
    pub key: String,
    /// What is wrong with it, completing "`key` …".
    pub problem: String,
    /// The names that would have been known, if the name is the problem.
    pub known: Vec<String>,
}

impl fmt::Display for ParamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.key, self.problem)
    }
}

impl std::error::Error for ParamError {}

impl ParamError {
    /// `key` with what is wrong about it.
    #[must_use]
    pub fn new(key: &str, problem: impl Into<String>) -> Self {
        Self { key: key.to_owned(), problem: problem.into(), known: Vec::new() }
    }
}

impl FromIterator<(String, Param)> for Params {
    fn from_iter<I: IntoIterator<Item = (String, Param)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl Params {
    /// Takes a value out, if it is there.
    pub fn take(&mut self, key: &str) -> Option<Param> {
        self.0.remove(key)
    }

    /// Takes a text (or a number as written) out, if it is there.
    ///
    /// # Errors
    /// It is a list or a table.
    pub fn text(&mut self, key: &str) -> Result<Option<String>, ParamError> {
        match self.take(key) {
            None => Ok(None),
            Some(Param::Text(text)) => Ok(Some(text)),
            Some(_) => Err(ParamError::new(key, "must be a text or a number")),
        }
    }

    /// Takes a value of any type that parses from text out, if it is there; `what` completes "must be …".
    ///
    /// # Errors
    /// It does not parse.
    pub fn optional<T: FromStr>(&mut self, key: &str, what: &str) -> Result<Option<T>, ParamError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let wrong = || ParamError::new(key, format!("must be {what}, not `{text}`"));
        text.parse().map(Some).map_err(|_| wrong())
    }

    /// As [`Self::optional`], but it must be there.
    ///
    /// # Errors
    /// It is missing or does not parse.
    pub fn required<T: FromStr>(&mut self, key: &str, what: &str) -> Result<T, ParamError> {
        self.optional(key, what)?.ok_or_else(|| ParamError::new(key, format!("is missing: give {what}")))
    }

    /// A quantity above zero.
    ///
    /// # Errors
    /// It is missing, not a number, or not above zero.
    pub fn qty(&mut self, key: &str) -> Result<Qty, ParamError> {
        let qty: Qty = self.required(key, "a quantity above zero")?;
        if qty.is_positive() { Ok(qty) } else { Err(ParamError::new(key, "must be above zero")) }
    }

    /// A price above zero.
    ///
    /// # Errors
    /// It is missing, not a number, or not above zero.
    pub fn price(&mut self, key: &str) -> Result<Price, ParamError> {
        let price: Price = self.required(key, "a price above zero")?;
        if price.is_positive() { Ok(price) } else { Err(ParamError::new(key, "must be above zero")) }
    }

    /// A length in events, above zero and at most a million.
    ///
    /// # Errors
    /// It is missing or not such a number.
    pub fn length(&mut self, key: &str) -> Result<NonZeroUsize, ParamError> {
        let length: NonZeroUsize = self.required(key, "a whole number above zero")?;
        if length.get() <= 1_000_000 { Ok(length) } else { Err(ParamError::new(key, "must be at most 1000000")) }
    }

    /// A finite number between `low` and `high`.
    ///
    /// # Errors
    /// It is missing or not such a number.
    pub fn level(&mut self, key: &str, low: f64, high: f64) -> Result<f64, ParamError> {
        let what = format!("a number from {low} to {high}");
        let level: f64 = self.required(key, &what)?;
        if (low..=high).contains(&level) { Ok(level) } else { Err(ParamError::new(key, format!("must be {what}"))) }
    }

    /// Nothing may be left: every name must have been known.
    ///
    /// # Errors
    /// The first name that was not, with the names that are.
    pub fn finish(self, known: &[&str]) -> Result<(), ParamError> {
        match self.0.into_keys().next() {
            None => Ok(()),
            Some(key) => Err(ParamError {
                problem: format!("is not a parameter of this kind (known: {})", known.join(", ")),
                known: known.iter().map(|name| (*name).to_owned()).collect(),
                key,
            }),
        }
    }
}
