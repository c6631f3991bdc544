//! Records as lines of text, for tests that compare whole stories.

use qts_core::{Child, Inst, Kind, Tif};
use qts_runtime::{Lifting, Record, Share, Target};

/// One record in one line.
pub(crate) fn line(record: &Record) -> String {
    match record {
        Record::Decision(decision) => {
            let by = match decision.owner == decision.id.strategy {
                true => decision.id.strategy.to_string(),
                false => format!("{} for {}", decision.id.strategy, decision.owner),
            };
            let what = trade(decision.instrument, decision.kind, decision.tif);
            let crossed = if decision.crossed.is_zero() { String::new() } else { format!(" + {}", decision.crossed) };
            let codes: Vec<&str> = decision.reasons.iter().map(|reason| reason.code.as_str()).collect();
            let (side, asked, sent) = (decision.side, decision.asked, decision.sent);
            let verdict = decision.verdict().as_str();
            format!("{by} wants {side} {asked} {what}: {verdict} {sent}{crossed} {}", codes.join(" ")).trim().to_owned()
        }
        Record::Cross(cross) => {
            let (seller, buyer) = (&cross.seller.owner, &cross.buyer.owner);
            format!("cross {} {} at {}: {seller} to {buyer}", cross.qty, letter(cross.instrument), cross.price)
        }
        Record::Cancel(cancel) => format!("cancel {} of {} ({})", cancel.order.0, cancel.strategy, cancel.why),
        Record::Sent { order, instrument, side, kind, tif, qty, children } => {
            format!("order {}: {side} {qty} {} = {}", order.0, trade(*instrument, *kind, *tif), owners(children))
        }
        Record::Halted { children, step } => format!("halted ({step:?}): {}", owners(children)),
        Record::Fill { order, qty, price, fee, shares, late, .. } => {
            let fee = if fee.units() == 0 { String::new() } else { format!(", fee {fee}") };
            let late = if *late { "late " } else { "" };
            format!("{late}fill of {}: {qty} at {price}{fee} = {}", order.0, shared(shares))
        }
        Record::Ended { order, how, why } => {
            let why = why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
            format!("order {} {how:?}{why}", order.0).to_lowercase()
        }
        Record::Refused { order, what } => format!("refused {}: {what}", order.0),
        Record::Failed { strategy, failure } => format!("{strategy} {failure}"),
        Record::Quarantined { strategy } => format!("{strategy} is quarantined"),
        Record::Commanded { command, refused, .. } => {
            let refused = refused.as_ref().map_or_else(String::new, |why| format!(": refused, {why}"));
            format!("command {command}{refused}")
        }
        Record::Tripped { target, code, mode, observed, limit } => {
            let amount = |of: &Option<qts_core::Amount>| of.map_or_else(|| "unknown".to_owned(), |it| it.to_string());
            format!("{} trips {code}: {mode}, {} of {}", held(target), amount(observed), amount(limit))
        }
        Record::Lifted { target, code, mode, by, baseline } => {
            let by = match by {
                Lifting::Command => "re-armed",
                Lifting::Session => "a new day",
                Lifting::Resolved => "resolved",
            };
            let baseline = baseline.map_or_else(String::new, |worth| format!(", measured from {worth}"));
            format!("{} is no longer {mode} for {code}: {by}{baseline}", held(target))
        }
        Record::PolicySet { target, policy, version, loosened, .. } => {
            let codes: Vec<&str> = loosened.iter().map(|code| code.as_str()).collect();
            let looser = if codes.is_empty() { String::new() } else { format!(", looser: {}", codes.join(" ")) };
            format!("{} has policy {policy}, version {version}{looser}", held(target))
        }
        Record::Rescaled { instrument, scale, restarted, .. } => {
            let names: Vec<&str> = restarted.iter().map(|id| id.as_str()).collect();
            let anew = if names.is_empty() { String::new() } else { format!(", anew: {}", names.join(" ")) };
            format!("{} {scale} for 1{anew}", letter(*instrument))
        }
        Record::Adjusted { instrument, price, parts, .. } => {
            let part = |part: &qts_core::Adjusted| {
                let cash = if part.cash.units() == 0 { String::new() } else { format!(" (cash {})", part.cash) };
                format!("{} {} to {}{cash}", part.owner, part.before, part.after)
            };
            let parts: Vec<String> = parts.iter().map(part).collect();
            let price = price.map_or_else(String::new, |price| format!(" at {price}"));
            format!("{} adjusted{price}: {}", letter(*instrument), parts.join(" + "))
        }
        Record::Unadjusted { instrument, awaits, .. } => format!("{} waits: {awaits}", letter(*instrument)),
        Record::Link { is_up } => format!("link {}", if *is_up { "up" } else { "down" }),
    }
}

fn held(target: &Target) -> String {
    match target {
        Target::Account => "account".to_owned(),
        Target::Strategy(id) => id.to_string(),
        Target::Instrument(inst) => letter(*inst).to_string(),
    }
}

fn trade(inst: Inst, kind: Kind, tif: Tif) -> String {
    let limit = kind.limit().map_or_else(String::new, |limit| format!(" @{limit}"));
    let tif = if tif == Tif::Day { String::new() } else { format!(" {}", tif.as_str()) };
    format!("{}{limit}{tif}", letter(inst))
}

fn letter(inst: Inst) -> char {
    u8::try_from(inst.0).ok().filter(|place| *place < 26).map_or('?', |place| char::from(b'A' + place))
}

fn owners(children: &[Child]) -> String {
    children.iter().map(|child| format!("{} {}", child.owner, child.qty)).collect::<Vec<_>>().join(" + ")
}

fn shared(shares: &[Share]) -> String {
    let one = |share: &Share| match share.fee.units() {
        0 => format!("{} {}", share.owner, share.qty),
        _ => format!("{} {} ({})", share.owner, share.qty, share.fee),
    };
    shares.iter().map(one).collect::<Vec<_>>().join(" + ")
}
