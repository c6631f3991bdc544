//! The words of the loop and of the runtime as bytes.

use std::collections::BTreeMap;

use qts_core::{Decision, Inst, Qty};
use qts_loop::{OrderState, Step};
use qts_runtime::{Adjustment, Awaits, Failure, Invalid, Lifting, PositionReport, Record, Share, Target, Verb};

use crate::bytes::{Broken, Bytes, Reader, choice, fields};

choice!(OrderState, "an order state" {
    0 Created, 1 Submitted, 2 Accepted, 3 PartiallyFilled, 4 PendingCancel, 5 InDoubt, 6 Filled, 7 Rejected,
    8 Canceled, 9 Expired, 10 NeverArrived, 11 Terminal
});
choice!(Step, "a step of the loop" {
    0 Sent, 1 Refused, 2 Blocked, 3 BlockedAfterResponse, 4 Void, 5 NotCancelable, 6 Stopped
});
choice!(Invalid, "a kind of invalid intent" {
    0 UnknownInstrument, 1 NotSubscribed, 2 Quantity, 3 OffLot { qty, lot }, 4 Limit(limit), 5 OffTick { limit, tick },
    6 ForeignOrder
});
choice!(Failure, "a kind of failure" { 0 Panic(why), 1 Error(why), 2 InvalidIntent(emission, invalid), 3 TooMany(count) });
choice!(Verb, "a command" {
    0 Register, 1 Unregister, 2 Enable, 3 Disable, 4 ReduceOnly, 5 Shadow, 6 Flatten, 7 Kill, 8 Rearm, 9 SetPolicy
});
choice!(Target, "a target" { 0 Account, 1 Strategy(id), 2 Instrument(inst) });
choice!(Lifting, "a reason of lifting" { 0 Command, 1 Session, 2 Resolved });
choice!(Awaits, "what an adjustment waits for" { 0 Orders, 1 Price, 2 Range, 3 Earlier });
choice!(Record, "a record" {
    0 Decision(decision),
    1 Cross(cross),
    2 Cancel(request),
    3 Sent { order, instrument, side, kind, tif, qty, children },
    4 Halted { children, step },
    5 Fill { order, instrument, side, qty, price, fee, shares, late },
    6 Ended { order, how, why },
    7 Refused { order, what },
    8 Failed { strategy, failure },
    9 Quarantined { strategy },
    10 Commanded { command, verb, target, refused },
    11 Tripped { target, code, mode, observed, limit },
    12 Lifted { target, code, mode, by, baseline },
    13 PolicySet { target, policy, version, hash, loosened },
    14 Link { is_up },
    15 Rescaled { instrument, scale, reason, restarted },
    16 Adjusted { instrument, scale, price, parts },
    17 Unadjusted { instrument, scale, awaits }
});

fields! {
    Share { owner, qty, fee }
    PositionReport { ts, positions, is_complete }
    Adjustment { ts, instrument, scale, reason }
}

impl Bytes for Box<Decision> {
    fn put(&self, out: &mut Vec<u8>) {
        (**self).put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Broken> {
        Decision::take(from).map(Self::new)
    }
}

impl Bytes for BTreeMap<Inst, Option<Qty>> {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        for (inst, qty) in self {
            inst.put(out);
            qty.put(out);
        }
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Broken> {
        let pairs = Vec::<(Inst, Option<Qty>)>::take(from)?;
        let ascends = pairs.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if ascends { Ok(pairs.into_iter().collect()) } else { Err(Broken::Range("a list of positions")) }
    }
}
