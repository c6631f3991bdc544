//! One cycle of the whole runtime with the simulated broker: its reports, the slice, strategies, gate, loop, books.
//!
//! Each strategy is an `sma_cross` of its own lengths on one instrument, under a policy with every control. They trade
//! as the price wanders; a run is one cycle, the mean of many.

use std::sync::Arc;

use criterion::{BatchSize, BenchmarkId, Criterion, SamplingMode, Throughput};
use qts_core::{Books, Inst, Instruments, Money, Slice, Ts};
use qts_gate::{ArbitrationRule, StrategyState};
use qts_loop::StopPolicy;
use qts_runtime::{QuarantineRule, Registration, Setup};

use crate::floor::Floor;
use crate::world::{MINUTE, Walk, all_controls, bar, built_in, shares, strategy};

/// Cycles after which every average is warm and orders come and go.
const WARM: usize = 100;
/// Cycles of one iteration. Each iteration starts anew, so that all do the same.
const CYCLES: usize = 300;

/// How many strategies there are on how many instruments, and whether they all want the same at the same time.
#[derive(Clone, Copy)]
struct Crowd {
    strategies: usize,
    instruments: usize,
    alike: bool,
}

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("cycle");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    for (strategies, instruments, alike) in
        [(1, 1, false), (10, 1, false), (100, 1, false), (1_000, 1, false), (1_000, 50, false), (1_000, 1, true)]
    {
        let crowd = Crowd { strategies, instruments, alike };
        crowd.check();
        group.throughput(Throughput::Elements((CYCLES * strategies) as u64));
        group.bench_function(BenchmarkId::new(crowd.name(), format!("{CYCLES} runs")), |bencher| {
            bencher.iter_batched(|| crowd.warm(), go_on, BatchSize::PerIteration);
        });
    }
}

impl Crowd {
    fn name(self) -> String {
        let Self { strategies, instruments, alike } = self;
        let strategies = if strategies == 1 { "1 strategy".to_owned() } else { format!("{strategies} strategies") };
        let instruments =
            if instruments == 1 { "1 instrument".to_owned() } else { format!("{instruments} instruments") };
        format!("{strategies} on {instruments}{}", if alike { ", all alike" } else { "" })
    }

    /// A runtime with everything warm.
    fn warm(self) -> (Floor, Exchange) {
        let (rules, mut market) = (shares(self.instruments), Exchange::new(self.instruments));
        let strategies = (0..self.strategies).map(|number| self.registration(number, &rules));
        let mut floor = Floor::new(setup(&rules), strategies);
        for _ in 0..WARM {
            floor.cycle(market.next_slice());
        }
        (floor, market)
    }

    /// Is each strategy called once a cycle, does none fail, are there trades?
    fn check(self) {
        let (mut floor, mut market) = self.warm();
        let before = floor.orders;
        for _ in 0..CYCLES {
            floor.cycle(market.next_slice());
            assert_eq!(floor.effects.evaluations, self.strategies as u64);
            assert!(floor.is_well());
        }
        assert!(floor.orders > before, "nobody trades");
    }

    fn registration(self, number: usize, instruments: &Instruments) -> Registration {
        let (fast, slow) = if self.alike { (5, 25) } else { (5 + number % 16, 25 + number % 23) };
        let params = [("fast", fast.to_string()), ("slow", slow.to_string()), ("qty", "10".to_owned())];
        Registration {
            id: strategy(number),
            name: format!("SMA {fast}/{slow}"),
            instruments: vec![Inst(u32::try_from(number % instruments.len()).unwrap_or(0))],
            rank: i64::try_from(number).unwrap_or(0),
            state: StrategyState::Active,
            policy: all_controls(),
            budget: Some(Money::whole(1_000_000_000)),
            factory: built_in("sma_cross", instruments, &params),
        }
    }
}

fn go_on((mut floor, mut market): (Floor, Exchange)) -> Floor {
    for _ in 0..CYCLES {
        floor.cycle(market.next_slice());
    }
    floor
}

/// A market that goes on for ever, a bar of each instrument a minute.
struct Exchange {
    walks: Vec<Walk>,
    now: Ts,
}

impl Exchange {
    fn new(instruments: usize) -> Self {
        Self { walks: (1..).take(instruments).map(Walk::new).collect(), now: Ts(0) }
    }

    fn next_slice(&mut self) -> Slice {
        let is_first = self.now == Ts(0);
        self.now = Ts(self.now.0 + MINUTE.0);
        let places = (0..).map(Inst).zip(&mut self.walks);
        let events = places.map(|(inst, walk)| bar(inst, self.now, walk.step(), is_first)).collect();
        Slice { ts: self.now, events }
    }
}

fn setup(instruments: &Arc<Instruments>) -> Setup {
    Setup {
        instruments: Arc::clone(instruments),
        intervals: instruments.iter().map(|(inst, _)| (inst, MINUTE)).collect(),
        books: Books::with_cash(Money::whole(1_000_000_000_000)),
        account_policy: all_controls(),
        rule: ArbitrationRule::ExitsOnly,
        quarantine: QuarantineRule::default(),
        stop: StopPolicy::default(),
    }
}
