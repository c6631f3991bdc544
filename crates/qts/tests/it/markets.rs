//! Markets by date, through the program: each rule on either side of its day, a user's calendar, and what has not settled.

use expect_test::{Expect, expect};
use serde_json::json;

use crate::support::{Folder, SHARE, rows, strategy, told};

/// Bars of `A` that stand still at a price on these days.
fn still(days: &[&str], price: &str) -> String {
    let row = |day: &&str| format!("{day},A,{price},{price},{price},{price},1000\n");
    format!("ts,symbol,open,high,low,close,volume\n{}", days.iter().map(row).collect::<String>())
}

/// A share at `bars` with one script of these steps, in inline tables.
fn scripted(name: &str, instrument: &str, bars: &str, steps: &str) -> Folder {
    let share = SHARE.replace("class = \"krx_stock\"\n", instrument);
    let script = strategy("s", "scripted", &format!("steps = [{steps}]"));
    Folder::new(name).with("qts.toml", share + &script).with("bars.csv", bars)
}

/// A step at the end of the bar of that number.
fn step(cycle: usize, side: &str, qty: u32, limit: &str) -> String {
    let limit = if limit.is_empty() { String::new() } else { format!(", type = \"limit\", limit = \"{limit}\"") };
    format!("{{ cycle = {cycle}, instrument = \"A.KRX\", side = \"{side}\", qty = {qty}{limit} }},")
}

const KRX: &str = "class = \"krx_stock\"\n";

/// The verdicts and reasons of a run.
fn judged(folder: &Folder, expect: Expect) {
    expect.assert_eq(&told(&folder.decisions("qts.toml"), "ts limit verdict reasons"));
}

