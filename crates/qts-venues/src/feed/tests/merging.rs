//! Several sources side by side.

use super::*;

fn trades(rows: &[(&str, &str)]) -> Temp {
    let rows: String = rows.iter().map(|(time, price)| format!("2018-01-15T{time}Z,{price},1\n")).collect();
    Temp::new("x.csv", format!("ts,price,size\n{rows}"))
}

fn prices(slices: &[Slice]) -> String {
    let event = |event: &MarketEvent| format!("{}@{}", event.price(), event.instrument.0);
    let slice = |slice: &Slice| {
        assert!(slice.events.iter().all(|event| event.ts == slice.ts));
        slice.events.iter().map(event).collect::<Vec<_>>().join(" ")
    };
    slices.iter().map(slice).collect::<Vec<_>>().join(" | ")
}

#[test]
fn a_slice_holds_all_of_one_time_by_instrument_and_then_in_file_order() {
    let a = trades(&[("00:00:00", "1"), ("00:00:01", "3"), ("00:00:01", "2")]);
    let b = trades(&[("00:00:00.5", "4"), ("00:00:01", "5"), ("00:00:02", "6")]);
    let c = trades(&[("00:00:01", "7")]);
    let of = |file: &Temp, number| SourceSpec { instrument: Inst(number), ..file.spec() };
    let (seen, report) = slices([of(&b, 1), of(&a, 0), of(&c, 0)]).expect("trades");
    assert_eq!(prices(&seen), "1@0 | 4@1 | 3@0 2@0 7@0 5@1 | 6@1");
    assert_eq!(report.sources.iter().map(|source| source.events).collect::<Vec<_>>(), [3, 3, 1]);
    assert_eq!((report.events(), report.rows(), report.bad_rows()), (7, 7, 0));
}

#[test]
fn a_daily_bar_beside_its_minutes_is_not_seen_before_the_session_closes() {
    let daily =
        Temp::new("d.csv", "ts,open,high,low,close,volume\n2018-01-15T00:00:00Z,1,9,1,9,90\n2018-01-16,9,9,9,9,9\n");
    let minutes = Temp::new(
        "m.csv",
        "ts,open,high,low,close,volume\n2018-01-15T09:00:00+09:00,1,2,1,2,5\n2018-01-15T15:28:00+09:00,2,3,2,3,5\n\
         2018-01-15T15:29:00+09:00,3,9,3,4,5\n2018-01-16T09:00:00+09:00,5,5,5,5,5\n",
    );
    let (seen, _) = slices([daily.daily(), minutes.minutes()]).expect("bars");
    assert_eq!(prices(&seen), "2@0 | 3@0 | 9@0 4@0 | 5@0 | 9@0");
    assert_eq!(at(seen[2].ts), "2018-01-15T06:30:00Z");
    assert_eq!(
        seen.iter().map(|slice| date(slice.events[0].day)).collect::<Vec<_>>()[3..],
        ["2018-01-16", "2018-01-16"]
    );
}

#[test]
fn two_instruments_can_share_a_file() {
    let file = Temp::new(
        "x.csv",
        "ts,symbol,price,size\n2018-01-15T00:00:01Z,A,1,1\n2018-01-15T00:00:00Z,B,2,1\n2018-01-15T00:00:01Z,B,3,1\n",
    );
    let of = |symbol: &str, number| SourceSpec { symbol: symbol.to_owned(), instrument: Inst(number), ..file.spec() };
    let (seen, report) = slices([of("A", 0), of("B", 1)]).expect("trades");
    assert_eq!(prices(&seen), "2@1 | 1@0 3@1");
    assert_eq!(report.sources.iter().map(|source| source.other_symbols).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn slices_before_a_bad_row_come_whole_and_none_after_it() {
    let bad = trades(&[("00:00:00", "1"), ("00:00:02", "0"), ("00:00:03", "4")]);
    let good = trades(&[("00:00:00", "2"), ("00:00:01", "3"), ("00:00:04", "5")]);
    let of = |file: &Temp, number| SourceSpec { instrument: Inst(number), ..file.spec() };
    let mut merge = Merge::open([of(&bad, 0), of(&good, 1)]).expect("both open");
    let first = merge.next_slice().expect("whole").expect("a slice");
    assert_eq!(prices(&[first]), "1@0 2@1");
    assert!(matches!(merge.next_slice(), Err(DataError::BadRow { .. })));
    assert!(matches!(merge.next_slice(), Ok(None)));
}

#[test]
fn a_slice_that_is_used_again_starts_empty() {
    let file = trades(&[("00:00:00", "1"), ("00:00:01", "2")]);
    let (mut merge, mut slice) = (Merge::open([file.spec()]).expect("opens"), Slice::default());
    let mut seen = Vec::new();
    while merge.next_into(&mut slice).expect("trades") {
        seen.push(slice.clone());
    }
    assert_eq!(prices(&seen), "1@0 | 2@0");
    assert!(slice.events.is_empty());
}

#[test]
fn no_sources_give_no_slices() {
    assert!(Merge::open([]).expect("opens").next_slice().expect("reads").is_none());
}

#[test]
fn many_sources_keep_time_and_instrument_order() {
    let files: Vec<_> = (0..40u32)
        .map(|number| {
            let step = number % 7 + 1;
            let times: Vec<_> =
                (0..50).map(|row| format!("00:{:02}:{:02}", row * step / 60, row * step % 60)).collect();
            trades(&times.iter().map(|time| (time.as_str(), "1")).collect::<Vec<_>>())
        })
        .collect();
    let specs = files.iter().zip(0..).map(|(file, number)| SourceSpec { instrument: Inst(39 - number), ..file.spec() });
    let (seen, report) = slices(specs).expect("trades");
    assert_eq!(report.events(), 2_000);
    assert!(seen.windows(2).all(|pair| pair[0].ts < pair[1].ts));
    assert!(seen.iter().all(|slice| slice.events.is_sorted_by_key(|event| event.instrument)));
}

#[test]
fn a_merge_may_move_to_another_thread() {
    fn moves<T: Send + 'static>(_: &T) {}
    moves(&Merge::open([]).expect("opens"));
}
