//! The controls of a policy: their names, their forms, the levels they take.

use std::collections::BTreeSet;
use std::sync::Arc;

use qts_core::{Inst, Money, NumError, Ratio, Span};
use qts_gate::Supervision;
use qts_gate::policy::{Age, Controls, FatFinger, Jump, OrderRate, OrderSize, Participation, Size, Thresholds, Worth};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::kinds::Kinds;

use super::code::Code;
use super::levels::{read_levels, read_unreduced};
use super::names::Names;
use super::reader::{Item, Log, Table};
use super::scalars::Bound;
use super::source::{Place, Source};
use super::supervisors::{self, SUPERVISORS, Supervisor};

/// What a strategy may spend: in its table, not in a policy.
pub(crate) const BUDGET: &str = "budget";

/// Controls that exist, by the names that their reasons carry.
pub(crate) const BUILT: [&str; 27] = [
    "restricted",
    "outside_session",
    "stale_data",
    "data_implausible",
    "duplicate_order",
    "short_not_allowed",
    "price_collar",
    "fat_finger",
    "cycle_notional",
    "market_order",
    "max_order_qty",
    "max_order_notional",
    "max_long",
    "max_short",
    "max_gross_exposure",
    "max_net_exposure",
    "buying_power",
    "max_participation",
    "max_open_orders",
    "order_rate",
    "message_limit",
    "max_risk_score",
    "repeated_execution",
    "failure_breaker",
    "warn_escalation",
    "daily_loss",
    "drawdown",
];

/// Validity: always on, in every policy.
pub(crate) const ALWAYS_ON: [&str; 13] = [
    "invalid_number",
    "overflow",
    "unknown_instrument",
    "unknown_strategy",
    "strategy_disabled",
    "strategy_quarantined",
    "off_tick",
    "off_lot",
    "outside_price_limit",
    "order_limit",
    "no_market_data",
    "self_trade",
    "unreconciled",
];

/// The scopes at which a control works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Works {
    /// On the proposals of a strategy.
    Strategy,
    /// On the orders of the account.
    Account,
    /// On both.
    Both,
}

impl Works {
    /// Where a control works (`risk-reference.md` §2).
    pub(crate) fn of(control: &str) -> Self {
        match control {
            "restricted" | "outside_session" | "data_implausible" | "duplicate_order" | "price_collar"
            | "fat_finger" | "market_order" | "max_order_qty" | "max_participation" | "max_risk_score" => {
                Self::Strategy
            }
            "repeated_execution" | "failure_breaker" | "warn_escalation" => Self::Strategy,
            "buying_power" | "daily_loss" | "drawdown" => Self::Account,
            _ => Self::Both,
        }
    }
}

/// What a policy says about one control; `None` removes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Setting {
    Restricted(BTreeSet<Inst>),
    OutsideSession(bool),
    StaleData(Option<Thresholds<Age>>),
    DataImplausible(Option<Jump>),
    DuplicateOrder(Option<Span>),
    ShortNotAllowed(bool),
    PriceCollar(Option<Thresholds<Ratio>>),
    FatFinger(Option<FatFinger>),
    CycleNotional(Option<Thresholds<Worth>>),
    MarketOrder(bool),
    MaxOrderQty(Option<Thresholds<OrderSize>>),
    MaxOrderNotional(Option<Thresholds<Worth>>),
    MaxLong(Option<Thresholds<Size>>),
    MaxShort(Option<Thresholds<Size>>),
    MaxGrossExposure(Option<Thresholds<Worth>>),
    MaxNetExposure(Option<Thresholds<Worth>>),
    BuyingPower(Option<Ratio>),
    MaxParticipation(Option<Participation>),
    MaxOpenOrders(Option<Thresholds<u64>>),
    OrderRate(Option<OrderRate>),
    MessageLimit(Option<Thresholds<u64>>),
    MaxRiskScore(Option<Ratio>),
    Supervisor(Supervisor),
}

