//! Rules on the text of each source file.
//!
//! Every file opens with `//!`; no bare `#[allow]`; no clock, no chance and (where money is counted) no floats; built-in
//! strategies share nothing and do not name each other; `unsafe` is forbidden in every crate.

use std::path::Path;

use anyhow::Result;

use crate::source::{self, Token};
use crate::tree;

const CHANCE: [&str; 4] = ["HashMap", "HashSet", "RandomState", "DefaultHasher"];
const CLOCK: [&str; 2] = ["SystemTime", "Instant"];
const FLOAT: [&str; 2] = ["f32", "f64"];
const SHARED_STATE: [&str; 11] = [
    "static",
    "thread_local",
    "Cell",
    "RefCell",
    "UnsafeCell",
    "OnceCell",
    "LazyCell",
    "OnceLock",
    "LazyLock",
    "Mutex",
    "RwLock",
];

/// Modules of `std` that lead outside.
const OUTSIDE: [&str; 6] = ["env", "fs", "net", "process", "thread", "time"];

const STRATEGIES: &str = "strategies/src/";
/// What a kind may name of its crate: the shared modules, and what describes a kind.
const SHARED: [&str; 5] = ["KindSpec", "entry_exit", "fixtures", "rfc3339", "steps"];

/// Everything wrong in one file.
pub(super) fn check(path: &str, text: &str) -> Vec<String> {
    let code = source::stripped(text);
    let tokens = source::tokens(&code);
    let mut wrong = Vec::new();
    if !text.starts_with("//!") {
        wrong.push((1, "does not open with `//!`: what is it for, what must it not know?".to_owned()));
    }
    wrong.extend(bare_allows(&tokens));
    if path.contains("/src/") && !path.contains("/tests") && !path.ends_with("/fixtures.rs") {
        let tokens = source::without_tests(&tokens);
        wrong.extend(banned_words(path, &tokens));
        if let Some(file) = path.strip_prefix(STRATEGIES) {
            wrong.extend(strangers(file, &tokens));
        }
    }
    wrong.into_iter().map(|(line, what)| format!("{path}:{line}: {what}")).collect()
}

