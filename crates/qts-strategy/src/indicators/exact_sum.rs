//! A sum of floats that is never rounded, so that what was added can be taken away again.
//!
//! For `Sma`; it must not know about windows. The sum is kept as a few floats that do not
//! overlap (J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust
//! Geometric Predicates", 1997, grow-expansion with zero elimination).
//!
//! Invariants: `parts` ascend in magnitude, none is zero, no two share a bit position, and
//! together they equal the true sum, provided that no intermediate sum overflows (the caller's
//! duty). Prices need two or three parts; `f64` has room for about forty, so work is bounded.

/// The exact sum of all numbers added so far.
#[derive(Debug, Clone, Default)]
pub(super) struct ExactSum {
    parts: Vec<f64>,
}

impl ExactSum {
    /// Adds `x` without error; adding `-x` later undoes it without trace.
    pub(super) fn add(&mut self, x: f64) {
        let mut carry = x;
        self.parts.retain_mut(|part| {
            let (sum, error) = two_sum(carry, *part);
            carry = sum;
            *part = error;
            error != 0.0
        });
        if carry != 0.0 {
            self.parts.push(carry);
        }
    }

    /// The sum divided by `count` (1 or more, a whole number below 2^53).
    ///
    /// Depends on the true sum alone, not on the road to it. Twice the precision of `f64` goes
    /// into the division, so the mean of equal numbers is that number, exactly.
    pub(super) fn mean(&mut self, count: f64) -> f64 {
        let (high, low) = self.split();
        let quotient = high / count;
        let remainder = quotient.mul_add(-count, high) + low;
        quotient + remainder / count
    }

    /// The nearest float to the sum, and the nearest float to what that leaves.
    fn split(&mut self) -> (f64, f64) {
        let high = self.nearest();
        self.add(-high);
        let low = self.nearest();
        self.add(high);
        (high, low)
    }

    /// The sum, rounded once, to nearest, ties to even.
    fn nearest(&self) -> f64 {
        let mut descending = self.parts.iter().rev().copied();
        let mut total = descending.next().unwrap_or(0.0);
        let mut error = 0.0;
        for part in descending.by_ref() {
            (total, error) = two_sum(total, part);
            if error != 0.0 {
                break;
            }
        }
        // The parts below cannot reach half a unit of `total`, but they can tip an exact tie.
        match descending.next() {
            Some(below) if (below > 0.0) == (error > 0.0) => break_tie(total, error),
            _ => total,
        }
    }
}

/// Moves `total` one unit towards `error` if `error` is exactly half a unit, else leaves it.
fn break_tie(total: f64, error: f64) -> f64 {
    let moved = total + 2.0 * error;
    if moved - total == 2.0 * error { moved } else { total }
}

/// The rounded sum of two floats and its rounding error, exactly (D. E. Knuth, The Art of
/// Computer Programming, vol. 2, section 4.2.2, theorem B).
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let from_b = sum - a;
    let from_a = sum - from_b;
    (sum, (a - from_a) + (b - from_b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::fixtures::Lcg;

    fn sum_of(numbers: &[f64]) -> ExactSum {
        let mut sum = ExactSum::default();
        for &x in numbers {
            sum.add(x);
        }
        sum
    }

    #[test]
    fn nothing_added_is_zero() {
        assert_eq!(ExactSum::default().nearest(), 0.0);
        assert_eq!(ExactSum::default().mean(3.0), 0.0);
    }

    #[test]
    fn small_numbers_survive_between_large_ones() {
        assert_eq!(sum_of(&[1e200, 1.0, -1e200]).nearest(), 1.0);
        assert_eq!(sum_of(&[1e16, 1.0, 1e-16, -1e16, -1.0]).nearest(), 1e-16);
    }

    #[test]
    fn ten_tenths_are_one() {
        assert_eq!(sum_of(&[0.1; 10]).nearest(), 1.0);
    }

    #[test]
    fn a_tie_goes_to_even_unless_something_below_tips_it() {
        let one_and_half_unit = [1.0, f64::EPSILON / 2.0];
        assert_eq!(sum_of(&one_and_half_unit).nearest(), 1.0);
        let tipped = [1.0, f64::EPSILON / 2.0, 1e-40];
        assert_eq!(sum_of(&tipped).nearest(), 1.0 + f64::EPSILON);
        let held = [1.0, f64::EPSILON / 2.0, -1e-40];
        assert_eq!(sum_of(&held).nearest(), 1.0);
    }

    #[test]
    fn order_does_not_matter_and_subtraction_leaves_no_trace() {
        let mut lcg = Lcg::new(7);
        let numbers: Vec<f64> =
            (0..500).map(|_| (lcg.unit() - 0.5) * 10f64.powi((lcg.unit() * 80.0) as i32 - 40)).collect();
        let mut forwards = sum_of(&numbers);
        let backwards: Vec<f64> = numbers.iter().rev().copied().collect();
        let mut reversed = sum_of(&backwards);
        assert_eq!(forwards.mean(500.0), reversed.mean(500.0));
        for &x in &numbers {
            forwards.add(-x);
            assert!(forwards.parts.len() <= 40, "{} parts", forwards.parts.len());
        }
        assert!(forwards.parts.is_empty());
    }

    #[test]
    fn taking_the_mean_does_not_change_the_sum() {
        let mut sum = sum_of(&[0.1, 0.2, 0.3, 1e20, 1e-20]);
        let first = sum.mean(5.0);
        assert_eq!(sum.mean(5.0), first);
        for x in [0.1, 0.2, 0.3, 1e20, 1e-20] {
            sum.add(-x);
        }
        assert!(sum.parts.is_empty());
    }
}
