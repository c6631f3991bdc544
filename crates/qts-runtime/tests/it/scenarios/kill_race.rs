//! Case 12 of `risk-reference.md` §4, the kill race: an order is approved at epoch n, a kill makes it n+1 before the
//! order is sent, and so it is not sent.
//!
//! A runtime approves and sends in one step, so nothing can come between. Here a witness keeps what the runtime's own
//! gate approved, the way a shell that sends later would, and spends it after the operator spoke.

use qts_core::{Cycle, Epoch};
use qts_gate::{Admitted, Permit};
use qts_loop::{ExecutionLoop, NoHooks, Response, Step, StopPolicy};
use qts_runtime::{Action, Command, Effects, Hearing, Input, Record, Target, Witness};

use crate::floor::{Floor, Opening, entry};
use crate::script::script;
use crate::support::Port;

/// Keeps what the gate approves, unspent, and the moment at which it did.
#[derive(Default)]
struct Keeper {
    approved: Vec<Admitted>,
    moment: Option<(Cycle, Epoch)>,
}

impl Witness for Keeper {
    fn judging(&mut self, hearing: &Hearing<'_>) {
        let judged = hearing.gate.judge(hearing.proposals.to_vec(), hearing.cancels, hearing.situation);
        self.approved = judged.admitted;
        self.moment = Some((hearing.situation.cycle, hearing.situation.epoch));
    }
}

/// A minute of the floor with a keeper looking on.
fn watched_minute(floor: &mut Floor, keeper: &mut Keeper) -> Effects {
    let slice = qts_core::Slice { ts: floor.next_minute(), events: floor.events("A 100") };
    let mut effects = Effects::default();
    floor.runtime.step_watched(&Input::Slice(slice), &mut effects, keeper);
    effects
}

/// An order is approved, the operator says this, the order is to be sent: how far it comes, how many orders the broker
/// gets, and how far the epoch moved.
fn race(said: &[(Action, &str)]) -> (Step, u32, u64) {
    let mut floor = Opening { sim: None, ..Opening::default() }.open();
    floor.register(entry("a", script("* buy 5 A")));
    let (mut keeper, mut later) = (Keeper::default(), Keeper::default());
    let effects = watched_minute(&mut floor, &mut keeper);
    assert!(effects.records.iter().any(|record| matches!(record, Record::Sent { .. })), "the runtime sent it, too");
    let approved = keeper.approved.pop().expect("an approved order");
    assert!(keeper.approved.is_empty() && matches!(approved.permit(), Permit::Place(_)), "{approved:?}");
    let (cycle, before) = keeper.moment.expect("a judgement");

    for (action, reason) in said {
        let command = Command { action: action.clone(), target: Target::Account, reason: (*reason).to_owned() };
        floor.runtime.step(&Input::Command(command), &mut Effects::default());
    }
    assert_eq!(floor.runtime.cycle_number(), cycle, "no other cycle began");
    // The next judgement tells at which epoch the runtime is by now.
    watched_minute(&mut floor, &mut later);
    let (_, after) = later.moment.expect("a judgement");

    let mut port = Port { answer: Response::Taken, placed: 0 };
    let mut execution = ExecutionLoop::new(StopPolicy::default());
    let sent = execution.execute(approved, (cycle, after), &mut NoHooks, &mut port);
    assert_eq!(execution.created(), u64::from(port.placed), "what is not sent is no order");
    (sent.step, port.placed, after.0 - before.0)
}

#[test]
fn case_12_an_order_approved_before_a_kill_is_not_sent_after_it() {
    assert_eq!(race(&[(Action::Kill, "smoke")]), (Step::Void, 0, 1));
    // Nothing else is in its way: nothing said, or less said, and it goes out.
    assert_eq!(race(&[]), (Step::Sent, 1, 0));
    assert_eq!(race(&[(Action::ReduceOnly, "rain")]), (Step::Sent, 1, 0));
}

#[test]
fn case_12_rearming_does_not_revive_what_a_kill_made_void() {
    let said = [(Action::Kill, "smoke"), (Action::Rearm, "it was toast")];
    assert_eq!(race(&said), (Step::Void, 0, 1));
}
