//! Strategies for tests: closures, and scripts of one line per cycle.

use std::sync::Arc;

use qts_core::{Ask, CancelIntent, Intent, Kind, MarketEvent, OrderId, Qty, Side, Tif};
use qts_strategy::{Factory, Intents, Strategy, StrategyError, View};

use crate::floor::instrument;

struct Closure<F>(F);

impl<F> Strategy for Closure<F>
where
    F: FnMut(&View<'_>, &MarketEvent, &mut Intents) -> Result<(), StrategyError> + Send,
{
    fn on_event(&mut self, view: &View<'_>, event: &MarketEvent, out: &mut Intents) -> Result<(), StrategyError> {
        (self.0)(view, event, out)
    }
}

/// A strategy that is a closure; every fresh instance is a copy of it as it was written.
pub(crate) fn strategy<F>(react: F) -> Factory
where
    F: FnMut(&View<'_>, &MarketEvent, &mut Intents) -> Result<(), StrategyError> + Clone + Send + Sync + 'static,
{
    Arc::new(move || Box::new(Closure(react.clone())))
}

/// A strategy that never asks for anything.
pub(crate) fn idle() -> Factory {
    script("")
}

#[derive(Clone)]
enum Deed {
    Ask(Ask),
    Panic,
    Error,
    Flood,
}

/// Does what is written, at the first event of each cycle: `"1 buy 10 A; 1 sell 5 B @100 gtc; 3 cancel 1; 4 panic"`.
/// `*` is every cycle; `panic`, `error` and `flood` fail; whatever cannot be is asked for as it stands.
pub(crate) fn script(text: &str) -> Factory {
    let lines = text.split("; ").filter(|line| !line.is_empty());
    let deeds: Vec<(Option<u64>, Deed)> = lines.map(parse).collect();
    let mut last = 0;
    strategy(move |view, _, out| {
        let cycle = view.cycle().0;
        if std::mem::replace(&mut last, cycle) == cycle {
            return Ok(());
        }
        for (_, deed) in deeds.iter().filter(|(when, _)| when.is_none_or(|when| when == cycle)) {
            match deed {
                Deed::Ask(ask) => out.ask(ask.clone()),
                Deed::Panic => panic!("on purpose"),
                Deed::Error => return Err(StrategyError("on purpose".into())),
                Deed::Flood => (0..1_000).for_each(|_| out.buy(instrument("A"), Qty::whole(1), "flood")),
            }
        }
        Ok(())
    })
}

fn parse(line: &str) -> (Option<u64>, Deed) {
    let (when, what) = line.split_once(' ').expect("a cycle and a deed");
    let words: Vec<&str> = what.split(' ').collect();
    let deed = match words[..] {
        ["panic"] => Deed::Panic,
        ["error"] => Deed::Error,
        ["flood"] => Deed::Flood,
        ["cancel", order] => Deed::Ask(Ask::Cancel(CancelIntent {
            order: OrderId(order.parse().expect("an order's number")),
            why: "script".into(),
        })),
        [side, qty, inst, ref rest @ ..] => Deed::Ask(Ask::Trade(Intent {
            instrument: instrument(inst),
            side: if side == "buy" { Side::Buy } else { Side::Sell },
            qty: qty.parse().expect("a quantity"),
            kind: rest
                .iter()
                .find_map(|word| word.strip_prefix('@'))
                .map_or(Kind::Market, |limit| Kind::Limit(limit.parse().expect("a limit"))),
            tif: [Tif::Gtc, Tif::Ioc, Tif::Fok]
                .into_iter()
                .find(|tif| rest.contains(&tif.as_str()))
                .unwrap_or_default(),
            why: "script".into(),
        })),
        _ => panic!("{line}"),
    };
    (when.parse().ok(), deed)
}
