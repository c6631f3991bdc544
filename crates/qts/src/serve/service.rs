//! The core with its state: takes a line, answers it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use qts_core::{Inst, Instruments, Mode, OrderId, Outcome, Qty, StrategyId, Ts, Working};
use qts_runtime::{Action, Effects, Input, PositionReport, Record, Runtime, Schedule};

use crate::adjust::Adjustments;
use crate::config::{Code, Config, ConfigError, ConfigErrors, StrategySpec};
use crate::decide::error::{Fault, Problem};
use crate::decide::node::Node;
use crate::decide::picture;
use crate::decide::wants::{Directory, Wants};
use crate::exit::Trouble;
use crate::wire;

use super::inbox::Inbox;
use super::line::Line;
use super::lines::MOST_BYTES;
use super::operator::Told;
use super::reply;

/// A runtime behind lines.
pub(crate) struct Service {
    config: Config,
    runtime: Runtime,
    schedule: Schedule,
    adjustments: Adjustments,
    instruments: Arc<Instruments>,
    inbox: Inbox,
    /// Strategies that speak for themselves.
    inside: BTreeSet<StrategyId>,
    now: Ts,
    /// Executions for which the broker gave no number.
    unnamed: u64,
}

/// What a line did.
pub(super) struct Done {
    /// Effects of all its parts.
    pub(super) effects: Effects,
    /// What was judged, in the words of the input; `None` if it was not time to judge.
    pub(super) judged: Option<Wants<'static>>,
    /// For every fill that was booked: how much of it is beyond what its order asked for.
    pub(super) over: Vec<Qty>,
    /// Instruments whose quote was left out because its bid is above its ask.
    pub(super) crossed_quotes: Vec<Inst>,
}

impl Service {
    /// From a config, with its books.
    ///
    /// # Errors
    /// A strategy cannot be built, or its id has another meaning in replies.
    pub(crate) fn new(config: Config) -> Result<Self, Trouble> {
        refuse_reserved(&config)?;
        let (runtime, schedule, instruments) = wire::core(&config)?;
        let lives_inside = |spec: &&StrategySpec| spec.kind.is_some();
        Ok(Self {
            inbox: Inbox::new(&config)?,
            inside: config.all_strategies().filter(lives_inside).map(|spec| spec.id.clone()).collect(),
            runtime,
            schedule,
            adjustments: Adjustments::new(&config),
            instruments,
            now: Ts::default(),
            unnamed: 0,
            config,
        })
    }

