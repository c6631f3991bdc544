//! Steps: orders and cancels that somebody decided beforehand, each with the moment at which it falls due.
//!
//! Shared by `scripted` and `signals`, which only repeat what is written. Therefore none of the rules for entries and
//! exits applies: a step goes out whatever is held and whatever is open, and the gate judges it like any other.
//!
//! Invariant: a step that was read is well-formed (the instrument exists, numbers are exact, the quantity is above
//! zero). Whether it is on the lot, on the tick, subscribed to and allowed is judged where that is known, not here.
//!
//! A step is due at the first call at or after its moment. As an instance cannot know whether another one lived before
//! it, its first call passes over steps that named an earlier cycle, and over steps more than [`GRACE`] (a day) late:
//! enabling a strategy again must not repeat old orders, while the first instance of a run still sends what was due
//! shortly before the first event. A step by time that is younger than that is repeated.

use std::borrow::Cow;
use std::num::NonZeroU64;
use std::str::FromStr;

use qts_strategy::{
    Cycle, Inst, Instruments, Intent, Intents, Kind, OrderId, ParamError, Price, Qty, Side, Span, Tif, Ts, View,
};

use crate::rfc3339;

/// How late a step may be at an instance's first call; one that is later is passed over.
pub(crate) const GRACE: Span = Span::DAY;

/// Looks up a field by its name.
pub(crate) type Get<'a> = &'a dyn Fn(&str) -> Option<String>;

/// When a step falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// At the first call with this time or a later one.
    At(Ts),
    /// At the first call in this cycle or a later one.
    Cycle(Cycle),
}

/// Which of the strategy's own open orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Orders {
    /// All of them.
    All,
    /// Those on one instrument.
    On(Inst),
    /// The one of that number.
    One(OrderId),
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Asks for a trade.
    Trade(Intent),
    /// Withdraws own orders.
    Cancel(Orders, Cow<'static, str>),
}

/// Something decided beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub due: Due,
    /// What.
    pub act: Act,
}

impl Due {
    /// Is it due?
    pub(crate) fn has_come(self, view: &View<'_>) -> bool {
        match self {
            Self::At(at) => view.now() >= at,
            Self::Cycle(cycle) => view.cycle() >= cycle,
        }
    }

    /// Is it so long ago that a first call passes over it?
    pub(crate) fn is_past(self, view: &View<'_>) -> bool {
        match self {
            Self::At(at) => view.now().since(at) > GRACE,
            Self::Cycle(cycle) => view.cycle() > cycle,
        }
    }
}

impl Step {
    /// Reads a step from the fields `ts, instrument, side, qty[, type, limit, tif, reason]`; `get` knows them by name.
    /// An empty field counts as absent, blanks around a value do not count, and other fields are not looked at.
    ///
    /// `ts` is RFC 3339 with offset; `type` is `market` or `limit`, by default `limit` if a limit is given; `tif` is
    /// `day` (the default), `gtc`, `ioc` or `fok`; `reason` defaults to `signal`.
    ///
    /// # Errors
    /// The field that is missing or wrong, and its value.
    pub fn from_fields(get: &dyn Fn(&str) -> Option<String>, instruments: &Instruments) -> Result<Self, ParamError> {
        let due = Due::At(time(get, "ts")?.ok_or_else(|| missing("ts", TIME))?);
        Ok(Self { due, act: Act::Trade(trade(get, instruments, "signal")?) })
    }

    /// Asks for what it says.
    pub(crate) fn emit(&self, view: &View<'_>, out: &mut Intents) {
        match &self.act {
            Act::Trade(intent) => out.trade(intent.clone()),
            Act::Cancel(Orders::One(order), why) => out.cancel(*order, why.clone()),
            Act::Cancel(orders, why) => {
                let meant = view.orders().iter().filter(|order| orders.hold(order.instrument));
                meant.for_each(|order| out.cancel(order.id, why.clone()));
            }
        }
    }
}

impl Orders {
    /// Are orders on `inst` meant?
    fn hold(self, inst: Inst) -> bool {
        match self {
            Self::All => true,
            Self::On(only) => only == inst,
            Self::One(_) => false,
        }
    }
}

const TIME: &str = "a time with offset, such as 2018-01-15T15:30:00+09:00";
const QTY: &str = "a quantity above zero";

