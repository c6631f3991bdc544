//! The bundled market data, where it is at hand: `QTS_DATA`, or `shared/data` beside the workspace.

use super::*;

fn data() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("QTS_DATA").map_or_else(beside, PathBuf::from);
    folder.join("krx/1d").is_dir().then_some(folder)
}

fn of(folder: &Path, file: &str, symbol: &str) -> SourceSpec {
    let clock = SessionClock::new(None, "UTC").expect("a calendar");
    SourceSpec { symbol: symbol.to_owned(), clock, ..spec(&folder.join(file)) }
}

#[test]
fn parquet_copies_give_the_events_of_their_csv() {
    let Some(folder) = data() else { return };
    let bars = |spec| SourceSpec { stamp: Some(Stamp::Open), interval: Some(MINUTE), ..spec };
    for (name, symbol, rows) in [
        ("crypto/1m/BTCUSD.bitfinex-2016-04", "BTCUSD", 31_460),
        ("crypto/ticks/BTCUSDT.2024-08-08.quotes", "BTCUSDT", 73_174),
        ("crypto/ticks/BTCUSDT.2024-08-08.trades", "BTCUSDT", 19_904),
        ("crypto/ticks/ETHUSDT.2024-08-08.quotes", "ETHUSDT", 58_758),
        ("crypto/ticks/ETHUSDT.2024-08-08.trades", "ETHUSDT", 14_515),
        ("fx/ticks/EURUSD.2014-05-01.quotes", "EURUSD", 73_520),
        ("fx/1m/EURUSD.quotebars", "EURUSD", 15_366),
    ] {
        let [csv, parquet] = ["csv", "parquet"].map(|ending| {
            let spec = of(&folder, &format!("{name}.{ending}"), symbol);
            events(if name.contains("1m") { bars(spec) } else { spec }).unwrap_or_else(|e| panic!("failed to {e}"))
        });
        assert_eq!(csv.len(), rows, "{name}");
        assert!(csv == parquet, "{name}");
    }
}

#[test]
fn all_bundled_files_read_but_for_the_rows_their_readme_names() {
    let Some(folder) = data() else { return };
    let manifest = std::fs::read_to_string(folder.join("QUALITY.csv")).expect("a table");
    let mut files = 0;
    for line in manifest.lines().skip(1) {
        let cells: Vec<_> = line.split(',').collect();
        let (name, kind, rows) = (cells[0], cells[1], cells[2].parse::<u64>().expect("a number"));
        let symbol = Path::new(name).file_name().and_then(|name| name.to_str()).and_then(|name| name.split('.').next());
        let mut spec = of(&folder, name, symbol.expect("a symbol"));
        spec.on_bad_row = OnBadRow::Skip;
        spec.stamp = kind.ends_with("bar").then_some(if name.contains("/1d/") { Stamp::Date } else { Stamp::Open });
        spec.interval = (kind.ends_with("bar") && !name.contains("/1d/")).then_some(MINUTE);
        let (_, report) = slices([spec]).unwrap_or_else(|error| panic!("failed to {error}"));
        let bad = match name {
            "us/1d/VIX.csv" => 47,
            "krx/1d/000270.csv" => 1,
            _ => 0,
        };
        assert_eq!((report.rows(), report.bad_rows()), (rows, bad), "{name}: {:?}", report.listed().next());
        files += 1;
    }
    assert!(files > 50);
}
