//! What can go wrong, and what to do then.

use std::io;

use crate::format::segment_name;

/// Why the journal could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process has it. *Halt*: stop the other one first.
    #[error("another instance is writing to the journal: stop it first, or give this one a journal of its own")]
    Locked,
    /// There is none. *Halt*: give the right folder.
    #[error("there is no journal here: give the folder that holds `{}`", segment_name(1))]
    NoJournal,
    /// It is damaged where a crash damages nothing. *Halt*, and repair it offline.
    #[error("the journal is damaged: {0}; nothing was changed; `qts journal repair` saves what comes before")]
    Damaged(#[from] Damage),
    /// It is written in a format that is not known here. *Halt*: use the program that wrote it, or a newer one.
    #[error("`{file}` has format version {version}, which is not known here: use a newer program")]
    OtherVersion {
        /// Which segment.
        file: String,
        /// Its version.
        version: u16,
    },
    /// It holds a record of the journal's own that is not known here. *Halt*: use a newer program.
    #[error("record {seq} is of the journal's own kind {kind}, which is not known here: use a newer program")]
    UnknownKind {
        /// Its kind.
        kind: u16,
        /// Its number.
        seq: u64,
    },
    /// No space for it. *Degrade*: no new orders; what was appended is kept, but not durable. Free space, then
    /// [`prepare`](crate::Writer::prepare).
    #[error("no space is left for the journal in `{file}`: free some, until then nothing new can be recorded")]
    Full {
        /// What could not be written.
        file: String,
    },
    /// A write or sync failed, and nobody knows what is on the disk now. *Halt* at once; never retried.
    #[error("failed to {doing} `{file}`: {source}; the disk is not to be trusted: stop, look at it, and start again")]
    Failed {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The writer failed before. *Halt*.
    #[error("the journal failed before and takes nothing more: stop and start again")]
    Poisoned,
    /// A file could not be read. *Halt*.
    #[error("failed to read `{file}`: {source}; nothing was changed")]
    Unreadable {
        /// Which.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The records of one commit do not fit into a block. *Halt*, or commit first and append the rest again.
    #[error(
        "a record of {bytes} bytes does not fit: the records of one commit may have {limit} bytes; commit more often"
    )]
    TooLarge {
        /// The record with its frame.
        bytes: usize,
        /// What an empty block takes.
        limit: usize,
    },
    /// Kinds below [`Kind::FIRST_FREE`](crate::Kind::FIRST_FREE) are the journal's own.
    #[error("record kind {0} is the journal's own: take one from 16 on")]
    OwnKind(u16),
    /// The options contradict themselves or the journal. Mend them.
    #[error("{0}")]
    Options(&'static str),
    /// The place is not in this journal. *Retry* from an older snapshot, or from the beginning.
    #[error("segment {segment} has no such block at offset {offset}: replay from an older snapshot or from the start")]
    NoSuchPosition {
        /// Where it should be …
        segment: u64,
        /// … and at what byte.
        offset: u64,
    },
    /// Repair writes to an empty folder only. Give another.
    #[error("the folder to repair into is not empty: give a new one")]
    NotEmpty,
}

/// Where a journal is damaged, and how that shows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}`, offset {offset}: {problem}", segment_name(*.segment))]
pub struct Damage {
    /// The segment.
    pub segment: u64,
    /// The byte at which the block begins that is not as it was written; 0 for the segment's header.
    pub offset: u64,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with damaged bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The file is not there, though the segment before it ends as if one followed.
    #[error("the segment is missing")]
    Missing,
    /// The header is not that of a segment, or its checksum does not match.
    #[error("the segment's header is damaged")]
    SegmentHeader,
    /// The header is another segment's.
    #[error("the header belongs to another segment or another journal")]
    OtherSegment,
    /// The file is not as long as it was made.
    #[error("the file has {length} bytes and should have {expected}")]
    Length {
        /// What it has.
        length: u64,
        /// What its header says.
        expected: u64,
    },
    /// Blocks follow, so one must have been here.
    #[error("there is no block, but blocks follow")]
    Blank,
    /// The block's header is damaged, and blocks follow.
    #[error("the block's header is damaged")]
    BlockHeader,
    /// The block's records are damaged, and blocks follow.
    #[error("the block's checksum does not match")]
    Checksum,
    /// The bytes behind the records are not zero, and blocks follow.
    #[error("the padding behind the block is not zero")]
    Padding,
    /// A sound block that was written for another place.
    #[error("the block belongs to another place")]
    OtherPlace,
    /// A sound block that does not continue the one before it.
    #[error("the block does not continue the one before it")]
    Chain,
    /// A sound block whose records do not add up.
    #[error("the block's records are malformed")]
    Records,
    /// Something was written behind the end of a full segment.
    #[error("something follows the segment's last block")]
    AfterSeal,
    /// The next segments hold blocks, though this one has not ended.
    #[error("the segment does not end, but blocks follow in a later one")]
    Unsealed,
}

pub(crate) fn reading<T>(result: io::Result<T>, file: &str) -> Result<T, Error> {
    result.map_err(|source| Error::Unreadable { file: file.to_owned(), source })
}

/// No space is a state to live with; every other failure to write is not.
pub(crate) fn writing<T>(result: io::Result<T>, file: &str) -> Result<T, Error> {
    result.map_err(|source| match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::Full { file: file.to_owned() },
        _ => Error::Failed { doing: "write to", file: file.to_owned(), source },
    })
}

/// Every failure to sync is one too many, whatever its cause.
pub(crate) fn syncing<T>(result: io::Result<T>, file: &str) -> Result<T, Error> {
    result.map_err(|source| Error::Failed { doing: "sync", file: file.to_owned(), source })
}
