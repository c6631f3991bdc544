//! `bench`: runs the suite of crates/qts-bench and writes its table into docs/benchmarks.md.
//!
//! It reads what criterion leaves behind: `<group>/…/new/estimates.json` with the times and `benchmark.json` with the
//! names. It judges no number: there is no time that must be met.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::tree;

const DOCUMENT: &str = "docs/benchmarks.md";
/// The table stands between these lines; what is around them is written by hand.
const MARKS: [&str; 2] = ["<!-- cargo xtask bench writes from here -->", "<!-- to here -->"];
const FULL: [&str; 0] = [];
const QUICK: [&str; 4] = ["--warm-up-time", "0.2", "--measurement-time", "0.7"];

/// What a group of benchmarks measures.
struct Group {
    id: &'static str,
    title: &'static str,
    /// What one run is.
    run: &'static str,
    /// What a run consists of.
    element: &'static str,
    /// What the ratio is of.
    compares: Compares,
}

#[derive(Clone, Copy)]
enum Compares {
    Runs,
    Elements,
}

#[rustfmt::skip]
const GROUPS: [Group; 6] = [
    group("gate", "The gate", "judgement", "intent", Compares::Elements),
    group("cycle", "A whole cycle, broker included", "cycle", "strategy call", Compares::Elements),
    group("quota", "Sharing the fills of an order of 1,000,000 shares", "order", "fill", Compares::Runs),
    group("indicators", "Indicators", "series of 4,096 prices", "update", Compares::Elements),
    group("loading", "Loading 200,000 minute bars", "file", "row", Compares::Elements),
    group("replay", "The bundled example", "replay", "event", Compares::Elements),
];

const fn group(
    id: &'static str,
    title: &'static str,
    run: &'static str,
    element: &'static str,
    compares: Compares,
) -> Group {
    Group { id, title, run, element, compares }
}

#[derive(Default)]
struct Options {
    quick: bool,
    date: Option<String>,
}

/// One benchmark's times in nanoseconds.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    group: String,
    name: String,
    /// The median, and the median distance from it.
    run: f64,
    spread: f64,
    /// How many elements a run has.
    elements: f64,
}

/// Runs the suite, then writes the table.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let options = Options::parse(args)?;
    let root = tree::root();
    let started = SystemTime::now();
    let home = target(&root).join("criterion");
    let mut command = tree::cargo(&root, &["bench", "--package", "qts-bench", "--"]);
    command.env("CRITERION_HOME", &home).args(if options.quick { &QUICK[..] } else { &FULL[..] });
    ensure!(command.status()?.success(), "cargo bench failed");
    let rows = rows(&home, started)?;
    let text = tables(&conditions(&root, &options)?, &rows)?;
    let document = replaced(&tree::read(&root, DOCUMENT)?, &text)?;
    fs::write(root.join(DOCUMENT), document).with_context(|| format!("failed to write {DOCUMENT}"))?;
    println!("{} rows in {DOCUMENT}", rows.len());
    Ok(())
}

impl Options {
    fn parse(args: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            match arg.as_str() {
                "--quick" => options.quick = true,
                "--date" => options.date = Some(rest.next().context("--date needs a text")?.clone()),
                _ => bail!("bench knows only --quick and --date TEXT"),
            }
        }
        Ok(options)
    }
}

fn target(root: &Path) -> PathBuf {
    root.join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// Under what the numbers came about.
fn conditions(root: &Path, options: &Options) -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let rustc = Command::new("rustc").current_dir(root).arg("--version").output().context("failed to start rustc")?;
    let rustc = String::from_utf8(rustc.stdout)?;
    let version = rustc.split_whitespace().nth(1).context("failed to read rustc's version")?;
    let how = if options.quick { "`--quick` (0.7 s of measuring a row)" } else { "3 s of measuring a row" };
    let date = options.date.as_ref().map_or_else(String::new, |date| format!("{date}: "));
    let (arch, system) = (std::env::consts::ARCH, std::env::consts::OS);
    Ok(format!("{date}{arch} {system}, {cores} cores, rustc {version}, release profile with overflow checks, {how}."))
}

/// What was measured since `started`, in the order in which it was.
fn rows(home: &Path, started: SystemTime) -> Result<Vec<Row>> {
    let mut found = Vec::new();
    let mut open = vec![home.to_path_buf()];
    while let Some(folder) = open.pop() {
        let estimates = folder.join("new/estimates.json");
        if let Ok(known) = fs::metadata(&estimates) {
            let written = known.modified()?;
            if written >= started {
                let read = |name: &str| -> Result<Value> {
                    Ok(serde_json::from_str(&fs::read_to_string(folder.join("new").join(name))?)?)
                };
                let row = row(&read("benchmark.json")?, &read("estimates.json")?);
                found.push((written, row.with_context(|| format!("failed to read {}", estimates.display()))?));
            }
        }
        for entry in fs::read_dir(&folder).with_context(|| format!("failed to list {}", folder.display()))? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            }
        }
    }
    found.sort_by_key(|(written, _)| *written);
    Ok(found.into_iter().map(|(_, row)| row).collect())
}

