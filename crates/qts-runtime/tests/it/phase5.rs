//! The Phase 5 table (`mission.md`), for ever. This file is frozen: `crates/qts-loop/FROZEN.md` pins its digest.

use qts_core::{Code, ExecId, Money, Outcome, Price, Qty, Ratio, Side};
use qts_gate::{CalculatedRiskGate, SimpleRiskCalculator, SimpleRiskInput};
use qts_loop::{Absorbed, Hooks, NewOrder, OrderState, Response, Step, StopPolicy};

use crate::support::{self, Account, Bench};

fn input(side: Side, qty: i32, price: i32, holding: i32, cash: i64) -> SimpleRiskInput {
    SimpleRiskInput {
        side,
        qty: Qty::whole(qty),
        price: Price::whole(price),
        holding: Qty::whole(holding),
        cash: Money::whole(cash),
    }
}

fn score(text: &str) -> Ratio {
    text.parse().expect("a score")
}

mod strategy {
    use super::*;

    #[test]
    fn flat_and_cheap_it_buys_its_quantity() {
        let intents = support::simple_strategy("100", "110", "2", Account { price: 99, holding: 0, cash: 1_000_000 });
        assert_eq!(intents, [(Side::Buy, Qty::whole(2), "simple_buy_below".to_owned())]);
    }

    #[test]
    fn holding_and_dear_it_sells_the_whole_holding() {
        let intents = support::simple_strategy("100", "110", "1", Account { price: 111, holding: 5, cash: 0 });
        assert_eq!(intents, [(Side::Sell, Qty::whole(5), "simple_sell_above".to_owned())]);
    }

    #[test]
    fn in_between_it_wants_nothing() {
        assert_eq!(support::simple_strategy("100", "110", "1", Account { price: 105, holding: 0, cash: 1_000 }), []);
    }
}

mod calculator {
    use super::*;

    #[test]
    fn a_buy_is_measured_against_the_cash() {
        let risk = SimpleRiskCalculator.compute(&input(Side::Buy, 2, 100, 0, 350));
        assert_eq!((risk.allowed, risk.max, risk.code), (true, Qty::whole(3), Code::BuyAffordabilityCheck));
    }

    #[test]
    fn a_buy_without_cash_is_not_allowed() {
        let risk = SimpleRiskCalculator.compute(&input(Side::Buy, 1, 100, 0, 50));
        assert_eq!((risk.allowed, risk.max), (false, Qty::ZERO));
    }

    #[test]
    fn a_sale_is_measured_against_the_holding() {
        let risk = SimpleRiskCalculator.compute(&input(Side::Sell, 3, 100, 5, 0));
        assert_eq!((risk.allowed, risk.max, risk.code), (true, Qty::whole(5), Code::SellPositionCheck));
        assert_eq!(risk.score, score("0.2"));
    }

    #[test]
    fn nothing_is_not_an_order() {
        let risk = SimpleRiskCalculator.compute(&input(Side::Buy, 0, 100, 0, 1_000));
        assert_eq!((risk.allowed, risk.max, risk.code), (false, Qty::ZERO, Code::QtyNonPositive));
        assert_eq!(risk.score, score("1"));
    }

    #[test]
    fn a_price_that_is_not_above_zero_is_not_allowed() {
        let risk = SimpleRiskCalculator.compute(&input(Side::Buy, 1, 0, 0, 1_000));
        assert_eq!((risk.allowed, risk.score, risk.max), (false, score("1"), Qty::ZERO));
    }

    #[test]
    fn the_score_of_a_buy_is_its_share_of_the_cash_and_at_most_one() {
        assert_eq!(SimpleRiskCalculator.compute(&input(Side::Buy, 2, 100, 0, 1_000)).score, score("0.2"));
        assert_eq!(SimpleRiskCalculator.compute(&input(Side::Buy, 2, 100, 0, 0)).score, score("1"));
    }
}

