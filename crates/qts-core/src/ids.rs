//! Names and numbers of things. An id orders and compares; it carries no meaning besides.

use std::fmt;
use std::sync::Arc;

/// Dense number of an instrument: its place among all instruments in id order, so that sorting by it is
/// sorting by id. A number outside the table names no instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Inst(pub u32);

/// Our name of an instrument, `SYMBOL.VENUE`, split at the last dot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstrumentId(Arc<str>);

impl InstrumentId {
    /// Takes a name of the form `SYMBOL.VENUE`; `None` if a part is missing or holds white space.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let (symbol, venue) = text.rsplit_once('.')?;
        let sound = |part: &str| !part.is_empty() && !part.chars().any(char::is_whitespace);
        (sound(symbol) && sound(venue)).then(|| Self(text.into()))
    }

    /// The part before the last dot.
    #[must_use]
    pub fn symbol(&self) -> &str {
        self.0.rsplit_once('.').map_or(&*self.0, |(symbol, _)| symbol)
    }

    /// The part after the last dot.
    #[must_use]
    pub fn venue(&self) -> &str {
        self.0.rsplit_once('.').map_or("", |(_, venue)| venue)
    }

    /// The whole name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InstrumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The stable, unique name of a strategy; also names the owner of a book.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StrategyId(Arc<str>);

impl StrategyId {
    /// Owner of what belongs to no strategy.
    pub const UNASSIGNED: &'static str = "unassigned";
    /// The person at the desk, under a policy of its own.
    pub const OPERATOR: &'static str = "operator";

    /// Any text; whether it is free and not reserved is the registry's business.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The owner of the unassigned book.
    #[must_use]
    pub fn unassigned() -> Self {
        Self::new(Self::UNASSIGNED)
    }

    /// The operator.
    #[must_use]
    pub fn operator() -> Self {
        Self::new(Self::OPERATOR)
    }

    /// Is this a name that no strategy may take?
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        matches!(&*self.0, Self::UNASSIGNED | Self::OPERATOR)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StrategyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Number of a decision cycle, from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cycle(pub u64);

/// How many kills there have been; a permission from an earlier epoch is void.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u64);

/// Number of an order, given by the loop, from 1, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(pub u64);

/// The broker's number of an execution; a number seen before on an order is a repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExecId(pub u64);

/// The name of a decision: who asked, in which cycle, as which of that cycle's proposals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DecisionId {
    /// The cycle.
    pub cycle: Cycle,
    /// Who asked.
    pub strategy: StrategyId,
    /// From 0, in the order in which the strategy emitted.
    pub emission: u32,
}

impl fmt::Display for DecisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.cycle.0, self.strategy, self.emission)
    }
}
