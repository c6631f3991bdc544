//! Single values: texts, words, exact numbers, percentages, times. Each reports what is wrong and what to write.

use std::str::FromStr;

use qts_core::{Money, NumError, Price, Qty, Ratio, Span, Ts};
use qts_venues::hours::Windows;
use toml::de::DeValue;

use super::code::Code;
use super::reader::Item;

const NUMBER_HELP: &str = "write a decimal in quotes, such as \"50000\" or \"0.05\"";

/// What a number must be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// Anything.
    Any,
    /// Zero or more.
    NotNegative,
    /// More than zero.
    Positive,
}

impl Bound {
    fn admits(self, units: i128) -> bool {
        match self {
            Self::Any => true,
            Self::NotNegative => units >= 0,
            Self::Positive => units > 0,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Any => "any number",
            Self::NotNegative => "zero or more",
            Self::Positive => "above zero",
        }
    }
}

/// A number as written, without what only separates its digits.
pub(super) fn number_as_written(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::Float(float) => Some(float.as_str().to_owned()),
        DeValue::Integer(integer) if integer.radix() == 10 => Some(integer.as_str().to_owned()),
        DeValue::Integer(integer) => {
            let plain = i128::from_str_radix(integer.as_str(), integer.radix());
            Some(plain.map_or_else(|_| integer.to_string(), |number| number.to_string()))
        }
        _ => None,
    }
}

