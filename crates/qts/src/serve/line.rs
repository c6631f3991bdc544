//! A line: everything that it says, understood before any of it is done.

use std::collections::BTreeMap;

use qts_core::{Cycle, ExecReport, Inst, Instruments, Qty, Ts};
use qts_runtime::Adjustment;

use crate::decide::error::{Fault, Problem, shown};
use crate::decide::node::Node;
use crate::decide::picture::{Quoted, read_quoted};
use crate::decide::setup;
use crate::decide::wants::{Directory, Wants};

use super::adjustment;
use super::inbox::MOST_WAITING;
use super::operator::{self, Told};
use super::reports::{PARTS, Reader};
use super::service::Service;

/// Its keys: the client's name first, the broker's reports last.
const KEYS: [&str; 16] = {
    let [ack, reject, fill, canceled, expired, refused] = PARTS;
    [
        "id",
        "now",
        "market",
        "command",
        "intents",
        "judge",
        "state",
        "link",
        "adjustment",
        "positions",
        ack,
        reject,
        fill,
        canceled,
        expired,
        refused,
    ]
};

/// What a line says.
pub(super) struct Line<'a> {
    /// The client's own name of it, as written.
    pub(super) id: Option<Node<'a>>,
    /// Its time, and whether it says so itself.
    pub(super) now: (Ts, bool),
    /// Prices.
    pub(super) quoted: BTreeMap<Inst, Quoted<'a>>,
    /// What the broker says, and how many unnamed executions there were by then.
    pub(super) reports: (Vec<ExecReport>, u64),
    /// Did the link to the broker go down, or come up?
    pub(super) link_is_up: Option<bool>,
    /// New scales of shares.
    pub(super) adjustments: Vec<Adjustment>,
    /// What the broker says it holds: all of it.
    pub(super) positions: Option<BTreeMap<Inst, Option<Qty>>>,
    /// What the operator says.
    pub(super) commands: Vec<Told>,
    /// What strategies outside want.
    pub(super) wants: Wants<'a>,
    /// Is it time to judge?
    pub(super) judge: bool,
    /// Is the state asked for?
    pub(super) state: bool,
}

impl<'a> Line<'a> {
    /// From its text, beside what is known.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub(super) fn read(service: &Service, text: &'a str) -> Result<Self, Problem> {
        let root = Node::parse(text).map_err(|problem| problem.with_help("send one JSON object a line"))?;
        let parts = root.fields(KEYS)?;
        check_purpose(root, &parts)?;
        let [id, now, market, command, intents, judge, state, link, adjustment, positions, broker @ ..] = parts;
        let id = id.map(check_id).transpose()?;
        let quoted = read_quoted(service.instruments(), market)?;
        let given = now.map(Node::time).transpose()?;
        let known = given.unwrap_or(service.now());
        let link_is_up = link.map(read_link).transpose()?;
        let positions = positions.map(|node| read_positions(service.instruments(), node)).transpose()?;
        let mut reader = Reader::new(service.runtime(), service.instruments(), service.unnamed());
        let reports = reader.read(broker, known)?;
        let adjustments = adjustment::read(service, adjustment, known)?;
        let told = reports.iter().map(|report| report.ts).chain(adjustments.iter().map(|it| it.ts));
        let newest = told.chain(quoted.values().filter_map(|it| it.at)).max();
        let time = given.unwrap_or_else(|| newest.map_or(known, |newest| known.max(newest)));
        check_times(service, root, (time, now), &quoted)?;
        check_reports(root, time, &reports)?;
        check_adjustments(root, time, &adjustments)?;
        let commands = command.map(Node::one_or_more).transpose()?.unwrap_or_default();
        let told = |node| operator::read(service.config(), service.runtime(), node);
        let commands = commands.into_iter().map(told).collect::<Result<_, _>>()?;
        let wants = Wants::read(service, intents, Cycle::default())?;
        check_room(service, root, quoted.len(), wants.each.len())?;
        let (now, reports) = ((time, given.is_some()), (reports, reader.unnamed));
        let (judge, state) = (flag(judge)?, flag(state)?);
        Ok(Self { id, now, quoted, reports, link_is_up, adjustments, positions, commands, wants, judge, state })
    }

    /// Does it say anything that sets modes without a judgement?
    pub(super) const fn may_set_modes(&self) -> bool {
        let tells_facts = self.link_is_up.is_some() || self.positions.is_some() || !self.adjustments.is_empty();
        tells_facts || !self.commands.is_empty()
    }
}

