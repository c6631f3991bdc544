//! Validity: ticks, lots, daily limits, missing prices, numbers out of range.

use expect_test::expect;

use super::{check, check_decisions};

#[test]
fn limits_stand_on_the_tick_and_within_the_days_limits_for_exits_too() {
    // ±30 % of 50 000; ticks are 50 below 50 000 and 100 from there.
    check_decisions(
        "A last=50000 prev=50000 krx
         a holds 10
         a buy 1 @ 35000
         a buy 2 @ 34950
         a buy 3 @ 49950
         a buy 4 @ 50050
         a sell 1 @ 65000
         a sell 2 @ 65100
         a sell 3 @ 65050",
        expect![[r"
            a0 buy 1 A @ 35000 -> pass, sent 1
            a1 buy 2 A @ 34950 -> block, sent 0: strategy outside_price_limit block 34950>35000
            a2 buy 3 A @ 49950 -> pass, sent 3
            a3 buy 4 A @ 50050 -> block, sent 0: strategy off_tick block 50050>100
            a4 sell 1 A @ 65000 -> pass, sent 1
            a5 sell 2 A @ 65100 -> block, sent 0: strategy outside_price_limit block 65100>65000
            a6 sell 3 A @ 65050 -> block, sent 0: strategy off_tick block 65050>100; strategy outside_price_limit block 65050>65000
        "]],
    );
}

#[test]
fn an_order_that_the_exchange_finds_too_large_is_blocked_whole_exits_too() {
    // A hundredth of 5000 shares are 50; at a limit of 10, 100 are worth what always passes.
    check_decisions(
        "A last=100 listed=5000
         a holds 60
         b holds 60
         a sell 60
         a buy 51 @ 100
         b sell 50 @ 110
         c buy 100 @ 10
         c buy 101 @ 10
         operator/b sell 51",
        expect![[r#"
            a0 sell 60 A -> block, sent 0: strategy order_limit block 60>50
            a1 buy 51 A @ 100 -> block, sent 0: strategy order_limit block 51>50
            b0 sell 50 A @ 110 -> pass, sent 50
            c0 buy 100 A @ 10 -> pass, sent 100
            c1 buy 101 A @ 10 -> block, sent 0: strategy order_limit block 101>100
            operator0 sell 51 A -> block, sent 0: strategy order_limit block 51>50
        "#]],
    );
}

#[test]
fn a_merged_order_that_the_exchange_finds_too_large_is_cut_entries_first() {
    check(
        "A last=100 listed=5000
         a holds -30
         b rank=1
         a buy 30
         b buy 40
         operator/c buy 5 @ 90
         c buy 50 @ 90",
        expect![[r#"
            a0 buy 30 A -> pass, sent 30: arbitration merged pass
            b0 buy 40 A -> reduce, sent 20: arbitration merged pass; account order_limit reduce 70>50
            operator0 buy 5 A @ 90 -> pass, sent 5: arbitration merged pass
            c0 buy 50 A @ 90 -> reduce, sent 45: arbitration merged pass; account order_limit reduce 55>50
            order buy 50 A [b0 20, a0 30]
            order buy 50 A @ 90 [operator0 5, c0 45]
        "#]],
    );
}

#[test]
fn a_missing_previous_close_is_the_only_reason_where_the_class_has_daily_limits() {
    // A limit price cannot be judged, a market buy not be valued; a market sale and one that nobody values can.
    check_decisions(
        "A last=50000 krx
         a holds 10
         a max_order_qty=1 max_order_notional=100000
         a buy 5 @ 50050
         a buy 5
         a sell 1
         b buy 5 @ 50000
         c budget=1000000
         c buy 5",
        expect![[r"
            a0 buy 5 A @ 50050 -> block, sent 0: strategy no_market_data block
            a1 buy 5 A -> block, sent 0: strategy no_market_data block
            a2 sell 1 A -> pass, sent 1
            b0 buy 5 A @ 50000 -> block, sent 0: strategy no_market_data block
            c0 buy 5 A -> block, sent 0: strategy no_market_data block
        "]],
    );
    check_decisions(
        "A last=50000 krx
         B last=50000 krx
         account.B buying_power=0%
         a buy 5 A
         a buy 5 B",
        expect![[r"
            a0 buy 5 A -> pass, sent 5
            a1 buy 5 B -> block, sent 0: account no_market_data block
        "]],
    );
}

#[test]
fn without_any_price_nothing_goes_and_that_is_the_only_reason() {
    check_decisions(
        "A lot=10
         B prev=100
         a holds 10
         a state=disabled mode=halted
         a buy 15
         b holds 10
         b sell 10
         b buy 1 B",
        expect![[r"
            a0 buy 15 A -> block, sent 0: strategy no_market_data block
            b0 sell 10 A -> block, sent 0: strategy no_market_data block
            b1 buy 1 B -> pass, sent 1
        "]],
    );
}

#[test]
fn what_nobody_knows_is_the_only_reason() {
    check_decisions(
        "A last=100
         a max_order_qty=1
         nobody buy 5
         a buy 5 Z
         a buy 0
         a buy -3
         a buy 5 @ 0",
        expect![[r"
            nobody0 buy 5 A -> block, sent 0: strategy unknown_strategy block
            a0 buy 5 ?99 -> block, sent 0: strategy unknown_instrument block
            a1 buy 0 A -> block, sent 0: strategy invalid_number block
            a2 buy -3 A -> block, sent 0: strategy invalid_number block
            a3 buy 5 A @ 0 -> block, sent 0: strategy invalid_number block
        "]],
    );
}

#[test]
fn numbers_that_leave_their_range_are_blocked() {
    // The position would, the day's limits would, the merged order would: of that the child that is too much.
    check_decisions(
        "A last=100
         B last=80000000000 prev=80000000000 krx
         a holds 90000000000
         a buy 1
         b buy 1 B
         b buy 1 B @ 80000000000
         c buy 90000000000 @ 90
         d buy 1 @ 90",
        expect![[r"
            a0 buy 1 A -> block, sent 0: strategy overflow block
            b0 buy 1 B -> block, sent 0: strategy overflow block
            b1 buy 1 B @ 80000000000 -> block, sent 0: strategy overflow block
            c0 buy 90000000000 A @ 90 -> pass, sent 90000000000
            d0 buy 1 A @ 90 -> block, sent 0: arbitration overflow block
        "]],
    );
}

#[test]
fn only_the_exit_of_a_whole_position_may_be_off_the_lot() {
    // d's 7 are not all its own to sell any more: 5 of them are working.
    check_decisions(
        "A last=100 lot=5
         a holds 7
         b holds 7
         c holds -7
         d holds 7
         d working 1 sell 5 @ 110
         a sell 7 @ 110
         a buy 7 @ 90
         b sell 6
         b sell 12
         c buy 7 @ 80
         d sell 7",
        expect![[r"
            a0 sell 7 A @ 110 -> pass, sent 7
            a1 buy 7 A @ 90 -> block, sent 0: strategy off_lot block 7>5
            b0 sell 6 A -> block, sent 0: strategy off_lot block 6>5
            b1 sell 12 A -> block, sent 0: strategy off_lot block 12>5
            c0 buy 7 A @ 80 -> pass, sent 7
            d0 sell 7 A -> block, sent 0: strategy off_lot block 7>5
        "]],
    );
}

#[test]
fn what_is_cut_is_cut_to_whole_lots() {
    // The odd rest of a holding is exited whole, on its own. A cut below a lot is a block.
    check_decisions(
        "A last=100 lot=5 step=1
         a holds 7
         a mode=reduce_only
         b max_order_qty=14
         c max_order_qty=4
         a sell 10 @ 110
         b buy 15 @ 90
         c buy 15 @ 90",
        expect![[r"
            a0 sell 10 A @ 110 -> reduce, sent 5: strategy reduce_only reduce
            b0 buy 15 A @ 90 -> reduce, sent 10: strategy max_order_qty reduce 15>14
            c0 buy 15 A @ 90 -> block, sent 0: strategy max_order_qty block 15>4
        "]],
    );
}

#[test]
fn a_conflict_leaves_whole_lots_too() {
    // exits_only: of b's 7 one lot of 5. net: 7 are crossed with the odd exit, and of the 3 that are left no order.
    check(
        "A last=100 lot=5
         b holds 7
         a buy 10
         b sell 10",
        expect![[r"
            a0 buy 10 A -> block, sent 0: arbitration opposing_intent block
            b0 sell 10 A -> reduce, sent 5: arbitration opposing_intent reduce
            order sell 5 A [b0 5]
        "]],
    );
    check(
        "A last=100 lot=5
         account rule=net
         b holds 7
         a buy 10
         b sell 7",
        expect![[r"
            a0 buy 10 A -> reduce, sent 0, crossed 7: arbitration off_lot reduce; arbitration crossed pass
            b0 sell 7 A -> pass, sent 0, crossed 7: arbitration crossed pass
            cross 7 A at 100: b0 to a0
        "]],
    );
}
