//! What a config says, typed: plain data that the rest of the binary is wired from.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;
use qts_core::{
    Cycle, Dated, Day, Inst, Instrument, InstrumentId, Instruments, Money, Price, Qty, Ratio, Scale, Span, StrategyId,
    Ts,
};
use qts_gate::{ArbitrationRule, RiskPolicy, StrategyState};
use qts_strategy::Params;
use qts_venues::hours::Hours;
use qts_venues::markets::Days;

use crate::kinds::Kinds;

use super::origins::Origins;
use super::source::{Place, Source};

/// A whole config, checked.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Its file, for errors found later.
    pub(crate) source: Arc<Source>,
    /// The kinds of strategies there are.
    pub(crate) kinds: Kinds,
    /// `[account]`.
    pub(crate) account: AccountSpec,
    /// `[[calendar]]`, in the order written.
    pub(crate) calendars: Vec<CalendarSpec>,
    /// `[[instrument]]`, in the order written.
    pub(crate) instruments: Vec<InstrumentSpec>,
    /// The same instruments, numbered: every [`Inst`] here is one of its numbers.
    pub(crate) registry: Instruments,
    /// `[[data]]`.
    pub(crate) data: Vec<DataSpec>,
    /// `[[strategy]]`.
    pub(crate) strategies: Vec<StrategySpec>,
    /// `[[position]]`.
    pub(crate) positions: Vec<PositionSpec>,
    /// All policies by name, `extends` resolved, the built-in ones included.
    pub(crate) policies: BTreeMap<String, RiskPolicy>,
    /// Where the controls of each policy come from.
    pub(super) origins: BTreeMap<String, Origins>,
    /// `arbitration.rule`.
    pub(crate) rule: ArbitrationRule,
    /// `[broker]`.
    pub(crate) broker: BrokerSpec,
    /// `[quarantine]`.
    pub(crate) quarantine: Quarantine,
    /// `[[command]]`, in the order written.
    pub(crate) commands: Vec<CommandSpec>,
    /// `[[adjustment]]`, by day.
    pub(crate) adjustments: Vec<AdjustmentSpec>,
    /// `[journal]`.
    pub(crate) journal: Option<JournalSpec>,
}

/// Where a run is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JournalSpec {
    /// Its folder as written.
    pub(crate) path: String,
    /// The same from here: relative ones start at the config's folder.
    pub(crate) folder: PathBuf,
    /// When what is kept is durable, if told.
    pub(crate) durability: Option<Durability>,
    /// Where the path stands.
    pub(crate) place: Place,
}

/// When what a journal took is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Before anything of the cycle leaves.
    Cycle,
    /// After so much time at most; what leaves waits for it.
    Group(Span),
    /// At the end: the inputs can be read again.
    Replayable,
}

/// The account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccountSpec {
    /// Its name, by default `main`.
    pub(crate) id: String,
    /// Its currency.
    pub(crate) currency: String,
    /// Its cash at the start.
    pub(crate) cash: Money,
    /// The policy of the account scope.
    pub(crate) policy: String,
    /// Where its cash stands.
    pub(crate) cash_place: Place,
    /// Where it names its policy, if it does.
    pub(crate) policy_place: Option<Place>,
}

/// An instrument, and what of it is not the core's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InstrumentSpec {
    /// Its id.
    pub(crate) id: InstrumentId,
    /// Its trading rules; the commission is its own or the broker's.
    pub(crate) instrument: Instrument,
    /// Its currency, which is the account's.
    pub(crate) currency: String,
    /// When it trades.
    pub(crate) hours: Arc<Hours>,
    /// The name of these hours among those of its class.
    pub(crate) hours_name: Option<String>,
    /// After so many trading days a trade is settled.
    pub(crate) settlement: Dated<u32>,
    /// The class whose tables it uses, and the first day for which they were made.
    pub(crate) tables: Option<(String, Day)>,
    /// Where its id stands.
    pub(crate) place: Place,
}

/// A file of a user's own closed and special days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CalendarSpec {
    /// Of which market.
    pub(crate) market: String,
    /// The path from here.
    pub(crate) file: PathBuf,
    /// What it says.
    pub(crate) days: Arc<Days>,
    /// Where its path stands.
    pub(crate) place: Place,
}

/// What a bar's time says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stamp {
    /// When it begins.
    Open,
    /// When it ends.
    Close,
    /// Only its session's date.
    Date,
}

/// What to do about a row that cannot be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum OnBadRow {
    /// Stop with an error.
    #[default]
    Error,
    /// Count it, list it, go on.
    Skip,
}

/// A file of market data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DataSpec {
    /// Whose prices.
    pub(crate) instrument: Inst,
    /// The path as written.
    pub(crate) path: String,
    /// The path from here: relative ones start at the config's folder.
    pub(crate) file: PathBuf,
    /// What a bar's time says.
    pub(crate) stamp: Option<Stamp>,
    /// The length of a bar.
    pub(crate) interval: Option<Span>,
    /// The zone of times without an offset.
    pub(crate) tz: Option<String>,
    /// What to do about bad rows.
    pub(crate) on_bad_row: OnBadRow,
    /// Where the path stands.
    pub(crate) place: Place,
}

