//! A cycle in text: what stands in an account, what is asked, and what the gate says to it.
//!
//! One line each, in any order but that a thing is named before it is used; `#` begins a comment.
//!
//! ```text
//! A last=100 bid=99 ask=101 prev=98 krx       an instrument (a capital) and its prices; also age=4s, lot, tick, listed…
//! A last=100 before=90 base=95 adv=1000 session=0s    and the price before, the base of its day, volume, session left
//! account cash=1000 equity=2000 rule=net max_long=10%
//! account.B max_long=5                        the account's policy for one instrument
//! a rank=1 budget=500 max_order_qty=80/100/500   a strategy; levels are warn/limit/block, `-` for none; one is limit
//! a.B max_long=5                              its policy for one instrument
//! a holds 100                                 …of A; `a holds 100 B` of B
//! a sent 3s buy 10 B @ 99                     what it sent and got filled 3 s ago, in order; `a withdrew` an order
//! a working 7 sell 20 @ 101 cancelling        its order number 7
//! a buy 10 B @ 99 gtc                         what it asks; `operator/a sell 10` is the operator's for a
//! a cancel 7
//! ```

use std::fmt::Write as _;
use std::str::FromStr;
use std::sync::Arc;

use qts_core::{
    Amount, DailyLimit, Dated, Day, Decision, Inst, Instrument, Kind, Mode, Money, OrderId, OrderLimit, Price,
    Proposal, Qty, Ratio, Reason, Session, Side, Span, StrategyId, TickTable, Tif, Ts,
};
use qts_gate::policy::{Age, Controls, FatFinger, Jump, OrderRate, OrderSize, Participation, Size, Thresholds, Worth};
use qts_gate::{ArbitrationRule, CancelAsk, Judged, Permit, RiskPolicy, Standing, StrategyState};

use crate::world::{self, NOW, World};

/// What is told of a cycle.
pub(crate) struct Cycle {
    pub(crate) world: World,
    pub(crate) proposals: Vec<Proposal>,
    pub(crate) cancels: Vec<CancelAsk>,
}

