//! Sessions as they are: what is decided outside one belongs to the next, halts, first days after them, closes, markets
//! with different clocks. Every run is of the real program on a few lines of data.

use serde_json::Value;

use crate::support::{Folder, Row, amount, count, units};

const ACCOUNT: &str = r#"
[account]
currency = "KRW"
cash = "100000000"
policy = "open"
[policy.open]
extends = "validity_only"
"#;

/// A Korean share with bars of a day.
const DAILY: &str = r#"
[[instrument]]
id = "A.KRX"
class = "krx_stock"
[[data]]
instrument = "A.KRX"
path = "A.csv"
stamp = "date"
"#;

/// The same with bars of a minute, stamped by their beginning.
const MINUTES: &str = r#"
[[instrument]]
id = "A.KRX"
class = "krx_stock"
[[data]]
instrument = "A.KRX"
path = "A.csv"
stamp = "open"
interval = "1m"
tz = "Asia/Seoul"
"#;

/// A strategy with one step; `terms` as in `cycle = 1, side = "buy", qty = 1`.
fn trader(id: &str, instrument: &str, policy: &str, terms: &[&str]) -> String {
    let steps: Vec<String> =
        terms.iter().map(|terms| format!("{{ instrument = \"{instrument}\", {terms} }}")).collect();
    format!(
        "[[strategy]]\nid = \"{id}\"\nkind = \"scripted\"\npolicy = \"{policy}\"\ninstruments = [\"{instrument}\"]\n\
         params = {{ steps = [{}] }}\n",
        steps.join(", ")
    )
}

fn open(id: &str, terms: &str) -> String {
    trader(id, "A.KRX", "open", &[terms])
}

/// What a strategy holds from the beginning, at 10,000 a share.
fn holds(id: &str, qty: u32) -> String {
    format!("[[position]]\nstrategy = \"{id}\"\ninstrument = \"A.KRX\"\nqty = {qty}\nprice = 10000\n")
}

/// Bars of `A`: day or minute, open, high, low, close, volume.
fn bars(rows: &[&str]) -> String {
    let rows = rows.iter().map(|row| row.replace(' ', ",") + "\n");
    "ts,open,high,low,close,volume\n".to_owned() + &rows.collect::<String>()
}

fn folder(name: &str, config: &[&str], data: &[&str]) -> Folder {
    Folder::new(&format!("sessions-{name}"))
        .with("qts.toml", ACCOUNT.to_owned() + &config.concat())
        .with("A.csv", bars(data))
}

/// What each strategy paid (sales below zero) at the end, and whether it did at all.
fn paid(summary: &Value, ids: &[&str]) -> String {
    let told = ids.iter().map(|id| match &summary["books"][id]["cash_flow"] {
        Value::Null => format!("{id} nothing"),
        flow if amount(flow) == 0 => format!("{id} nothing"),
        flow => format!("{id} {}", -amount(flow) / units("1")),
    });
    told.collect::<Vec<_>>().join(", ")
}

/// The same of strategies that each run alone, so that none meets another's orders.
fn paid_alone(name: &str, around: &[&str], data: &[&str], traders: &[(&str, String)]) -> String {
    let told = traders.iter().map(|(id, tables)| {
        let config: Vec<&str> = around.iter().copied().chain([tables.as_str()]).collect();
        paid(&folder(&format!("{name}-{id}"), &config, data).summary("qts.toml"), &[id])
    });
    told.collect::<Vec<_>>().join(", ")
}

fn of<'r>(rows: &'r [Row], strategy: &str) -> Vec<&'r str> {
    rows.iter().filter(|row| row["strategy"] == strategy).map(|row| row["reasons"].as_str()).collect()
}

const TWO_DAYS: [&str; 3] = [
    "2024-01-04 10000 10000 10000 10000 1000",
    "2024-01-05 10500 10600 10400 10450 1000",
    "2024-01-08 10200 10300 10150 10200 1000",
];

