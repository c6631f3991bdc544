//! Bad configs: names, references, what belongs together.

use expect_test::expect;

use super::{check, check_whole};

#[test]
fn an_empty_file_has_no_account() {
    check_whole(
        "",
        expect![[r#"
        QTS0104 1:1 there is no `[account]` in folder/qts.toml | help: add `[account]` with `currency = "KRW"` and `cash = "100000000"`
    "#]],
    );
}

#[test]
fn an_account_needs_currency_and_cash() {
    check_whole(
        "[account]\nid = \"x\"\n",
        expect![[r#"
        QTS0104 1:1 [account] has no `cash` | help: add `cash = "100000000"`
        QTS0104 1:1 [account] has no `currency` | help: add `currency = "KRW"`
    "#]],
    );
    check_whole(
        "[account]\ncurrency = \"krw\"\ncash = \"-1\"\npolicy = \"conservativ\"\n",
        expect![[r#"
        QTS0116 2:12 `krw` is not a currency code | help: did you mean `KRW`?
        QTS0108 3:8 `cash` must be zero or more, not "-1" | help: write a number that is zero or more
        QTS0126 4:10 no policy is called `conservativ` | help: did you mean `conservative`?
    "#]],
    );
}

#[test]
fn a_misspelled_key_meets_its_neighbour() {
    check(
        "[[strategy]]\nid = \"a\"\nkind = \"sma_cross\"\ninstruments = [\"BTC.X\"]\npolcy = \"x\"\n",
        expect![[r#"
        QTS0103 5:1 unknown key `polcy` in [[strategy]] | help: did you mean `policy`?
    "#]],
    );
    check(
        "[arbitration]\nrules = \"net\"\n[brocker]\n[arbitraton]\n",
        expect![[r#"
        QTS0103 2:1 unknown key `rules` in [arbitration] | help: did you mean `rule`?
        QTS0103 3:2 unknown key `brocker` in the config | help: did you mean `broker`?
        QTS0103 4:2 unknown key `arbitraton` in the config | help: did you mean `arbitration`?
    "#]],
    );
}

#[test]
fn references_must_be_declared() {
    check(
        "[[strategy]]\nid = \"a\"\nkind = \"ema_cros\"\ninstruments = [\"005930\", \"zzz\"]\npolicy = \"Phase5\"\n",
        expect![[r#"
        QTS0127 3:8 no strategy kind is called `ema_cros` | help: did you mean `ema_cross`?
        QTS0124 4:16 no instrument has the id `005930` | help: did you mean `005930.KRX`?
        QTS0124 4:26 no instrument has the id `zzz` | help: instruments: 005930.KRX, BTC.X
        QTS0126 5:10 no policy is called `Phase5` | help: did you mean `phase5`?
    "#]],
    );
    check(
        "[[data]]\ninstrument = \"005930.KRK\"\npath = \"a.csv\"\n",
        expect![[r#"
        QTS0124 2:14 no instrument has the id `005930.KRK` | help: did you mean `005930.KRX`?
    "#]],
    );
    check(
        "[[position]]\nstrategy = \"emma\"\ninstrument = \"005930.KRX\"\nqty = \"1\"\nprice = \"1\"\n",
        expect![[r#"
        QTS0125 2:12 no strategy has the id `emma` | help: did you mean `ema`?
    "#]],
    );
}

#[test]
fn ids_are_unique_and_free() {
    check(
        "[[instrument]]\nid = \"BTC.X\"\ntick = \"1\"\n",
        expect![[r#"
        QTS0121 12:6 the instrument `BTC.X` is declared twice | help: delete one of the two | also 2:6
    "#]],
    );
    check(
        "[[strategy]]\nid = \"ema\"\n[[strategy]]\nid = \"operator\"\n[[strategy]]\nid = \"a b\"\n",
        expect![[r#"
        QTS0122 4:6 the strategy id `operator` is reserved | help: choose another, such as `operator-1`
        QTS0123 6:6 the strategy id `a b` has white space in it | help: join its words with `-`; `name` may have spaces
        QTS0121 19:6 the id `ema` is taken by another strategy | help: give each its own id; it names a book and must never change | also 2:6
    "#]],
    );
    check(
        "[[strategy]]\nid = \"BTC.X\"\n",
        expect![[r#"
        QTS0121 2:6 the id `BTC.X` is taken by another instrument | help: give each its own id; it names a book and must never change | also 11:6
    "#]],
    );
}

#[test]
fn an_instrument_is_spelled_out_or_of_a_class() {
    check(
        "[[instrument]]\nid = \"A.X\"\n",
        expect![[r#"
        QTS0104 1:1 [[instrument]] has no `tick` | help: add `tick = "0.01"`
    "#]],
    );
    check(
        "[[instrument]]\nid = \"A\"\ntick = \"0\"\n",
        expect![[r#"
        QTS0120 2:6 `A` is not an instrument id | help: write SYMBOL.VENUE without spaces, such as "005930.KRX"
        QTS0108 3:8 `tick` must be above zero, not "0" | help: write a number that is above zero
    "#]],
    );
    check(
        "[[instrument]]\nid = \"A.X\"\nclass = \"krx_stok\"\n",
        expect![[r#"
        QTS0128 3:9 no class of instruments is called `krx_stok` | help: did you mean `krx_stock`?
    "#]],
    );
    check(
        "[[instrument]]\nid = \"A.X\"\nclass = \"us_stock\"\n",
        expect![[r#"
        QTS0130 3:9 this instrument trades in USD, the account holds KRW | help: leave the instrument out, or use an account in USD | also 6:12
    "#]],
    );
    check(
        "[[instrument]]\nid = \"A.X\"\ntick = 1\nlot = 10\nquantity_step = 3\n",
        expect![[r#"
        QTS0129 5:17 the lot 10 is not a whole number of quantity steps of 3 | help: make the lot a multiple of the step, or leave `quantity_step` out | also 4:7
    "#]],
    );
}

#[test]
fn currencies_are_the_accounts() {
    check(
        "[[instrument]]\nid = \"A.X\"\ntick = \"1\"\ncurrency = \"USD\"\n",
        expect![[r#"
        QTS0130 4:12 this instrument trades in USD, the account holds KRW | help: leave the instrument out, or use an account in USD | also 7:12
    "#]],
    );
    let text = "[account]\ncurrency = \"USD\"\ncash = 1\n[[instrument]]\nid = \"005930.KRX\"\nclass = \"krx_stock\"\n";
    check_whole(
        text,
        expect![[r#"
        QTS0130 6:9 this instrument trades in KRW, the account holds USD | help: leave the instrument out, or use an account in KRW | also 2:12
    "#]],
    );
}

#[test]
fn nothing_is_given_twice() {
    check(
        "[[data]]\ninstrument = \"BTC.X\"\npath = \"a\"\n[[data]]\ninstrument = \"BTC.X\"\npath = \"a\"\n",
        expect![[r#"
        QTS0131 6:8 the same file is given twice for the same instrument | help: delete one of the two | also 3:8
    "#]],
    );
    check(
        "[[strategy]]\nid = \"a\"\nkind = \"simple\"\ninstruments = [\"BTC.X\", \"BTC.X\"]\n",
        expect![[r#"
        QTS0131 4:25 the same instrument is listed twice | help: delete one of the two | also 4:16
    "#]],
    );
    let one = "[[position]]\nstrategy = \"ema\"\ninstrument = \"BTC.X\"\nqty = \"1\"\nprice = \"1\"\n";
    check(
        &format!("{one}{one}"),
        expect![[r#"
        QTS0131 9:7 `ema` holds this instrument twice | help: add them up: one position at its average price | also 4:7
    "#]],
    );
}

#[test]
fn data_needs_a_path_and_a_sane_interval() {
    check(
        "[[data]]\ninstrument = \"BTC.X\"\ninterval = \"1 month\"\n",
        expect![[r#"
        QTS0104 1:1 [[data]] has no `path` | help: add `path = "data/005930.csv"`
        QTS0111 3:12 `interval` must be a length of time, not `1 month` | help: write a whole number above zero and its unit: "30s", "15m", "1h" or "1d"
    "#]],
    );
    check(
        "[[data]]\ninstrument = \"BTC.X\"\npath = \"a\"\nstamp = \"date\"\ninterval = \"15m\"\n",
        expect![[r#"
        QTS0133 5:12 bars shorter than a day cannot be stamped by date | help: write `stamp = "open"` or `stamp = "close"` | also 4:9
    "#]],
    );
}

#[test]
fn positions_can_be_held() {
    let position = |qty: &str, price: &str| {
        format!("[[position]]\nstrategy = \"unassigned\"\ninstrument = \"005930.KRX\"\nqty = {qty}\nprice = {price}\n")
    };
    check(
        &position("\"1.5\"", "\"0\""),
        expect![[r#"
        QTS0140 4:7 `005930.KRX` is held in steps of 1, not 1.5 | help: write a multiple of 1
        QTS0108 5:9 `price` must be above zero, not "0" | help: write a number that is above zero
    "#]],
    );
    check(
        &position("\"-5\"", "\"10\""),
        expect![[r#"
        QTS0141 4:7 `005930.KRX` cannot be held short | help: write a positive quantity: its market bans short sales
    "#]],
    );
    check(
        &position("1.5", "10"),
        expect![[r#"
        QTS0140 4:7 `005930.KRX` is held in steps of 1, not 1.5 | help: write a multiple of 1
    "#]],
    );
    check(
        &position("90000000000", "90000000000"),
        expect![[r#"
        QTS0142 4:7 this position is worth more than 9·10^19 | help: check its quantity and its price
    "#]],
    );
}

#[test]
fn commands_say_when_whom_and_why() {
    check(
        "[[command]]\ndo = \"kill\"\n",
        expect![[r#"
        QTS0160 1:1 the command does not say when | help: add `at = "2018-01-15T15:30:00+09:00"` or `cycle = 17`
        QTS0162 2:6 the command must say why | help: add `reason = "…"`; it is recorded
    "#]],
    );
    check(
        "[[command]]\ndo = \"disable\"\ncycle = 1\nat = \"2018-01-15T15:30:00+09:00\"\n",
        expect![[r#"
        QTS0161 2:6 the command names no strategy | help: add `strategy = "…"`; only flatten, reduce_only, kill, rearm and set_policy need none
        QTS0160 3:9 the command has both `at` and `cycle` | help: keep one of them | also 4:6
    "#]],
    );
    check(
        "[[command]]\ndo = \"flatten\"\ncycle = 1\nstrategy = \"ema\"\ninstrument = \"BTC.X\"\n",
        expect![[r#"
        QTS0161 5:14 the command names a strategy and an instrument | help: keep one of them, or write two commands | also 4:12
    "#]],
    );
    check(
        "[[command]]\ndo = \"disabel\"\nat = 1\n[[command]]\ndo = \"disable\"\ncycle = 0\nstrategy = \"emma\"\n",
        expect![[r#"
        QTS0106 2:6 `do` cannot be `disabel` | help: did you mean `disable`?
        QTS0105 3:6 `at` must be a text, not a number | help: write it in quotes: `at = "…"`
        QTS0108 6:9 `cycle` must be 1 or more, not 0 | help: write a number that is 1 or more
        QTS0125 7:12 no strategy has the id `emma` | help: did you mean `ema`?
    "#]],
    );
    check(
        "[[command]]\ndo = \"flatten\"\nat = 2018-01-15T15:30:00\n",
        expect![[r#"
        QTS0110 3:6 `at` must be a time with its offset, not `2018-01-15T15:30:00` | help: write it as "2018-01-15T15:30:00+09:00"
    "#]],
    );
    check(
        "[[command]]\ndo = \"unregister\"\ncycle = 2\nstrategy = \"ema\"\nto = \"unasigned\"\n",
        expect![[r#"
        QTS0106 5:6 `to` cannot be `unasigned` | help: did you mean `unassigned`?
    "#]],
    );
    check(
        "[[command]]\ndo = \"register\"\ncycle = 2\n[[command]]\ndo = \"register\"\ncycle = 3\n[command.strategy]\nid = \"ema\"\n",
        expect![[r#"
        QTS0161 2:6 `register` has no strategy to register | help: add a whole `[command.strategy]` table below it
        QTS0121 8:6 the id `ema` is taken by another strategy | help: give each its own id; it names a book and must never change | also 21:6
    "#]],
    );
}

#[test]
fn a_journal_has_a_path_and_only_a_group_waits() {
    check(
        "[journal]\nsync = \"often\"\n",
        expect![[r#"
        QTS0104 1:1 [journal] has no `path` | help: add `path = "run.qts"`
        QTS0106 2:8 `sync` cannot be `often` | help: it can be: cycle, group, replayable
    "#]],
    );
    check(
        "[journal]\npath = \"run.qts\"\nevery = \"50ms\"\n",
        expect![[r#"
        QTS0104 3:9 `every` says how long a group waits, and there is none | help: write `sync = "group"` with it, or leave it out
    "#]],
    );
}
