//! Tables of columns for people: aligned by the width that a terminal gives to each character (Hangul takes two), and
//! fitted to a terminal by breaking text into lines within its column. Numbers, codes and ids are never broken; of a
//! path that is too long the end is kept, where the file's name and the line's number are.

use anstyle::Style;
use qts_core::Stage;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::look::{self, Look};

/// Between two columns.
const GAP: usize = 2;
/// A text's column is no narrower than this, if its text is not,
const SHORTEST: usize = 12;
/// nor than its longest word, but for words longer than this.
const LONGEST_WORD: usize = 20;

/// What a column holds, and how narrow it may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    holds: Holds,
    least: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Numbers,
    Codes,
    Text,
    Items,
}

impl Column {
    /// Numbers, to the right.
    pub(crate) const fn numbers() -> Self {
        Self { holds: Holds::Numbers, least: 0 }
    }

    /// Codes, ids and other words that belong on one line.
    pub(crate) const fn codes() -> Self {
        Self { holds: Holds::Codes, least: 0 }
    }

    /// Text that may take several lines to fit a terminal.
    pub(crate) const fn text() -> Self {
        Self { holds: Holds::Text, least: 0 }
    }

    /// Items between commas, each of which stays on its line.
    pub(crate) const fn items() -> Self {
        Self { holds: Holds::Items, least: 0 }
    }

    /// The same, at least that wide.
    pub(crate) const fn at_least(self, least: usize) -> Self {
        Self { least, ..self }
    }
}

/// A text in a table, coloured where the look has colours.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// A verdict's word.
    pub(crate) fn verdict(stage: Stage) -> Self {
        Self { text: stage.as_str().to_owned(), style: look::style(stage) }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text.into(), style: Style::new() }
    }
}

enum Line {
    Cells(Vec<Cell>),
    Note(String),
}

/// A table, line by line.
pub(crate) struct Table {
    columns: Vec<Column>,
    indent: usize,
    lines: Vec<Line>,
}

impl Table {
    /// An empty one.
    pub(crate) const fn new(columns: Vec<Column>) -> Self {
        Self { columns, indent: 0, lines: Vec::new() }
    }

    /// One of plain rows.
    pub(crate) fn of(columns: Vec<Column>, rows: impl IntoIterator<Item = Vec<String>>) -> Self {
        let mut table = Self::new(columns);
        rows.into_iter().for_each(|row| table.row(row.into_iter().map(Cell::from)));
        table
    }

    /// The same, so far from the left.
    pub(crate) const fn indented(mut self, indent: usize) -> Self {
        self.indent = indent;
        self
    }

    /// Adds a line of cells, one per column.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.lines.push(Line::Cells(cells.into_iter().collect()));
    }

    /// Adds a line that is in no column; on a narrow terminal it goes on as far from the left as it begins.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.lines.push(Line::Note(text.into()));
    }

    /// The table as text, each line with its end.
    pub(crate) fn render(&self, look: Look) -> String {
        let widths = self.widths(look.width);
        let line = |line: &Line| match line {
            Line::Cells(cells) => self.cells(cells, &widths, look),
            Line::Note(text) => note(text, look.width),
        };
        self.lines.iter().map(line).collect()
    }

    /// As many lines as the cell that needs most.
    fn cells(&self, cells: &[Cell], widths: &[usize], look: Look) -> String {
        let broken: Vec<Vec<String>> = (cells.iter().zip(widths).enumerate())
            .map(|(place, (cell, width))| broken(&cell.text, self.holds(place), *width))
            .collect();
        let height = broken.iter().map(Vec::len).max().unwrap_or(0);
        let mut text = String::new();
        for at in 0..height {
            let mut line = " ".repeat(self.indent);
            for (place, (cell, width)) in cells.iter().zip(widths).enumerate() {
                let part = broken[place].get(at).map_or("", String::as_str);
                let room = " ".repeat(width.saturating_sub(part.width()));
                let painted = if part.is_empty() { String::new() } else { look.paint(part, cell.style) };
                line += if place == 0 { "" } else { "  " };
                line += &if self.holds(place) == Holds::Numbers { room + &painted } else { painted + &room };
            }
            text += line.trim_end();
            text += "\n";
        }
        text
    }

    /// As wide as the widest cell, unless the terminal is too narrow for all.
    fn widths(&self, room: Option<usize>) -> Vec<usize> {
        let rows =
            || self.lines.iter().filter_map(|line| if let Line::Cells(cells) = line { Some(cells) } else { None });
        let widest = |place: usize, of: &dyn Fn(&str) -> usize| {
            rows().filter_map(|cells| cells.get(place)).map(|cell: &Cell| of(&cell.text)).max().unwrap_or(0)
        };
        let wanted = |(place, column): (usize, &Column)| widest(place, &UnicodeWidthStr::width).max(column.least);
        let mut widths: Vec<usize> = self.columns.iter().enumerate().map(wanted).collect();
        let least = |place: usize| widest(place, &|text| narrowest(text, self.holds(place)));
        let least: Vec<usize> = (0..widths.len()).map(least).collect();
        let gaps = self.indent + GAP * widths.len().saturating_sub(1);
        while room.is_some_and(|room| gaps + widths.iter().sum::<usize>() > room) {
            let texts = widths.iter_mut().enumerate().filter(|(place, width)| **width > least[*place]);
            let Some((_, widest)) = texts.max_by_key(|(_, width)| **width) else { break };
            *widest -= 1;
        }
        widths
    }

    fn holds(&self, place: usize) -> Holds {
        self.columns.get(place).map_or(Holds::Text, |column| column.holds)
    }
}

