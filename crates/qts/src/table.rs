//! Tables of columns for people: aligned by the width that a terminal gives to each character (Hangul takes two), and
//! fitted to a terminal by cutting text. Numbers, codes and ids are never cut.

use anstyle::Style;
use qts_core::Stage;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::look::{self, Look};

/// Between two columns.
const GAP: usize = 2;
/// No text is cut below this.
const SHORTEST: usize = 8;

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
}

impl Column {
    /// Numbers, to the right.
    pub(crate) const fn numbers() -> Self {
        Self { holds: Holds::Numbers, least: 0 }
    }

    /// Codes, ids and other words that lose their meaning if they are cut.
    pub(crate) const fn codes() -> Self {
        Self { holds: Holds::Codes, least: 0 }
    }

    /// Text that may be cut to fit a terminal.
    pub(crate) const fn text() -> Self {
        Self { holds: Holds::Text, least: 0 }
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

    /// Adds a line that is in no column and never cut.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.lines.push(Line::Note(text.into()));
    }

    /// The table as text, each line with its end.
    pub(crate) fn render(&self, look: Look) -> String {
        let widths = self.widths(look.width);
        let line = |line: &Line| match line {
            Line::Cells(cells) => self.cells(cells, &widths, look),
            Line::Note(note) => format!("{note}\n"),
        };
        self.lines.iter().map(line).collect()
    }

    fn cells(&self, cells: &[Cell], widths: &[usize], look: Look) -> String {
        let mut line = " ".repeat(self.indent);
        for (place, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let text = cut(&cell.text, *width);
            let room = " ".repeat(width - text.width());
            let painted = look.paint(&text, cell.style);
            line += if place == 0 { "" } else { "  " };
            line += &if self.holds(place) == Holds::Numbers { room + &painted } else { painted + &room };
        }
        line.truncate(line.trim_end().len());
        line + "\n"
    }

    /// As wide as the widest cell, unless the terminal is too narrow for all.
    fn widths(&self, room: Option<usize>) -> Vec<usize> {
        let rows =
            || self.lines.iter().filter_map(|line| if let Line::Cells(cells) = line { Some(cells) } else { None });
        let widest = |place| rows().filter_map(|cells| cells.get(place)).map(|cell: &Cell| cell.text.width()).max();
        let wanted = |(place, column): (usize, &Column)| widest(place).unwrap_or(0).max(column.least);
        let mut widths: Vec<usize> = self.columns.iter().enumerate().map(wanted).collect();
        let gaps = self.indent + GAP * widths.len().saturating_sub(1);
        while room.is_some_and(|room| gaps + widths.iter().sum::<usize>() > room) {
            let texts = widths.iter_mut().enumerate().filter(|(place, _)| self.holds(*place) == Holds::Text);
            let widest = texts.map(|(_, width)| width).max().filter(|width| **width > SHORTEST);
            let Some(widest) = widest else { break };
            *widest -= 1;
        }
        widths
    }

    fn holds(&self, place: usize) -> Holds {
        self.columns.get(place).map_or(Holds::Text, |column| column.holds)
    }
}

/// A text that takes at most that much room, if possible up to the end of a word; what is missing shows as `…`.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let fits = |c: &char| {
        let wide = c.width().unwrap_or(0);
        let fits = wide <= left;
        left = if fits { left - wide } else { 0 };
        fits
    };
    let kept: String = text.chars().take_while(fits).collect();
    // Half a number would be another number.
    let whole = kept.rsplit_once(' ').map_or(kept.as_str(), |(whole, _)| whole);
    format!("{}…", whole.trim_end())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn table() -> Table {
        let mut table = Table::new(vec![Column::text(), Column::codes(), Column::numbers().at_least(6)]);
        table.row(["what".into(), "code".into(), "count".into()]);
        table.row(["주문 수량이 한도를 넘습니다".into(), "max_order_qty".into(), "12".into()]);
        table.note("     a note that is longer than any of the lines around it, and never cut");
        table.row(["short".into(), Cell::verdict(Stage::Block), "1234567".into()]);
        table
    }

    #[test]
    fn wide_characters_count_two_and_nothing_is_cut_without_a_terminal() {
        expect![[r#"
            what                         code             count
            주문 수량이 한도를 넘습니다  max_order_qty       12
                 a note that is longer than any of the lines around it, and never cut
            short                        block          1234567
        "#]]
        .assert_eq(&table().render(Look::default()));
    }

    #[test]
    fn a_terminal_cuts_the_widest_text_and_neither_codes_nor_numbers() {
        let look = |width| Look { width: Some(width), colour: false };
        expect![[r#"
            indented
              what           code             count
              주문 수량이…   max_order_qty       12
                 a note that is longer than any of the lines around it, and never cut
              short          block          1234567
        "#]]
        .assert_eq(&("indented\n".to_owned() + &table().indented(2).render(look(39))));
        let narrow = table().render(look(10));
        assert!(narrow.contains("max_order_qty       12\n") && narrow.contains("주문…  "), "{narrow}");
    }

    #[test]
    fn colour_takes_no_room() {
        let coloured = table().render(Look { width: None, colour: true });
        assert!(coloured.contains("\u{1b}[31mblock\u{1b}[0m          1234567"), "{coloured:?}");
        let plain = coloured.replace("\u{1b}[31m", "").replace("\u{1b}[0m", "");
        assert_eq!(plain, table().render(Look::default()));
    }
}
