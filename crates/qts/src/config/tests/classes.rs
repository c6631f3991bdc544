//! Instruments of a class: what the tables bring, what may be spelled out instead, and what is wrong.

use expect_test::expect;
use qts_core::{Price, Qty};
use qts_venues::calendar;

use super::super::{Config, InstrumentSpec, parse};
use super::check;

fn one(instrument: &str) -> InstrumentSpec {
    let currency = if instrument.contains("us_stock") { "USD" } else { "KRW" };
    let text = format!("[account]\ncurrency = \"{currency}\"\ncash = 1\n[[instrument]]\nid = \"A.KRX\"\n{instrument}");
    let config: Config = parse("qts.toml", &text).unwrap_or_else(|errors| panic!("{errors}"));
    config.instruments.into_iter().next().expect("one")
}

/// Its hours on a day, as text.
fn on(spec: &InstrumentSpec, date: &str) -> String {
    let day = calendar::day(date).expect("a date");
    if spec.hours.is_open(day) { spec.hours.on(day).to_string() } else { "closed".to_owned() }
}

#[test]
fn what_is_spelled_out_wins_on_every_day() {
    let spec = one(
        "class = \"krx_stock\"\ntick = \"7\"\nlot = \"10\"\ndaily_limit = false\nsale_tax = \"1%\"\nshort_ban = false\n\
         session = \"09:00-15:20\"\nlisted_shares = \"1000000\"\n",
    );
    let day = calendar::day("2010-01-05").expect("a date");
    let share = &spec.instrument;
    assert_eq!(share.ticks.on(day).at(Price::whole(100_000)), Price::whole(7));
    assert_eq!(
        (share.lot, share.quantity_step, share.listed_shares),
        (Qty::whole(10), Qty::whole(10), Some(Qty::whole(1_000_000)))
    );
    assert!(!share.is_limited(day) && !share.short_ban);
    assert_eq!(share.sale_tax.on(day).to_string(), "0.01");
    assert_eq!((on(&spec, "2016-01-04"), on(&spec, "2026-01-02")), ("09:00-15:20".into(), "09:00-15:20".into()));
    assert_eq!((on(&spec, "2026-01-01"), spec.hours.tz.as_str()), ("closed".into(), "Asia/Seoul"));
    let elsewhere = one("class = \"krx_stock\"\ntz = \"UTC\"\n");
    assert_eq!((on(&elsewhere, "2016-07-29"), elsewhere.hours.tz.as_str()), ("09:00-15:00".into(), "UTC"));
}

#[test]
fn hours_are_chosen_by_name_or_by_the_venue() {
    let nxt = "08:00-08:50, 09:00:30-15:20, 15:40-20:00";
    assert_eq!(on(&one("class = \"krx_stock\"\nhours = \"nxt\"\n"), "2025-03-05"), nxt);
    assert_eq!(on(&one("class = \"krx_stock\"\n"), "2025-03-05"), "09:00-15:30");
    assert_eq!(on(&one("class = \"us_stock\"\nhours = \"extended\"\n"), "2025-03-05"), "04:00-20:00");
    let fee = |keys: &str| one(&format!("class = \"krx_stock\"\n{keys}")).instrument.exchange_fee.newest().to_string();
    assert_eq!(["", "exchange_fee = false\n", "exchange_fee = true\n"].map(fee), ["0", "0", "0.000023"]);
    assert_eq!(fee("exchange_fee = true\nhours = \"nxt\"\n"), "0.0000182");
}

