//! Bad rows, one by one: what is said about each, and what happens when they are skipped.

use super::*;

const BARS: &str = "ts,symbol,open,high,low,close,volume\n2018-01-15T00:00:00Z,005930,10,12,9,11,100\n";
const QUOTES: &str = "ts,symbol,bid,ask,bid_size,ask_size\n2018-01-15T00:00:00Z,005930,10,11,1,2\n";
const TRADES: &str = "ts,symbol,price,size\n2018-01-15T00:00:00Z,005930,10,1\n";

/// A bad third line, and what is wrong with it.
const BAD: &[(&str, &str, &str)] = &[
    (BARS, "2018-01-15T00:01:00Z,005930,10,12,9,11", "6 cells where the header has 7"),
    (BARS, "2018-01-15T00:01:00Z,005930,10,12,9,11,100,", "8 cells where the header has 7"),
    (BARS, "   ", "1 cells where the header has 7"),
    (BARS, ",005930,10,12,9,11,100", "column `ts` is empty"),
    (BARS, "2018-01-15T00:01:00Z,,10,12,9,11,100", "column `symbol` is empty"),
    (BARS, "2018-01-15T00:01:00Z,005930,,12,9,11,100", "column `open` is empty"),
    (BARS, "2018-01-15T00:01:00Z,005930,10,12,9,11,", "column `volume` is empty"),
    (BARS, "2018-01-15T00:01:00Z,005930,ten,12,9,11,100", "column `open` is `ten`: not a decimal number"),
    (BARS, "2018-01-15T00:01:00Z,005930,10,NaN,9,11,100", "column `high` is `NaN`: not a decimal number"),
    (BARS, "2018-01-15T00:01:00Z,005930,10,inf,9,11,100", "column `high` is `inf`: not a decimal number"),
    (BARS, "2018-01-15T00:01:00Z,005930,10,\"1,200\",9,11,100", "column `high` is `1,200`: not a decimal number"),
    (BARS, "2018-01-15T00:01:00Z,005930,\"10\"5,12,9,11,100", "column `open` is `\"10\"5`: not a decimal number"),
    (BARS, "2018-01-15T00:01:00Z,005930,10,12,9,11,\"100", "column `volume` is `\"100`: not a decimal number"),
    (BARS, "2018-01-15T00:01:00Z,005930,10,12,\"9,11,100", "5 cells where the header has 7"),
    (
        BARS,
        "2018-01-15T00:01:00Z,005930,10,12,9,11,1e99",
        "column `volume` is `1e99`: out of range (at most 9·10^10; money 9·10^19)",
    ),
    (
        BARS,
        "2018-01-15T00:01:00Z,005930,10,12,0.123456789,11,100",
        "column `low` is `0.123456789`: more than eight decimals",
    ),
    (BARS, "2018-01-15T00:01:00Z,005930,0,12,0,11,100", "column `open` is `0`: a price must be above zero"),
    (BARS, "2018-01-15T00:01:00Z,005930,10,12,-9,11,100", "column `low` is `-9`: a price must be above zero"),
    (BARS, "2018-01-15T00:01:00Z,005930,10,12,9,11,-1", "column `volume` is `-1`: it must not be negative"),
    (
        BARS,
        "2018-01-15T00:01:00Z,005930,10,9.5,9,9.2,100",
        "column `high` is `9.5`, but column `open` is `10`: high and low must enclose open and close",
    ),
    (
        BARS,
        "2018-01-15T00:01:00Z,005930,10,10.5,9,11,100",
        "column `high` is `10.5`, but column `close` is `11`: high and low must enclose open and close",
    ),
    (
        BARS,
        "2018-01-15T00:01:00Z,005930,10,12,10.5,11,100",
        "column `low` is `10.5`, but column `open` is `10`: high and low must enclose open and close",
    ),
    (
        BARS,
        "2018-01-15T00:01:00Z,005930,10,12,9.5,9.4,100",
        "column `low` is `9.5`, but column `close` is `9.4`: high and low must enclose open and close",
    ),
    (
        BARS,
        "2018-01-14T23:59:00Z,005930,10,12,9,11,100",
        "column `ts` is `2018-01-14T23:59:00Z`: time goes backwards; sort the file by time",
    ),
    (
        BARS,
        "2018-01-15T09:00:00+09:00,005930,10,12,9,11,100",
        "column `ts` is `2018-01-15T09:00:00+09:00`: a bar of this time was already there",
    ),
    (
        BARS,
        "2018-13-15T00:01:00Z,005930,10,12,9,11,100",
        "column `ts` is `2018-13-15T00:01:00Z`: no such date or time of day",
    ),
    (
        BARS,
        "2018-02-29T00:01:00Z,005930,10,12,9,11,100",
        "column `ts` is `2018-02-29T00:01:00Z`: no such date or time of day",
    ),
    (
        BARS,
        "2018-01-16T24:00:00Z,005930,10,12,9,11,100",
        "column `ts` is `2018-01-16T24:00:00Z`: no such date or time of day",
    ),
    (
        BARS,
        "2018-01-16T23:00:00.0000000001Z,005930,10,12,9,11,100",
        "column `ts` is `2018-01-16T23:00:00.0000000001Z`: finer than a nanosecond",
    ),
    (
        BARS,
        "2999-01-16T23:00:00Z,005930,10,12,9,11,100",
        "column `ts` is `2999-01-16T23:00:00Z`: outside the years 1678 to 2261",
    ),
    (
        BARS,
        "1234,005930,10,12,9,11,100",
        "column `ts` is `1234`: not between 1973 and 2286 as an epoch in s, ms, us or ns; write RFC 3339",
    ),
    (
        BARS,
        "yesterday,005930,10,12,9,11,100",
        "column `ts` is `yesterday`: not a time we read: RFC 3339, `2024-01-02 09:00:00`, `2024-01-02`, or an epoch number",
    ),
    (
        BARS,
        "2018-01-16,005930,10,12,9,11,100",
        "column `ts` is `2018-01-16`: a date without a time of day; bars by date need stamp = \"date\"",
    ),
    (
        BARS,
        "2018-01-16 10:00:00,005930,10,12,9,11,100",
        "column `ts` is `2018-01-16 10:00:00`: a time without an offset; say where its clocks stand, as in tz = \"Asia/Seoul\"",
    ),
    (QUOTES, "2018-01-15T00:00:00Z,005930,0,11,1,2", "column `bid` is `0`: a price must be above zero"),
    (QUOTES, "2018-01-15T00:00:00Z,005930,10,,1,2", "column `ask` is empty"),
    (QUOTES, "2018-01-15T00:00:00Z,005930,10,11,1,-2", "column `ask_size` is `-2`: it must not be negative"),
    (
        QUOTES,
        "2018-01-14T23:59:59.999999999Z,005930,10,11,1,2",
        "column `ts` is `2018-01-14T23:59:59.999999999Z`: time goes backwards; sort the file by time",
    ),
    (TRADES, "2018-01-15T00:00:00Z,005930,-10,1", "column `price` is `-10`: a price must be above zero"),
    (TRADES, "2018-01-15T00:00:00Z,005930,10,-1", "column `size` is `-1`: it must not be negative"),
    (TRADES, "2018-01-15T00:00:00Z,005930,10,1e-20", "column `size` is `1e-20`: more than eight decimals"),
];

