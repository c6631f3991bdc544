//! Supervisors in policies, and policies set by command.

use expect_test::expect;
use qts_core::{Ratio, Span, StrategyId};
use qts_gate::policy::Thresholds;
use qts_gate::supervision::{RepeatedExecution, Within};
use qts_gate::{RiskPolicy, Supervision};

use super::{check, sound};
use crate::config::{Action, Target};

fn percent(text: &str) -> Option<Ratio> {
    Ratio::from_percent(text).ok()
}

#[test]
fn their_forms_are_those_of_the_contract() {
    let config = sound(
        "[policy.a]\nextends = \"validity_only\"\nrepeated_execution = { same = \"5\", session = \"30\" }\n\
         failure_breaker = { count = \"4\", window = \"90s\" }\nwarn_escalation = { same = 10, window = \"1m\" }\n\
         daily_loss = { warn = \"1%\", limit = \"2%\", block = \"3%\" }\ndrawdown = \"8%\"\n\
         [policy.b]\nextends = \"a\"\nrepeated_execution = { session = 9 }\ndrawdown = false\n",
    );
    let (a, b) = (config.policies["a"].supervision, config.policies["b"].supervision);
    assert_eq!(
        a,
        Supervision {
            repeated_execution: Some(RepeatedExecution { same: Some(5), session: Some(30) }),
            failure_breaker: Some(Within { count: 4, window: Span::SECOND.times(90) }),
            warn_escalation: Some(Within { count: 10, window: Span::SECOND.times(60) }),
            daily_loss: Some(Thresholds { warn: percent("1"), limit: percent("2"), block: percent("3") }),
            drawdown: Some(Thresholds { warn: None, limit: percent("8"), block: None }),
        }
    );
    let repeated_execution = Some(RepeatedExecution { same: None, session: Some(9) });
    assert_eq!(b, Supervision { repeated_execution, drawdown: None, ..a });
}

#[test]
fn conservative_has_the_defaults_of_the_reference_and_validity_only_none() {
    let of = |name| RiskPolicy::built_in(name).expect("built in").supervision;
    let levels = |w, l, b| Some(Thresholds { warn: percent(w), limit: percent(l), block: percent(b) });
    let minute = Span::SECOND.times(60);
    assert_eq!(
        of("conservative"),
        Supervision {
            repeated_execution: Some(RepeatedExecution { same: Some(5), session: Some(30) }),
            failure_breaker: Some(Within { count: 5, window: minute }),
            warn_escalation: Some(Within { count: 10, window: minute }),
            daily_loss: levels("1", "2", "3"),
            drawdown: levels("5", "8", "10"),
        }
    );
    assert_eq!((of("validity_only"), of("phase5")), (Supervision::default(), Supervision::default()));
}