#[test]
fn what_is_decided_at_a_close_trades_in_the_next_opening_auction_at_its_price() {
    let buy = |id, terms: &str| (id, open(id, &format!("cycle = 1, side = \"buy\", qty = 1{terms}")));
    let sell = |id, terms: &str| {
        let sale = open(id, &format!("cycle = 1, side = \"sell\", qty = 1{terms}"));
        (id, holds(id, 1) + &sale)
    };
    let traders = [
        buy("market", ""),
        buy("above", ", limit = 10800"),
        buy("within", ", limit = 10430"),
        buy("below", ", limit = 10300"),
        buy("waits", ", limit = 10300, tif = \"gtc\""),
        buy("ioc", ", tif = \"ioc\""),
        buy("fok", ", limit = 10300, tif = \"fok\""),
        sell("sells", ", limit = 10300"),
        sell("dear", ", limit = 10700"),
    ];
    assert_eq!(
        paid_alone("auction", &[DAILY], &TWO_DAYS, &traders),
        "market 10500, above 10500, within 10430, below nothing, waits 10200, ioc 10500, fok nothing, sells -10500, \
         dear nothing"
    );
}

#[test]
fn a_day_order_lives_for_its_session_however_far_away_that_is() {
    // Eleven days of holidays between the first two bars; the price of the order comes only on the day after.
    let data = [
        "2024-02-08 10000 10000 10000 10000 1000",
        "2024-02-19 10500 10600 10400 10450 1000",
        "2024-02-20 10200 10300 10150 10200 1000",
    ];
    let config = [
        DAILY,
        &open("market", "cycle = 1, side = \"buy\", qty = 1"),
        &open("day", "cycle = 1, side = \"buy\", qty = 1, limit = 10300"),
        &open("gtc", "cycle = 1, side = \"buy\", qty = 1, limit = 10300, tif = \"gtc\""),
    ];
    let summary = folder("holiday", &config, &data).summary("qts.toml");
    assert_eq!(paid(&summary, &["market", "day", "gtc"]), "market 10500, day nothing, gtc 10200");
}

#[test]
fn a_halt_fills_nothing_moves_no_mark_and_ends_day_orders() {
    let data = [
        "2024-01-04 10000 10000 10000 10000 1000",
        "2024-01-05 10000 10000 10000 10000 0",
        "2024-01-08 5000 5100 4900 5000 0",
        "2024-01-09 10100 10200 10100 10150 1000",
    ];
    let config = [
        DAILY,
        &open("day", "cycle = 1, side = \"buy\", qty = 1"),
        &open("gtc", "cycle = 1, side = \"buy\", qty = 1, tif = \"gtc\""),
        &open("cheap", "cycle = 2, side = \"buy\", qty = 1, limit = 7000"),
        &open("late", "cycle = 3, side = \"buy\", qty = 1, limit = 13000"),
        &open("beyond", "cycle = 3, side = \"buy\", qty = 1, limit = 13010"),
        &holds("keeper", 100),
        &open("keeper", "cycle = 9, side = \"buy\", qty = 1"),
    ];
    let folder = folder("halt", &config, &data);
    for events in 1..=3 {
        let summary = folder.summary(&format!("qts.toml --limit-events {events}"));
        assert_eq!(
            (count(&summary["fills"]), amount(&summary["account"]["equity"])),
            (0, units("101000000")),
            "{events}"
        );
    }
    let summary = folder.summary("qts.toml");
    let all = ["day", "gtc", "cheap", "late", "beyond"];
    assert_eq!(paid(&summary, &all), "day nothing, gtc 10100, cheap nothing, late 10100, beyond nothing");
    // The limits of the first day after the halt are those of the last close before it.
    assert_eq!(of(&folder.decisions("qts.toml"), "beyond"), ["strategy:outside_price_limit:block"]);
}

