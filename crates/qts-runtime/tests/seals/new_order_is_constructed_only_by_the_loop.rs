//! Nobody but the loop can call the constructor of `NewOrder`.

use qts_core::{Inst, Kind, OrderId, Qty, Side, Tif};
use qts_loop::NewOrder;

fn forge(id: OrderId, instrument: Inst, side: Side, kind: Kind, tif: Tif, qty: Qty) {
    let _ = NewOrder::new(id, instrument, side, kind, tif, qty); //~ E0624
}

fn main() {}
