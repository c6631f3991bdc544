//! A copy of the tree to break things in.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::tree;

/// A copy of the tree outside of it, with a target folder of its own (cargo would take what is built from one for the
/// other); both stay for the next run.
pub(crate) struct Copy {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    _lock: fs::File,
}

impl Copy {
    /// The copy of `from` that is kept for this purpose.
    pub(crate) fn of(from: &Path, purpose: &str) -> Result<Self> {
        let place = blake3::hash(from.as_os_str().as_encoded_bytes()).to_hex();
        let home = std::env::temp_dir().join(format!("qts-{purpose}-{}", &place[..12]));
        let root = home.join("tree");
        fs::create_dir_all(&root)?;
        let lock = fs::File::create(home.join("lock"))?;
        lock.try_lock().with_context(|| format!("failed to lock {}: is another run at work?", home.display()))?;
        let listed = tree::git(from, &["ls-files", "-z", "-co", "--exclude-standard"])?;
        let listed: Vec<&str> = listed.split('\0').filter(|path| from.join(path).is_file()).collect();
        for gone in tree::files(&root, "")?.iter().filter(|path| !listed.contains(&path.as_str())) {
            fs::remove_file(root.join(gone))?;
        }
        for path in listed {
            let to = root.join(path);
            fs::create_dir_all(to.parent().unwrap_or(&root))?;
            restore(&to, Some(fs::read(from.join(path))?)).with_context(|| format!("failed to copy {path}"))?;
        }
        Ok(Self { root, target: home.join("target"), _lock: lock })
    }
}

/// Puts a file back; only if it differs, so that cargo does not build it anew.
pub(crate) fn restore(path: &Path, content: Option<Vec<u8>>) -> Result<()> {
    match content {
        Some(content) if fs::read(path).ok().as_ref() == Some(&content) => {}
        Some(content) => fs::write(path, content)?,
        None if path.exists() => fs::remove_file(path)?,
        None => {}
    }
    Ok(())
}
