//! Instants, spans, session days and modes. Nothing here reads a clock.

use std::fmt;

/// An instant: nanoseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ts(pub i64);

/// A length of time in nanoseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

/// A session's local date, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Span {
    /// One second.
    pub const SECOND: Self = Self(1_000_000_000);
    /// One day of 24 hours.
    pub const DAY: Self = Self(86_400_000_000_000);

    /// This span `n` times, at most the longest there is.
    #[must_use]
    pub const fn times(self, n: i64) -> Self {
        Self(self.0.saturating_mul(n))
    }
}

impl fmt::Display for Span {
    /// In seconds, exactly: `90s`, `0.25s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, nanos) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let (seconds, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
        if rest == 0 {
            return write!(f, "{sign}{seconds}s");
        }
        let digits = format!("{rest:09}");
        write!(f, "{sign}{seconds}.{}s", digits.trim_end_matches('0'))
    }
}

impl Ts {
    /// How long ago `earlier` was; nothing if it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0).max(0))
    }
}

/// What an owner, an instrument or the account may do at the moment; ordered by severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Everything the policy admits.
    #[default]
    Active,
    /// Reducing parts only.
    ReduceOnly,
    /// Nothing but cancels and the operator's flatten.
    Halted,
    /// As halted, set by a kill; only the operator re-arms it.
    Killed,
}

impl Mode {
    /// The word used in files and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::ReduceOnly => "reduce_only",
            Self::Halted => "halted",
            Self::Killed => "killed",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_seconds() {
        let told = [0, 1_000_000_000, 90_000_000_000, 250_000_000, 1, -1_500_000_000].map(|ns| Span(ns).to_string());
        assert_eq!(told, ["0s", "1s", "90s", "0.25s", "0.000000001s", "-1.5s"]);
    }
}
