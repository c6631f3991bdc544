//! Tables whose rows each hold from a day on.

use qts_core::{Dated, Day};

use super::error::{TableError, TableFlaw, Text, Word};

/// A row of a table: what holds from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<T> {
    /// From this day on.
    pub from: Day,
    /// What holds.
    pub value: T,
    /// Where it is from.
    pub source: String,
}

/// A table by date: at least one row, in order; the first also holds for earlier days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows<T> {
    list: Vec<Row<T>>,
    dated: Dated<T>,
}

/// What every row of a file says.
pub(super) trait Form {
    fn from(&self) -> &Word;
    fn source(&self) -> &Word;
}

impl<T: Clone> Rows<T> {
    /// The rows of a file, whose values `value` reads.
    pub(super) fn read<'f, F: Form + 'f>(
        text: &Text<'_>,
        name: &'static str,
        forms: impl IntoIterator<Item = &'f F>,
        value: impl Fn(&F) -> Result<T, TableError>,
    ) -> Result<Self, TableError> {
        let row = |form: &'f F| {
            let source = form.source().get_ref().clone();
            if source.trim().is_empty() {
                return Err(text.error(form.source().span(), TableFlaw::NoSource));
            }
            Ok((form, Row { from: text.day(form.from())?, value: value(form)?, source }))
        };
        let rows: Vec<(&F, Row<T>)> = forms.into_iter().map(row).collect::<Result<_, _>>()?;
        if let Some([_, (form, row)]) = rows.windows(2).find(|pair| pair[0].1.from >= pair[1].1.from) {
            return Err(text.error(form.from().span(), TableFlaw::OutOfOrder(row.from)));
        }
        let list: Vec<Row<T>> = rows.into_iter().map(|(_, row)| row).collect();
        Self::of(list).ok_or_else(|| text.error(0..0, TableFlaw::NoRow(name)))
    }

    /// The same, or nothing where the file has none.
    pub(super) fn read_any<F: Form>(
        text: &Text<'_>,
        name: &'static str,
        forms: &[F],
        value: impl Fn(&F) -> Result<T, TableError>,
    ) -> Result<Option<Self>, TableError> {
        if forms.is_empty() { Ok(None) } else { Self::read(text, name, forms, value).map(Some) }
    }

    fn of(list: Vec<Row<T>>) -> Option<Self> {
        let (first, later) = list.split_first()?;
        let later = later.iter().map(|row| (row.from, row.value.clone())).collect();
        let dated = Dated::new(first.value.clone(), later)?;
        Some(Self { list, dated })
    }
}

impl<T> Rows<T> {
    /// The first day of which it tells.
    #[must_use]
    pub fn begins(&self) -> Day {
        self.list.first().map_or(Day(i32::MIN), |row| row.from)
    }

    /// What holds by day.
    #[must_use]
    pub const fn dated(&self) -> &Dated<T> {
        &self.dated
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = &Row<T>> {
        self.list.iter()
    }
}
