//! A permission is gone once the loop has taken it.

use qts_core::{Cycle, Epoch};
use qts_gate::Admitted;
use qts_loop::{Broker, ExecutionLoop, NoHooks};

fn spend(execution: &mut ExecutionLoop, admitted: Admitted, now: (Cycle, Epoch), broker: &mut impl Broker) {
    execution.execute(admitted, now, &mut NoHooks, broker);
    execution.execute(admitted, now, &mut NoHooks, broker); //~ E0382
}

fn main() {}
