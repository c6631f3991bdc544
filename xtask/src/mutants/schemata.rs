//! Every function as a choice between its broken forms and its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::ops::Range;

use anyhow::Result;

use super::list::Mutant;
use crate::copy::{Copy, restore};
use crate::tree;

/// Names the form to be at work, counted from 1.
pub(crate) const VARIABLE: &str = "QTS_MUTANT";
const ROOT: &str = "crates/qts-gate/src/lib.rs";
const CHOICE: &str = r#"
pub(crate) fn mutant_at_work() -> usize {
    static IT: std::sync::LazyLock<usize> = std::sync::LazyLock::new(|| {
        std::env::var("QTS_MUTANT").ok().and_then(|text| text.parse().ok()).unwrap_or(0)
    });
    *IT
}
"#;

/// Lines of a written file, and the mutants to blame for an error in them.
type Blamed = (Range<usize>, Vec<usize>);

/// What was written.
pub(crate) struct Written {
    /// How many broken forms there are to choose from.
    pub(crate) forms: usize,
    lines: BTreeMap<String, Vec<Blamed>>,
}

impl Written {
    /// The mutants to blame for an error in that line.
    pub(crate) fn at(&self, file: &str, line: usize) -> Vec<usize> {
        let of_file = self.lines.get(file).into_iter().flatten();
        of_file.filter(|(lines, _)| lines.contains(&line)).flat_map(|(_, mutants)| mutants.clone()).collect()
    }
}

/// The files that are broken, as they were when the copy was made.
pub(crate) struct Texts(BTreeMap<String, String>);

impl Texts {
    pub(crate) fn read(copy: &Copy, mutants: &[Mutant]) -> Result<Self> {
        let files: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.file.as_str()).chain([ROOT]).collect();
        let read = |file: &str| Ok((file.to_owned(), tree::read(&copy.root, file)?));
        Ok(Self(files.into_iter().map(read).collect::<Result<_>>()?))
    }

    pub(crate) fn restore(&self, copy: &Copy) -> Result<()> {
        self.0.iter().try_for_each(|(file, text)| restore(&copy.root.join(file), Some(text.clone().into_bytes())))
    }
}

/// Writes the files of the copy with all mutants but those to be built alone, to which it adds what has no such form.
pub(crate) fn write(copy: &Copy, texts: &Texts, mutants: &[Mutant], alone: &mut BTreeSet<usize>) -> Result<Written> {
    let mut written = Written { forms: 0, lines: BTreeMap::new() };
    for (file, text) in &texts.0 {
        let mut page = Page { text, out: String::new(), from: 0, lines: Vec::new() };
        for (function, inside) in functions(text, file, mutants, alone) {
            match body(text, function).filter(|body| page.from <= body.start) {
                Some(body) => written.forms += page.choose(body, &inside, mutants, alone),
                None => alone.extend(inside),
            }
        }
        page.out.push_str(&text[page.from..]);
        if file == ROOT {
            page.out.push_str(CHOICE);
        }
        restore(&copy.root.join(file), Some(page.out.into_bytes()))?;
        written.lines.insert(file.clone(), page.lines);
    }
    Ok(written)
}

/// The functions of a file in the order of the text, each with its mutants.
fn functions(
    text: &str,
    file: &str,
    mutants: &[Mutant],
    alone: &mut BTreeSet<usize>,
) -> Vec<(Range<usize>, Vec<usize>)> {
    let mut found: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (n, mutant) in mutants.iter().enumerate().filter(|(_, mutant)| mutant.file == file) {
        match mutant.function_in(text) {
            _ if alone.contains(&n) => {}
            Some(place) => found.entry((place.start, place.end)).or_default().push(n),
            None => drop(alone.insert(n)),
        }
    }
    found.into_iter().map(|((start, end), inside)| (start..end, inside)).collect()
}

