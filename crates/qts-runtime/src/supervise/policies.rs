//! Another policy at run time. A tighter one is taken at once; one that may admit more, by any control, needs a reason.
//! Each change is recorded with its number for the target and the policy's hash; orders on their way stay. A strategy
//! that was unregistered and comes back under another policy is such a change, too.

use std::sync::Arc;

use qts_core::{Code, Scope, StrategyId};
use qts_gate::{RiskPolicy, Supervision, loosened};

use crate::command::Target;
use crate::pipeline::Runtime;
use crate::record::Record;

/// Which policy is in force since it was set at run time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    /// The configured policy is number one.
    number: u64,
    hash: String,
}

impl Runtime {
    /// Sets the policy of the account or of a strategy.
    pub(crate) fn set_policy(
        &mut self,
        target: &Target,
        policy: &Arc<RiskPolicy>,
        reason: &str,
    ) -> Result<Vec<Record>, String> {
        let (scope, old) = match target {
            Target::Account => (Scope::Account, self.gate.account_policy()),
            Target::Strategy(id) => (Scope::Strategy, self.policy_of(id)?),
            Target::Instrument(_) => return Err("an instrument has no policy: name a strategy, or none".to_owned()),
        };
        let loosened = explained(scope, policy, old, reason)?;
        Ok(vec![self.set_and_tell(target, policy, loosened)])
    }

    /// A strategy goes: under which policy it stood is remembered, so that leaving and coming back loosens nothing.
    pub(crate) fn remember_policy(&mut self, id: &StrategyId) {
        if let Some(standing) = self.registry.standings().get(id) {
            self.registry.left_under.insert(id.clone(), Arc::clone(&standing.policy));
        }
    }

    /// By which controls a strategy that comes back may admit more than when it left.
    pub(crate) fn loosened_on_return(
        &self,
        id: &StrategyId,
        policy: &RiskPolicy,
        reason: &str,
    ) -> Result<Vec<Code>, String> {
        let before = self.registry.left_under.get(id);
        before.map_or(Ok(Vec::new()), |before| explained(Scope::Strategy, policy, before, reason))
    }

    /// Another policy than when it left is the next version.
    pub(crate) fn policy_on_return(
        &mut self,
        id: &StrategyId,
        policy: &Arc<RiskPolicy>,
        loosened: Vec<Code>,
    ) -> Option<Record> {
        let before = self.registry.left_under.remove(id)?;
        let is_another = before != *policy;
        is_another.then(|| self.set_and_tell(&Target::Strategy(id.clone()), policy, loosened))
    }

    fn set_and_tell(&mut self, target: &Target, policy: &Arc<RiskPolicy>, loosened: Vec<Code>) -> Record {
        let hash = hash_of(policy);
        let version = self.install(target, policy, &hash);
        Record::PolicySet { target: target.clone(), policy: policy.id.clone(), version, hash, loosened }
    }

    fn install(&mut self, target: &Target, policy: &Arc<RiskPolicy>, hash: &str) -> u64 {
        let version = match target {
            Target::Strategy(id) => {
                // It is registered: its policy was just looked up.
                let _ = self.registry.set_policy(id, Arc::clone(policy));
                let first = Version { number: 1, hash: String::new() };
                self.supervisors.strategy_policies.entry(id.clone()).or_insert(first)
            }
            Target::Account | Target::Instrument(_) => {
                self.gate = self.gate.with_account_policy(Arc::clone(policy));
                self.supervisors.account_policy.get_or_insert(Version { number: 1, hash: String::new() })
            }
        };
        *version = Version { number: version.number + 1, hash: hash.to_owned() };
        version.number
    }

    fn policy_of(&self, id: &StrategyId) -> Result<&RiskPolicy, String> {
        let standing = self.registry.standings().get(id);
        standing.map(|standing| &*standing.policy).ok_or_else(|| format!("no strategy `{id}` is registered"))
    }

    /// What is watched of a strategy.
    pub(super) fn supervision_of(&self, id: &StrategyId) -> Option<Supervision> {
        self.registry.standings().get(id).map(|standing| standing.policy.supervision)
    }
}

/// By which controls a policy may admit more than another.
///
/// # Errors
/// By some, and nobody says why.
fn explained(scope: Scope, new: &RiskPolicy, old: &RiskPolicy, reason: &str) -> Result<Vec<Code>, String> {
    let loosened = loosened(scope, new, old);
    if loosened.is_empty() || !reason.trim().is_empty() {
        return Ok(loosened);
    }
    let codes: Vec<&str> = loosened.iter().map(|code| code.as_str()).collect();
    Err(format!("policy `{}` may admit more ({}): say why", new.id, codes.join(", ")))
}

/// A policy's hash: of the text of all its controls, in the order in which they are declared.
fn hash_of(policy: &RiskPolicy) -> String {
    blake3::hash(format!("{policy:?}").as_bytes()).to_hex().to_string()
}
