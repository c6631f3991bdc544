//! Config → runtime, feed, broker, schedule: everything a run needs, put together.

use std::path::Path;
use std::sync::Arc;

use qts_core::{Books, Cycle, Inst, Instruments, Money, Session, Span, Ts};
use qts_runtime::{self as rt, QuarantineRule, Registration, Runtime, Schedule, Setup};
use qts_strategies::KindSpec;
use qts_strategy::{Factory, Intents, MarketEvent, ParamError, Strategy, StrategyError, View};
use qts_venues::calendar::SessionClock;
use qts_venues::feed::{self, Merge, SourceSpec};
use qts_venues::sim::{self, SimBroker, SimConfig};
use toml::de::DeTable;

use crate::adjust::Adjustments;
use crate::config::{
    self, Action, CommandSpec, Config, ConfigError, ConfigErrors, DataSpec, Source, StrategySpec, Target, When,
};
use crate::exit::Trouble;
use crate::kinds::Kinds;
use crate::signals;

/// Everything a run needs.
pub(crate) struct Wired {
    pub(crate) runtime: Runtime,
    pub(crate) feed: Merge,
    pub(crate) broker: SimBroker,
    pub(crate) schedule: Schedule,
    pub(crate) adjustments: Adjustments,
    pub(crate) instruments: Arc<Instruments>,
}

/// Reads a config.
pub(crate) fn load(path: &Path, kinds: &Kinds) -> Result<Config, Trouble> {
    Ok(config::load(path, kinds, &wrong_params)?)
}

/// Reads a config that was kept.
pub(crate) fn load_kept(source: Source, kinds: &Kinds) -> Result<Config, Trouble> {
    Ok(config::parse_kept(source, kinds, &wrong_params)?)
}

/// Reads a config that stands in a table of a file.
pub(crate) fn load_table(file: &Arc<Source>, table: DeTable<'_>, kinds: &Kinds) -> Result<Config, Trouble> {
    Ok(config::parse_table(file, "[config]", table, Vec::new(), kinds, &wrong_params)?)
}

/// Puts a run together.
pub(crate) fn wire(config: &Config) -> Result<Wired, Trouble> {
    config.require_kinds()?;
    let (runtime, schedule, instruments) = core(config)?;
    let feed = Merge::open(sources(config)?)?;
    let held = config.positions.iter().map(|position| (position.instrument, position.qty));
    let clocks = config.registry.iter().map(|(inst, _)| session_clock(config, inst)).collect::<Result<_, _>>()?;
    let broker = SimBroker::new(sim_config(config), Arc::clone(&instruments)).holding(held).with_hours(clocks);
    let adjustments = Adjustments::new(config);
    Ok(Wired { runtime, feed, broker, schedule, adjustments, instruments })
}

/// Puts together what decides: the runtime with its strategies, and the scheduled commands. Strategies without a kind,
/// whose intents come from outside, never say anything of their own.
pub(crate) fn core(config: &Config) -> Result<(Runtime, Schedule, Arc<Instruments>), Trouble> {
    let instruments = Arc::new(config.registry.clone());
    let mut runtime = Runtime::new(setup(config, &instruments));
    let mut built = registrations(config, config.all_strategies())?;
    let later = built.split_off(config.strategies.len());
    for registration in built {
        // The config reader refuses duplicate and reserved ids.
        runtime.registry().register(registration).map_err(|error| Trouble::Failure(error.to_string()))?;
    }
    Ok((runtime, schedule(config, later)?, instruments))
}

/// It lives outside: what it wants comes in from there.
struct Silent;

impl Strategy for Silent {
    fn on_event(&mut self, _: &View<'_>, _: &MarketEvent, _: &mut Intents) -> Result<(), StrategyError> {
        Ok(())
    }
}

fn setup(config: &Config, instruments: &Arc<Instruments>) -> Setup {
    let mut books = Books::with_cash(config.account.cash);
    for position in &config.positions {
        let cost = Money::of(position.price, position.qty);
        books.book_mut(&position.owner).open_with(position.instrument, position.qty, cost);
    }
    let quarantine = QuarantineRule {
        failures: config.quarantine.failures as usize,
        within_cycles: config.quarantine.within_cycles,
        max_intents_per_cycle: config.quarantine.max_intents_per_cycle as usize,
    };
    Setup {
        instruments: Arc::clone(instruments),
        intervals: intervals(&config.data),
        books,
        account_policy: policy(config, &config.account.policy),
        rule: config.rule,
        quarantine,
        stop: qts_loop::StopPolicy::default(),
    }
}

/// The shortest interval of each instrument's bars.
pub(crate) fn intervals(data: &[DataSpec]) -> Vec<(Inst, Span)> {
    let mut shortest: std::collections::BTreeMap<Inst, Span> = std::collections::BTreeMap::new();
    for spec in data {
        let of_dates = (spec.stamp == Some(config::Stamp::Date)).then_some(Span::DAY);
        if let Some(interval) = spec.interval.or(of_dates) {
            let known = shortest.entry(spec.instrument).or_insert(interval);
            *known = interval.min(*known);
        }
    }
    shortest.into_iter().collect()
}

