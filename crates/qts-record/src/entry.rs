//! What a journal tells, entry by entry.

use qts_core::{Cycle, ExecReport, Slice, Ts};
use qts_runtime::{Adjustment, PositionReport, Record};

use crate::bytes::{Broken, Bytes, Reader, choice, fields, put_text};

/// How a journal began: everything that a replay needs besides the inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The version of qts that wrote it.
    pub version: String,
    /// Which command did: `run` or `serve`.
    pub command: String,
    /// The name of the config's file, without its folder.
    pub config_path: String,
    /// The text of the config.
    pub config: String,
    /// Other files that the config names and that decide: recorded signals, calendars.
    pub files: Vec<File>,
}

/// A file that was read at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path, from the config's folder.
    pub path: String,
    /// What was in it.
    pub content: String,
}

/// One thing that a journal tells.
#[derive(Debug, Clone)]
pub enum Entry {
    /// How it began. The first of all, and no other.
    Opening(Opening),
    /// A program opened it to go on; the first epoch is one.
    Epoch(u64),
    /// Input: the market moved.
    Slice(Slice),
    /// Input: the broker said something.
    Report(ExecReport),
    /// Input: the config's scheduled command of that number (from 0) was due.
    Scheduled(u32),
    /// Input: time passed.
    Timer(Ts),
    /// Input: the broker told what it holds.
    Positions(PositionReport),
    /// Input: the link to the broker went down, or came up.
    Link {
        /// When.
        ts: Ts,
        /// Which of the two.
        is_up: bool,
    },
    /// Input: a line that a service was given, as it came.
    Line(String),
    /// What the input before made of the runtime: in this cycle, at this time.
    Happened {
        /// The cycle.
        cycle: Cycle,
        /// The time.
        ts: Ts,
        /// In order.
        records: Vec<Record>,
    },
    /// What the service replied to the line before.
    Reply(String),
    /// The hash of all that happened so far, and of the state.
    State([u8; 32]),
    /// The run is over: nothing comes after it but another epoch.
    Closed,
    /// Input: the shares of an instrument have a new scale.
    Adjustment(Adjustment),
}

choice!(Entry, "a kind of entry" {
    1 Opening(opening),
    2 Epoch(epoch),
    3 Slice(slice),
    4 Report(report),
    5 Scheduled(number),
    6 Timer(ts),
    7 Positions(report),
    8 Link { ts, is_up },
    9 Line(line),
    10 Happened { cycle, ts, records },
    11 Reply(reply),
    12 State(hash),
    13 Closed,
    14 Adjustment(adjustment)
});

fields! {
    Opening { version, command, config_path, config, files }
    File { path, content }
}

/// An entry that is only to be written, without a copy of what it tells. Each has the bytes of the [`Entry`] of its name.
#[derive(Debug, Clone, Copy)]
pub enum Telling<'a> {
    /// See [`Entry::Opening`].
    Opening(&'a Opening),
    /// See [`Entry::Slice`].
    Slice(&'a Slice),
    /// See [`Entry::Report`].
    Report(&'a ExecReport),
    /// See [`Entry::Scheduled`].
    Scheduled(u32),
    /// See [`Entry::Adjustment`].
    Adjustment(&'a Adjustment),
    /// See [`Entry::Line`].
    Line(&'a str),
    /// See [`Entry::Happened`].
    Happened(Cycle, Ts, &'a [Record]),
    /// See [`Entry::Reply`].
    Reply(&'a str),
    /// See [`Entry::State`].
    State([u8; 32]),
    /// See [`Entry::Closed`].
    Closed,
}

impl Telling<'_> {
    /// Adds its bytes to `out`.
    pub fn put(&self, out: &mut Vec<u8>) {
        match *self {
            Self::Opening(opening) => numbered(1, out, |out| opening.put(out)),
            Self::Slice(slice) => numbered(3, out, |out| slice.put(out)),
            Self::Report(report) => numbered(4, out, |out| report.put(out)),
            Self::Scheduled(number) => numbered(5, out, |out| number.put(out)),
            Self::Adjustment(adjustment) => numbered(14, out, |out| adjustment.put(out)),
            Self::Line(line) => numbered(9, out, |out| put_text(line, out)),
            Self::Happened(cycle, ts, records) => numbered(10, out, |out| {
                cycle.put(out);
                ts.put(out);
                records.len().put(out);
                records.iter().for_each(|record| record.put(out));
            }),
            Self::Reply(reply) => numbered(11, out, |out| put_text(reply, out)),
            Self::State(hash) => numbered(12, out, |out| hash.put(out)),
            Self::Closed => out.push(13),
        }
    }
}

fn numbered(number: u8, out: &mut Vec<u8>, rest: impl FnOnce(&mut Vec<u8>)) {
    out.push(number);
    rest(out);
}

impl Entry {
    /// The same, to be written; `None` for a kind that nobody writes without having it.
    #[must_use]
    pub fn telling(&self) -> Option<Telling<'_>> {
        Some(match self {
            Self::Opening(opening) => Telling::Opening(opening),
            Self::Slice(slice) => Telling::Slice(slice),
            Self::Report(report) => Telling::Report(report),
            Self::Scheduled(number) => Telling::Scheduled(*number),
            Self::Adjustment(adjustment) => Telling::Adjustment(adjustment),
            Self::Line(line) => Telling::Line(line),
            Self::Happened { cycle, ts, records } => Telling::Happened(*cycle, *ts, records),
            Self::Reply(reply) => Telling::Reply(reply),
            Self::State(hash) => Telling::State(*hash),
            Self::Closed => Telling::Closed,
            Self::Epoch(_) | Self::Timer(_) | Self::Positions(_) | Self::Link { .. } => return None,
        })
    }

    /// Its bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.put(&mut out);
        out
    }

    /// The entry of these bytes, all of them.
    ///
    /// # Errors
    /// They are none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Broken> {
        let mut reader = Reader::new(bytes);
        let entry = Self::take(&mut reader)?;
        reader.finish()?;
        Ok(entry)
    }
}
