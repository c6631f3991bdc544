//! What `qts serve` judges, cycle after cycle on books of its own, is what `qts decide` says of the same picture.
//! Supervisors are left out: they set modes between cycles, which a picture of one cycle cannot know.

use serde_json::{Value, json};

use crate::serving::Served;
use crate::support::Folder;

const MARKET: &str = r#"
[account]
currency = "KRW"
cash = "20000000"
policy = "account"
[[instrument]]
id = "A.KRX"
class = "krx_stock"
[[instrument]]
id = "B.X"
tick = "50"
lot = "2"
quantity_step = "1"
currency = "KRW"
[[strategy]]
id = "a"
policy = "bold"
rank = 10
[[strategy]]
id = "b"
policy = "bold"
[[strategy]]
id = "c"
policy = "short"
[policy.bold]
max_order_qty = { warn = "8", limit = "12", block = "60" }
max_order_notional = "6%"
max_long = "40"
fat_finger = false
repeated_execution = false
failure_breaker = false
warn_escalation = false
[policy.short]
extends = "bold"
max_short = "30"
short_not_allowed = false
[policy.account]
daily_loss = false
drawdown = false
max_gross_exposure = "60%"
max_short = "50"
max_order_notional = "8%"
"#;

/// Chance that is the same every time.
struct Chance(u64);

impl Chance {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[usize::try_from(self.roll(of.len() as u64)).expect("small")]
    }
}

/// A market of two and what three bots make of it.
struct World {
    served: Served,
    chance: Chance,
    minute: u64,
    price: [u64; 2],
}

const IDS: [&str; 2] = ["A.KRX", "B.X"];

impl World {
    /// One cycle: the picture that it was judged on, and the judgement.
    fn cycle(&mut self) -> (Value, Value) {
        self.minute += 1;
        let before = self.served.state();
        let day = 5 + self.minute / 300;
        let now = format!("2026-01-{day:02}T{:02}:{:02}:00+09:00", 9 + self.minute % 300 / 60, self.minute % 60);
        let market = json!({IDS[0]: self.quoted(0, &now), IDS[1]: self.quoted(1, &now)});
        let intents = self.intents(&before);
        let line = json!({"market": market, "intents": intents, "judge": true, "state": true});
        let mut reply = self.served.tell(&line.to_string());
        let books: serde_json::Map<String, Value> =
            before["books"].as_object().expect("books").iter().map(book).collect();
        let account =
            json!({"cash": before["account"]["cash"], "day_start_equity": reply["state"]["day_start_equity"]});
        let open = before["orders"].as_array().expect("orders").iter().map(open_order).collect::<Vec<_>>();
        let picture = json!({"now": now, "account": account, "market": market, "books": books, "open_orders": open, "intents": intents});
        self.trade(&reply);
        for order in reply["orders"].as_array_mut().expect("orders") {
            order.as_object_mut().expect("an order").remove("order").expect("its number");
        }
        let fields = ["schema", "decisions", "crosses", "cancels", "orders"];
        (picture, fields.into_iter().map(|field| (field.to_owned(), reply[field].take())).collect())
    }

    /// The price wanders in steps of 50 between 20,000 and 50,000.
    fn quoted(&mut self, place: usize, now: &str) -> Value {
        let price = &mut self.price[place];
        *price = (*price + 50 * self.chance.roll(9)).saturating_sub(200).clamp(20_000, 49_000);
        json!({"last": price.to_string(), "bid": (*price - 50).to_string(), "ask": price.to_string(), "prev_close": "35000", "at": now})
    }

    fn intents(&mut self, state: &Value) -> Vec<Value> {
        (0..self.chance.roll(6)).map(|_| self.intent(state)).collect()
    }