#[test]
fn the_first_day_after_a_halt_may_be_far_beyond_the_daily_limit() {
    let data = [
        "2024-01-04 10000 10000 10000 10000 1000",
        "2024-01-05 10000 10000 10000 10000 0",
        "2024-01-08 16000 17000 15500 16000 1000",
        "2024-01-09 16500 16600 16400 16500 1000",
        "2024-01-10 16700 16700 16700 16700 1000",
    ];
    let careful = "[policy.careful]\nextends = \"conservative\"\nmax_order_qty = 100\n";
    let steps = ["cycle = 3, side = \"buy\", qty = 1", "cycle = 4, side = \"buy\", qty = 1"];
    let traders = [
        ("waited", open("waited", "cycle = 2, side = \"buy\", qty = 1")),
        ("sold", holds("sold", 1) + &open("sold", "cycle = 1, side = \"sell\", qty = 1, limit = 12000, tif = \"gtc\"")),
        ("low", open("low", "cycle = 1, side = \"buy\", qty = 1, limit = 7000, tif = \"gtc\"")),
        ("careful", trader("careful", "A.KRX", "careful", &steps)),
        ("exit", holds("exit", 5) + &trader("exit", "A.KRX", "careful", &["cycle = 3, side = \"sell\", qty = 5"])),
        ("top", open("top", "cycle = 3, side = \"buy\", qty = 1, limit = 20800")),
        ("over", open("over", "cycle = 3, side = \"buy\", qty = 1, limit = 20850")),
        ("old", open("old", "cycle = 3, side = \"buy\", qty = 1, limit = 11150")),
    ];
    assert_eq!(
        paid_alone("relisted", &[DAILY, careful], &data, &traders),
        "waited 16000, sold -16000, low nothing, careful 16700, exit -82500, top 16500, over nothing, old nothing"
    );
    let decided = |id: &str| {
        let (_, tables) = traders.iter().find(|(name, _)| *name == id).expect("a strategy");
        folder(&format!("relisted-why-{id}"), &[DAILY, careful, tables], &data)
    };
    for late in ["over", "old"] {
        assert_eq!(of(&decided(late).decisions("qts.toml"), late), ["strategy:outside_price_limit:block"]);
    }
    let folder = decided("careful");
    let jump = "strategy:data_implausible:block";
    assert_eq!(of(&folder.decisions("qts.toml"), "careful"), [jump, ""]);
    let told = folder.qts("explain qts.toml 3:careful:0").out;
    assert!(told.contains("the price jumped by 60%, above the limit 50%"), "{told}");
    assert!(told.contains("lies outside its day's limits"), "{told}");
}

#[test]
fn where_the_exchange_bans_short_sales_the_broker_refuses_them_whatever_the_policy_says() {
    let strict = "[policy.strict]\nextends = \"validity_only\"\nshort_not_allowed = true\n";
    let config = [
        DAILY,
        strict,
        &holds("owner", 5),
        &open("owner", "cycle = 1, side = \"sell\", qty = 3"),
        &open("stranger", "cycle = 2, side = \"sell\", qty = 4"),
        &trader("strict", "A.KRX", "strict", &["cycle = 1, side = \"sell\", qty = 1"]),
    ];
    let folder = folder("short", &config, &TWO_DAYS);
    let summary = folder.summary("qts.toml");
    assert_eq!((count(&summary["orders"]), count(&summary["fills"]), count(&summary["rejects"])), (2, 1, 1));
    assert_eq!(paid(&summary, &["owner", "stranger", "strict"]), "owner -31500, stranger nothing, strict nothing");
    assert_eq!(of(&folder.decisions("qts.toml"), "strict"), ["strategy:short_not_allowed:block"]);
}

#[test]
fn what_is_bought_today_can_be_sold_today() {
    let config = [
        MINUTES,
        &trader("s", "A.KRX", "open", &["cycle = 2, side = \"buy\", qty = 2", "cycle = 3, side = \"sell\", qty = 2"]),
    ];
    let summary = folder("unsettled", &config, &CLOSES).summary("qts.toml");
    assert_eq!((count(&summary["fills"]), count(&summary["rejects"])), (2, 0));
}

