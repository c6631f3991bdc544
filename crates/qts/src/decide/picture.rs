//! What is so when a cycle begins: time, market, books, working orders, equity and modes, with the contract's defaults.

use std::borrow::Cow;
use std::collections::BTreeMap;

use qts_core::{Books, Inst, Instruments, Market, Mode, Money, OrderId, Price, Qty, StrategyId, Ts, Working};
use qts_gate::{Pace, Standing};

use super::error::{Problem, shown};
use super::holdings;
use super::node::{Least, Node};
use super::setup::{Setup, instrument};

const MODES: [(&str, Mode); 4] =
    [("active", Mode::Active), ("reduce_only", Mode::ReduceOnly), ("halted", Mode::Halted), ("killed", Mode::Killed)];

/// The state of things that a cycle is judged on.
#[derive(Debug)]
pub(super) struct Picture<'a> {
    /// The time of the cycle.
    pub(super) now: Ts,
    /// The account's mode.
    pub(super) mode: Mode,
    /// The prices.
    pub(super) market: Market,
    /// Instruments whose quote was left out because its bid is above its ask.
    pub(super) crossed_quotes: Vec<Inst>,
    /// Every owner's book.
    pub(super) books: Books,
    /// Own orders at the market; an order's number is its place here, from 1.
    pub(super) working: Vec<Working>,
    /// Their ids in the input, by place.
    pub(super) order_ids: Vec<Cow<'a, str>>,
    /// The account's equity when the day began; `None` if a held instrument has no price.
    pub(super) day_start_equity: Option<Money>,
    /// Modes of instruments.
    pub(super) instrument_modes: BTreeMap<Inst, Mode>,
    /// What the account did lately: nothing is known of that.
    pub(super) pace: Pace,
    /// The strategies as they stand, where that differs from the config.
    pub(super) standings: Option<BTreeMap<StrategyId, Standing>>,
}

impl<'a> Picture<'a> {
    /// From `now`, `account`, `market`, `books`, `open_orders` and `modes` of a cycle.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub(super) fn read(setup: &Setup<'_>, parts: [Option<Node<'a>>; 6]) -> Result<Self, Problem> {
        let [now, account, market, books, open_orders, modes] = parts;
        let account = Account::read(account)?;
        let (now, market, crossed_quotes) = read_market(setup, now, market)?;
        let mut books = holdings::read_books(setup, &market, account.cash.unwrap_or(setup.cash), books)?;
        let (working, order_ids) = holdings::read_open_orders(setup, &mut books, open_orders)?;
        let (instrument_modes, standings) = read_modes(setup, modes)?;
        let day_start_equity = account.day_start_equity.or(account.equity).or_else(|| books.equity(&market));
        let mode = account.mode;
        let pace = Pace::new();
        Ok(Self {
            now,
            mode,
            market,
            crossed_quotes,
            books,
            working,
            order_ids,
            day_start_equity,
            instrument_modes,
            pace,
            standings,
        })
    }

    /// What the input calls an order.
    pub(super) fn order_name(&self, order: OrderId) -> &str {
        let place = usize::try_from(order.0).ok().and_then(|number| number.checked_sub(1));
        place.and_then(|place| self.order_ids.get(place)).map_or("", |id| id)
    }

    /// The working order that the input calls so.
    pub(super) fn order(&self, id: &str) -> Option<&Working> {
        let place = self.order_ids.iter().position(|known| known == id)?;
        self.working.get(place)
    }
}

/// What a cycle says of the account.
#[derive(Default)]
struct Account {
    cash: Option<Money>,
    equity: Option<Money>,
    day_start_equity: Option<Money>,
    mode: Mode,
}

impl Account {
    fn read(account: Option<Node<'_>>) -> Result<Self, Problem> {
        let Some(account) = account else { return Ok(Self::default()) };
        let keys = ["cash", "equity", "day_start_equity", "peak_equity", "mode"];
        let [cash, equity, day_start_equity, peak_equity, mode] = account.fields(keys)?;
        let money = |node: Option<Node<'_>>| node.map(Node::number::<Money>).transpose();
        // No control of the gate looks at the peak: the drawdown supervisor sets modes, and `mode` says them here.
        money(peak_equity)?;
        Ok(Self {
            cash: money(cash)?,
            equity: money(equity)?,
            day_start_equity: money(day_start_equity)?,
            mode: mode.map(|node| node.word(MODES)).transpose()?.unwrap_or_default(),
        })
    }
}

/// What a text says of one instrument's prices.
#[derive(Debug)]
pub(crate) struct Quoted<'a> {
    /// All that it says.
    pub(crate) node: Node<'a>,
    /// The last trade.
    pub(crate) last: Option<Price>,
    /// When all this was known.
    pub(crate) at: Option<Ts>,
    bid: Option<Price>,
    ask: Option<Price>,
    /// The last price of the session before.
    pub(crate) prev_close: Option<Price>,
    /// The mean daily volume of twenty sessions.
    pub(crate) adv20: Option<Qty>,
    /// Shares traded in this session.
    pub(crate) day_volume: Option<Qty>,
}

