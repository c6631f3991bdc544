//! What would be permitted is anybody's to say; the permission is not made of it.

use qts_gate::{Admitted, Permit};

fn promote(permit: Permit) {
    let _: Option<Permit> = permit.clone().into();
    let _: Admitted = permit.into(); //~ E0277
}

fn main() {}
