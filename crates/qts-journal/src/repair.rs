//! Saves what can be trusted of a damaged journal, offline, into another folder. The damaged one stays as it is.

use crate::error::{Damage, Error, reading, syncing, writing};
use crate::format::{BlockHeader, Kind, Mode, Position, SegmentHeader, segment_name};
use crate::reader::{Reader, begins_block, read_header, segments, survey};
use crate::writer::{Writer, lock};
use crate::{Disk, Policy};

/// What a repair kept and what it could not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// Where the journal is damaged, and how.
    pub damage: Damage,
    /// The number of the last record that was kept; all before it were kept, too.
    pub last_kept: u64,
    /// The number of the last record that is lost, as far as what is left tells.
    pub last_lost: Option<u64>,
    /// Bytes from the damage on that are not blank.
    pub lost_bytes: u64,
    /// The epoch of the repair: later than all that may have been lost, so that no id is given twice.
    pub epoch: u64,
    /// The end of the repaired journal.
    pub head: Position,
}

/// What is known of the part that is lost.
#[derive(Default)]
struct Lost {
    last: Option<u64>,
    bytes: u64,
    units: u64,
    epoch: u64,
}

/// Copies the sound beginning of a damaged journal from one folder into another, which must be empty, notes there what
/// is lost ([`Kind::REPAIR`]), and closes it. `None` if there is no damage: then nothing is copied, and a torn end is
/// cut off when the journal is opened.
pub fn repair<S: Disk, T: Disk>(source: &mut S, mut target: T) -> Result<Option<Repaired>, Error> {
    lock(source)?;
    if !reading(target.list(), "the new folder")?.is_empty() {
        return Err(Error::NotEmpty);
    }
    lock(&mut target)?;
    let mut reader = Reader::open(source)?;
    let found = reader.by_ref().find_map(Result::err);
    let damage = match found {
        None => return Ok(None),
        Some(Error::Damaged(damage)) => damage,
        Some(error) => return Err(error),
    };
    let tail = reader.tail();
    let lost = survey_lost(source, tail.header.segment, tail.offset)?;
    for segment in 1..=tail.header.segment {
        copy_segment(source, &mut target, segment)?;
    }
    let policy = if tail.header.mode == Mode::Growing { Policy::Replayable } else { Policy::Cycle };
    let mut writer = Writer::attach(target, policy, tail, true)?;
    // Each lost epoch had a block of its own, so there were no more of them than units.
    let epoch = tail.epoch.max(lost.epoch).saturating_add(lost.units).saturating_add(1);
    writer.set_epoch(epoch);
    let note = [tail.seq + 1, lost.last.unwrap_or(0), damage.segment, damage.offset, lost.bytes];
    let body: Vec<u8> = note.iter().flat_map(|it| it.to_le_bytes()).collect();
    writer.push(Kind::REPAIR, 1, &body)?;
    let head = writer.close()?;
    let (last_kept, last_lost, lost_bytes) = (tail.seq, lost.last, lost.bytes);
    Ok(Some(Repaired { damage, last_kept, last_lost, lost_bytes, epoch, head }))
}

/// Looks through everything from the damage on.
fn survey_lost<D: Disk>(disk: &D, from: u64, offset: u64) -> Result<Lost, Error> {
    let mut lost = Lost::default();
    let known = read_header(disk, from)?;
    for segment in segments(disk)?.into_iter().filter(|it| *it >= from) {
        let header = SegmentHeader { segment, ..known };
        let start = if segment == from { offset } else { u64::from(header.unit) };
        survey(disk, &header, start, &mut |at, unit| {
            lost.bytes += unit.len() as u64;
            lost.units += 1;
            if let Some(block) = begins_block(&header, at, unit) {
                lost.see(&block);
            }
        })?;
    }
    Ok(lost)
}

impl Lost {
    fn see(&mut self, block: &BlockHeader) {
        self.epoch = self.epoch.max(block.epoch);
        self.last = self.last.max(block.first.checked_add(u64::from(block.count)).and_then(|it| it.checked_sub(1)));
    }
}

fn copy_segment<S: Disk, T: Disk>(source: &S, target: &mut T, segment: u64) -> Result<(), Error> {
    let name = segment_name(segment);
    let mut stretch = vec![0; 1 << 16];
    let mut offset = 0;
    writing(target.create(&name), &name)?;
    loop {
        let got = reading(source.read(&name, offset, &mut stretch), &name)?;
        if got == 0 {
            break;
        }
        writing(target.write(&name, offset, &stretch[..got]), &name)?;
        offset += got as u64;
    }
    syncing(target.sync(&name), &name)
}