impl Cycle {
    pub(crate) fn parse(text: &str) -> Self {
        let lines: Vec<Vec<&str>> = text
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default().split_whitespace().collect())
            .filter(|words: &Vec<&str>| !words.is_empty())
            .collect();
        let named = lines.iter().filter(|words| is_instrument(words[0]));
        let world = World::new(named.map(|words| instrument(words)).collect(), Money::ZERO);
        let mut cycle = Self { world, proposals: Vec::new(), cancels: Vec::new() };
        cycle.world.equity = None;
        let mut equity_is_told = false;
        for words in &lines {
            equity_is_told |= words[0] == "account" && words.iter().any(|word| word.starts_with("equity="));
            cycle.take(words);
        }
        if !equity_is_told {
            cycle.world.equity = cycle.world.books.equity(&cycle.world.market);
        }
        cycle
    }

    pub(crate) fn judge(&self) -> String {
        let judged = self.world.judge(self.proposals.clone(), &self.cancels);
        self.show(&judged)
    }

    fn take(&mut self, words: &[&str]) {
        let (subject, rest) = (words[0], &words[1..]);
        let (owner, of) = subject.split_once('.').unwrap_or((subject, ""));
        match (rest.first().copied(), of) {
            _ if is_instrument(subject) => self.market(subject, rest),
            (Some("buy" | "sell"), _) => self.intend(subject, rest),
            (Some("cancel"), _) => self.cancels.push(CancelAsk {
                strategy: StrategyId::new(subject),
                order: OrderId(number(rest[1])),
                why: "test".into(),
            }),
            (Some("holds"), _) => {
                let inst = self.inst(rest.get(2).unwrap_or(&"A"));
                self.world.hold(subject, inst, number(rest[1]));
            }
            (Some("working"), _) => self.rest(subject, rest),
            (Some("sent"), _) => self.did(subject, rest),
            (Some("withdrew"), _) => self.withdrew(subject),
            (_, "") if owner == "account" => rest.iter().for_each(|word| self.account(word)),
            (_, "") => rest.iter().for_each(|word| self.strategy(owner, word)),
            (_, of) => self.special(owner, self.inst(of), rest),
        }
    }

    fn inst(&self, name: &str) -> Inst {
        // An instrument that nobody named has a number beyond the table.
        self.world.instruments.find(&format!("{name}.X")).unwrap_or(Inst(99))
    }

    fn market(&mut self, name: &str, words: &[&str]) {
        let inst = self.inst(name);
        let told =
            |key: &str| words.iter().find_map(|word| word.split_once('=').filter(|(k, _)| *k == key)).map(|w| w.1);
        let price = |key| told(key).map(number::<Price>);
        let at = |key| told(key).map_or(NOW, |age| Ts(NOW.0 - seconds(age).0));
        if let Some(mode) = told("mode") {
            self.world.instrument_modes.insert(inst, mode_of(mode));
        }
        let prices = self.world.market.prices_mut(inst).expect("named");
        prices.last = price("last").map(|last| (last, at("age")));
        prices.quote = price("bid").zip(price("ask")).map(|(bid, ask)| (bid, ask, at("quote_age")));
        prices.prev_close = price("prev");
        prices.interval = told("interval").map(seconds);
        prices.before = price("before");
        prices.is_first = words.contains(&"first");
        prices.base = price("base").or(prices.prev_close);
        prices.adv20 = told("adv").map(number);
        prices.session = match told("session") {
            Some("next") => Some(Session::Next { day: Day(1) }),
            left => left.map(|left| Session::Until { end: Ts(NOW.0 + seconds(left).0), day: Day(0), next: Day(1) }),
        };
    }

    fn intend(&mut self, subject: &str, words: &[&str]) {
        let (sender, owner) = subject.split_once('/').unwrap_or((subject, subject));
        let (side, qty, inst, kind, tif) = self.order(words);
        let emission = self.proposals.iter().filter(|other| other.id.strategy.as_str() == sender).count();
        let mut proposal = world::proposal(sender, u32::try_from(emission).expect("few"), inst, side, qty, kind);
        (proposal.owner, proposal.intent.tif) = (StrategyId::new(owner), tif);
        if owner != "operator" && owner != "unassigned" && owner != "nobody" {
            self.world.standing(owner);
        }
        self.proposals.push(proposal);
    }

    fn rest(&mut self, owner: &str, words: &[&str]) {
        let (side, qty, inst, kind, _) = self.order(&words[2..]);
        let order = world::resting(number(words[1]), inst, side, kind, qty);
        self.world.rest(owner, qts_core::Working { cancelling: words.contains(&"cancelling"), ..order });
    }

    /// What the owner and with it the account did; the controls that look back are to be named before.
    fn did(&mut self, owner: &str, words: &[&str]) {
        let at = Ts(NOW.0 - seconds(words[1]).0);
        let (side, qty, inst, kind, _) = self.order(&words[2..]);
        let Standing { policy, pace, .. } = self.world.standing(owner);
        pace.sent_order(at, policy.strategy_sets());
        pace.admitted(at, (inst, side, qty, kind), policy.strategy_sets());
        pace.filled(inst, qty, policy.strategy_sets());
        let World { account_policy, pace, .. } = &mut self.world;
        pace.sent_order(at, account_policy.account_sets());
    }

    fn withdrew(&mut self, owner: &str) {
        let Standing { policy, pace, .. } = self.world.standing(owner);
        pace.sent_cancel(policy.strategy_sets());
        let World { account_policy, pace, .. } = &mut self.world;
        pace.sent_cancel(account_policy.account_sets());
    }

    /// `sell 20 B @ 101 gtc`.
    fn order(&self, words: &[&str]) -> (Side, Qty, Inst, Kind, Tif) {
        let side = if words[0] == "buy" { Side::Buy } else { Side::Sell };
        let inst = words.iter().find(|word| is_instrument(word)).unwrap_or(&"A");
        let limit = words.iter().position(|word| *word == "@").map(|at| number(words[at + 1]));
        let tifs = [Tif::Gtc, Tif::Ioc, Tif::Fok];
        let tif = tifs.into_iter().find(|tif| words.contains(&tif.as_str())).unwrap_or_default();
        (side, number(words[1]), self.inst(inst), limit.map_or(Kind::Market, Kind::Limit), tif)
    }

    fn account(&mut self, word: &str) {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        match key {
            "cash" => self.world.books = qts_core::Books::with_cash(number(value)),
            "equity" => self.world.equity = value.parse().ok(),
            "mode" => self.world.mode = mode_of(value),
            "rule" => {
                let rules = [ArbitrationRule::ExitsOnly, ArbitrationRule::Net, ArbitrationRule::Rank];
                self.world.rule = rules.into_iter().find(|rule| rule.as_str() == value).expect("a rule");
            }
            "policy" => self.world.account_policy = RiskPolicy::built_in(value).expect("built in"),
            _ => set(&mut self.world.account_policy.account, key, value),
        }
    }

    fn strategy(&mut self, owner: &str, word: &str) {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let inst = self.inst("A");
        let listed = (key == "restricted").then(|| value.split(',').map(|name| self.inst(name)).collect());
        let standing = self.world.standing(owner);
        match key {
            "restricted" => Arc::make_mut(&mut standing.policy).strategy.restricted = listed.unwrap_or_default(),
            "rank" => standing.rank = number(value),
            "state" => standing.state = state_of(value),
            "mode" => standing.mode = mode_of(value),
            "budget" => standing.budget = Some(number(value)),
            "median" => drop(standing.median_order.insert(inst, number(value))),
            "policy" => standing.policy = Arc::new(RiskPolicy::built_in(value).expect("built in")),
            "flow" => self.world.books.book_mut(&StrategyId::new(owner)).cash_flow = number(value),
            _ => set(&mut Arc::make_mut(&mut standing.policy).strategy, key, value),
        }
    }

    fn special(&mut self, owner: &str, inst: Inst, words: &[&str]) {
        let policy = match owner {
            "account" => &mut self.world.account_policy,
            owner => Arc::make_mut(&mut self.world.standing(owner).policy),
        };
        let base = (policy.strategy.clone(), policy.account.clone());
        let (strategy, account) = policy.instruments.entry(inst).or_insert(base);
        for word in words {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            set(strategy, key, value);
            set(account, key, value);
        }
    }

    fn show(&self, judged: &Judged) -> String {
        let mut text = String::new();
        let name = |inst: Inst| self.world.instruments.name(inst).replace(".X", "");
        for decision in &judged.decisions {
            let _ = writeln!(text, "{}", show_decision(decision, &name(decision.instrument)));
        }
        for cross in &judged.crosses {
            let (seller, buyer) = (show_id(&cross.seller.decision), show_id(&cross.buyer.decision));
            let of = name(cross.instrument);
            let _ = writeln!(text, "cross {} {of} at {}: {seller} to {buyer}", cross.qty, cross.price);
        }
        for cancel in &judged.cancels {
            let _ = writeln!(text, "cancel {} of {}: {}", cancel.order.0, cancel.strategy, cancel.why);
        }
        for admitted in &judged.admitted {
            let Permit::Place(order) = admitted.permit() else { continue };
            let children: Vec<String> =
                order.children.iter().map(|child| format!("{} {}", show_id(&child.decision), child.qty)).collect();
            let (of, price) = (name(order.instrument), show_price(order.kind, order.tif));
            let _ = writeln!(text, "order {} {} {of}{price} [{}]", order.side, order.qty, children.join(", "));
        }
        text
    }
}

