//! What holds in every world. All of them are audited after every input (`audit.rs`): books against fills, fees,
//! crosses, open quantities, quotas, effects against records. Of the invariants of `risk-reference.md` §6 these are 6
//! (over time), 10, 13, 15, 16, 17 and 22; the gate's own tests show the others.

use std::collections::BTreeMap;

use qts_core::{Code, Payload, Price, Qty, Scope, Stage, StrategyId};
use qts_runtime::{Action, Command, Input, Record, Target, When};
use qts_venues::sim::SimConfig;

use crate::drawn::failing::{WAYS, failing};
use crate::drawn::{Rng, World, whims};
use crate::floor::{Floor, id};

/// Everything told in these cycles that is not about `stranger`, byte for byte.
fn told(cycles: &[Vec<Record>], stranger: Option<&StrategyId>) -> Vec<Vec<String>> {
    let is_about = |record: &Record, stranger: &StrategyId| match record {
        Record::Decision(decision) => decision.id.strategy == *stranger,
        Record::Failed { strategy, .. } | Record::Quarantined { strategy } => strategy == stranger,
        Record::Commanded { command, .. } => command.contains(&format!("`{stranger}`")),
        Record::Tripped { target, .. } | Record::Lifted { target, .. } | Record::PolicySet { target, .. } => {
            *target == Target::Strategy(stranger.clone())
        }
        _ => false,
    };
    let of = |records: &Vec<Record>| {
        let kept = records.iter().filter(|record| stranger.is_none_or(|stranger| !is_about(record, stranger)));
        kept.map(|record| format!("{:?}", without(record.clone(), stranger))).collect()
    };
    cycles.iter().map(of).collect()
}

/// A record that tells of several, without one of them.
fn without(mut record: Record, stranger: Option<&StrategyId>) -> Record {
    if let (Record::Rescaled { restarted, .. }, Some(stranger)) = (&mut record, stranger) {
        restarted.retain(|id| id != stranger);
    }
    record
}

fn count(cycles: &[Vec<Record>], what: impl Fn(&Record) -> bool) -> usize {
    cycles.iter().flatten().filter(|record| what(record)).count()
}

/// The account as it stands, as text.
fn account(floor: &Floor) -> String {
    let orders: Vec<_> = floor.runtime.execution().orders().collect();
    format!("{:?} {orders:?}", floor.runtime.books())
}

/// One way to fail in one world: did the failing one do anything, and did the others?
pub(crate) fn others_do_not_notice(seed: u64) -> (&'static str, usize, usize) {
    let mut rng = Rng::new(seed.wrapping_mul(0x51_7C_C1_B7));
    let way = WAYS[usize::try_from(seed).expect("small") % WAYS.len()];
    let name = rng.pick(&["a", "e", "g", "z"]);
    let stranger = id(name);
    let mut without = World::drawn(seed);
    if rng.chance(30) {
        without = without.commanded(seed);
    }
    let again = Command { action: Action::Enable, target: Target::Strategy(stranger.clone()), reason: String::new() };
    if !way.starts_with("in_") {
        without.commands.extend((0..3).map(|at| (When::Cycle(qts_core::Cycle(4 * at + 5)), again.clone())));
    }
    let mut with = without.clone();
    let place = usize::try_from(rng.next()).expect("64 bits") % (with.members.len() + 1);
    with.members.insert(place, failing(way, name, &without, &mut rng));
    let ((floor_with, cycles_with), (floor_without, cycles_without)) = (with.run(), without.run());
    let took_part = |record: &Record| match record {
        Record::Decision(decision) => decision.id.strategy == stranger && decision.admitted().is_positive(),
        _ => false,
    };
    if way == "chaos slow" || count(&cycles_with, took_part) == 0 {
        let (seen, want) = (told(&cycles_with, Some(&stranger)), told(&cycles_without, Some(&stranger)));
        for (cycle, (seen, want)) in seen.iter().zip(&want).enumerate() {
            assert_eq!(seen, want, "seed {seed}, {way}, cycle {}", cycle + 1);
        }
        assert_eq!(account(&floor_with), account(&floor_without), "seed {seed}, {way}");
    } else {
        panic!("seed {seed}, {way}: it took part, so nothing is shown");
    }
    let failed = |record: &Record| match record {
        Record::Decision(decision) => decision.id.strategy == stranger,
        Record::Failed { strategy, .. } => *strategy == stranger,
        _ => false,
    };
    (way, count(&cycles_with, failed), count(&cycles_without, |record| matches!(record, Record::Fill { .. })))
}

