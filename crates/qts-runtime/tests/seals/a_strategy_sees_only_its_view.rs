//! A strategy sees its own position, and no book of another.

use qts_strategy::{Intents, MarketEvent, Strategy, StrategyError, View};

struct Peeping;

impl Strategy for Peeping {
    fn on_event(&mut self, view: &View<'_>, event: &MarketEvent, _: &mut Intents) -> Result<(), StrategyError> {
        let _ = view.position(event.instrument);
        let _ = view.books(); //~ E0599
        Ok(())
    }
}

fn main() {}