    /// The reply to the line of this number: one line of JSON.
    pub(crate) fn answer(&mut self, number: u64, bytes: &[u8]) -> String {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) => return reply::refusal(number, "", &whole(Fault::NotUtf8, "the line is not UTF-8", "send UTF-8")),
        };
        // Some programs put a byte order mark before their first line.
        let text = if number == 1 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        let line = match Line::read(self, text) {
            Ok(line) => line,
            Err(problem) => return reply::refusal(number, text, &problem),
        };
        let (id, state, may_set_modes) = (line.id, line.state, line.may_set_modes());
        let done = self.perform(line);
        reply::reply(self, (number, id), done, may_set_modes, state)
    }

    /// The reply to a line that was too long to be read.
    pub(crate) fn refuse_long(&self, number: u64) -> String {
        let problem = format!("the line has more than {MOST_BYTES} bytes");
        reply::refusal(number, "", &whole(Fault::TooLong, &problem, "send several lines"))
    }

    /// Does what a line says: time and prices, the broker, the operator, intents, judgement.
    fn perform(&mut self, line: Line<'_>) -> Done {
        let mut effects = Effects::default();
        let (now, told_time) = line.now;
        self.now = now;
        if told_time {
            self.runtime.step(&Input::Timer(now), &mut effects);
        }
        for (inst, quoted) in &line.quoted {
            self.inbox.tell(*inst, quoted, quoted.at.unwrap_or(now), !self.inside.is_empty());
        }
        let crossed_quotes = picture::crossed_quotes(&line.quoted);
        let (reports, unnamed) = line.reports;
        self.unnamed = unnamed;
        let frees = |outcome: &Outcome| matches!(outcome, Outcome::Accepted | Outcome::Filled { .. });
        let freed = reports.iter().any(|report| frees(&report.outcome));
        let mut over = Vec::new();
        for report in reports {
            let (order, before) = (report.order, self.beyond(report.order));
            let told = effects.records.len();
            self.runtime.step(&Input::Report(report), &mut effects);
            if effects.records[told..].iter().any(|record| matches!(record, Record::Fill { .. })) {
                over.push(self.beyond(order).checked_sub(before).unwrap_or_default());
            }
        }
        if freed {
            // What had to wait for an acknowledgement to be withdrawn need not wait for a judgement.
            self.runtime.step(&Input::Timer(now), &mut effects);
        }
        if let Some(is_up) = line.link_is_up {
            self.runtime.step(&Input::Link { ts: now, is_up }, &mut effects);
        }
        for adjustment in line.adjustments {
            self.runtime.step(&Input::Adjustment(adjustment), &mut effects);
        }
        if let Some(positions) = line.positions {
            let report = PositionReport { ts: now, positions, is_complete: true };
            self.runtime.step(&Input::Positions(report), &mut effects);
        }
        for told in line.commands {
            self.obey(told, &mut effects);
        }
        self.inbox.wants.append(line.wants);
        let judged = line.judge.then(|| self.judge(&mut effects));
        Done { effects, judged, over, crossed_quotes }
    }

    /// How much more of an order was filled than it asked for.
    fn beyond(&self, order: OrderId) -> Qty {
        let order = self.runtime.execution().order(order);
        let beyond = order.and_then(|order| order.filled().checked_sub(order.request().qty()));
        beyond.unwrap_or_default().max(Qty::ZERO)
    }

    fn obey(&mut self, told: Told, effects: &mut Effects) {
        let registered = match &told.command.action {
            Action::Register(new) => Some(new.id.clone()),
            _ => None,
        };
        let known = registered.as_ref().is_some_and(|id| self.runtime.standings().contains_key(id));
        self.runtime.step(&Input::Command(told.command), effects);
        match registered {
            Some(id) if !known && told.lives_inside => drop(self.inside.insert(id)),
            Some(id) if !known => drop(self.inside.remove(&id)),
            _ => {}
        }
    }

    /// One cycle: adjustments and commands that are due, then all that waits.
    fn judge(&mut self, effects: &mut Effects) -> Wants<'static> {
        let (slice, outside, wants) = self.inbox.empty(self.now);
        for adjustment in self.adjustments.due(&slice) {
            self.runtime.step(&Input::Adjustment(adjustment), effects);
        }
        for (_, command) in self.schedule.due(wire::next_cycle(&self.runtime), self.now) {
            self.runtime.step(&Input::Command(command), effects);
        }
        self.runtime.step(&Input::Inbox(slice, outside), effects);
        wants
    }

    /// The account's mode.
    pub(crate) const fn mode(&self) -> Mode {
        self.runtime.mode()
    }

    pub(super) const fn config(&self) -> &Config {
        &self.config
    }

    pub(super) const fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    pub(super) const fn now(&self) -> Ts {
        self.now
    }

    pub(super) const fn unnamed(&self) -> u64 {
        self.unnamed
    }

    /// The newest time of an instrument's prices.
    pub(super) fn seen(&self, inst: qts_core::Inst) -> Option<Ts> {
        self.inbox.seen(inst)
    }

    /// Does anything of an instrument wait to be judged?
    pub(super) fn awaits_judgement(&self, inst: qts_core::Inst) -> bool {
        self.inbox.awaits_judgement(inst)
    }

    /// How many market events and intents wait to be judged.
    pub(super) const fn waiting(&self) -> (usize, usize) {
        (self.inbox.events.len(), self.inbox.wants.each.len())
    }

    /// The prices with those that wait.
    pub(super) fn market(&self) -> qts_core::Market {
        let mut market = self.runtime.market().clone();
        market.absorb(&self.inbox.slice(self.now));
        market
    }
}

impl Directory for Service {
    fn instruments(&self) -> &Instruments {
        &self.instruments
    }

    fn strategy(&self, id: &str) -> Option<&StrategyId> {
        self.runtime.standings().get_key_value(&StrategyId::new(id)).map(|(id, _)| id)
    }

    fn order(&self, id: &str) -> Option<&Working> {
        let number: u64 = id.parse().ok()?;
        self.runtime.working().iter().find(|order| order.id == OrderId(number))
    }

    fn order_name(&self, order: OrderId) -> Cow<'_, str> {
        Cow::Owned(order.0.to_string())
    }

    fn admit(&self, sender: &StrategyId, node: Node<'_>) -> Result<(), Problem> {
        if !self.inside.contains(sender) {
            return Ok(());
        }
        let problem = format!("`{sender}` has a `kind`: it speaks for itself");
        let help = "leave `kind` out of its [[strategy]] to speak for it, or use another id";
        Err(node.problem(problem, help).of(Fault::InsideStrategy))
    }
}

/// A problem of a line as a whole.
fn whole(fault: Fault, problem: &str, help: &str) -> Problem {
    Problem::new("", problem, help).of(fault)
}

/// `account` stands for the account among the modes of a reply.
fn refuse_reserved(config: &Config) -> Result<(), Trouble> {
    let taken = config.all_strategies().filter(|spec| spec.id.as_str() == reply::ACCOUNT);
    let error = |spec: &StrategySpec| {
        let message = "the strategy id `account` stands for the account in the modes of `qts serve`";
        ConfigError::new(&config.source, Code::ReservedId, spec.place, message)
            .help("choose another, such as `account-1`")
    };
    let errors: Vec<ConfigError> = taken.map(error).collect();
    if errors.is_empty() { Ok(()) } else { Err(ConfigErrors::new(errors).into()) }
}
