//! `scripted` (steps): orders and cancels written down beforehand.
//!
//! `steps` is a list of `{ at = "2018-01-15T15:30:00+09:00" | cycle = 17, instrument, side, qty[, type, limit, tif,
//! reason] }`, or of cancels: `{ at | cycle, cancel = true[, instrument][, reason] }` withdraws all of the strategy's
//! own open orders (on that instrument), `cancel = "12"` the order of that number. `type` is `limit` by default if a
//! limit is given, else `market`; `tif` is `day` by default; a reason is `scripted` by default.
//!
//! Each step is emitted once per instance, at the first call with now ≥ `at` or cycle ≥ `cycle`; several in one call
//! go in the order in which they are written, and one that is not due holds up none. At the first call of an instance,
//! steps of an earlier cycle or more than one day late are passed over: see `steps`.

use std::sync::Arc;

use qts_strategy::{
    Factory, Instruments, Intents, MarketEvent, Param, ParamError, Params, Strategy, StrategyError, View,
};

use crate::KindSpec;
use crate::steps::{Act, Due, Get, Step, cancel, cycle, time, trade, within};

pub(crate) const SPEC: KindSpec = KindSpec {
    name: "scripted",
    about: "repeats orders and cancels written down beforehand",
    params: &["steps"],
    build,
};

/// What a step may say.
const KEYS: &[&str] = &["at", "cycle", "instrument", "side", "qty", "type", "limit", "tif", "reason", "cancel"];

struct Scripted {
    steps: Arc<[Step]>,
    /// Places of the steps still to come; unknown before the first call.
    pending: Option<Vec<usize>>,
}

fn build(mut params: Params, instruments: &Instruments) -> Result<Factory, ParamError> {
    let steps = match params.take("steps") {
        Some(Param::List(steps)) => steps,
        Some(_) => return Err(ParamError::new("steps", "must be a list of steps")),
        None => return Err(ParamError::new("steps", "is missing: give a list of steps")),
    };
    params.finish(SPEC.params)?;
    let read = |(place, param)| step(param, instruments).map_err(|error| within("steps", place, error));
    let steps: Arc<[Step]> = steps.into_iter().enumerate().map(read).collect::<Result<_, _>>()?;
    Ok(Arc::new(move || Box::new(Scripted { steps: Arc::clone(&steps), pending: None })))
}

fn step(param: Param, instruments: &Instruments) -> Result<Step, ParamError> {
    let Param::Table(mut table) = param else { return Err(ParamError::new("step", "must be a table")) };
    let mut fields = Vec::new();
    for key in KEYS {
        fields.push((*key, table.text(key)?));
    }
    table.finish(KEYS)?;
    let get = |key: &str| fields.iter().find(|(name, _)| *name == key).and_then(|(_, text)| text.clone());
    let due = due(&get)?;
    let act = match cancel(&get, instruments, SPEC.name)? {
        Some(cancel) => cancel,
        None => Act::Trade(trade(&get, instruments, SPEC.name)?),
    };
    Ok(Step { due, act })
}

fn due(get: Get<'_>) -> Result<Due, ParamError> {
    match (time(get, "at")?, cycle(get)?) {
        (Some(at), None) => Ok(Due::At(at)),
        (None, Some(cycle)) => Ok(Due::Cycle(cycle)),
        (None, None) => Err(ParamError::new("at", "is missing: give `at` or `cycle`")),
        (Some(_), Some(_)) => Err(ParamError::new("at", "and `cycle` exclude each other")),
    }
}

impl Strategy for Scripted {
    fn on_event(&mut self, view: &View<'_>, _: &MarketEvent, out: &mut Intents) -> Result<(), StrategyError> {
        let steps = &self.steps;
        let pending = self.pending.get_or_insert_with(|| still_to_come(steps, view));
        let before = pending.len();
        pending.retain(|place| {
            let due = steps[*place].due.has_come(view);
            if due {
                steps[*place].emit(view, out);
            }
            !due
        });
        if pending.len() == before {
            out.hold("no step due");
        }
        Ok(())
    }

    fn is_scale_free(&self) -> bool {
        true
    }
}

