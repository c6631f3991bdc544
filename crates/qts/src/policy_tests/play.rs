//! Plays a case: a fresh service, its steps one by one, each reply beside what is expected of it.

use std::sync::Arc;

use serde_json::Value;

use crate::config::cases::{self, Case, Step};
use crate::config::{Config, ConfigErrors, Source};
use crate::exit::Trouble;
use crate::interrupt::Interrupt;
use crate::serve::Service;

use super::compare::{Mismatch, compare};

/// How a case went.
pub(super) enum Outcome {
    /// As expected.
    Passed,
    /// A step's reply was not what was expected of it; nothing was played after it.
    Failed(Failure),
    /// A step is no sound line.
    Refused {
        /// Its place among the steps.
        step: usize,
        /// The service's error.
        error: Value,
    },
}

/// The first step that went wrong.
#[derive(Debug)]
pub(super) struct Failure {
    /// Its place among the steps.
    pub(super) step: usize,
    /// Where reply and expectation differ.
    pub(super) mismatches: Vec<Mismatch>,
    /// What was decided, with the reasons.
    pub(super) decisions: Vec<String>,
}

/// Plays a case on a config.
///
/// # Errors
/// The config's strategies cannot be built, or somebody asked for the end.
pub(super) fn play(config: &Config, case: &Case, interrupt: &Interrupt) -> Result<Outcome, Trouble> {
    let mut service = Service::new(config.clone())?;
    for ((place, step), number) in case.steps.iter().enumerate().zip(1..) {
        interrupt.check()?;
        let reply = service.answer(number, step.line.as_bytes());
        let reply: Value = serde_json::from_str(&reply).map_err(|why| Trouble::Failure(why.to_string()))?;
        if let Some(error) = reply.get("error") {
            return Ok(Outcome::Refused { step: place, error: error.clone() });
        }
        let mismatches = compare(&step.expect, &reply);
        if !mismatches.is_empty() {
            return Ok(Outcome::Failed(Failure { step: place, mismatches, decisions: decisions(&reply) }));
        }
    }
    Ok(Outcome::Passed)
}

impl Outcome {
    /// The failure, if there is one.
    ///
    /// # Errors
    /// A step is no sound line: with its place in the file.
    pub(super) fn understood(self, source: &Arc<Source>, case: &Case) -> Result<Option<Failure>, Trouble> {
        match self {
            Self::Passed => Ok(None),
            Self::Failed(failure) => Ok(Some(failure)),
            Self::Refused { step, error } => Err(bad_step(source, &case.steps[step], &error)),
        }
    }
}

/// The service's complaint, at the part of the step that it is about.
fn bad_step(source: &Arc<Source>, step: &Step, error: &Value) -> Trouble {
    let text = |key: &str| error[key].as_str().unwrap_or_default();
    let mut path = text("path");
    let place = loop {
        match (step.places.get(path), path.rfind(['.', '['])) {
            (Some(place), _) => break *place,
            (None, Some(cut)) => path = &path[..cut],
            (None, None) => break step.place,
        }
    };
    let error = cases::bad_step(source, place, text("message"), text("help"));
    Trouble::Tests(ConfigErrors::new(vec![error]))
}

/// What was decided, a line each, with a sentence for each reason below.
fn decisions(reply: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for (place, decision) in reply["decisions"].as_array().into_iter().flatten().enumerate() {
        let text = |key: &str| decision[key].as_str().unwrap_or("?");
        let what = match decision["cancel"].as_str() {
            Some(order) => format!("cancel {order}"),
            None => format!("{} {} {}", text("side"), text("asked"), text("instrument")),
        };
        let (strategy, verdict, sent) = (text("strategy"), text("verdict"), text("sent"));
        lines.push(format!("decisions[{place}] was: {strategy} {what}: {verdict}, {sent} sent"));
        let reasons = decision["reasons"].as_array().into_iter().flatten();
        lines.extend(reasons.filter_map(|reason| reason["text"].as_str()).map(|text| format!("  {text}")));
    }
    lines
}
