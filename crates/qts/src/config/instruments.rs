//! `[[instrument]]`: presets, spelled-out keys, defaults.

use std::sync::Arc;

use qts_core::{DailyLimit, Dated, Instrument, InstrumentId, Instruments, Money, Price, Qty, Ratio, TickTable};
use qts_venues::hours::{Hours, Window, Windows};

use super::account::AccountBase;
use super::code::Code;
use super::names::Names;
use super::reader::{Item, Log, Table};
use super::scalars::Bound;
use super::source::Place;
use super::spec::InstrumentSpec;

/// What a class of instruments brings along.
struct Preset {
    ticks: Option<TickTable>,
    lot: Qty,
    daily_limit: Option<Ratio>,
    short_ban: bool,
    sale_tax: Ratio,
    session: Option<Windows>,
    tz: Option<&'static str>,
    /// The currency, and where the class stands that brings it.
    currency: Option<(&'static str, Place)>,
}

/// KRX shares since 2023-01-25.
fn krx_ticks() -> Option<TickTable> {
    let bands = [(0, 1), (2_000, 5), (5_000, 10), (20_000, 50), (50_000, 100), (200_000, 500), (500_000, 1_000)];
    TickTable::banded(&bands.map(|(from, tick)| (Price::whole(from), Price::whole(tick))))
}

/// A ten-thousandth.
const fn basis_points(count: i64) -> Ratio {
    match Ratio::from_units(count * (qts_core::SCALE / 10_000)) {
        Some(ratio) => ratio,
        None => Ratio::ZERO,
    }
}

impl Preset {
    fn none() -> Self {
        Self {
            ticks: None,
            lot: Qty::whole(1),
            daily_limit: None,
            short_ban: false,
            sale_tax: Ratio::ZERO,
            session: None,
            tz: None,
            currency: None,
        }
    }

    /// KOSPI and KOSDAQ shares in 2026 (`risk-reference.md` §5).
    fn krx_stock(place: Place) -> Self {
        Self {
            ticks: krx_ticks(),
            lot: Qty::whole(1),
            daily_limit: Some(basis_points(3_000)),
            short_ban: true,
            sale_tax: basis_points(20),
            session: Windows::new(vec![Window { open: 9 * 3_600, close: 15 * 3_600 + 1_800 }]).ok(),
            tz: Some("Asia/Seoul"),
            currency: Some(("KRW", place)),
        }
    }

