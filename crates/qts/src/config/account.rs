//! `[account]`, `[broker]`, `[arbitration]`, `[quarantine]`: the tables that stand alone.

use qts_core::{Money, Ratio};
use qts_gate::ArbitrationRule;

use super::code::Code;
use super::names::Names;
use super::reader::{Item, Table};
use super::scalars::Bound;
use super::source::Place;
use super::spec::{AccountSpec, BrokerSpec, LimitFill, Quarantine};

/// What instruments need to know of the account and its broker.
pub(super) struct AccountBase {
    /// Its currency, and where that stands.
    pub(super) currency: Option<(String, Place)>,
    /// The broker's commission.
    pub(super) commission: Ratio,
}

/// The account before the policies are known.
pub(super) struct Draft<'d> {
    id: Option<String>,
    currency: Option<(String, Place)>,
    cash: Option<(Money, Place)>,
    policy: Option<Item<'d>>,
}

/// `[account]`, which must be there.
pub(super) fn read<'d>(root: &mut Table<'d>) -> Draft<'d> {
    let Some(item) = root.take("account") else {
        let message = format!("there is no `[account]` in {}", root.log.file.name());
        let error = root.log.error(Code::MissingKey, Place::default(), message);
        root.log.push(error.help("add `[account]` with `currency = \"KRW\"` and `cash = \"100000000\"`"));
        return Draft { id: None, currency: None, cash: None, policy: None };
    };
    let Some(mut table) = item.table("[account]") else {
        return Draft { id: None, currency: None, cash: None, policy: None };
    };
    let draft = Draft {
        id: table.take("id").map_or_else(|| Some("main".to_owned()), |item| item.text()),
        currency: table.require("currency", "\"KRW\"").and_then(|item| currency(&item)),
        cash: table.require("cash", "\"100000000\"").and_then(|item| Some((item.money()?, item.place))),
        policy: table.take("policy"),
    };
    table.finish();
    draft
}

/// A currency's code: capital letters and digits.
fn currency(item: &Item<'_>) -> Option<(String, Place)> {
    let text = item.text()?;
    let sound = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if sound && (2..=10).contains(&text.len()) {
        return Some((text, item.place));
    }
    let error = item.error(Code::BadCurrency, format!("`{text}` is not a currency code"));
    let upper = text.to_ascii_uppercase();
    item.log.push(
        error
            .one_of(&text, [upper.as_str()].into_iter().filter(|u| u.len() == 3), "codes")
            .or_help("write its code in capital letters, such as \"KRW\" or \"USD\""),
    );
    None
}

impl Draft<'_> {
    /// What instruments are read with.
    pub(super) fn base(&self, broker: &BrokerSpec) -> AccountBase {
        AccountBase { currency: self.currency.clone(), commission: broker.commission }
    }

    /// The account, now that the policies are known.
    pub(super) fn finish(self, names: &Names<'_>) -> Option<AccountSpec> {
        let policy_place = self.policy.as_ref().map(|item| item.place);
        let policy = self.policy.map_or_else(|| Some("conservative".to_owned()), |item| names.policy(&item));
        let (cash, cash_place) = self.cash?;
        Some(AccountSpec { id: self.id?, currency: self.currency?.0, cash, policy: policy?, cash_place, policy_place })
    }
}

/// `[broker]`: left out, it is the simulated one without costs.
pub(super) fn read_broker(root: &mut Table<'_>) -> BrokerSpec {
    let mut broker = BrokerSpec::default();
    let Some(mut table) = root.single("broker") else { return broker };
    let whole = Ratio::whole(1);
    if let Some(item) = table.take("kind") {
        item.word(&[("sim", ())]);
    }
    if let Some(item) = table.take("fill") {
        item.word(&[("next", ())]);
    }
    if let Some(item) = table.take("slippage_ticks") {
        broker.slippage_ticks = item.whole(0).unwrap_or_default();
    }
    if let Some(item) = table.take("commission") {
        broker.commission = item.share(Bound::NotNegative, whole).unwrap_or_default();
    }
    if let Some(item) = table.take("max_volume_share") {
        broker.max_volume_share = item.share(Bound::Positive, whole);
    }
    if let Some(item) = table.take("limit_fill") {
        let words = [("through", LimitFill::Through), ("touch", LimitFill::Touch)];
        broker.limit_fill = item.word(&words).unwrap_or_default();
    }
    table.finish();
    broker
}

/// `[arbitration]`: left out, only exits go through.
pub(super) fn read_rule(root: &mut Table<'_>) -> ArbitrationRule {
    let Some(mut table) = root.single("arbitration") else { return ArbitrationRule::default() };
    let words =
        [("exits_only", ArbitrationRule::ExitsOnly), ("net", ArbitrationRule::Net), ("rank", ArbitrationRule::Rank)];
    let rule = table.take("rule").and_then(|item| item.word(&words));
    table.finish();
    rule.unwrap_or_default()
}

/// `[quarantine]`.
pub(super) fn read_quarantine(root: &mut Table<'_>) -> Quarantine {
    let mut quarantine = Quarantine::default();
    let Some(mut table) = root.single("quarantine") else { return quarantine };
    if let Some(failures) = table.take("failures").and_then(|item| item.whole(1)) {
        quarantine.failures = failures;
    }
    if let Some(cycles) = table.take("within_cycles").and_then(|item| item.whole(1)) {
        quarantine.within_cycles = cycles;
    }
    if let Some(intents) = table.take("max_intents_per_cycle").and_then(|item| item.whole(1)) {
        quarantine.max_intents_per_cycle = intents;
    }
    table.finish();
    quarantine
}
