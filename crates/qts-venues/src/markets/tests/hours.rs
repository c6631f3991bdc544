//! Hours, closed days, special days, and a user's own.

use std::sync::Arc;

use qts_core::{Day, Ts};

use super::{day, kospi, rules, rules_with};
use crate::calendar::{SessionClock, date};
use crate::markets::{Days, Tables};

fn clock(hours: &crate::hours::Hours) -> SessionClock {
    SessionClock::of(Arc::new(hours.clone())).expect("a zone")
}

fn ts(text: &str) -> Ts {
    let at: jiff::Timestamp = text.parse().expect("an instant");
    Ts(i64::try_from(at.as_nanosecond()).expect("in range"))
}

fn on(hours: &crate::hours::Hours, at: &str) -> String {
    if hours.is_open(day(at)) { hours.on(day(at)).to_string() } else { "closed".to_owned() }
}

#[test]
fn krx_opens_late_on_the_first_day_of_a_year_and_an_hour_later_on_the_day_of_the_university_entrance_examination() {
    let hours = kospi().hours;
    for (at, windows) in [
        ("2016-01-04", "10:00-15:00"),
        ("2016-07-29", "09:00-15:00"),
        ("2016-08-01", "09:00-15:30"),
        ("2016-11-17", "10:00-16:30"),
        ("2026-01-01", "closed"),
        ("2026-01-02", "10:00-15:30"),
        ("2026-01-05", "09:00-15:30"),
        ("2025-11-13", "10:00-16:30"),
        ("2015-11-12", "10:00-16:00"),
        ("1999-11-17", "10:00-13:00, 14:00-16:00"),
    ] {
        assert_eq!(on(&hours, at), windows, "{at}");
    }
}

#[test]
fn nxt_has_hours_of_its_own_on_the_days_of_krx() {
    let hours = rules("krx_stock", None, "nxt").hours;
    assert_eq!(on(&hours, "2025-03-04"), "08:00-08:50, 09:00:30-15:20, 15:40-20:00");
    assert_eq!(on(&hours, "2025-11-13"), "10:00:30-16:20, 16:40-20:00", "no pre-market");
    assert_eq!(on(&hours, "2026-01-02"), "10:00:30-15:20, 15:40-20:00", "no pre-market");
    assert_eq!(on(&hours, "2025-10-03"), "closed");
    let mut nxt = clock(&hours);
    let mut krx = clock(&kospi().hours);
    for (time, at_nxt, at_krx) in [
        ("07:59:59", false, false),
        ("08:00:00", true, false),
        ("08:49:59", true, false),
        ("08:50:00", false, false),
        ("09:00:00", false, true),
        ("09:00:30", true, true),
        ("15:19:59", true, true),
        ("15:20:00", false, true),
        ("15:30:00", false, false),
        ("15:40:00", true, false),
        ("19:59:59", true, false),
        ("20:00:00", false, false),
    ] {
        let at = ts(&format!("2025-03-05T{time}+09:00"));
        assert_eq!((nxt.is_open(at), krx.is_open(at)), (at_nxt, at_krx), "{time}");
    }
}

#[test]
fn american_hours_follow_daylight_saving_time_and_end_early_on_half_days() {
    let mut regular = clock(&rules("us_stock", None, "regular").hours);
    let mut extended = clock(&rules("us_stock", None, "extended").hours);
    for (at, close, late) in [
        ("2024-03-08", "2024-03-08T21:00:00Z", "2024-03-09T01:00:00Z"),
        ("2024-03-11", "2024-03-11T20:00:00Z", "2024-03-12T00:00:00Z"),
        ("2024-11-01", "2024-11-01T20:00:00Z", "2024-11-02T00:00:00Z"),
        ("2024-11-04", "2024-11-04T21:00:00Z", "2024-11-05T01:00:00Z"),
        ("2024-07-03", "2024-07-03T17:00:00Z", "2024-07-03T21:00:00Z"),
        ("2024-11-29", "2024-11-29T18:00:00Z", "2024-11-29T22:00:00Z"),
    ] {
        let found = (regular.close_of(day(at)), extended.close_of(day(at)));
        assert_eq!(found, (Some(ts(close)), Some(ts(late))), "{at}");
    }
    assert!(regular.is_open(ts("2024-03-08T14:30:00Z")) && !regular.is_open(ts("2024-03-08T14:29:59Z")));
    assert!(regular.is_open(ts("2024-03-11T13:30:00Z")) && !regular.is_open(ts("2024-03-11T13:29:59Z")));
    assert!(extended.is_open(ts("2024-03-11T08:00:00Z")) && !extended.is_open(ts("2024-03-11T07:59:59Z")));
}

