//! `[[strategy]]` and `[command.strategy]`.

use std::collections::BTreeMap;

use qts_core::{Inst, StrategyId};
use qts_gate::StrategyState;
use qts_strategy::{Param, Params};
use toml::de::DeValue;

use super::code::Code;
use super::names::Names;
use super::reader::{Item, Table};
use super::scalars::number_as_written;
use super::source::Place;
use super::spec::{StrategyPlaces, StrategySpec};

const STATES: [(&str, StrategyState); 4] = [
    ("active", StrategyState::Active),
    ("reduce_only", StrategyState::ReduceOnly),
    ("shadow", StrategyState::Shadow),
    ("disabled", StrategyState::Disabled),
];

/// All strategies in the order written; their ids go into `names`.
pub(super) fn read(root: &mut Table<'_>, names: &mut Names<'_>) -> Vec<StrategySpec> {
    let rows = root.rows("strategy");
    let read = |row| {
        let (id, spec) = read_one(row, names)?;
        names.declare_strategy(&id, spec.id.as_str());
        Some(spec)
    };
    rows.into_iter().filter_map(read).collect()
}

/// One strategy, and the item that holds its id, which is not declared yet. An empty id is none.
pub(super) fn read_one<'d>(mut row: Table<'d>, names: &Names<'_>) -> Option<(Item<'d>, StrategySpec)> {
    let id_item = row.require("id", "\"ema-10-30\"");
    let id = id_item.as_ref().and_then(Item::text).unwrap_or_default();
    let place = id_item.as_ref().map_or(row.place, |item| item.place);
    let name = row.take("name").and_then(|item| item.text());
    let kind = row.take("kind");
    let has_kind = kind.is_some();
    let kind = kind.and_then(|item| names.kind(&item));
    let (instruments, instrument_places) = read_instruments(&mut row, names, has_kind);
    let (policy, budget) = (row.take("policy"), row.take("budget"));
    let place_of = |item: &Option<Item<'_>>| item.as_ref().map(|item| item.place);
    let places =
        StrategyPlaces { policy: place_of(&policy), budget: place_of(&budget), instruments: instrument_places };
    let params = row.take("params");
    let params_place = params.as_ref().map_or(place, |item| item.place);
    let (params, param_places) = params.map(read_params).unwrap_or_default();
    let spec = StrategySpec {
        id: StrategyId::new(&id),
        name: name.unwrap_or_else(|| id.clone()),
        kind,
        instruments,
        state: row.take("state").and_then(|item| item.word(&STATES)).unwrap_or_default(),
        rank: row.take("rank").and_then(|item| item.whole(i64::MIN.into())).unwrap_or(100),
        policy: policy.and_then(|item| names.policy(&item)).unwrap_or_else(|| "conservative".to_owned()),
        budget: budget.and_then(|item| item.money()),
        params,
        place,
        places,
        param_places: (params_place, param_places),
    };
    row.finish();
    if id.is_empty() { None } else { id_item.map(|item| (item, spec)) }
}

/// What it subscribes to. Only a strategy without a kind, whose intents come from outside, needs no list.
fn read_instruments(row: &mut Table<'_>, names: &Names<'_>, required: bool) -> (Vec<Inst>, Vec<Place>) {
    let example = "[\"005930.KRX\"]";
    let item = if required { row.require("instruments", example) } else { row.take("instruments") };
    let Some(item) = item else { return Default::default() };
    let (log, place) = (item.log, item.place);
    let Some(elements) = item.list("instrument ids") else { return Default::default() };
    if elements.is_empty() && required {
        let error = log.error(Code::MissingKey, place, "`instruments` is empty: the strategy would see nothing");
        log.push(error.help(format!("name at least one: `instruments = {example}`")));
    }
    let mut found: Vec<(Inst, Place)> = Vec::new();
    for element in elements {
        let Some(inst) = names.instrument(&element) else { continue };
        match found.iter().find(|(other, _)| *other == inst) {
            Some((_, first)) => repeated(&element, *first),
            None => found.push((inst, element.place)),
        }
    }
    found.into_iter().unzip()
}

fn repeated(element: &Item<'_>, first: Place) {
    let error = element.error(Code::Repeated, "the same instrument is listed twice").label("again here");
    element.log.push(error.also(first, "first here").help("delete one of the two"));
}

type ParamPlaces = BTreeMap<String, (Place, Place)>;

fn read_params(item: Item<'_>) -> (Params, ParamPlaces) {
    let mut places = ParamPlaces::new();
    let Some(mut table) = item.table("`params`") else { return (Params::default(), places) };
    let params = read_table(&mut table, "", &mut places);
    (params, places)
}

fn read_table(table: &mut Table<'_>, path: &str, places: &mut ParamPlaces) -> Params {
    let pairs = table.drain().into_iter().map(|item| {
        let path = if path.is_empty() { item.key.clone() } else { format!("{path}.{}", item.key) };
        places.insert(path.clone(), (item.key_place, item.place));
        (item.key.clone(), read_param(item, &path, places))
    });
    pairs.collect::<Vec<_>>().into_iter().collect()
}

fn read_param(item: Item<'_>, path: &str, places: &mut ParamPlaces) -> Param {
    match &item.value {
        DeValue::Array(_) => Param::List(read_list(item, path, places)),
        DeValue::Table(_) => {
            let table = item.table(path);
            Param::Table(table.map(|mut table| read_table(&mut table, path, places)).unwrap_or_default())
        }
        DeValue::String(text) => Param::Text(text.clone().into_owned()),
        DeValue::Boolean(flag) => Param::Text(flag.to_string()),
        DeValue::Datetime(_) => Param::Text(item.log.file.slice(item.place).to_owned()),
        number => Param::Text(number_as_written(number).unwrap_or_default()),
    }
}

fn read_list(item: Item<'_>, path: &str, places: &mut ParamPlaces) -> Vec<Param> {
    let elements = item.list("values").unwrap_or_default();
    let element = |(index, element): (usize, Item<'_>)| {
        // Elements are counted from 1, as builders count them in their complaints.
        let path = format!("{path}[{}]", index + 1);
        places.insert(path.clone(), (element.place, element.place));
        read_param(element, &path, places)
    };
    elements.into_iter().enumerate().map(element).collect()
}
