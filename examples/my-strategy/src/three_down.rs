//! `three_down` (qty): buys after three lower closes in a row, sells all at the first higher one.

use std::{collections::BTreeMap, sync::Arc};

use qts::{KindSpec, strategy::*};

pub const KIND: KindSpec = KindSpec { name: "three_down", about: "buys falls", params: &["qty"], build };

/// How much it buys, and of every instrument the last close and how often in a row it fell.
#[derive(Clone)]
struct ThreeDown(Qty, BTreeMap<Inst, (Price, u32)>);

fn build(mut params: Params, _: &Instruments) -> Result<Factory, ParamError> {
    let fresh = ThreeDown(params.qty("qty")?, BTreeMap::new());
    params.finish(KIND.params)?;
    Ok(Arc::new(move || Box::new(fresh.clone())))
}

impl Strategy for ThreeDown {
    fn on_event(&mut self, view: &View<'_>, event: &MarketEvent, out: &mut Intents) -> Result<(), StrategyError> {
        let (inst, close, held) = (event.instrument, event.price(), view.position(event.instrument));
        let (before, falls) = self.1.get(&inst).copied().unwrap_or((close, 0));
        let falls = if close < before { falls + 1 } else { 0 };
        self.1.insert(inst, (close, falls));
        if view.is_waiting(inst) {
            out.hold("open order");
        } else if held.is_zero() && falls >= 3 {
            out.buy(inst, self.0, format!("{falls} lower closes in a row, now {close}"));
        } else if held.is_positive() && close > before {
            out.sell(inst, held, format!("close {close} > {before}"));
        } else {
            out.hold("no signal");
        }
        Ok(())
    }
}
