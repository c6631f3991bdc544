//! Korean shares at Nextrade: what of the exchange's line of the same share is not known here.

use super::super::code::Code;
use super::super::error::ConfigError;
use super::super::spec::{Config, InstrumentSpec};

/// Instruments with the hours of Nextrade and daily limits: these are reckoned from the last price in the data, which is
/// that of 20:00, not from the close of the Korea Exchange. Where prices come from outside, so does the base.
pub(super) fn limit_bases(config: &Config) -> Vec<ConfigError> {
    let is_told = |spec: &&InstrumentSpec| {
        let inst = config.registry.find(spec.id.as_str());
        config.data.iter().any(|data| Some(data.instrument) == inst)
    };
    let is_limited = |spec: &&InstrumentSpec| spec.instrument.daily_limit.newest().is_some();
    let at_nextrade = config.instruments.iter().filter(|spec| spec.hours_name.as_deref() == Some("nxt"));
    let warning = |spec: &InstrumentSpec| {
        let message = format!(
            "the daily limits of `{}` are reckoned from its own last price (20:00), not from the close of the Korea \
             Exchange (15:30)",
            spec.id
        );
        let warning = config.warning(Code::OwnLimitBase, spec.place, message).label("with the hours of Nextrade");
        warning.help("write `daily_limit = false` to do without them, or mind that they may be off (docs/markets.md)")
    };
    at_nextrade.filter(is_limited).filter(is_told).map(warning).collect()
}

/// Shares with a line at each of the two venues.
pub(super) fn two_lines(config: &Config) -> Vec<ConfigError> {
    let at = |venue: &'static str| config.instruments.iter().filter(move |spec| spec.id.venue() == venue);
    let both = at("NXT").filter_map(|nextrade| {
        let exchange = at("KRX").find(|exchange| exchange.id.symbol() == nextrade.id.symbol())?;
        Some((nextrade, exchange))
    });
    let warning = |(nextrade, exchange): (&InstrumentSpec, &InstrumentSpec)| {
        let message = format!(
            "`{}` and `{}` are one share, but count as two: limits and holdings are of each alone, and a buy of one \
             against a sale of the other is not seen",
            exchange.id, nextrade.id
        );
        let warning = config.warning(Code::TwoLines, nextrade.place, message).label("this line");
        warning.also(exchange.place, "and this one").help(
            "keep one of the two; or let one strategy alone trade both, never on both sides, with half the limits",
        )
    };
    both.map(warning).collect()
}