#[test]
fn the_next_trading_day_skips_weekends_and_long_holidays() {
    let krx = kospi().hours;
    let us = rules("us_stock", None, "regular").hours;
    let coins = rules("crypto_spot", None, "regular").hours;
    for (hours, from, to) in [
        (&krx, "2025-10-02", "2025-10-10"),
        (&krx, "2017-09-29", "2017-10-10"),
        (&krx, "2026-02-13", "2026-02-19"),
        (&krx, "2025-01-24", "2025-01-31"),
        (&krx, "2026-07-16", "2026-07-20"),
        (&krx, "2024-12-30", "2025-01-02"),
        (&us, "2012-10-26", "2012-10-31"),
        (&us, "2025-01-08", "2025-01-10"),
        (&us, "2024-03-28", "2024-04-01"),
        (&us, "2026-07-02", "2026-07-06"),
        (&coins, "2025-12-31", "2026-01-01"),
    ] {
        assert_eq!(date(hours.next_open(day(from))), to, "after {from}");
        assert_eq!(date(hours.last_open(day(to))), from, "before {to}");
    }
}

#[test]
fn a_year_has_as_many_trading_days_as_it_had() {
    let open = |hours: &crate::hours::Hours, year: i32| {
        let [from, to] = [year, year + 1].map(|year| day(&format!("{year}-01-01")).0);
        (from..to).filter(|number| hours.is_open(Day(*number))).count()
    };
    let krx = kospi().hours;
    let counted: Vec<usize> =
        [2010, 2015, 2016, 2017, 2019, 2020, 2021, 2022, 2023, 2024, 2025].map(|year| open(&krx, year)).to_vec();
    assert_eq!(counted, [251, 248, 246, 243, 246, 248, 248, 246, 245, 244, 242]);
    let us = rules("us_stock", None, "regular").hours;
    assert_eq!([2012, 2018, 2021, 2024, 2025, 2026].map(|year| open(&us, year)), [250, 251, 252, 252, 250, 251]);
}

#[test]
fn a_user_s_days_come_after_the_built_in_ones() {
    let text = r#"
market = "krx"
known_until = "2027-12-31"
[[closed]]
days = ["2026-11-20", "2026-11-19"]
[[special]]
windows = "09:00-12:00"
days = ["2026-12-31", "2026-12-26"]
source = "half a day, and a Saturday"
[[special]]
hours = "nxt"
windows = "08:00-12:00"
days = ["2026-12-31"]
[[open]]
days = ["2026-07-17", "2026-01-02", "2026-12-27"]
"#;
    let market = Tables::built_in().market("krx").expect("a market");
    let names: Vec<&str> = market.hours_names().collect();
    let own = [Arc::new(Days::read("my-days.toml", text, "krx", &names).expect("sound"))];
    let krx = rules_with("krx_stock", None, "regular", &own).hours;
    for (at, windows) in [
        ("2026-11-19", "closed"),
        ("2026-11-20", "closed"),
        ("2026-12-31", "09:00-12:00"),
        ("2026-12-26", "09:00-12:00"),
        ("2026-12-27", "09:00-15:30"),
        ("2026-07-17", "09:00-15:30"),
        ("2026-01-02", "09:00-15:30"),
        ("2026-08-17", "closed"),
    ] {
        assert_eq!(on(&krx, at), windows, "{at}");
    }
    assert_eq!(krx.days.known_until, Some(day("2027-12-31")));
    let begins = |from: &str| {
        let text = format!("market = \"krx\"\nknown_from = \"{from}\"\n");
        let own = [Arc::new(Days::read("my-days.toml", &text, "krx", &names).expect("sound"))];
        date(rules_with("krx_stock", None, "regular", &own).begins)
    };
    assert_eq!(["1980-01-01", "2005-01-03"].map(begins), ["1998-12-07", "2005-01-03"]);
    let nxt = rules_with("krx_stock", None, "nxt", &own).hours;
    assert_eq!((on(&nxt, "2026-12-31").as_str(), on(&nxt, "2026-12-26").as_str()), ("08:00-12:00", "closed"));
}
