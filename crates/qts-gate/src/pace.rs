//! What an owner did lately: the history that some controls look back at.
//!
//! Kept outside the gate, of what was really sent, and handed in; driven by the clock of the slices alone. Only what a
//! policy asks for is kept, so that what no control looks at is nobody's state.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use qts_core::{Inst, Kind, Qty, Ratio, Scale, Side, Span, Ts};

use crate::policy::Controls;

/// One owner's pace: a strategy's, or the account's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pace {
    /// New orders and withdrawals sent in this session.
    pub messages: u64,
    /// Buckets of orders, by the orders that they lose in a second.
    buckets: BTreeMap<Ratio, Bucket>,
    /// Intents admitted lately, oldest first.
    recent: VecDeque<Recent>,
    /// Shares traded in this session, bought or sold.
    traded: BTreeMap<Inst, Qty>,
}

/// How full a bucket was when it was last added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bucket {
    level: Ratio,
    at: Ts,
}

/// What an intent asks for, as far as two may be the same: instrument, side, quantity, price.
pub type Wish = (Inst, Side, Qty, Kind);

/// An intent of which something was sent or crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Recent {
    wish: Wish,
    at: Ts,
}

impl Pace {
    /// Nothing done yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { messages: 0, buckets: BTreeMap::new(), recent: VecDeque::new(), traded: BTreeMap::new() }
    }

    /// How full the bucket that loses `per_second` orders is at `now`. A new one begins as full as the fullest that there
    /// is, so that another rate does not make what was sent forgotten.
    #[must_use]
    pub fn orders_of_late(&self, per_second: Ratio, now: Ts) -> Ratio {
        match self.buckets.get(&per_second) {
            Some(bucket) => bucket.level(per_second, now),
            None => self.buckets.values().map(|bucket| bucket.level(per_second, now)).max().unwrap_or_default(),
        }
    }

    /// How often the same was admitted at most `window` before `now`.
    #[must_use]
    pub fn asked_since(&self, now: Ts, window: Span, wish: Wish) -> u64 {
        let lately = self.recent.iter().rev().take_while(|recent| now.since(recent.at) <= window);
        lately.filter(|recent| recent.wish == wish).map(|_| 1).sum()
    }

    /// Shares traded in this session.
    #[must_use]
    pub fn traded(&self, inst: Inst) -> Qty {
        self.traded.get(&inst).copied().unwrap_or(Qty::ZERO)
    }

    /// An order was sent, of an owner whose policy has these sets of controls.
    pub fn sent_order<'c>(&mut self, now: Ts, controls: impl Iterator<Item = &'c Controls>) {
        let mut rates: BTreeSet<Ratio> = BTreeSet::new();
        let mut counts = false;
        for set in controls {
            rates.extend(set.order_rate.map(|rate| rate.per_second));
            counts |= set.message_limit.is_some();
        }
        let filled = |rate: Ratio| {
            let level = self.orders_of_late(rate, now).checked_add(Ratio::whole(1)).unwrap_or(Ratio::MAX);
            (rate, Bucket { level, at: now })
        };
        let filled: Vec<(Ratio, Bucket)> = rates.into_iter().map(filled).collect();
        self.buckets.extend(filled);
        self.messages += u64::from(counts);
    }

    /// A withdrawal was sent.
    pub fn sent_cancel<'c>(&mut self, mut controls: impl Iterator<Item = &'c Controls>) {
        self.messages += u64::from(controls.any(|set| set.message_limit.is_some()));
    }

    /// Something of an intent was sent or crossed.
    pub fn admitted<'c>(&mut self, now: Ts, wish: Wish, controls: impl Iterator<Item = &'c Controls>) {
        let Some(window) = controls.filter_map(|set| set.duplicate_order).max() else { return };
        self.recent.push_back(Recent { wish, at: now });
        while self.recent.front().is_some_and(|oldest| now.since(oldest.at) > window) {
            self.recent.pop_front();
        }
    }

    /// The market traded with the owner.
    pub fn filled<'c>(&mut self, inst: Inst, qty: Qty, mut controls: impl Iterator<Item = &'c Controls>) {
        if controls.any(|set| set.max_participation.is_some()) {
            let traded = self.traded.entry(inst).or_default();
            *traded = traded.checked_add(qty).unwrap_or(Qty::MAX);
        }
    }

    /// The shares of an instrument have a new scale: what was traded of it is counted on that one, and no wish is the
    /// same as one of before.
    pub fn rescale(&mut self, inst: Inst, scale: Scale) {
        self.recent.retain(|recent| recent.wish.0 != inst);
        if let Some(traded) = self.traded.get_mut(&inst) {
            *traded = scale.qty(*traded);
        }
    }

    /// A session is over: what is counted by session begins again.
    pub fn turn(&mut self) {
        self.messages = 0;
        self.traded.clear();
    }

    /// What of it still matters at `now` to these controls, if anything does.
    #[must_use]
    pub fn alive<'c>(&self, now: Ts, controls: impl Iterator<Item = &'c Controls>) -> Option<Self> {
        let window = controls.filter_map(|set| set.duplicate_order).max();
        let mut alive = self.clone();
        alive.buckets.retain(|rate, bucket| bucket.level(*rate, now) > Ratio::ZERO);
        alive.recent.retain(|recent| window.is_some_and(|window| now.since(recent.at) <= window));
        (alive != Self::new()).then_some(alive)
    }
}