/// One iteration makes one run, or as many as its parameter says: `300 runs`.
fn row(benchmark: &Value, estimates: &Value) -> Option<Row> {
    let text = |key: &str| benchmark[key].as_str();
    let estimate = |key: &str| estimates[key]["point_estimate"].as_f64();
    let runs = match text("value_str") {
        None => 1.0,
        Some(value) => value.strip_suffix(" runs")?.parse().ok()?,
    };
    Some(Row {
        group: text("group_id")?.to_owned(),
        name: text("function_id")?.to_owned(),
        run: estimate("median")? / runs,
        spread: estimate("median_abs_dev")? / runs,
        elements: benchmark["throughput"]["Elements"].as_f64()? / runs,
    })
}

fn tables(conditions: &str, rows: &[Row]) -> Result<String> {
    if let Some(row) = rows.iter().find(|row| GROUPS.iter().all(|group| group.id != row.group)) {
        bail!("the group `{}` is not in xtask/src/bench.rs", row.group);
    }
    let mut text = format!("{conditions}\n");
    for group in &GROUPS {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.group == group.id).collect();
        let first = rows.first().with_context(|| format!("nothing was measured of `{}`", group.id))?;
        let Group { id, title, run, element, compares } = group;
        let of = if matches!(compares, Compares::Runs) { run } else { element };
        write!(text, "\n## {title}\n\n| {id} | per {run} | ± | per {element} | {element}s | ratio per {of} |\n")?;
        text.push_str("|---|---:|---:|---:|---:|---:|\n");
        for row in &rows {
            writeln!(text, "{}", row.line(first, *compares))?;
        }
    }
    Ok(text)
}

impl Row {
    fn element(&self) -> f64 {
        self.run / self.elements
    }

    fn line(&self, first: &Self, compares: Compares) -> String {
        let ratio = match compares {
            Compares::Runs => self.run / first.run,
            Compares::Elements => self.element() / first.element(),
        };
        let (run, element, ratio) = (time(self.run), time(self.element()), digits(ratio));
        let (name, spread) = (&self.name, 100.0 * self.spread / self.run);
        format!("| {name} | {run} | {spread:.0} % | {element} | {} | {ratio} |", rate(1e9 / self.element()))
    }
}

fn time(nanos: f64) -> String {
    scaled(nanos, &[(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (0.0, "ns")])
}

fn rate(a_second: f64) -> String {
    scaled(a_second, &[(1e6, "M/s"), (1e3, "k/s"), (0.0, "/s")])
}

/// In the largest unit that the number fills.
fn scaled(number: f64, units: &[(f64, &str)]) -> String {
    let (size, unit) = units.iter().find(|(size, _)| number >= *size).copied().unwrap_or((1.0, ""));
    format!("{} {unit}", digits(number / size.max(1.0)))
}

/// Three digits, or all of those before the point.
fn digits(number: f64) -> String {
    let places = match number {
        n if n >= 100.0 => 0,
        n if n >= 10.0 => 1,
        _ => 2,
    };
    format!("{number:.places$}")
}

/// The document with what stands between the marks replaced.
fn replaced(document: &str, text: &str) -> Result<String> {
    let [from, to] = MARKS;
    let (before, rest) = document.split_once(from).with_context(|| format!("{DOCUMENT} has no line `{from}`"))?;
    let (_, after) = rest.split_once(to).with_context(|| format!("{DOCUMENT} has no line `{to}`"))?;
    Ok(format!("{before}{from}\n\n{text}\n{to}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_iteration_of_several_runs_is_shared_out() {
        let benchmark = json!({
            "group_id": "cycle", "function_id": "10 strategies", "value_str": "300 runs",
            "throughput": { "Elements": 3_000 },
        });
        let estimates = json!({
            "median": { "point_estimate": 1_500_000.0 }, "median_abs_dev": { "point_estimate": 15_000.0 },
        });
        let row = row(&benchmark, &estimates).expect("complete");
        assert_eq!((row.run, row.elements, row.element()), (5_000.0, 10.0, 500.0));
        assert_eq!(row.line(&row, Compares::Elements), "| 10 strategies | 5.00 µs | 1 % | 500 ns | 2.00 M/s | 1.00 |");
    }

    #[test]
    fn numbers_have_three_digits_and_a_unit() {
        assert_eq!(
            [0.5, 12.34, 999.0, 1_500.0, 2.5e9].map(time),
            ["0.50 ns", "12.3 ns", "999 ns", "1.50 µs", "2.50 s"]
        );
        assert_eq!([3.0, 4_250.0, 7.7e6].map(rate), ["3.00 /s", "4.25 k/s", "7.70 M/s"]);
    }

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let [from, to] = MARKS;
        let document = format!("a\n{from}\nold\n{to}\nb\n");
        assert_eq!(replaced(&document, "new").expect("marks"), format!("a\n{from}\n\nnew\n{to}\nb\n"));
        assert!(replaced("a", "new").is_err());
    }
}
