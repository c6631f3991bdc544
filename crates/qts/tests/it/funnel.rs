//! What must add up in every summary, and in every summary with its decisions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::{Row, amount, count, units};

/// The summary of a run that began with this cash and no positions.
pub(crate) fn adds_up(summary: &Value, cash: &str) {
    let of = |name: &str| count(&summary[name]);
    let verdict = |name: &str| count(&summary["verdicts"][name]);
    let all: u64 = ["pass", "warn", "reduce", "block"].into_iter().map(verdict).sum();
    assert_eq!(of("intents"), all, "intents = Σ verdicts");
    let ended: u64 = summary["ended"].as_object().expect("ended").values().map(count).sum();
    assert_eq!(of("orders"), ended + of("open_orders"), "orders = Σ ended + open");
    let arbitration = &summary["arbitration"];
    if count(&arbitration["crosses"]) == 0 {
        assert_eq!(of("order_parts") + of("not_sent"), all - verdict("block"), "what is not blocked leaves");
    }
    assert!(count(&arbitration["merged"]) <= of("orders") && of("order_parts") >= of("orders"));
    books_add_up(summary, units(cash));
}

/// Cash = start + Σ cash flow − Σ fees; positions and fees = Σ books.
fn books_add_up(summary: &Value, start: i128) {
    let books: Vec<&Value> = summary["books"].as_object().expect("books").values().collect();
    let sum = |name: &str| books.iter().map(|book| amount(&book[name])).sum::<i128>();
    let account = &summary["account"];
    assert_eq!(amount(&account["cash"]), start + sum("cash_flow") - sum("fees"), "cash");
    assert_eq!(amount(&account["fees"]), sum("fees"), "fees");
    let mut held: BTreeMap<&String, i128> = BTreeMap::new();
    for (id, qty) in books.iter().flat_map(|book| book["positions"].as_object().expect("positions")) {
        *held.entry(id).or_default() += amount(qty);
    }
    held.retain(|_, qty| *qty != 0);
    let told = account["positions"].as_object().expect("positions");
    assert_eq!(told.iter().map(|(id, qty)| (id, amount(qty))).collect::<BTreeMap<_, _>>(), held, "positions");
}

/// The summary, counted again from the decisions.
pub(crate) fn agrees(summary: &Value, rows: &[Row]) {
    assert_eq!(count(&summary["intents"]), rows.len() as u64);
    let mut verdicts: BTreeMap<&str, u64> = ["pass", "warn", "reduce", "block"].map(|name| (name, 0)).into();
    let (mut reasons, mut blocked) = (BTreeMap::<&str, u64>::new(), 0);
    let mut seen = BTreeSet::new();
    for row in rows {
        assert!(seen.insert((&row["cycle"], &row["strategy"], &row["emission"])), "told twice: {row:?}");
        *verdicts.get_mut(row["verdict"].as_str()).expect("a verdict") += 1;
        let told = row["reasons"].split_whitespace().map(|reason| reason.split(':').collect::<Vec<_>>());
        let told: Vec<Vec<&str>> = told.collect();
        for code in told.iter().map(|reason| reason[1]).collect::<BTreeSet<_>>() {
            *reasons.entry(code).or_default() += 1;
        }
        blocked += u64::from(told.iter().any(|reason| reason[0] == "arbitration" && reason[2] == "block"));
        row_adds_up(row);
    }
    let counts = |value: &Value| -> BTreeMap<String, u64> {
        value.as_object().expect("counts").iter().map(|(name, n)| (name.clone(), count(n))).collect()
    };
    let owned = |map: BTreeMap<&str, u64>| -> BTreeMap<String, u64> {
        map.into_iter().map(|(name, n)| (name.to_owned(), n)).collect()
    };
    assert_eq!(counts(&summary["verdicts"]), owned(verdicts));
    assert_eq!(counts(&summary["reasons"]), owned(reasons));
    assert_eq!(count(&summary["arbitration"]["blocked"]), blocked);
}

/// admitted = sent + crossed ≤ asked, and the verdict says how the two compare.
fn row_adds_up(row: &Row) {
    let [asked, admitted, sent, crossed] = ["asked", "admitted", "sent", "crossed"].map(|name| units(&row[name]));
    assert!(admitted == sent + crossed && admitted <= asked && sent >= 0 && crossed >= 0, "{row:?}");
    let warned = row["reasons"].contains(":warn");
    let verdict = match admitted {
        0 => "block",
        some if some < asked => "reduce",
        _ if warned => "warn",
        _ => "pass",
    };
    assert_eq!(row["verdict"], verdict, "{row:?}");
}
