//! Sharing a quantity among several owners: the quota method of Balinski and Young.
//!
//! For targets w₁…wₙ with sum W, unit k = 1, 2, … goes, among the owners with aᵢ·W < wᵢ·k, to the one with the
//! largest wᵢ/(aᵢ+1), ties to the first (owners come best rank first). It never takes a unit back, stays within
//! the quota `⌊wᵢk/W⌋ ≤ aᵢ ≤ ⌈wᵢk/W⌉`, is exact at completion, and does not depend on how fills are batched
//! (`risk-reference.md` §3.5). Units are whole lots; the part of a fill below a lot belongs to the owner that
//! gets the next lot. With g = gcd(w) the sequence repeats after W/g units, and for two owners it is D'Hondt's,
//! which has a closed form; both keep it cheap for large fills.

use crate::Qty;

/// The state of sharing out one order: who has got how much so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    lot: i64,
    targets: Vec<i64>,
    given: Vec<i64>,
    /// Targets in lots, a last piece below a lot counted as one.
    weights: Vec<u64>,
    /// Lots begun per owner.
    begun: Vec<u64>,
    /// The owner whose lot is not full yet, and what is missing of it.
    unfinished: Option<(usize, i64)>,
}

/// Shares `total` among `targets` at once: what a new [`Allocation`] gives for one fill.
#[must_use]
pub fn allocate(targets: &[Qty], total: Qty, lot: Qty) -> Vec<Qty> {
    Allocation::new(targets, lot).advance(total).0
}

impl Allocation {
    /// Nothing shared out yet among these targets (none below zero), in lots of `lot` (above zero).
    #[must_use]
    pub fn new(targets: &[Qty], lot: Qty) -> Self {
        let lot = lot.units().max(1);
        let targets: Vec<i64> = targets.iter().map(|target| target.units().max(0)).collect();
        let weights = targets.iter().map(|target| (target.unsigned_abs()).div_ceil(lot.unsigned_abs())).collect();
        let count = targets.len();
        Self { lot, targets, given: vec![0; count], weights, begun: vec![0; count], unfinished: None }
    }

    /// What each owner still lacks.
    #[must_use]
    pub fn remaining(&self) -> Vec<Qty> {
        self.targets.iter().zip(&self.given).filter_map(|(target, given)| Qty::from_units(target - given)).collect()
    }

    /// Shares out `qty` more: each owner's share of it, and what exceeds the sum of the targets.
    #[must_use]
    pub fn advance(&mut self, qty: Qty) -> (Vec<Qty>, Qty) {
        let before = self.given.clone();
        let mut left = qty.units().max(0);
        while left > 0 {
            left = if let Some((owner, missing)) = self.unfinished.take() {
                self.fill(owner, missing, left)
            } else if let Some(after_jump) = self.jump(left) {
                after_jump
            } else if let Some(owner) = self.next() {
                self.begun[owner] += 1;
                let size = self.lot.min(self.targets[owner] - self.given[owner]);
                self.fill(owner, size, left)
            } else {
                break;
            };
        }
        let shares = self.given.iter().zip(&before).filter_map(|(now, then)| Qty::from_units(now - then)).collect();
        (shares, Qty::from_units(left).unwrap_or(Qty::MAX))
    }

    fn fill(&mut self, owner: usize, missing: i64, left: i64) -> i64 {
        let take = missing.min(left);
        self.given[owner] += take;
        if take < missing {
            self.unfinished = Some((owner, missing - take));
        }
        left - take
    }

    /// Who gets the next lot, if anybody lacks one.
    fn next(&self) -> Option<usize> {
        let before: u64 = self.begun.iter().sum();
        let after = self.walk(self.begun.clone(), before, before + 1);
        after.iter().zip(&self.begun).position(|(after, before)| after > before)
    }

