//! Values as bytes: whole numbers in groups of seven bits, lowest first; signed ones folded so that small magnitudes
//! stay short; texts and lists after their length; choices after their number.

/// Why bytes are no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// They end too early.
    #[error("the entry ends in the middle of {0}")]
    Short(&'static str),
    /// A number stands there that means nothing.
    #[error("{number} is not {what}; it may come from a newer version of qts")]
    Unknown {
        /// What should be there.
        what: &'static str,
        /// What is there.
        number: u64,
    },
    /// A value out of its range.
    #[error("{0} is out of range")]
    Range(&'static str),
    /// Something follows where nothing should.
    #[error("{0} bytes too many in the entry")]
    TooLong(usize),
}

/// Something with a form in bytes.
pub trait Bytes: Sized {
    /// Adds its bytes to `out`.
    fn put(&self, out: &mut Vec<u8>);

    /// Reads one.
    ///
    /// # Errors
    /// The bytes are no such value.
    fn take(from: &mut Reader<'_>) -> Result<Self, Broken>;
}

/// Bytes still to be read.
#[derive(Debug)]
pub struct Reader<'b> {
    left: &'b [u8],
}

impl<'b> Reader<'b> {
    /// At the beginning of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'b [u8]) -> Self {
        Self { left: bytes }
    }

    /// Is nothing left?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// Nothing more may follow.
    ///
    /// # Errors
    /// Something does.
    pub const fn finish(self) -> Result<(), Broken> {
        if self.left.is_empty() { Ok(()) } else { Err(Broken::TooLong(self.left.len())) }
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// There are fewer.
    pub fn bytes(&mut self, count: usize, what: &'static str) -> Result<&'b [u8], Broken> {
        let (taken, left) = self.left.split_at_checked(count).ok_or(Broken::Short(what))?;
        self.left = left;
        Ok(taken)
    }

    /// A field that entries of older versions lack.
    ///
    /// # Errors
    /// It is there, and broken.
    pub fn added<T: Bytes>(&mut self, before: T) -> Result<T, Broken> {
        if self.is_empty() { Ok(before) } else { T::take(self) }
    }

    fn wide(&mut self, what: &'static str) -> Result<u128, Broken> {
        let mut value: u128 = 0;
        for shift in (0..128).step_by(7) {
            let byte = self.bytes(1, what)?[0];
            let group = u128::from(byte & 0x7f);
            if (group << shift) >> shift != group {
                return Err(Broken::Range(what));
            }
            value |= group << shift;
            if byte & 0x80 == 0 {
                // One value, one form: a last group of zeros would be a second.
                return if group == 0 && shift > 0 { Err(Broken::Range(what)) } else { Ok(value) };
            }
        }
        Err(Broken::Range(what))
    }
}

fn put_wide(mut value: u128, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Numbers around zero in turn: 0, −1, 1, −2, 2 …
const fn folded(value: i128) -> u128 {
    ((value << 1) ^ (value >> 127)).cast_unsigned()
}

const fn unfolded(value: u128) -> i128 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

macro_rules! unsigned {
    ($($type:ty),+) => { $(
        impl Bytes for $type {
            fn put(&self, out: &mut Vec<u8>) {
                put_wide(u128::from(*self), out);
            }

            fn take(from: &mut Reader<'_>) -> Result<Self, Broken> {
                <$type>::try_from(from.wide("a number")?).map_err(|_| Broken::Range("a number"))
            }
        }
    )+ };
}

macro_rules! signed {
    ($($type:ty),+) => { $(
        impl Bytes for $type {
            fn put(&self, out: &mut Vec<u8>) {
                put_wide(folded(i128::from(*self)), out);
            }

            fn take(from: &mut Reader<'_>) -> Result<Self, Broken> {
                <$type>::try_from(unfolded(from.wide("a number")?)).map_err(|_| Broken::Range("a number"))
            }
        }
    )+ };
}

unsigned!(u8, u16, u32, u64);
signed!(i32, i64, i128);

impl Bytes for usize {
    fn put(&self, out: &mut Vec<u8>) {
        (*self as u64).put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Broken> {
        u64::take(from)?.try_into().map_err(|_| Broken::Range("a number"))
    }
}

impl Bytes for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Broken> {
        match from.bytes(1, "yes or no")?[0] {
            0 => Ok(false),
            1 => Ok(true),
            number => Err(Broken::Unknown { what: "yes or no", number: number.into() }),
        }
    }
}

impl Bytes for String {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(self, out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Broken> {
        let length = usize::take(from)?;
        let bytes = from.bytes(length, "a text")?;
        std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| Broken::Range("a text"))
    }
}

/// A text after its length.
pub(crate) fn put_text(text: &str, out: &mut Vec<u8>) {
    text.len().put(out);
    out.extend_from_slice(text.as_bytes());
}

impl<T: Bytes> Bytes for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Broken> {
        if bool::take(from)? { T::take(from).map(Some) } else { Ok(None) }
    }
}

impl<T: Bytes> Bytes for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        self.iter().for_each(|value| value.put(out));
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Broken> {
        // Every value has at least a byte, so a length beyond what is left promises what cannot be there.
        let length = usize::take(from)?;
        if length > from.left.len() {
            return Err(Broken::Short("a list"));
        }
        (0..length).map(|_| T::take(from)).collect()
    }
}

impl<A: Bytes, B: Bytes> Bytes for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Broken> {
        Ok((A::take(from)?, B::take(from)?))
    }
}

