//! What a run prints at its end: decisions first, money last and small.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write;
use std::time::Duration;

use qts_core::{Book, Inst, Instruments, Money, Qty, Stage};
use qts_gate::StrategyState;
use qts_runtime::Runtime;
use qts_venues::feed::Report;
use serde::Serialize;

use crate::adjust;
use crate::cli::Format;
use crate::config::Config;
use crate::exit::Trouble;
use crate::hint::Hint;
use crate::jumps;
use crate::look::Look;
use crate::run::Record;
use crate::settlement::Due;
use crate::table::{Cell, Column, Table};
use crate::tally::Ended;
use crate::trips;

/// Times of a run; the engine's cover the cycles only.
#[derive(Debug, Default)]
pub(crate) struct Clocks {
    pub(crate) elapsed: Duration,
    pub(crate) engine: Duration,
    pub(crate) engine_cpu: Duration,
}

/// The summary; field names are part of the contract.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    schema: u32,
    /// Was the run ended before its data and its limits?
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) interrupted: bool,
    events: u64,
    cycles: u64,
    strategies: usize,
    evaluations: u64,
    intents: u64,
    verdicts: BTreeMap<&'static str, u64>,
    reasons: BTreeMap<&'static str, u64>,
    arbitration: Arbitration,
    orders: u64,
    order_parts: u64,
    fills: u64,
    late_fills: u64,
    rejects: u64,
    cancels: u64,
    ended: Ended,
    open_orders: u64,
    not_sent: u64,
    failures: BTreeMap<String, u64>,
    quarantined: Vec<String>,
    refused_commands: Vec<String>,
    #[serde(flatten)]
    trips: trips::Rows,
    unused_commands: usize,
    adjustments: Vec<adjust::Row>,
    pub(crate) unused_adjustments: usize,
    bad_rows: u64,
    bad_row_list: Vec<String>,
    pub(crate) data: Data,
    account: Account,
    books: BTreeMap<String, BookSummary>,
    #[serde(skip)]
    by_strategy: BTreeMap<String, [u64; 4]>,
    #[serde(skip)]
    last_failure: BTreeMap<String, String>,
    elapsed_s: f64,
    engine_s: f64,
    engine_cpu_s: f64,
    peak_rss_bytes: u64,
    state_hash: String,
    /// What to change, if one control cut most of what was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<Hint>,
}

/// What the data files held, odd things first of all.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Data {
    /// Rows read.
    rows: u64,
    /// Quotes left out because their bid is above their ask: no market.
    crossed_quotes: u64,
    /// Quotes with shares on one side only: nothing fills on the other.
    one_sided_quotes: u64,
    /// Bars on which nothing was traded, so that nothing fills.
    bars_without_volume: u64,
    /// How often bars left out a part of their market's hours between two of them.
    gaps: u64,
    /// Prices that jumped from one session to the next.
    pub(crate) jumps: Vec<jumps::Row>,
}

impl Data {
    /// Of all files together.
    fn new(report: &Report) -> Self {
        Self {
            rows: report.rows(),
            crossed_quotes: report.sum(|source| source.crossed_quotes),
            one_sided_quotes: report.sum(|source| source.one_sided_quotes),
            bars_without_volume: report.sum(|source| source.bars_without_volume),
            gaps: report.sum(|source| source.gaps),
            jumps: Vec::new(),
        }
    }

    /// A line on what is odd, if anything is.
    fn line(&self) -> Option<String> {
        let Self { crossed_quotes, one_sided_quotes, bars_without_volume, gaps, .. } = *self;
        let odd = [
            (crossed_quotes, "crossed quote left out", "crossed quotes left out"),
            (one_sided_quotes, "quote with shares on one side only", "quotes with shares on one side only"),
            (bars_without_volume, "bar without volume", "bars without volume"),
            (gaps, "gap between bars", "gaps between bars"),
        ];
        let told = odd.into_iter().filter(|(count, _, _)| *count > 0).map(|(count, one, many)| some(count, one, many));
        let told: Vec<String> = told.collect();
        (!told.is_empty()).then(|| format!("data     {}", told.join(" · ")))
    }
}

#[derive(Debug, Serialize)]
struct Arbitration {
    conflicts: u64,
    merged: u64,
    crosses: u64,
    blocked: u64,
}

