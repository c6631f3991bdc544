//! The vectors of the reference for Korean shares (`risk-reference.md` §5).

use qts_core::{Price, Qty, Side};

use super::{day, instrument, kospi, percent, rules};

/// Ticks just below and at every boundary of a table.
fn ticks(board: &str, at: &str, prices: &[i32]) -> Vec<i32> {
    let rules = rules("krx_stock", Some(board), "regular");
    let table = rules.ticks.expect("ticks");
    let whole = |tick: Price| i32::try_from(tick.units() / qts_core::SCALE).expect("small");
    prices.iter().map(|price| whole(table.on(day(at)).at(Price::whole(*price)))).collect()
}

const NOW: [i32; 13] =
    [1, 1_999, 2_000, 4_999, 5_000, 19_999, 20_000, 49_999, 50_000, 199_999, 200_000, 499_999, 500_000];
const BEFORE: [i32; 13] =
    [1, 999, 1_000, 4_999, 5_000, 9_999, 10_000, 49_999, 50_000, 99_999, 100_000, 499_999, 500_000];

#[test]
fn bands_of_ticks_are_closed_below_and_open_above() {
    let now = [1, 1, 5, 5, 10, 10, 50, 50, 100, 100, 500, 500, 1_000];
    for board in ["kospi", "kosdaq", "konex"] {
        assert_eq!(ticks(board, "2023-01-25", &NOW), now, "{board}");
        assert_eq!(ticks(board, "2026-11-20", &NOW), now, "{board}");
    }
    let before = [1, 1, 5, 5, 10, 10, 50, 50, 100, 100, 500, 500, 1_000];
    assert_eq!(ticks("kospi", "2023-01-20", &BEFORE), before);
    let flat_above = [1, 1, 5, 5, 10, 10, 50, 50, 100, 100, 100, 100, 100];
    assert_eq!(ticks("kosdaq", "2023-01-20", &BEFORE), flat_above);
    assert_eq!(ticks("konex", "2023-01-20", &BEFORE), flat_above);
}

#[test]
fn daily_limits_match_the_reference_table() {
    let share = instrument(&kospi(), None);
    for (base, lower, upper) in
        [(9_940, 6_960, 12_920), (1_955, 1_369, 2_540), (19_990, 14_000, 25_950), (185_000, 129_500, 240_500)]
    {
        let limits = share.price_limits(Price::whole(base), day("2026-01-05"));
        assert_eq!(limits, Some((Price::whole(lower), Price::whole(upper))), "base {base}");
    }
}

#[test]
fn of_all_bases_the_lower_limit_lies_on_the_grid_and_the_upper_one_is_floored_for_1449_of_7200() {
    let share = instrument(&kospi(), None);
    let today = day("2026-01-05");
    let ticks = share.ticks.on(today);
    let (mut bases, mut floored) = (0, 0);
    for base in (100..1_000_000).map(Price::whole).filter(|base| ticks.holds(*base)) {
        let (lower, upper) = share.price_limits(base, today).expect("limits");
        assert!(ticks.holds(lower) && ticks.holds(upper), "base {base}");
        let width = base.checked_sub(lower).expect("above it");
        bases += 1;
        floored += i32::from(base.checked_add(width) != Some(upper));
    }
    assert_eq!((bases, floored), (7_200, 1_449));
}

#[test]
fn konex_moves_by_fifteen_percent_still() {
    let share = instrument(&rules("krx_stock", Some("konex"), "regular"), None);
    let limits = share.price_limits(Price::whole(10_000), day("2026-01-05"));
    assert_eq!(limits, Some((Price::whole(8_500), Price::whole(11_500))));
}

#[test]
fn an_order_is_at_most_a_hundredth_of_the_listed_shares_or_100_billion_won_and_1_billion_always_pass() {
    let most = |listed: i64, price: i32, at: &str| {
        let share = instrument(&kospi(), Qty::from_units(listed * qts_core::SCALE));
        share.most_at_once(Price::whole(price), day(at)).map(|qty| qty.units() / qts_core::SCALE)
    };
    let today = "2026-01-05";
    assert_eq!(most(10_000_000, 50_000, today), Some(100_000), "one hundredth");
    assert_eq!(most(5_969_782_550, 50_000, today), Some(2_000_000), "100 billion won");
    assert_eq!(most(1_000_000, 19_999, today), Some(50_002), "a small company: 1 billion won pass");
    assert_eq!(
        most(10_000_000, 1_999, today),
        Some(500_250),
        "a small company: a twentieth is less than 1 billion won"
    );
    assert_eq!(most(10_000_000, 2_000, today), Some(500_000), "20 billion won: 1 billion won pass");
    assert_eq!(most(10_000_000, 50_000, "2018-09-14"), None, "the last trading day before the rule");
    assert_eq!(most(10_000_000, 50_000, "2018-09-17"), Some(100_000));
}

#[test]
fn the_reference_s_taxes_and_fees_of_2025_and_2026_are_in_the_tables() {
    for (board, in_2025, in_2026) in
        [("kospi", "0.15%", "0.2%"), ("kosdaq", "0.15%", "0.2%"), ("konex", "0.1%", "0.1%")]
    {
        let rules = rules("krx_stock", Some(board), "regular");
        assert_eq!(percent(*rules.sale_tax.on(day("2025-06-30"))), in_2025, "{board}");
        assert_eq!(percent(*rules.sale_tax.on(day("2026-06-30"))), in_2026, "{board}");
    }
    let funds = rules("krx_etf", None, "regular");
    assert_eq!(percent(*funds.sale_tax.on(day("2026-06-30"))), "0%");
    let share = instrument(&kospi(), None);
    let rate = |side, at| percent(share.cost_rate(side, day(at)).expect("a rate"));
    assert_eq!(rate(Side::Buy, "2025-12-12"), "0.0023%");
    assert_eq!(rate(Side::Buy, "2025-12-15"), "0.00182%");
    assert_eq!(rate(Side::Buy, "2026-02-13"), "0.00182%");
    assert_eq!(rate(Side::Buy, "2026-02-19"), "0.0023%");
    assert_eq!(rate(Side::Sell, "2026-06-30"), "0.2023%");
    let nxt = rules("krx_stock", None, "nxt");
    assert_eq!(percent(*nxt.exchange_fee.on(day("2026-06-30"))), "0.00182%");
}

#[test]
fn a_lot_is_a_share_sales_need_shares_and_a_trade_is_settled_two_trading_days_later() {
    for (class, board) in [("krx_stock", Some("kospi")), ("krx_stock", Some("konex")), ("krx_etf", None)] {
        let rules = rules(class, board, "regular");
        assert_eq!((rules.lot, rules.quantity_step, rules.short_ban), (Qty::whole(1), Qty::whole(1), true));
        assert_eq!((*rules.settlement.on(day("2026-01-05")), rules.currency.as_deref()), (2, Some("KRW")));
    }
    let hours = kospi().hours;
    assert_eq!(hours.settles(day("2026-02-13"), 2), day("2026-02-20"), "over the lunar new year");
    assert_eq!(hours.settles(day("2025-12-30"), 2), day("2026-01-05"), "over the new year");
}
