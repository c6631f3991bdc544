//! Three days that sank somebody, as order storms through the real program: what would have left without the gate, and
//! what left. `docs/storms.md` shows the tables, which are what the runs say (`UPDATE_DOCS=1` writes them).
//!
//! Knight takes some seconds: forty thousand orders, eight times, since a small storm would show nothing of the count.

mod citi;
mod hanmag;
mod knight;
mod page;
mod played;
mod storm;

use std::thread;

use played::{Played, Rules, play, play_calm};
use storm::Storm;

use crate::support::Folder;

/// Plays a storm under each of these rules, two at a time.
fn play_all(storm: &Storm, folder: &Folder, rules: &[Rules]) -> Vec<Played> {
    let (even, odd) = (0..rules.len()).partition::<Vec<_>, _>(|place| place % 2 == 0);
    let play_some = |places: Vec<usize>| -> Vec<(usize, Played)> {
        places.into_iter().map(|place| (place, play(storm, folder, place, &rules[place]))).collect()
    };
    let mut played = thread::scope(|scope| {
        let other = scope.spawn(|| play_some(odd));
        let mut played = play_some(even);
        played.extend(other.join().expect("it ends"));
        played
    });
    played.sort_by_key(|(place, _)| *place);
    played.into_iter().map(|(_, played)| played).collect()
}

/// A storm under all these rules, its table compared with the page, and its calm strategies with themselves: under the
/// last rules, which are the complete ones, they do the same as without the storm.
fn check(storm: &Storm, rules: &[Rules]) -> Vec<Played> {
    let complete = rules.len() - 1;
    let folder = storm.write();
    let played = play_all(storm, &folder, rules);
    let calm = play_calm(storm, &folder, &rules[complete]);
    played[complete].check_calm(&calm);
    page::check(storm, rules, &played, &calm);
    played
}

/// `claim` holds for the runs at these places, and for no other: so whoever takes the control away fails it.
fn holds_only(played: &[Played], places: &[usize], claim: impl Fn(&Played) -> bool) {
    let held: Vec<usize> = (0..played.len()).filter(|place| claim(&played[*place])).collect();
    assert_eq!(held, places);
}

/// Did this supervisor set this mode?
fn latched(played: &Played, code: &str, mode: &str) -> bool {
    played.trips.iter().any(|trip| trip.code == code && trip.mode == mode)
}

/// Short positions are this desk's business.
const SHORTS: &str = "short_not_allowed = false\nmax_short = \"5%\"\n";
/// As large as `max_long` of the account.
const SHORTS_OF_ACCOUNT: &str = "short_not_allowed = false\nmax_short = \"10%\"\n";

#[test]
fn the_day_of_knight() {
    let executions = "repeated_execution = { same = \"5\", session = \"30\" }";
    let warnings = "max_gross_exposure = { warn = \"15%\" }\nwarn_escalation = { same = 10, window = \"60s\" }";
    let rules = [
        Rules::none(),
        Rules::only("D3 alone, `repeated_execution`", executions, ""),
        Rules::only("C3 alone, `max_long` and `max_short` 5 %", "max_long = \"5%\"\nmax_short = \"5%\"", ""),
        Rules::only("C4 alone, `max_gross_exposure` 30 %", "max_gross_exposure = \"30%\"", ""),
        Rules::only("a warning from 15 % on, and `warn_escalation`", warnings, ""),
        Rules::only("E1 alone, `daily_loss` 2 %, 3 %", "", "daily_loss = { limit = \"2%\", block = \"3%\" }"),
        Rules::all("all but D3", &format!("{SHORTS}repeated_execution = false"), SHORTS_OF_ACCOUNT),
        Rules::all("**all**: `conservative`, shorts allowed", SHORTS, SHORTS_OF_ACCOUNT),
    ];
    let storm = knight::storm();
    let played = check(&storm, &rules);
    let [none, .., complete] = &played[..] else { panic!("eight") };
    assert!(none.asked.orders > 40_000 && none.sent.orders * 100 > none.asked.orders * 99, "{none:?}");
    assert_eq!(complete.asked, none.asked);
    let million = |count: i128| count * 1_000_000 * 100_000_000;
    holds_only(&played, &[1, 7], |it| it.sent.orders < 50);
    holds_only(&played, &[1, 2, 3, 4, 5, 6, 7], |it| it.largest < million(1) / 4);
    holds_only(&played, &[1, 3, 4, 6, 7], |it| it.gross < million(5) / 4);
    holds_only(&played, &[4], |it| latched(it, "warn_escalation", "reduce_only"));
    holds_only(&played, &[5], |it| latched(it, "daily_loss", "halted"));
    holds_only(&played, &[1, 3, 4, 5, 6, 7], |it| it.sent.orders * 4 < it.asked.orders);
}