/// A strategy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StrategySpec {
    /// Its id, unique.
    pub(crate) id: StrategyId,
    /// Its name, by default the id.
    pub(crate) name: String,
    /// Its kind; `None` where its intents come from outside (`decide`, `serve`): see `Config::require_kinds`.
    pub(crate) kind: Option<String>,
    /// What it subscribes to, in the order written.
    pub(crate) instruments: Vec<Inst>,
    /// How it starts.
    pub(crate) state: StrategyState,
    /// Lower ranks first.
    pub(crate) rank: i64,
    /// The policy of its scope.
    pub(crate) policy: String,
    /// What its book may hold at cost.
    pub(crate) budget: Option<Money>,
    /// Parameters of its kind.
    pub(crate) params: Params,
    /// Where its id stands.
    pub(crate) place: Place,
    /// Where some of its keys stand.
    pub(crate) places: StrategyPlaces,
    /// Where `params` stands, and each parameter by its path (`qty`, `steps[1].qty`): key and value.
    pub(crate) param_places: (Place, BTreeMap<String, (Place, Place)>),
}

/// Where some keys of a strategy stand, as far as they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct StrategyPlaces {
    /// The name of its policy.
    pub(crate) policy: Option<Place>,
    /// Its budget.
    pub(crate) budget: Option<Place>,
    /// Its instruments, in the order of `instruments`.
    pub(crate) instruments: Vec<Place>,
}

/// An opening position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PositionSpec {
    /// Whose book: a configured strategy's, or the unassigned one.
    pub(crate) owner: StrategyId,
    /// In what.
    pub(crate) instrument: Inst,
    /// How many shares; negative is short.
    pub(crate) qty: Qty,
    /// At what average price.
    pub(crate) price: Price,
    /// Where its quantity stands.
    pub(crate) place: Place,
}

/// A new scale of an instrument's shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AdjustmentSpec {
    /// Whose shares.
    pub(crate) instrument: Inst,
    /// The day of the first session on the new scale, on the market's own calendar.
    pub(crate) date: Date,
    /// New shares for old ones.
    pub(crate) scale: Scale,
    /// What for.
    pub(crate) reason: Option<String>,
    /// Where its date stands.
    pub(crate) place: Place,
}

/// When a resting limit order fills in the simulation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum LimitFill {
    /// When the market trades through its limit.
    #[default]
    Through,
    /// When the market touches its limit.
    Touch,
}

/// The simulated broker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct BrokerSpec {
    /// Slippage of market orders, in ticks.
    pub(crate) slippage_ticks: u32,
    /// Commission of instruments without their own.
    pub(crate) commission: Ratio,
    /// The largest part of a bar's volume that an order may take; `None`: all of it and more.
    pub(crate) max_volume_share: Option<Ratio>,
    /// When limit orders fill.
    pub(crate) limit_fill: LimitFill,
}

/// When a failing strategy is taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quarantine {
    /// After this many failures …
    pub(crate) failures: u32,
    /// … within this many cycles.
    pub(crate) within_cycles: u64,
    /// More intents than this in a cycle are a failure.
    pub(crate) max_intents_per_cycle: u32,
}

impl Default for Quarantine {
    fn default() -> Self {
        Self { failures: 3, within_cycles: 1000, max_intents_per_cycle: 64 }
    }
}

/// When a command is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// At the first cycle not before this instant.
    At(Ts),
    /// In this cycle.
    Cycle(Cycle),
}

/// Whom a command means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// Everything.
    Account,
    /// One strategy.
    Strategy(StrategyId),
    /// One instrument.
    Instrument(Inst),
}

/// What a command does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// Adds a strategy.
    Register(Box<StrategySpec>),
    /// Starts a fresh instance.
    Enable,
    /// Stops it, cancels its orders, keeps its position.
    Disable,
    /// Lets only reducing parts pass.
    ReduceOnly,
    /// Judges and records, admits nothing.
    Shadow,
    /// Closes what is held.
    Flatten,
    /// Removes a strategy with a flat book.
    Unregister,
    /// Removes a strategy and gives what it holds to the unassigned book.
    UnregisterToUnassigned,
    /// Blocks new orders and cancels working ones.
    Kill,
    /// Undoes a latched mode.
    Rearm,
    /// Judges by this policy from then on.
    SetPolicy(String),
}

/// A scheduled operator command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommandSpec {
    /// When.
    pub(crate) when: When,
    /// What.
    pub(crate) action: Action,
    /// To whom.
    pub(crate) target: Target,
    /// Why.
    pub(crate) reason: Option<String>,
    /// Where `do` stands.
    pub(crate) place: Place,
}
