//! How inputs are cut into cycles.

use std::path::Path;

use expect_test::expect;

use super::super::frames::MOST_BYTES;
use super::super::{Interrupt, run};
use super::*;

fn check_shape(shape: Shape, input: &[u8], expect: Expect) {
    expect.assert_eq(&told(CONFIG, shape, input, Format::Table));
}

const ONE: &str = "cycle 1: 0 intents, 0 orders\n";

#[test]
fn lines_are_cycles_in_order_and_blank_ones_are_nothing() {
    check_shape(
        Shape::Lines,
        b"{}\r\n\n  \n{\"intents\": []}\n{}",
        expect![["cycle 1: 0 intents, 0 orders\ncycle 2: 0 intents, 0 orders\ncycle 3: 0 intents, 0 orders\n"]],
    );
}

#[test]
fn a_bad_line_is_named_and_what_came_before_it_is_told() {
    check_shape(
        Shape::Lines,
        b"{}\n\n{\"nw\": 1}\n{}\n",
        expect![[r#"
        cycle 1: 0 intents, 0 orders
        exit 4: in.json:3:2: $.nw: unknown key `nw` | help: did you mean `now`?
    "#]],
    );
    check_shape(
        Shape::Lines,
        b"\n{}\n{\n}\n",
        expect![[r#"
        cycle 1: 0 intents, 0 orders
        exit 4: in.json:4:1: $: this is not JSON: EOF while parsing an object | help: correct it; a cycle is one JSON object
    "#]],
    );
}

#[test]
fn a_whole_file_is_one_cycle_with_lines_of_its_own() {
    assert_eq!(told(CONFIG, Shape::Whole, b"\n{\n}\n", Format::Table), ONE);
    check_shape(
        Shape::Whole,
        b"\n\n{\"intents\": [\n{\"strategy\": 1}]}",
        expect![[r#"
        exit 4: in.json:4:1: $.intents[0]: `instrument` is missing | help: add `"instrument": …`
    "#]],
    );
    check_shape(
        Shape::Whole,
        b"{}\n{}\n",
        expect![[r#"
        exit 4: in.json:2:1: $: this is not JSON: trailing characters | help: correct it; a cycle is one JSON object
    "#]],
    );
}

#[test]
fn the_shape_of_standard_input_is_found_out() {
    assert_eq!(told(CONFIG, Shape::Unknown, b"\n{\n}\n", Format::Table), ONE);
    check_shape(
        Shape::Unknown,
        b"{}\n{\n}",
        expect![[r#"
        cycle 1: 0 intents, 0 orders
        exit 4: in.json:3:1: $: this is not JSON: EOF while parsing an object | help: correct it; a cycle is one JSON object
    "#]],
    );
    check_shape(
        Shape::Unknown,
        b"\n{\n\"x\": 1}",
        expect![[r#"
        exit 4: in.json:3:1: $.x: unknown key `x` | help: keys here: now, account, market, books, open_orders, intents, modes
    "#]],
    );
    check_shape(
        Shape::Unknown,
        b"what\n{}",
        expect![[r#"
        exit 4: in.json:1:1: $: this is not JSON: expected value | help: correct it; a cycle is one JSON object
    "#]],
    );
}

#[test]
fn an_empty_input_is_an_error() {
    for (shape, input) in [(Shape::Whole, ""), (Shape::Lines, "\n\n"), (Shape::Unknown, " ")] {
        let told = told(CONFIG, shape, input.as_bytes(), Format::Json);
        assert!(told.starts_with("exit 4: in.json:1:1: $: there is no cycle in it | help: "), "{told}");
    }
}

#[test]
fn bad_utf8_names_its_line_and_a_byte_order_mark_is_nothing() {
    check_shape(
        Shape::Lines,
        b"{}\n{\"\xff\": 1}\n",
        expect![[r#"
        cycle 1: 0 intents, 0 orders
        exit 4: in.json:2:1: $: it is not UTF-8 text | help: save it as UTF-8
    "#]],
    );
    check_shape(
        Shape::Whole,
        b"{\n\n\"\xed\xa0\x80\": 1}\n",
        expect![[r#"
        exit 4: in.json:3:1: $: it is not UTF-8 text | help: save it as UTF-8
    "#]],
    );
    assert_eq!(told(CONFIG, Shape::Unknown, b"\xef\xbb\xbf{\n}\n", Format::Table), ONE);
}

#[test]
fn sixteen_mebibytes_are_enough_and_one_byte_more_is_not() {
    for shape in [Shape::Lines, Shape::Whole, Shape::Unknown] {
        let mut input = b"{}".to_vec();
        input.resize(MOST_BYTES, b' ');
        input.push(b'\n');
        assert_eq!(told(CONFIG, shape, &input, Format::Table), ONE, "{shape:?}");
        input.insert(0, b' ');
        let told = told(CONFIG, shape, &input, Format::Table);
        assert!(told.starts_with("exit 4: in.json:1:1: $: a cycle has more than 16 MiB | help: "), "{told}");
    }
}

#[test]
fn a_missing_file_is_a_data_error() {
    let mut out = Vec::new();
    let interrupt = Interrupt::listen().expect("room for it");
    let error = run(&config(CONFIG), Path::new("/nowhere/cycle.json"), Format::Json, &interrupt, &mut out);
    let error = error.expect_err("there is no such file");
    assert_eq!(error.exit_code(), 4);
    assert!(error.to_string().starts_with("failed to read /nowhere/cycle.json: "), "{error}");
}
