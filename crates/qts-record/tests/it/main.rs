//! Entries and their bytes: one of every kind, golden bytes that stay readable, and garbage.

mod examples;

use std::fmt::Write;

use expect_test::expect_file;
use qts_record::{Broken, Entry};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hex digits");
    (0..text.len()).step_by(2).map(digit).collect()
}

#[test]
fn what_was_written_is_read_back() {
    for entry in examples::all() {
        let back = Entry::from_bytes(&entry.to_bytes()).expect("its own bytes");
        assert_eq!(format!("{back:?}"), format!("{entry:?}"));
    }
}

/// If this fails, journals of users have become unreadable: a form may only grow at its end, or get a new number.
#[test]
fn the_bytes_of_every_kind_of_entry_are_as_they_were() {
    let lines: String = examples::all().iter().fold(String::new(), |mut text, entry| {
        let _ = writeln!(text, "{}", hex(&entry.to_bytes()));
        text
    });
    expect_file!["../golden/entries.hex"].assert_eq(&lines);
}

#[test]
fn golden_bytes_still_say_what_they_said() {
    let lines = include_str!("../golden/entries.hex").lines();
    let told = lines.fold(String::new(), |mut text, line| {
        let entry = Entry::from_bytes(&unhex(line)).expect("a golden entry");
        let _ = writeln!(text, "{entry:?}");
        text
    });
    expect_file!["../golden/entries.txt"].assert_eq(&told);
}

#[test]
fn an_entry_that_is_cut_short_or_too_long_is_refused() {
    for entry in examples::all() {
        let bytes = entry.to_bytes();
        for length in 0..bytes.len() {
            assert!(Entry::from_bytes(&bytes[..length]).is_err(), "{length} bytes of {entry:?}");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(Entry::from_bytes(&longer).err(), Some(Broken::TooLong(1)), "{entry:?}");
    }
}

/// Whatever a flipped bit makes of an entry, it is refused or it is another entry with that one form: two different
/// rows of bytes never mean the same.
#[test]
fn no_flipped_bit_goes_unseen() {
    for entry in examples::all() {
        let bytes = entry.to_bytes();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            if let Ok(other) = Entry::from_bytes(&flipped) {
                assert_eq!(hex(&other.to_bytes()), hex(&flipped), "bit {bit} of {entry:?}");
            }
        }
    }
}

#[test]
fn an_entry_of_a_newer_version_is_refused_by_its_number() {
    let error = Entry::from_bytes(&[200]).expect_err("no such entry");
    assert_eq!(error.to_string(), "200 is not a kind of entry; it may come from a newer version of qts");
}