/// What is between the braces of a function that may make a choice.
fn body(text: &str, function: Range<usize>) -> Option<Range<usize>> {
    let mut from = function.start;
    for line in text[function.clone()].split_inclusive('\n') {
        let begins = line.trim_start();
        if !begins.starts_with("//") && !begins.starts_with('#') {
            break;
        }
        from += line.len();
    }
    let open = from + text[from..function.end].find('{')?;
    let is_const = text[from..open].split_whitespace().any(|word| word == "const");
    (!is_const && text[..function.end].ends_with('}')).then_some(open + 1..function.end - 1)
}

/// A file being written.
struct Page<'a> {
    text: &'a str,
    out: String,
    from: usize,
    lines: Vec<Blamed>,
}

impl Page<'_> {
    /// Writes the body as a choice; an error in its own form is blamed on all others.
    fn choose(
        &mut self,
        body: Range<usize>,
        inside: &[usize],
        mutants: &[Mutant],
        alone: &mut BTreeSet<usize>,
    ) -> usize {
        self.out.push_str(&self.text[self.from..body.start]);
        self.out.push_str("match crate::mutant_at_work() {");
        let mut forms = 0;
        for n in inside {
            match mutants[*n].applied_within(self.text, body.clone()) {
                Some(form) => {
                    self.form(&(n + 1).to_string(), &form, vec![*n]);
                    forms += 1;
                }
                None => drop(alone.insert(*n)),
            }
        }
        let own = &self.text[body.clone()];
        self.form("_", own, inside.to_vec());
        self.out.push_str("\n}");
        self.from = body.end;
        forms
    }

    fn form(&mut self, name: &str, text: &str, blamed: Vec<usize>) {
        let first = self.out.matches('\n').count() + 2;
        let written = write!(self.out, "\n{name} => {{{text}\n}}");
        debug_assert!(written.is_ok(), "a string takes everything");
        let last = self.out.matches('\n').count() + 1;
        self.lines.push((first..last + 1, blamed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_becomes_a_choice_and_errors_are_blamed_on_its_forms() {
        let text = "fn a() -> u8 { 1 + 2 }\n";
        let span = |from: u8, to: u8| serde_json::json!({"start": {"line": 1, "column": from}, "end": {"line": 1, "column": to}});
        let function = serde_json::json!({"span": span(1, 23)});
        let mutant = |name: &str, place, replacement: &str| {
            let span = place;
            Mutant::read(
                &serde_json::json!({"name": name, "file": "f", "function": function, "span": span, "replacement": replacement}),
            )
        };
        let mutants: Vec<Mutant> =
            [mutant("x", span(18, 19), "-"), mutant("y", span(16, 21), "0")].into_iter().flatten().collect();
        let mut alone = BTreeSet::new();
        let mut page = Page { text, out: String::new(), from: 0, lines: Vec::new() };
        let (function, inside) = functions(text, "f", &mutants, &mut alone).remove(0);
        let forms = page.choose(body(text, function).expect("a body"), &inside, &mutants, &mut alone);
        let chosen =
            "fn a() -> u8 {match crate::mutant_at_work() {\n1 => { 1 - 2 \n}\n2 => { 0 \n}\n_ => { 1 + 2 \n}\n}";
        assert_eq!((forms, alone.len(), page.out.as_str()), (2, 0, chosen));
        let written = Written { forms, lines: BTreeMap::from([("f".to_owned(), page.lines)]) };
        assert_eq!([1, 2, 4, 6].map(|line| written.at("f", line)), [vec![], vec![0], vec![1], vec![0, 1]]);
    }

    #[test]
    fn a_body_is_what_is_between_the_braces() {
        let text = "/// Not {this}.\n#[must_use]\nfn a() -> u8 { 1 }";
        assert_eq!(body(text, 0..text.len()).map(|body| &text[body]), Some(" 1 "));
        let constant = "const fn a() -> u8 { 1 }";
        assert_eq!(body(constant, 0..constant.len()), None);
    }
}
