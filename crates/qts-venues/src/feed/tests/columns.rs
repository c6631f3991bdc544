//! Parquet files, in the ways in which programs write them.

use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{
    ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray, FixedLenByteArrayType, FloatType, Int32Type,
    Int64Type, Int96, Int96Type,
};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

use super::*;

/// The cells of a column; `None` is empty.
#[derive(Clone)]
pub(super) enum Cells {
    I32(Vec<Option<i32>>),
    I64(Vec<Option<i64>>),
    I96(Vec<Option<[u32; 3]>>),
    F32(Vec<Option<f32>>),
    F64(Vec<Option<f64>>),
    Text(Vec<Option<&'static str>>),
    Fixed(Vec<Option<Vec<u8>>>),
}

/// A file of that schema and those row groups.
pub(super) fn parquet(schema: &str, groups: &[Vec<Cells>]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(&format!("message file {{ {schema} }}")).expect("a schema"));
    let compression = Compression::ZSTD(ZstdLevel::default());
    let properties =
        WriterProperties::builder().set_compression(compression).set_data_page_row_count_limit(700).build();
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).expect("a writer");
    for group in groups {
        let mut writer = file.next_row_group().expect("a group");
        for cells in group {
            let mut column = writer.next_column().expect("no error").expect("a column");
            cells.write(&mut column);
            column.close().expect("closes");
        }
        writer.close().expect("closes");
    }
    file.into_inner().expect("closes")
}

impl Cells {
    fn write(&self, column: &mut SerializedColumnWriter<'_>) {
        match self {
            Self::I32(cells) => put::<Int32Type>(column, cells),
            Self::I64(cells) => put::<Int64Type>(column, cells),
            Self::F32(cells) => put::<FloatType>(column, cells),
            Self::F64(cells) => put::<DoubleType>(column, cells),
            Self::I96(cells) => put::<Int96Type>(column, &each(cells, |v| Int96::from(v.to_vec()))),
            Self::Text(cells) => put::<ByteArrayType>(column, &each(cells, |v| ByteArray::from(*v))),
            Self::Fixed(cells) => {
                put::<FixedLenByteArrayType>(column, &each(cells, |v| FixedLenByteArray::from(v.clone())))
            }
        }
    }
}

fn each<A, B>(cells: &[Option<A>], to: impl Fn(&A) -> B) -> Vec<Option<B>> {
    cells.iter().map(|cell| cell.as_ref().map(&to)).collect()
}

fn put<T: DataType>(column: &mut SerializedColumnWriter<'_>, cells: &[Option<T::T>]) {
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let values: Vec<T::T> = cells.iter().flatten().cloned().collect();
    column.typed::<T>().write_batch(&values, Some(&levels), None).expect("writes");
}

fn some<T: Clone>(values: &[T]) -> Vec<Option<T>> {
    values.iter().cloned().map(Some).collect()
}

const SECOND: i64 = 1_515_974_400;
const PRICES: [f64; 2] = [10.0, 10.5];

/// Two trades, with the time and the price column given.
fn trades(time: (&str, Cells), price: (&str, Cells)) -> Temp {
    let schema = format!("{} optional binary symbol (STRING); {} optional double size;", time.0, price.0);
    let columns = vec![time.1, Cells::Text(some(&["005930"; 2])), price.1, Cells::F64(some(&[1.0, 2.5]))];
    Temp::new("x.parquet", parquet(&schema, &[columns]))
}

const SEEN: &str = "2018-01-15T00:00:00Z of 2018-01-15 until 2018-01-15T06:30:00Z: trade 10 1\n\
                    2018-01-15T00:00:01Z of 2018-01-15 until 2018-01-15T06:30:00Z: trade 10.5 2.5\n";

fn nanos() -> (&'static str, Cells) {
    let times = [SECOND * 1_000_000_000, (SECOND + 1) * 1_000_000_000];
    ("required int64 ts (TIMESTAMP(NANOS,true));", Cells::I64(some(&times)))
}

