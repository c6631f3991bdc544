//! What holds and what does not hold for exits; no flip, no exit twice, what a cycle reserves.

use expect_test::expect;

use super::check_decisions;

#[test]
fn order_size_slices_an_exit_and_never_blocks_it() {
    // 1000 is above the block of 500, but an exit; 1001 is not one. A limit below a lot still leaves a lot.
    check_decisions(
        "A last=100 lot=10
         a holds 1000
         b holds 1000
         c holds 1000
         a max_order_qty=-/100/500
         b max_order_qty=-/100/500
         c max_order_qty=3
         a sell 1000
         b sell 1010
         c sell 1000",
        expect![[r"
            a0 sell 1000 A -> reduce, sent 100: strategy max_order_qty reduce 1000>100; arbitration merged pass
            b0 sell 1010 A -> block, sent 0: strategy max_order_qty block 1010>500
            c0 sell 1000 A -> reduce, sent 10: strategy max_order_qty reduce 1000>3; arbitration merged pass
        "]],
    );
}

#[test]
fn a_slip_of_the_finger_is_blocked_and_not_reduced_to_the_holding() {
    // Citi's 58 million: nothing is left of it. The exit of all 1000 is exempt and sliced.
    check_decisions(
        "A last=100
         a holds 1000
         a max_order_qty=100 fat_finger=5x
         a sell 58000000
         a sell 1000",
        expect![[r"
            a0 sell 58000000 A -> block, sent 0: strategy fat_finger block 58000000>500; strategy max_order_qty reduce 58000000>100
            a1 sell 1000 A -> reduce, sent 100: strategy max_order_qty reduce 1000>100
        "]],
    );
}

#[test]
fn fat_fingers_are_told_by_multiples_of_quantity_notional_and_median() {
    check_decisions(
        "A last=100
         a max_order_qty=100 fat_finger=5x
         b max_order_notional=1000 fat_finger=5x
         c fat_finger=10m median=3
         d fat_finger=5x,10m
         a buy 500 @ 90
         a buy 501 @ 90
         b buy 50 @ 100
         b buy 51 @ 100
         c buy 30 @ 80
         c buy 31 @ 80
         d buy 1000000 @ 70",
        expect![[r"
            a0 buy 500 A @ 90 -> reduce, sent 100: strategy max_order_qty reduce 500>100
            a1 buy 501 A @ 90 -> block, sent 0: strategy fat_finger block 501>500; strategy max_order_qty reduce 501>100
            b0 buy 50 A @ 100 -> reduce, sent 10: strategy max_order_notional reduce 5000>1000
            b1 buy 51 A @ 100 -> block, sent 0: strategy fat_finger block 5100>5000; strategy max_order_notional reduce 5100>1000
            c0 buy 30 A @ 80 -> pass, sent 30
            c1 buy 31 A @ 80 -> block, sent 0: strategy fat_finger block 31>30
            d0 buy 1000000 A @ 70 -> pass, sent 1000000
        "]],
    );
}

#[test]
fn capacity_never_cuts_the_reducing_part() {
    // Everything is far over its limit already: exits pass, of what goes beyond the holding nothing does.
    check_decisions(
        "A last=100
         a holds 150
         b holds 150
         c holds 150
         d holds 150
         a max_long=100
         b max_gross_exposure=1000 max_net_exposure=1000
         c max_open_orders=0
         d cycle_notional=0
         a sell 20
         a buy 1 @ 90
         b sell 200
         c sell 200
         d sell 200",
        expect![[r"
            a0 sell 20 A -> pass, sent 20: arbitration merged pass
            a1 buy 1 A @ 90 -> block, sent 0: strategy max_long block 151>100
            b0 sell 200 A -> reduce, sent 150: strategy max_gross_exposure reduce 20000>1000; strategy max_net_exposure reduce 5000>1000; arbitration merged pass
            c0 sell 200 A -> reduce, sent 150: strategy max_open_orders reduce 1>0; arbitration merged pass
            d0 sell 200 A -> reduce, sent 150: strategy cycle_notional reduce 5000>0; arbitration merged pass
        "]],
    );
}

#[test]
fn no_sale_flips_a_position() {
    check_decisions(
        "A last=100
         a holds 100
         b holds 100
         a max_short=0
         a sell 150
         b max_short=30
         b sell 150",
        expect![[r"
            a0 sell 150 A -> reduce, sent 100: strategy max_short reduce 50>0; arbitration merged pass
            b0 sell 150 A -> reduce, sent 130: strategy max_short reduce 50>30; arbitration merged pass
        "]],
    );
}

#[test]
fn an_exit_that_is_already_working_is_not_sent_again() {
    check_decisions(
        "A last=100
         a holds 100
         b holds 100
         c holds 100
         a max_short=0
         b max_short=0
         a working 1 sell 100 @ 110
         b working 2 sell 60 @ 110
         a sell 100
         b sell 100
         c sell 100",
        expect![[r"
            a0 sell 100 A -> block, sent 0: strategy max_short block 100>0
            b0 sell 100 A -> reduce, sent 40: strategy max_short reduce 60>0; arbitration merged pass
            c0 sell 100 A -> pass, sent 100: arbitration merged pass
        "]],
    );
}

#[test]
fn a_strategys_earlier_proposals_of_the_cycle_are_reserved() {
    // Two sells may not jointly exceed the holding, two buys not the limit, and a buy makes no room for a sale.
    check_decisions(
        "A last=100
         a holds 100
         a max_short=0
         b max_long=100
         c max_short=0
         a sell 70 @ 110
         a sell 70 @ 110
         a sell 70 @ 110
         b buy 60 @ 90
         b buy 60 @ 90
         b buy 60 @ 90
         c buy 10 @ 90
         c sell 10 @ 110",
        expect![[r"
            a0 sell 70 A @ 110 -> pass, sent 70: arbitration merged pass
            a1 sell 70 A @ 110 -> reduce, sent 30: strategy max_short reduce 40>0; arbitration merged pass
            a2 sell 70 A @ 110 -> block, sent 0: strategy max_short block 70>0
            b0 buy 60 A @ 90 -> pass, sent 60: arbitration merged pass
            b1 buy 60 A @ 90 -> reduce, sent 40: strategy max_long reduce 120>100; arbitration merged pass
            b2 buy 60 A @ 90 -> block, sent 0: strategy max_long block 160>100
            c0 buy 10 A @ 90 -> pass, sent 10: arbitration merged pass
            c1 sell 10 A @ 110 -> block, sent 0: strategy max_short block 10>0
        "]],
    );
}

#[test]
fn what_is_reserved_is_what_was_admitted_not_what_was_asked() {
    check_decisions(
        "A last=100
         a max_long=100 max_order_qty=30
         a buy 90
         a buy 90",
        expect![[r"
            a0 buy 90 A -> reduce, sent 30: strategy max_order_qty reduce 90>30; arbitration merged pass
            a1 buy 90 A -> reduce, sent 30: strategy max_order_qty reduce 90>30; strategy max_long reduce 120>100; arbitration merged pass
        "]],
    );
}
