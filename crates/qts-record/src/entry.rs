//! What a journal tells, entry by entry.

use qts_core::{Cycle, ExecReport, Slice, Ts};
use qts_runtime::{Adjustment, PositionReport, Record};

use crate::bytes::{Broken, Bytes, Reader, choice, fields};

/// How a journal began: everything that a replay needs besides the inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The version of qts that wrote it.
    pub version: String,
    /// Which command did: `run` or `serve`.
    pub command: String,
    /// The path of the config, as it was given.
    pub config_path: String,
    /// The text of the config.
    pub config: String,
    /// Other files that the config names and that decide: recorded signals, calendars.
    pub files: Vec<File>,
}

/// A file that was read at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path, as the config names it.
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

impl Entry {
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
