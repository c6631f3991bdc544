//! Nobody but the loop can spell out a `NewOrder`.

use qts_core::{Inst, Kind, OrderId, Qty, Side, Tif};
use qts_loop::NewOrder;

fn forge(id: OrderId, instrument: Inst, side: Side, kind: Kind, tif: Tif, qty: Qty) {
    let _ = NewOrder { id, instrument, side, kind, tif, qty }; //~ E0451
}

fn main() {}
