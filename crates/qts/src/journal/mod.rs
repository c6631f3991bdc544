//! Journals: a run is kept as it happens (`keeper`), and read again (`taped`).
//!
//! What is kept are entries of `qts-record` in the segments of `qts-journal`: how the run began with the text of its
//! config, every input in the order in which the runtime took it, what came of it, and at the end the hash of the state.
//! Nothing leaves before what it follows from is durable.

mod keeper;
mod opening;
mod repair;
mod tape;
mod trouble;

pub(crate) use keeper::{Disk, Keeper, folder};
pub(crate) use opening::opening;
pub(crate) use repair::{JournalArgs, journal};
pub(crate) use tape::{Tape, config, disk, tell};
