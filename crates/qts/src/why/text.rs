//! An answer in words.

use super::Why;
use qts_core::StrategyId;

use super::lookout::{Answer, Decided, Stretch};
use crate::call;
use crate::config::Config;
use crate::decide::harmless;

/// What there is to say, to people.
pub(super) fn tell(why: &Why, config: &Config) -> String {
    let Why { strategy, instrument, at, answer, before, note, .. } = why;
    let head = format!("{strategy} on {instrument} at {at}\n");
    let answer = answer.as_ref().map(|stretch| told(stretch, config) + &standing(stretch)).unwrap_or_default();
    let before = before.as_ref().map(|stretch| format!("before  {}", short(stretch))).unwrap_or_default();
    let note = note.as_ref().map(|note| format!("{note}\n")).unwrap_or_default();
    head + &note + &answer + &before
}

fn told(stretch: &Stretch, config: &Config) -> String {
    let mut text = said(&stretch.answer);
    if stretch.times > 1 {
        text += &format!("the same {} times: {} to {}\n", stretch.times, stretch.since, stretch.until);
    } else {
        text += &format!("said at {}\n", stretch.until);
    }
    if let Answer::Decided { decisions } = &stretch.answer {
        let ids: Vec<&str> = decisions.iter().map(|one| one.decision.as_str()).collect();
        let ids: Vec<String> = ids.into_iter().map(call::quoted).collect();
        let file = call::quoted(config.source.name());
        text += &format!("more    {} explain {file} {}\n", call::name(), ids.join(" "));
    }
    text
}

fn said(answer: &Answer) -> String {
    match answer {
        Answer::Decided { decisions } => decisions.iter().map(decided).collect(),
        Answer::Elsewhere { asked } => format!("no order for it: it asked {}\n", asked.join(", ")),
        Answer::Held { reason: Some(reason) } => {
            format!("no order: it held, \"{}\"{}\n", harmless(reason), meaning(reason))
        }
        Answer::Held { reason: None } => "no order: it asked for nothing and gave no reason\n".to_owned(),
        Answer::Failed { failure } => {
            format!("no order: it failed, and what it asked for in this cycle is dropped: {}\n", harmless(failure))
        }
        Answer::Asleep { state, cause, later } => {
            let cause = cause.as_ref().map(|cause| format!(" since {}", harmless(cause))).unwrap_or_default();
            let enable = Answer::sleeps(state).then(|| "; `enable` it by a command".to_owned());
            let later = later.as_ref().map(|later| format!("; {}", harmless(later)));
            let way_out = enable.or(later).unwrap_or_default();
            format!("no order: it is {state} and sees nothing{cause}{way_out}\n")
        }
    }
}

/// What the built-in kinds mean by their words.
fn meaning(reason: &str) -> &'static str {
    match reason {
        "warming up" => ": its rule needs more events than it has seen",
        "no signal" => ": it holds nothing and its rule does not ask to enter",
        "holding" => ": it holds shares and its rule does not ask to exit",
        "open order" => ": it waits for its own order",
        _ => "",
    }
}

fn decided(one: &Decided) -> String {
    let Decided { decision, by, side, asked, admitted, verdict, reasons, why, .. } = one;
    let who = if by == StrategyId::OPERATOR { "the operator asked for its book" } else { "it asked" };
    let why = harmless(why);
    let mut text = format!("{verdict}: {who} to {side} {asked} ({decision}, \"{why}\"), {admitted} admitted\n");
    reasons.iter().for_each(|reason| text += &format!("  {reason}\n"));
    text
}

fn standing(stretch: &Stretch) -> String {
    let standing = &stretch.standing;
    let mode = if standing.mode == "active" { String::new() } else { format!(" · mode {}", standing.mode) };
    let orders = if standing.open_orders.is_empty() { "none".to_owned() } else { standing.open_orders.join(", ") };
    let seen = match standing.seen {
        0 => String::new(),
        1 => " · has seen 1 event of it".to_owned(),
        more => format!(" · has seen {more} events of it"),
    };
    format!("then    {}{mode} · holds {} · open orders: {orders}{seen}\n", standing.state, standing.position)
}

/// A stretch in a line.
fn short(stretch: &Stretch) -> String {
    let said = said(&stretch.answer);
    let first = said.lines().next().unwrap_or_default();
    match stretch.times {
        1 => format!("{first} (once, {})\n", stretch.since),
        times => format!("{first} (×{times}, {} to {})\n", stretch.since, stretch.until),
    }
}
