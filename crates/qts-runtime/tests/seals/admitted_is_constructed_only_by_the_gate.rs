//! One gate: nobody else can call the constructor of `Admitted`.

use qts_core::{Cycle, Epoch};
use qts_gate::{Admitted, Permit};

fn forge(permit: Permit, cycle: Cycle, epoch: Epoch) {
    let _ = Admitted::new(permit, cycle, epoch); //~ E0624
}

fn main() {}
