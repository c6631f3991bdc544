//! A cycle's outcome as a few lines of text.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use qts_core::Cycle;

use crate::look::Look;
use crate::table::{Cell, Column, Table};

use super::error::shown;
use super::picture::Picture;
use super::rows::{Answer, Row};
use super::setup::Setup;

/// Writes a heading, a line for every intent with its reasons below, and what the gate orders, books and withdraws.
///
/// # Errors
/// It cannot be written.
pub(super) fn write(
    answer: &Answer<'_>,
    setup: &Setup<'_>,
    picture: &Picture<'_>,
    cycle: Cycle,
    look: Look,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut text = String::new();
    head(answer, cycle, &mut text).map_err(io::Error::other)?;
    text += &decisions(&answer.rows).render(look);
    outcome(answer, setup, picture, &mut text).map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

fn head(answer: &Answer<'_>, cycle: Cycle, text: &mut String) -> fmt::Result {
    let (intents, orders) = (answer.rows.len(), answer.orders.len());
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    writeln!(text, "cycle {}: {}, {}", cycle.0, counted(intents, "intent"), counted(orders, "order"))
}

fn decisions(rows: &[Row<'_>]) -> Table {
    let mut table = Table::new(vec![Column::codes(); 6]).indented(2);
    for (place, row) in rows.iter().enumerate() {
        table.row(cells(place, row));
        for (_, sentence) in &row.reasons {
            table.note(format!("       {sentence}"));
        }
    }
    table
}

/// An intent's number, sender, wish, instrument, verdict and result.
fn cells(place: usize, row: &Row<'_>) -> [Cell; 6] {
    let wish = match (&row.cancel, &row.side) {
        (Some(order), _) => format!("cancel {}", shown(order)),
        (None, side) => format!("{} {}", shown(side.as_deref().unwrap_or_default()), shown(&row.asked)),
    };
    let result = match (row.sent.is_zero(), row.crossed.is_zero()) {
        (true, true) => String::new(),
        (false, true) => format!("{} sent", row.sent),
        (true, false) => format!("{} crossed", row.crossed),
        (false, false) => format!("{} sent, {} crossed", row.sent, row.crossed),
    };
    [
        place.to_string().into(),
        shown(&row.strategy).into(),
        wish.into(),
        shown(row.instrument.as_deref().unwrap_or("-")).into(),
        Cell::verdict(row.verdict),
        result.into(),
    ]
}

fn outcome(answer: &Answer<'_>, setup: &Setup<'_>, picture: &Picture<'_>, text: &mut String) -> fmt::Result {
    for inst in &picture.crossed_quotes {
        writeln!(text, "  the quote of {} is left out: its bid is above its ask", setup.name(*inst))?;
    }
    for cancel in &answer.cancels {
        let order = shown(picture.order_name(cancel.order));
        let (instrument, why) = (setup.name(cancel.instrument), shown(&cancel.why));
        let line = format!("  cancel {order} of {} on {instrument} {why}", cancel.strategy);
        writeln!(text, "{}", line.trim_end())?;
    }
    for cross in &answer.crosses {
        let (instrument, seller, buyer) = (setup.name(cross.instrument), &cross.seller.owner, &cross.buyer.owner);
        writeln!(text, "  cross {} {instrument} at {} from {seller} to {buyer}", cross.qty, cross.price)?;
    }
    for order in &answer.orders {
        let kind = order.kind.limit().map_or("market".to_owned(), |limit| format!("limit {limit}"));
        let children: Vec<String> =
            order.children.iter().map(|child| format!("{} {}", child.owner, child.qty)).collect();
        let (side, qty, instrument) = (order.side, order.qty, setup.name(order.instrument));
        let (tif, children) = (order.tif.as_str(), children.join(", "));
        writeln!(text, "  order {side} {qty} {instrument} {kind} {tif} for {children}")?;
    }
    Ok(())
}
