//! Formats, headers, and files that cannot be read.

use std::io::Write as _;

use super::*;

const TRADES: &str = "ts,symbol,price,size\n2018-01-15T00:00:00Z,005930,10,1\n2018-01-15T00:00:01Z,005930,10.5,2.5\n";
const SEEN: &str = "2018-01-15T00:00:00Z of 2018-01-15 until 2018-01-15T06:30:00Z: trade 10 1\n\
                    2018-01-15T00:00:01Z of 2018-01-15 until 2018-01-15T06:30:00Z: trade 10.5 2.5\n";

pub(super) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(content).expect("memory");
    writer.finish().expect("memory")
}

fn zstd(content: &[u8]) -> Vec<u8> {
    zstd::encode_all(content, 1).expect("memory")
}

#[test]
fn plain_and_compressed_files_read_alike() {
    let (head, tail) = TRADES.as_bytes().split_at(30);
    for (name, content) in [
        ("x.csv", TRADES.as_bytes().to_vec()),
        ("X.CSV", TRADES.as_bytes().to_vec()),
        ("x.csv.gz", gzip(TRADES.as_bytes())),
        ("x.csv.gz", [gzip(head), gzip(b""), gzip(tail)].concat()),
        ("x.csv.zst", zstd(TRADES.as_bytes())),
        ("x.csv.zst", [zstd(head), zstd(tail)].concat()),
    ] {
        assert_eq!(lines(Temp::new(name, content).spec()), SEEN, "{name}");
    }
}

#[test]
fn how_much_was_read_grows_to_the_size_of_the_files() {
    let row =
        |second: u32| format!("2018-01-15T{:02}:{:02}:{:02}Z,10,1\n", second / 3600, second / 60 % 60, second % 60);
    let content = "ts,price,size\n".to_owned() + &(0..20_000).map(row).collect::<String>();
    let files = [
        Temp::new("x.csv", &content),
        Temp::new("x.csv.gz", gzip(content.as_bytes())),
        Temp::new("x.csv.zst", zstd(content.as_bytes())),
    ];
    let size: u64 = files.iter().map(|file| std::fs::metadata(&file.0).expect("a file").len()).sum();
    let mut merge = Merge::open(files.iter().map(Temp::spec)).expect("sound");
    let (mut seen, mut slice) = (vec![merge.progress()], Slice::default());
    while merge.next_into(&mut slice).expect("sound") {
        seen.push(merge.progress());
    }
    assert!(seen.is_sorted() && seen.iter().all(|(read, total)| *read <= size && *total == size));
    assert!(seen[0].0 < size / 2 && seen[10_000].0 > size / 4, "{:?} {:?}", seen[0], seen[10_000]);
    assert_eq!(seen.last(), Some(&(size, size)));
}

#[test]
fn windows_line_ends_byte_order_marks_quotes_and_a_missing_last_line_end_are_fine() {
    for content in [
        TRADES.replace('\n', "\r\n"),
        format!("\u{feff}{TRADES}"),
        format!("\u{feff}{}", TRADES.replace('\n', "\r\n")),
        TRADES.trim_end().to_owned(),
        TRADES.replace('\n', "\n\n"),
        TRADES.replace("005930", "\"005930\"").replace("ts,", "\"ts\","),
        TRADES.replace(',', " , "),
    ] {
        assert_eq!(lines(Temp::new("x.csv", &content).spec()), SEEN, "{content:?}");
    }
}

#[test]
fn columns_go_by_name_in_any_case_and_order_and_others_are_ignored() {
    for header in [
        "time,Ticker,Price,Size",
        "DATE,SYMBOL,price,Quantity",
        "datetime,symbol,PRICE,amount",
        "Timestamp, Symbol ,Price,QTY",
    ] {
        let content = TRADES.replace("ts,symbol,price,size", header);
        assert_eq!(lines(Temp::new("x.csv", content).spec()), SEEN, "{header}");
    }
    let turned = "note,size,price,ts\n\"a, b\",1,10,2018-01-15T00:00:00Z\n\u{fffd},2.5,10.5,2018-01-15T00:00:01Z\n";
    assert_eq!(lines(Temp::new("x.csv", turned).spec()), SEEN);
    let latin: Vec<u8> = turned.replace('\u{fffd}', "?").bytes().map(|b| if b == b'?' { 0xe9 } else { b }).collect();
    assert_eq!(lines(Temp::new("x.csv", latin).spec()), SEEN, "other encodings in columns we do not read");
}

#[test]
fn lines_are_counted_as_an_editor_does() {
    let content = TRADES.replacen("10,1\n", "10,1\r\n\r\n\n", 1).replace("10.5", "x");
    let file = Temp::new("x.csv", content);
    assert!(file.short(&events(file.spec()).expect_err("bad")).starts_with("read x.csv line 5: column `price` is `x`"));
}

