//! A new scale of shares: what a split, a reverse split or a bonus issue makes of prices, quantities and books.
//!
//! Everything is an exact fraction until the account is paid: an owner of `p` old shares is entitled to `p·new/old` new
//! ones. The account gets the whole steps of the sum; each owner the whole steps of its own entitlement, and those that
//! are left over by largest fraction, ties to the first. What an owner got less, or more, than its entitlement is
//! settled in money at the new price: the account's fraction is rounded to the minor unit once and shared by largest
//! remainder. So nothing is lost between the books, and a book that got more pays for it.

use std::fmt;
use std::str::FromStr;

use crate::{Money, NumError, Price, Qty, Ratio, SCALE};

/// The largest term of a ratio in its lowest terms.
const MOST: u64 = 1_000_000_000;

/// So many new shares for so many old ones, in lowest terms, neither of them zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    new: u64,
    old: u64,
}

/// Why a text is no ratio of new shares to old ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScaleError {
    /// Neither a decimal nor a fraction of two whole numbers, or out of range.
    Number(NumError),
    /// Not above zero.
    NotPositive,
}

impl fmt::Display for ScaleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(NumError::NotANumber) => {
                f.write_str("it is neither a decimal nor a fraction such as \"1/10\"")
            }
            Self::Number(why) => write!(f, "{why}"),
            Self::NotPositive => f.write_str("it is not above zero"),
        }
    }
}

impl std::error::Error for ScaleError {}

impl Scale {
    /// `new` shares for `old` ones; `None` if one of them is zero, or more than 10⁹ in lowest terms.
    #[must_use]
    pub const fn new(new: u64, old: u64) -> Option<Self> {
        if new == 0 || old == 0 {
            return None;
        }
        let common = gcd(new as u128, old as u128) as u64;
        let (new, old) = (new / common, old / common);
        if new > MOST || old > MOST { None } else { Some(Self { new, old }) }
    }

    /// New shares, of so many [`Self::old_shares`].
    #[must_use]
    pub const fn new_shares(self) -> u64 {
        self.new
    }

    /// Old shares, for so many [`Self::new_shares`].
    #[must_use]
    pub const fn old_shares(self) -> u64 {
        self.old
    }

    /// Does nothing change?
    #[must_use]
    pub const fn is_one(self) -> bool {
        self.new == self.old
    }

    /// The way back.
    #[must_use]
    pub const fn inverse(self) -> Self {
        Self { new: self.old, old: self.new }
    }

    /// A price of the old scale on the new one, floored to 10⁻⁸; `None` if nothing is left of it, or beyond the range.
    #[must_use]
    pub fn price(self, old: Price) -> Option<Price> {
        let units = i128::from(old.units()) * i128::from(self.old) / i128::from(self.new);
        i64::try_from(units).ok().and_then(Price::from_units).filter(|price| price.is_positive())
    }

    /// What an account that held so many old shares holds: whole steps, towards zero; at most [`Qty::MAX`].
    #[must_use]
    pub fn whole_steps(self, old: Qty, step: Qty) -> Qty {
        let step = i128::from(step.units().max(1));
        let steps = i128::from(old.units()) * i128::from(self.new) / (i128::from(self.old) * step);
        let units = steps.checked_mul(step).and_then(|units| i64::try_from(units).ok());
        units.and_then(Qty::from_units).unwrap_or(if old < Qty::ZERO { -Qty::MAX } else { Qty::MAX })
    }

    /// A number of shares of the old scale on the new one, the part below 10⁻⁸ left out; at most [`Qty::MAX`].
    #[must_use]
    pub fn qty(self, old: Qty) -> Qty {
        let units = i128::from(old.units()) * i128::from(self.new) / i128::from(self.old);
        i64::try_from(units).ok().and_then(Qty::from_units).unwrap_or(Qty::MAX)
    }
}

impl FromStr for Scale {
    type Err = ScaleError;

    fn from_str(text: &str) -> Result<Self, ScaleError> {
        let (new, old) = match text.split_once('/') {
            Some((new, old)) => (whole(new)?, whole(old)?),
            None => (units(text)?, SCALE),
        };
        if new <= 0 || old <= 0 {
            return Err(ScaleError::NotPositive);
        }
        Self::new(new.unsigned_abs(), old.unsigned_abs()).ok_or(ScaleError::Number(NumError::OutOfRange))
    }
}

fn units(text: &str) -> Result<i64, ScaleError> {
    text.trim().parse::<Ratio>().map(Ratio::units).map_err(ScaleError::Number)
}

