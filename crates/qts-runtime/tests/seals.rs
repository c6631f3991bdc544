//! The promises that the compiler keeps, each shown by an attempt to break it.
//!
//! Every file in `seals/` is an attempt. One line of it ends in `//~` and the code of an error: the compiler's whole
//! answer is pinned beside it and is that one error, and without that line the file compiles. What a manifest keeps
//! out is attempted in a scratch package that has the dependencies of the crate in question and no other.
//!
//! After a change of the toolchain: `TRYBUILD=overwrite cargo test -p qts-runtime --test seals`, then read the diff.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use expect_test::{Expect, expect};
use qts_core::{Book, Cycle, Instruments, Ts};
use qts_gate::{OwnNumbers, Pace, RiskContext};
use qts_strategy::{OwnOrder, View};

const MARK: &str = "//~";

#[test]
fn every_attempt_is_answered_as_pinned() {
    trybuild::TestCases::new().compile_fail("tests/seals/*.rs");
}

#[test]
fn every_attempt_fails_for_one_reason_only() {
    let scratch = Scratch::new("lawful", &needs(&["qts-core", "qts-gate", "qts-loop", "qts-strategy"]));
    let mut lawful = String::from("fn main() {}\n");
    for path in attempts() {
        let text = read(&path);
        let (marked, rest): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.contains(MARK));
        let [(_, code)] = marked.iter().filter_map(|line| line.split_once(MARK)).collect::<Vec<_>>()[..] else {
            panic!("{}: one line is to be marked", path.display());
        };
        let answer = read(&path.with_extension("stderr"));
        let errors: Vec<&str> = answer.lines().filter(|line| line.starts_with("error")).collect();
        let told = errors.len() == 1 && errors[0].starts_with(&format!("error[{}]: ", code.trim()));
        assert!(told, "{}: {errors:?}", path.display());
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        lawful += &format!("mod {name} {{\n{}\n}}\n", rest.join("\n"));
    }
    assert_eq!(scratch.errors("lawful", &lawful), Vec::<String>::new());
}

#[test]
fn a_calculator_is_given_the_owners_numbers_and_nothing_else() {
    // A new field does not pass unseen: neither pattern may become `..`.
    fn own(seen: RiskContext<'_>) -> (&OwnNumbers, &Pace) {
        let RiskContext {
            inst: _,
            instrument: _,
            prices: _,
            now: _,
            side: _,
            kind: _,
            tif: _,
            asked: _,
            reducing: _,
            worth: _,
            own,
            pace,
        } = seen;
        (own, pace)
    }
    fn numbers(own: OwnNumbers) {
        let OwnNumbers {
            long: _,
            short: _,
            summed: _,
            gross: _,
            net_long: _,
            net_short: _,
            spent: _,
            commission: _,
            cycle_notional: _,
            open_orders: _,
            open_qty: _,
            cycle_orders: _,
            cycle_same: _,
            cycle_cancels: _,
            median_order: _,
        } = own;
    }
    let _ = (own, numbers);
}

#[test]
fn a_strategys_view_is_made_of_one_book_and_its_own_orders() {
    type Make<'a> = fn(Ts, Cycle, &'a Instruments, &'a Book, &'a [OwnOrder]) -> View<'a>;
    let _: Make<'_> = View::new;
}