/// What a policy says about one control, and where its key and its value stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stated {
    /// What it says.
    pub(super) setting: Setting,
    /// Where the key stands.
    pub(super) key: Place,
    /// Where the value stands.
    pub(super) value: Place,
}

impl Setting {
    /// The control's name.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Restricted(_) => "restricted",
            Self::OutsideSession(_) => "outside_session",
            Self::StaleData(_) => "stale_data",
            Self::DataImplausible(_) => "data_implausible",
            Self::DuplicateOrder(_) => "duplicate_order",
            Self::MarketOrder(_) => "market_order",
            Self::MaxParticipation(_) => "max_participation",
            Self::OrderRate(_) => "order_rate",
            Self::MessageLimit(_) => "message_limit",
            Self::ShortNotAllowed(_) => "short_not_allowed",
            Self::PriceCollar(_) => "price_collar",
            Self::FatFinger(_) => "fat_finger",
            Self::CycleNotional(_) => "cycle_notional",
            Self::MaxOrderQty(_) => "max_order_qty",
            Self::MaxOrderNotional(_) => "max_order_notional",
            Self::MaxLong(_) => "max_long",
            Self::MaxShort(_) => "max_short",
            Self::MaxGrossExposure(_) => "max_gross_exposure",
            Self::MaxNetExposure(_) => "max_net_exposure",
            Self::BuyingPower(_) => "buying_power",
            Self::MaxOpenOrders(_) => "max_open_orders",
            Self::MaxRiskScore(_) => "max_risk_score",
            Self::Supervisor(supervisor) => supervisor.name(),
        }
    }

    /// Does it remove the control?
    pub(super) fn removes(&self) -> bool {
        if let Self::Supervisor(supervisor) = self {
            return supervisor.removes();
        }
        let (mut strategy, mut account) = (Controls::default(), Controls::default());
        self.apply(&mut strategy, &mut account);
        (strategy, account) == Default::default()
    }

    /// Replaces the control whole, at the scopes where it works (`risk-reference.md` §2). The account keeps the
    /// price collar too: it values market buys; and the age of data: it says which price two books may trade at.
    pub(super) fn apply(&self, strategy: &mut Controls, account: &mut Controls) {
        let mut both = |set: &dyn Fn(&mut Controls)| [&mut *strategy, &mut *account].into_iter().for_each(set);
        match self.clone() {
            Self::StaleData(ages) => both(&|set| set.stale_data = ages),
            Self::OrderRate(rate) => both(&|set| set.order_rate = rate),
            Self::MessageLimit(levels) => both(&|set| set.message_limit = levels),
            Self::Restricted(listed) => strategy.restricted = listed,
            Self::OutsideSession(on) => strategy.outside_session = on,
            Self::DataImplausible(jump) => strategy.data_implausible = jump,
            Self::DuplicateOrder(window) => strategy.duplicate_order = window,
            Self::MarketOrder(on) => strategy.market_order = on,
            Self::MaxParticipation(share) => strategy.max_participation = share,
            Self::ShortNotAllowed(on) => both(&|set| set.short_not_allowed = on),
            Self::PriceCollar(levels) => both(&|set| set.price_collar = levels),
            Self::CycleNotional(levels) => both(&|set| set.cycle_notional = levels),
            Self::MaxOrderNotional(levels) => both(&|set| set.max_order_notional = levels),
            Self::MaxLong(levels) => both(&|set| set.max_long = levels),
            Self::MaxShort(levels) => both(&|set| set.max_short = levels),
            Self::MaxGrossExposure(levels) => both(&|set| set.max_gross_exposure = levels),
            Self::MaxNetExposure(levels) => both(&|set| set.max_net_exposure = levels),
            Self::MaxOpenOrders(levels) => both(&|set| set.max_open_orders = levels),
            Self::FatFinger(finger) => strategy.fat_finger = finger,
            Self::MaxOrderQty(levels) => strategy.max_order_qty = levels,
            Self::MaxRiskScore(score) => strategy.max_risk_score = score,
            Self::BuyingPower(buffer) => account.buying_power = buffer,
            // In no set of the gate's.
            Self::Supervisor(_) => {}
        }
    }

    /// Replaces a supervisor whole, if it is one.
    pub(super) const fn supervise(&self, set: &mut Supervision) {
        if let Self::Supervisor(supervisor) = self {
            supervisor.apply(set);
        }
    }
}

