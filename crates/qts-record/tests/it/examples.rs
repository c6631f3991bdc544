//! One entry of every kind, and within them one of every choice.

use std::borrow::Cow;

use qts_core::*;
use qts_loop::{OrderState, Step};
use qts_record::{Entry, File, Opening};
use qts_runtime::{Adjustment, Awaits, Failure, Invalid, Lifting, PositionReport, Record, Share, Target, Verb};

fn price(text: &str) -> Price {
    text.parse().expect("a price")
}

fn qty(text: &str) -> Qty {
    text.parse().expect("a quantity")
}

fn money(text: &str) -> Money {
    text.parse().expect("an amount")
}

fn id(emission: u32) -> DecisionId {
    DecisionId { cycle: Cycle(300), strategy: StrategyId::new("ema-10-30"), emission }
}

fn child(emission: u32) -> Child {
    Child { decision: id(emission), owner: StrategyId::unassigned(), qty: qty("7") }
}

fn events() -> Vec<MarketEvent> {
    let bar = Bar {
        from: Ts(-5),
        open: price("50000"),
        high: price("50100.5"),
        low: price("49900"),
        close: price("50050"),
        volume: qty("123456"),
        whole_session: true,
    };
    let quote = Quote { bid: price("1"), ask: price("1.00000001"), bid_size: Qty::ZERO, ask_size: Qty::MAX };
    let trade = Trade { price: price("0.5"), size: qty("0.1") };
    let payloads = [Payload::Bar(bar), Payload::Quote(quote), Payload::Trade(trade)];
    let event = |payload| MarketEvent {
        instrument: Inst(3),
        ts: Ts(1_515_997_800_000_000_000),
        day: Day(17_546),
        session_end: Ts(i64::MAX),
        next_day: Day(-1),
        payload,
    };
    payloads.map(event).to_vec()
}

fn outcomes() -> Vec<Outcome> {
    let (exec, qty, price, fee) = (ExecId(9), qty("3"), price("100"), money("-0.01"));
    vec![
        Outcome::Accepted,
        Outcome::Rejected("증거금 부족".to_owned()),
        Outcome::Filled { exec, qty, price, fee },
        Outcome::Canceled,
        Outcome::CancelRefused,
        Outcome::Expired,
        Outcome::Timeout,
        Outcome::NeverArrived,
    ]
}

fn amounts() -> Vec<Amount> {
    vec![
        Amount::Qty(qty("-1")),
        Amount::Money(Money::from_units(i128::MIN)),
        Amount::Price(price("2")),
        Amount::Ratio("0.3".parse().expect("a ratio")),
        Amount::Count(u64::MAX),
        Amount::Span(Span(10)),
    ]
}

fn decision() -> Decision {
    let stages = [Stage::Pass, Stage::Warn, Stage::Reduce, Stage::Block];
    let scopes = [Scope::Strategy, Scope::Arbitration, Scope::Account];
    let reasons =
        Code::ALL.iter().zip(stages.iter().cycle()).zip(scopes.iter().cycle()).zip(amounts().into_iter().cycle());
    let reasons = reasons.map(|(((code, stage), scope), amount)| {
        let (observed, limit) = (Some(amount), (*stage == Stage::Block).then_some(amount));
        Reason { scope: *scope, code: *code, stage: *stage, observed, limit }
    });
    Decision {
        id: id(0),
        owner: StrategyId::operator(),
        instrument: Inst(0),
        side: Side::Buy,
        kind: Kind::Limit(price("99.5")),
        tif: Tif::Gtc,
        asked: qty("10"),
        sent: qty("4"),
        crossed: qty("1"),
        reasons: reasons.collect(),
        why: Cow::Borrowed("fast above slow"),
    }
}

fn invalids() -> Vec<Invalid> {
    vec![
        Invalid::UnknownInstrument,
        Invalid::NotSubscribed,
        Invalid::Quantity,
        Invalid::OffLot { qty: qty("15"), lot: qty("10") },
        Invalid::Limit(price("-1")),
        Invalid::OffTick { limit: price("3"), tick: price("2") },
        Invalid::ForeignOrder,
    ]
}

fn failures() -> Vec<Failure> {
    let invalid = (0..).zip(invalids()).map(|(emission, invalid)| Failure::InvalidIntent(emission, invalid));
    [Failure::Panic("boom".to_owned()), Failure::Error("no model".to_owned()), Failure::TooMany(65)]
        .into_iter()
        .chain(invalid)
        .collect()
}

fn targets() -> [Target; 3] {
    [Target::Account, Target::Strategy(StrategyId::new("b")), Target::Instrument(Inst(1))]
}

const VERBS: [Verb; 10] = [
    Verb::Register,
    Verb::Unregister,
    Verb::Enable,
    Verb::Disable,
    Verb::ReduceOnly,
    Verb::Shadow,
    Verb::Flatten,
    Verb::Kill,
    Verb::Rearm,
    Verb::SetPolicy,
];

const STEPS: [Step; 7] = [
    Step::Sent,
    Step::Refused,
    Step::Blocked,
    Step::BlockedAfterResponse,
    Step::Void,
    Step::NotCancelable,
    Step::Stopped,
];