    fn intent(&mut self, state: &Value) -> Value {
        let strategy = self.chance.one(&["a", "b", "c", "a", "b", "c", "a", "b", "c", "nobody"]);
        let orders = state["orders"].as_array().expect("orders");
        if self.chance.roll(6) == 0 && !orders.is_empty() {
            let order = &orders[usize::try_from(self.chance.roll(orders.len() as u64)).expect("small")]["order"];
            return json!({"strategy": strategy, "cancel": order});
        }
        let place = usize::try_from(self.chance.roll(2)).expect("small");
        let qty =
            self.chance.one(&["1", "2", "3", "4", "6", "10", "14", "30", "80", "2.0", "0.5", "0", "-3", "x", "1e400"]);
        let mut intent = json!({"strategy": strategy, "instrument": IDS[place], "side": self.chance.one(&["buy", "sell"]), "qty": qty});
        if self.chance.roll(2) == 0 {
            let limit = self.price[place] + 50 * self.chance.roll(13) - 300;
            intent["limit"] = limit.to_string().into();
        }
        intent
    }

    /// The broker: withdraws what it is told to, fills some orders, keeps some limit orders of one strategy.
    fn trade(&mut self, reply: &Value) {
        for cancel in reply["cancels"].as_array().expect("cancels") {
            self.served.tell(&json!({"canceled": {"order": cancel["order"]}}).to_string());
        }
        for order in reply["orders"].as_array().expect("orders") {
            let number = &order["order"];
            let price = order["limit"].as_str().map_or("35000", |limit| limit);
            self.served.tell(&json!({"ack": {"order": number}}).to_string());
            let alone = order["children"].as_array().expect("children").len() == 1;
            let line = match self.chance.roll(4) {
                0 if alone && order["limit"].is_string() => continue,
                1 => json!({"fill": {"order": number, "qty": 1, "price": price}, "canceled": {"order": number}}),
                _ => json!({"fill": {"order": number, "qty": order["qty"], "price": price}}),
            };
            self.served.tell(&line.to_string());
        }
    }
}

fn book((owner, book): (&String, &Value)) -> (String, Value) {
    let positions = book["positions"].as_object().expect("positions");
    let positions = positions.iter().map(|(inst, qty)| (inst.clone(), json!({"position": qty, "price": "1"})));
    (owner.clone(), positions.collect::<serde_json::Map<_, _>>().into())
}

fn open_order(order: &Value) -> Value {
    let strategy = &order["children"][0]["strategy"];
    json!({"id": order["order"], "strategy": strategy, "instrument": order["instrument"], "side": order["side"], "qty": order["open"],
           "limit": order["limit"]})
}

fn compare(name: &str, rule: &str, seed: u64) {
    let config = format!("{MARKET}[arbitration]\nrule = \"{rule}\"\n");
    let folder = Folder::new(name).with("qts.toml", config);
    let mut world = World { served: Served::start(&folder), chance: Chance(seed), minute: 0, price: [35_000; 2] };
    let (pictures, judged): (Vec<Value>, Vec<Value>) = (0..400).map(|_| world.cycle()).unzip();
    folder.write("cycles.jsonl", pictures.iter().map(|picture| format!("{picture}\n")).collect::<String>());
    let ended = folder.qts("decide qts.toml --input cycles.jsonl");
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    let decided: Vec<Value> = ended.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(decided.len(), judged.len());
    for (place, (decided, judged)) in decided.iter().zip(&judged).enumerate() {
        assert_eq!(decided, judged, "cycle {place}: {}", pictures[place]);
    }
    let verdict = |verdict: &str| ended.out.matches(&format!("\"verdict\":\"{verdict}\"")).count();
    assert!(["pass", "warn", "reduce", "block"].map(verdict).iter().all(|count| *count > 20), "all sorts of decisions");
    assert!(ended.out.contains("opposing_intent") && ended.out.contains("self_trade") && ended.out.contains("merged"));
    assert!(ended.out.contains("\"seller\""), "crosses, for there are shorts");
}

#[test]
fn where_only_exits_pass_a_conflict() {
    compare("serve-decide-exits", "exits_only", 7);
}

#[test]
fn where_conflicts_are_netted() {
    compare("serve-decide-net", "net", 8);
}

#[test]
fn where_rank_settles_conflicts() {
    compare("serve-decide-rank", "rank", 9);
}
