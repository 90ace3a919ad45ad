//! The text of selections: what Python makes of it, and what we say where it is wrong.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use npymap_core::{
    Selection,
    selection::{Item, Slice},
};
use proptest::prelude::*;

#[test]
fn texts_are_pythons() {
    let cases = common::read_json("selections.json");
    let cases = cases.as_array().unwrap();
    assert!(common::sampled() || cases.len() > 600);
    for case in cases {
        let text = case["text"].as_str().unwrap();
        match (Selection::parse(text), case["selection"].as_str()) {
            (Ok(found), Some(expected)) => {
                assert_eq!(found.to_string(), expected, "{text}");
                assert_eq!(found, expected.parse().unwrap(), "{text}");
            }
            (Err(e), None) => {
                let message = e.to_string();
                assert!(!message.contains('\n') && message.len() < 250, "{message}");
            }
            (Ok(found), None) => panic!("{found} for {text}, expected an error"),
            (Err(e), Some(expected)) => panic!("{e} for {text}, expected {expected}"),
        }
    }
}

#[test]
fn errors_say_where_and_why() {
    let item = "an integer, a slice, `...`, None or a field name in quotes";
    let basic = "expected integers, slices, `...`, None or field names";
    let cases = [
        ("[]", format!("found ']' at byte 1, expected {item}")),
        (
            "[1, 2",
            "found the end at byte 5, expected ',' or ']'".into(),
        ),
        ("1 2", "found '2' at byte 2, expected ',' or the end".into()),
        (
            "[1]2",
            "found '2' at byte 3, expected '[' or the end".into(),
        ),
        (
            "[1:2:3:4]",
            "found ':4]' at byte 6, expected ',' or ']'".into(),
        ),
        (
            "[(1:2)]",
            "found ':2)]' at byte 3, expected ',' or ')'".into(),
        ),
        (
            "[np.nan]",
            format!("found 'np.nan]' at byte 1, expected {item}"),
        ),
        (
            "[slice(1)]",
            format!("found 'slice(1)]' at byte 1, expected {item}"),
        ),
        (
            "['a' 1]",
            "found '1]' at byte 5, expected ',' or ']'".into(),
        ),
        (
            "['a', 'b']",
            "found ', 'b']' at byte 4, expected ']' \
             (several fields are chosen with a list in the brackets)"
                .replace("', 'b']'", "', \\'b\\']'"),
        ),
        (
            "[['a', 1]]",
            "found '1]]' at byte 7, expected a field name in quotes or ']'".into(),
        ),
        (
            "[b'a']",
            "found 'b\\'a\\']' at byte 1, expected a field name in quotes".into(),
        ),
        (
            "['a]",
            "found '\\'a]' at byte 1, expected a closing quote".into(),
        ),
        ("[0x]", "found ']' at byte 3, expected digits".into()),
        (
            "[0, 1.5]",
            format!("only basic indexing is supported: found '1.5]' at byte 4, {basic}"),
        ),
        (
            "[1e-5]",
            format!("only basic indexing is supported: found '1e-5]' at byte 1, {basic}"),
        ),
        (
            "[True]",
            format!("only basic indexing is supported: found 'True]' at byte 1, {basic}"),
        ),
        (
            "[[0, 1]]",
            format!("only basic indexing is supported: found '[0, 1]]' at byte 1, {basic}"),
        ),
        (
            "[0, (1, 2)]",
            format!("only basic indexing is supported: found '(1, 2)]' at byte 4, {basic}"),
        ),
        (
            "[9223372036854775808]",
            "Python int too large to convert to C long: found '9223372036854775808]' at byte 1, \
             expected an index of 64 bits"
                .into(),
        ),
    ];
    for (text, expected) in cases {
        let found = Selection::parse(text).unwrap_err().to_string();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn bounds_beyond_64_bits_count_as_the_limit() {
    let digits = "9".repeat(1000);
    let text = format!("[{digits}:-{digits}:0x{digits}]");
    let slice = Slice {
        start: Some(i64::MAX),
        stop: Some(i64::MIN),
        step: Some(i64::MAX),
    };
    assert_eq!(
        Selection::parse(&text).unwrap(),
        Selection::new().items([Item::Slice(slice)])
    );
}

#[test]
#[cfg_attr(miri, ignore = "a question of speed")]
fn long_texts_neither_take_long_nor_nest() {
    let many = |part: &str| part.repeat(100_000);
    for text in [
        many("["),
        many("("),
        many("0,"),
        many("[0]"),
        many("'"),
        many("'\\"),
        many("-"),
        many(":"),
        many(" "),
        format!("[[{}]]", many("'a',")),
        format!("['{}']", many("a")),
        format!("[{}]", many("1")),
        format!("[0x{}]", many("f")),
    ] {
        let _ = Selection::parse(&text);
    }
    assert_eq!(
        Selection::parse(&many("0,")).unwrap_err().to_string(),
        "too many indices for array"
    );
    assert_eq!(
        Selection::parse(&many("[0]")).unwrap().subscripts().len(),
        100_000
    );
}

#[test]
fn blank_text_selects_everything() {
    assert_eq!(Selection::parse(" \n").unwrap(), Selection::new());
    assert_eq!(Selection::new().to_string(), "");
}

fn items() -> impl Strategy<Value = Item> {
    let bound = || {
        prop_oneof![
            Just(None),
            any::<i64>().prop_map(Some),
            (-9_i64..9).prop_map(Some)
        ]
    };
    prop_oneof![
        any::<i64>().prop_map(Item::Index),
        (bound(), bound(), bound()).prop_map(|(start, stop, step)| Item::Slice(Slice {
            start,
            stop,
            step
        })),
        Just(Item::Ellipsis),
        Just(Item::NewAxis),
    ]
}

fn selections() -> impl Strategy<Value = Selection> {
    #[derive(Clone, Debug)]
    enum Part {
        Items(Vec<Item>),
        Field(String),
        Fields(Vec<String>),
    }
    let part = prop_oneof![
        prop::collection::vec(items(), 0..6).prop_map(Part::Items),
        any::<String>().prop_map(Part::Field),
        prop::collection::vec(any::<String>(), 1..4).prop_map(Part::Fields),
    ];
    prop::collection::vec(part, 0..4).prop_map(|parts| {
        parts
            .into_iter()
            .fold(Selection::new(), |selection, part| match part {
                Part::Items(items) => selection.items(items),
                Part::Field(name) => selection.field(&name),
                Part::Fields(names) => selection.fields(names.iter().map(String::as_str)),
            })
    })
}

proptest! {
    #[test]
    fn text_of_a_selection_reads_back(selection in selections()) {
        let text = selection.to_string();
        prop_assert_eq!(Selection::parse(&text).unwrap(), selection, "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused(text in r#"[-0-9eExX_.,:\[\]()'"\\abNone \n]{0,40}|.{0,40}"#) {
        let _ = Selection::parse(&text);
    }
}