/// The session in which an order sent at `now` would first trade. Of an instrument with daily bars, `now` is taken for
/// the end of one.
pub(crate) fn session(clock: &mut SessionClock, interval: Option<Span>, now: Ts) -> Session {
    if interval.is_some_and(|interval| interval >= Span::DAY) {
        return Session::Next { day: clock.trading_day(now) };
    }
    let session = clock.at(now);
    if clock.is_open(now) {
        return Session::Until { end: session.close, day: session.day, next: session.next };
    }
    Session::Until { end: now, day: session.day, next: clock.trading_day(now) }
}

fn policy(config: &Config, name: &str) -> Arc<qts_gate::RiskPolicy> {
    // The config reader refuses unknown policies; an empty policy would be open, so fall back to the tight one.
    let built_in = || qts_gate::RiskPolicy::built_in("conservative").unwrap_or_default();
    Arc::new(config.policies.get(name).cloned().unwrap_or_else(built_in))
}

/// What is wrong with the parameters of strategies whose kind is known, as far as no file need be read for it.
fn wrong_params(config: &Config) -> Vec<ConfigError> {
    let wrong = |spec: &StrategySpec| {
        let kind = config.kinds.find(spec.kind.as_deref()?)?;
        let errors = match kind.name {
            "signals" => unknown_params(spec, &["path"]),
            _ => build(config, spec, kind).err().unwrap_or_default(),
        };
        Some(errors.iter().map(|error| config.param_error(spec, error)).collect::<Vec<_>>())
    };
    config.all_strategies().filter_map(wrong).flatten().collect()
}

/// Builds these strategies; all complaints about parameters at once.
pub(crate) fn registrations<'a>(
    config: &Config,
    specs: impl Iterator<Item = &'a StrategySpec>,
) -> Result<Vec<Registration>, Trouble> {
    let (mut built, mut wrong) = (Vec::new(), Vec::new());
    for spec in specs {
        match factory(config, spec)? {
            Ok(factory) => built.push(registration(config, spec, factory)),
            Err(errors) => wrong.extend(errors.iter().map(|error| config.param_error(spec, error))),
        }
    }
    if wrong.is_empty() { Ok(built) } else { Err(ConfigErrors::new(wrong).into()) }
}

fn factory(config: &Config, spec: &StrategySpec) -> Result<Result<Factory, Vec<ParamError>>, Trouble> {
    Ok(match config.kinds.find(spec.kind.as_deref().unwrap_or_default()) {
        Some(kind) if kind.name == "signals" => signals::factory(config, spec)?.map_err(|error| vec![error]),
        Some(kind) => build(config, spec, kind),
        None if spec.kind.is_none() => Ok(Arc::new(|| Box::new(Silent))),
        None => Err(vec![ParamError::new("kind", "is unknown")]),
    })
}

fn build(config: &Config, spec: &StrategySpec, kind: &KindSpec) -> Result<Factory, Vec<ParamError>> {
    let unknown = unknown_params(spec, kind.params);
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let made = (kind.build)(spec.params.clone(), &config.registry);
    made.and_then(|factory| whole_lots(config, spec).map(|()| factory)).map_err(|error| vec![error])
}

/// A misspelt parameter is said first: that another is missing only follows from it.
fn unknown_params(spec: &StrategySpec, known: &[&str]) -> Vec<ParamError> {
    let mut left = spec.params.clone();
    for name in known {
        left.take(name);
    }
    let next = || {
        let error = left.clone().finish(known).err()?;
        left.take(&error.key);
        Some(error)
    };
    std::iter::from_fn(next).collect()
}

/// A quantity that is off the lot could only ever fail; better said before the run.
fn whole_lots(config: &Config, spec: &StrategySpec) -> Result<(), ParamError> {
    let Ok(Some(qty)) = spec.params.clone().optional::<qts_core::Qty>("qty", "a quantity") else { return Ok(()) };
    let off =
        spec.instruments.iter().filter_map(|inst| config.registry.get(*inst)).find(|i| !qty.is_multiple_of(i.lot));
    match off {
        None => Ok(()),
        Some(instrument) => {
            let (id, lot) = (&instrument.id, instrument.lot);
            Err(ParamError::new("qty", format!("is {qty}, which is no whole number of lots of {id} (lot {lot})")))
        }
    }
}

fn registration(config: &Config, spec: &StrategySpec, factory: Factory) -> Registration {
    Registration {
        id: spec.id.clone(),
        name: spec.name.clone(),
        instruments: spec.instruments.clone(),
        rank: spec.rank,
        state: spec.state,
        policy: policy(config, &spec.policy),
        budget: spec.budget,
        factory,
    }
}