/// A note within a terminal, all of its lines as far from the left as the first.
fn note(text: &str, room: Option<usize>) -> String {
    let words = text.trim_start();
    let indent = &text[..text.len() - words.len()];
    let room = room.map_or(usize::MAX, |room| room.saturating_sub(indent.len()).max(LONGEST_WORD));
    broken(words, Holds::Text, room).iter().map(|line| format!("{indent}{line}\n")).collect()
}

/// A text in lines that take at most that much room: whole words, if possible, and of a long path its end.
fn broken(text: &str, holds: Holds, room: usize) -> Vec<String> {
    if text.width() <= room {
        return vec![text.to_owned()];
    }
    let mut lines = vec![String::new()];
    for part in parts(text, holds) {
        let part = if is_path(part) { its_end(part, room) } else { part.to_owned() };
        let last = lines.last().map_or(0, |line| line.width());
        if last > 0 && last + 1 + part.width() > room {
            lines.push(String::new());
        }
        append(&mut lines, &part, room);
    }
    lines
}

/// What stays on one line.
fn parts(text: &str, holds: Holds) -> Vec<&str> {
    match holds {
        Holds::Numbers | Holds::Codes => vec![text],
        Holds::Text => text.split_whitespace().collect(),
        Holds::Items => text.split_inclusive(", ").map(str::trim_end).collect(),
    }
}

/// Puts a part at the end of the last line; what finds no room there begins new ones.
fn append(lines: &mut Vec<String>, part: &str, room: usize) {
    let Some(line) = lines.last_mut() else { return };
    if !line.is_empty() {
        line.push(' ');
    }
    for letter in part.chars() {
        let wide = letter.width().unwrap_or(0);
        let is_full = lines.last().is_some_and(|line| !line.is_empty() && line.width() + wide > room);
        if is_full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push(letter);
        }
    }
}

/// The least room for a text: its longest word's, or that of the name at the end of its longest path.
fn narrowest(text: &str, holds: Holds) -> usize {
    let name = |path: &str| path.rsplit_once('/').map_or(0, |(_, name)| name.width() + 2);
    let least = |part: &str| match holds {
        Holds::Text if is_path(part) => name(part).min(part.width()),
        Holds::Text => part.width().min(LONGEST_WORD),
        _ => part.width(),
    };
    parts(text, holds).into_iter().map(least).chain([text.width().min(SHORTEST)]).max().unwrap_or(0)
}

fn is_path(word: &str) -> bool {
    word.contains('/') && word.trim_end_matches(':').rsplit_once('/').is_some_and(|(_, name)| name.contains('.'))
}