/// Is the link to the broker up?
fn read_link(node: Node<'_>) -> Result<bool, Problem> {
    match &*node.text()? {
        "up" => Ok(true),
        "down" => Ok(false),
        other => {
            let problem = format!("`{}` is neither `down` nor `up`", shown(other));
            Err(node.problem(problem, "say \"down\" when the link to the broker is lost, \"up\" when it is back"))
        }
    }
}

/// Shares by instrument, negative if short; `null` where the broker cannot tell.
fn read_positions(instruments: &Instruments, node: Node<'_>) -> Result<BTreeMap<Inst, Option<Qty>>, Problem> {
    let one = |(key, held): (Node<'_>, Node<'_>)| {
        let qty = if held.is_null() { None } else { Some(held.number()?) };
        Ok((setup::instrument(instruments, key)?, qty))
    };
    node.entries()?.into_iter().map(one).collect()
}

/// A line that asks for nothing is a mistake of whoever wrote it.
fn check_purpose(root: Node<'_>, parts: &[Option<Node<'_>>]) -> Result<(), Problem> {
    if parts.iter().skip(1).any(Option::is_some) {
        return Ok(());
    }
    let help = "say `market`, a broker's report, `link`, `adjustment`, `positions`, `command`, `intents`, `judge` or \
                `state`";
    Err(root.problem("the line asks for nothing", help).of(Fault::MissingKey))
}

/// The client's name of a line, as far as it can be read.
pub(super) fn id_of(text: &str) -> Option<Node<'_>> {
    let entries = Node::parse(text).ok()?.entries().ok()?;
    let (_, id) = entries.into_iter().find(|(key, _)| key.text().is_ok_and(|name| name == "id"))?;
    check_id(id).ok()
}

fn check_id(node: Node<'_>) -> Result<Node<'_>, Problem> {
    let sound = node.raw().starts_with(['"', '-']) || node.raw().starts_with(|c: char| c.is_ascii_digit());
    let wrong = || node.problem("an `id` is a text or a number", "write it in quotes").of(Fault::WrongType);
    if sound { Ok(node) } else { Err(wrong()) }
}

fn flag(node: Option<Node<'_>>) -> Result<bool, Problem> {
    match node.map(|node| (node, node.raw())) {
        None | Some((_, "false")) => Ok(false),
        Some((_, "true")) => Ok(true),
        Some((node, _)) => Err(node.problem("this must be true or false", "write `true`").of(Fault::WrongType)),
    }
}

/// Time stands still or moves on; prices are not older than those before them and not newer than their line.
fn check_times(
    service: &Service,
    root: Node<'_>,
    (time, now): (Ts, Option<Node<'_>>),
    quoted: &BTreeMap<Inst, Quoted<'_>>,
) -> Result<(), Problem> {
    if time < service.now() {
        let problem = format!("it was {} before", crate::wire::rfc3339(service.now()));
        return Err(now.unwrap_or(root).problem(problem, "send lines in the order of time").of(Fault::TimeBackwards));
    }
    for (inst, quoted) in quoted {
        let at = quoted.at.unwrap_or(time);
        if at > time {
            let help = "give `now` the newest time of the line, or leave it out";
            return Err(quoted.node.problem("`at` lies after `now`", help));
        }
        if let Some(seen) = service.seen(*inst).filter(|seen| at < *seen) {
            let problem = format!("a price of {} is known already", crate::wire::rfc3339(seen));
            return Err(quoted.node.problem(problem, "leave out prices that came late").of(Fault::TimeBackwards));
        }
    }
    Ok(())
}

fn check_reports(root: Node<'_>, time: Ts, reports: &[ExecReport]) -> Result<(), Problem> {
    let ahead = reports.iter().any(|report| report.ts > time);
    let help = "give `now` the newest time of the line, or leave it out";
    if ahead { Err(root.problem("a report's `at` lies after `now`", help)) } else { Ok(()) }
}

fn check_adjustments(root: Node<'_>, time: Ts, adjustments: &[Adjustment]) -> Result<(), Problem> {
    let ahead = adjustments.iter().any(|it| it.ts > time);
    let help = "give `now` the newest time of the line, or leave it out";
    if ahead { Err(root.problem("an adjustment's `at` lies after `now`", help)) } else { Ok(()) }
}

fn check_room(service: &Service, root: Node<'_>, events: usize, intents: usize) -> Result<(), Problem> {
    let (waiting_events, waiting_intents) = service.waiting();
    if waiting_events + events <= MOST_WAITING && waiting_intents + intents <= MOST_WAITING {
        return Ok(());
    }
    let problem = format!("more than {MOST_WAITING} market events or intents wait to be judged");
    Err(root.problem(problem, "send `{\"judge\": true}` first").of(Fault::TooMuchWaiting))
}
