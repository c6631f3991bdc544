//! Rows of Parquet files. Only the columns that are needed are read, a batch of rows at a time, each page once.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;
use qts_core::NumError;

use super::column::{Cell, Column, Meaning};
use super::error::{DataError, Place};
use super::header::Header;
use super::number;
use super::row::{Cells, shown};
use super::stamp::{self, StampError, Written};

const BATCH: usize = 1024;

/// The rows of one file.
pub(super) struct ColumnRows {
    reader: SerializedFileReader<File>,
    /// By place in the header; `None` where a column is not needed.
    columns: Vec<Option<Column>>,
    needed: Vec<(usize, Meaning)>,
    next_group: usize,
    left_in_group: usize,
    in_batch: usize,
    left_in_batch: usize,
    row: u64,
    rows: u64,
    bytes: u64,
}

impl ColumnRows {
    /// Opens a file and reads its schema.
    pub(super) fn open(path: &Path) -> Result<(Self, Header), DataError> {
        let file = File::open(path).map_err(|source| DataError::open(path, source))?;
        let bytes = file.metadata().map_or(0, |meta| meta.len());
        if bytes == 0 {
            return Err(DataError::Empty { file: path.into() });
        }
        let reader = guarded(|| SerializedFileReader::new(file)).map_err(|error| failure(path, 0, error))?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let names: Vec<String> = schema.columns().iter().map(|column| column.path().string()).collect();
        let header = Header::read(path, names)?;
        let places = header.numbers[..header.kind.numbers().len()].iter().copied();
        let needed = places
            .chain([header.ts])
            .chain(header.symbol)
            .map(|place| meaning(path, &schema.column(place)).map(|meaning| (place, meaning)))
            .collect::<Result<_, _>>()?;
        let columns = header.names.iter().map(|_| None).collect();
        let rows = u64::try_from(reader.metadata().file_metadata().num_rows()).unwrap_or(0);
        let rows = Self {
            reader,
            columns,
            needed,
            next_group: 0,
            left_in_group: 0,
            in_batch: 0,
            left_in_batch: 0,
            row: 0,
            rows,
            bytes,
        };
        Ok((rows, header))
    }

    /// Goes to the next row, if there is one.
    pub(super) fn advance(&mut self, path: &Path) -> Result<bool, DataError> {
        if self.left_in_batch == 0 && !guarded(|| self.next_batch()).map_err(|error| failure(path, self.row, error))? {
            return Ok(false);
        }
        for column in self.columns.iter_mut().flatten() {
            column.step(self.in_batch);
        }
        self.in_batch += 1;
        self.left_in_batch -= 1;
        self.row += 1;
        Ok(true)
    }

    /// How many bytes of the file its rows so far stand for, and how many there are.
    pub(super) fn progress(&self) -> (u64, u64) {
        let read = u128::from(self.bytes) * u128::from(self.row.min(self.rows)) / u128::from(self.rows.max(1));
        (u64::try_from(read).unwrap_or(self.bytes), self.bytes)
    }

    /// The number of the row, from 1.
    pub(super) const fn row(&self) -> u64 {
        self.row
    }

    fn next_batch(&mut self) -> Result<bool, ParquetError> {
        while self.left_in_group == 0 {
            if self.next_group == self.reader.num_row_groups() {
                return Ok(false);
            }
            self.open_group()?;
        }
        let rows = self.left_in_group.min(BATCH);
        for column in self.columns.iter_mut().flatten() {
            if column.fill(rows)? != rows {
                return Err(ParquetError::General("a column has fewer rows than its row group says".to_owned()));
            }
        }
        self.left_in_group -= rows;
        (self.in_batch, self.left_in_batch) = (0, rows);
        Ok(true)
    }

    fn open_group(&mut self) -> Result<(), ParquetError> {
        let group = self.reader.get_row_group(self.next_group)?;
        for (place, meaning) in &self.needed {
            self.columns[*place] = Some(Column::new(group.get_column_reader(*place)?, *meaning)?);
        }
        self.left_in_group = usize::try_from(group.metadata().num_rows())?;
        self.next_group += 1;
        Ok(())
    }

    fn cell(&self, place: usize) -> Cell<'_> {
        self.columns.get(place).and_then(Option::as_ref).map_or(Cell::Null, Column::cell)
    }
}

impl Cells for ColumnRows {
    fn width(&self) -> usize {
        self.columns.len()
    }

    fn is(&self, place: usize, text: &str) -> bool {
        match self.cell(place) {
            Cell::Text(found) => found.trim_ascii() == text.as_bytes(),
            Cell::Null => text.is_empty(),
            _ => self.shown(place) == text,
        }
    }