#[test]
fn a_failing_strategy_changes_nothing_for_the_others() {
    let shown: Vec<_> = (0..WAYS.len() as u64 * 50).map(others_do_not_notice).collect();
    assert!(shown.len() >= 1_000);
    for way in WAYS.into_iter().filter(|way| *way != "chaos slow") {
        let of = |(seen, failed, fills): &(&str, usize, usize)| if *seen == way { failed * fills } else { 0 };
        assert!(shown.iter().map(of).sum::<usize>() > 1_000, "{way} hardly ever fails while others trade");
    }
}

/// In the worlds above supervisors trip, over those that fail and over the others: otherwise nothing is shown of them.
#[test]
fn supervisors_trip_in_these_worlds() {
    let (mut over_failing, mut over_others, mut over_account) = (0, 0, 0);
    for seed in 0..200 {
        let mut world = World::drawn(seed);
        let way = if seed % 2 == 0 { "blocked_by_collar" } else { "blocked_by_size" };
        world.members.push(failing(way, "z", &world, &mut Rng::new(seed)));
        let cycles = world.run().1;
        let over = |is: &dyn Fn(&Target) -> bool| {
            count(&cycles, |record| matches!(record, Record::Tripped { target, .. } if is(target)))
        };
        over_failing += over(&|target| *target == Target::Strategy(id("z")));
        over_others += over(&|target| matches!(target, Target::Strategy(other) if *other != id("z")));
        over_account += over(&|target| *target == Target::Account);
    }
    let seen = (over_failing, over_others, over_account);
    assert!(over_failing >= 10 && over_others >= 30 && over_account >= 40, "{seen:?}");
}

/// In the worlds above shares are split, among several, with fractions, while orders work; where the broker does not
/// withdraw them, books wait and go on.
#[test]
fn shares_are_split_in_these_worlds() {
    let (mut shared, mut paid, mut withdrawn, mut waited, mut resumed) = (0, 0, 0, 0, 0);
    for seed in 0..400 {
        let mut world = World::drawn(seed);
        world.opening.sim = world.opening.sim.filter(|_| seed % 4 > 0);
        let (_, cycles) = world.run();
        for record in cycles.iter().flatten() {
            match record {
                Record::Adjusted { parts, .. } => {
                    shared += usize::from(parts.len() > 1);
                    paid += usize::from(parts.iter().any(|part| part.cash.units() != 0));
                    resumed += usize::from(seed % 4 == 0);
                }
                Record::Ended { how: qts_loop::OrderState::Canceled, .. } if !world.adjustments.is_empty() => {
                    withdrawn += 1;
                }
                Record::Unadjusted { .. } => waited += 1,
                _ => {}
            }
        }
    }
    let seen = (shared, paid, withdrawn, waited, resumed);
    assert!([shared, paid, withdrawn, waited, resumed].into_iter().min() > Some(20), "{seen:?}");
}

/// In these worlds every control has a say, at each scope that it works at: otherwise nothing is shown of it.
#[test]
fn every_control_cuts_or_blocks_in_these_worlds() {
    use Code::{
        BuyingPower, CycleNotional, DataImplausible, DuplicateOrder, FatFinger, MarketOrder, MaxGrossExposure, MaxLong,
        MaxNetExposure, MaxOpenOrders, MaxOrderNotional, MaxOrderQty, MaxParticipation, MaxShort, MessageLimit,
        OrderRate, OutsideSession, PriceCollar, Restricted, RiskScoreExceeded, ShortNotAllowed, StaleData,
    };
    let mut seen: BTreeMap<(Scope, Code), usize> = BTreeMap::new();
    for seed in 0..600 {
        for record in World::drawn(seed).run().1.iter().flatten() {
            let Record::Decision(decision) = record else { continue };
            for reason in decision.reasons.iter().filter(|reason| reason.stage > Stage::Warn) {
                *seen.entry((reason.scope, reason.code)).or_default() += 1;
            }
        }
    }
    let of_both = [ShortNotAllowed, CycleNotional, MaxOrderNotional, MaxLong, MaxShort, MaxGrossExposure];
    let of_both = [&of_both[..], &[MaxNetExposure, MaxOpenOrders, OrderRate, MessageLimit]].concat();
    let data = [Restricted, OutsideSession, StaleData, DuplicateOrder, DataImplausible, PriceCollar, FatFinger];
    let sizes = [MarketOrder, MaxOrderQty, MaxParticipation, RiskScoreExceeded, Code::Budget];
    let of_strategies = [&of_both[..], &data, &sizes].concat();
    let of_accounts = [&of_both[..], &[BuyingPower]].concat();
    for (scope, codes) in [(Scope::Strategy, of_strategies), (Scope::Account, of_accounts)] {
        for code in codes {
            let count = seen.get(&(scope, code)).copied().unwrap_or_default();
            assert!(count >= 10, "{} {code}: only {count}", scope.as_str());
        }
    }
}

