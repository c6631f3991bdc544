//! The last known prices and their times.

use std::collections::VecDeque;

use crate::{Bar, Day, Inst, MarketEvent, Payload, Price, Qty, Scale, Slice, Span, Told, Ts};

/// How many sessions' volumes make a mean.
const SESSIONS_OF_A_MEAN: usize = 20;

/// The session in which an order sent now would first trade, as far as the market's own events tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// One runs; from its end on an order waits for the next.
    Until {
        /// Its end.
        end: Ts,
        /// Its date.
        day: Day,
        /// The date of the next.
        next: Day,
    },
    /// A bar told the whole of one: an order is as sent at the start of the next.
    Next {
        /// The date of the next.
        day: Day,
    },
}

/// What is known about one instrument's prices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prices {
    /// Last trade (or bar close) and when it was known.
    pub last: Option<(Price, Ts)>,
    /// Best bid and ask and when they were known.
    pub quote: Option<(Price, Price, Ts)>,
    /// Last price of the session before the one in which an order sent now would trade.
    pub prev_close: Option<Price>,
    /// The price to judge by before the newest one came; none before the first.
    pub before: Option<Price>,
    /// Is the newest price the first of its session?
    pub is_first: bool,
    /// Last price of the session before the one in which `last` was made: the base of its day's limits.
    pub base: Option<Price>,
    /// Did somebody who tells a market tell `prev_close`, as what the limits of an order sent now are reckoned from?
    pub is_base_told: bool,
    /// Mean daily volume of the twenty sessions before today, where known.
    pub adv20: Option<Qty>,
    /// Shares traded in this session, where known.
    pub day_volume: Option<Qty>,
    /// Usual distance of two events; absent for quotes and trades.
    pub interval: Option<Span>,
    /// Its market's hours, where known.
    pub session: Option<Session>,
    day: Option<Day>,
    /// Did its session make no price yet?
    is_untraded: bool,
    /// Shares traded in this session, as its events told.
    volume: Volume,
    told: Told,
}

/// Shares traded in one session. Its bars and its trades tell of the same shares, so the larger sum counts, not both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Volume {
    bars: Option<Qty>,
    trades: Option<Qty>,
    /// The session of which a bar told the whole: what comes after it is in it.
    whole: Option<Day>,
}

/// Prices of all instruments, by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Market {
    prices: Vec<Prices>,
    /// Volumes of the last sessions that had any events with volume, oldest first.
    volumes: Vec<VecDeque<Qty>>,
}

impl Volume {
    fn sum(&self) -> Option<Qty> {
        self.bars.max(self.trades)
    }

    fn add(sum: &mut Option<Qty>, volume: Qty) {
        *sum = sum.unwrap_or(Qty::ZERO).checked_add(volume);
    }

    /// The session is over; what traded in it.
    fn end(&mut self, whole: Option<Day>) -> Option<Qty> {
        let ended = self.sum();
        *self = Self { whole, ..Self::default() };
        ended
    }
}

impl Session {
    /// The date of the session in which an order sent at `now` would first trade.
    #[must_use]
    pub fn trading_day(&self, now: Ts) -> Day {
        match *self {
            Self::Until { end, day, .. } if now < end => day,
            Self::Until { next, .. } => next,
            Self::Next { day } => day,
        }
    }
}

impl Prices {
    /// The date on which an order sent at `now` would first trade; where nothing is known of its market's days, one on
    /// which the newest rules hold.
    #[must_use]
    pub fn trading_day(&self, now: Ts) -> Day {
        self.session.map_or(Day(i32::MAX), |session| session.trading_day(now))
    }

    /// The date of the session in which the newest price was made; without any, as [`Self::trading_day`].
    #[must_use]
    pub fn price_day(&self) -> Day {
        self.day.unwrap_or(Day(i32::MAX))
    }