/// Minutes around two closes, with the bar of the closing auction after each.
const CLOSES: [&str; 7] = [
    "2024-01-04T15:18:00 10000 10000 10000 10000 100",
    "2024-01-04T15:19:00 10000 10000 10000 10000 100",
    "2024-01-04T15:29:00 10010 10010 10010 10010 100",
    "2024-01-04T15:30:00 12000 12000 12000 12000 100",
    "2024-01-05T09:00:00 15000 15100 15000 15100 100",
    "2024-01-05T15:29:00 15200 15200 15200 15200 100",
    "2024-01-05T15:30:00 15300 15300 15300 15300 100",
];

#[test]
fn a_closing_auction_is_of_the_session_that_the_config_says() {
    let config = [
        MINUTES,
        &open("before", "cycle = 2, side = \"buy\", qty = 1"),
        &open("last", "cycle = 3, side = \"buy\", qty = 1"),
        &open("auction", "cycle = 4, side = \"buy\", qty = 1"),
        &open("cheap", "cycle = 2, side = \"buy\", qty = 1, limit = 9000"),
        // The next day's limits are reckoned from the close, 12,000: up to 15,600.
        &open("top", "cycle = 4, side = \"buy\", qty = 1, limit = 15600"),
        &open("over", "cycle = 4, side = \"buy\", qty = 1, limit = 15610"),
        &trader("now", "A.KRX", "careful", &["cycle = 4, side = \"sell\", qty = 1, tif = \"ioc\""]),
        &holds("now", 1),
        "[policy.careful]\nextends = \"conservative\"\n",
    ];
    let all = ["before", "last", "auction", "cheap", "top", "over", "now"];
    let folder = folder("closes", &config, &CLOSES);
    // What was decided with the bar that ends at half past three belongs to the next morning.
    assert_eq!(
        paid(&folder.summary("qts.toml"), &all),
        "before 10010, last 15000, auction 15000, cheap nothing, top 15000, over nothing, now nothing"
    );
    let decisions = folder.decisions("qts.toml");
    assert_eq!(of(&decisions, "over"), ["strategy:outside_price_limit:block"]);
    assert_eq!(of(&decisions, "now"), ["strategy:outside_session:block"]);
    let longer =
        folder.read("qts.toml").replace("class = \"krx_stock\"", "class = \"krx_stock\"\nsession = \"09:00-15:31\"");
    folder.write("qts.toml", longer);
    assert_eq!(
        paid(&folder.summary("qts.toml"), &all),
        "before 10010, last 12000, auction 15000, cheap nothing, top 15000, over nothing, now nothing"
    );
}

#[test]
fn an_order_decided_after_the_close_is_valued_at_the_next_days_upper_limit() {
    // From a close of 12,000 a share may cost 15,600 next morning; of 15,599 a market buy is not covered.
    for (cash, flow) in [("15600", "s 15000"), ("15599", "s nothing")] {
        let covered = "[policy.covered]\nextends = \"validity_only\"\nbuying_power = { buffer = \"0%\" }\n";
        let config = [MINUTES, covered, &open("s", "cycle = 4, side = \"buy\", qty = 1")];
        let folder = folder(&format!("covered-{cash}"), &config, &CLOSES);
        let text = folder
            .read("qts.toml")
            .replace("\"100000000\"\npolicy = \"open\"", &format!("\"{cash}\"\npolicy = \"covered\""));
        // The first session has no previous close: one before it.
        folder.write("qts.toml", text);
        let before = "ts,open,high,low,close,volume\n2024-01-03T15:29:00,10000,10000,10000,10000,9\n";
        folder.write("A.csv", bars(&CLOSES).replace("ts,open,high,low,close,volume\n", before));
        let config = folder.read("qts.toml").replace("cycle = 4", "cycle = 5");
        folder.write("qts.toml", config);
        assert_eq!(paid(&folder.summary("qts.toml"), &["s"]), flow, "{cash}");
    }
}