    fn read(item: &Item<'_>) -> Option<Self> {
        let class = item.text()?;
        match class.as_str() {
            "krx_stock" => return Some(Self::krx_stock(item.place)),
            "krx_etf" | "us_stock" | "crypto_spot" => {
                let error = item.error(Code::NotBuilt, format!("the class `{class}` is not built yet"));
                item.log.push(error.help("leave `class` out and spell out tick, lot, currency, session and tz"));
            }
            _ => {
                let error = item.error(Code::UnknownClass, format!("no class of instruments is called `{class}`"));
                let known = ["krx_stock"];
                let error = error.one_of(&class, known, "classes");
                item.log.push(error.or_help("write `krx_stock`, or leave `class` out and spell out tick, lot, …"));
            }
        }
        None
    }
}

/// All instruments in the order written; their ids and numbers go into `names`.
pub(super) fn read(root: &mut Table<'_>, account: &AccountBase, names: &mut Names<'_>) -> Vec<InstrumentSpec> {
    let log = root.log;
    let rows = root.rows("instrument");
    let specs: Vec<InstrumentSpec> = rows.into_iter().filter_map(|row| read_one(row, account, names)).collect();
    let registry = Instruments::new(specs.iter().map(|spec| spec.instrument.clone()).collect());
    names.registry = registry.unwrap_or_else(|id| {
        log.push(log.error(Code::DuplicateId, Place::default(), format!("`{id}` stands here twice")).help("keep one"));
        Instruments::default()
    });
    specs
}

fn read_one(mut row: Table<'_>, account: &AccountBase, names: &mut Names<'_>) -> Option<InstrumentSpec> {
    let id_item = row.require("id", "\"005930.KRX\"");
    let place = id_item.as_ref().map_or(row.place, |item| item.place);
    let id = id_item.and_then(|item| read_id(&item, names));
    let class = row.take("class");
    let must_spell = class.is_none();
    let preset = class.and_then(|item| Preset::read(&item)).unwrap_or_else(Preset::none);

    let ticks = read_ticks(&mut row, &preset, must_spell);
    let (lot, quantity_step) = read_lot(&mut row, &preset);
    let currency = read_currency(&mut row, &preset, account);
    let tz = row.take("tz").map(|item| item.zone());
    let session = row.take("session").map(|item| (item.place, item.session()));
    if let (Some((place, _)), None, None) = (&session, &tz, preset.tz) {
        need_zone(row.log, *place);
    }
    let rules = read_market_rules(&mut row, &preset, account);
    row.finish();

    let windows = session.map_or(preset.session, |(_, session)| session).unwrap_or_else(Windows::whole_day);
    let tz = tz.flatten().or(preset.tz.map(str::to_owned)).unwrap_or_else(|| "UTC".to_owned());
    let hours = Hours::every_day(windows, &tz);
    let instrument = rules.build(id?, ticks?, lot, quantity_step, &currency);
    Some(InstrumentSpec { id: instrument.id.clone(), instrument, currency, hours: Arc::new(hours), place })
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

fn read_ticks(row: &mut Table<'_>, preset: &Preset, must_spell: bool) -> Option<TickTable> {
    let tick: Option<Option<Price>> = row.take("tick").map(|item| item.price());
    if let Some(tick) = tick {
        return tick.map(TickTable::flat);
    }
    if preset.ticks.is_none() && must_spell {
        row.missing("tick", "\"0.01\"");
    }
    preset.ticks.clone()
}

fn read_lot(row: &mut Table<'_>, preset: &Preset) -> (Qty, Qty) {
    let lot = row.take("lot");
    let lot_place = lot.as_ref().map(|item| item.place);
    let lot = lot.and_then(|item| item.qty(Bound::Positive)).unwrap_or(preset.lot);
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

fn read_currency(row: &mut Table<'_>, preset: &Preset, account: &AccountBase) -> String {
    let spelled = row.take("currency").and_then(|item| Some((item.text()?, item.place)));
    let own = spelled.or(preset.currency.map(|(currency, place)| (currency.to_owned(), place)));
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
    daily_limit: Option<Ratio>,
    short_ban: bool,
    sale_tax: Ratio,
    commission: Ratio,
}

fn read_market_rules(row: &mut Table<'_>, preset: &Preset, account: &AccountBase) -> MarketRules {
    let most = basis_points(10_000);
    let daily_limit = match row.take("daily_limit") {
        None => preset.daily_limit,
        Some(item) if item.is_off() => None,
        Some(item) => item.share(Bound::Positive, most),
    };
    let short_ban = row.take("short_ban").and_then(|item| item.flag());
    let sale_tax = row.take("sale_tax").and_then(|item| item.share(Bound::NotNegative, most));
    let commission = row.take("commission").and_then(|item| item.share(Bound::NotNegative, most));
    MarketRules {
        daily_limit,
        short_ban: short_ban.unwrap_or(preset.short_ban),
        sale_tax: sale_tax.unwrap_or(preset.sale_tax),
        commission: commission.unwrap_or(account.commission),
    }
}

impl MarketRules {
    fn build(self, id: InstrumentId, ticks: TickTable, lot: Qty, quantity_step: Qty, currency: &str) -> Instrument {
        Instrument {
            id,
            ticks: Dated::always(ticks),
            lot,
            quantity_step,
            daily_limit: Dated::always(self.daily_limit.map(DailyLimit)),
            order_limit: Dated::always(None),
            listed_shares: None,
            short_ban: self.short_ban,
            commission: self.commission,
            exchange_fee: Dated::always(Ratio::ZERO),
            sale_tax: Dated::always(self.sale_tax),
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