impl Bucket {
    fn level(&self, per_second: Ratio, now: Ts) -> Ratio {
        let seconds = i128::from(now.since(self.at).0);
        let lost = i128::from(per_second.units()) * seconds / i128::from(Span::SECOND.0);
        let left = (i128::from(self.level.units()) - lost).max(0);
        i64::try_from(left).ok().and_then(Ratio::from_units).unwrap_or(Ratio::MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::policy::{OrderRate, Participation, Thresholds};

    const SECOND: i64 = Span::SECOND.0;

    fn limited(per_second: &str) -> Controls {
        let per_second = per_second.parse().expect("a number");
        let order_rate = Some(OrderRate { per_second, burst: Ratio::whole(3) });
        Controls { order_rate, duplicate_order: Some(Span(10 * SECOND)), ..Controls::default() }
    }

    #[test]
    fn a_bucket_fills_with_each_order_and_empties_at_its_rate() {
        let (mut pace, controls) = (Pace::new(), limited("0.5"));
        let rate = controls.order_rate.expect("set").per_second;
        for _ in 0..3 {
            pace.sent_order(Ts(0), [&controls, &controls].into_iter());
        }
        let level = |pace: &Pace, at: i64| pace.orders_of_late(rate, Ts(at)).to_string();
        assert_eq!(
            [0, SECOND, 2 * SECOND, 6 * SECOND, 9 * SECOND].map(|at| level(&pace, at)),
            ["3", "2.5", "2", "0", "0"]
        );
        pace.sent_order(Ts(2 * SECOND), [&controls].into_iter());
        assert_eq!(level(&pace, 4 * SECOND), "2");
        assert_eq!(pace.messages, 0, "nobody counts them");
        assert_eq!(level(&Pace::new(), 0), "0");
    }

    #[test]
    fn another_rate_remembers_what_was_sent_under_the_one_before() {
        let (mut pace, before, now) = (Pace::new(), limited("1"), limited("0.5"));
        for _ in 0..3 {
            pace.sent_order(Ts(0), [&before].into_iter());
        }
        let level =
            |pace: &Pace, rate: &str, at: i64| pace.orders_of_late(rate.parse().expect("a number"), Ts(at)).to_string();
        assert_eq!([level(&pace, "0.5", 0), level(&pace, "0.5", 2 * SECOND)], ["3", "2"]);
        pace.sent_order(Ts(2 * SECOND), [&now].into_iter());
        assert_eq!([level(&pace, "0.5", 2 * SECOND), level(&pace, "1", 2 * SECOND)], ["3", "1"]);
    }

    #[test]
    fn an_intent_is_remembered_as_long_as_the_window_and_no_longer() {
        let (mut pace, controls) = (Pace::new(), limited("1"));
        let wish = |qty: i32| (Inst(0), Side::Buy, Qty::whole(qty), Kind::Market);
        pace.admitted(Ts(0), wish(5), [&controls].into_iter());
        pace.admitted(Ts(4 * SECOND), wish(6), [&controls].into_iter());
        let same = |at: i64, qty: i32| pace.asked_since(Ts(at), Span(10 * SECOND), wish(qty));
        assert_eq!((same(10 * SECOND, 5), same(10 * SECOND + 1, 5), same(14 * SECOND, 6)), (1, 0, 1));
        assert_eq!(same(5 * SECOND, 7), 0);
    }

    #[test]
    fn on_a_new_scale_no_wish_is_the_same_and_what_was_traded_counts_in_new_shares() {
        let (mut pace, controls) = (Pace::new(), limited("1"));
        let participates = crate::policy::Participation { order: None, day: None, where_known: true };
        let controls = Controls { max_participation: Some(participates), ..controls };
        let wish = |inst: u32| (Inst(inst), Side::Buy, Qty::whole(5), Kind::Market);
        for inst in [0, 1] {
            pace.admitted(Ts(0), wish(inst), [&controls].into_iter());
            pace.filled(Inst(inst), Qty::whole(5), [&controls].into_iter());
        }
        pace.rescale(Inst(0), "50".parse().expect("a ratio"));
        let asked = [0, 1].map(|inst| pace.asked_since(Ts(1), Span(10 * SECOND), wish(inst)));
        assert_eq!(asked, [0, 1]);
        assert_eq!([0, 1].map(|inst| pace.traded(Inst(inst))), [Qty::whole(250), Qty::whole(5)]);
    }

    #[test]
    fn what_lies_at_the_end_of_the_window_is_kept_and_what_lies_beyond_is_not() {
        let (controls, wish) = (limited("1"), (Inst(0), Side::Buy, Qty::whole(5), Kind::Market));
        let admitted = |times: &[i64]| {
            let mut pace = Pace::new();
            times.iter().for_each(|at| pace.admitted(Ts(*at), wish, [&controls].into_iter()));
            pace
        };
        assert_eq!(admitted(&[0, 10 * SECOND]).asked_since(Ts(10 * SECOND), Span(10 * SECOND), wish), 2);
        assert_eq!(admitted(&[0, 11 * SECOND]), admitted(&[11 * SECOND]));
    }

    #[test]
    fn a_session_counts_from_its_beginning() {
        let (mut pace, counts) = (Pace::new(), Thresholds::limit(9));
        let volume = Participation { order: None, day: Some(Ratio::whole(1)), where_known: false };
        let controls = Controls { message_limit: Some(counts), max_participation: Some(volume), ..Controls::default() };
        pace.sent_order(Ts(0), [&controls].into_iter());
        pace.filled(Inst(0), Qty::whole(5), [&controls].into_iter());
        assert_eq!((pace.messages, pace.traded(Inst(0))), (1, Qty::whole(5)));
        pace.turn();
        assert_eq!((pace.messages, pace.traded(Inst(0))), (0, Qty::ZERO));
    }

    #[test]
    fn a_bucket_matters_until_it_is_empty() {
        let mut pace = Pace::new();
        pace.sent_order(Ts(0), [&limited("1")].into_iter());
        let alive = |at: i64| pace.alive(Ts(at), std::iter::empty()).is_some();
        assert_eq!([0, SECOND - 1, SECOND].map(alive), [true, true, false]);
    }

    #[test]
    fn what_does_not_matter_any_more_is_no_state() {
        let (mut pace, controls) = (Pace::new(), limited("1"));
        pace.sent_order(Ts(0), [&controls].into_iter());
        pace.admitted(Ts(0), (Inst(0), Side::Buy, Qty::whole(1), Kind::Market), [&controls].into_iter());
        let alive = |at: i64| pace.alive(Ts(at), [&controls].into_iter()).is_some();
        assert_eq!([0, 10 * SECOND, 10 * SECOND + 1].map(alive), [true, true, false]);
        let mut none = Pace::new();
        none.sent_order(Ts(0), [&Controls::default()].into_iter());
        none.filled(Inst(0), Qty::whole(5), [&Controls::default()].into_iter());
        assert_eq!(none, Pace::new(), "kept only where a policy asks");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]
        #[test]
        fn it_admits_what_a_bucket_of_tokens_admits(
            gaps in prop::collection::vec(prop_oneof![Just(0), 0..3_000_i64], 1..40), tenths in 1..40_i64, burst in 1..6_i64
        ) {
            // Told from the other side: tokens come at the rate, at most `burst` are kept, each order takes one. In
            // milliseconds and ten-thousandths of an order, where everything is whole.
            let controls = limited(&format!("{}.{}", tenths / 10, tenths % 10));
            let rate = controls.order_rate.expect("set").per_second;
            let (one, mut now, mut tokens, mut pace) = (10_000, 0, burst * 10_000, Pace::new());
            for gap in gaps {
                now += gap;
                tokens = (tokens + gap * tenths).min(burst * one);
                let at = Ts(now * 1_000_000);
                let level = pace.orders_of_late(rate, at).checked_add(Ratio::whole(1)).expect("small");
                let admits = level <= Ratio::whole(i32::try_from(burst).expect("small"));
                prop_assert_eq!(admits, tokens >= one);
                if admits {
                    tokens -= one;
                    pace.sent_order(at, [&controls].into_iter());
                }
            }
        }
    }
}
