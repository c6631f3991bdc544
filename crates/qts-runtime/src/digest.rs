//! A running hash of everything that happened.

use std::fmt::{Debug, Write};

use qts_core::Cycle;

use crate::record::Record;

/// Takes records in as they come.
#[derive(Debug, Default)]
pub(crate) struct Digest(blake3::Hasher);

/// Lets `write!` feed the hasher.
struct Feed<'a>(&'a mut blake3::Hasher);

impl Write for Feed<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

impl Digest {
    pub(crate) fn take_in(&mut self, cycle: Cycle, records: &[Record]) {
        for record in records {
            // Feeding a hasher cannot fail.
            let _ = writeln!(Feed(&mut self.0), "{} {record:?}", cycle.0);
        }
    }

    /// The hash so far and of this state.
    pub(crate) fn with_state(&self, state: &impl Debug) -> String {
        let mut hasher = self.0.clone();
        let _ = write!(Feed(&mut hasher), "{state:?}");
        hasher.finalize().to_hex().to_string()
    }
}
