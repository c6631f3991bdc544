//! One column of a row group of a Parquet file: a batch of its values, and the one of the current row.

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{
    AsBytes, ByteArrayType, DataType, DoubleType, FixedLenByteArrayType, FloatType, Int32Type, Int64Type, Int96,
    Int96Type,
};
use parquet::errors::ParquetError;

/// What the values of a column stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Themselves.
    Plain,
    /// Whole numbers of 10 to the minus this.
    Decimal(i32),
    /// Days since 1970.
    Days,
    /// Counts of `unit` nanoseconds since 1970, in UTC or on clocks without an offset.
    Time { unit: i64, utc: bool },
}

/// One value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell<'a> {
    Null,
    Int(i64),
    Single(f32),
    Double(f64),
    Decimal(i128, i32),
    Text(&'a [u8]),
    Days(i64),
    Time { count: i64, unit: i64, utc: bool },
    Unreadable,
}

/// A column that is being read.
pub(super) struct Column {
    values: Values,
    meaning: Meaning,
}

enum Values {
    Int32(Typed<Int32Type>),
    Int64(Typed<Int64Type>),
    Int96(Typed<Int96Type>),
    Single(Typed<FloatType>),
    Double(Typed<DoubleType>),
    Bytes(Typed<ByteArrayType>),
    Fixed(Typed<FixedLenByteArrayType>),
}

macro_rules! each {
    ($values:expr, $typed:ident => $do:expr) => {
        match $values {
            Values::Int32($typed) => $do,
            Values::Int64($typed) => $do,
            Values::Int96($typed) => $do,
            Values::Single($typed) => $do,
            Values::Double($typed) => $do,
            Values::Bytes($typed) => $do,
            Values::Fixed($typed) => $do,
        }
    };
}

impl Column {
    pub(super) fn new(reader: ColumnReader, meaning: Meaning) -> Result<Self, ParquetError> {
        let values = match reader {
            ColumnReader::Int32ColumnReader(reader) => Values::Int32(Typed::new(reader)),
            ColumnReader::Int64ColumnReader(reader) => Values::Int64(Typed::new(reader)),
            ColumnReader::Int96ColumnReader(reader) => Values::Int96(Typed::new(reader)),
            ColumnReader::FloatColumnReader(reader) => Values::Single(Typed::new(reader)),
            ColumnReader::DoubleColumnReader(reader) => Values::Double(Typed::new(reader)),
            ColumnReader::ByteArrayColumnReader(reader) => Values::Bytes(Typed::new(reader)),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => Values::Fixed(Typed::new(reader)),
            ColumnReader::BoolColumnReader(_) => {
                return Err(ParquetError::NYI("a column of true and false where numbers are needed".to_owned()));
            }
        };
        Ok(Self { values, meaning })
    }

    /// Reads that many rows; returns how many there were.
    pub(super) fn fill(&mut self, rows: usize) -> Result<usize, ParquetError> {
        each!(&mut self.values, typed => typed.fill(rows))
    }

    /// Makes that row of the batch the current one. Rows are taken in order.
    pub(super) fn step(&mut self, row: usize) {
        each!(&mut self.values, typed => typed.step(row));
    }

    /// The current row's value.
    pub(super) fn cell(&self) -> Cell<'_> {
        match &self.values {
            Values::Int32(typed) => typed.get().map_or(Cell::Null, |value| self.int(i64::from(*value))),
            Values::Int64(typed) => typed.get().map_or(Cell::Null, |value| self.int(*value)),
            Values::Int96(typed) => typed.get().map_or(Cell::Null, julian),
            Values::Single(typed) => typed.get().map_or(Cell::Null, |value| Cell::Single(*value)),
            Values::Double(typed) => typed.get().map_or(Cell::Null, |value| Cell::Double(*value)),
            Values::Bytes(typed) => typed.get().map_or(Cell::Null, |value| self.bytes(value.as_bytes())),
            Values::Fixed(typed) => typed.get().map_or(Cell::Null, |value| self.bytes(value.as_bytes())),
        }
    }

    const fn int(&self, value: i64) -> Cell<'static> {
        match self.meaning {
            Meaning::Plain => Cell::Int(value),
            Meaning::Decimal(scale) => Cell::Decimal(value as i128, scale),
            Meaning::Days => Cell::Days(value),
            Meaning::Time { unit, utc } => Cell::Time { count: value, unit, utc },
        }
    }

    fn bytes<'a>(&self, value: &'a [u8]) -> Cell<'a> {
        match self.meaning {
            Meaning::Decimal(scale) => big_endian(value).map_or(Cell::Unreadable, |value| Cell::Decimal(value, scale)),
            _ => Cell::Text(value),
        }
    }
}

/// A two's complement number, highest byte first.
fn big_endian(bytes: &[u8]) -> Option<i128> {
    let negative = bytes.first()? & 0x80 != 0;
    let mut wide = [if negative { 0xff } else { 0 }; 16];
    wide.get_mut(16usize.checked_sub(bytes.len())?..)?.copy_from_slice(bytes);
    Some(i128::from_be_bytes(wide))
}

/// The older form of a timestamp: nanoseconds of a Julian day, without an offset.
fn julian(value: &Int96) -> Cell<'static> {
    const EPOCH: i64 = 2_440_588;
    const NANOS_A_DAY: i64 = 86_400_000_000_000;
    let [low, high, day] = *value.data() else { return Cell::Unreadable };
    let nanos = i64::from(high) << 32 | i64::from(low);
    let day = i64::from(day) - EPOCH;
    match day.checked_mul(NANOS_A_DAY).and_then(|start| start.checked_add(nanos)) {
        Some(count) => Cell::Time { count, unit: 1, utc: false },
        None => Cell::Unreadable,
    }
}

/// A batch of one physical type. Empty cells have a level, but no value.
struct Typed<T: DataType> {
    reader: ColumnReaderImpl<T>,
    values: Vec<T::T>,
    levels: Vec<i16>,
    next: usize,
    current: Option<usize>,
}

impl<T: DataType> Typed<T> {
    const fn new(reader: ColumnReaderImpl<T>) -> Self {
        Self { reader, values: Vec::new(), levels: Vec::new(), next: 0, current: None }
    }

    fn fill(&mut self, rows: usize) -> Result<usize, ParquetError> {
        self.values.clear();
        self.levels.clear();
        (self.next, self.current) = (0, None);
        let (read, ..) = self.reader.read_records(rows, Some(&mut self.levels), None, &mut self.values)?;
        Ok(read)
    }

    fn step(&mut self, row: usize) {
        // Only columns at the top are read, so a level is 0 (empty) or 1; a column that allows no empty cells has none.
        let present = self.levels.get(row).is_none_or(|level| *level > 0);
        self.current = present.then_some(self.next);
        self.next += usize::from(present);
    }

    fn get(&self) -> Option<&T::T> {
        self.values.get(self.current?)
    }
}