#[test]
fn the_order_of_registration_does_not_matter() {
    let mut decisions = 0;
    for seed in 0..250 {
        let world = World::drawn(seed).commanded(seed);
        let mut shuffled = world.clone();
        let mut rng = Rng::new(seed);
        for last in (1..shuffled.members.len()).rev() {
            shuffled.members.swap(last, usize::try_from(rng.next()).expect("64 bits") % (last + 1));
        }
        let ((floor, cycles), (other, other_cycles)) = (world.run(), shuffled.run());
        assert_eq!(told(&cycles, None), told(&other_cycles, None), "seed {seed}");
        assert_eq!(floor.runtime.state_hash(), other.runtime.state_hash(), "seed {seed}");
        decisions += count(&cycles, |record| matches!(record, Record::Decision(_)));
    }
    assert!(decisions > 5_000, "{decisions}");
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let mut hashes = std::collections::BTreeSet::new();
    for seed in 0..150 {
        let world = World::drawn(seed).commanded(seed);
        let ((floor, cycles), (again, cycles_again)) = (world.run(), world.run());
        assert_eq!(told(&cycles, None), told(&cycles_again, None), "seed {seed}");
        assert_eq!(floor.runtime.state_hash(), again.runtime.state_hash(), "seed {seed}");
        hashes.insert(floor.runtime.state_hash());
    }
    assert_eq!(hashes.len(), 150, "different worlds, different hashes");
    let richer = |cash: i64| {
        let mut world = World::drawn(1);
        world.opening.cash = cash;
        world.open().runtime.state_hash()
    };
    assert_ne!(richer(1), richer(2), "before anything happened, too");
}

#[test]
fn what_comes_later_changes_nothing_before() {
    let mut differ_later = 0;
    for seed in 0..250 {
        let world = World::drawn(seed).commanded(seed);
        let now = 1 + usize::try_from(seed).expect("small") % (world.slices.len() - 1);
        let mut cut = world.clone();
        cut.slices.truncate(now);
        let other = world.with_another_future(seed, now);
        let (whole, cut, other) = (world.run().1, cut.run().1, other.run().1);
        assert_eq!(told(&whole[..now], None), told(&cut, None), "seed {seed}, cut after cycle {now}");
        assert_eq!(told(&whole[..now], None), told(&other[..now], None), "seed {seed}, replaced after cycle {now}");
        differ_later += usize::from(told(&whole, None) != told(&other, None));
    }
    assert!(differ_later > 200, "the other futures are other ones: {differ_later}");
}

#[test]
fn no_order_fills_at_a_price_that_its_strategy_had_seen() {
    let mut fills = 0;
    for seed in 0..200 {
        let mut world = World::drawn(seed);
        world.opening.sim = world.opening.sim.map(|sim| SimConfig { slippage_ticks: 0, ..sim });
        let (_, cycles) = world.run();
        let mut sent = std::collections::BTreeMap::new();
        for (cycle, (records, slice)) in cycles.iter().zip(&world.slices).enumerate() {
            for record in records {
                match record {
                    Record::Sent { order, .. } => assert_eq!(sent.insert(*order, cycle), None),
                    Record::Fill { order, instrument, price, .. } => {
                        fills += 1;
                        assert!(sent[order] < cycle, "seed {seed}: {order:?} fills in its own cycle {}", cycle + 1);
                        let mut events = slice.events.iter().filter(|event| event.instrument == *instrument);
                        assert!(
                            events.any(|event| traded_at(&event.payload, *price)),
                            "seed {seed}: {price} in {slice:?}"
                        );
                    }
                    _ => {}
                }
            }
        }
    }
    assert!(fills > 1_000, "{fills}");
}

