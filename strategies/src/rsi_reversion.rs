//! `rsi_reversion` (period, low, high, qty): buys what has fallen, sells what has risen.
//!
//! Wilder's relative strength index, seeded with the plain mean of the first `period` changes (so it exists from price
//! `period` + 1 on): below `low` enters, above `high` exits. 0 ≤ `low` < `high` ≤ 100.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use qts_strategy::indicators::Rsi;
use qts_strategy::{
    Factory, Inst, Instruments, Intents, MarketEvent, ParamError, Params, Qty, Strategy, StrategyError, View,
};

use crate::KindSpec;
use crate::entry_exit::{Asked, Move, Outlook, comparison, float};

pub(crate) const SPEC: KindSpec = KindSpec {
    name: "rsi_reversion",
    about: "enters below a low RSI, exits above a high one",
    params: &["period", "low", "high", "qty"],
    build,
};

#[derive(Clone, Copy)]
struct Config {
    period: NonZeroUsize,
    low: f64,
    high: f64,
    qty: Qty,
}

struct RsiReversion {
    config: Config,
    state: BTreeMap<Inst, State>,
}

struct State {
    rsi: Rsi,
    asked: Asked,
}

fn build(mut params: Params, _: &Instruments) -> Result<Factory, ParamError> {
    let (low, high) = (params.level("low", 0.0, 100.0)?, params.level("high", 0.0, 100.0)?);
    let config = Config { period: params.length("period")?, low, high, qty: params.qty("qty")? };
    params.finish(SPEC.params)?;
    if low >= high {
        return Err(ParamError::new("low", "must be below `high`"));
    }
    Ok(Arc::new(move || Box::new(RsiReversion { config, state: BTreeMap::new() })))
}

impl Config {
    fn fresh(self) -> State {
        State { rsi: Rsi::new(self.period), asked: Asked::default() }
    }

    fn outlook(self, rsi: Option<f64>) -> Outlook {
        match rsi {
            None => Outlook::Unknown,
            Some(rsi) if rsi < self.low => Outlook::Enter,
            Some(rsi) if rsi > self.high => Outlook::Exit,
            Some(_) => Outlook::Stay,
        }
    }

    fn why(self, rsi: f64, what: Move) -> String {
        let (word, level) = if matches!(what, Move::Buy(_)) { ("low", self.low) } else { ("high", self.high) };
        comparison(format_args!("RSI {}", self.period), rsi, word, level)
    }
}

impl Strategy for RsiReversion {
    fn on_event(&mut self, view: &View<'_>, event: &MarketEvent, out: &mut Intents) -> Result<(), StrategyError> {
        let (inst, config) = (event.instrument, self.config);
        let state = self.state.entry(inst).or_insert_with(|| config.fresh());
        let rsi = state.rsi.update(float(event.price()));
        let what = state.asked.decide(view, inst, config.qty, config.outlook(rsi));
        what.emit(inst, out, || config.why(rsi.unwrap_or_default(), what));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{A, B, Bench, text};
    use expect_test::expect;

    fn bench(low: &str, high: &str) -> Bench {
        Bench::new("rsi_reversion", text(&[("period", "2"), ("low", low), ("high", high), ("qty", "2")])).filling()
    }

    /// Changes +3, −1, 0, −2, +10, −20. Mean gains 1.5, 0.75, 0.375, 5.1875, 2.59375; mean losses 0.5, 0.25, 1.125,
    /// 0.5625, 10.28125: RSI 75, 75, 25, 90.22, 20.15.
    #[test]
    fn a_series_by_hand() {
        let said = bench("30", "70").trades(A, [30, 33, 32, 32, 30, 40, 20, 20]);
        expect![[r#"
            hold: warming up
            hold: warming up
            hold: no signal
            hold: no signal
            buy 2 A.X: RSI 2 25 < low 30
            sell 2 A.X: RSI 2 90.22 > high 70
            buy 2 A.X: RSI 2 20.15 < low 30
            hold: holding"#]]
        .assert_eq(&said.join("\n"));
    }

    #[test]
    fn the_levels_themselves_are_not_beyond_the_levels() {
        assert_eq!(bench("25", "75").trades(A, [30, 33, 32, 32, 30])[4], "hold: no signal");
        assert_eq!(bench("25", "75").holding(A, 1).trades(A, [30, 33, 32])[2], "hold: holding");
    }

    #[test]
    fn instruments_do_not_mix() {
        let mut bench = bench("30", "70");
        bench.trades(A, [30, 29]);
        assert_eq!(bench.trades(B, [900, 800, 700])[2], "buy 2 B.X: RSI 2 0 < low 30");
        assert_eq!(bench.trade(A, 28), "buy 2 A.X: RSI 2 0 < low 30");
    }

    #[test]
    fn low_must_be_below_high_and_both_from_0_to_100() {
        let error = |low, high| {
            let params = text(&[("period", "2"), ("low", low), ("high", high), ("qty", "1")]);
            build(params, &Instruments::default()).err().map(|e| e.to_string())
        };
        assert_eq!(error("70", "70").as_deref(), Some("`low` must be below `high`"));
        assert_eq!(error("30", "170").as_deref(), Some("`high` must be a number from 0 to 100"));
        assert_eq!(error("NaN", "70").as_deref(), Some("`low` must be a number from 0 to 100"));
    }
}
