//! The workspace on disk, and the programs that work on it.
//!
//! Paths are text, relative to the root, with `/`. Nothing here knows a rule.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The root of the workspace that `cargo xtask` was called in.
pub(crate) fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&here).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// Reads a file of the workspace.
pub(crate) fn read(root: &Path, path: &str) -> Result<String> {
    fs::read_to_string(root.join(path)).with_context(|| format!("failed to read {path}"))
}

/// All files below `under`, sorted; without `target` and hidden ones.
pub(crate) fn files(root: &Path, under: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec![under.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(root.join(&folder)).with_context(|| format!("failed to list {folder}"))? {
            let entry = entry?;
            let name = entry.file_name().into_string().ok().context("failed to read a file name as text")?;
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            match entry.file_type()?.is_dir() {
                true if name == "target" || name.starts_with('.') => {}
                true => open.push(path),
                false => found.push(path),
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// The folders of the packages: those with a manifest.
pub(crate) fn members(root: &Path) -> Result<Vec<String>> {
    let manifests = files(root, "")?.into_iter();
    Ok(manifests.filter_map(|path| path.strip_suffix("/Cargo.toml").map(str::to_owned)).collect())
}

/// Every Rust file of every package, with its text.
pub(crate) fn rust_files(root: &Path) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for member in members(root)? {
        for path in files(root, &member)?.into_iter().filter(|path| path.ends_with(".rs")) {
            let text = read(root, &path)?;
            found.push((path, text));
        }
    }
    Ok(found)
}

/// The cargo that called us, at work in `dir`.
pub(crate) fn cargo(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(dir).args(args).env_remove("TRYBUILD");
    command
}

/// What `git` prints.
pub(crate) fn git(dir: &Path, args: &[&str]) -> Result<String> {
    let output = Command::new("git").current_dir(dir).args(args).output().context("failed to start git")?;
    ensure!(output.status.success(), "failed to run git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}
