//! The bytes on disk, as `docs/journal.md` writes them down: segment headers, blocks, records.
//!
//! Nothing here reads or writes a file. Whatever the bytes are, parsing them does not panic.

/// The format that is written here.
pub const FORMAT_VERSION: u16 = 1;
/// The most bytes a block has, so that readers need no more memory.
pub const LARGEST_BLOCK: usize = 16 << 20;
/// The unit that all blocks are padded to is one of the powers of two from here …
pub(crate) const SMALLEST_UNIT: u32 = 512;
/// … to here.
pub(crate) const LARGEST_UNIT: u32 = 16_384;
pub(crate) const LARGEST_SEGMENT: u64 = 1 << 40;
pub(crate) const BLOCK_HEADER: usize = 88;
pub(crate) const RECORD_HEADER: usize = 8;
const SEGMENT_HEADER: usize = 64;
const SEGMENT_MAGIC: [u8; 8] = *b"QTSJRNL\0";
const BLOCK_MAGIC: [u8; 4] = *b"QBLK";
const SEGMENT_SUFFIX: &str = ".qtsj";
const TEMPORARY_SUFFIX: &str = ".tmp";
const ZEROS: [u8; 4096] = [0; 4096];

/// A BLAKE3 hash.
pub type Hash = [u8; 32];

/// What a record is; the journal looks no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub u16);

impl Kind {
    /// A process began to write: its epoch, a `u64`.
    pub const EPOCH: Self = Self(0);
    /// The journal was repaired: five `u64`, first and last lost record (0: not known), segment and offset of the
    /// damage, bytes lost.
    pub const REPAIR: Self = Self(1);
    /// Kinds below are the journal's own.
    pub const FIRST_FREE: Self = Self(16);

    /// Whether the journal itself wrote it.
    pub fn is_own(self) -> bool {
        self < Self::FIRST_FREE
    }

    /// Whether the journal wrote it, and this version does not know why.
    pub(crate) fn is_unknown(self) -> bool {
        self.is_own() && self > Self::REPAIR
    }

    /// Whether a reader that does not know the kind may pass over it. If not, it must refuse.
    pub fn is_optional(self) -> bool {
        self.0 & 0x8000 != 0
    }
}

/// One record, as it was appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its number; the first is 1, none is left out.
    pub seq: u64,
    /// The epoch of the process that wrote it.
    pub epoch: u64,
    /// What it is.
    pub kind: Kind,
    /// The version of that kind; later versions only add at the end of the body.
    pub version: u16,
    /// What the caller gave.
    pub body: Vec<u8>,
}

/// A block of a journal: the place from which reading can go on after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The segment it is in …
    pub segment: u64,
    /// … and the byte at which it begins.
    pub offset: u64,
    /// The number of the last record up to its end.
    pub seq: u64,
    /// Its hash, and with that the hash of all that comes before.
    pub hash: Hash,
}

/// How the file of a segment got its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Filled with zeros before its first use.
    Preallocated,
    /// Grows with each block.
    Growing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    pub(crate) mode: Mode,
    pub(crate) unit: u32,
    pub(crate) segment: u64,
    pub(crate) capacity: u64,
    /// The epoch in which the segment was made.
    pub(crate) epoch: u64,
    pub(crate) instance: [u8; 16],
}

/// Why bytes are no header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unparsed {
    Damaged,
    /// A sound one, of another format.
    Version(u16),
}

impl SegmentHeader {
    /// The header as it fills the segment's first unit.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut rest = Vec::with_capacity(self.unit as usize);
        rest.extend(FORMAT_VERSION.to_le_bytes());
        rest.extend((self.mode as u16).to_le_bytes());
        rest.extend(self.unit.to_le_bytes());
        rest.extend([0; 4]);
        rest.extend(self.segment.to_le_bytes());
        rest.extend(self.capacity.to_le_bytes());
        rest.extend(self.epoch.to_le_bytes());
        rest.extend(self.instance);
        let mut bytes = SEGMENT_MAGIC.to_vec();
        bytes.extend(crc32fast::hash(&rest).to_le_bytes());
        bytes.extend(rest);
        bytes.resize(self.unit as usize, 0);
        bytes
    }

    /// Reads the first bytes of a segment; what follows in its unit must be zero.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Unparsed> {
        let sound =
            bytes.starts_with(&SEGMENT_MAGIC) && bytes.get(12..SEGMENT_HEADER).map(crc32fast::hash) == u32_at(bytes, 8);
        if !sound {
            return Err(Unparsed::Damaged);
        }
        if let Some(version) = u16_at(bytes, 12).filter(|it| *it != FORMAT_VERSION) {
            return Err(Unparsed::Version(version));
        }
        let header = Self::fields(bytes).filter(|it| it.is_plausible());
        let unit = header.and_then(|it| bytes.get(SEGMENT_HEADER..it.unit as usize));
        header.filter(|_| unit.is_some_and(is_blank)).ok_or(Unparsed::Damaged)
    }

    fn fields(bytes: &[u8]) -> Option<Self> {
        let mode = match u16_at(bytes, 14)? {
            0 => Mode::Preallocated,
            1 => Mode::Growing,
            _ => return None,
        };
        if chunk(bytes, 20)? != [0; 4] {
            return None;
        }
        Some(Self {
            mode,
            unit: u32_at(bytes, 16)?,
            segment: u64_at(bytes, 24)?,
            capacity: u64_at(bytes, 32)?,
            epoch: u64_at(bytes, 40)?,
            instance: chunk(bytes, 48)?,
        })
    }

    pub(crate) fn is_plausible(&self) -> bool {
        let unit = u64::from(self.unit);
        self.unit.is_power_of_two()
            && (SMALLEST_UNIT..=LARGEST_UNIT).contains(&self.unit)
            && self.capacity.is_multiple_of(unit)
            && (4 * unit..=LARGEST_SEGMENT).contains(&self.capacity)
    }

    /// The bytes that a block takes which has so many before its padding.
    pub(crate) fn padded(&self, bytes: usize) -> usize {
        bytes.next_multiple_of(self.unit as usize)
    }

    /// The most bytes that a block of such a segment has: its header and the block that ends it need a unit each.
    pub(crate) fn largest_block(&self) -> usize {
        let room = self.capacity - 2 * u64::from(self.unit);
        usize::try_from(room).map_or(LARGEST_BLOCK, |it| it.min(LARGEST_BLOCK))
    }
}

