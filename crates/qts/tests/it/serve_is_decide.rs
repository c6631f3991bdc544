//! What `qts serve` judges, cycle after cycle on books of its own, is what `qts decide` says of the same picture.
//! Supervisors are left out: they set modes between cycles, which a picture of one cycle cannot know.

use jiff::ToSpan;
use jiff::civil::date;
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
policy = "careful"
[[strategy]]
id = "c"
policy = "short"
[[strategy]]
id = "d"
policy = "barred"
[policy.bold]
max_order_qty = { warn = "8", limit = "12", block = "60" }
max_order_notional = "6%"
max_long = "40"
fat_finger = false
repeated_execution = false
failure_breaker = false
warn_escalation = false
stale_data = { warn = "2s", block = "3s" }
order_rate = { per_second = "0.1", burst = "2" }
PARTICIPATION
[policy.careful]
extends = "bold"
market_order = "block"
[policy.short]
extends = "bold"
max_short = "30"
short_not_allowed = false
[policy.barred]
extends = "bold"
restricted = ["A.KRX"]
[policy.account]
daily_loss = false
drawdown = false
max_gross_exposure = "60%"
max_short = "50"
max_order_notional = "8%"
"#;

/// Every other minute a cycle, from the opening till late in the evening. `decide` is told nothing of what was sent
/// before, nor of any price but the last: so nothing is limited that is counted over more than a minute.
const BY_MINUTE: &str = "max_participation = { order = \"1%\" }\n";
/// Every day a cycle, while the session runs: nothing that is counted outlasts it.
const BY_DAY: &str = "max_participation = { order = \"1%\", day = \"1.4%\" }
data_implausible = { within = \"1%\", between = { warn = \"2%\", block = \"5%\" } }
message_limit = { warn = 2, block = 4 }\n";

/// Chance that is the same every time.
struct Chance(u64);

impl Chance {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[place_of(self.roll(of.len() as u64))]
    }
}

fn place_of(rolled: u64) -> usize {
    usize::try_from(rolled).expect("small")
}

/// A market of two and what four bots make of it.
struct World {
    served: Served,
    chance: Chance,
    by_day: bool,
    cycle: u64,
    price: [u64; 2],
    /// The last that was told of each.
    told: [Value; 2],
}

const IDS: [&str; 2] = ["A.KRX", "B.X"];

