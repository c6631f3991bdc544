//! A value in a cycle's text: what it is, and a [`Problem`] with its place if it is not that.
//!
//! Values stay borrowed texts until somebody asks what they are, so numbers keep every digit and problems know where
//! they are.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use qts_core::{NumError, Ts};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::error::{Fault, Problem, shown};
use super::path::offset_of;

const TIME_HELP: &str = "write it as \"2026-01-05T10:00:00+09:00\"";
const NUMBER_HELP: &str = "write a decimal in quotes, such as \"50000\" or \"0.05\"";

/// A value: a sound JSON text of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'a>(&'a str);

impl<'a> Node<'a> {
    /// The value that a text is.
    ///
    /// # Errors
    /// Its first error of syntax.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Problem> {
        serde_json::from_str::<&RawValue>(text).map(|raw| Self(raw.get())).map_err(|error| {
            let at = offset_of(text, error.line(), error.column());
            let why = error.to_string();
            let why = why.rsplit_once(" at line ").map_or(&*why, |(why, _)| why);
            let problem = format!("this is not JSON: {why}");
            Problem::new(&text[at..], problem, "correct it; a cycle is one JSON object").of(Fault::NotJson)
        })
    }

    /// A problem of this value.
    pub(crate) fn problem(self, problem: impl Into<String>, help: impl Into<String>) -> Problem {
        Problem::new(self.0, problem, help)
    }

    /// A problem of an object that lacks this key.
    pub(crate) fn lacks(self, key: &str) -> Problem {
        self.problem(format!("`{key}` is missing"), format!("add `\"{key}\": …`")).of(Fault::MissingKey)
    }

    /// It is not what it should be.
    fn is_no(self, what: &str, help: &str) -> Problem {
        self.problem(format!("this must be {what}, not `{}`", shown(self.0)), help)
    }

    /// It as written.
    pub(crate) const fn raw(self) -> &'a str {
        self.0
    }

    /// The values of an array, or the one value that is none.
    ///
    /// # Errors
    /// It is no sound array.
    pub(crate) fn one_or_more(self) -> Result<Vec<Node<'a>>, Problem> {
        if self.0.starts_with('[') { self.items().map(Iterator::collect) } else { Ok(vec![self]) }
    }

    /// Is it `null`?
    pub(crate) fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// The parts of an object by these keys.
    ///
    /// # Errors
    /// It is no object, or has another key, or one twice.
    pub(crate) fn fields<const N: usize>(self, keys: [&str; N]) -> Result<[Option<Node<'a>>; N], Problem> {
        let mut found = [None; N];
        for (key, value) in self.entries()? {
            let name = key.text()?;
            let Some(place) = keys.iter().position(|known| *known == name) else {
                let problem = format!("unknown key `{}`", shown(&name));
                return Err(key.problem(problem, key_help(&name, &keys)).of(Fault::UnknownKey));
            };
            if found[place].replace(value).is_some() {
                return Err(key.twice(&name));
            }
        }
        Ok(found)
    }

    /// This key stands in its object for the second time.
    pub(crate) fn twice(self, key: &str) -> Problem {
        self.problem(format!("`{}` stands here twice", shown(key)), "keep one").of(Fault::Repeated)
    }

    /// Keys and values of an object, in the order written.
    ///
    /// # Errors
    /// It is none.
    pub(crate) fn entries(self) -> Result<Vec<(Node<'a>, Node<'a>)>, Problem> {
        let wrong = |_| self.is_no("an object", "write { … }").of(Fault::WrongType);
        serde_json::from_str::<Entries<'_>>(self.0).map(|entries| entries.0).map_err(wrong)
    }

    /// The values of an array.
    ///
    /// # Errors
    /// It is none.
    pub(crate) fn items(self) -> Result<impl Iterator<Item = Node<'a>>, Problem> {
        let wrong = |_| self.is_no("an array", "write [ … ]").of(Fault::WrongType);
        let items = serde_json::from_str::<Vec<&'a RawValue>>(self.0).map_err(wrong)?;
        Ok(items.into_iter().map(|raw| Self(raw.get())))
    }

    /// A text.
    ///
    /// # Errors
    /// It is none.
    pub(crate) fn text(self) -> Result<Cow<'a, str>, Problem> {
        let inside = self.0.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        match inside {
            Some(plain) if !plain.contains('\\') => Ok(Cow::Borrowed(plain)),
            Some(_) => serde_json::from_str(self.0).map(Cow::Owned).map_err(|_| {
                self.is_no("a text", "correct its `\\u` escapes: one of them is only half of a character")
            }),
            None => Err(self.is_no("a text", "write it in quotes").of(Fault::WrongType)),
        }
    }

    /// A text, or what stands there instead of one.
    ///
    /// # Errors
    /// It is a text with a broken escape.
    pub(crate) fn echo(self) -> Result<Cow<'a, str>, Problem> {
        if self.0.starts_with('"') { self.text() } else { Ok(Cow::Borrowed(self.0)) }
    }

    /// One of these words.
    ///
    /// # Errors
    /// It is none of them.
    pub(crate) fn word<T: Copy, const N: usize>(self, words: [(&str, T); N]) -> Result<T, Problem> {
        let text = self.text()?;
        let known = words.map(|(word, _)| word).join(", ");
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        found.ok_or_else(|| self.is_no(&format!("one of {known}"), &format!("write one of {known}")))
    }

    /// An instant.
    ///
    /// # Errors
    /// It is no time with an offset.
    pub(crate) fn time(self) -> Result<Ts, Problem> {
        let parsed = self.text()?.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_nanosecond);
        let ts = parsed.and_then(|nanoseconds| i64::try_from(nanoseconds).ok()).map(Ts);
        ts.ok_or_else(|| self.is_no("a time with its offset", TIME_HELP))
    }

    /// An exact number.
    ///
    /// # Errors
    /// It is none.
    pub(crate) fn number<T: FromStr<Err = NumError>>(self) -> Result<T, Problem> {
        let parsed = self.echo()?.parse();
        parsed.map_err(|why| self.problem(format!("`{}`: {why}", shown(self.0)), NUMBER_HELP))
    }

    /// An exact number that is above zero, or not below it.
    ///
    /// # Errors
    /// It is none.
    pub(crate) fn number_from<T>(self, least: Least) -> Result<T, Problem>
    where
        T: FromStr<Err = NumError> + Default + PartialOrd,
    {
        let number: T = self.number()?;
        let (sound, what) = match least {
            Least::Zero => (number >= T::default(), "zero or more"),
            Least::AboveZero => (number > T::default(), "above zero"),
        };
        if sound { Ok(number) } else { Err(self.is_no(what, NUMBER_HELP)) }
    }
}

/// How small a number may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Least {
    /// Zero or more.
    Zero,
    /// More than zero.
    AboveZero,
}

fn key_help(word: &str, keys: &[&str]) -> String {
    let edits = |key: &&&str| strsim::damerau_levenshtein(word, key);
    let near = keys.iter().filter(|key| word.len() < 32 && edits(key) <= key.len().div_ceil(3)).min_by_key(edits);
    match near {
        Some(key) => format!("did you mean `{key}`?"),
        None => format!("keys here: {}", keys.join(", ")),
    }
}

/// An object's keys and values in the order written.
struct Entries<'a>(Vec<(Node<'a>, Node<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsWritten;

        impl<'de> Visitor<'de> for AsWritten {
            type Value = Vec<(Node<'de>, Node<'de>)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut entries = Vec::new();
                while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
                    entries.push((Node(key.get()), Node(value.get())));
                }
                Ok(entries)
            }
        }

        deserializer.deserialize_map(AsWritten).map(Self)
    }
}
