//! A patch of `breaks/`: the files that it touches, and how many lines.

use anyhow::{Context, Result, ensure};

/// More lines than this show nothing about one rule.
const LINES_MAX: usize = 5;

pub(crate) struct Patch {
    pub(crate) files: Vec<String>,
    pub(crate) lines: usize,
}

impl Patch {
    /// Reads a unified diff with `a/` and `b/` before the paths.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let (mut files, mut added, mut removed) = (Vec::new(), 0, 0);
        let (mut old_left, mut new_left) = (0, 0); // lines still to come in this hunk
        for line in text.lines() {
            if old_left > 0 || new_left > 0 {
                let (old, new) = match line.as_bytes().first() {
                    Some(b'+') => (0, 1),
                    Some(b'-') => (1, 0),
                    Some(b'\\') => (0, 0),
                    _ => (1, 1),
                };
                added += usize::from((old, new) == (0, 1));
                removed += usize::from((old, new) == (1, 0));
                (old_left, new_left) = (old_left - old, new_left - new);
            } else if let Some(ranges) = line.strip_prefix("@@ -") {
                (old_left, new_left) = hunk(ranges).with_context(|| format!("failed to read hunk `{line}`"))?;
            } else if let Some(path) = line.strip_prefix("--- a/").or_else(|| line.strip_prefix("+++ b/")) {
                let path = path.split('\t').next().unwrap_or(path).to_owned();
                if !files.contains(&path) {
                    files.push(path);
                }
            }
        }
        Ok(Self { files, lines: usize::max(added, removed) })
    }

    /// A break is small, and breaks the program rather than its tests.
    pub(crate) fn check(&self) -> Result<()> {
        ensure!((1..=LINES_MAX).contains(&self.lines), "changes {} lines, not 1 to {LINES_MAX}", self.lines);
        for file in &self.files {
            let source = file.contains("src/") && file.ends_with(".rs") && !file.contains("/tests");
            let ours = file.starts_with("crates/") || file.starts_with("strategies/");
            ensure!(ours && (source || file.ends_with("/Cargo.toml")), "changes {file}, which is no source file");
        }
        Ok(())
    }
}

/// The two lengths of `12,3 +12,4 @@ …`.
fn hunk(ranges: &str) -> Option<(i64, i64)> {
    let mut parts = ranges.split_whitespace();
    let length = |range: &str| range.split_once(',').map_or(Some(1), |(_, length)| length.parse().ok());
    Some((length(parts.next()?)?, length(parts.next()?.strip_prefix('+')?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_inside_hunks_and_headers_are_not() {
        let text = "diff --git a/crates/x/src/a.rs b/crates/x/src/a.rs\n--- a/crates/x/src/a.rs\n+++ b/crates/x/src/a.rs\n\
                    @@ -1,4 +1,3 @@\n x\n--- a comment\n-b\n+++ c\n y\n@@ -9 +8 @@ fn\n-d\n+e\n\\ No newline at end of file\n";
        let patch = Patch::parse(text).expect("a patch");
        assert_eq!((patch.files, patch.lines), (vec!["crates/x/src/a.rs".to_owned()], 3));
    }

    #[test]
    fn a_patch_is_small_and_leaves_tests_alone() {
        let check = |file: &str, lines| Patch { files: vec![file.to_owned()], lines }.check().is_ok();
        assert!(check("crates/qts-gate/src/a.rs", 5) && check("strategies/src/a.rs", 1));
        assert!(!check("crates/qts-gate/src/a.rs", 6) && !check("crates/qts-gate/src/a.rs", 0));
        assert!(!check("crates/qts-runtime/tests/it/a.rs", 1) && !check("crates/qts-loop/FROZEN.md", 1));
        assert!(!check("xtask/src/main.rs", 1) && !check("crates/qts-venues/src/sim/tests.rs", 1));
    }
}
