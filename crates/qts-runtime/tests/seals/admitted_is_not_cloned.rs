//! There is no second copy of a permission.

use qts_gate::Admitted;

fn double(admitted: Admitted) {
    let _ = admitted.permit().clone();
    let _ = admitted.clone(); //~ E0599
}

fn main() {}
