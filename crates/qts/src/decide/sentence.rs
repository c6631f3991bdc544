//! A reason as a sentence for people, made of its code, its numbers and the way out.

use qts_core::{Amount, Code, Money, Reason, Stage};

/// A reason as a sentence, such as `max_long: 130 is above the limit 100. Raise max_long or ask for less.`
pub(crate) fn sentence(reason: &Reason) -> String {
    let Reason { code, observed, limit, .. } = *reason;
    match (observed, limit) {
        (Some(observed), Some(limit)) => {
            let compared = compared(reason, &told(observed), &told(limit));
            sentence_of(code, &format!("{compared}. {}", code.way_out()))
        }
        (Some(score), None) => sentence_of(code, &format!("the risk score is {}", told(score))),
        (None, Some(limit)) => sentence_of(code, &format!("the limit is {}", told(limit))),
        (None, None) if is_measured(code) => {
            sentence_of(code, "a price or an amount that it is measured by is missing")
        }
        (None, None) => sentence_of(code, code.meaning()),
    }
}

/// Something said about a code.
pub(super) fn sentence_of(code: Code, text: &str) -> String {
    format!("{code}: {text}")
}

/// What was observed beside what limits it.
fn compared(reason: &Reason, observed: &str, limit: &str) -> String {
    let level = if reason.stage == Stage::Warn { "warning level" } else { "limit" };
    match reason.code {
        Code::OffLot => format!("{observed} is not a whole number of lots of {limit}"),
        Code::OffTick => format!("{observed} is not a multiple of the tick {limit}"),
        Code::OutsidePriceLimit => format!("{observed} lies beyond the day's price limit {limit}"),
        Code::ShortNotAllowed => format!("{observed} to sell, {limit} to be had"),
        Code::PriceCollar => format!("the price is {observed} on the losing side, above the {level} {limit}"),
        Code::RepeatedExecution | Code::FailureBreaker | Code::WarnEscalation => {
            format!("it tripped at {observed}, the limit is {limit}")
        }
        Code::Unreconciled => format!("the broker holds {observed}, the books {limit}"),
        Code::RiskScoreExceeded => format!("the risk score {observed} is above the {level} {limit}"),
        _ => format!("{observed} is above the {level} {limit}"),
    }
}

/// Controls that measure something; without numbers it could not be measured.
fn is_measured(code: Code) -> bool {
    let sizes = Code::PriceCollar..=Code::MaxOpenOrders;
    sizes.contains(&code) && code != Code::MarketOrder || code == Code::ShortNotAllowed
}

/// An amount as people write it: fractions in percent.
pub(crate) fn told(amount: Amount) -> String {
    match amount {
        Amount::Ratio(ratio) => format!("{}%", Money::from_units(i128::from(ratio.units()) * 100)),
        other => other.to_string(),
    }
}
