//! What a person sees, and errors found after loading.

use std::path::Path;

use expect_test::expect;
use qts_strategy::ParamError;

use super::super::{Code, load};
use super::{parsed, sound};

#[test]
fn a_report_shows_both_places() {
    let text = "[account]\ncurrency = \"USD\"\ncash = 1\n[[instrument]]\nid = \"가.KRX\"\nclass = \"krx_stock\"\n\n[broker]\nkid = \"sim\"\n";
    let errors = parsed(text).expect_err("bad");
    expect![[r#"
        QTS0130

          × this instrument trades in KRW, the account holds USD
           ╭─[folder/qts.toml:2:12]
         1 │ [account]
         2 │ currency = "USD"
           ·            ──┬──
           ·              ╰── the account's currency
         3 │ cash = 1
           ╰────
           ╭─[folder/qts.toml:6:9]
         5 │ id = "가.KRX"
         6 │ class = "krx_stock"
           ·         ─────┬─────
           ·              ╰── in KRW
         7 │ 
           ╰────
          help: leave the instrument out, or use an account in KRW

        QTS0103

          × unknown key `kid` in [broker]
           ╭─[folder/qts.toml:9:1]
         8 │ [broker]
         9 │ kid = "sim"
           · ───
           ╰────
          help: did you mean `kind`?

        2 errors
    "#]]
    .assert_eq(&errors.render(false));
    assert!(errors.render(true).contains('\u{1b}'), "colours where asked for");
    assert_eq!(errors.to_string(), errors.render(false));
    let parts = |e: &super::super::ConfigError| (e.file().to_owned(), e.code(), e.suggestion().map(str::to_owned));
    let file = "folder/qts.toml".to_owned();
    let want = [(file.clone(), Code::CurrencyDiffers, None), (file, Code::UnknownKey, Some("kind".to_owned()))];
    assert_eq!(errors.iter().map(parts).collect::<Vec<_>>(), want);
}

#[test]
fn a_missing_file_is_an_error_like_any_other() {
    let errors =
        load(Path::new("/nowhere/qts.toml"), &crate::kinds::Kinds::built_in(), &|_| Vec::new()).expect_err("missing");
    expect![[r#"
        QTS0101

          × failed to read `/nowhere/qts.toml`: No such file or directory (os error 2)
          help: check the path

        1 error
    "#]]
    .assert_eq(&errors.render(false));
}

#[test]
fn a_file_that_is_not_text_is_placed() {
    let path = std::env::temp_dir().join(format!("qts-config-{}.toml", std::process::id()));
    std::fs::write(&path, b"[account]\ncash = \"1\xff\"\n").expect("a temporary file");
    let errors = load(&path, &crate::kinds::Kinds::built_in(), &|_| Vec::new()).expect_err("not UTF-8");
    std::fs::remove_file(&path).expect("removed");
    let places: Vec<_> = errors.iter().map(|error| (error.code(), error.line(), error.column())).collect();
    assert_eq!(places, [(Code::Unreadable, 2, 10)]);
    assert!(!errors.render(false).contains("cannot be shown"));
}

#[test]
fn an_empty_file_can_be_reported() {
    expect![[r#"
        QTS0104

          × there is no `[account]` in folder/qts.toml
          help: add `[account]` with `currency = "KRW"` and `cash = "100000000"`

        1 error
    "#]]
    .assert_eq(&parsed("").expect_err("empty").render(false));
}

#[test]
fn every_code_has_its_own_number_and_meaning() {
    let numbers: Vec<String> = Code::ALL.iter().map(Code::to_string).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    assert!(Code::ALL.iter().all(|code| !code.meaning().is_empty()));
}

#[test]
fn a_builders_complaint_points_at_its_parameter() {
    let config = sound(
        "[[strategy]]\nid = \"a\"\nkind = \"scripted\"\ninstruments = [\"BTC.X\"]\nparams = { fst = 1, steps = [{ qty = 0 }] }\n",
    );
    let at = |key: &str, known: &[&str]| {
        let known = known.iter().map(|name| (*name).to_owned()).collect();
        let error = ParamError { known, ..ParamError::new(key, "is wrong") };
        config.param_error(&config.strategies[0], &error).compact() + "\n"
    };
    let all = at("fst", &["fast", "slow"])
        + &at("fst", &[])
        + &at("steps[1].qty", &[])
        + &at("steps[1].side", &[])
        + &at("slow", &[]);
    expect![[r#"
        QTS0132 5:12 strategy `a`: parameter `fst` is wrong | help: did you mean `fast`?
        QTS0132 5:18 strategy `a`: parameter `fst` is wrong | help: correct `fst` in `params` of this `scripted`
        QTS0132 5:38 strategy `a`: parameter `steps[1].qty` is wrong | help: correct `steps[1].qty` in `params` of this `scripted`
        QTS0132 5:30 strategy `a`: parameter `steps[1].side` is wrong | help: correct `steps[1].side` in `params` of this `scripted`
        QTS0132 5:10 strategy `a`: parameter `slow` is wrong | help: correct `slow` in `params` of this `scripted`
    "#]].assert_eq(&all);
}

#[test]
fn a_run_needs_kinds() {
    let config =
        sound("[[strategy]]\nid = \"a\"\n[[command]]\ndo = \"register\"\ncycle = 1\nstrategy = { id = \"b\" }\n");
    let errors = config.require_kinds().expect_err("two without");
    let all: String = errors.iter().map(|error| error.compact() + "\n").collect();
    expect![[r#"
        QTS0104 2:6 strategy `a` has no `kind` | help: add `kind = "ema_cross"` or another kind; without one it can only be used by decide and serve
        QTS0104 6:19 strategy `b` has no `kind` | help: add `kind = "ema_cross"` or another kind; without one it can only be used by decide and serve
    "#]].assert_eq(&all);
}
