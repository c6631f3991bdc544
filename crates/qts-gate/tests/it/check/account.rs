//! The account: canonical order, sums of books, cuts and whose they are.

use expect_test::expect;

use super::{check, check_decisions};

#[test]
fn orders_are_judged_in_their_canonical_order_exits_first() {
    // Rank is only second to the exits; then id, instrument, side, emission. The order is also that of execution.
    check(
        "A last=100
         B last=100
         d rank=1
         e rank=1
         z holds 9 B
         e buy 1 B @ 90
         d buy 2 B @ 91
         d sell 3 A @ 110
         d buy 4 A @ 92
         d buy 5 A @ 93
         a buy 6 A @ 94
         z sell 7 B @ 111",
        expect![[r"
            e0 buy 1 B @ 90 -> pass, sent 1
            d0 buy 2 B @ 91 -> pass, sent 2
            d1 sell 3 A @ 110 -> pass, sent 3
            d2 buy 4 A @ 92 -> pass, sent 4
            d3 buy 5 A @ 93 -> pass, sent 5
            a0 buy 6 A @ 94 -> pass, sent 6
            z0 sell 7 B @ 111 -> pass, sent 7
            order sell 7 B @ 111 [z0 7]
            order buy 4 A @ 92 [d2 4]
            order buy 5 A @ 93 [d3 5]
            order sell 3 A @ 110 [d1 3]
            order buy 2 B @ 91 [d0 2]
            order buy 1 B @ 90 [e0 1]
            order buy 6 A @ 94 [a0 6]
        "]],
    );
}

#[test]
fn the_account_sums_books_and_nets_none_of_them() {
    // Longs are 60, the shorts of another book do not make room; b's cover is a cover here, too.
    check_decisions(
        "A last=100
         account max_long=100 max_short=50 max_gross_exposure=12000
         a holds 60
         b holds -50
         b buy 60 @ 90
         c sell 1 @ 110
         d buy 10 @ 91",
        expect![[r#"
            b0 buy 60 A @ 90 -> pass, sent 60
            c0 sell 1 A @ 110 -> block, sent 0: account max_short block 51>50
            d0 buy 10 A @ 91 -> pass, sent 10
        "#]],
    );
}

#[test]
fn a_cut_of_a_merged_order_is_taken_from_what_increases_first() {
    // b's 20 only cover. Of 60 the account admits 35: the cut of 25 is shared as 19 of a's 30 and 6 of c's 10.
    check(
        "A last=100
         account max_long=15
         b holds -20
         a buy 30
         b buy 20
         c buy 10",
        expect![[r"
            a0 buy 30 A -> reduce, sent 11: arbitration merged pass; account max_long reduce 40>15
            b0 buy 20 A -> pass, sent 20: arbitration merged pass
            c0 buy 10 A -> reduce, sent 4: arbitration merged pass; account max_long reduce 40>15
            order buy 35 A [a0 11, b0 20, c0 4]
        "]],
    );
}

#[test]
fn a_deep_cut_takes_reducing_parts_last_and_tells_only_whom_it_cut() {
    // Order size may slice exits: 60 to 15. All 40 that increase go, then 5 of b's 20. A warning is everybody's.
    check(
        "A last=100
         account max_order_notional=1500 max_open_orders=0/9/-
         b holds -20
         a buy 30
         b buy 20
         c buy 10",
        expect![[r"
            a0 buy 30 A -> block, sent 0: account max_order_notional block 6000>1500; account max_open_orders warn 1>0
            b0 buy 20 A -> reduce, sent 15: account max_order_notional reduce 6000>1500; account max_open_orders warn 1>0
            c0 buy 10 A -> block, sent 0: account max_order_notional block 6000>1500; account max_open_orders warn 1>0
            order buy 15 A [b0 15]
        "]],
    );
}

#[test]
fn order_size_at_account_scope_only_reduces() {
    // Above its block the merged order is no slip of anybody's finger.
    check_decisions(
        "A last=100
         account max_order_notional=-/1000/2000
         a buy 15
         b buy 15",
        expect![[r"
            a0 buy 15 A -> reduce, sent 5: arbitration merged pass; account max_order_notional reduce 3000>1000
            b0 buy 15 A -> reduce, sent 5: arbitration merged pass; account max_order_notional reduce 3000>1000
        "]],
    );
}

#[test]
fn what_was_crossed_counts_in_the_books_the_account_sums() {
    // a's 60 of the cross make it long 60 of 100; of its 60 that are left to buy 40 fit.
    check_decisions(
        "A last=100
         account rule=net max_long=100
         b holds 60
         a buy 120
         b sell 60",
        expect![[r"
            a0 buy 120 A -> reduce, sent 40, crossed 60: arbitration crossed pass; account max_long reduce 120>100
            b0 sell 60 A -> pass, sent 0, crossed 60: arbitration crossed pass
            cross 60 A at 100: b0 to a0
        "]],
    );
}

#[test]
fn what_a_cross_took_of_a_position_is_not_there_to_be_reduced_again() {
    // a is short 15: its 11 only cover, of its 56 another 4 do. The 5 that are crossed all fall to the 56 (56/5 > 11),
    // so that a is short 10 when the account judges, and 10 is all that its 11 may cover.
    check(
        "A last=100
         account rule=net max_long=0
         a holds -15
         a buy 11
         a buy 56
         b sell 5",
        expect![[r"
            a0 buy 11 A -> reduce, sent 10: account max_long reduce 52>0
            a1 buy 56 A -> reduce, sent 0, crossed 5: arbitration crossed pass; account max_long reduce 52>0
            b0 sell 5 A -> pass, sent 0, crossed 5: arbitration crossed pass
            cross 5 A at 100: b0 to a1
            order buy 10 A [a0 10]
        "]],
    );
}

#[test]
fn the_operators_orders_are_not_the_account_policys_business() {
    check_decisions(
        "A last=100
         account max_order_notional=100 max_open_orders=0
         a holds 50
         operator/a sell 50
         b holds 50
         b sell 50 @ 101",
        expect![[r"
            operator0 sell 50 A -> pass, sent 50
            b0 sell 50 A @ 101 -> reduce, sent 1: account max_order_notional reduce 5050>100
        "]],
    );
}

#[test]
fn an_exit_that_is_merged_with_an_entry_is_sliced_and_not_blocked() {
    check(
        "A last=100
         account max_order_notional=50
         a holds 10
         a sell 10
         b sell 10",
        expect![[r#"
            a0 sell 10 A -> reduce, sent 1: account max_order_notional reduce 2000>50
            b0 sell 10 A -> block, sent 0: account max_order_notional block 2000>50
            order sell 1 A [a0 1]
        "#]],
    );
}

#[test]
fn of_two_merged_exits_neither_is_blocked_by_the_order_s_size() {
    check(
        "A last=100
         account max_order_notional=100
         a holds 10
         b holds 10
         a sell 10
         b sell 10",
        expect![[r#"
            a0 sell 10 A -> reduce, sent 1: arbitration merged pass; account max_order_notional reduce 2000>100
            b0 sell 10 A -> reduce, sent 1: arbitration merged pass; account max_order_notional reduce 2000>100
            order sell 2 A [a0 1, b0 1]
        "#]],
    );
}

#[test]
fn what_a_cycle_sends_is_exposure_for_what_comes_after_it() {
    // Longs and shorts of different books, on both sides: b's purchase only covers, and c's sale finds no room.
    check_decisions(
        "A last=100
         B last=100
         account max_gross_exposure=4000
         b holds -10 B
         a buy 20 A @ 90
         b buy 10 B @ 90
         b buy 15 A @ 90
         c sell 5 B @ 110",
        expect![[r#"
            a0 buy 20 A @ 90 -> reduce, sent 17: arbitration merged pass; account max_gross_exposure reduce 4500>4000
            b0 buy 10 B @ 90 -> pass, sent 10
            b1 buy 15 A @ 90 -> reduce, sent 13: arbitration merged pass; account max_gross_exposure reduce 4500>4000
            c0 sell 5 B @ 110 -> block, sent 0: account max_gross_exposure block 4500>4000
        "#]],
    );
}

#[test]
fn of_equal_rank_what_was_emitted_first_goes_first_whatever_its_price() {
    check(
        "A last=100
         a buy 1 @ 93
         a buy 2
         a buy 3 @ 92",
        expect![[r#"
            a0 buy 1 A @ 93 -> pass, sent 1
            a1 buy 2 A -> pass, sent 2
            a2 buy 3 A @ 92 -> pass, sent 3
            order buy 1 A @ 93 [a0 1]
            order buy 2 A [a1 2]
            order buy 3 A @ 92 [a2 3]
        "#]],
    );
}
