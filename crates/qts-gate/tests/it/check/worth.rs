//! What an order is valued at.

use expect_test::expect;

use super::check_decisions;

#[test]
fn a_market_buy_is_valued_at_the_days_upper_limit_where_there_is_one() {
    // ±30 % of 50 000: up to 65 000.
    check_decisions(
        "A last=50000 prev=50000 krx
         a max_order_notional=650000
         a buy 11
         a buy 11 @ 50000
         b holds 20
         b max_order_notional=650000
         b sell 14 @ 45000",
        expect![[r"
            a0 buy 11 A -> block, sent 0: strategy max_order_notional reduce 715000>650000; arbitration opposing_intent block
            a1 buy 11 A @ 50000 -> block, sent 0: arbitration opposing_intent block
            b0 sell 14 A @ 45000 -> reduce, sent 13: strategy max_order_notional reduce 700000>650000
        "]],
    );
}

#[test]
fn elsewhere_a_market_buy_is_valued_at_ask_or_last_raised_by_the_collar() {
    // 110 raised by 10 % is 121; without a collar 110; below the last trade the ask does not count.
    check_decisions(
        "A last=100 bid=109 ask=110
         B last=100 bid=89 ask=90
         a max_order_notional=1210 price_collar=5%/-/10%
         b max_order_notional=1210
         a buy 11 A
         b buy 12 A
         b buy 13 B",
        expect![[r"
            a0 buy 11 A -> reduce, sent 10: strategy max_order_notional reduce 1331>1210; arbitration merged pass
            b0 buy 12 A -> reduce, sent 11: strategy max_order_notional reduce 1320>1210; arbitration merged pass
            b1 buy 13 B -> reduce, sent 12: strategy max_order_notional reduce 1300>1210
        "]],
    );
}

#[test]
fn a_sale_is_valued_at_the_higher_of_limit_and_reference() {
    check_decisions(
        "A last=100
         a holds 100
         a max_order_notional=1000
         a sell 20 @ 80
         a sell 20 @ 125",
        expect![[r"
            a0 sell 20 A @ 80 -> reduce, sent 10: strategy max_order_notional reduce 2000>1000
            a1 sell 20 A @ 125 -> reduce, sent 8: strategy max_order_notional reduce 2500>1000
        "]],
    );
}