#[test]
fn on_a_half_day_orders_end_at_its_own_close() {
    let data = [
        "2024-01-04T15:29:00 10000 10000 10000 10000 100",
        "2024-01-05T11:00:00 10000 10000 10000 10000 100",
        "2024-01-05T13:00:00 9000 9000 9000 9000 100",
        "2024-01-08T09:00:00 9100 9100 9100 9100 100",
    ];
    let traders = [
        ("day", open("day", "cycle = 2, side = \"buy\", qty = 1, limit = 9500")),
        ("gtc", open("gtc", "cycle = 2, side = \"buy\", qty = 1, limit = 9500, tif = \"gtc\"")),
        ("after", open("after", "cycle = 3, side = \"buy\", qty = 1")),
    ];
    let whole = paid_alone("whole-day", &[MINUTES], &data, &traders);
    assert_eq!(whole, "day 9000, gtc 9000, after nothing");
    let own = "[[calendar]]\nmarket = \"krx\"\npath = \"own.toml\"\n";
    let special =
        "market = \"krx\"\n[[special]]\ndays = [\"2024-01-05\"]\nwindows = \"09:00-12:00\"\nsource = \"a test\"\n";
    let half = traders.iter().map(|(id, tables)| {
        let folder = folder(&format!("half-day-{id}"), &[MINUTES, own, tables], &data).with("own.toml", special);
        paid(&folder.summary("qts.toml"), &[id])
    });
    assert_eq!(half.collect::<Vec<_>>().join(", "), "day nothing, gtc 9100, after 9100");
}

#[test]
fn no_order_leaves_that_the_exchange_finds_too_large() {
    // Worth 10 billion in all: a twentieth is 50,000 shares, but a billion is always taken, 100,000 shares.
    let listed = DAILY.replace("\"krx_stock\"", "\"krx_stock\"\nlisted_shares = 1000000");
    let config = [
        listed.as_str(),
        &open("a", "cycle = 1, side = \"buy\", qty = 60000"),
        &open("b", "cycle = 1, side = \"buy\", qty = 60000"),
        &open("huge", "cycle = 1, side = \"buy\", qty = 100001"),
        &holds("exit", 200_000),
        &open("exit", "cycle = 2, side = \"sell\", qty = 200000"),
    ];
    let folder = folder("order-limit", &config, &TWO_DAYS);
    let summary = folder.summary("qts.toml");
    assert_eq!((count(&summary["orders"]), count(&summary["rejects"])), (1, 0));
    assert_eq!(paid(&summary, &["a", "b", "huge", "exit"]), "a 525000000, b 525000000, huge nothing, exit nothing");
    let decisions = folder.decisions("qts.toml");
    assert_eq!(of(&decisions, "a"), ["arbitration:merged:pass account:order_limit:reduce"]);
    for blocked in ["huge", "exit"] {
        assert_eq!(of(&decisions, blocked), ["strategy:order_limit:block"]);
    }
    let told = folder.qts("explain qts.toml 2:exit:0").out;
    let sentence = "order_limit: 200000 in one order, of which the exchange takes";
    assert!(told.contains(sentence) && told.contains("Send it in parts"), "{told}");
}

#[test]
fn trades_and_quotes_after_the_close_fill_nothing() {
    let data = "ts,price,size\n\
                2024-01-04T15:29:00+09:00,10000,5\n2024-01-04T15:40:00+09:00,10000,5\n\
                2024-01-04T16:10:00+09:00,9900,5\n2024-01-05T09:00:04+09:00,10200,5\n";
    let instrument = "[[instrument]]\nid = \"A.KRX\"\nclass = \"krx_stock\"\n\
                      [[data]]\ninstrument = \"A.KRX\"\npath = \"A.csv\"\n";
    let config = [
        instrument,
        &open("day", "cycle = 1, side = \"buy\", qty = 1"),
        &open("gtc", "cycle = 1, side = \"buy\", qty = 1, tif = \"gtc\""),
        &open("after", "cycle = 2, side = \"buy\", qty = 1"),
        &open("ioc", "cycle = 2, side = \"buy\", qty = 1, tif = \"ioc\""),
    ];
    let folder = folder("after-hours", &config, &[]);
    folder.write("A.csv", data);
    let summary = folder.summary("qts.toml");
    assert_eq!(paid(&summary, &["day", "gtc", "after", "ioc"]), "day nothing, gtc 10200, after 10200, ioc 10200");
    folder
        .write("A.csv", data.replace("ts,price,size", "ts,bid,ask,bid_size,ask_size").replace(",5\n", ",10300,5,5\n"));
    let summary = folder.summary("qts.toml");
    assert_eq!(paid(&summary, &["day", "gtc", "after", "ioc"]), "day nothing, gtc 10300, after 10300, ioc 10300");
}