fn source(file: &Temp, start: &str) -> SourceSpec {
    if start == BARS { file.minutes() } else { file.spec() }
}

#[test]
fn a_bad_row_stops_the_feed_with_file_line_column_value_and_a_way_out() {
    for (start, bad, reason) in BAD {
        let file = Temp::new("x.csv", format!("{start}{bad}\n"));
        let error = events(source(&file, start)).expect_err(bad);
        let want = format!(
            "read x.csv line 3: {reason}; correct the row, or set on_bad_row = \"skip\" to leave out and count such rows"
        );
        assert_eq!(file.short(&error), want, "{bad}");
    }
}

#[test]
fn a_bad_row_is_skipped_counted_and_listed() {
    for (start, bad, reason) in BAD {
        let good = start.lines().last().expect("a row").replace("2018-01-15T", "2018-01-17T");
        let file = Temp::new("x.csv", format!("{start}{bad}\n{good}\n"));
        let skip = SourceSpec { on_bad_row: OnBadRow::Skip, ..source(&file, start) };
        let (slices, report) = slices([skip]).expect(bad);
        assert_eq!((slices.len(), report.events(), report.bad_rows(), report.rows()), (2, 2, 1, 3), "{bad}");
        let listed: Vec<_> = report.listed().map(|bad| (bad.file.clone(), bad.line, bad.reason.as_str())).collect();
        assert_eq!(listed, [(file.0.clone(), 3, *reason)]);
    }
}

