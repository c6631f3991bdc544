//! What waits for the next judgement: market events, facts, and intents.

use std::collections::BTreeMap;

use qts_core::{Ask, CancelIntent, Day, Inst, MarketEvent, Payload, Qty, Quote, Slice, Span, Trade, Ts};
use qts_runtime::{Facts, Outside, OutsideAsk};
use qts_venues::calendar::SessionClock;

use crate::config::Config;
use crate::decide::picture::Quoted;
use crate::decide::wants::Wants;
use crate::exit::Trouble;
use crate::wire;

/// So many market events, and so many intents, may wait.
pub(super) const MOST_WAITING: usize = 65_536;

/// Events, facts and intents since the last judgement.
pub(super) struct Inbox {
    clocks: Vec<SessionClock>,
    /// The usual distance of an instrument's prices.
    intervals: BTreeMap<Inst, Span>,
    pub(super) events: Vec<MarketEvent>,
    facts: BTreeMap<Inst, (Option<Day>, Facts)>,
    pub(super) wants: Wants<'static>,
    /// The newest time of each instrument's prices.
    seen: BTreeMap<Inst, Ts>,
}

impl Inbox {
    /// Empty, with the calendars of a config's instruments.
    pub(super) fn new(config: &Config) -> Result<Self, Trouble> {
        let clocks = config.registry.iter().map(|(inst, _)| wire::session_clock(config, inst));
        Ok(Self {
            clocks: clocks.collect::<Result<_, _>>()?,
            intervals: wire::intervals(&config.data).into_iter().collect(),
            events: Vec::new(),
            facts: BTreeMap::new(),
            wants: Wants::default(),
            seen: BTreeMap::new(),
        })
    }

    /// The newest time of an instrument's prices.
    pub(super) fn seen(&self, inst: Inst) -> Option<Ts> {
        self.seen.get(&inst).copied()
    }

    /// Does anything of an instrument wait: prices, facts, intents?
    pub(super) fn awaits_judgement(&self, inst: Inst) -> bool {
        let told = |facts: &Facts| *facts != Facts::default();
        self.events.iter().any(|event| event.instrument == inst)
            || self.facts.get(&inst).is_some_and(|(_, facts)| told(facts))
            || self.wants.proposals.iter().any(|proposal| proposal.intent.instrument == inst)
    }

    /// Takes in what a line says of an instrument at `at`. Where nobody inside listens, only what is newest is kept.
    pub(super) fn tell(&mut self, inst: Inst, quoted: &Quoted<'_>, at: Ts, listened: bool) {
        let Some(clock) = self.clocks.get_mut(inst.0 as usize) else { return };
        let session = clock.at(at);
        let day = session.day;
        let payload = payload(quoted);
        self.seen.insert(inst, at);
        self.learn(inst, quoted, at, payload.map(|_| day));
        let Some(payload) = payload else { return };
        let (session_end, next_day) = (session.close, session.next);
        let event = MarketEvent { instrument: inst, ts: at, day, session_end, next_day, payload };
        let alike = |old: &&mut MarketEvent| {
            let same_kind = std::mem::discriminant(&old.payload) == std::mem::discriminant(&payload);
            !listened && old.instrument == inst && old.day == day && same_kind
        };
        match self.events.iter_mut().rev().find(alike) {
            Some(old) => *old = event,
            None => self.events.push(event),
        }
    }

    /// Keeps what is no event. What was said of the session before an event of a later day is over.
    fn learn(&mut self, inst: Inst, quoted: &Quoted<'_>, at: Ts, day: Option<Day>) {
        let (known, facts) = self.facts.entry(inst).or_default();
        if day > *known {
            (facts.prev_close, facts.day_volume) = (None, None);
            *known = day;
        }
        let quote = quoted.quote().map(|(bid, ask)| (bid, ask, at));
        facts.quote = quote.or(facts.quote);
        facts.prev_close = quoted.prev_close.or(facts.prev_close);
        facts.adv20 = quoted.adv20.or(facts.adv20);
        facts.day_volume = quoted.day_volume.or(facts.day_volume);
    }

    /// The events that wait, as a slice of this time.
    pub(super) fn slice(&self, ts: Ts) -> Slice {
        let mut events = self.events.clone();
        events.sort_by_key(|event| (event.instrument, event.ts));
        Slice { ts, events }
    }

    /// What is known beside the events: what was told, and every instrument's session.
    fn known_at(&mut self, now: Ts) -> Vec<(Inst, Facts)> {
        let mut told = std::mem::take(&mut self.facts);
        let clocks = (0..).map(Inst).zip(&mut self.clocks);
        let facts = clocks.map(|(inst, clock)| {
            let (_, facts) = told.remove(&inst).unwrap_or_default();
            let session = wire::session(clock, self.intervals.get(&inst).copied(), now);
            (inst, Facts { session: Some(session), ..facts })
        });
        facts.collect()
    }

    /// Takes everything out: the slice, what else is known and asked for, and the intents in the words of the input.
    pub(super) fn empty(&mut self, ts: Ts) -> (Slice, Outside, Wants<'static>) {
        let slice = self.slice(ts);
        self.events.clear();
        let facts = self.known_at(ts);
        let mut wants = std::mem::take(&mut self.wants);
        let trades = std::mem::take(&mut wants.proposals).into_iter().map(|proposal| OutsideAsk {
            strategy: proposal.owner,
            emission: proposal.id.emission,
            ask: Ask::Trade(proposal.intent),
        });
        let cancels = std::mem::take(&mut wants.cancels).into_iter().map(|cancel| OutsideAsk {
            strategy: cancel.strategy,
            emission: 0,
            ask: Ask::Cancel(CancelIntent { order: cancel.order, why: cancel.why }),
        });
        (slice, Outside { facts, asks: trades.chain(cancels).collect() }, wants)
    }
}

/// The event in it: the last trade, or else the quote.
fn payload(quoted: &Quoted<'_>) -> Option<Payload> {
    let (bid_size, ask_size) = (Qty::ZERO, Qty::ZERO);
    let quote = || quoted.quote().map(|(bid, ask)| Payload::Quote(Quote { bid, ask, bid_size, ask_size }));
    quoted.last.map(|price| Payload::Trade(Trade { price, size: Qty::ZERO })).or_else(quote)
}