    fn shown(&self, place: usize) -> String {
        let written = |time: Result<Written, StampError>| time.map_or_else(|why| why.to_string(), |at| at.to_string());
        match self.cell(place) {
            Cell::Null => String::new(),
            Cell::Int(value) => value.to_string(),
            Cell::Single(value) => value.to_string(),
            Cell::Double(value) => value.to_string(),
            Cell::Decimal(value, scale) => format!("{value}e{}", -i64::from(scale)),
            Cell::Text(text) => shown(text),
            Cell::Days(days) => written(stamp::from_days(days)),
            Cell::Time { count, unit, utc } => written(stamp::from_units(count, unit, utc)),
            Cell::Unreadable => "more than a 128-bit number".to_owned(),
        }
    }

    fn time(&self, place: usize) -> Result<Option<Written>, StampError> {
        match self.cell(place) {
            Cell::Null => Ok(None),
            Cell::Text(text) if text.trim_ascii().is_empty() => Ok(None),
            Cell::Text(text) => stamp::parse(text.trim_ascii()).map(Some),
            Cell::Int(count) => stamp::from_count(count, &[]).map(Some),
            Cell::Single(value) => stamp::from_float(value.into()).map(Some),
            Cell::Double(value) => stamp::from_float(value).map(Some),
            Cell::Days(days) => stamp::from_days(days).map(Some),
            Cell::Time { count, unit, utc } => stamp::from_units(count, unit, utc).map(Some),
            Cell::Decimal(..) | Cell::Unreadable => Err(StampError::NotATime),
        }
    }

    fn number(&self, place: usize) -> Result<Option<i64>, NumError> {
        match self.cell(place) {
            Cell::Null => Ok(None),
            Cell::Text(text) => number::from_text(text),
            Cell::Int(value) => number::from_int(value).map(Some),
            Cell::Single(value) => number::from_display(format_args!("{value:e}")).map(Some),
            Cell::Double(value) => number::from_float(value).map(Some),
            Cell::Decimal(value, scale) => {
                number::from_display(format_args!("{value}e{}", -i64::from(scale))).map(Some)
            }
            Cell::Unreadable => Err(NumError::OutOfRange),
            Cell::Days(_) | Cell::Time { .. } => Err(NumError::NotANumber),
        }
    }
}

/// What the values of a column stand for; the newer way of saying it first.
fn meaning(path: &Path, column: &ColumnDescriptor) -> Result<Meaning, DataError> {
    if column.max_rep_level() > 0 {
        let detail = format!("the column `{}` holds lists", column.name());
        return Err(DataError::Unsupported { file: path.into(), detail });
    }
    Ok(match (column.logical_type_ref(), column.converted_type()) {
        (Some(LogicalType::Timestamp(time)), _) => {
            let unit = match time.unit {
                TimeUnit::MILLIS => 1_000_000,
                TimeUnit::MICROS => 1_000,
                TimeUnit::NANOS => 1,
            };
            Meaning::Time { unit, utc: time.is_adjusted_to_u_t_c }
        }
        (None, ConvertedType::TIMESTAMP_MILLIS) => Meaning::Time { unit: 1_000_000, utc: true },
        (None, ConvertedType::TIMESTAMP_MICROS) => Meaning::Time { unit: 1_000, utc: true },
        (Some(LogicalType::Date), _) | (None, ConvertedType::DATE) => Meaning::Days,
        (Some(LogicalType::Decimal(_)), _) | (None, ConvertedType::DECIMAL) => Meaning::Decimal(column.type_scale()),
        _ => Meaning::Plain,
    })
}

/// The library panics on some damaged files, where an error is due. What it was reading is not used again.
fn guarded<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(ParquetError::General("the pages make no sense".to_owned())))
}

fn failure(path: &Path, row: u64, error: ParquetError) -> DataError {
    let at = Place { file: path.into(), unit: "row", number: row + 1 };
    match error {
        ParquetError::NYI(detail) => DataError::Unsupported { file: path.into(), detail },
        ParquetError::General(text) if text.starts_with("Disabled feature") => {
            let codec = text.rsplit(' ').next().unwrap_or_default();
            DataError::Unsupported { file: path.into(), detail: format!("it is compressed by {codec}") }
        }
        ParquetError::EOF(_) => DataError::Truncated { at },
        ParquetError::General(detail) => DataError::Damaged { at, detail },
        ParquetError::External(source) => DataError::Damaged { at, detail: source.to_string() },
        other => DataError::Damaged { at, detail: other.to_string() },
    }
}
