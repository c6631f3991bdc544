//! Why a decision came out as it did: a closed, numbered set of codes with what was observed and what the limit was.

use std::fmt;

use crate::{Money, Price, Qty, Ratio, Span, Stage};

macro_rules! codes {
    ($($number:literal $variant:ident $name:literal $meaning:literal),+ $(,)?) => {
        /// The closed set of reasons. Numbers are stable; new ones are added at the end.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Code { $(#[doc = $meaning] $variant = $number),+ }

        impl Code {
            /// All codes, in their fixed order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name used in files and output.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What it means and what to do about it.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),+ }
            }
        }
    };
}

codes! {
    1 InvalidNumber "invalid_number" "A quantity or price is not a positive number. Send one.",
    2 Overflow "overflow" "A product of the numbers leaves the range of exact arithmetic. Send a smaller order.",
    3 UnknownInstrument "unknown_instrument" "The instrument is not configured. Add an [[instrument]] or correct the id.",
    4 UnknownStrategy "unknown_strategy" "The strategy is not registered. Add a [[strategy]] or correct the id.",
    5 StrategyDisabled "strategy_disabled" "The strategy is disabled. Enable it by command.",
    6 StrategyQuarantined "strategy_quarantined" "The strategy failed repeatedly and is quarantined. Mend it, then enable it by command.",
    7 Shadow "shadow" "The strategy runs in shadow: judged and recorded, nothing is admitted. Make it active to trade.",
    8 OffTick "off_tick" "The limit price is not on the price grid. Round it to the tick.",
    9 OffLot "off_lot" "The quantity is not a whole number of lots. Round it to the lot.",
    10 OutsidePriceLimit "outside_price_limit" "The limit price lies outside the day's price limits. Move it inside.",
    11 Restricted "restricted" "The policy's restricted list has the instrument. Take it off the list or trade another.",
    12 OutsideSession "outside_session" "The order would reach the market outside its session. Send what can wait (day, gtc), or send it while a session runs.",
    13 NoMarketData "no_market_data" "There is no price to judge by. Wait for data.",
    14 StaleData "stale_data" "The last price is too old to add risk on. Wait for data.",
    15 DataImplausible "data_implausible" "The last price moved implausibly far or lies outside its day's limits. Check the data; if the shares were split, add an [[adjustment]].",
    16 DuplicateOrder "duplicate_order" "The same order was sent a moment ago. Wait until duplicate_order is over, or change the order if it is meant.",
    17 ShortNotAllowed "short_not_allowed" "The market forbids selling what the strategy's book does not hold. Sell at most the holding.",
    18 SelfTrade "self_trade" "It could trade against an own working order. Ask again once that is gone.",
    19 Unreconciled "unreconciled" "The books do not match the broker. Reconcile first.",
    20 PriceCollar "price_collar" "The limit is too far on the losing side of the market. Move it nearer.",
    21 FatFinger "fat_finger" "The order is many times larger than any usual one. Check its size.",
    22 CycleNotional "cycle_notional" "The orders of one cycle add up to too much new exposure. Ask for less at once.",
    23 MarketOrder "market_order" "The policy admits no market order that adds risk. Send a limit order.",
    24 MaxOrderQty "max_order_qty" "The order has more shares than the policy admits. Raise max_order_qty or ask for less.",
    25 MaxOrderNotional "max_order_notional" "The order is worth more than the policy admits. Raise max_order_notional or ask for less.",
    26 MaxLong "max_long" "The position would be longer than the policy admits. Raise max_long or ask for less.",
    27 MaxShort "max_short" "The position would be shorter than the policy admits. Raise max_short or ask for less.",
    28 MaxGrossExposure "max_gross_exposure" "Longs and shorts together would exceed the limit. Raise max_gross_exposure or ask for less.",
    29 MaxNetExposure "max_net_exposure" "Longs less shorts would exceed the limit. Raise max_net_exposure or ask for less.",
    30 BuyingPower "buying_power" "The account's cash does not cover it. Ask for less or wait for a sale to fill.",
    31 Budget "budget" "The strategy's budget does not cover it. Raise budget or ask for less.",
    32 MaxParticipation "max_participation" "It is too large a share of the market's usual volume. Raise max_participation or ask for less.",
    33 MaxOpenOrders "max_open_orders" "Too many orders are working. Wait for one to end or raise max_open_orders.",
    34 OrderRate "order_rate" "Orders come too fast. Ask again later, or raise order_rate.",
    35 MessageLimit "message_limit" "Too many messages were sent today. Wait for the next session, or raise message_limit.",
    36 RepeatedExecution "repeated_execution" "The same trade was executed too often. Look into it, then re-arm the strategy by command, with a reason.",
    37 FailureBreaker "failure_breaker" "Too many orders of this strategy failed lately. Mend it, then re-arm it by command, with a reason.",
    38 WarnEscalation "warn_escalation" "The same warning came too often. Heed it, then re-arm the strategy by command, with a reason.",
    39 DailyLoss "daily_loss" "The account lost too much today. Wait for the next day, or re-arm the account by command, with a reason.",
    40 Drawdown "drawdown" "The account fell too far from its peak. Re-arm the account by command, with a reason.",
    41 ReduceOnly "reduce_only" "Only what reduces the position may go. Lift the mode by command.",
    42 Halted "halted" "Trading is halted. Lift the mode by command.",
    43 Killed "killed" "The kill switch is set. Re-arm it by command, with a reason.",
    44 OpposingIntent "opposing_intent" "Another proposal of this cycle opposes it; in a conflict only exits go through. Ask again.",
    45 Merged "merged" "It was sent together with equal proposals as one order.",
    46 Crossed "crossed" "It was booked against an opposing proposal of another book; no order was needed.",
    47 NoCrossPrice "no_cross_price" "Exits oppose each other and no fair price is known to offset them. Ask again.",
    48 QtyNonPositive "qty_non_positive" "Phase 5: the quantity is not positive.",
    49 BuyAffordabilityCheck "buy_affordability_check" "Phase 5: a buy is measured against the cash.",
    50 SellPositionCheck "sell_position_check" "Phase 5: a sale is measured against the holding.",
    51 QtyAdjusted "qty_adjusted" "Phase 5: the quantity was cut to what is possible.",
    52 QtyAdjustedToZero "qty_adjusted_to_zero" "Phase 5: nothing is left of the quantity after the cut.",
    53 RiskScoreExceeded "risk_score_exceeded" "The Phase 5 risk score of what is left is above max_risk_score. Raise max_risk_score or ask for less.",
    54 OrderLimit "order_limit" "The exchange takes no order that large and would refuse it whole, an exit too. Send it in parts, each within the limit.",
}

