//! Reads a journal from its beginning, or on from a known block, and believes nothing that it has not checked.
//!
//! One block is in memory at a time. Where the blocks end, what is behind them decides: nothing but zeros is a clean
//! end; bytes that are no block, with no block behind them, are a *torn* end, which a crash explains; a block behind
//! them is *damage*, since a block is written only when all before it are durable.

use std::io;
use std::ops::Range;

use crate::Disk;
use crate::error::{Damage, Error, Problem, reading};
use crate::format::{
    self, BLOCK_HEADER, BlockHeader, Hash, Mode, Position, Purpose, Record, SegmentHeader, Unparsed, is_blank,
    segment_name, segment_of,
};

/// How many bytes are looked through at a time.
const STRETCH: usize = format::LARGEST_UNIT as usize;

/// How a sound journal ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum End {
    /// The writer closed it.
    Closed,
    /// After a whole block: the writer crashed between two commits, or is still writing.
    Open,
    /// After a whole block, and some bytes of another that never became durable follow.
    Torn {
        /// The segment …
        segment: u64,
        /// … the byte in it at which they begin …
        offset: u64,
        /// … and how many they are, up to the last that is not zero, rounded up to the unit.
        bytes: u64,
    },
}

/// Where reading has got to: everything before it is sound.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tail {
    pub(crate) header: SegmentHeader,
    /// Where the next block belongs.
    pub(crate) offset: u64,
    /// The last record.
    pub(crate) seq: u64,
    pub(crate) epoch: u64,
    pub(crate) hash: Hash,
    /// The last block.
    pub(crate) last: Option<Position>,
    /// What the last block of this segment was for.
    pub(crate) purpose: Purpose,
}

impl Tail {
    /// Before the first block of a journal that begins with this segment.
    pub(crate) fn before(header: SegmentHeader) -> Self {
        let hash = format::chain_into(&[0; 32], &header);
        Self { header, offset: u64::from(header.unit), seq: 0, epoch: 0, hash, last: None, purpose: Purpose::Records }
    }

    /// Into the segment that follows.
    pub(crate) fn enter(&mut self, header: SegmentHeader) {
        self.hash = format::chain_into(&self.hash, &header);
        self.offset = u64::from(header.unit);
        self.header = header;
        self.purpose = Purpose::Records;
    }
}

/// An iterator over the records of a journal. A damaged journal yields an error, once, and ends; when it ends without
/// one, [`end`](Self::end) says how.
#[derive(Debug)]
pub struct Reader<'d, D: Disk + ?Sized> {
    disk: &'d D,
    tail: Tail,
    /// The block at hand, with the records not handed out yet.
    block: Vec<u8>,
    records: Range<usize>,
    handed_out: u64,
    end: Option<End>,
    failed: bool,
}

/// What there is where a block could be.
enum Found {
    Block(BlockHeader),
    Nothing,
    /// With the bytes it should have, if its header tells.
    Garbage(Problem, Option<u64>),
}

impl<'d, D: Disk + ?Sized> Reader<'d, D> {
    /// Begins with the first record.
    pub fn open(disk: &'d D) -> Result<Self, Error> {
        if segments(disk)?.is_empty() {
            return Err(Error::NoJournal);
        }
        let header = read_header(disk, 1)?;
        Ok(Self::at(disk, Tail::before(header)))
    }

    /// Goes on after a block of this journal, which is read and checked again. What comes before it is not.
    pub fn resume(disk: &'d D, position: &Position) -> Result<Self, Error> {
        let Position { segment, offset, seq, hash } = *position;
        let missing = Error::NoSuchPosition { segment, offset };
        let header = match read_header(disk, segment) {
            Err(Error::Damaged(Damage { problem: Problem::Missing, .. })) => return Err(missing),
            result => result?,
        };
        let tail = Tail { header, offset, seq, epoch: 0, hash, last: Some(*position), purpose: Purpose::Records };
        let mut reader = Self::at(disk, tail);
        let Found::Block(block) = reader.look(offset)? else { return Err(missing) };
        let is_there = (block.segment, block.offset) == (segment, offset)
            && block.first.checked_add(u64::from(block.count)) == seq.checked_add(1)
            && *blake3::hash(&reader.block).as_bytes() == hash;
        if !is_there {
            return Err(missing);
        }
        reader.tail.offset += reader.block.len() as u64;
        reader.tail.epoch = block.epoch;
        reader.tail.purpose = block.purpose;
        Ok(reader)
    }

