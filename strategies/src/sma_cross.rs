//! `sma_cross` (fast, slow, qty): two simple moving averages.
//!
//! From the `slow`-th price on: fast average > slow average enters, fast < slow exits. Levels count, not the moment of
//! crossing. `fast` may be the longer one; then the first value is at the `fast`-th price, when both exist.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use qts_strategy::indicators::Sma;
use qts_strategy::{
    Factory, Inst, Instruments, Intents, MarketEvent, ParamError, Params, Qty, Strategy, StrategyError, View,
};

use crate::KindSpec;
use crate::entry_exit::{Asked, Outlook, comparison, float};

pub(crate) const SPEC: KindSpec = KindSpec {
    name: "sma_cross",
    about: "in while the fast simple moving average is above the slow one",
    params: &["fast", "slow", "qty"],
    build,
};

#[derive(Clone, Copy)]
struct Config {
    fast: NonZeroUsize,
    slow: NonZeroUsize,
    qty: Qty,
}

struct SmaCross {
    config: Config,
    state: BTreeMap<Inst, State>,
}

struct State {
    fast: Sma,
    slow: Sma,
    asked: Asked,
}

fn build(mut params: Params, _: &Instruments) -> Result<Factory, ParamError> {
    let config = Config { fast: params.length("fast")?, slow: params.length("slow")?, qty: params.qty("qty")? };
    params.finish(SPEC.params)?;
    if config.fast == config.slow {
        return Err(ParamError::new("slow", "and `fast` must differ"));
    }
    Ok(Arc::new(move || Box::new(SmaCross { config, state: BTreeMap::new() })))
}

impl Config {
    fn fresh(self) -> State {
        State { fast: Sma::new(self.fast), slow: Sma::new(self.slow), asked: Asked::default() }
    }

    fn why(self, fast: f64, slow: f64) -> String {
        comparison(format_args!("SMA {}", self.fast), fast, format_args!("SMA {}", self.slow), slow)
    }
}

impl State {
    /// Both averages, once there are enough prices.
    fn update(&mut self, price: f64) -> Option<(f64, f64)> {
        let (fast, slow) = (self.fast.update(price), self.slow.update(price));
        fast.zip(slow)
    }
}

impl Strategy for SmaCross {
    fn on_event(&mut self, view: &View<'_>, event: &MarketEvent, out: &mut Intents) -> Result<(), StrategyError> {
        let (inst, config) = (event.instrument, self.config);
        let state = self.state.entry(inst).or_insert_with(|| config.fresh());
        let averages = state.update(float(event.price()));
        let outlook = averages.map_or(Outlook::Unknown, |(fast, slow)| Outlook::between(fast, slow, slow));
        let (fast, slow) = averages.unwrap_or_default();
        state.asked.decide(view, inst, config.qty, outlook).emit(inst, out, || config.why(fast, slow));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{A, B, Bench, text};
    use expect_test::expect;

    fn bench(fast: &str, slow: &str) -> Bench {
        Bench::new("sma_cross", text(&[("fast", fast), ("slow", slow), ("qty", "2")])).filling()
    }

    /// Averages by hand: (11.5, 11), (10.5, 10⅔), (8.5, 9⅔), (10.5, 10), (13, 11⅓).
    #[test]
    fn a_series_by_hand() {
        let said = bench("2", "3").trades(A, [10, 11, 12, 9, 8, 13, 13]);
        expect![[r#"
            hold: warming up
            hold: warming up
            buy 2 A.X: SMA 2 11.5 > SMA 3 11
            sell 2 A.X: SMA 2 10.5 < SMA 3 10.67
            hold: no signal
            buy 2 A.X: SMA 2 10.5 > SMA 3 10
            hold: holding"#]]
        .assert_eq(&said.join("\n"));
    }

    #[test]
    fn equal_averages_say_nothing() {
        let said = bench("1", "2").trades(A, [7, 7, 7]);
        assert_eq!(said, ["hold: warming up", "hold: no signal", "hold: no signal"]);
    }

    #[test]
    fn an_exit_sells_all_that_is_held_not_what_was_bought() {
        let mut bench = bench("1", "2").holding(A, 7);
        assert_eq!(bench.trades(A, [10, 9]), ["hold: warming up", "sell 7 A.X: SMA 1 9 < SMA 2 9.5"]);
    }

    #[test]
    fn prices_seen_while_an_order_is_open_count() {
        let mut bench = bench("2", "3").waiting(A);
        assert_eq!(bench.trades(A, [10, 11, 12]), ["hold: open order"; 3]);
        assert_eq!(bench.settled().trade(A, 15), "buy 2 A.X: SMA 2 13.5 > SMA 3 12.67");
    }

    #[test]
    fn instruments_do_not_mix() {
        let mut bench = bench("1", "2");
        assert_eq!(bench.trades(A, [10]), ["hold: warming up"]);
        assert_eq!(bench.trades(B, [500, 600]), ["hold: warming up", "buy 2 B.X: SMA 1 600 > SMA 2 550"]);
        assert_eq!(bench.trade(A, 11), "buy 2 A.X: SMA 1 11 > SMA 2 10.5");
    }

    #[test]
    fn fast_may_be_the_longer_one_but_not_the_same() {
        let said = bench("3", "1").trades(A, [10, 9, 8]);
        assert_eq!(said, ["hold: warming up", "hold: warming up", "buy 2 A.X: SMA 3 9 > SMA 1 8"]);
        let same = build(text(&[("fast", "5"), ("slow", "5"), ("qty", "1")]), &Instruments::default());
        assert_eq!(same.err().map(|e| e.to_string()).as_deref(), Some("`slow` and `fast` must differ"));
    }
}