/// What `name = false` says.
pub(super) fn removed(name: &str) -> Option<Setting> {
    let file = Arc::new(Source::new("", &format!("{name} = false")));
    let root = DeTable::parse(file.text()).ok()?.into_inner();
    let log = Log::new(Arc::clone(&file));
    let item = Table::new(&log, "", Place::default(), root).drain().pop()?;
    let kinds = Kinds::with(&[]).ok()?;
    read_setting(item, &[], &Names::new(&kinds))
}

/// Reads one control of a table where `others` are the keys that are none. Nothing is ever ignored in silence.
pub(super) fn read(item: Item<'_>, others: &[&str], names: &Names<'_>) -> Option<Stated> {
    let (key, value) = (item.key_place, item.place);
    Some(Stated { setting: read_setting(item, others, names)?, key, value })
}

fn read_setting(item: Item<'_>, others: &[&str], names: &Names<'_>) -> Option<Setting> {
    let name = item.key.clone();
    Some(match name.as_str() {
        "restricted" => Setting::Restricted(unless_off(item, |item| listed(item, names))?.unwrap_or_default()),
        "outside_session" => Setting::OutsideSession(item.flag()?),
        "stale_data" => Setting::StaleData(unless_off(item, |item| read_unreduced(item, &age))?),
        "data_implausible" => Setting::DataImplausible(unless_off(item, jump)?),
        "duplicate_order" => Setting::DuplicateOrder(unless_off(item, |item| item.length())?),
        "market_order" => {
            Setting::MarketOrder(unless_off(item, |item| item.word(&[("block", true)]))?.unwrap_or_default())
        }
        "max_participation" => Setting::MaxParticipation(unless_off(item, participation)?),
        "order_rate" => Setting::OrderRate(unless_off(item, order_rate)?),
        "message_limit" => Setting::MessageLimit(unless_off(item, |item| read_unreduced(item, &|item| item.whole(0)))?),
        "short_not_allowed" => Setting::ShortNotAllowed(item.flag()?),
        "price_collar" => Setting::PriceCollar(unless_off(item, |item| read_unreduced(item, &percent))?),
        "fat_finger" => Setting::FatFinger(unless_off(item, fat_finger)?),
        "cycle_notional" => Setting::CycleNotional(unless_off(item, |item| read_unreduced(item, &worth))?),
        "max_order_qty" => Setting::MaxOrderQty(unless_off(item, |item| read_levels(item, &shares))?),
        "max_order_notional" => Setting::MaxOrderNotional(unless_off(item, |item| read_levels(item, &worth))?),
        "max_long" => Setting::MaxLong(unless_off(item, |item| read_levels(item, &size))?),
        "max_short" => Setting::MaxShort(unless_off(item, |item| read_levels(item, &size))?),
        "max_gross_exposure" => Setting::MaxGrossExposure(unless_off(item, |item| read_levels(item, &worth))?),
        "max_net_exposure" => Setting::MaxNetExposure(unless_off(item, |item| read_levels(item, &worth))?),
        "buying_power" => Setting::BuyingPower(unless_off(item, buffer)?),
        "max_open_orders" => Setting::MaxOpenOrders(unless_off(item, |item| read_levels(item, &|item| item.whole(0)))?),
        "max_risk_score" => Setting::MaxRiskScore(unless_off(item, score)?),
        name if SUPERVISORS.contains(&name) => supervisors::read(item)?,
        _ => {
            refuse(&item, others);
            return None;
        }
    })
}

