//! `qts policy show`: what a policy comes down to, and where each part of it comes from.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use qts_core::Inst;
use qts_gate::policy::Controls;
use qts_gate::{RiskPolicy, Supervision};
use serde::Serialize;

use crate::cli::Format;
use crate::config::{self, ALWAYS_ON, BUILT, Config, InForce, Origin, Works, nearest};
use crate::exit::{Ending, Trouble};
use crate::kinds::Kinds;
use crate::look::Look;
use crate::table::{Column, Table};
use crate::wire;

/// Flags of `qts policy`.
#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    #[command(subcommand)]
    command: PolicyCommand,
}

/// What to do with policies.
#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// Show one policy, or list all of them
    #[command(after_help = "\
Examples:
  qts policy show
  qts policy show conservative
  qts policy show --config my.toml
  qts policy show swing --config my.toml --format json

Values are written as in a config, so that they can be copied into one.")]
    Show(ShowArgs),
}

/// Flags of `qts policy show`.
#[derive(Debug, Args)]
struct ShowArgs {
    /// The policy; without it, a list of all
    id: Option<String>,
    /// The config that holds it; without it, only the built-in policies are known
    #[arg(long)]
    config: Option<PathBuf>,
    /// How it is printed
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// The list of policies, as JSON.
#[derive(Serialize)]
struct Listed {
    schema: u32,
    policies: Vec<Head>,
}

/// What a policy is called, and whose it is.
#[derive(Serialize)]
struct Head {
    policy: String,
    built_in: bool,
    extends: Option<String>,
    used_by: UsedBy,
}

/// Who is judged by a policy.
#[derive(Serialize)]
struct UsedBy {
    account: bool,
    strategies: Vec<String>,
}

/// A whole policy, as JSON.
#[derive(Serialize)]
struct Shown {
    schema: u32,
    #[serde(flatten)]
    head: Head,
    controls: Vec<Row>,
    always_on: Vec<&'static str>,
}

/// A control at a scope.
#[derive(Serialize)]
struct Row {
    control: &'static str,
    scope: Scope,
    /// For this instrument; `null` for all without a table of their own.
    instrument: Option<String>,
    state: State,
    /// As it would be written in a config.
    value: Option<String>,
    warn: Option<String>,
    limit: Option<String>,
    block: Option<String>,
    from: Option<From>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Scope {
    Strategy,
    Account,
}

/// Does the policy have the control?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Set,
    NotSet,
    Removed,
}

/// Which policy says it, and where.
#[derive(Serialize)]
struct From {
    policy: String,
    file: Option<String>,
    line: Option<usize>,
}

/// The command.
pub(crate) fn policy(args: &PolicyArgs, kinds: &Kinds, out: &mut impl Write) -> Result<Ending, Trouble> {
    let PolicyCommand::Show(args) = &args.command;
    let config = match &args.config {
        Some(path) => wire::load(path, kinds)?,
        None => config::built_in(kinds)?,
    };
    let with_users = args.config.is_some();
    match &args.id {
        None => list(&config, with_users, args.format, out)?,
        Some(id) => show(find(&config, id, with_users)?, &config, with_users, args.format, out)?,
    }
    Ok(Ending::Fine)
}

fn find<'c>(config: &'c Config, id: &str, has_file: bool) -> Result<&'c RiskPolicy, Trouble> {
    let missing = || {
        let way_out = match nearest(id, config.policies.keys().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", config.policies.keys().cloned().collect::<Vec<_>>().join(", ")),
        };
        let more = if has_file { "" } else { " (policies of a config need --config)" };
        Trouble::Usage(format!("no policy is called `{id}`; {way_out}{more}"))
    };
    config.policies.get(id).ok_or_else(missing)
}

fn list(config: &Config, with_users: bool, format: Format, out: &mut impl Write) -> Result<(), Trouble> {
    let policies: Vec<Head> = config.policies.keys().map(|id| head(id, config, with_users)).collect();
    if format == Format::Json {
        return print(&Listed { schema: 1, policies }, out);
    }
    let titles = ["policy", "extends", if with_users { "used by" } else { "" }].map(str::to_owned).to_vec();
    let row = |head: &Head| {
        let extends = head.extends.clone().unwrap_or_else(|| "(built in)".to_owned());
        vec![head.policy.clone(), extends, if with_users { head.used_by.words() } else { String::new() }]
    };
    let columns = vec![Column::codes(), Column::codes(), Column::items()];
    let table = Table::of(columns, [titles].into_iter().chain(policies.iter().map(row)));
    Ok(write!(out, "{}", table.render(Look::of_stdout()))?)
}

fn head(id: &str, config: &Config, with_users: bool) -> Head {
    let strategies = config.all_strategies().filter(|spec| spec.policy == id).map(|spec| spec.id.to_string());
    let used_by = UsedBy { account: with_users && config.account.policy == id, strategies: strategies.collect() };
    let extends = config.base(id).map(str::to_owned);
    Head { policy: id.to_owned(), built_in: RiskPolicy::BUILT_IN.contains(&id), extends, used_by }
}

impl UsedBy {
    fn words(&self) -> String {
        let account = self.account.then(|| "the account".to_owned());
        let all: Vec<String> = account.into_iter().chain(self.strategies.iter().cloned()).collect();
        if all.is_empty() { "nobody".to_owned() } else { all.join(", ") }
    }
}

