//! `ema_cross` (fast, slow, qty): two exponential moving averages.
//!
//! An average of length n is seeded with the first price and moves by α = 2/(n+1) of the way to each later one. From
//! the `slow`-th price on: fast average > slow average enters, fast < slow exits. Levels count, not the moment of
//! crossing. `fast` may be the longer one.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use qts_strategy::indicators::Ema;
use qts_strategy::{
    Factory, Inst, Instruments, Intents, MarketEvent, ParamError, Params, Qty, Strategy, StrategyError, View,
};

use crate::KindSpec;
use crate::entry_exit::{Asked, Outlook, comparison, float};

pub(crate) const SPEC: KindSpec = KindSpec {
    name: "ema_cross",
    about: "in while the fast exponential moving average is above the slow one",
    params: &["fast", "slow", "qty"],
    build,
};

#[derive(Clone, Copy)]
struct Config {
    fast: NonZeroUsize,
    slow: NonZeroUsize,
    qty: Qty,
}

struct EmaCross {
    config: Config,
    state: BTreeMap<Inst, State>,
}

struct State {
    fast: Ema,
    slow: Ema,
    /// Prices still to come before the averages count.
    missing: usize,
    asked: Asked,
}

fn build(mut params: Params, _: &Instruments) -> Result<Factory, ParamError> {
    let config = Config { fast: params.length("fast")?, slow: params.length("slow")?, qty: params.qty("qty")? };
    params.finish(SPEC.params)?;
    if config.fast == config.slow {
        return Err(ParamError::new("slow", "and `fast` must differ"));
    }
    Ok(Arc::new(move || Box::new(EmaCross { config, state: BTreeMap::new() })))
}

impl Config {
    fn fresh(self) -> State {
        let (fast, slow) = (Ema::new(self.fast), Ema::new(self.slow));
        State { fast, slow, missing: self.slow.get(), asked: Asked::default() }
    }

    fn why(self, fast: f64, slow: f64) -> String {
        comparison(format_args!("EMA {}", self.fast), fast, format_args!("EMA {}", self.slow), slow)
    }
}

impl State {
    /// Both averages, once there are enough prices.
    fn update(&mut self, price: f64) -> Option<(f64, f64)> {
        let averages = self.fast.update(price).zip(self.slow.update(price))?;
        self.missing = self.missing.saturating_sub(1);
        (self.missing == 0).then_some(averages)
    }
}

impl Strategy for EmaCross {
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
        Bench::new("ema_cross", text(&[("fast", fast), ("slow", slow), ("qty", "2")])).filling()
    }

    /// α is 1 and ½: the fast one is the price, the slow one 10, 11, 12.5, 11.75, 10.375, 13.1875, 13.09375.
    #[test]
    fn a_series_by_hand() {
        let said = bench("1", "3").trades(A, [10, 12, 14, 11, 9, 16, 13]);
        expect![[r#"
            hold: warming up
            hold: warming up
            buy 2 A.X: EMA 1 14 > EMA 3 12.5
            sell 2 A.X: EMA 1 11 < EMA 3 11.75
            hold: no signal
            buy 2 A.X: EMA 1 16 > EMA 3 13.19
            sell 2 A.X: EMA 1 13 < EMA 3 13.09"#]]
        .assert_eq(&said.join("\n"));
    }

    /// α is ½ and ¼: after seven prices 16 − 6·½⁶ against 16 − 6·¾⁶.
    #[test]
    fn the_slow_th_price_is_the_first_to_count() {
        let said = bench("3", "7").trades(A, [10, 16, 16, 16, 16, 16, 16]);
        assert_eq!(said[..6], ["hold: warming up"; 6]);
        assert_eq!(said[6], "buy 2 A.X: EMA 3 15.91 > EMA 7 14.93");
    }

    /// α is ½ and ⅔: 13 against 14, then 9 against 8.
    #[test]
    fn fast_may_be_the_longer_one() {
        let said = bench("3", "2").trades(A, [10, 16, 5]);
        assert_eq!(said, ["hold: warming up", "hold: no signal", "buy 2 A.X: EMA 3 9 > EMA 2 8"]);
    }

    #[test]
    fn equal_averages_say_nothing() {
        let said = bench("1", "2").trades(A, [7, 7, 7]);
        assert_eq!(said, ["hold: warming up", "hold: no signal", "hold: no signal"]);
    }

    #[test]
    fn prices_seen_while_an_order_is_open_count() {
        let mut bench = bench("1", "3").waiting(A);
        assert_eq!(bench.trades(A, [10, 12]), ["hold: open order"; 2]);
        assert_eq!(bench.settled().trade(A, 14), "buy 2 A.X: EMA 1 14 > EMA 3 12.5");
    }

    #[test]
    fn instruments_do_not_mix() {
        let mut bench = bench("1", "2");
        assert_eq!(bench.trade(A, 10), "hold: warming up");
        assert_eq!(bench.trades(B, [500, 800]), ["hold: warming up", "buy 2 B.X: EMA 1 800 > EMA 2 700"]);
        assert_eq!(bench.trade(A, 13), "buy 2 A.X: EMA 1 13 > EMA 2 12");
    }

    #[test]
    fn equal_lengths_are_refused() {
        let same = build(text(&[("fast", "5"), ("slow", "5"), ("qty", "1")]), &Instruments::default());
        assert_eq!(same.err().map(|e| e.to_string()).as_deref(), Some("`slow` and `fast` must differ"));
    }
}
