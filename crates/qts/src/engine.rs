//! The runtime with its market and its simulated broker: one slice after the other, in the order of the decision
//! cycle. `run`, `explain` and `why` differ only in who looks on.

use qts_core::{ExecReport, Instruments, Slice};
use qts_runtime::{Effects, Input, Runtime, Witness};

use crate::exit::Trouble;
use crate::wire::{self, Wired};

/// Somebody who takes in what happens.
pub(crate) trait Onlooker {
    /// What one input made of the runtime.
    ///
    /// # Errors
    /// It cannot be kept.
    fn take_in(&mut self, effects: &Effects, instruments: &Instruments) -> Result<(), Trouble>;

    /// Looks on while strategies are called and proposals judged, if it wants to.
    fn witness(&mut self) -> Option<&mut dyn Witness> {
        None
    }
}

/// A run under way.
pub(crate) struct Engine {
    pub(crate) wired: Wired,
    effects: Effects,
    reports: Vec<ExecReport>,
}

impl Engine {
    /// At its beginning.
    pub(crate) fn new(wired: Wired) -> Self {
        Self { wired, effects: Effects::default(), reports: Vec::new() }
    }

    /// The runtime as it is now.
    pub(crate) const fn runtime(&mut self) -> &mut Runtime {
        &mut self.wired.runtime
    }

    /// Broker reports, due commands, then the slice; then what came out is sent.
    ///
    /// # Errors
    /// The onlooker's.
    pub(crate) fn cycle(&mut self, slice: Slice, onlooker: &mut impl Onlooker) -> Result<(), Trouble> {
        let ts = slice.ts;
        self.wired.broker.on_slice(&slice, &mut self.reports);
        for report in std::mem::take(&mut self.reports) {
            self.step(&Input::Report(report), onlooker)?;
        }
        for command in self.wired.schedule.due(wire::next_cycle(&self.wired.runtime), ts) {
            self.step(&Input::Command(command), onlooker)?;
        }
        self.step(&Input::Slice(slice), onlooker)
    }

    fn step(&mut self, input: &Input, onlooker: &mut impl Onlooker) -> Result<(), Trouble> {
        self.effects.clear();
        match onlooker.witness() {
            None => self.wired.runtime.step(input, &mut self.effects),
            Some(witness) => self.wired.runtime.step_watched(input, &mut self.effects, witness),
        }
        onlooker.take_in(&self.effects, &self.wired.instruments)?;
        for order in &self.effects.placed {
            self.wired.broker.place(order, self.effects.now);
        }
        for order in &self.effects.cancels {
            self.wired.broker.cancel(*order);
        }
        Ok(())
    }
}
