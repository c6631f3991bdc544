//! Appends records, and says which of them are durable. One block is written and synced at a time, so that a block
//! behind another proves that the other one had become durable.
//!
//! After a failure other than want of space the writer takes nothing more, and no sync is ever tried a second time.

use std::io;
use std::time::Duration;

use crate::error::{Error, reading, syncing, writing};
use crate::format::{
    self, BLOCK_HEADER, BlockHeader, Hash, Kind, Mode, Position, Purpose, RECORD_HEADER, Record, SegmentHeader,
    is_temporary, segment_name, temporary,
};
use crate::reader::{End, Reader, Tail, segments};
use crate::{Disk, snapshot};

/// How much is written at a time where nothing is to be synced, and while a segment is made.
const STRETCH: usize = 1 << 16;

/// When what was committed is made durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// At every commit: for live inputs.
    Cycle,
    /// When so much time has passed since the first commit that is not durable yet.
    Group(Duration),
    /// When a segment is full and at the end, without preallocation: for runs whose inputs can be read again. After
    /// a crash such a journal may be damaged.
    Replayable,
}

impl Policy {
    fn mode(self) -> Mode {
        if self == Self::Replayable { Mode::Growing } else { Mode::Preallocated }
    }
}

/// How a journal is written. All but the policy is for a new journal; an existing one keeps what it was made with.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// When what was committed is made durable.
    pub policy: Policy,
    /// Tells this journal from all others.
    pub instance: [u8; 16],
    /// The size of a segment in bytes.
    pub segment_bytes: u64,
    /// Blocks begin at multiples of it, so that writing one never touches what holds another. A power of two from 512
    /// to 16,384; less than what the disk writes at a time is less safe.
    pub unit: u32,
}

impl Options {
    /// Segments of 64 MiB in units of 4 KiB.
    pub fn new(policy: Policy, instance: [u8; 16]) -> Self {
        Self { policy, instance, segment_bytes: 64 << 20, unit: 4096 }
    }

    fn first_header(&self) -> Result<SegmentHeader, Error> {
        let (mode, capacity) = (self.policy.mode(), self.segment_bytes);
        let header = SegmentHeader { mode, unit: self.unit, segment: 1, capacity, epoch: 1, instance: self.instance };
        header.is_plausible().then_some(header).ok_or(Error::Options(
            "a unit is a power of two from 512 to 16,384, and a segment is at least four units, in whole units",
        ))
    }
}

/// What was there when a journal was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recovered {
    /// How it ended; `None` if it was not there.
    pub end: Option<End>,
    /// The number of the last record that was kept.
    pub last_seq: u64,
    /// The epoch that begins now.
    pub epoch: u64,
}

/// Writes a journal. Dropping it without [`close`](Self::close) is what a crash does: all that is durable stays.
#[derive(Debug)]
pub struct Writer<D: Disk> {
    disk: D,
    policy: Policy,
    header: SegmentHeader,
    /// Where the next block goes.
    offset: u64,
    epoch: u64,
    hash: Hash,
    last: Option<Position>,
    /// Room for a header, then the records that are in no block yet.
    open: Vec<u8>,
    count: u32,
    /// The number of the last record that was appended, …
    seq: u64,
    /// … that of the last in a block, …
    written: u64,
    /// … and that of the last that is durable.
    durable: u64,
    /// When the first commit was that still waits for others.
    waiting_since: Option<Duration>,
    /// How many bytes a write that found no space may have left where the next block goes.
    scribbled: usize,
    /// The segment that was made ahead.
    spare: Option<SegmentHeader>,
    is_full: bool,
    has_failed: bool,
}

impl<D: Disk> Writer<D> {
    /// Opens the journal in this folder for this process alone, or begins one. All of it is read and checked, and every
    /// record shown to `visit`, the journal's own included; a torn end is cut off, damage refused. On return a new epoch
    /// has begun and is durable. After an error, what `visit` saw counts for nothing.
    pub fn open(mut disk: D, options: Options, mut visit: impl FnMut(&Record)) -> Result<(Self, Recovered), Error> {
        let first = options.first_header()?;
        lock(&mut disk)?;
        let names = reading(disk.list(), "the journal's folder")?;
        for name in names.iter().filter(|it| is_temporary(it)) {
            writing(disk.remove(name), name)?;
        }
        let has_snapshots = names.iter().any(|it| snapshot::is_snapshot(it));
        let is_new = segments(&disk)?.is_empty();
        if is_new && has_snapshots {
            return Err(Error::Options("there are snapshots but no journal: use a new folder, or bring it back"));
        }
        let (end, tail) = if is_new {
            (None, Tail::before(first))
        } else {
            let mut reader = Reader::open(&disk)?;
            for record in &mut reader {
                visit(&record?);
            }
            (reader.end(), reader.tail())
        };
        if tail.header.mode != options.policy.mode() {
            return Err(Error::Options("a replayable journal stays one, and no other becomes one: use a new folder"));
        }
        let epoch = tail.epoch.checked_add(1).ok_or(Error::Options("its epochs are used up: use a new folder"))?;
        let mut writer = Self::attach(disk, options.policy, tail, !is_new)?;
        writer.begin_epoch(epoch)?;
        let recovered = Recovered { end, last_seq: tail.seq, epoch };
        Ok((writer, recovered))
    }

