//! A case in words and tables, in the order in which things happened.

use qts_core::{Amount, Code, StrategyId};

use super::case::{
    Arbitration, Behind, Case, Control, Crossing, Decided, Fill, Instead, Part, Party, Scoped, Sent, Told, Withdrawal,
};
use crate::decide::harmless;
use crate::decide::sentence::told_of;
use crate::decimal::Decimal;
use crate::look::Look;
use crate::table::{Cell, Column, Table};

/// The whole chain.
pub(crate) fn tell(case: &Case, look: Look) -> String {
    let sections = [
        head(case, look),
        scene(case),
        strategy(case, look),
        arbitration(&case.arbitration, case, look),
        account(case, look),
        outcome(case),
        otherwise(case),
    ];
    sections.into_iter().filter(|section| !section.is_empty()).collect::<Vec<_>>().join("\n")
}

fn head(case: &Case, look: Look) -> String {
    let Decided { id, ts, strategy, instrument, side, asked, admitted, why, verdict, book, .. } = &case.decision;
    let terms = terms(case);
    let for_book = if book == strategy { String::new() } else { format!(", for the book of {book}") };
    let said = if why.is_empty() { "without a reason".to_owned() } else { format!("\"{}\"", harmless(why)) };
    let verdict = look.verdict(*verdict);
    let mut text = format!(
        "#{}  {id}  {ts}\n{strategy} asked to {side} {} {instrument} {terms}{for_book}: {said}\n",
        case.number, asked.0
    );
    text += &format!("{verdict}: {} of {} admitted\n", admitted.0, asked.0);
    for reason in &case.decision.reasons {
        text += &format!("  {} [{}] {}\n", look.verdict(reason.stage), reason.scope, reason.text);
    }
    if let Some(repeats) = &case.repeats {
        let times = if repeats.times == 1 { "once".to_owned() } else { format!("{} times", repeats.times) };
        text += &format!("the same was decided {times} before in a row, since {} ({})\n", repeats.since, repeats.first);
    }
    text
}

fn terms(case: &Case) -> String {
    let Decided { limit, tif, .. } = &case.decision;
    let price = limit.as_ref().map_or("at the market".to_owned(), |limit| format!("at {} or better", limit.0));
    format!("{price}, {tif}")
}

fn scene(case: &Case) -> String {
    let market = &case.market;
    let at = market.at.as_deref().unwrap_or_default();
    let parts = [
        market.last.map(|last| format!("last {} at {at}", last.0)),
        market.bid.zip(market.ask).map(|(bid, ask)| format!("bid {} ask {}", bid.0, ask.0)),
        market.prev_close.map(|close| format!("previous close {}", close.0)),
    ];
    let known: Vec<String> = parts.into_iter().flatten().collect();
    let known = if known.is_empty() { "no price".to_owned() } else { known.join(" · ") };
    let over = if market.session_is_over { " (that session is over: judged for the next one)" } else { "" };
    let held = &case.holding;
    let (position, buys, sells) = (held.position.0, held.open_buy.0, held.open_sell.0);
    let equity = case.day_start_equity.map_or("unknown".to_owned(), |equity| equity.0.to_string());
    let working = format!("working buys {buys}, sells {sells}");
    let book = format!("{} holds {position} · {working} · equity at the day's start {equity}", case.decision.book);
    format!("market  {known}{over}\nbook    {book}\n")
}

fn strategy(case: &Case, look: Look) -> String {
    let scoped = &case.strategy_scope;
    let sizes = format!("{} in{}, {} left", scoped.given.0, reducing_part(scoped), scoped.left.0);
    scope("1 strategy", "strategy", (scoped, &sizes), case, look)
}

fn scope(title: &str, name: &str, (scoped, sizes): (&Scoped, &str), case: &Case, look: Look) -> String {
    let Scoped { policy, standing, controls, .. } = scoped;
    let policy = policy.as_ref().map_or("no policy: the operator asks".to_owned(), |policy| format!("policy {policy}"));
    let state = if *standing == "active" { String::new() } else { format!(" · {standing}") };
    let title = format!("{title}  {policy}{state}: {sizes}\n");
    let measured = if controls.is_empty() { no_controls(name, scoped, case) } else { String::new() };
    title + &measured + &controls_table(controls, look)
}

fn reducing_part(scoped: &Scoped) -> String {
    let reducing = scoped.reducing.0;
    if reducing.is_positive() { format!(" ({reducing} of it reduces the position)") } else { String::new() }
}

/// What leaves nothing to be measured.
const HIDE_ALL: [Code; 5] =
    [Code::InvalidNumber, Code::Overflow, Code::UnknownInstrument, Code::UnknownStrategy, Code::NoMarketData];

/// What phase 5 asks before it scores anything.
const PHASE_5: [Code; 3] = [Code::QtyNonPositive, Code::BuyAffordabilityCheck, Code::SellPositionCheck];

