//! The built-in strategy kinds, one file each; no file names another's kind.
//!
//! What they share: the price of an event is a bar's close, a trade's price or a quote's middle, and "holding" is the
//! strategy's own book. State is kept per instrument, so instruments never mix. The kinds that follow a rule
//! (`simple`, `sma_cross`, `ema_cross`, `rsi_reversion`, `breakout`) act as `entry_exit` says; those that repeat what
//! somebody else decided (`scripted`, `signals`) act as `steps` says; `chaos` misbehaves on purpose.
//!
//! Nothing here knows the gate, the loop, a file or a clock. A [`Factory`] holds parsed parameters and nothing that
//! changes, so the instances that it makes share no state.
//!
//! ```
//! use qts_strategies::kind;
//! use qts_strategy::{Instruments, Param, Params};
//!
//! let spec = kind("sma_cross").ok_or("no such kind")?;
//! let written = [("fast", "10"), ("slow", "30"), ("qty", "1")];
//! let texts = written.map(|(key, text)| (key.to_owned(), Param::Text(text.to_owned())));
//! let params = Params::from_iter(texts);
//! let factory = (spec.build)(params, &Instruments::default())?;
//! let (_one, _another) = (factory(), factory());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod breakout;
mod chaos;
mod ema_cross;
mod entry_exit;
#[cfg(test)]
mod fixtures;
mod rfc3339;
mod rsi_reversion;
mod scripted;
mod signals;
mod simple;
mod sma_cross;
mod steps;

use qts_strategy::{Factory, Instruments, ParamError, Params};

pub use signals::signals;
pub use simple::SimpleStrategy;
pub use steps::{Act, Due, Orders, Step};

/// A kind of strategy: what a config's `kind` may say.
#[derive(Debug, Clone, Copy)]
pub struct KindSpec {
    /// Its name in a config.
    pub name: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    /// The names of its parameters.
    pub params: &'static [&'static str],
    /// Reads the parameters once; the factory then makes fresh instances. It fails, naming the parameter, on one that
    /// is missing, ill-formed or unknown.
    pub build: fn(Params, &Instruments) -> Result<Factory, ParamError>,
}

/// Every built-in kind.
pub const KINDS: &[KindSpec] = &[
    simple::SPEC,
    sma_cross::SPEC,
    ema_cross::SPEC,
    rsi_reversion::SPEC,
    breakout::SPEC,
    scripted::SPEC,
    signals::SPEC,
    chaos::SPEC,
];

/// The kind of that name, if it is built in.
#[must_use]
pub fn kind(name: &str) -> Option<&'static KindSpec> {
    KINDS.iter().find(|spec| spec.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{A, Bench, list, table, text};

    /// One set of good parameters per kind.
    fn sample(name: &str) -> Params {
        match name {
            "simple" => text(&[("buy_below", "100"), ("sell_above", "110"), ("qty", "1")]),
            "sma_cross" | "ema_cross" => text(&[("fast", "2"), ("slow", "3"), ("qty", "1")]),
            "rsi_reversion" => text(&[("period", "2"), ("low", "30"), ("high", "70"), ("qty", "1")]),
            "breakout" => text(&[("lookback", "2"), ("qty", "1")]),
            "scripted" => {
                list("steps", vec![table(&[("cycle", "2"), ("instrument", "A.X"), ("side", "buy"), ("qty", "1")])])
            }
            "signals" => {
                let row =
                    [("ts", "1970-01-01T00:02:00Z"), ("instrument", "A.X"), ("side", "buy"), ("qty", "1")].as_slice();
                list("rows", vec![table(row)])
            }
            "chaos" => text(&[("mode", "negative_qty"), ("every", "3")]),
            other => unreachable!("give `{other}` a sample"),
        }
    }

    #[test]
    fn the_kinds_are_those_of_the_contract() {
        let names: Vec<&str> = KINDS.iter().map(|spec| spec.name).collect();
        assert_eq!(names.join(" "), "simple sma_cross ema_cross rsi_reversion breakout scripted signals chaos");
        assert!(kind("sma_cross").is_some_and(|spec| spec.params == ["fast", "slow", "qty"]));
        assert!(kind("SMA_CROSS").is_none());
    }

    #[test]
    fn every_kind_refuses_an_unknown_parameter_and_names_the_known_ones() {
        for spec in KINDS {
            let mut params: Vec<(String, qts_strategy::Param)> = Vec::new();
            let mut good = sample(spec.name);
            for key in spec.params {
                params.extend(good.take(key).map(|value| ((*key).to_owned(), value)));
            }
            params.push(("zeal".to_owned(), qts_strategy::Param::Text("1".to_owned())));
            let error = (spec.build)(params.into_iter().collect(), &fixtures::instruments()).err();
            let error = error.expect("`zeal` is no parameter");
            assert_eq!(
                (error.key.as_str(), error.known),
                ("zeal", spec.params.iter().map(|p| p.to_string()).collect())
            );
        }
    }

    #[test]
    fn fresh_instances_are_independent() {
        let prices = [100, 90, 95, 120, 80, 130, 60];
        for spec in KINDS {
            let factory = (spec.build)(sample(spec.name), &fixtures::instruments()).expect(spec.name);
            let alone = Bench::of(factory()).filling().trades(A, prices);
            let (mut one, mut other) = (Bench::of(factory()).filling(), Bench::of(factory()).filling());
            let mut taken_in_turn = (Vec::new(), Vec::new());
            for price in prices {
                taken_in_turn.0.push(one.trade(A, price));
                taken_in_turn.1.push(other.trade(A, price));
            }
            let after_both = Bench::of(factory()).filling().trades(A, prices);
            assert_eq!([&taken_in_turn.0, &taken_in_turn.1, &after_both], [&alone; 3], "{}", spec.name);
            assert!(alone.iter().any(|line| !line.starts_with("hold")), "{} asks for nothing: {alone:?}", spec.name);
        }
    }
}