    /// Makes the disk agree with `tail`: the segment of the last block is written anew, as far as it is sound. That
    /// cuts off what is torn, and makes durable what a failed sync may have left in memory alone.
    pub(crate) fn attach(mut disk: D, policy: Policy, mut tail: Tail, exists: bool) -> Result<Self, Error> {
        let header = tail.header;
        for spare in segments(&disk)?.into_iter().filter(|it| *it > header.segment) {
            let name = segment_name(spare);
            writing(disk.remove(&name), &name)?;
        }
        if let Some(last) = tail.last.filter(|it| it.segment < header.segment) {
            let sealed = SegmentHeader { segment: last.segment, ..header };
            make_segment(&mut disk, &sealed, last.offset + u64::from(header.unit))?;
        }
        make_segment(&mut disk, &header, if exists { tail.offset } else { 0 })?;
        if tail.purpose == Purpose::Seal {
            let next = SegmentHeader { segment: header.segment + 1, epoch: tail.epoch, ..header };
            make_segment(&mut disk, &next, 0)?;
            tail.enter(next);
        }
        Ok(Self {
            disk,
            policy,
            header: tail.header,
            offset: tail.offset,
            epoch: tail.epoch,
            hash: tail.hash,
            last: tail.last,
            open: vec![0; BLOCK_HEADER],
            count: 0,
            seq: tail.seq,
            written: tail.seq,
            durable: tail.seq,
            waiting_since: None,
            scribbled: 0,
            spare: None,
            is_full: false,
            has_failed: false,
        })
    }

    pub(crate) fn set_epoch(&mut self, epoch: u64) {
        self.epoch = epoch;
    }

    fn begin_epoch(&mut self, epoch: u64) -> Result<(), Error> {
        self.set_epoch(epoch);
        self.push(Kind::EPOCH, 1, &epoch.to_le_bytes())?;
        self.flush().map(drop)
    }

    /// Adds a record to what the next commit makes durable; returns its number.
    pub fn append(&mut self, kind: Kind, version: u16, body: &[u8]) -> Result<u64, Error> {
        if kind.is_own() {
            return Err(Error::OwnKind(kind.0));
        }
        self.push(kind, version, body)
    }

    pub(crate) fn push(&mut self, kind: Kind, version: u16, body: &[u8]) -> Result<u64, Error> {
        self.check_usable()?;
        let limit = self.header.largest_block();
        let bytes = RECORD_HEADER + body.len();
        if self.open.len().saturating_add(bytes) > limit {
            return Err(Error::TooLarge { bytes, limit: limit - BLOCK_HEADER });
        }
        format::push_record(&mut self.open, kind, version, body);
        self.count += 1;
        self.seq += 1;
        Ok(self.seq)
    }

