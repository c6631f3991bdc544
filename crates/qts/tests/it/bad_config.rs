//! Bad configs: exit 3, and for each mistake its number, file, line, column and way out.

use expect_test::{Expect, expect};

use crate::support::{Folder, bars};

/// Sound; what a case changes or adds makes it bad. Additions begin on line 20.
const BASE: &str = r#"[account]
id = "main"
currency = "KRW"
cash = "100000000"

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
params = { fast = 3, slow = 8, qty = "1" }
"#;

/// A case: what replaces what, or what is added.
enum Case<'a> {
    Add(&'a str),
    Swap(&'a str, &'a str),
}

use Case::{Add, Swap};

fn text(case: &Case<'_>) -> String {
    match case {
        Add(more) => format!("{BASE}{more}"),
        Swap(old, new) => {
            assert!(BASE.contains(old), "{old}");
            BASE.replacen(old, new, 1)
        }
    }
}

/// What `check --format json` says of each case, a line per mistake; `check` and `run` must agree with it.
fn check(name: &str, cases: &[Case<'_>], expect: Expect) {
    let folder = Folder::new(name).with("bars.csv", bars(30));
    let mut told = String::new();
    for case in cases {
        folder.write("bad.toml", text(case));
        let ended = folder.qts("check bad.toml --format json");
        assert_eq!(ended.code, 3, "{}\n{ended:?}", text(case));
        let json = ended.json();
        assert_eq!(json["sound"], false);
        let errors = json["errors"].as_array().expect("errors");
        assert!(!errors.is_empty());
        for error in errors {
            let of = |field: &str| error[field].as_str().unwrap_or_default().to_owned();
            assert_eq!(of("file"), "bad.toml");
            assert!(!of("help").is_empty() && !of("meaning").is_empty(), "{error}");
            if let Some(suggestion) = error["suggestion"].as_str() {
                assert_eq!(of("help"), format!("did you mean `{suggestion}`?"));
            }
            told +=
                &format!("{} {}:{} {} | {}\n", of("code"), error["line"], error["column"], of("message"), of("help"));
        }
        told += "\n";
        let run = folder.qts("run bad.toml");
        assert_eq!((run.code, run.out.as_str(), &run.err), (3, "", &ended.err), "run and check agree");
        assert!(run.err.ends_with(if errors.len() == 1 { "\n1 error\n" } else { " errors\n" }), "{}", run.err);
    }
    expect.assert_eq(told.trim_end());
}

#[test]
fn names_that_are_not_known() {
    check(
        "config-names",
        &[
            Add("polcy = \"x\"\n"),
            Add("[brocker]\nkind = \"sim\"\n"),
            Swap("ema_cross", "ema_cros"),
            Swap("class = \"krx_stock\"", "class = \"krx_stok\""),
            Swap("instruments = [\"A.KRX\"]", "instruments = [\"A.KRZ\"]"),
            Add("policy = \"swing\"\n[policy.swng]\nmax_long = \"1\"\n"),
            Add("[policy.a]\nmax_lnog = \"1\"\n"),
            Add("state = \"activ\"\n"),
            Add("[arbitration]\nrule = \"exit_only\"\n"),
            Add("[[command]]\ncycle = 1\ndo = \"disabel\"\nstrategy = \"ema\"\n"),
            Add("[[command]]\ncycle = 1\ndo = \"disable\"\nstrategy = \"emma\"\n"),
            Add("[[position]]\nstrategy = \"unasigned\"\ninstrument = \"A.KRX\"\nqty = 1\nprice = 9000\n"),
        ],
        expect![[r#"
            QTS0103 20:1 unknown key `polcy` in [[strategy]] | did you mean `policy`?

            QTS0103 20:2 unknown key `brocker` in the config | did you mean `broker`?

            QTS0127 17:8 no strategy kind is called `ema_cros` | did you mean `ema_cross`?

            QTS0128 8:9 no class of instruments is called `krx_stok` | did you mean `krx_stock`?

            QTS0124 18:16 no instrument has the id `A.KRZ` | did you mean `A.KRX`?

            QTS0126 20:10 no policy is called `swing` | did you mean `swng`?

            QTS0152 21:1 no control is called `max_lnog` | did you mean `max_long`?

            QTS0106 20:9 `state` cannot be `activ` | did you mean `active`?

            QTS0106 21:8 `rule` cannot be `exit_only` | did you mean `exits_only`?

            QTS0106 22:6 `do` cannot be `disabel` | did you mean `disable`?

            QTS0125 23:12 no strategy has the id `emma` | did you mean `ema`?

            QTS0125 21:12 no strategy has the id `unasigned` | did you mean `unassigned`?"#]],
    );
}

#[test]
fn values_that_make_no_sense() {
    check(
        "config-values",
        &[
            Swap("\"100000000\"", "\"1,000\""),
            Swap("\"100000000\"", "nan"),
            Swap("\"100000000\"", "\"99999999999999999999999999\""),
            Swap("\"KRW\"", "\"won\""),
            Swap("\"date\"", "\"dat\""),
            Add("rank = 1.5\n"),
            Add("budget = \"-5\"\n"),
            Add("[broker]\ncommission = \"0.015\"\nslippage_ticks = -1\nmax_volume_share = \"110%\"\n"),
            Add("[quarantine]\nfailures = 0\n"),
            Add("[[command]]\nat = \"2018-01-15 15:30\"\ndo = \"kill\"\nreason = \"x\"\n"),
            Add("[policy.a]\nmax_long = { warn = \"9\", limit = \"5\" }\n"),
            Add("[policy.a]\nprice_collar = { limit = \"1%\", block = \"2%\" }\n"),
            Add("[policy.a]\nmax_order_notional = { limit = \"5%\", block = \"1000\" }\n"),
            Swap("stamp = \"date\"", "stamp = \"date\"\ninterval = \"15m\"\ntz = \"Asia/Soul\""),
        ],
        expect![[r#"
            QTS0107 4:8 `cash` is `1,000`: not a decimal number | write a decimal in quotes, such as "50000" or "0.05"

            QTS0107 4:8 `cash` is `nan`: not a decimal number | write a decimal in quotes, such as "50000" or "0.05"

            QTS0107 4:8 `cash` is `99999999999999999999999999`: out of range (at most 9·10^10; money 9·10^19) | write a smaller number

            QTS0116 3:12 `won` is not a currency code | did you mean `WON`?

            QTS0106 13:9 `stamp` cannot be `dat` | did you mean `date`?

            QTS0107 20:8 `rank` must be a whole number, not `1.5` | write digits only, such as 10

            QTS0108 20:10 `budget` must be zero or more, not "-5" | write a number that is zero or more

            QTS0109 21:14 `commission` must be a percentage, not `0.015` | write "0.015%" if that is what you mean
            QTS0108 22:18 `slippage_ticks` must be 0 or more, not -1 | write a number that is 0 or more
            QTS0108 23:20 `max_volume_share` must be above zero and at most 100%, not "110%" | write a number that is above zero and at most 100%

            QTS0108 21:12 `failures` must be 1 or more, not 0 | write a number that is 1 or more

            QTS0110 21:6 `at` must be a time with its offset, not `2018-01-15 15:30` | write it as "2018-01-15T15:30:00+09:00"

            QTS0155 21:21 `warn` of `max_long` lies above its `limit` | let them ascend: warn ≤ limit ≤ block

            QTS0156 21:26 `price_collar` never reduces, so its `limit` cannot differ from its `block` | give `warn` and `block` only

            QTS0157 21:46 `max_order_notional` mixes a percentage and money | give all levels of one control in one unit

            QTS0133 14:12 bars shorter than a day cannot be stamped by date | write `stamp = "open"` or `stamp = "close"`
            QTS0113 15:6 no time zone is called `Asia/Soul` | did you mean `Asia/Seoul`?"#]],
    );
}

#[test]
fn things_that_are_missing_or_too_many() {
    check(
        "config-missing",
        &[
            Swap("[account]\nid = \"main\"\ncurrency = \"KRW\"\ncash = \"100000000\"\n", ""),
            Swap("cash = \"100000000\"\n", ""),
            Swap("path = \"bars.csv\"\n", ""),
            Swap("kind = \"ema_cross\"\n", ""),
            Swap("class = \"krx_stock\"\n", ""),
            Add("[[strategy]]\nid = \"ema\"\nkind = \"simple\"\ninstruments = [\"A.KRX\"]\n"),
            Add("[[instrument]]\nid = \"A.KRX\"\ntick = 1\n"),
            Add("[[data]]\ninstrument = \"A.KRX\"\npath = \"bars.csv\"\nstamp = \"date\"\n"),
            Add("[[command]]\ndo = \"kill\"\n"),
            Add("[journal]\nsync = \"cycle\"\n"),
        ],
        expect![[r#"
            QTS0104 1:1 there is no `[account]` in bad.toml | add `[account]` with `currency = "KRW"` and `cash = "100000000"`

            QTS0104 1:1 [account] has no `cash` | add `cash = "100000000"`

            QTS0104 10:1 [[data]] has no `path` | add `path = "data/005930.csv"`

            QTS0104 16:6 strategy `ema` has no `kind` | add `kind = "ema_cross"` or another kind; without one it can only be used by decide and serve

            QTS0104 6:1 [[instrument]] has no `tick` | add `tick = "0.01"`

            QTS0121 21:6 the id `ema` is taken by another strategy | give each its own id; it names a book and must never change
            QTS0132 21:6 strategy `ema`: parameter `buy_below` is missing: give a price above zero | correct `buy_below` in `params` of this `simple`

            QTS0121 21:6 the instrument `A.KRX` is declared twice | delete one of the two

            QTS0131 22:8 the same file is given twice for the same instrument | delete one of the two

            QTS0160 20:1 the command does not say when | add `at = "2018-01-15T15:30:00+09:00"` or `cycle = 17`
            QTS0162 21:6 the command must say why | add `reason = "…"`; it is recorded

            QTS0104 20:1 [journal] has no `path` | add `path = "run.qts"`"#]],
    );
}

#[test]
fn parameters_that_a_kind_refuses() {
    check(
        "config-params",
        &[
            Swap("fast = 3, slow = 8, qty = \"1\"", "fst = 3, slow = 8, qyt = \"1\""),
            Swap("slow = 8, ", ""),
            Swap("fast = 3", "fast = 3.5"),
            Swap("qty = \"1\"", "qty = \"-1\""),
            Swap("qty = \"1\"", "qty = \"1.5\""),
            Add(
                "[[strategy]]\nid = \"c\"\nkind = \"chaos\"\ninstruments = [\"A.KRX\"]\nparams = { mode = \"panik\" }\n",
            ),
            Add("[[strategy]]\nid = \"s\"\nkind = \"scripted\"\ninstruments = [\"A.KRX\"]\nparams = { steps = [\n\
                 { cycle = 1, instrument = \"A.KRX\", side = \"by\", qty = 1 },\n\
                 { cycle = 2, instrument = \"A.KRX\", side = \"sell\", qty = 1 },\n] }\n"),
            Add("[[command]]\ncycle = 5\ndo = \"register\"\n[command.strategy]\nid = \"late\"\nkind = \"breakout\"\n\
                 instruments = [\"A.KRX\"]\nparams = { lookback = 0, qty = 1 }\n"),
        ],
        expect![[r#"
            QTS0132 19:12 strategy `ema`: parameter `fst` is not a parameter of this kind (known: fast, slow, qty) | did you mean `fast`?
            QTS0132 19:31 strategy `ema`: parameter `qyt` is not a parameter of this kind (known: fast, slow, qty) | did you mean `qty`?

            QTS0132 19:10 strategy `ema`: parameter `slow` is missing: give a whole number above zero | correct `slow` in `params` of this `ema_cross`

            QTS0132 19:19 strategy `ema`: parameter `fast` must be a whole number above zero, not `3.5` | correct `fast` in `params` of this `ema_cross`

            QTS0132 19:38 strategy `ema`: parameter `qty` must be above zero | correct `qty` in `params` of this `ema_cross`

            QTS0132 19:38 strategy `ema`: parameter `qty` is 1.5, which is no whole number of lots of A.KRX (lot 1) | correct `qty` in `params` of this `ema_cross`

            QTS0132 24:19 strategy `c`: parameter `mode` must be one of panic, error, flood, negative_qty, unknown_instrument, off_lot, slow, not `panik` | correct `mode` in `params` of this `chaos`

            QTS0132 25:43 strategy `s`: parameter `steps[1].side` must be buy or sell, not `by` | correct `steps[1].side` in `params` of this `scripted`

            QTS0132 27:23 strategy `late`: parameter `lookback` must be a whole number above zero, not `0` | correct `lookback` in `params` of this `breakout`"#]],
    );
}

#[test]
fn what_is_not_toml() {
    check(
        "config-syntax",
        &[
            Swap("[[strategy]]", "[[strategy]"),
            Swap("[\"A.KRX\"]", "[\"A.KRX\""),
            Swap("id = \"ema\"", "id = ema"),
            Add("[account]\nid = \"again\"\n"),
        ],
        expect![[r#"
            QTS0102 15:12 not TOML: unclosed array table, expected `]` | close the list above with `]`

            QTS0102 19:1 not TOML: missing comma between array elements, expected `,` | close the list above with `]`

            QTS0102 16:6 not TOML: string values must be quoted, expected literal string | put the text in double quotes

            QTS0102 20:2 not TOML: duplicate key | keep one of the two"#]],
    );
}

/// Three files with several mistakes each: all are shown, with the lines in question.
#[test]
fn a_person_sees_all_of_them_at_once() {
    let folder = Folder::new("config-reports");
    let shown = |text: &str| {
        folder.write("bad.toml", text);
        let ended = folder.qts("check bad.toml");
        assert_eq!((ended.code, ended.out.as_str()), (3, ""));
        ended.err
    };
    let one = BASE.replace("[\"A.KRX\"]", "[\"A.KRZ\"]").replace("\"date\"", "\"opne\"").replace("cash", "csh");
    expect![[r#"
        QTS0104

          × [account] has no `cash`
           ╭─[bad.toml:1:1]
         1 │ [account]
           · ─────────
         2 │ id = "main"
           ╰────
          help: add `cash = "100000000"`

        QTS0103

          × unknown key `csh` in [account]
           ╭─[bad.toml:4:1]
         3 │ currency = "KRW"
         4 │ csh = "100000000"
           · ───
         5 │ 
           ╰────
          help: did you mean `cash`?

        QTS0106

          × `stamp` cannot be `opne`
            ╭─[bad.toml:13:9]
         12 │ path = "bars.csv"
         13 │ stamp = "opne"
            ·         ──────
         14 │ 
            ╰────
          help: did you mean `open`?

        QTS0124

          × no instrument has the id `A.KRZ`
            ╭─[bad.toml:18:16]
         17 │ kind = "ema_cross"
         18 │ instruments = ["A.KRZ"]
            ·                ───────
         19 │ params = { fast = 3, slow = 8, qty = "1" }
            ╰────
          help: did you mean `A.KRX`?

        4 errors
    "#]]
    .assert_eq(&shown(&one));
    let two = format!("{BASE}polcy = \"swing\"\n[policy.swing]\nmax_long = {{ warn = \"9\", limit = \"5\" }}\n");
    expect![[r#"
        QTS0103

          × unknown key `polcy` in [[strategy]]
            ╭─[bad.toml:20:1]
         19 │ params = { fast = 3, slow = 8, qty = "1" }
         20 │ polcy = "swing"
            · ─────
         21 │ [policy.swing]
            ╰────
          help: did you mean `policy`?

        QTS0155

          × `warn` of `max_long` lies above its `limit`
            ╭─[bad.toml:22:21]
         21 │ [policy.swing]
         22 │ max_long = { warn = "9", limit = "5" }
            ·                     ─┬─          ─┬─
            ·                      │            ╰── this limit
            ·                      ╰── this warn
            ╰────
          help: let them ascend: warn ≤ limit ≤ block

        2 errors
    "#]]
    .assert_eq(&shown(&two));
    let three = BASE.replace("\"KRW\"", "\"USD\"").replace("fast = 3", "fast = \"three\"") + "rank = \"first\"\n";
    expect![[r#"
        QTS0130

          × this instrument trades in KRW, the account holds USD
           ╭─[bad.toml:3:12]
         2 │ id = "main"
         3 │ currency = "USD"
           ·            ──┬──
           ·              ╰── the account's currency
         4 │ cash = "100000000"
           ╰────
           ╭─[bad.toml:8:9]
         7 │ id = "A.KRX"
         8 │ class = "krx_stock"
           ·         ─────┬─────
           ·              ╰── in KRW
         9 │ 
           ╰────
          help: leave the instrument out, or use an account in KRW

        QTS0132

          × strategy `ema`: parameter `fast` must be a whole number above zero, not `three`
            ╭─[bad.toml:19:19]
         18 │ instruments = ["A.KRX"]
         19 │ params = { fast = "three", slow = 8, qty = "1" }
            ·                   ───────
         20 │ rank = "first"
            ╰────
          help: correct `fast` in `params` of this `ema_cross`

        QTS0107

          × `rank` must be a whole number, not `first`
            ╭─[bad.toml:20:8]
         19 │ params = { fast = "three", slow = 8, qty = "1" }
         20 │ rank = "first"
            ·        ───────
            ╰────
          help: write digits only, such as 10

        3 errors
    "#]]
    .assert_eq(&shown(&three));
}

#[test]
fn files_that_are_no_configs() {
    let folder = Folder::new("config-files")
        .with("utf16.toml", format!("\u{feff}{BASE}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    let folder = folder.with("empty.toml", "").with("bars.csv", bars(3));
    let mut told = String::new();
    for args in ["missing.toml", "utf16.toml", "empty.toml", "bars.csv", "."] {
        let ended = folder.qts(&format!("check {args}"));
        assert_eq!((ended.code, ended.out.as_str()), (3, ""), "{args}");
        told += &ended.err;
    }
    expect![[r#"
        QTS0101

          × failed to read `missing.toml`: No such file or directory (os error 2)
          help: check the path

        1 error
        QTS0101

          × failed to read `utf16.toml`: it is not UTF-8 text
           ╭─[utf16.toml:1:1]
         1 │ ��[�a�c�c�o�u�n�t�]�
           · ▲
         2 │ �i�d� �=� �"�m�a�i�n�"�
           ╰────
          help: save it as UTF-8

        1 error
        QTS0104

          × there is no `[account]` in empty.toml
          help: add `[account]` with `currency = "KRW"` and `cash = "100000000"`

        1 error
        QTS0102

          × not TOML: key with no value, expected `=`
           ╭─[bars.csv:1:3]
         1 │ ts,symbol,open,high,low,close,volume
           ·   ▲
         2 │ 2024-01-02,A,10070,10110,9800,9870,1000
           ╰────
          help: correct the line; https://toml.io/en/v1.0.0 shows every form

        1 error
        QTS0101

          × failed to read `.`: Is a directory (os error 21)
          help: check the path

        1 error
    "#]]
    .assert_eq(&told);
}

/// Windows line ends, a byte order mark, and comments are no mistakes.
#[test]
fn how_a_sound_config_is_written_does_not_matter() {
    let folder = Folder::new("config-sound").with("bars.csv", bars(28));
    let base = format!("{BASE}policy = \"conservative\"\n");
    for text in [base.clone(), base.replace('\n', "\r\n"), format!("\u{feff}{base}"), format!("# 한글\n{base}")] {
        folder.write("good.toml", text);
        let ended = folder.qts("check good.toml");
        let sound = "good.toml: sound (1 instrument, 1 data file, 1 strategy, 0 commands)\n";
        assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (0, sound, ""));
    }
}

/// Whatever a slip of the finger makes of it: sound, or refused with a place; never a crash.
#[test]
fn a_config_with_a_character_changed_is_sound_or_refused() {
    let folder = Folder::new("config-slips").with("bars.csv", bars(30));
    let mut chance = 7_u64;
    let mut roll = |sides: usize| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(chance >> 40).expect("small") % sides
    };
    let mut refused = 0;
    for _ in 0..200 {
        let mut text: Vec<char> = BASE.chars().collect();
        let place = roll(text.len());
        match roll(3) {
            0 => drop(text.remove(place)),
            1 => text.insert(place, ['"', '[', '}', '\0', '가', '9', '=', '\n'][roll(8)]),
            _ => text[place] = ['"', ']', '{', '\u{1b}', 'é', '-', '.', ' '][roll(8)],
        }
        folder.write("slip.toml", text.into_iter().collect::<String>());
        let ended = folder.qts("check slip.toml");
        assert!([0, 3, 4].contains(&ended.code), "{ended:?}");
        refused += u32::from(ended.code == 3);
        assert!(ended.code != 3 || ended.err.contains("slip.toml:"), "{ended:?}");
    }
    assert!(refused > 100, "{refused}");
}
