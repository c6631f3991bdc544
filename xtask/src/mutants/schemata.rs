//! Every function as a choice between its broken forms and its own.

use std::collections::{BTreeMap, BTreeSet};
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

/// Lines of a written file, and the mutant to blame for an error in them.
type Blamed = (Range<usize>, usize);

/// A function, and the mutants in it.
type Broken = (Range<usize>, Vec<usize>);

/// What was written.
pub(crate) struct Written {
    /// The mutants that are forms to choose from.
    pub(crate) forms: Vec<usize>,
    /// Those that have to be built alone.
    pub(crate) alone: Vec<usize>,
    lines: BTreeMap<String, Vec<Blamed>>,
}

impl Written {
    /// The mutants to blame for an error in that line.
    pub(crate) fn at(&self, file: &str, line: usize) -> Vec<usize> {
        let of_file = self.lines.get(file).into_iter().flatten();
        of_file.filter(|(lines, _)| lines.contains(&line)).map(|(_, mutant)| *mutant).collect()
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

/// Writes the files of the copy with all mutants that are not known to be unviable.
pub(crate) fn write(copy: &Copy, texts: &Texts, mutants: &[Mutant], unviable: &BTreeSet<usize>) -> Result<Written> {
    let mut written = Written { forms: Vec::new(), alone: Vec::new(), lines: BTreeMap::new() };
    for (file, text) in &texts.0 {
        let mut page = Page { text, out: String::new(), from: 0, lines: Vec::new() };
        let viable = mutants.iter().enumerate().filter(|(n, it)| it.file == *file && !unviable.contains(n));
        let (functions, elsewhere) = by_function(text, viable);
        written.alone.extend(elsewhere);
        for (function, inside) in functions {
            match body(text, function).filter(|body| page.from <= body.start) {
                Some(body) => page.choose(body, &inside, mutants, &mut written),
                None => written.alone.extend(inside),
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

/// The functions of a file in the order of the text, each with its mutants; and the mutants that are in none.
fn by_function<'a>(text: &str, mutants: impl Iterator<Item = (usize, &'a Mutant)>) -> (Vec<Broken>, Vec<usize>) {
    let (mut found, mut elsewhere) = (BTreeMap::<(usize, usize), Vec<usize>>::new(), Vec::new());
    for (n, mutant) in mutants {
        match mutant.function_in(text) {
            Some(place) => found.entry((place.start, place.end)).or_default().push(n),
            None => elsewhere.push(n),
        }
    }
    (found.into_iter().map(|((start, end), inside)| (start..end, inside)).collect(), elsewhere)
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
    let head = &text[from..open];
    let is_hidden = head.rsplit_once("->").is_some_and(|(_, result)| result.contains("impl "));
    let chooses = !is_hidden && !head.split_whitespace().any(|word| word == "const");
    (chooses && text[..function.end].ends_with('}')).then_some(open + 1..function.end - 1)
}

/// A file being written.
struct Page<'a> {
    text: &'a str,
    out: String,
    from: usize,
    lines: Vec<Blamed>,
}

impl Page<'_> {
    /// Writes the body as a choice.
    fn choose(&mut self, body: Range<usize>, inside: &[usize], mutants: &[Mutant], written: &mut Written) {
        self.out.push_str(&self.text[self.from..body.start]);
        self.out.push_str("match crate::mutant_at_work() {");
        for n in inside {
            match mutants[*n].applied_within(self.text, body.clone()) {
                Some(form) => {
                    let first = self.lines_so_far() + 1;
                    self.form(&(n + 1).to_string(), &form);
                    self.lines.push((first..self.lines_so_far() + 1, *n));
                    written.forms.push(*n);
                }
                None => written.alone.push(*n),
            }
        }
        self.form("_", &self.text[body.clone()]);
        self.out.push_str("\n}");
        self.from = body.end;
    }

    fn form(&mut self, name: &str, text: &str) {
        self.out.push_str(&["\n", name, " => {", text, "\n}"].concat());
    }

    fn lines_so_far(&self) -> usize {
        self.out.matches('\n').count() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_becomes_a_choice_and_errors_are_blamed_on_its_forms() {
        let text = "fn a() -> u8 { 1 + 2 }\n";
        let span = |from: u8, to: u8| serde_json::json!({"start": {"line": 1, "column": from}, "end": {"line": 1, "column": to}});
        let whole = span(1, 23);
        let mutant = |span, replacement: &str| {
            let mut value = serde_json::json!({"name": "n", "file": "f", "replacement": replacement, "function": {}});
            value["span"] = span;
            value["function"]["span"] = whole.clone();
            Mutant::read(&value).expect("a mutant")
        };
        let mutants = [mutant(span(18, 19), "-"), mutant(span(16, 21), "0")];
        let mut written = Written { forms: Vec::new(), alone: Vec::new(), lines: BTreeMap::new() };
        let mut page = Page { text, out: String::new(), from: 0, lines: Vec::new() };
        let (mut functions, elsewhere) = by_function(text, mutants.iter().enumerate());
        let (function, inside) = functions.remove(0);
        page.choose(body(text, function).expect("a body"), &inside, &mutants, &mut written);
        let chosen =
            ["fn a() -> u8 {match crate::mutant_at_work() {", "1 => { 1 - 2 ", "}", "2 => { 0 ", "}", "_ => { 1 + 2 "];
        assert_eq!(page.out, chosen.join("\n") + "\n}\n}");
        written.lines.insert("f".to_owned(), page.lines);
        assert_eq!([1, 2, 4, 6].map(|line| written.at("f", line)), [vec![], vec![0], vec![1], vec![]]);
        assert_eq!((written.forms, written.alone, elsewhere), (vec![0, 1], vec![], vec![]));
    }

    #[test]
    fn a_body_is_what_is_between_the_braces() {
        let text = "/// Not {this}.\n#[must_use]\nfn a() -> u8 { 1 }";
        assert_eq!(body(text, 0..text.len()).map(|body| &text[body]), Some(" 1 "));
        let constant = "const fn a() -> u8 { 1 }";
        assert_eq!(body(constant, 0..constant.len()), None);
        let hidden = "fn a() -> impl Iterator { b() }";
        assert_eq!(body(hidden, 0..hidden.len()), None);
    }
}
