//! The first screen.

use std::fmt::Write as _;

use super::Shown;
use super::gather::{Funnel, Gathered};
use crate::call::Next;
use crate::explain;
use crate::look::Look;
use crate::table::{Cell, Column, Table};
use qts_core::Stage;
use qts_gate::ArbitrationRule;

const STAGES: [Stage; 4] = [Stage::Pass, Stage::Warn, Stage::Reduce, Stage::Block];
/// So many reasons are shown.
const REASONS: usize = 5;
/// Rows of the funnel that are left out if there is nothing in them.
const BOOKINGS: &str = "as bookings between them";
const NOT_SENT: &str = "not sent after all";

/// Everything, in the order in which questions come up.
pub(super) fn tell(shown: &Shown, look: Look) -> String {
    let mut text = format!("{}\n", shown.setting);
    text += &funnel(&shown.gathered.funnel, shown.rule, look);
    text += &reasons(&shown.gathered, look);
    text += &strategies(&shown.gathered, look);
    if let Some(case) = &shown.conflict {
        let _ = write!(text, "\nONE CONFLICT IN FULL\n\n{}", explain::tell(case, look));
    }
    text += &checks(shown);
    text += &next(shown);
    text
}

/// What becomes of opposite wishes.
const fn in_a_conflict(rule: ArbitrationRule) -> &'static str {
    match rule {
        ArbitrationRule::ExitsOnly => "two wanted opposite things; exits go first",
        ArbitrationRule::Net => "two wanted opposite things, and no booking between them settled it",
        ArbitrationRule::Rank => "two wanted opposite things; exits go first, else the best rank",
    }
}

fn funnel(funnel: &Funnel, rule: ArbitrationRule, look: Look) -> String {
    let mut table = Table::new(vec![Column::codes(), Column::numbers(), Column::text()]).indented(2);
    let alone = funnel.orders - funnel.merged_orders;
    let rows = [
        ("they wanted something", funnel.asked, String::new()),
        ("blocked by their own policy", funnel.blocked_by_own_policy, String::new()),
        ("blocked in a conflict", funnel.blocked_in_arbitration, in_a_conflict(rule).to_owned()),
        ("blocked by the account's policy", funnel.blocked_by_account, String::new()),
        (
            "the rest went",
            funnel.gone(),
            format!("= {} as asked + {} with a warning + {} made smaller", funnel.pass, funnel.warn, funnel.reduce),
        ),
        (BOOKINGS, funnel.crossed_whole, "what one gave up, another took; no order".to_owned()),
        (NOT_SENT, funnel.not_sent, "the last check before sending said no".to_owned()),
        (
            "as orders",
            funnel.orders,
            format!("= {alone} for one + {} for several ({} together)", funnel.merged_orders, funnel.merged_decisions),
        ),
        (
            "of which filled",
            funnel.filled,
            format!("{} ended otherwise, {} still open", funnel.ended_otherwise, funnel.open),
        ),
    ];
    let rows = rows.into_iter().filter(|(what, count, _)| *count > 0 || ![BOOKINGS, NOT_SENT].contains(what));
    for (what, count, more) in rows {
        let sign = if what.starts_with("blocked") { "− " } else { "" };
        table.row([what.into(), format!("{sign}{count}").into(), more.into()]);
    }
    format!("\nWHAT BECAME OF EVERY WISH\n\n{}", table.render(look))
}

fn reasons(gathered: &Gathered, look: Look) -> String {
    let mut table = Table::new(vec![Column::codes(), Column::numbers(), Column::numbers(), Column::text()]).indented(2);
    table.row(["reason".into(), "times".into(), "e.g. #".into(), "as it was said".into()]);
    for example in gathered.reasons.iter().take(REASONS) {
        let said = example.text.split_once(": ").map_or(example.text.as_str(), |(_, said)| said);
        table.row([
            example.code.into(),
            example.times.to_string().into(),
            example.decision.to_string().into(),
            said.into(),
        ]);
    }
    format!("\nWHY\n\n{}", table.render(look))
}

fn strategies(gathered: &Gathered, look: Look) -> String {
    let count = Column::numbers();
    let columns = vec![Column::codes(), Column::codes(), count, count, count, count, Column::items()];
    let mut table = Table::new(columns).indented(2);
    let stages = STAGES.map(Cell::verdict);
    table.row(["strategy".into(), "policy".into()].into_iter().chain(stages).chain(["holds at the end".into()]));
    for one in &gathered.strategies {
        let count = |stage: Stage| one.verdicts.get(stage.as_str()).copied().unwrap_or(0);
        let counts = STAGES.map(|stage| Cell::from(count(stage).to_string()));
        let held: Vec<String> = one.positions.iter().map(|(instrument, qty)| format!("{qty} {instrument}")).collect();
        let holds = if held.is_empty() { "nothing".to_owned() } else { held.join(", ") };
        table.row([one.id.as_str().into(), one.policy.as_str().into()].into_iter().chain(counts).chain([holds.into()]));
    }
    format!("\nWHOSE\n\n{}", table.render(look))
}

fn checks(shown: &Shown) -> String {
    let mut text = "\nCHECKED\n\n".to_owned();
    for check in &shown.checks {
        let _ = writeln!(text, "  {} {}", if check.holds { "ok" } else { "FAILED" }, check.what);
    }
    text
}

/// What it is for above each command: a shell may take a remark behind it for a part of it.
fn next(shown: &Shown) -> String {
    let mut text = "\nNEXT\n".to_owned();
    for Next { what, command } in &shown.next {
        let _ = write!(text, "\n  {what}\n    {command}\n");
    }
    text
}
