//! Controls as a user would write them, and their levels in force: the way back from [`Controls`] to text.

use qts_core::{Money, Ratio};
use qts_gate::policy::{Controls, FatFinger, Levels, Nature, OrderSize, Size, Thresholds, Worth};

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
pub(crate) fn written(set: &Controls, name: &str) -> Option<String> {
    Some(match name {
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

/// The levels in force of a control that has levels; `shared` is the account scope, where the notional of a cycle and
/// of an order are reduced, never blocked.
pub(crate) fn in_force(set: &Controls, name: &str, shared: bool) -> Option<InForce> {
    let capacity = Nature::Capacity;
    Some(match name {
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
    /// A percentage: exact, since a hundredth shifts the decimals by two.
    fn text(self) -> String {
        format!("{}%", Money::from_units(i128::from(self.units()) * 100))
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

fn of_buying_power(buffer: Ratio) -> String {
    if buffer == Ratio::ZERO { "true".to_owned() } else { table(&[format!("buffer = {}", buffer.in_toml())]) }
}

pub(super) fn table(entries: &[String]) -> String {
    format!("{{ {} }}", entries.join(", "))
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}
