//! Keeps a run as it happens, or goes on with one that was broken off: then what happens again is compared with what
//! the journal tells, entry by entry, and only what is new is written.

use std::path::Path;
use std::time::{Duration, Instant};

use qts_journal::{Folder, Kind, Options, Policy, Reader, Writer};
use qts_record::{Entry, Opening, Telling};

use crate::config::{Config, Durability, JournalSpec};
use crate::exit::Trouble;

use super::tape::tell;
use super::trouble;

/// The folder of a journal, open for reading.
pub(crate) struct Disk {
    spec: JournalSpec,
    folder: Folder,
}

/// The folder of the config's journal, made if need be; `None` if nothing is to be kept.
///
/// # Errors
/// It cannot be made, or a run is to go on that nobody kept.
pub(crate) fn folder(config: &Config, resume: bool) -> Result<Option<Disk>, Trouble> {
    let Some(spec) = config.journal.clone() else {
        return if resume { Err(trouble::none_to_resume()) } else { Ok(None) };
    };
    let folder = Folder::create(&spec.folder).map_err(|error| trouble::folder(&spec.folder, &error))?;
    Ok(Some(Disk { spec, folder }))
}

/// The form of the entries in the journal's records.
const VERSION: u16 = 1;

/// Writes what a run tells, in order.
pub(crate) struct Keeper<'d> {
    folder: &'d Path,
    writer: Writer<Folder>,
    /// What the journal tells of this run already and was not compared yet.
    told: Option<Reader<'d, Folder>>,
    /// The number of the entry at hand, from 1.
    number: u64,
    /// Its bytes; kept for their memory.
    bytes: Vec<u8>,
    started: Instant,
}

impl<'d> Keeper<'d> {
    /// Begins a journal where there is none, or goes on with the one that is there.
    ///
    /// # Errors
    /// There is a journal and nobody said to go on with it; it is locked, damaged, or of another config; the disk
    /// fails.
    pub(crate) fn open(
        Disk { spec, folder: disk }: &'d Disk,
        usual: Durability,
        opening: &Opening,
        resume: bool,
    ) -> Result<Self, Trouble> {
        let folder = &spec.folder;
        let failed = |error| trouble::of(folder, &error);
        // Whatever else may be wrong with a journal that is there, the writer tells.
        let is_there = !matches!(Reader::open(disk), Err(qts_journal::Error::NoJournal));
        if is_there && !resume {
            return Err(trouble::exists(folder));
        }
        let options = Options::new(policy(spec.durability.unwrap_or(usual)), instance(opening));
        let own = Folder::create(folder).map_err(|error| trouble::folder(folder, &error))?;
        let (writer, _) = Writer::open(own, options, |_| {}).map_err(failed)?;
        let told = if is_there { Some(Reader::open(disk).map_err(failed)?) } else { None };
        let mut keeper = Self { folder, writer, told, number: 0, bytes: Vec::new(), started: Instant::now() };
        keeper.keep(Telling::Opening(opening))?;
        keeper.settle()?;
        Ok(keeper)
    }

    /// Takes an entry. It is not durable yet.
    ///
    /// # Errors
    /// The journal tells otherwise, or cannot be written.
    pub(crate) fn keep(&mut self, telling: Telling<'_>) -> Result<(), Trouble> {
        self.number += 1;
        self.bytes.clear();
        telling.put(&mut self.bytes);
        if let Some(before) = self.before()? {
            return if before == self.bytes { Ok(()) } else { Err(self.differs(&before)) };
        }
        let appended = self.writer.append(kind(&self.bytes), VERSION, &self.bytes);
        appended.map(drop).map_err(|error| trouble::of(self.folder, &error))
    }

    /// What was taken so far is durable after this, as far as the policy promises.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub(crate) fn settle(&mut self) -> Result<(), Trouble> {
        let now = self.started.elapsed();
        self.writer.commit(now).map(drop).map_err(|error| trouble::of(self.folder, &error))
    }

    /// Makes all durable, and lets go.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub(crate) fn close(self) -> Result<(), Trouble> {
        self.writer.close().map(drop).map_err(|error| trouble::of(self.folder, &error))
    }

    /// The entry that the journal tells here already.
    fn before(&mut self) -> Result<Option<Vec<u8>>, Trouble> {
        let Some(told) = &mut self.told else { return Ok(None) };
        let next = told.find(|record| record.as_ref().map_or(true, |record| !record.kind.is_own()));
        let next = next.transpose().map_err(|error| trouble::of(self.folder, &error))?;
        if next.is_none() {
            self.told = None;
        }
        Ok(next.map(|record| record.body))
    }

    fn differs(&self, before: &[u8]) -> Trouble {
        match (Entry::from_bytes(before), Entry::from_bytes(&self.bytes)) {
            (Ok(Entry::Opening(before)), Ok(Entry::Opening(now))) => trouble::other_run(self.folder, &before, &now),
            _ => trouble::differs(self.folder, self.number, &tell(before), &tell(&self.bytes)),
        }
    }
}

/// The journal's kind of a record that holds this entry.
fn kind(entry: &[u8]) -> Kind {
    Kind(Kind::FIRST_FREE.0 + u16::from(entry.first().copied().unwrap_or_default()))
}

fn policy(durability: Durability) -> Policy {
    match durability {
        Durability::Cycle => Policy::Cycle,
        Durability::Group(every) => Policy::Group(Duration::from_nanos(every.0.unsigned_abs())),
        Durability::Replayable => Policy::Replayable,
    }
}

/// Tells this journal from others: made of what it begins with, so that the same run has the same bytes.
fn instance(opening: &Opening) -> [u8; 16] {
    let mut bytes = Vec::new();
    Telling::Opening(opening).put(&mut bytes);
    let mut instance = [0; 16];
    instance.copy_from_slice(&blake3::hash(&bytes).as_bytes()[..16]);
    instance
}