    fn at(disk: &'d D, tail: Tail) -> Self {
        Self { disk, handed_out: tail.seq, tail, block: Vec::new(), records: 0..0, end: None, failed: false }
    }

    /// Checks the next block and passes over its records; `None` at the end.
    pub fn next_block(&mut self) -> Option<Result<Position, Error>> {
        if self.end.is_some() || self.failed {
            return None;
        }
        let advanced = self.advance();
        self.failed = advanced.is_err();
        (self.records, self.handed_out) = (0..0, self.tail.seq);
        advanced.map(|is_block| self.last_block().filter(|_| is_block)).transpose()
    }

    /// How the journal ends, once the iterator has come there without an error.
    pub fn end(&self) -> Option<End> {
        self.end
    }

    /// The block that was read last.
    pub fn last_block(&self) -> Option<Position> {
        self.tail.last
    }

    /// Who wrote the journal.
    pub fn instance(&self) -> [u8; 16] {
        self.tail.header.instance
    }

    pub(crate) fn tail(&self) -> Tail {
        self.tail
    }

    /// The next record of the block at hand.
    fn take_record(&mut self) -> Option<Record> {
        let (kind, version, body, rest) = format::split_record(self.block.get(self.records.clone())?)?;
        let record = Record { seq: self.handed_out + 1, epoch: self.tail.epoch, kind, version, body: body.to_vec() };
        self.records.start = self.records.end - rest.len();
        self.handed_out += 1;
        Some(record)
    }

    /// Reads and checks the next block; `false` at the journal's end.
    fn advance(&mut self) -> Result<bool, Error> {
        if self.tail.purpose == Purpose::Seal {
            self.leave_segment()?;
        }
        match self.look(self.tail.offset)? {
            Found::Block(header) => self.accept(&header)?,
            Found::Nothing => self.end = Some(self.judge_end(Problem::Blank, None)?),
            Found::Garbage(problem, size) => self.end = Some(self.judge_end(problem, size)?),
        }
        Ok(self.end.is_none())
    }

    /// Reads what is at `offset` into `self.block`, as far as it can be a block by itself.
    fn look(&mut self, offset: u64) -> Result<Found, Error> {
        let unit = self.tail.header.unit as usize;
        let name = segment_name(self.tail.header.segment);
        self.block.resize(unit, 0);
        let got = reading(self.disk.read(&name, offset, &mut self.block), &name)?;
        self.block.truncate(got);
        if is_blank(&self.block) {
            return Ok(Found::Nothing);
        }
        let Some(header) = BlockHeader::parse(&self.block) else {
            return Ok(Found::Garbage(Problem::BlockHeader, None));
        };
        let end = BLOCK_HEADER + header.length as usize;
        let size = self.tail.header.padded(end);
        if size > unit && got == unit {
            self.block.resize(size, 0);
            let more = reading(self.disk.read(&name, offset + unit as u64, &mut self.block[unit..]), &name)?;
            self.block.truncate(unit + more);
        }
        if self.block.get(BLOCK_HEADER..end).map(crc32fast::hash) != Some(header.checksum) {
            return Ok(Found::Garbage(Problem::Checksum, Some(size as u64)));
        }
        let whole = self.block.len() == size && is_blank(&self.block[end..]);
        Ok(if whole { Found::Block(header) } else { Found::Garbage(Problem::Padding, Some(size as u64)) })
    }

