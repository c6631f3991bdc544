//! A reason as a sentence for people, made of its code, its numbers and the way out.

use qts_core::{Amount, Code, Money, Reason, Span, Stage};

/// A reason as a sentence, such as `max_long: 130 is above the limit 100. Raise max_long or ask for less.`
pub(crate) fn sentence(reason: &Reason) -> String {
    let Reason { code, observed, limit, .. } = *reason;
    match (observed, limit) {
        (Some(observed), Some(limit)) => {
            let compared = compared(reason, &told_of(code, observed), &told_of(code, limit));
            sentence_of(code, &format!("{compared}. {}", code.way_out()))
        }
        (Some(score), None) => sentence_of(code, &format!("the risk score is {}", told(score))),
        (None, Some(limit)) => sentence_of(code, &format!("the limit is {}", told(limit))),
        (None, None) if code == Code::MaxParticipation => sentence_of(code, "the usual volume (adv20) is not known"),
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
        Code::StaleData => format!("the newest price is {observed} old, above the {level} {limit}"),
        Code::DataImplausible => format!("the price jumped by {observed}, above the {level} {limit}"),
        Code::DuplicateOrder => match observed {
            "1" => "the same was admitted once just now".to_owned(),
            _ => format!("the same was admitted {observed} times just now"),
        },
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
    sizes.contains(&code) && code != Code::MarketOrder || [Code::ShortNotAllowed, Code::StaleData].contains(&code)
}

/// An amount that a control of this code looks at, as people write it.
pub(crate) fn told_of(code: Code, amount: Amount) -> String {
    // A rate is no share of anything.
    if code == Code::OrderRate { amount.to_string() } else { told(amount) }
}

/// Fractions in percent, times in days, hours, minutes and seconds.
fn told(amount: Amount) -> String {
    match amount {
        Amount::Ratio(ratio) => format!("{}%", Money::from_units(i128::from(ratio.units()) * 100)),
        Amount::Span(span) => length(span),
        other => other.to_string(),
    }
}

/// `1d 2h`, `90s` as `1m 30s`, `0.25s`.
fn length(span: Span) -> String {
    let mut rest = span.0.max(0);
    let mut parts = Vec::new();
    for (unit, name) in [(86_400, "d"), (3_600, "h"), (60, "m")] {
        let unit = unit * Span::SECOND.0;
        if rest >= unit {
            parts.push(format!("{}{name}", rest / unit));
        }
        rest %= unit;
    }
    if rest > 0 || parts.is_empty() {
        parts.push(Span(rest).to_string());
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_told_in_the_units_of_people() {
        let told = [0, 250, 4_000, 90_000, 3_600_000, 259_200_000, 93_784_500];
        let told = told.map(|milliseconds| length(Span(milliseconds * 1_000_000)));
        assert_eq!(told, ["0s", "0.25s", "4s", "1m 30s", "1h", "3d", "1d 2h 3m 4.5s"]);
    }
}