    /// Takes all whole lots of `left` in one stride; returns what is left of it then.
    fn jump(&mut self, left: i64) -> Option<i64> {
        let even = self.targets.iter().all(|target| target % self.lot == 0);
        let done: u64 = self.begun.iter().sum();
        let total: u64 = self.weights.iter().sum();
        let lots = (left / self.lot).unsigned_abs().min(total - done);
        if !even || lots == 0 {
            return None;
        }
        for (owner, begun) in self.state_at(done + lots, done).into_iter().enumerate() {
            self.given[owner] += i64::try_from(begun - self.begun[owner]).unwrap_or(0) * self.lot;
            self.begun[owner] = begun;
        }
        Some(left - i64::try_from(lots).unwrap_or(0) * self.lot)
    }

    /// Lots per owner after `goal` lots: by a closed form, or walked from the last known state before it.
    fn state_at(&self, goal: u64, done: u64) -> Vec<u64> {
        if let [first, second] = self.weights[..] {
            let lots = first_of_two(first, second, goal);
            return vec![lots, goal - lots];
        }
        let common = self.weights.iter().copied().fold(0, gcd).max(1);
        let period = (self.weights.iter().sum::<u64>() / common).max(1);
        let start = goal / period * period;
        if start > done {
            let whole = self.weights.iter().map(|weight| weight / common * (start / period)).collect();
            self.walk(whole, start, goal)
        } else {
            self.walk(self.begun.clone(), done, goal)
        }
    }

    /// Hands out the lots `from + 1` to `to` one by one, as far as anybody lacks one.
    fn walk(&self, mut begun: Vec<u64>, from: u64, to: u64) -> Vec<u64> {
        let total: u64 = self.weights.iter().sum();
        // The first step at which an owner may get its next lot: the least k with begun·W < w·k.
        let from_when = |weight: u64, begun: u64| match u128::from(weight) {
            0 => u64::MAX,
            weight => u64::try_from(u128::from(begun) * u128::from(total) / weight + 1).unwrap_or(u64::MAX),
        };
        let mut eligible: Vec<u64> =
            self.weights.iter().zip(&begun).map(|(weight, begun)| from_when(*weight, *begun)).collect();
        let claim = |a: usize, b: usize, begun: &[u64]| {
            let (of_a, of_b) = (u128::from(self.weights[a]), u128::from(self.weights[b]));
            of_a * u128::from(begun[b] + 1) > of_b * u128::from(begun[a] + 1)
        };
        for step in from + 1..=to.min(total) {
            let able = (0..begun.len()).filter(|owner| eligible[*owner] <= step);
            let best = able.reduce(|best, owner| if claim(owner, best, &begun) { owner } else { best });
            let Some(owner) = best else { break };
            begun[owner] += 1;
            eligible[owner] = from_when(self.weights[owner], begun[owner]);
        }
        begun
    }
}

const fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Lots of the first of two owners after `goal` lots: the most `j` whose j-th claim w₁/j is among the `goal` largest
/// claims of both (the first wins ties). Two owners never leave the quota, so eligibility cannot bind.
fn first_of_two(first: u64, second: u64, goal: u64) -> u64 {
    let (first, second, goal) = (u128::from(first), u128::from(second), u128::from(goal));
    let within = |j: u128| j + (second * j).div_ceil(first).saturating_sub(1) <= goal;
    let (mut low, mut high) = (0, first.min(goal));
    while low < high {
        let middle = (low + high).div_ceil(2);
        if within(middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    u64::try_from(low).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, unit by unit.
    fn naive(weights: &[u64], goal: u64) -> Vec<u64> {
        let total: u128 = weights.iter().map(|w| u128::from(*w)).sum();
        let mut a = vec![0u64; weights.len()];
        for k in 1..=u128::from(goal) {
            let eligible = (0..a.len()).filter(|i| u128::from(a[*i]) * total < u128::from(weights[*i]) * k);
            let best = eligible.reduce(|x, y| {
                let y_larger =
                    u128::from(weights[y]) * u128::from(a[x] + 1) > u128::from(weights[x]) * u128::from(a[y] + 1);
                if y_larger { y } else { x }
            });
            a[best.expect("somebody is below quota")] += 1;
        }
        a
    }

    fn whole(numbers: &[u64]) -> Vec<Qty> {
        numbers.iter().map(|n| Qty::whole(i32::try_from(*n).expect("small"))).collect()
    }

    #[test]
    fn nobody_loses_a_share_when_one_more_fills() {
        let lot = Qty::whole(1);
        let steps = [1, 2, 3, 4, 5, 6, 7].map(|filled| allocate(&whole(&[3, 3, 1]), Qty::whole(filled), lot));
        let want = [[1, 0, 0], [1, 1, 0], [2, 1, 0], [2, 2, 0], [3, 2, 0], [3, 3, 0], [3, 3, 1]];
        assert_eq!(steps, want.map(|shares| whole(&shares)));
    }

    #[test]
    fn five_hundred_single_fills_of_two_to_one_are_shared_two_to_one() {
        let mut sharing = Allocation::new(&whole(&[1000, 500]), Qty::whole(1));
        let mut sum = [Qty::ZERO; 2];
        for _ in 0..500 {
            let (shares, _) = sharing.advance(Qty::whole(1));
            sum = [0, 1].map(|i: usize| sum[i].checked_add(shares[i]).expect("small"));
        }
        assert_eq!(sum, [Qty::whole(334), Qty::whole(166)]);
    }

    #[test]
    fn a_piece_below_a_lot_goes_to_the_owner_of_the_next_lot() {
        let mut sharing = Allocation::new(&whole(&[20, 10]), Qty::whole(10));
        let fills = [4, 6, 5, 15].map(|qty| sharing.advance(Qty::whole(qty)).0);
        assert_eq!(fills, [whole(&[4, 0]), whole(&[6, 0]), whole(&[5, 0]), whole(&[5, 10])]);
    }

    #[test]
    fn targets_off_the_lot_are_met_exactly() {
        let mut sharing = Allocation::new(&whole(&[15, 10]), Qty::whole(10));
        let (shares, surplus) = sharing.advance(Qty::whole(30));
        assert_eq!((shares, surplus), (whole(&[15, 10]), Qty::whole(5)));
    }

    #[test]
    fn huge_orders_of_two_are_shared_at_once() {
        let most = Qty::from_units(4_000_000_000_000_000_001).expect("in range");
        let (shares, _) = Allocation::new(&[most, Qty::whole(7)], Qty::from_units(1).expect("a unit")).advance(most);
        assert!(shares[0] < most);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100_000))]
        #[test]
        fn the_fast_form_is_the_definition_for_any_batching(
            weights in prop::collection::vec(1u64..40, 1..6), factor in 1u64..4, batches in prop::collection::vec(1i32..40, 1..8)
        ) {
            let weights: Vec<u64> = weights.iter().map(|w| w * factor).collect();
            let total: u64 = weights.iter().sum();
            let mut sharing = Allocation::new(&whole(&weights), Qty::whole(1));
            let (mut filled, mut sums) = (0u64, vec![0u64; weights.len()]);
            for batch in batches {
                let batch = u64::from(batch.unsigned_abs()).min(total - filled);
                filled += batch;
                let (shares, surplus) = sharing.advance(whole(&[batch])[0]);
                prop_assert!(surplus.is_zero());
                for (sum, share) in sums.iter_mut().zip(shares) {
                    prop_assert!(share >= Qty::ZERO);
                    *sum += share.units().unsigned_abs() / 100_000_000;
                }
                prop_assert_eq!(&sums, &naive(&weights, filled));
                for (sum, weight) in sums.iter().zip(&weights) {
                    prop_assert!(weight * filled / total <= *sum && *sum <= (weight * filled).div_ceil(total));
                }
                prop_assert_eq!(sums.iter().sum::<u64>(), filled);
            }
        }
    }
}