/// Reads the trade that a step asks for.
pub(crate) fn trade(get: Get<'_>, instruments: &Instruments, why: &'static str) -> Result<Intent, ParamError> {
    Ok(Intent {
        instrument: instrument(get, instruments)?.ok_or_else(|| missing("instrument", "SYMBOL.VENUE"))?,
        side: side(get)?,
        qty: qty(get)?,
        kind: order_kind(get)?,
        tif: tif(get)?,
        why: reason(get, why),
    })
}

/// Reads the cancel that a step asks for, if its field `cancel` is there.
pub(crate) fn cancel(get: Get<'_>, instruments: &Instruments, why: &'static str) -> Result<Option<Act>, ParamError> {
    let Some(which) = field(get, "cancel") else { return Ok(None) };
    let only = instrument(get, instruments)?;
    let orders = match (which.as_str(), only) {
        ("true", None) => Orders::All,
        ("true", Some(inst)) => Orders::On(inst),
        (number, None) => {
            Orders::One(OrderId(parsed("cancel", number, "true or an order's number").map(NonZeroU64::get)?))
        }
        (_, Some(_)) => return Err(ParamError::new("instrument", "cannot be given with an order's number")),
    };
    let stray = ["side", "qty", "type", "limit", "tif"].into_iter().find(|key| field(get, key).is_some());
    match stray {
        Some(key) => Err(ParamError::new(key, "is not part of a cancel")),
        None => Ok(Some(Act::Cancel(orders, reason(get, why)))),
    }
}

/// Reads a moment from `key`, if it is there.
pub(crate) fn time(get: Get<'_>, key: &str) -> Result<Option<Ts>, ParamError> {
    let read = |text: String| rfc3339::parse(&text).ok_or_else(|| wrong(key, &text, TIME));
    field(get, key).map(read).transpose()
}

/// Reads the number of a cycle, if it is there.
pub(crate) fn cycle(get: Get<'_>) -> Result<Option<Cycle>, ParamError> {
    let read = |text: String| parsed("cycle", &text, "a whole number above zero").map(NonZeroU64::get).map(Cycle);
    field(get, "cycle").map(read).transpose()
}

fn instrument(get: Get<'_>, instruments: &Instruments) -> Result<Option<Inst>, ParamError> {
    let read = |text: String| instruments.find(&text).ok_or_else(|| wrong("instrument", &text, "a configured one"));
    field(get, "instrument").map(read).transpose()
}

fn side(get: Get<'_>) -> Result<Side, ParamError> {
    const WHAT: &str = "buy or sell";
    match field(get, "side").ok_or_else(|| missing("side", WHAT))?.as_str() {
        "buy" => Ok(Side::Buy),
        "sell" => Ok(Side::Sell),
        other => Err(wrong("side", other, WHAT)),
    }
}

fn qty(get: Get<'_>) -> Result<Qty, ParamError> {
    let text = field(get, "qty").ok_or_else(|| missing("qty", QTY))?;
    let qty: Qty = parsed("qty", &text, QTY)?;
    if qty.is_positive() { Ok(qty) } else { Err(wrong("qty", &text, QTY)) }
}

fn order_kind(get: Get<'_>) -> Result<Kind, ParamError> {
    const WHAT: &str = "a price above zero";
    let limit = field(get, "limit").map(|text| {
        let price: Price = parsed("limit", &text, WHAT)?;
        if price.is_positive() { Ok(Kind::Limit(price)) } else { Err(wrong("limit", &text, WHAT)) }
    });
    let limit = limit.transpose()?;
    match (field(get, "type").as_deref(), limit) {
        (None | Some("market"), None) => Ok(Kind::Market),
        (None | Some("limit"), Some(limit)) => Ok(limit),
        (Some("limit"), None) => Err(missing("limit", WHAT)),
        (Some("market"), Some(_)) => Err(ParamError::new("limit", "cannot be given with type `market`")),
        (Some(other), _) => Err(wrong("type", other, "market or limit")),
    }
}

fn tif(get: Get<'_>) -> Result<Tif, ParamError> {
    let Some(text) = field(get, "tif") else { return Ok(Tif::Day) };
    let known = [Tif::Day, Tif::Gtc, Tif::Ioc, Tif::Fok];
    let found = known.into_iter().find(|tif| tif.as_str() == text);
    found.ok_or_else(|| wrong("tif", &text, "day, gtc, ioc or fok"))
}

fn reason(get: Get<'_>, default: &'static str) -> Cow<'static, str> {
    field(get, "reason").map_or(Cow::Borrowed(default), Cow::Owned)
}