    /// Ends a cycle at time `now`, counted from any fixed moment; returns [`durable`](Self::durable). The records of
    /// a commit are found again all or none.
    pub fn commit(&mut self, now: Duration) -> Result<u64, Error> {
        self.check_usable()?;
        match self.policy {
            Policy::Cycle => self.flush()?,
            Policy::Group(window) if self.count > 0 => {
                let since = *self.waiting_since.get_or_insert(now);
                if now.saturating_sub(since) >= window { self.flush()? } else { self.durable }
            }
            Policy::Replayable if self.open.len() >= STRETCH => {
                self.write_block()?;
                self.durable
            }
            Policy::Group(_) | Policy::Replayable => self.durable,
        };
        if self.offset > self.header.capacity / 2 && !self.is_full {
            match self.prepare() {
                Err(Error::Full { .. }) | Ok(()) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.durable)
    }

    /// When a commit must be made at the latest so that what waits becomes durable in time.
    pub fn due(&self) -> Option<Duration> {
        match self.policy {
            Policy::Group(window) => self.waiting_since.map(|since| since.saturating_add(window)),
            Policy::Cycle | Policy::Replayable => None,
        }
    }

    /// Makes everything durable now, whatever the policy; returns [`durable`](Self::durable).
    pub fn flush(&mut self) -> Result<u64, Error> {
        self.check_usable()?;
        self.write_block()?;
        if self.durable < self.written {
            self.sync_segment()?;
        }
        Ok(self.durable)
    }

    /// Makes the next segment ahead of its use. A commit does it when half of the segment is used; call it in a quiet
    /// moment to spare the commit the time, and after [`is_full`](Self::is_full) to try again.
    pub fn prepare(&mut self) -> Result<(), Error> {
        self.check_usable()?;
        if self.header.mode == Mode::Growing {
            self.is_full = false;
        } else {
            self.next_header()?;
        }
        Ok(())
    }

    /// Whether the disk had no room for another segment. Then [`reserve`](Self::reserve) is all there is: record
    /// what must be recorded, such as cancels, and begin nothing new.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// How many bytes of blocks can be written into what is preallocated.
    pub fn reserve(&self) -> u64 {
        let unit = u64::from(self.header.unit);
        let here = self.header.capacity.saturating_sub(self.offset + unit);
        let spare = if self.spare.is_some() { self.header.capacity - 2 * unit } else { 0 };
        if self.header.mode == Mode::Growing { 0 } else { here + spare }
    }

    /// The number of the last durable record. Nothing may leave the process before its record is durable.
    pub fn durable(&self) -> u64 {
        self.durable
    }

    /// The number of the last record that was appended.
    pub fn last_seq(&self) -> u64 {
        self.seq
    }

    /// The epoch that began when this writer did.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// What tells this journal from all others.
    pub fn instance(&self) -> [u8; 16] {
        self.header.instance
    }

    /// The last block that was written; its hash stands for the whole journal. Log it, so that a copy is elsewhere.
    pub fn head(&self) -> Option<Position> {
        self.last
    }

    /// The disk it writes to.
    pub fn disk(&self) -> &D {
        &self.disk
    }

    /// Keeps the state that the caller has after the last record, which becomes durable first; returns the file.
    pub fn save_snapshot(&mut self, state: &[u8]) -> Result<String, Error> {
        self.flush()?;
        let position = self.last.ok_or(Error::NoJournal)?;
        let saved = snapshot::save(&mut self.disk, &position, state);
        self.note(saved)
    }

    /// Makes everything durable and marks the end. The last segment is cut to what is used.
    pub fn close(mut self) -> Result<Position, Error> {
        self.flush()?;
        if self.offset + 2 * u64::from(self.header.unit) > self.header.capacity {
            self.next_segment()?; // the last unit is for the mark that another segment follows
        }
        let head = self.write_mark(Purpose::Close)?;
        self.sync_segment()?;
        if let Some(spare) = self.spare {
            let spare = segment_name(spare.segment);
            writing(self.disk.remove(&spare), &spare)?;
        }
        let name = segment_name(self.header.segment);
        writing(self.disk.truncate(&name, self.offset), &name)?;
        syncing(self.disk.sync(&name), &name)?;
        syncing(self.disk.sync_folder(), "the journal's folder")?;
        Ok(head)
    }

    fn check_usable(&self) -> Result<(), Error> {
        if self.has_failed { Err(Error::Poisoned) } else { Ok(()) }
    }

    /// Keeps in mind what an error means for the calls that follow.
    fn note<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        match &result {
            Ok(_) => {}
            Err(Error::Full { .. }) => self.is_full = true,
            Err(_) => self.has_failed = true,
        }
        result
    }

    /// Writes the records that are in no block yet. If there is no room they stay.
    fn write_block(&mut self) -> Result<(), Error> {
        if self.count == 0 {
            return Ok(());
        }
        let size = self.header.padded(self.open.len()) as u64;
        if self.offset + size + u64::from(self.header.unit) > self.header.capacity {
            self.next_segment()?;
        }
        let mut block = std::mem::take(&mut self.open);
        let used = block.len();
        let result = self.write_at_end(&mut block, Purpose::Records, self.count);
        block.truncate(if result.is_ok() { BLOCK_HEADER } else { used });
        self.open = block;
        result?;
        self.count = 0;
        self.written = self.seq;
        self.waiting_since = None;
        Ok(())
    }

    /// Writes a block without records.
    fn write_mark(&mut self, purpose: Purpose) -> Result<Position, Error> {
        self.write_at_end(&mut vec![0; BLOCK_HEADER], purpose, 0)
    }

