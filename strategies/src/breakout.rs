//! `breakout` (lookback, qty): follows a price out of its recent range.
//!
//! Price above the highest high of the previous `lookback` bars enters, below their lowest low exits. The current bar
//! is no part of the range, so the first judgement is at bar `lookback` + 1. A quote or a trade counts as a bar whose
//! high and low are its price.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use qts_strategy::indicators::{Channel, Donchian};
use qts_strategy::{
    Factory, Inst, Instruments, Intents, MarketEvent, ParamError, Params, Payload, Price, Qty, Strategy, StrategyError,
    View,
};

use crate::KindSpec;
use crate::entry_exit::{Asked, Move, Outlook, float};

pub(crate) const SPEC: KindSpec = KindSpec {
    name: "breakout",
    about: "enters above the highest high of the previous bars, exits below their lowest low",
    params: &["lookback", "qty"],
    build,
};

#[derive(Clone, Copy)]
struct Config {
    lookback: NonZeroUsize,
    qty: Qty,
}

struct Breakout {
    config: Config,
    state: BTreeMap<Inst, State>,
}

struct State {
    range: Donchian,
    asked: Asked,
}

fn build(mut params: Params, _: &Instruments) -> Result<Factory, ParamError> {
    let config = Config { lookback: params.length("lookback")?, qty: params.qty("qty")? };
    params.finish(SPEC.params)?;
    Ok(Arc::new(move || Box::new(Breakout { config, state: BTreeMap::new() })))
}

/// The highest and the lowest price of an event.
fn extremes(event: &MarketEvent) -> (Price, Price) {
    match event.payload {
        Payload::Bar(bar) => (bar.high, bar.low),
        Payload::Quote(_) | Payload::Trade(_) => (event.price(), event.price()),
    }
}

impl Config {
    fn fresh(self) -> State {
        State { range: Donchian::new(self.lookback), asked: Asked::default() }
    }

    fn why(self, price: Price, range: Option<Channel>, what: Move) -> String {
        let Some(Channel { upper, lower }) = range else { return String::new() };
        match what {
            Move::Buy(_) => format!("price {price} > {}-bar high {upper}", self.lookback),
            _ => format!("price {price} < {}-bar low {lower}", self.lookback),
        }
    }
}

impl State {
    /// The range of the bars before this one.
    fn update(&mut self, event: &MarketEvent) -> Option<Channel> {
        let (high, low) = extremes(event);
        self.range.update(float(high), float(low))
    }
}

impl Strategy for Breakout {
    fn on_event(&mut self, view: &View<'_>, event: &MarketEvent, out: &mut Intents) -> Result<(), StrategyError> {
        let (inst, config, price) = (event.instrument, self.config, event.price());
        let state = self.state.entry(inst).or_insert_with(|| config.fresh());
        let range = state.update(event);
        let outlook = range.map_or(Outlook::Unknown, |r| Outlook::between(float(price), r.upper, r.lower));
        let what = state.asked.decide(view, inst, config.qty, outlook);
        what.emit(inst, out, || config.why(price, range, what));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{A, B, Bench, text};
    use expect_test::expect;

    fn bench() -> Bench {
        Bench::new("breakout", text(&[("lookback", "2"), ("qty", "2")])).filling()
    }

    /// Ranges of the two bars before: 8 to 12, 9 to 15, 11 to 17, 10 to 17.
    #[test]
    fn a_series_by_hand() {
        let bars = [(10, 8, 9), (12, 9, 11), (15, 11, 12), (17, 11, 16), (16, 10, 11), (13, 9, 9), (11, 8, 8)];
        let mut bench = bench();
        let said: Vec<String> = bars.into_iter().map(|(high, low, close)| bench.bar(A, high, low, close)).collect();
        expect![[r#"
            hold: warming up
            hold: warming up
            hold: no signal
            buy 2 A.X: price 16 > 2-bar high 15
            hold: holding
            sell 2 A.X: price 9 < 2-bar low 10
            hold: no signal"#]]
        .assert_eq(&said.join("\n"));
    }

    #[test]
    fn a_trade_and_a_quote_are_their_own_high_and_low() {
        let mut bench = bench();
        bench.trades(A, [10, 12]);
        assert_eq!(bench.trade(A, 12), "hold: no signal");
        assert_eq!(bench.quote(A, 12, 14), "buy 2 A.X: price 13 > 2-bar high 12");
        assert_eq!(bench.quote(A, 10, 12), "sell 2 A.X: price 11 < 2-bar low 12");
    }

    #[test]
    fn bars_seen_while_an_order_is_open_count() {
        let mut bench = bench().waiting(A);
        assert_eq!(bench.trades(A, [10, 12, 20]), ["hold: open order"; 3]);
        assert_eq!(bench.settled().trades(A, [20, 21]), ["hold: no signal", "buy 2 A.X: price 21 > 2-bar high 20"]);
    }

    #[test]
    fn instruments_do_not_mix() {
        let mut bench = bench();
        bench.trades(A, [10, 12]);
        assert_eq!(bench.trades(B, [500, 500])[1], "hold: warming up");
        assert_eq!(bench.trade(A, 13), "buy 2 A.X: price 13 > 2-bar high 12");
    }
}