#[test]
fn a_price_between_the_old_and_the_new_grid_is_off_the_tick_before_2023_01_25_only() {
    // Judged for the session after the bar: the first for the 20th, the second for the 25th (21 to 24: holidays).
    let bars = still(&["2023-01-18", "2023-01-19", "2023-01-20", "2023-01-25"], "15000");
    let steps = step(2, "buy", 1, "15010") + &step(3, "buy", 1, "15010");
    let folder = scripted("markets-ticks", KRX, &bars, &steps);
    judged(
        &folder,
        expect![[r#"
        2023-01-20T06:30:00Z 15010 pass 
    "#]],
    );
    assert_eq!(failures(&folder), "the limit 15010 is not a multiple of the tick 50; round it to the tick");
    let etf = "class = \"krx_etf\"\n";
    let bars = still(&["2023-12-13", "2023-12-14", "2023-12-15", "2023-12-18"], "1500");
    let steps = step(2, "buy", 1, "1501") + &step(3, "buy", 1, "1501");
    let folder = scripted("markets-ticks-etf", etf, &bars, &steps);
    judged(
        &folder,
        expect![[r#"
        2023-12-15T06:30:00Z 1501 pass 
    "#]],
    );
    assert_eq!(failures(&folder), "the limit 1501 is not a multiple of the tick 5; round it to the tick");
}

/// Why the one step failed that did.
fn failures(folder: &Folder) -> String {
    let out = folder.qts("run qts.toml").out;
    let line = out.lines().find(|line| line.starts_with("s failed 1 time;")).expect("a failure");
    line.rsplit_once("quarantine): ").expect("a reason").1.to_owned()
}

#[test]
fn decide_goes_by_the_grid_and_the_limits_of_the_day_of_its_market() {
    let folder = scripted("markets-decide", KRX, &still(&["2023-01-18"], "15000"), "");
    let codes = |now: &str, limit: &str, last: &str| {
        let market = json!({"A.KRX": {"last": last, "at": now, "prev_close": last}});
        let intent = json!({"strategy": "s", "instrument": "A.KRX", "side": "buy", "qty": "1", "limit": limit});
        folder.write("cycle.json", json!({"now": now, "market": market, "intents": [intent]}).to_string());
        let decided = folder.qts("decide qts.toml --input cycle.json").json();
        let reasons = decided["decisions"][0]["reasons"].as_array().expect("a list").clone();
        reasons.iter().map(|reason| reason["code"].as_str().expect("a code").to_owned()).collect::<Vec<_>>().join(" ")
    };
    let seen = [
        ("2023-01-20T10:00:00+09:00", "15010", "15000", "off_tick"),
        ("2023-01-20T15:30:00+09:00", "15010", "15000", ""),
        ("2023-01-25T10:00:00+09:00", "15010", "15000", ""),
        ("2015-06-12T10:00:00+09:00", "11500", "10000", ""),
        ("2015-06-12T10:00:00+09:00", "11550", "10000", "outside_price_limit"),
        ("2015-06-15T10:00:00+09:00", "11550", "10000", ""),
        ("2015-06-15T10:00:00+09:00", "13050", "10000", "outside_price_limit"),
    ];
    for (now, limit, last, wanted) in seen {
        assert_eq!(codes(now, limit, last), wanted, "{limit} at {now}");
    }
}

#[test]
fn limits_widen_from_fifteen_to_thirty_percent_on_2015_06_15() {
    let bars = still(&["2015-06-10", "2015-06-11", "2015-06-12", "2015-06-15"], "10000");
    let steps = [(2, "11500"), (2, "11550"), (3, "11550"), (3, "13000"), (3, "13050"), (3, "7000"), (3, "6990")]
        .map(|(cycle, limit)| step(cycle, "buy", 1, limit))
        .concat();
    judged(
        &scripted("markets-limits", KRX, &bars, &steps),
        expect![[r#"
            2015-06-11T06:00:00Z 11500 pass 
            2015-06-11T06:00:00Z 11550 block strategy:outside_price_limit:block
            2015-06-12T06:00:00Z 11550 pass 
            2015-06-12T06:00:00Z 13000 pass 
            2015-06-12T06:00:00Z 13050 block strategy:outside_price_limit:block
            2015-06-12T06:00:00Z 7000 pass 
            2015-06-12T06:00:00Z 6990 block strategy:outside_price_limit:block
        "#]],
    );
    let konex = "class = \"krx_stock\"\nboard = \"konex\"\n";
    let steps = step(3, "buy", 1, "11500") + &step(3, "buy", 1, "11550");
    judged(
        &scripted("markets-limits-konex", konex, &bars, &steps),
        expect![[r#"
            2015-06-12T06:00:00Z 11500 pass 
            2015-06-12T06:00:00Z 11550 block strategy:outside_price_limit:block
        "#]],
    );
}

#[test]
fn a_sale_pays_the_tax_of_the_day_on_which_it_is_settled() {
    let days = ["2024-12-23", "2024-12-24", "2024-12-26", "2024-12-27", "2024-12-30"];
    let bars = still(&days, "10000");
    let fees = |name: &str, instrument: &str, cycle: usize| {
        let steps = step(1, "buy", 100, "") + &step(cycle, "sell", 100, "");
        let summary = scripted(name, instrument, &bars, &steps).summary("qts.toml");
        summary["account"]["fees"].as_str().expect("a text").to_owned()
    };
    assert_eq!(fees("markets-tax-before", KRX, 2), "1800", "sold on 26 December: 0.18 %");
    assert_eq!(fees("markets-tax-after", KRX, 3), "1500", "sold on 27 December, settled in 2025: 0.15 %");
    assert_eq!(fees("markets-tax-konex", "class = \"krx_stock\"\nboard = \"konex\"\n", 3), "1000");
    assert_eq!(fees("markets-tax-etf", "class = \"krx_etf\"\n", 3), "0");
    assert_eq!(fees("markets-tax-own", "class = \"krx_stock\"\nsale_tax = \"1%\"\n", 3), "10000");
    let with_fee = "class = \"krx_stock\"\nexchange_fee = true\n";
    assert_eq!(fees("markets-tax-fee", with_fee, 3), "1546", "23 won of each side");
}

#[test]
fn a_day_s_bar_is_known_at_its_close_at_three_before_2016_08_01_and_half_an_hour_later_since() {
    let bars = still(&["2016-07-28", "2016-07-29", "2016-08-01", "2016-08-02"], "10000");
    let steps = [1, 2, 3].map(|cycle| step(cycle, "buy", 1, "9000")).concat();
    let folder = scripted("markets-close", KRX, &bars, &steps);
    judged(
        &folder,
        expect![[r#"
        2016-07-28T06:00:00Z 9000 pass 
        2016-07-29T06:00:00Z 9000 pass 
        2016-08-01T06:30:00Z 9000 pass 
    "#]],
    );
    // Day orders end with their session: each is gone before the next bar but one.
    let summary = folder.summary("qts.toml");
    assert_eq!((&summary["ended"]["expired"], &summary["open_orders"]), (&json!(3), &json!(0)));
}

/// Minutes around a close: a day order dies with its session, whose end is that of the date.
#[test]
fn a_day_order_lives_until_the_close_of_its_date() {
    for (name, before, day, fills) in [("old", "2016-07-28", "2016-07-29", 0), ("new", "2016-07-29", "2016-08-01", 1)] {
        let bar = |day: &str, time: &str, price: i32| {
            format!("{day}T{time}:00+09:00,A,{price},{price},{price},{price},1000\n")
        };
        let bars = format!(
            "ts,symbol,open,high,low,close,volume\n{}{}{}{}",
            bar(before, "14:59", 10_000),
            bar(day, "14:59", 10_000),
            bar(day, "15:00", 10_000),
            bar(day, "15:10", 9_000)
        );
        let folder = scripted(&format!("markets-expiry-{name}"), KRX, &bars, &step(2, "buy", 1, "9500"));
        let config = folder.read("qts.toml");
        folder.write("qts.toml", config.replace("stamp = \"date\"", "stamp = \"close\"\ninterval = \"1m\""));
        let summary = folder.summary("qts.toml");
        assert_eq!(summary["fills"], json!(fills), "{day}: {summary}");
        assert_eq!(summary["ended"]["expired"], json!(1 - fills), "{day}: {summary}");
    }
}

#[test]
fn what_has_not_settled_at_the_end_is_told() {
    // Bought on 13 February 2024, sold on the 14th: due two trading days later, over a weekend.
    let bars = still(&["2024-02-08", "2024-02-13", "2024-02-14", "2024-02-15"], "10000");
    let steps = step(1, "buy", 100, "") + &step(2, "sell", 100, "");
    let folder = scripted("markets-unsettled", KRX, &bars, &steps);
    let summary = folder.summary("qts.toml");
    assert_eq!(summary["account"]["unsettled"], json!([{"on": "2024-02-16", "amount": "998200"}]));
    assert!(folder.qts("run qts.toml").out.contains("\nunsettled  998200 KRW on 2024-02-16\n"));
    let both = folder.summary("qts.toml --until 2024-02-14T15:30:00+09:00");
    let due = json!([{"on": "2024-02-15", "amount": "-1000000"}, {"on": "2024-02-16", "amount": "998200"}]);
    assert_eq!(both["account"]["unsettled"], due);
    let spelled = "tick = \"10\"\nsession = \"09:00-15:30\"\ntz = \"Asia/Seoul\"\n";
    let folder = scripted("markets-settled", spelled, &bars, &steps);
    assert_eq!(folder.summary("qts.toml")["account"]["unsettled"], json!([]));
    assert!(!folder.qts("run qts.toml").out.contains("unsettled"));
    // American trades are settled a day later since 2024-05-28, two days later before.
    let american = |name: &str, days: [&str; 3]| {
        let folder = scripted(name, "class = \"us_stock\"\n", &still(&days, "100"), &step(2, "buy", 1, ""));
        folder.write("qts.toml", folder.read("qts.toml").replace("\"KRW\"", "\"USD\""));
        folder.summary("qts.toml")["account"]["unsettled"].clone()
    };
    let seen = american("markets-unsettled-us", ["2024-05-22", "2024-05-23", "2024-05-24"]);
    assert_eq!(seen, json!([{"on": "2024-05-29", "amount": "-100"}]), "over Memorial Day");
    let seen = american("markets-unsettled-us-new", ["2024-05-24", "2024-05-28", "2024-05-29"]);
    assert_eq!(seen, json!([{"on": "2024-05-30", "amount": "-100"}]));
}

#[test]
fn a_settlement_over_new_year_skips_it_and_says_where_the_known_days_end() {
    let due = |name: &str, days: &[&str], instrument: &str, currency: &str| {
        let folder = scripted(name, instrument, &still(days, "10000"), &step(2, "buy", 1, ""));
        folder.write("qts.toml", folder.read("qts.toml").replace("\"KRW\"", &format!("\"{currency}\"")));
        let line = folder.qts("run qts.toml").out.lines().find(|line| line.starts_with("unsettled")).map(str::to_owned);
        (folder.summary("qts.toml")["account"]["unsettled"].clone(), line.expect("something is unsettled"))
    };
    let (seen, told) = due("markets-new-year", &["2026-12-28", "2026-12-29", "2026-12-30"], KRX, "KRW");
    let until = "2027-01-03";
    assert_eq!(seen, json!([{"on": "2027-01-05", "amount": "-10000", "days_known_until": until}]));
    assert_eq!(
        told,
        "unsettled  -10000 KRW on 2027-01-05, if that is no holiday: closed days are known until 2027-01-03"
    );
    let american = "class = \"us_stock\"\n";
    let (seen, _) = due("markets-new-year-us", &["2026-12-29", "2026-12-30", "2026-12-31"], american, "USD");
    assert_eq!(seen, json!([{"on": "2027-01-04", "amount": "-10000"}]));
}

const OWN_DAYS: &str = "market = \"krx\"\n[[closed]]\ndays = [\"2024-02-14\"]\n[[open]]\ndays = [\"2024-02-09\"]\n";

#[test]
fn a_calendar_of_ones_own_closes_and_opens_days() {
    let bars = still(&["2024-02-08", "2024-02-13", "2024-02-15", "2024-02-16"], "10000");
    let steps = step(1, "buy", 100, "") + &step(2, "sell", 100, "");
    let folder = scripted("markets-calendar", KRX, &bars, &steps).with("own.toml", OWN_DAYS);
    let config = folder.read("qts.toml");
    folder.write("qts.toml", format!("{config}[[calendar]]\nmarket = \"krx\"\npath = \"own.toml\"\n"));
    // Sold on the 15th, bought on the 13th: with the 14th closed the purchase is settled on the 16th.
    let summary = folder.summary("qts.toml --until 2024-02-13T15:30:00+09:00");
    assert_eq!(summary["account"]["unsettled"], json!([{"on": "2024-02-16", "amount": "-1000000"}]));
}

#[test]
fn a_calendar_that_is_wrong_is_an_error_in_its_own_file() {
    let folder = scripted("markets-bad-calendar", KRX, &still(&["2024-02-08"], "10000"), "");
    let config = folder.read("qts.toml") + "[[calendar]]\nmarket = \"krx\"\npath = \"own.toml\"\n";
    folder.write("qts.toml", &config);
    let said = |days: Option<&str>| {
        if let Some(days) = days {
            folder.write("own.toml", days);
        }
        let ended = folder.qts("check qts.toml");
        assert_eq!((ended.code, ended.out.as_str()), (3, ""));
        ended.err
    };
    let missing = said(None);
    assert!(missing.contains("QTS0101") && missing.contains("failed to read the calendar `own.toml`"), "{missing}");
    expect![[r#"
        QTS0135

          × `2024-02-31` is not a date; write it as "2024-12-31"
           ╭─[own.toml:3:23]
         2 │ [[closed]]
         3 │ days = ["2024-02-09", "2024-02-31"]
           ·                       ────────────
           ╰────
          help: a calendar of `krx` has `market = "krx"` and lists of `days` in `[[closed]]`, `[[special]]` (with
                `windows`) and `[[open]]`

        1 error
    "#]]
    .assert_eq(&said(Some("market = \"krx\"\n[[closed]]\ndays = [\"2024-02-09\", \"2024-02-31\"]\n")));
    expect![[r#"
        QTS0135

          × unknown field `dates`, expected `days` or `source`
           ╭─[own.toml:3:1]
         2 │ [[closed]]
         3 │ dates = []
           · ─────
           ╰────
          help: a calendar of `krx` has `market = "krx"` and lists of `days` in `[[closed]]`, `[[special]]` (with
                `windows`) and `[[open]]`

        1 error
    "#]]
    .assert_eq(&said(Some("market = \"krx\"\n[[closed]]\ndates = []\n")));
    expect![[r#"
        QTS0135

          × these are days of `us`, and those of `krx` are wanted; name the right file
           ╭─[own.toml:1:10]
         1 │ market = "us"
           ·          ────
           ╰────
          help: a calendar of `krx` has `market = "krx"` and lists of `days` in `[[closed]]`, `[[special]]` (with
                `windows`) and `[[open]]`

        1 error
    "#]]
    .assert_eq(&said(Some("market = \"us\"\n")));
}

#[test]
fn check_warns_of_days_that_the_tables_do_not_know() {
    let warned = |name: &str, instrument: &str, days: &[&str], calendar: &str| {
        let folder = scripted(name, instrument, &still(days, "10000"), "");
        let config = folder.read("qts.toml").replace("extends = \"validity_only\"", "max_long = \"5\"");
        folder.write("qts.toml", config + calendar);
        folder.write("own.toml", "market = \"krx\"\nknown_until = \"2030-12-31\"\n[[open]]\ndays = [\"2026-10-09\"]\n");
        let ended = folder.qts("check qts.toml");
        assert_eq!(ended.code, 0, "{}", ended.err);
        let odd = ended.err.lines().filter(|line| line.starts_with("QTS03") || line.contains('⚠'));
        odd.map(|line| format!("{}\n", line.trim())).collect::<String>()
    };
    // Korea traded on Saturdays until 1998-12-05.
    let days = ["1998-12-04", "1998-12-05", "2026-10-08", "2026-10-09", "2026-12-24", "2026-12-25", "2027-01-04"];
    expect![[r#"
        QTS0312
        ⚠ the data of `A.KRX` begin on 1998-12-04, the tables of krx_stock on 1998-12-07
        QTS0313
        ⚠ the data of `A.KRX` end on 2027-01-04, closed days of krx_stock are known until 2027-01-03
        QTS0314
        ⚠ `A.KRX` has data of 2026-10-09 and 1 more day on which its market is closed; they count
    "#]]
    .assert_eq(&warned("markets-warn", KRX, &days, ""));
    let own = "[[calendar]]\nmarket = \"krx\"\npath = \"own.toml\"\n";
    expect![[r#""#]].assert_eq(&warned("markets-warn-own", KRX, &days[2..5], own));
    // Known days end on a Sunday: what is traded on 28 December is settled on the 30th, on the 29th on 4 January.
    let year_end = ["2026-12-24", "2026-12-28", "2026-12-29"];
    expect![[r#""#]].assert_eq(&warned("markets-warn-sure", KRX, &year_end[..2], ""));
    expect![[r#"
        QTS0313
        ⚠ `A.KRX` trades of 2026-12-29 settle on 2027-01-04, closed days of krx_stock are known until 2027-01-03
    "#]]
    .assert_eq(&warned("markets-warn-settles", KRX, &year_end, ""));
    expect![[r#""#]].assert_eq(&warned("markets-warn-settles-own", KRX, &year_end, own));
    let spelled = "tick = \"10\"\nsession = \"09:00-15:30\"\ntz = \"Asia/Seoul\"\n";
    expect![[r#"
        QTS0315
        ⚠ no instrument has a class of the market `krx`: this calendar does nothing
    "#]]
    .assert_eq(&warned("markets-warn-idle", spelled, &days, own));
}

#[test]
fn all_classes_run() {
    for (name, currency, class) in [
        ("kosdaq", "KRW", "class = \"krx_stock\"\nboard = \"kosdaq\"\nlisted_shares = \"1000000\"\n"),
        ("etf", "KRW", "class = \"krx_etf\"\n"),
        ("nxt", "KRW", "class = \"krx_stock\"\nhours = \"nxt\"\nexchange_fee = true\n"),
        ("us", "USD", "class = \"us_stock\"\n"),
        ("us-late", "USD", "class = \"us_stock\"\nhours = \"extended\"\n"),
        ("coin", "USDT", "class = \"crypto_spot\"\ntick = \"0.01\"\ncurrency = \"USDT\"\n"),
    ] {
        let days = ["2025-03-05", "2025-03-06", "2025-03-07", "2025-03-10"];
        let steps = step(1, "buy", 10, "") + &step(2, "sell", 10, "");
        let folder = scripted(&format!("markets-class-{name}"), class, &still(&days, "10000"), &steps);
        folder.write("qts.toml", folder.read("qts.toml").replace("\"KRW\"", &format!("\"{currency}\"")));
        let ended = folder.qts("check qts.toml");
        let odd: Vec<&str> = ended.err.lines().filter(|line| line.starts_with("QTS031")).collect();
        let expected: &[&str] = if name == "nxt" { &["QTS0317"] } else { &[] };
        assert_eq!((ended.code, odd.as_slice()), (0, expected), "{name}: {}", ended.err);
        assert_eq!(folder.summary("qts.toml")["fills"], json!(2), "{name}");
    }
    // An id whose venue has hours of its own gets them.
    let folder =
        scripted("markets-class-by-venue", KRX, &still(&["2025-03-05", "2025-03-06"], "10000"), &step(1, "buy", 1, ""));
    folder.write("qts.toml", folder.read("qts.toml").replace("A.KRX", "A.NXT"));
    let seen = folder.decisions("qts.toml");
    assert_eq!(told(&seen, "ts verdict"), "2025-03-05T11:00:00Z pass\n", "the close of NXT");
    assert!(rows(&folder.read("decisions.csv")).len() == 1);
}
