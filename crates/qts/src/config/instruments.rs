//! `[[instrument]]`: presets, spelled-out keys, defaults.

use std::sync::Arc;

use qts_core::{
    DailyLimit, Dated, Day, Instrument, InstrumentId, Instruments, Money, OrderLimit, Price, Qty, Ratio, TickTable,
};
use qts_venues::hours::{Hours, TradingDays, Windows};

use super::account::AccountBase;
use super::classes::{self, Preset};
use super::code::Code;
use super::names::Names;
use super::reader::{Item, Log, Table};
use super::scalars::Bound;
use super::source::Place;
use super::spec::{CalendarSpec, InstrumentSpec};

/// All instruments in the order written; their ids and numbers go into `names`.
pub(super) fn read(
    root: &mut Table<'_>,
    account: &AccountBase,
    calendars: &[CalendarSpec],
    names: &mut Names<'_>,
) -> Vec<InstrumentSpec> {
    let log = root.log;
    let rows = root.rows("instrument");
    let specs: Vec<InstrumentSpec> =
        rows.into_iter().filter_map(|row| read_one(row, account, calendars, names)).collect();
    let registry = Instruments::new(specs.iter().map(|spec| spec.instrument.clone()).collect());
    names.registry = registry.unwrap_or_else(|id| {
        log.push(log.error(Code::DuplicateId, Place::default(), format!("`{id}` stands here twice")).help("keep one"));
        Instruments::default()
    });
    specs
}

fn read_one(
    mut row: Table<'_>,
    account: &AccountBase,
    calendars: &[CalendarSpec],
    names: &mut Names<'_>,
) -> Option<InstrumentSpec> {
    let id_item = row.require("id", "\"005930.KRX\"");
    let place = id_item.as_ref().map_or(row.place, |item| item.place);
    let id = id_item.and_then(|item| read_id(&item, names));
    let class = row.take("class");
    let venue = id.as_ref().map_or("", InstrumentId::venue);
    let preset = classes::read(&mut row, class.as_ref(), venue, calendars);
    // A class that is wrong is one error, not one more for each key that it would have brought.
    let must_spell = class.is_none() || preset.is_some();
    let preset = preset.as_ref();

    let ticks = read_ticks(&mut row, preset, must_spell);
    let (lot, quantity_step) = read_lot(&mut row, preset);
    let currency = read_currency(&mut row, preset, account);
    let hours = read_hours(&mut row, preset);
    let rules = read_market_rules(&mut row, preset, account, class.is_some());
    row.finish();

    let settlement = preset.map_or(Dated::always(0), |preset| preset.rules.settlement.clone());
    let tables = preset.map(|preset| (preset.class.clone(), preset.rules.begins));
    let hours_name = preset.map(|preset| preset.hours.clone());
    let instrument = rules.build(id?, ticks?, lot, quantity_step, &currency);
    let (id, hours) = (instrument.id.clone(), Arc::new(hours));
    Some(InstrumentSpec { id, instrument, currency, hours, hours_name, settlement, tables, place })
}

/// The hours of its class; or the session that it spells out, every day on which its market trades.
fn read_hours(row: &mut Table<'_>, preset: Option<&Preset>) -> Hours {
    let tz = row.take("tz").map(|item| item.zone());
    let session = row.take("session").map(|item| (item.place, item.session()));
    if let (Some((place, _)), None, None) = (&session, &tz, preset) {
        need_zone(row.log, *place);
    }
    let session = session.and_then(|(_, session)| session);
    let Some(own) = preset.map(|preset| &preset.rules.hours) else {
        let tz = tz.flatten().unwrap_or_else(|| "UTC".to_owned());
        return Hours::every_day(session.unwrap_or_else(Windows::whole_day), &tz);
    };
    if session.is_none() && tz.is_none() {
        return own.clone();
    }
    // Days with hours of their own trade in the time of the market's zone, not in that of this one.
    let days = TradingDays { special: open_weekends(own, session.as_ref()), ..own.days.clone() };
    let usual = session.map_or_else(|| own.usual.clone(), Dated::always);
    Hours { tz: tz.flatten().unwrap_or_else(|| own.tz.clone()), usual, days }
}

