//! `qts schema`: a JSON Schema by which configs from outside are judged as `check` judges them.

use std::fs;

use jsonschema::Validator;
use serde_json::Value;

use crate::support::{Folder, SHARE, four};
use crate::the_example::root;

fn validator() -> Validator {
    let schema = Folder::new("schema").qts("schema");
    assert_eq!((schema.code, schema.err.as_str()), (0, ""));
    let schema = schema.json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    jsonschema::validator_for(&schema).expect("a sound schema")
}

fn is_valid(validator: &Validator, config: &str) -> bool {
    let value: Value = toml::from_str(config).expect("TOML");
    validator.is_valid(&value)
}

#[test]
fn every_bundled_config_is_valid() {
    let validator = validator();
    let examples = fs::read_dir(root().join("examples")).expect("examples");
    // `my-strategy` has a kind of its own; its own program's schema knows it.
    let folders = examples.map(|entry| entry.expect("an entry").path()).filter(|path| !path.ends_with("my-strategy"));
    let configs = folders.filter_map(|folder| fs::read_to_string(folder.join("qts.toml")).ok());
    let configs: Vec<String> = configs.collect();
    assert!(!configs.is_empty());
    for config in configs.iter().chain([&format!("{SHARE}{}", four())]) {
        assert!(is_valid(&validator, config), "{config}");
    }
}

#[test]
fn slips_of_the_finger_are_not() {
    let validator = validator();
    let sound = format!("{SHARE}{}", four());
    for (from, to) in [
        ("cash = \"100000000\"", "csh = \"100000000\""),
        ("cash = \"100000000\"", "cash = \"1,000\""),
        ("stamp = \"date\"", "stamp = \"dat\""),
        ("kind = \"sma_cross\"", "kind = \"sma_cros\""),
        ("fast = 3", "fst = 3"),
        ("extends = \"validity_only\"", "max_lnog = \"5\""),
        ("extends = \"validity_only\"", "max_long = { wran = \"5\" }"),
        ("extends = \"validity_only\"", "max_long = \"many\""),
        ("extends = \"validity_only\"", "price_collar = \"0.015\""),
        ("[[instrument]]", "[instrument]"),
        ("[[data]]", "[[datum]]"),
    ] {
        assert!(sound.contains(from), "{from}");
        assert!(!is_valid(&validator, &sound.replacen(from, to, 1)), "{to}");
    }
}

#[test]
fn a_config_may_say_which_schema_it_follows() {
    let folder = Folder::new("schema-hint").with("bars.csv", crate::support::bars(10));
    folder.write("qts.toml", format!("#:schema qts.schema.json\n{SHARE}{}", four()));
    assert_eq!(folder.qts("check qts.toml").code, 0);
}
