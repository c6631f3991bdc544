//! Rows of CSV files, plain or compressed: each line is a row, so a stray quote harms its own line only.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use qts_core::NumError;

use super::error::{DataError, Place};
use super::header::Header;
use super::number;
use super::row::{Cells, shown};
use super::stamp::{self, StampError, Written};

const BUFFER: usize = 32 * 1024;
/// A file without line ends would otherwise be pulled into memory whole.
const LINE_MAX: usize = 1024 * 1024;

/// How a CSV file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Gzip,
    Zstd,
}

/// The rows of one file.
pub(super) struct TextRows {
    input: BufReader<Box<dyn Read + Send>>,
    /// The current line, without its end.
    line: Vec<u8>,
    /// From where to where each cell of it goes, quotes left out.
    cells: Vec<(usize, usize)>,
    number: u64,
    /// Bytes of the file that were read, packed as they are.
    read: Arc<AtomicU64>,
    bytes: u64,
}

/// A file that counts what is read of it.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(bytes)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl TextRows {
    /// Opens a file and reads its header.
    pub(super) fn open(path: &Path, packing: Packing) -> Result<(Self, Header), DataError> {
        let file = File::open(path).map_err(|source| DataError::open(path, source))?;
        let meta = file.metadata().map_err(|source| DataError::open(path, source))?;
        if meta.is_dir() {
            return Err(DataError::open(path, io::ErrorKind::IsADirectory.into()));
        }
        let bytes = meta.len();
        let read = Arc::new(AtomicU64::new(0));
        let counted = Counted { file, read: Arc::clone(&read) };
        let input = BufReader::with_capacity(BUFFER, unpacked(path, counted, packing)?);
        let mut rows = Self { input, line: Vec::new(), cells: Vec::new(), number: 0, read, bytes };
        if !rows.advance(path)? {
            return Err(DataError::Empty { file: path.into() });
        }
        let header = Header::read(path, rows.names(path)?)?;
        Ok((rows, header))
    }

    /// Goes to the next row, if there is one. Empty lines are none.
    pub(super) fn advance(&mut self, path: &Path) -> Result<bool, DataError> {
        while self.next_line(path)? {
            if self.number == 1 && self.line.starts_with(b"\xef\xbb\xbf") {
                self.line.drain(..3);
            }
            if !self.line.is_empty() {
                split(&self.line, &mut self.cells);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How many bytes of the file were read, and how many there are.
    pub(super) fn progress(&self) -> (u64, u64) {
        (self.read.load(Ordering::Relaxed), self.bytes)
    }

    /// The line of the current row; the header's is 1.
    pub(super) const fn line(&self) -> u64 {
        self.number
    }

    fn next_line(&mut self, path: &Path) -> Result<bool, DataError> {
        self.line.clear();
        self.number += 1;
        let read = self.input.by_ref().take(LINE_MAX as u64).read_until(b'\n', &mut self.line);
        if let Err(error) = read {
            return Err(failure(place(path, self.number), error));
        }
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
        } else if self.line.len() == LINE_MAX {
            return Err(DataError::RowTooLong { at: place(path, self.number), limit: LINE_MAX });
        } else if self.line.is_empty() {
            return Ok(false);
        }
        if self.line.last() == Some(&b'\r') {
            self.line.pop();
        }
        Ok(true)
    }

    fn names(&self, path: &Path) -> Result<Vec<String>, DataError> {
        let text = |place| std::str::from_utf8(self.cell(place)).map(|name| name.trim().to_owned());
        (0..self.cells.len())
            .map(text)
            .collect::<Result<_, _>>()
            .map_err(|_| DataError::NotUtf8 { at: place(path, self.number) })
    }

    fn cell(&self, place: usize) -> &[u8] {
        self.cells.get(place).map_or(&[], |(start, end)| &self.line[*start..*end])
    }
}

fn unpacked(path: &Path, file: Counted, packing: Packing) -> Result<Box<dyn Read + Send>, DataError> {
    let open_error = |source| DataError::open(path, source);
    Ok(match packing {
        Packing::None => Box::new(file),
        Packing::Gzip => Box::new(flate2::read::MultiGzDecoder::new(file)),
        Packing::Zstd => Box::new(zstd::stream::read::Decoder::new(file).map_err(open_error)?),
    })
}

/// Finds the cells of a line.
fn split(line: &[u8], cells: &mut Vec<(usize, usize)>) {
    cells.clear();
    let mut start = 0;
    loop {
        let (cell, end) = if line.get(start) == Some(&b'"') { quoted(line, start) } else { bare(line, start) };
        cells.push(cell);
        if end == line.len() {
            return;
        }
        start = end + 1;
    }
}

/// A cell, and where it ends.
fn bare(line: &[u8], start: usize) -> ((usize, usize), usize) {
    let end = after(line, start);
    ((start, end), end)
}

/// A cell in quotes. If these are not closed, or something follows them, they belong to the cell, which then is no
/// number: nothing is guessed.
fn quoted(line: &[u8], start: usize) -> ((usize, usize), usize) {
    let close = closing_quote(line, start + 1);
    let end = after(line, close);
    if end == close + 1 { ((start + 1, close), end) } else { ((start, end), end) }
}

/// Where the next comma is, or the end.
fn after(line: &[u8], from: usize) -> usize {
    line[from..].iter().position(|byte| *byte == b',').map_or(line.len(), |place| from + place)
}

fn closing_quote(line: &[u8], from: usize) -> usize {
    let mut place = from;
    while let Some(found) = line[place..].iter().position(|byte| *byte == b'"') {
        place += found;
        if line.get(place + 1) != Some(&b'"') {
            return place;
        }
        place += 2;
    }
    line.len()
}

fn failure(at: Place, source: io::Error) -> DataError {
    match source.kind() {
        io::ErrorKind::UnexpectedEof => DataError::Truncated { at },
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::Other => {
            DataError::Damaged { at, detail: source.to_string() }
        }
        _ => DataError::Read { at, source },
    }
}

fn place(path: &Path, number: u64) -> Place {
    Place { file: path.into(), unit: "line", number }
}

impl Cells for TextRows {
    fn width(&self) -> usize {
        self.cells.len()
    }

    fn is(&self, place: usize, text: &str) -> bool {
        self.cell(place).trim_ascii() == text.as_bytes()
    }

    fn shown(&self, place: usize) -> String {
        shown(self.cell(place))
    }

    fn time(&self, place: usize) -> Result<Option<Written>, StampError> {
        match self.cell(place).trim_ascii() {
            [] => Ok(None),
            cell => stamp::parse(cell).map(Some),
        }
    }

    fn number(&self, place: usize) -> Result<Option<i64>, NumError> {
        number::from_text(self.cell(place))
    }
}
