//! The runtime with its market and its simulated broker: one slice after the other, in the order of the decision
//! cycle. `run`, `explain`, `why` and `demo` differ only in who looks on. It ends when somebody asks for it, and shows
//! how far it is.

use qts_core::{ExecReport, Instruments, Slice};
use qts_record::Telling;
use qts_runtime::{Adjustment, Effects, Input, Record, Runtime, Witness};

use crate::exit::Trouble;
use crate::interrupt::Interrupt;
use crate::journal::Keeper;
use crate::progress::Progress;
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
pub(crate) struct Engine<'i> {
    pub(crate) wired: Wired,
    /// Somebody's wish that it end.
    interrupt: &'i Interrupt,
    pub(crate) progress: Progress,
    /// Keeps what happens, if somebody wants it kept.
    pub(crate) keeper: Option<Keeper<'i>>,
    /// So many so far.
    decisions: u64,
    effects: Effects,
    reports: Vec<ExecReport>,
}

impl<'i> Engine<'i> {
    /// At its beginning.
    pub(crate) fn new(wired: Wired, interrupt: &'i Interrupt) -> Self {
        let (progress, effects) = (Progress::new(false), Effects::default());
        Self { wired, interrupt, progress, keeper: None, decisions: 0, effects, reports: Vec::new() }
    }

    /// The next slice; none at the end of the data.
    ///
    /// # Errors
    /// The data is wrong, or somebody asked for the end.
    pub(crate) fn next_slice(&mut self) -> Result<Option<Slice>, Trouble> {
        self.interrupt.check()?;
        self.progress.show(self.decisions, || self.wired.feed.progress());
        Ok(self.wired.feed.next_slice()?)
    }

    /// The runtime as it is now.
    pub(crate) const fn runtime(&mut self) -> &mut Runtime {
        &mut self.wired.runtime
    }

    /// Adjustments that are due, broker reports, due commands, then the slice; then what came out is sent.
    ///
    /// # Errors
    /// The onlooker's.
    pub(crate) fn cycle(&mut self, slice: Slice, onlooker: &mut impl Onlooker) -> Result<(), Trouble> {
        let ts = slice.ts;
        for adjustment in self.wired.adjustments.due(&slice) {
            self.adjust(adjustment, onlooker)?;
        }
        self.wired.broker.on_slice(&slice, &mut self.reports);
        self.hear(onlooker)?;
        for (number, command) in self.wired.schedule.due(wire::next_cycle(&self.wired.runtime), ts) {
            self.keep(Telling::Scheduled(number))?;
            self.step(&Input::Command(command), onlooker)?;
        }
        self.keep(Telling::Slice(&slice))?;
        self.step(&Input::Slice(slice), onlooker)
    }

    /// Ends what is kept of the run.
    ///
    /// # Errors
    /// It cannot be kept.
    pub(crate) fn close(&mut self, interrupted: bool) -> Result<(), Trouble> {
        let Some(mut keeper) = self.keeper.take() else { return Ok(()) };
        // A run that was interrupted is not over: it can go on where it was.
        if !interrupted {
            keeper.keep(Telling::State(self.wired.runtime.state_digest()))?;
            keeper.keep(Telling::Closed)?;
        }
        keeper.close()
    }

    fn keep(&mut self, telling: Telling<'_>) -> Result<(), Trouble> {
        self.keeper.as_mut().map_or(Ok(()), |keeper| keeper.keep(telling))
    }

    /// No order of the old scale lives to see the new one.
    fn adjust(&mut self, adjustment: Adjustment, onlooker: &mut impl Onlooker) -> Result<(), Trouble> {
        let Adjustment { ts, instrument, scale, .. } = adjustment;
        self.wired.broker.adjust(instrument, scale, ts, &mut self.reports);
        self.hear(onlooker)?;
        self.keep(Telling::Adjustment(&adjustment))?;
        self.step(&Input::Adjustment(adjustment), onlooker)
    }

    /// What the broker said.
    fn hear(&mut self, onlooker: &mut impl Onlooker) -> Result<(), Trouble> {
        for report in std::mem::take(&mut self.reports) {
            self.keep(Telling::Report(&report))?;
            self.step(&Input::Report(report), onlooker)?;
        }
        Ok(())
    }

    fn step(&mut self, input: &Input, onlooker: &mut impl Onlooker) -> Result<(), Trouble> {
        self.effects.clear();
        match onlooker.witness() {
            None => self.wired.runtime.step(input, &mut self.effects),
            Some(witness) => self.wired.runtime.step_watched(input, &mut self.effects, witness),
        }
        let is_decision = |record: &&Record| matches!(record, Record::Decision(_));
        self.decisions += self.effects.records.iter().filter(is_decision).count() as u64;
        onlooker.take_in(&self.effects, &self.wired.instruments)?;
        if let Some(keeper) = &mut self.keeper {
            let Effects { cycle, now, records, .. } = &self.effects;
            keeper.keep(Telling::Happened(*cycle, *now, records))?;
            // Nothing leaves before what it follows from is durable.
            keeper.settle()?;
        }
        for order in &self.effects.placed {
            self.wired.broker.place(order, self.effects.now);
        }
        for order in &self.effects.cancels {
            self.wired.broker.cancel(*order);
        }
        Ok(())
    }
}
