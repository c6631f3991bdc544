//! A market's file of tables: its form, and how it is read.

use qts_core::{DailyLimit, Money, OrderLimit, Price, Qty, Ratio, TickTable};
use serde::Deserialize;

use super::days::Days;
use super::error::{TableError, TableFlaw, Text, Word};
use super::rows::{Form, Rows};
use super::{Class, Market, TaxDay};
use crate::calendar::Zone;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MarketForm {
    market: String,
    currency: Option<String>,
    tz: Word,
    rests_on_weekends: bool,
    #[serde(default)]
    sale_tax_counts: TaxDay,
    settlement: Vec<SettlementForm>,
    hours: Vec<HoursForm>,
    #[serde(default)]
    exchange_fee: Vec<FeeForm>,
    class: Vec<ClassForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassForm {
    name: String,
    board: Option<String>,
    lot: Word,
    quantity_step: Word,
    short_ban: bool,
    #[serde(default)]
    ticks: Vec<TicksForm>,
    #[serde(default)]
    daily_limit: Vec<LimitForm>,
    #[serde(default)]
    order_limit: Vec<OrderForm>,
    #[serde(default)]
    sale_tax: Vec<TaxForm>,
}

/// The forms of rows: each with its day and its source.
macro_rules! forms {
    ($($name:ident { $($field:ident: $kind:ty),* })*) => {
        $(
            #[derive(Deserialize)]
            #[serde(deny_unknown_fields)]
            struct $name {
                from: Word,
                $($field: $kind,)*
                source: Word,
            }

            impl Form for $name {
                fn from(&self) -> &Word {
                    &self.from
                }

                fn source(&self) -> &Word {
                    &self.source
                }
            }
        )*
    };
}

forms! {
    SettlementForm { days: u32 }
    HoursForm { name: String, windows: Word }
    FeeForm { hours: Word, rate: Word }
    TicksForm { bands: toml::Spanned<Vec<(String, String)>> }
    LimitForm { width: Word }
    OrderForm { share: Word, share_of_small: Word, small: Word, worth: Word, always: Word }
    TaxForm { rate: Word }
}

impl Market {
    /// A market of two files: its rules, and its days if it has any.
    ///
    /// # Errors
    /// What is wrong with them first.
    pub fn read(rules: (&str, &str), days: Option<(&str, &str)>) -> Result<Self, TableError> {
        let text = Text { file: rules.0, text: rules.1 };
        let form: MarketForm = text.form()?;
        text.read(&form.tz, |name| Zone::named(name).ok(), TableFlaw::UnknownZone)?;
        let names = distinct(form.hours.iter().map(|row| row.name.as_str()));
        let days = match days {
            Some((file, days)) => Days::read(file, days, &form.market, &names)?,
            None => Days::default(),
        };
        let of_name = |name: &str| form.hours.iter().filter(|row| row.name == name).collect::<Vec<_>>();
        let hours = names.iter().map(|name| {
            let windows = |row: &HoursForm| text.read(&row.windows, |text| text.parse().ok(), TableFlaw::NotWindows);
            Ok(((*name).to_owned(), Rows::read(&text, "hours", of_name(name), windows)?))
        });
        let hours = hours.collect::<Result<Vec<_>, _>>()?;
        if hours.first().is_none_or(|(name, _)| name != "regular") {
            return Err(text.error(0..0, TableFlaw::NoRow("hours of the name `regular`, which come first")));
        }
        Ok(Self {
            exchange_fees: fees(&text, &form.exchange_fee, &names)?,
            settlement: Rows::read(&text, "settlement", &form.settlement, |row| Ok(row.days))?,
            classes: form.class.iter().map(|class| self::class(&text, class)).collect::<Result<_, _>>()?,
            name: form.market,
            currency: form.currency,
            tz: form.tz.into_inner(),
            rests_on_weekends: form.rests_on_weekends,
            tax_day: form.sale_tax_counts,
            hours,
            days,
        })
    }
}

fn distinct<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut found: Vec<&str> = Vec::new();
    for name in names {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

fn fees(text: &Text<'_>, forms: &[FeeForm], names: &[&str]) -> Result<Vec<(String, Rows<Ratio>)>, TableError> {
    let known = |name: &str| names.contains(&name).then_some(());
    let unknown = |name| TableFlaw::UnknownHours { name, known: names.join(", ") };
    for form in forms {
        text.read(&form.hours, known, unknown)?;
    }
    let of = |name: &str| {
        let own: Vec<&FeeForm> = forms.iter().filter(|form| form.hours.get_ref() == name).collect();
        let rows = || Rows::read(text, "exchange_fee", own.iter().copied(), |row| percent(text, &row.rate));
        (!own.is_empty()).then(|| rows().map(|rows| (name.to_owned(), rows)))
    };
    names.iter().filter_map(|name| of(name)).collect()
}

fn class(text: &Text<'_>, form: &ClassForm) -> Result<Class, TableError> {
    let qty = |word: &Word| text.read(word, |qty| qty.parse().ok().filter(|qty: &Qty| qty.is_positive()), number);
    let width = |row: &LimitForm| percent(text, &row.width).map(DailyLimit);
    Ok(Class {
        name: form.name.clone(),
        board: form.board.clone(),
        lot: qty(&form.lot)?,
        quantity_step: qty(&form.quantity_step)?,
        short_ban: form.short_ban,
        ticks: Rows::read_any(text, "ticks", &form.ticks, |row| bands(text, row))?,
        daily_limit: Rows::read_any(text, "daily_limit", &form.daily_limit, width)?,
        order_limit: Rows::read_any(text, "order_limit", &form.order_limit, |row| order_limit(text, row))?,
        sale_tax: Rows::read_any(text, "sale_tax", &form.sale_tax, |row| percent(text, &row.rate))?,
    })
}

fn number(text: String) -> TableFlaw {
    TableFlaw::NotANumber(text)
}

/// From 0 % to 100 %.
fn percent(text: &Text<'_>, word: &Word) -> Result<Ratio, TableError> {
    let is_sound = |ratio: &Ratio| *ratio >= Ratio::ZERO && *ratio <= Ratio::whole(1);
    let parse = |word: &str| Ratio::from_percent(word.strip_suffix('%')?).ok().filter(is_sound);
    text.read(word, parse, TableFlaw::NotAPercentage)
}

fn bands(text: &Text<'_>, row: &TicksForm) -> Result<TickTable, TableError> {
    let price = |(from, tick): &(String, String)| Some((from.parse().ok()?, tick.parse().ok()?));
    let bands: Option<Vec<(Price, Price)>> = row.bands.get_ref().iter().map(price).collect();
    let table = bands.and_then(|bands| TickTable::banded(&bands));
    table.ok_or_else(|| text.error(row.bands.span(), TableFlaw::NotBands))
}

fn order_limit(text: &Text<'_>, row: &OrderForm) -> Result<OrderLimit, TableError> {
    let money = |word: &Word| text.read(word, |money| money.parse().ok().filter(|m: &Money| *m > Money::ZERO), number);
    Ok(OrderLimit {
        share: percent(text, &row.share)?,
        share_of_small: percent(text, &row.share_of_small)?,
        small: money(&row.small)?,
        worth: money(&row.worth)?,
        always: money(&row.always)?,
    })
}
