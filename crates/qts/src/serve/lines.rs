//! Cuts an input into lines in memory bounded by the longest line that is taken.

use std::io::{self, BufRead, Read};

/// A line may have this many bytes.
pub(super) const MOST_BYTES: usize = 1024 * 1024;

/// A line of the input.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut<'a> {
    /// Its bytes without the line end.
    Line(&'a [u8]),
    /// It has more than [`MOST_BYTES`]; it was passed over.
    TooLong,
}

/// An input and the line at hand.
pub(super) struct Lines<R> {
    input: R,
    bytes: Vec<u8>,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    /// Nothing read yet.
    pub(super) const fn new(input: R) -> Self {
        Self { input, bytes: Vec::new(), number: 0 }
    }

    /// The next line and its number, from 1; `None` at the end. A last line need not end.
    ///
    /// # Errors
    /// The input cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Cut<'_>)>> {
        self.bytes.clear();
        // Room for a line of the greatest length and its end.
        let read = (&mut self.input).take(MOST_BYTES as u64 + 2).read_until(b'\n', &mut self.bytes)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let ended = self.bytes.ends_with(b"\n");
        if !ended && read == MOST_BYTES + 2 {
            self.skip_rest()?;
        }
        let line = self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let cut = if line.len() > MOST_BYTES { Cut::TooLong } else { Cut::Line(line) };
        Ok(Some((self.number, cut)))
    }

    /// Passes over the rest of a line.
    fn skip_rest(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.input.fill_buf()?;
            let (length, end) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(place) => (place + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.input.consume(length);
            if end {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &[u8]) -> Vec<(u64, Option<Vec<u8>>)> {
        // A small buffer, so that lines lie across its ends.
        let mut lines = Lines::new(io::BufReader::with_capacity(7, text));
        let mut all = Vec::new();
        while let Some((number, cut)) = lines.next().expect("memory is readable") {
            let line = match cut {
                Cut::Line(bytes) => Some(bytes.to_vec()),
                Cut::TooLong => None,
            };
            all.push((number, line));
        }
        all
    }

    #[test]
    fn every_line_is_one_whether_empty_unended_or_with_a_carriage_return() {
        let some = |text: &str| Some(text.as_bytes().to_vec());
        assert_eq!(cut(b""), []);
        assert_eq!(
            cut(b"a\n\nb\r\nlonger than a buffer"),
            [(1, some("a")), (2, some("")), (3, some("b")), (4, some("longer than a buffer"))]
        );
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over_and_the_next_one_is_whole() {
        let longest = "x".repeat(MOST_BYTES);
        for over in [1, 2, 3, 4_000] {
            let text = format!("{longest}\n{longest}{}\nnext\n", "y".repeat(over));
            let lines = cut(text.as_bytes());
            let told: Vec<Option<usize>> = lines.iter().map(|(_, line)| line.as_ref().map(Vec::len)).collect();
            assert_eq!(told, [Some(MOST_BYTES), None, Some(4)], "{over}");
        }
        assert_eq!(cut(format!("{longest}yyyy").as_bytes()), [(1, None)], "at the end");
    }
}
