//! The name of a strategy is not among the words of strategies.

use qts_strategy::StrategyId; //~ E0432
use qts_strategy::{Intents, OrderId};

fn withdraw(out: &mut Intents, own: OrderId) {
    out.cancel(own, "one's own");
}

fn main() {}