mod gate {
    use super::*;

    fn decide(input: SimpleRiskInput, max_score: &str) -> (Qty, Vec<Code>) {
        let ruling = CalculatedRiskGate { max_risk_score: score(max_score) }.decide(&input);
        (ruling.qty, ruling.codes)
    }

    #[test]
    fn what_is_not_allowed_is_blocked() {
        assert_eq!(decide(input(Side::Buy, 1, 100, 0, 50), "0.7").0, Qty::ZERO);
        assert_eq!(decide(input(Side::Buy, 1, 100, 0, 0), "0.99").0, Qty::ZERO);
    }

    #[test]
    fn a_score_above_the_limit_is_blocked() {
        let (qty, codes) = decide(input(Side::Buy, 2, 100, 0, 1_000), "0.1");
        assert_eq!((qty, codes.last()), (Qty::ZERO, Some(&Code::RiskScoreExceeded)));
    }

    #[test]
    fn what_cannot_be_paid_is_cut_and_scored_again() {
        let (qty, codes) = decide(input(Side::Buy, 5, 100, 0, 250), "0.99");
        assert_eq!((qty, codes), (Qty::whole(2), vec![Code::BuyAffordabilityCheck, Code::QtyAdjusted]));
    }

    #[test]
    fn the_table_holds_through_the_staged_gate() {
        let rows = [(1, 0, 50, "0.7"), (2, 0, 1_000, "0.1"), (5, 0, 250, "0.99"), (1, 0, 0, "0.99")];
        let seen = rows.map(|(qty, holding, cash, max_score)| {
            let decision = support::judge(Side::Buy, qty, Account { price: 100, holding, cash }, max_score);
            (decision.admitted(), decision.reasons.iter().map(|reason| reason.code).collect::<Vec<_>>())
        });
        assert_eq!(seen[0].0, Qty::ZERO);
        assert!(seen[1].0.is_zero() && seen[1].1.contains(&Code::RiskScoreExceeded));
        assert!(seen[2].0 == Qty::whole(2) && seen[2].1.contains(&Code::QtyAdjusted));
        assert_eq!(seen[3].0, Qty::ZERO);
    }

    #[test]
    fn one_intent_of_the_strategy_becomes_one_order_that_can_be_paid() {
        let run = support::run_once("100", "110", "5", Account { price: 99, holding: 0, cash: 250 }, "0.99");
        assert_eq!((run.intents, run.placed), (1, vec![(Side::Buy, Qty::whole(2))]));
    }
}

mod execution {
    use super::*;

    fn fill(exec: u64, qty: i32) -> Outcome {
        Outcome::Filled { exec: ExecId(exec), qty: Qty::whole(qty), price: Price::whole(100), fee: Money::ZERO }
    }

    #[test]
    fn an_accepting_route_and_a_stop_after_three_yield_three_orders_that_end() {
        let mut bench = Bench::new(StopPolicy { max_iterations: Some(3) });
        let steps = bench.execute(5);
        assert_eq!(steps, [Step::Sent, Step::Sent, Step::Sent, Step::Stopped, Step::Stopped]);
        assert_eq!(bench.states(), [OrderState::Submitted; 3]);
        for order in 1..=3 {
            assert_eq!(bench.report(order, Outcome::Accepted), Absorbed::Moved(OrderState::Accepted));
            assert!(matches!(bench.report(order, fill(order, 1)), Absorbed::Traded { late: false, .. }));
        }
        assert_eq!(bench.states(), [OrderState::Terminal; 3]);
    }

    #[test]
    fn a_refusing_route_ends_orders_as_rejected() {
        let mut bench = Bench::new(StopPolicy::default());
        bench.port.answer = Response::Refused;
        assert_eq!(bench.execute(1), [Step::Refused]);
        assert_eq!((bench.states()[0], bench.ended(1)), (OrderState::Terminal, Some(OrderState::Rejected)));
    }

