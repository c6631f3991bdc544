//! Bad policies.

use expect_test::expect;

use super::check;

#[test]
fn a_misspelled_control_meets_its_neighbour() {
    check(
        "[policy.a]\nmax_lng = \"1\"\nmax_order_quantity = 5\nextend = \"x\"\nbudget = 1\nzzz = 1\n",
        expect![[r#"
            QTS0152 2:1 no control is called `max_lng` | help: did you mean `max_long`?
            QTS0152 3:1 no control is called `max_order_quantity` | help: did you mean `max_order_qty`?
            QTS0152 4:1 no control is called `extend` | help: did you mean `extends`?
            QTS0152 5:1 no control is called `budget` | help: give `budget` in the `[[strategy]]` table
            QTS0152 6:1 no control is called `zzz` | help: controls: restricted, outside_session, stale_data, data_implausible, duplicate_order, short_not_allowed, price_collar, fat_finger, cycle_notional, market_order, max_order_qty, max_order_notional, max_long, max_short, max_gross_exposure, max_net_exposure, buying_power, max_participation, max_open_orders, order_rate, message_limit, max_risk_score, repeated_execution, failure_breaker, warn_escalation, daily_loss, drawdown
        "#]],
    );
}

#[test]
fn what_is_always_on_cannot_be_set() {
    check(
        "[policy.a]\nself_trade = false\nunreconciled = false\n",
        expect![[r#"
            QTS0153 2:1 `self_trade` is always on | help: leave it out: it has no levels and cannot be removed
            QTS0153 3:1 `unreconciled` is always on | help: leave it out: it has no levels and cannot be removed
        "#]],
    );
    check(
        "[policy.a]\nself_trade = true\n",
        expect![[r#"
        sound
    "#]],
    );
}

#[test]
fn velocity_and_data_controls_say_what_they_want() {
    check(
        "[policy.a]\nrestricted = \"005930.KRX\"\noutside_session = \"yes\"\nstale_data = 3\ndata_implausible = \"0.1\"\nduplicate_order = \"10\"\n",
        expect![[r#"
            QTS0105 2:14 `restricted` must be a list of instrument ids, not a text | help: write a list: `restricted = [ … ]`
            QTS0105 3:19 `outside_session` must be true or false, not a text | help: write `outside_session = true` or `outside_session = false`
            QTS0105 4:14 `stale_data` must be a text, not a number | help: write it in quotes: `stale_data = "…"`
            QTS0109 5:20 `data_implausible` must be a percentage, not `0.1` | help: write "0.1%" if that is what you mean
            QTS0111 6:19 `duplicate_order` must be a length of time, not `10` | help: write a whole number above zero and its unit: "30s", "15m", "1h" or "1d"
        "#]],
    );
    check(
        "[policy.a]\nrestricted = [\"005931.KRX\", 5]\nstale_data = \"two intervals\"\nmarket_order = \"warn\"\nmessage_limit = { limit = 5, block = 9 }\n",
        expect![[r#"
            QTS0124 2:15 no instrument has the id `005931.KRX` | help: did you mean `005930.KRX`?
            QTS0105 2:29 `restricted` must be a text, not a number | help: write it in quotes: `restricted = "…"`
            QTS0111 3:14 `stale_data` must be an age, not `two intervals` | help: write a whole number of intervals, such as "2 intervals", or a time, "3s"
            QTS0106 4:16 `market_order` cannot be `warn` | help: it can be: block
            QTS0156 5:27 `message_limit` never reduces, so its `limit` cannot differ from its `block` | help: give `warn` and `block` only | also 5:38
        "#]],
    );
    check(
        "[policy.a]\nmax_participation = \"1%\"\norder_rate = \"1\"\n[policy.b]\nmax_participation = {}\norder_rate = { per_second = 0, burst = \"0.5\" }\n\
         [policy.c]\nmax_participation = { order = \"101%\", dya = \"1%\" }\norder_rate = { burst = 1, persecond = 1 }\n",
        expect![[r#"
            QTS0105 2:21 `max_participation` must be a table, not a text | help: write `max_participation = { order = "0.5%", day = "2%" }`, or `false`
            QTS0105 3:14 `order_rate` must be a table, not a text | help: write `order_rate = { per_second = "1", burst = "3" }`, or `false`
            QTS0154 5:21 `max_participation` has neither `order` nor `day` | help: give one of them, or `max_participation = false`
            QTS0108 6:29 `per_second` must be above zero, not 0 | help: write a number that is above zero
            QTS0108 6:40 `burst` must be 1 or more, not "0.5" | help: write a number that is 1 or more
            QTS0108 8:31 `order` must be zero or more and at most 100%, not "101%" | help: write a number that is zero or more and at most 100%
            QTS0103 8:39 unknown key `dya` in `max_participation` | help: did you mean `day`?
            QTS0104 9:14 `order_rate` has no `per_second` | help: add `per_second = "1"`
            QTS0103 9:27 unknown key `persecond` in `order_rate` | help: did you mean `per_second`?
        "#]],
    );
    check(
        "[policy.a]\ndata_implausible = { within = \"10%\" }\nmax_participation = { day = \"1%\", where_known = \"yes\" }\n\
         [policy.b]\ndata_implausible = { within = \"10%\", between = false, warn = \"5%\" }\nmax_participation = { where_known = true }\n",
        expect![[r#"
            QTS0104 2:20 `data_implausible` has no `between` | help: add `between = "10%"`
            QTS0105 3:49 `where_known` must be true or false, not a text | help: write `where_known = true` or `where_known = false`
            QTS0105 5:48 `data_implausible` must be a level, not true or false | help: give a level; only `data_implausible = false`, for the whole control, removes it
            QTS0103 5:55 unknown key `warn` in `data_implausible` | help: known keys: within, between
            QTS0154 6:21 `max_participation` has neither `order` nor `day` | help: give one of them, or `max_participation = false`
        "#]],
    );
    check(
        "[policy.a]\nstale_data = { warn = \"1s\", block = \"2 intervals\" }\n",
        expect![[r#"
        QTS0157 2:37 `stale_data` mixes a time and intervals | help: give all levels of one control in one unit | also 2:23
    "#]],
    );
    check(
        "[policy.a]\nstale_data = { limit = \"1s\", block = \"2s\" }\n",
        expect![[r#"
        QTS0156 2:24 `stale_data` never reduces, so its `limit` cannot differ from its `block` | help: give `warn` and `block` only | also 2:38
    "#]],
    );
}

#[test]
fn levels_ascend_in_one_unit() {
    check(
        "[policy.a]\nmax_long = { warn = \"9\", limit = \"5\" }\n",
        expect![[r#"
        QTS0155 2:21 `warn` of `max_long` lies above its `limit` | help: let them ascend: warn ≤ limit ≤ block | also 2:34
    "#]],
    );
    check(
        "[policy.a]\nmax_order_notional = { limit = \"5%\", block = \"1000000\" }\n",
        expect![[r#"
        QTS0157 2:46 `max_order_notional` mixes a percentage and money | help: give all levels of one control in one unit | also 2:32
    "#]],
    );
    check(
        "[policy.a]\nmax_order_qty = {}\nmax_short = \"-1\"\nmax_open_orders = \"2.5\"\n",
        expect![[r#"
        QTS0154 2:17 `max_order_qty` has no level at all | help: give `warn`, `limit` or `block`; `max_order_qty = false` removes the control
        QTS0108 3:13 `max_short` must be zero or more, not "-1" | help: write a number that is zero or more
        QTS0107 4:19 `max_open_orders` must be a whole number, not `2.5` | help: write digits only, such as 10
    "#]],
    );
    check(
        "[policy.a]\nmax_long = { warning = \"9\", limit = true }\n",
        expect![[r#"
        QTS0103 2:14 unknown key `warning` in `max_long` | help: did you mean `warn`?
        QTS0105 2:37 `limit` must be a level, not true or false | help: give a level; only `max_long = false`, for the whole control, removes it
    "#]],
    );
    check(
        "[policy.a]\nmax_gross_exposure = { warn = \"x\", block = -1 }\n",
        expect![[r#"
        QTS0107 2:31 `warn` is `x`: not a decimal number | help: write a decimal in quotes, such as "50000" or "0.05"
        QTS0108 2:44 `block` must be zero or more, not -1 | help: write a number that is zero or more
    "#]],
    );
}

#[test]
fn plausibility_has_no_reduce() {
    check(
        "[policy.a]\nprice_collar = { limit = \"1%\", block = \"2%\" }\n",
        expect![[r#"
        QTS0156 2:26 `price_collar` never reduces, so its `limit` cannot differ from its `block` | help: give `warn` and `block` only | also 2:40
    "#]],
    );
    check(
        "[policy.a]\ncycle_notional = { warn = 1, limit = 10, block = 20 }\n",
        expect![[r#"
        QTS0156 2:38 `cycle_notional` never reduces, so its `limit` cannot differ from its `block` | help: give `warn` and `block` only | also 2:50
    "#]],
    );
    check(
        "[policy.a]\nprice_collar = { limit = \"2%\", block = \"2.0%\" }\n",
        expect![[r#"
        sound
    "#]],
    );
}

#[test]
fn forms_are_those_of_the_contract() {
    check(
        "[policy.a]\nprice_collar = \"2.5\"\nmax_order_qty = \"5%\"\nmax_long = true\n",
        expect![[r#"
        QTS0109 2:16 `price_collar` must be a percentage, not `2.5` | help: write "2.5%" if that is what you mean
        QTS0107 3:17 `max_order_qty` is `5%`: not a decimal number | help: write a decimal in quotes, such as "50000" or "0.05"
        QTS0105 4:12 `max_long` must be a level, not true or false | help: give a level; only `max_long = false`, for the whole control, removes it
    "#]],
    );
    check(
        "[policy.a]\nbuying_power = \"2%\"\nfat_finger = {}\nmax_risk_score = 2\nshort_not_allowed = 1\n",
        expect![[r#"
        QTS0105 2:16 `buying_power` must be `true` or a table, not a text | help: write `buying_power = true` or `buying_power = { buffer = "2%" }`
        QTS0154 3:14 `fat_finger` has neither `multiple` nor `median` | help: give one of them, or `fat_finger = false`
        QTS0108 4:18 `max_risk_score` must be from 0 to 1, not 2 | help: write a number that is from 0 to 1
        QTS0105 5:21 `short_not_allowed` must be true or false, not a number | help: write `short_not_allowed = true` or `short_not_allowed = false`
    "#]],
    );
    check(
        "[policy.a]\nbuying_power = { bufer = \"2%\" }\nfat_finger = { multiple = \"0\" }\n",
        expect![[r#"
        QTS0104 2:16 `buying_power` has no `buffer` | help: add `buffer = "2%"`
        QTS0103 2:18 unknown key `bufer` in `buying_power` | help: did you mean `buffer`?
        QTS0108 3:27 `multiple` must be above zero, not "0" | help: write a number that is above zero
    "#]],
    );
}

#[test]
fn policies_extend_what_there_is() {
    check(
        "[policy.a]\nextends = \"validity\"\n",
        expect![[r#"
        QTS0126 2:11 no policy is called `validity` | help: did you mean `validity_only`?
    "#]],
    );
    check(
        "[policy.a]\nextends = \"b\"\n[policy.b]\nextends = \"a\"\n[policy.c]\nextends = \"a\"\n",
        expect![[r#"
        QTS0151 2:11 policies extend each other in a circle: a → b → a | help: let one of them extend "conservative" or "validity_only" | also 4:11
    "#]],
    );
    check(
        "[policy.a]\nextends = \"a\"\n",
        expect![[r#"
        QTS0151 2:11 policies extend each other in a circle: a → a | help: let one of them extend "conservative" or "validity_only"
    "#]],
    );
    check(
        "[policy.conservative]\nmax_long = \"5\"\n",
        expect![[r#"
        QTS0150 1:9 `conservative` is built in and cannot be redefined | help: give it another name and write `extends = "conservative"` in it
    "#]],
    );
}

#[test]
fn instrument_tables_name_instruments() {
    check(
        "[policy.a.instrument.\"005930.KRQ\"]\nmax_lon = 1\n",
        expect![[r#"
        QTS0124 1:22 no instrument has the id `005930.KRQ` | help: did you mean `005930.KRX`?
        QTS0152 2:1 no control is called `max_lon` | help: did you mean `max_long`?
    "#]],
    );
    check(
        "[policy.a.instrument.005930.KRX]\nmax_long = 1\n",
        expect![[r#"
        QTS0124 1:22 the id `005930.KRX` is not in quotes | help: write it as `instrument."005930.KRX"`
    "#]],
    );
    check(
        "[policy.a.instrument.\"BTC.X\"]\nextends = \"a\"\n",
        expect![[r#"
            QTS0152 2:1 no control is called `extends` | help: controls: restricted, outside_session, stale_data, data_implausible, duplicate_order, short_not_allowed, price_collar, fat_finger, cycle_notional, market_order, max_order_qty, max_order_notional, max_long, max_short, max_gross_exposure, max_net_exposure, buying_power, max_participation, max_open_orders, order_rate, message_limit, max_risk_score, repeated_execution, failure_breaker, warn_escalation, daily_loss, drawdown
        "#]],
    );
}