fn show(
    policy: &RiskPolicy,
    config: &Config,
    with_users: bool,
    format: Format,
    out: &mut impl Write,
) -> Result<(), Trouble> {
    let head = head(&policy.id, config, with_users);
    let controls = rows(policy, config);
    if format == Format::Json {
        return print(&Shown { schema: 1, head, controls, always_on: ALWAYS_ON.to_vec() }, out);
    }
    let kind = head.extends.as_ref().map_or_else(|| "built in".to_owned(), |base| format!("extends {base}"));
    let users = if with_users { format!(" · used by {}", head.used_by.words()) } else { String::new() };
    writeln!(out, "{} · {kind}{users}", policy.id)?;
    for section in controls.chunk_by(|a, b| (a.scope, &a.instrument) == (b.scope, &b.instrument)) {
        writeln!(out, "\n{}", section_title(&section[0], with_users.then_some(&head.used_by)))?;
        let titles = ["control", "value", "warn", "limit", "block", "from"].map(str::to_owned).to_vec();
        let code = Column::codes();
        let columns = vec![code, Column::text(), code, code, code, Column::text()];
        let table = Table::of(columns, [titles].into_iter().chain(section.iter().map(Row::cells)));
        write!(out, "{}", table.render(Look::of_stdout()))?;
    }
    writeln!(out, "\nalways on: {}", ALWAYS_ON.join(", "))?;
    Ok(())
}

fn section_title(first: &Row, used_by: Option<&UsedBy>) -> String {
    if let Some(id) = &first.instrument {
        return format!("{} scope, {id} (what differs)", first.scope.word());
    }
    let used = |used_by: &UsedBy| match first.scope {
        Scope::Strategy => !used_by.strategies.is_empty(),
        Scope::Account => used_by.account,
    };
    let unused = if used_by.is_none_or(used) { "" } else { " (not used there)" };
    format!("{} scope{unused}", first.scope.word())
}

/// All controls at both scopes, then what differs for some instruments.
fn rows(policy: &RiskPolicy, config: &Config) -> Vec<Row> {
    let whole = [(Scope::Strategy, &policy.strategy), (Scope::Account, &policy.account)];
    let watched = Some(&policy.supervision);
    let whole = whole.into_iter().flat_map(|(scope, set)| of_set(&policy.id, scope, None, (set, watched), config));
    let mut found: Vec<Row> = whole.collect();
    for (inst, (strategy, account)) in &policy.instruments {
        for (scope, set) in [(Scope::Strategy, strategy), (Scope::Account, account)] {
            let own = of_set(&policy.id, scope, Some(*inst), (set, None), config);
            let differs = |row: &Row| !found.iter().any(|other| other.instrument.is_none() && other.says_the_same(row));
            let different: Vec<Row> = own.into_iter().filter(differs).collect();
            found.extend(different);
        }
    }
    found
}

/// The controls and supervisors of one scope. Supervisors watch a strategy or the account as a whole: an instrument has
/// none of its own.
fn of_set(
    policy: &str,
    scope: Scope,
    inst: Option<Inst>,
    (set, supervision): (&Controls, Option<&Supervision>),
    config: &Config,
) -> Vec<Row> {
    let here = |control: &&str| {
        let elsewhere = if scope == Scope::Strategy { Works::Account } else { Works::Strategy };
        Works::of(control) != elsewhere
    };
    let row = |control: &'static str| {
        let supervisor = || config::supervisor(supervision?, control);
        let value = config::written(set, control, &config.registry).or_else(supervisor);
        let supervisors_levels = || config::supervisor_in_force(supervision?, control);
        let levels = config::in_force(set, control, scope == Scope::Account).or_else(supervisors_levels);
        let InForce { warn, limit, block } = levels.unwrap_or_default();
        let removes = |origin: &Origin| origin.written.as_ref().is_some_and(|written| written.removes);
        // Of what another scope has, nothing is said here.
        let origin = config.origin(policy, inst, control).filter(|origin| value.is_some() || removes(origin));
        let state = match (&value, &origin) {
            (Some(_), _) => State::Set,
            (None, Some(_)) => State::Removed,
            (None, None) => State::NotSet,
        };
        let instrument = inst.map(|inst| config.registry.name(inst));
        Row { control, scope, instrument, state, value, warn, limit, block, from: origin.map(From::new) }
    };
    let here = BUILT.into_iter().filter(here);
    here.filter(|control| inst.is_none() || !config::SUPERVISORS.contains(control)).map(row).collect()
}

impl Row {
    fn says_the_same(&self, other: &Self) -> bool {
        let key =
            |row: &Self| (row.control, row.scope, row.state, row.value.clone(), row.from.as_ref().map(From::words));
        key(self) == key(other)
    }

    fn cells(&self) -> Vec<String> {
        let value = match (&self.value, self.state) {
            (Some(value), _) => value.clone(),
            (None, State::Removed) => "removed".to_owned(),
            (None, _) => "not set".to_owned(),
        };
        let level = |level: &Option<String>| level.clone().unwrap_or_else(|| "-".to_owned());
        let from = self.from.as_ref().map(From::words).unwrap_or_default();
        vec![self.control.to_owned(), value, level(&self.warn), level(&self.limit), level(&self.block), from]
    }
}

impl Scope {
    const fn word(self) -> &'static str {
        match self {
            Self::Strategy => "strategy",
            Self::Account => "account",
        }
    }
}

impl From {
    fn new(origin: Origin) -> Self {
        let (file, line) = origin.written.map(|written| (written.file, written.line)).unzip();
        Self { policy: origin.policy, file, line }
    }

    fn words(&self) -> String {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => format!("{} {file}:{line}", self.policy),
            _ => format!("{} (built in)", self.policy),
        }
    }
}

fn print(shown: &impl Serialize, out: &mut impl Write) -> Result<(), Trouble> {
    serde_json::to_writer_pretty(&mut *out, shown).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(())
}