fn orders() -> Vec<Record> {
    let (order, instrument, side) = (OrderId(12), Inst(2), Side::Sell);
    let sent = [Tif::Day, Tif::Gtc, Tif::Ioc, Tif::Fok].map(|tif| Record::Sent {
        order,
        instrument,
        side,
        kind: Kind::Market,
        tif,
        qty: qty("14"),
        children: vec![child(0), child(1)],
    });
    let halted = STEPS.map(|step| Record::Halted { children: vec![child(2)], step });
    let ended = OrderState::ALL.map(|how| Record::Ended { order, how, why: Some("no".to_owned()) });
    let share = Share { owner: StrategyId::new("a"), qty: qty("1"), fee: money("15") };
    let fill = Record::Fill {
        order,
        instrument,
        side,
        qty: qty("1"),
        price: price("50000"),
        fee: money("15"),
        shares: vec![share],
        late: true,
    };
    let refused = Record::Refused { order, what: "nobody knows it".to_owned() };
    sent.into_iter().chain(halted).chain(ended).chain([fill, refused]).collect()
}

fn supervision() -> Vec<Record> {
    let modes = [Mode::Active, Mode::ReduceOnly, Mode::Halted, Mode::Killed];
    let (observed, limit) = (Some(Amount::Count(5)), None);
    let tripped = modes.into_iter().zip(targets().into_iter().cycle());
    let tripped =
        tripped.map(|(mode, target)| Record::Tripped { target, code: Code::DailyLoss, mode, observed, limit });
    let lifted = [Lifting::Command, Lifting::Session, Lifting::Resolved].map(|by| Record::Lifted {
        target: Target::Account,
        code: Code::Drawdown,
        mode: Mode::Halted,
        by,
        baseline: Some(money("100000000")),
    });
    let set = Record::PolicySet {
        target: Target::Account,
        policy: "swing".to_owned(),
        version: 2,
        hash: "9f3c".to_owned(),
        loosened: vec![Code::MaxLong],
    };
    tripped.chain(lifted).chain([set, Record::Link { is_up: false }]).collect()
}

fn records() -> Vec<Record> {
    let cross = Cross { instrument: Inst(0), seller: child(0), buyer: child(1), qty: qty("5"), price: price("10") };
    let request = CancelRequest {
        order: OrderId(1),
        strategy: StrategyId::new("a"),
        instrument: Inst(0),
        why: Cow::Borrowed("stale"),
    };
    let strategy = StrategyId::new("a");
    let failed = failures().into_iter().map(|failure| Record::Failed { strategy: StrategyId::new("a"), failure });
    let commanded = VERBS.into_iter().zip(targets().into_iter().cycle()).map(|(verb, target)| Record::Commanded {
        command: "disable strategy `a` (earnings)".to_owned(),
        verb,
        target,
        refused: None,
    });
    [Record::Decision(Box::new(decision())), Record::Cross(cross), Record::Cancel(request)]
        .into_iter()
        .chain(orders())
        .chain(failed)
        .chain([Record::Quarantined { strategy }])
        .chain(commanded)
        .chain(supervision())
        .collect()
}

fn scale() -> Scale {
    "1/10".parse().expect("a ratio")
}

fn adjustments() -> Vec<Record> {
    let (instrument, scale, owner) = (Inst(1), scale(), StrategyId::unassigned());
    let parts = vec![Adjusted { owner, before: qty("15"), after: qty("2"), cash: money("-500") }];
    let restarted = vec![StrategyId::new("a")];
    let awaits = [Awaits::Orders, Awaits::Price, Awaits::Range, Awaits::Earlier];
    [
        Record::Rescaled { instrument, scale, reason: "액면병합".to_owned(), restarted },
        Record::Adjusted { instrument, scale, price: Some(price("1000")), parts },
    ]
    .into_iter()
    .chain(awaits.map(|awaits| Record::Unadjusted { instrument, scale, awaits }))
    .collect()
}

/// One entry of every kind.
pub(crate) fn all() -> Vec<Entry> {
    let opening = Opening {
        version: "0.1.0".to_owned(),
        command: "run".to_owned(),
        config_path: "설정/qts.toml".to_owned(),
        config: "[account]\n".to_owned(),
        files: vec![File { path: "bots.csv".to_owned(), content: "ts,side\n".to_owned() }],
    };
    let report = |outcome| Entry::Report(ExecReport { order: OrderId(12), ts: Ts(7), outcome });
    let positions = [(Inst(0), Some(qty("5"))), (Inst(2), None)].into();
    let happened = |record| Entry::Happened { cycle: Cycle(3), ts: Ts(8), records: vec![record] };
    let reason = String::new();
    let adjusted = Entry::Adjustment(Adjustment { ts: Ts(9), instrument: Inst(0), scale: scale(), reason });
    let told = [
        Entry::Opening(opening),
        Entry::Epoch(2),
        Entry::Slice(Slice { ts: Ts(1), events: events() }),
        Entry::Scheduled(4),
        Entry::Timer(Ts(i64::MIN)),
        Entry::Positions(PositionReport { ts: Ts(1), positions, is_complete: true }),
        Entry::Link { ts: Ts(1), is_up: true },
        Entry::Line("{\"judge\": true}".to_owned()),
        Entry::Reply("{}".to_owned()),
        Entry::State([0xab; 32]),
        Entry::Closed,
    ];
    told.into_iter()
        .chain(outcomes().into_iter().map(report))
        .chain(records().into_iter().chain(adjustments()).map(happened))
        .chain([adjusted])
        .collect()
}
