//! A trading floor: a runtime with the simulated broker, driven bar by bar as a shell would drive it. Every input on
//! it is audited, so every test that uses it also shows that the books add up.

use std::sync::Arc;

use qts_core::{
    Bar, Books, Dated, Day, ExecReport, Inst, Instrument, InstrumentId, Instruments, MarketEvent, Money, OrderId,
    Outcome, Payload, Price, Qty, Ratio, Scale, Slice, StrategyId, TickTable, Ts,
};
use qts_gate::{ArbitrationRule, RiskPolicy, StrategyState};
use qts_loop::StopPolicy;
use qts_runtime::{
    Action, Adjustment, Command, Effects, Input, QuarantineRule, Record, Registration, Runtime, Schedule, Setup,
    Target, When,
};
use qts_strategy::Factory;
use qts_venues::sim::{SimBroker, SimConfig};

use crate::audit::Audit;
use crate::words;

pub(crate) const A: Inst = Inst(0);
pub(crate) const B: Inst = Inst(1);

const MINUTE: i64 = 60_000_000_000;
const DAY: i64 = 1_440 * MINUTE;
const OPEN: i64 = 540 * MINUTE;
const CLOSE: i64 = 930 * MINUTE;

/// What a floor starts from.
#[derive(Clone)]
pub(crate) struct Opening {
    pub(crate) stocks: Vec<Instrument>,
    pub(crate) cash: i64,
    /// Whose, what, how many, at which price.
    pub(crate) positions: Vec<(&'static str, Inst, i32, i32)>,
    pub(crate) policy: RiskPolicy,
    pub(crate) rule: ArbitrationRule,
    pub(crate) quarantine: QuarantineRule,
    pub(crate) stop: StopPolicy,
    /// How the simulated market treats us; `None`: the test speaks for the broker.
    pub(crate) sim: Option<SimConfig>,
}

impl Default for Opening {
    fn default() -> Self {
        Self {
            stocks: vec![stock("A.X"), stock("B.X"), stock("C.X")],
            cash: 1_000_000,
            positions: Vec::new(),
            policy: policy("validity_only"),
            rule: ArbitrationRule::ExitsOnly,
            quarantine: QuarantineRule::default(),
            stop: StopPolicy::default(),
            sim: Some(SimConfig::default()),
        }
    }
}

/// A stock without fees, limits and bans, in lots of one.
pub(crate) fn stock(id: &str) -> Instrument {
    Instrument {
        id: InstrumentId::new(id).expect("an id"),
        ticks: Dated::always(TickTable::flat(Price::whole(1))),
        lot: Qty::whole(1),
        quantity_step: Qty::whole(1),
        daily_limit: Dated::always(None),
        order_limit: Dated::always(None),
        listed_shares: None,
        short_ban: false,
        commission: Ratio::ZERO,
        exchange_fee: Dated::always(Ratio::ZERO),
        sale_tax: Dated::always(Ratio::ZERO),
        minor_unit: Money::whole(1),
    }
}

pub(crate) fn policy(name: &str) -> RiskPolicy {
    RiskPolicy::built_in(name).expect("built in")
}

/// `validity_only` with some controls added at strategy scope.
pub(crate) fn with(change: impl FnOnce(&mut qts_gate::policy::Controls)) -> RiskPolicy {
    let mut policy = policy("validity_only");
    change(&mut policy.strategy);
    policy
}

/// `validity_only` with some controls added at account scope.
pub(crate) fn account_with(change: impl FnOnce(&mut qts_gate::policy::Controls)) -> RiskPolicy {
    let mut policy = policy("validity_only");
    change(&mut policy.account);
    policy
}

pub(crate) fn id(name: &str) -> StrategyId {
    StrategyId::new(name)
}

/// An active strategy on all instruments under `validity_only`, with rank 100.
pub(crate) fn entry(name: &str, factory: Factory) -> Registration {
    Registration {
        id: id(name),
        name: name.to_uppercase(),
        instruments: vec![A, B, Inst(2)],
        rank: 100,
        state: StrategyState::Active,
        policy: Arc::new(policy("validity_only")),
        budget: None,
        factory,
    }
}

impl Opening {
    pub(crate) fn open(self) -> Floor {
        quiet_panics();
        let instruments = Arc::new(Instruments::new(self.stocks).expect("distinct"));
        let mut books = Books::with_cash(Money::whole(self.cash));
        let held: Vec<(Inst, Qty)> = self.positions.iter().map(|(_, inst, qty, _)| (*inst, Qty::whole(*qty))).collect();
        for (owner, inst, qty, price) in self.positions {
            let qty = Qty::whole(qty);
            books.book_mut(&id(owner)).open_with(inst, qty, Money::of(Price::whole(price), qty));
        }
        let audit = Audit::new(&books, Arc::clone(&instruments));
        let runtime = Runtime::new(Setup {
            instruments: Arc::clone(&instruments),
            intervals: Vec::new(),
            books,
            account_policy: Arc::new(self.policy),
            rule: self.rule,
            quarantine: self.quarantine,
            stop: self.stop,
        });
        let broker = self.sim.map(|config| SimBroker::new(config, instruments).holding(held));
        Floor {
            runtime,
            broker,
            schedule: Schedule::default(),
            adjustments: Vec::new(),
            audit,
            now: OPEN,
            records: Vec::new(),
        }
    }
}

/// Keeps panics on purpose out of the test's output.
fn quiet_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(qts_runtime::silence_strategy_panics);
}

