//! What the readme of the real market data warns of, a test for each sentence: what a run makes of it. Orders are
//! written down (`scripted`), one share each, under `validity_only`, so that nothing but the data decides.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::real_files::{form, market, symbol};
use crate::shared_data::data;
use crate::support::{Folder, Row, count, told, units};

/// The rows of a file, by column.
fn table(data: &Path, file: &str) -> Vec<Row> {
    crate::support::rows(&std::fs::read_to_string(data.join(file)).expect("a file"))
}

fn date(row: &Row) -> &str {
    &row["ts"][..10]
}

/// Where in a table that date, or time, is.
fn at(rows: &[Row], ts: &str) -> usize {
    rows.iter().position(|row| row["ts"].starts_with(ts)).unwrap_or_else(|| panic!("no row of {ts}"))
}

/// A file's market with one strategy that asks for these, `(when, rest)`, one lot each.
fn asking(data: &Path, file: &str, steps: &[(&str, &str)]) -> String {
    let (symbol, lot) = (symbol(file), form(file).lot);
    let step = |(at, rest): &(&str, &str)| format!("{{ {at}, instrument = \"{symbol}.X\", qty = \"{lot}\", {rest} }}");
    let steps: Vec<String> = steps.iter().map(step).collect();
    market(data, file)
        + &format!(
            "[[strategy]]\nid = \"s\"\nkind = \"scripted\"\npolicy = \"open\"\ninstruments = [\"{symbol}.X\"]\n\
             params = {{ steps = [{}] }}\n",
            steps.join(", ")
        )
}

const BUY: &str = "side = \"buy\", tif = \"gtc\"";

fn on(day: &str) -> String {
    format!("at = \"{day}T00:00:00Z\"")
}

/// What that run did by the end of some days, or of its data.
fn fills(folder: &Folder, until: &str) -> (u64, String) {
    let summary = folder.summary(&format!("qts.toml --until {until}"));
    (count(&summary["fills"]), summary["books"]["s"]["cash_flow"].as_str().expect("a text").to_owned())
}

