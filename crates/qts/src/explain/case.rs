//! Everything there is to say about one decision, as plain data: what programs get, and what `text` tells.

use qts_core::{Amount, Code, DecisionId, Inst, Money, Price, Qty, Stage};
use serde::{Serialize, Serializer};

use crate::decimal::Decimal;

/// The version of this form.
pub(super) const SCHEMA: u32 = 1;

/// A decision and all that led to it and followed from it.
#[derive(Debug, Serialize)]
pub(crate) struct Case {
    pub(super) schema: u32,
    /// Its place in the run, from 1.
    pub(super) number: u64,
    #[serde(flatten)]
    pub(super) decision: Decided,
    /// How often in a row the same had been decided for the strategy on the instrument just before.
    pub(super) repeats: Option<Repeats>,
    pub(super) market: Market,
    /// The book it would change, before it.
    pub(super) holding: Held,
    pub(super) day_start_equity: Option<Decimal<Money>>,
    pub(super) strategy_scope: Scoped,
    pub(super) arbitration: Arbitration,
    pub(super) account_scope: Scoped,
    /// The largest smaller size that would have passed whole, if it did not pass whole itself.
    pub(super) nearest: Option<Decimal<Qty>>,
    /// Why there is no such size, if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stopped: Option<Stopped>,
    /// What other rules for conflicts would have made of it.
    pub(super) instead: Vec<Instead>,
    pub(super) order: Option<Sent>,
    pub(super) fills: Vec<Fill>,
    /// Who wanted the order withdrawn, if somebody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) withdrawal: Option<Withdrawal>,
    pub(super) ended: Option<Ended>,
    /// Does it trade on bars? Fills then carry the time at which their bar ends.
    #[serde(skip)]
    pub(super) in_bars: bool,
    #[serde(skip)]
    pub(super) id: DecisionId,
    #[serde(skip)]
    pub(super) inst: Inst,
}

/// The decision itself.
#[derive(Debug, Serialize)]
pub(crate) struct Decided {
    #[serde(rename = "decision")]
    pub(super) id: String,
    pub(super) cycle: u64,
    pub(super) ts: String,
    pub(super) strategy: String,
    pub(super) emission: u32,
    pub(super) book: String,
    pub(super) instrument: String,
    pub(super) side: &'static str,
    pub(super) r#type: &'static str,
    pub(super) limit: Option<Decimal<Price>>,
    pub(super) tif: &'static str,
    pub(super) asked: Decimal<Qty>,
    pub(super) why: String,
    #[serde(serialize_with = "word")]
    pub(super) verdict: Stage,
    pub(super) admitted: Decimal<Qty>,
    pub(super) sent: Decimal<Qty>,
    pub(super) crossed: Decimal<Qty>,
    pub(super) reasons: Vec<Told>,
}

/// A reason.
#[derive(Debug, Serialize)]
pub(crate) struct Told {
    #[serde(serialize_with = "code")]
    pub(super) code: Code,
    pub(super) scope: &'static str,
    #[serde(serialize_with = "word")]
    pub(super) stage: Stage,
    pub(super) observed: Option<Decimal<Amount>>,
    pub(super) limit: Option<Decimal<Amount>>,
    pub(super) text: String,
}

/// The same decision time after time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Repeats {
    /// How often, this one not counted.
    pub(super) times: u64,
    /// The id of the first.
    pub(super) first: String,
    /// When that was.
    pub(super) since: String,
}

/// What was known of the instrument's prices.
#[derive(Debug, Serialize)]
pub(crate) struct Market {
    pub(super) last: Option<Decimal<Price>>,
    pub(super) at: Option<String>,
    pub(super) bid: Option<Decimal<Price>>,
    pub(super) ask: Option<Decimal<Price>>,
    pub(super) prev_close: Option<Decimal<Price>>,
    /// Is the last price that of a bar which ended its session, so that it is the previous close already?
    #[serde(skip)]
    pub(super) session_is_over: bool,
}

/// A book's holding of the instrument.
#[derive(Debug, Serialize)]
pub(crate) struct Held {
    pub(super) position: Decimal<Qty>,
    pub(super) cost: Decimal<Money>,
    pub(super) open_buy: Decimal<Qty>,
    pub(super) open_sell: Decimal<Qty>,
}

/// What the controls of one scope made of it.
#[derive(Debug, Serialize)]
pub(crate) struct Scoped {
    /// The policy; none is asked about what only the operator wants.
    pub(super) policy: Option<String>,
    /// What the scope was given; at account scope the whole order, with what others have in it.
    pub(super) given: Decimal<Qty>,
    /// The part of that which reduces a position.
    pub(super) reducing: Decimal<Qty>,
    /// What it left of this decision.
    pub(super) left: Decimal<Qty>,
    /// `active`, or the state and the severest mode that held it.
    pub(super) standing: &'static str,
    /// Every control that was applied.
    pub(super) controls: Vec<Control>,
}

/// What a control without levels found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fact {
    /// It is so, which blocks.
    Yes,
    /// It is not.
    No,
    /// Nobody knows, which blocks.
    Unknown,
}

