//! `qts reasons`: what every code means, and what to do about it.

use std::io::Write;

use clap::{Args, ValueEnum};
use qts_core::Code;
use serde::Serialize;

use crate::cli::Format;
use crate::config::{self, nearest};
use crate::exit::{Ending, Trouble};
use crate::korean;
use crate::look::Look;
use crate::table::{Column, Table};

/// Flags of `qts reasons`.
#[derive(Debug, Args)]
pub(crate) struct ReasonsArgs {
    /// A reason (max_order_qty, or its number) or an error code (QTS0103); without it, all of them
    code: Option<String>,
    /// The language of meanings and ways out; codes are never translated
    #[arg(long, value_enum, default_value = "en")]
    lang: Lang,
    /// How they are printed
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Lang {
    /// English
    En,
    /// Korean
    Ko,
}

/// All codes, as JSON.
#[derive(Serialize)]
struct Codes {
    schema: u32,
    reasons: Vec<Reason>,
    errors: Vec<ErrorCode>,
}

/// A reason of a decision.
#[derive(Debug, Clone, Serialize)]
struct Reason {
    number: u16,
    code: &'static str,
    meaning: &'static str,
    /// Empty where nothing is to be done.
    way_out: &'static str,
}

/// What is wrong, or odd, about a config or data.
#[derive(Debug, Clone, Serialize)]
struct ErrorCode {
    code: String,
    kind: &'static str,
    meaning: &'static str,
}

/// What is wrong with market data, by code; `qts-venues` says it in full, with the way out.
const OF_DATA: [(&str, &str); 28] = [
    ("QTS0201", "the file cannot be opened"),
    ("QTS0202", "more files than the system lets be open"),
    ("QTS0203", "the file cannot be read on"),
    ("QTS0204", "a compressed file that is cut short"),
    ("QTS0205", "bytes that are not what the file's name says"),
    ("QTS0206", "a row without end"),
    ("QTS0207", "a file name that tells no known format"),
    ("QTS0208", "something in a Parquet file that is not read"),
    ("QTS0209", "a header that is not UTF-8"),
    ("QTS0210", "an empty file"),
    ("QTS0211", "a header without rows"),
    ("QTS0212", "a header that names neither bars nor quotes nor trades"),
    ("QTS0213", "a header that names several kinds of data"),
    ("QTS0214", "a missing column"),
    ("QTS0215", "several columns that could each be meant"),
    ("QTS0216", "a `[[data]]` that does not say what the file needs"),
    ("QTS0217", "a file without a single good row"),
    ("QTS0218", "a file without a row of the instrument"),
    ("QTS0219", "a file of crossed quotes alone: in each the bid is above the ask"),
    ("QTS0251", "a row with too few or too many cells"),
    ("QTS0252", "an empty cell"),
    ("QTS0253", "a time that cannot be placed"),
    ("QTS0254", "a cell that is not an exact number"),
    ("QTS0255", "a price of zero or less"),
    ("QTS0256", "a negative volume or size"),
    ("QTS0257", "a high or low that does not enclose open and close"),
    ("QTS0258", "time going backwards"),
    ("QTS0259", "a bar of a time that was already there"),
];

/// The command.
pub(crate) fn reasons(args: &ReasonsArgs, out: &mut impl Write) -> Result<Ending, Trouble> {
    let mut codes = Codes { schema: 1, reasons: all_reasons(args.lang), errors: all_errors(args.lang) };
    if let Some(wanted) = &args.code {
        narrow(&mut codes, wanted)?;
    }
    match args.format {
        Format::Json => print(&codes, out)?,
        Format::Table if args.code.is_some() => tell_one(&codes, args.lang, out)?,
        Format::Table => tell_all(&codes, args.lang, out)?,
    }
    Ok(Ending::Fine)
}

fn all_reasons(lang: Lang) -> Vec<Reason> {
    let reason = |code: &Code| {
        let (meaning, way_out) = match lang {
            Lang::En => split(code.meaning()),
            Lang::Ko => korean::explained(*code),
        };
        Reason { number: *code as u16, code: code.as_str(), meaning, way_out }
    };
    Code::ALL.iter().map(reason).collect()
}

/// The first sentence, and the others.
fn split(text: &'static str) -> (&'static str, &'static str) {
    match text.find(". ") {
        Some(end) => (&text[..=end], &text[end + 2..]),
        None => (text, ""),
    }
}

fn all_errors(lang: Lang) -> Vec<ErrorCode> {
    let of_config = config::Code::ALL.iter().map(|code| {
        let kind = if code.is_warning() { "warning" } else { "config" };
        let meaning = if lang == Lang::Ko { korean::of_config(*code) } else { code.meaning() };
        ErrorCode { code: code.to_string(), kind, meaning }
    });
    let of_data = OF_DATA.iter().map(|(code, meaning)| {
        let korean = if lang == Lang::Ko { korean::of_data(code) } else { None };
        ErrorCode { code: (*code).to_owned(), kind: "data", meaning: korean.unwrap_or(meaning) }
    });
    let mut all: Vec<ErrorCode> = of_config.chain(of_data).collect();
    all.sort_by(|a, b| a.code.cmp(&b.code));
    all
}

/// Leaves the one that is asked for.
fn narrow(codes: &mut Codes, wanted: &str) -> Result<(), Trouble> {
    let word = wanted.trim();
    let known: Vec<String> = codes.reasons.iter().map(|reason| reason.code.to_owned()).collect();
    let known: Vec<String> = known.into_iter().chain(codes.errors.iter().map(|error| error.code.clone())).collect();
    codes.reasons.retain(|reason| reason.code.eq_ignore_ascii_case(word) || reason.number.to_string() == word);
    codes.errors.retain(|error| error.code.eq_ignore_ascii_case(word));
    if !codes.reasons.is_empty() || !codes.errors.is_empty() {
        return Ok(());
    }
    let way_out = match nearest(word, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`qts reasons` lists them all".to_owned(),
    };
    Err(Trouble::Usage(format!("no code is called `{wanted}`; {way_out}")))
}

fn tell_one(codes: &Codes, lang: Lang, out: &mut impl Write) -> Result<(), Trouble> {
    for Reason { number, code, meaning, way_out } in &codes.reasons {
        writeln!(out, "{code} ({number})\n  {meaning}")?;
        if !way_out.is_empty() {
            writeln!(out, "  {way_out}")?;
        }
    }
    let way_out = match lang {
        Lang::En => "`qts check CONFIG` shows the place and the way out.",
        Lang::Ko => "`qts check CONFIG`가 위치와 고치는 방법을 알려 줍니다.",
    };
    for ErrorCode { code, kind, meaning } in &codes.errors {
        let own = korean::way_out_of_config(code).filter(|_| lang == Lang::Ko);
        let own = own.map(|own| format!("  {own}\n")).unwrap_or_default();
        writeln!(out, "{code} ({})\n  {meaning}\n{own}  {way_out}", kind_in(kind, lang))?;
    }
    Ok(())
}

/// What a code is about, in the words of a language; JSON has it as it is.
fn kind_in(kind: &'static str, lang: Lang) -> &'static str {
    match (lang, kind) {
        (Lang::Ko, "config") => "설정",
        (Lang::Ko, "data") => "자료",
        (Lang::Ko, "warning") => "경고",
        _ => kind,
    }
}

fn tell_all(codes: &Codes, lang: Lang, out: &mut impl Write) -> Result<(), Trouble> {
    let titles = match lang {
        Lang::En => ["no", "reason", "meaning", "what to do"],
        Lang::Ko => ["번호", "코드", "뜻", "할 일"],
    };
    let row = |reason: &Reason| {
        let Reason { number, code, meaning, way_out } = reason;
        vec![number.to_string(), (*code).to_owned(), (*meaning).to_owned(), (*way_out).to_owned()]
    };
    let rows = [titles.map(str::to_owned).to_vec()].into_iter().chain(codes.reasons.iter().map(row));
    let (code, text, look) = (Column::codes(), Column::text(), Look::of_stdout());
    write!(out, "{}", Table::of(vec![code, code, text, text], rows).render(look))?;
    let titles = match lang {
        Lang::En => ["code", "of", "meaning"],
        Lang::Ko => ["코드", "구분", "뜻"],
    };
    let titles = titles.map(str::to_owned).to_vec();
    let row =
        |error: &ErrorCode| vec![error.code.clone(), kind_in(error.kind, lang).to_owned(), error.meaning.to_owned()];
    let rows = [titles].into_iter().chain(codes.errors.iter().map(row));
    write!(out, "\n{}", Table::of(vec![code, code, text], rows).render(look))?;
    Ok(())
}

fn print(codes: &Codes, out: &mut impl Write) -> Result<(), Trouble> {
    serde_json::to_writer_pretty(&mut *out, codes).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of the file that gives the codes out.
    const GIVEN_OUT: &str = include_str!("../../qts-venues/src/feed/error.rs");

    #[test]
    fn every_code_of_a_data_error_is_listed_and_no_other() {
        let codes = GIVEN_OUT.match_indices("\"QTS02").map(|(at, _)| &GIVEN_OUT[at + 1..at + 8]);
        let given: std::collections::BTreeSet<&str> = codes.collect();
        let listed: std::collections::BTreeSet<&str> = OF_DATA.iter().map(|(code, _)| *code).collect();
        assert!(listed.iter().all(|code| korean::of_data(code).is_some()), "each has a Korean text");
        assert_eq!((listed.len(), listed), (OF_DATA.len(), given));
    }
}
