//! When events are known, and to which session they belong.

use super::*;

fn bars(times: &[&str]) -> Temp {
    let rows: String = times.iter().map(|time| format!("{time},1,1,1,1,5\n")).collect();
    Temp::new("x.csv", format!("Date,Open,High,Low,Close,Volume\n{rows}"))
}

fn trades(times: &[&str]) -> Temp {
    let rows: String = times.iter().map(|time| format!("{time},1,5\n")).collect();
    Temp::new("x.csv", format!("Timestamp,PRICE,Qty\n{rows}"))
}

/// The time, session date and session end of each event.
fn seen(spec: SourceSpec) -> Vec<String> {
    lines(spec).lines().map(|line| line.split(": ").next().expect("times").to_owned()).collect()
}

#[test]
fn a_krx_bar_by_date_is_known_at_half_past_three_in_seoul_on_the_date_as_written() {
    let written = ["2018-01-15", "20180116", "2018-01-17T00:00:00Z", "2018-01-18T23:59:59-05:00", "2018-01-19 09:00"];
    let file = bars(&written);
    let want: Vec<_> =
        (15..20).map(|day| format!("2018-01-{day}T06:30:00Z of 2018-01-{day} until 2018-01-{day}T06:30:00Z")).collect();
    assert_eq!(seen(file.daily()), want);
    assert!(lines(file.daily()).lines().all(|line| line.ends_with(": whole bar 1 1 1 1 5")));
}

#[test]
fn without_sessions_a_bar_by_date_is_known_at_the_end_of_its_local_day() {
    let file = bars(&["2018-01-15"]);
    let clock = SessionClock::new(None, "UTC").expect("a calendar");
    let seen = seen(SourceSpec { clock, ..file.daily() });
    assert_eq!(seen, ["2018-01-16T00:00:00Z of 2018-01-15 until 2018-01-16T00:00:00Z"]);
}

#[test]
fn a_bar_by_date_follows_daylight_saving_time() {
    let file = bars(&["2019-03-08", "2019-03-11", "2019-11-01", "2019-11-04"]);
    let clock = SessionClock::new(Some((570, 960)), "America/New_York").expect("a calendar");
    let known: Vec<_> = seen(SourceSpec { clock, ..file.daily() }).iter().map(|line| line[..20].to_owned()).collect();
    assert_eq!(known, ["2019-03-08T21:00:00Z", "2019-03-11T20:00:00Z", "2019-11-01T20:00:00Z", "2019-11-04T21:00:00Z"]);
}

#[test]
fn a_bar_by_its_start_is_known_at_its_end() {
    let file = bars(&["2018-01-15T15:29:00+09:00"]);
    let want = "2018-01-15T06:30:00Z of 2018-01-15 until 2018-01-15T06:30:00Z: bar 1 1 1 1 5\n";
    assert_eq!(lines(file.minutes()), want);
    let by_end = bars(&["2018-01-15T15:30:00+09:00"]);
    assert_eq!(lines(SourceSpec { stamp: Some(Stamp::Close), ..by_end.minutes() }), want);
}

#[test]
fn a_bar_that_ends_at_midnight_belongs_to_the_day_before() {
    let clock = SessionClock::new(None, "UTC").expect("a calendar");
    let want = ["2018-01-16T00:00:00Z of 2018-01-15 until 2018-01-16T00:00:00Z"];
    let ended = bars(&["2018-01-16T00:00:00Z"]);
    for interval in [None, Some(MINUTE), Some(Span::DAY)] {
        let spec = SourceSpec { stamp: Some(Stamp::Close), interval, clock: clock.clone(), ..ended.spec() };
        assert_eq!(seen(spec), want, "{interval:?}");
    }
    let started = bars(&["2018-01-15T23:59:00Z"]);
    assert_eq!(seen(SourceSpec { clock, ..started.minutes() }), want);
}

#[test]
fn a_bar_of_a_day_by_its_end_spans_the_session_of_that_end() {
    let file = bars(&["2018-01-15T15:30:00+09:00"]);
    let spec = SourceSpec { stamp: Some(Stamp::Close), interval: Some(Span::DAY), ..file.spec() };
    let want = "2018-01-15T06:30:00Z of 2018-01-15 until 2018-01-15T06:30:00Z: whole bar 1 1 1 1 5\n";
    assert_eq!(lines(spec), want);
}

#[test]
fn all_forms_of_a_time_name_the_same_instant() {
    let forms = [
        "2018-01-15T01:00:00.5Z",
        "2018-01-15t01:00:00.500000000z",
        "2018-01-15 10:00:00.5+09:00",
        "2018-01-15T10:00:00.50 +0900",
        "2018-01-14T20:00:00.5-05",
        "1515978000.5",
        "1515978000500",
        "1515978000500000",
        "1515978000500000000",
        " 1515978000500.000 ",
        "2018-01-15 10:00:00.5",
        "2018-01-15T10:00:00.500",
    ];
    let file = trades(&forms);
    let seen = seen(SourceSpec { tz: Some("Asia/Seoul".to_owned()), ..file.spec() });
    assert_eq!(seen.len(), forms.len());
    for line in seen {
        assert_eq!(line, "2018-01-15T01:00:00.5Z of 2018-01-15 until 2018-01-15T06:30:00Z");
    }
}

