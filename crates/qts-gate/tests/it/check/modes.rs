//! Modes of account, strategy and instrument, states of strategies, and the operator through all of them.

use expect_test::expect;

use super::{check, check_decisions};

#[test]
fn reduce_only_lets_reducing_parts_pass_wherever_it_is_set() {
    for line in ["account mode=reduce_only", "a mode=reduce_only", "a state=reduce_only", "A last=100 mode=reduce_only"]
    {
        let head = if line.starts_with('A') { line.to_owned() } else { format!("A last=100\n{line}") };
        check_decisions(
            &format!("{head}\na holds 10\na buy 1 @ 90\na sell 12 @ 110"),
            expect![[r"
                a0 buy 1 A @ 90 -> block, sent 0: strategy reduce_only block
                a1 sell 12 A @ 110 -> reduce, sent 10: strategy reduce_only reduce
            "]],
        );
    }
}

#[test]
fn a_halt_blocks_exits_too_and_lets_cancels_pass_wherever_it_is_set() {
    for line in ["account mode=halted", "a mode=halted", "A last=100 mode=halted"] {
        let head = if line.starts_with('A') { line.to_owned() } else { format!("A last=100\n{line}") };
        check_decisions(
            &format!("{head}\na holds 10\na working 4 buy 1 @ 80\na buy 1 @ 90\na sell 5 @ 110\na cancel 4"),
            expect![[r"
                a0 buy 1 A @ 90 -> block, sent 0: strategy halted block
                a1 sell 5 A @ 110 -> block, sent 0: strategy halted block
                cancel 4 of a: test
            "]],
        );
    }
}

#[test]
fn a_kill_blocks_as_a_halt_does_under_its_own_name() {
    check_decisions(
        "A last=100
         a holds 10
         a mode=killed
         a sell 10
         b sell 10",
        expect![[r"
            a0 sell 10 A -> block, sent 0: strategy killed block
            b0 sell 10 A -> pass, sent 10
        "]],
    );
}

#[test]
fn the_severest_of_all_modes_holds() {
    check_decisions(
        "A last=100 mode=reduce_only
         B last=100 mode=halted
         account mode=reduce_only
         a state=reduce_only
         b mode=killed
         a holds 10 A
         a holds 10 B
         b holds 10 B
         a sell 10 A
         a sell 10 B
         b sell 10 B",
        expect![[r"
            a0 sell 10 A -> pass, sent 10
            a1 sell 10 B -> block, sent 0: strategy halted block
            b0 sell 10 B -> block, sent 0: strategy killed block
        "]],
    );
}

#[test]
fn no_internal_cross_escapes_a_mode() {
    check_decisions(
        "A last=100
         account rule=net
         a mode=halted
         b mode=reduce_only
         b holds 4
         a holds 10
         a sell 10
         b sell 10
         c buy 10",
        expect![[r"
            a0 sell 10 A -> block, sent 0: strategy halted block
            b0 sell 10 A -> reduce, sent 0, crossed 4: strategy reduce_only reduce; arbitration crossed pass
            c0 buy 10 A -> pass, sent 6, crossed 4: arbitration crossed pass
            cross 4 A at 100: b0 to c0
        "]],
    );
}

#[test]
fn what_sleeps_sends_nothing_and_a_shadow_is_judged_all_the_same() {
    check_decisions(
        "A last=100
         a holds 10
         b holds 10
         c holds 10
         a state=disabled
         b state=quarantined
         c state=shadow max_order_qty=5 mode=reduce_only
         a sell 10
         b sell 10
         c sell 20
         d buy 3",
        expect![[r"
            a0 sell 10 A -> block, sent 0: strategy strategy_disabled block
            b0 sell 10 A -> block, sent 0: strategy strategy_quarantined block
            c0 sell 20 A -> block, sent 0: strategy shadow block; strategy max_order_qty reduce 20>5; strategy reduce_only reduce
            d0 buy 3 A -> pass, sent 3
        "]],
    );
}

#[test]
fn the_operator_flattens_through_a_halt_and_opens_nothing() {
    // What the operator closes for a is not a's own to sell any more.
    check(
        "A last=100
         B last=100 mode=halted
         account mode=killed max_open_orders=0
         a holds 10 A
         a holds -4 B
         a state=quarantined
         operator/a sell 10 A
         operator/a buy 4 B
         operator/a sell 1 A
         operator/unassigned buy 5 A @ 90
         a sell 10 A",
        expect![[r"
            operator0 sell 10 A -> pass, sent 10
            operator1 buy 4 B -> pass, sent 4
            operator2 sell 1 A -> block, sent 0: strategy killed block
            operator3 buy 5 A @ 90 -> block, sent 0: strategy killed block
            a0 sell 10 A -> block, sent 0: strategy strategy_quarantined block; strategy killed block
            order sell 10 A [operator0 10]
            order buy 4 B [operator1 4]
        "]],
    );
}