#[test]
fn a_daily_bar_of_the_same_date_twice_is_bad_whatever_its_clock_says() {
    let file = Temp::new(
        "x.csv",
        "date,open,high,low,close,volume\n2018-01-15T00:00:00Z,1,1,1,1,1\n2018-01-15T23:00:00-05:00,1,1,1,1,1\n",
    );
    let error = events(file.daily()).expect_err("twice");
    assert!(
        file.short(&error)
            .contains("line 3: column `date` is `2018-01-15T23:00:00-05:00`: a bar of this time was already there")
    );
}

#[test]
fn equal_times_are_fine_for_quotes_and_trades_and_keep_file_order() {
    let quote = QUOTES.lines().last().expect("a row");
    let file = Temp::new("x.csv", format!("{QUOTES}{}\n{quote}\n", quote.replace(",10,", ",9,")));
    let (slices, _) = slices([file.spec()]).expect("quotes");
    assert_eq!(slices.len(), 1);
    let text: Vec<_> = slices[0].events.iter().map(|event| line(event).split_off(62)).collect();
    assert_eq!(text, [" quote 10 11 1 2", " quote 9 11 1 2", " quote 10 11 1 2"]);
}

#[test]
fn unknown_sizes_and_locked_quotes_are_not_bad_rows() {
    let file = Temp::new("x.csv", "ts,bid,bid_size,ask,ask_size\n2018-01-15T00:00:00Z,11,,11,\n");
    assert_eq!(lines(file.spec()), "2018-01-15T00:00:00Z of 2018-01-15 until 2018-01-15T06:30:00Z: quote 11 11 0 0\n");
}

#[test]
fn crossed_quotes_are_left_out_and_counted_and_one_sided_ones_are_counted() {
    let rows = ["11,5,12,5", "12,5,11,5", "11,0,12,5", "11,5,12,", "11,0,12,0", "13,0,12,0"];
    let rows: String = (0..).zip(rows).map(|(second, row)| format!("2018-01-15T00:00:0{second}Z,{row}\n")).collect();
    let file = Temp::new("x.csv", format!("ts,bid,bid_size,ask,ask_size\n{rows}"));
    let (slices, report) = slices([file.spec()]).expect("no row is bad");
    let source = &report.sources[0];
    assert_eq!((slices.len(), source.crossed_quotes, source.one_sided_quotes, source.bad_rows), (4, 2, 2, 0));
}

#[test]
fn a_file_of_crossed_quotes_alone_is_an_error() {
    let file = Temp::new("x.csv", "ts,bid,bid_size,ask,ask_size\n2018-01-15T00:00:00Z,12,1,11,1\n");
    let error = events(file.spec()).expect_err("no market");
    let told = "read x.csv: in all 1 quotes the bid is above the ask, so none is a market; check whether the columns \
                are swapped";
    assert_eq!((error.code(), file.short(&error).as_str()), ("QTS0219", told));
}

