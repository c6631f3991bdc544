//! A journal that is read: how it began, then what it tells.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use qts_journal::{End, Folder, Reader};
use qts_record::{Entry, Opening};

use crate::config::{Config, Source};
use crate::exit::Trouble;
use crate::kinds::Kinds;
use crate::wire;

use super::trouble;

/// The entries of a journal, in order.
pub(crate) struct Tape<'d> {
    path: &'d Path,
    reader: Reader<'d, Folder>,
    /// The number of the entry read last, from 1.
    pub(crate) number: u64,
    /// Its bytes.
    bytes: Vec<u8>,
}

/// Opens the folder of a journal, to be read.
///
/// # Errors
/// There is none.
pub(crate) fn disk(path: &Path) -> Result<Folder, Trouble> {
    Folder::open(path).map_err(|error| trouble::unreadable(path, &error))
}

impl<'d> Tape<'d> {
    /// At its beginning, and how it began.
    ///
    /// # Errors
    /// It is no journal of ours, or damaged.
    pub(crate) fn open(path: &'d Path, disk: &'d Folder) -> Result<(Opening, Self), Trouble> {
        let reader = Reader::open(disk).map_err(|error| trouble::of(path, &error))?;
        let mut tape = Self { path, reader, number: 0, bytes: Vec::new() };
        match tape.next()? {
            Some(Entry::Opening(opening)) => Ok((opening, tape)),
            _ => Err(trouble::no_opening(path)),
        }
    }

    /// The next entry; none at the end.
    ///
    /// # Errors
    /// The journal is damaged, or of a newer version.
    pub(crate) fn next(&mut self) -> Result<Option<Entry>, Trouble> {
        let of_ours = |record: &Result<qts_journal::Record, _>| !matches!(record, Ok(record) if record.kind.is_own());
        let Some(record) = self.reader.find(of_ours) else { return Ok(None) };
        let record = record.map_err(|error| trouble::of(self.path, &error))?;
        self.number += 1;
        self.bytes = record.body;
        let entry = Entry::from_bytes(&self.bytes);
        entry.map(Some).map_err(|broken| trouble::strange(self.path, record.seq, &broken))
    }

    /// The bytes of the entry read last.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The entry read last stands where it cannot.
    pub(crate) fn misplaced(&self) -> Trouble {
        trouble::misplaced(self.path, self.number, &tell(&self.bytes))
    }

    /// How it ends, once it was read to its end.
    pub(crate) fn end(&self) -> Option<End> {
        self.reader.end()
    }
}

/// An entry in words.
pub(crate) fn tell(bytes: &[u8]) -> String {
    Entry::from_bytes(bytes).map_or_else(|broken| broken.to_string(), |entry| format!("{entry:?}"))
}

/// The config that a journal began with; names in messages start at the journal.
///
/// # Errors
/// It cannot be read by this program.
pub(crate) fn config(path: &Path, opening: &Opening, kinds: &Kinds) -> Result<Config, Trouble> {
    let name = path.join(&opening.config_path);
    let files: BTreeMap<PathBuf, String> =
        opening.files.iter().map(|file| (path.join(&file.path), file.content.clone())).collect();
    wire::load_kept(Source::kept(&name.display().to_string(), &opening.config, files), kinds)
}
