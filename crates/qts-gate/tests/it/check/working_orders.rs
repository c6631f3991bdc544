//! Own working orders, and cancels.

use expect_test::expect;

use super::check;

#[test]
fn what_could_trade_with_an_own_working_order_is_blocked_and_an_exit_clears_its_way() {
    // a's entry cancels nothing. b's exit meets 1 and 3 (not 2, which it does not reach): 3 is being cancelled
    // already. c, which comes along, meets the same order: it is withdrawn once.
    check(
        "A last=100
         b holds 5
         c holds 5
         z working 1 buy 5 @ 99
         z working 2 buy 5 @ 97
         y working 3 buy 5 @ 100 cancelling
         y working 4 sell 5 @ 103
         a buy 9 @ 103
         b sell 5 @ 98
         c sell 9 @ 99
         d sell 1 @ 101",
        expect![[r"
            a0 buy 9 A @ 103 -> block, sent 0: arbitration opposing_intent block
            b0 sell 5 A @ 98 -> block, sent 0: arbitration self_trade block
            c0 sell 9 A @ 99 -> block, sent 0: arbitration self_trade block; arbitration opposing_intent reduce
            d0 sell 1 A @ 101 -> block, sent 0: arbitration opposing_intent block
            cancel 1 of z: self_trade
        "]],
    );
    check(
        "A last=100
         z working 4 sell 5 @ 103
         a buy 9 @ 103
         a buy 9 @ 102",
        expect![[r"
            a0 buy 9 A @ 103 -> block, sent 0: arbitration self_trade block
            a1 buy 9 A @ 102 -> pass, sent 9
            order buy 9 A @ 102 [a1 9]
        "]],
    );
}

#[test]
fn a_working_market_order_blocks_and_is_not_cancelled() {
    check(
        "A last=100
         a holds 5
         z working 1 buy 5
         a sell 5 @ 200",
        expect![[r"
            a0 sell 5 A @ 200 -> block, sent 0: arbitration self_trade block
        "]],
    );
}

#[test]
fn a_cancel_takes_an_own_order_once_and_needs_nothing() {
    // a's cancel of z's order is nobody's business; the operator may withdraw any.
    check(
        "A last=100
         account mode=killed max_open_orders=0
         a state=quarantined
         a working 1 buy 5 @ 90
         z working 2 buy 5 @ 90
         z working 3 buy 5 @ 90
         a working 4 buy 5 @ 90 cancelling
         operator cancel 3
         a cancel 1
         a cancel 1
         a cancel 2
         a cancel 4
         a cancel 77",
        expect![[r"
            cancel 1 of a: test
            cancel 3 of operator: test
        "]],
    );
}