#[test]
fn all_forms_of_a_time_read_alike() {
    let scaled = |unit: i64| Cells::I64(some(&[SECOND * unit, (SECOND + 1) * unit]));
    let seoul = |unit: i64| Cells::I64(some(&[(SECOND + 9 * 3_600) * unit, (SECOND + 9 * 3_600 + 1) * unit]));
    let julian =
        |second: u64| [(second * 1_000_000_000) as u32, ((second * 1_000_000_000) >> 32) as u32, 2_440_588 + 17_546];
    let forms = [
        nanos(),
        ("optional int64 ts (TIMESTAMP(MICROS,true));", scaled(1_000_000)),
        ("optional int64 Timestamp (TIMESTAMP(MILLIS,true));", scaled(1_000)),
        ("optional int64 ts (TIMESTAMP_MILLIS);", scaled(1_000)),
        ("optional int64 ts (TIMESTAMP_MICROS);", scaled(1_000_000)),
        ("optional int64 ts (TIMESTAMP(NANOS,false));", seoul(1_000_000_000)),
        ("optional int64 ts (TIMESTAMP(MILLIS,false));", seoul(1_000)),
        ("optional int96 ts;", Cells::I96(some(&[julian(9 * 3_600), julian(9 * 3_600 + 1)]))),
        ("optional int64 ts;", scaled(1)),
        ("optional int64 date;", scaled(1_000)),
        ("optional double ts;", Cells::F64(some(&[SECOND as f64, (SECOND + 1) as f64]))),
        ("optional binary ts (STRING);", Cells::Text(some(&["2018-01-15 09:00:00", "2018-01-15T00:00:01Z"]))),
    ];
    for (schema, cells) in forms {
        let file = trades((schema, cells), ("required double price;", Cells::F64(some(&PRICES))));
        let spec = SourceSpec { tz: Some("Asia/Seoul".to_owned()), ..file.spec() };
        assert_eq!(lines(spec), SEEN, "{schema}");
    }
}

#[test]
fn all_forms_of_a_number_read_alike() {
    let fixed = |value: i128| value.to_be_bytes()[7..].to_vec();
    let forms = [
        ("required double price;", Cells::F64(some(&PRICES))),
        ("optional float price;", Cells::F32(some(&[10.0, 10.5]))),
        ("optional binary Price (STRING);", Cells::Text(some(&["10", "10.50"]))),
        ("optional int32 price (DECIMAL(9,2));", Cells::I32(some(&[1_000, 1_050]))),
        ("optional int64 price (DECIMAL(18,8));", Cells::I64(some(&[1_000_000_000, 1_050_000_000]))),
        ("optional fixed_len_byte_array(9) price (DECIMAL(20,1));", Cells::Fixed(some(&[fixed(100), fixed(105)]))),
    ];
    for (schema, cells) in forms {
        assert_eq!(lines(trades(nanos(), (schema, cells)).spec()), SEEN, "{schema}");
    }
    for (schema, cells) in
        [("required int32 price;", Cells::I32(some(&[10, 11]))), ("optional int64 price;", Cells::I64(some(&[10, 11])))]
    {
        assert_eq!(lines(trades(nanos(), (schema, cells)).spec()), SEEN.replace("10.5", "11"), "{schema}");
    }
}

#[test]
fn floats_are_worth_their_shortest_decimal_text() {
    let prices = Cells::F64(some(&[170.385_000_000_000_02, 61_837.63]));
    let text = lines(trades(nanos(), ("required double price;", prices)).spec());
    assert!(text.contains("trade 170.385 1") && text.contains("trade 61837.63 2.5"), "{text}");
    let text = lines(trades(nanos(), ("required float price;", Cells::F32(some(&[0.1, 61_837.63])))).spec());
    assert!(text.contains("trade 0.1 1") && text.contains("trade 61837.63 2.5"), "{text}");
}

#[test]
fn bad_cells_are_named_by_row_column_and_value() {
    let cases: [(&str, Cells, &str); 5] = [
        ("optional double price;", Cells::F64(vec![Some(1.0), None]), "column `price` is empty"),
        ("required double Price;", Cells::F64(some(&[1.0, f64::NAN])), "column `Price` is `NaN`: not a decimal number"),
        (
            "required double price;",
            Cells::F64(some(&[1.0, 1.0 / 3.0])),
            "`0.3333333333333333`: more than eight decimals",
        ),
        ("required double price;", Cells::F64(some(&[1.0, 1e300])), "out of range"),
        ("required int32 price;", Cells::I32(some(&[1, -1])), "column `price` is `-1`: a price must be above zero"),
    ];
    for (schema, cells, part) in cases {
        let file = trades(nanos(), (schema, cells));
        let error = events(file.spec()).expect_err(part);
        let text = file.short(&error);
        assert!(text.starts_with("read x.parquet row 2: ") && text.contains(part), "{text}");
        let (_, report) = slices([SourceSpec { on_bad_row: OnBadRow::Skip, ..file.spec() }]).expect("one is good");
        assert_eq!((report.events(), report.bad_rows(), report.listed().next().map(|bad| bad.line)), (1, 1, Some(2)));
    }
    let times = ("optional int64 ts (TIMESTAMP(MILLIS,true));", Cells::I64(some(&[SECOND * 1_000, SECOND])));
    let file = trades(times, ("required double price;", Cells::F64(some(&PRICES))));
    let text = file.short(&events(file.spec()).expect_err("backwards"));
    assert!(text.contains("row 2: column `ts` is `1970-01-18T13:06:14.4Z`: time goes backwards"), "{text}");
}

