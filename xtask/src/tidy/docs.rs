//! What the documents say of the code must be there: files, types and tests.

use std::path::Path;

use crate::tree;

const ARCHITECTURE: &str = "ARCHITECTURE.md";
const GUIDE: &str = "docs/architecture/phase6-guide.md";
/// The header of the table in ARCHITECTURE.md.
const HEADER: &str = "path there";

/// The founding document's paths, and the type that each must still lead to.
const FOUNDING: [(&str, &str); 8] = [
    ("strategy/interfaces/strategy", "Strategy"),
    ("strategy/registry/strategy_registry", "StrategyRegistry"),
    ("strategy/multiplexer/strategy_multiplexer", "StrategyMultiplexer"),
    ("strategy/simple_strategy", "SimpleStrategy"),
    ("risk/calculators/base_risk_calculator", "RiskCalculator"),
    ("risk/calculators/strategy_risk_calculator", "StrategyRiskCalculator"),
    ("risk/gates/staged_risk_gate", "StagedRiskGate"),
    ("risk/policies/risk_policy", "RiskPolicy"),
];

/// Path and text of a file.
type Source = (String, String);

/// Checks both documents.
pub(super) fn check(root: &Path, sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    for (path, check) in [(ARCHITECTURE, architecture as fn(&str, &[Source]) -> Vec<String>), (GUIDE, guide)] {
        match tree::read(root, path) {
            Ok(text) => findings.extend(check(&text, sources)),
            Err(_) => findings.push(format!("{path}:1: is missing")),
        }
    }
    findings
}

fn architecture(text: &str, sources: &[Source]) -> Vec<String> {
    let lines = text.lines().enumerate().skip_while(|(_, line)| !(line.starts_with('|') && line.contains(HEADER)));
    let rows: Vec<(usize, &str)> = lines.take_while(|(_, line)| line.starts_with('|')).collect();
    let mut findings = Vec::new();
    for (number, row) in &rows {
        let gone = files_of(row).into_iter().filter(|file| find(sources, file).next().is_none());
        findings.extend(gone.map(|file| format!("{ARCHITECTURE}:{}: no file `{file}`", number + 1)));
    }
    for (path, name) in FOUNDING {
        let mut row = rows.iter().filter(|(_, row)| quoted(row).any(|it| it.trim_end_matches(".py") == path));
        let Some((number, row)) = row.next() else {
            findings.push(format!("{ARCHITECTURE}:1: the table `{HEADER} → module here` has no row for `{path}`"));
            continue;
        };
        let files = files_of(row);
        if !files.iter().flat_map(|file| find(sources, file)).any(|(_, text)| declares(text, name)) {
            findings.push(format!("{ARCHITECTURE}:{}: no file of this row declares `{name}`", number + 1));
        }
    }
    findings
}

/// The Rust files in the last column.
fn files_of(row: &str) -> Vec<&str> {
    let last = row.trim_end().trim_end_matches('|').rsplit('|').next().unwrap_or_default();
    quoted(last).filter(|it| it.ends_with(".rs")).collect()
}

fn declares(text: &str, name: &str) -> bool {
    let named = |rest: &str| rest.strip_prefix(name).is_some_and(|end| !end.starts_with(|c: char| c.is_alphanumeric()));
    ["trait ", "struct ", "enum ", "type "].iter().any(|word| text.split(word).skip(1).any(named))
}

/// Every `file.rs::test` of the guide must be a function of such a file.
fn guide(text: &str, sources: &[Source]) -> Vec<String> {
    let named = text.lines().enumerate().flat_map(|(at, line)| quoted(line).map(move |name| (at + 1, name)));
    let named: Vec<_> = named.filter_map(|(line, name)| Some((line, name, name.split_once(".rs::")?))).collect();
    if named.is_empty() {
        return vec![format!("{GUIDE}:1: names no test as `file.rs::test`")];
    }
    let gone = named.into_iter().filter(|(_, _, (file, test))| {
        let head = format!("fn {}(", test.rsplit("::").next().unwrap_or_default());
        !find(sources, &format!("{file}.rs")).any(|(_, text)| text.contains(&head))
    });
    gone.map(|(line, name, _)| format!("{GUIDE}:{line}: no test `{name}`")).collect()
}

fn find<'a>(sources: &'a [Source], file: &str) -> impl Iterator<Item = &'a Source> {
    let end = format!("/{file}");
    sources.iter().filter(move |(path, _)| *path == end[1..] || path.ends_with(&end))
}

/// What stands in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_must_name_files_that_declare_the_types() {
        let sources = [("crates/qts-strategy/src/lib.rs".to_owned(), "pub trait Strategy: Send {}".to_owned())];
        let row = "| path there | module here |\n|---|---|\n| `strategy/interfaces/strategy` |";
        let wrong = |cell: &str| architecture(&format!("{row} {cell} |\n"), &sources).len();
        let others = FOUNDING.len() - 1;
        assert_eq!(wrong("`Strategy` in `qts-strategy/src/lib.rs`"), others);
        assert_eq!(wrong("`qts-strategy/src/gone.rs`"), others + 2); // no such file, and none declares it
        assert_eq!(wrong("`Strategy`"), others + 1);
        assert!(!declares("struct StrategyRegistry;", "Strategy"));
    }

    #[test]
    fn a_test_named_in_the_guide_must_exist() {
        let sources = [("crates/a/tests/it/b.rs".to_owned(), "fn holds() {}".to_owned())];
        assert_eq!(guide("`b.rs::holds` and `it/b.rs::c::holds`", &sources), [""; 0]);
        assert_eq!(guide("x\n`b.rs::hold`", &sources).len(), 1);
        assert_eq!(guide("nothing", &sources).len(), 1);
    }
}
