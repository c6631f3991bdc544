//! What `check` says of a config that is sound but probably not meant: each kind of warning, its place, its way out.

use expect_test::{Expect, expect};

use crate::support::{Folder, bars};
use crate::the_example::root;

/// Without a single warning; a case changes or adds something.
const QUIET: &str = r#"[account]
currency = "KRW"
cash = "100000000"
policy = "account"

[[instrument]]
id = "A.KRX"
class = "krx_stock"

[[data]]
instrument = "A.KRX"
path = "bars.csv"
stamp = "date"

[[strategy]]
id = "ema"
kind = "ema_cross"
instruments = ["A.KRX"]
policy = "swing"
params = { fast = 3, slow = 8, qty = "1" }

[policy.swing]
max_order_qty = { warn = "8", limit = "10" }
max_long = "20"

[policy.account]
max_gross_exposure = "90%"

"#;

fn folder(name: &str, config: &str) -> Folder {
    Folder::new(name).with("qts.toml", config).with("bars.csv", bars(10))
}

/// A config that changes [`QUIET`]: what replaces what (nothing: is added), and the whole report.
fn check(name: &str, changes: &[(&str, &str)], expect: Expect) {
    let change = |text: String, (from, to): &(&str, &str)| {
        if from.is_empty() {
            return text + to;
        }
        assert!(text.contains(from), "no `{from}`");
        text.replacen(from, to, 1)
    };
    let folder = folder(name, &changes.iter().fold(QUIET.to_owned(), change));
    let ended = folder.qts("check qts.toml");
    assert_eq!(ended.code, 0, "{}", ended.err);
    expect.assert_eq(&ended.err);
    let count = ended.err.lines().last().unwrap_or_default();
    assert!(ended.out.starts_with(&format!("qts.toml: sound, {count} (")), "{}", ended.out);
    assert_eq!(folder.qts("check qts.toml --strict").code, 3);
    let warnings = folder.qts("check qts.toml --format json").json()["warnings"].as_array().expect("a list").len();
    assert_eq!(count.split(' ').next(), Some(warnings.to_string().as_str()));
}

#[test]
fn a_config_that_is_meant_has_no_warnings() {
    let folder = folder("warn-none", QUIET);
    for args in ["check qts.toml", "check qts.toml --strict", "check qts.toml --quick"] {
        let ended = folder.qts(args);
        let sound = "qts.toml: sound (1 instrument, 1 data file, 1 strategy, 0 commands)\n";
        assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (0, sound, ""), "{args}");
    }
    let json = folder.qts("check qts.toml --format json").json();
    assert_eq!((&json["sound"], &json["warnings"], &json["rows"]), (&true.into(), &serde_json::json!([]), &10.into()));
}

