//! There is no permission out of nothing.

use qts_gate::{Admitted, Judged};

fn main() {
    let _ = Judged::default();
    let _ = Admitted::default(); //~ E0599
}