#[test]
fn bars_of_bid_and_ask_are_the_quotes_at_their_ends() {
    let text = "ts,symbol,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size\n\
                2018-01-15T00:00:00Z,005930,9,12,8,10,3,10,13,9,11,4\n\
                2018-01-15T00:01:00Z,005930,10,12,8,12,3,11,13,9,11,4\n";
    let file = Temp::new("x.csv", text);
    assert_eq!(
        lines(file.minutes()),
        "2018-01-15T00:01:00Z of 2018-01-15 until 2018-01-15T06:30:00Z: quote 10 11 3 4\n",
        "known at the end; the second is crossed"
    );
    let error = events(file.spec()).expect_err("no stamp");
    assert!(file.short(&error).starts_with("read x.csv: bars need `stamp`"), "{error}");
    let twice = Temp::new("x.csv", text.replace("00:01:00", "00:00:00"));
    assert!(
        events(twice.minutes()).expect_err("repeated").to_string().contains("a bar of this time was already there")
    );
}

#[test]
fn time_between_bars_within_the_hours_is_a_gap_and_nights_are_none() {
    let gaps = |times: &[&str]| {
        let row = |time: &&str| format!("2018-01-{time}:00+09:00,005930,9,9,9,9,1\n");
        let rows: String = times.iter().map(row).collect();
        let file = Temp::new("x.csv", format!("ts,symbol,open,high,low,close,volume\n{rows}"));
        slices([file.minutes()]).expect("bars").1.sources[0].gaps
    };
    assert_eq!(gaps(&["15T09:00", "15T09:01", "15T09:02"]), 0);
    assert_eq!(gaps(&["15T09:00", "15T09:02", "15T15:29"]), 2);
    assert_eq!(gaps(&["15T15:29", "16T09:00"]), 0, "the night");
    assert_eq!(gaps(&["15T15:28", "16T09:00"]), 1, "the last minute of the first day");
    assert_eq!(gaps(&["15T15:29", "16T09:01"]), 1, "the first minute of the second");
    assert_eq!(gaps(&["15T08:00", "15T08:50", "15T09:00"]), 0, "before the market opens");
    assert_eq!(gaps(&["15T15:29", "15T15:31", "15T18:00"]), 0, "after it has closed");
    assert_eq!(gaps(&["15T08:50", "15T09:01"]), 1);
}

#[test]
fn only_the_first_hundred_bad_rows_are_listed_but_all_are_counted() {
    let bad = "2018-01-15T00:00:00Z,005930,0,1\n".repeat(1_000);
    let file = Temp::new("x.csv", format!("{TRADES}{bad}"));
    let (_, report) = slices([SourceSpec { on_bad_row: OnBadRow::Skip, ..file.spec() }]).expect("one good row");
    assert_eq!((report.bad_rows(), report.listed().count(), report.events()), (1_000, 100, 1));
}

#[test]
fn a_file_of_bad_rows_alone_is_an_error_even_if_they_are_skipped() {
    let file = Temp::new("x.csv", "ts,price,size\n2018-01-15T00:00:00Z,0,1\n2018-01-15T00:00:00Z,-1,1\n");
    let error = events(SourceSpec { on_bad_row: OnBadRow::Skip, ..file.spec() }).expect_err("nothing good");
    assert_eq!(
        file.short(&error),
        "read x.csv: all 2 rows are bad, the first at 2: column `price` is `0`: a price must be above zero; \
         correct the file or its [[data]] entry"
    );
}

#[test]
fn rows_of_other_symbols_are_counted_and_not_judged() {
    let rows = "2018-01-15T00:00:00Z,000660,junk,\n2017-01-15T00:00:00Z,AAPL,1,1\n2018-01-15T00:00:01Z,005930,2,1\n";
    let file = Temp::new("x.csv", format!("{TRADES}{rows}"));
    let (_, report) = slices([file.spec()]).expect("two of ours");
    assert_eq!((report.events(), report.sources[0].other_symbols, report.rows()), (2, 2, 4));
}

#[test]
fn a_file_without_a_row_of_the_symbol_names_those_it_has() {
    let file =
        Temp::new("x.csv", "ts,ticker,price,size\n2018-01-15T00:00:00Z,5930,1,1\n2018-01-15T00:00:00Z,660,1,1\n");
    let error = events(file.spec()).expect_err("none");
    assert_eq!(
        file.short(&error),
        "read x.csv: no row is of the symbol `005930`, the symbols are 5930, 660; correct the instrument's id \
         (SYMBOL.VENUE) or `path`"
    );
}
