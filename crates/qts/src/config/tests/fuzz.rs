//! Broken texts never panic, and every error they cause can be shown.

use super::{EXAMPLE, parse};

fn survives(text: &str) {
    let result = parse("fuzz.toml", text);
    crate::schema::tests::agrees(text, &result);
    let Err(errors) = result else { return };
    let report = errors.render(false);
    assert!(!report.contains("cannot be shown"), "{text}\n{report}");
    for error in errors.iter() {
        assert!(!error.help_text().is_empty() && !error.message().is_empty(), "{}", error.compact());
        assert!(error.line() >= 1 && error.column() >= 1);
    }
}

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

#[test]
fn every_prefix_is_survived() {
    for (end, _) in EXAMPLE.char_indices() {
        survives(&EXAMPLE[..end]);
    }
}

#[test]
fn two_thousand_mutations_are_survived() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let spice = b"[]{}=\"'\\.,#\n\r\t -+_0159aeEZ%\xff\xed\0";
    for _ in 0..2000 {
        let mut bytes = EXAMPLE.as_bytes().to_vec();
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
        survives(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn one_mutated_value_is_one_error_or_none() {
    for (from, to) in [("\"KRW\"\ncash", "\"KR\"\ncash"), ("\"1d\"", "\"1x\""), ("\"100\"\nprice", "\"NaN\"\nprice")] {
        let text = EXAMPLE.replacen(from, to, 1);
        assert_ne!(text, EXAMPLE);
        survives(&text);
    }
}
