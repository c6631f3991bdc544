//! What each command does. Every one is recorded; one that cannot be done is recorded as refused and changes nothing.

use qts_core::{Epoch, Inst, Mode, Qty, Side, StrategyId};
use qts_gate::{Cause, StrategyState};

use crate::command::{Action, Command, Target};
use crate::pipeline::Runtime;
use crate::record::{Effects, Record};
use crate::registry::Registration;

impl Runtime {
    pub(crate) fn command(&mut self, command: &Command, out: &mut Effects) {
        let (refused, followed) = match self.obey(command) {
            Ok(followed) => (None, followed),
            Err(refused) => (Some(refused), Vec::new()),
        };
        out.record(Record::Commanded {
            command: command.describe(&self.instruments),
            verb: command.action.verb(),
            target: command.concerns(),
            refused,
        });
        out.records.extend(followed);
        let cancels = self.unwanted_orders();
        self.judge(Vec::new(), &cancels, out, None);
    }

    /// Does it, and tells what follows from it at once.
    fn obey(&mut self, command: &Command) -> Result<Vec<Record>, String> {
        match (&command.action, &command.target) {
            (Action::Rearm, target) => self.rearm(target, &command.reason),
            (Action::SetPolicy(policy), target) => self.set_policy(target, policy, &command.reason),
            (Action::Register(new), _) => self.take_in(new, &command.reason),
            _ => self.obey_plainly(command).map(|()| Vec::new()),
        }
    }

    fn obey_plainly(&mut self, command: &Command) -> Result<(), String> {
        match (&command.action, &command.target) {
            (Action::Unregister { to_unassigned }, Target::Strategy(id)) => self.let_go(id, *to_unassigned),
            (Action::Flatten, target) => self.flatten(target),
            (Action::Kill, target) => self.kill(target),
            (action, Target::Strategy(id)) => self.set_state(id, action),
            (action, target) => self.limit(target, action),
        }
    }

    /// Takes a strategy in. Who comes back is under the policy that it left under, or says why not.
    fn take_in(&mut self, new: &Registration, reason: &str) -> Result<Vec<Record>, String> {
        let loosened = self.loosened_on_return(&new.id, &new.policy, reason)?;
        self.registry.register(new.clone()).map_err(|error| error.to_string())?;
        self.refresh_mode(&Target::Strategy(new.id.clone()));
        Ok(self.policy_on_return(&new.id, &new.policy, loosened).into_iter().collect())
    }

    fn let_go(&mut self, id: &StrategyId, to_unassigned: bool) -> Result<(), String> {
        let flat = self.books.get(id).is_none_or(qts_core::Book::is_flat);
        if !flat && !to_unassigned {
            return Err(format!("the book of `{id}` is not flat: flatten it first, or say to = \"unassigned\""));
        }
        if !flat && !self.has_room(&StrategyId::unassigned(), id) {
            return Err(format!("the unassigned book has no room for what `{id}` holds: flatten one of them first"));
        }
        self.remember_policy(id);
        self.registry.unregister(id).map_err(|error| error.to_string())?;
        if !flat {
            self.withdraw_orders_of(id);
            self.hand_over(id, &StrategyId::unassigned());
        }
        // Also what is over: a fill that comes late is nobody's.
        self.ledger.disown(id);
        Ok(())
    }

    /// Could an heir's book hold all that is in another?
    fn has_room(&self, heir: &StrategyId, from: &StrategyId) -> bool {
        let Some(book) = self.books.get(from) else { return true };
        book.holdings().all(|(inst, held)| {
            let old = self.books.get(heir).map(|book| book.holding(inst)).unwrap_or_default();
            let sums = [(old.position, held.position), (old.open_buy, held.open_buy), (old.open_sell, held.open_sell)];
            sums.into_iter().all(|(a, b)| a.checked_add(b).is_some())
        })
    }