#[test]
fn times_without_offset_follow_daylight_saving_time() {
    let file = trades(&[
        "2019-03-08 09:30",
        "2019-03-10 01:59:59",
        "2019-03-10 03:00",
        "2019-03-11 09:30",
        "2019-11-04 09:30",
    ]);
    let clock = SessionClock::new(Some((570, 960)), "America/New_York").expect("a calendar");
    let spec = SourceSpec { tz: Some("America/New_York".to_owned()), clock, ..file.spec() };
    let known: Vec<_> = seen(spec).iter().map(|line| line[..20].to_owned()).collect();
    assert_eq!(
        known,
        [
            "2019-03-08T14:30:00Z",
            "2019-03-10T06:59:59Z",
            "2019-03-10T07:00:00Z",
            "2019-03-11T13:30:00Z",
            "2019-11-04T14:30:00Z"
        ]
    );
    for (time, why) in [("2019-03-10 02:30", "skip"), ("2019-11-03 01:30", "show twice")] {
        let file = trades(&["2019-03-08 09:30", time]);
        let error = events(SourceSpec { tz: Some("America/New_York".to_owned()), ..file.spec() }).expect_err(time);
        let want =
            format!("line 3: column `Timestamp` is `{time}`: a time that the clocks of `tz` {why}; write the offset");
        assert!(file.short(&error).contains(&want), "{error}");
    }
}

#[test]
fn a_count_is_a_date_only_at_midnight_utc_or_with_a_time_zone() {
    // Midnight UTC of 2018-01-15, then midnight in Seoul of 2018-01-16.
    let counted = |tz: Option<&str>, count: &str| {
        let file = bars(&[count]);
        let spec = SourceSpec { tz: tz.map(str::to_owned), ..file.daily() };
        events(spec).map(|events| date(events[0].day)).map_err(|error| file.short(&error))
    };
    assert_eq!(counted(None, "1515974400").as_deref(), Ok("2018-01-15"));
    assert_eq!(counted(Some("America/New_York"), "1515974400").as_deref(), Ok("2018-01-15"));
    assert_eq!(counted(Some("Asia/Seoul"), "1516028400").as_deref(), Ok("2018-01-16"));
    let error = counted(None, "1516028400").expect_err("no zone");
    assert!(error.ends_with("an instant within a UTC day, so its date depends on the place; give `tz`"), "{error}");
}

#[test]
fn what_the_config_does_not_say_is_named_with_a_way_out() {
    let (bars, trades) = (bars(&["2018-01-15"]), trades(&["2018-01-15 09:00:00"]));
    let minute = Some(MINUTE);
    let cases = [
        (&bars, bars.spec(), "`stamp`: \"open\" if the time is the bar's start"),
        (&bars, bars.spec(), "\"date\" if it is only the session's date (required for date-only stamps)"),
        (&bars, SourceSpec { stamp: Some(Stamp::Open), ..bars.spec() }, "stamp = \"open\" needs `interval`"),
        (&bars, SourceSpec { stamp: Some(Stamp::Date), interval: minute, ..bars.spec() }, "for bars of a day or more"),
        (&bars, SourceSpec { interval: Some(Span(0)), ..bars.spec() }, "`interval` must be above zero"),
        (&bars, SourceSpec { tz: Some("Mars".to_owned()), ..bars.daily() }, "find the time zone `Mars`"),
        (&bars, bars.minutes(), "line 2: column `Date` is `2018-01-15`: a date without a time of day"),
        (&trades, trades.spec(), "line 2: column `Timestamp` is `2018-01-15 09:00:00`: a time without an offset"),
        (&trades, trades.daily(), "`stamp` is for bars"),
    ];
    for (file, spec, part) in cases {
        for on_bad_row in [OnBadRow::Error, OnBadRow::Skip] {
            let error = events(SourceSpec { on_bad_row, ..spec.clone() }).expect_err(part);
            assert!(file.short(&error).contains(part), "{error}");
            assert!(!error.to_string().contains("on_bad_row"), "skipping is no way out: {error}");
        }
    }
}

#[test]
fn bars_of_a_day_or_more_span_their_session() {
    let whole = |interval: Span| {
        let file = bars(&["2018-01-15T00:00:00Z"]);
        lines(SourceSpec { interval: Some(interval), ..file.minutes() }).contains(": whole bar")
    };
    assert_eq!([MINUTE, Span(Span::DAY.0 - 1), Span::DAY, Span::DAY.times(7)].map(whole), [false, false, true, true]);
}