fn show_decision(decision: &Decision, of: &str) -> String {
    let price = show_price(decision.kind, decision.tif);
    let crossed = if decision.crossed.is_zero() { String::new() } else { format!(", crossed {}", decision.crossed) };
    let reasons: Vec<String> = decision.reasons.iter().map(show_reason).collect();
    let (id, side, asked) = (show_id(&decision.id), decision.side, decision.asked);
    let verdict = decision.verdict().as_str();
    let said = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) };
    format!("{id} {side} {asked} {of}{price} -> {verdict}, sent {}{crossed}{said}", decision.sent)
}

/// Scope, code, stage, and what was observed above which limit.
fn show_reason(reason: &Reason) -> String {
    let number = |amount: Option<Amount>| amount.map_or("?".to_owned(), |amount| amount.to_string());
    let numbers = match (reason.observed, reason.limit) {
        (None, None) => String::new(),
        (observed, limit) => format!(" {}>{}", number(observed), number(limit)),
    };
    format!("{} {} {}{numbers}", reason.scope.as_str(), reason.code, reason.stage.as_str())
}

fn show_id(id: &qts_core::DecisionId) -> String {
    format!("{}{}", id.strategy, id.emission)
}

fn show_price(kind: Kind, tif: Tif) -> String {
    let limit = kind.limit().map(|limit| format!(" @ {limit}")).unwrap_or_default();
    let tif = if tif == Tif::Day { String::new() } else { format!(" {}", tif.as_str()) };
    limit + &tif
}