    /// Moves all positions, as if traded at cost, and all open quantities to the heir's book.
    fn hand_over(&mut self, from: &StrategyId, heir: &StrategyId) {
        let book = self.books.get(from).cloned().unwrap_or_default();
        for (inst, held) in book.holdings() {
            let opening = if held.position < Qty::ZERO { Side::Sell } else { Side::Buy };
            let (qty, cost) = (held.position.abs(), held.cost.abs());
            self.books.book_mut(heir).trade(inst, opening, qty, cost);
            self.books.book_mut(from).trade(inst, opening.opposite(), qty, cost);
            for (side, open) in [(Side::Buy, held.open_buy), (Side::Sell, held.open_sell)] {
                self.books.book_mut(heir).reserve(inst, side, open);
                self.books.book_mut(from).release(inst, side, open);
            }
        }
    }

    fn set_state(&mut self, id: &StrategyId, action: &Action) -> Result<(), String> {
        let state = match action {
            Action::Enable => StrategyState::Active,
            Action::Disable => StrategyState::Disabled,
            Action::ReduceOnly => StrategyState::ReduceOnly,
            Action::Shadow => StrategyState::Shadow,
            other => return Err(format!("`{}` is not for a strategy", other.as_str())),
        };
        self.registry.set_state(id, state).map_err(|error| error.to_string())?;
        if !state.is_awake() {
            self.withdraw_orders_of(id);
        }
        Ok(())
    }

    /// Account or instrument: what may be done there at all. It lifts what a command set, and no latch.
    fn limit(&mut self, target: &Target, action: &Action) -> Result<(), String> {
        let mode = match action {
            Action::Enable => Mode::Active,
            Action::Disable => Mode::Halted,
            Action::ReduceOnly => Mode::ReduceOnly,
            other => return Err(format!("`{}` is only for a strategy", other.as_str())),
        };
        if self.restraints(target).is_some_and(|held| held.get(Cause::Kill).is_some()) {
            return Err("the kill switch is set: re-arm it with a reason".to_owned());
        }
        if mode > Mode::Active {
            self.restrain_to(target, Cause::Command, mode);
            return Ok(());
        }
        let lifted = self.lift(target, Cause::Command);
        match self.restraints(target).and_then(|held| held.iter().next()) {
            Some((cause, held)) if lifted.is_none() => {
                let way_out =
                    if cause.latches() { "re-arm it with a reason" } else { "that goes when its ground goes" };
                Err(format!("it is {} for `{}`: {way_out}", held.mode, cause.code(held.mode)))
            }
            _ => Ok(()),
        }
    }

    /// Blocks what is new, voids what is unspent, withdraws what works; never closes a position by itself.
    fn kill(&mut self, target: &Target) -> Result<(), String> {
        self.require_registered(target)?;
        self.restrain_to(target, Cause::Kill, Mode::Killed);
        self.epoch = Epoch(self.epoch.0 + 1);
        self.withdraw(target);
        Ok(())
    }

    pub(crate) fn withdraw(&mut self, target: &Target) {
        let concerns = |inst: Inst| *target == Target::Account || *target == Target::Instrument(inst);
        let concerned = self.ledger.working().iter().filter(|order| concerns(order.instrument)).map(|order| order.id);
        self.unwanted.extend(concerned);
        if let Target::Strategy(id) = target {
            self.withdraw_orders_of(id);
        }
    }

    fn flatten(&mut self, target: &Target) -> Result<(), String> {
        if let Target::Strategy(id) = target
            && self.books.get(id).is_none()
            && !self.registry.standings().contains_key(id)
        {
            return Err(format!("no strategy `{id}` is registered"));
        }
        self.withdraw(target);
        let concerns = |owner: &StrategyId, inst: Inst| match target {
            Target::Account => true,
            Target::Strategy(id) => owner == id,
            Target::Instrument(of) => inst == *of,
        };
        let books = self.books.iter().flat_map(|(owner, book)| book.holdings().map(move |(inst, _)| (owner, inst)));
        let concerned = books.filter(|(owner, inst)| concerns(owner, *inst)).map(|(owner, inst)| (owner.clone(), inst));
        self.flattening.extend(concerned.map(|key| (key, 0)));
        Ok(())
    }
}