/// The value of a field without blanks around it, unless nothing is left.
fn field(get: Get<'_>, key: &str) -> Option<String> {
    get(key).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn parsed<T: FromStr>(key: &str, text: &str, what: &str) -> Result<T, ParamError> {
    text.parse().map_err(|_| wrong(key, text, what))
}

fn wrong(key: &str, text: &str, what: &str) -> ParamError {
    ParamError::new(key, format!("must be {what}, not `{text}`"))
}

fn missing(key: &str, what: &str) -> ParamError {
    ParamError::new(key, format!("is missing: give {what}"))
}

/// The same error, its key under the number (from 1) of the list's element: `steps[2].qty`.
pub(crate) fn within(list: &str, place: usize, error: ParamError) -> ParamError {
    ParamError { key: format!("{list}[{}].{}", place + 1, error.key), ..error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{B, instruments};

    const GOOD: [(&str, &str); 4] =
        [("ts", "1970-01-01T00:01:00Z"), ("instrument", "B.X"), ("side", "sell"), ("qty", "1.5")];

    /// Reads the good fields with some of them replaced or added.
    fn read(changes: &[(&str, &str)]) -> Result<Step, String> {
        let all = changes.iter().chain(&GOOD).copied().collect::<Vec<_>>();
        let get = |key: &str| all.iter().find(|(name, _)| *name == key).map(|(_, text)| (*text).to_owned());
        Step::from_fields(&get, &instruments()).map_err(|error| error.to_string())
    }

    fn intent(changes: &[(&str, &str)]) -> Intent {
        match read(changes).expect("well-formed").act {
            Act::Trade(intent) => intent,
            Act::Cancel(..) => unreachable!("fields never make a cancel"),
        }
    }

    #[test]
    fn four_fields_make_a_market_order_for_the_day() {
        let qty = "1.5".parse().expect("a quantity");
        let why = Cow::Borrowed("signal");
        let wanted = Intent { instrument: B, side: Side::Sell, qty, kind: Kind::Market, tif: Tif::Day, why };
        assert_eq!(read(&[]), Ok(Step { due: Due::At(Ts(60_000_000_000)), act: Act::Trade(wanted) }));
    }

    #[test]
    fn the_other_fields_say_how_long_at_which_price_and_why() {
        let full = intent(&[("limit", "99.5"), ("tif", "ioc"), ("reason", "because, \"so\"")]);
        let limit = "99.5".parse().map(Kind::Limit);
        assert_eq!((Ok(full.kind), full.tif, full.why.as_ref()), (limit, Tif::Ioc, "because, \"so\""));
        assert_eq!(intent(&[("type", "limit"), ("limit", "7")]).kind, Kind::Limit(Price::whole(7)));
        assert_eq!(intent(&[("type", "market")]).kind, Kind::Market);
    }

    #[test]
    fn blanks_do_not_count_and_an_empty_field_is_absent() {
        assert_eq!(read(&[("side", " sell "), ("limit", ""), ("type", " "), ("reason", "")]), read(&[]));
    }

    #[test]
    fn every_error_names_field_and_value() {
        for (field, text, problem) in [
            ("ts", "", "`ts` is missing: give a time with offset, such as 2018-01-15T15:30:00+09:00"),
            ("ts", "1516", "`ts` must be a time with offset, such as 2018-01-15T15:30:00+09:00, not `1516`"),
            ("instrument", "C.X", "`instrument` must be a configured one, not `C.X`"),
            ("instrument", "", "`instrument` is missing: give SYMBOL.VENUE"),
            ("side", "BUY", "`side` must be buy or sell, not `BUY`"),
            ("qty", "", "`qty` is missing: give a quantity above zero"),
            ("qty", "ten", "`qty` must be a quantity above zero, not `ten`"),
            ("qty", "0", "`qty` must be a quantity above zero, not `0`"),
            ("limit", "-1", "`limit` must be a price above zero, not `-1`"),
            ("type", "stop", "`type` must be market or limit, not `stop`"),
            ("type", "limit", "`limit` is missing: give a price above zero"),
            ("tif", "gtd", "`tif` must be day, gtc, ioc or fok, not `gtd`"),
        ] {
            assert_eq!(read(&[(field, text)]), Err(problem.to_owned()));
        }
        let both = read(&[("type", "market"), ("limit", "5")]);
        assert_eq!(both, Err("`limit` cannot be given with type `market`".to_owned()));
    }
}
