//! A record of a decision, however it was read, does not become a permission again.

use qts_core::Decision;
use qts_gate::Admitted;

fn revive(decision: Decision) {
    let _: Option<Decision> = decision.clone().into();
    let _: Admitted = decision.into(); //~ E0277
}

fn main() {}