/// A runtime at work.
pub(crate) struct Floor {
    pub(crate) runtime: Runtime,
    broker: Option<SimBroker>,
    pub(crate) schedule: Schedule,
    /// New scales of shares, before so many cycles.
    adjustments: Vec<(u64, Inst, Scale)>,
    audit: Audit,
    now: i64,
    /// Everything that happened so far.
    pub(crate) records: Vec<Record>,
}

impl Floor {
    pub(crate) fn register(&mut self, registration: Registration) -> &mut Self {
        self.runtime.registry().register(registration).expect("a free id");
        self
    }

    /// Commands to be given by time or by cycle.
    pub(crate) fn scheduled(&mut self, commands: Vec<(When, Command)>) {
        self.schedule = Schedule::new(commands);
    }

    /// New scales of shares to come, by cycle.
    pub(crate) fn adjusted(&mut self, adjustments: Vec<(u64, Inst, Scale)>) {
        self.adjustments = adjustments;
    }

    /// The time of the next minute bar.
    pub(crate) const fn next_minute(&self) -> Ts {
        Ts(self.now + MINUTE)
    }

    /// To the next morning.
    pub(crate) const fn sleep(&mut self) {
        self.now = (self.now / DAY + 1) * DAY + OPEN;
    }

    /// A minute later these bars: `"A 100, B 50"`, or `"A 100 105 95 102 x500"` with open, high, low, close and
    /// volume. What was recorded, a line each.
    pub(crate) fn minute(&mut self, bars: &str) -> Vec<String> {
        self.now += MINUTE;
        let events = self.events(bars);
        self.tell_slice(events)
    }

    /// The next day's close, with bars of the whole day.
    pub(crate) fn day(&mut self, bars: &str) -> Vec<String> {
        self.now = (self.now / DAY + 1) * DAY + CLOSE;
        let mut events = self.events(bars);
        for event in &mut events {
            if let Payload::Bar(bar) = &mut event.payload {
                (bar.from, bar.whole_session) = (Ts(self.now - CLOSE + OPEN), true);
            }
        }
        self.tell_slice(events)
    }

    fn tell_slice(&mut self, events: Vec<MarketEvent>) -> Vec<String> {
        self.take(Slice { ts: Ts(self.now), events }).iter().map(words::line).collect()
    }

    /// These minute bars, which end now.
    pub(crate) fn events(&self, bars: &str) -> Vec<MarketEvent> {
        let day = self.now / DAY;
        let event = |text: &str| {
            let (name, numbers) = text.split_once(' ').expect("a name and a price");
            MarketEvent {
                instrument: instrument(name),
                ts: Ts(self.now),
                day: Day(i32::try_from(day).expect("a day")),
                session_end: Ts(day * DAY + CLOSE),
                next_day: Day(i32::try_from(day + 1).expect("a day")),
                payload: Payload::Bar(bar(numbers, Ts(self.now - MINUTE))),
            }
        };
        bars.split(", ").map(event).collect()
    }

