//! The loop takes a permission and not an order, even an arbitrated one.

use qts_core::{Cycle, Epoch};
use qts_gate::{Admitted, ArbitratedOrder};
use qts_loop::{Broker, ExecutionLoop, NoHooks};

type Now = (Cycle, Epoch);

fn run(execution: &mut ExecutionLoop, admitted: Admitted, order: ArbitratedOrder, now: Now, broker: &mut impl Broker) {
    execution.execute(admitted, now, &mut NoHooks, broker);
    execution.execute(order, now, &mut NoHooks, broker); //~ E0308
}

fn main() {}
