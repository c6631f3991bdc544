//! Where in a JSON text a byte stands: its line, and its path from the root, found by walking the text up to it.
//!
//! Only errors ask, so nothing keeps track of paths while cycles are read. The text need not be sound after that byte.

/// Paths show this many steps at most.
const MOST_STEPS: usize = 12;

/// Line and column of a byte, both from 1, columns in characters.
pub(super) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// The byte of a line and a column as `serde_json` counts them: columns in bytes, 0 before a line's first.
pub(super) fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let above: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut offset = (above + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// A step from a value to one of its parts.
enum Step<'a> {
    /// Into an object: its key as written, without the quotes, and whether the key is still to come.
    Key(&'a str, bool),
    /// Into an array.
    Item(usize),
}

/// The path of the value or key at a byte, as JSONPath writes it.
pub(crate) fn path_at(text: &str, offset: usize) -> String {
    let mut steps: Vec<Step<'_>> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        if at > offset || (at == offset && byte != b'"') {
            break;
        }
        if byte == b'"' {
            let length = string_length(&bytes[at..]);
            if let Some(Step::Key(key, expected @ true)) = steps.last_mut() {
                *key = text.get(at + 1..at + length - 1).unwrap_or_default();
                *expected = false;
            }
            at += length;
        } else {
            walk(byte, &mut steps);
            at += 1;
        }
    }
    written(&steps)
}

/// What one byte outside of strings does to the path.
fn walk(byte: u8, steps: &mut Vec<Step<'_>>) {
    match byte {
        b'{' => steps.push(Step::Key("", true)),
        b'[' => steps.push(Step::Item(0)),
        b'}' | b']' => {
            steps.pop();
        }
        b',' => match steps.last_mut() {
            Some(Step::Item(place)) => *place += 1,
            Some(Step::Key(key, expected)) => (*key, *expected) = ("", true),
            None => {}
        },
        _ => {}
    }
}

/// Bytes of the string that these begin with, quotes included; all of them if it does not end.
fn string_length(bytes: &[u8]) -> usize {
    let mut escaped = false;
    for (place, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return place + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    bytes.len().max(2)
}

fn written(steps: &[Step<'_>]) -> String {
    let mut path = "$".to_owned();
    for step in steps.iter().take(MOST_STEPS) {
        match step {
            Step::Key("", _) => {}
            Step::Key(key, _) => path += &step_to(key),
            Step::Item(place) => path += &format!("[{place}]"),
        }
    }
    if steps.len() > MOST_STEPS {
        path.push('…');
    }
    path
}

/// The step to a key of an object.
pub(crate) fn step_to(key: &str) -> String {
    if is_plain(key) { format!(".{key}") } else { format!("[\"{}\"]", super::error::shown(key)) }
}

fn is_plain(key: &str) -> bool {
    key.len() <= 60 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\"a\": [1, {\"b.c\": \"x,]\\\"}\", \"d\":\n {}}], \"e\": 7}";

    fn path_of(part: &str) -> String {
        path_at(TEXT, TEXT.find(part).expect("part of the text"))
    }

    #[test]
    fn every_value_and_key_has_its_path() {
        assert_eq!(path_of("{\"a\""), "$");
        assert_eq!(path_of("\"a\""), "$.a");
        assert_eq!(path_of("[1"), "$.a");
        assert_eq!(path_of("1,"), "$.a[0]");
        assert_eq!(path_of("{\"b"), "$.a[1]");
        assert_eq!(path_of("\"x,"), "$.a[1][\"b.c\"]");
        assert_eq!(path_of("{}"), "$.a[1].d");
        assert_eq!(path_of("7"), "$.e");
        assert_eq!(path_at(TEXT, TEXT.len()), "$");
    }

    #[test]
    fn a_text_that_breaks_off_still_has_places() {
        for (text, path) in [("", "$"), ("{", "$"), ("{\"", "$"), ("[[\"a\\", "$[0][0]"), ("]]},\"", "$")] {
            assert_eq!(path_at(text, text.len()), path, "{text}");
        }
        assert_eq!(offset_of("ab\nçd", 2, 2), 3);
        assert_eq!(line_and_column("ab\nçd", 5), (2, 2));
        assert!(path_at(&"[".repeat(1_000), 1_000).ends_with("[0]…"));
    }
}