/// Why a key of a policy is no control that can be set.
fn refuse(item: &Item<'_>, others: &[&str]) {
    let name = item.key.as_str();
    if ALWAYS_ON.contains(&name) && item.is_on() {
        return;
    }
    if ALWAYS_ON.contains(&name) {
        let error = item.log.error(Code::AlwaysOn, item.key_place, format!("`{name}` is always on"));
        item.log.push(error.help("leave it out: it has no levels and cannot be removed"));
    } else {
        let error = item.log.error(Code::UnknownControl, item.key_place, format!("no control is called `{name}`"));
        let error = error.one_of(name, BUILT.into_iter().chain(others.iter().copied()), "controls");
        let error = error.or_help(format!("controls: {}", BUILT.join(", ")));
        let budget = name == "budget";
        item.log.push(if budget { error.help("give `budget` in the `[[strategy]]` table") } else { error });
    }
}

fn unless_off<'d, T>(item: Item<'d>, read: impl FnOnce(Item<'d>) -> Option<T>) -> Option<Option<T>> {
    if item.is_off() { Some(None) } else { read(item).map(Some) }
}

fn percent(item: &Item<'_>) -> Option<Ratio> {
    item.percent()
}

/// Shares, or lots as in `"1 lot"`; a percentage of what would it be?
fn shares(item: &Item<'_>) -> Option<OrderSize> {
    if let DeValue::String(text) = &item.value
        && let Some(count) = text.strip_suffix(" lot").or_else(|| text.strip_suffix(" lots"))
        && let Ok(lots) = count.parse()
    {
        return Some(OrderSize::Lots(lots));
    }
    item.qty(Bound::Any).map(OrderSize::Shares)
}

/// Shares or a percentage.
fn size(item: &Item<'_>) -> Option<Size> {
    if is_percentage(item) { item.percent().map(Size::Fraction) } else { item.qty(Bound::Any).map(Size::Shares) }
}

/// Money or a percentage.
fn worth(item: &Item<'_>) -> Option<Worth> {
    if is_percentage(item) {
        return item.percent().map(Worth::Fraction);
    }
    let text = item.number_text()?;
    let money: Result<Money, NumError> = text.parse();
    item.parsed(&text, money).map(Worth::Money)
}

fn is_percentage(item: &Item<'_>) -> bool {
    matches!(&item.value, DeValue::String(text) if text.contains('%'))
}

/// `true`, or `{ buffer = "2%" }`.
fn buffer(item: Item<'_>) -> Option<Ratio> {
    if item.is_on() {
        return Some(Ratio::ZERO);
    }
    if !item.value.is_table() {
        item.wrong_type("`true` or a table", "write `buying_power = true` or `buying_power = { buffer = \"2%\" }`");
        return None;
    }
    let mut table = item.table("`buying_power`")?;
    let buffer = table.require("buffer", "\"2%\"").and_then(|item| item.share(Bound::NotNegative, Ratio::whole(1)));
    table.finish();
    buffer
}

/// `{ multiple = "5", median = "10" }`, at least one of the two.
fn fat_finger(item: Item<'_>) -> Option<FatFinger> {
    if !item.value.is_table() {
        item.wrong_type("a table", "write `fat_finger = { multiple = \"5\", median = \"10\" }`, or `false`");
        return None;
    }
    let mut table: Table<'_> = item.table("`fat_finger`")?;
    let mut times = |key| table.take(key).map(|item| item.factor(Bound::Positive));
    let (multiple, median) = (times("multiple"), times("median"));
    if multiple.is_none() && median.is_none() {
        let error = table.log.error(Code::NoLevel, table.place, "`fat_finger` has neither `multiple` nor `median`");
        table.log.push(error.help("give one of them, or `fat_finger = false`"));
    }
    table.finish();
    Some(FatFinger { multiple: multiple.flatten(), median: median.flatten() })
}