impl World {
    /// One cycle: the picture that it was judged on, and the judgement.
    fn cycle(&mut self) -> (Value, Value) {
        self.cycle += 1;
        let before = self.served.state();
        let now = self.at(0);
        let told: serde_json::Map<String, Value> = [0, 1].into_iter().filter_map(|place| self.tell(place)).collect();
        let market = json!({IDS[0]: self.told[0], IDS[1]: self.told[1]});
        let intents = self.intents(&before);
        let line = json!({"now": now, "market": told, "intents": intents, "judge": true, "state": true});
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

    /// So many seconds before the cycle.
    fn at(&self, seconds: u64) -> String {
        let cycle = i64::try_from(self.cycle).expect("small");
        let (days, minutes) = if self.by_day { (cycle, cycle * 7 % 380) } else { (cycle / 330, 2 * (cycle % 330)) };
        let moment = date(2026, 1, 5).at(9, 1, 0, 0) + days.days() + minutes.minutes();
        format!("{}+09:00", moment - i64::try_from(seconds).expect("small").seconds())
    }

    /// The price wanders in steps of 50 between 20,000 and 50,000. Now and then nobody tells anything new, or not how
    /// much is usually traded.
    fn tell(&mut self, place: usize) -> Option<(String, Value)> {
        let price = &mut self.price[place];
        *price = (*price + 50 * self.chance.roll(9)).saturating_sub(200).clamp(20_000, 49_000);
        let price = *price;
        let at = if self.chance.roll(4) == 0 { self.chance.roll(6) } else { 0 };
        let is_new = self.cycle == 1 || self.by_day && place == 0 || self.chance.roll(12) > 0;
        if !is_new {
            return None;
        }
        let close = if self.by_day {
            price * [100, 100, 100, 101, 99, 102, 103, 107, 75, 145][place_of(self.chance.roll(10))] / 100
        } else {
            35_000
        };
        self.told[place] = json!({"last": price.to_string(), "bid": (price - 50).to_string(), "ask": price.to_string(),
            "prev_close": close.to_string(), "adv20": "1000", "day_volume": "70", "at": self.at(at)});
        let mut told = self.told[place].clone();
        if self.cycle > 1 && self.chance.roll(2) == 0 {
            told.as_object_mut().expect("a quote").remove("adv20");
        }
        Some((IDS[place].to_owned(), told))
    }

    fn intents(&mut self, state: &Value) -> Vec<Value> {
        let mut intents: Vec<Value> = (0..self.chance.roll(6)).map(|_| self.intent(state)).collect();
        if self.chance.roll(4) == 0 {
            intents.extend(intents.last().cloned());
        }
        intents
    }

    fn intent(&mut self, state: &Value) -> Value {
        let strategy = self.chance.one(&["a", "b", "c", "a", "b", "c", "a", "c", "d", "nobody"]);
        let orders = state["orders"].as_array().expect("orders");
        if self.chance.roll(6) == 0 && !orders.is_empty() {
            let order = &orders[place_of(self.chance.roll(orders.len() as u64))]["order"];
            return json!({"strategy": strategy, "cancel": order});
        }
        let place = place_of(self.chance.roll(2));
        let qty =
            self.chance.one(&["1", "2", "3", "4", "6", "10", "14", "30", "80", "2.0", "0.5", "0", "-3", "x", "1e400"]);
        let mut intent = json!({"strategy": strategy, "instrument": IDS[place], "side": self.chance.one(&["buy", "sell"]), "qty": qty});
        if self.chance.roll(2) == 0 {
            let limit = self.price[place] + 50 * self.chance.roll(13) - 300;
            intent["limit"] = limit.to_string().into();
        }
        intent["tif"] = self.chance.one(&["day", "gtc", "ioc", "fok", "day"]).into();
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

fn compare(name: &str, rule: &str, seed: u64, by_day: bool) {
    let market = MARKET.replace("PARTICIPATION\n", if by_day { BY_DAY } else { BY_MINUTE });
    let config = format!("{market}[arbitration]\nrule = \"{rule}\"\n");
    let folder = Folder::new(name).with("qts.toml", config);
    let (served, chance) = (Served::start(&folder), Chance(seed));
    let mut world = World { served, chance, by_day, cycle: 0, price: [35_000; 2], told: [json!({}), json!({})] };
    let (pictures, judged): (Vec<Value>, Vec<Value>) = (0..800).map(|_| world.cycle()).unzip();
    folder.write("cycles.jsonl", pictures.iter().map(|picture| format!("{picture}\n")).collect::<String>());
    let ended = folder.qts("decide qts.toml --input cycles.jsonl");
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    let decided: Vec<Value> = ended.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(decided.len(), judged.len());
    for (place, (decided, judged)) in decided.iter().zip(&judged).enumerate() {
        assert_eq!(decided, judged, "cycle {place}: {}", pictures[place]);
    }
    let verdict = |verdict: &str| ended.out.matches(&format!("\"verdict\":\"{verdict}\"")).count();
    let verdicts = ["pass", "warn", "reduce", "block"].map(verdict);
    assert!(verdicts.iter().all(|count| *count > 20), "all sorts of decisions: {verdicts:?}");
    assert!(ended.out.contains("opposing_intent") && ended.out.contains("self_trade") && ended.out.contains("merged"));
    assert!(by_day || ended.out.contains("\"seller\""), "crosses, for there are shorts");
    let looked_back =
        ["restricted", "stale_data", "duplicate_order", "market_order", "max_participation", "order_rate"];
    let by_time: &[&str] = if by_day { &["data_implausible", "message_limit"] } else { &["outside_session"] };
    for code in looked_back.iter().chain(by_time) {
        assert!(ended.out.contains(&format!("\"code\":\"{code}\"")), "{code}");
    }
}

#[test]
fn where_only_exits_pass_a_conflict() {
    compare("serve-decide-exits", "exits_only", 105, false);
    compare("serve-decide-exits-by-day", "exits_only", 105, true);
}

#[test]
fn where_conflicts_are_netted() {
    compare("serve-decide-net", "net", 8, false);
    compare("serve-decide-net-by-day", "net", 18, true);
}

#[test]
fn where_rank_settles_conflicts() {
    compare("serve-decide-rank", "rank", 105, false);
    compare("serve-decide-rank-by-day", "rank", 103, true);
}
