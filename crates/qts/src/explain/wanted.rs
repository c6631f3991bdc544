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
        /// Who asked, if the first of its asks in that cycle is meant.
        strategy: String,
        /// Who asked, and which of its asks, from 0, if the last number says that; ids may end in a number, too.
        with_emission: Option<(String, u32)>,
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
        let with_emission = rest.rsplit_once(':').and_then(|(id, last)| Some((id.to_owned(), last.parse().ok()?)));
        if rest.is_empty() || with_emission.as_ref().is_some_and(|(id, _)| id.is_empty()) {
            return Err(wrong());
        }
        Ok(Self::Id { cycle, strategy: rest.to_owned(), with_emission })
    }

    /// Is it this one?
    pub(super) fn is(&self, number: u64, id: &DecisionId) -> bool {
        match self {
            Self::Number(wanted) => *wanted == number,
            Self::Id { cycle, strategy, with_emission } => {
                let own = (id.strategy.as_str(), id.emission);
                let is_said =
                    with_emission.as_ref().is_some_and(|(strategy, number)| (strategy.as_str(), *number) == own);
                *cycle == id.cycle.0 && (is_said || (strategy.as_str(), 0) == own)
            }
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Id { cycle, strategy, with_emission: Some(_) } => write!(f, "{cycle}:{strategy}"),
            Self::Id { cycle, strategy, with_emission: None } => write!(f, "{cycle}:{strategy}:0"),
        }
    }
}

#[cfg(test)]
mod tests {
    use qts_core::{Cycle, StrategyId};

    use super::*;

    #[test]
    fn a_decision_is_named_by_its_number_or_its_id() {
        let id =
            |strategy: &str, emission| DecisionId { cycle: Cycle(1107), strategy: StrategyId::new(strategy), emission };
        for (text, number, id) in [
            ("212", 212, id("any", 0)),
            ("#212", 212, id("any", 0)),
            ("1107:rsi-7", 1, id("rsi-7", 0)),
            ("1107:rsi-7:2", 1, id("rsi-7", 2)),
            ("1107:a:b:2", 1, id("a:b", 2)),
            ("1107:a:2", 1, id("a:2", 0)),
        ] {
            let wanted = Wanted::parse(text).expect("a decision");
            assert!(wanted.is(number, &id), "{text}");
            let others = [DecisionId { emission: 7, ..id.clone() }, DecisionId { cycle: Cycle(1), ..id.clone() }];
            assert!(others.iter().all(|other| !wanted.is(number + 1, other)), "{text}");
        }
        for text in ["", "0", "-1", "x", "x:rsi-7", "1107:", "1107::0"] {
            assert!(Wanted::parse(text).is_err(), "{text}");
        }
    }
}