#[test]
fn a_file_that_cannot_be_read_says_why_and_what_to_do() {
    let cut = |bytes: Vec<u8>, by: usize| bytes[..bytes.len() - by].to_vec();
    let mut flipped = gzip(TRADES.as_bytes());
    flipped[15] ^= 0x55;
    let endless = format!("{TRADES}{}", "x,1".repeat(1_000_000));
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("x.csv", vec![], "read x.csv: the file is empty; its first line must name the columns"),
        ("x.csv", b"\n\r\n".to_vec(), "read x.csv: the file is empty"),
        ("x.csv.gz", gzip(b""), "read x.csv.gz: the file is empty"),
        ("x.csv.gz", vec![], "read x.csv.gz line 1: the file is cut short"),
        ("x.parquet", vec![], "read x.parquet: the file is empty"),
        ("x.csv", b"ts,price,size\n".to_vec(), "read x.csv: the file has a header but no rows"),
        ("x.csv.gz", cut(gzip(TRADES.as_bytes()), 20), "the file is cut short; fetch or write it again"),
        ("x.csv.gz", cut(gzip(TRADES.as_bytes()), 4), "the file is cut short; fetch or write it again"),
        ("x.csv.gz", flipped, "the file is damaged, or its name does not tell its format"),
        ("x.csv.gz", TRADES.into(), "read x.csv.gz line 1: invalid gzip header; the file is damaged"),
        ("x.csv.zst", cut(zstd(TRADES.as_bytes()), 5), "read x.csv.zst line 1: the file is cut short"),
        ("x.csv.zst", TRADES.into(), "the file is damaged, or its name does not tell its format"),
        ("x.csv", gzip(TRADES.as_bytes()), "the header is not UTF-8; convert the file"),
        ("x.csv", b"ts,price,size,\xb0\xa1\n".to_vec(), "read x.csv line 1: the header is not UTF-8"),
        ("x.parquet", TRADES.into(), "the file is damaged, or its name does not tell its format"),
        ("x.parquet", b"PAR1".to_vec(), "read x.parquet row 1: "),
        (
            "x.txt",
            TRADES.into(),
            "read x.txt: its name tells no format that we read; use .csv, .csv.gz, .csv.zst or .parquet",
        ),
        ("x.csv", endless.into(), "read x.csv line 4: a row longer than 1048576 bytes; look for lost line ends"),
        ("x.csv", vec![0; 3 << 20], "read x.csv line 1: a row longer than 1048576 bytes"),
        ("x.csv", b"2018-01-15;1;2\n".to_vec(), "columns of bars (open,high,low,close,volume), quotes"),
        (
            "x.csv",
            b"ts,open,high,low,close\n".to_vec(),
            "read x.csv: bars need a column `volume`; the header is `ts,open,high,low,close`",
        ),
        ("x.csv", b"ts,bid,ask,bid_size\n".to_vec(), "read x.csv: quotes need a column `ask_size`"),
        ("x.csv", b"ts,price\n".to_vec(), "read x.csv: trades need a column `size`"),
        ("x.csv", b"price,size\n".to_vec(), "read x.csv: trades need a column `ts`"),
        ("x.csv", b"date,time,price,size\n".to_vec(), "the columns date,time could each be the `ts` of trades"),
        ("x.csv", b"ts,price,size,size\n".to_vec(), "the columns size,size could each be the `size` of trades"),
        (
            "x.csv",
            b"ts,price,size,bid,ask,bid_size,ask_size\n".to_vec(),
            "the columns are those of quotes and of trades",
        ),
    ];
    for (name, content, part) in cases {
        let file = Temp::new(name, &content);
        let error = events(file.spec()).map(|events| events.len()).expect_err(part);
        assert!(file.short(&error).contains(part), "{part:?} is not in: {error}");
    }
}

#[test]
fn the_canonical_name_beats_its_aliases() {
    let content = TRADES.replace("ts,symbol,price,size", "ts,date,price,size").replace("005930", "never read");
    assert_eq!(lines(Temp::new("x.csv", content).spec()), SEEN);
}

#[test]
fn a_missing_file_and_a_folder_are_errors() {
    let file = Temp::new("x.csv", "");
    let gone = SourceSpec { path: file.0.with_file_name("gone.csv"), ..file.spec() };
    let text = file.short(&events(gone).expect_err("gone"));
    assert!(text.starts_with("open gone.csv: No such file") && text.contains("check `path`"), "{text}");
    let folder = file.0.with_file_name("folder.csv");
    std::fs::create_dir(&folder).expect("a folder");
    assert!(events(SourceSpec { path: folder, ..file.spec() }).is_err());
}