/// Special days that would be closed otherwise stay open.
fn open_weekends(own: &Hours, session: Option<&Windows>) -> std::collections::BTreeMap<Day, Windows> {
    let mut usual = own.clone();
    usual.days.special.clear();
    let opened = own.days.special.keys().filter(|day| !usual.is_open(**day));
    opened.map(|day| (*day, session.unwrap_or_else(|| own.usual.on(*day)).clone())).collect()
}

fn need_zone(log: &Log, place: Place) {
    let error = log.error(Code::MissingKey, place, "`session` is in local time, but there is no `tz`");
    log.push(error.help("add its time zone, such as `tz = \"Asia/Seoul\"`"));
}

fn read_id(item: &Item<'_>, names: &mut Names<'_>) -> Option<InstrumentId> {
    let text = item.text()?;
    let Some(id) = InstrumentId::new(&text) else {
        let error = item.error(Code::BadInstrumentId, format!("`{text}` is not an instrument id"));
        item.log.push(error.help("write SYMBOL.VENUE without spaces, such as \"005930.KRX\""));
        return None;
    };
    if let Some(first) = names.instruments.get(&text) {
        let error = item.error(Code::DuplicateId, format!("the instrument `{text}` is declared twice"));
        let error = error.label("again here").also(*first, "first here");
        item.log.push(error.help("delete one of the two"));
        return None;
    }
    names.instruments.insert(text, item.place);
    Some(id)
}

fn read_ticks(row: &mut Table<'_>, preset: Option<&Preset>, must_spell: bool) -> Option<Dated<TickTable>> {
    let tick: Option<Option<Price>> = row.take("tick").map(|item| item.price());
    if let Some(tick) = tick {
        return tick.map(|tick| Dated::always(TickTable::flat(tick)));
    }
    let ticks = preset.and_then(|preset| preset.rules.ticks.clone());
    if ticks.is_none() && must_spell {
        row.missing("tick", "\"0.01\"");
    }
    ticks
}

fn read_lot(row: &mut Table<'_>, preset: Option<&Preset>) -> (Qty, Qty) {
    let own = preset.map_or(Qty::whole(1), |preset| preset.rules.lot);
    let lot = row.take("lot");
    let lot_place = lot.as_ref().map(|item| item.place);
    let lot = lot.and_then(|item| item.qty(Bound::Positive)).unwrap_or(own);
    let Some(item) = row.take("quantity_step") else { return (lot, lot) };
    let Some(step) = item.qty(Bound::Positive) else { return (lot, lot) };
    if !lot.is_multiple_of(step) {
        let message = format!("the lot {lot} is not a whole number of quantity steps of {step}");
        let mut error = item.error(Code::LotStep, message).label("the step");
        if let Some(place) = lot_place {
            error = error.also(place, "the lot");
        }
        item.log.push(error.help("make the lot a multiple of the step, or leave `quantity_step` out"));
    }
    (lot, step)
}

fn read_currency(row: &mut Table<'_>, preset: Option<&Preset>, account: &AccountBase) -> String {
    let spelled = row.take("currency").map(|item| Some((item.text()?, item.place)));
    if let (None, Some(Preset { rules, .. })) = (&spelled, preset)
        && rules.currency.is_none()
    {
        row.missing("currency", "\"USDT\"");
    }
    let of_class = |preset: &Preset| Some((preset.rules.currency.clone()?, preset.place));
    let own = spelled.flatten().or(preset.and_then(of_class));
    let Some((account_currency, account_place)) = &account.currency else {
        return own.map_or_else(String::new, |(currency, _)| currency);
    };
    let Some((currency, place)) = own else { return account_currency.clone() };
    if currency != *account_currency {
        let message = format!("this instrument trades in {currency}, the account holds {account_currency}");
        let error = row.log.error(Code::CurrencyDiffers, place, message).label(format!("in {currency}"));
        let error = error.also(*account_place, "the account's currency");
        row.log.push(error.help(format!("leave the instrument out, or use an account in {currency}")));
    }
    currency
}

