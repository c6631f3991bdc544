//! Levels of a control: `"x"`, or `{ warn, limit, block }`, in one unit, ascending, not negative.

use qts_core::Ratio;
use qts_gate::policy::{Age, OrderSize, Size, Thresholds, Worth};

use super::code::Code;
use super::reader::{Item, Log};
use super::source::Place;

/// A level: comparable with those of the same unit.
pub(super) trait Level: Copy + PartialEq {
    /// What it counts.
    fn unit(self) -> &'static str;
    /// How much.
    fn amount(self) -> i128;
}

impl Level for Ratio {
    fn unit(self) -> &'static str {
        "a percentage"
    }
    fn amount(self) -> i128 {
        self.units().into()
    }
}

impl Level for u64 {
    fn unit(self) -> &'static str {
        "a count"
    }
    fn amount(self) -> i128 {
        self.into()
    }
}

impl Level for Age {
    fn unit(self) -> &'static str {
        match self {
            Self::Span(_) => "a time",
            Self::Intervals(_) => "intervals",
        }
    }
    fn amount(self) -> i128 {
        match self {
            Self::Span(span) => span.0.into(),
            Self::Intervals(count) => count.into(),
        }
    }
}

impl Level for OrderSize {
    fn unit(self) -> &'static str {
        match self {
            Self::Shares(_) => "shares",
            Self::Lots(_) => "lots",
        }
    }
    fn amount(self) -> i128 {
        match self {
            Self::Shares(qty) => qty.units().into(),
            Self::Lots(lots) => lots.into(),
        }
    }
}

impl Level for Size {
    fn unit(self) -> &'static str {
        match self {
            Self::Shares(_) => "shares",
            Self::Fraction(_) => "a percentage",
        }
    }
    fn amount(self) -> i128 {
        match self {
            Self::Shares(qty) => qty.units().into(),
            Self::Fraction(ratio) => ratio.units().into(),
        }
    }
}

impl Level for Worth {
    fn unit(self) -> &'static str {
        match self {
            Self::Money(_) => "money",
            Self::Fraction(_) => "a percentage",
        }
    }
    fn amount(self) -> i128 {
        match self {
            Self::Money(money) => money.units(),
            Self::Fraction(ratio) => ratio.units().into(),
        }
    }
}

/// A level as given: its name, value and place.
type Given<T> = (&'static str, T, Place);

/// The levels of one control. `read` reads a single one.
pub(super) fn read_levels<'d, T: Level>(
    item: Item<'d>,
    read: &dyn Fn(&Item<'d>) -> Option<T>,
) -> Option<Thresholds<T>> {
    let given = given_levels(item, read)?;
    let level = |name| given.iter().find(|(given, _, _)| *given == name).map(|(_, level, _)| *level);
    Some(Thresholds { warn: level("warn"), limit: level("limit"), block: level("block") })
}

/// As [`read_levels`], for a control that warns and blocks but never reduces: its `limit` is its `block`.
pub(super) fn read_unreduced<'d, T: Level>(
    item: Item<'d>,
    read: &dyn Fn(&Item<'d>) -> Option<T>,
) -> Option<Thresholds<T>> {
    let (log, key) = (item.log, item.key.clone());
    let given = given_levels(item, read)?;
    let find = |name| given.iter().find(|(given, _, _)| *given == name);
    if let (Some((_, limit, limit_place)), Some((_, block, block_place))) = (find("limit"), find("block"))
        && limit != block
    {
        let message = format!("`{key}` never reduces, so its `limit` cannot differ from its `block`");
        let error = log.error(Code::NoReduce, *limit_place, message).label("this limit");
        log.push(error.also(*block_place, "this block").help("give `warn` and `block` only"));
        return None;
    }
    let level = |name| find(name).map(|(_, level, _)| *level);
    Some(Thresholds { warn: level("warn"), limit: level("limit"), block: level("block") })
}

fn given_levels<'d, T: Level>(item: Item<'d>, read: &dyn Fn(&Item<'d>) -> Option<T>) -> Option<Vec<Given<T>>> {
    let (log, key) = (item.log, item.key.clone());
    if !item.value.is_table() {
        let level = read_level(&item, &key, read)?;
        return Some(vec![("limit", level, item.place)]);
    }
    let mut table = item.table(&format!("`{key}`"))?;
    let mut given = Vec::new();
    let mut sound = true;
    for name in ["warn", "limit", "block"] {
        let Some(item) = table.take(name) else { continue };
        match read_level(&item, &key, read) {
            Some(level) => given.push((name, level, item.place)),
            None => sound = false,
        }
    }
    if given.is_empty() && sound {
        let error = log.error(Code::NoLevel, table.place, format!("`{key}` has no level at all"));
        log.push(error.help(format!("give `warn`, `limit` or `block`; `{key} = false` removes the control")));
        sound = false;
    }
    table.finish();
    (sound && ascends(log, &key, &given)).then_some(given)
}

fn read_level<'d, T: Level>(item: &Item<'d>, key: &str, read: &dyn Fn(&Item<'d>) -> Option<T>) -> Option<T> {
    if item.value.is_bool() {
        item.wrong_type("a level", &format!("give a level; only `{key} = false`, for the whole control, removes it"));
        return None;
    }
    let level = read(item)?;
    if level.amount() < 0 {
        item.out_of_bounds("zero or more");
        return None;
    }
    Some(level)
}

fn ascends<T: Level>(log: &Log, key: &str, given: &[Given<T>]) -> bool {
    for pair in given.windows(2) {
        let ((lower_name, lower, lower_place), (upper_name, upper, upper_place)) = (pair[0], pair[1]);
        if lower.unit() != upper.unit() {
            let message = format!("`{key}` mixes {} and {}", lower.unit(), upper.unit());
            let error = log.error(Code::MixedUnits, upper_place, message).label(upper.unit());
            log.push(error.also(lower_place, lower.unit()).help("give all levels of one control in one unit"));
            return false;
        }
        if lower.amount() > upper.amount() {
            let message = format!("`{lower_name}` of `{key}` lies above its `{upper_name}`");
            let error = log.error(Code::LevelsOutOfOrder, lower_place, message).label(format!("this {lower_name}"));
            let error = error.also(upper_place, format!("this {upper_name}"));
            log.push(error.help("let them ascend: warn ≤ limit ≤ block"));
            return false;
        }
    }
    true
}
