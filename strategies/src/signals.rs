//! `signals` (path, rows): the intents of somebody's own bots, read from a file.
//!
//! The program reads the file at `path` and hands over as `rows` those meant for this strategy: tables with the fields
//! `ts, instrument, side, qty[, type, limit, tif, reason]`; further fields do not count. Rows must be sorted by time;
//! several of one time go in the order of the file.
//!
//! A row is emitted once per instance, at the first call with now ≥ `ts`. At the first call of an instance, rows more
//! than one day late are passed over: see `steps`.

use std::sync::Arc;

use qts_strategy::{
    Factory, Instruments, Intents, MarketEvent, Param, ParamError, Params, Strategy, StrategyError, Ts, View,
};

use crate::KindSpec;
use crate::steps::{Due, Step, within};

pub(crate) const SPEC: KindSpec = KindSpec {
    name: "signals",
    about: "repeats intents of your own bots from a csv or jsonl file",
    params: &["path", "rows"],
    build,
};

/// The fields of a row that count.
const FIELDS: [&str; 8] = ["ts", "instrument", "side", "qty", "type", "limit", "tif", "reason"];

struct Signals {
    rows: Arc<[Step]>,
    /// Place of the first row not yet emitted; unknown before the first call.
    next: Option<usize>,
}

/// Makes instances of `signals` that repeat these rows.
///
/// # Errors
/// The first row (counted from 1) that names a cycle instead of a time, or an earlier time than the row before it.
pub fn signals(rows: Arc<[Step]>) -> Result<Factory, ParamError> {
    let mut latest = Ts(i64::MIN);
    for (place, row) in rows.iter().enumerate() {
        latest = later(row, latest).map_err(|error| within("rows", place, error))?;
    }
    Ok(Arc::new(move || Box::new(Signals { rows: Arc::clone(&rows), next: None })))
}

fn later(row: &Step, latest: Ts) -> Result<Ts, ParamError> {
    match row.due {
        Due::At(ts) if ts >= latest => Ok(ts),
        Due::At(_) => Err(ParamError::new("ts", "is earlier than that of the row before: sort the rows by time")),
        Due::Cycle(_) => Err(ParamError::new("ts", "must be a time, not a cycle")),
    }
}

fn build(mut params: Params, instruments: &Instruments) -> Result<Factory, ParamError> {
    params.text("path")?;
    let rows = match params.take("rows") {
        Some(Param::List(rows)) => rows,
        Some(_) => return Err(ParamError::new("rows", "must be a list of rows")),
        None => return Err(ParamError::new("rows", "is missing: give a `path` to read the rows from")),
    };
    params.finish(SPEC.params)?;
    let read = |(place, param)| row(param, instruments).map_err(|error| within("rows", place, error));
    signals(rows.into_iter().enumerate().map(read).collect::<Result<_, _>>()?)
}

fn row(param: Param, instruments: &Instruments) -> Result<Step, ParamError> {
    let Param::Table(mut table) = param else { return Err(ParamError::new("row", "must be a table")) };
    let mut fields = Vec::new();
    for key in FIELDS {
        fields.push((key, table.text(key)?));
    }
    let get = |key: &str| fields.iter().find(|(name, _)| *name == key).and_then(|(_, text)| text.clone());
    Step::from_fields(&get, instruments)
}

impl Strategy for Signals {
    fn on_event(&mut self, view: &View<'_>, _: &MarketEvent, out: &mut Intents) -> Result<(), StrategyError> {
        let rows = &self.rows;
        let from = self.next.unwrap_or_else(|| rows.partition_point(|row| row.due.is_past(view)));
        let due = rows[from..].iter().take_while(|row| row.due.has_come(view));
        let emitted = due.map(|row| row.emit(view, out)).count();
        self.next = Some(from + emitted);
        if emitted == 0 {
            out.hold("no signal");
        }
        Ok(())
    }

    fn is_scale_free(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{A, B, Bench, instruments, list, table};
    use qts_strategy::Cycle;

    type Row<'a> = [(&'a str, &'a str); 5];

    fn row<'a>(ts: &'a str, side: &'a str, qty: &'a str) -> Row<'a> {
        [("ts", ts), ("instrument", "A.X"), ("side", side), ("qty", qty), ("strategy", "mine")]
    }

    fn params(rows: &[Row<'_>]) -> Params {
        list("rows", rows.iter().map(|row| table(row)).collect())
    }

    fn error(rows: &[Row<'_>]) -> Option<String> {
        build(params(rows), &instruments()).err().map(|error| error.to_string())
    }

    const MINUTE_2: &str = "1970-01-01T09:02:00+09:00";
    const MINUTE_3: &str = "1970-01-01T00:03:00Z";

    #[test]
    fn a_row_goes_out_once_at_the_first_call_at_or_after_its_time() {
        let mut bench = Bench::new("signals", params(&[row(MINUTE_2, "buy", "1"), row(MINUTE_3, "sell", "2")]));
        let said = bench.trades(B, [5; 4]);
        assert_eq!(said, ["hold: no signal", "buy 1 A.X: signal", "sell 2 A.X: signal", "hold: no signal"]);
    }

    #[test]
    fn rows_of_one_call_go_in_the_order_of_the_file_whatever_is_open() {
        let rows = [row(MINUTE_2, "buy", "3"), row(MINUTE_2, "sell", "1"), row(MINUTE_3, "buy", "2")];
        let mut bench = Bench::new("signals", params(&rows)).waiting(A).at(MINUTE_3, 7);
        assert_eq!(bench.trade(A, 5), "buy 3 A.X: signal; sell 1 A.X: signal; buy 2 A.X: signal");
    }

    #[test]
    fn a_fresh_instance_passes_over_what_is_more_than_a_day_late() {
        let rows = [row(MINUTE_2, "buy", "1"), row(MINUTE_3, "buy", "2")];
        let mut bench = Bench::new("signals", params(&rows)).at("1970-01-02T00:03:00Z", 900);
        assert_eq!(bench.trade(A, 5), "buy 2 A.X: signal");
    }

    #[test]
    fn rows_must_be_sorted_by_time() {
        let problem = "`rows[2].ts` is earlier than that of the row before: sort the rows by time";
        assert_eq!(error(&[row(MINUTE_3, "buy", "1"), row(MINUTE_2, "buy", "1")]).as_deref(), Some(problem));
        assert_eq!(error(&[row(MINUTE_3, "buy", "1"), row(MINUTE_3, "buy", "1")]), None);
    }

    #[test]
    fn an_ill_formed_row_is_named_by_number_column_and_value() {
        let rows = [row(MINUTE_2, "buy", "1"), row(MINUTE_3, "hold", "1")];
        assert_eq!(error(&rows).as_deref(), Some("`rows[2].side` must be buy or sell, not `hold`"));
    }

    #[test]
    fn a_row_must_have_a_time() {
        let mut step = super::row(table(&row(MINUTE_2, "buy", "1")), &instruments()).expect("well-formed");
        assert!(signals(Arc::new([step.clone()])).is_ok());
        step.due = Due::Cycle(Cycle(1));
        let error = signals(Arc::new([step])).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("`rows[1].ts` must be a time, not a cycle"));
    }

    #[test]
    fn the_path_is_for_the_program_which_must_bring_the_rows() {
        let path = || ("path".to_owned(), Param::Text("bots.csv".to_owned()));
        let rows = || ("rows".to_owned(), Param::List(Vec::new()));
        assert!(build([path(), rows()].into_iter().collect(), &instruments()).is_ok());
        let error = build([path()].into_iter().collect(), &instruments()).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("`rows` is missing: give a `path` to read the rows from"));
    }
}
