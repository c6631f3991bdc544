//! A reason as a sentence for people, made of its code, its numbers and the way out.

use qts_core::{
    Amount, Code, Decision, Instrument, Instruments, Kind, Market, Money, Prices, Ratio, Reason, Side, Span, Stage,
};

/// What a decision was made on, as far as its sentences need it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene<'s> {
    /// The instruments.
    pub(crate) instruments: &'s Instruments,
    /// The prices.
    pub(crate) market: &'s Market,
}

/// A reason of a decision as a sentence; of data that is missing it says which.
pub(crate) fn sentence_of_decision(reason: &Reason, decision: &Decision, scene: Scene<'_>) -> String {
    let known = scene.instruments.get(decision.instrument).zip(scene.market.prices(decision.instrument));
    let missing = known.filter(|_| reason.code == Code::NoMarketData);
    match missing.and_then(|(instrument, prices)| missing_datum(decision.side, decision.kind, instrument, prices)) {
        Some(missing) => sentence_of(reason.code, missing),
        None => sentence(reason),
    }
}

/// What cannot be judged although there is a price, and the way out.
fn missing_datum(side: Side, kind: Kind, instrument: &Instrument, prices: &Prices) -> Option<&'static str> {
    let reference = prices.reference()?;
    let lacks_base = instrument.is_limited(prices.price_day()) && prices.prev_close.is_none();
    let whole = Ratio::from_units(qts_core::SCALE)?;
    Some(match (side, kind) {
        (_, Kind::Limit(_)) if lacks_base => {
            "`prev_close` is missing: the day's price limits, which a limit must keep, are reckoned from it. \
             Give it with the prices; data files tell it from their second session on."
        }
        (Side::Buy, Kind::Market) if lacks_base => {
            "`prev_close` is missing: a market purchase is valued at the day's upper price limit. \
             Give it with the prices; data files tell it from their second session on."
        }
        // No collar is wider than the price itself.
        _ if reference.raised(whole).is_none() => "the price is too large to value the order. Check the price.",
        _ => "the account's equity is unknown: something that it holds has no price. Give one, or wait for data.",
    })
}

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
        Code::OrderLimit => format!("{observed} in one order, of which the exchange takes {limit} at most"),
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