fn still_to_come(steps: &[Step], view: &View<'_>) -> Vec<usize> {
    (0..steps.len()).filter(|place| !steps[*place].due.is_past(view)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{A, B, Bench, instruments, list, table};

    type Fields<'a> = &'a [(&'a str, &'a str)];

    fn bench(steps: &[Fields<'_>]) -> Bench {
        Bench::new("scripted", list("steps", steps.iter().map(|fields| table(fields)).collect()))
    }

    /// A purchase of so many at a moment.
    fn buy<'a>(when: (&'a str, &'a str), qty: &'a str) -> [(&'a str, &'a str); 4] {
        [when, ("instrument", "A.X"), ("side", "buy"), ("qty", qty)]
    }

    fn error(fields: Fields<'_>) -> Option<String> {
        let good = buy(("cycle", "1"), "1");
        let steps = vec![table(&good), table(fields)];
        build(list("steps", steps), &instruments()).err().map(|error| error.to_string())
    }

    /// The bench's calls are at 00:01, 00:02, … of 1970-01-01 UTC.
    #[test]
    fn a_step_goes_out_once_at_the_first_call_at_or_after_its_time() {
        let mut bench =
            bench(&[&buy(("at", "1970-01-01T09:02:00+09:00"), "1"), &buy(("at", "1970-01-01T00:02:30Z"), "2")]);
        let said = bench.trades(A, [5; 4]);
        assert_eq!(said, ["hold: no step due", "buy 1 A.X: scripted", "buy 2 A.X: scripted", "hold: no step due"]);
    }

    #[test]
    fn a_step_may_name_its_cycle_and_one_not_yet_due_holds_up_none() {
        let mut bench = bench(&[&buy(("cycle", "3"), "3"), &buy(("cycle", "2"), "2")]);
        assert_eq!(bench.trades(A, [5; 3]), ["hold: no step due", "buy 2 A.X: scripted", "buy 3 A.X: scripted"]);
    }

    #[test]
    fn several_steps_of_one_moment_go_in_the_order_in_which_they_are_written() {
        let mut bench =
            bench(&[&buy(("cycle", "1"), "3"), &buy(("at", "1970-01-01T00:01:00Z"), "1"), &buy(("cycle", "1"), "2")]);
        assert_eq!(bench.trade(B, 5), "buy 3 A.X: scripted; buy 1 A.X: scripted; buy 2 A.X: scripted");
        assert_eq!(bench.same_cycle().trade(A, 5), "hold: no step due");
    }

    #[test]
    fn what_is_written_is_what_is_asked_whatever_is_held_and_open() {
        let full = [
            ("cycle", "1"),
            ("instrument", "B.X"),
            ("side", "sell"),
            ("qty", "2.5"),
            ("limit", "99"),
            ("tif", "gtc"),
            ("reason", "test"),
        ];
        let mut bench = bench(&[&full]).waiting(B);
        bench.trade(A, 5);
        assert_eq!(bench.last_full(), ["sell 2.5 B.X limit 99 gtc: test"]);
    }

    #[test]
    fn a_cancel_withdraws_the_own_open_orders_it_means() {
        let open = |steps: &[Fields<'_>]| bench(steps).waiting(A).waiting(B).waiting(A);
        let all = [("cycle", "1"), ("cancel", "true")];
        assert_eq!(open(&[&all]).trade(A, 5), "cancel 1: scripted; cancel 2: scripted; cancel 3: scripted");
        let on_a = [("cycle", "1"), ("cancel", "true"), ("instrument", "A.X"), ("reason", "enough")];
        assert_eq!(open(&[&on_a]).trade(B, 5), "cancel 1: enough; cancel 3: enough");
        let one = [("cycle", "1"), ("cancel", "12")];
        assert_eq!(open(&[&one]).trade(B, 5), "cancel 12: scripted");
    }

    #[test]
    fn a_fresh_instance_passes_over_earlier_cycles_and_what_is_more_than_a_day_late() {
        let steps: [Fields<'_>; 4] = [
            &buy(("at", "1970-01-01T11:59:59Z"), "1"),
            &buy(("at", "1970-01-01T12:00:00Z"), "2"),
            &buy(("cycle", "19"), "9"),
            &buy(("cycle", "20"), "10"),
        ];
        let mut bench = bench(&steps).at("1970-01-02T12:00:00Z", 20);
        assert_eq!(bench.trade(A, 5), "buy 2 A.X: scripted; buy 10 A.X: scripted");
        assert_eq!(bench.trade(A, 5), "hold: no step due");
    }

    #[test]
    fn an_instance_that_lives_sends_even_what_is_days_late() {
        let mut bench = bench(&[&buy(("at", "1970-01-02T00:00:00Z"), "1")]);
        assert_eq!(bench.trade(A, 5), "hold: no step due");
        assert_eq!(bench.at("1970-01-05T00:00:00Z", 9).trade(A, 5), "buy 1 A.X: scripted");
    }

    #[test]
    fn an_ill_formed_step_is_named_by_number_and_key() {
        for (changes, problem) in [
            (buy(("cycle", "1"), "ten"), "`steps[2].qty` must be a quantity above zero, not `ten`"),
            (buy(("cycle", "0"), "1"), "`steps[2].cycle` must be a whole number above zero, not `0`"),
            (buy(("tif", "day"), "1"), "`steps[2].at` is missing: give `at` or `cycle`"),
        ] {
            assert_eq!(error(&changes).as_deref(), Some(problem));
        }
        let both = [("at", "1970-01-01T00:00:00Z"), ("cycle", "1"), ("cancel", "true")];
        assert_eq!(error(&both).as_deref(), Some("`steps[2].at` and `cycle` exclude each other"));
        let known = KEYS.join(", ");
        let unknown = [("cycle", "1"), ("when", "now")];
        let problem = format!("`steps[2].when` is not a parameter of this kind (known: {known})");
        assert_eq!(error(&unknown), Some(problem));
    }

    #[test]
    fn an_ill_formed_cancel_is_named_too() {
        let wrong = |extra: (&str, &str), which| error(&[("cycle", "1"), ("cancel", which), extra]);
        let number = "`steps[2].cancel` must be true or an order's number, not `false`";
        assert_eq!(wrong(("reason", "x"), "false").as_deref(), Some(number));
        assert_eq!(wrong(("qty", "1"), "true").as_deref(), Some("`steps[2].qty` is not part of a cancel"));
        let both = "`steps[2].instrument` cannot be given with an order's number";
        assert_eq!(wrong(("instrument", "A.X"), "7").as_deref(), Some(both));
    }

    #[test]
    fn steps_must_be_a_list_of_tables() {
        let error = |params| build(params, &instruments()).err().map(|error| error.to_string());
        assert_eq!(error(Params::default()).as_deref(), Some("`steps` is missing: give a list of steps"));
        let text = Param::Text("now".to_owned());
        assert_eq!(error(list("steps", vec![text])).as_deref(), Some("`steps[1].step` must be a table"));
    }
}
