//! `qts why`: what a strategy said about an instrument at a time, above all when it led to nothing.
//!
//! The config is run again; `lookout` hears every answer of the strategy to an event of the instrument; equal answers
//! in a row are one [`Stretch`]. The one that holds the time asked about is told, with the one before it.

mod lookout;
mod text;

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use qts_core::{Inst, Slice, StrategyId, Ts};
use serde::Serialize;

use crate::cli::Format;
use crate::config::{Config, nearest};
use crate::engine::Engine;
use crate::exit::{Ending, Trouble};
use crate::interrupt::Interrupt;
use crate::kinds::Kinds;
use crate::local::{self, TimeOrDate};
use crate::wire;

use lookout::{Lookout, Stretch};

/// Flags of `qts why`.
#[derive(Debug, Args)]
pub(crate) struct WhyArgs {
    /// The config
    pub(crate) config: PathBuf,
    /// The strategy's id
    #[arg(long, value_name = "ID")]
    pub(crate) strategy: String,
    /// The instrument's id
    #[arg(long, value_name = "ID")]
    pub(crate) instrument: String,
    /// When: a time (RFC 3339 with offset), or a date on the instrument's own clock, whose end is meant
    #[arg(long, value_name = "TS", value_parser = TimeOrDate::parse)]
    pub(crate) at: TimeOrDate,
    /// How it is printed
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// What there is to say.
#[derive(Debug, Serialize)]
struct Why {
    schema: u32,
    strategy: String,
    instrument: String,
    at: String,
    /// The answer in force at that time; none if there was no event of the instrument until then.
    answer: Option<Stretch>,
    /// The one before it.
    before: Option<Stretch>,
    /// Why there is no answer, or what else is worth knowing.
    note: Option<String>,
}

/// The command.
pub(crate) fn why(
    args: &WhyArgs,
    kinds: &Kinds,
    interrupt: &Interrupt,
    out: &mut impl Write,
) -> Result<Ending, Trouble> {
    let config = wire::load(&args.config, kinds)?;
    config.require_data()?;
    let (strategy, inst) = (strategy(&config, &args.strategy)?, instrument(&config, &args.instrument)?);
    let at = args.at.on_the_clock_of(&config, inst).map_err(Trouble::Usage)?;
    let mut why = find(&config, (&strategy, inst), (args.at, at), interrupt)?;
    why.at = args.at.told(&config, inst);
    match args.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &why).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        Format::Table => out.write_all(text::tell(&why, &config).as_bytes())?,
    }
    Ok(Ending::Fine)
}

fn strategy(config: &Config, id: &str) -> Result<StrategyId, Trouble> {
    let known = || config.all_strategies().map(|spec| spec.id.as_str());
    let found = config.all_strategies().find(|spec| spec.id.as_str() == id);
    found.map(|spec| spec.id.clone()).ok_or_else(|| unknown("strategy", id, known()))
}

fn instrument(config: &Config, id: &str) -> Result<Inst, Trouble> {
    let known = || config.instruments.iter().map(|spec| spec.id.as_str());
    config.registry.find(id).ok_or_else(|| unknown("instrument", id, known()))
}

fn unknown<'k>(what: &str, id: &str, known: impl Iterator<Item = &'k str>) -> Trouble {
    let known: Vec<&str> = known.collect();
    let help = match nearest(id, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", known.join(", ")),
    };
    Trouble::Usage(format!("no {what} has the id `{id}`; {help}"))
}

/// Runs the config until the answer at that time is known, and how long it lasted.
fn find(
    config: &Config,
    (strategy, inst): (&StrategyId, Inst),
    asked: (TimeOrDate, Ts),
    interrupt: &Interrupt,
) -> Result<Why, Trouble> {
    let at = asked.1;
    let mut why = Why {
        schema: 1,
        strategy: strategy.to_string(),
        instrument: config.registry.name(inst),
        at: String::new(),
        answer: None,
        before: None,
        note: deaf(config, strategy, inst),
    };
    if why.note.is_some() {
        return Ok(why);
    }
    let mut engine = Engine::new(wire::wire(config)?, interrupt);
    let mut lookout = Lookout::new(config, strategy, inst);
    let concerns = |slice: &Slice| slice.events.iter().any(|event| event.instrument == inst);
    let mut events = Events::default();
    while let Some(slice) = engine.next_slice()? {
        let (ts, is_heard) = (slice.ts, concerns(&slice));
        lookout.begin(ts);
        engine.cycle(slice, &mut lookout)?;
        events.note(ts, at, is_heard);
        let Some(answer) = lookout.answer(is_heard, engine.runtime()) else { continue };
        events.answered(ts, at);
        if ts > at && lookout.stretch().is_none() {
            let begins = local::time(config, inst, ts);
            why.note = Some(format!("the data of the instrument begins at {begins}, after the time asked about"));
            return Ok(why);
        }
        if lookout.differs(&answer) {
            if ts > at {
                why.answer = lookout.take();
                why.note = events.silence(config, inst, asked, false);
                return Ok(why);
            }
            why.before = lookout.take();
        }
        lookout.extend(answer, ts, at, engine.runtime());
    }
    why.answer = lookout.take();
    why.note = events.silence(config, inst, asked, true);
    Ok(why)
}

/// When something was heard of the instrument, around the time asked about.
#[derive(Debug, Default)]
struct Events {
    /// Its last event until then.
    before: Option<Ts>,
    /// Its first one after that.
    after: Option<Ts>,
    /// The last answer until then; the operator's decisions need no event.
    answered: Option<Ts>,
}

impl Events {
    fn note(&mut self, ts: Ts, at: Ts, is_heard: bool) {
        if is_heard && ts <= at {
            self.before = Some(ts);
        } else if is_heard {
            self.after.get_or_insert(ts);
        }
    }

    fn answered(&mut self, ts: Ts, at: Ts) {
        if ts <= at {
            self.answered = Some(ts);
        }
    }

    /// What is to be said if nothing was heard at the time asked about: on that day, if it is a date.
    fn silence(&self, config: &Config, inst: Inst, (asked, at): (TimeOrDate, Ts), is_over: bool) -> Option<String> {
        let Some(before) = self.before else { return Some("the data holds no event of the instrument".to_owned()) };
        let is_earlier = |ts: Ts| match asked {
            TimeOrDate::Time(_) => ts < at,
            TimeOrDate::Date(_) => local::end_of_day(config, inst, ts).is_none_or(|end| end < at),
        };
        if !self.answered.is_none_or(is_earlier) {
            return None;
        }
        let time = |ts| local::time(config, inst, ts);
        Some(match self.after {
            Some(after) => {
                format!("no event of the instrument between {} and {}: its last answer", time(before), time(after))
            }
            None if is_over => format!("the data of the instrument ends at {}: its last answer", time(before)),
            None => format!("no event of the instrument after {} until then: its last answer", time(before)),
        })
    }
}

/// Why the strategy cannot have heard of the instrument at all.
fn deaf(config: &Config, strategy: &StrategyId, inst: Inst) -> Option<String> {
    let spec = config.all_strategies().find(|spec| spec.id == *strategy)?;
    if !spec.instruments.contains(&inst) {
        let names: Vec<String> = spec.instruments.iter().map(|inst| config.registry.name(*inst)).collect();
        return Some(format!("it does not subscribe to it: its `instruments` are {}", names.join(", ")));
    }
    let fed = config.data.iter().any(|data| data.instrument == inst);
    (!fed).then(|| "there is no `[[data]]` for the instrument: add its prices".to_owned())
}
