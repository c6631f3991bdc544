//! Phase 5: the first risk calculation and the first gate, kept for ever. The calculator only computes; only the
//! gate decides, and it computes the score again after it has cut the quantity.

use qts_core::{Code, Money, Price, Qty, Ratio, Side};

/// What the simple calculator looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SimpleRiskInput {
    /// Which way.
    pub side: Side,
    /// How many shares.
    pub qty: Qty,
    /// The price to judge by.
    pub price: Price,
    /// Shares that can still be sold.
    pub holding: Qty,
    /// Cash that can still be spent.
    pub cash: Money,
}

/// What the simple calculator computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SimpleRisk {
    /// Is anything possible at all?
    pub allowed: bool,
    /// From 0, harmless, to 1.
    pub score: Ratio,
    /// The most shares that are possible.
    pub max: Qty,
    /// What was looked at.
    pub code: Code,
}

/// Affordability of buys, cover of sales.
///
/// Buy: `max = ⌊cash / price⌋`, `score = min(1, qty·price / max(cash, 1))`. Sell: `max` = holding, score 0.2.
/// A quantity or price that is not above zero: not allowed, score 1, max 0. Not allowed when `max` is 0.
#[derive(Debug, Clone, Copy, Default)]
pub struct SimpleRiskCalculator;

/// `max_risk_score`: how much of its cash would the strategy spend at once?
///
/// - *formula*: for a buy min(1, q · price / max(cash, 1)), where q is cut to ⌊cash / price⌋; for a sale 0.2, where q is
///   cut to what is held and not already for sale; the cash is the budget, or else the account's starting cash, with the
///   strategy's own flows and open buys
/// - *unit*: a number from 0 to 1
/// - *scope*: strategy
/// - *levels*: none but the score; what is left after all controls is refused whole if it scores above it
/// - *exits*: a sale is refused, too, where the limit is below 0.2; a buy that closes a short must be affordable
/// - *conservative*: off; `phase5` has 0.7
/// - *source*: the founding document's Phase 5
/// - *write*: `max_risk_score = "0.7"`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalculatedRiskGate {
    /// A score above it is blocked.
    pub max_risk_score: Ratio,
}

/// What the calculated gate decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// What is left; zero is a block.
    pub qty: Qty,
    /// The score of what is left, or of what was asked if nothing is.
    pub score: Ratio,
    /// Why, in order; the last one decided.
    pub codes: Vec<Code>,
}

const ONE: Ratio = Ratio::whole(1);

impl SimpleRiskCalculator {
    /// Computes, decides nothing.
    #[must_use]
    pub fn compute(&self, input: &SimpleRiskInput) -> SimpleRisk {
        if !input.qty.is_positive() || !input.price.is_positive() {
            return SimpleRisk { allowed: false, score: ONE, max: Qty::ZERO, code: Code::QtyNonPositive };
        }
        let (max, score, code) = match input.side {
            Side::Buy => {
                let max = input.cash.shares_at(input.price).floor_to(Qty::whole(1));
                (max, Self::buy_score(input), Code::BuyAffordabilityCheck)
            }
            Side::Sell => (input.holding.max(Qty::ZERO), Self::sell_score(), Code::SellPositionCheck),
        };
        SimpleRisk { allowed: max.is_positive(), score, max, code }
    }

    fn buy_score(input: &SimpleRiskInput) -> Ratio {
        let spent = Money::of_ceil(input.price, input.qty);
        Ratio::of(spent, input.cash.max(Money::whole(1))).map_or(ONE, |score| score.min(ONE))
    }

    const fn sell_score() -> Ratio {
        match Ratio::from_units(20_000_000) {
            Some(score) => score,
            None => ONE,
        }
    }
}

impl CalculatedRiskGate {
    /// Not allowed: block. Else cut to the most that is possible; nothing left: block. Compute the score again on
    /// what is left; above the limit: block. Else allow.
    #[must_use]
    pub fn decide(&self, input: &SimpleRiskInput) -> Ruling {
        let first = SimpleRiskCalculator.compute(input);
        let mut codes = vec![first.code];
        if !first.allowed {
            return Ruling { qty: Qty::ZERO, score: first.score, codes };
        }
        let qty = input.qty.min(first.max);
        if qty.is_zero() {
            codes.push(Code::QtyAdjustedToZero);
            return Ruling { qty, score: first.score, codes };
        }
        if qty < input.qty {
            codes.push(Code::QtyAdjusted);
        }
        let again = SimpleRiskCalculator.compute(&SimpleRiskInput { qty, ..*input });
        if again.score > self.max_risk_score {
            codes.push(Code::RiskScoreExceeded);
            return Ruling { qty: Qty::ZERO, score: again.score, codes };
        }
        Ruling { qty, score: again.score, codes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(side: Side, qty: i32, holding: i32, cash: i64) -> (Qty, String, Vec<Code>) {
        let gate = CalculatedRiskGate { max_risk_score: "0.9".parse().expect("a ratio") };
        let (qty, holding, cash) = (Qty::whole(qty), Qty::whole(holding), Money::whole(cash));
        let ruling = gate.decide(&SimpleRiskInput { side, qty, price: Price::whole(100), holding, cash });
        (ruling.qty, ruling.score.to_string(), ruling.codes)
    }

    #[test]
    fn what_is_cut_is_scored_again_and_what_is_not_cut_is_not_said_to_be() {
        use Code::{BuyAffordabilityCheck, QtyAdjusted, QtyNonPositive, RiskScoreExceeded, SellPositionCheck};
        let cut = vec![BuyAffordabilityCheck, QtyAdjusted];
        assert_eq!(decided(Side::Buy, 5, 0, 250), (Qty::whole(2), "0.8".to_owned(), cut));
        assert_eq!(decided(Side::Buy, 5, 0, 1_000), (Qty::whole(5), "0.5".to_owned(), vec![BuyAffordabilityCheck]));
        let exceeded = vec![BuyAffordabilityCheck, RiskScoreExceeded];
        assert_eq!(decided(Side::Buy, 10, 0, 1_000), (Qty::ZERO, "1".to_owned(), exceeded));
        assert_eq!(decided(Side::Sell, 3, 3, 0), (Qty::whole(3), "0.2".to_owned(), vec![SellPositionCheck]));
        assert_eq!(decided(Side::Sell, 4, 3, 0).2, [SellPositionCheck, QtyAdjusted]);
        assert_eq!(decided(Side::Sell, 1, 0, 0), (Qty::ZERO, "0.2".to_owned(), vec![SellPositionCheck]));
        assert_eq!(decided(Side::Sell, 0, 3, 0), (Qty::ZERO, "1".to_owned(), vec![QtyNonPositive]));
    }
}
