//! Levels: warn, limit, block, the missing ones, percentages, policies of one instrument, what cannot be computed.

use expect_test::expect;

use super::{check, check_decisions};

#[test]
fn an_order_is_passed_warned_reduced_or_blocked_by_its_size() {
    check(
        "A last=100
         a max_order_qty=80/100/500
         a buy 80 @ 91
         a buy 81 @ 92
         a buy 100 @ 93
         a buy 101 @ 94
         a buy 500 @ 95
         a buy 501 @ 96",
        expect![[r"
            a0 buy 80 A @ 91 -> pass, sent 80
            a1 buy 81 A @ 92 -> warn, sent 81: strategy max_order_qty warn 81>80
            a2 buy 100 A @ 93 -> warn, sent 100: strategy max_order_qty warn 100>80
            a3 buy 101 A @ 94 -> reduce, sent 100: strategy max_order_qty reduce 101>100
            a4 buy 500 A @ 95 -> reduce, sent 100: strategy max_order_qty reduce 500>100
            a5 buy 501 A @ 96 -> block, sent 0: strategy max_order_qty block 501>500
            order buy 80 A @ 91 [a0 80]
            order buy 81 A @ 92 [a1 81]
            order buy 100 A @ 93 [a2 100]
            order buy 100 A @ 94 [a3 100]
            order buy 100 A @ 95 [a4 100]
        "]],
    );
}

#[test]
fn a_missing_level_is_filled_in_and_never_derived() {
    // a: a bare number is the limit, and no block is no block. b: a block alone is the limit, too. c: a warn alone
    // only warns. d: without a limit everything from warn to block warns.
    check_decisions(
        "A last=100
         a max_order_qty=100
         b max_order_qty=-/-/500
         c max_order_qty=80/-/-
         d max_order_qty=80/-/500
         a buy 100
         a buy 1000000
         b buy 500
         b buy 501
         c buy 80
         c buy 1000000
         d buy 500
         d buy 501",
        expect![[r"
            a0 buy 100 A -> pass, sent 100: arbitration merged pass
            a1 buy 1000000 A -> reduce, sent 100: strategy max_order_qty reduce 1000000>100; arbitration merged pass
            b0 buy 500 A -> pass, sent 500: arbitration merged pass
            b1 buy 501 A -> block, sent 0: strategy max_order_qty block 501>500
            c0 buy 80 A -> pass, sent 80: arbitration merged pass
            c1 buy 1000000 A -> warn, sent 1000000: strategy max_order_qty warn 1000000>80; arbitration merged pass
            d0 buy 500 A -> warn, sent 500: strategy max_order_qty warn 500>80; arbitration merged pass
            d1 buy 501 A -> block, sent 0: strategy max_order_qty block 501>500
        "]],
    );
}

#[test]
fn what_is_implausible_above_its_limit_is_blocked_not_reduced() {
    check_decisions(
        "A last=100
         a price_collar=2%
         b price_collar=1%/-/-
         a buy 10 @ 102
         a buy 10 @ 103
         b buy 10 @ 101
         b buy 10 @ 150",
        expect![[r"
            a0 buy 10 A @ 102 -> pass, sent 10
            a1 buy 10 A @ 103 -> block, sent 0: strategy price_collar block 0.03>0.02
            b0 buy 10 A @ 101 -> pass, sent 10
            b1 buy 10 A @ 150 -> warn, sent 10: strategy price_collar warn 0.5>0.01
        "]],
    );
}

#[test]
fn percentages_are_of_the_budget_where_there_is_one_else_of_the_days_equity() {
    // 5 % of 100 000 are 50 shares, of a budget of 20 000 they are 10; the account's 10 % are always of equity.
    check_decisions(
        "A last=100
         account equity=100000 max_order_notional=10%
         a max_order_notional=5%
         b max_order_notional=5% budget=20000
         a buy 51 @ 100
         b buy 11 @ 99
         c buy 101 @ 98",
        expect![[r"
            a0 buy 51 A @ 100 -> reduce, sent 50: strategy max_order_notional reduce 5100>5000
            b0 buy 11 A @ 99 -> reduce, sent 10: strategy max_order_notional reduce 1089>1000
            c0 buy 101 A @ 98 -> pass, sent 101
        "]],
    );
}

#[test]
fn a_policy_may_say_something_else_of_one_instrument() {
    check_decisions(
        "A last=100
         B last=100
         account max_long=50
         account.B max_long=7
         a max_order_qty=10
         a.B max_order_qty=9
         a buy 11 A
         a buy 11 B",
        expect![[r"
            a0 buy 11 A -> reduce, sent 10: strategy max_order_qty reduce 11>10
            a1 buy 11 B -> reduce, sent 7: strategy max_order_qty reduce 11>9; account max_long reduce 9>7
        "]],
    );
}

#[test]
fn every_binding_cap_is_listed_and_all_are_over_what_was_asked() {
    // Caps of 50, 30 and 40 shares, each over the 60 that are asked; none is applied to what another left.
    check_decisions(
        "A last=100
         account equity=10000
         a max_order_qty=50 max_order_notional=30% max_long=40
         a buy 60 @ 100",
        expect![[r"
            a0 buy 60 A @ 100 -> reduce, sent 30: strategy max_order_qty reduce 60>50; strategy max_order_notional reduce 6000>3000; strategy max_long reduce 60>40
        "]],
    );
}

#[test]
fn what_cannot_be_computed_blocks_what_increases() {
    // The day's equity is not known. Exits are not for that reason held up, only sliced as finely as can be.
    check_decisions(
        "A last=100
         account equity=unknown
         a holds 50
         b holds 50
         a max_long=10% max_gross_exposure=10% max_net_exposure=10%
         b max_order_notional=10%
         a buy 10 @ 90
         a sell 50 @ 110
         b buy 10 @ 90
         b sell 50 @ 110",
        expect![[r"
            a0 buy 10 A @ 90 -> block, sent 0: strategy max_long block; strategy max_gross_exposure block; strategy max_net_exposure block
            a1 sell 50 A @ 110 -> pass, sent 50: arbitration merged pass
            b0 buy 10 A @ 90 -> block, sent 0: strategy max_order_notional block
            b1 sell 50 A @ 110 -> reduce, sent 1: strategy max_order_notional reduce; arbitration merged pass
        "]],
    );
}

#[test]
fn what_cannot_be_computed_never_admits_more_than_what_can() {
    // Half exit, half new short: with a known limit it is blocked whole, so without one it is, too.
    let case = |equity: &str| {
        format!(
            "A last=100
             account equity={equity}
             a holds 50
             a max_order_notional=-/10%/20% fat_finger=5x
             a sell 100 @ 110"
        )
    };
    check_decisions(
        &case("10000"),
        expect![[r"
            a0 sell 100 A @ 110 -> block, sent 0: strategy fat_finger block 11000>5000; strategy max_order_notional block 11000>2000
        "]],
    );
    check_decisions(
        &case("unknown"),
        expect![[r"
            a0 sell 100 A @ 110 -> block, sent 0: strategy fat_finger block; strategy max_order_notional block
        "]],
    );
}

#[test]
fn an_order_size_that_cannot_be_valued_blocks_what_is_no_exit_and_slices_an_exit() {
    // B has no price, so there is no equity to take a share of. A block leaves no room to be scored anew: a's score is
    // of the 5 it asked for. Nor is the multiple of such a limit known, and an exit is exempt from it.
    check_decisions(
        "A last=100
         B lot=1
         z holds 5 B
         a max_order_notional=5% max_risk_score=0.1 flow=1000
         b max_order_notional=5% fat_finger=5x
         b holds 10 A
         a buy 5 A @ 100
         b sell 10 A @ 110
         b buy 5 A @ 100",
        expect![[r#"
            a0 buy 5 A @ 100 -> block, sent 0: strategy max_order_notional block; strategy buy_affordability_check pass 0.5>?; strategy risk_score_exceeded block 0.5>0.1
            b0 sell 10 A @ 110 -> reduce, sent 1: strategy max_order_notional reduce
            b1 buy 5 A @ 100 -> block, sent 0: strategy fat_finger block; strategy max_order_notional block
        "#]],
    );
}
