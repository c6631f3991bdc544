//! How far a run is, on one line of a terminal that goes away at its end. Without a terminal nothing is written.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Nobody needs a line about what is over at once.
const FIRST: Duration = Duration::from_millis(300);
/// Faster than this nobody reads.
const EVERY: Duration = Duration::from_millis(100);
/// To the line's beginning, and nothing on it.
const CLEAR: &str = "\r\u{1b}[K";

/// The line.
#[derive(Debug)]
pub(crate) struct Progress {
    started: Instant,
    /// When it may be written next; `None` for never.
    due: Option<Instant>,
    shown: bool,
}

impl Progress {
    /// A line on standard error, if that is a terminal and nobody wants quiet.
    pub(crate) fn new(quiet: bool) -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let wanted = !quiet && !dumb && std::io::stderr().is_terminal();
        let started = Instant::now();
        Self { started, due: wanted.then(|| started + FIRST), shown: false }
    }

    /// So many decisions were made; `share` says how much was read, and of how much.
    pub(crate) fn show(&mut self, decisions: u64, share: impl FnOnce() -> (u64, u64)) {
        let Some(due) = self.due else { return };
        let now = Instant::now();
        if now < due {
            return;
        }
        self.due = Some(now + EVERY);
        self.shown = true;
        let line = line(now - self.started, decisions, share());
        // A terminal that takes no line is no reason to stop.
        let _ = write!(std::io::stderr(), "{CLEAR}{line}");
    }

    /// Takes the line away, before something else is written.
    pub(crate) fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            let _ = write!(std::io::stderr(), "{CLEAR}");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

fn line(elapsed: Duration, decisions: u64, (read, total): (u64, u64)) -> String {
    let seconds = elapsed.as_secs_f64().max(0.001);
    let rate = grouped((decisions as f64 / seconds) as u64);
    let counts = format!("{} decisions · {rate}/s", grouped(decisions));
    if read == 0 || total == 0 {
        return counts;
    }
    let share = (read as f64 / total as f64).min(1.0);
    let left = (seconds * (1.0 - share) / share).ceil() as u64;
    format!("{:3.0}% · {counts} · {} left", (share * 100.0).floor(), time(left))
}

/// A count with its thousands apart.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let first = digits.len() % 3;
    let comma = |place: usize| place > 0 && place % 3 == first;
    digits.chars().enumerate().map(|(place, c)| if comma(place) { format!(",{c}") } else { c.to_string() }).collect()
}

fn time(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn the_line_says_how_far_how_fast_and_how_long() {
        let lines = [
            line(Duration::from_millis(500), 123, (10, 1000)),
            line(Duration::from_secs(2), 1_234_567, (999, 1000)),
            line(Duration::from_secs(100), 12_345, (2, 100)),
            line(Duration::from_secs(1000), 0, (1, 100)),
            line(Duration::from_secs(1), 5, (100, 100)),
            line(Duration::from_secs(1), 100, (5, 0)),
        ];
        expect![[r#"
              1% · 123 decisions · 246/s · 50 s left
             99% · 1,234,567 decisions · 617,283/s · 1 s left
              2% · 12,345 decisions · 123/s · 1 h 21 min left
              1% · 0 decisions · 0/s · 27 h 30 min left
            100% · 5 decisions · 5/s · 0 s left
            100 decisions · 100/s"#]]
        .assert_eq(&lines.join("\n"));
    }
}
