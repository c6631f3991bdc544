//! A folder with files, the program run in it, and what came out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use jiff::civil::{Date, Weekday};
use serde_json::Value;

/// A folder of its own for one test.
pub(crate) struct Folder(PathBuf);

/// How a command ended, and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A decision as a row of `--decisions`, by column.
pub(crate) type Row = BTreeMap<String, String>;

impl Folder {
    /// An empty one; the name must be the test's own.
    pub(crate) fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("qts-it").join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    /// The same with a file in it.
    pub(crate) fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(name, content);
        self
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect("a file");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a text")
    }

    /// The program with these arguments, not yet run.
    pub(crate) fn command(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qts"));
        command.args(args.split_whitespace()).current_dir(&self.0).env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    /// Runs the program in the folder.
    pub(crate) fn qts(&self, args: &str) -> Ended {
        self.command(args).output().expect("it starts").into()
    }

    /// The summary of a run that ends well.
    pub(crate) fn summary(&self, args: &str) -> Value {
        let ended = self.qts(&format!("run {args} --format json"));
        assert_eq!(ended.code, 0, "{}", ended.err);
        ended.json()
    }

    /// The decisions of a run that ends well.
    pub(crate) fn decisions(&self, config: &str) -> Vec<Row> {
        let ended = self.qts(&format!("run {config} --decisions decisions.csv"));
        assert_eq!(ended.code, 0, "{}", ended.err);
        rows(&self.read("decisions.csv"))
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let ended =
            Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) };
        assert!(!ended.err.contains("panicked at"), "{}", ended.err);
        ended
    }
}

impl Ended {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A text in which the program calls itself `qts`, however it is called here.
pub(crate) fn by_its_name(text: &str) -> String {
    text.replace(env!("CARGO_BIN_EXE_qts"), "qts").replace("cargo qts ", "qts ")
}

/// The rows of a decisions file.
pub(crate) fn rows(csv: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.deserialize().collect::<Result<_, _>>().expect("rows")
}

/// Some columns of some rows, a line each.
pub(crate) fn told(rows: &[Row], columns: &str) -> String {
    let line = |row: &Row| columns.split(' ').map(|column| row[column].as_str()).collect::<Vec<_>>().join(" ") + "\n";
    rows.iter().map(line).collect()
}

/// A decimal text in units of 10⁻⁸.
pub(crate) fn units(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: i128 = format!("{whole}{fraction:0<8}").parse().expect("a decimal");
    assert!(fraction.len() <= 8, "{text}");
    digits
}

/// As [`units`], of a field.
pub(crate) fn amount(value: &Value) -> i128 {
    units(value.as_str().unwrap_or_else(|| panic!("no text: {value}")))
}

/// A count.
pub(crate) fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("no count: {value}"))
}

/// The account and its one instrument, a Korean share, on `bars.csv`.
pub(crate) const SHARE: &str = r#"
[account]
currency = "KRW"
cash = "100000000"
policy = "open"
[[instrument]]
id = "A.KRX"
class = "krx_stock"
[[data]]
instrument = "A.KRX"
path = "bars.csv"
stamp = "date"
[policy.open]
extends = "validity_only"
"#;

/// A strategy on [`SHARE`].
pub(crate) fn strategy(id: &str, kind: &str, params: &str) -> String {
    format!(
        "[[strategy]]\nid = \"{id}\"\nkind = \"{kind}\"\npolicy = \"open\"\ninstruments = [\"A.KRX\"]\nparams = {{ {params} }}\n"
    )
}

/// One strategy of each kind that follows a rule, with short lengths.
pub(crate) fn four() -> String {
    strategy("sma", "sma_cross", "fast = 3, slow = 8, qty = 10")
        + &strategy("ema", "ema_cross", "fast = 3, slow = 8, qty = 10")
        + &strategy("rsi", "rsi_reversion", "period = 5, low = 35, high = 65, qty = 7")
        + &strategy("breakout", "breakout", "lookback = 6, qty = 5")
}

/// Some weekdays' bars of a price that wanders about 10,000 on its grid, from 2024-01-02 on.
pub(crate) fn bars(count: usize) -> String {
    bars_of("A", Date::constant(2024, 1, 2), count)
}

/// The same for another symbol, from another day on.
pub(crate) fn bars_of(symbol: &str, first: Date, count: usize) -> String {
    let mut text = "ts,symbol,open,high,low,close,volume\n".to_owned();
    let (mut day, mut chance, mut close) = (first, 20_240_102_u64, 10_000_i64);
    for number in 0..count {
        while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            day = day.tomorrow().expect("a day");
        }
        let mut roll = |sides: u64| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i64::try_from((chance >> 33) % sides).expect("small")
        };
        let open = close + 10 * (roll(21) - 10);
        let drift = (10_000 - open) / 20 / 10 * 10;
        close = open + drift + 10 * (roll(61) - 30);
        let (high, low) = (open.max(close) + 10 * roll(10), open.min(close) - 10 * roll(10));
        text += &format!("{day},{symbol},{open},{high},{low},{close},{}\n", 1_000 + 7 * number);
        day = day.tomorrow().expect("a day");
    }
    text
}

/// [`SHARE`] with these tables and so many bars.
pub(crate) fn market(name: &str, tables: &str, count: usize) -> Folder {
    Folder::new(name).with("qts.toml", format!("{SHARE}{tables}")).with("bars.csv", bars(count))
}
