//! Calendar years of real Korean daily bars, if they are there (see `shared_data.rs`): eleven names, eight strategies
//! under `conservative`. `scripts/recompute_books.py`, which shares no code with the program, recomputes orders, fills,
//! fees, taxes and books to the won, and `scripts/recompute.py` what `explain` tells.

use std::fs;
use std::path::Path;
use std::process::Command;

use expect_test::{Expect, expect};

use crate::funnel;
use crate::shared_data::{EIGHT, ELEVEN, data};
use crate::support::{Ended, Folder, Row, amount, rows, units};
use crate::the_example::root;

const BILLION: &str = "1000000000";

/// A year of the eleven, and what is said of each strategy: (its size, further keys).
struct Year {
    year: &'static str,
    rule: &'static str,
    sizes: [&'static str; 8],
    keys: &'static str,
    tables: &'static str,
}

impl Year {
    /// Under `conservative`, a share each.
    const fn of(year: &'static str, rule: &'static str) -> Self {
        Self { year, rule, sizes: ["1"; 8], keys: "", tables: "" }
    }

    fn config(&self) -> String {
        let ids = ELEVEN.map(|symbol| format!("\"{symbol}.KRX\"")).join(", ");
        let mut text = format!("[account]\ncurrency = \"KRW\"\ncash = \"{BILLION}\"\n");
        for symbol in ELEVEN {
            text += &format!("[[instrument]]\nid = \"{symbol}.KRX\"\nclass = \"krx_stock\"\n");
            text += &format!("[[data]]\ninstrument = \"{symbol}.KRX\"\npath = \"{symbol}.csv\"\n");
            text += "stamp = \"date\"\ninterval = \"1d\"\n";
        }
        for (rank, ((id, kind, params), size)) in EIGHT.iter().zip(self.sizes).enumerate() {
            text += &format!("[[strategy]]\nid = \"{id}\"\nkind = \"{kind}\"\nrank = {rank}\ninstruments = [{ids}]\n");
            text += &format!("params = {{ {params}, qty = \"{size}\" }}\n{}", self.keys);
        }
        text += &format!("[arbitration]\nrule = \"{}\"\n{}", self.rule, self.tables);
        text + "[broker]\ncommission = \"0.015%\"\n"
    }

    /// A folder with the config and the bars of that year, run; the summary adds up.
    fn run(&self, name: &str, data: &Path) -> Folder {
        let folder = Folder::new(name).with("qts.toml", self.config());
        cut(data, self.year, &folder, "");
        run(&folder, "qts.toml", BILLION);
        folder
    }
}

/// The bars of the eleven in that year, a file each.
pub(crate) fn cut(data: &Path, year: &str, folder: &Folder, inside: &str) {
    for symbol in ELEVEN {
        let text = fs::read_to_string(data.join("krx/1d").join(format!("{symbol}.csv"))).expect("its bars");
        let mut lines = text.lines();
        let header = lines.next().expect("a header");
        let of_year: Vec<&str> = lines.filter(|line| line.starts_with(year)).collect();
        assert!(of_year.len() > 200, "{symbol}");
        folder.write(&format!("{inside}{symbol}.csv"), format!("{header}\n{}\n", of_year.join("\n")));
    }
}

/// Runs the config with its decisions and its summary written down.
pub(crate) fn run(folder: &Folder, config: &str, cash: &str) {
    let ended = folder.qts(&format!("run {config} --decisions decisions.csv --format json"));
    assert_eq!(ended.code, 0, "{}", ended.err);
    funnel::adds_up(&ended.json(), cash);
    funnel::agrees(&ended.json(), &rows(&folder.read("decisions.csv")));
    folder.write("summary.json", ended.out);
}

/// What the script finds of the run in the folder.
pub(crate) fn recompute(folder: &Folder, config: &str) -> Ended {
    let mut python = Command::new("python3");
    python.arg(root().join("scripts/recompute_books.py")).args([config, "decisions.csv", "summary.json"]);
    let output = python.current_dir(folder.path("")).output();
    output.expect("python3 (3.11 or later) is needed for this test: install it, or put it on the PATH").into()
}

/// Nothing differs, and the figures are these.
pub(crate) fn agrees(folder: &Folder, config: &str, figures: &Expect) {
    let ended = recompute(folder, config);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{}", ended.out);
    figures.assert_eq(&ended.out);
}

#[test]
fn a_year_under_conservative_is_recomputed_to_the_won() {
    let Some(data) = data() else { return };
    agrees(&Year::of("2017", "exits_only").run("krx-2017", &data), "qts.toml", &expect![[""]]);
    agrees(&Year::of("2017", "net").run("krx-2017-net", &data), "qts.toml", &expect![[""]]);
}

/// Sizes above what the policy lets through at once: exits go in parts, fees are shared unequally, costs do not divide.
#[test]
fn so_is_one_in_which_positions_are_left_in_parts() {
    let Some(data) = data() else { return };
    let in_parts = |rule| Year {
        sizes: ["7", "3", "11", "13", "5", "17", "9", "8"],
        keys: "policy = \"parts\"\n",
        tables: "[policy.parts]\nextends = \"conservative\"\nmax_order_qty = \"5\"\nmax_long = \"12\"\n",
        ..Year::of("2017", rule)
    };
    agrees(&in_parts("exits_only").run("krx-parts", &data), "qts.toml", &expect![[""]]);
    agrees(&in_parts("net").run("krx-parts-net", &data), "qts.toml", &expect![[""]]);
}

/// 035420 was halted for a month of 2013: what was sent to it expired, day by day.
#[test]
fn so_is_one_with_a_halt() {
    let Some(data) = data() else { return };
    agrees(&Year::of("2013", "exits_only").run("krx-2013", &data), "qts.toml", &expect![[""]]);
}
