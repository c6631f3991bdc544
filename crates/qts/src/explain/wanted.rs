//! Which decision is meant.

use std::fmt;

use qts_core::DecisionId;

/// A decision as people name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// By its place in the run, from 1: the row of a decisions file.
    Number(u64),
    /// By its id.
    Id {
        /// Its cycle.
        cycle: u64,
        /// Who asked.
        strategy: String,
        /// Which of its asks in that cycle, from 0.
        emission: u32,
    },
}

impl Wanted {
    /// From `212`, `1107:rsi-7` or `1107:rsi-7:0`.
    ///
    /// # Errors
    /// It is none of these.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no decision: write its number (212) or its id (1107:rsi-7:0)");
        let text = text.strip_prefix('#').unwrap_or(text);
        let Some((cycle, rest)) = text.split_once(':') else {
            let number: u64 = text.parse().map_err(|_| wrong())?;
            return if number > 0 { Ok(Self::Number(number)) } else { Err("decisions are numbered from 1".to_owned()) };
        };
        let cycle = cycle.parse().map_err(|_| wrong())?;
        let with_emission = rest.rsplit_once(':').and_then(|(id, last)| Some((id, last.parse().ok()?)));
        let (strategy, emission) = with_emission.unwrap_or((rest, 0));
        if strategy.is_empty() {
            return Err(wrong());
        }
        Ok(Self::Id { cycle, strategy: strategy.to_owned(), emission })
    }

    /// Is it this one?
    pub(super) fn is(&self, number: u64, id: &DecisionId) -> bool {
        match self {
            Self::Number(wanted) => *wanted == number,
            Self::Id { cycle, strategy, emission } => {
                (*cycle, strategy.as_str(), *emission) == (id.cycle.0, id.strategy.as_str(), id.emission)
            }
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Id { cycle, strategy, emission } => write!(f, "{cycle}:{strategy}:{emission}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_named_by_its_number_or_its_id() {
        let id = |strategy: &str, emission| Wanted::Id { cycle: 1107, strategy: strategy.to_owned(), emission };
        for (text, wanted) in [
            ("212", Wanted::Number(212)),
            ("#212", Wanted::Number(212)),
            ("1107:rsi-7", id("rsi-7", 0)),
            ("1107:rsi-7:2", id("rsi-7", 2)),
            ("1107:a:b:2", id("a:b", 2)),
        ] {
            assert_eq!(Wanted::parse(text), Ok(wanted), "{text}");
        }
        for text in ["", "0", "-1", "x", "x:rsi-7", "1107:", "1107::0"] {
            assert!(Wanted::parse(text).is_err(), "{text}");
        }
    }
}