#[test]
fn the_example_has_none() {
    let mut command = Folder::new("warn-example").command("check examples/us-daily/qts.toml --strict");
    let output = command.current_dir(root()).output().expect("it starts");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn a_policy_that_nobody_uses() {
    check(
        "warn-unused",
        &[("policy = \"account\"\n", "")],
        expect![[r#"
        QTS0301

          ⚠ nobody uses the policy `account`
            ╭─[qts.toml:25:9]
         24 │ 
         25 │ [policy.account]
            ·         ───────
         26 │ max_gross_exposure = "90%"
            ╰────
          help: write `policy = "account"` in a `[[strategy]]` or in `[account]`, or delete the policy

        1 warning
    "#]],
    );
    check(
        "warn-unused-chain",
        &[("", "[policy.base]\nmax_long = \"3\"\n[policy.heir]\nextends = \"base\"\n")],
        expect![[r#"
            QTS0301

              ⚠ nobody uses the policy `heir`
                ╭─[qts.toml:31:9]
             30 │ max_long = "3"
             31 │ [policy.heir]
                ·         ────
             32 │ extends = "base"
                ╰────
              help: write `policy = "heir"` in a `[[strategy]]` or in `[account]`, or delete the policy

            1 warning
        "#]],
    );
}

#[test]
fn a_control_that_can_do_nothing_where_it_stands() {
    check(
        "warn-idle-scope",
        &[
            ("max_gross_exposure = \"90%\"\n", "max_gross_exposure = \"90%\"\nmax_order_qty = \"5\"\n"),
            ("max_long = \"20\"\n", "max_long = \"20\"\nbuying_power = { buffer = \"1%\" }\n"),
        ],
        expect![[r#"
            QTS0302

              ⚠ `buying_power` works on the account, but only strategies use `swing`
                ╭─[qts.toml:25:1]
             24 │ max_long = "20"
             25 │ buying_power = { buffer = "1%" }
                · ────────────
             26 │ 
                ╰────
              help: move it to the account's policy, or delete it

            QTS0302

              ⚠ `max_order_qty` works on strategies, but only the account uses `account`
                ╭─[qts.toml:29:1]
             28 │ max_gross_exposure = "90%"
             29 │ max_order_qty = "5"
                · ─────────────
             30 │ 
                ╰────
              help: move it to a policy of a strategy, or delete it

            2 warnings
        "#]],
    );
    check(
        "warn-idle-finger",
        &[(
            "max_order_qty = { warn = \"8\", limit = \"10\" }\n",
            "max_order_qty = { warn = \"8\" }\nmax_order_notional = false\nfat_finger = { multiple = \"5\" }\n",
        )],
        expect![[r#"
            QTS0305

              ⚠ the policy `swing` leaves open how large an order may be (`max_order_qty`, `max_order_notional`)
                ╭─[qts.toml:22:9]
             21 │ 
             22 │ [policy.swing]
                ·         ─────
             23 │ max_order_qty = { warn = "8" }
                ╰────
              help: extend `conservative`, or set these controls; `qts policy show` says what a policy comes down to

            QTS0302

              ⚠ `multiple` of `fat_finger` does nothing in `swing`: it has no limit to multiply
                ╭─[qts.toml:25:1]
             24 │ max_order_notional = false
             25 │ fat_finger = { multiple = "5" }
                · ──────────
             26 │ max_long = "20"
                ╰────
              help: set `max_order_qty` or `max_order_notional`, or leave `multiple` out

            2 warnings
        "#]],
    );
    check(
        "warn-idle-shorts",
        &[
            ("class = \"krx_stock\"", "tick = \"10\""),
            ("max_long = \"20\"\n", "max_long = \"20\"\nshort_not_allowed = true\n"),
        ],
        expect![[r#"
            QTS0302

              ⚠ `short_not_allowed` does nothing here: no instrument has a `short_ban`
                ╭─[qts.toml:25:1]
             24 │ max_long = "20"
             25 │ short_not_allowed = true
                · ─────────────────
             26 │ 
                ╰────
              help: write `max_short = "0"` to rule out short positions in every market

            1 warning
        "#]],
    );
}

#[test]
fn a_days_loss_that_is_known_when_the_day_is_over_only_warns() {
    let loss = ("max_gross_exposure = \"90%\"\n", "daily_loss = { limit = \"2%\", block = \"3%\" }\n");
    check(
        "warn-daily-loss",
        &[loss],
        expect![[r#"
        QTS0302

          ⚠ `daily_loss` only warns here: each bar spans its session, so the day is over when its loss is known
            ╭─[qts.toml:27:1]
         26 │ [policy.account]
         27 │ daily_loss = { limit = "2%", block = "3%" }
            · ──────────
         28 │ 
            ╰────
          help: limit the `drawdown`, which holds whatever the bars, or use bars shorter than a day

        1 warning
    "#]],
    );
    let minutes = QUIET.replace("stamp = \"date\"", "stamp = \"close\"\ninterval = \"1m\"").replacen(loss.0, loss.1, 1);
    let quiet = Folder::new("warn-no-daily-loss")
        .with("qts.toml", minutes)
        .with("bars.csv", "ts,symbol,open,high,low,close,volume\n2024-01-08T09:01:00+09:00,A,100,100,100,100,10\n");
    assert_eq!(quiet.qts("check qts.toml").err, "");
}

#[test]
fn a_level_above_what_another_control_admits() {
    check(
        "warn-order-above-position",
        &[("max_long = \"20\"", "max_long = \"9\"")],
        expect![[r#"
        QTS0303

          ⚠ `max_order_qty` of `swing` admits 10, but `max_long` no more than 9
            ╭─[qts.toml:23:1]
         22 │ [policy.swing]
         23 │ max_order_qty = { warn = "8", limit = "10" }
            · ──────────────────────┬─────────────────────
            ·                       ╰── lies above …
         24 │ max_long = "9"
            · ───────┬──────
            ·        ╰── … what this admits
         25 │ 
            ╰────
          help: lower `max_order_qty`, or raise `max_long`

        1 warning
    "#]],
    );
    check(
        "warn-warns-never",
        &[("warn = \"8\"", "warn = \"10\"")],
        expect![[r#"
        QTS0303

          ⚠ `max_order_qty` of `swing` can never warn: its `warn` is its next level, too
            ╭─[qts.toml:23:1]
         22 │ [policy.swing]
         23 │ max_order_qty = { warn = "10", limit = "10" }
            · ─────────────────────────────────────────────
         24 │ max_long = "20"
            ╰────
          help: lower `warn`, or leave it out

        1 warning
    "#]],
    );
    check(
        "warn-order-above-all",
        &[("max_long = \"20\"\n", "max_long = \"20\"\nmax_order_notional = \"70%\"\n")],
        expect![[r#"
            QTS0303

              ⚠ `max_order_notional` of `swing` admits 70%, but `cycle_notional` (from `conservative`) no more than 20%
                ╭─[qts.toml:25:1]
             24 │ max_long = "20"
             25 │ max_order_notional = "70%"
                · ──────────────────────────
             26 │ 
                ╰────
              help: lower `max_order_notional`, or raise `cycle_notional`

            QTS0303

              ⚠ `max_order_notional` of `swing` admits 70%, but `max_gross_exposure` (from `conservative`) no more than
              │ 30%
                ╭─[qts.toml:25:1]
             24 │ max_long = "20"
             25 │ max_order_notional = "70%"
                · ──────────────────────────
             26 │ 
                ╰────
              help: lower `max_order_notional`, or raise `max_gross_exposure`

            QTS0304

              ⚠ strategy `ema` may send orders worth 70%, but the account admits only 5% (built in)
                ╭─[qts.toml:25:1]
             24 │ max_long = "20"
             25 │ max_order_notional = "70%"
                · ──────────────────────────
             26 │ 
                ╰────
              help: lower the strategy's `max_order_notional`, or raise it in the account's policy `account`

            3 warnings
        "#]],
    );
    check(
        "warn-of-an-instrument",
        &[("[policy.account]", "[policy.swing.instrument.\"A.KRX\"]\nmax_long = \"4\"\n[policy.account]")],
        expect![[r#"
            QTS0303

              ⚠ `max_order_qty` of `swing` admits 10, but `max_long` no more than 4
                ╭─[qts.toml:23:1]
             22 │ [policy.swing]
             23 │ max_order_qty = { warn = "8", limit = "10" }
                · ──────────────────────┬─────────────────────
                ·                       ╰── lies above …
             24 │ max_long = "20"
             25 │ 
             26 │ [policy.swing.instrument."A.KRX"]
             27 │ max_long = "4"
                · ───────┬──────
                ·        ╰── … what this admits
             28 │ [policy.account]
                ╰────
              help: lower `max_order_qty`, or raise `max_long`

            1 warning
        "#]],
    );
}

/// Market buys are valued at the upper limit, 30 % above yesterday: while prices are 30 % below it, an order worth
/// nearly twice a position buys no more than that position.
#[test]
fn daily_limits_leave_room_for_the_worth_of_market_orders() {
    for (order, code) in [("\"1850000\"", 0), ("\"1860000\"", 3)] {
        let limits = format!("max_long = \"20\"\nmax_gross_exposure = \"1000000\"\nmax_order_notional = {order}");
        let config = QUIET.replace("max_long = \"20\"", &limits);
        let ended = folder("warn-daily-limits", &config).qts("check qts.toml --strict");
        assert_eq!(ended.code, code, "{order}: {}", ended.err);
    }
}

#[test]
fn what_is_built_in_may_be_looser_than_what_the_file_says() {
    let tight = QUIET.replace("\"90%\"", "\"8%\"\nmax_open_orders = 2") + "max_long = \"1%\"\n";
    let ended = folder("warn-inherited", &tight).qts("check qts.toml --strict");
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
}

#[test]
fn a_position_limit_with_shorts_leaves_room_for_turning_round() {
    let turning = QUIET.replace("max_long = \"20\"", "max_long = \"9\"\nmax_short = \"9\"\nshort_not_allowed = false")
        + "max_short = \"9\"\n";
    let ended = folder("warn-turning", &turning).qts("check qts.toml --strict");
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
}

#[test]
fn a_strategys_limit_above_the_accounts() {
    check(
        "warn-account",
        &[
            ("max_long = \"20\"\n", "max_long = \"20\"\nmax_order_notional = \"5000000\"\nmax_open_orders = 4\n"),
            ("max_gross_exposure = \"90%\"\n", "max_order_notional = \"3000000\"\nmax_open_orders = 2\n"),
        ],
        expect![[r#"
            QTS0304

              ⚠ strategy `ema` may send orders worth 5000000, but the account admits only 3000000
                ╭─[qts.toml:25:1]
             24 │ max_long = "20"
             25 │ max_order_notional = "5000000"
                · ───────────────┬──────────────
                ·                ╰── the strategy's
             26 │ max_open_orders = 4
             27 │ 
             28 │ [policy.account]
             29 │ max_order_notional = "3000000"
                · ───────────────┬──────────────
                ·                ╰── the account's
             30 │ max_open_orders = 2
                ╰────
              help: lower the strategy's `max_order_notional`, or raise it in the account's policy `account`

            QTS0304

              ⚠ strategy `ema` may have 4 working orders, but the account admits only 2
                ╭─[qts.toml:26:1]
             25 │ max_order_notional = "5000000"
             26 │ max_open_orders = 4
                · ─────────┬─────────
                ·          ╰── the strategy's
             27 │ 
             28 │ [policy.account]
             29 │ max_order_notional = "3000000"
             30 │ max_open_orders = 2
                · ─────────┬─────────
                ·          ╰── the account's
             31 │ 
                ╰────
              help: lower the strategy's `max_open_orders`, or raise it in the account's policy `account`

            2 warnings
        "#]],
    );
    check(
        "warn-account-budget",
        &[
            ("policy = \"swing\"\n", "policy = \"swing\"\nbudget = \"50000000\"\n"),
            ("max_long = \"20\"\n", "max_long = \"20\"\nmax_gross_exposure = \"30%\"\n"),
            ("max_gross_exposure = \"90%\"\n", "max_gross_exposure = \"14000000\"\n"),
        ],
        expect![[r#"
            QTS0304

              ⚠ strategy `ema` may hold 30% of its budget in all, but the account admits only 14000000
                ╭─[qts.toml:26:1]
             25 │ max_long = "20"
             26 │ max_gross_exposure = "30%"
                · ─────────────┬────────────
                ·              ╰── the strategy's
             27 │ 
             28 │ [policy.account]
             29 │ max_gross_exposure = "14000000"
                · ───────────────┬───────────────
                ·                ╰── the account's
             30 │ 
                ╰────
              help: lower the strategy's `max_gross_exposure`, or raise it in the account's policy `account`

            1 warning
        "#]],
    );
}

#[test]
fn a_policy_that_leaves_something_open() {
    check(
        "warn-open",
        &[("[policy.swing]\n", "[policy.swing]\nextends = \"validity_only\"\n"), ("max_long = \"20\"\n", "")],
        expect![[r#"
            QTS0305

              ⚠ the policy `swing` leaves open how large a position may become (`max_long`, `max_short`)
                ╭─[qts.toml:22:9]
             21 │ 
             22 │ [policy.swing]
                ·         ─────
             23 │ extends = "validity_only"
                ╰────
              help: extend `conservative`, or set these controls; `qts policy show` says what a policy comes down to

            1 warning
        "#]],
    );
    check(
        "warn-open-removed",
        &[(
            "max_order_qty = { warn = \"8\", limit = \"10\" }\n",
            "max_order_qty = false\nmax_order_notional = false\n",
        )],
        expect![[r#"
            QTS0305

              ⚠ the policy `swing` leaves open how large an order may be (`max_order_qty`, `max_order_notional`)
                ╭─[qts.toml:22:9]
             21 │ 
             22 │ [policy.swing]
                ·         ─────
             23 │ max_order_qty = false
                ╰────
              help: extend `conservative`, or set these controls; `qts policy show` says what a policy comes down to

            1 warning
        "#]],
    );
    check(
        "warn-open-built-in",
        &[
            ("policy = \"account\"", "policy = \"wide\""),
            ("policy = \"swing\"\n", "policy = \"validity_only\"\n"),
            ("[policy.swing]\n", "[policy.wide]\nextends = \"validity_only\"\n[policy.x]\n"),
            ("max_order_qty = { warn = \"8\", limit = \"10\" }\nmax_long = \"20\"\n", ""),
            ("[policy.account]\nmax_gross_exposure = \"90%\"\n", ""),
        ],
        expect![[r#"
            QTS0305

              ⚠ the policy `validity_only` leaves open how large a position may become (`max_long`, `max_short`), how
              │ large an order may be (`max_order_qty`, `max_order_notional`)
                ╭─[qts.toml:19:10]
             18 │ instruments = ["A.KRX"]
             19 │ policy = "validity_only"
                ·          ───────────────
             20 │ params = { fast = 3, slow = 8, qty = "1" }
                ╰────
              help: extend `conservative`, or set these controls; `qts policy show` says what a policy comes down to

            QTS0305

              ⚠ the account's policy `wide` limits neither cash nor orders nor positions
                ╭─[qts.toml:22:9]
             21 │ 
             22 │ [policy.wide]
                ·         ────
             23 │ extends = "validity_only"
                ╰────
              help: extend `conservative`, or set `buying_power`, `max_gross_exposure` and `max_order_notional`

            QTS0301

              ⚠ nobody uses the policy `x`
                ╭─[qts.toml:24:9]
             23 │ extends = "validity_only"
             24 │ [policy.x]
                ·         ─
             25 │ 
                ╰────
              help: write `policy = "x"` in a `[[strategy]]` or in `[account]`, or delete the policy

            3 warnings
        "#]],
    );
    check(
        "warn-open-account",
        &[
            ("policy = \"account\"", "policy = \"validity_only\""),
            ("[policy.account]\nmax_gross_exposure = \"90%\"\n", ""),
        ],
        expect![[r#"
            QTS0305

              ⚠ the account's policy `validity_only` limits neither cash nor orders nor positions
               ╭─[qts.toml:4:10]
             3 │ cash = "100000000"
             4 │ policy = "validity_only"
               ·          ───────────────
             5 │ 
               ╰────
              help: extend `conservative`, or set `buying_power`, `max_gross_exposure` and `max_order_notional`

            1 warning
        "#]],
    );
    check(
        "warn-open-prices",
        &[
            ("kind = \"ema_cross\"", "kind = \"scripted\""),
            ("params = { fast = 3, slow = 8, qty = \"1\" }", "params = { steps = [] }"),
            ("max_long = \"20\"\n", "max_long = \"20\"\nprice_collar = { warn = \"1%\" }\n"),
        ],
        expect![[r#"
            QTS0305

              ⚠ the policy `swing` leaves open at what price a limit order may stand (`price_collar`)
                ╭─[qts.toml:22:9]
             21 │ 
             22 │ [policy.swing]
                ·         ─────
             23 │ max_order_qty = { warn = "8", limit = "10" }
                ╰────
              help: extend `conservative`, or set these controls; `qts policy show` says what a policy comes down to

            1 warning
        "#]],
    );
}

#[test]
fn strategies_without_a_policy_of_their_own() {
    let another = |id: &str| {
        format!(
            "[[strategy]]\nid = \"{id}\"\nkind = \"breakout\"\ninstruments = [\"A.KRX\"]\nparams = {{ lookback = 3, qty = 1 }}\n"
        )
    };
    check(
        "warn-default",
        &[("", &another("b"))],
        expect![[r#"
        QTS0306

          ⚠ strategy `b` names no policy, so `conservative` judges: one lot per order
            ╭─[qts.toml:30:6]
         29 │ [[strategy]]
         30 │ id = "b"
            ·      ───
         31 │ kind = "breakout"
            ╰────
          help: add `policy = "…"`; `qts policy show conservative` says what that one admits

        1 warning
    "#]],
    );
    let many: String = ["b", "c", "d", "e", "f"].map(another).concat();
    check(
        "warn-default-many",
        &[("", &many)],
        expect![[r#"
        QTS0306

          ⚠ strategies `b`, `c`, `d` and 2 more name no policy, so `conservative` judges: one lot per order
            ╭─[qts.toml:30:6]
         29 │ [[strategy]]
         30 │ id = "b"
            ·      ───
         31 │ kind = "breakout"
         32 │ instruments = ["A.KRX"]
         33 │ params = { lookback = 3, qty = 1 }
         34 │ [[strategy]]
         35 │ id = "c"
            ·      ─┬─
            ·       ╰── nor does this
         36 │ kind = "breakout"
         37 │ instruments = ["A.KRX"]
         38 │ params = { lookback = 3, qty = 1 }
         39 │ [[strategy]]
         40 │ id = "d"
            ·      ─┬─
            ·       ╰── nor does this
         41 │ kind = "breakout"
            ╰────
          help: add `policy = "…"`; `qts policy show conservative` says what that one admits

        1 warning
    "#]],
    );
}

#[test]
fn instruments_data_budgets_and_names() {
    check(
        "warn-blind",
        &[("", "[[instrument]]\nid = \"B.KRX\"\nclass = \"krx_stock\"\n"), ("[\"A.KRX\"]", "[\"A.KRX\", \"B.KRX\"]")],
        expect![[r#"
            QTS0307

              ⚠ there is no `[[data]]` for `B.KRX`: strategy `ema` sees nothing of it
                ╭─[qts.toml:18:25]
             17 │ kind = "ema_cross"
             18 │ instruments = ["A.KRX", "B.KRX"]
                ·                         ───────
             19 │ policy = "swing"
                ╰────
              help: add `[[data]]` with `instrument = "B.KRX"`, or take it off the list

            1 warning
        "#]],
    );
    check(
        "warn-unwatched",
        &[
            (
                "",
                "[[instrument]]\nid = \"B.KRX\"\nclass = \"krx_stock\"\n[[data]]\ninstrument = \"B.KRX\"\npath = \"b.csv\"\nstamp = \"date\"\n",
            ),
            ("path = \"b.csv\"", "path = \"bars.csv\"\non_bad_row = \"skip\""),
            ("id = \"B.KRX\"", "id = \"A.XKRX\""),
            ("instrument = \"B.KRX\"", "instrument = \"A.XKRX\""),
        ],
        expect![[r#"
            QTS0308

              ⚠ no strategy subscribes to `A.XKRX`
                ╭─[qts.toml:30:6]
             29 │ [[instrument]]
             30 │ id = "A.XKRX"
                ·      ────┬───
                ·          ╰── not listed by any strategy
             31 │ class = "krx_stock"
             32 │ [[data]]
             33 │ instrument = "A.XKRX"
             34 │ path = "bars.csv"
                ·        ─────┬────
                ·             ╰── read in vain
             35 │ on_bad_row = "skip"
                ╰────
              help: add it to the `instruments` of a strategy, or delete it with its data

            1 warning
        "#]],
    );
    check(
        "warn-budget",
        &[("policy = \"swing\"\n", "policy = \"swing\"\nbudget = \"100000001\"\n")],
        expect![[r#"
        QTS0309

          ⚠ the budget of `ema` is 100000001, the account starts with 100000000 in cash
           ╭─[qts.toml:3:8]
         2 │ currency = "KRW"
         3 │ cash = "100000000"
           ·        ─────┬─────
           ·             ╰── the account's cash
         4 │ policy = "account"
           ╰────
            ╭─[qts.toml:20:10]
         19 │ policy = "swing"
         20 │ budget = "100000001"
            ·          ─────┬─────
            ·               ╰── this budget
         21 │ params = { fast = 3, slow = 8, qty = "1" }
            ╰────
          help: give it at most 100000000

        1 warning
    "#]],
    );
    check(
        "warn-case",
        &[
            ("", "[policy.Swing]\nextends = \"swing\"\n"),
            ("policy = \"account\"", "policy = \"Swing\""),
            ("[policy.account]\nmax_gross_exposure = \"90%\"\n", ""),
        ],
        expect![[r#"
            QTS0310

              ⚠ the policies `swing` and `Swing` differ only in case
                ╭─[qts.toml:27:9]
             21 │ 
             22 │ [policy.swing]
                ·         ──┬──
                ·           ╰── and this one
             23 │ max_order_qty = { warn = "8", limit = "10" }
             24 │ max_long = "20"
             25 │ 
             26 │ 
             27 │ [policy.Swing]
                ·         ──┬──
                ·           ╰── this one
             28 │ extends = "swing"
                ╰────
              help: give them names that are told apart at a glance

            1 warning
        "#]],
    );
}

#[test]
fn all_bad_rows_of_all_files_are_listed_up_to_twenty_a_file() {
    let good = bars(10);
    let bad: String = (0..25).map(|day| format!("2025-03-{:02},A,1,2,1,x{day},5\n", day + 1)).collect();
    let config = QUIET.to_owned() + "[[data]]\ninstrument = \"A.KRX\"\npath = \"b.csv\"\nstamp = \"date\"\n";
    let folder = folder("check-rows", &config).with("bars.csv", format!("{good}{bad}"));
    folder.write("b.csv", format!("{}2025-03-01,A,1,2,1,0,5\n", good));
    let ended = folder.qts("check qts.toml");
    assert_eq!((ended.code, ended.out.as_str()), (4, ""));
    expect![[r#"
        qts: QTS0254: failed to read bars.csv line 12: column `close` is `x0`: not a decimal number; correct the row, or set on_bad_row = "skip" to leave out and count such rows
        qts: QTS0254: bars.csv:13: column `close` is `x1`: not a decimal number
        qts: QTS0254: bars.csv:14: column `close` is `x2`: not a decimal number
        qts: QTS0254: bars.csv:15: column `close` is `x3`: not a decimal number
        qts: QTS0254: bars.csv:16: column `close` is `x4`: not a decimal number
        qts: QTS0254: bars.csv:17: column `close` is `x5`: not a decimal number
        qts: QTS0254: bars.csv:18: column `close` is `x6`: not a decimal number
        qts: QTS0254: bars.csv:19: column `close` is `x7`: not a decimal number
        qts: QTS0254: bars.csv:20: column `close` is `x8`: not a decimal number
        qts: QTS0254: bars.csv:21: column `close` is `x9`: not a decimal number
        qts: QTS0254: bars.csv:22: column `close` is `x10`: not a decimal number
        qts: QTS0254: bars.csv:23: column `close` is `x11`: not a decimal number
        qts: QTS0254: bars.csv:24: column `close` is `x12`: not a decimal number
        qts: QTS0254: bars.csv:25: column `close` is `x13`: not a decimal number
        qts: QTS0254: bars.csv:26: column `close` is `x14`: not a decimal number
        qts: QTS0254: bars.csv:27: column `close` is `x15`: not a decimal number
        qts: QTS0254: bars.csv:28: column `close` is `x16`: not a decimal number
        qts: QTS0254: bars.csv:29: column `close` is `x17`: not a decimal number
        qts: QTS0254: bars.csv:30: column `close` is `x18`: not a decimal number
        qts: QTS0254: bars.csv:31: column `close` is `x19`: not a decimal number
        qts: … and 5 more bad rows in bars.csv
        qts: QTS0255: failed to read b.csv line 12: column `close` is `0`: a price must be above zero; correct the row, or set on_bad_row = "skip" to leave out and count such rows
    "#]].assert_eq(&ended.err);
    let json = folder.qts("check qts.toml --format json").json();
    assert_eq!(json["data_errors"].as_array().map(Vec::len), Some(22));
    assert_eq!((&json["sound"], &json["rows"]), (&false.into(), &46.into()));
    assert_eq!(folder.qts("check qts.toml --quick").code, 0, "their beginnings are fine");
    folder.write("qts.toml", config.replace("stamp = \"date\"\n", "stamp = \"date\"\non_bad_row = \"skip\"\n"));
    let ended = folder.qts("check qts.toml");
    assert_eq!(ended.code, 0);
    expect![[r#"
        qts: 25 bad rows of bars.csv left out (on_bad_row = "skip"):
          … and 5 more bad rows in bars.csv
        qts: 1 bad row of b.csv left out (on_bad_row = "skip"):"#]]
    .assert_eq(&ended.err.lines().filter(|line| !line.starts_with("  QTS")).collect::<Vec<_>>().join("\n"));
}

#[test]
fn levels_of_data_and_pace_that_never_bind() {
    let policy = "max_participation = { order = \"2%\", day = \"1%\" }\nstale_data = { warn = \"3s\", block = \"3s\" }\n\
                  data_implausible = { warn = \"10%\", block = \"10%\" }\nmessage_limit = { warn = 5, block = 5 }\n";
    check(
        "warn-data-levels",
        &[("max_long = \"20\"\n", &format!("max_long = \"20\"\n{policy}"))],
        expect![[r#"
        QTS0303

          ⚠ `order` of `max_participation` of `swing` admits 2%, but `day` no more than 1%
            ╭─[qts.toml:25:1]
         24 │ max_long = "20"
         25 │ max_participation = { order = "2%", day = "1%" }
            · ────────────────────────────────────────────────
         26 │ stale_data = { warn = "3s", block = "3s" }
            ╰────
          help: lower `order`, raise `day`, or leave `order` out

        QTS0303

          ⚠ `stale_data` of `swing` can never warn: its `warn` is its next level, too
            ╭─[qts.toml:26:1]
         25 │ max_participation = { order = "2%", day = "1%" }
         26 │ stale_data = { warn = "3s", block = "3s" }
            · ──────────────────────────────────────────
         27 │ data_implausible = { warn = "10%", block = "10%" }
            ╰────
          help: lower `warn`, or leave it out

        QTS0303

          ⚠ `data_implausible` of `swing` can never warn: its `warn` is its next level, too
            ╭─[qts.toml:27:1]
         26 │ stale_data = { warn = "3s", block = "3s" }
         27 │ data_implausible = { warn = "10%", block = "10%" }
            · ──────────────────────────────────────────────────
         28 │ message_limit = { warn = 5, block = 5 }
            ╰────
          help: lower `warn`, or leave it out

        QTS0303

          ⚠ `message_limit` of `swing` can never warn: its `warn` is its next level, too
            ╭─[qts.toml:28:1]
         27 │ data_implausible = { warn = "10%", block = "10%" }
         28 │ message_limit = { warn = 5, block = 5 }
            · ───────────────────────────────────────
         29 │ 
            ╰────
          help: lower `warn`, or leave it out

        4 warnings
    "#]],
    );
}

#[test]
fn a_strategy_may_be_faster_than_the_account() {
    let policy = "order_rate = { per_second = \"1\", burst = \"50\" }\nmessage_limit = 5000\n";
    check(
        "warn-pace",
        &[("max_long = \"20\"\n", &format!("max_long = \"20\"\n{policy}"))],
        expect![[r#"
        QTS0304

          ⚠ strategy `ema` may send 50 orders at once, but the account admits only 20 (built in)
            ╭─[qts.toml:25:1]
         24 │ max_long = "20"
         25 │ order_rate = { per_second = "1", burst = "50" }
            · ───────────────────────────────────────────────
         26 │ message_limit = 5000
            ╰────
          help: lower the strategy's `order_rate`, or raise it in the account's policy `account`

        QTS0304

          ⚠ strategy `ema` may send 5000 messages in a session, but the account admits only 2000 (built in)
            ╭─[qts.toml:26:1]
         25 │ order_rate = { per_second = "1", burst = "50" }
         26 │ message_limit = 5000
            · ────────────────────
         27 │ 
            ╰────
          help: lower the strategy's `message_limit`, or raise it in the account's policy `account`

        2 warnings
    "#]],
    );
}

/// The account's age of data says which price two books may trade at; what only strategies are asked does nothing there.
#[test]
fn controls_of_data_in_the_accounts_policy() {
    let policy = "stale_data = \"5s\"\norder_rate = { per_second = \"9\", burst = \"9\" }\nrestricted = [\"A.KRX\"]\n\
                  outside_session = true\ndata_implausible = \"10%\"\nduplicate_order = \"5s\"\nmarket_order = \"block\"\n\
                  max_participation = { day = \"1%\" }\n";
    check(
        "warn-account-data",
        &[("max_gross_exposure = \"90%\"\n", policy)],
        expect![[r#"
        QTS0302

          ⚠ `restricted` works on strategies, but only the account uses `account`
            ╭─[qts.toml:29:1]
         28 │ order_rate = { per_second = "9", burst = "9" }
         29 │ restricted = ["A.KRX"]
            · ──────────
         30 │ outside_session = true
            ╰────
          help: move it to a policy of a strategy, or delete it

        QTS0302

          ⚠ `outside_session` works on strategies, but only the account uses `account`
            ╭─[qts.toml:30:1]
         29 │ restricted = ["A.KRX"]
         30 │ outside_session = true
            · ───────────────
         31 │ data_implausible = "10%"
            ╰────
          help: move it to a policy of a strategy, or delete it

        QTS0302

          ⚠ `data_implausible` works on strategies, but only the account uses `account`
            ╭─[qts.toml:31:1]
         30 │ outside_session = true
         31 │ data_implausible = "10%"
            · ────────────────
         32 │ duplicate_order = "5s"
            ╰────
          help: move it to a policy of a strategy, or delete it

        QTS0302

          ⚠ `duplicate_order` works on strategies, but only the account uses `account`
            ╭─[qts.toml:32:1]
         31 │ data_implausible = "10%"
         32 │ duplicate_order = "5s"
            · ───────────────
         33 │ market_order = "block"
            ╰────
          help: move it to a policy of a strategy, or delete it

        QTS0302

          ⚠ `market_order` works on strategies, but only the account uses `account`
            ╭─[qts.toml:33:1]
         32 │ duplicate_order = "5s"
         33 │ market_order = "block"
            · ────────────
         34 │ max_participation = { day = "1%" }
            ╰────
          help: move it to a policy of a strategy, or delete it

        QTS0302

          ⚠ `max_participation` works on strategies, but only the account uses `account`
            ╭─[qts.toml:34:1]
         33 │ market_order = "block"
         34 │ max_participation = { day = "1%" }
            · ─────────────────
         35 │ 
            ╰────
          help: move it to a policy of a strategy, or delete it

        6 warnings
    "#]],
    );
}

#[test]
fn levels_of_zero_and_limits_that_nothing_can_reach() {
    check(
        "warn-zero",
        &[("max_order_qty = { warn = \"8\", limit = \"10\" }", "max_order_qty = \"0\"")],
        expect![[r#"
        QTS0311

          ⚠ `max_order_qty` of `swing` is 0: no entry passes
            ╭─[qts.toml:23:1]
         22 │ [policy.swing]
         23 │ max_order_qty = "0"
            · ───────────────────
         24 │ max_long = "20"
            ╰────
          help: raise `max_order_qty`; to let a strategy only close what it holds, say `state = "reduce_only"`

        1 warning
    "#]],
    );
    check(
        "warn-zero-worth",
        &[("max_long = \"20\"", "max_long = \"20\"\nmax_order_notional = \"0\"")],
        expect![[r#"
        QTS0311

          ⚠ `max_order_notional` of `swing` is 0: no entry passes
            ╭─[qts.toml:25:1]
         24 │ max_long = "20"
         25 │ max_order_notional = "0"
            · ────────────────────────
         26 │ 
            ╰────
          help: raise `max_order_notional`; to let a strategy only close what it holds, say `state = "reduce_only"`

        1 warning
    "#]],
    );
    check(
        "warn-barred",
        &[("max_long = \"20\"", "max_long = \"20\"\nmax_short = \"20\"")],
        expect![[r#"
        QTS0303

          ⚠ `max_short` of `swing` can never bind: every instrument here has a `short_ban`
            ╭─[qts.toml:25:1]
         24 │ max_long = "20"
         25 │ max_short = "20"
            · ────────────────
         26 │ 
            ╰────
          help: leave it out: `short_not_allowed` blocks what a book does not hold

        1 warning
    "#]],
    );
    check(
        "warn-collar",
        &[("max_long = \"20\"", "max_long = \"20\"\nprice_collar = { warn = \"50%\", block = \"90%\" }")],
        expect![[r#"
            QTS0303

              ⚠ `price_collar` of `swing` can never bind: the day's price limits are narrower
                ╭─[qts.toml:25:1]
             24 │ max_long = "20"
             25 │ price_collar = { warn = "50%", block = "90%" }
                · ──────────────────────────────────────────────
             26 │ 
                ╰────
              help: lower it, or leave it out

            1 warning
        "#]],
    );
}

#[test]
fn an_account_that_limits_orders_but_not_what_is_held() {
    let open = "max_long = false\nmax_gross_exposure = false\nbuying_power = false\n";
    check(
        "warn-open-account",
        &[("max_gross_exposure = \"90%\"\n", open)],
        expect![[r#"
        QTS0305

          ⚠ the account's policy `account` limits neither cash nor long positions
            ╭─[qts.toml:26:9]
         25 │ 
         26 │ [policy.account]
            ·         ───────
         27 │ max_long = false
            ╰────
          help: extend `conservative`, or set `buying_power`, `max_gross_exposure` and `max_order_notional`

        1 warning
    "#]],
    );
}

#[test]
fn nothing_of_a_file_or_an_argument_reaches_the_terminal_as_it_is() {
    let folder = folder("warn-escape", &QUIET.replace("\"ema\"", "\"e\\u001b[31mx\""))
        .with("raw.toml", QUIET.replace("[account]", "[account]\n# \u{1b}[31m \u{7} \u{9b}1m\nbad\u{1b}[2J = 1"));
    for args in ["check qts.toml", "check raw.toml", "test raw.toml"] {
        let ended = folder.qts(args);
        assert!(ended.code == 3 || ended.code == 4, "{}", ended.err);
        assert!(!ended.err.contains(|c: char| c.is_control() && c != '\n'), "{}", ended.err.escape_debug());
    }
    let told = folder.qts("check qts.toml").err;
    assert!(told.contains("has a control character in it"), "{told}");
    let mut command = folder.command("reasons");
    let output = command.arg("\u{1b}[31mx").output().expect("it starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("\\u{1b}[31mx") && !told.contains('\u{1b}'), "{told}");
}

#[test]
fn an_adjustment_lies_within_the_days_of_its_data() {
    let of =
        |id: &str, date: &str| format!("[[adjustment]]\ninstrument = \"{id}\"\ndate = \"{date}\"\nratio = \"2\"\n");
    let other = "[[instrument]]\nid = \"B.KRX\"\nclass = \"krx_stock\"\n[[position]]\nstrategy = \"unassigned\"\n\
                 instrument = \"B.KRX\"\nqty = \"1\"\nprice = \"100\"\n";
    // The data is of 2024-01-02 to 2024-01-15.
    let dates = ["2024-01-02", "2024-01-13", "2024-01-16"].map(|date| of("A.KRX", date)).concat();
    check(
        "warning-adjustment",
        &[("", &format!("{other}{dates}{}", of("B.KRX", "2024-01-05")))],
        expect![[r#"
            1 price jump between sessions:
              bars.csv: A.KRX 2024-01-15: 4795 → 9690, beyond the daily limit (3360 to 6230); that is after its [[adjustment]]: correct its ratio or its date
            QTS0316

              ⚠ the data of `A.KRX` begins on 2024-01-02, on the new scale
                ╭─[qts.toml:39:8]
             38 │ instrument = "A.KRX"
             39 │ date = "2024-01-02"
                ·        ────────────
             40 │ ratio = "2"
                ╰────
              help: delete it: nothing of the old scale is in the data; positions are taken as written

            QTS0316

              ⚠ the data of `A.KRX` ends on 2024-01-15, before 2024-01-16
                ╭─[qts.toml:47:8]
             46 │ instrument = "A.KRX"
             47 │ date = "2024-01-16"
                ·        ────────────
             48 │ ratio = "2"
                ╰────
              help: correct the date, or delete the adjustment

            QTS0316

              ⚠ there is no `[[data]]` for `B.KRX`, so nothing of it is adjusted
                ╭─[qts.toml:51:8]
             50 │ instrument = "B.KRX"
             51 │ date = "2024-01-05"
                ·        ────────────
             52 │ ratio = "2"
                ╰────
              help: add `[[data]]`, or delete the adjustment

            3 warnings
        "#]],
    );
}

/// The exchange's close, from which its limits are, is in another file, if at all.
#[test]
fn daily_limits_at_nextrade_are_from_its_own_last_price() {
    let nextrade = ("class = \"krx_stock\"", "class = \"krx_stock\"\nhours = \"nxt\"");
    check(
        "warn-nextrade",
        &[nextrade],
        expect![[r#"
        QTS0317

          ⚠ the daily limits of `A.KRX` are reckoned from its own last price (20:00), not from the close of the
          │ Korea Exchange (15:30)
           ╭─[qts.toml:7:6]
         6 │ [[instrument]]
         7 │ id = "A.KRX"
           ·      ───┬───
           ·         ╰── with the hours of Nextrade
         8 │ class = "krx_stock"
           ╰────
          help: write `daily_limit = false` to do without them, or mind that they may be off (docs/markets.md)

        QTS0312

          ⚠ the data of `A.KRX` begin on 2024-01-02, the tables of krx_stock on 2025-03-04
            ╭─[qts.toml:13:8]
          6 │ [[instrument]]
          7 │ id = "A.KRX"
            ·      ───┬───
            ·         ╰── of this class
          8 │ class = "krx_stock"
          9 │ hours = "nxt"
         10 │ 
         11 │ [[data]]
         12 │ instrument = "A.KRX"
         13 │ path = "bars.csv"
            ·        ─────┬────
            ·             ╰── older than the tables
         14 │ stamp = "date"
            ╰────
          help: use data from 2025-03-04 on, or mind that the oldest known rules are used before (docs/markets.md)

        2 warnings
    "#]],
    );
    let without = ("class = \"krx_stock\"", "class = \"krx_stock\"\nhours = \"nxt\"\ndaily_limit = false");
    let folder = folder("warn-nextrade-none", &QUIET.replace(without.0, without.1));
    let ended = folder.qts("check qts.toml");
    assert!(ended.code == 0 && !ended.err.contains("QTS0317"), "nothing is reckoned from it: {}", ended.err);
    let data = "[[data]]\ninstrument = \"A.KRX\"\npath = \"bars.csv\"\nstamp = \"date\"\n";
    folder.write("qts.toml", QUIET.replace(nextrade.0, nextrade.1).replace(data, ""));
    let ended = folder.qts("check qts.toml");
    assert!(ended.code == 0 && !ended.err.contains("QTS0317"), "who tells the prices tells the base: {}", ended.err);
}

#[test]
fn one_share_at_both_korean_venues() {
    let line = "[[instrument]]\nid = \"A.NXT\"\ntick = \"10\"\n[[data]]\ninstrument = \"A.NXT\"\n\
                path = \"bars.csv\"\nstamp = \"date\"\n";
    let both = ("instruments = [\"A.KRX\"]", "instruments = [\"A.KRX\", \"A.NXT\"]");
    check(
        "warn-two-lines",
        &[both, ("", line)],
        expect![[r#"
        QTS0318

          ⚠ `A.KRX` and `A.NXT` are one share, but count as two: limits and holdings are of each alone, and a buy of
          │ one against a sale of the other is not seen
           ╭─[qts.toml:7:6]
         6 │ [[instrument]]
         7 │ id = "A.KRX"
           ·      ───┬───
           ·         ╰── and this one
         8 │ class = "krx_stock"
           ╰────
            ╭─[qts.toml:30:6]
         29 │ [[instrument]]
         30 │ id = "A.NXT"
            ·      ───┬───
            ·         ╰── this line
         31 │ tick = "10"
            ╰────
          help: keep one of the two; or let one strategy alone trade both, never on both sides, with half the limits

        1 warning
    "#]],
    );
    let other = "[[instrument]]\nid = \"B.NXT\"\ntick = \"10\"\n";
    let folder = folder("warn-two-shares", &(QUIET.replace(both.0, &both.1.replace("A.NXT", "B.NXT")) + other));
    let ended = folder.qts("check qts.toml --quick");
    assert!(ended.code == 0 && !ended.err.contains("QTS0318"), "another share: {}", ended.err);
}