#[test]
fn times_on_clocks_without_an_offset_need_a_time_zone() {
    let times = ("optional int64 ts (TIMESTAMP(MICROS,false));", Cells::I64(some(&[0, 1_500_000])));
    let file = trades(times, ("required double price;", Cells::F64(some(&PRICES))));
    let text = file.short(&events(file.spec()).expect_err("no zone"));
    assert!(text.contains("row 1: column `ts` is `1970-01-01T00:00:00`: a time without an offset"), "{text}");
}

#[test]
fn a_column_of_dates_makes_bars_by_date() {
    let schema = "optional int32 Date (DATE); optional double Open; optional double High; optional double Low; \
                  optional double Close; optional int64 Volume;";
    let price = || Cells::F64(some(&[1.5, 2.5]));
    let columns =
        vec![Cells::I32(some(&[17_546, 17_547])), price(), price(), price(), price(), Cells::I64(some(&[7, 0]))];
    let file = Temp::new("x.parquet", parquet(schema, &[columns]));
    assert_eq!(
        lines(file.daily()),
        "2018-01-15T06:30:00Z of 2018-01-15 until 2018-01-15T06:30:00Z: whole bar 1.5 1.5 1.5 1.5 7\n\
         2018-01-16T06:30:00Z of 2018-01-16 until 2018-01-16T06:30:00Z: whole bar 2.5 2.5 2.5 2.5 0\n"
    );
}

#[test]
fn many_row_groups_and_empty_cells_read_like_the_same_csv() {
    let schema = "optional int64 ts (TIMESTAMP(MILLIS,true)); optional double bid; optional double ask; \
                  optional double bid_size; optional float ask_size; optional binary venue (STRING);";
    let (mut groups, mut csv) = (Vec::new(), String::from("ts,bid,ask,bid_size,ask_size\n"));
    let mut row = 0i64;
    for rows in [1usize, 0, 2_048, 3_000, 5] {
        let rows: Vec<i64> = (0..rows)
            .map(|_| {
                row += 1;
                row
            })
            .collect();
        let size = |row: &i64, of: i64| (row % of != 0).then_some(row % 100);
        groups.push(vec![
            Cells::I64(rows.iter().map(|row| Some(SECOND * 1_000 + row)).collect()),
            Cells::F64(rows.iter().map(|row| Some(*row as f64 / 100.0)).collect()),
            Cells::F64(rows.iter().map(|row| Some((row + 1) as f64 / 100.0)).collect()),
            Cells::F64(rows.iter().map(|row| size(row, 3).map(|size| size as f64)).collect()),
            Cells::F32(rows.iter().map(|row| size(row, 2).map(|size| size as f32)).collect()),
            Cells::Text(rows.iter().map(|row| (row % 5 == 0).then_some("KRX")).collect()),
        ]);
        for row in &rows {
            let cell = |of| size(row, of).map_or_else(String::new, |size| size.to_string());
            let (bid, ask) = (*row as f64 / 100.0, (row + 1) as f64 / 100.0);
            csv += &format!("{},{bid},{ask},{},{}\n", SECOND * 1_000 + row, cell(3), cell(2));
        }
    }
    let (file, text) = (Temp::new("x.parquet", parquet(schema, &groups)), Temp::new("x.csv", csv));
    let (columns, text) = (events(file.spec()).expect("parquet"), events(text.spec()).expect("csv"));
    assert_eq!(columns.len(), 5_054);
    assert!(columns == text);
    let mut merge = Merge::open([file.spec()]).expect("sound");
    let size = std::fs::metadata(&file.0).expect("a file").len();
    let (mut slice, mut seen) = (Slice::default(), vec![merge.progress()]);
    while merge.next_into(&mut slice).expect("sound") {
        seen.push(merge.progress());
    }
    assert!(seen.is_sorted() && seen[0].0 < size / 2, "{seen:?}");
    assert_eq!(seen.last(), Some(&(size, size)));
}

#[test]
fn what_is_not_read_says_so() {
    let list = "repeated double price; required int64 ts; required double size;";
    let empty = vec![Cells::F64(vec![]), Cells::I64(vec![]), Cells::F64(vec![])];
    for (schema, part) in [
        (list, "read x.parquet: the column `price` holds lists; write it with plain columns"),
        (
            "required double price; required int64 ts; required double size;",
            "read x.parquet: the file has a header but no rows",
        ),
        (
            "required double price; required int64 ts; required double qty; ".replace("qty", "q").leak(),
            "need a column `size`",
        ),
    ] {
        let file =
            Temp::new("x.parquet", parquet(schema, if schema == list { &[] } else { std::slice::from_ref(&empty) }));
        let text = file.short(&events(file.spec()).expect_err(part));
        assert!(text.contains(part), "{text}");
    }
    let file = trades(nanos(), ("required int32 price;", Cells::I32(some(&[1, 2]))));
    let other = SourceSpec { symbol: "000660".to_owned(), ..file.spec() };
    assert!(
        file.short(&events(other).expect_err("none"))
            .contains("no row is of the symbol `000660`, the symbols are 005930")
    );
}
