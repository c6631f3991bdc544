//! States kept beside the journal, so that a restart need not replay all of it.
//!
//! A snapshot is a file of its own, named by its last record and by the hash of all its bytes. One that is damaged, or
//! that the journal knows nothing of, is passed over: an older one or the whole journal says the same.

use crate::error::{Error, reading, syncing, writing};
use crate::format::{Position, chunk, temporary, u64_at};
use crate::{Disk, Reader};

const MAGIC: [u8; 8] = *b"QTSSNAP\0";
const VERSION: u64 = 1;
const HEADER: usize = 72;
const PREFIX: &str = "snapshot-";
const SUFFIX: &str = ".qtss";

/// A state, and where in the journal it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The block after which the state was that: [`Reader::resume`] goes on from there.
    pub position: Position,
    /// What the caller kept.
    pub state: Vec<u8>,
}

/// The newest snapshot that can be used, and those that cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newest {
    /// It, if there is one; if not, the whole journal is to be replayed.
    pub snapshot: Option<Snapshot>,
    /// Newer files that are damaged or belong to another journal, for a warning.
    pub unfit: Vec<String>,
}

/// Finds the newest sound snapshot that belongs to this journal.
pub fn newest_snapshot<D: Disk + ?Sized>(disk: &D) -> Result<Newest, Error> {
    let mut names = reading(disk.list(), "the journal's folder")?;
    names.retain(|it| is_snapshot(it));
    names.sort();
    let mut unfit = Vec::new();
    for name in names.into_iter().rev() {
        match load(disk, &name)? {
            Some(snapshot) if Reader::resume(disk, &snapshot.position).is_ok() => {
                return Ok(Newest { snapshot: Some(snapshot), unfit });
            }
            _ => unfit.push(name),
        }
    }
    Ok(Newest { snapshot: None, unfit })
}

pub(crate) fn is_snapshot(file: &str) -> bool {
    file.starts_with(PREFIX) && file.ends_with(SUFFIX)
}

/// Writes a snapshot whole or not at all.
pub(crate) fn save<D: Disk>(disk: &mut D, position: &Position, state: &[u8]) -> Result<String, Error> {
    let mut bytes = MAGIC.to_vec();
    for field in [VERSION, position.segment, position.offset, position.seq] {
        bytes.extend(field.to_le_bytes());
    }
    bytes.extend(position.hash);
    bytes.extend(state);
    let name = name(position.seq, &bytes);
    let unfinished = temporary(&name);
    writing(disk.create(&unfinished), &unfinished)?;
    if let Err(error) = writing(disk.write(&unfinished, 0, &bytes), &unfinished) {
        // It gives its space back, if it can; the next start removes it, too.
        let _ = disk.remove(&unfinished);
        return Err(error);
    }
    syncing(disk.sync(&unfinished), &unfinished)?;
    writing(disk.rename(&unfinished, &name), &name)?;
    syncing(disk.sync_folder(), "the journal's folder")?;
    disk.release(&name);
    Ok(name)
}

/// Reads a snapshot; `None` if it is not what its name says.
fn load<D: Disk + ?Sized>(disk: &D, file: &str) -> Result<Option<Snapshot>, Error> {
    let length = reading(disk.length(file), file)?;
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
    let got = reading(disk.read(file, 0, &mut bytes), file)?;
    bytes.truncate(got);
    Ok(parse(&bytes).filter(|it| name(it.position.seq, &bytes) == file))
}

fn parse(bytes: &[u8]) -> Option<Snapshot> {
    if !bytes.starts_with(&MAGIC) || u64_at(bytes, 8)? != VERSION {
        return None;
    }
    let (segment, offset, seq) = (u64_at(bytes, 16)?, u64_at(bytes, 24)?, u64_at(bytes, 32)?);
    let position = Position { segment, offset, seq, hash: chunk(bytes, 40)? };
    Some(Snapshot { position, state: bytes.get(HEADER..)?.to_vec() })
}

fn name(seq: u64, bytes: &[u8]) -> String {
    format!("{PREFIX}{seq:020}-{}{SUFFIX}", blake3::hash(bytes).to_hex())
}
