//! The files: sorted and sourced; garbage gets an error with its place; a new year is a change of text alone.

use super::{day, kospi, percent};
use crate::calendar::date;
use crate::markets::{CRYPTO, DayList, Days, KRX, KRX_DAYS, Market, Tables, US, US_DAYS, Wanted};

#[test]
fn all_tables_are_read() {
    let tables = Tables::built_in();
    let markets: Vec<&str> = tables.markets().map(|market| market.name.as_str()).collect();
    assert_eq!(markets, ["krx", "us", "crypto"]);
    assert_eq!(tables.classes(), ["krx_stock", "krx_etf", "us_stock", "crypto_spot"]);
    for (rules, days) in [(KRX, Some(KRX_DAYS)), (US, Some(US_DAYS)), (CRYPTO, None)] {
        Market::read(rules, days).unwrap_or_else(|why| panic!("{why}"));
    }
    let krx = tables.market("krx").expect("it");
    assert_eq!(krx.boards("krx_stock").collect::<Vec<_>>(), ["kospi", "kosdaq", "konex"]);
    assert_eq!(krx.hours_names().collect::<Vec<_>>(), ["regular", "nxt"]);
    assert_eq!(date(kospi().begins), "1998-12-07");
}

#[test]
fn days_are_sorted_weekdays_with_a_source() {
    fn check<T>(market: &str, lists: &[DayList<T>]) {
        for list in lists {
            assert!(!list.source.trim().is_empty(), "{market}");
            assert!(list.days.windows(2).all(|pair| pair[0] < pair[1]), "{market}: {:?}", list.source);
            let weekend = list.days.iter().find(|day| crate::hours::is_weekend(**day));
            assert_eq!(weekend.map(|day| date(*day)), None, "{market}");
        }
    }
    for market in Tables::built_in().markets() {
        let Days { closed, special, open, .. } = &market.days;
        check(&market.name, closed);
        check(&market.name, special);
        assert!(open.is_empty());
        let all: Vec<_> = closed.iter().flat_map(|list| &list.days).collect();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "{}: years in order", market.name);
        let known = market.days.known_from.zip(market.days.known_until);
        if let Some((from, until)) = known {
            assert!(all.iter().all(|day| (from..=until).contains(*day)), "{}", market.name);
        }
        assert_eq!(known.is_some(), market.rests_on_weekends, "{}", market.name);
    }
}

/// What reading these two files says.
fn said(rules: &str, days: Option<&str>) -> String {
    match Market::read(("krx.toml", rules), days.map(|text| ("days.toml", text))) {
        Ok(_) => "sound".to_owned(),
        Err(why) => why.to_string(),
    }
}

