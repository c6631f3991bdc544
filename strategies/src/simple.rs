//! `simple` (buy_below, sell_above, qty): the first strategy of all, from Phase 5.
//!
//! Flat and price ≤ `buy_below`: buy `qty`, reason `simple_buy_below`. Holding and price ≥ `sell_above`: sell the whole
//! holding, reason `simple_sell_above`. Otherwise nothing; nor while an order is open on the instrument.

use std::collections::BTreeMap;
use std::sync::Arc;

use qts_strategy::{
    Factory, Inst, Instruments, Intents, MarketEvent, ParamError, Params, Price, Qty, Strategy, StrategyError, View,
};

use crate::KindSpec;
use crate::entry_exit::{Asked, Move, Outlook};

pub(crate) const SPEC: KindSpec = KindSpec {
    name: "simple",
    about: "buys at or below one price, sells all at or above another",
    params: &["buy_below", "sell_above", "qty"],
    build,
};

/// Buys `qty` when flat and the price is at or below `buy_below`; sells the whole holding when it is at or above
/// `sell_above`.
#[derive(Debug, Clone)]
pub struct SimpleStrategy {
    buy_below: Price,
    sell_above: Price,
    qty: Qty,
    asked: BTreeMap<Inst, Asked>,
}

fn build(mut params: Params, _: &Instruments) -> Result<Factory, ParamError> {
    let (buy_below, sell_above) = (params.price("buy_below")?, params.price("sell_above")?);
    let qty = params.qty("qty")?;
    params.finish(SPEC.params)?;
    Ok(Arc::new(move || Box::new(SimpleStrategy::new(buy_below, sell_above, qty))))
}

impl SimpleStrategy {
    /// With these prices and this quantity per entry.
    #[must_use]
    pub const fn new(buy_below: Price, sell_above: Price, qty: Qty) -> Self {
        Self { buy_below, sell_above, qty, asked: BTreeMap::new() }
    }

    fn outlook(&self, price: Price, held: Qty) -> Outlook {
        if held.is_zero() && price <= self.buy_below {
            Outlook::Enter
        } else if held.is_positive() && price >= self.sell_above {
            Outlook::Exit
        } else {
            Outlook::Stay
        }
    }
}

impl Strategy for SimpleStrategy {
    fn on_event(&mut self, view: &View<'_>, event: &MarketEvent, out: &mut Intents) -> Result<(), StrategyError> {
        let inst = event.instrument;
        let outlook = self.outlook(event.price(), view.position(inst));
        match self.asked.entry(inst).or_default().decide(view, inst, self.qty, outlook) {
            Move::Buy(qty) => out.buy(inst, qty, "simple_buy_below"),
            Move::Sell(qty) => out.sell(inst, qty, "simple_sell_above"),
            Move::Hold(reason) => out.hold(reason),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{A, B, Bench, text};

    fn bench(qty: &str) -> Bench {
        Bench::new("simple", text(&[("buy_below", "100"), ("sell_above", "110"), ("qty", qty)]))
    }

    #[test]
    fn phase_5_flat_at_99_buys_its_quantity() {
        assert_eq!(bench("2").trade(A, 99), "buy 2 A.X: simple_buy_below");
    }

    #[test]
    fn phase_5_holding_5_at_111_sells_the_whole_holding() {
        assert_eq!(bench("1").holding(A, 5).trade(A, 111), "sell 5 A.X: simple_sell_above");
    }

    #[test]
    fn phase_5_flat_at_105_does_nothing() {
        assert_eq!(bench("1").trade(A, 105), "hold: no signal");
    }

    #[test]
    fn both_prices_are_included() {
        assert_eq!(bench("1").trade(A, 100), "buy 1 A.X: simple_buy_below");
        assert_eq!(bench("1").holding(A, 1).trade(A, 110), "sell 1 A.X: simple_sell_above");
        assert_eq!(bench("1").holding(A, 1).trade(A, 100), "hold: holding");
    }

    #[test]
    fn an_open_order_silences_its_own_instrument_only() {
        let mut bench = bench("1").waiting(A);
        assert_eq!(bench.trade(A, 99), "hold: open order");
        assert_eq!(bench.trade(B, 99), "buy 1 B.X: simple_buy_below");
    }

    #[test]
    fn two_events_of_one_cycle_make_one_order() {
        let mut bench = bench("1");
        assert_eq!(bench.trade(A, 99), "buy 1 A.X: simple_buy_below");
        assert_eq!(bench.same_cycle().trade(A, 98), "hold: open order");
        assert_eq!(bench.trade(A, 97), "buy 1 A.X: simple_buy_below", "the first came to nothing");
    }

    #[test]
    fn a_short_position_is_left_alone() {
        let mut bench = bench("1").holding(A, -3);
        assert_eq!(bench.trades(A, [99, 111]), ["hold: holding", "hold: holding"]);
    }

    #[test]
    fn its_orders_are_market_orders_for_the_day() {
        let mut bench = bench("1");
        bench.trade(A, 99);
        assert_eq!(bench.last_full(), ["buy 1 A.X market day: simple_buy_below"]);
    }

    #[test]
    fn a_quote_counts_by_its_middle() {
        assert_eq!(bench("1").quote(A, 98, 102), "buy 1 A.X: simple_buy_below");
        assert_eq!(bench("1").quote(A, 99, 103), "hold: no signal");
    }

    #[test]
    fn a_parameter_that_is_missing_or_wrong_is_named() {
        let error = |pairs: &[(&str, &str)]| build(text(pairs), &Instruments::default()).err().map(|e| e.to_string());
        assert_eq!(error(&[("buy_below", "100")]).as_deref(), Some("`sell_above` is missing: give a price above zero"));
        let zero = [("buy_below", "100"), ("sell_above", "110"), ("qty", "0")];
        assert_eq!(error(&zero).as_deref(), Some("`qty` must be above zero"));
    }
}