fn no_controls(scope: &str, scoped: &Scoped, case: &Case) -> String {
    let hides_all = |reason: &Told| reason.scope == scope && HIDE_ALL.contains(&reason.code);
    let not_allowed = |reason: &Told| PHASE_5.contains(&reason.code);
    let why = match (&scoped.policy, case.decision.reasons.iter().any(hides_all)) {
        (None, false) => return String::new(),
        _ if scope == "strategy" && case.decision.reasons.iter().any(not_allowed) => "phase 5 allows none of it",
        (_, true) => "nothing can be measured without that",
        (Some(_), false) => "the policy has none for it",
    };
    format!("    no control was asked: {why}\n")
}

fn controls_table(controls: &[Control], look: Look) -> String {
    let columns = vec![Column::codes(), Column::numbers(), Column::codes(), Column::codes(), Column::text()];
    let mut table = Table::new(columns).indented(4);
    for control in controls {
        let observed = match (control.fact, control.observed) {
            (Some(fact), _) => fact.word().to_owned(),
            (None, Some(observed)) => told_of(control.code, observed.0),
            (None, None) => "unknown".to_owned(),
        };
        let code = control.code.as_str();
        table.row([
            code.into(),
            observed.into(),
            levels(control).into(),
            Cell::verdict(control.stage),
            (place(control) + &behind(control)).into(),
        ]);
    }
    table.render(look)
}

fn levels(control: &Control) -> String {
    if control.fact.is_some() {
        return blocks(control.code).to_owned();
    }
    let level = |name: &str, level: Option<Decimal<Amount>>| {
        level.map(|level| format!("{name} {}", told_of(control.code, level.0)))
    };
    let warn = level("warn", control.warn.filter(|_| control.warn != control.limit));
    // A limit that is the block reduces nothing.
    let limit = level("limit", control.limit.filter(|_| control.limit != control.block));
    let known: Vec<String> = [warn, limit, level("block", control.block)].into_iter().flatten().collect();
    if known.is_empty() { "no level could be computed".to_owned() } else { known.join(" ") }
}

/// What a control that asks for no number blocks.
const fn blocks(code: Code) -> &'static str {
    match code {
        Code::Restricted => "blocks what is listed",
        Code::OutsideSession => "blocks between sessions",
        Code::DataImplausible => "blocks beyond the day's limits",
        Code::MarketOrder => "blocks what has no limit",
        _ => "blocks if so",
    }
}

fn place(control: &Control) -> String {
    match (&control.at, &control.written, &control.said_by) {
        (Some(at), Some(written), _) => format!("{at}: {written}"),
        (_, _, Some(policy)) => format!("built-in {policy}"),
        _ => "of the strategy".to_owned(),
    }
}

/// What is sold, and what of it is held.
fn behind(control: &Control) -> String {
    let told = |book: &Behind| {
        let Behind { strategy, qty, position, open_sell } = book;
        let open = if open_sell.0.is_positive() { format!(", {} being sold", open_sell.0) } else { String::new() };
        format!("{strategy} sells {} and holds {}{open}", qty.0, position.0)
    };
    let books: Vec<String> = control.behind.iter().map(told).collect();
    if books.is_empty() { String::new() } else { format!(" · {}", books.join("; ")) }
}

fn arbitration(arbitration: &Arbitration, case: &Case, look: Look) -> String {
    let Arbitration { rule, conflict, left, parties, crosses } = arbitration;
    if !case.strategy_scope.left.0.is_positive() && !conflict {
        return String::new();
    }
    let alone = parties.len() == 1;
    let meets_own = case.decision.reasons.iter().any(|reason| reason.code == Code::SelfTrade);
    let title = match (conflict, alone) {
        (true, _) => "a conflict",
        (false, _) if meets_own => "an own working order opposes it",
        (false, true) => "nobody else asked for it",
        (false, false) => "no conflict",
    };
    let mut text = format!("2 arbitration  rule {rule}: {title}, {} left\n", left.0);
    if !alone {
        text += &parties_table(parties, look);
    }
    crosses.iter().for_each(|cross| text += &format!("    {}\n", crossing(cross)));
    text
}

fn parties_table(parties: &[Party], look: Look) -> String {
    let mut table = Table::new(vec![
        Column::codes(),
        Column::codes(),
        Column::codes(),
        Column::codes(),
        Column::codes(),
        Column::text(),
    ])
    .indented(4);
    for party in parties {
        let limit = party.limit.as_ref().map(|limit| format!(" at {}", limit.0)).unwrap_or_default();
        let wish = format!("{} {}{limit}", party.side, party.asked.0);
        let mark = if party.is_this { "→ " } else { "  " };
        let codes: Vec<&str> = party.reasons.iter().map(|code| code.as_str()).collect();
        table.row([
            format!("{mark}{}", party.strategy).into(),
            wish.into(),
            part(party).into(),
            Cell::verdict(party.verdict),
            codes.join(" ").into(),
            format!("\"{}\"", harmless(&party.why)).into(),
        ]);
    }
    table.render(look)
}

