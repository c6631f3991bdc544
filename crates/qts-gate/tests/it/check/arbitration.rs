//! Conflicts, crosses, merging.

use expect_test::expect;

use super::{check, check_decisions};

#[test]
fn the_example_of_the_contract() {
    check(
        "A last=50000 bid=49950 ask=50000 prev=49500 krx
         account cash=50000000 equity=100000000
         a holds 100
         b holds 5
         a working 0 sell 20 @ 51000
         a buy 10
         b sell 5 @ 49900",
        expect![[r"
            a0 buy 10 A -> block, sent 0: arbitration opposing_intent block
            b0 sell 5 A @ 49900 -> pass, sent 5
            order sell 5 A @ 49900 [b0 5]
        "]],
    );
}

#[test]
fn in_a_conflict_only_exits_go() {
    // b's sale is half exit; c takes no part, nobody meets 95.
    check(
        "A last=100
         b holds 30
         a buy 100 @ 100
         b sell 60 @ 99
         c buy 10 @ 95",
        expect![[r"
            a0 buy 100 A @ 100 -> block, sent 0: arbitration opposing_intent block
            b0 sell 60 A @ 99 -> reduce, sent 30: arbitration opposing_intent reduce
            c0 buy 10 A @ 95 -> pass, sent 10
            order sell 30 A @ 99 [b0 30]
            order buy 10 A @ 95 [c0 10]
        "]],
    );
}

#[test]
fn what_the_strategy_scope_blocked_is_no_party_to_a_conflict() {
    check_decisions(
        "A last=100
         a mode=halted
         a buy 100
         b sell 60",
        expect![[r"
            a0 buy 100 A -> block, sent 0: strategy halted block
            b0 sell 60 A -> pass, sent 60
        "]],
    );
}

#[test]
fn under_net_the_rest_of_the_larger_side_goes_to_market() {
    check(
        "A last=100
         account rule=net
         b holds 60
         a buy 100
         b sell 60",
        expect![[r"
            a0 buy 100 A -> pass, sent 40, crossed 60: arbitration crossed pass
            b0 sell 60 A -> pass, sent 0, crossed 60: arbitration crossed pass
            cross 60 A at 100: b0 to a0
            order buy 40 A [a0 40]
        "]],
    );
}

#[test]
fn exits_of_both_sides_are_booked_against_each_other_first() {
    // Sellers share the 6 as 4 and 2; the bookings walk sellers and buyers in rank order. c with itself is listed.
    check(
        "A last=100
         a rank=1
         b rank=2
         c rank=3
         a holds 6
         b holds 3
         c holds -6
         a sell 6
         b sell 3 @ 99
         c buy 2
         c buy 4 @ 100",
        expect![[r"
            a0 sell 6 A -> pass, sent 2, crossed 4: arbitration crossed pass
            b0 sell 3 A @ 99 -> pass, sent 1, crossed 2: arbitration crossed pass
            c0 buy 2 A -> pass, sent 0, crossed 2: arbitration crossed pass
            c1 buy 4 A @ 100 -> pass, sent 0, crossed 4: arbitration crossed pass
            cross 2 A at 100: a0 to c0
            cross 2 A at 100: a0 to c1
            cross 2 A at 100: b0 to c1
            order sell 2 A [a0 2]
            order sell 1 A @ 99 [b0 1]
        "]],
    );
    check(
        "A last=100
         account rule=net
         a holds 5
         a buy 8
         a sell 5",
        expect![[r"
            a0 buy 8 A -> pass, sent 3, crossed 5: arbitration crossed pass
            a1 sell 5 A -> pass, sent 0, crossed 5: arbitration crossed pass
            cross 5 A at 100: a1 to a0
            order buy 3 A [a0 3]
        "]],
    );
}

#[test]
fn without_a_fair_price_the_side_of_the_best_ranked_exit_goes() {
    // Three seconds are fresh, four are not.
    check_decisions(
        "A last=100 age=4s
         a rank=2
         b rank=1
         a holds 6
         b holds -4
         a sell 6
         b buy 4",
        expect![[r"
            a0 sell 6 A -> block, sent 0: arbitration no_cross_price block
            b0 buy 4 A -> pass, sent 4
        "]],
    );
    check_decisions(
        "A last=100 age=3s
         a holds 6
         b holds -4
         a sell 6 @ 99
         b buy 4 @ 99",
        expect![[r"
            a0 sell 6 A @ 99 -> pass, sent 6
            b0 buy 4 A @ 99 -> block, sent 0: arbitration no_cross_price block
        "]],
    );
}

#[test]
fn the_cross_price_is_the_mid_floored_to_the_tick_where_the_last_trade_is_stale() {
    check_decisions(
        "A last=50000 age=4s bid=50100 ask=50400 tick=100
         a holds 6
         b holds -4
         a sell 6
         b buy 4",
        expect![[r"
            a0 sell 6 A -> pass, sent 2, crossed 4: arbitration crossed pass
            b0 buy 4 A -> pass, sent 0, crossed 4: arbitration crossed pass
            cross 4 A at 50200: a0 to b0
        "]],
    );
}

#[test]
fn by_rank_the_side_of_the_best_ranked_entry_passes_unless_an_exit_takes_part() {
    check_decisions(
        "A last=100
         B last=100
         account rule=rank
         a rank=3
         b rank=2
         c rank=1
         c holds 5 B
         a buy 5 A
         b sell 6 A
         c buy 7 A @ 100
         a sell 5 B
         b buy 6 B
         c sell 7 B",
        expect![[r"
            a0 buy 5 A -> pass, sent 5
            b0 sell 6 A -> block, sent 0: arbitration opposing_intent block
            c0 buy 7 A @ 100 -> pass, sent 7
            a1 sell 5 B -> block, sent 0: arbitration opposing_intent block
            b1 buy 6 B -> block, sent 0: arbitration opposing_intent block
            c1 sell 7 B -> reduce, sent 5: arbitration opposing_intent reduce
        "]],
    );
}

#[test]
fn what_opposes_the_operator_is_blocked_whatever_it_is() {
    for rule in ["exits_only", "net", "rank"] {
        check_decisions(
            &format!(
                "A last=100
                 account rule={rule}
                 a rank=1
                 a holds 5
                 b holds -9
                 a sell 5
                 operator/b buy 9 @ 100
                 c sell 3 @ 101"
            ),
            expect![[r"
                a0 sell 5 A -> block, sent 0: arbitration opposing_intent block
                operator0 buy 9 A @ 100 -> pass, sent 9
                c0 sell 3 A @ 101 -> pass, sent 3
            "]],
        );
    }
}

#[test]
fn equal_proposals_become_one_order_with_its_children_by_rank() {
    check(
        "A last=100
         a rank=2
         b rank=1
         c rank=1
         a buy 3 @ 99
         c buy 2 @ 99
         b buy 1 @ 99
         b buy 4 @ 99 gtc
         a buy 5",
        expect![[r"
            a0 buy 3 A @ 99 -> pass, sent 3: arbitration merged pass
            c0 buy 2 A @ 99 -> pass, sent 2: arbitration merged pass
            b0 buy 1 A @ 99 -> pass, sent 1: arbitration merged pass
            b1 buy 4 A @ 99 gtc -> pass, sent 4
            a1 buy 5 A -> pass, sent 5
            order buy 6 A @ 99 [b0 1, c0 2, a0 3]
            order buy 4 A @ 99 gtc [b1 4]
            order buy 5 A [a1 5]
        "]],
    );
}
