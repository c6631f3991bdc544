//! The controls, a file for each group: what each measures, and with which levels it is applied.
//!
//! A calculator says in its doc what it computes, in which unit, at which scope, what its levels do, what exits may,
//! what `conservative` says, how a policy says it, and where it comes from (`risk-reference.md`, by the id that it
//! begins with). The pages in `docs/controls` are made of it (`crates/qts/tests/it/control_pages`). The functions
//! `of_strategy` and `of_account` list the controls of a group with their measures; what comes of them is said by
//! `verdict` alone.

mod capacity;
mod plausibility;
mod validity;
mod velocity;

use qts_core::{Amount, Code, Money};

use crate::measure::{Measure, RiskContext};
use crate::policy::{Controls, Levels};
use crate::verdict::{Action, Control};

pub use capacity::{
    BudgetUse, CashUse, GrossExposure, NetExposure, OpenOrders, OrderNotional, OrderQty, PositionSize, SharesOfDay,
};
pub use plausibility::{AdverseDeviation, BeyondDailyLimits, CycleAsked, CycleSent, LastJump, WithoutLimit};
pub use validity::{BetweenSessions, DataAge, OnList, SameIntent, SharesSold};
pub use velocity::{MessagesOfSession, OrdersOfLate};

/// What a scope judges by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms<'a> {
    /// The policy's controls for the instrument.
    pub(crate) controls: &'a Controls,
    /// What percentages are of.
    pub(crate) base: Option<Money>,
    /// What the strategy's book may hold at cost.
    pub(crate) budget: Option<Money>,
    /// The account's cash.
    pub(crate) cash: Option<Money>,
}

/// The controls of a scope with what they measured.
#[derive(Debug, Default)]
pub(crate) struct Found(pub(crate) Vec<(Control, Measure)>);

impl Found {
    fn add(&mut self, code: Code, action: Action, levels: Option<Levels<Amount>>, measure: Measure) {
        self.0.push((Control { code, action, levels }, measure));
    }

    /// A control without levels: what it asks is so or is not.
    fn add_fact(&mut self, code: Code, action: Action, measure: Measure) {
        self.add(code, action, None, measure);
    }
}

/// Every control of a strategy's policy with what it measured.
pub(crate) fn of_strategy(terms: &Terms<'_>, seen: &RiskContext<'_>) -> Vec<(Control, Measure)> {
    let mut found = Found(Vec::with_capacity(16));
    validity::of_strategy(terms, seen, &mut found);
    plausibility::of_strategy(terms, seen, &mut found);
    capacity::of_strategy(terms, seen, &mut found);
    velocity::of_either(terms, seen, &mut found);
    found.0
}

/// Every control of the account's policy with what it measured.
pub(crate) fn of_account(terms: &Terms<'_>, seen: &RiskContext<'_>) -> Vec<(Control, Measure)> {
    let mut found = Found(Vec::with_capacity(12));
    validity::of_account(terms, seen, &mut found);
    plausibility::of_account(terms, seen, &mut found);
    capacity::of_account(terms, seen, &mut found);
    velocity::of_either(terms, seen, &mut found);
    found.0
}

#[cfg(test)]
mod tests {
    /// The files of the groups; the pages in `docs/controls` are made of them.
    const GROUPS: [&str; 4] = [
        include_str!("validity.rs"),
        include_str!("plausibility.rs"),
        include_str!("capacity.rs"),
        include_str!("velocity.rs"),
    ];
    const SAID: [&str; 7] = ["formula", "unit", "scope", "levels", "exits", "conservative", "source"];

    #[test]
    fn every_calculator_says_what_it_computes_in_the_same_words() {
        let mut seen = 0;
        for text in GROUPS {
            let blocks = text.split("\n\n").filter(|block| block.contains("\npub struct "));
            for block in blocks {
                let doc: Vec<&str> = block.lines().filter_map(|line| line.strip_prefix("/// - *")).collect();
                for word in SAID {
                    assert!(doc.iter().any(|line| line.starts_with(&format!("{word}*: "))), "{word}: {block}");
                }
                seen += 1;
            }
            let calculators = text.matches("impl RiskCalculator for ").count();
            assert_eq!(text.matches("\npub struct ").count(), calculators);
        }
        assert_eq!(seen, 22);
    }
}