    struct SaysNo {
        before_intent: bool,
        before_route: bool,
        after_response: bool,
    }

    impl Hooks for SaysNo {
        fn before_intent(&mut self, _: &qts_gate::Admitted) -> bool {
            !self.before_intent
        }
        fn before_route(&mut self, _: &NewOrder) -> bool {
            !self.before_route
        }
        fn after_response(&mut self, _: &NewOrder, _: Response) -> bool {
            !self.after_response
        }
    }

    #[test]
    fn a_hook_that_says_no_before_the_route_sends_nothing() {
        for (before_intent, before_route) in [(true, false), (false, true)] {
            let mut bench = Bench::new(StopPolicy::default());
            let mut hooks = SaysNo { before_intent, before_route, after_response: false };
            assert_eq!(bench.execute_with(1, &mut hooks), [Step::Blocked]);
            assert_eq!((bench.states(), bench.port.placed), (vec![], 0));
        }
    }

    #[test]
    fn a_hook_that_says_no_after_the_response_leaves_the_state_as_it_was() {
        let mut bench = Bench::new(StopPolicy::default());
        bench.port.answer = Response::Refused;
        let mut hooks = SaysNo { before_intent: false, before_route: false, after_response: true };
        assert_eq!(bench.execute_with(1, &mut hooks), [Step::BlockedAfterResponse]);
        assert_eq!(bench.states(), [OrderState::Submitted]);
    }

    #[test]
    fn the_table_of_states_is_this_one() {
        let rows: Vec<String> = OrderState::ALL
            .iter()
            .map(|from| {
                let to: Vec<_> = OrderState::ALL.iter().filter(|to| from.may_become(**to)).collect();
                format!("{from:?} -> {to:?}")
            })
            .collect();
        let want = [
            "Created -> [Submitted]",
            "Submitted -> [Accepted, PartiallyFilled, InDoubt, Filled, Rejected]",
            "Accepted -> [PartiallyFilled, PendingCancel, InDoubt, Filled, Canceled, Expired]",
            "PartiallyFilled -> [PartiallyFilled, PendingCancel, InDoubt, Filled, Canceled, Expired]",
            "PendingCancel -> [Accepted, PartiallyFilled, InDoubt, Filled, Canceled]",
            "InDoubt -> [Accepted, PartiallyFilled, Filled, Rejected, Canceled, Expired, NeverArrived]",
            "Filled -> [Terminal]",
            "Rejected -> [Terminal]",
            "Canceled -> [Terminal]",
            "Expired -> [Terminal]",
            "NeverArrived -> [Terminal]",
            "Terminal -> []",
        ];
        assert_eq!(rows, want);
    }

    #[test]
    fn a_fill_after_the_end_is_booked_and_the_state_stays() {
        let mut bench = Bench::new(StopPolicy::default());
        bench.execute(1);
        bench.report(1, fill(1, 1));
        assert!(matches!(bench.report(1, fill(2, 1)), Absorbed::Traded { late: true, .. }));
        assert_eq!((bench.states()[0], bench.ended(1)), (OrderState::Terminal, Some(OrderState::Filled)));
    }

    #[test]
    fn an_execution_told_twice_counts_once() {
        let mut bench = Bench::new(StopPolicy::default());
        bench.execute(1);
        bench.report(1, fill(1, 1));
        assert_eq!(bench.report(1, fill(1, 1)), Absorbed::Repeat);
    }

    #[test]
    fn what_the_table_does_not_have_is_refused() {
        let mut bench = Bench::new(StopPolicy::default());
        bench.execute(1);
        let refused = Absorbed::Refused { from: OrderState::Submitted, to: OrderState::Canceled };
        assert_eq!(bench.report(1, Outcome::Canceled), refused);
        assert_eq!(bench.report(9, Outcome::Accepted), Absorbed::Unknown);
    }
}