#[test]
fn a_coin_says_its_tick_and_its_currency() {
    let spec = one("class = \"crypto_spot\"\ntick = \"1\"\ncurrency = \"KRW\"\n");
    assert_eq!((spec.instrument.lot.to_string(), on(&spec, "2026-01-01")), ("0.00000001".into(), "00:00-24:00".into()));
    check(
        "[[instrument]]\nid = \"A.X\"\nclass = \"crypto_spot\"\n",
        expect![[r#"
        QTS0104 1:1 [[instrument]] has no `currency` | help: add `currency = "USDT"`
        QTS0104 1:1 [[instrument]] has no `tick` | help: add `tick = "0.01"`
    "#]],
    );
}

#[test]
fn keys_of_classes_need_one_that_knows_them() {
    check(
        "[[instrument]]\nid = \"A.X\"\ntick = 1\nhours = \"regular\"\nboard = \"kospi\"\nexchange_fee = true\n\
         listed_shares = 5\n",
        expect![[r#"
            QTS0134 4:1 `hours` says nothing without a `class` | help: give the instrument a class (krx_stock, krx_etf, us_stock, crypto_spot), or spell its hours out with `session` and `tz`
            QTS0134 5:1 `board` says nothing without a `class` | help: give the instrument a class (krx_stock, krx_etf, us_stock, crypto_spot), or leave it out
            QTS0134 6:1 `exchange_fee` says nothing without a `class` | help: give the instrument a class (krx_stock, krx_etf, us_stock, crypto_spot), or add the fee to `commission`
            QTS0134 7:1 `listed_shares` says nothing without a `class` | help: give the instrument a class (krx_stock, krx_etf, us_stock, crypto_spot), or leave it out
        "#]],
    );
    check(
        "[[instrument]]\nid = \"A.X\"\nclass = \"krx_stock\"\nboard = \"kosdak\"\nhours = \"extended\"\n",
        expect![[r#"
            QTS0106 4:9 `krx_stock` has no board `kosdak` | help: did you mean `kosdaq`?
            QTS0106 5:9 the market of `krx_stock` has no hours `extended` | help: hours: regular, nxt
        "#]],
    );
    check(
        "[[instrument]]\nid = \"A.X\"\nclass = \"krx_etf\"\nboard = \"kospi\"\n",
        expect![[r#"
            QTS0134 4:1 `krx_etf` has no boards | help: leave `board` out
        "#]],
    );
    check(
        "[[instrument]]\nid = \"A.X\"\nclass = \"crypto_spot\"\ntick = 1\ncurrency = \"KRW\"\nexchange_fee = true\n",
        expect![[r#"
            QTS0134 6:16 the tables of `crypto_spot` have no exchange fee | help: leave `exchange_fee` out, and add what the venue takes to `commission`
        "#]],
    );
    check(
        "[[instrument]]\nid = \"A.X\"\nclass = \"stock\"\nboard = \"kospi\"\nhours = \"nxt\"\n",
        expect![[r#"
        QTS0128 3:9 no class of instruments is called `stock` | help: classes: krx_stock, krx_etf, us_stock, crypto_spot; or leave `class` out and spell out tick, lot, currency, session and tz
    "#]],
    );
}

#[test]
fn listed_shares_are_whole_and_of_a_class_with_a_largest_order() {
    let listed = |number: usize, class: &str, shares: &str| {
        format!("[[instrument]]\nid = \"A.X{number}\"\nclass = {class}\nlisted_shares = {shares}\n")
    };
    let classes = [
        ("\"krx_etf\"", "5"),
        ("\"krx_stock\"\nboard = \"konex\"", "5"),
        ("\"crypto_spot\"\ntick = 1\ncurrency = \"KRW\"", "5"),
        ("\"us_stock\"\ncurrency = \"KRW\"", "5"),
        ("\"krx_stock\"", "0"),
        ("\"krx_stock\"", "\"1000.5\""),
        ("\"krx_stock\"\nboard = \"kosdaq\"", "1000"),
    ];
    let all = (1..).zip(classes).map(|(number, (class, shares))| listed(number, class, shares));
    check(
        &all.collect::<String>(),
        expect![[r#"
        QTS0134 4:1 the tables have no largest order for such an instrument of `krx_etf` | help: leave `listed_shares` out
        QTS0134 9:1 the tables have no largest order for such an instrument of `krx_stock` | help: leave `listed_shares` out
        QTS0134 15:1 the tables have no largest order for such an instrument of `crypto_spot` | help: leave `listed_shares` out
        QTS0134 20:1 the tables have no largest order for such an instrument of `us_stock` | help: leave `listed_shares` out
        QTS0108 24:17 `listed_shares` must be above zero, not 0 | help: write a number that is above zero
        QTS0108 28:17 `listed_shares` is a number of whole shares, not 1000.5 | help: leave the fraction out
    "#]],
    );
}

#[test]
fn a_name_that_begins_several_classes_means_the_first() {
    check(
        "[[instrument]]\nid = \"A.X\"\nclass = \"krx\"\n",
        expect![[r#"
        QTS0128 3:9 no class of instruments is called `krx` | help: did you mean `krx_stock`?
    "#]],
    );
}

#[test]
fn a_calendar_names_a_market_and_a_file() {
    check(
        "[[calendar]]\nmarket = \"crypto\"\n[[calendar]]\npath = \"\"\n",
        expect![[r#"
        QTS0104 1:1 [[calendar]] has no `path` | help: add `path = "my-days.toml"`
        QTS0106 2:10 no market with closed days is called `crypto` | help: markets: krx, us
        QTS0104 3:1 [[calendar]] has no `market` | help: add `market = "krx"`
        QTS0114 4:8 `path` is empty | help: write something between the quotes, or leave the key out
    "#]],
    );
    check(
        "[[calendar]]\nmarket = \"krx\"\npath = \"no/such/file.toml\"\n",
        expect![[r#"
        QTS0101 3:8 failed to read the calendar `folder/no/such/file.toml`: No such file or directory (os error 2) | help: check the path, which starts at the config's folder; the file must be UTF-8
    "#]],
    );
}