fn bare_allows(tokens: &[Token<'_>]) -> Vec<(usize, String)> {
    let starts = tokens
        .windows(3)
        .enumerate()
        .filter(|(_, three)| matches!(three[0].1, "#" | "!") && three[1].1 == "[" && three[2].1 == "allow");
    let bare = starts.filter(|(at, _)| tokens[*at..].iter().take_while(|it| it.1 != "]").all(|it| it.1 != "reason"));
    bare.map(|(_, three)| (three[0].0, "bare `#[allow]`: say `#[expect(…, reason = \"…\")]`".to_owned())).collect()
}

fn banned_words(path: &str, tokens: &[Token<'_>]) -> Vec<(usize, String)> {
    let exact = ["crates/qts-core/", "crates/qts-gate/", "crates/qts-loop/"].iter().any(|it| path.starts_with(it));
    let replayed = ["crates/qts-journal/", "crates/qts-runtime/", "crates/qts-strategy/", STRATEGIES];
    let replayed = replayed.iter().any(|it| path.starts_with(it));
    let mut banned = Vec::new();
    if exact || replayed {
        banned.extend(CHANCE.iter().chain(&CLOCK));
    }
    if exact {
        banned.extend(FLOAT);
    }
    if path.starts_with(STRATEGIES) {
        banned.extend(SHARED_STATE);
    }
    let is_banned = |word: &str| {
        let suffix = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_'); // `1_f64`
        banned.contains(&suffix) || (path.starts_with(STRATEGIES) && word.starts_with("Atomic"))
    };
    let found = tokens.iter().filter(|(_, word)| is_banned(word));
    found.map(|(line, word)| (*line, format!("`{word}` has no place here"))).collect()
}

/// Paths of a strategy that lead to another kind or out of the program.
fn strangers(file: &str, tokens: &[Token<'_>]) -> Vec<(usize, String)> {
    let is_stranger = |path: &[&str]| match path {
        ["std" | "core", module, ..] => OUTSIDE.contains(module),
        ["crate" | "super", name, ..] => file != "lib.rs" && !SHARED.contains(name),
        _ => false,
    };
    let found = source::paths(tokens).into_iter().filter(|(_, path)| is_stranger(path));
    found.map(|(line, path)| (line, format!("a strategy may not name `{}`", path.join("::")))).collect()
}

/// Crates that do not forbid `unsafe`, by their root file or by the workspace's lints.
pub(super) fn check_roots(root: &Path) -> Result<Vec<String>> {
    let by_workspace = tree::read(root, "Cargo.toml")?.contains("unsafe_code = \"forbid\"");
    let mut findings = Vec::new();
    for member in tree::members(root)? {
        let manifest = tree::read(root, &format!("{member}/Cargo.toml"))?;
        if by_workspace && manifest.contains("[lints]\nworkspace = true") {
            continue;
        }
        let roots = ["lib.rs", "main.rs"].map(|name| format!("{member}/src/{name}"));
        for path in roots.into_iter().filter(|path| root.join(path).exists()) {
            if !tree::read(root, &path)?.contains("\n#![forbid(unsafe_code)]") {
                findings
                    .push(format!("{path}:1: `unsafe` is forbidden neither here nor by `[lints] workspace = true`"));
            }
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::check;

    const KIND: &str = "strategies/src/simple.rs";

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(path, text)
            .iter()
            .map(|it| it.split(':').nth(1).and_then(|line| line.parse().ok()).expect("a line"))
            .collect()
    }

    #[test]
    fn a_file_without_its_header_is_found() {
        assert_eq!(lines("crates/qts/src/a.rs", "// no\n//! late\n"), [1]);
        assert_eq!(lines("crates/qts/src/a.rs", "//! what\n"), [0; 0]);
    }

    #[test]
    fn a_bare_allow_is_found_and_one_with_a_reason_is_not() {
        let text = "//!\n#[allow(dead_code)]\n#![allow(x)]\n#[allow(x, reason = \"y\")]\n// #[allow(z)]\n";
        assert_eq!(lines("crates/qts/src/a.rs", text), [2, 3]);
    }

    #[test]
    fn clocks_chance_and_floats_are_found_where_they_are_banned() {
        let text = "//! f64\nfn f(x: f64) {}\nuse std::{time::Instant};\nlet m = HashMap::new();\nlet y = 1_f32;\n";
        assert_eq!(lines("crates/qts-gate/src/a.rs", text), [2, 3, 4, 5]);
        assert_eq!(lines("crates/qts-runtime/src/a.rs", text), [3, 4]);
        assert_eq!(lines("crates/qts-journal/src/a.rs", text), [3, 4]);
        assert_eq!(lines("crates/qts-venues/src/a.rs", text), [0; 0]);
        assert_eq!(lines("crates/qts-gate/tests/it/a.rs", text), [0; 0]);
    }

    #[test]
    fn strategies_share_nothing() {
        let text = "//!\nconst A: &'static str = \"static\";\nstatic B: u8 = 1;\nuse std::sync::atomic::AtomicU8;\n\
                    thread_local! {}\nstruct C(Cell<u8>);\nuse std::{fmt, fs};\nuse std::collections::BTreeMap;\n\
                    #[cfg(test)] mod tests { static D: u8 = 1; }";
        assert_eq!(lines(KIND, text), [3, 4, 5, 6, 7]);
    }

    #[test]
    fn strategies_do_not_name_each_other() {
        let text = "//!\nuse crate::{KindSpec, steps::within};\nuse crate::{entry_exit::Asked, signals};\n\
                    use super::SimpleStrategy;\nlet signals = crate::kind(x);\nuse crate::*;\n";
        assert_eq!(lines(KIND, text), [3, 4, 5, 6]);
        assert_eq!(lines("strategies/src/lib.rs", "//!\npub use crate::signals::signals;\nmod simple;\n"), [0; 0]);
    }
}
