//! The words of `qts-core` as bytes.

use std::borrow::Cow;

use qts_core::{
    Adjusted, Amount, Bar, CancelRequest, Child, Code, Cross, Cycle, Day, Decision, DecisionId, ExecId, ExecReport,
    Inst, Kind, MarketEvent, Mode, Money, OrderId, Outcome, Payload, Price, Qty, Quote, Ratio, Reason, Scale, Scope,
    Side, Slice, Span, Stage, StrategyId, Tif, Trade, Ts,
};

use crate::bytes::{Broken, Bytes, Reader, choice, fields, put_text};

macro_rules! wrapped {
    ($($type:ident),+) => { $(
        impl Bytes for $type {
            fn put(&self, out: &mut Vec<u8>) {
                self.0.put(out);
            }

            fn take(from: &mut Reader<'_>) -> Result<Self, Broken> {
                Bytes::take(from).map(Self)
            }
        }
    )+ };
}

wrapped!(Ts, Span, Day, Inst, Cycle, OrderId, ExecId);

macro_rules! bounded {
    ($($type:ident $what:literal),+) => { $(
        impl Bytes for $type {
            fn put(&self, out: &mut Vec<u8>) {
                self.units().put(out);
            }

            fn take(from: &mut Reader<'_>) -> Result<Self, Broken> {
                Self::from_units(i64::take(from)?).ok_or(Broken::Range($what))
            }
        }
    )+ };
}

bounded!(Price "a price", Qty "a quantity", Ratio "a fraction");

impl Bytes for Money {
    fn put(&self, out: &mut Vec<u8>) {
        self.units().put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Broken> {
        i128::take(from).map(Self::from_units)
    }
}

impl Bytes for Scale {
    fn put(&self, out: &mut Vec<u8>) {
        self.new_shares().put(out);
        self.old_shares().put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Broken> {
        let terms = (u64::take(from)?, u64::take(from)?);
        // One value, one form: lowest terms.
        let found = Self::new(terms.0, terms.1).filter(|scale| (scale.new_shares(), scale.old_shares()) == terms);
        found.ok_or(Broken::Range("a ratio of shares"))
    }
}

impl Bytes for StrategyId {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(self.as_str(), out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Broken> {
        String::take(from).map(|text| Self::new(&text))
    }
}

impl Bytes for Cow<'static, str> {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(self, out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Broken> {
        String::take(from).map(Cow::Owned)
    }
}

/// Codes have numbers of their own, which are stable.
impl Bytes for Code {
    fn put(&self, out: &mut Vec<u8>) {
        (*self as u16).put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Broken> {
        let number = u16::take(from)?;
        let found = Self::ALL.iter().find(|code| **code as u16 == number);
        found.copied().ok_or(Broken::Unknown { what: "reason code", number: number.into() })
    }
}

choice!(Side, "a side" { 0 Buy, 1 Sell });
choice!(Tif, "a time in force" { 0 Day, 1 Gtc, 2 Ioc, 3 Fok });
choice!(Kind, "a kind of order" { 0 Market, 1 Limit(price) });
choice!(Mode, "a mode" { 0 Active, 1 ReduceOnly, 2 Halted, 3 Killed });
choice!(Stage, "a stage" { 0 Pass, 1 Warn, 2 Reduce, 3 Block });
choice!(Scope, "a scope" { 0 Strategy, 1 Arbitration, 2 Account });
choice!(Amount, "an amount" {
    0 Qty(qty), 1 Money(money), 2 Price(price), 3 Ratio(ratio), 4 Count(count), 5 Span(span)
});
choice!(Payload, "a kind of event" { 0 Bar(bar), 1 Quote(quote), 2 Trade(trade) });
choice!(Outcome, "an outcome" {
    0 Accepted, 1 Rejected(why), 2 Filled { exec, qty, price, fee }, 3 Canceled, 4 CancelRefused, 5 Expired, 6 Timeout,
    7 NeverArrived
});

fields! {
    Bar { from, open, high, low, close, volume, whole_session }
    Quote { bid, ask, bid_size, ask_size }
    Trade { price, size }
    MarketEvent { instrument, ts, day, session_end, next_day, payload }
    Slice { ts, events }
    ExecReport { order, ts, outcome }
    DecisionId { cycle, strategy, emission }
    Reason { scope, code, stage, observed, limit }
    Decision { id, owner, instrument, side, kind, tif, asked, sent, crossed, reasons, why }
    Child { decision, owner, qty }
    Cross { instrument, seller, buyer, qty, price }
    Adjusted { owner, before, after, cash }
    CancelRequest { order, strategy, instrument, why }
}
