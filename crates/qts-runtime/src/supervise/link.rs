//! E5 `unreconciled`: is the link to the broker there?
//!
//! When it is lost, everything that works is wanted withdrawn, as soon as it can be: while the link is down no
//! withdrawal is tried, since it would be lost, and the state table has no second one. Orders that were good for the
//! day die with it even if nobody can withdraw them; an order good till cancelled does not, which is the choice of
//! whoever sent it.
//!
//! - *formula*: the link is down, or was, and no complete report of positions matched since
//! - *unit*: none
//! - *scope*: account
//! - *levels*: none; the account is halted until a complete report of positions matches the books; no command lifts
//!   that
//! - *exits*: refused; the operator's flatten waits for the link
//! - *conservative*: always on
//! - *source*: E5

use qts_core::{Mode, Ts};
use qts_gate::{Cause, Restraint};

use crate::command::Target;
use crate::pipeline::Runtime;
use crate::record::{Effects, Record};

impl Runtime {
    /// The link to the broker went down, or came up.
    pub(crate) fn note_link(&mut self, ts: Ts, is_up: bool, out: &mut Effects) {
        self.now = self.now.max(ts);
        out.record(Record::Link { is_up });
        self.supervisors.link_is_down = !is_up;
        if is_up {
            let cancels = self.unwanted_orders();
            return self.judge(Vec::new(), &cancels, out, None);
        }
        let restraint = Restraint { mode: Mode::Halted, observed: None, limit: None };
        self.trip(&Target::Account, Cause::Link, restraint, out);
        self.withdraw(&Target::Account);
    }
}
