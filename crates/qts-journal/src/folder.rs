//! The real disk: a folder of the file system.
//!
//! A file that is written keeps its handle until it is released, so that a sync reports the errors of every write
//! before it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::Disk;

/// Held locked while a process writes to the folder.
const LOCK: &str = "lock";

/// A folder of the file system.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    written: BTreeMap<String, File>,
    /// The file read last.
    read: RefCell<Option<(String, File)>>,
    lock: Option<File>,
}

impl Folder {
    /// A folder that exists.
    pub fn open(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        if !fs::metadata(&path)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self { path, written: BTreeMap::new(), read: RefCell::new(None), lock: None })
    }

    /// A folder that is made if it is not there; its own name is durable then.
    pub fn create(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        if !path.exists() {
            fs::create_dir_all(&path)?;
            let parent = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
            File::open(parent)?.sync_all()?;
        }
        Self::open(path)
    }

    fn handle(&mut self, file: &str) -> io::Result<&mut File> {
        if !self.written.contains_key(file) {
            let opened = OpenOptions::new().write(true).open(self.path.join(file))?;
            self.written.insert(file.to_owned(), opened);
        }
        self.written.get_mut(file).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn forget(&mut self, file: &str) {
        self.written.remove(file);
        self.read.take();
    }
}

impl Disk for Folder {
    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                names.extend(entry.file_name().into_string());
            }
        }
        names.sort();
        Ok(names)
    }

    fn length(&self, file: &str) -> io::Result<u64> {
        Ok(fs::metadata(self.path.join(file))?.len())
    }

    fn read(&self, file: &str, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let mut read = self.read.borrow_mut();
        let known = read.take().filter(|(name, _)| name == file);
        let (_, handle) = match known {
            Some(known) => read.insert(known),
            None => read.insert((file.to_owned(), File::open(self.path.join(file))?)),
        };
        handle.seek(SeekFrom::Start(offset))?;
        let mut done = 0;
        while done < into.len() {
            match handle.read(&mut into[done..]) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    fn create(&mut self, file: &str) -> io::Result<()> {
        self.forget(file);
        self.written.insert(file.to_owned(), File::create(self.path.join(file))?);
        Ok(())
    }

    fn write(&mut self, file: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let handle = self.handle(file)?;
        handle.seek(SeekFrom::Start(offset))?;
        handle.write_all(bytes)
    }

    fn truncate(&mut self, file: &str, length: u64) -> io::Result<()> {
        self.handle(file)?.set_len(length)
    }

    fn sync(&mut self, file: &str) -> io::Result<()> {
        self.handle(file)?.sync_data()
    }

    fn sync_folder(&mut self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))?;
        let handle = self.written.remove(from);
        self.forget(to);
        self.written.extend(handle.map(|it| (to.to_owned(), it)));
        Ok(())
    }

    fn remove(&mut self, file: &str) -> io::Result<()> {
        self.forget(file);
        fs::remove_file(self.path.join(file))
    }

    fn lock(&mut self) -> io::Result<bool> {
        if self.lock.is_some() {
            return Ok(true);
        }
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(self.path.join(LOCK))?;
        match file.try_lock() {
            Ok(()) => self.lock = Some(file),
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        Ok(true)
    }

    fn release(&mut self, file: &str) {
        self.forget(file);
    }
}
