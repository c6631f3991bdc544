//! Controls as a user would write them, and their levels in force: the way back from [`Controls`] to text.

use std::collections::BTreeSet;

use qts_core::{Inst, Instruments, Money, Ratio, Span};
use qts_gate::policy::{
    Age, Controls, FatFinger, Jump, Levels, Nature, OrderRate, OrderSize, Participation, Size, Thresholds, Worth,
};

/// A control's levels in force, after those left out are filled in; `None` is no level.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct InForce {
    /// Above it: Warn.
    pub(crate) warn: Option<String>,
    /// Above it: Reduce to it.
    pub(crate) limit: Option<String>,
    /// Above it: Block.
    pub(crate) block: Option<String>,
}

/// A control as a user would write it; `None` if the set does not have it, or there is no such control.
pub(crate) fn written(set: &Controls, name: &str, instruments: &Instruments) -> Option<String> {
    Some(match name {
        "restricted" => (!set.restricted.is_empty()).then(|| listed(&set.restricted, instruments))?,
        "outside_session" => set.outside_session.then(|| "true".to_owned())?,
        "stale_data" => levels(&set.stale_data?),
        "data_implausible" => of_jump(set.data_implausible?),
        "duplicate_order" => quoted(&length(set.duplicate_order?)),
        "market_order" => set.market_order.then(|| quoted("block"))?,
        "max_participation" => of_participation(set.max_participation?),
        "order_rate" => of_order_rate(set.order_rate?),
        "message_limit" => levels(&set.message_limit?),
        "short_not_allowed" => set.short_not_allowed.then(|| "true".to_owned())?,
        "price_collar" => levels(&set.price_collar?),
        "fat_finger" => of_fat_finger(set.fat_finger?),
        "cycle_notional" => levels(&set.cycle_notional?),
        "max_order_qty" => levels(&set.max_order_qty?),
        "max_order_notional" => levels(&set.max_order_notional?),
        "max_long" => levels(&set.max_long?),
        "max_short" => levels(&set.max_short?),
        "max_gross_exposure" => levels(&set.max_gross_exposure?),
        "max_net_exposure" => levels(&set.max_net_exposure?),
        "buying_power" => of_buying_power(set.buying_power?),
        "max_open_orders" => levels(&set.max_open_orders?),
        "max_risk_score" => quoted(&set.max_risk_score?.to_string()),
        _ => return None,
    })
}

/// The levels in force of a control that has levels, the same for all it measures; `shared` is the account scope, where
/// the notional of a cycle and of an order are reduced, never blocked, and the age of data warns of nothing.
pub(crate) fn in_force(set: &Controls, name: &str, shared: bool) -> Option<InForce> {
    let capacity = Nature::Capacity;
    Some(match name {
        "stale_data" if shared => InForce { warn: None, ..plausible(&set.stale_data?) },
        "stale_data" => plausible(&set.stale_data?),
        "data_implausible" => plausible(&set.data_implausible?.at_all_times()?),
        "order_rate" => InForce { block: Some(set.order_rate?.burst.to_string()), ..InForce::default() },
        "message_limit" => plausible(&set.message_limit?),
        "price_collar" => plausible(&set.price_collar?),
        "cycle_notional" if shared => InForce { block: None, ..resolved(&set.cycle_notional?, Nature::Plausibility) },
        "cycle_notional" => plausible(&set.cycle_notional?),
        "max_order_qty" => resolved(&set.max_order_qty?, capacity),
        "max_order_notional" if shared => InForce { block: None, ..resolved(&set.max_order_notional?, capacity) },
        "max_order_notional" => resolved(&set.max_order_notional?, capacity),
        "max_long" => resolved(&set.max_long?, capacity),
        "max_short" => resolved(&set.max_short?, capacity),
        "max_gross_exposure" => resolved(&set.max_gross_exposure?, capacity),
        "max_net_exposure" => resolved(&set.max_net_exposure?, capacity),
        "max_open_orders" => counted(&set.max_open_orders?),
        "max_risk_score" => InForce { block: Some(set.max_risk_score?.to_string()), ..InForce::default() },
        _ => return None,
    })
}

pub(super) fn resolved<T: Text>(thresholds: &Thresholds<T>, nature: Nature) -> InForce {
    let Levels { warn, limit, block } = thresholds.resolve(nature);
    let [warn, limit, block] = [warn, limit, block].map(|level| level.map(Text::text));
    InForce { warn, limit, block }
}

