//! How fast and how often: the bucket of orders, the messages of a session.

use expect_test::expect;

use super::check_decisions;

#[test]
fn orders_fill_a_bucket_that_empties_with_time() {
    // Of a's three orders of four seconds ago one is left: two more go and not a third. b's three are all still there.
    check_decisions(
        "A last=100
         a order_rate=0.5/s,3
         b order_rate=0.5/s,3
         a sent 4s buy 1 @ 80
         a sent 4s buy 2 @ 80
         a sent 4s buy 3 @ 80
         b sent 0s buy 1 @ 80
         b sent 0s buy 2 @ 80
         b sent 0s buy 3 @ 80
         a buy 1 @ 90
         a buy 2 @ 90
         a buy 3 @ 90
         b buy 1 @ 90
         c order_rate=1/s,1
         c buy 1 @ 90
         c buy 2 @ 90",
        expect![[r#"
            a0 buy 1 A @ 90 -> pass, sent 1: arbitration merged pass
            a1 buy 2 A @ 90 -> pass, sent 2: arbitration merged pass
            a2 buy 3 A @ 90 -> block, sent 0: strategy order_rate block 4>3
            b0 buy 1 A @ 90 -> block, sent 0: strategy order_rate block 4>3
            c0 buy 1 A @ 90 -> pass, sent 1: arbitration merged pass
            c1 buy 2 A @ 90 -> block, sent 0: strategy order_rate block 2>1
        "#]],
    );
}

#[test]
fn exits_are_never_too_fast_and_what_is_blocked_takes_no_room() {
    check_decisions(
        "A last=100
         a order_rate=1/s,2 max_order_notional=-/-/2000
         a holds 30
         a sell 10 @ 110
         a sell 10 @ 111
         a sell 15 @ 112
         a buy 1 @ 90
         b order_rate=1/s,1 max_order_notional=-/1000/2000
         b buy 30 @ 91
         b buy 10 @ 91
         b buy 10 @ 92",
        expect![[r#"
            a0 sell 10 A @ 110 -> pass, sent 10
            a1 sell 10 A @ 111 -> pass, sent 10
            a2 sell 15 A @ 112 -> reduce, sent 10: strategy order_rate reduce 3>2
            a3 buy 1 A @ 90 -> block, sent 0: strategy order_rate block 4>2
            b0 buy 30 A @ 91 -> block, sent 0: strategy max_order_notional block 2730>2000
            b1 buy 10 A @ 91 -> pass, sent 10
            b2 buy 10 A @ 92 -> block, sent 0: strategy order_rate block 2>1
        "#]],
    );
}

#[test]
fn the_account_counts_orders_and_not_proposals() {
    // a and b are merged into one order; c's is the second and d's the third. Exits come first and fill the bucket.
    check_decisions(
        "A last=100
         account order_rate=1/s,2
         a buy 1 @ 90
         b buy 1 @ 90
         c buy 1 @ 91
         d buy 1 @ 92
         e holds 5
         e sell 5 @ 110",
        expect![[r#"
            a0 buy 1 A @ 90 -> pass, sent 1: arbitration merged pass
            b0 buy 1 A @ 90 -> pass, sent 1: arbitration merged pass
            c0 buy 1 A @ 91 -> block, sent 0: account order_rate block 3>2
            d0 buy 1 A @ 92 -> block, sent 0: account order_rate block 3>2
            e0 sell 5 A @ 110 -> pass, sent 5
        "#]],
    );
    check_decisions(
        "A last=100
         account order_rate=1/s,2
         a sent 0s buy 1 @ 80
         b sent 0s buy 1 @ 80
         c buy 1 @ 90",
        expect![[r#"
            c0 buy 1 A @ 90 -> block, sent 0: account order_rate block 3>2
        "#]],
    );
}

#[test]
fn messages_of_a_session_are_orders_and_withdrawals() {
    // One sent, one withdrawn, one being withdrawn: two are left of five, and both warn.
    check_decisions(
        "A last=100
         a message_limit=3/-/5
         a sent 500s buy 9 @ 80
         a withdrew
         a working 1 buy 1 @ 80
         a cancel 1
         a holds 5
         a buy 1 @ 90
         a buy 2 @ 90
         a buy 3 @ 90
         a sell 5 @ 110
         b message_limit=0
         b working 2 buy 1 @ 80
         b cancel 2
         b buy 1 @ 90",
        expect![[r#"
            a0 buy 1 A @ 90 -> warn, sent 1: strategy message_limit warn 4>3; arbitration merged pass
            a1 buy 2 A @ 90 -> warn, sent 2: strategy message_limit warn 5>3; arbitration merged pass
            a2 buy 3 A @ 90 -> block, sent 0: strategy message_limit block 6>5
            a3 sell 5 A @ 110 -> pass, sent 5
            b0 buy 1 A @ 90 -> block, sent 0: strategy message_limit block 2>0
            cancel 1 of a: test
            cancel 2 of b: test
        "#]],
    );
    check_decisions(
        "A last=100
         account message_limit=4
         a working 1 buy 1 @ 80
         a cancel 1
         a sent 500s buy 9 @ 80
         a withdrew
         a buy 1 @ 90
         b buy 1 @ 91",
        expect![[r#"
            a0 buy 1 A @ 90 -> pass, sent 1
            b0 buy 1 A @ 91 -> block, sent 0: account message_limit block 5>4
            cancel 1 of a: test
        "#]],
    );
}

#[test]
fn a_strategy_is_charged_with_its_own_withdrawals_and_no_others() {
    check_decisions(
        "A last=100
         a message_limit=2
         b message_limit=2
         a working 1 buy 1 @ 80
         b working 2 buy 1 @ 80
         b working 3 buy 1 @ 81
         b working 4 buy 1 @ 82
         a cancel 1
         b cancel 2
         b cancel 3
         b cancel 4
         a buy 1 @ 90
         b buy 1 @ 90",
        expect![[r#"
            a0 buy 1 A @ 90 -> pass, sent 1
            b0 buy 1 A @ 90 -> block, sent 0: strategy message_limit block 4>2
            cancel 1 of a: test
            cancel 2 of b: test
            cancel 3 of b: test
            cancel 4 of b: test
        "#]],
    );
}