    /// The price from which the limits of [`Self::trading_day`] are reckoned: the previous close; for a later day than
    /// that of the last price, the last price, unless somebody told which it is.
    #[must_use]
    pub fn limit_base(&self, now: Ts) -> Option<Price> {
        let is_over = self.day.is_some_and(|day| day < self.trading_day(now));
        let close = self.last.filter(|_| is_over && !self.is_base_told).map(|(price, _)| price);
        close.or(self.prev_close)
    }

    /// The price to judge by: last trade, else mid, else previous close.
    #[must_use]
    pub fn reference(&self) -> Option<Price> {
        let mid = || self.quote.map(|(bid, ask, _)| bid.mid(ask));
        self.last.map(|(price, _)| price).or_else(mid).or(self.prev_close)
    }

    /// The last trade, if it is no older than `max_age`; one from the future cannot be known yet.
    #[must_use]
    pub fn fresh_last(&self, now: Ts, max_age: Span) -> Option<Price> {
        self.last.filter(|(_, at)| is_fresh(*at, now, max_age)).map(|(price, _)| price)
    }

    /// The price at which two own books may trade: the last trade if fresh, else the mid if fresh.
    #[must_use]
    pub fn fair(&self, now: Ts, max_age: Span) -> Option<Price> {
        let quote = self.quote.filter(|(_, _, at)| is_fresh(*at, now, max_age));
        self.fresh_last(now, max_age).or_else(|| quote.map(|(bid, ask, _)| bid.mid(ask)))
    }

    /// How long `count` intervals of its data are; where they come at no regular one, a second stands for it.
    #[must_use]
    pub fn intervals(&self, count: u32) -> Span {
        self.interval.unwrap_or(Span::SECOND).times(count.into())
    }

    /// How old a price may be to count as fresh where no policy says so: three intervals, or 3 s.
    #[must_use]
    pub fn usual_age(&self) -> Span {
        self.intervals(3)
    }

    /// How old the newest price is; `None` if there is none yet. One from the future cannot be known yet.
    #[must_use]
    pub fn age(&self, now: Ts) -> Option<Span> {
        let times = [self.last.map(|(_, at)| at), self.quote.map(|(_, _, at)| at)];
        times.into_iter().flatten().filter(|at| *at <= now).max().map(|at| now.since(at))
    }

    /// Takes an event in; returns the volume of the session that is over with it, if one is.
    fn absorb(&mut self, event: &MarketEvent) -> Option<Qty> {
        let mut over = None;
        let is_first = self.day != Some(event.day) || self.is_untraded;
        if self.day.is_some_and(|day| day < event.day) {
            self.prev_close = self.last.map(|(price, _)| price);
            self.is_base_told = false;
            over = self.end_volume(None);
        }
        self.day = Some(event.day);
        self.session = Some(Session::Until { end: event.session_end, day: event.day, next: event.next_day });
        match event.payload {
            Payload::Bar(bar) => {
                // Where nobody traded, no price was made: what is held is worth what it was.
                let (close, is_untraded) = match self.last {
                    Some((last, _)) if !bar.volume.is_positive() => (last, true),
                    _ => (bar.close, false),
                };
                self.trade(close, event.ts);
                (self.is_first, self.is_untraded) = (is_first, is_first && is_untraded);
                self.count_bar(&bar, event);
                if bar.whole_session {
                    self.prev_close = self.last.map(|(price, _)| price);
                    self.session = Some(Session::Next { day: event.next_day });
                    over = self.end_volume(Some(event.day));
                }
            }
            Payload::Trade(trade) => {
                self.trade(trade.price, event.ts);
                (self.is_first, self.is_untraded) = (is_first, false);
                // Who tells no size tells nothing of volume.
                if trade.size.is_positive() && self.volume.whole != Some(event.day) {
                    Volume::add(&mut self.volume.trades, trade.size);
                    self.day_volume = self.volume.sum();
                }
            }
            // No market, so the last one that was a market grows old.
            Payload::Quote(quote) if quote.is_crossed() => {}
            Payload::Quote(quote) => {
                if self.last.is_none() {
                    self.before = self.reference();
                    self.is_first = is_first;
                }
                self.quote = Some((quote.bid, quote.ask, event.ts));
            }
        }
        self.told.note(event);
        over
    }

