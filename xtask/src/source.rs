//! Rust source as text: its words and paths, without comments, literals and tests.
//!
//! Rough, not a parser: macros are read like any other code, and block comments do not nest. Line numbers are kept.

/// A word, a lifetime, `::` or a single sign, and the line it stands in.
pub(crate) type Token<'a> = (usize, &'a str);

/// The source with comments and the insides of literals blanked.
pub(crate) fn stripped(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let in_word = out.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |at| at + 2)
        } else if let Some(length) = raw_string(rest).filter(|_| !in_word) {
            length
        } else if first == '"' {
            quoted(rest, '"')
        } else if first == '\'' && is_char(rest) {
            quoted(rest, '\'')
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        out.extend(rest[..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &rest[length..];
    }
    out
}

fn raw_string(text: &str) -> Option<usize> {
    let body = ["br", "cr", "r"].iter().find_map(|prefix| text.strip_prefix(prefix))?;
    let hashes = body.len() - body.trim_start_matches('#').len();
    let body = body[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(text.len() - body.len() + body.find(&end).map_or(body.len(), |at| at + end.len()))
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Is it a character and not a lifetime?
fn is_char(text: &str) -> bool {
    let mut chars = text.chars().skip(1);
    chars.next() == Some('\\') || chars.next() == Some('\'')
}

/// The tokens of stripped source.
pub(crate) fn tokens(stripped: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    for (number, line) in stripped.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let after = &rest[first.len_utf8()..];
            let length = match first {
                _ if rest.starts_with("::") => 2,
                _ if first == '\'' || is_word_sign(first) => rest.len() - after.trim_start_matches(is_word_sign).len(),
                _ => first.len_utf8(),
            };
            found.push((number + 1, &rest[..length]));
            rest = rest[length..].trim_start();
        }
    }
    found
}

fn is_word_sign(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The tokens without the blocks behind `#[cfg(test)]`.
pub(crate) fn without_tests<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at..].iter().take(MARK.len()).map(|token| token.1).eq(MARK) {
            at = end_of_item(tokens, at + MARK.len());
        } else {
            kept.push(tokens[at]);
            at += 1;
        }
    }
    kept
}

/// The place behind the item at `at`: behind its `;`, or its outermost `}`.
fn end_of_item(tokens: &[Token<'_>], mut at: usize) -> usize {
    let mut depth = 0;
    while let Some((_, sign)) = tokens.get(at) {
        at += 1;
        match *sign {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 && matches!(*sign, "}" | ";") {
            break;
        }
    }
    at
}

/// Every path named, with the groups of `use` multiplied out; a plain word is a path of one.
pub(crate) fn paths<'a>(tokens: &[Token<'a>]) -> Vec<(usize, Vec<&'a str>)> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        at = if tokens[at].1.starts_with(is_word_sign) { path(tokens, at, &[], &mut found) } else { at + 1 };
    }
    found
}

fn path<'a>(tokens: &[Token<'a>], mut at: usize, prefix: &[&'a str], found: &mut Vec<(usize, Vec<&'a str>)>) -> usize {
    let mut names = prefix.to_vec();
    let start = at;
    while let Some(&(line, sign)) = tokens.get(at) {
        if sign == "{" && at > start {
            at += 1;
            while tokens.get(at).is_some_and(|token| token.1 != "}") {
                at = if tokens[at].1 == "," { at + 1 } else { path(tokens, at, &names, found).max(at + 1) };
            }
            return at + 1;
        }
        if sign != "*" && !sign.starts_with(is_word_sign) {
            break;
        }
        names.push(sign);
        at += 1;
        if tokens.get(at).is_none_or(|token| token.1 != "::") {
            found.push((line, names));
            return at;
        }
        at += 1;
    }
    found.push((tokens[start].0, names)); // `Vec::<T>`
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> String {
        tokens(&stripped(source)).iter().map(|token| token.1).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_and_literals_are_blanked_and_lifetimes_stay() {
        assert_eq!(words("a // b\n/* c \n d */ f"), "a f");
        assert_eq!(
            words(r###"x("a\"b", r#"c"d"#, b"e", '"', '\'', 'f') + g::<'static>"###),
            "x ( , , b , , , ) + g :: < 'static >"
        );
        assert_eq!(tokens(&stripped("/*\n\n*/ a")), [(3, "a")]);
    }

    #[test]
    fn tests_are_left_out() {
        let source = "a #[cfg(test)] mod fixtures; b #[cfg(test)] fn f(x: [u8; 3]) { c { d } } e";
        let all = stripped(source);
        let kept: Vec<&str> = without_tests(&tokens(&all)).iter().map(|token| token.1).collect();
        assert_eq!(kept, ["a", "b", "e"]);
    }

    #[test]
    fn use_groups_are_multiplied_out() {
        let source = stripped("use std::{fs, io::{self, Write}}; crate::steps::x(y); v::<T>()");
        let found: Vec<String> = paths(&tokens(&source)).iter().map(|(_, names)| names.join("::")).collect();
        let wanted = ["use", "std::fs", "std::io::self", "std::io::Write", "crate::steps::x", "y", "v", "T"];
        assert_eq!(found, wanted);
    }
}