/// The account.
#[derive(Debug, Serialize)]
pub(crate) struct Account {
    id: String,
    currency: String,
    mode: &'static str,
    cash: String,
    /// What it is worth; `None` while a holding has no price.
    pub(crate) equity: Option<String>,
    fees: String,
    /// What of the cash is still to be settled, where that is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    unsettled: Option<Vec<Due>>,
    positions: BTreeMap<String, String>,
}

/// A book.
#[derive(Debug, Serialize)]
pub(crate) struct BookSummary {
    positions: BTreeMap<String, String>,
    cash_flow: String,
    fees: String,
    realized: String,
}

impl Summary {
    /// Everything there is to say at the end of a run.
    pub(crate) fn new(
        config: &Config,
        runtime: &mut Runtime,
        instruments: &Instruments,
        report: &Report,
        record: &Record,
        clocks: &Clocks,
        unused_commands: usize,
    ) -> Self {
        let tally = &record.tally;
        let arbitration = Arbitration {
            conflicts: tally.conflicts,
            merged: tally.merged,
            crosses: tally.crosses,
            blocked: tally.blocked,
        };
        let stages = [Stage::Pass, Stage::Warn, Stage::Reduce, Stage::Block];
        let named =
            |map: &BTreeMap<qts_core::StrategyId, u64>| map.iter().map(|(id, n)| (id.to_string(), *n)).collect();
        Self {
            schema: 1,
            interrupted: false,
            events: tally.events,
            cycles: tally.cycles,
            strategies: config.strategies.len(),
            evaluations: tally.evaluations,
            intents: tally.intents,
            verdicts: stages.iter().zip(tally.verdicts).map(|(stage, n)| (stage.as_str(), n)).collect(),
            reasons: tally.reasons.iter().map(|(code, n)| (code.as_str(), *n)).collect(),
            arbitration,
            orders: tally.orders,
            order_parts: tally.order_parts,
            fills: tally.fills,
            late_fills: tally.late_fills,
            rejects: tally.ended.rejected,
            cancels: tally.cancels,
            ended: tally.ended,
            open_orders: tally.open_orders(),
            not_sent: tally.not_sent,
            failures: named(&tally.failures),
            quarantined: quarantined(runtime),
            refused_commands: tally.refused_commands.clone(),
            trips: tally.trips.rows(instruments),
            unused_commands,
            adjustments: tally.adjusted.rows(instruments),
            unused_adjustments: 0,
            bad_rows: report.bad_rows(),
            bad_row_list: report.listed().map(|r| format!("{}:{}: {}", r.file.display(), r.line, r.reason)).collect(),
            data: Data::new(report),
            account: Account {
                unsettled: Some(record.settlement.unsettled()),
                ..account(config, runtime, instruments)
            },
            books: books(config, runtime, instruments),
            by_strategy: tally.by_strategy.iter().map(|(id, counts)| (id.to_string(), *counts)).collect(),
            last_failure: tally.last_failure.iter().map(|(id, text)| (id.to_string(), text.clone())).collect(),
            elapsed_s: clocks.elapsed.as_secs_f64(),
            engine_s: clocks.engine.as_secs_f64(),
            engine_cpu_s: clocks.engine_cpu.as_secs_f64(),
            peak_rss_bytes: peak_rss_bytes(),
            state_hash: runtime.state_hash(),
            hint: tally.cuts.hint(config),
        }
    }

    /// Prints it.
    pub(crate) fn write(&self, format: Format, look: Look, out: &mut impl Write) -> Result<(), Trouble> {
        match format {
            Format::Json => {
                serde_json::to_writer_pretty(&mut *out, self).map_err(std::io::Error::from)?;
                writeln!(out)?;
            }
            Format::Table => write!(out, "{}", self.table(look))?,
        }
        out.flush()?;
        Ok(())
    }

    fn table(&self, look: Look) -> String {
        let mut text = String::new();
        if self.interrupted {
            text += "interrupted: this is what was done by then\n\n";
        }
        self.funnel(look, &mut text);
        self.reasons_table(look, &mut text);
        text.push_str(&self.trips.table(look));
        self.strategy_table(look, &mut text);
        self.troubles(&mut text);
        self.oddities(&mut text);
        self.footer(&mut text);
        if let Some(hint) = &self.hint {
            text += "\n";
            text += &hint.render();
        }
        text
    }