/// The rules of an instrument's market and its costs.
struct MarketRules {
    daily_limit: Dated<Option<DailyLimit>>,
    order_limit: Dated<Option<OrderLimit>>,
    listed_shares: Option<Qty>,
    short_ban: bool,
    sale_tax: Dated<Ratio>,
    exchange_fee: Dated<Ratio>,
    commission: Ratio,
}

/// What the class says, unless the instrument says something else.
fn read_market_rules(
    row: &mut Table<'_>,
    preset: Option<&Preset>,
    account: &AccountBase,
    has_class: bool,
) -> MarketRules {
    let most = Ratio::whole(1);
    let own = preset.map(|preset| &preset.rules);
    let daily_limit = match row.take("daily_limit") {
        None => own.map(|own| own.daily_limit.clone()),
        Some(item) if item.is_off() => None,
        Some(item) => item.share(Bound::Positive, most).map(|share| Dated::always(Some(DailyLimit(share)))),
    };
    let listed_shares = row.take("listed_shares").and_then(|item| read_listed_shares(&item, preset, has_class));
    let short_ban = row.take("short_ban").and_then(|item| item.flag());
    let sale_tax = row.take("sale_tax").and_then(|item| item.share(Bound::NotNegative, most)).map(Dated::always);
    let commission = row.take("commission").and_then(|item| item.share(Bound::NotNegative, most));
    MarketRules {
        daily_limit: daily_limit.unwrap_or(Dated::always(None)),
        order_limit: own.map_or(Dated::always(None), |own| own.order_limit.clone()),
        listed_shares,
        short_ban: short_ban.unwrap_or(own.is_some_and(|own| own.short_ban)),
        sale_tax: sale_tax.or(own.map(|own| own.sale_tax.clone())).unwrap_or(Dated::always(Ratio::ZERO)),
        exchange_fee: own.map_or(Dated::always(Ratio::ZERO), |own| own.exchange_fee.clone()),
        commission: commission.unwrap_or(account.commission),
    }
}

/// Whole shares, where the class has a largest order that goes by them.
fn read_listed_shares(item: &Item<'_>, preset: Option<&Preset>, has_class: bool) -> Option<Qty> {
    if !has_class {
        classes::needs_class(item);
        return None;
    }
    if let Some(preset) = preset.filter(|preset| preset.rules.order_limit.newest().is_none()) {
        classes::needs_order_limit(item, &preset.class);
        return None;
    }
    let shares = item.qty(Bound::Positive)?;
    if !shares.is_multiple_of(Qty::whole(1)) {
        let error = item.error(Code::OutOfBounds, format!("`listed_shares` is a number of whole shares, not {shares}"));
        item.log.push(error.help("leave the fraction out"));
        return None;
    }
    Some(shares)
}

impl MarketRules {
    fn build(
        self,
        id: InstrumentId,
        ticks: Dated<TickTable>,
        lot: Qty,
        quantity_step: Qty,
        currency: &str,
    ) -> Instrument {
        Instrument {
            id,
            ticks,
            lot,
            quantity_step,
            daily_limit: self.daily_limit,
            order_limit: self.order_limit,
            listed_shares: self.listed_shares,
            short_ban: self.short_ban,
            commission: self.commission,
            exchange_fee: self.exchange_fee,
            sale_tax: self.sale_tax,
            minor_unit: minor_unit(currency),
        }
    }
}

/// The smallest unit of a currency, to which fees are rounded.
pub(super) fn minor_unit(currency: &str) -> Money {
    let whole = i128::from(qts_core::SCALE);
    Money::from_units(match currency {
        "KRW" | "JPY" | "VND" | "CLP" | "ISK" | "XAF" => whole,
        "BHD" | "KWD" | "OMR" | "TND" | "JOD" => whole / 1_000,
        "USDT" | "USDC" | "BTC" | "ETH" => 1,
        _ => whole / 100,
    })
}