#[test]
fn garbage_in_a_table_gets_its_place_and_a_way_out() {
    assert_eq!(said(KRX.1, Some(KRX_DAYS.1)), "sound");
    for (from, to, wanted) in [
        ("[[settlement]]", "[[settlement]", "krx.toml:10:"),
        ("short_ban = true", "short_bann = true", "unknown field `short_bann`, expected one of"),
        ("days = 2\n", "", "missing field `days`"),
        ("days = 2\n", "days = \"2\"\n", "invalid type: string \"2\", expected u32"),
        ("from = \"2016-08-01\"", "from = \"2016-8-1\"", ": `2016-8-1` is not a date; write it as \"2024-12-31\""),
        ("from = \"2016-08-01\"", "from = 2016-08-01", "invalid type"),
        ("from = \"2016-08-01\"", "from = \"2000-05-22\"", "the row of 2000-05-22 does not come after the one before"),
        ("from = \"2015-06-15\"", "from = \"1990-01-01\"", "the row of 1990-01-01 does not come after"),
        ("windows = \"09:00-15:30\"", "windows = \"15:30-09:00\"", "`15:30-09:00` is not a day's hours"),
        ("rate = \"0.23%\"", "rate = \"0.23\"", "`0.23` is not a percentage from 0% to 100%"),
        ("rate = \"0.23%\"", "rate = \"101%\"", "`101%` is not a percentage"),
        ("width = \"15%\"", "width = \"-15%\"", "`-15%` is not a percentage"),
        ("bands = [[\"0\", \"5\"], [\"5000\"", "bands = [[\"1\", \"5\"], [\"5000\"", "these are no price bands"),
        ("[\"10000\", \"50\"]", "[\"4000\", \"50\"]", "these are no price bands"),
        ("small = \"20000000000\"", "small = \"0\"", "`0` is not an exact number above zero"),
        ("lot = \"1\"", "lot = \"one\"", "`one` is not an exact number above zero"),
        ("source = \"0.15 % and", "source = \"\" # ", "`source` is empty; say where the row is from"),
        ("name = \"regular\"\nfrom = \"1998", "name = \"normal\"\nfrom = \"1998", "hours of the name `regular`"),
        ("hours = \"nxt\"\nfrom", "hours = \"nyt\"\nfrom", "this market has no hours `nyt`; it has regular, nxt"),
        ("tz = \"Asia/Seoul\"", "tz = \"Asia/Soul\"", "no time zone is called `Asia/Soul`"),
        ("sale_tax_counts = \"settlement\"", "sale_tax_counts = \"day\"", "unknown variant `day`"),
    ] {
        assert!(KRX.1.contains(from), "{from}");
        let said = said(&KRX.1.replacen(from, to, 1), None);
        assert!(said.starts_with("krx.toml:") && said.contains(wanted), "{to}: {said}");
    }
    let without = KRX.1.replace("[[settlement]]\n", "[[settlement_of]]\n");
    assert!(said(&without, None).contains("unknown field `settlement_of`"));
}

#[test]
fn garbage_in_a_file_of_days_gets_its_place_and_a_way_out() {
    let head = "market = \"krx\"\n";
    for (text, wanted) in [
        ("market = \"krx\"\nclosed = 3", "days.toml:2:10: invalid type: integer `3`"),
        ("[[closed]]\ndays = []", "days.toml:1:1: missing field `market`"),
        ("market = \"us\"", "days.toml:1:10: these are days of `us`, and those of `krx` are wanted"),
        ("[[closed]]\ndays = [\"2026-02-30\"]", "days.toml:3:9: `2026-02-30` is not a date"),
        (
            "[[closed]]\ndays = [\"2026-02-03\", \"2026-02-03\"]",
            "days.toml:3:23: 2026-02-03 stands here twice; keep one",
        ),
        ("[[closed]]\ndays = [\"2026-02-03\"]\n[[open]]\ndays = [\"2026-02-03\"]", "days.toml:5:9: 2026-02-03 stands"),
        (
            "[[closed]]\ndays = [\"2026-02-03\"]\n[[special]]\nwindows = \"09:00-12:00\"\ndays = [\"2026-02-03\"]",
            "days.toml:6:9: 2026-02-03 stands here twice",
        ),
        ("[[special]]\ndays = []", "missing field `windows`"),
        ("[[special]]\nwindows = \"nine\"\ndays = []", "days.toml:3:11: `nine` is not a day's hours"),
        ("[[special]]\nhours = \"late\"\nwindows = \"09:00-12:00\"\ndays = []", "no hours `late`; it has regular, nxt"),
        ("[[close]]\ndays = []", "days.toml:2:3: unknown field `close`"),
        ("known_until = \"soon\"", "days.toml:2:15: `soon` is not a date"),
        ("[[closed]]\ndays = [3]", "days.toml:3:8: a date is wanted here, such as \"2024-12-31\""),
        ("[[closed]]\ndays = [2026-02-03T09:00:00]", "days.toml:3:9: `2026-02-03T09:00:00` is not a date"),
        ("[[closed]]\ndays = [2026-02-03, \"2026-02-03\"]", "days.toml:3:21: 2026-02-03 stands here twice"),
        (
            "known_from = 2026-01-02\nknown_until = 2026-01-01",
            "days.toml:3:15: closed days are known until 2026-01-01,",
        ),
    ] {
        let text = if text.contains("market") || wanted.contains("market") {
            text.to_owned()
        } else {
            format!("{head}{text}")
        };
        let said = said(KRX.1, Some(&text));
        assert!(said.contains(wanted), "{text}: {said}");
    }
}