/// A whole number.
fn whole(text: &str) -> Result<i64, ScaleError> {
    let units = units(text)?;
    if units % SCALE == 0 { Ok(units / SCALE) } else { Err(ScaleError::Number(NumError::NotANumber)) }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.old {
            1 => write!(f, "{}", self.new),
            old => write!(f, "{}/{old}", self.new),
        }
    }
}

/// What an instrument says about its shares and its money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settling {
    /// The smallest unit in which it is held.
    pub step: Qty,
    /// Its price on the new scale, where one is known.
    pub price: Option<Price>,
    /// The smallest unit of its money.
    pub minor: Money,
}

/// What an owner has on the new scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// Shares held; negative is short.
    pub position: Qty,
    /// What it was paid for the fraction that it did not get; negative: what it paid for what it got too much, or for
    /// the fraction by which it was short.
    pub cash: Money,
}

/// Why positions cannot be brought to a new scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsettled {
    /// A fraction is to be settled, and no price is known.
    NoPrice,
    /// A position, or what it cost, would leave the range of numbers.
    OutOfRange,
}

/// These positions on the new scale, ties to those that come first.
///
/// # Errors
/// There is no price to settle fractions at, or a number leaves its range.
pub fn settle(positions: &[Qty], scale: Scale, how: Settling) -> Result<Vec<Settled>, Unsettled> {
    let step = i128::from(how.step.units().max(1));
    // Everything in `old`-ths of a unit, so that it is whole.
    let (new, old) = (i128::from(scale.new), i128::from(scale.old));
    let entitled: Vec<i128> = positions.iter().map(|position| i128::from(position.units()) * new).collect();
    let account = entitled.iter().sum::<i128>() / (old * step);
    let steps = share_out(account, &entitled, old * step);
    let fractions: Vec<i128> =
        entitled.iter().zip(&steps).map(|(entitled, steps)| entitled - steps * step * old).collect();
    let cash = pay(&fractions, old, how)?;
    let position = |steps: i128| i64::try_from(steps.checked_mul(step)?).ok().and_then(Qty::from_units);
    let each = steps.iter().zip(cash).map(|(steps, cash)| Some(Settled { position: position(*steps)?, cash }));
    let all: Option<Vec<Settled>> = each.collect();
    all.filter(|_| position(account).is_some()).ok_or(Unsettled::OutOfRange)
}

/// What each is paid for its fraction, in `old`-ths of a unit of shares.
fn pay(fractions: &[i128], old: i128, how: Settling) -> Result<Vec<Money>, Unsettled> {
    if fractions.iter().all(|fraction| *fraction == 0) {
        return Ok(vec![Money::ZERO; fractions.len()]);
    }
    let price = i128::from(how.price.ok_or(Unsettled::NoPrice)?.units());
    // Worth of a fraction in minor units: fraction · price / coin.
    let coin = [old, SCALE.into(), how.minor.units().max(1)].into_iter().try_fold(1_i128, i128::checked_mul);
    let coin = coin.ok_or(Unsettled::OutOfRange)?;
    let worth: Option<Vec<i128>> = fractions.iter().map(|fraction| fraction.checked_mul(price)).collect();
    let worth = worth.ok_or(Unsettled::OutOfRange)?;
    let sum = worth.iter().try_fold(0_i128, |sum, worth| sum.checked_add(*worth)).ok_or(Unsettled::OutOfRange)?;
    let doubled = sum.checked_mul(2).and_then(|sum| sum.checked_add(coin)).ok_or(Unsettled::OutOfRange)?;
    let account = doubled.div_euclid(coin.checked_mul(2).ok_or(Unsettled::OutOfRange)?);
    let coins = share_out(account, &worth, coin);
    Ok(coins.into_iter().map(|coins| Money::from_units(coins * how.minor.units().max(1))).collect())
}

/// Shares out `total` whole things among claims in `whole`-ths of one: to each the whole ones of its claim, what is left
/// by largest remainder, ties to the first. `total` is the sum of the claims, rounded one way or the other.
fn share_out(total: i128, claims: &[i128], whole: i128) -> Vec<i128> {
    let mut shares: Vec<i128> = claims.iter().map(|claim| claim.div_euclid(whole)).collect();
    let left = total - shares.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..claims.len()).collect();
    order.sort_by_key(|place| (-claims[*place].rem_euclid(whole), *place));
    for place in order.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        shares[place] += 1;
    }
    shares
}