/// `["005930.KRX"]`; an empty list restricts nothing.
fn listed(item: Item<'_>, names: &Names<'_>) -> Option<BTreeSet<Inst>> {
    let ids = item.list("instrument ids")?;
    let count = ids.len();
    let known: Vec<Inst> = ids.iter().filter_map(|id| names.instrument(id)).collect();
    (known.len() == count).then(|| known.into_iter().collect())
}

/// `"3s"`, or `"2 intervals"` of the instrument's data.
fn age(item: &Item<'_>) -> Option<Age> {
    let text = item.text()?;
    let Some(number) = text.strip_suffix("intervals").or(text.strip_suffix("interval")) else {
        return item.length().map(Age::Span);
    };
    let count: Option<u32> = number.trim().parse().ok();
    if count.is_none() {
        let error = item.error(Code::NotALength, format!("`{}` must be an age, not `{text}`", item.key));
        item.log.push(error.help("write a whole number of intervals, such as \"2 intervals\", or a time, \"3s\""));
    }
    count.map(Age::Intervals)
}

/// The same levels at all times, or `{ within = …, between = … }` with levels for each.
fn jump(item: Item<'_>) -> Option<Jump> {
    let apart = ["within", "between"];
    let is_apart = |(key, _): (&Spanned<DeString<'_>>, _)| apart.contains(&key.get_ref().as_ref());
    if !item.value.as_table().into_iter().flatten().any(is_apart) {
        return read_unreduced(item, &percent).map(Jump::any);
    }
    let mut table = item.table("`data_implausible`")?;
    // What is said of levels is said of the control.
    let read = |item: Item<'_>| read_unreduced(Item { key: "data_implausible".to_owned(), ..item }, &percent);
    let levels = apart.map(|key| table.require(key, "\"10%\"").and_then(read));
    table.finish();
    let [within, between] = levels;
    Some(Jump { within: within?, between: between? })
}

/// `{ order = "0.5%", day = "2%" }`, at least one of the two; with `where_known = true` only where the usual volume is
/// known.
fn participation(item: Item<'_>) -> Option<Participation> {
    if !item.value.is_table() {
        item.wrong_type("a table", "write `max_participation = { order = \"0.5%\", day = \"2%\" }`, or `false`");
        return None;
    }
    let mut table: Table<'_> = item.table("`max_participation`")?;
    let mut share = |key| table.take(key).map(|item| item.share(Bound::NotNegative, Ratio::whole(1)));
    let (order, day) = (share("order"), share("day"));
    if order.is_none() && day.is_none() {
        let error = table.log.error(Code::NoLevel, table.place, "`max_participation` has neither `order` nor `day`");
        table.log.push(error.help("give one of them, or `max_participation = false`"));
    }
    let where_known = table.take("where_known").map(|item| item.flag());
    table.finish();
    let where_known = where_known.flatten().unwrap_or_default();
    Some(Participation { order: order.flatten(), day: day.flatten(), where_known })
}

/// `{ per_second = "1", burst = "3" }`.
fn order_rate(item: Item<'_>) -> Option<OrderRate> {
    if !item.value.is_table() {
        item.wrong_type("a table", "write `order_rate = { per_second = \"1\", burst = \"3\" }`, or `false`");
        return None;
    }
    let mut table: Table<'_> = item.table("`order_rate`")?;
    let per_second = table.require("per_second", "\"1\"").and_then(|item| item.factor(Bound::Positive));
    let burst = table.require("burst", "\"3\"").and_then(|item| {
        let burst = item.factor(Bound::Any)?;
        if burst < Ratio::whole(1) {
            item.out_of_bounds("1 or more");
            return None;
        }
        Some(burst)
    });
    table.finish();
    Some(OrderRate { per_second: per_second?, burst: burst? })
}

/// A score from 0 to 1.
fn score(item: Item<'_>) -> Option<Ratio> {
    let score = item.factor(Bound::NotNegative)?;
    if score > Ratio::whole(1) {
        item.out_of_bounds("from 0 to 1");
        return None;
    }
    Some(score)
}