    /// One slice as a shell takes it: due commands, what the broker says, the cycle.
    pub(crate) fn take(&mut self, slice: Slice) -> Vec<Record> {
        let before = self.records.len();
        let next = qts_core::Cycle(self.runtime.cycle_number().0 + 1);
        for (_, inst, scale) in self.adjustments.extract_if(.., |(cycle, ..)| *cycle <= next.0).collect::<Vec<_>>() {
            self.adjust_at(slice.ts, inst, scale);
        }
        for (_, command) in self.schedule.due(next, slice.ts) {
            self.step(&Input::Command(command));
        }
        let mut reports = Vec::new();
        if let Some(broker) = &mut self.broker {
            broker.on_slice(&slice, &mut reports);
        }
        for report in reports {
            self.step(&Input::Report(report));
        }
        self.step(&Input::Slice(slice));
        self.records[before..].to_vec()
    }

    /// The shares have a new scale from now on: nothing of the old one is left at the broker.
    pub(crate) fn adjust(&mut self, inst: Inst, ratio: &str) -> Vec<String> {
        let records = self.adjust_at(Ts(self.now), inst, ratio.parse().expect("a ratio"));
        records.iter().map(words::line).collect()
    }

    fn adjust_at(&mut self, ts: Ts, instrument: Inst, scale: Scale) -> Vec<Record> {
        let before = self.records.len();
        let mut reports = Vec::new();
        if let Some(broker) = &mut self.broker {
            broker.adjust(instrument, scale, ts, &mut reports);
        }
        for report in reports {
            self.step(&Input::Report(report));
        }
        self.step(&Input::Adjustment(Adjustment { ts, instrument, scale, reason: "drawn".to_owned() }));
        self.records[before..].to_vec()
    }

    /// The broker says this now.
    pub(crate) fn report(&mut self, order: u64, outcome: Outcome) -> Vec<String> {
        let report = ExecReport { order: OrderId(order), ts: Ts(self.now), outcome };
        self.step(&Input::Report(report)).iter().map(words::line).collect()
    }

    /// The operator says this now.
    pub(crate) fn command(&mut self, action: Action, target: Target, reason: &str) -> Vec<String> {
        let command = Command { action, target, reason: reason.to_owned() };
        self.step(&Input::Command(command)).iter().map(words::line).collect()
    }

    /// The operator says this about a strategy now.
    pub(crate) fn tell(&mut self, name: &str, action: Action) -> Vec<String> {
        self.command(action, Target::Strategy(id(name)), "")
    }

    /// One input: audited, and what is to be done outside is done.
    pub(crate) fn step(&mut self, input: &Input) -> Vec<Record> {
        let mut effects = Effects::default();
        self.runtime.step(input, &mut effects);
        self.audit.check(input, &effects, &self.runtime);
        if let Some(broker) = &mut self.broker {
            effects.placed.iter().for_each(|order| broker.place(order, effects.now));
            effects.cancels.iter().for_each(|order| broker.cancel(*order));
        }
        self.records.extend(effects.records.iter().cloned());
        effects.records
    }

    /// Shares in somebody's book.
    pub(crate) fn position(&self, name: &str, inst: Inst) -> i64 {
        let qty = self.runtime.books().get(&id(name)).map(|book| book.holding(inst).position).unwrap_or_default();
        qty.units() / qts_core::SCALE
    }

    /// How often a strategy was judged so far.
    pub(crate) fn decisions_of(&self, name: &str) -> usize {
        let of = |record: &&Record| matches!(record, Record::Decision(decision) if decision.id.strategy == id(name));
        self.records.iter().filter(of).count()
    }

    /// Everything recorded so far, a line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.records.iter().map(words::line).collect()
    }
}

/// The instrument of a letter; letters beyond the instruments name none.
pub(crate) fn instrument(letter: &str) -> Inst {
    let byte = letter.bytes().next().expect("a letter");
    Inst(u32::from(byte - b'A'))
}

fn bar(text: &str, from: Ts) -> Bar {
    let (prices, volume) = text.split_once(" x").unwrap_or((text, "100000"));
    let prices: Vec<Price> = prices.split(' ').map(|price| price.parse().expect("a price")).collect();
    let (open, high, low, close) = match prices[..] {
        [price] => (price, price, price, price),
        [open, high, low, close] => (open, high, low, close),
        _ => panic!("{text}"),
    };
    // Every order of these tests was placed before the bar that it meets began.
    Bar { from, open, high, low, close, volume: volume.parse().expect("a volume"), whole_session: false }
}
