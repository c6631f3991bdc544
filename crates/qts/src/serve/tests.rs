//! Lines of all sorts at a service: whatever they say, there is a reply, and what is not understood changes nothing.

use serde_json::Value;

use super::Service;
use crate::config;

const CONFIG: &str = r#"
[account]
currency = "KRW"
cash = "100000000"
policy = "open"
[[instrument]]
id = "A.KRX"
class = "krx_stock"
[[instrument]]
id = "B.X"
tick = "0.00000001"
lot = "0.5"
currency = "KRW"
session = "09:00-15:30"
tz = "America/New_York"
[[strategy]]
id = "a"
policy = "open"
[[strategy]]
id = "b"
policy = "shares"
budget = "1000000"
[[strategy]]
id = "inside"
kind = "simple"
instruments = ["A.KRX", "B.X"]
params = { buy_below = 40000, sell_above = 60000, qty = 1 }
[[position]]
strategy = "a"
instrument = "B.X"
qty = "-40000000000"
price = "2"
[policy.open]
extends = "validity_only"
[policy.shares]
max_order_notional = "20%"
[arbitration]
rule = "net"
"#;

/// What sound lines are made of; `N` is the number of an order that there is.
const PARTS: [&str; 29] = [
    r#""now": "2026-01-05T10:00:00+09:00""#,
    r#""market": {"A.KRX": {"last": "50000", "prev_close": "49500"}}"#,
    r#""market": {"B.X": {"last": "90000000000", "bid": "0.00000001", "ask": "90000000000"}, "A.KRX": {"last": "39000"}}"#,
    r#""market": {"B.X": {"bid": "1", "ask": "2", "adv20": "90000000000", "day_volume": "0"}}"#,
    r#""market": {"B.X": {"last": "2"}, "A.KRX": {"last": "65000"}}"#,
    r#""ack": {"order": "N"}"#,
    r#""ack": {"order": "N"}, "fill": {"order": "N", "qty": "1", "price": "50000"}"#,
    r#""reject": {"order": "N", "reason": "no"}"#,
    r#""fill": {"order": "N", "qty": "40000000000", "price": "90000000000", "fee": "-90000000000"}"#,
    r#""fill": {"order": "N", "qty": "30000000000", "price": "0.00000001", "fee": "90000000000", "exec": "x"}"#,
    r#""fill": [{"order": "N", "qty": "0.5", "price": "3"}, {"order": "N", "qty": "2", "price": "50000"}]"#,
    r#""canceled": {"order": "N"}"#,
    r#""expired": {"order": "N"}"#,
    r#""cancel_refused": {"order": "N"}"#,
    r#""command": {"do": "flatten"}"#,
    r#""command": [{"do": "kill", "reason": "x"}, {"do": "rearm", "reason": "y"}]"#,
    r#""command": {"do": "register", "strategy": {"id": "c", "budget": "5"}}"#,
    r#""command": {"do": "unregister", "strategy": "a", "to": "unassigned"}"#,
    r#""intents": [{"strategy": "a", "instrument": "B.X", "side": "sell", "qty": "90000000000", "limit": "90000000000"}, {"strategy": "b", "instrument": "B.X", "side": "buy", "qty": "90000000000"}]"#,
    r#""intents": [{"strategy": "b", "instrument": "A.KRX", "side": "buy", "qty": "3"}, {"strategy": "a", "cancel": "N"}]"#,
    r#""intents": [{"strategy": "a", "instrument": "A.KRX", "side": "buy", "qty": "900"}, {"strategy": "c", "instrument": "B.X", "side": "sell", "qty": "-90000000000.00000001"}]"#,
    r#""intents": [{"strategy": "a", "instrument": "B.X", "side": "buy", "qty": "45000000000"}, {"strategy": "b", "instrument": "B.X", "side": "sell", "qty": "7", "limit": "2"}]"#,
    r#""now": "2262-04-11T23:47:16Z""#,
    r#""judge": true"#,
    r#""link": "down""#,
    r#""link": "up""#,
    r#""link": "up", "positions": {}"#,
    r#""positions": {"A.KRX": "0", "B.X": "-40000000000"}"#,
    r#""positions": {"A.KRX": null, "B.X": "90000000000.00000001"}"#,
];

/// The times at the end of time, after which there are no others.
const LAST_TIME: &str = PARTS[22];
const JUDGE: &str = PARTS[23];
const LINK_DOWN: &str = PARTS[24];

struct Chance(u64);

impl Chance {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % sides
    }

    /// Some sound parts, each key once, about one of so many orders.
    fn line(&mut self, orders: usize) -> Vec<u8> {
        let mut parts: Vec<&str> = (0..1 + self.roll(3)).map(|_| PARTS[self.roll(PARTS.len())]).collect();
        // After either, little is sent any more.
        parts.retain(|part| ![LAST_TIME, LINK_DOWN].contains(part) || self.roll(20) == 0);
        if self.roll(2) == 0 || parts.is_empty() {
            parts.push(JUDGE);
        }
        parts.sort_unstable();
        parts.dedup_by_key(|part| part.split(':').next().unwrap_or_default());
        let order = (1 + self.roll(orders.max(1))).to_string();
        format!("{{{}}}", parts.join(", ")).replace("\"N\"", &order).into_bytes()
    }

    /// The same with a few bytes gone, doubled, or replaced.
    fn spoil(&mut self, line: &mut Vec<u8>) {
        for _ in 0..=self.roll(3) {
            let place = self.roll(line.len().max(1));
            match self.roll(4) {
                0 if line.len() > 1 => drop(line.remove(place)),
                1 => line.insert(place, b"{}[]\",:0-9e.ntf \\\xff\x00"[self.roll(19)]),
                2 => line.truncate(place + 1),
                _ => line.push(line[place]),
            }
        }
    }
}

fn state(service: &mut Service) -> Value {
    let reply = service.answer(0, b"{\"state\": true}");
    serde_json::from_str::<Value>(&reply).expect("JSON")["state"].take()
}

#[test]
fn every_line_has_a_reply_and_what_is_not_understood_changes_nothing() {
    let (mut understood, mut refused, mut sent) = (0, 0, 0);
    for seed in 0..50 {
        let mut service = Service::new(config::parse("qts.toml", CONFIG).expect("sound")).expect("a service");
        for part in [PARTS[1], PARTS[4], PARTS[20]] {
            service.answer(0, format!("{{{part}, {JUDGE}}}").as_bytes());
        }
        let (mut chance, mut orders) = (Chance(seed), service.runtime().working().len());
        assert!(orders > 0, "something to report on");
        for number in 1..=60 {
            let mut line = chance.line(orders);
            if chance.roll(4) == 0 {
                chance.spoil(&mut line);
            }
            let before = state(&mut service);
            let reply = service.answer(number, &line);
            let told: Value = serde_json::from_str(&reply).expect("JSON");
            assert!(!reply.contains('\n') && told["line"] == number, "{reply}");
            if told.get("error").is_some() {
                refused += 1;
                assert_eq!(state(&mut service), before, "{}", String::from_utf8_lossy(&line));
            } else {
                understood += 1;
                orders += told["orders"].as_array().map_or(0, Vec::len);
            }
        }
        sent += orders;
    }
    assert!(understood > 1_000 && refused > 500 && sent > 250, "{understood} {refused} {sent}");
}
