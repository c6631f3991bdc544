//! A disk in memory that keeps what was written apart from what is durable, and fails when it is told to.
//!
//! For tests and simulations. Clones share one disk, so that a test keeps a handle to the disk it gives away. What is
//! told of the world:
//!
//! - A write changes the *cache*, which every read sees, and is *pending* until a sync of its file.
//! - After a power loss, each sector (512 bytes) that was pending is old, new, half new, zero or garbage; the length
//!   is the old or the new one; of the names changed since the last sync of the folder, the latest may be lost.
//! - After a *failed* sync the pages count as written: reads still see them, a second sync succeeds, and a power loss
//!   brings the old bytes back. That is what Linux does, and why a sync must not be retried.
//! - A killed process loses nothing but itself: what it wrote stays in the cache, pending.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::rc::Rc;

use crate::Disk;

/// What is written whole or not at all.
const SECTOR: usize = 512;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The step fails with an input/output error; a write does half of its work first.
    Eio,
    /// The step fails for want of space; a write does half of its work first.
    Enospc,
    /// The process dies there: this and every further step fails until [`MemoryDisk::restart`] or a power loss.
    Kill,
}

/// Picks a number below the given one (which is at least 1): a seeded generator, or a test's own choices.
pub type Chooser<'a> = &'a mut dyn FnMut(u64) -> u64;

/// A disk in memory; clones share it.
#[derive(Debug, Default)]
pub struct MemoryDisk {
    shared: Rc<RefCell<Shared>>,
    /// Which lock this handle holds, if any.
    lock: Option<u64>,
}

type Names = BTreeMap<String, u64>;

#[derive(Debug, Default)]
struct Shared {
    files: BTreeMap<u64, File>,
    /// The durable names, and those after each change since; empty: no name yet.
    names: Vec<Names>,
    next_file: u64,
    capacity: Option<u64>,
    steps: Vec<String>,
    fault: Option<(usize, Fault)>,
    dead: bool,
    /// Each lock has a number; the one held, if any.
    locked: Option<u64>,
    locks: u64,
}

#[derive(Debug, Clone, Default)]
struct File {
    durable: Vec<u8>,
    cache: Vec<u8>,
    pending: BTreeSet<usize>,
    resized: bool,
}

impl MemoryDisk {
    /// An empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets all files together have so many bytes.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.shared.borrow_mut().capacity = bytes;
    }

    /// Makes the step of that number fail, counted from 0 over all steps that change something.
    pub fn fail_at(&self, step: usize, fault: Fault) {
        self.shared.borrow_mut().fault = Some((step, fault));
    }

    /// Lets everything succeed again.
    pub fn heal(&self) {
        self.shared.borrow_mut().fault = None;
    }

    /// Every step that changed something or tried to, such as `sync 0000000001.qtsj`.
    pub fn steps(&self) -> Vec<String> {
        self.shared.borrow().steps.clone()
    }

    /// Whether a [`Fault::Kill`] has struck.
    pub fn is_dead(&self) -> bool {
        self.shared.borrow().dead
    }

    /// The process ends, if it has not, and another one may start; the machine has kept running.
    pub fn restart(&self) {
        let mut shared = self.shared.borrow_mut();
        (shared.dead, shared.locked, shared.fault) = (false, None, None);
    }

    /// The power fails and comes back: of what is pending, only what `choose` spares is kept.
    pub fn power_loss(&self, choose: Chooser<'_>) {
        self.restart();
        let mut shared = self.shared.borrow_mut();
        let kept = below(choose, shared.names.len());
        shared.names = shared.names.get(kept).cloned().into_iter().collect();
        let alive: BTreeSet<u64> = shared.names.iter().flat_map(|names| names.values().copied()).collect();
        shared.files.retain(|id, _| alive.contains(id));
        shared.files.values_mut().for_each(|file| file.lose_power(choose));
    }

    /// What a file holds, as reads see it.
    pub fn contents(&self, file: &str) -> io::Result<Vec<u8>> {
        Ok(self.shared.borrow().file(file)?.cache.clone())
    }

    /// Puts a file there, durable.
    pub fn put(&self, file: &str, bytes: &[u8]) {
        let mut shared = self.shared.borrow_mut();
        let id = shared.new_file();
        let made = File { durable: bytes.to_vec(), cache: bytes.to_vec(), ..File::default() };
        shared.files.insert(id, made);
        if shared.names.is_empty() {
            shared.names.push(Names::new());
        }
        let replaced: BTreeSet<u64> =
            shared.names.iter_mut().filter_map(|names| names.insert(file.to_owned(), id)).collect();
        shared.files.retain(|id, _| !replaced.contains(id));
    }

    /// Flips one bit, as decay does.
    pub fn flip(&self, file: &str, bit: u64) -> io::Result<()> {
        let mut shared = self.shared.borrow_mut();
        let file = shared.file_mut(file)?;
        let (byte, mask) = ((bit / 8) as usize, 1 << (bit % 8));
        for bytes in [&mut file.durable, &mut file.cache] {
            bytes.get_mut(byte).into_iter().for_each(|it| *it ^= mask);
        }
        Ok(())
    }

    /// A disk of its own with the same files, all durable.
    pub fn copy(&self) -> Self {
        let copy = Self::new();
        let shared = self.shared.borrow();
        for (name, id) in shared.names.last().into_iter().flatten() {
            shared.files.get(id).into_iter().for_each(|file| copy.put(name, &file.cache));
        }
        copy
    }

    /// Notes a step; says what is to happen to it.
    fn step(&self, what: &str, file: &str) -> io::Result<Option<Fault>> {
        let mut shared = self.shared.borrow_mut();
        if shared.dead {
            return Err(io::Error::other("the process is dead"));
        }
        let number = shared.steps.len();
        shared.steps.push(format!("{what} {file}"));
        let fault = shared.fault.filter(|(step, _)| *step == number).map(|(_, fault)| fault);
        shared.dead = fault == Some(Fault::Kill);
        Ok(fault)
    }

    /// A step that is done or not.
    fn whole_step(&self, what: &str, file: &str) -> io::Result<()> {
        self.step(what, file)?.map_or(Ok(()), |fault| Err(fault.into()))
    }
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Eio => io::Error::other("input/output error"),
            Fault::Enospc => io::ErrorKind::StorageFull.into(),
            Fault::Kill => io::Error::other("the process is dead"),
        }
    }
}

