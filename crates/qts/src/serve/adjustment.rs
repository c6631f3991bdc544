//! What a line says of splits: the shares of an instrument have a new scale from its time on.

use qts_core::{Scale, ScaleError, Ts};
use qts_runtime::Adjustment;

use crate::decide::error::{Fault, Problem, shown};
use crate::decide::node::Node;
use crate::decide::setup;
use crate::decide::wants::Directory;

use super::service::Service;

/// The adjustments of a line; one without a time is of `now`.
///
/// # Errors
/// The first thing that is wrong.
pub(super) fn read(service: &Service, node: Option<Node<'_>>, now: Ts) -> Result<Vec<Adjustment>, Problem> {
    let nodes = node.map(Node::one_or_more).transpose()?.unwrap_or_default();
    nodes.into_iter().map(|node| read_one(service, node, now)).collect()
}

fn read_one(service: &Service, node: Node<'_>, now: Ts) -> Result<Adjustment, Problem> {
    let [instrument, ratio, at, reason] = node.fields(["instrument", "ratio", "at", "reason"])?;
    let named = instrument.ok_or_else(|| node.lacks("instrument"))?;
    let instrument = setup::instrument(service.instruments(), named)?;
    let scale = read_ratio(ratio.ok_or_else(|| node.lacks("ratio"))?)?;
    let ts = at.map_or(Ok(now), Node::time)?;
    let reason = reason.map(Node::text).transpose()?.unwrap_or_default().into_owned();
    if service.awaits_judgement(instrument) {
        let problem = "prices or intents of the old scale wait to be judged";
        let help = "send `{\"judge\": true}` before the adjustment, and prices of the new scale with it or after it";
        return Err(named.problem(problem, help).of(Fault::OldScaleWaits));
    }
    Ok(Adjustment { ts, instrument, scale, reason })
}

/// New shares for one old one.
fn read_ratio(node: Node<'_>) -> Result<Scale, Problem> {
    let text = node.echo()?;
    let why = match text.parse::<Scale>() {
        Ok(scale) if scale.is_one() => "it changes nothing".to_owned(),
        Ok(scale) => return Ok(scale),
        Err(why @ (ScaleError::Number(_) | ScaleError::NotPositive)) => why.to_string(),
    };
    let help = "write new shares for one old one, such as \"50\", \"1/10\" or \"3/2\"";
    Err(node.problem(format!("`{}`: {why}", shown(&text)), help))
}
