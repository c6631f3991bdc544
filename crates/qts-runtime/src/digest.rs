//! A running hash of everything that happened.

use std::fmt::{Debug, Write};

use qts_core::Cycle;

use crate::record::Record;

/// Takes records in as they come.
#[derive(Debug, Default)]
pub(crate) struct Digest {
    hasher: blake3::Hasher,
    /// A record as text; kept for its memory.
    line: String,
}

impl Digest {
    pub(crate) fn take_in(&mut self, cycle: Cycle, records: &[Record]) {
        for record in records {
            self.line.clear();
            // Writing to a text cannot fail.
            let _ = writeln!(self.line, "{} {record:?}", cycle.0);
            self.hasher.update(self.line.as_bytes());
        }
    }

    /// The hash so far, of this state, and of what else there is.
    pub(crate) fn with_state(&self, state: &impl Debug, more: [Option<&dyn Debug>; 4]) -> blake3::Hash {
        let mut hasher = self.hasher.clone();
        hasher.update(format!("{state:?}").as_bytes());
        for more in more.into_iter().flatten() {
            hasher.update(format!("{more:?}").as_bytes());
        }
        hasher.finalize()
    }
}