/// The commands; `later` are the strategies that they register, in order.
fn schedule(config: &Config, later: Vec<Registration>) -> Result<Schedule, Trouble> {
    let mut later = later.into_iter();
    let mut commands = Vec::new();
    for spec in &config.commands {
        let when = match spec.when {
            When::At(at) => rt::When::At(at),
            When::Cycle(cycle) => rt::When::Cycle(cycle),
        };
        commands.push((when, command(config, spec, &mut later)?));
    }
    Ok(Schedule::new(commands))
}

/// A command; `later` are the strategies that commands register, in order.
pub(crate) fn command(
    config: &Config,
    spec: &CommandSpec,
    later: &mut impl Iterator<Item = Registration>,
) -> Result<rt::Command, Trouble> {
    let target = match &spec.target {
        Target::Account => rt::Target::Account,
        Target::Strategy(id) => rt::Target::Strategy(id.clone()),
        Target::Instrument(inst) => rt::Target::Instrument(*inst),
    };
    let reason = spec.reason.clone().unwrap_or_default();
    Ok(rt::Command { action: action(config, &spec.action, later)?, target, reason })
}

fn action(
    config: &Config,
    action: &Action,
    later: &mut impl Iterator<Item = Registration>,
) -> Result<rt::Action, Trouble> {
    Ok(match action {
        Action::Register(_) => {
            let registration = later.next().ok_or_else(|| {
                Trouble::Failure("nothing to register, which is a fault of qts: please report it".to_owned())
            })?;
            rt::Action::Register(Box::new(registration))
        }
        Action::Enable => rt::Action::Enable,
        Action::Disable => rt::Action::Disable,
        Action::ReduceOnly => rt::Action::ReduceOnly,
        Action::Shadow => rt::Action::Shadow,
        Action::Flatten => rt::Action::Flatten,
        Action::Unregister => rt::Action::Unregister { to_unassigned: false },
        Action::UnregisterToUnassigned => rt::Action::Unregister { to_unassigned: true },
        Action::Kill => rt::Action::Kill,
        Action::Rearm => rt::Action::Rearm,
        Action::SetPolicy(name) => rt::Action::SetPolicy(policy(config, name)),
    })
}

/// Where the data comes from, file by file.
pub(crate) fn sources(config: &Config) -> Result<Vec<SourceSpec>, Trouble> {
    config.data.iter().map(|spec| source(config, spec)).collect()
}

fn source(config: &Config, spec: &DataSpec) -> Result<SourceSpec, Trouble> {
    let instrument = config.registry.get(spec.instrument);
    let symbol = instrument.map(|found| found.id.symbol().to_owned()).unwrap_or_default();
    let clock = session_clock(config, spec.instrument)?;
    Ok(SourceSpec {
        instrument: spec.instrument,
        symbol,
        path: spec.file.clone(),
        stamp: spec.stamp.map(|stamp| match stamp {
            config::Stamp::Open => feed::Stamp::Open,
            config::Stamp::Close => feed::Stamp::Close,
            config::Stamp::Date => feed::Stamp::Date,
        }),
        interval: spec.interval,
        tz: spec.tz.clone(),
        on_bad_row: match spec.on_bad_row {
            config::OnBadRow::Error => feed::OnBadRow::Error,
            config::OnBadRow::Skip => feed::OnBadRow::Skip,
        },
        clock,
    })
}

/// The sessions of an instrument.
pub(crate) fn session_clock(config: &Config, inst: Inst) -> Result<SessionClock, Trouble> {
    let instrument = config.registry.get(inst);
    let listed = config.instruments.iter().find(|listed| instrument.is_some_and(|found| found.id == listed.id));
    let clock = match listed {
        Some(listed) => SessionClock::of(Arc::clone(&listed.hours)),
        None => SessionClock::new(None, "UTC"),
    };
    clock.map_err(|error| Trouble::Failure(format!("failed to {error}")))
}

const fn sim_config(config: &Config) -> SimConfig {
    SimConfig {
        slippage_ticks: config.broker.slippage_ticks,
        max_volume_share: config.broker.max_volume_share,
        limit_fill: match config.broker.limit_fill {
            config::LimitFill::Through => sim::LimitFill::Through,
            config::LimitFill::Touch => sim::LimitFill::Touch,
        },
    }
}

/// The next cycle's number, for what is scheduled by cycle.
pub(crate) const fn next_cycle(runtime: &Runtime) -> Cycle {
    Cycle(runtime.cycle_number().0 + 1)
}

/// A time as people write it, with the offset of UTC.
pub(crate) fn rfc3339(ts: Ts) -> String {
    jiff::Timestamp::from_nanosecond(ts.0.into()).map_or_else(|_| ts.0.to_string(), |time| time.to_string())
}
