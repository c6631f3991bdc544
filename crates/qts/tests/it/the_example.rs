//! The bundled example: what the README's first command does, number by number.

use std::path::{Path, PathBuf};

use expect_test::expect;

use crate::funnel;
use crate::support::Folder;

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

fn config() -> String {
    root().join("examples/us-daily/qts.toml").display().to_string()
}

/// A release build must give the same, to the last digit of the state's hash.
#[test]
fn its_counts_are_these() {
    let mut summary = Folder::new("example-counts").summary(&config());
    let fields = summary.as_object_mut().expect("an object");
    for measured in ["elapsed_s", "engine_s", "engine_cpu_s"] {
        assert!(fields.remove(measured).is_some_and(|seconds| seconds.as_f64().is_some_and(|s| s > 0.0)), "{measured}");
    }
    assert!(fields.remove("peak_rss_bytes").is_some_and(|bytes| bytes.is_u64()));
    expect![[r#"
        {
          "account": {
            "cash": "283174.2053",
            "currency": "USD",
            "equity": "520427.2709",
            "fees": "1416.04",
            "id": "demo",
            "mode": "active",
            "positions": {
              "AAPL.US": "64",
              "GOOG.US": "212",
              "IBM.US": "250",
              "MSFT.US": "200"
            },
            "unsettled": []
          },
          "adjustments": [],
          "arbitration": {
            "blocked": 180,
            "conflicts": 137,
            "crosses": 0,
            "merged": 217
          },
          "bad_row_list": [],
          "bad_rows": 0,
          "books": {
            "breakout-20": {
              "cash_flow": "-21049.0907",
              "fees": "204.61",
              "positions": {
                "GOOG.US": "41",
                "IBM.US": "100"
              },
              "realized": "27288.7493"
            },
            "breakout-55": {
              "cash_flow": "21011.6146",
              "fees": "21.48",
              "positions": {},
              "realized": "21011.6146"
            },
            "ema-10-30": {
              "cash_flow": "36509.7032",
              "fees": "296.3",
              "positions": {
                "GOOG.US": "42"
              },
              "realized": "65388.4832"
            },
            "ema-12-26": {
              "cash_flow": "33382.1332",
              "fees": "300.92",
              "positions": {
                "GOOG.US": "42"
              },
              "realized": "62260.9132"
            },
            "rsi-14": {
              "cash_flow": "-41229.675",
              "fees": "44.26",
              "positions": {
                "AAPL.US": "33",
                "GOOG.US": "30",
                "IBM.US": "50",
                "MSFT.US": "50"
              },
              "realized": "8431.52"
            },
            "rsi-7": {
              "cash_flow": "-2898.09",
              "fees": "145.16",
              "positions": {
                "AAPL.US": "31",
                "MSFT.US": "50"
              },
              "realized": "17980.27"
            },
            "sma-10-30": {
              "cash_flow": "22829.135",
              "fees": "349.15",
              "positions": {
                "GOOG.US": "42",
                "IBM.US": "100",
                "MSFT.US": "100"
              },
              "realized": "73982.135"
            },
            "sma-50-200": {
              "cash_flow": "36034.515",
              "fees": "54.16",
              "positions": {
                "GOOG.US": "15"
              },
              "realized": "45979.365"
            },
            "unassigned": {
              "cash_flow": "0",
              "fees": "0",
              "positions": {},
              "realized": "0"
            }
          },
          "cancels": 0,
          "cycles": 1761,
          "data": {
            "bars_without_volume": 0,
            "crossed_quotes": 0,
            "gaps": 0,
            "jumps": [],
            "one_sided_quotes": 0,
            "rows": 7044
          },
          "ended": {
            "canceled": 0,
            "expired": 0,
            "filled": 871,
            "never_arrived": 0,
            "rejected": 0
          },
          "evaluations": 56352,
          "events": 7044,
          "failures": {},
          "fills": 871,
          "intents": 1497,
          "late_fills": 0,
          "lifted": [],
          "not_sent": 0,
          "open_orders": 0,
          "order_parts": 1152,
          "orders": 871,
          "policies": [],
          "quarantined": [],
          "reasons": {
            "buying_power": 56,
            "cycle_notional": 48,
            "max_gross_exposure": 172,
            "max_long": 208,
            "max_order_notional": 452,
            "max_order_qty": 977,
            "merged": 498,
            "opposing_intent": 180
          },
          "refused_commands": [],
          "rejects": 0,
          "schema": 1,
          "state_hash": "f6939d04b93eb186d70bb245e6d7327cd3a4c3fd0303c0c161104e6bcd7db6ce",
          "strategies": 8,
          "trips": [],
          "unused_adjustments": 0,
          "unused_commands": 0,
          "verdicts": {
            "block": 345,
            "pass": 342,
            "reduce": 256,
            "warn": 554
          },
          "warned": {
            "daily_loss": 161,
            "drawdown": 1
          }
        }
    "#]]
    .assert_eq(&(serde_json::to_string_pretty(&summary).expect("JSON") + "\n"));
}

#[test]
fn its_funnel_adds_up_and_agrees_with_its_decisions() {
    let folder = Folder::new("example-funnel");
    let summary = folder.summary(&config());
    funnel::adds_up(&summary, "200000");
    let decisions = folder.decisions(&config());
    funnel::agrees(&summary, &decisions);
    let happens = ["merged", "opposing_intent", "max_order_qty", "max_long", "buying_power", "cycle_notional"];
    for code in happens {
        assert!(summary["reasons"][code].as_u64() > Some(0), "{code} never happens");
    }
}

#[test]
fn it_is_sound() {
    let root = root();
    let told = Folder::new("example-sound").command("check examples/us-daily/qts.toml").current_dir(root).output();
    let out = String::from_utf8(told.expect("it starts").stdout).expect("UTF-8");
    assert_eq!(out, "examples/us-daily/qts.toml: sound (4 instruments, 4 data files, 8 strategies, 0 commands)\n");
}
