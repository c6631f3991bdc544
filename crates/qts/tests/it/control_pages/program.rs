//! What the program says of its controls: reasons, forms, and the built-in policy.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::Folder;

/// Its answers.
pub(super) struct Program {
    reasons: Value,
    schema: Value,
    conservative: Value,
}

impl Program {
    /// Asks it, in a folder of this name.
    pub(super) fn ask(name: &str) -> Self {
        let folder = Folder::new(name);
        let answer = |args: &str| folder.qts(args).json();
        Self {
            reasons: answer("reasons --format json")["reasons"].take(),
            schema: answer("schema"),
            conservative: answer("policy show conservative --format json"),
        }
    }

    /// All reasons.
    pub(super) fn codes(&self) -> Vec<String> {
        let reasons = self.reasons.as_array().expect("reasons").iter();
        reasons.map(|reason| reason["code"].as_str().expect("a code").to_owned()).collect()
    }

    /// What a reason means, and what to do; nothing if none is called so.
    pub(super) fn reason(&self, code: &str) -> Option<(&str, &str)> {
        let reason = self.reasons.as_array().expect("reasons").iter().find(|reason| reason["code"] == code)?;
        Some((reason["meaning"].as_str()?, reason["way_out"].as_str()?))
    }

    /// The controls that a policy may set.
    pub(super) fn controls(&self) -> BTreeSet<String> {
        self.rows().map(|row| row["control"].as_str().expect("a name").to_owned()).collect()
    }

    fn rows(&self) -> impl Iterator<Item = &Value> {
        self.conservative["controls"].as_array().expect("controls").iter()
    }

    /// The forms that a control takes, in words.
    pub(super) fn form(&self, control: &str) -> String {
        let forms = &self.schema["properties"]["policy"]["additionalProperties"]["properties"];
        match forms[control]["description"].as_str() {
            Some(said) => format!("**In a policy:** {said}."),
            None => "**In the strategy's own table**, not in a policy: what its book may hold at cost.".to_owned(),
        }
    }

    /// What `conservative` says of it, word for word.
    pub(super) fn conservative(&self, control: &str) -> Option<String> {
        let rows = self.rows().filter(|row| row["control"] == control);
        let rows: Vec<(&str, &str)> =
            rows.filter_map(|row| Some((row["scope"].as_str()?, row["value"].as_str()?))).collect();
        Some(match rows[..] {
            [] => return None,
            [(_, value)] => format!("`conservative` says `{value}`."),
            [(_, one), (_, other)] if one == other => format!("`conservative` says `{one}`, at both scopes."),
            _ => {
                let each = rows.iter().map(|(scope, value)| format!("`{value}` for the {scope}"));
                format!("`conservative` says {}.", each.collect::<Vec<_>>().join(", "))
            }
        })
    }
}
