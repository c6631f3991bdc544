//! Data of days of which the tables of its class know nothing, or on which they say that its market is closed; and
//! calendars that nobody needs.

use qts_core::Day;
use qts_venues::calendar::date;

use super::super::code::Code;
use super::super::error::ConfigError;
use super::super::spec::{Config, DataSpec, InstrumentSpec};

/// The days of which a file of market data tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct DataDays {
    /// The first and the last.
    pub(crate) all: Option<(Day, Day)>,
    /// The first on which the market is closed, and how many such days there are.
    pub(crate) closed: Option<(Day, u64)>,
}

/// What is odd about the days of the data; `days` are those of each `[[data]]`, in the same order.
pub(super) fn of_data(config: &Config, days: &[DataDays]) -> Vec<ConfigError> {
    let all = config.data.iter().zip(days).flat_map(|(data, days)| {
        let Some(spec) = of(config, data) else { return Vec::new() };
        let closed = days.closed.map(|closed| on_closed_days(config, data, spec, closed));
        let Some((first, last)) = days.all else { return closed.into_iter().collect() };
        [before_tables(config, data, spec, first), unknown(config, data, spec, last), closed]
            .into_iter()
            .flatten()
            .collect()
    });
    all.collect()
}

fn of<'c>(config: &'c Config, data: &DataSpec) -> Option<&'c InstrumentSpec> {
    let id = &config.registry.get(data.instrument)?.id;
    config.instruments.iter().find(|spec| spec.id == *id)
}

fn before_tables(config: &Config, data: &DataSpec, spec: &InstrumentSpec, first: Day) -> Option<ConfigError> {
    let (class, begins) = spec.tables.as_ref().filter(|(_, begins)| first < *begins)?;
    let begins = date(*begins);
    let message = format!("the data of `{}` begin on {}, the tables of {class} on {begins}", spec.id, date(first));
    let warning = config.warning(Code::BeforeTables, data.place, message).label("older than the tables");
    let help =
        format!("use data from {begins} on, or mind that the oldest known rules are used before (docs/markets.md)");
    Some(warning.also(spec.place, "of this class").help(help))
}

fn unknown(config: &Config, data: &DataSpec, spec: &InstrumentSpec, last: Day) -> Option<ConfigError> {
    let (class, _) = spec.tables.as_ref()?;
    let known = spec.hours.days.known_until?;
    let (id, end, until) = (&spec.id, date(last), date(known));
    let settled = spec.hours.settles(last, *spec.settlement.on(last));
    let message = if last > known {
        format!("the data of `{id}` end on {end}, closed days of {class} are known until {until}")
    } else if settled > known {
        let on = date(settled);
        format!("`{id}` trades of {end} settle on {on}, closed days of {class} are known until {until}")
    } else {
        return None;
    };
    let warning = config.warning(Code::UnknownDays, data.place, message).label("later than the calendar");
    let help =
        "add `[[calendar]]` with later `[[closed]]` days and a later `known_until`; else only weekends are closed";
    Some(warning.help(help))
}

fn on_closed_days(config: &Config, data: &DataSpec, spec: &InstrumentSpec, (first, count): (Day, u64)) -> ConfigError {
    let rest = match count {
        1 => ", on which its market is closed; they count".to_owned(),
        2 => " and 1 more day on which its market is closed; they count".to_owned(),
        _ => format!(" and {} more days on which its market is closed; they count", count - 1),
    };
    let message = format!("`{}` has data of {}{rest}", spec.id, date(first));
    let warning = config.warning(Code::ClosedDay, data.place, message).label("traded on a closed day");
    warning.help("check the dates of the file; or add `[[calendar]]` with these days as `[[open]]`")
}

/// Calendars of a market in which no instrument trades.
pub(super) fn idle_calendars(config: &Config) -> Vec<ConfigError> {
    let tables = qts_venues::markets::Tables::built_in();
    let trades_in = |spec: &InstrumentSpec, market: &str| {
        let class = spec.tables.as_ref().map(|(class, _)| class.as_str());
        class.and_then(|class| tables.market_of(class)).is_some_and(|found| found.name == market)
    };
    let idle =
        config.calendars.iter().filter(|own| !config.instruments.iter().any(|spec| trades_in(spec, &own.market)));
    let warning = |own: &super::super::spec::CalendarSpec| {
        let message = format!("no instrument has a class of the market `{}`: this calendar does nothing", own.market);
        let warning = config.warning(Code::IdleCalendar, own.place, message);
        warning.help("give the instruments a class, or delete the calendar")
    };
    idle.map(warning).collect()
}
