//! Times as an exchange's own clock shows them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use qts_core::{Inst, Ts};

use crate::config::Config;
use crate::wire::rfc3339;

/// A time on the clock of an instrument's market, with its offset.
pub(crate) fn time(config: &Config, inst: Inst, ts: Ts) -> String {
    zone(config, inst).and_then(|tz| on(tz, ts)).unwrap_or_else(|| rfc3339(ts))
}

/// The last moment of the day of `ts` on the clock of an instrument's market; `None` out of range.
pub(crate) fn end_of_day(config: &Config, inst: Inst, ts: Ts) -> Option<Ts> {
    let zone = TimeZone::get(zone(config, inst)?).ok()?;
    let date = Timestamp::from_nanosecond(ts.0.into()).ok()?.to_zoned(zone).date();
    end_of(config, inst, date)
}

/// The last moment of a date on the clock of an instrument's market; `None` out of range.
pub(crate) fn end_of(config: &Config, inst: Inst, date: Date) -> Option<Ts> {
    let zone = TimeZone::get(zone(config, inst)?).ok()?;
    let next = date.tomorrow().ok()?.to_zoned(zone).ok()?;
    i64::try_from(next.timestamp().as_nanosecond() - 1).ok().map(Ts)
}

fn zone(config: &Config, inst: Inst) -> Option<&str> {
    let id = config.registry.get(inst).map(|instrument| &instrument.id);
    config.instruments.iter().find(|spec| Some(&spec.id) == id).map(|spec| spec.tz.as_str())
}

fn on(tz: &str, ts: Ts) -> Option<String> {
    let zoned = Timestamp::from_nanosecond(ts.0.into()).ok()?.to_zoned(TimeZone::get(tz).ok()?);
    Some(zoned.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_carry_the_offset_of_their_day() {
        let told = |ns, tz| on(tz, Ts(ns)).expect("a zone");
        assert_eq!(told(1_136_322_000_000_000_000, "America/New_York"), "2006-01-03T16:00:00-05:00");
        assert_eq!(told(1_136_322_000_500_000_000, "Asia/Seoul"), "2006-01-04T06:00:00.5+09:00");
        assert_eq!(on("Nowhere/At_All", Ts(0)), None);
    }
}
