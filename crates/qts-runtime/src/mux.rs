//! The multiplexer: many strategies, each called on its own, their wishes collected and stamped with their names.

use qts_core::{
    Ask, Book, Books, Cycle, DecisionId, Inst, Instruments, Market, MarketEvent, Proposal, Slice, StrategyId, Ts,
};
use qts_gate::CancelAsk;
use qts_strategy::{Intents, View};

use crate::host::{self, Failure};
use crate::ledger::Ledger;
use crate::registry::{Entry, StrategyRegistry};
use crate::witness::Onlooker;

/// Calls every awake strategy that subscribes to something in a slice. It alone speaks to strategies; none of them
/// can tell that there are others.
#[derive(Debug, Default)]
pub struct StrategyMultiplexer {
    /// (place of the strategy, place of the event) of the slice at hand; kept for its memory.
    calls: Vec<(usize, usize)>,
}

/// What the strategies of one cycle want, and which of them failed.
#[derive(Debug, Default)]
pub struct Reaction {
    /// Trades, stamped.
    pub proposals: Vec<Proposal>,
    /// Withdrawals, stamped.
    pub cancels: Vec<CancelAsk>,
    /// Failures: everything these asked for in this cycle is dropped.
    pub failures: Vec<(StrategyId, Failure)>,
    /// How many calls were made.
    pub evaluations: u64,
}

/// What strategies may be shown.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) cycle: Cycle,
    pub(crate) instruments: &'a Instruments,
    pub(crate) market: &'a Market,
    pub(crate) books: &'a Books,
    pub(crate) ledger: &'a Ledger,
    pub(crate) max_intents: usize,
}

impl StrategyMultiplexer {
    /// One round: once per event for each subscriber, strategies by id, events in slice order.
    pub(crate) fn react(
        &mut self,
        slice: &Slice,
        registry: &mut StrategyRegistry,
        scene: Scene<'_>,
        mut witness: Onlooker<'_, '_>,
    ) -> Reaction {
        let mut calls = std::mem::take(&mut self.calls);
        calls.clear();
        for (event, seen) in slice.events.iter().enumerate() {
            calls.extend(registry.subscribers(seen.instrument).iter().map(|place| (*place, event)));
        }
        calls.sort_unstable();
        let mut reaction = Reaction::default();
        for round in calls.chunk_by(|a, b| a.0 == b.0) {
            let events = round.iter().map(|(_, event)| &slice.events[*event]);
            ask(registry.entry_mut(round[0].0), events, slice.ts, scene, &mut reaction, witness.as_deref_mut());
        }
        self.calls = calls;
        reaction
    }
}

/// Asks one strategy, if it is awake.
fn ask<'e>(
    entry: &mut Entry,
    events: impl Iterator<Item = &'e MarketEvent>,
    now: Ts,
    scene: Scene<'_>,
    reaction: &mut Reaction,
    witness: Onlooker<'_, '_>,
) {
    let Some(instance) = entry.instance.as_mut() else { return };
    let nothing = Book::default();
    let book = scene.books.get(&entry.id).unwrap_or(&nothing);
    let view = View::new(now, scene.cycle, scene.instruments, book, scene.ledger.own_orders(&entry.id));
    let mut out = Intents::with_capacity(scene.max_intents);
    let (calls, answer) = host::call((&entry.id, instance.as_mut()), &view, events, &mut out, witness);
    reaction.evaluations += calls;
    let answer = answer.and_then(|()| sound(&entry.id, &entry.instruments, &out, &view, scene));
    match answer {
        Ok(()) => stamp(&entry.id, out, scene.cycle, reaction),
        Err(failure) => reaction.failures.push((entry.id.clone(), failure)),
    }
}

fn sound(
    id: &StrategyId,
    subscribed: &[Inst],
    out: &Intents,
    view: &View<'_>,
    scene: Scene<'_>,
) -> Result<(), Failure> {
    host::check(out.asks(), subscribed, (scene.instruments, scene.market), view, |order| {
        scene.ledger.is_foreign(order, id)
    })
}

fn stamp(id: &StrategyId, out: Intents, cycle: Cycle, reaction: &mut Reaction) {
    for (emission, ask) in (0..).zip(out.into_asks()) {
        match ask {
            Ask::Trade(intent) => {
                let decision = DecisionId { cycle, strategy: id.clone(), emission };
                reaction.proposals.push(Proposal { id: decision, owner: id.clone(), intent });
            }
            Ask::Cancel(cancel) => {
                reaction.cancels.push(CancelAsk { strategy: id.clone(), order: cancel.order, why: cancel.why });
            }
        }
    }
}