    /// Takes a block that is sound in itself, if it belongs here. No crash can make one that does not.
    fn accept(&mut self, header: &BlockHeader) -> Result<(), Error> {
        let records = BLOCK_HEADER..BLOCK_HEADER + header.length as usize;
        if let Some(problem) = self.objection(header, &self.block[records.clone()]) {
            return Err(self.damage(problem).into());
        }
        let tail = &mut self.tail;
        tail.seq += u64::from(header.count);
        tail.epoch = header.epoch;
        tail.hash = *blake3::hash(&self.block).as_bytes();
        let position = Position { segment: header.segment, offset: tail.offset, seq: tail.seq, hash: tail.hash };
        (tail.last, tail.purpose) = (Some(position), header.purpose);
        tail.offset += self.block.len() as u64;
        self.records = records;
        Ok(())
    }

    fn objection(&self, header: &BlockHeader, records: &[u8]) -> Option<Problem> {
        let tail = &self.tail;
        let is_here = (header.segment, header.offset) == (tail.header.segment, tail.offset);
        let continues = header.previous == tail.hash
            && tail.seq.checked_add(1) == Some(header.first)
            && header.first.checked_add(u64::from(header.count)).is_some()
            && header.epoch >= tail.epoch;
        match () {
            () if !is_here => Some(Problem::OtherPlace),
            () if !continues => Some(Problem::Chain),
            () if !format::holds_records(records, header.count) => Some(Problem::Records),
            () => None,
        }
    }

    /// Goes from a sealed segment into the next.
    fn leave_segment(&mut self) -> Result<(), Error> {
        let old = self.tail.header;
        self.check_length()?;
        let mut blank = true;
        survey(self.disk, &old, self.tail.offset, &mut |_, _| blank = false)?;
        if !blank {
            return Err(self.damage(Problem::AfterSeal).into());
        }
        let next = self.read_next(&old)?;
        self.tail.enter(next);
        Ok(())
    }

    fn read_next(&self, old: &SegmentHeader) -> Result<SegmentHeader, Error> {
        let header = read_header(self.disk, old.segment + 1)?;
        let expected = SegmentHeader { segment: old.segment + 1, epoch: header.epoch, ..*old };
        if header != expected || header.epoch < old.epoch {
            return Err(Damage { segment: old.segment + 1, offset: 0, problem: Problem::OtherSegment }.into());
        }
        Ok(header)
    }

    /// A segment that was preallocated keeps its length, but for the last one of a journal that was closed.
    fn check_length(&self) -> Result<(), Error> {
        let SegmentHeader { mode, capacity, .. } = self.tail.header;
        let length = self.length()?;
        let sound = if mode == Mode::Growing { length <= capacity } else { length == capacity };
        let wrong = Problem::Length { length, expected: capacity };
        if sound { Ok(()) } else { Err(self.damage(wrong).into()) }
    }

    fn length(&self) -> Result<u64, Error> {
        let name = segment_name(self.tail.header.segment);
        reading(self.disk.length(&name), &name)
    }

    /// There is no sound block where the next one belongs: is this the end, and what kind of end?
    fn judge_end(&self, problem: Problem, size: Option<u64>) -> Result<End, Error> {
        let header = self.tail.header;
        let closed = self.tail.purpose == Purpose::Close;
        let (rest, block_follows) = self.remains(&header, self.tail.offset, self.tail.offset + 1)?;
        if block_follows || size.is_some_and(|it| rest > it) {
            return Err(self.damage(problem).into());
        }
        if !(closed && self.length()? == self.tail.offset) {
            self.check_length()?;
        }
        let beyond = self.judge_spare(&header)?;
        if rest + beyond > 0 {
            let (segment, offset) = (header.segment, self.tail.offset);
            return Ok(End::Torn { segment, offset, bytes: rest + beyond });
        }
        Ok(if closed { End::Closed } else { End::Open })
    }

    /// Looks at the segment that was made ahead, if there is one: it must be empty. Says how many bytes are not.
    fn judge_spare(&self, header: &SegmentHeader) -> Result<u64, Error> {
        let later: Vec<u64> = segments(self.disk)?.into_iter().filter(|it| *it > header.segment).collect();
        if later.is_empty() {
            return Ok(0);
        }
        if later != [header.segment + 1] {
            return Err(self.damage(Problem::Unsealed).into());
        }
        let spare = self.read_next(header)?;
        let name = segment_name(spare.segment);
        let length = reading(self.disk.length(&name), &name)?;
        let unit = u64::from(spare.unit);
        let (bytes, block_is_there) = self.remains(&spare, unit, unit)?;
        if block_is_there {
            return Err(self.damage(Problem::Unsealed).into());
        }
        if spare.mode == Mode::Preallocated && length != spare.capacity {
            let problem = Problem::Length { length, expected: spare.capacity };
            return Err(Damage { segment: spare.segment, offset: 0, problem }.into());
        }
        Ok(bytes)
    }