    /// The same prices and volumes on a new scale of shares; what was known when stays.
    fn rescale(&mut self, scale: Scale) {
        let price = |old: Option<Price>| old.and_then(|old| scale.price(old));
        self.last = self.last.and_then(|(old, at)| Some((scale.price(old)?, at)));
        self.quote = self.quote.and_then(|(bid, ask, at)| Some((scale.price(bid)?, scale.price(ask)?, at)));
        (self.prev_close, self.before, self.base) = (price(self.prev_close), price(self.before), price(self.base));
        let Volume { bars, trades, .. } = &mut self.volume;
        for volume in [&mut self.adv20, &mut self.day_volume, bars, trades] {
            *volume = volume.map(|old| scale.qty(old));
        }
    }

    fn trade(&mut self, price: Price, at: Ts) {
        self.before = self.reference();
        self.base = self.prev_close;
        self.last = Some((price, at));
    }

    /// Counts a bar's volume, unless shorter bars told a part of it before.
    fn count_bar(&mut self, bar: &Bar, event: &MarketEvent) {
        if self.told.by_shorter_bars(bar, event.ts) || self.volume.whole == Some(event.day) {
            return;
        }
        Volume::add(&mut self.volume.bars, bar.volume);
        self.day_volume = self.volume.sum();
    }

    /// The session is over: what traded in it, as its events told.
    fn end_volume(&mut self, whole: Option<Day>) -> Option<Qty> {
        self.day_volume = None;
        self.volume.end(whole)
    }
}

/// The mean of the volumes of twenty sessions; `None` while there are fewer.
fn mean(volumes: &VecDeque<Qty>) -> Option<Qty> {
    let sum: i128 = volumes.iter().map(|volume| i128::from(volume.units())).sum();
    let count = i128::try_from(SESSIONS_OF_A_MEAN).ok()?;
    (volumes.len() == SESSIONS_OF_A_MEAN).then(|| i64::try_from(sum / count).ok().and_then(Qty::from_units))?
}

fn is_fresh(at: Ts, now: Ts, max_age: Span) -> bool {
    at <= now && now.since(at) <= max_age
}

