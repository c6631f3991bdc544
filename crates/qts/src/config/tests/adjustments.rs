//! `[[adjustment]]`: splits.

use expect_test::expect;

use super::{check, sound};

#[test]
fn a_ratio_is_a_number_of_new_shares_for_one_and_adjustments_come_by_day() {
    let text = "[[adjustment]]\ninstrument = \"005930.KRX\"\ndate = \"2018-05-04\"\nratio = 50\nreason = \"액면분할\"\n\
                [[adjustment]]\ninstrument = \"005930.KRX\"\ndate = 2017-01-02\nratio = \"1/10\"\n\
                [[adjustment]]\ninstrument = \"BTC.X\"\ndate = \"2018-05-04\"\nratio = \"1.5\"\n";
    let read: Vec<String> = sound(text)
        .adjustments
        .iter()
        .map(|spec| {
            format!("{} {} {} {}", spec.date, spec.instrument.0, spec.scale, spec.reason.as_deref().unwrap_or("-"))
        })
        .collect();
    assert_eq!(read, ["2017-01-02 0 1/10 -", "2018-05-04 0 50 액면분할", "2018-05-04 1 3/2 -"]);
}

#[test]
fn a_ratio_is_above_zero_and_changes_something() {
    let rows: String = ["0", "-2", "1", "7/7", "x", "1/0", "1e12"]
        .iter()
        .enumerate()
        .map(|(day, ratio)| {
            let day = day + 1;
            format!("[[adjustment]]\ninstrument = \"BTC.X\"\ndate = \"2018-05-0{day}\"\nratio = \"{ratio}\"\n")
        })
        .collect();
    check(
        &rows,
        expect![[r#"
        QTS0118 4:9 `ratio` is `0`: it is not above zero | help: write new shares for one old one: "50", or "1/10" for a reverse split
        QTS0118 8:9 `ratio` is `-2`: it is not above zero | help: write new shares for one old one: "50", or "1/10" for a reverse split
        QTS0118 12:9 `ratio` is `1`: it changes nothing | help: write new shares for one old one, or delete this
        QTS0118 16:9 `ratio` is `7/7`: it changes nothing | help: write new shares for one old one, or delete this
        QTS0118 20:9 `ratio` is `x`: it is neither a decimal nor a fraction such as "1/10" | help: write new shares for one old one: "50", "1/10", "3/2" or "1.5"
        QTS0118 24:9 `ratio` is `1/0`: it is not above zero | help: write new shares for one old one: "50", or "1/10" for a reverse split
        QTS0118 28:9 `ratio` is `1e12`: out of range (at most 9·10^10; money 9·10^19) | help: write a fraction of two whole numbers up to 10^9, such as "3/2"
    "#]],
    );
}

#[test]
fn an_adjustment_names_its_instrument_and_its_day_once() {
    check(
        "[[adjustment]]\n\
         [[adjustment]]\ninstrument = \"005930\"\ndate = \"04.05.2018\"\nratio = true\nfactor = 5\n\
         [[adjustment]]\ninstrument = \"BTC.X\"\ndate = \"2018-02-30\"\nratio = \"2\"\n\
         [[adjustment]]\ninstrument = \"BTC.X\"\ndate = \"2018-02-03\"\nratio = \"2\"\n\
         [[adjustment]]\ninstrument = \"BTC.X\"\ndate = 2018-02-03\nratio = \"3\"\n\
         [[adjustment]]\ninstrument = \"BTC.X\"\ndate = 2018-02-03T09:00:00\nratio = \"3\"\n",
        expect![[r#"
            QTS0104 1:1 [[adjustment]] has no `date` | help: add `date = "2018-05-04"`
            QTS0104 1:1 [[adjustment]] has no `instrument` | help: add `instrument = "005930.KRX"`
            QTS0104 1:1 [[adjustment]] has no `ratio` | help: add `ratio = "50"`
            QTS0124 3:14 no instrument has the id `005930` | help: did you mean `005930.KRX`?
            QTS0117 4:8 `date` must be a date, not `04.05.2018` | help: write the day of the first session on the new scale as "2018-05-04"
            QTS0105 5:9 `ratio` must be a number, not true or false | help: write a decimal in quotes, such as "50000" or "0.05"
            QTS0103 6:1 unknown key `factor` in [[adjustment]] | help: known keys: instrument, date, ratio, reason
            QTS0117 9:8 `date` must be a date, not `2018-02-30` | help: write the day of the first session on the new scale as "2018-05-04"
            QTS0131 17:8 two adjustments of one instrument on 2018-02-03 | help: delete one of the two, or multiply their ratios | also 13:8
            QTS0117 21:8 `date` must be a date, not `2018-02-03T09:00:00` | help: write the day of the first session on the new scale as "2018-05-04"
        "#]],
    );
}
