//! Numbers as programs get them: decimals in text, so that no digit is lost on the way.

use std::fmt::Display;

use serde::{Serialize, Serializer};

/// A decimal, which JSON gets as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal<T>(pub(crate) T);

impl<T: Display> Serialize for Decimal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
