//! Bad values and bad TOML.

use expect_test::expect;

use super::{check, check_whole};

#[test]
fn a_misspelled_word_meets_its_neighbour() {
    check(
        "[arbitration]\nrule = \"exit_only\"\n",
        expect![[r#"
        QTS0106 2:8 `rule` cannot be `exit_only` | help: did you mean `exits_only`?
    "#]],
    );
    check(
        "[broker]\nkind = \"kis\"\nfill = \"now\"\nlimit_fill = \"tuch\"\n",
        expect![[r#"
        QTS0106 2:8 `kind` cannot be `kis` | help: it can be: sim
        QTS0106 3:8 `fill` cannot be `now` | help: it can be: next
        QTS0106 4:14 `limit_fill` cannot be `tuch` | help: did you mean `touch`?
    "#]],
    );
    check(
        "[[strategy]]\nid = \"a\"\nkind = \"simple\"\ninstruments = [\"BTC.X\"]\nstate = \"reduce-only\"\n",
        expect![[r#"
        QTS0106 5:9 `state` cannot be `reduce-only` | help: did you mean `reduce_only`?
    "#]],
    );
    check(
        "[[data]]\ninstrument = \"BTC.X\"\npath = \"a\"\nstamp = \"start\"\non_bad_row = \"skp\"\n",
        expect![[r#"
        QTS0106 4:9 `stamp` cannot be `start` | help: it can be: open, close, date
        QTS0106 5:14 `on_bad_row` cannot be `skp` | help: did you mean `skip`?
    "#]],
    );
}

#[test]
fn sessions_and_zones_make_sense() {
    check(
        "[[instrument]]\nid = \"A.X\"\ntick = \"1\"\nsession = \"15:30-09:00\"\ntz = \"Asia/Soul\"\n",
        expect![[r#"
            QTS0112 4:11 `session` must be an open and a later close of one day, or several in order, not `15:30-09:00` | help: write local times as "09:00-15:30" or "09:00-11:30, 12:30-15:00"; leave it out if trading never closes
            QTS0113 5:6 no time zone is called `Asia/Soul` | help: did you mean `Asia/Seoul`?
        "#]],
    );
    check(
        "[[instrument]]\nid = \"A.X\"\ntick = \"1\"\nsession = \"9:00-15:30\"\n",
        expect![[r#"
            QTS0104 4:11 `session` is in local time, but there is no `tz` | help: add its time zone, such as `tz = "Asia/Seoul"`
            QTS0112 4:11 `session` must be an open and a later close of one day, or several in order, not `9:00-15:30` | help: write local times as "09:00-15:30" or "09:00-11:30, 12:30-15:00"; leave it out if trading never closes
        "#]],
    );
}

#[test]
fn numbers_are_exact_and_in_bounds() {
    check(
        "[broker]\nslippage_ticks = -1\ncommission = 0.015\nmax_volume_share = \"110%\"\n",
        expect![[r#"
        QTS0108 2:18 `slippage_ticks` must be 0 or more, not -1 | help: write a number that is 0 or more
        QTS0109 3:14 `commission` must be a percentage, not `0.015` | help: write "0.015%" if that is what you mean
        QTS0108 4:20 `max_volume_share` must be above zero and at most 100%, not "110%" | help: write a number that is above zero and at most 100%
    "#]],
    );
    check(
        "[broker]\nslippage_ticks = \"1.5\"\ncommission = \"0.0000001%\"\n",
        expect![[r#"
        QTS0107 2:18 `slippage_ticks` must be a whole number, not `1.5` | help: write digits only, such as 10
        QTS0107 3:14 `commission` is `0.0000001%`: more than eight decimals | help: write at most eight decimals (in a percentage, six)
    "#]],
    );
    check(
        "[[instrument]]\nid = \"A.X\"\ntick = 0.000000001\nlot = nan\nquantity_step = \"1,000\"\n",
        expect![[r#"
        QTS0107 3:8 `tick` is `0.000000001`: more than eight decimals | help: write at most eight decimals (in a percentage, six)
        QTS0107 4:7 `lot` is `nan`: not a decimal number | help: write a decimal in quotes, such as "50000" or "0.05"
        QTS0107 5:17 `quantity_step` is `1,000`: not a decimal number | help: write a decimal in quotes, such as "50000" or "0.05"
    "#]],
    );
    check(
        "[quarantine]\nfailures = 0\nwithin_cycles = 99999999999999999999999\n",
        expect![[r#"
        QTS0108 2:12 `failures` must be 1 or more, not 0 | help: write a number that is 1 or more
        QTS0108 3:17 `within_cycles` must be smaller, not 99999999999999999999999 | help: write a number that is smaller
    "#]],
    );
    check(
        "[[strategy]]\nid = \"a\"\nrank = \"first\"\nbudget = true\n",
        expect![[r#"
        QTS0107 3:8 `rank` must be a whole number, not `first` | help: write digits only, such as 10
        QTS0105 4:10 `budget` must be a number, not true or false | help: write a decimal in quotes, such as "50000" or "0.05"
    "#]],
    );
}

#[test]
fn values_have_types() {
    check(
        "[[strategy]]\nid = 7\nkind = \"simple\"\ninstruments = \"BTC.X\"\nparams = [1]\n",
        expect![[r#"
        QTS0105 2:6 `id` must be a text, not a number | help: write it in quotes: `id = "…"`
        QTS0105 4:15 `instruments` must be a list of instrument ids, not a text | help: write a list: `instruments = [ … ]`
        QTS0105 5:10 `params` must be a table, not a list | help: put its keys in braces: `params = { … }`
    "#]],
    );
    check(
        "instrument = 3\n",
        expect![[r#"
        QTS0105 1:14 `instrument` must be a list of tables headed `[[instrument]]`, not a number | help: write a list: `instrument = [ … ]`
        QTS0102 6:3 not TOML: duplicate key | help: keep one of the two
        QTS0102 9:3 not TOML: duplicate key | help: keep one of the two
    "#]],
    );
    check(
        "[broker]\nkind = \"\"\n[policy]\nx = 1\n",
        expect![[r#"
        QTS0114 2:8 `kind` is empty | help: write something between the quotes, or leave the key out
        QTS0105 4:5 `x` must be a table, not a number | help: head it `[policy.x]`, or put its keys in braces: `x = { … }`
    "#]],
    );
    check_whole(
        "account = 1\nstrategy = [1]\n[instrument]\nid = \"A.X\"\n",
        expect![[r#"
        QTS0105 1:11 `account` must be a table, not a number | help: head it `[account]`, or put its keys in braces: `account = { … }`
        QTS0105 2:13 `strategy` must be a table, not a number | help: head it `[[strategy]]`, or put its keys in braces: `strategy = { … }`
        QTS0105 3:1 `instrument` must be a list of tables | help: write `[[instrument]]` with two brackets
    "#]],
    );
}

#[test]
fn syntax_errors_hide_only_what_may_follow_from_them() {
    check(
        "[broker]\nkind = sim\n[arbitration]\nrule = \"nett\"\n",
        expect![[r#"
        QTS0102 2:8 not TOML: string values must be quoted, expected literal string | help: put the text in double quotes
        QTS0106 4:8 `rule` cannot be `nett` | help: did you mean `net`?
    "#]],
    );
    check(
        "[broker]\nkind = \"sim\"\nkind = \"sim\"\n",
        expect![[r#"
        QTS0102 3:1 not TOML: duplicate key | help: keep one of the two
    "#]],
    );
    check(
        "[[strategy]]\nid = \"a\"\ninstruments = [\"BTC.X\"\nstate = \"x\"\n",
        expect![[r#"
        QTS0102 4:1 not TOML: missing comma between array elements, expected `,` | help: close the list above with `]`
    "#]],
    );
    check(
        "[broker\nkind = \"sim\"\n",
        expect![[r#"
        QTS0102 1:8 not TOML: unclosed table, expected `]` | help: close what was opened: a bracket, a brace or a quote
    "#]],
    );
    check(
        "[[strategy]]\nid = \"ema-1\n",
        expect![[r#"
        QTS0102 2:12 not TOML: invalid basic string, expected `"` | help: close what was opened: a bracket, a brace or a quote
    "#]],
    );
}

#[test]
fn two_problems_are_two_errors() {
    check(
        "[broker]\nkid = \"sim\"\n[arbitration]\nrule = \"rnk\"\n",
        expect![[r#"
        QTS0103 2:1 unknown key `kid` in [broker] | help: did you mean `kind`?
        QTS0106 4:8 `rule` cannot be `rnk` | help: did you mean `rank`?
    "#]],
    );
}

#[test]
fn columns_count_characters() {
    check_whole(
        "strategy = [{ name = \"이동평균\", id = \"operator\" }]\n[\"한\"]\n",
        expect![[r#"
            QTS0104 1:1 there is no `[account]` in folder/qts.toml | help: add `[account]` with `currency = "KRW"` and `cash = "100000000"`
            QTS0122 1:35 the strategy id `operator` is reserved | help: choose another, such as `operator-1`
            QTS0103 2:2 unknown key `한` in the config | help: known keys: account, broker, calendar, instrument, policy, strategy, position, command, data, adjustment, arbitration, quarantine, journal
        "#]],
    );
}
