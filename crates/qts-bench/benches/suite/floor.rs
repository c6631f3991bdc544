//! A runtime with its simulated broker, one slice at a time, as `qts run` drives them.

use std::sync::Arc;

use qts_core::{ExecReport, Instruments, Slice};
use qts_runtime::{Effects, Input, Record, Registration, Runtime, Setup};
use qts_venues::sim::{SimBroker, SimConfig};

pub(crate) struct Floor {
    runtime: Runtime,
    broker: SimBroker,
    reports: Vec<ExecReport>,
    /// What the last slice led to.
    pub(crate) effects: Effects,
    /// How many orders left so far.
    pub(crate) orders: u64,
}

impl Floor {
    pub(crate) fn new(setup: Setup, strategies: impl IntoIterator<Item = Registration>) -> Self {
        let instruments: Arc<Instruments> = Arc::clone(&setup.instruments);
        let mut runtime = Runtime::new(setup);
        for registration in strategies {
            runtime.registry().register(registration).expect("a free id");
        }
        Self {
            runtime,
            broker: SimBroker::new(SimConfig::default(), instruments),
            reports: Vec::new(),
            effects: Effects::default(),
            orders: 0,
        }
    }

    /// Everything from one slice to the orders that it leads to.
    pub(crate) fn cycle(&mut self, slice: Slice) {
        let mut reports = std::mem::take(&mut self.reports);
        self.broker.on_slice(&slice, &mut reports);
        for report in reports.drain(..) {
            self.step(&Input::Report(report));
        }
        self.reports = reports;
        self.step(&Input::Slice(slice));
    }

    fn step(&mut self, input: &Input) {
        self.effects.clear();
        self.runtime.step(input, &mut self.effects);
        self.orders += self.effects.placed.len() as u64;
        for order in &self.effects.placed {
            self.broker.place(order, self.effects.now);
        }
        for order in &self.effects.cancels {
            self.broker.cancel(*order);
        }
    }

    /// Did no strategy fail at the last slice?
    pub(crate) fn is_well(&self) -> bool {
        !self.effects.records.iter().any(|record| matches!(record, Record::Failed { .. }))
    }
}
