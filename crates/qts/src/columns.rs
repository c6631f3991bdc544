//! Rows of cells as text in columns. Widths are those of a terminal: Hangul takes two places.

use unicode_width::UnicodeWidthStr;

/// The rows, a line each: columns two blanks apart, nothing at the ends of lines. Rows may differ in length.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
    let widths: Vec<usize> = (0..count).map(|column| widest(column).unwrap_or_default()).collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &[String], widths: &[usize]) -> String {
    let padded = row.iter().zip(widths).map(|(cell, width)| format!("{cell}{}  ", " ".repeat(width - cell.width())));
    padded.collect::<String>().trim_end().to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_letters_count_twice_and_lines_end_without_blanks() {
        let rows = [["호가", "a", ""], ["tick", "bb", "x"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(table(&rows), "호가  a\ntick  bb  x\n");
        assert_eq!(table(&[vec!["one".to_owned()], rows[1].clone()]), "one\ntick  bb  x\n");
    }
}