impl Item<'_> {
    /// A text that is not empty.
    pub(super) fn text(&self) -> Option<String> {
        let DeValue::String(text) = &self.value else {
            self.wrong_type("a text", &format!("write it in quotes: `{} = \"…\"`", self.key));
            return None;
        };
        if text.trim().is_empty() {
            let error = self.error(Code::EmptyText, format!("`{}` is empty", self.key));
            self.log.push(error.help("write something between the quotes, or leave the key out"));
            return None;
        }
        Some(text.clone().into_owned())
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let error = self.error(Code::UnknownWord, format!("`{}` cannot be `{text}`", self.key));
            self.log.push(error.one_of(&text, words.iter().map(|(word, _)| *word), "it can be"));
        }
        found
    }

    /// `true` or `false`.
    pub(super) fn flag(&self) -> Option<bool> {
        let DeValue::Boolean(flag) = self.value else {
            self.wrong_type("true or false", &format!("write `{} = true` or `{} = false`", self.key, self.key));
            return None;
        };
        Some(flag)
    }

    /// A number as text, whether it is written as a text or as a number.
    pub(super) fn number_text(&self) -> Option<String> {
        if let DeValue::String(text) = &self.value {
            return Some(text.clone().into_owned());
        }
        let text = number_as_written(&self.value);
        if text.is_none() {
            self.wrong_type("a number", NUMBER_HELP);
        }
        text
    }

    /// What came of parsing `text` as a number.
    pub(super) fn parsed<T>(&self, text: &str, result: Result<T, NumError>) -> Option<T> {
        let (found, why) = match result {
            Ok(found) => return Some(found),
            Err(why) => (text, why),
        };
        let help = match why {
            NumError::NotANumber => NUMBER_HELP,
            NumError::TooPrecise => "write at most eight decimals (in a percentage, six)",
            NumError::OutOfRange => "write a smaller number",
        };
        let message = format!("`{}` is `{found}`: {why}", self.key);
        self.log.push(self.error(Code::NotANumber, message).help(help));
        None
    }

    /// Is a number in its bound? Reports it if not.
    pub(super) fn bounded(&self, units: i128, bound: Bound) -> bool {
        let sound = bound.admits(units);
        if !sound {
            self.out_of_bounds(bound.words());
        }
        sound
    }

    /// Reports a number outside its bounds, which are `words`.
    pub(super) fn out_of_bounds(&self, words: &str) {
        let written = self.log.file.slice(self.place);
        let error = self.error(Code::OutOfBounds, format!("`{}` must be {words}, not {written}", self.key));
        self.log.push(error.help(format!("write a number that is {words}")));
    }

    fn decimal<T: FromStr<Err = NumError> + Copy>(&self, bound: Bound, units: fn(T) -> i128) -> Option<T> {
        let text = self.number_text()?;
        let number: T = self.parsed(&text, text.parse())?;
        self.bounded(units(number), bound).then_some(number)
    }

    /// A price above zero.
    pub(super) fn price(&self) -> Option<Price> {
        self.decimal(Bound::Positive, |price: Price| price.units().into())
    }

    /// A quantity.
    pub(super) fn qty(&self, bound: Bound) -> Option<Qty> {
        self.decimal(bound, |qty: Qty| qty.units().into())
    }

    /// A plain fraction or factor.
    pub(super) fn factor(&self, bound: Bound) -> Option<Ratio> {
        self.decimal(bound, |ratio: Ratio| ratio.units().into())
    }

    /// An amount of money that is not negative.
    pub(super) fn money(&self) -> Option<Money> {
        self.decimal(Bound::NotNegative, Money::units)
    }

    /// A percentage, `"1.5%"`; a bare zero is one too.
    pub(super) fn percent(&self) -> Option<Ratio> {
        let text = self.number_text()?;
        if let Some(digits) = text.strip_suffix('%') {
            return self.parsed(&text, Ratio::from_percent(digits.trim_end()));
        }
        if text.parse() == Ok(Ratio::ZERO) {
            return Some(Ratio::ZERO);
        }
        let error = self.error(Code::NotAPercentage, format!("`{}` must be a percentage, not `{text}`", self.key));
        let help = match text.parse::<Ratio>() {
            Ok(_) => format!("write \"{text}%\" if that is what you mean"),
            Err(_) => "write it in quotes with its sign, such as \"1.5%\"".to_owned(),
        };
        self.log.push(error.help(help));
        None
    }

    /// A percentage from 0 % to `top`, for fees, taxes and shares.
    pub(super) fn share(&self, bound: Bound, top: Ratio) -> Option<Ratio> {
        let ratio = self.percent()?;
        let sound = bound.admits(ratio.units().into()) && ratio <= top;
        if !sound {
            self.out_of_bounds(&format!("{} and at most {}%", bound.words(), top.units() / 1_000_000));
        }
        sound.then_some(ratio)
    }

    /// A whole number of type `T`, at least `least`.
    pub(super) fn whole<T: TryFrom<i128>>(&self, least: i128) -> Option<T> {
        let text = self.number_text()?;
        let Ok(number) = text.parse::<i128>() else {
            let error = self.error(Code::NotANumber, format!("`{}` must be a whole number, not `{text}`", self.key));
            self.log.push(error.help("write digits only, such as 10"));
            return None;
        };
        let found = if number >= least { T::try_from(number).ok() } else { None };
        if found.is_none() && number < least {
            self.out_of_bounds(&format!("{least} or more"));
        } else if found.is_none() {
            self.out_of_bounds("smaller");
        }
        found
    }

    /// A length of time above zero: a number and a unit.
    pub(super) fn length(&self) -> Option<Span> {
        let text = self.text()?;
        let span = parse_length(&text);
        if span.is_none() {
            let error = self.error(Code::NotALength, format!("`{}` must be a length of time, not `{text}`", self.key));
            self.log
                .push(error.help("write a whole number above zero and its unit: \"30s\", \"15m\", \"1h\" or \"1d\""));
        }
        span
    }

    /// An instant: RFC 3339 with an offset.
    pub(super) fn time(&self) -> Option<Ts> {
        let text = match &self.value {
            DeValue::Datetime(_) => self.log.file.slice(self.place).to_owned(),
            _ => self.text()?,
        };
        let nanoseconds = text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_nanosecond);
        let ts = nanoseconds.and_then(|ns| i64::try_from(ns).ok()).map(Ts);
        if ts.is_none() {
            let error =
                self.error(Code::NotATime, format!("`{}` must be a time with its offset, not `{text}`", self.key));
            self.log.push(error.help("write it as \"2018-01-15T15:30:00+09:00\""));
        }
        ts
    }

    /// A session of one day: one window or several, in order.
    pub(super) fn session(&self) -> Option<Windows> {
        let text = self.text()?;
        let found = text.parse().ok();
        if found.is_none() {
            let wanted = "`session` must be an open and a later close of one day, or several in order";
            let error = self.error(Code::NotASession, format!("{wanted}, not `{text}`"));
            let help = "write local times as \"09:00-15:30\" or \"09:00-11:30, 12:30-15:00\"; leave it out if trading \
                        never closes";
            self.log.push(error.help(help));
        }
        found
    }

    /// The name of a time zone.
    pub(super) fn zone(&self) -> Option<String> {
        let text = self.text()?;
        if jiff::tz::TimeZone::get(&text).is_ok() {
            return Some(text);
        }
        let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        let error = self.error(Code::UnknownZone, format!("no time zone is called `{text}`"));
        let error = error.one_of(&text, names.iter().map(String::as_str), "time zones");
        self.log.push(error.or_help("write a name of the IANA database, such as \"Asia/Seoul\" or \"UTC\""));
        None
    }
}

fn parse_length(text: &str) -> Option<Span> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let milliseconds = match unit.trim_start() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    let number: i64 = number.parse().ok().filter(|number| *number > 0)?;
    number.checked_mul(milliseconds)?.checked_mul(Span::SECOND.0 / 1_000).map(Span)
}
