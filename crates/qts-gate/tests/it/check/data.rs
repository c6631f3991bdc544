//! Controls of what is known of the market: restricted lists, sessions, ages, jumps, duplicates, the usual volume.

use expect_test::expect;

use super::{check, check_decisions};

#[test]
fn what_is_on_the_list_is_not_traded_exits_included() {
    check_decisions(
        "A last=100
         B last=100
         a restricted=A,Z
         a holds 10 A
         a sell 10 A
         a buy 10 B
         b buy 10 A @ 90",
        expect![[r#"
            a0 sell 10 A -> block, sent 0: strategy restricted block
            a1 buy 10 B -> pass, sent 10
            b0 buy 10 A @ 90 -> pass, sent 10
        "#]],
    );
}

#[test]
fn what_cannot_wait_is_not_sent_between_sessions() {
    // A's session ends now, B's in a second, C's was told whole by a bar; nobody knows D's hours.
    check_decisions(
        "A last=100 session=0s
         B last=100 session=1s
         C last=100 session=next
         D last=100
         a outside_session
         a holds 10 A
         a buy 1 A @ 90
         a buy 1 A @ 90 gtc
         a buy 1 A @ 90 ioc
         a sell 10 A fok
         a buy 1 B @ 90 ioc
         a buy 1 C @ 90 fok
         a buy 1 D @ 90
         a buy 1 D @ 90 ioc
         b buy 1 A @ 90 ioc",
        expect![[r#"
            a0 buy 1 A @ 90 -> pass, sent 1
            a1 buy 1 A @ 90 gtc -> pass, sent 1
            a2 buy 1 A @ 90 ioc -> block, sent 0: strategy outside_session block
            a3 sell 10 A fok -> block, sent 0: strategy outside_session block
            a4 buy 1 B @ 90 ioc -> pass, sent 1
            a5 buy 1 C @ 90 fok -> pass, sent 1
            a6 buy 1 D @ 90 -> pass, sent 1
            a7 buy 1 D @ 90 ioc -> block, sent 0: strategy outside_session block
            b0 buy 1 A @ 90 ioc -> pass, sent 1
        "#]],
    );
}

#[test]
fn old_data_warn_and_then_add_no_risk() {
    // Whole, split and missing; C's exit passes, D's last trade is old and its quote is not.
    check_decisions(
        "A last=100 age=2s
         B last=100 age=3s
         C last=100 age=4s
         D last=100 age=9s bid=99 ask=101 quote_age=1s
         E prev=100
         F last=100 age=180s interval=60s
         G last=100 age=181s interval=60s
         a stale_data=2s/-/3s
         a holds 10 C
         b stale_data=1i/-/3i
         a buy 1 A @ 90
         a buy 1 B @ 90
         a buy 1 C @ 90
         a sell 10 C @ 110
         a buy 1 D @ 90
         a buy 1 E @ 90
         b buy 1 B @ 90
         b buy 1 C @ 90
         b buy 1 F @ 90
         b buy 1 G @ 90",
        expect![[r#"
            a0 buy 1 A @ 90 -> pass, sent 1
            a1 buy 1 B @ 90 -> warn, sent 1: strategy stale_data warn 3s>2s; arbitration merged pass
            a2 buy 1 C @ 90 -> block, sent 0: strategy stale_data block 4s>3s
            a3 sell 10 C @ 110 -> pass, sent 10
            a4 buy 1 D @ 90 -> pass, sent 1
            a5 buy 1 E @ 90 -> block, sent 0: strategy stale_data block
            b0 buy 1 B @ 90 -> warn, sent 1: strategy stale_data warn 3s>1s; arbitration merged pass
            b1 buy 1 C @ 90 -> block, sent 0: strategy stale_data block 4s>3s
            b2 buy 1 F @ 90 -> warn, sent 1: strategy stale_data warn 180s>60s
            b3 buy 1 G @ 90 -> block, sent 0: strategy stale_data block 181s>180s
        "#]],
    );
    check_decisions(
        "A last=100 age=4s
         a stale_data=3s
         a holds 10
         a sell 30",
        expect![[r#"
            a0 sell 30 A -> reduce, sent 10: strategy stale_data reduce 4s>3s
        "#]],
    );
}

#[test]
fn the_account_says_how_fresh_a_price_is_at_which_two_books_trade() {
    let case = |account: &str| {
        format!(
            "A last=100 age=4s
             account {account}
             a holds 10
             b holds -10
             a sell 10
             b buy 10"
        )
    };
    check(
        &case("stale_data=3s"),
        expect![[r#"
        a0 sell 10 A -> pass, sent 10
        b0 buy 10 A -> block, sent 0: arbitration no_cross_price block
        order sell 10 A [a0 10]
    "#]],
    );
    check(
        &case("stale_data=1s/-/4s"),
        expect![[r#"
        a0 sell 10 A -> pass, sent 0, crossed 10: arbitration crossed pass
        b0 buy 10 A -> pass, sent 0, crossed 10: arbitration crossed pass
        cross 10 A at 100: a0 to b0
    "#]],
    );
}

#[test]
fn an_implausible_price_adds_no_risk() {
    // 10 % exactly is a jump that passes; C's last lies above its day's limit of 130 by two ticks, E's exactly on it.
    check_decisions(
        "A last=110 before=100
         B last=89 before=100
         C krx last=132 before=130 prev=100
         D last=500
         E krx last=130 before=130 prev=100
         F krx last=130 before=130
         a data_implausible=5%/-/10%
         a holds 10 B
         a buy 1 A @ 90
         a buy 1 B @ 80
         a sell 15 B @ 110
         a buy 1 C @ 120
         a buy 1 D @ 90
         a buy 1 E @ 120
         a sell 1 F",
        expect![[r#"
            a0 buy 1 A @ 90 -> warn, sent 1: strategy data_implausible warn 0.1>0.05
            a1 buy 1 B @ 80 -> block, sent 0: strategy data_implausible block 0.11>0.1
            a2 sell 15 B @ 110 -> reduce, sent 10: strategy data_implausible reduce 0.11>0.1
            a3 buy 1 C @ 120 -> block, sent 0: strategy data_implausible block
            a4 buy 1 D @ 90 -> pass, sent 1
            a5 buy 1 E @ 120 -> pass, sent 1
            a6 sell 1 F -> block, sent 0: strategy data_implausible block
        "#]],
    );
}

#[test]
fn the_same_is_not_sent_twice_within_the_window() {
    // Side, quantity, price, instrument: each other is another. a sent one ten seconds ago, b eleven.
    check_decisions(
        "A last=100
         B last=100
         a duplicate_order=10s
         b duplicate_order=10s
         a sent 10s buy 10 A @ 90
         b sent 11s buy 10 A @ 90
         a buy 10 A @ 90
         a buy 10 A @ 90 gtc
         a buy 10 A @ 91
         a buy 11 A @ 90
         a buy 10 B @ 90
         b buy 10 A @ 90
         b buy 10 A @ 90
         c buy 10 A @ 90
         c buy 10 A @ 90",
        expect![[r#"
            a0 buy 10 A @ 90 -> block, sent 0: strategy duplicate_order block 1>0
            a1 buy 10 A @ 90 gtc -> block, sent 0: strategy duplicate_order block 1>0
            a2 buy 10 A @ 91 -> pass, sent 10
            a3 buy 11 A @ 90 -> pass, sent 11: arbitration merged pass
            a4 buy 10 B @ 90 -> pass, sent 10
            b0 buy 10 A @ 90 -> pass, sent 10: arbitration merged pass
            b1 buy 10 A @ 90 -> block, sent 0: strategy duplicate_order block 1>0
            c0 buy 10 A @ 90 -> pass, sent 10: arbitration merged pass
            c1 buy 10 A @ 90 -> pass, sent 10: arbitration merged pass
        "#]],
    );
}

#[test]
fn exits_are_no_duplicates_and_what_was_blocked_has_none() {
    // a's third sale has nothing left to exit from. What arbitration blocks of b counts in the cycle, what c's policy does
    // not let through does not.
    check_decisions(
        "A last=100
         a duplicate_order=10s
         a holds 40
         a sell 20
         a sell 20
         a sell 20
         b duplicate_order=10s max_long=50
         b buy 60 @ 90
         b buy 60 @ 90
         c duplicate_order=10s max_order_notional=-/1000/2000
         c buy 60 @ 90
         c buy 60 @ 90",
        expect![[r#"
            a0 sell 20 A -> pass, sent 20: arbitration merged pass
            a1 sell 20 A -> pass, sent 20: arbitration merged pass
            a2 sell 20 A -> block, sent 0: strategy duplicate_order block 2>0
            b0 buy 60 A @ 90 -> block, sent 0: strategy max_long reduce 60>50; arbitration opposing_intent block
            b1 buy 60 A @ 90 -> block, sent 0: strategy duplicate_order block 1>0; strategy max_long block 110>50
            c0 buy 60 A @ 90 -> block, sent 0: strategy max_order_notional block 5400>2000
            c1 buy 60 A @ 90 -> block, sent 0: strategy max_order_notional block 5400>2000
        "#]],
    );
}

#[test]
fn without_a_limit_price_nothing_is_added_where_the_policy_says_so() {
    check_decisions(
        "A last=100
         a market_order
         a holds 10
         a sell 10
         a buy 5 @ 90
         b market_order
         b holds -10
         b buy 15
         c market_order
         c buy 5",
        expect![[r#"
            a0 sell 10 A -> pass, sent 0, crossed 10: arbitration crossed pass
            a1 buy 5 A @ 90 -> block, sent 0: arbitration opposing_intent block
            b0 buy 15 A -> reduce, sent 0, crossed 10: strategy market_order reduce; arbitration crossed pass
            c0 buy 5 A -> block, sent 0: strategy market_order block
            cross 10 A at 100: a0 to b0
        "#]],
    );
}

#[test]
fn an_order_and_a_day_take_no_more_than_their_share_of_the_usual_volume() {
    // 0.5 % of 10 000 are 50, 2 % are 200: a traded 80 and has 60 working, so 60 are left of its day.
    check_decisions(
        "A last=100 adv=10000
         B last=100
         a max_participation=0.5%o,2%d
         a sent 99s buy 30 A @ 90
         a sent 50s sell 50 A @ 90
         a working 1 buy 60 A @ 80
         a buy 50 A @ 90
         a buy 51 A @ 90
         a buy 1 A @ 90
         b max_participation=0.5%o
         b holds 70 A
         b sell 60 A @ 110
         b sell 60 A @ 110
         c max_participation=2%d
         c holds 10 B
         c buy 1 B @ 90
         c sell 15 B @ 110
         d max_participation=2%d,?
         d buy 1000 B @ 90",
        expect![[r#"
            a0 buy 50 A @ 90 -> pass, sent 50: arbitration merged pass
            a1 buy 51 A @ 90 -> reduce, sent 10: strategy max_participation reduce 51>50; strategy max_participation reduce 241>200; arbitration merged pass
            a2 buy 1 A @ 90 -> block, sent 0: strategy max_participation block 201>200
            b0 sell 60 A @ 110 -> pass, sent 60: arbitration merged pass
            b1 sell 60 A @ 110 -> reduce, sent 50: strategy max_participation reduce 60>50; arbitration merged pass
            c0 buy 1 B @ 90 -> block, sent 0: strategy max_participation block
            c1 sell 15 B @ 110 -> reduce, sent 10: strategy max_participation reduce
            d0 buy 1000 B @ 90 -> pass, sent 1000
        "#]],
    );
}

#[test]
fn a_share_of_the_volume_is_whole_lots() {
    check_decisions(
        "A last=100 adv=1990 lot=10
         a max_participation=1%o
         a buy 10 @ 90
         a buy 20 @ 91",
        expect![[r#"
            a0 buy 10 A @ 90 -> pass, sent 10
            a1 buy 20 A @ 91 -> reduce, sent 10: strategy max_participation reduce 20>10
        "#]],
    );
}

#[test]
fn a_price_a_tick_beyond_its_days_limit_is_rounded_and_one_further_is_not() {
    // The limits of the day are 70 and 130; a tick and 0.3 beyond them is rounding.
    check_decisions(
        "A krx last=69 prev=100
         B krx last=68 prev=100
         C krx last=131 prev=100
         D krx last=132 prev=100
         a data_implausible=90%
         a buy 1 A @ 70
         a buy 1 B @ 70
         a buy 1 C @ 130
         a buy 1 D @ 130",
        expect![[r#"
            a0 buy 1 A @ 70 -> pass, sent 1
            a1 buy 1 B @ 70 -> block, sent 0: strategy data_implausible block
            a2 buy 1 C @ 130 -> pass, sent 1
            a3 buy 1 D @ 130 -> block, sent 0: strategy data_implausible block
        "#]],
    );
}

#[test]
fn a_jump_that_only_warns_leaves_the_days_limits_out() {
    check_decisions(
        "A krx last=132 before=100 prev=100
         a data_implausible=5%/-/-
         a buy 1 @ 120
         b data_implausible=5%/-/90%
         b buy 1 @ 120",
        expect![[r#"
            a0 buy 1 A @ 120 -> warn, sent 1: strategy data_implausible warn 0.32>0.05
            b0 buy 1 A @ 120 -> block, sent 0: strategy data_implausible warn 0.32>0.05; strategy data_implausible block
        "#]],
    );
}
