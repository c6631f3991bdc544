//! `qts schema`: the config as JSON Schema, so that editors complete and check it.
//!
//! It takes whatever the config's reader takes, and refuses unknown keys and wrong types as that does; what needs
//! more than a look at one table (names that must be declared, levels that must ascend) is the reader's alone. Tests
//! compare the two, key by key.

mod forms;
mod policy;
mod strategy;
#[cfg(test)]
pub(crate) mod tests;

use std::io::Write;

use qts_venues::markets::Tables;
use serde_json::{Value, json};

use crate::exit::{Ending, Trouble};
use crate::kinds::Kinds;

use forms::{about, date, decimal, either, flag, length, percent, rows, session, table, text, whole, word};

/// The command.
pub(crate) fn print(kinds: &Kinds, out: &mut impl Write) -> Result<Ending, Trouble> {
    out.write_all(printed(kinds).as_bytes())?;
    Ok(Ending::Fine)
}

/// The schema as text.
pub(crate) fn printed(kinds: &Kinds) -> String {
    format!("{:#}\n", schema(kinds))
}

/// The schema of a config with these kinds of strategies.
pub(crate) fn schema(kinds: &Kinds) -> Value {
    let keys = vec![
        ("account", about("The account, its cash and its policy", account())),
        ("calendar", about("Your own closed and special days", rows(calendar()))),
        ("instrument", about("What is traded", rows(instrument()))),
        ("data", about("Files of market data", rows(data()))),
        ("strategy", about("The strategies", rows(strategy::strategy(kinds)))),
        ("position", about("Opening positions", rows(position()))),
        ("adjustment", about("Days from which on shares have a new scale: splits", rows(adjustment()))),
        ("policy", about("Risk policies by name", policy::policies())),
        ("arbitration", about("What happens where strategies want opposite things", arbitration())),
        ("broker", about("The broker and its costs", broker())),
        ("quarantine", about("When a failing strategy is taken out", quarantine())),
        ("command", about("Scheduled operator commands", rows(command(kinds)))),
        ("journal", about("Where runs are kept, input by input", journal())),
    ];
    let mut root = table(keys, &["account"]);
    root["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    root["title"] = "QTS config".into();
    root["description"] = "Account, instruments, data, strategies and their risk policies (TOML)".into();
    root
}

fn account() -> Value {
    let keys = vec![
        ("id", about("Its name (default: main)", text())),
        ("currency", about("Its currency, such as KRW", json!({"type": "string", "pattern": "^[A-Z0-9]{2,10}$"}))),
        ("cash", about("Its cash at the start", decimal())),
        ("policy", about("The policy of the account scope (default: conservative)", text())),
    ];
    table(keys, &["currency", "cash"])
}

fn calendar() -> Value {
    let with_days = Tables::built_in().markets().filter(|market| market.rests_on_weekends);
    let markets: Vec<&str> = with_days.map(|market| market.name.as_str()).collect();
    let keys = vec![
        ("market", about("Of which market", word(&markets))),
        ("path", about("A file with market, closed, special and open days, relative to the config", text())),
    ];
    table(keys, &["market", "path"])
}

fn instrument() -> Value {
    let tables = Tables::built_in();
    let mut hours: Vec<&str> = tables.markets().flat_map(|market| market.hours_names()).collect();
    hours.sort_unstable();
    hours.dedup();
    let classes = tables.markets().flat_map(|market| &market.classes);
    let boards: Vec<&str> = classes.filter_map(|class| class.board.as_deref()).collect();
    let daily_limit = either(percent(), json!({"const": false}));
    let keys = vec![
        ("id", about("SYMBOL.VENUE, such as 005930.KRX", json!({"type": "string", "pattern": r"^\S+\.\S+$"}))),
        ("class", about("A preset of the keys below, by date (docs/markets.md)", word(&tables.classes()))),
        ("board", about("krx_stock: the board (default: kospi)", word(&boards))),
        ("hours", about("Which hours of its market (default: its venue's, else regular)", word(&hours))),
        ("exchange_fee", about("Charge the exchange's own fee of the class's tables? (default: no)", flag())),
        ("listed_shares", about("How many shares are listed, for the largest order that the market takes", decimal())),
        ("tick", about("The price grid, where no class brings one", decimal())),
        ("lot", about("Shares per lot (default: 1)", decimal())),
        ("quantity_step", about("The smallest unit of a quantity (default: the lot)", decimal())),
        ("currency", about("Its currency, which must be the account's", text())),
        ("session", about("Open and close in local time, such as 09:00-15:30; needs tz", session())),
        ("tz", about("The time zone of its session and days, such as Asia/Seoul", text())),
        ("commission", about("The commission in %, instead of the broker's", percent())),
        ("daily_limit", about("How far a price may move in a day, in %; false: without end", daily_limit)),
        ("short_ban", about("Does its market ban short sales?", flag())),
        ("sale_tax", about("A tax on sales, in %", percent())),
    ];
    table(keys, &["id"])
}

fn data() -> Value {
    let path = "A file: csv, csv.gz, csv.zst or parquet, relative to the config";
    let stamp = "Bars: what their time says. date: only the session's date counts";
    let keys = vec![
        ("instrument", about("Whose prices", text())),
        ("path", about(path, text())),
        ("stamp", about(stamp, word(&["open", "close", "date"]))),
        ("interval", about("The length of a bar: 30s, 15m, 1h, 1d", length())),
        ("tz", about("The time zone of times without an offset", text())),
        ("on_bad_row", about("error: stop; skip: count, list and report (default: error)", word(&["error", "skip"]))),
    ];
    table(keys, &["instrument", "path"])
}

fn journal() -> Value {
    let sync = "When what is kept is durable: cycle before anything of a cycle leaves, group after `every`, replayable at \
                the end (default: replayable for run, cycle for serve)";
    let keys = vec![
        ("path", about("A folder, relative to the config", text())),
        ("sync", about(sync, word(&["cycle", "group", "replayable"]))),
        ("every", about("How long a group waits (default: 50ms); only with sync = group", length())),
    ];
    table(keys, &["path"])
}

fn position() -> Value {
    let keys = vec![
        ("strategy", about("Whose book; unassigned for what belongs to none", text())),
        ("instrument", about("In what", text())),
        ("qty", about("How many shares; negative is short", decimal())),
        ("price", about("At what average price", decimal())),
    ];
    table(keys, &["strategy", "instrument", "qty", "price"])
}

fn adjustment() -> Value {
    let ratio = json!({"anyOf": [{"type": "string", "pattern": r"^\s*[+-]?[0-9.eE+-]+(/[0-9.eE+-]+)?\s*$"}, {"type": "number"}]});
    let keys = vec![
        ("instrument", about("Whose shares", text())),
        ("date", about("The day of the first session on the new scale, such as 2018-05-04", date())),
        ("ratio", about("New shares for one old one: 50, 1/10, 3/2", ratio)),
        ("reason", about("What for, for the records", text())),
    ];
    table(keys, &["instrument", "date", "ratio"])
}

fn arbitration() -> Value {
    let rule = "exits_only (default): only exits go through; net: book what can be booked; rank: the better rank goes";
    table(vec![("rule", about(rule, word(&["exits_only", "net", "rank"])))], &[])
}

fn broker() -> Value {
    let limit_fill = "A resting limit order fills when the market trades through its limit, or touches it";
    let keys = vec![
        ("kind", about("Which broker (default: sim)", word(&["sim"]))),
        ("fill", about("next: market orders fill on the next event", word(&["next"]))),
        ("slippage_ticks", about("Slippage of market orders, in ticks", whole())),
        ("commission", about("The commission in %, of instruments without their own", percent())),
        ("max_volume_share", about("The largest part of a bar's volume that an order may take, in %", percent())),
        ("limit_fill", about(limit_fill, word(&["through", "touch"]))),
    ];
    table(keys, &[])
}

fn quarantine() -> Value {
    let keys = vec![
        ("failures", about("After this many failures … (default: 3)", whole())),
        ("within_cycles", about("… within this many cycles (default: 1000)", whole())),
        ("max_intents_per_cycle", about("More intents than this in a cycle are a failure (default: 64)", whole())),
    ];
    table(keys, &[])
}

fn command(kinds: &Kinds) -> Value {
    let verbs = [
        "register",
        "enable",
        "disable",
        "reduce_only",
        "shadow",
        "flatten",
        "unregister",
        "kill",
        "rearm",
        "set_policy",
    ];
    let strategy = either(text(), strategy::strategy(kinds));
    let keys = vec![
        ("at", about("When: a time with its offset", json!({"type": "string"}))),
        ("cycle", about("When: in this cycle", whole())),
        ("do", about("What", word(&verbs))),
        ("strategy", about("To which strategy; for register, a whole table", strategy)),
        ("instrument", about("To which instrument", text())),
        ("policy", about("set_policy: the policy from now on", text())),
        ("to", about("unregister: who gets what it holds", word(&["unassigned"]))),
        ("reason", about("Why, for the records; kill and rearm need one", text())),
    ];
    let mut form = table(keys, &["do"]);
    form["allOf"] = json!([
        only_for("policy", &["set_policy"]),
        only_for("to", &["unregister"]),
        json!({"if": verb(&["set_policy", "shadow", "unregister", "register"]), "then": {"properties": {"instrument": false}}}),
    ]);
    form
}

/// A key that only some verbs know.
fn only_for(key: &str, verbs: &[&str]) -> Value {
    json!({"if": verb(verbs), "else": {"properties": {key: false}}})
}

fn verb(verbs: &[&str]) -> Value {
    json!({"properties": {"do": {"enum": verbs}}})
}
