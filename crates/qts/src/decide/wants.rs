//! What is wanted in a cycle: intents become proposals, cancels become requests, and what can be neither is refused.
//!
//! A bad number, side, strategy or instrument refuses one intent and leaves the others alone; any other flaw is a
//! [`Problem`] of the whole input.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::str::FromStr;

use qts_core::{
    Code, Cycle, DecisionId, Inst, Instruments, Intent, Kind, NumError, OrderId, Price, Proposal, Qty, Reason, Scope,
    Side, Stage, StrategyId, Working,
};
use qts_gate::CancelAsk;

use super::error::{Problem, shown};
use super::node::Node;
use super::setup::name;
use super::terms::{SIDES, Terms};

/// Who may ask, for what, and which orders there are to cancel.
pub(crate) trait Directory {
    /// The instruments.
    fn instruments(&self) -> &Instruments;
    /// A strategy by its id.
    fn strategy(&self, id: &str) -> Option<&StrategyId>;
    /// A working order by the id that the input has for it.
    fn order(&self, id: &str) -> Option<&Working>;
    /// What output calls an order.
    fn order_name(&self, order: OrderId) -> Cow<'_, str>;
    /// May intents of this strategy come from outside at all?
    ///
    /// # Errors
    /// They may not.
    fn admit(&self, sender: &StrategyId, node: Node<'_>) -> Result<(), Problem>;
}

/// Everything that is wanted, sorted out.
#[derive(Debug, Default)]
pub(crate) struct Wants<'a> {
    /// Every intent, in the order of the input.
    pub(crate) each: Vec<Want<'a>>,
    /// Those of them for the gate, in the same order.
    pub(crate) proposals: Vec<Proposal>,
    /// The sound cancels.
    pub(crate) cancels: Vec<CancelAsk>,
    /// The places in `each` of every strategy's intents: an emission number is a place in its list.
    pub(crate) emitted: BTreeMap<StrategyId, Vec<usize>>,
}

impl Wants<'static> {
    /// Adds what is wanted next: each strategy's numbers go on where they stopped.
    pub(crate) fn append(&mut self, next: Wants<'_>) {
        let places = self.each.len();
        for mut proposal in next.proposals {
            let before = self.emitted.get(&proposal.owner).map_or(0, Vec::len);
            let before = u32::try_from(before).unwrap_or(u32::MAX);
            proposal.id.emission = proposal.id.emission.saturating_add(before);
            self.proposals.push(proposal);
        }
        self.cancels.extend(next.cancels);
        for (strategy, emitted) in next.emitted {
            self.emitted.entry(strategy).or_default().extend(emitted.into_iter().map(|place| places + place));
        }
        self.each.extend(next.each.into_iter().map(Want::into_owned));
    }
}

impl Want<'_> {
    fn into_owned(self) -> Want<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Want {
            strategy: owned(self.strategy),
            instrument: self.instrument.map(owned),
            side: self.side.map(owned),
            cancel: self.cancel.map(owned),
            asked: owned(self.asked),
            fate: self.fate,
        }
    }
}

/// One intent in the words of the input.
#[derive(Debug)]
pub(crate) struct Want<'a> {
    /// Who asks.
    pub(crate) strategy: Cow<'a, str>,
    /// For what; of a cancel the order's.
    pub(crate) instrument: Option<Cow<'a, str>>,
    /// Which way; of a cancel the order's.
    pub(crate) side: Option<Cow<'a, str>>,
    /// Which order is to be cancelled.
    pub(crate) cancel: Option<Cow<'a, str>>,
    /// How much.
    pub(crate) asked: Cow<'a, str>,
    /// What becomes of it.
    pub(crate) fate: Fate,
}

/// Where an intent goes.
#[derive(Debug)]
pub(crate) enum Fate {
    /// To the gate as a proposal.
    Judged,
    /// To the gate as a cancel, which nothing holds up.
    Cancelled,
    /// Nowhere.
    Refused(Flaw),
}

/// Why no proposal can be made of an intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// The kind of flaw.
    pub(crate) code: Code,
    /// What it is about this one; `None` if the code says all.
    pub(crate) detail: Option<String>,
}

impl Flaw {
    fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: Some(detail.into()) }
    }

    fn of_number(why: NumError, key: &str, text: &str) -> Self {
        let code = if why == NumError::OutOfRange { Code::Overflow } else { Code::InvalidNumber };
        Self::new(code, format!("the {key} `{}`: {why}", shown(text)))
    }

    /// The reason it is blocked for.
    pub(crate) const fn reason(&self) -> Reason {
        Reason { scope: Scope::Strategy, code: self.code, stage: Stage::Block, observed: None, limit: None }
    }
}

/// A sound order in the making.
struct Order {
    instrument: Inst,
    side: Side,
    qty: Qty,
    kind: Kind,
}

impl<'a> Wants<'a> {
    /// From a cycle's `intents`.
    ///
    /// # Errors
    /// The first thing that is wrong in them besides a number, side, strategy or instrument.
    pub(crate) fn read(directory: &impl Directory, intents: Option<Node<'a>>, cycle: Cycle) -> Result<Self, Problem> {
        let mut wants = Self::default();
        if let Some(intents) = intents {
            for node in intents.items()? {
                let want = wants.read_one(directory, node, cycle)?;
                wants.each.push(want);
            }
        }
        Ok(wants)
    }