impl<const N: usize> Bytes for [u8; N] {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Broken> {
        let bytes = from.bytes(N, "a hash")?;
        bytes.try_into().map_err(|_| Broken::Short("a hash"))
    }
}

/// A type whose bytes are those of its fields, one after the other.
macro_rules! fields {
    ($($type:ty { $($field:ident),+ $(,)? })+) => { $(
        impl $crate::bytes::Bytes for $type {
            fn put(&self, out: &mut Vec<u8>) {
                $( self.$field.put(out); )+
            }

            fn take(from: &mut $crate::bytes::Reader<'_>) -> Result<Self, $crate::bytes::Broken> {
                Ok(Self { $($field: $crate::bytes::Bytes::take(from)?),+ })
            }
        }
    )+ };
}

/// A choice: the number of the variant, then its fields. The numbers are for ever.
macro_rules! choice {
    ($type:ty, $what:literal { $($number:literal $variant:ident $(( $($inner:ident),+ ))? $({ $($field:ident),+ })?),+ $(,)? }) => {
        impl $crate::bytes::Bytes for $type {
            fn put(&self, out: &mut Vec<u8>) {
                match self { $(
                    Self::$variant $(( $($inner),+ ))? $({ $($field),+ })? => {
                        out.push($number);
                        $( $( $inner.put(out); )+ )?
                        $( $( $field.put(out); )+ )?
                    }
                ),+ }
            }

            fn take(from: &mut $crate::bytes::Reader<'_>) -> Result<Self, $crate::bytes::Broken> {
                Ok(match from.bytes(1, $what)?[0] {
                    $( $number => {
                        $( $( let $inner = $crate::bytes::Bytes::take(from)?; )+ )?
                        $( $( let $field = $crate::bytes::Bytes::take(from)?; )+ )?
                        Self::$variant $(( $($inner),+ ))? $({ $($field),+ })?
                    } ),+
                    number => return Err($crate::bytes::Broken::Unknown { what: $what, number: number.into() }),
                })
            }
        }
    };
}

pub(crate) use {choice, fields};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn back<T: Bytes>(value: &T) -> Result<T, Broken> {
        let mut out = Vec::new();
        value.put(&mut out);
        let mut reader = Reader::new(&out);
        let found = T::take(&mut reader)?;
        reader.finish().map(|()| found)
    }

    #[test]
    fn small_magnitudes_are_short() {
        let length = |value: i128| {
            let mut out = Vec::new();
            value.put(&mut out);
            out.len()
        };
        assert_eq!([0, -1, 63, -64, 64, -65, 8_191, i128::MAX, i128::MIN].map(length), [1, 1, 1, 1, 2, 2, 2, 19, 19]);
    }

    #[test]
    fn a_value_has_one_form() {
        for bytes in [&[0x80, 0x00][..], &[0x81, 0x00], &[0xff; 19], &[0x80; 40]] {
            assert!(u64::take(&mut Reader::new(bytes)).is_err(), "{bytes:?}");
        }
        assert_eq!(u8::take(&mut Reader::new(&[0x80, 0x02])), Err(Broken::Range("a number")));
        assert_eq!(bool::take(&mut Reader::new(&[2])), Err(Broken::Unknown { what: "yes or no", number: 2 }));
    }

    #[test]
    fn a_length_beyond_what_is_left_takes_no_memory() {
        let mut bytes = Vec::new();
        u64::MAX.put(&mut bytes);
        assert_eq!(Vec::<u8>::take(&mut Reader::new(&bytes)), Err(Broken::Short("a list")));
        assert!(String::take(&mut Reader::new(&bytes)).is_err());
    }

    proptest! {
        #[test]
        fn what_was_put_is_taken(small in any::<i64>(), wide in any::<i128>(), text in ".*", list in any::<Vec<Option<u32>>>()) {
            prop_assert_eq!(back(&small), Ok(small));
            prop_assert_eq!(back(&wide), Ok(wide));
            prop_assert_eq!(back(&text), Ok(text));
            prop_assert_eq!(back(&list), Ok(list));
        }

        #[test]
        fn any_bytes_are_a_value_or_an_error_and_values_have_no_second_form(bytes in any::<Vec<u8>>()) {
            let mut reader = Reader::new(&bytes);
            if let Ok(value) = <Vec<(Option<i64>, String)>>::take(&mut reader) {
                let mut again = Vec::new();
                value.put(&mut again);
                prop_assert_eq!(&again[..], &bytes[..bytes.len() - reader.left.len()]);
            }
        }
    }
}
