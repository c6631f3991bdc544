//! Many sources as one stream of slices: all that becomes known at one time, by instrument.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use qts_core::{Inst, MarketEvent, Slice, Ts};

use super::SourceSpec;
use super::error::DataError;
use super::report::Report;
use super::source::Source;

/// A merge of sources, each in time order, holding one event of each. Memory does not grow with the files.
pub struct Merge {
    sources: Vec<Source>,
    /// The next event of each source that has one.
    heads: BinaryHeap<Reverse<Head>>,
    /// What the last slice's look ahead ran into; due after that slice.
    failed: Option<DataError>,
}

/// Ordered by time, then instrument, then source: sources of one instrument keep the order in which they were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    event: MarketEvent,
    source: usize,
}

impl Head {
    const fn order(&self) -> (Ts, Inst, usize) {
        (self.event.ts, self.event.instrument, self.source)
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Merge {
    /// Opens all sources and reads up to the first event of each.
    ///
    /// # Errors
    /// If one cannot be opened, or gives no event.
    pub fn open(specs: impl IntoIterator<Item = SourceSpec>) -> Result<Self, DataError> {
        let mut sources = specs.into_iter().map(Source::open).collect::<Result<Vec<_>, _>>()?;
        let mut heads = BinaryHeap::with_capacity(sources.len());
        for (number, source) in sources.iter_mut().enumerate() {
            heads.extend(source.next()?.map(|event| Reverse(Head { event, source: number })));
        }
        Ok(Self { sources, heads, failed: None })
    }

    /// All events of the next timestamp, sorted by instrument, in file order within one; `None` at the end.
    ///
    /// # Errors
    /// If a source cannot be read on. The slices before were complete; there are none after.
    pub fn next_slice(&mut self) -> Result<Option<Slice>, DataError> {
        let mut slice = Slice::default();
        Ok(self.next_into(&mut slice)?.then_some(slice))
    }

    /// As [`Merge::next_slice`], into a slice whose memory is used again; `false`, and an empty slice, at the end.
    ///
    /// # Errors
    /// As there.
    pub fn next_into(&mut self, slice: &mut Slice) -> Result<bool, DataError> {
        slice.events.clear();
        if let Some(error) = self.failed.take() {
            self.heads.clear();
            return Err(error);
        }
        let Some(Reverse(first)) = self.heads.peek() else { return Ok(false) };
        slice.ts = first.event.ts;
        while let Some(head) = self.heads.peek_mut() {
            if head.0.event.ts != slice.ts {
                break;
            }
            slice.events.push(head.0.event);
            if let Err(error) = advance(&mut self.sources, head) {
                // Another source may fail in the same slice; the first in order is reported.
                self.failed.get_or_insert(error);
            }
        }
        Ok(true)
    }

    /// How many bytes of the files were read (compressed ones as they are), and how many there are; a little ahead of
    /// the slices that were given.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        let sum = |(read, total): (u64, u64), (more, of): (u64, u64)| (read + more, total + of);
        // A pipe has no size, so no share of it is ever done.
        let bounded = |(read, total): (u64, u64)| (read.min(total), total);
        self.sources.iter().map(Source::progress).map(bounded).fold((0, 0), sum)
    }

    /// What was read so far, and what was left out.
    #[must_use]
    pub fn report(&self) -> Report {
        Report { sources: self.sources.iter().map(|source| source.report().clone()).collect() }
    }
}

/// Replaces a head by its source's next event.
fn advance(sources: &mut [Source], mut head: PeekMut<'_, Reverse<Head>>) -> Result<(), DataError> {
    let next = sources[head.0.source].next();
    match next {
        Ok(Some(event)) => head.0.event = event,
        Ok(None) | Err(_) => {
            PeekMut::pop(head);
        }
    }
    next.map(|_| ())
}
