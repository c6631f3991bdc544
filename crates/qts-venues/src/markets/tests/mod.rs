//! The tables and their reader.

mod boundaries;
mod files;
mod hours;
mod krx;
mod page;

use std::sync::Arc;

use qts_core::{DailyLimit, Dated, Day, Instrument, InstrumentId, Money, OrderLimit, Price, Qty, Ratio};

use super::{Days, Rules, Tables, Wanted};
use crate::calendar;

fn day(text: &str) -> Day {
    calendar::day(text).expect("a date")
}

fn rules(class: &str, board: Option<&str>, hours: &str) -> Rules {
    rules_with(class, board, hours, &[])
}

fn rules_with(class: &str, board: Option<&str>, hours: &str, days: &[Arc<Days>]) -> Rules {
    let wanted = Wanted { class, board, hours, exchange_fee: true, days };
    Tables::built_in().rules(&wanted).expect("in the tables")
}

fn kospi() -> Rules {
    rules("krx_stock", Some("kospi"), "regular")
}

/// An instrument by those rules.
fn instrument(rules: &Rules, listed_shares: Option<Qty>) -> Instrument {
    Instrument {
        id: InstrumentId::new("A.KRX").expect("an id"),
        ticks: rules.ticks.clone().expect("ticks"),
        lot: rules.lot,
        quantity_step: rules.quantity_step,
        daily_limit: rules.daily_limit.clone(),
        order_limit: rules.order_limit.clone(),
        listed_shares,
        short_ban: rules.short_ban,
        commission: Ratio::ZERO,
        exchange_fee: rules.exchange_fee.clone(),
        sale_tax: rules.sale_tax.clone(),
        minor_unit: Money::whole(1),
    }
}

/// A percentage as text.
fn percent(ratio: Ratio) -> String {
    let units = ratio.units();
    format!("{}%", Price::from_units(units.saturating_mul(100)).expect("in range"))
}

fn width(limits: &Dated<Option<DailyLimit>>, at: &str) -> String {
    limits.on(day(at)).map_or_else(|| "none".to_owned(), |limit| percent(limit.0))
}

fn large_order(limits: &Dated<Option<OrderLimit>>, at: &str) -> bool {
    limits.on(day(at)).is_some()
}
