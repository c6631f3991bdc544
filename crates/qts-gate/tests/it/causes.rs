//! Causes of modes: a decision carries those of the severest mode, on whatever it stands, and the bare word where
//! nobody told one.

use qts_core::{Amount, Inst, Kind, Mode, Money, Price, Qty, Side, StrategyId};
use qts_gate::{Cause, Causes, Restraint, Restraints, StrategyState};

use crate::world::{self, NOW, World};

const A: Inst = Inst(0);

/// The codes with what was observed, of a buy by `a`.
fn told(change: impl FnOnce(&mut World)) -> String {
    let mut world = World::new(vec![world::stock("A.X")], Money::whole(10_000));
    world.market.prices_mut(A).expect("an instrument").last = Some((Price::whole(100), NOW));
    world.standing("a");
    change(&mut world);
    let asked = world::proposal("a", 0, A, Side::Buy, Qty::whole(1), Kind::Market);
    let decision = world.judge(vec![asked], &[]).decisions.remove(0);
    let one = |reason: &qts_core::Reason| match reason.observed {
        Some(observed) => format!("{} {observed}", reason.code),
        None => reason.code.to_string(),
    };
    decision.reasons.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn held(causes: &[(Cause, Mode)]) -> Restraints {
    let mut restraints = Restraints::default();
    for (place, (cause, mode)) in (1..).zip(causes) {
        restraints.set(*cause, Restraint { mode: *mode, observed: Some(Amount::Count(place)), limit: None });
    }
    restraints
}

#[test]
fn the_causes_of_the_severest_mode_are_told_and_no_others() {
    let both = held(&[(Cause::Drawdown, Mode::Halted), (Cause::DailyLoss, Mode::ReduceOnly)]);
    assert_eq!(both.mode(), Mode::Halted);
    let account = told(|world| (world.mode, world.causes.account) = (Mode::Halted, both.clone()));
    assert_eq!(account, "drawdown 1");
    let with_instrument = told(|world| {
        (world.mode, world.causes.account) = (Mode::Halted, both);
        world.instrument_modes.insert(A, Mode::Halted);
        world.causes.instruments.insert(A, held(&[(Cause::OrderInDoubt, Mode::Halted)]));
    });
    assert_eq!(with_instrument, "unreconciled 1, drawdown 1");
}

#[test]
fn a_mode_without_a_cause_is_told_by_its_own_name() {
    assert_eq!(told(|world| world.mode = Mode::Killed), "killed");
    // A cause for less than the mode explains nothing.
    let less = told(|world| {
        (world.mode, world.causes.account) = (Mode::Halted, held(&[(Cause::DailyLoss, Mode::ReduceOnly)]));
    });
    assert_eq!(less, "halted");
    let beside = told(|world| {
        world.mode = Mode::ReduceOnly;
        world.standing("a").mode = Mode::ReduceOnly;
        world.causes.strategies.insert(StrategyId::new("a"), held(&[(Cause::WarnEscalation, Mode::ReduceOnly)]));
    });
    assert_eq!(beside, "warn_escalation 1, reduce_only");
}

#[test]
fn causes_of_others_are_none_of_its_business() {
    let others = told(|world| {
        world.causes.strategies.insert(StrategyId::new("b"), held(&[(Cause::Kill, Mode::Killed)]));
        world.causes.instruments.insert(Inst(1), held(&[(Cause::Kill, Mode::Killed)]));
    });
    assert_eq!(others, "");
}

#[test]
fn lifting_one_leaves_the_others() {
    let mut held = held(&[(Cause::Kill, Mode::Killed), (Cause::Command, Mode::ReduceOnly)]);
    assert!(held.lift(Cause::Kill).is_some() && held.lift(Cause::Kill).is_none());
    assert_eq!((held.mode(), held.is_empty()), (Mode::ReduceOnly, false));
    assert!(held.lift(Cause::Command).is_some());
    assert_eq!((held.mode(), held.is_empty()), (Mode::Active, true));
}

#[test]
fn a_supervisors_cause_is_told_from_a_command_wherever_it_stands() {
    let account = held(&[(Cause::Kill, Mode::Killed), (Cause::Command, Mode::ReduceOnly)]);
    let mut causes = Causes { account, ..Causes::default() };
    assert!(!causes.has_supervisors());
    causes.instruments.insert(A, held(&[(Cause::Link, Mode::ReduceOnly)]));
    assert!(causes.has_supervisors());
    let restraints = &causes.instruments[&A];
    assert_eq!(restraints.get(Cause::Link).map(|restraint| restraint.mode), Some(Mode::ReduceOnly));
    assert_eq!(restraints.get(Cause::Kill), None);
}

#[test]
fn what_a_supervisor_measured_stays_and_what_has_a_ground_goes_with_it() {
    let latched = [
        Cause::Kill,
        Cause::RepeatedExecution,
        Cause::FailureBreaker,
        Cause::WarnEscalation,
        Cause::DailyLoss,
        Cause::Drawdown,
    ];
    assert!(latched.into_iter().all(Cause::latches));
    let passing = [Cause::Command, Cause::UnknownEquity, Cause::Positions, Cause::OrderInDoubt, Cause::Link];
    assert!(!passing.into_iter().any(Cause::latches));
}

#[test]
fn only_disabled_and_quarantined_strategies_see_nothing() {
    use StrategyState::{Active, Disabled, Quarantined, ReduceOnly, Shadow};
    assert!([Active, ReduceOnly, Shadow].into_iter().all(StrategyState::is_awake));
    assert!(![Disabled, Quarantined].into_iter().any(StrategyState::is_awake));
}