impl Clone for MemoryDisk {
    fn clone(&self) -> Self {
        Self { shared: Rc::clone(&self.shared), lock: None }
    }
}

impl Drop for MemoryDisk {
    fn drop(&mut self) {
        let mut shared = self.shared.borrow_mut();
        if self.lock.is_some() && shared.locked == self.lock {
            shared.locked = None;
        }
    }
}

impl Disk for MemoryDisk {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.shared.borrow().names.last().into_iter().flat_map(|names| names.keys().cloned()).collect())
    }

    fn length(&self, file: &str) -> io::Result<u64> {
        Ok(self.shared.borrow().file(file)?.cache.len() as u64)
    }

    fn read(&self, file: &str, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let shared = self.shared.borrow();
        let bytes = shared.file(file)?.cache.get(offset as usize..).unwrap_or_default();
        let count = bytes.len().min(into.len());
        into[..count].copy_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn create(&mut self, file: &str) -> io::Result<()> {
        self.whole_step("create", file)?;
        let mut shared = self.shared.borrow_mut();
        let id = shared.new_file();
        shared.files.insert(id, File::default());
        shared.rename(|names| {
            names.insert(file.to_owned(), id);
        });
        Ok(())
    }

    fn write(&mut self, file: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let fault = self.step("write", file)?;
        let mut shared = self.shared.borrow_mut();
        let room = shared.room(file, offset);
        let wanted = if fault.is_some() { bytes.len() / 2 } else { bytes.len() };
        let count = wanted.min(usize::try_from(room).unwrap_or(usize::MAX));
        shared.file_mut(file)?.write(offset as usize, &bytes[..count]);
        match fault {
            Some(fault) => Err(fault.into()),
            None if count < bytes.len() => Err(io::ErrorKind::StorageFull.into()),
            None => Ok(()),
        }
    }

    fn truncate(&mut self, file: &str, length: u64) -> io::Result<()> {
        self.whole_step("truncate", file)?;
        let mut shared = self.shared.borrow_mut();
        let file = shared.file_mut(file)?;
        file.cache.resize(length as usize, 0);
        file.resized = true;
        Ok(())
    }

    fn sync(&mut self, file: &str) -> io::Result<()> {
        let fault = self.step("sync", file)?;
        let mut shared = self.shared.borrow_mut();
        let file = shared.file_mut(file)?;
        match fault {
            Some(Fault::Kill) => return Err(Fault::Kill.into()),
            Some(fault) => {
                file.pending.clear();
                return Err(fault.into());
            }
            None => file.sync(),
        }
        Ok(())
    }

    fn sync_folder(&mut self) -> io::Result<()> {
        self.whole_step("sync", "the folder")?;
        let names = &mut self.shared.borrow_mut().names;
        names.drain(..names.len().saturating_sub(1));
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.whole_step("rename to", to)?;
        let mut shared = self.shared.borrow_mut();
        let id = shared.id(from)?;
        shared.rename(|names| {
            names.remove(from);
            names.insert(to.to_owned(), id);
        });
        Ok(())
    }

    fn remove(&mut self, file: &str) -> io::Result<()> {
        self.whole_step("remove", file)?;
        let mut shared = self.shared.borrow_mut();
        shared.id(file)?;
        shared.rename(|names| {
            names.remove(file);
        });
        Ok(())
    }

    fn lock(&mut self) -> io::Result<bool> {
        let mut shared = self.shared.borrow_mut();
        if shared.locked.is_none() {
            shared.locks += 1;
            shared.locked = Some(shared.locks);
            self.lock = shared.locked;
        }
        Ok(shared.locked == self.lock)
    }
}