#[test]
fn each_market_keeps_its_own_hours() {
    // New York's day begins when Seoul's is over, on the same date.
    let new_york = "[[instrument]]\nid = \"B.NYSE\"\ntick = \"1\"\nsession = \"09:30-16:00\"\ntz = \"America/New_York\"\n\
                    [[data]]\ninstrument = \"B.NYSE\"\npath = \"B.csv\"\nstamp = \"date\"\n";
    let config = [
        DAILY,
        new_york,
        &open("seoul", "cycle = 1, side = \"buy\", qty = 1"),
        &open("seoul-low", "cycle = 1, side = \"buy\", qty = 1, limit = 10300"),
        &trader("york", "B.NYSE", "open", &["cycle = 2, side = \"buy\", qty = 1"]),
        &trader("york-low", "B.NYSE", "open", &["cycle = 2, side = \"buy\", qty = 1, limit = 180"]),
        &trader("york-gtc", "B.NYSE", "open", &["cycle = 2, side = \"buy\", qty = 1, limit = 180, tif = \"gtc\""]),
    ];
    let folder = folder("two-markets", &config, &TWO_DAYS);
    let new_york = ["2024-01-04 200 200 200 200 10", "2024-01-05 210 220 190 200 10", "2024-01-08 170 175 165 170 10"];
    folder.write("B.csv", bars(&new_york));
    let summary = folder.summary("qts.toml");
    assert_eq!(
        paid(&summary, &["seoul", "seoul-low", "york", "york-low", "york-gtc"]),
        "seoul 10500, seoul-low nothing, york 210, york-low nothing, york-gtc 170"
    );
}

#[test]
fn the_days_loss_begins_anew_after_a_weekend_and_a_halt_loses_nothing() {
    let data = [
        "2024-01-04T15:29:00 10000 10000 10000 10000 100",
        "2024-01-05T09:00:00 10000 10000 10000 10000 100",
        "2024-01-05T09:01:00 9700 9700 9700 9700 100",
        // Monday: halted. Of what it shows nothing was traded.
        "2024-01-08T09:00:00 9700 9700 9700 9700 0",
        "2024-01-08T09:01:00 5000 5000 5000 5000 0",
        // Tuesday: it trades again, far lower; then a day on which nothing happens.
        "2024-01-09T09:00:00 9000 9000 9000 9000 100",
        "2024-01-10T09:00:00 9000 9000 9000 9000 100",
    ];
    let watched = "[policy.watched]\nextends = \"validity_only\"\ndaily_loss = \"2%\"\n";
    let buys: Vec<String> =
        (1..=7).map(|cycle| format!("cycle = {cycle}, side = \"buy\", qty = 1, limit = 8000")).collect();
    let buys: Vec<&str> = buys.iter().map(String::as_str).collect();
    let config = [MINUTES, watched, &holds("keeper", 1_000), &trader("keeper", "A.KRX", "open", &buys)];
    let folder = folder("loss", &config, &data);
    let text = folder.read("qts.toml").replace("\"100000000\"\npolicy = \"open\"", "\"1000000\"\npolicy = \"watched\"");
    folder.write("qts.toml", text);
    let decisions = folder.decisions("qts.toml");
    let loss = "strategy:daily_loss:block";
    assert_eq!(of(&decisions, "keeper"), ["", "", loss, "", "", loss, ""]);
}