fn is_instrument(word: &str) -> bool {
    word.strip_prefix(|c: char| c.is_ascii_uppercase()).is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()))
}

/// The standing rules of a market; `krx` is a Korean share.
fn instrument(words: &[&str]) -> Instrument {
    let mut stock = world::stock(&format!("{}.X", words[0]));
    for word in &words[1..] {
        match word.split_once('=').unwrap_or((word, "")) {
            ("krx", _) => {
                stock.ticks = Dated::always(krx_ticks());
                stock.daily_limit = Dated::always(Some(DailyLimit(fraction("30%"))));
                stock.short_ban = true;
            }
            ("lot", value) => stock.lot = number(value),
            ("tick", value) => stock.ticks = Dated::always(TickTable::flat(number(value))),
            ("fee", value) => stock.commission = fraction(value),
            ("step", value) => stock.quantity_step = number(value),
            ("short_ban", _) => stock.short_ban = true,
            ("listed", value) => {
                stock.listed_shares = Some(number(value));
                stock.order_limit = Dated::always(Some(a_hundredth()));
            }
            _ => {}
        }
    }
    stock
}

/// One hundredth of all listed shares; worth 1,000 always passes.
fn a_hundredth() -> OrderLimit {
    let share = fraction("1%");
    let (small, worth, always) = (Money::ZERO, Money::whole(1_000_000_000), Money::whole(1_000));
    OrderLimit { share, share_of_small: share, small, worth, always }
}

fn set(controls: &mut Controls, key: &str, value: &str) {
    match key {
        "short_not_allowed" => controls.short_not_allowed = true,
        "price_collar" => controls.price_collar = Some(levels(value, fraction)),
        "fat_finger" => controls.fat_finger = Some(fat_finger(value)),
        "cycle_notional" => controls.cycle_notional = Some(levels(value, worth)),
        "max_order_qty" => controls.max_order_qty = Some(levels(value, |text| OrderSize::Shares(number(text)))),
        "max_order_notional" => controls.max_order_notional = Some(levels(value, worth)),
        "max_long" => controls.max_long = Some(levels(value, size)),
        "max_short" => controls.max_short = Some(levels(value, size)),
        "max_gross_exposure" => controls.max_gross_exposure = Some(levels(value, worth)),
        "max_net_exposure" => controls.max_net_exposure = Some(levels(value, worth)),
        "buying_power" => controls.buying_power = Some(fraction(value)),
        "max_open_orders" => controls.max_open_orders = Some(levels(value, number)),
        "max_risk_score" => controls.max_risk_score = Some(number(value)),
        "outside_session" => controls.outside_session = true,
        "stale_data" => controls.stale_data = Some(levels(value, age)),
        "duplicate_order" => controls.duplicate_order = Some(seconds(value)),
        "data_implausible" => controls.data_implausible = Some(Jump::any(levels(value, fraction))),
        "market_order" => controls.market_order = true,
        "max_participation" => controls.max_participation = Some(participation(value)),
        "order_rate" => controls.order_rate = Some(rate(value)),
        "message_limit" => controls.message_limit = Some(levels(value, number)),
        other => panic!("no such control: {other}"),
    }
}

