//! `class`, `board`, `hours` and `exchange_fee` of an instrument: which of the built-in tables it uses.

use std::sync::Arc;

use qts_venues::markets::{Days, Market, Rules, Tables, Wanted};

use super::code::Code;
use super::reader::{Item, Table};
use super::source::Place;
use super::spec::CalendarSpec;

/// What the class of an instrument brings.
pub(super) struct Preset {
    /// Its name, and where it stands.
    pub(super) class: String,
    pub(super) place: Place,
    /// The name of its hours.
    pub(super) hours: String,
    /// What its tables say.
    pub(super) rules: Rules,
}

/// The keys that choose among tables.
struct Choice<'d> {
    board: Option<Item<'d>>,
    hours: Option<Item<'d>>,
    exchange_fee: Option<Item<'d>>,
}

/// What the class of an instrument brings; `None` without a class, or where what it says of it is wrong. The venue is the
/// last part of its id.
pub(super) fn read(
    row: &mut Table<'_>,
    class: Option<&Item<'_>>,
    venue: &str,
    calendars: &[CalendarSpec],
) -> Option<Preset> {
    let choice = Choice { board: row.take("board"), hours: row.take("hours"), exchange_fee: row.take("exchange_fee") };
    let Some(class) = class else {
        let Choice { board, hours, exchange_fee } = &choice;
        [board, hours, exchange_fee].into_iter().flatten().for_each(needs_class);
        return None;
    };
    let (name, market) = known_class(class)?;
    let board = choice.board.map(|item| board(&item, market, &name));
    let hours = choice.hours.map(|item| hours(&item, market, &name));
    let hours = hours.unwrap_or_else(|| Some(usual_hours(market, venue)));
    let fee = choice.exchange_fee.is_some_and(|item| exchange_fee(&item, market, &name, hours.as_deref()));
    let own: Vec<Arc<Days>> =
        calendars.iter().filter(|own| own.market == market.name).map(|own| Arc::clone(&own.days)).collect();
    let board = match board {
        Some(board) => Some(board?),
        None => None,
    };
    let hours = hours?;
    let wanted =
        Wanted { class: &name, board: board.as_deref(), hours: &hours, exchange_fee: fee, days: own.as_slice() };
    let rules = Tables::built_in().rules(&wanted)?;
    Some(Preset { class: name, place: class.place, hours, rules })
}

/// Reports a key that says nothing without a class.
pub(super) fn needs_class(item: &Item<'_>) {
    let message = format!("`{}` says nothing without a `class`", item.key);
    let error = item.log.error(Code::NeedsClass, item.key_place, message);
    let classes = Tables::built_in().classes().join(", ");
    let instead = match item.key.as_str() {
        "hours" => "spell its hours out with `session` and `tz`",
        "exchange_fee" => "add the fee to `commission`",
        _ => "leave it out",
    };
    item.log.push(error.help(format!("give the instrument a class ({classes}), or {instead}")));
}

/// Reports the number of listed shares where no order is too large for them.
pub(super) fn needs_order_limit(item: &Item<'_>, class: &str) {
    let message = format!("the tables have no largest order for such an instrument of `{class}`");
    let error = item.log.error(Code::NeedsClass, item.key_place, message);
    item.log.push(error.help("leave `listed_shares` out"));
}

fn known_class(item: &Item<'_>) -> Option<(String, &'static Market)> {
    let class = item.text()?;
    let tables = Tables::built_in();
    if let Some(market) = tables.market_of(&class) {
        return Some((class, market));
    }
    let error = item.error(Code::UnknownClass, format!("no class of instruments is called `{class}`"));
    let error = error.one_of(&class, tables.classes(), "classes");
    let known = tables.classes().join(", ");
    item.log.push(
        error.or_help(format!(
            "classes: {known}; or leave `class` out and spell out tick, lot, currency, session and tz"
        )),
    );
    None
}

/// The hours of a venue that has some of its own, else the market's regular ones.
fn usual_hours(market: &Market, venue: &str) -> String {
    let own = venue.to_ascii_lowercase();
    market.hours_names().find(|name| *name == own).unwrap_or("regular").to_owned()
}

fn board(item: &Item<'_>, market: &Market, class: &str) -> Option<String> {
    let board = item.text()?;
    let boards: Vec<&str> = market.boards(class).collect();
    if boards.contains(&board.as_str()) {
        return Some(board);
    }
    if boards.is_empty() {
        let error = item.log.error(Code::NeedsClass, item.key_place, format!("`{class}` has no boards"));
        item.log.push(error.help("leave `board` out"));
        return None;
    }
    let error = item.error(Code::UnknownWord, format!("`{class}` has no board `{board}`"));
    item.log.push(error.one_of(&board, boards, "boards"));
    None
}

fn hours(item: &Item<'_>, market: &Market, class: &str) -> Option<String> {
    let hours = item.text()?;
    if market.hours_names().any(|name| name == hours) {
        return Some(hours);
    }
    let error = item.error(Code::UnknownWord, format!("the market of `{class}` has no hours `{hours}`"));
    item.log.push(error.one_of(&hours, market.hours_names(), "hours"));
    None
}

fn exchange_fee(item: &Item<'_>, market: &Market, class: &str, hours: Option<&str>) -> bool {
    let Some(true) = item.flag() else { return false };
    let is_known = hours.is_none_or(|hours| market.exchange_fees(hours).is_some());
    if !is_known {
        let error = item.error(Code::NeedsClass, format!("the tables of `{class}` have no exchange fee"));
        item.log.push(error.help("leave `exchange_fee` out, and add what the venue takes to `commission`"));
    }
    is_known
}