    /// How many bytes from `start` on are not blank, and whether a block begins at `from` or later.
    fn remains(&self, header: &SegmentHeader, start: u64, from: u64) -> Result<(u64, bool), Error> {
        let (mut bytes, mut is_there) = (0, false);
        survey(self.disk, header, start, &mut |offset, unit| {
            bytes = offset + unit.len() as u64 - start;
            is_there |= offset >= from && begins_block(header, offset, unit).is_some();
        })?;
        Ok((bytes, is_there))
    }

    fn damage(&self, problem: Problem) -> Damage {
        Damage { segment: self.tail.header.segment, offset: self.tail.offset, problem }
    }
}

impl<D: Disk + ?Sized> Iterator for Reader<'_, D> {
    type Item = Result<Record, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.end.is_none() && !self.failed {
            if let Some(record) = self.take_record() {
                self.failed = record.kind.is_unknown();
                let Record { seq, kind, .. } = record;
                return Some(if self.failed { Err(Error::UnknownKind { kind: kind.0, seq }) } else { Ok(record) });
            }
            if let Err(error) = self.advance() {
                self.failed = true;
                return Some(Err(error));
            }
        }
        None
    }
}

/// The header of a block that was written for this place.
pub(crate) fn begins_block(header: &SegmentHeader, offset: u64, unit: &[u8]) -> Option<BlockHeader> {
    BlockHeader::parse(unit).filter(|it| (it.segment, it.offset) == (header.segment, offset))
}

/// Shows every unit of a segment from `start` on that is not blank, with its offset.
pub(crate) fn survey<D: Disk + ?Sized>(
    disk: &D,
    header: &SegmentHeader,
    start: u64,
    see: &mut dyn FnMut(u64, &[u8]),
) -> Result<(), Error> {
    let name = segment_name(header.segment);
    let mut stretch = vec![0; STRETCH];
    let mut offset = start;
    loop {
        let got = reading(disk.read(&name, offset, &mut stretch), &name)?;
        if !is_blank(&stretch[..got]) {
            let units = stretch[..got].chunks(header.unit as usize).zip(0u64..);
            units
                .filter(|(unit, _)| !is_blank(unit))
                .for_each(|(unit, at)| see(offset + at * u64::from(header.unit), unit));
        }
        offset += got as u64;
        if got < stretch.len() {
            return Ok(());
        }
    }
}

/// The segments that there are, in order.
pub(crate) fn segments<D: Disk + ?Sized>(disk: &D) -> Result<Vec<u64>, Error> {
    let names = reading(disk.list(), "the journal's folder")?;
    let mut segments: Vec<u64> = names.iter().filter_map(|it| segment_of(it)).collect();
    segments.sort_unstable();
    Ok(segments)
}

/// A segment's header.
pub(crate) fn read_header<D: Disk + ?Sized>(disk: &D, segment: u64) -> Result<SegmentHeader, Error> {
    let name = segment_name(segment);
    let wrong = |problem| Error::from(Damage { segment, offset: 0, problem });
    let mut bytes = vec![0; format::LARGEST_UNIT as usize];
    let got = match disk.read(&name, 0, &mut bytes) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(wrong(Problem::Missing)),
        result => reading(result, &name)?,
    };
    match SegmentHeader::parse(&bytes[..got]) {
        Ok(header) if header.segment == segment => Ok(header),
        Ok(_) => Err(wrong(Problem::OtherSegment)),
        Err(Unparsed::Damaged) => Err(wrong(Problem::SegmentHeader)),
        Err(Unparsed::Version(version)) => Err(Error::OtherVersion { file: name, version }),
    }
}