/// Did somebody trade at this price, or offer to?
fn traded_at(payload: &Payload, price: Price) -> bool {
    match payload {
        Payload::Bar(bar) => bar.low <= price && price <= bar.high,
        Payload::Quote(quote) => price == quote.bid || price == quote.ask,
        Payload::Trade(trade) => price == trade.price,
    }
}

/// What has been seen in many worlds, so that nobody mistakes silence for order.
#[derive(Debug, Default)]
struct Seen {
    merged: usize,
    crosses: usize,
    partial: usize,
    fees: usize,
    late: usize,
    surplus: usize,
    refused: usize,
    rejected: usize,
    handed_over: usize,
}

impl Seen {
    fn note(&mut self, record: &Record) {
        let unassigned = StrategyId::unassigned();
        match record {
            Record::Sent { children, .. } => self.merged += usize::from(children.len() > 1),
            Record::Cross(_) => self.crosses += 1,
            Record::Fill { shares, fee, late, .. } => {
                self.partial += usize::from(shares.len() > 1);
                self.fees += usize::from(fee.units() != 0 && shares.len() > 1);
                self.late += usize::from(*late);
                self.surplus += usize::from(shares.iter().any(|share| share.owner == unassigned));
            }
            Record::Refused { .. } => self.refused += 1,
            Record::Ended { why: Some(_), .. } => self.rejected += 1,
            Record::Commanded { command, refused: None, .. } if command.starts_with("unregister") => {
                self.handed_over += 1
            }
            _ => {}
        }
    }
}

#[test]
fn the_books_add_up_after_every_input_at_the_simulated_market() {
    let mut seen = Seen::default();
    for seed in 1_000..1_500 {
        let (_, cycles) = World::drawn(seed).commanded(seed).run();
        cycles.iter().flatten().for_each(|record| seen.note(record));
    }
    let Seen { merged, crosses, partial, fees, handed_over, .. } = seen;
    let least = [merged, crosses, partial, fees, handed_over].into_iter().min();
    assert!(least > Some(100), "{seen:?}");
}

#[test]
fn the_books_add_up_whatever_a_broker_says() {
    let mut seen = Seen::default();
    for seed in 2_000..2_500 {
        let mut world = World::drawn(seed).commanded(seed);
        world.opening.sim = None;
        let mut floor = world.open();
        let mut rng = Rng::new(seed);
        for slice in &world.slices {
            for report in whims::reports(floor.runtime.execution().created(), slice.ts, &mut rng) {
                floor.step(&Input::Report(report));
            }
            floor.take(slice.clone());
        }
        floor.records.iter().for_each(|record| seen.note(record));
    }
    let Seen { merged, crosses, partial, fees, late, surplus, refused, rejected, handed_over } = seen;
    let least = [merged, crosses, partial, fees, late, surplus, refused, rejected, handed_over].into_iter().min();
    assert!(
        least > Some(50),
        "merged, crosses, partial, fees, late, surplus, refused, rejected or handed over: {least:?}"
    );
}

#[test]
fn where_short_sales_are_banned_no_book_ever_falls_below_zero() {
    let (mut sold, mut cut) = (0, 0);
    for seed in 3_000..3_300 {
        let mut world = World::drawn(seed).commanded(seed);
        world.opening.stocks.iter_mut().for_each(|stock| stock.short_ban = true);
        world.opening.positions.retain(|(_, _, qty, _)| *qty > 0);
        for member in &mut world.members {
            let mut policy = (*member.policy).clone();
            policy.strategy.short_not_allowed = true;
            member.policy = std::sync::Arc::new(policy);
        }
        world.commands.retain(|(_, command)| !matches!(command.action, Action::Register(_)));
        let mut floor = world.open();
        for slice in &world.slices {
            for record in floor.take(slice.clone()) {
                if let Record::Decision(decision) = record {
                    sold += usize::from(decision.side == qts_core::Side::Sell && decision.admitted().is_positive());
                    let short = |reason: &qts_core::Reason| reason.code == qts_core::Code::ShortNotAllowed;
                    cut += usize::from(decision.reasons.iter().any(short));
                }
            }
            for (owner, book) in floor.runtime.books().iter() {
                let short =
                    book.holdings().find(|(_, held)| held.position < Qty::ZERO || held.open_sell > held.position);
                assert!(short.is_none(), "seed {seed}: {owner} {short:?}");
            }
        }
    }
    assert!(sold > 500 && cut > 500, "{sold} sales, {cut} cut");
}