#[test]
fn what_is_wrong_with_one_is_said_where_it_stands() {
    check(
        "[policy.a]\nrepeated_execution = 5\nfailure_breaker = { count = 0 }\nwarn_escalation = { window = \"60\", count = 3 }\n\
         daily_loss = \"2\"\ndrawdown = { warn = \"9%\", limit = \"8%\" }\n",
        expect![[r#"
            QTS0105 2:22 `repeated_execution` must be a table, not a number | help: write `repeated_execution = { same = "5", session = "30" }`, or `false`
            QTS0104 3:19 `failure_breaker` has no `window` | help: add `window = "60s"`
            QTS0108 3:29 `count` must be 1 or more, not 0 | help: write a number that is 1 or more
            QTS0104 4:19 `warn_escalation` has no `same` | help: add `same = "10"`
            QTS0111 4:30 `window` must be a length of time, not `60` | help: write a whole number above zero and its unit: "30s", "15m", "1h" or "1d"
            QTS0103 4:36 unknown key `count` in `warn_escalation` | help: known keys: same, window
            QTS0109 5:14 `daily_loss` must be a percentage, not `2` | help: write "2%" if that is what you mean
            QTS0155 6:21 `warn` of `drawdown` lies above its `limit` | help: let them ascend: warn ≤ limit ≤ block | also 6:35
        "#]],
    );
    check(
        "[policy.a]\nrepeated_execution = {}\nfailure_breaker = false\nunreconciled = false\ndaily_loss = { }\n",
        expect![[r#"
            QTS0154 2:22 `repeated_execution` has neither `same` nor `session` | help: give one of them, or `repeated_execution = false`
            QTS0153 4:1 `unreconciled` is always on | help: leave it out: it has no levels and cannot be removed
            QTS0154 5:14 `daily_loss` has no level at all | help: give `warn`, `limit` or `block`; `daily_loss = false` removes the control
        "#]],
    );
}

#[test]
fn an_instrument_has_no_supervisors_of_its_own() {
    check(
        "[policy.a.instrument.\"005930.KRX\"]\ndaily_loss = \"2%\"\nmax_long = 5\nwarn_escalation = false\n",
        expect![[r#"
            QTS0158 2:1 `daily_loss` watches a strategy or the account as a whole, not one instrument | help: give it in the policy's own table
            QTS0158 4:1 `warn_escalation` watches a strategy or the account as a whole, not one instrument | help: give it in the policy's own table
        "#]],
    );
}

#[test]
fn their_origins_are_found_like_those_of_controls() {
    let config = sound(
        "[policy.a]\ndrawdown = \"8%\"\nrepeated_execution.same = 3\n[policy.b]\nextends = \"a\"\ndaily_loss = false\n",
    );
    let origin = |control| {
        let found = config.origin("b", None, control).expect("somebody said so");
        let text = found.written.as_ref().map_or(String::new(), |written| format!(" {}", written.text));
        format!("{found}{text}\n")
    };
    let told: String =
        ["drawdown", "daily_loss", "repeated_execution", "failure_breaker"].into_iter().map(origin).collect();
    expect![[r#"
        policy `a` at folder/qts.toml:2 "8%"
        removed by policy `b` at folder/qts.toml:6 false
        policy `a` at folder/qts.toml:3 { same = "3" }
        built-in policy `conservative`
    "#]]
    .assert_eq(&told);
}

#[test]
fn built_in_supervisors_are_written_as_a_user_would() {
    let conservative = RiskPolicy::built_in("conservative").expect("built in").supervision;
    let names = crate::config::supervisors::SUPERVISORS;
    let line =
        |name| format!("{name} = {}\n", crate::config::supervisors::written(&conservative, name).expect("it has it"));
    let text: String = names.into_iter().map(line).collect();
    assert_eq!(
        sound(&format!("[policy.a]\nextends = \"validity_only\"\n{text}")).policies["a"].supervision,
        conservative
    );
    expect![[r#"
        repeated_execution = { same = "5", session = "30" }
        failure_breaker = { count = "5", window = "60s" }
        warn_escalation = { same = "10", window = "60s" }
        daily_loss = { warn = "1%", limit = "2%", block = "3%" }
        drawdown = { warn = "5%", limit = "8%", block = "10%" }
    "#]]
    .assert_eq(&text);
}

#[test]
fn a_policy_is_set_for_a_strategy_or_for_the_account() {
    let config = sound(
        "[policy.tight]\nmax_long = 1\n\
         [[command]]\ncycle = 5\ndo = \"set_policy\"\nstrategy = \"ema\"\npolicy = \"tight\"\n\
         [[command]]\ncycle = 6\ndo = \"set_policy\"\npolicy = \"validity_only\"\nreason = \"a test\"\n",
    );
    let told: Vec<_> = config.commands.iter().map(|it| (it.target.clone(), it.action.clone())).collect();
    let set = |name: &str| Action::SetPolicy(name.to_owned());
    let ema = Target::Strategy(StrategyId::new("ema"));
    assert_eq!(told, [(ema, set("tight")), (Target::Account, set("validity_only"))]);
}

#[test]
fn a_policy_that_is_not_there_cannot_be_set_nor_one_of_an_instrument() {
    check(
        "[[command]]\ndo = \"set_policy\"\ncycle = 2\npolicy = \"x\"\n\
         [[command]]\ndo = \"set_policy\"\ncycle = 3\nstrategy = \"ema\"\n\
         [[command]]\ndo = \"set_policy\"\ncycle = 3\ninstrument = \"BTC.X\"\npolicy = \"conservative\"\n\
         [[command]]\ndo = \"rearm\"\ncycle = 3\npolicy = \"conservative\"\nreason = \"y\"\n",
        expect![[r#"
            QTS0126 4:10 no policy is called `x` | help: policies: conservative, validity_only, phase5
            QTS0104 5:1 [[command]] has no `policy` | help: add `policy = "swing"`
            QTS0103 12:1 unknown key `instrument` in [[command]] | help: known keys: at, cycle, do, strategy, reason, policy
            QTS0103 17:1 unknown key `policy` in [[command]] | help: known keys: at, cycle, do, strategy, instrument, reason
        "#]],
    );
}
