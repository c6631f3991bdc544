//! Broken inputs never panic, and every error they cause has a place; sound ones get a decision for every intent.

use serde_json::Value;

use super::contract::INPUT;
use super::*;

/// A small fixed generator: the same mutations every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % n
    }
}

/// Was it decided?
fn survives(config: &Config, shape: Shape, input: &[u8]) -> bool {
    let (out, result) = decide(config, shape, input, Format::Json);
    let (table, _) = decide(config, shape, input, Format::Table);
    for line in out.lines() {
        let answer: Value = serde_json::from_str(line).expect("JSON comes out");
        assert_eq!(answer["schema"], 1, "{line}");
    }
    assert_eq!(out.lines().count(), table.lines().filter(|line| line.starts_with("cycle ")).count());
    match result {
        Ok(()) => true,
        Err(DecideError::Input(bad)) => {
            let text = String::from_utf8_lossy(input);
            assert!(bad.line >= 1 && bad.line <= text.matches('\n').count() + 1 && bad.column >= 1, "{bad}\n{text}");
            assert!(bad.path.starts_with('$') && !bad.problem.is_empty() && !bad.help.is_empty(), "{bad}");
            false
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn every_prefix_is_survived() {
    let config = config(CONFIG);
    for end in 0..INPUT.len() {
        survives(&config, Shape::Unknown, &INPUT.as_bytes()[..end]);
    }
}

#[test]
fn two_thousand_mutations_are_survived() {
    let config = config(CONFIG);
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let spice = b"[]{}:\"'\\.,#\n\r\t -+_0159aeEun%\xff\xed\0";
    for _ in 0..2000 {
        let mut bytes = INPUT.as_bytes().to_vec();
        for _ in 0..=dice.below(4) {
            let at = dice.below(bytes.len());
            match dice.below(4) {
                0 => bytes[at] = spice[dice.below(spice.len())],
                1 => bytes.insert(at, spice[dice.below(spice.len())]),
                2 => drop(bytes.remove(at)),
                _ => {
                    let end = (at + dice.below(40)).min(bytes.len());
                    let piece = bytes[at..end].to_vec();
                    let to = dice.below(bytes.len());
                    bytes.splice(to..to, piece);
                }
            }
        }
        let shape = [Shape::Whole, Shape::Lines, Shape::Unknown][dice.below(3)];
        survives(&config, shape, &bytes);
    }
}

/// Replaces the dice's choice of values within a JSON value by others.
fn season(value: &mut Value, spice: &[Value], dice: &mut Dice) {
    if dice.below(12) == 0 {
        *value = spice[dice.below(spice.len())].clone();
    }
    match value {
        Value::Object(map) => map.values_mut().for_each(|part| season(part, spice, dice)),
        Value::Array(parts) => parts.iter_mut().for_each(|part| season(part, spice, dice)),
        _ => {}
    }
}

#[test]
fn two_thousand_cycles_with_odd_values_are_survived_and_some_decided() {
    let rules = ["exits_only", "net", "rank"].map(|rule| {
        let policy = "extends = \"conservative\"\nmax_order_qty = \"100\"\nmax_net_exposure = \"50%\"";
        let text = CONFIG.replace("extends = \"validity_only\"", policy);
        config(&format!("{text}[arbitration]\nrule = \"{rule}\"\n"))
    });
    let words =
        ["9e10", "-9e10", "0.00000001", "5", "1e400", "NaN", "", "buy", "sell", "limit", "market", "a", "b", "0"];
    let mut spice: Vec<Value> = words.map(Value::from).to_vec();
    spice.extend(["BTC.X", "005930.KRX", "unassigned", "2026-01-05T01:00:00Z", "halted"].map(Value::from));
    spice.extend([
        Value::Null,
        Value::from(3),
        Value::from(1e300),
        Value::Array(vec![]),
        Value::Object(Default::default()),
    ]);
    let sound: Value = serde_json::from_str(INPUT).expect("JSON");
    let mut dice = Dice(0xD1CE);
    let mut decided = 0;
    for round in 0..2000 {
        let mut input = sound.clone();
        // Every other round leaves all but the intents alone, so that most of those are decided.
        let seasoned = if round % 2 == 0 { &mut input["intents"] } else { &mut input };
        season(seasoned, &spice, &mut dice);
        decided += usize::from(survives(&rules[round % 3], Shape::Whole, input.to_string().as_bytes()));
    }
    assert!(decided > 300, "{decided} decided");
}
