//! An intent names no owner, so no strategy can speak in another's name.

use qts_strategy::{Inst, Intent, Intents, Kind, Qty, Side, Tif};

fn speak(out: &mut Intents, instrument: Inst) {
    out.trade(Intent {
        instrument,
        side: Side::Buy,
        qty: Qty::whole(1),
        kind: Kind::Market,
        tif: Tif::Day,
        why: "in another's name".into(),
        strategy: "another", //~ E0560
    });
}

fn main() {}