#[test]
fn the_day_of_hanmag() {
    let collar = "price_collar = { warn = \"1.5%\", block = \"2.5%\" }";
    let both = format!("{collar}\nfailure_breaker = {{ count = \"5\", window = \"60s\" }}");
    let desk = format!("{SHORTS}max_order_qty = \"100\"\n");
    let rules = [
        Rules::none(),
        Rules::only("B1 alone, `price_collar` 2.5 %", collar, ""),
        Rules::only("B1 and D4, `failure_breaker`", &both, ""),
        Rules::all("all but B1", &format!("{desk}price_collar = false"), SHORTS_OF_ACCOUNT),
        Rules::all("**all**: `conservative`, sizes and shorts allowed", &desk, SHORTS_OF_ACCOUNT),
    ];
    let storm = hanmag::storm();
    let played = check(&storm, &rules);
    assert_eq!((played[0].asked.orders, played[0].after.0.orders), (41_336, 10));
    assert!(played[0].sent.orders * 100 > played[0].asked.orders * 99, "{:?}", played[0]);
    holds_only(&played, &[1, 2, 4], |it| it.sent.orders == 0);
    // What is sound does not go either, until a person has looked: that is D4, and what came too often otherwise.
    holds_only(&played, &[0, 1], |it| it.after.1 == it.after.0);
    holds_only(&played, &[2, 4], |it| it.trips.len() == 1 && it.sent.orders == 0);
}

#[test]
fn a_price_that_is_no_number_is_not_even_read() {
    let folder =
        Folder::new("storm-infinity").with("A.csv", "ts,symbol,price,size\n2013-12-12T09:00:00+09:00,A,5000,1\n");
    folder.write("signals.csv", "ts,instrument,side,qty,type,limit\n2013-12-12T09:00:00+09:00,A.X,buy,10,limit,inf\n");
    let config = "[account]\ncurrency = \"KRW\"\ncash = \"1000000\"\n[[instrument]]\nid = \"A.X\"\ntick = \"5000\"\n\
                  lot = \"1\"\ncurrency = \"KRW\"\n[[data]]\ninstrument = \"A.X\"\npath = \"A.csv\"\n[[strategy]]\n\
                  id = \"a\"\nkind = \"signals\"\ninstruments = [\"A.X\"]\nparams = { path = \"signals.csv\" }\n";
    let ended = folder.with("qts.toml", config).qts("run qts.toml");
    assert!(ended.code == 4 && ended.err.contains("signals.csv:2:") && ended.err.contains("`inf`"), "{ended:?}");
}

#[test]
fn the_day_of_citi() {
    let (basket, finger) = ("cycle_notional = \"20%\"", "fat_finger = { multiple = \"5\", median = \"10\" }");
    let size = "max_order_qty = \"20000\"";
    let rate = "order_rate = { per_second = \"100\", burst = \"400\" }";
    let desk = format!("{SHORTS}{rate}\nrepeated_execution = {{ same = \"5\", session = \"1000\" }}\n{size}\n");
    let account = format!("{SHORTS_OF_ACCOUNT}{rate}\nmax_open_orders = \"400\"\n");
    let rules = [
        Rules::none(),
        Rules::only("B3 alone, `cycle_notional` 20 %", basket, ""),
        Rules::only("C1 alone, `max_order_qty` 20,000", size, ""),
        Rules::only("C1 and B2, `fat_finger` 5 × C1", &format!("{size}\n{finger}"), ""),
        Rules::only("C4 alone, `max_gross_exposure` 30 %", "max_gross_exposure = \"30%\"", ""),
        Rules::all("all but B2 and B3", &format!("{desk}fat_finger = false\ncycle_notional = false"), &account),
        Rules::all("**all**: `conservative`, baskets and shorts allowed", &format!("{desk}{finger}"), &account),
    ];
    let storm = citi::storm();
    let played = check(&storm, &rules);
    let none = &played[0];
    let billion = 1_000_000_000 * 100_000_000;
    assert_eq!((none.asked.orders, none.asked.notional / billion, none.sent), (349, 444, none.asked));
    holds_only(&played, &[1, 3, 6], |it| it.sent.orders == 0);
    // What was meant goes when a person has looked.
    assert_eq!(played[6].after.1, played[6].after.0);
    holds_only(&played, &[6], |it| latched(it, "failure_breaker", "halted"));
}