    fn write_at_end(&mut self, block: &mut Vec<u8>, purpose: Purpose, count: u32) -> Result<Position, Error> {
        let (segment, offset) = (self.header.segment, self.offset);
        let header = BlockHeader {
            length: 0,
            checksum: 0,
            purpose,
            count,
            segment,
            offset,
            epoch: self.epoch,
            first: self.written + 1,
            previous: self.hash,
        };
        header.seal(block);
        block.resize(self.header.padded(block.len()), 0);
        let name = segment_name(segment);
        self.scribbled = self.scribbled.max(block.len());
        let written = writing(self.disk.write(&name, offset, block), &name);
        self.note(written)?;
        self.scribbled = 0; // blocks only grow until they are written
        self.hash = *blake3::hash(block).as_bytes();
        self.offset += block.len() as u64;
        let position = Position { segment, offset, seq: self.written + u64::from(count), hash: self.hash };
        self.last = Some(position);
        Ok(position)
    }

    /// Makes what is written durable. Never called again after it failed.
    fn sync_segment(&mut self) -> Result<(), Error> {
        let name = segment_name(self.header.segment);
        let synced = syncing(self.disk.sync(&name), &name);
        self.note(synced)?;
        self.durable = self.written;
        Ok(())
    }

    /// Ends the segment and begins the next, whose file is durable before the end of this one is written.
    fn next_segment(&mut self) -> Result<(), Error> {
        let next = self.next_header()?;
        self.wipe()?;
        let old = segment_name(self.header.segment);
        self.write_mark(Purpose::Seal)?;
        self.sync_segment()?;
        self.disk.release(&old);
        self.hash = format::chain_into(&self.hash, &next);
        self.offset = u64::from(next.unit);
        self.header = next;
        self.spare = None;
        Ok(())
    }

    /// The next segment, which is made if it is not there.
    fn next_header(&mut self) -> Result<SegmentHeader, Error> {
        if let Some(spare) = self.spare {
            return Ok(spare);
        }
        let header = SegmentHeader { segment: self.header.segment + 1, epoch: self.epoch, ..self.header };
        let made = make_segment(&mut self.disk, &header, 0);
        self.note(made)?;
        (self.spare, self.is_full) = (Some(header), false);
        Ok(header)
    }

    /// Takes back what a write left that found no space: nothing may follow the last block of a segment.
    fn wipe(&mut self) -> Result<(), Error> {
        if self.scribbled > 0 {
            let name = segment_name(self.header.segment);
            let wiped = writing(self.disk.write(&name, self.offset, &vec![0; self.scribbled]), &name);
            self.note(wiped)?;
            self.sync_segment()?;
            self.scribbled = 0;
        }
        Ok(())
    }
}

pub(crate) fn lock<D: Disk>(disk: &mut D) -> Result<(), Error> {
    if writing(disk.lock(), "lock")? { Ok(()) } else { Err(Error::Locked) }
}

/// Makes a segment's file, durable and under its name, in place of the one there may be: the first `keep` bytes of
/// that one, or the header if there are none to keep, then zeros.
pub(crate) fn make_segment<D: Disk>(disk: &mut D, header: &SegmentHeader, keep: u64) -> Result<(), Error> {
    let name = segment_name(header.segment);
    let unfinished = temporary(&name);
    if let Err(error) = fill_segment(disk, header, keep, &name, &unfinished) {
        // What is left of it is in the way of nobody but who needs the space; the next start removes it, too.
        disk.release(&unfinished);
        let _ = disk.remove(&unfinished);
        return Err(error);
    }
    writing(disk.rename(&unfinished, &name), &name)?;
    syncing(disk.sync_folder(), "the journal's folder")
}

fn fill_segment<D: Disk>(disk: &mut D, header: &SegmentHeader, keep: u64, from: &str, to: &str) -> Result<(), Error> {
    writing(disk.create(to), to)?;
    let mut stretch = vec![0; STRETCH];
    let mut offset = 0;
    while offset < keep {
        let wanted = usize::try_from(keep - offset).map_or(STRETCH, |it| it.min(STRETCH));
        let got = reading(disk.read(from, offset, &mut stretch[..wanted]), from)?;
        if got == 0 {
            return reading(Err(io::ErrorKind::UnexpectedEof.into()), from);
        }
        writing(disk.write(to, offset, &stretch[..got]), to)?;
        offset += got as u64;
    }
    if keep == 0 {
        let bytes = header.to_bytes();
        writing(disk.write(to, 0, &bytes), to)?;
        offset = bytes.len() as u64;
    }
    stretch.fill(0);
    while header.mode == Mode::Preallocated && offset < header.capacity {
        let count = (header.capacity - offset).min(STRETCH as u64);
        writing(disk.write(to, offset, &stretch[..count as usize]), to)?;
        offset += count;
    }
    syncing(disk.sync(to), to)
}
