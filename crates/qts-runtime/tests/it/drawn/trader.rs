//! A strategy that trades at random, but only on what it sees: whatever it sees differently, it does differently.

use qts_core::{Inst, Intent, Kind, MarketEvent, Price, Qty, Side, Tif};
use qts_strategy::{Factory, Intents, View};

use super::Rng;
use crate::script::strategy;

pub(super) fn trader(seed: u64) -> Factory {
    let mut calls = 0_u64;
    strategy(move |view, event, out| {
        calls += 1;
        let mut rng = Rng::new(seed ^ calls ^ seen(view, event));
        for _ in 0..rng.pick(&[0, 1, 1, 2]) {
            act(view, event, out, &mut rng);
        }
        Ok(())
    })
}

/// A number made of everything that a view shows.
fn seen(view: &View<'_>, event: &MarketEvent) -> u64 {
    let hash = blake3::hash(format!("{view:?} {event:?}").as_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("eight bytes"))
}

fn act(view: &View<'_>, event: &MarketEvent, out: &mut Intents, rng: &mut Rng) {
    // Now and then on another stock's news, which may be old by then.
    let inst = if rng.chance(5) { Inst(0) } else { event.instrument };
    let position = view.position(inst);
    let lot = view.instrument(inst).map_or(Qty::whole(1), |instrument| instrument.lot);
    let lots = |rng: &mut Rng| {
        let units = lot.units() * i64::from(rng.int(1, 12));
        Qty::from_units(units).expect("small")
    };
    let price = event.price().units() / qts_core::SCALE;
    let near = |rng: &mut Rng| Kind::Limit(Price::whole(i32::try_from(price).expect("small") + rng.int(-6, 6)));
    let tif = rng.pick(&[Tif::Day, Tif::Gtc, Tif::Gtc, Tif::Ioc, Tif::Fok]);
    let mut trade = |side, qty, kind| {
        let tif = if kind == Kind::Market { Tif::Day } else { tif };
        out.trade(Intent { instrument: inst, side, qty, kind, tif, why: "drawn".into() });
    };
    let exit = if position < Qty::ZERO { Side::Buy } else { Side::Sell };
    // Fashions: what many want at once is merged.
    let fashion = if price % 3 == 0 { 0 } else { rng.int(0, 9) };
    match fashion {
        0 | 1 => trade(Side::Buy, lots(rng), Kind::Market),
        2 => trade(Side::Sell, lots(rng), Kind::Market),
        3 if !position.is_zero() => trade(exit, position.abs(), Kind::Market),
        4 if !position.is_zero() => trade(exit, position.abs(), near(rng)),
        5 => trade(Side::Buy, lots(rng), near(rng)),
        6 => trade(Side::Sell, lots(rng), near(rng)),
        7 => {
            trade(Side::Buy, lots(rng), near(rng));
            trade(Side::Sell, lots(rng), near(rng));
        }
        8 => {
            if let Some(order) = view.orders().first() {
                out.cancel(order.id, "drawn");
            }
        }
        _ => out.hold("drawn"),
    }
}
