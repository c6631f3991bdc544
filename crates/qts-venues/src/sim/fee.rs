//! What a fill costs besides its price. The product is exact and rounded once: half up, to the currency's minor unit.

use qts_core::{Day, Instrument, Money, Price, Qty, Ratio, SCALE, Side};

/// Commission, the exchange's fee, and for a sale the tax, on one fill of that day.
pub(super) fn fee(instrument: &Instrument, side: Side, day: Day, qty: Qty, price: Price) -> Money {
    let fee =
        instrument.cost_rate(side, day).and_then(|rate| share(Money::of(price, qty), rate, instrument.minor_unit));
    let Some(fee) = fee else { panic!("the fee on {qty} {} at {price} leaves the range of money", instrument.id) };
    fee
}

/// `notional · rate`, rounded half up to a multiple of `minor`; `None` on overflow or a `minor` not above zero.
fn share(notional: Money, rate: Ratio, minor: Money) -> Option<Money> {
    let step = minor.units().checked_mul(SCALE.into()).filter(|step| *step > 0)?;
    let product = notional.units().checked_mul(rate.units().into())?;
    let doubled = product.checked_mul(2)?.checked_add(step)?;
    doubled.div_euclid(step.checked_mul(2)?).checked_mul(minor.units()).map(Money::from_units)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(notional: &str, rate: &str, minor: &str) -> Option<String> {
        let money = |text: &str| text.parse::<Money>().expect("an amount");
        share(money(notional), rate.parse().expect("a rate"), money(minor)).map(|fee| fee.to_string())
    }

    #[test]
    fn a_half_goes_up_and_a_hair_less_goes_down() {
        assert_eq!(of("10000", "0.00015", "1").as_deref(), Some("2"), "1.5 won");
        assert_eq!(of("9999.99999999", "0.00015", "1").as_deref(), Some("1"), "1.4999999999985 won");
        assert_eq!(of("3333.33333334", "0.00015", "1").as_deref(), Some("1"), "0.500000000001 won");
        assert_eq!(of("0.00000001", "0.5", "0.00000001").as_deref(), Some("0.00000001"));
    }

    #[test]
    fn cents_are_a_minor_unit_too() {
        assert_eq!(of("1234.5", "0.001", "0.01").as_deref(), Some("1.23"), "1.2345");
        assert_eq!(of("1235", "0.001", "0.01").as_deref(), Some("1.24"), "1.235");
    }

    #[test]
    fn a_rebate_rounds_half_up_too() {
        assert_eq!(of("10000", "-0.00015", "1").as_deref(), Some("-1"), "-1.5 won");
    }

    #[test]
    fn what_leaves_the_range_is_no_fee() {
        assert_eq!(share(Money::of(Price::MAX, Qty::MAX), Ratio::MAX, Money::whole(1)), None);
        assert_eq!(of("1", "0.1", "0"), None);
    }
}