    fn read_one(&mut self, directory: &impl Directory, node: Node<'a>, cycle: Cycle) -> Result<Want<'a>, Problem> {
        let keys = ["strategy", "instrument", "side", "qty", "type", "limit", "tif", "reason", "cancel"];
        let [strategy, instrument, side, qty, kind, limit, tif, reason, cancel] = node.fields(keys)?;
        let named = strategy.ok_or_else(|| node.lacks("strategy"))?;
        let strategy = named.echo()?;
        let sender = directory.strategy(&strategy);
        sender.map_or(Ok(()), |sender| directory.admit(sender, named))?;
        let emission = sender.map(|sender| self.emission(sender)).unwrap_or_default();
        let why = reason.map(Node::text).transpose()?.unwrap_or_default();
        if let Some(cancel) = cancel {
            return match [instrument, side, qty, kind, limit, tif].into_iter().flatten().next() {
                Some(other) => Err(other.problem("a cancel says no more than which order", "leave this out")),
                None => Ok(self.withdraw(directory, (strategy, sender), cancel.text()?, why)),
            };
        }
        let terms = Terms::read(node, kind, limit, tif)?;
        let instrument = instrument.ok_or_else(|| node.lacks("instrument"))?.echo()?;
        let side = side.ok_or_else(|| node.lacks("side"))?.echo()?;
        let qty = qty.ok_or_else(|| node.lacks("qty"))?.echo()?;
        let limit = terms.limit.map(Node::echo).transpose()?;
        let fate = match sound_order(directory.instruments(), sender, [&instrument, &side, &qty], limit.as_deref()) {
            Ok((sender, Order { instrument, side, qty, kind })) => {
                let id = DecisionId { cycle, strategy: sender.clone(), emission };
                let why = Cow::Owned(why.into_owned());
                let intent = Intent { instrument, side, qty, kind, tif: terms.tif, why };
                self.proposals.push(Proposal { id, owner: sender.clone(), intent });
                Fate::Judged
            }
            Err(flaw) => Fate::Refused(flaw),
        };
        let asked = qty.parse::<Qty>().map_or(qty, |number| Cow::Owned(number.to_string()));
        Ok(Want { strategy, instrument: Some(instrument), side: Some(side), cancel: None, asked, fate })
    }

    /// The number of a strategy's next intent.
    fn emission(&mut self, sender: &StrategyId) -> u32 {
        let places = match self.emitted.get_mut(sender) {
            Some(places) => places,
            None => self.emitted.entry(sender.clone()).or_default(),
        };
        places.push(self.each.len());
        // A cycle's text holds fewer intents than this.
        u32::try_from(places.len() - 1).unwrap_or(u32::MAX)
    }

    fn withdraw(
        &mut self,
        directory: &impl Directory,
        (strategy, sender): (Cow<'a, str>, Option<&StrategyId>),
        cancel: Cow<'a, str>,
        why: Cow<'a, str>,
    ) -> Want<'a> {
        let mut want = Want {
            strategy,
            instrument: None,
            side: None,
            cancel: None,
            asked: Cow::Borrowed("0"),
            fate: Fate::Cancelled,
        };
        match (sender, directory.order(&cancel)) {
            (None, _) => want.fate = Fate::Refused(Flaw { code: Code::UnknownStrategy, detail: None }),
            (Some(sender), Some(order)) if order.children.iter().any(|child| child.owner == *sender) => {
                want.instrument = Some(Cow::Owned(name(directory.instruments(), order.instrument).into_owned()));
                want.side = Some(Cow::Borrowed(order.side.as_str()));
                let why = Cow::Owned(why.into_owned());
                self.cancels.push(CancelAsk { strategy: sender.clone(), order: order.id, why });
            }
            _ => want.fate = Fate::Refused(Flaw::new(Code::InvalidNumber, "no such own order")),
        }
        want.cancel = Some(cancel);
        want
    }
}

/// The parts of an order and its sender, or the first flaw, in the order of the codes' weight: who, on what, how.
fn sound_order<'s>(
    instruments: &Instruments,
    sender: Option<&'s StrategyId>,
    [instrument, side, qty]: [&str; 3],
    limit: Option<&str>,
) -> Result<(&'s StrategyId, Order), Flaw> {
    let sender = sender.ok_or(Flaw { code: Code::UnknownStrategy, detail: None })?;
    let inst = instruments.find(instrument);
    let instrument = inst.ok_or(Flaw { code: Code::UnknownInstrument, detail: None })?;
    let known = SIDES.iter().find(|(word, _)| *word == side);
    let wrong = || Flaw::new(Code::InvalidNumber, format!("the side `{}` is neither buy nor sell", shown(side)));
    let side = known.map(|(_, side)| *side).ok_or_else(wrong)?;
    let qty = exact(qty, "quantity")?;
    let limit = limit.map(|limit| exact::<Price>(limit, "limit")).transpose()?;
    Ok((sender, Order { instrument, side, qty, kind: limit.map_or(Kind::Market, Kind::Limit) }))
}

fn exact<T: FromStr<Err = NumError>>(text: &str, key: &str) -> Result<T, Flaw> {
    text.parse().map_err(|why| Flaw::of_number(why, key, text))
}