/// What is left of the cost of a position of `before` old shares that is one of `after` new ones, the fraction settled
/// for `cash`: of a fraction that is gone, its part of the cost is gone; what was got too much adds its price. `None`
/// beyond the range.
pub(crate) fn cost_on(scale: Scale, cost: Money, before: Qty, settled: Settled) -> Option<Money> {
    let had = u128::from(before.units().unsigned_abs()) * u128::from(scale.new);
    let has = u128::from(settled.position.units().unsigned_abs()) * u128::from(scale.old);
    if has > had {
        return Some(cost - settled.cash);
    }
    let common = gcd(had, has).max(1);
    let (had, has) = (i128::try_from(had / common).ok()?, i128::try_from(has / common).ok()?);
    if had == 0 {
        return Some(Money::ZERO);
    }
    let (quotient, rest) = (cost.units() / had, cost.units() % had);
    quotient.checked_mul(has)?.checked_add(rest.checked_mul(has)? / had).map(Money::from_units)
}

const fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scale(text: &str) -> Scale {
        text.parse().expect("a ratio")
    }

    fn won(price: i32) -> Settling {
        Settling { step: Qty::whole(1), price: Some(Price::whole(price)), minor: Money::whole(1) }
    }

    fn settled(positions: &[i32], ratio: &str, price: i32) -> String {
        let positions: Vec<Qty> = positions.iter().map(|position| Qty::whole(*position)).collect();
        let each = settle(&positions, scale(ratio), won(price)).expect("in range");
        each.iter()
            .map(|one| format!("{} {:+}", one.position, one.cash.units() / 100_000_000))
            .collect::<Vec<_>>()
            .join(", ")
    }

    #[test]
    fn a_ratio_is_a_decimal_or_a_fraction_in_lowest_terms() {
        let read = |text: &str| text.parse::<Scale>().map_or_else(|why| why.to_string(), |scale| scale.to_string());
        let seen = ["50", "1.5", "0.1", "3/2", "10/100", " 2 / 4 "].map(read);
        assert_eq!(seen, ["50", "3/2", "1/10", "3/2", "1/10", "1/2"]);
        let none = "it is neither a decimal nor a fraction such as \"1/10\"";
        assert_eq!(["", "a", "1/", "/2", "1.5/2", "1/2/3"].map(read), [none; 6]);
        assert_eq!(["0", "-2", "1/0", "0/5", "-1/2"].map(read), ["it is not above zero"; 5]);
        assert!(["1000000001", "1/1000000001", "12345.67890123"].iter().all(|text| text.parse::<Scale>().is_err()));
        assert!(scale("7/7").is_one());
    }

    #[test]
    fn prices_and_volumes_change_the_other_way() {
        let fifty = scale("50");
        assert_eq!(fifty.price(Price::whole(2_650_000)), Some(Price::whole(53_000)));
        assert_eq!(fifty.qty(Qty::whole(7)), Qty::whole(350));
        assert_eq!(fifty.inverse().qty(Qty::whole(350)), Qty::whole(7));
        let third = scale("3").price(Price::whole(100)).map(|price| price.to_string());
        assert_eq!(third.as_deref(), Some("33.33333333"), "floored");
        assert_eq!(scale("1000000000").price(Price::from_units(5).expect("small")), None, "nothing is left");
        assert_eq!(scale("1/50").price(Price::MAX), None);
        assert_eq!(fifty.qty(Qty::MAX), Qty::MAX);
    }

    #[test]
    fn the_account_gets_whole_shares_and_the_books_share_them_by_their_fractions() {
        // 1.7 + 2.3 + 0.9 = 4.9: four shares, the fourth to the largest fraction; 0.9 of a share for the account.
        assert_eq!(settled(&[17, 23, 9], "1/10", 1_000), "1 +700, 2 +300, 1 -100");
        assert_eq!(settled(&[5, 5], "1/10", 1_000), "1 -500, 0 +500", "a tie goes to the first");
        assert_eq!(settled(&[7, 100], "50", 53_000), "350 +0, 5000 +0");
        assert_eq!(settled(&[1, 2], "3/2", 999), "1 +500, 3 +0", "499.5 won, half up");
        assert_eq!(settled(&[3], "1/10", 1_000), "0 +300");
    }

    #[test]
    fn a_short_pays_for_the_fraction_by_which_it_is_short() {
        assert_eq!(settled(&[-17], "1/10", 1_000), "-1 -700");
        assert_eq!(settled(&[-3, 3], "1/10", 1_000), "0 -300, 0 +300");
        assert_eq!(settled(&[15, -5], "1/10", 1_000), "2 -500, -1 +500");
    }

    #[test]
    fn fractions_need_a_price_and_numbers_stay_in_range() {
        let none = Settling { price: None, ..won(1) };
        assert_eq!(settle(&[Qty::whole(15)], scale("1/10"), none), Err(Unsettled::NoPrice));
        assert!(settle(&[Qty::whole(20)], scale("1/10"), none).is_ok());
        assert_eq!(settle(&[Qty::MAX], scale("2"), won(1)), Err(Unsettled::OutOfRange));
        let halves = [Qty::MAX, Qty::MAX];
        assert_eq!(settle(&halves, scale("3/4"), won(1)), Err(Unsettled::OutOfRange), "the account's");
    }

    fn positions() -> impl Strategy<Value = Vec<Qty>> {
        let near = (-40_i64..400).prop_map(|steps| steps * SCALE / 4);
        let far = -100_000_000_i64..100_000_000;
        let one = prop_oneof![near, far.prop_map(|steps| steps * SCALE / 4)];
        prop::collection::vec(one.prop_map(|units| Qty::from_units(units).expect("in range")), 1..7)
    }

    fn scales() -> impl Strategy<Value = Scale> {
        let few =
            [(50, 1), (1, 10), (3, 2), (2, 3), (1, 3), (7, 5)].map(|(new, old)| Scale::new(new, old).expect("sound"));
        let any = (1_u64..200, 1_u64..200).prop_map(|(new, old)| Scale::new(new, old).expect("sound"));
        prop_oneof![prop::sample::select(few.to_vec()), any]
    }

    fn quarters(price: i64) -> Settling {
        let price = Price::from_units(price);
        Settling { step: Qty::from_units(SCALE / 4).expect("a quarter"), price, minor: Money::from_units(1_000_000) }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]
        #[test]
        fn shares_and_money_add_up_and_nobody_is_off_by_a_step_or_a_coin(
            positions in positions(), scale in scales(), price in 1_i64..900_000_000_000
        ) {
            let how = quarters(price);
            let each = settle(&positions, scale, how).expect("in range");
            let (new, old) = (i128::from(scale.new_shares()), i128::from(scale.old_shares()));
            let step = i128::from(how.step.units());
            let units = |qty: Qty| i128::from(qty.units());
            let entitled: i128 = positions.iter().map(|position| units(*position) * new).sum();
            let held: i128 = each.iter().map(|one| units(one.position)).sum();
            prop_assert_eq!(held, entitled / (old * step) * step, "whole steps, towards zero");
            let account: i64 = positions.iter().map(|position| position.units()).sum();
            let alone = scale.whole_steps(Qty::from_units(account).expect("in range"), how.step);
            prop_assert_eq!(units(alone), held, "as a broker sees it");
            let paid: Money = each.iter().map(|one| one.cash).sum();
            let coin = how.minor.units() * i128::from(SCALE) * old;
            let worth = (entitled - held * old) * i128::from(price);
            prop_assert_eq!(paid.units(), (2 * worth + coin).div_euclid(2 * coin) * how.minor.units(), "half up, once");
            for (before, after) in positions.iter().zip(&each) {
                let off = units(*before) * new - units(after.position) * old;
                prop_assert!(off.abs() < step * old, "within one step");
                prop_assert!(before.units().signum() * after.position.units().signum() >= 0, "never the other side");
                let due = off * i128::from(price) - after.cash.units() / how.minor.units() * coin;
                prop_assert!(due.abs() < coin, "within one coin");
            }
        }

        #[test]
        fn a_ratio_of_one_changes_nothing_and_a_split_can_be_undone(positions in positions(), factor in 1_u64..300) {
            let one = settle(&positions, scale("1"), quarters(1)).expect("in range");
            let unchanged: Vec<Settled> =
                positions.iter().map(|position| Settled { position: *position, cash: Money::ZERO }).collect();
            prop_assert_eq!(&one, &unchanged);
            let split = Scale::new(factor, 1).expect("sound");
            let Ok(there) = settle(&positions, split, quarters(1)) else { return Ok(()) };
            let there: Vec<Qty> = there.iter().map(|one| one.position).collect();
            prop_assert_eq!(settle(&there, split.inverse(), quarters(1)).expect("in range"), unchanged);
        }

        #[test]
        fn who_comes_first_matters_only_in_a_tie(positions in positions(), scale in scales(), turn in 0_usize..7) {
            let rest = |position: &Qty| {
                let whole = i128::from(quarters(1).step.units()) * i128::from(scale.old_shares());
                (i128::from(position.units()) * i128::from(scale.new_shares())).rem_euclid(whole)
            };
            let mut distinct = positions;
            distinct.sort_by_key(rest);
            distinct.dedup_by_key(|position| rest(position));
            let mut turned = distinct.clone();
            let count = turned.len();
            turned.rotate_left(turn % count);
            let position = |each: Vec<Settled>| each.into_iter().map(|one| one.position).collect::<Vec<_>>();
            let straight = position(settle(&distinct, scale, quarters(1_000)).expect("in range"));
            let mut other = position(settle(&turned, scale, quarters(1_000)).expect("in range"));
            other.rotate_right(turn % count);
            prop_assert_eq!(straight, other);
        }
    }
}
