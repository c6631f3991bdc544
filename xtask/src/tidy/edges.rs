//! Who depends on whom. What is not listed here is an error; tests (`dev-dependencies`) are free.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use toml::de::{DeTable, DeValue};

use crate::tree;

struct Rule {
    package: &'static str,
    ours: &'static [&'static str],
    outside: Outside,
}

enum Outside {
    Any,
    Only(&'static [&'static str]),
}

use Outside::{Any, Only};

/// Adding an edge here is a decision about what a crate may know.
const RULES: [Rule; 13] = [
    Rule { package: "qts-core", ours: &[], outside: Only(&[]) },
    Rule { package: "qts-strategy", ours: &["qts-core"], outside: Only(&[]) },
    Rule { package: "qts-strategies", ours: &["qts-strategy"], outside: Only(&[]) },
    Rule { package: "qts-gate", ours: &["qts-core"], outside: Only(&[]) },
    Rule { package: "qts-journal", ours: &[], outside: Only(&["blake3", "crc32fast", "thiserror"]) },
    Rule { package: "qts-loop", ours: &["qts-core", "qts-gate"], outside: Only(&[]) },
    Rule { package: "qts-venues", ours: &["qts-core", "qts-loop"], outside: Any },
    Rule {
        package: "qts-runtime",
        ours: &["qts-core", "qts-strategy", "qts-gate", "qts-loop"],
        outside: Only(&["blake3", "thiserror"]),
    },
    Rule { package: "qts-record", ours: &["qts-core", "qts-loop", "qts-runtime"], outside: Only(&["thiserror"]) },
    Rule {
        package: "qts",
        ours: &["qts-core", "qts-strategy", "qts-strategies", "qts-gate", "qts-loop", "qts-venues", "qts-runtime"],
        outside: Any,
    },
    Rule {
        package: "qts-bench",
        ours: &[
            "qts-core",
            "qts-strategy",
            "qts-strategies",
            "qts-gate",
            "qts-loop",
            "qts-venues",
            "qts-runtime",
            "qts",
        ],
        outside: Any,
    },
    Rule { package: "my-strategy", ours: &["qts"], outside: Only(&[]) },
    Rule { package: "xtask", ours: &[], outside: Any },
];

impl Rule {
    fn allows(&self, dependency: &str) -> bool {
        let is_ours = RULES.iter().any(|rule| rule.package == dependency) || dependency.starts_with("qts");
        match self.outside {
            _ if is_ours => self.ours.contains(&dependency),
            Any => true,
            Only(list) => list.contains(&dependency),
        }
    }
}

/// The edges that no rule allows, in every manifest.
pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let top = tree::read(root, "Cargo.toml")?;
    let renamed = renamed(&top)?;
    let mut findings = Vec::new();
    for member in tree::members(root)? {
        let path = format!("{member}/Cargo.toml");
        findings.extend(forbidden(&path, &tree::read(root, &path)?, &renamed).with_context(|| path.clone())?);
    }
    Ok(findings)
}

/// Dependencies of the workspace that go by another name than their package's.
fn renamed(manifest: &str) -> Result<BTreeMap<String, String>> {
    let document = DeTable::parse(manifest)?;
    let shared = table(document.get_ref(), "workspace").and_then(|it| table(it, "dependencies"));
    let entries = shared.into_iter().flatten();
    Ok(entries.filter_map(|(key, value)| Some((key.get_ref().to_string(), package(value.get_ref())?))).collect())
}

fn forbidden(path: &str, manifest: &str, renamed: &BTreeMap<String, String>) -> Result<Vec<String>> {
    let document = DeTable::parse(manifest)?;
    let document = document.get_ref();
    let name = table(document, "package").and_then(|it| it.get("name")).and_then(|it| it.get_ref().as_str());
    let name = name.context("failed to find the package's name")?;
    let Some(rule) = RULES.iter().find(|rule| rule.package == name) else {
        return Ok(vec![format!("{path}:1: `{name}` has no row in xtask/src/tidy/edges.rs")]);
    };
    let targets = table(document, "target").into_iter().flatten().filter_map(|(_, target)| target.get_ref().as_table());
    let mut findings = Vec::new();
    for part in std::iter::once(document).chain(targets) {
        for (key, value) in ["dependencies", "build-dependencies"].iter().filter_map(|it| table(part, it)).flatten() {
            let given = key.get_ref().to_string();
            let known = package(value.get_ref()).or_else(|| renamed.get(&given).cloned()).unwrap_or(given);
            if !rule.allows(&known) {
                let line = manifest[..key.span().start].matches('\n').count() + 1;
                findings.push(format!("{path}:{line}: `{name}` may not depend on `{known}`"));
            }
        }
    }
    Ok(findings)
}

fn table<'a, 'i>(table: &'a DeTable<'i>, key: &str) -> Option<&'a DeTable<'i>> {
    table.get(key)?.get_ref().as_table()
}

fn package(dependency: &DeValue<'_>) -> Option<String> {
    Some(dependency.as_table()?.get("package")?.get_ref().as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(package: &str, rest: &str) -> Vec<String> {
        let renamed = BTreeMap::from([("nick".to_owned(), "qts-loop".to_owned())]);
        forbidden("M", &format!("[package]\nname = \"{package}\"\n{rest}"), &renamed).expect("a manifest")
    }

    #[test]
    fn a_listed_edge_and_a_test_edge_are_allowed() {
        assert_eq!(findings("qts-loop", "[dependencies]\nqts-gate.workspace = true"), [""; 0]);
        assert_eq!(findings("qts-core", "[dev-dependencies]\nproptest = \"1\""), [""; 0]);
        assert_eq!(findings("qts-venues", "[dependencies]\ncsv = \"1\""), [""; 0]);
    }

    #[test]
    fn an_unlisted_edge_is_named_with_its_line_under_any_name_and_in_any_table() {
        let bad = ["M:4: `qts-gate` may not depend on `qts-loop`"];
        assert_eq!(findings("qts-gate", "[dependencies]\nqts-loop.workspace = true"), bad);
        assert_eq!(findings("qts-gate", "[dependencies]\nnick.workspace = true"), bad);
        assert_eq!(findings("qts-gate", "[dependencies]\nx = { package = \"qts-loop\", path = \"p\" }"), bad);
        assert_eq!(findings("qts-gate", "[target.'cfg(unix)'.dependencies]\nqts-loop = { path = \"p\" }"), bad);
        assert_eq!(findings("qts-gate", "[build-dependencies]\nqts-loop = { path = \"p\" }"), bad);
        assert_eq!(findings("qts-core", "[dependencies]\nserde = \"1\"").len(), 1);
        assert_eq!(findings("qts-runtime", "[dependencies]\nqts-venues.workspace = true").len(), 1);
    }

    #[test]
    fn a_crate_without_a_row_is_an_error() {
        assert_eq!(findings("qts-new", "").len(), 1);
    }
}