/// A control that warns and blocks, but never reduces.
fn plausible<T: Text>(thresholds: &Thresholds<T>) -> InForce {
    InForce { limit: None, ..resolved(thresholds, Nature::Plausibility) }
}

/// Orders cannot be made fewer: above the limit they are blocked.
fn counted(thresholds: &Thresholds<u64>) -> InForce {
    let found = resolved(thresholds, Nature::Capacity);
    InForce { block: found.limit, limit: None, warn: found.warn }
}

/// A level as text.
pub(super) trait Text: Copy + PartialEq {
    /// As it is shown.
    fn text(self) -> String;

    /// As a user would write it.
    fn in_toml(self) -> String {
        quoted(&self.text())
    }
}

impl Text for u64 {
    fn text(self) -> String {
        self.to_string()
    }

    fn in_toml(self) -> String {
        self.text()
    }
}

impl Text for Ratio {
    fn text(self) -> String {
        percentage(self)
    }
}

/// A fraction as a percentage: exact, since a hundredth shifts the decimals by two.
pub(crate) fn percentage(ratio: Ratio) -> String {
    format!("{}%", Money::from_units(i128::from(ratio.units()) * 100))
}

impl Text for Age {
    fn text(self) -> String {
        match self {
            Self::Span(span) => length(span),
            Self::Intervals(1) => "1 interval".to_owned(),
            Self::Intervals(count) => format!("{count} intervals"),
        }
    }
}

impl Text for OrderSize {
    fn text(self) -> String {
        match self {
            Self::Shares(qty) => qty.to_string(),
            Self::Lots(1) => "1 lot".to_owned(),
            Self::Lots(lots) => format!("{lots} lots"),
        }
    }
}

impl Text for Size {
    fn text(self) -> String {
        match self {
            Self::Shares(qty) => qty.to_string(),
            Self::Fraction(ratio) => ratio.text(),
        }
    }
}

impl Text for Worth {
    fn text(self) -> String {
        match self {
            Self::Money(money) => money.to_string(),
            Self::Fraction(ratio) => ratio.text(),
        }
    }
}

pub(super) fn levels<T: Text>(thresholds: &Thresholds<T>) -> String {
    let Thresholds { warn, limit, block } = *thresholds;
    if let (None, Some(limit), None) = (warn, limit, block) {
        return limit.in_toml();
    }
    let given = [("warn", warn), ("limit", limit), ("block", block)];
    let given = given.into_iter().filter_map(|(name, level)| Some(format!("{name} = {}", level?.in_toml())));
    table(&given.collect::<Vec<_>>())
}

fn of_fat_finger(finger: FatFinger) -> String {
    let given = [("multiple", finger.multiple), ("median", finger.median)];
    let given = given.into_iter().filter_map(|(name, factor)| Some(format!("{name} = \"{}\"", factor?)));
    table(&given.collect::<Vec<_>>())
}

fn listed(list: &BTreeSet<Inst>, instruments: &Instruments) -> String {
    let ids: Vec<String> = list.iter().map(|inst| quoted(&instruments.name(*inst))).collect();
    format!("[{}]", ids.join(", "))
}

fn of_jump(jump: Jump) -> String {
    match jump.at_all_times() {
        Some(same) => levels(&same),
        None => table(&[format!("within = {}", levels(&jump.within)), format!("between = {}", levels(&jump.between))]),
    }
}

fn of_participation(share: Participation) -> String {
    let given = [("order", share.order), ("day", share.day)];
    let given = given.into_iter().filter_map(|(name, share)| Some(format!("{name} = {}", share?.in_toml())));
    let where_known = share.where_known.then(|| "where_known = true".to_owned());
    table(&given.chain(where_known).collect::<Vec<_>>())
}

fn of_order_rate(rate: OrderRate) -> String {
    table(&[format!("per_second = \"{}\"", rate.per_second), format!("burst = \"{}\"", rate.burst)])
}

/// In the longest unit that divides it; a length of a config is a whole number of milliseconds.
fn length(span: Span) -> String {
    let milliseconds = span.0 / 1_000_000;
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let whole = units.into_iter().find(|(unit, _)| milliseconds % unit == 0);
    let (unit, name) = whole.unwrap_or((1, "ms"));
    format!("{}{name}", milliseconds / unit)
}

fn of_buying_power(buffer: Ratio) -> String {
    if buffer == Ratio::ZERO { "true".to_owned() } else { table(&[format!("buffer = {}", buffer.in_toml())]) }
}

pub(super) fn table(entries: &[String]) -> String {
    format!("{{ {} }}", entries.join(", "))
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}
