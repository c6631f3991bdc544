//! The built-in policies.

use expect_test::expect;

use super::check_decisions;

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
fn the_conservative_policy_lets_prices_move_further_from_day_to_day_than_within_a_day() {
    // One that knows neither the usual volume nor the price before is silent about them.
    check_decisions(
        "A last=111 before=100
         B last=111 before=100 first
         C last=151 before=100 first
         account policy=conservative cash=1000000 equity=1000000
         a policy=conservative
         a buy 1 A
         a buy 1 B
         a buy 1 C",
        expect![[r#"
            a0 buy 1 A -> block, sent 0: strategy data_implausible block 0.11>0.1
            a1 buy 1 B -> pass, sent 1
            a2 buy 1 C -> block, sent 0: strategy data_implausible block 0.51>0.5
        "#]],
    );
}

#[test]
fn the_conservative_policy_looks_at_ages_duplicates_volume_and_hours() {
    // A's price is three seconds old, B's four; 0.5 % of 199 shares is less than a lot.
    check_decisions(
        "A last=100 age=3s
         B last=100 age=4s
         C last=100 adv=199
         D last=100 session=0s
         account policy=conservative cash=1000000 equity=1000000
         a policy=conservative
         a buy 1 A
         a buy 1 B
         a buy 1 C
         a buy 1 D
         a buy 1 D
         a buy 1 D @ 100 fok",
        expect![[r#"
            a0 buy 1 A -> warn, sent 1: strategy stale_data warn 3s>1s
            a1 buy 1 B -> block, sent 0: strategy stale_data block 4s>3s
            a2 buy 1 C -> block, sent 0: strategy max_participation block 1>0
            a3 buy 1 D -> pass, sent 1
            a4 buy 1 D -> block, sent 0: strategy duplicate_order block 1>0
            a5 buy 1 D @ 100 fok -> block, sent 0: strategy outside_session block
        "#]],
    );
}

#[test]
fn fees_paid_are_no_cash_for_phase_5() {
    let mut cycle = crate::cycle::Cycle::parse(
        "A last=100
         a policy=phase5 max_risk_score=1 flow=1000
         a buy 9",
    );
    cycle.world.books.book_mut(&qts_core::StrategyId::new("a")).fees = qts_core::Money::whole(200);
    expect![[r#"
        a0 buy 9 A -> reduce, sent 8: strategy buy_affordability_check pass 1>?; strategy qty_adjusted reduce
        order buy 8 A [a0 8]
    "#]]
    .assert_eq(&cycle.judge());
}

/// A field a line, without those that are not there.
fn fields(value: &dyn std::fmt::Debug) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in format!("{value:#?}").lines() {
        let (depth, word) = (line.len() - line.trim_start().len(), line.trim());
        match lines.last_mut() {
            Some(last) if depth > 4 || word.starts_with(')') => last.push_str(&format!(" {word}")),
            _ => lines.push(word.to_owned()),
        }
    }
    lines.retain(|line| !line.ends_with("None,") && !line.ends_with("false,"));
    lines.join("\n") + "\n"
}

#[test]
fn the_conservative_policy_of_the_account_is_the_one_of_the_pages() {
    let policy = qts_gate::RiskPolicy::built_in("conservative").expect("built in");
    expect![[r#"
        Controls {
        restricted: {},
        stale_data: Some( Thresholds { warn: Some( Intervals( 1, ), ), limit: None, block: Some( Intervals( 3, ), ), }, ),
        short_not_allowed: true,
        price_collar: Some( Thresholds { warn: Some( Ratio( 1500000, ), ), limit: None, block: Some( Ratio( 2500000, ), ), }, ),
        cycle_notional: Some( Thresholds { warn: None, limit: Some( Fraction( Ratio( 30000000, ), ), ), block: None, }, ),
        max_order_notional: Some( Thresholds { warn: None, limit: Some( Fraction( Ratio( 5000000, ), ), ), block: None, }, ),
        max_long: Some( Thresholds { warn: None, limit: Some( Fraction( Ratio( 10000000, ), ), ), block: None, }, ),
        max_short: Some( Thresholds { warn: None, limit: Some( Shares( Qty( 0, ), ), ), block: None, }, ),
        max_gross_exposure: Some( Thresholds { warn: None, limit: Some( Fraction( Ratio( 95000000, ), ), ), block: None, }, ),
        buying_power: Some( Ratio( 2000000, ), ),
        max_open_orders: Some( Thresholds { warn: None, limit: Some( 20, ), block: None, }, ),
        order_rate: Some( OrderRate { per_second: Ratio( 500000000, ), burst: Ratio( 2000000000, ), }, ),
        message_limit: Some( Thresholds { warn: None, limit: Some( 2000, ), block: None, }, ),
        }
    "#]].assert_eq(&fields(&policy.account));
    // Five of the same and thirty in all; five failures, ten warnings a minute; losses in percent.
    expect![[r#"
        Supervision {
        repeated_execution: Some( RepeatedExecution { same: Some( 5, ), session: Some( 30, ), }, ),
        failure_breaker: Some( Within { count: 5, window: Span( 60000000000, ), }, ),
        warn_escalation: Some( Within { count: 10, window: Span( 60000000000, ), }, ),
        daily_loss: Some( Thresholds { warn: Some( Ratio( 1000000, ), ), limit: Some( Ratio( 2000000, ), ), block: Some( Ratio( 3000000, ), ), }, ),
        drawdown: Some( Thresholds { warn: Some( Ratio( 5000000, ), ), limit: Some( Ratio( 8000000, ), ), block: Some( Ratio( 10000000, ), ), }, ),
        }
    "#]].assert_eq(&fields(&policy.supervision));
}