#[test]
fn dates_need_no_quotes() {
    let read = |text: &str| Days::read("days.toml", &format!("market = \"krx\"\n{text}"), "krx", &["regular"]);
    let quoted = "known_from = \"2024-01-01\"\nknown_until = \"2024-12-31\"\n[[closed]]\ndays = [\"2024-02-28\"]\n\
                  [[special]]\nwindows = \"09:00-12:00\"\ndays = [\"2024-02-29\"]\n[[open]]\ndays = [\"2024-03-01\"]\n";
    let plain = quoted.replace("\"20", "20").replace("-01\"", "-01").replace("-31\"", "-31");
    let plain = plain.replace("-28\"", "-28").replace("-29\"", "-29");
    assert!(plain.contains("days = [2024-02-28]"), "{plain}");
    assert_eq!(read(&plain), read(quoted));
    assert_eq!(read(&plain).expect("sound").closed[0].days, [day("2024-02-28")]);
}

/// No code knows a year: a longer text is all that it takes.
#[test]
fn a_new_year_is_a_change_of_the_tables_alone() {
    let before = |mark: &str, new: &str, text: &str| text.replacen(mark, &format!("{new}{mark}"), 1);
    let class_rows = r#"
[[class.sale_tax]]
from = "2027-01-01"
rate = "0.10%"
source = "made up"

[[class.ticks]]
from = "2027-06-01"
bands = [["0", "1"], ["50000", "50"]]
source = "made up"

[[class.daily_limit]]
from = "2027-06-01"
width = "60%"
source = "made up"

"#;
    let hours = r#"
[[hours]]
name = "regular"
from = "2027-03-02"
windows = "07:00-08:00, 09:00-15:30, 16:00-20:00"
source = "made up"

"#;
    let settlement = "[[settlement]]\nfrom = \"1990-01-01\"\ndays = 3\nsource = \"made up\"\n\n";
    let rules = before("[[class]]\nname = \"krx_stock\"\nboard = \"kosdaq\"", class_rows, KRX.1);
    let rules = before("[[exchange_fee]]", hours, &rules);
    let rules = before("[[settlement]]", settlement, &rules);
    let days = KRX_DAYS.1.replacen("known_until = \"2027-01-03\"", "known_until = \"2027-12-31\"", 1)
        + "\n[[closed]]\ndays = [\"2027-12-31\"]\nsource = \"made up\"\n\
           [[special]]\nhours = \"regular\"\nwindows = \"10:00-15:30\"\ndays = [\"2027-01-04\"]\nsource = \"made up\"\n";
    let market =
        Market::read(("krx.toml", &rules), Some(("krx-days.toml", &days))).unwrap_or_else(|why| panic!("{why}"));
    let tables = Tables::of(vec![market]);
    let wanted = Wanted { class: "krx_stock", hours: "regular", ..Wanted::default() };
    let new = tables.rules(&wanted).expect("a class");
    assert_eq!(percent(*new.sale_tax.on(day("2027-02-01"))), "0.1%");
    assert_eq!(percent(*kospi().sale_tax.on(day("2027-02-01"))), "0.2%");
    assert_eq!(new.hours.on(day("2027-03-02")).to_string(), "07:00-08:00, 09:00-15:30, 16:00-20:00");
    assert_eq!(new.hours.on(day("2027-01-04")).to_string(), "10:00-15:30");
    assert!(!new.hours.is_open(day("2027-12-31")));
    assert_eq!(new.hours.days.known_until, Some(day("2027-12-31")));
    assert_eq!(*new.settlement.on(day("1995-01-01")), 3);
    let limit = new.daily_limit.on(day("2027-06-01")).expect("a limit");
    assert_eq!(percent(limit.0), "60%");
}