#[test]
fn the_gate_cannot_name_loop_broker_strategy_or_runtime() {
    check(
        "crates/qts-gate",
        "use qts_gate::{Measure, RiskCalculator, RiskContext};",
        &[
            "use qts_loop::ExecutionLoop;",
            "use qts_loop::Broker;",
            "use qts_loop::OrderState;",
            "use qts_gate::ExecutionLoop;",
            "use qts_strategy::Strategy;",
            "use qts_runtime::Runtime;",
        ],
        expect![[r#"
            error[E0432]: unresolved import `qts_loop`
            error[E0432]: unresolved import `qts_loop`
            error[E0432]: unresolved import `qts_loop`
            error[E0432]: unresolved import `qts_gate::ExecutionLoop`
            error[E0432]: unresolved import `qts_strategy`
            error[E0432]: unresolved import `qts_runtime`"#]],
    );
}

#[test]
fn the_loop_cannot_name_a_strategy() {
    check(
        "crates/qts-loop",
        "use qts_gate::Admitted; use qts_loop::ExecutionLoop;",
        &["use qts_strategy::Strategy;", "use qts_strategies::kind;", "use qts_runtime::StrategyRegistry;"],
        expect![[r#"
            error[E0432]: unresolved import `qts_strategy`
            error[E0432]: unresolved import `qts_strategies`
            error[E0432]: unresolved import `qts_runtime`"#]],
    );
}

#[test]
fn a_strategy_cannot_name_gate_loop_host_or_another() {
    check(
        "strategies",
        "use qts_strategy::{Intent, Intents, Strategy, View};",
        &[
            "use qts_gate::Admitted;",
            "use qts_loop::ExecutionLoop;",
            "use qts_runtime::StrategyRegistry;",
            "use qts_core::Books;",
            "use qts_strategy::StrategyId;",
            "use qts_strategy::Proposal;",
            "use qts_strategy::Books;",
        ],
        expect![[r#"
            error[E0432]: unresolved import `qts_gate`
            error[E0432]: unresolved import `qts_loop`
            error[E0432]: unresolved import `qts_runtime`
            error[E0432]: unresolved import `qts_core`
            error[E0432]: unresolved import `qts_strategy::StrategyId`
            error[E0432]: unresolved import `qts_strategy::Proposal`
            error[E0432]: unresolved import `qts_strategy::Books`"#]],
    );
}

#[test]
fn a_permission_cannot_be_read_from_a_file() {
    let scratch = Scratch::new("revived", &(needs(&["qts-gate"]) + "serde = \"1\"\n"));
    let lawful = "fn read<T: serde::de::DeserializeOwned>() {} fn main() { read::<String>(); }";
    let revived = lawful.replace("String", "qts_gate::Admitted");
    assert_eq!(scratch.errors("lawful", lawful), Vec::<String>::new());
    expect!["error[E0277]: the trait bound `Admitted: serde::de::DeserializeOwned` is not satisfied"]
        .assert_eq(&scratch.errors("revived", &revived).join("\n"));
}

/// Tries these imports, one by one, where the package in this folder stands: with its dependencies, and itself.
fn check(folder: &str, lawful: &str, imports: &[&str], expected: Expect) {
    let manifest = read(&root().join(folder).join("Cargo.toml"));
    let name = manifest.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')).expect("a name");
    let scratch = Scratch::new(name, &(section(&manifest, "dependencies") + &needs(&[name])));
    let errors = |nth: usize, import: &str| {
        scratch.errors(&format!("attempt{nth}"), &format!("{import}\n{lawful}\nfn main() {{}}\n")).join(", ")
    };
    assert_eq!(errors(0, ""), "", "{lawful}");
    let answers: Vec<String> = (1..).zip(imports).map(|(nth, import)| errors(nth, import)).collect();
    expected.assert_eq(&answers.join("\n"));
}

/// A package of its own, outside of the workspace, with the workspace's versions.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, dependencies: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("seals").join(name);
        let known = section(&read(&root().join("Cargo.toml")), "workspace.dependencies");
        let known = known.replace("path = \"", &format!("path = \"{}/", root().display()));
        let manifest = format!(
            "[package]\nname = \"scratch\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n\
             [workspace]\n\n[workspace.dependencies]\n{known}"
        );
        fs::create_dir_all(dir.join("src/bin")).expect("a folder");
        fs::write(dir.join("Cargo.toml"), manifest).expect("written");
        fs::write(dir.join("Cargo.lock"), read(&root().join("Cargo.lock"))).expect("written");
        Self(dir)
    }

    /// The errors that the compiler finds in this program.
    fn errors(&self, name: &str, source: &str) -> Vec<String> {
        fs::write(self.0.join("src/bin").join(name).with_extension("rs"), source).expect("written");
        let output = Command::new(env!("CARGO"))
            .args(["check", "--offline", "--quiet", "--color=never", "--bin", name, "--target-dir", "../target"])
            .current_dir(&self.0)
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env("RUSTFLAGS", "--cap-lints=allow")
            .output()
            .expect("cargo starts");
        let answer = String::from_utf8_lossy(&output.stderr);
        let told = answer.lines().filter(|line| line.starts_with("error") && !line.contains("could not compile"));
        let told: Vec<String> = told.map(str::to_owned).collect();
        assert_eq!(told.is_empty(), output.status.success(), "{answer}");
        told
    }
}

/// The lines of a section of a manifest.
fn section(manifest: &str, name: &str) -> String {
    let hidden = [format!("[{name}."), "[target.".to_owned()];
    assert!(!hidden.iter().any(|header| manifest.contains(header)), "dependencies are one line each, for every target");
    let lines = manifest.lines().skip_while(|line| *line != format!("[{name}]")).skip(1);
    lines.take_while(|line| !line.starts_with('[')).map(|line| format!("{line}\n")).collect()
}

/// Dependencies on these crates of the workspace.
fn needs(crates: &[&str]) -> String {
    crates.iter().map(|name| format!("{name}.workspace = true\n")).collect()
}

fn attempts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/seals");
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut attempts: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|ext| ext == "rs")).collect();
    attempts.sort();
    attempts
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("a workspace")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("failed to read {}: {error}", path.display()))
}
