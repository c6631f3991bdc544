//! Modes and their causes: a small set per target, of which the severest counts.

use qts_core::{Amount, Mode, Money};
use qts_gate::{Cause, Restraint, Restraints};

use crate::command::Target;
use crate::pipeline::Runtime;
use crate::record::{Effects, Lifting, Record};

impl Runtime {
    /// A supervisor trips: recorded, unless it asked for as much before.
    pub(crate) fn trip(&mut self, target: &Target, cause: Cause, restraint: Restraint, out: &mut Effects) {
        let before = self.restraints(target).and_then(|all| all.get(cause)).map(|it| it.mode);
        if before.is_some_and(|before| before >= restraint.mode) {
            return;
        }
        self.restrain(target, cause, restraint);
        let Restraint { mode, observed, limit } = restraint;
        let code = cause.code(mode);
        out.record(Record::Tripped { target: target.clone(), code, mode, observed, limit });
    }

    /// A cause is gone for another reason than a command; recorded, if it was there.
    pub(crate) fn release(&mut self, target: &Target, cause: Cause, by: Lifting, out: &mut Effects) {
        if let Some(restraint) = self.lift(target, cause) {
            let (code, mode) = (cause.code(restraint.mode), restraint.mode);
            out.record(Record::Lifted { target: target.clone(), code, mode, by, baseline: None });
        }
    }

    /// Lifts the severest latch of a target, or mode set by a command, one for each reason given: the others stay. What
    /// the supervisor measures starts anew.
    pub(crate) fn rearm(&mut self, target: &Target, reason: &str) -> Result<Vec<Record>, String> {
        let name = target.describe(&self.instruments);
        if reason.trim().is_empty() {
            return Err(format!("re-arming {name} needs a reason"));
        }
        self.require_registered(target)?;
        let held = self.restraints(target).into_iter().flat_map(Restraints::iter);
        let held: Vec<(Cause, Mode)> = held.map(|(cause, restraint)| (cause, restraint.mode)).collect();
        let liftable = held.iter().rev().filter(|(cause, _)| cause.latches() || *cause == Cause::Command);
        let Some((cause, mode)) = liftable.max_by_key(|(_, mode)| *mode).copied() else {
            return Err(nothing_to_lift(&name, held.first().copied()));
        };
        self.lift(target, cause);
        let baseline = self.start_anew(target, cause);
        let (target, code, by) = (target.clone(), cause.code(mode), Lifting::Command);
        Ok(vec![Record::Lifted { target, code, mode, by, baseline }])
    }

    /// Latches outlive a registration, but commands name those who are here.
    pub(crate) fn require_registered(&self, target: &Target) -> Result<(), String> {
        match target {
            Target::Strategy(id) if !self.registry.standings().contains_key(id) => {
                Err(format!("no strategy `{id}` is registered"))
            }
            _ => Ok(()),
        }
    }

    /// What a supervisor measures starts anew; for losses, from what the account is worth now.
    fn start_anew(&mut self, target: &Target, cause: Cause) -> Option<Money> {
        if let Target::Strategy(id) = target {
            self.supervisors.forget(id, cause);
            return None;
        }
        let worth = self.equity();
        match cause {
            Cause::DailyLoss => self.supervisors.daily_loss.start_anew(worth),
            Cause::Drawdown => self.supervisors.drawdown.start_anew(worth),
            _ => return None,
        }
        worth
    }

    /// Adds a cause, and brings the mode in line.
    pub(crate) fn restrain(&mut self, target: &Target, cause: Cause, restraint: Restraint) {
        let restraints = match target {
            Target::Account => &mut self.causes.account,
            Target::Strategy(id) => self.causes.strategies.entry(id.clone()).or_default(),
            Target::Instrument(inst) => self.causes.instruments.entry(*inst).or_default(),
        };
        restraints.set(cause, restraint);
        self.refresh_mode(target);
    }

    /// Adds a cause that nothing was measured for.
    pub(crate) fn restrain_to(&mut self, target: &Target, cause: Cause, mode: Mode) {
        self.restrain(target, cause, Restraint { mode, observed: None, limit: None });
    }

    /// Takes a cause away, and brings the mode in line; the other causes stay.
    pub(crate) fn lift(&mut self, target: &Target, cause: Cause) -> Option<Restraint> {
        let lifted = match target {
            Target::Account => self.causes.account.lift(cause),
            Target::Strategy(id) => self.causes.strategies.get_mut(id)?.lift(cause),
            Target::Instrument(inst) => self.causes.instruments.get_mut(inst)?.lift(cause),
        };
        self.refresh_mode(target);
        lifted
    }

    /// Everything that holds a target back.
    pub(crate) fn restraints(&self, target: &Target) -> Option<&Restraints> {
        match target {
            Target::Account => Some(&self.causes.account),
            Target::Strategy(id) => self.causes.strategies.get(id),
            Target::Instrument(inst) => self.causes.instruments.get(inst),
        }
    }

    /// The mode that the gate is shown is the severest of the causes. A strategy's latches are those of its id: they
    /// outlive its registration.
    pub(crate) fn refresh_mode(&mut self, target: &Target) {
        let mode = self.restraints(target).map(Restraints::mode).unwrap_or_default();
        match target {
            Target::Account => self.mode = mode,
            Target::Strategy(id) => {
                // One that is not registered now takes it over when it is.
                let _ = self.registry.set_mode(id, mode);
            }
            Target::Instrument(inst) => {
                self.instrument_modes.insert(*inst, mode);
                self.instrument_modes.retain(|_, mode| *mode > Mode::Active);
            }
        }
        self.causes.strategies.retain(|_, restraints| !restraints.is_empty());
        self.causes.instruments.retain(|_, restraints| !restraints.is_empty());
    }
}

fn nothing_to_lift(name: &str, held: Option<(Cause, Mode)>) -> String {
    match held {
        None => format!("nothing is latched for {name}"),
        Some((cause, mode)) => {
            let code = cause.code(mode);
            format!("{name} is {mode} for `{code}`: that is lifted when its ground is gone, not by a command")
        }
    }
}

/// A count that reached its limit.
pub(super) const fn at_count(mode: Mode, observed: u64, limit: u64) -> Restraint {
    Restraint { mode, observed: Some(Amount::Count(observed)), limit: Some(Amount::Count(limit)) }
}
