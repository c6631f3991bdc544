//! `qts run CONFIG` at phase 5: one strategy, one instrument, daily bars, the simulated broker.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use qts_core::{
    Bar, Day, Inst, Instrument, InstrumentId, Instruments, MarketEvent, Mode, Money, Payload, Qty, Ratio, Slice,
    StrategyId, TickTable, Ts,
};
use qts_gate::{RiskPolicy, Standing, StrategyState};
use qts_runtime::{Effects, Input, Runtime};
use qts_strategy::{Param, Params};
use qts_venues::sim::{SimBroker, SimConfig};
use serde::Deserialize;

#[derive(Deserialize)]
struct Config {
    cash: String,
    instrument: String,
    tick: String,
    data: String,
    max_risk_score: String,
    strategy: BTreeMap<String, String>,
}

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    match (args.next().as_deref(), args.next()) {
        (Some("run"), Some(config)) => run(Path::new(&config)),
        _ => bail!("usage: qts run CONFIG"),
    }
}

fn run(path: &Path) -> Result<()> {
    let text = std::fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
    let config: Config = toml::from_str(&text).with_context(|| format!("failed to read {}", path.display()))?;
    let instruments = Arc::new(instruments(&config)?);
    let params: Params = config.strategy.iter().map(|(k, v)| (k.clone(), Param::Text(v.clone()))).collect();
    let kind = qts_strategies::kind("simple").context("failed to find the kind `simple`")?;
    let strategy = (kind.build)(params, &instruments)?();
    let cash: Money = config.cash.parse()?;
    let mut runtime =
        Runtime::new(Arc::clone(&instruments), cash, StrategyId::new("simple"), strategy, standing(&config)?);
    let mut broker = SimBroker::new(SimConfig::default(), instruments);
    let (mut intents, mut orders, mut fills) = (0, 0, 0);
    let data = path.parent().unwrap_or(Path::new(".")).join(&config.data);
    let mut reports = Vec::new();
    for slice in bars(&data)? {
        broker.on_slice(&slice, &mut reports);
        let mut effects = Effects::default();
        for report in reports.drain(..) {
            runtime.step(&Input::Report(report), &mut effects);
        }
        let ts = slice.ts;
        runtime.step(&Input::Slice(slice), &mut effects);
        intents += effects.decisions.len();
        fills += effects.fills;
        for order in &effects.placed {
            broker.place(order, ts);
            orders += 1;
        }
    }
    let cash = runtime.books().cash();
    writeln!(std::io::stdout(), "intents {intents}\norders {orders}\nfills {fills}\ncash {cash}")?;
    Ok(())
}

fn instruments(config: &Config) -> Result<Instruments> {
    let instrument = Instrument {
        id: InstrumentId::new(&config.instrument).context("an instrument is SYMBOL.VENUE")?,
        ticks: TickTable::flat(config.tick.parse()?),
        lot: Qty::whole(1),
        quantity_step: Qty::whole(1),
        daily_limit: None,
        short_ban: false,
        commission: Ratio::ZERO,
        sale_tax: Ratio::ZERO,
        minor_unit: "0.01".parse()?,
    };
    Instruments::new(vec![instrument]).map_err(|id| anyhow::anyhow!("{id} stands there twice"))
}

fn standing(config: &Config) -> Result<Standing> {
    let mut policy = RiskPolicy::built_in("phase5").context("failed to find the policy `phase5`")?;
    policy.strategy.max_risk_score = Some(config.max_risk_score.parse()?);
    Ok(Standing {
        rank: 100,
        state: StrategyState::Active,
        mode: Mode::Active,
        policy: Arc::new(policy),
        budget: None,
        median_order: BTreeMap::new(),
    })
}

fn bars(path: &Path) -> Result<Vec<Slice>> {
    let mut reader = csv::Reader::from_path(path).with_context(|| format!("failed to read {}", path.display()))?;
    let mut slices = Vec::new();
    for row in reader.records() {
        let row = row?;
        let cell = |place: usize| row.get(place).context("a column is missing");
        let date: jiff::civil::Date = cell(0)?.parse()?;
        let day = date.since(jiff::civil::date(1970, 1, 1))?.get_days();
        let ts = Ts((i64::from(day) * 86_400 + 57_600) * 1_000_000_000);
        let bar = Bar {
            open: cell(1)?.parse()?,
            high: cell(2)?.parse()?,
            low: cell(3)?.parse()?,
            close: cell(4)?.parse()?,
            volume: cell(5)?.parse()?,
            whole_session: true,
        };
        let event = MarketEvent { instrument: Inst(0), ts, day: Day(day), session_end: ts, payload: Payload::Bar(bar) };
        slices.push(Slice { ts, events: vec![event] });
    }
    Ok(slices)
}