impl<'a> Quoted<'a> {
    fn read(node: Node<'a>) -> Result<Self, Problem> {
        let keys = ["last", "at", "bid", "ask", "prev_close", "adv20", "day_volume"];
        let [last, at, bid, ask, prev_close, adv20, day_volume] = node.fields(keys)?;
        let price = |node: Option<Node<'_>>| node.map(|node| node.number_from(Least::AboveZero)).transpose();
        let volume = |node: Option<Node<'_>>| node.map(|node| node.number_from(Least::Zero)).transpose();
        Ok(Self {
            node,
            last: price(last)?,
            at: at.map(Node::time).transpose()?,
            bid: price(bid)?,
            ask: price(ask)?,
            prev_close: price(prev_close)?,
            adv20: volume(adv20)?,
            day_volume: volume(day_volume)?,
        })
    }

    /// Bid and ask. Where a last trade is known nobody asks for their mid, so that a lone ask may stand for both: a
    /// purchase must not be valued below it. Any other half of a quote says nothing, nor does a crossed one.
    pub(crate) fn quote(&self) -> Option<(Price, Price)> {
        let bid = self.bid.or(self.last.and(self.ask));
        bid.zip(self.ask).filter(|_| !self.is_crossed())
    }

    /// Is the bid above the ask? Such a quote is no market, and is left out.
    pub(crate) fn is_crossed(&self) -> bool {
        self.bid.zip(self.ask).is_some_and(|(bid, ask)| bid > ask)
    }
}

/// What a text says of the prices of each instrument.
///
/// # Errors
/// The first thing that is wrong.
pub(crate) fn read_quoted<'a>(
    instruments: &Instruments,
    market: Option<Node<'a>>,
) -> Result<BTreeMap<Inst, Quoted<'a>>, Problem> {
    let mut quoted: BTreeMap<Inst, Quoted<'_>> = BTreeMap::new();
    for (key, node) in market.map(Node::entries).transpose()?.unwrap_or_default() {
        let inst = instrument(instruments, key)?;
        if quoted.insert(inst, Quoted::read(node)?).is_some() {
            return Err(key.twice(&key.text()?));
        }
    }
    Ok(quoted)
}

/// The instruments whose quotes are crossed.
pub(crate) fn crossed_quotes(quoted: &BTreeMap<Inst, Quoted<'_>>) -> Vec<Inst> {
    quoted.iter().filter(|(_, quoted)| quoted.is_crossed()).map(|(inst, _)| *inst).collect()
}

/// The time of the cycle, the prices, and whose quotes are crossed. Without `now` it is the newest time of the market; where no time is given at
/// all, everything is of one moment.
fn read_market(
    setup: &Setup<'_>,
    now: Option<Node<'_>>,
    market: Option<Node<'_>>,
) -> Result<(Ts, Market, Vec<Inst>), Problem> {
    let quoted = read_quoted(setup.instruments, market)?;
    let now = match now {
        Some(now) => now.time()?,
        None => quoted.values().filter_map(|quoted| quoted.at).max().unwrap_or_default(),
    };
    let crossed = crossed_quotes(&quoted);
    let mut prices = Market::new(setup.instruments.len());
    for (inst, quoted) in quoted {
        fill_in(&mut prices, inst, &quoted, (quoted.at.unwrap_or(now), now), setup);
    }
    Ok((now, prices, crossed))
}

/// What a cycle says of an instrument. The price before the last one is the previous close: no other is told.
fn fill_in(market: &mut Market, inst: Inst, quoted: &Quoted<'_>, (at, now): (Ts, Ts), setup: &Setup<'_>) {
    let Some(prices) = market.prices_mut(inst) else { return };
    prices.last = quoted.last.map(|last| (last, at));
    prices.quote = quoted.quote().map(|(bid, ask)| (bid, ask, at));
    prices.prev_close = quoted.prev_close;
    prices.is_base_told = quoted.prev_close.is_some();
    prices.before = quoted.prev_close;
    prices.is_first = true;
    prices.base = quoted.prev_close;
    prices.adv20 = quoted.adv20;
    prices.day_volume = quoted.day_volume;
    prices.interval = setup.interval(inst);
    prices.session = setup.session(inst, now);
}

/// Modes of instruments, and the strategies' standings if any of them has a mode.
type Modes = (BTreeMap<Inst, Mode>, Option<BTreeMap<StrategyId, Standing>>);

fn read_modes(setup: &Setup<'_>, modes: Option<Node<'_>>) -> Result<Modes, Problem> {
    let mut of_instruments: BTreeMap<Inst, Mode> = BTreeMap::new();
    let mut of_strategies: BTreeMap<&StrategyId, Mode> = BTreeMap::new();
    for (key, node) in modes.map(Node::entries).transpose()?.unwrap_or_default() {
        let id = key.text()?;
        let mode = node.word(MODES)?;
        let before = match (setup.strategy(&id), setup.instruments.find(&id)) {
            (Some(strategy), _) => of_strategies.insert(strategy, mode),
            (None, Some(inst)) => of_instruments.insert(inst, mode),
            (None, None) => {
                let problem = format!("`{}` is neither a strategy nor an instrument", shown(&id));
                return Err(key.problem(problem, "use an id of the config; the account's mode is `account.mode`"));
            }
        };
        if before.is_some() {
            return Err(key.twice(&id));
        }
    }
    let mut standings = (!of_strategies.is_empty()).then(|| setup.standings.clone());
    for (strategy, mode) in of_strategies {
        if let Some(standing) = standings.as_mut().and_then(|all| all.get_mut(strategy)) {
            standing.mode = mode;
        }
    }
    Ok((of_instruments, standings))
}