impl Market {
    /// Nothing known yet about `count` instruments.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self { prices: vec![Prices::default(); count], volumes: vec![VecDeque::new(); count] }
    }

    /// What is known about an instrument.
    #[must_use]
    pub fn prices(&self, inst: Inst) -> Option<&Prices> {
        self.prices.get(inst.0 as usize)
    }

    /// As [`Self::prices`], to fill in.
    pub fn prices_mut(&mut self, inst: Inst) -> Option<&mut Prices> {
        self.prices.get_mut(inst.0 as usize)
    }

    /// The price to value a holding at.
    #[must_use]
    pub fn mark(&self, inst: Inst) -> Option<Price> {
        self.prices(inst)?.reference()
    }

    /// Brings what is known of an instrument to a new scale of shares, prices floored to 10⁻⁸: the next price is no jump,
    /// and the next day's limits are reckoned from the close as it is on the new scale, whatever tick that falls on.
    pub fn rescale(&mut self, inst: Inst, scale: Scale) {
        let place = inst.0 as usize;
        if let Some(prices) = self.prices.get_mut(place) {
            prices.rescale(scale);
        }
        self.volumes.get_mut(place).into_iter().flatten().for_each(|volume| *volume = scale.qty(*volume));
    }

    /// Takes in a slice.
    pub fn absorb(&mut self, slice: &Slice) {
        for event in &slice.events {
            let place = event.instrument.0 as usize;
            let Some(prices) = self.prices.get_mut(place) else { continue };
            if let Some(volume) = prices.absorb(event) {
                let volumes = &mut self.volumes[place];
                volumes.push_back(volume);
                if volumes.len() > SESSIONS_OF_A_MEAN {
                    volumes.pop_front();
                }
                prices.adv20 = mean(volumes).or(prices.adv20);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bar, Quote, Trade};

    const A: Inst = Inst(0);

    fn bar(day: i32, price: i32, volume: i32, whole_session: bool) -> MarketEvent {
        let (ts, price) = (Ts(i64::from(day) * 100), Price::whole(price));
        let (open, high, low, close, volume) = (price, price, price, price, Qty::whole(volume));
        let bar = Bar { from: ts, open, high, low, close, volume, whole_session };
        let session_end = Ts(ts.0 + 50);
        MarketEvent {
            instrument: A,
            ts,
            day: Day(day),
            session_end,
            next_day: Day(day + 1),
            payload: Payload::Bar(bar),
        }
    }

    fn market(events: impl IntoIterator<Item = MarketEvent>) -> Prices {
        let mut market = Market::new(1);
        for event in events {
            market.absorb(&Slice { ts: event.ts, events: vec![event] });
        }
        *market.prices(A).expect("one")
    }

    #[test]
    fn the_mean_volume_is_of_the_twenty_sessions_before_today() {
        let daily = |days: i32| market((1..=days).map(|day| bar(day, 100, day * 10, true)));
        assert_eq!(daily(19).adv20, None);
        assert_eq!(daily(20).adv20, Some(Qty::whole(105)));
        assert_eq!(daily(21).adv20, Some(Qty::whole(115)), "the oldest is forgotten");
        // Two bars a day: the day that runs does not count yet.
        let twice = |days: i32| market((1..=days).flat_map(|day| [bar(day, 100, day * 5, false); 2]));
        assert_eq!(twice(20).adv20, None);
        assert_eq!((twice(21).adv20, twice(21).day_volume), (Some(Qty::whole(105)), Some(Qty::whole(210))));
    }

    #[test]
    fn a_mean_that_was_told_stays_and_no_mean_is_made_of_what_has_no_size() {
        let sale = |day: i32, size: Qty| {
            let payload = Payload::Trade(Trade { price: Price::whole(100), size });
            MarketEvent { payload, ..bar(day, 100, 1, false) }
        };
        assert_eq!(market((1..=30).map(|day| sale(day, Qty::ZERO))).adv20, None);
        let mut market = Market::new(1);
        for day in 1..=20 {
            market.absorb(&Slice { ts: Ts(0), events: vec![sale(day, Qty::whole(7))] });
            let prices = market.prices_mut(A).expect("one");
            (prices.adv20, prices.day_volume) = (Some(Qty::whole(5)), Some(Qty::whole(9)));
        }
        assert_eq!(market.prices(A).and_then(|prices| prices.adv20), Some(Qty::whole(5)));
        market.absorb(&Slice { ts: Ts(0), events: vec![sale(21, Qty::whole(7))] });
        let prices = market.prices(A).expect("one");
        assert_eq!((prices.adv20, prices.day_volume), (Some(Qty::whole(7)), Some(Qty::whole(7))));
    }

    fn sold(ts: i64, size: i32) -> MarketEvent {
        let payload = Payload::Trade(Trade { price: Price::whole(100), size: Qty::whole(size) });
        MarketEvent { ts: Ts(ts), payload, ..bar(1, 100, 1, false) }
    }

    fn lasting(from: i64, to: i64, volume: i32, whole_session: bool) -> MarketEvent {
        let event = bar(1, 100, volume, whole_session);
        let Payload::Bar(bar) = event.payload else { return event };
        MarketEvent { ts: Ts(to), payload: Payload::Bar(Bar { from: Ts(from), ..bar }), ..event }
    }

    #[test]
    fn shares_that_bars_and_trades_tell_of_are_counted_once() {
        let volume = |events: &[MarketEvent]| market(events.iter().copied()).day_volume.map(|qty| qty.to_string());
        assert_eq!(volume(&[sold(101, 3), sold(104, 4), lasting(100, 110, 7, false)]).as_deref(), Some("7"));
        assert_eq!(volume(&[sold(101, 3), lasting(100, 110, 7, false)]).as_deref(), Some("7"), "some trades untold");
        assert_eq!(volume(&[lasting(100, 110, 7, false), sold(111, 3)]).as_deref(), Some("7"));
        let minutes = [lasting(100, 110, 7, false), lasting(110, 120, 2, false), lasting(100, 120, 9, false)];
        assert_eq!(volume(&minutes).as_deref(), Some("9"), "the longer bar tells of both again");
        let separate = [lasting(100, 110, 7, false), lasting(110, 130, 9, false)];
        assert_eq!(volume(&separate).as_deref(), Some("16"));
    }

    #[test]
    fn what_comes_after_the_bar_of_a_whole_session_belongs_to_it() {
        let mut seen = market((1..=20).map(|day| bar(day, 100, 10, true)));
        assert_eq!(seen.adv20, Some(Qty::whole(10)));
        let late = |ts, event| MarketEvent { ts: Ts(ts), day: Day(20), ..event };
        for event in [late(2_001, lasting(2_000, 2_001, 5, false)), late(2_001, sold(0, 5))] {
            assert_eq!(seen.absorb(&event), None);
        }
        assert_eq!(seen.day_volume, None);
        assert_eq!(seen.absorb(&bar(21, 100, 10, false)), None, "no session of those five shares");
    }

    #[test]
    fn a_crossed_quote_is_no_market_and_a_locked_one_is() {
        let quoted = |ts, bid, ask| {
            let (bid, ask, size) = (Price::whole(bid), Price::whole(ask), Qty::whole(1));
            let payload = Payload::Quote(Quote { bid, ask, bid_size: size, ask_size: size });
            MarketEvent { ts: Ts(ts), payload, ..bar(1, 100, 1, false) }
        };
        let good = (Price::whole(99), Price::whole(101), Ts(10));
        let seen = market([quoted(10, 99, 101), quoted(12, 105, 95)]);
        assert_eq!((seen.quote, seen.age(Ts(15))), (Some(good), Some(Span(5))), "the good one grows old");
        assert_eq!(market([quoted(10, 105, 95)]).reference(), None);
        assert_eq!(market([quoted(10, 100, 100)]).reference(), Some(Price::whole(100)));
    }

    #[test]
    fn a_price_is_compared_with_the_one_before_it_and_with_the_base_of_its_own_day() {
        let seen = |events: &[MarketEvent]| {
            let prices = market(events.iter().copied());
            (prices.before, prices.base, prices.is_first)
        };
        let won = |price| Some(Price::whole(price));
        assert_eq!(seen(&[bar(1, 100, 1, true)]), (None, None, true));
        assert_eq!(seen(&[bar(1, 100, 1, true), bar(2, 130, 1, true)]), (won(100), won(100), true));
        let intraday = [bar(1, 100, 1, false), bar(2, 110, 1, false), bar(2, 120, 1, false)];
        assert_eq!(seen(&intraday[..2]), (won(100), won(100), true));
        assert_eq!(seen(&intraday), (won(110), won(100), false));
    }

    #[test]
    fn a_new_scale_divides_prices_and_multiplies_volumes() {
        let mut market = Market::new(1);
        for day in 1..=20 {
            market.absorb(&Slice { ts: Ts(0), events: vec![bar(day, 100 + day, 10, true)] });
        }
        market.rescale(A, "50".parse().expect("a ratio"));
        let prices = *market.prices(A).expect("one");
        let cents = |cents: i64| Price::from_units(cents * 1_000_000);
        assert_eq!((prices.last.map(|(price, _)| price), prices.prev_close), (cents(240), cents(240)));
        assert_eq!((prices.before, prices.base, prices.adv20), (cents(238), cents(238), Some(Qty::whole(500))));
        market.absorb(&Slice { ts: Ts(0), events: vec![bar(21, 2, 520, true)] });
        assert_eq!(market.prices(A).and_then(|prices| prices.adv20), Some(Qty::whole(501)), "nineteen of 500, and 520");
    }

    #[test]
    fn a_bar_without_volume_makes_no_price() {
        let halted = [bar(1, 100, 1, true), bar(2, 130, 0, true), bar(3, 100, 0, true)];
        let prices = market(halted);
        assert_eq!((prices.last, prices.prev_close), (Some((Price::whole(100), Ts(300))), Some(Price::whole(100))));
        assert_eq!(prices.trading_day(Ts(300)), Day(4));
        let prices = market(halted.into_iter().chain([bar(4, 160, 1, true)]));
        assert_eq!(
            (prices.before, prices.base, prices.is_first),
            (Some(Price::whole(100)), Some(Price::whole(100)), true)
        );
        assert_eq!((prices.last, prices.prev_close), (Some((Price::whole(160), Ts(400))), Some(Price::whole(160))));
        assert_eq!(market([bar(1, 90, 0, true)]).reference(), Some(Price::whole(90)), "better than none");
        let minutes = [bar(1, 100, 1, false), bar(2, 100, 0, false), bar(2, 120, 1, false), bar(2, 121, 1, false)];
        assert!(market(minutes[..3].iter().copied()).is_first, "nobody traded before it on its day");
        assert!(!market(minutes).is_first);
    }

    #[test]
    fn the_limits_of_the_next_session_are_reckoned_from_the_close_of_this_one() {
        let prices = market([bar(3, 100, 1, false), bar(4, 120, 1, false)]);
        assert_eq!([449, 450].map(|now| prices.limit_base(Ts(now))), [100, 120].map(|price| Some(Price::whole(price))));
        let whole = market([bar(3, 100, 1, true), bar(4, 120, 1, true)]);
        assert_eq!(whole.limit_base(Ts(400)), Some(Price::whole(120)));
        let told = Prices { is_base_told: true, prev_close: Some(Price::whole(90)), ..prices };
        assert_eq!(told.limit_base(Ts(450)), Some(Price::whole(90)), "who tells a market tells its base");
        let session = Some(Session::Until { end: Ts(450), day: Day(4), next: Day(4) });
        let early = Prices { session, ..prices };
        assert_eq!(early.limit_base(Ts(450)), Some(Price::whole(100)), "its day is still to open");
    }

    #[test]
    fn an_order_trades_on_the_day_that_runs_or_on_the_next() {
        let intraday = market([bar(3, 100, 1, false)]);
        assert_eq!([349, 350].map(|now| intraday.trading_day(Ts(now))), [Day(3), Day(4)]);
        assert_eq!(market([bar(3, 100, 1, true)]).trading_day(Ts(300)), Day(4), "the bar told the whole session");
        assert_eq!(Prices::default().trading_day(Ts(0)), Day(i32::MAX));
    }

    #[test]
    fn the_newest_of_trade_and_quote_tells_the_age() {
        let trade = Payload::Trade(Trade { price: Price::whole(100), size: Qty::whole(1) });
        let (bid, ask, size) = (Price::whole(99), Price::whole(101), Qty::whole(1));
        let quote = Payload::Quote(Quote { bid, ask, bid_size: size, ask_size: size });
        let at = |ts: i64, payload| MarketEvent { ts: Ts(ts), payload, ..bar(1, 100, 1, false) };
        let prices = market([at(10, trade), at(30, quote)]);
        assert_eq!(prices.age(Ts(35)), Some(Span(5)));
        assert_eq!(prices.age(Ts(20)), Some(Span(10)), "the quote is not known yet");
        assert_eq!(prices.age(Ts(5)), None);
        assert_eq!(prices.session, Some(Session::Until { end: Ts(150), day: Day(1), next: Day(2) }));
    }
}
