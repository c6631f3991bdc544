//! An order that the loop made stays as it is.

use qts_core::Qty;
use qts_loop::NewOrder;

fn enlarge(mut order: NewOrder, qty: Qty) {
    let _ = order.qty();
    order.qty = qty; //~ E0616
}

fn main() {}
