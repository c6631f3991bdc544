//! Strategies that fail in every way there is, or whose every intent their own policy blocks.

use std::sync::Arc;

use qts_core::{
    Ask, CancelIntent, Inst, Instruments, Intent, Kind, MarketEvent, Money, OrderId, Price, Qty, Side, Tif,
};
use qts_gate::policy::{OrderSize, Thresholds};
use qts_gate::{RiskPolicy, StrategyState};
use qts_runtime::Registration;
use qts_strategy::{Factory, Intents, Param, StrategyError};

use super::{Rng, World};
use crate::floor::{entry, with};
use crate::script::strategy;

/// Ways in which a strategy can have no part in anything.
pub(crate) const WAYS: [&str; 24] = [
    "panic",
    "error",
    "flood",
    "negative_qty",
    "zero_qty",
    "unknown_instrument",
    "unsubscribed",
    "off_lot",
    "off_tick",
    "limit_not_above_zero",
    "foreign_cancel",
    "blocked_by_size",
    "blocked_by_collar",
    "blocked_by_budget",
    "blocked_by_a_list",
    "in_shadow",
    "in_reduce_only_and_flat",
    "chaos panic",
    "chaos error",
    "chaos flood",
    "chaos negative_qty",
    "chaos unknown_instrument",
    "chaos off_lot",
    "chaos slow",
];

/// A strategy that fails so, sharing rank, policy or instruments with those of the world.
pub(crate) fn failing(way: &'static str, name: &str, world: &World, rng: &mut Rng) -> Registration {
    let model = rng.pick(&world.members);
    let (instruments, rank) = (model.instruments.clone(), model.rank);
    let mut failing = Registration { instruments, rank, policy: model.policy, ..entry(name, asks(way, rng)) };
    match way {
        "blocked_by_size" => {
            let none = Thresholds { warn: None, limit: None, block: Some(OrderSize::Shares(Qty::ZERO)) };
            failing.policy = policy(with(|controls| controls.max_order_qty = Some(none)));
        }
        "blocked_by_collar" => {
            let tight = Thresholds { warn: None, limit: None, block: "0.1".parse().ok() };
            failing.policy = policy(with(|controls| controls.price_collar = Some(tight)));
        }
        "blocked_by_a_list" => {
            let all = (0..3).map(Inst).collect();
            failing.policy = policy(with(|controls| controls.restricted = all));
        }
        "blocked_by_budget" => failing.budget = Some(Money::ZERO),
        "in_shadow" => failing.state = StrategyState::Shadow,
        "in_reduce_only_and_flat" => failing.state = StrategyState::ReduceOnly,
        "unsubscribed" => failing.instruments = vec![Inst(0)],
        _ => {}
    }
    // Its own supervisors may trip; they are its own.
    let watched = RiskPolicy { supervision: super::supervision(rng.clone()), ..(*failing.policy).clone() };
    Registration { policy: Arc::new(watched), ..failing }
}

fn policy(policy: RiskPolicy) -> Arc<RiskPolicy> {
    Arc::new(policy)
}

fn asks(way: &'static str, rng: &mut Rng) -> Factory {
    if let Some(mode) = way.strip_prefix("chaos ") {
        return chaos(mode);
    }
    let (every, mut calls) = (u64::try_from(rng.int(1, 3)).expect("small"), 0_u64);
    let mut rng = rng.clone();
    strategy(move |view, event, out| {
        calls += 1;
        if !calls.is_multiple_of(every) {
            return Ok(());
        }
        let inst = event.instrument;
        let lot = view.instrument(inst).map_or(Qty::whole(1), |instrument| instrument.lot);
        if way != "blocked_by_collar" {
            out.buy(inst, lot, "sound, and dropped or blocked with the rest");
        }
        if !way.starts_with("blocked") && way != "in_reduce_only_and_flat" {
            out.sell(inst, lot, "this one, too");
        }
        misbehave(way, event, lot, &mut rng, out)
    })
}

fn chaos(mode: &str) -> Factory {
    let text = |key: &str, value: &str| (key.to_owned(), Param::Text(value.to_owned()));
    let params = [text("mode", mode), text("every", "2")].into_iter().collect();
    let kind = qts_strategies::kind("chaos").expect("a kind");
    (kind.build)(params, &Instruments::default()).expect("sound parameters")
}

fn misbehave(way: &str, event: &MarketEvent, lot: Qty, rng: &mut Rng, out: &mut Intents) -> Result<(), StrategyError> {
    let inst = event.instrument;
    let mut limit = |price: Price| {
        let (side, kind) = (Side::Buy, Kind::Limit(price));
        out.trade(Intent { instrument: inst, side, qty: lot, kind, tif: Tif::Gtc, why: way.to_owned().into() });
    };
    match way {
        "panic" => panic!("on purpose"),
        "error" => return Err(StrategyError("on purpose".into())),
        "flood" => (0..100).for_each(|_| out.buy(inst, lot, "flood")),
        "negative_qty" => out.buy(inst, -lot, "negative"),
        "zero_qty" => out.sell(inst, Qty::ZERO, "zero"),
        "unknown_instrument" => out.buy(Inst(77), lot, "unknown"),
        "unsubscribed" => out.buy(Inst(1), lot, "not subscribed, or unknown"),
        "off_lot" => out.buy(inst, "0.5".parse().expect("half a share"), "off the lot"),
        "off_tick" => limit("99.5".parse().expect("a price")),
        "limit_not_above_zero" => limit(rng.pick(&[Price::ZERO, Price::whole(-5)])),
        "foreign_cancel" => {
            let orders = (1..=40).map(|id| Ask::Cancel(CancelIntent { order: OrderId(id), why: "not mine".into() }));
            orders.for_each(|ask| out.ask(ask));
            out.buy(Inst(77), lot, "so that it fails, too, when none of these works any more");
        }
        "blocked_by_collar" => limit(Price::whole(999)),
        _ => {}
    }
    Ok(())
}