/// What one lot cost, from a file's text of its price.
fn paid(price: &str, lot: &str) -> String {
    let units = -units(price) * units(lot) / 100_000_000;
    let digits = format!("{:09}", units.abs());
    let (whole, fraction) = digits.split_at(digits.len() - 8);
    format!("-{whole}.{fraction}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[test]
fn no_order_fills_in_a_trading_halt_and_all_do_when_it_ends() {
    let Some(data) = data() else { return };
    let halts = [
        ("035420", "2013-07-30", "2013-08-28"),
        ("000660", "2003-03-27", "2003-04-11"),
        ("000270", "1999-01-29", "1999-03-04"),
        ("051910", "2009-03-30", "2009-04-17"),
    ];
    let folder = Folder::new("peculiar-halts");
    for (symbol, from, to) in halts {
        let file = format!("krx/1d/{symbol}.csv");
        let rows = table(&data, &file);
        let (first, last) = (at(&rows, from), at(&rows, to));
        for row in &rows[first..=last] {
            assert_eq!((row["volume"].as_str(), &row["open"]), ("0", &row["close"]), "{symbol} {}", date(row));
        }
        folder.write("qts.toml", asking(&data, &file, &[(&on(date(&rows[first - 1])), BUY)]));
        assert_eq!(fills(&folder, &format!("{to}T23:00:00Z")), (0, "0".to_owned()), "{symbol}");
        let again = &rows[last + 1];
        assert_eq!(fills(&folder, &format!("{}T23:00:00Z", date(again))), (1, paid(&again["open"], "1")), "{symbol}");
    }
}

/// How often the strategy failed, and whether a limit off the tick was why.
fn failure(folder: &Folder, until: &str) -> (u64, bool) {
    let shown = folder.qts(&format!("run qts.toml --until {until}")).out;
    let summary = folder.summary(&format!("qts.toml --until {until}"));
    (count(&summary["failures"]["s"]), shown.contains("tick"))
}

/// The price step of Korean shares in force until 2023-01-24.
fn step(price: i128) -> i128 {
    match price {
        ..1_000 => 1,
        1_000..5_000 => 5,
        5_000..10_000 => 10,
        10_000..50_000 => 50,
        50_000..100_000 => 100,
        100_000..500_000 => 500,
        _ => 1_000,
    }
}

/// A Korean price, in won.
fn won(row: &Row, column: &str) -> i128 {
    units(&row[column]) / 100_000_000
}

/// Three re-listings and two artefacts of adjustment: the close is beyond the day's limits, and the next day's limits
/// are about it all the same.
#[test]
fn five_closes_beyond_the_daily_limits_are_what_the_next_limits_are_about() {
    let Some(data) = data() else { return };
    let beyond = [
        ("000270", "1999-03-04", "1999-03-05"),
        ("000660", "1999-05-04", "1999-05-06"),
        ("005380", "1999-04-16", "1999-04-19"),
        ("035420", "2013-08-28", "2013-08-29"),
        ("051910", "2009-04-17", "2009-04-20"),
    ];
    let folder = Folder::new("peculiar-limits");
    for (symbol, before, day) in beyond {
        let file = format!("krx/1d/{symbol}.csv");
        let rows = table(&data, &file);
        let close = won(&rows[at(&rows, day)], "close");
        // In force on all five days, and spelled out: the test is about the close, not about the market's history.
        let config = |steps: &[(&str, &str)]| {
            asking(&data, &file, steps).replace("krx_stock\"\n", "krx_stock\"\ndaily_limit = \"15%\"\n")
        };
        let ask = format!("side = \"buy\", limit = \"{}\"", close / step(close) * step(close));
        folder.write("qts.toml", config(&[(&on(before), &ask), (&on(day), &ask)]));
        let decided = told(&folder.decisions("qts.toml"), "ts verdict reasons");
        let lines: Vec<&str> = decided.lines().collect();
        assert!(lines[0].starts_with(before) && lines[0].contains("outside_price_limit"), "{symbol}: {decided}");
        assert!(lines[1].starts_with(day) && lines[1].ends_with("pass "), "{symbol}: {decided}");
    }
}

/// Adjusted prices miss many a limit by rounding. That is no jump, and what is one is not guessed to be a split.
#[test]
fn no_other_close_since_1998_is_a_jump() {
    let Some(data) = data() else { return };
    let folder = Folder::new("peculiar-jumps");
    let mut found = Vec::new();
    for (symbol, _) in grids(&data) {
        folder.write("qts.toml", asking(&data, &format!("krx/1d/{symbol}.csv"), &[]));
        let checked = folder.qts("check qts.toml --format json").json();
        let jumps = checked["jumps"].as_array().expect("a list");
        let text = |jump: &Value, key: &str| jump[key].as_str().map(str::to_owned);
        for jump in jumps.iter().filter(|jump| text(jump, "date").expect("a text").as_str() >= "1998-12-07") {
            found.push((symbol.clone(), text(jump, "date").expect("a text"), text(jump, "guess")));
        }
    }
    let want = [
        ("000270", "1999-03-05"),
        ("000660", "1999-05-06"),
        ("005380", "1999-04-19"),
        ("035420", "2013-08-29"),
        ("051910", "2009-04-20"),
    ];
    assert_eq!(found, want.map(|(symbol, date)| (symbol.to_owned(), date.to_owned(), None)));
}

/// 38474 against an upper limit of 38450: a limit-up day in adjusted prices.
#[test]
fn a_limit_up_day_is_plausible_and_a_re_listing_is_not() {
    let Some(data) = data() else { return };
    let decided = |file: &str, day: &str| {
        let config = asking(&data, file, &[(&on(day), BUY)]).replace("policy = \"open\"\ninstr", "instr");
        told(&Folder::new("peculiar-limit-up").with("qts.toml", config).decisions("qts.toml"), "ts reasons")
    };
    let ordinary = decided("krx/1d/000660.csv", "2002-03-05");
    assert!(ordinary.starts_with("2002-03-05") && !ordinary.contains("data_implausible"), "{ordinary}");
    let again = decided("krx/1d/035420.csv", "2013-08-29");
    assert!(again.starts_with("2013-08-29") && again.contains("data_implausible"), "{again}");
}

/// From when on the prices of each Korean share are on the grid.
fn grids(data: &Path) -> BTreeMap<String, String> {
    let rows = table(data, "instruments.csv").into_iter();
    let shares = rows.filter(|row| row["market"] == "KRX" && row["kind"] == "equity");
    shares.map(|row| (row["symbol"].clone(), row["on_grid_from"].clone())).collect()
}

/// Adjusted prices miss the grid: what was quoted there cannot be asked for, but market orders fill at what the file says.
#[test]
fn prices_off_the_grid_fill_market_orders_but_are_no_limits() {
    let Some(data) = data() else { return };
    let folder = Folder::new("peculiar-grid");
    let mut tried = 0;
    for (symbol, from) in grids(&data) {
        let file = format!("krx/1d/{symbol}.csv");
        let rows = table(&data, &file);
        let is_off = |row: &Row| ["open", "high", "low", "close"].iter().any(|c| won(row, c) % step(won(row, c)) != 0);
        let start = at(&rows, &from);
        assert!(!rows[start..].iter().any(is_off), "{symbol}");
        let open_is_off = |row: &Row| won(row, "open") % step(won(row, "open")) != 0 && row["volume"] != "0";
        let Some(off) = rows[..start].iter().rposition(open_is_off).filter(|off| *off > 0) else { continue };
        let (before, off) = (&rows[off - 1], &rows[off]);
        let limit = format!("side = \"buy\", limit = \"{}\"", off["open"]);
        let day = on(date(before));
        let until = format!("{}T23:00:00Z", date(off));
        folder.write("qts.toml", asking(&data, &file, &[(&day, BUY)]));
        assert_eq!(fills(&folder, &until), (1, paid(&off["open"], "1")), "{symbol}");
        folder.write("qts.toml", asking(&data, &file, &[(&day, &limit)]));
        assert_eq!(failure(&folder, &until), (1, true), "{symbol}");
        tried += 1;
    }
    assert!(tried >= 8, "{tried} shares have prices off the grid");
}

#[test]
fn samsung_is_at_millions_and_one_lot_of_it_passes_conservative() {
    let Some(data) = data() else { return };
    let file = "krx/1d/005930.csv";
    assert!(won(&table(&data, file)[8_825], "close") > 2_000_000);
    let config = asking(&data, file, &[(&on("2018-01-15"), BUY)]).replace("policy = \"open\"\ninstr", "instr");
    let folder = Folder::new("peculiar-samsung").with("qts.toml", config);
    assert_eq!(told(&folder.decisions("qts.toml"), "verdict"), "pass\n");
}

#[test]
fn bad_rows_stop_a_run_unless_they_are_to_be_left_out() {
    let Some(data) = data() else { return };
    let folder = Folder::new("peculiar-bad");
    for (file, place, bad) in
        [("krx/1d/000270.csv", "line 24: column `low`", 1), ("us/1d/VIX.csv", "line 535: column `high`", 47)]
    {
        let lenient = asking(&data, file, &[]);
        let strict = lenient.replace("on_bad_row = \"skip\"\n", "");
        folder.write("qts.toml", &strict);
        let ended = folder.qts("run qts.toml");
        assert_eq!((ended.code, ended.out.as_str()), (4, ""), "{file}");
        let told = ended.err.contains("high and low must enclose open and close");
        assert!(told && ended.err.contains(place), "{}", ended.err);
        folder.write("qts.toml", lenient);
        assert_eq!(count(&folder.summary("qts.toml")["bad_rows"]), bad, "{file}");
    }
}

#[test]
fn no_share_trades_in_new_york_on_2010_04_26() {
    let Some(data) = data() else { return };
    let folder = Folder::new("peculiar-april");
    for symbol in ["AAPL", "GE", "IBM", "JNJ", "JPM", "KO", "MCD", "MSFT", "PG", "XOM"] {
        let file = format!("us/1d/{symbol}.csv");
        let rows = table(&data, &file);
        let day = at(&rows, "2010-04-26");
        assert_eq!(rows[day]["volume"], "0", "{symbol}");
        folder.write("qts.toml", asking(&data, &file, &[(&on(date(&rows[day - 1])), BUY)]));
        assert_eq!(fills(&folder, "2010-04-26T23:00:00Z").0, 0, "{symbol}");
        assert_eq!(fills(&folder, "2010-04-27T23:00:00Z"), (1, paid(&rows[day + 1]["open"], "1")), "{symbol}");
    }
}

/// `2019-02-11T14:34:00Z` opens at 1606.7275. The bar before it is labelled 14:33 and known at 14:34.
#[test]
fn digits_below_a_cent_are_kept_and_a_label_is_the_start_of_its_bar() {
    let Some(data) = data() else { return };
    let early = ("at = \"2019-02-11T14:33:30Z\"", "side = \"buy\"");
    let folder = Folder::new("peculiar-cents").with("qts.toml", asking(&data, "us/1m/AMZN.csv", &[early]));
    assert_eq!(told(&folder.decisions("qts.toml"), "ts verdict"), "2019-02-11T14:34:00Z pass\n");
    assert_eq!(fills(&folder, "2019-02-11T14:34:00Z").0, 0, "known at 14:34, filled in the bar that ends at 14:35");
    assert_eq!(fills(&folder, "2019-02-11T14:35:00Z"), (1, "-1606.7275".to_owned()));
    let limit = (early.0, "side = \"buy\", limit = \"1606.7275\"");
    folder.write("qts.toml", asking(&data, "us/1m/AMZN.csv", &[limit]));
    assert_eq!(failure(&folder, "2019-02-11T14:35:00Z"), (1, true), "what was traded there nobody can ask for");
}

/// Of three minutes the one in the middle is absent.
#[test]
fn an_order_waits_over_absent_minutes() {
    let Some(data) = data() else { return };
    let step = ("at = \"2019-02-11T15:41:00Z\"", "side = \"buy\"");
    let folder = Folder::new("peculiar-absent").with("qts.toml", asking(&data, "us/1m/GLD.csv", &[step]));
    assert_eq!(fills(&folder, "2019-02-11T15:42:59Z").0, 0);
    assert_eq!(fills(&folder, "2019-02-11T15:43:00Z"), (1, "-123.6".to_owned()), "the open of 15:42");
}

/// Bars before the open and after the close are seen, but an order decided after the close waits for the next open.
#[test]
fn extended_hours_are_seen_and_fill_nothing_of_the_regular_session() {
    let Some(data) = data() else { return };
    let step = ("at = \"2011-01-04T22:00:00Z\"", "side = \"buy\"");
    let config = asking(&data, "us/1m/SPY.2011-01.csv", &[step]);
    let folder = Folder::new("peculiar-extended").with("qts.toml", &config);
    assert_eq!(fills(&folder, "2011-01-05T14:30:00Z").0, 0, "not after the close, nor before the open");
    assert_eq!(fills(&folder, "2011-01-05T14:31:00Z"), (1, "-126.57".to_owned()), "the open of 09:30 in New York");
    folder.write("qts.toml", config.replace("09:30-16:00", "04:00-20:00"));
    assert_eq!(fills(&folder, "2011-01-05T14:30:00Z").0, 1, "where the session is the long one, at once");
}

/// The second is of five weeks: a day order ends with its day, one good till cancelled waits.
#[test]
fn orders_outlast_the_holes_of_the_coins_by_their_time_in_force() {
    let Some(data) = data() else { return };
    let file = "crypto/1m/BTCUSDT.csv";
    let first = ("at = \"2025-09-21T01:51:00Z\"", "side = \"buy\"");
    let folder = Folder::new("peculiar-holes").with("qts.toml", asking(&data, file, &[first]));
    assert_eq!(fills(&folder, "2025-09-21T09:11:59Z").0, 0);
    assert_eq!(fills(&folder, "2025-09-21T09:12:00Z"), (1, "-115.6296".to_owned()), "the open of 09:11");
    let at = "at = \"2025-09-25T01:14:00Z\"";
    folder.write("qts.toml", asking(&data, file, &[(at, "side = \"buy\""), (at, BUY)]));
    let summary = folder.summary("qts.toml --until 2025-10-29T03:45:00Z");
    assert_eq!(summary["books"]["s"]["cash_flow"], "-112.5643", "{summary}");
    assert_eq!([&summary["fills"], &summary["ended"]["expired"], &summary["data"]["gaps"]].map(count), [1, 1, 2]);
}

/// After a hole the newest price is new again: what `conservative` judges is the jump, not the age.
#[test]
fn the_first_bar_after_a_hole_is_fresh() {
    let Some(data) = data() else { return };
    let steps = ["2025-09-21T09:12:00Z", "2025-10-29T03:45:00Z"].map(|at| format!("at = \"{at}\""));
    let steps = [(steps[0].as_str(), "side = \"buy\""), (steps[1].as_str(), "side = \"buy\"")];
    let config = asking(&data, "crypto/1m/BTCUSDT.csv", &steps).replace("policy = \"open\"\ninstr", "instr");
    let folder = Folder::new("peculiar-fresh").with("qts.toml", config);
    let want = "2025-09-21T09:12:00Z pass \n2025-10-29T03:45:00Z pass \n";
    assert_eq!(told(&folder.decisions("qts.toml"), "ts verdict reasons"), want);
}

/// From 01:01 to 01:05 nothing was traded: the bars repeat the last price, and nobody sells there.
#[test]
fn bars_that_repeat_the_last_price_fill_nothing() {
    let Some(data) = data() else { return };
    let step = ("at = \"2016-03-29T01:01:00Z\"", "side = \"buy\"");
    let config = asking(&data, "crypto/1m/BTCUSD.bitfinex-2016-04.csv", &[step]);
    let folder = Folder::new("peculiar-repeat").with("qts.toml", config);
    assert_eq!(fills(&folder, "2016-03-29T01:06:00Z").0, 0);
    assert_eq!(fills(&folder, "2016-03-29T01:07:00Z"), (1, "-0.4246".to_owned()), "0.001 at 424.6");
}

#[test]
fn quotes_of_one_time_are_one_cycle() {
    let Some(data) = data() else { return };
    let folder =
        Folder::new("peculiar-equal").with("qts.toml", asking(&data, "fx/ticks/EURUSD.2014-05-01.quotes.csv", &[]));
    let summary = folder.summary("qts.toml");
    let counts = [&summary["events"], &summary["cycles"], &summary["evaluations"]].map(count);
    assert_eq!(counts, [73_520, 73_520 - 347, 73_520]);
}

/// Nothing in the file tells the sizes of the quotes: none is one-sided, and orders fill whole at the other side.
#[test]
fn quotes_without_sizes_fill_whole() {
    let Some(data) = data() else { return };
    let step = ("cycle = 1", "side = \"buy\"");
    let config =
        asking(&data, "fx/ticks/EURUSD.2014-05-01.quotes.csv", &[step]) + "[broker]\nmax_volume_share = \"1%\"\n";
    let folder = Folder::new("peculiar-sizes").with("qts.toml", config);
    let second = table(&data, "fx/ticks/EURUSD.2014-05-01.quotes.csv").swap_remove(1);
    assert_eq!(fills(&folder, &second["ts"]), (1, paid(&second["ask"], "1")));
}

/// One entry more of the same instrument.
fn beside(config: &str, data: &Path, file: &str, how: &str) -> String {
    let entry =
        format!("[[data]]\ninstrument = \"{}.X\"\npath = \"{}\"\n{how}", symbol(file), data.join(file).display());
    config.replacen("[policy.open]", &(entry + "[policy.open]"), 1)
}

/// The recorder of both is one clock; the exchange's own stamp is 1.25 s ahead and only in the trades.
#[test]
fn the_recorders_clock_counts_and_not_the_exchanges() {
    let Some(data) = data() else { return };
    let [quotes, trades] = ["quotes", "trades"].map(|kind| format!("crypto/ticks/BTCUSDT.2024-08-08.{kind}.csv"));
    let steps: Vec<String> = (1..=300).map(|cycle| format!("cycle = {cycle}")).collect();
    let steps: Vec<(&str, &str)> = steps.iter().map(|at| (at.as_str(), "side = \"buy\"")).collect();
    let config = beside(&asking(&data, &quotes, &steps), &data, &trades, "");
    let folder = Folder::new("peculiar-clock").with("qts.toml", config);
    let decided = folder.decisions("qts.toml --limit-events 310");
    let mut want: Vec<String> =
        [&quotes, &trades].iter().flat_map(|file| table(&data, file)).map(|row| row["ts"].clone()).collect();
    want.sort_by_key(|ts| format!("{:0<29}", ts.trim_end_matches('Z')));
    want.dedup();
    let plain = |ts: &str| ts.trim_end_matches('Z').trim_end_matches('0').to_owned();
    let decided: Vec<String> = decided.iter().map(|row| plain(&row["ts"])).collect();
    assert_eq!(decided, want[..300].iter().map(|ts| plain(ts)).collect::<Vec<_>>());
}

/// The two files of one week differ by up to 0.05 %: the bars of 15 minutes tell again, so nothing fills on them.
#[test]
fn bars_of_two_lengths_are_one_market() {
    let Some(data) = data() else { return };
    let step = ("at = \"2019-02-11T15:00:00Z\"", "side = \"buy\"");
    let config = beside(
        &asking(&data, "us/1m/AAPL.csv", &[step]),
        &data,
        "us/15m/AAPL.csv",
        "stamp = \"open\"\ninterval = \"15m\"\n",
    );
    let folder = Folder::new("peculiar-lengths").with("qts.toml", config);
    let minutes = table(&data, "us/1m/AAPL.csv");
    let next = &minutes[at(&minutes, "2019-02-11T15:00")]["open"];
    assert_eq!(fills(&folder, "2019-02-15T21:00:00Z"), (1, paid(next, "1")));
}

/// Bars of mids have no volume, so nothing fills on them; beside them the bars of bid and ask are quotes.
#[test]
fn mids_without_volume_fill_nothing_and_say_so_and_bars_of_bid_and_ask_fill() {
    let Some(data) = data() else { return };
    let step = ("cycle = 5", BUY);
    let config = asking(&data, "fx/1m/EURUSD.csv", &[step]);
    let folder = Folder::new("peculiar-mids").with("qts.toml", &config);
    assert_eq!(fills(&folder, "2014-05-15T00:00:00Z").0, 0);
    let told = folder.qts("check qts.toml").err;
    assert!(told.contains("no bar has any volume, so no order can fill on them: add quotes or trades"), "{told}");
    let how = "stamp = \"open\"\ninterval = \"1m\"\n";
    folder.write("qts.toml", beside(&config, &data, "fx/1m/EURUSD.quotebars.csv", how));
    let sixth = table(&data, "fx/1m/EURUSD.quotebars.csv").swap_remove(5);
    assert_eq!(fills(&folder, "2014-05-01T00:06:00Z"), (1, paid(&sixth["ask_close"], "1")));
}

#[test]
fn no_quote_of_the_real_files_is_crossed_locked_or_one_sided() {
    let Some(data) = data() else { return };
    let summary: Value = {
        let [quotes, more] = ["BTCUSDT", "ETHUSDT"].map(|coin| format!("crypto/ticks/{coin}.2024-08-08.quotes.csv"));
        let folder = Folder::new("peculiar-none");
        let of = |file: &str| {
            folder.write("qts.toml", asking(&data, file, &[]));
            folder.qts("check qts.toml --format json").json()["data_counts"].clone()
        };
        serde_json::json!([of(&quotes), of(&more)])
    };
    let none = serde_json::json!({"crossed_quotes": 0, "one_sided_quotes": 0, "bars_without_volume": 0, "gaps": 0});
    assert_eq!(summary, serde_json::json!([none, none]));
}