/// A control as applied.
#[derive(Debug, Serialize)]
pub(crate) struct Control {
    #[serde(serialize_with = "code")]
    pub(super) code: Code,
    pub(super) observed: Option<Decimal<Amount>>,
    /// Of a control that asks whether something is so, and no number: is it?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fact: Option<Fact>,
    pub(super) warn: Option<Decimal<Amount>>,
    pub(super) limit: Option<Decimal<Amount>>,
    pub(super) block: Option<Decimal<Amount>>,
    #[serde(serialize_with = "word")]
    pub(super) stage: Stage,
    /// The policy that says it, through `extends`.
    pub(super) said_by: Option<String>,
    /// Its place, as `file:line`; none in a built-in policy.
    pub(super) at: Option<String>,
    /// The value as written there.
    pub(super) written: Option<String>,
    /// What the books behind it hold, where that is what it looks at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) behind: Vec<Behind>,
}

/// A book out of which shares are sold.
#[derive(Debug, Serialize)]
pub(crate) struct Behind {
    pub(super) strategy: String,
    /// What it wants to sell.
    pub(super) qty: Decimal<Qty>,
    /// What it holds, after what was crossed at account scope.
    pub(super) position: Decimal<Qty>,
    /// What is being sold of that already, in working orders and by asks before this one.
    pub(super) open_sell: Decimal<Qty>,
}

/// How the instrument's proposals of the cycle were settled.
#[derive(Debug, Serialize)]
pub(crate) struct Arbitration {
    pub(super) rule: &'static str,
    /// Did two of them oppose each other?
    pub(super) conflict: bool,
    /// What it left of this decision to be sent.
    pub(super) left: Decimal<Qty>,
    /// Everybody who asked for something on the instrument.
    pub(super) parties: Vec<Party>,
    pub(super) crosses: Vec<Crossing>,
}

/// Somebody's proposal on the same instrument.
#[derive(Debug, Serialize)]
pub(crate) struct Party {
    pub(super) decision: String,
    pub(super) strategy: String,
    pub(super) side: &'static str,
    pub(super) limit: Option<Decimal<Price>>,
    pub(super) asked: Decimal<Qty>,
    /// What its own policy left: what it brought to arbitration.
    pub(super) brought: Decimal<Qty>,
    pub(super) reducing: Decimal<Qty>,
    /// What arbitration left of that to be sent.
    pub(super) left: Decimal<Qty>,
    pub(super) crossed: Decimal<Qty>,
    #[serde(serialize_with = "word")]
    pub(super) verdict: Stage,
    #[serde(serialize_with = "codes")]
    pub(super) reasons: Vec<Code>,
    pub(super) why: String,
    #[serde(skip)]
    pub(super) is_this: bool,
}

/// A booking between two books.
#[derive(Debug, Serialize)]
pub(crate) struct Crossing {
    pub(super) seller: String,
    pub(super) buyer: String,
    pub(super) qty: Decimal<Qty>,
    pub(super) price: Decimal<Price>,
}

/// What another rule would have made of it.
#[derive(Debug, Serialize)]
pub(crate) struct Instead {
    pub(super) rule: &'static str,
    /// Would anything on the instrument have come out differently?
    pub(super) differs: bool,
    #[serde(serialize_with = "word")]
    pub(super) verdict: Stage,
    pub(super) sent: Decimal<Qty>,
    pub(super) crossed: Decimal<Qty>,
    pub(super) orders: Vec<Sent>,
    pub(super) crosses: Vec<Crossing>,
}

/// An order, and whose.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Sent {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) order: Option<u64>,
    pub(super) side: &'static str,
    pub(super) qty: Decimal<Qty>,
    pub(super) limit: Option<Decimal<Price>>,
    pub(super) children: Vec<Part>,
}

/// Somebody's part.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Part {
    pub(super) strategy: String,
    pub(super) qty: Decimal<Qty>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fee: Option<Decimal<Money>>,
}

/// A fill of the order.
#[derive(Debug, Serialize)]
pub(crate) struct Fill {
    pub(super) ts: String,
    pub(super) qty: Decimal<Qty>,
    pub(super) price: Decimal<Price>,
    pub(super) fee: Decimal<Money>,
    pub(super) shares: Vec<Part>,
}

/// Why no smaller size would have passed.
#[derive(Debug, Serialize)]
pub(crate) struct Stopped {
    /// What would have stopped the smallest size; none if there is no smaller size.
    pub(super) code: Option<&'static str>,
    /// In words.
    pub(super) text: String,
}

/// Somebody wanted the order withdrawn.
#[derive(Debug, Serialize)]
pub(crate) struct Withdrawal {
    pub(super) ts: String,
    /// A strategy, or the operator.
    pub(super) by: String,
    pub(super) why: String,
    /// What the operator did it for: a command, or what held the strategy back.
    pub(super) after: Option<String>,
}

/// The order's end.
#[derive(Debug, Serialize)]
pub(crate) struct Ended {
    pub(super) ts: String,
    pub(super) how: String,
    pub(super) why: Option<String>,
}

fn word<S: Serializer>(stage: &Stage, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(stage.as_str())
}

fn code<S: Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.as_str())
}

fn codes<S: Serializer>(codes: &[Code], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(codes.iter().map(|code| code.as_str()))
}

impl Fact {
    /// For people.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}