impl Shared {
    fn new_file(&mut self) -> u64 {
        self.next_file += 1;
        self.next_file
    }

    fn id(&self, file: &str) -> io::Result<u64> {
        self.names.last().and_then(|names| names.get(file).copied()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn file(&self, file: &str) -> io::Result<&File> {
        self.files.get(&self.id(file)?).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn file_mut(&mut self, file: &str) -> io::Result<&mut File> {
        let id = self.id(file)?;
        self.files.get_mut(&id).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Changes the names; not durable yet.
    fn rename(&mut self, change: impl FnOnce(&mut Names)) {
        if self.names.is_empty() {
            self.names.push(Names::new());
        }
        let mut names = self.names.last().cloned().unwrap_or_default();
        change(&mut names);
        self.names.push(names);
    }

    /// How many bytes can be written to a file from `offset` on.
    fn room(&self, file: &str, offset: u64) -> u64 {
        let Some(capacity) = self.capacity else { return u64::MAX };
        let ids = self.names.last().into_iter().flat_map(|names| names.values());
        let used: u64 = ids.filter_map(|id| self.files.get(id)).map(|it| it.cache.len() as u64).sum();
        let own = self.file(file).map_or(0, |it| it.cache.len() as u64);
        (own + capacity.saturating_sub(used)).saturating_sub(offset)
    }
}

impl File {
    fn write(&mut self, offset: usize, bytes: &[u8]) {
        let end = offset + bytes.len();
        if end > self.cache.len() {
            self.cache.resize(end, 0);
            self.resized = true;
        }
        self.cache[offset..end].copy_from_slice(bytes);
        self.pending.extend(offset / SECTOR..end.div_ceil(SECTOR));
    }

    fn sync(&mut self) {
        self.durable.resize(self.cache.len(), 0);
        for sector in std::mem::take(&mut self.pending) {
            let range = bounds(sector, self.cache.len());
            self.durable[range.clone()].copy_from_slice(&self.cache[range]);
        }
        self.resized = false;
    }

    fn lose_power(&mut self, choose: Chooser<'_>) {
        let mut after = self.durable.clone();
        if self.resized && choose(2) == 0 {
            after.resize(self.cache.len(), 0);
        }
        let count = self.pending.len();
        // Either each sector has a fate of its own, or all from some point on share one.
        let scattered = choose(2) == 0;
        let (whole, shared_fate) = (below(choose, count + 1), choose(5));
        for (number, sector) in std::mem::take(&mut self.pending).into_iter().enumerate() {
            let fate = match (scattered, number < whole) {
                (true, _) => choose(5),
                (false, true) => 0,
                (false, false) => shared_fate,
            };
            let range = bounds(sector, after.len().min(self.cache.len()));
            let (old, new) = (&mut after[range.clone()], &self.cache[range]);
            meet(fate, old, new, choose);
        }
        (self.cache, self.durable, self.resized) = (after.clone(), after, false);
    }
}

/// What becomes of one pending sector.
fn meet(fate: u64, old: &mut [u8], new: &[u8], choose: Chooser<'_>) {
    match fate {
        0 => old.copy_from_slice(new),
        1 => {}
        2 => old.fill(0),
        3 => {
            let half = below(choose, old.len() + 1);
            old[..half].copy_from_slice(&new[..half]);
        }
        _ => {
            let mut noise = choose(u64::MAX) | 1;
            for byte in old {
                (noise, *byte) = (noise.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1), (noise >> 56) as u8);
            }
        }
    }
}

fn bounds(sector: usize, length: usize) -> std::ops::Range<usize> {
    (sector * SECTOR).min(length)..((sector + 1) * SECTOR).min(length)
}

/// A choice among so many; 0 if there is none.
fn below(choose: Chooser<'_>, count: usize) -> usize {
    if count == 0 { 0 } else { choose(count as u64) as usize }
}
