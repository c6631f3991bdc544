//! How this program is called from here, so that commands that it prints work as printed.

use std::path::{Path, PathBuf};

use serde::Serialize;

/// A command to go on with.
#[derive(Debug, Serialize)]
pub(crate) struct Next {
    /// What it is for.
    pub(crate) what: &'static str,
    /// The command, as a shell takes it.
    pub(crate) command: String,
}

impl Next {
    /// This command, for that.
    pub(crate) const fn new(what: &'static str, command: String) -> Self {
        Self { what, command }
    }
}

/// `qts` where it is on the path; `cargo qts` in a checkout of its sources; else the way to the program itself.
pub(crate) fn name() -> String {
    let own = std::env::current_exe().unwrap_or_default();
    let is_qts = own.file_stem().is_some_and(|stem| stem == "qts");
    if is_qts && on_the_path() {
        "qts".to_owned()
    } else if is_qts && in_a_checkout() {
        "cargo qts".to_owned()
    } else {
        let given = std::env::args_os().next().map(PathBuf::from).unwrap_or(own);
        quoted(&given.display().to_string())
    }
}

/// A text as a shell takes it for one word.
pub(crate) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-:=+@".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

fn on_the_path() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join("qts").is_file())
}

/// Cargo reads the alias from the folder at hand or one above it.
fn in_a_checkout() -> bool {
    let here = std::env::current_dir().unwrap_or_default();
    let has_alias = |folder: &Path| {
        let config = std::fs::read_to_string(folder.join(".cargo/config.toml")).unwrap_or_default();
        config.lines().any(|line| line.trim_start().starts_with("qts = "))
    };
    here.ancestors().any(has_alias)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_take_them_apart() {
        let words = ["qts.toml", "my config.toml", "it's", "", "삼성.toml", "$HOME"].map(quoted);
        assert_eq!(words.join(" "), r"qts.toml 'my config.toml' 'it'\''s' '' 삼성.toml '$HOME'");
    }
}
