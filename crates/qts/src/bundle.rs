//! Files that are part of the program, and their way to the disk: what is there is never written over.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::exit::Trouble;

/// A file: its path below a folder, and what is in it.
pub(crate) type File = (&'static str, &'static str);

/// Seven years of daily prices of four shares, with where they come from.
pub(crate) const US_DAILY: [File; 5] = [
    ("data/AAPL.csv", include_str!("../../../examples/us-daily/data/AAPL.csv")),
    ("data/GOOG.csv", include_str!("../../../examples/us-daily/data/GOOG.csv")),
    ("data/IBM.csv", include_str!("../../../examples/us-daily/data/IBM.csv")),
    ("data/MSFT.csv", include_str!("../../../examples/us-daily/data/MSFT.csv")),
    ("NOTICE.md", include_str!("../../../examples/us-daily/NOTICE.md")),
];

/// The config that runs eight strategies on them.
pub(crate) const DEMO: File = ("qts.toml", include_str!("../../../examples/us-daily/qts.toml"));

/// Writes a file into a folder, which is made; `false` if it is there already, whatever is in it.
///
/// # Errors
/// It cannot be written.
pub(crate) fn write_new(folder: &Path, path: &str, content: &str) -> Result<bool, Trouble> {
    let file = folder.join(path);
    let failed = |error: std::io::Error| {
        Trouble::Failure(format!("failed to write {}: {error}; check the path, or name another folder", file.display()))
    };
    file.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
    match OpenOptions::new().write(true).create_new(true).open(&file) {
        Ok(mut new) => new.write_all(content.as_bytes()).map(|()| true).map_err(failed),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(failed(error)),
    }
}
