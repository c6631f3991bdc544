//! When the money of each fill comes or goes: fills are settled some trading days after their trade. It limits nothing:
//! what a sale brings may be spent at once, as margin accounts allow; here it is only said what is still to come.

use std::collections::BTreeMap;
use std::sync::Arc;

use qts_core::{Dated, Day, Inst, Money, Side, Slice};
use qts_runtime::{Effects, Record};
use qts_venues::calendar::date;
use qts_venues::hours::Hours;
use serde::Serialize;

use crate::config::Config;

/// What is settled on which day.
#[derive(Debug, Default)]
pub(crate) struct Settlement {
    rules: BTreeMap<Inst, (Arc<Hours>, Dated<u32>)>,
    /// The session of each instrument's newest event: that in which its fills trade.
    sessions: BTreeMap<Inst, Day>,
    today: Option<Day>,
    due: BTreeMap<Day, Money>,
}

/// Money that is still to come, or to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Due {
    on: String,
    amount: String,
    /// The last day of which closed days are known, where it lies before: one of a later day may move it on.
    #[serde(skip_serializing_if = "Option::is_none")]
    days_known_until: Option<String>,
}

impl Settlement {
    /// Nothing is traded yet.
    pub(crate) fn of(config: &Config) -> Self {
        let rule = |spec: &crate::config::InstrumentSpec| {
            let inst = config.registry.find(spec.id.as_str())?;
            Some((inst, (Arc::clone(&spec.hours), spec.settlement.clone())))
        };
        Self { rules: config.instruments.iter().filter_map(rule).collect(), ..Self::default() }
    }

    /// A slice is about to be taken in.
    pub(crate) fn begin(&mut self, slice: &Slice) {
        for event in &slice.events {
            self.sessions.insert(event.instrument, event.day);
            self.today = self.today.max(Some(event.day));
        }
    }

    /// Takes in the fills of one input.
    pub(crate) fn take_in(&mut self, effects: &Effects) {
        for record in &effects.records {
            let Record::Fill { instrument, side, qty, price, fee, .. } = record else { continue };
            let notional = Money::of(*price, *qty);
            let flow = if *side == Side::Sell { notional } else { -notional };
            let Some(on) = self.settles(*instrument) else { continue };
            *self.due.entry(on).or_default() += flow - *fee;
        }
    }

    /// When a fill of now is settled.
    fn settles(&self, inst: Inst) -> Option<Day> {
        let (hours, after) = self.rules.get(&inst)?;
        let day = *self.sessions.get(&inst)?;
        Some(hours.settles(day, *after.on(day)))
    }

    /// What is not settled by the last day of the data, by day.
    pub(crate) fn unsettled(&self) -> Vec<Due> {
        let open = self.due.iter().filter(|(on, amount)| Some(**on) > self.today && **amount != Money::ZERO);
        let due = |(on, amount): (&Day, &Money)| {
            let days_known_until = self.known_until().filter(|until| on > until).map(date);
            Due { on: date(*on), amount: amount.to_string(), days_known_until }
        };
        open.map(due).collect()
    }

    /// The last day of which the closed days of all markets are known that have any.
    fn known_until(&self) -> Option<Day> {
        self.rules.values().filter_map(|(hours, _)| hours.days.known_until).min()
    }
}

impl Due {
    /// As people read it.
    pub(crate) fn words(&self, currency: &str) -> String {
        let Self { on, amount, days_known_until } = self;
        let words = format!("{amount} {currency} on {on}");
        match days_known_until {
            Some(until) => words + &format!(", if that is no holiday: closed days are known until {until}"),
            None => words,
        }
    }
}
