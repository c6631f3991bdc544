//! `[[data]]` and `[[position]]`: what refers to instruments.

use std::path::Path;

use qts_core::{Inst, Money, Qty, SCALE, Span, StrategyId};

use super::code::Code;
use super::names::Names;
use super::reader::{Item, Table};
use super::scalars::Bound;
use super::source::Place;
use super::spec::{DataSpec, OnBadRow, PositionSpec, Stamp};

const STAMPS: [(&str, Stamp); 3] = [("open", Stamp::Open), ("close", Stamp::Close), ("date", Stamp::Date)];
const MAX_MONEY: i128 = 90_000_000_000_000_000_000 * SCALE as i128;

/// All data files in the order written; relative paths start at `folder`.
pub(super) fn read(root: &mut Table<'_>, names: &Names<'_>, folder: &Path) -> Vec<DataSpec> {
    let rows = root.rows("data");
    let mut found: Vec<DataSpec> = Vec::new();
    for row in rows {
        let log = row.log;
        let Some(spec) = read_file(row, names, folder) else { continue };
        let same = |other: &&DataSpec| (other.instrument, &other.file) == (spec.instrument, &spec.file);
        if let Some(first) = found.iter().find(same) {
            let message = "the same file is given twice for the same instrument";
            let error = log.error(Code::Repeated, spec.place, message).label("again here");
            log.push(error.also(first.place, "first here").help("delete one of the two"));
        }
        found.push(spec);
    }
    found
}

fn read_file(mut row: Table<'_>, names: &Names<'_>, folder: &Path) -> Option<DataSpec> {
    let instrument = row.require("instrument", "\"005930.KRX\"").and_then(|item| names.instrument(&item));
    let path_item = row.require("path", "\"data/005930.csv\"");
    let place = path_item.as_ref().map_or(row.place, |item| item.place);
    let path = path_item.and_then(|item| item.text());
    let stamp = row.take("stamp");
    let stamp_place = stamp.as_ref().map(|item| item.place).unwrap_or_default();
    let stamp = stamp.and_then(|item| item.word(&STAMPS));
    let interval = row.take("interval").and_then(|item| dated_interval(&item, stamp, stamp_place));
    let tz = row.take("tz").and_then(|item| item.zone());
    let words = [("error", OnBadRow::Error), ("skip", OnBadRow::Skip)];
    let on_bad_row = row.take("on_bad_row").and_then(|item| item.word(&words)).unwrap_or_default();
    row.finish();
    let path = path?;
    let file = folder.join(&path);
    Some(DataSpec { instrument: instrument?, path, file, stamp, interval, tz, on_bad_row, place })
}

/// An interval that goes with its stamp: several bars of one day cannot all be stamped by their date.
fn dated_interval(item: &Item<'_>, stamp: Option<Stamp>, stamp_place: Place) -> Option<Span> {
    let interval = item.length()?;
    if stamp == Some(Stamp::Date) && interval < Span::DAY {
        let error = item.error(Code::DatedIntraday, "bars shorter than a day cannot be stamped by date");
        let error = error.label("shorter than a day").also(stamp_place, "the clock time is ignored");
        item.log.push(error.help("write `stamp = \"open\"` or `stamp = \"close\"`"));
    }
    Some(interval)
}

/// All opening positions in the order written.
pub(super) fn read_positions(root: &mut Table<'_>, names: &Names<'_>) -> Vec<PositionSpec> {
    let mut found: Vec<PositionSpec> = Vec::new();
    for row in root.rows("position") {
        let log = row.log;
        let Some(spec) = read_position(row, names) else { continue };
        let same = |other: &&PositionSpec| (&other.owner, other.instrument) == (&spec.owner, spec.instrument);
        if let Some(first) = found.iter().find(same) {
            let message = format!("`{}` holds this instrument twice", spec.owner);
            let error = log.error(Code::Repeated, spec.place, message).label("again here");
            log.push(error.also(first.place, "first here").help("add them up: one position at its average price"));
        }
        found.push(spec);
    }
    found
}

fn read_position(mut row: Table<'_>, names: &Names<'_>) -> Option<PositionSpec> {
    let owner = row.require("strategy", "\"unassigned\"");
    let owner = owner.and_then(|item| names.strategy(&item, &[StrategyId::UNASSIGNED]));
    let instrument = row.require("instrument", "\"005930.KRX\"").and_then(|item| names.instrument(&item));
    let qty = row.require("qty", "\"100\"").and_then(|item| Some((item.qty(Bound::Any)?, item)));
    let price = row.require("price", "\"49500\"").and_then(|item| item.price());
    row.finish();
    let ((qty, item), instrument) = (qty?, instrument?);
    fits(&item, qty, instrument, names);
    let price = price?;
    let worth = Money::of(price, qty).abs().units();
    if worth > MAX_MONEY {
        let error = item.error(Code::TooMuchMoney, "this position is worth more than 9·10^19");
        item.log.push(error.help("check its quantity and its price"));
    }
    Some(PositionSpec { owner: owner?, instrument, qty, price, place: item.place })
}

/// Can the instrument be held in that quantity?
fn fits(item: &Item<'_>, qty: Qty, inst: Inst, names: &Names<'_>) {
    let Some(instrument) = names.registry.get(inst) else { return };
    let step = instrument.quantity_step;
    if !qty.is_multiple_of(step) {
        let message = format!("`{}` is held in steps of {step}, not {qty}", instrument.id);
        item.log.push(item.error(Code::OffStep, message).help(format!("write a multiple of {step}")));
    }
    if instrument.short_ban && qty < Qty::ZERO {
        let error = item.error(Code::ShortBanned, format!("`{}` cannot be held short", instrument.id));
        item.log.push(error.help("write a positive quantity: its market bans short sales"));
    }
}