    /// intents = pass + warn + reduce + block; what is not blocked leaves as orders or crosses.
    fn funnel(&self, look: Look, text: &mut String) {
        let of = |stage: Stage| {
            let count = self.verdicts.get(stage.as_str()).copied().unwrap_or(0);
            format!("{count} {}", look.verdict(stage))
        };
        let (pass, warn, reduce, block) = (of(Stage::Pass), of(Stage::Warn), of(Stage::Reduce), of(Stage::Block));
        let Self { events, cycles, strategies, evaluations, intents, .. } = self;
        let Arbitration { conflicts, merged, crosses, blocked } = self.arbitration;
        let (orders, fills, open) = (self.orders, self.fills, self.open_orders);
        let alone = orders.saturating_sub(merged);
        let together = self.order_parts.saturating_sub(alone);
        let Ended { filled, canceled, expired, rejected, never_arrived } = self.ended;
        let lost = if never_arrived > 0 { format!(" + {never_arrived} never arrived") } else { String::new() };
        let not_sent =
            if self.not_sent > 0 { format!("; {} not sent after all", self.not_sent) } else { String::new() };
        let strategies = some(*strategies as u64, "strategy", "strategies");
        let _ = write!(
            text,
            "{events} events · {cycles} cycles · {strategies} · {evaluations} evaluations\n\n\
             decisions {intents:>10}   = {pass} + {warn} + {reduce} + {block}\n\
             arbitration {conflicts:>8}   conflicts · {blocked} blocked · {crosses} crosses\n\
             orders {orders:>13}   = {alone} for one decision + {merged} for several ({together} together){not_sent}\n\
             {:22} = {filled} filled + {canceled} canceled + {expired} expired + {rejected} rejected{lost} + {open} open\n\
             fills {fills:>14}\n",
            "",
        );
    }

    fn reasons_table(&self, look: Look, text: &mut String) {
        if self.reasons.is_empty() {
            return;
        }
        let mut sorted: Vec<_> = self.reasons.iter().collect();
        sorted.sort_by_key(|(code, count)| (std::cmp::Reverse(**count), **code));
        text.push_str("\nreasons\n");
        let mut table = Table::new(vec![Column::codes().at_least(24), Column::numbers().at_least(7)]).indented(2);
        sorted.into_iter().for_each(|(code, count)| table.row([(*code).into(), count.to_string().into()]));
        *text += &table.render(look);
    }

    fn strategy_table(&self, look: Look, text: &mut String) {
        let count = Column::numbers().at_least(6);
        let columns = vec![Column::codes().at_least(8), count, count, count, count, Column::items()];
        let mut table = Table::new(columns);
        let stages = [Stage::Pass, Stage::Warn, Stage::Reduce, Stage::Block].map(Cell::verdict);
        table.row([Cell::from("strategy")].into_iter().chain(stages).chain(["holds at the end".into()]));
        let owners: BTreeSet<&String> = self.books.keys().chain(self.by_strategy.keys()).collect();
        for id in owners {
            let counts = self.by_strategy.get(id).copied().unwrap_or_default();
            let positions = self.books.get(id).into_iter().flat_map(|book| &book.positions);
            let held: Vec<String> = positions.map(|(inst, qty)| format!("{qty} {inst}")).collect();
            let held = if held.is_empty() { "nothing".to_owned() } else { held.join(", ") };
            let counts = counts.map(|count| Cell::from(count.to_string()));
            table.row([Cell::from(id.as_str())].into_iter().chain(counts).chain([held.into()]));
        }
        *text += "\n";
        *text += &table.render(look);
    }

    fn troubles(&self, text: &mut String) {
        for (id, count) in &self.failures {
            let last = self.last_failure.get(id).map_or("", String::as_str);
            let quarantined = if self.quarantined.contains(id) { ", quarantined" } else { "" };
            let _ = writeln!(text, "\n{id} failed {}{quarantined}; last: {last}", some(*count, "time", "times"));
        }
        for refused in &self.refused_commands {
            let _ = writeln!(text, "\ncommand refused: {refused}");
        }
        if self.unused_commands > 0 {
            let _ =
                writeln!(text, "\n{} not reached", some(self.unused_commands as u64, "command was", "commands were"));
        }
        if self.account.mode != "active" {
            let _ = writeln!(text, "\nthe account is {}", self.account.mode);
        }
    }

