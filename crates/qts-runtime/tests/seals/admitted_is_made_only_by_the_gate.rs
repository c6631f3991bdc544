//! One gate: nobody else can spell out an `Admitted`.

use qts_core::{Cycle, Epoch};
use qts_gate::{Admitted, Permit};

fn forge(permit: Permit, cycle: Cycle, epoch: Epoch) {
    let _ = Admitted { permit, cycle, epoch }; //~ E0451
}

fn main() {}