/// `warn/limit/block` with `-` for none, or one number: the limit.
fn levels<T>(text: &str, read: impl Fn(&str) -> T) -> Thresholds<T> {
    let level = |text: &str| (text != "-").then(|| read(text));
    match text.split('/').collect::<Vec<_>>()[..] {
        [limit] => Thresholds { warn: None, limit: level(limit), block: None },
        [warn, limit, block] => Thresholds { warn: level(warn), limit: level(limit), block: level(block) },
        _ => panic!("one level or three: {text}"),
    }
}

/// `5x` for the multiple, `10m` for the median, or both as `5x,10m`.
fn fat_finger(text: &str) -> FatFinger {
    let part = |mark: char| text.split(',').find_map(|part| part.strip_suffix(mark)).map(number);
    FatFinger { multiple: part('x'), median: part('m') }
}

/// `4s`, or `4i` for intervals.
fn age(text: &str) -> Age {
    text.strip_suffix('i').map_or_else(|| Age::Span(seconds(text)), |count| Age::Intervals(number(count)))
}

/// `0.5%o` of an order, `2%d` of a day, or both as `0.5%o,2%d`; `?` where known.
fn participation(text: &str) -> Participation {
    let part = |mark: char| text.split(',').find_map(|part| part.strip_suffix(mark)).map(fraction);
    Participation { order: part('o'), day: part('d'), where_known: text.ends_with('?') }
}

/// `2/s,3` is two a second and a burst of three.
fn rate(text: &str) -> OrderRate {
    let (per_second, burst) = text.split_once("/s,").expect("a rate and a burst");
    OrderRate { per_second: number(per_second), burst: number(burst) }
}

fn worth(text: &str) -> Worth {
    if text.ends_with('%') { Worth::Fraction(fraction(text)) } else { Worth::Money(number(text)) }
}

fn size(text: &str) -> Size {
    if text.ends_with('%') { Size::Fraction(fraction(text)) } else { Size::Shares(number(text)) }
}

fn fraction(text: &str) -> Ratio {
    Ratio::from_percent(text.trim_end_matches('%')).unwrap_or_else(|_| panic!("not a percentage: {text}"))
}

fn number<T: FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("not a number: {text}"))
}

fn seconds(text: &str) -> Span {
    Span::SECOND.times(number(text.trim_end_matches('s')))
}

fn mode_of(text: &str) -> Mode {
    let all = [Mode::Active, Mode::ReduceOnly, Mode::Halted, Mode::Killed];
    all.into_iter().find(|mode| mode.as_str() == text).expect("a mode")
}

fn state_of(text: &str) -> StrategyState {
    use StrategyState::{Active, Disabled, Quarantined, ReduceOnly, Shadow};
    let all = [Active, ReduceOnly, Shadow, Disabled, Quarantined];
    all.into_iter().find(|state| state.as_str() == text).expect("a state")
}

/// The price steps of Korean shares since 2023-01-25.
fn krx_ticks() -> TickTable {
    let bands = [(0, 1), (2_000, 5), (5_000, 10), (20_000, 50), (50_000, 100), (200_000, 500), (500_000, 1_000)];
    TickTable::banded(&bands.map(|(from, tick)| (Price::whole(from), Price::whole(tick)))).expect("a table")
}
