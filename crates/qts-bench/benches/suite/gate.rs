//! One judgement of the staged gate: all that one cycle's intents cost from proposal to permission.
//!
//! One intent per strategy, by turns at the market and at a limit, four to an instrument. Where there are conflicts,
//! two of the four on every other instrument close what they hold against two that buy.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput};
use qts_core::{
    Books, Child, Cycle, DecisionId, Epoch, Inst, Instruments, Intent, Kind, Market, Mode, Money, OrderId, Price,
    Proposal, Qty, Side, Slice, StrategyId, Tif, Ts, Working,
};
use qts_gate::{ArbitrationRule, Causes, Judged, Pace, RiskPolicy, Situation, StagedRiskGate, Standing, StrategyState};

use crate::world::{all_controls, bar, shares, strategy, validity_only};

const PRICE: i32 = 50_000;
const HELD: i32 = 10;
const ON_ONE: usize = 4;

/// What there is besides the intents.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scene {
    /// All buy, nothing is working.
    Calm,
    /// All buy, and each strategy has a buy order working far below the price.
    Resting,
    /// They conflict on every other instrument.
    Conflicts(ArbitrationRule),
}

const SCENES: [(Scene, &str); 4] = [
    (Scene::Calm, "no conflicts"),
    (Scene::Resting, "no conflicts, an order of each working"),
    (Scene::Conflicts(ArbitrationRule::ExitsOnly), "half in conflict, exits_only"),
    (Scene::Conflicts(ArbitrationRule::Net), "half in conflict, net"),
];

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("gate");
    for count in [1, 20, 200] {
        for (scene, says) in &SCENES[..if count == 1 { 1 } else { SCENES.len() }] {
            for (name, policy) in [("validity_only", validity_only()), ("all controls", all_controls())] {
                let desk = Desk::new(count, *scene, &policy);
                let gate = StagedRiskGate::new(policy, scene.rule());
                desk.check(&gate.judge(desk.proposals.clone(), &[], &desk.situation()));
                let intents = if count == 1 { "intent" } else { "intents" };
                group.throughput(Throughput::Elements(count as u64));
                group.bench_function(format!("{count} {intents}, {says}, {name}"), |bencher| {
                    bencher.iter_batched(
                        || desk.proposals.clone(),
                        |proposals| gate.judge(black_box(proposals), &[], &desk.situation()),
                        BatchSize::SmallInput,
                    );
                });
            }
        }
    }
}

impl Scene {
    fn rule(self) -> ArbitrationRule {
        match self {
            Self::Calm | Self::Resting => ArbitrationRule::ExitsOnly,
            Self::Conflicts(rule) => rule,
        }
    }

    /// Do the intents on this instrument conflict?
    fn is_contested(self, inst: Inst) -> bool {
        matches!(self, Self::Conflicts(_)) && inst.0.is_multiple_of(2)
    }
}

/// An account at the moment of a judgement.
struct Desk {
    instruments: Arc<Instruments>,
    market: Market,
    books: Books,
    modes: BTreeMap<Inst, Mode>,
    pace: Pace,
    standings: BTreeMap<StrategyId, Standing>,
    proposals: Vec<Proposal>,
    working: Vec<Working>,
    scene: Scene,
}

impl Desk {
    fn new(count: usize, scene: Scene, policy: &Arc<RiskPolicy>) -> Self {
        let instruments = shares(count.div_ceil(ON_ONE));
        let every = || instruments.iter().map(|(inst, _)| inst);
        let mut market = Market::new(instruments.len());
        market
            .absorb(&Slice { ts: Ts(1), events: every().map(|inst| bar(inst, Ts(1), (PRICE, PRICE), true)).collect() });
        let mut books = Books::with_cash(Money::whole(1_000_000_000_000));
        let held = (Qty::whole(HELD), Money::of(Price::whole(PRICE), Qty::whole(HELD)));
        for number in 0..count {
            books.book_mut(&strategy(number)).open_with(on(number), held.0, held.1);
        }
        Self {
            market,
            books,
            modes: BTreeMap::new(),
            pace: Pace::new(),
            standings: (0..count).map(|number| (strategy(number), standing(number, policy))).collect(),
            proposals: (0..count).map(|number| proposal(number, scene)).collect(),
            working: (0..count).filter(|_| scene == Scene::Resting).map(resting).collect(),
            instruments,
            scene,
        }
    }

    fn situation(&self) -> Situation<'_> {
        Situation {
            cycle: Cycle(1),
            epoch: Epoch(0),
            now: Ts(1),
            instruments: &self.instruments,
            market: &self.market,
            books: &self.books,
            working: &self.working,
            mode: Mode::Active,
            day_start_equity: self.books.equity(&self.market),
            instrument_modes: &self.modes,
            pace: &self.pace,
            causes: Causes::NONE,
            standings: &self.standings,
        }
    }

    /// Is it what its name says? Only arbitration cuts, and only where there is a conflict.
    fn check(&self, judged: &Judged) {
        let contested = |inst: &Inst| self.scene.is_contested(*inst);
        let instruments = self.instruments.iter().filter(|(inst, _)| contested(inst)).count();
        assert_eq!(judged.conflicts, instruments as u64);
        let in_conflict = self.proposals.iter().filter(|proposal| contested(&proposal.intent.instrument)).count();
        let cut = match self.scene {
            Scene::Calm | Scene::Resting => 0,
            Scene::Conflicts(ArbitrationRule::Net) => in_conflict,
            Scene::Conflicts(_) => in_conflict / 2,
        };
        assert_eq!(judged.decisions.iter().filter(|decision| decision.sent < decision.asked).count(), cut);
        assert_eq!(judged.crosses.is_empty(), self.scene != Scene::Conflicts(ArbitrationRule::Net));
    }
}

/// The instrument of a strategy.
fn on(number: usize) -> Inst {
    Inst(u32::try_from(number / ON_ONE).unwrap_or(0))
}

fn standing(number: usize, policy: &Arc<RiskPolicy>) -> Standing {
    Standing {
        rank: i64::try_from(number).unwrap_or(0),
        state: StrategyState::Active,
        mode: Mode::Active,
        policy: Arc::clone(policy),
        budget: Some(Money::whole(10_000_000_000)),
        median_order: BTreeMap::from([(on(number), Qty::whole(HELD))]),
        pace: Pace::new(),
    }
}

fn proposal(number: usize, scene: Scene) -> Proposal {
    let instrument = on(number);
    let sells = scene.is_contested(instrument) && number % ON_ONE >= ON_ONE / 2;
    let intent = Intent {
        instrument,
        side: if sells { Side::Sell } else { Side::Buy },
        qty: Qty::whole(HELD),
        kind: if number.is_multiple_of(2) { Kind::Market } else { Kind::Limit(Price::whole(PRICE)) },
        tif: Tif::Day,
        why: "bench".into(),
    };
    let id = DecisionId { cycle: Cycle(1), strategy: strategy(number), emission: 0 };
    Proposal { id, owner: strategy(number), intent }
}

/// A buy order of one strategy that no proposal can meet.
fn resting(number: usize) -> Working {
    let decision = DecisionId { cycle: Cycle(0), strategy: strategy(number), emission: 0 };
    let qty = Qty::whole(HELD);
    Working {
        id: OrderId(number as u64 + 1),
        instrument: on(number),
        side: Side::Buy,
        kind: Kind::Limit(Price::whole(PRICE - 5_000)),
        open: qty,
        cancelling: false,
        children: vec![Child { decision, owner: strategy(number), qty }],
    }
}