/// What a party is to the conflict.
fn part(party: &Party) -> &'static str {
    match (party.brought.0.is_positive(), party.reducing.0) {
        (false, _) => "held by its policy",
        (true, reducing) if reducing.is_zero() => "entry",
        (true, reducing) if reducing == party.brought.0 => "exit",
        _ => "exit and entry",
    }
}

fn crossing(cross: &Crossing) -> String {
    let Crossing { seller, buyer, qty, price } = cross;
    let books = if seller == buyer { format!("within {seller}") } else { format!("from {seller} to {buyer}") };
    format!("{} booked {books} at {}, without an order", qty.0, price.0)
}

fn account(case: &Case, look: Look) -> String {
    if !case.arbitration.left.0.is_positive() {
        return String::new();
    }
    let (scoped, own) = (&case.account_scope, case.arbitration.left.0);
    let others = if scoped.given.0 == own { String::new() } else { format!(", {own} of it this decision's") };
    let sizes = format!("{} in{}{others}, {} left", scoped.given.0, reducing_part(scoped), scoped.left.0);
    let sizes = if others.is_empty() { sizes } else { sizes + " of that" };
    scope("3 account", "account", (scoped, &sizes), case, look)
}

fn outcome(case: &Case) -> String {
    let Some(order) = &case.order else {
        let ended = case.ended.as_ref().map(|ended| format!(": {}", ended.how)).unwrap_or_default();
        return format!("sent    nothing{ended}\n");
    };
    let mut text = format!("sent    {}\n", ordered(order));
    for fill in &case.fills {
        text += &format!("filled  {}\n", filled(fill, case.in_bars));
    }
    match &case.ended {
        Some(ended) if ended.how == "filled" => {}
        Some(ended) => {
            let withdrawn = case.withdrawal.as_ref().filter(|_| ended.how == "canceled").map(withdrawn);
            let why = ended.why.as_ref().map(|why| harmless(why).to_string()).or(withdrawn);
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            text += &format!("ended   {} {}{why}\n", ended.how, ended.ts);
        }
        None => text += "        still open at the end of the data\n",
    }
    text
}

fn withdrawn(withdrawal: &Withdrawal) -> String {
    let Withdrawal { by, why, after, .. } = withdrawal;
    let by = if by == StrategyId::OPERATOR { "the operator" } else { by };
    let after = after.as_ref().map(|after| format!(" ({})", harmless(after))).unwrap_or_default();
    format!("withdrawn by {by}: {}{after}", harmless(why))
}

fn ordered(order: &Sent) -> String {
    let number = order.order.map(|number| format!("order {number}: ")).unwrap_or_default();
    let price = order.limit.as_ref().map_or("market".to_owned(), |limit| format!("limit {}", limit.0));
    format!("{number}{} {} {price} for {}", order.side, order.qty.0, shared(&order.children))
}

fn shared(parts: &[Part]) -> String {
    let part = |part: &Part| {
        let fee = part.fee.filter(|fee| fee.0 != qts_core::Money::ZERO);
        let fee = fee.map(|fee| format!(" (fee {})", fee.0)).unwrap_or_default();
        format!("{} {}{fee}", part.strategy, part.qty.0)
    };
    parts.iter().map(part).collect::<Vec<_>>().join(", ")
}

fn filled(fill: &Fill, in_bars: bool) -> String {
    let when = if in_bars { "in the bar that ends" } else { "on" };
    format!("{} at {} {when} {}: {}", fill.qty.0, fill.price.0, fill.ts, shared(&fill.shares))
}

fn otherwise(case: &Case) -> String {
    let mut text = String::new();
    let asked = case.decision.asked.0;
    match &case.nearest {
        Some(size) => text += &format!("nearest {} would have passed whole\n", size.0),
        None if case.decision.admitted.0 < asked => {
            let why = case.stopped.as_ref().map(|stopped| format!(": {}", stopped.text));
            let why = why.unwrap_or_else(|| ", with all that others asked for".to_owned());
            text += &format!("nearest no smaller size would have passed{why}\n");
        }
        None => {}
    }
    for instead in case.instead.iter().filter(|instead| instead.differs) {
        text += &format!("instead {}\n", under(instead));
    }
    text
}

fn under(instead: &Instead) -> String {
    let Instead { rule, verdict, sent, crossed, orders, crosses, .. } = instead;
    let this = match (sent.0.is_positive(), crossed.0.is_positive()) {
        (false, false) => "nothing of it".to_owned(),
        (true, false) => format!("{} of it sent", sent.0),
        (false, true) => format!("{} of it crossed", crossed.0),
        (true, true) => format!("{} of it sent, {} crossed", sent.0, crossed.0),
    };
    let mut all: Vec<String> = crosses.iter().map(crossing).collect();
    all.extend(orders.iter().map(ordered));
    let all = if all.is_empty() { "no order".to_owned() } else { all.join("; ") };
    format!("rule = \"{rule}\": {}, {this} ({all})", verdict.as_str())
}
