//! The gate's boundaries, case by case: a cycle in text (`cycle.rs`), and word for word what the gate says to it.
//!
//! Every policy is `validity_only` with the controls under test and nothing else, unless a case names another. Each
//! expectation was worked out from the pages, not taken from the gate.

use expect_test::{Expect, expect};

use crate::cycle::Cycle;

#[expect(clippy::needless_pass_by_value, reason = "so that cases read `expect![…]` without a `&`")]
fn check(text: &str, expected: Expect) {
    expected.assert_eq(&Cycle::parse(text).judge());
}

/// As [`check`], without the orders that follow from the decisions.
#[expect(clippy::needless_pass_by_value, reason = "so that cases read `expect![…]` without a `&`")]
fn check_decisions(text: &str, expected: Expect) {
    let told = Cycle::parse(text).judge();
    let decisions: Vec<&str> = told.lines().filter(|line| !line.starts_with("order ")).collect();
    expected.assert_eq(&(decisions.join("\n") + "\n"));
}

// Thresholds.

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

// Exits.

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

// Each control.

#[test]
fn positions_count_working_orders_as_filled() {
    check_decisions(
        "A last=100
         a holds 60
         a working 1 buy 30 @ 90
         a max_long=80/100/120
         b holds -60
         b working 2 sell 30 @ 110
         b max_short=80/100/120
         a buy 10 @ 90
         a buy 10 @ 90
         a buy 21 @ 90
         b sell 10 @ 110
         b sell 10 @ 110
         b sell 21 @ 110",
        expect![[r"
            a0 buy 10 A @ 90 -> warn, sent 10: strategy max_long warn 100>80
            a1 buy 10 A @ 90 -> block, sent 0: strategy max_long block 110>100
            a2 buy 21 A @ 90 -> block, sent 0: strategy max_long block 121>120
            b0 sell 10 A @ 110 -> warn, sent 10: strategy max_short warn 100>80
            b1 sell 10 A @ 110 -> block, sent 0: strategy max_short block 110>100
            b2 sell 21 A @ 110 -> block, sent 0: strategy max_short block 121>120
        "]],
    );
}

#[test]
fn above_a_capacitys_block_only_the_reducing_part_is_left() {
    // Short 20 and a buy of 100: to the limit it would be 70, above the block it is the 20 that cover.
    check_decisions(
        "A last=100
         a holds -20
         b holds -20
         a max_long=-/50/80
         b max_long=-/50/79
         a buy 100
         b buy 100",
        expect![[r"
            a0 buy 100 A -> reduce, sent 70: strategy max_long reduce 80>50; arbitration merged pass
            b0 buy 100 A -> reduce, sent 20: strategy max_long reduce 80>79; arbitration merged pass
        "]],
    );
}

#[test]
fn a_position_may_be_limited_by_its_worth() {
    // 5 % of 100 000 at the mark of 100: 50 shares, at the limit price of 90 no more.
    check_decisions(
        "A last=100
         account equity=100000
         a holds 20
         a max_long=4%/5%/-
         b max_short=1%
         a buy 20 @ 90
         a buy 20 @ 90
         b sell 11 @ 120",
        expect![[r"
            a0 buy 20 A @ 90 -> pass, sent 20: arbitration merged pass
            a1 buy 20 A @ 90 -> reduce, sent 10: strategy max_long reduce 6000>5000; arbitration merged pass
            b0 sell 11 A @ 120 -> reduce, sent 10: strategy max_short reduce 1100>1000
        "]],
    );
}

#[test]
fn gross_exposure_adds_longs_and_shorts_and_their_worst_cases() {
    // 30 000 less A's 100·100 and B's max(|−50 − 50|, 50)·100 leave 100 shares of A.
    check_decisions(
        "A last=100
         B last=100
         a holds 100 A
         a holds -50 B
         a working 1 sell 50 B @ 110
         a max_gross_exposure=25000/30000/60000
         a buy 50 A @ 90
         a buy 51 A @ 90
         a sell 150 A @ 110
         a buy 60 B @ 90",
        expect![[r"
            a0 buy 50 A @ 90 -> pass, sent 50: arbitration merged pass
            a1 buy 51 A @ 90 -> reduce, sent 50: strategy max_gross_exposure reduce 30100>30000; arbitration merged pass
            a2 sell 150 A @ 110 -> reduce, sent 100: strategy max_gross_exposure reduce 35000>30000
            a3 buy 60 B @ 90 -> reduce, sent 50: strategy max_gross_exposure reduce 31000>30000
        "]],
    );
}

#[test]
fn net_exposure_offsets_shorts_but_never_cuts_a_cover() {
    // Net is 10 000 − 5 000, at the limit: no buy adds to it, a cover of 50 goes, a sale lowers it.
    check_decisions(
        "A last=100
         B last=100
         a holds 100 A
         a holds -50 B
         a max_net_exposure=5000
         a buy 1 A @ 90
         a buy 60 B
         a sell 190 A @ 110",
        expect![[r"
            a0 buy 1 A @ 90 -> block, sent 0: strategy max_net_exposure block 5100>5000
            a1 buy 60 B -> reduce, sent 50: strategy max_net_exposure reduce 11000>5000
            a2 sell 190 A @ 110 -> reduce, sent 100: strategy max_net_exposure reduce 14000>5000
        "]],
    );
}

#[test]
fn short_sales_are_cut_to_the_holding_where_the_market_bans_them() {
    // B's market does not ban them; b's own policy does not ask, the account's does.
    check_decisions(
        "A last=100 short_ban
         B last=100
         account short_not_allowed
         a holds 10 A
         b holds 10 A
         a short_not_allowed
         a sell 11 A
         a sell 11 B
         b sell 11 A @ 110",
        expect![[r"
            a0 sell 11 A -> reduce, sent 10: strategy short_not_allowed reduce 11>10
            a1 sell 11 B -> pass, sent 11
            b0 sell 11 A @ 110 -> reduce, sent 10: account short_not_allowed reduce 11>10
        "]],
    );
}

#[test]
fn working_orders_are_counted_per_instrument_for_a_strategy_and_over_all_for_the_account() {
    check_decisions(
        "A last=100
         B last=100
         a holds 10 A
         a working 1 buy 5 A @ 80
         a working 2 buy 5 B @ 80
         b working 3 buy 5 B @ 80
         a max_open_orders=1/2/-
         account max_open_orders=5
         a buy 1 A @ 90
         a buy 1 A @ 91
         a sell 10 A @ 110
         a buy 1 B @ 90
         b buy 1 B @ 91",
        expect![[r"
            a0 buy 1 A @ 90 -> warn, sent 1: strategy max_open_orders warn 2>1
            a1 buy 1 A @ 91 -> block, sent 0: strategy max_open_orders block 3>2
            a2 sell 10 A @ 110 -> pass, sent 10
            a3 buy 1 B @ 90 -> block, sent 0: strategy max_open_orders warn 2>1; account max_open_orders block 6>5
            b0 buy 1 B @ 91 -> block, sent 0: account max_open_orders block 6>5
        "]],
    );
}

#[test]
fn the_collar_measures_only_what_is_adverse_and_exits_too() {
    check_decisions(
        "A last=1000
         a holds 100
         a price_collar=1.5%/-/2.5%
         b price_collar=1.5%/-/2.5%
         b buy 1 @ 900
         b buy 2 @ 1015
         b buy 3 @ 1016
         b buy 4 @ 1025
         b buy 5 @ 1026
         b buy 6
         b sell 7 @ 1100",
        expect![[r"
            b0 buy 1 A @ 900 -> pass, sent 1
            b1 buy 2 A @ 1015 -> pass, sent 2
            b2 buy 3 A @ 1016 -> warn, sent 3: strategy price_collar warn 0.016>0.015
            b3 buy 4 A @ 1025 -> warn, sent 4: strategy price_collar warn 0.025>0.015
            b4 buy 5 A @ 1026 -> block, sent 0: strategy price_collar block 0.026>0.025
            b5 buy 6 A -> block, sent 0: arbitration opposing_intent block
            b6 sell 7 A @ 1100 -> block, sent 0: arbitration opposing_intent block
        "]],
    );
    check_decisions(
        "A last=1000
         a holds 100
         a price_collar=1.5%/-/2.5%
         a sell 1 @ 1100
         a sell 2 @ 985
         a sell 3 @ 984
         a sell 4 @ 975
         a sell 5 @ 974",
        expect![[r"
            a0 sell 1 A @ 1100 -> pass, sent 1
            a1 sell 2 A @ 985 -> pass, sent 2
            a2 sell 3 A @ 984 -> warn, sent 3: strategy price_collar warn 0.016>0.015
            a3 sell 4 A @ 975 -> warn, sent 4: strategy price_collar warn 0.025>0.015
            a4 sell 5 A @ 974 -> block, sent 0: strategy price_collar block 0.026>0.025
        "]],
    );
}

#[test]
fn the_collars_reference_is_the_fresh_last_else_the_fresh_mid_else_the_previous_close() {
    check_decisions(
        "A last=1000 age=3s bid=1100 ask=1100 prev=1200
         B last=1000 age=4s bid=1100 ask=1100 prev=1200
         C last=1000 age=4s bid=1100 ask=1100 quote_age=4s prev=1200
         D last=1000 age=4s bid=1100 ask=1100 quote_age=4s
         E last=1000 age=180s interval=60s
         a price_collar=2.5%
         a buy 1 A @ 1026
         a buy 1 B @ 1127
         a buy 1 B @ 1128
         a buy 1 C @ 1230
         a buy 1 C @ 1231
         a buy 1 D @ 1000
         a buy 1 E @ 1026",
        expect![[r"
            a0 buy 1 A @ 1026 -> block, sent 0: strategy price_collar block 0.026>0.025
            a1 buy 1 B @ 1127 -> pass, sent 1
            a2 buy 1 B @ 1128 -> block, sent 0: strategy price_collar block 0.02545455>0.025
            a3 buy 1 C @ 1230 -> pass, sent 1
            a4 buy 1 C @ 1231 -> block, sent 0: strategy price_collar block 0.02583334>0.025
            a5 buy 1 D @ 1000 -> block, sent 0: strategy price_collar block
            a6 buy 1 E @ 1026 -> block, sent 0: strategy price_collar block 0.026>0.025
        "]],
    );
}

#[test]
fn a_strategys_cycle_is_judged_by_all_it_asks_and_above_the_block_nothing_new_goes() {
    // a asks for 20 000 and may; b for 20 100: none of it goes but what reduces, and not a part of the rest.
    check_decisions(
        "A last=100
         B last=100
         account equity=100000
         a cycle_notional=15%/-/20%
         b cycle_notional=20%
         b holds 50 B
         a buy 100 A @ 100
         a buy 100 B @ 100
         b buy 100 A @ 100
         b buy 100 A @ 100
         b sell 51 B @ 100
         b sell 30 B @ 101",
        expect![[r"
            a0 buy 100 A @ 100 -> warn, sent 100: strategy cycle_notional warn 20000>15000
            a1 buy 100 B @ 100 -> block, sent 0: strategy cycle_notional warn 20000>15000; arbitration opposing_intent block
            b0 buy 100 A @ 100 -> block, sent 0: strategy cycle_notional block 23130>20000
            b1 buy 100 A @ 100 -> block, sent 0: strategy cycle_notional block 23130>20000
            b2 sell 51 B @ 100 -> reduce, sent 50: strategy cycle_notional reduce 23130>20000
            b3 sell 30 B @ 101 -> block, sent 0: strategy cycle_notional block 23130>20000
        "]],
    );
}

#[test]
fn a_basket_whose_parts_are_each_small_enough_is_blocked_whole() {
    let mut text = "A last=100\naccount equity=100000\na max_order_notional=5% cycle_notional=20%\n".to_owned();
    for _ in 0..349 {
        text += "a buy 49 @ 100\n";
    }
    let told = Cycle::parse(&text).judge();
    assert_eq!(told.lines().count(), 349);
    assert!(told.lines().all(|line| line.ends_with("-> block, sent 0: strategy cycle_notional block 1710100>20000")));
}

#[test]
fn an_invalid_intent_makes_no_room_in_the_cycle() {
    // A price below zero would make the sum smaller.
    check_decisions(
        "A last=100
         a cycle_notional=10000
         a buy 101 @ 100
         a buy 100 @ -100
         a buy -100 @ 100
         a buy 100 Z @ 100",
        expect![[r"
            a0 buy 101 A @ 100 -> block, sent 0: strategy cycle_notional block 10100>10000
            a1 buy 100 A @ -100 -> block, sent 0: strategy invalid_number block
            a2 buy -100 A @ 100 -> block, sent 0: strategy invalid_number block
            a3 buy 100 ?99 @ 100 -> block, sent 0: strategy unknown_instrument block
        "]],
    );
}

#[test]
fn the_accounts_cycle_is_room_that_the_orders_share() {
    // Canonical order: the exit (adds nothing), then rank: b fills the room that a then lacks.
    check_decisions(
        "A last=100
         account cycle_notional=12000/15000/-
         a rank=2
         b rank=1
         c rank=3
         c holds 500
         a buy 100 @ 99
         b buy 100 @ 98
         c sell 500 @ 110",
        expect![[r"
            a0 buy 100 A @ 99 -> reduce, sent 52: account cycle_notional reduce 19700>15000
            b0 buy 100 A @ 98 -> pass, sent 100
            c0 sell 500 A @ 110 -> pass, sent 500
        "]],
    );
}

#[test]
fn cash_covers_working_buys_and_this_cycles_with_commission_and_a_buffer() {
    // 10 000 less 2 % less 20·100·1.001 leaves 7 798: 77 at 100.1 each. The sale frees nothing before it fills.
    check_decisions(
        "A last=100 fee=0.1%
         account cash=10000 equity=10000 buying_power=2%
         a holds 50
         a working 1 buy 20 @ 100
         a sell 50 @ 120
         a buy 100 @ 100
         b buy 1 @ 90",
        expect![[r"
            a0 sell 50 A @ 120 -> pass, sent 50
            a1 buy 100 A @ 100 -> reduce, sent 77: account buying_power reduce 12012>9800
            b0 buy 1 A @ 90 -> pass, sent 1
        "]],
    );
}

#[test]
fn buying_power_does_not_hold_up_a_cover() {
    check_decisions(
        "A last=100
         account cash=0 buying_power=0%
         a holds -10
         a buy 12",
        expect![[r"
            a0 buy 12 A -> reduce, sent 10: account buying_power reduce 1200>0
        "]],
    );
}

#[test]
fn one_hundred_buys_that_are_each_affordable_stay_within_the_cash_in_any_order() {
    // Case 4: 50 million, 2 % kept back, 100 buys of a million each on 100 instruments by strategies of all ranks.
    let head: String = (0..100).map(|n| format!("I{n:02} last=50000\ns{n:02} rank={}\n", n * 37 % 100)).collect();
    let buys: Vec<String> = (0..100).map(|n| format!("s{n:02} buy 20 I{n:02}\n")).collect();
    let judged = |buys: &[String]| {
        let told = Cycle::parse(&format!("{head}account cash=50000000 buying_power=2%\n{}", buys.concat())).judge();
        let mut decisions: Vec<String> = told.lines().filter(|l| !l.starts_with("order")).map(str::to_owned).collect();
        decisions.sort();
        decisions
    };
    let straight = judged(&buys);
    let ends = |end: &str| straight.iter().filter(|line| line.ends_with(end)).count();
    let blocked = "block, sent 0: account buying_power block 50000000>49000000";
    assert_eq!((ends("pass, sent 20"), ends(blocked), straight.len()), (49, 51, 100));
    for by in [1, 50, 99] {
        let mut turned = buys.clone();
        turned.rotate_left(by);
        assert_eq!(judged(&turned), straight);
        turned.reverse();
        assert_eq!(judged(&turned), straight);
    }
}

// Budget.

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

// What an order is worth.

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

// The market's rules.

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

// Modes and states.

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

// Arbitration.

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

// Own working orders.

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

// The account.

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

// Built-in policies.

#[test]
fn the_conservative_policy_lets_one_lot_go() {
    // Equity of a million: 5 % are 500 shares, 30 % of gross exposure are far away. More than a lot is reduced.
    check_decisions(
        "A last=100 lot=10
         account policy=conservative cash=1000000 equity=1000000
         a policy=conservative
         a buy 10
         a buy 30
         a sell 10 @ 102
         a buy 10 @ 101
         a buy 10 @ 103",
        expect![[r"
            a0 buy 10 A -> pass, sent 10: arbitration merged pass
            a1 buy 30 A -> reduce, sent 10: strategy max_order_qty reduce 30>10; arbitration merged pass
            a2 sell 10 A @ 102 -> block, sent 0: strategy max_short block 10>0
            a3 buy 10 A @ 101 -> pass, sent 10
            a4 buy 10 A @ 103 -> block, sent 0: strategy price_collar block 0.03>0.025; strategy max_open_orders block 4>3
        "]],
    );
}

#[test]
fn phase_5_through_the_staged_gate() {
    // a can pay 2 of 5 and is scored again on them: 200/250. b's score of 0.2 is above 0.1. c has no cash. d sells.
    check_decisions(
        "A last=100
         account cash=100
         a policy=phase5 max_risk_score=0.9 budget=250
         b policy=phase5 max_risk_score=0.1 budget=1000
         c policy=phase5 budget=50
         d policy=phase5
         d holds 5
         e policy=phase5
         f policy=phase5 max_risk_score=0.8 budget=250
         a buy 5 @ 90
         b buy 2 @ 90
         c buy 1 @ 90
         d sell 9 @ 110
         e sell 1 @ 110
         f buy 5 @ 91",
        expect![[r"
            a0 buy 5 A @ 90 -> reduce, sent 2: strategy budget reduce 450>250; strategy buy_affordability_check pass 1>?; strategy qty_adjusted reduce
            b0 buy 2 A @ 90 -> block, sent 0: strategy buy_affordability_check pass 0.2>?; strategy risk_score_exceeded block 0.2>0.1
            c0 buy 1 A @ 90 -> block, sent 0: strategy budget block 90>50; strategy buy_affordability_check block 1>?
            d0 sell 9 A @ 110 -> reduce, sent 5: strategy sell_position_check pass 0.2>?; strategy qty_adjusted reduce
            e0 sell 1 A @ 110 -> block, sent 0: strategy sell_position_check block 0.2>?
            f0 buy 5 A @ 91 -> reduce, sent 2: strategy budget reduce 455>250; strategy buy_affordability_check pass 1>?; strategy qty_adjusted reduce
        "]],
    );
}

#[test]
fn the_score_of_phase_5_is_of_what_all_caps_leave() {
    // Asked for 9 the score would be 0.9; the order's limit leaves 5, and of those it is 0.5. A lot of 10 leaves none.
    check_decisions(
        "A last=100
         B last=100 lot=10
         a policy=phase5 flow=1000 max_order_qty=5
         a buy 9
         b policy=phase5 flow=500
         b buy 10 B",
        expect![[r"
            a0 buy 9 A -> reduce, sent 5: strategy max_order_qty reduce 9>5; strategy buy_affordability_check pass 0.9>?
            b0 buy 10 B -> block, sent 0: strategy buy_affordability_check pass 1>?; strategy qty_adjusted_to_zero block
        "]],
    );
}

#[test]
fn the_cash_of_phase_5_is_what_working_buys_and_earlier_ones_leave() {
    check_decisions(
        "A last=100
         a policy=phase5 max_risk_score=1 flow=1000
         a working 1 buy 3 @ 90
         a buy 4 @ 90
         a buy 9 @ 91",
        expect![[r"
            a0 buy 4 A @ 90 -> pass, sent 4: strategy buy_affordability_check pass 0.54794521>?
            a1 buy 9 A @ 91 -> reduce, sent 3: strategy buy_affordability_check pass 1>?; strategy qty_adjusted reduce
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
fn gross_exposure_counts_what_was_admitted_as_if_it_were_working() {
    // 50 to buy and 50 to sell are 50 at worst; 50 more to buy are 100.
    check_decisions(
        "A last=100
         a max_gross_exposure=12000
         a buy 50 @ 90
         a sell 50 @ 110
         a buy 50 @ 89",
        expect![[r#"
            a0 buy 50 A @ 90 -> pass, sent 50
            a1 sell 50 A @ 110 -> pass, sent 50
            a2 buy 50 A @ 89 -> pass, sent 50
        "#]],
    );
}
