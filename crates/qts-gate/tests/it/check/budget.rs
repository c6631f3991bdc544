//! What a strategy's budget covers.

use expect_test::expect;

use super::check_decisions;

#[test]
fn a_budget_holds_what_the_book_may_come_to_hold_at_cost() {
    // 1 000 less 500 held at cost less 20 working at 10 leaves 30 at 10; the second buy finds what the first left.
    check_decisions(
        "A last=10
         a holds 50
         a budget=1000
         a working 1 buy 20 @ 10
         a buy 20 @ 10
         a buy 20 @ 10
         a sell 50 @ 11",
        expect![[r"
            a0 buy 20 A @ 10 -> pass, sent 20: arbitration merged pass
            a1 buy 20 A @ 10 -> reduce, sent 10: strategy budget reduce 1100>1000; arbitration merged pass
            a2 sell 50 A @ 11 -> pass, sent 50
        "]],
    );
}

#[test]
fn covers_need_no_budget_and_shorts_do() {
    // b is short 50 at a cost of 500 and covers 30 by a working order: that adds nothing to what it may hold.
    check_decisions(
        "A last=10
         B last=10
         b holds -50
         b budget=600
         b working 1 buy 30 @ 10
         b buy 20 @ 10
         b sell 20 B
         c budget=100
         c working 2 sell 5 B @ 11
         c sell 20 B",
        expect![[r"
            b0 buy 20 A @ 10 -> pass, sent 20
            b1 sell 20 B -> reduce, sent 10: strategy budget reduce 700>600; arbitration merged pass
            c0 sell 20 B -> reduce, sent 4: strategy budget reduce 255>100; arbitration merged pass
        "]],
    );
}

#[test]
fn commission_is_part_of_what_a_budget_pays() {
    check_decisions(
        "A last=100 fee=1%
         a budget=1000
         a buy 10",
        expect![[r"
            a0 buy 10 A -> reduce, sent 9: strategy budget reduce 1010>1000
        "]],
    );
}
