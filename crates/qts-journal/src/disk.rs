//! What the journal asks of a disk, so that tests and the simulator can stand in for one.
//!
//! A disk is one folder of files. A write is durable once [`Disk::sync`] of its file has succeeded after it, a name
//! (made, changed or removed) once [`Disk::sync_folder`] has. Nothing here knows what the files hold.

use std::io;

/// A folder of files.
pub trait Disk {
    /// The names of all files, sorted.
    fn list(&self) -> io::Result<Vec<String>>;

    /// How long a file is, in bytes.
    fn length(&self, file: &str) -> io::Result<u64>;

    /// Reads from `offset` on until `into` is full or the file ends; says how many bytes were read.
    /// A file that is not there is [`io::ErrorKind::NotFound`].
    fn read(&self, file: &str, offset: u64, into: &mut [u8]) -> io::Result<usize>;

    /// Makes an empty file, or empties the one of that name.
    fn create(&mut self, file: &str) -> io::Result<()>;

    /// Writes all bytes at `offset`; the file grows if they reach past its end.
    fn write(&mut self, file: &str, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the file to a length.
    fn truncate(&mut self, file: &str, length: u64) -> io::Result<()>;

    /// Makes the file's bytes and its length durable. After a failure nobody knows what is: the caller must not retry.
    fn sync(&mut self, file: &str) -> io::Result<()>;

    /// Makes the names in the folder durable.
    fn sync_folder(&mut self) -> io::Result<()>;

    /// Gives a file another name, in place of the file that had it.
    fn rename(&mut self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    fn remove(&mut self, file: &str) -> io::Result<()>;

    /// Takes the folder for this value alone, until it is dropped; `false` if another one has it. Does not wait.
    fn lock(&mut self) -> io::Result<bool>;

    /// Says that nothing more will be written to a file, so its handle may be let go.
    fn release(&mut self, file: &str) {
        let _ = file;
    }
}