    /// What was adjusted in the data, and what looks as if it should be.
    fn oddities(&self, text: &mut String) {
        text.push_str(&adjust::lines(&self.adjustments));
        if self.unused_adjustments > 0 {
            let unused = some(self.unused_adjustments as u64, "adjustment was", "adjustments were");
            let _ = writeln!(text, "\n{unused} not used: the data has no session before and one from that day on");
        }
        if !self.data.jumps.is_empty() {
            text.push('\n');
            text.push_str(&jumps::told(&self.data.jumps));
        }
    }

    fn footer(&self, text: &mut String) {
        let Account { currency, cash, equity, fees, .. } = &self.account;
        let equity = equity.as_deref().unwrap_or("unknown (a holding has no price)");
        let hash = self.state_hash.get(..16).unwrap_or_default();
        let data = self.data.line().map(|line| format!("\n{line}")).unwrap_or_default();
        let _ = writeln!(text, "{data}\naccount  cash {cash} {currency} · equity {equity} · fees {fees}");
        self.unsettled(text);
        let _ = writeln!(text, "state {hash} · {:.2} s, engine {:.2} s", self.elapsed_s, self.engine_s);
    }

    /// What of the cash is still to come, or to go.
    fn unsettled(&self, text: &mut String) {
        let due = self.account.unsettled.as_deref().unwrap_or_default();
        if !due.is_empty() {
            let due: Vec<String> = due.iter().map(|due| due.words(&self.account.currency)).collect();
            let _ = writeln!(text, "unsettled  {}", due.join(" · "));
        }
    }
}

/// A count and what is counted.
pub(crate) fn some(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn quarantined(runtime: &mut Runtime) -> Vec<String> {
    let is_out =
        |(_, standing): &(&qts_core::StrategyId, &qts_gate::Standing)| standing.state == StrategyState::Quarantined;
    runtime.registry().standings().iter().filter(is_out).map(|(id, _)| id.to_string()).collect()
}

/// The account as it stands.
pub(crate) fn account(config: &Config, runtime: &Runtime, instruments: &Instruments) -> Account {
    let books = runtime.books();
    let positions = books.positions().unwrap_or_default();
    Account {
        id: config.account.id.clone(),
        currency: config.account.currency.clone(),
        mode: runtime.mode().as_str(),
        cash: books.cash().to_string(),
        equity: books.equity(runtime.market()).map(|equity| equity.to_string()),
        fees: books.fees().to_string(),
        unsettled: None,
        positions: named_positions(positions.into_iter(), instruments),
    }
}

fn named_positions(
    positions: impl Iterator<Item = (Inst, Qty)>,
    instruments: &Instruments,
) -> BTreeMap<String, String> {
    let held = positions.filter(|(_, qty)| !qty.is_zero());
    held.map(|(inst, qty)| (instruments.name(inst), qty.to_string())).collect()
}

/// Every configured strategy's book, every other that was ever used, and the unassigned one.
pub(crate) fn books(config: &Config, runtime: &Runtime, instruments: &Instruments) -> BTreeMap<String, BookSummary> {
    let empty = Book::default();
    let ids = config.strategies.iter().map(|spec| spec.id.clone()).chain([qts_core::StrategyId::unassigned()]);
    let configured = ids.map(|id| (id.to_string(), summarize(runtime.books().get(&id).unwrap_or(&empty), instruments)));
    let used = runtime.books().iter().map(|(id, book)| (id.to_string(), summarize(book, instruments)));
    configured.chain(used).collect()
}

fn summarize(book: &Book, instruments: &Instruments) -> BookSummary {
    let money = |money: Money| money.to_string();
    BookSummary {
        positions: named_positions(book.holdings().map(|(inst, held)| (inst, held.position)), instruments),
        cash_flow: money(book.cash_flow),
        fees: money(book.fees),
        realized: money(book.realized),
    }
}

/// The most memory this process ever held, where the system tells (Linux); 0 elsewhere.
fn peak_rss_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