impl Code {
    /// What to do about it: its meaning without the first sentence.
    #[must_use]
    pub fn way_out(self) -> &'static str {
        self.meaning().split_once(". ").map_or("", |(_, way_out)| way_out)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Which part of the gate spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The strategy's own policy on its own book.
    Strategy,
    /// The settling of one instrument's proposals of one cycle.
    Arbitration,
    /// The account's policy on the account's numbers.
    Account,
}

impl Scope {
    /// The word used in files and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strategy => "strategy",
            Self::Arbitration => "arbitration",
            Self::Account => "account",
        }
    }
}

/// A number that was observed or that limits, with its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Amount {
    /// Shares.
    Qty(Qty),
    /// Money.
    Money(Money),
    /// A price.
    Price(Price),
    /// A fraction.
    Ratio(Ratio),
    /// A count.
    Count(u64),
    /// A length of time.
    Span(Span),
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Qty(qty) => qty.fmt(f),
            Self::Money(money) => money.fmt(f),
            Self::Price(price) => price.fmt(f),
            Self::Ratio(ratio) => ratio.fmt(f),
            Self::Count(count) => count.fmt(f),
            Self::Span(span) => span.fmt(f),
        }
    }
}

/// One reason of one decision. Ordering is the fixed order of reasons: scope, then code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// Who spoke.
    pub scope: Scope,
    /// What about.
    pub code: Code,
    /// How severe it was for this decision.
    pub stage: Stage,
    /// What the control measured on what was asked.
    pub observed: Option<Amount>,
    /// The threshold that decided.
    pub limit: Option<Amount>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_of_codes_are_dense_and_unique() {
        let numbers: Vec<u16> = Code::ALL.iter().map(|code| *code as u16).collect();
        assert_eq!(numbers, (1..=54).collect::<Vec<u16>>());
        let names: std::collections::BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