/// What a block is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Records,
    /// The segment is full, the next one follows.
    Seal,
    /// The writer ended in good order.
    Close,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BlockHeader {
    pub(crate) length: u32,
    pub(crate) checksum: u32,
    pub(crate) purpose: Purpose,
    pub(crate) count: u32,
    pub(crate) segment: u64,
    pub(crate) offset: u64,
    pub(crate) epoch: u64,
    pub(crate) first: u64,
    pub(crate) previous: Hash,
}

impl BlockHeader {
    /// The header at the start of these bytes, if there is one and its checksum matches.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        if !bytes.starts_with(&BLOCK_MAGIC) || crc32fast::hash(bytes.get(8..BLOCK_HEADER)?) != u32_at(bytes, 4)? {
            return None;
        }
        let purpose = match u32_at(bytes, 16)? {
            0 => Purpose::Records,
            1 => Purpose::Seal,
            2 => Purpose::Close,
            _ => return None,
        };
        let header = Self {
            length: u32_at(bytes, 8)?,
            checksum: u32_at(bytes, 12)?,
            purpose,
            count: u32_at(bytes, 20)?,
            segment: u64_at(bytes, 24)?,
            offset: u64_at(bytes, 32)?,
            epoch: u64_at(bytes, 40)?,
            first: u64_at(bytes, 48)?,
            previous: chunk(bytes, 56)?,
        };
        (header.length as usize <= LARGEST_BLOCK - BLOCK_HEADER).then_some(header)
    }

    /// Writes the header over the first bytes of a block, with the length and checksum of what follows them.
    pub(crate) fn seal(mut self, block: &mut [u8]) {
        let Some((header, records)) = block.split_at_mut_checked(BLOCK_HEADER) else { return };
        self.length = records.len() as u32; // at most `LARGEST_BLOCK`
        self.checksum = crc32fast::hash(records);
        let mut rest = Vec::with_capacity(BLOCK_HEADER - 8);
        for field in [self.length, self.checksum, self.purpose as u32, self.count] {
            rest.extend(field.to_le_bytes());
        }
        for field in [self.segment, self.offset, self.epoch, self.first] {
            rest.extend(field.to_le_bytes());
        }
        rest.extend(self.previous);
        header[..4].copy_from_slice(&BLOCK_MAGIC);
        header[4..8].copy_from_slice(&crc32fast::hash(&rest).to_le_bytes());
        header[8..].copy_from_slice(&rest);
    }
}

/// Puts a record's frame and body at the end of a block.
pub(crate) fn push_record(block: &mut Vec<u8>, kind: Kind, version: u16, body: &[u8]) {
    block.extend((body.len() as u32).to_le_bytes()); // at most `LARGEST_BLOCK`
    block.extend(kind.0.to_le_bytes());
    block.extend(version.to_le_bytes());
    block.extend(body);
}

/// The record at the start of these bytes: kind, version, body, and the bytes behind it.
pub(crate) fn split_record(bytes: &[u8]) -> Option<(Kind, u16, &[u8], &[u8])> {
    let length = u32_at(bytes, 0)? as usize;
    let (body, rest) = bytes.get(RECORD_HEADER..)?.split_at_checked(length)?;
    Some((Kind(u16_at(bytes, 4)?), u16_at(bytes, 6)?, body, rest))
}

/// Whether a block's bytes are exactly so many records.
pub(crate) fn holds_records(mut bytes: &[u8], count: u32) -> bool {
    for _ in 0..count {
        match split_record(bytes) {
            Some((_, _, _, rest)) => bytes = rest,
            None => return false,
        }
    }
    bytes.is_empty()
}

/// What the chain becomes when a segment begins.
pub(crate) fn chain_into(previous: &Hash, header: &SegmentHeader) -> Hash {
    *blake3::Hasher::new().update(previous).update(&header.to_bytes()).finalize().as_bytes()
}

/// The file of a segment.
pub(crate) fn segment_name(segment: u64) -> String {
    format!("{segment:010}{SEGMENT_SUFFIX}")
}

/// The segment that a file holds.
pub(crate) fn segment_of(file: &str) -> Option<u64> {
    let segment = file.strip_suffix(SEGMENT_SUFFIX)?.parse().ok()?;
    (segment_name(segment) == file).then_some(segment)
}

/// The name that a file has until it is complete.
pub(crate) fn temporary(file: &str) -> String {
    format!("{file}{TEMPORARY_SUFFIX}")
}

/// Whether a crash left the file before it was complete.
pub(crate) fn is_temporary(file: &str) -> bool {
    file.ends_with(TEMPORARY_SUFFIX)
}

/// Whether all bytes are zero.
pub(crate) fn is_blank(bytes: &[u8]) -> bool {
    bytes.chunks(ZEROS.len()).all(|chunk| chunk == &ZEROS[..chunk.len()])
}

pub(crate) fn chunk<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    chunk(bytes, at).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    chunk(bytes, at).map(u32::from_le_bytes)
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    chunk(bytes, at).map(u64::from_le_bytes)
}
