//! What must not change: the loop, the permission and the Phase 5 tests, pinned in `crates/qts-loop/FROZEN.md`.

use std::path::Path;

use anyhow::{Context, Result};

use crate::tree;

const PINS: &str = "crates/qts-loop/FROZEN.md";

/// What is frozen: a name, and a file or folder.
pub(crate) const FROZEN: [(&str, &str); 3] = [
    ("loop", "crates/qts-loop/src"),
    ("admitted", "crates/qts-gate/src/admitted.rs"),
    ("phase5", "crates/qts-runtime/tests/it/phase5.rs"),
];

/// Prints the digests of the files as they are.
pub(crate) fn print() -> Result<()> {
    for (name, path) in FROZEN {
        println!("{name:<8} {}", digest(&tree::root(), path)?);
    }
    Ok(())
}

/// The digests that differ from the pinned ones.
pub(crate) fn check(root: &Path) -> Result<Vec<String>> {
    let pins = tree::read(root, PINS)?;
    let mut findings = Vec::new();
    for (name, path) in FROZEN {
        let (now, pinned) = (digest(root, path)?, value(&pins, name));
        if pinned != Some(&now) {
            let pinned = pinned.unwrap_or("nothing");
            findings.push(format!("{path}:1: is frozen; {PINS} pins {pinned}, but its digest is {now}"));
        }
    }
    Ok(findings)
}

/// The commit that the frozen files are compared with.
pub(crate) fn pinned_commit(root: &Path) -> Result<String> {
    let pins = tree::read(root, PINS)?;
    value(&pins, "commit").map(str::to_owned).with_context(|| format!("failed to find `commit` in {PINS}"))
}

/// The value of a line `name value`.
fn value<'a>(pins: &'a str, name: &str) -> Option<&'a str> {
    let mut words = pins.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    words.find_map(|words| match words[..] {
        [first, value] if first == name => Some(value),
        _ => None,
    })
}

/// Of every file in order of its path: path, 0, length (8 bytes, little-endian), content.
fn digest(root: &Path, path: &str) -> Result<String> {
    let files = if path.ends_with(".rs") { vec![path.to_owned()] } else { tree::files(root, path)? };
    let mut hasher = blake3::Hasher::new();
    for file in files {
        let content = tree::read(root, &file)?;
        hasher.update(file.as_bytes()).update(&[0]).update(&(content.len() as u64).to_le_bytes());
        hasher.update(content.as_bytes());
    }
    Ok(hasher.finalize().to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn pins_are_lines_of_two_words() {
        let text = "loop is frozen\n\nloop     abc\n| loop | x |";
        assert_eq!((value(text, "loop"), value(text, "phase5")), (Some("abc"), None));
    }
}