/// A path without its beginning, for which `…` stands, if there is no room for it.
fn its_end(path: &str, room: usize) -> String {
    if path.width() <= room {
        return path.to_owned();
    }
    let mut left = room.saturating_sub(1);
    let fits = |letter: &char| {
        let wide = letter.width().unwrap_or(0);
        let fits = wide <= left;
        left = if fits { left - wide } else { 0 };
        fits
    };
    let kept: Vec<char> = path.chars().rev().take_while(fits).collect();
    let kept: String = kept.into_iter().rev().collect();
    // Half a folder's name would be another folder.
    let whole = kept.find('/').map_or(kept.as_str(), |at| &kept[at..]);
    format!("…{whole}")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn table() -> Table {
        let mut table = Table::new(vec![Column::text(), Column::codes(), Column::numbers().at_least(6)]);
        table.row(["what".into(), "code".into(), "count".into()]);
        table.row(["주문 수량이 한도를 넘습니다".into(), "max_order_qty".into(), "12".into()]);
        table.note("     a note that is longer than any of the lines around it, 23456789 too");
        table.row(["short".into(), Cell::verdict(Stage::Block), "1234567".into()]);
        table
    }

    #[test]
    fn wide_characters_count_two_and_nothing_is_cut_without_a_terminal() {
        expect![[r#"
            what                         code             count
            주문 수량이 한도를 넘습니다  max_order_qty       12
                 a note that is longer than any of the lines around it, 23456789 too
            short                        block          1234567
        "#]]
        .assert_eq(&table().render(Look::default()));
    }

    fn at(table: &Table, width: usize) -> String {
        table.render(Look { width: Some(width), colour: false })
    }

    #[test]
    fn a_terminal_breaks_the_widest_text_and_neither_codes_nor_numbers() {
        expect![[r#"
            indented
              what           code             count
              주문 수량이    max_order_qty       12
              한도를
              넘습니다
                 a note that is longer than any of
                 the lines around it, 23456789 too
              short          block          1234567
        "#]]
        .assert_eq(&("indented\n".to_owned() + &at(&table().indented(2), 39)));
        let narrow = at(&table(), 10);
        assert!(
            narrow.contains("\n한도를\n넘습니다\n") && narrow.contains("max_order_qty       12\n"),
            "whole words: {narrow}"
        );
        assert_eq!(at(&table(), 77), table().render(Look::default()));
    }

    #[test]
    fn of_a_path_its_end_is_kept() {
        let mut table = Table::new(vec![Column::codes(), Column::text(), Column::text()]);
        table.row(["max_long".into(), "small examples/us-daily/qts.toml:152".into(), "x".into()]);
        table.row(["max_short".into(), "some/where/포트폴리오.toml:7: max_short = \"0\"".into(), "".into()]);
        let shown = [60, 45, 30].map(|width| format!("{width}\n{}", at(&table, width))).concat();
        expect![[r#"
            60
            max_long   small examples/us-daily/qts.toml:152           x
            max_short  some/where/포트폴리오.toml:7: max_short = "0"
            45
            max_long   small                            x
                       examples/us-daily/qts.toml:152
            max_short  some/where/포트폴리오.toml:7:
                       max_short = "0"
            30
            max_long   small …/qts.toml:152  x
            max_short  …/포트폴리오.toml:7:
                       max_short = "0"
        "#]]
        .assert_eq(&shown);
    }

    #[test]
    fn a_word_without_end_is_broken_and_none_is_lost() {
        let word = "가나다라마바사아자차카타파하";
        assert_eq!(broken(word, Holds::Text, 9).concat(), word);
        assert!(
            broken(word, Holds::Text, 9).iter().all(|line| line.width() == 8 || line.width() == 4),
            "{:?}",
            broken(word, Holds::Text, 9)
        );
        assert_eq!(broken("ab cdef g", Holds::Text, 4), ["ab", "cdef", "g"]);
        assert_eq!(broken("1 A.US, 2 B.US", Holds::Items, 8), ["1 A.US,", "2 B.US"]);
        assert_eq!(broken("가", Holds::Text, 1), ["가"], "a letter is never broken");
    }

    #[test]
    fn colour_takes_no_room() {
        let coloured = table().render(Look { width: None, colour: true });
        assert!(coloured.contains("\u{1b}[31mblock\u{1b}[0m          1234567"), "{coloured:?}");
        let plain = coloured.replace("\u{1b}[31m", "").replace("\u{1b}[0m", "");
        assert_eq!(plain, table().render(Look::default()));
    }
}
