//! Reading headers: the steps, the limits, the errors, the warnings, and hostile input.

use crate::{file_with as file, parse_whole as parse};
use npymap_core::{
    ErrorKind, Header, Order, Step,
    dtype::Extended,
    error::Excerpt,
    header::{self, Limits, Warning},
};
use proptest::prelude::*;

const TEXT: &str = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }";

/// A header of version 1.0 with these values.
fn with(descr: &str, fortran_order: &str, shape: &str) -> Vec<u8> {
    let text = format!("{{'descr': {descr}, 'fortran_order': {fortran_order}, 'shape': {shape}}}");
    file(1, text.as_bytes())
}

fn error(file: &[u8]) -> String {
    parse(file).unwrap_err().to_string()
}

#[test]
fn the_parser_asks_for_what_it_needs() {
    let limits = Limits::default();
    for (major, preamble) in [(1, 10_u64), (2, 12), (3, 12)] {
        let file = file(major, TEXT.as_bytes());
        let end = file.len() as u64;
        for len in [None, Some(end), Some(end + 1000)] {
            for at_hand in 0..=end {
                let step = Header::parse(&file[..at_hand as usize], len, &limits).unwrap();
                match step {
                    Step::Need(range) if at_hand < 10 => assert_eq!(range, 0..10),
                    Step::Need(range) if at_hand < preamble => assert_eq!(range, 0..preamble),
                    Step::Need(range) => {
                        assert!(at_hand < end);
                        assert_eq!(range, 0..end);
                    }
                    Step::Done(header) => {
                        assert_eq!(at_hand, end);
                        assert_eq!(header.version(), (major, 0));
                        assert_eq!(header.text(), TEXT);
                        assert_eq!(header.data_offset(), end);
                        assert_eq!(header.nbytes(), 48);
                        assert_eq!(header.order(), Order::C);
                    }
                }
            }
        }
    }
}

#[test]
fn a_short_file_is_cut_short_wherever_it_ends() {
    for (major, preamble) in [(1, 10), (2, 12), (3, 12)] {
        let file = file(major, TEXT.as_bytes());
        for len in 0..file.len() {
            let result = Header::parse(&[], Some(len as u64), &Limits::default());
            // Only an empty file can be judged unseen.
            assert_eq!(result.is_err(), len == 0, "{len}");
            let (what, expected, found) = match len {
                0 => ("the file", 8, 0),
                1..8 => ("the magic string", 8, len),
                _ if len < preamble => ("the length of the header", preamble - 8, len - 8),
                _ => ("the header", TEXT.len(), len - preamble),
            };
            let (expected, found) = (expected as u64, found as u64);
            let expected = ErrorKind::Truncated {
                what,
                expected,
                found,
            };
            assert_eq!(*parse(&file[..len]).unwrap_err().kind(), expected);
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "reads a header of 20 000 characters")]
fn lengths_are_limited_before_anything_is_read() {
    let mut file = b"\x93NUMPY\x02\x00\xf0\xff\xff\xff".to_vec();
    let result = Header::parse(&file, None, &Limits::default());
    let too_large = "the header is too large: found 4294967280, the limit is 1048576";
    assert_eq!(result.unwrap_err().to_string(), too_large);
    let cut_short = "the header is cut short: expected 4294967280 bytes, found 0";
    assert_eq!(error(&file), cut_short);

    file.truncate(8);
    file.extend(20_000_u32.to_le_bytes());
    file.extend(TEXT.bytes());
    file.resize(12 + 20_000, b' ');
    let header = parse(&file).unwrap();
    assert_eq!(
        header.warnings(),
        [Warning::HeaderTooLongForNumPy { chars: 20_000 }]
    );
    let mut limits = Limits::default();
    limits.max_header_len = 19_999;
    assert!(Header::parse(&file, None, &limits).is_err());
    limits.max_header_len = 20_000;
    assert!(Header::parse(&file, None, &limits).is_ok());
}

#[test]
#[cfg_attr(miri, ignore = "reads headers of 10 000 characters")]
fn the_limit_of_numpy_counts_characters() {
    let text = |n: usize| TEXT.replace("'<f4'", &format!("[('{}', '<f4')]", "é".repeat(n)));
    let rest = text(0).len();
    for (major, chars, warns) in [(3, 10_000, false), (3, 10_001, true), (1, 10_001, true)] {
        let text = text(chars - rest);
        let bytes: Vec<u8> = match major {
            1 => text.chars().map(|c| c as u8).collect(),
            _ => text.into_bytes(),
        };
        let header = parse(&file(major, &bytes)).unwrap();
        assert_eq!(!header.warnings().is_empty(), warns, "{major} {chars}");
    }
}

#[test]
fn errors_say_where_and_what() {
    for (file, expected) in [
        (
            b"hello\nworld".to_vec(),
            "not an NPY file: found 'hello\\nwo' at byte 0, expected '\\x93NUMPY'",
        ),
        (
            b"\x93NUMPY\x01\x01".to_vec(),
            "unsupported format version (1, 1) at byte 6: expected (1, 0), (2, 0) or (3, 0)",
        ),
        (
            file(1, b""),
            "cannot parse the header: found its end at byte 10, expected a literal",
        ),
        (file(1, b"[1, 2]"), "the header is no dict: found '[1, 2]'"),
        (
            file(1, b"{'descr': '<f8', 'shape': (3,)}"),
            "the header has no key 'fortran_order': expected 'descr', 'fortran_order' and 'shape'",
        ),
        (
            file(1, b"{b'descr': '<f8'}"),
            "the header has the unknown key 'b\\'descr\\'': expected 'descr', 'fortran_order' and 'shape'",
        ),
        (
            file(1, b"{'descr': dict()}"),
            "cannot parse the header: found 'dict()}' at byte 20, expected a literal",
        ),
        (
            file(3, b"{'descr': '\xff'}"),
            "the header of version 3.0 is not UTF-8: wrong byte at 23",
        ),
        // In Latin-1, one byte for the letter; in UTF-8, two.
        (
            file(1, b"{'\xe9': ?}"),
            "cannot parse the header: found '?}' at byte 16, expected a literal",
        ),
        (
            file(3, b"{'\xc3\xa9': ?}"),
            "cannot parse the header: found '?}' at byte 19, expected a literal",
        ),
        (
            with("'<f8'", "False", "(3"),
            "cannot parse the header: found '}' at byte 62, expected ',' or ')'",
        ),
        // The error that Python 2 headers would have had, since it comes later.
        (
            file(1, b"(3L, 4l)"),
            "cannot parse the header: found 'l)' at byte 16, expected the end of the number",
        ),
        (
            file(3, b"(3L, 4l)"),
            "cannot parse the header: found 'L, 4l)' at byte 14, expected the end of the number",
        ),
        (
            with("'<f8'", "False", "[3]"),
            "the header's shape is not valid: found '[3]', expected a tuple of integers",
        ),
        (
            with("'<f8'", "False", "(3)"),
            "the header's shape is not valid: found '3', expected a tuple of integers",
        ),
        (
            with("'<f8'", "False", "(3, True)"),
            "the header's shape is not valid: found '(3, True)', expected a tuple of integers",
        ),
        (
            with("'<f8'", "False", "(3, 2.5)"),
            "the header's shape is not valid: found '(3, 2.5)', expected a tuple of integers",
        ),
        (
            with("'<f8'", "False", "(3, -4)"),
            "the header's shape is not valid: found '-4' in axis 1, expected an integer from 0 to 2^63 - 1",
        ),
        (
            with("'<f8'", "False", "(0x8000000000000000,)"),
            "the header's shape is not valid: found '0x8000000000000000' in axis 0, expected an integer from 0 to 2^63 - 1",
        ),
        (
            with("'<f8'", "0", "(3, -4)"),
            "the header's fortran_order is not valid: found '0', expected True or False",
        ),
        (
            with("'<f3'", "False", "(-3,)"),
            "data type '<f3' not understood",
        ),
        (
            with("'<f8'", "False", "(2, 9223372036854775807)"),
            "array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size.",
        ),
        (
            with("'<f8'", "False", &format!("({})", "1,".repeat(65))),
            "maximum supported dimension for an ndarray is currently 64, found 65",
        ),
    ] {
        assert_eq!(error(&file), expected);
        // No more than 80 characters of the input, and one line.
        assert!(!expected.contains('\n'));
    }
    let long = format!("['{}']", "x".repeat(10_000));
    assert!(error(&file(1, long.as_bytes())).len() < 160);
}

#[test]
fn warnings_say_what_is_odd() {
    let foreign = |descr, probably, numpy_reads| Warning::ForeignDType {
        descr: Excerpt::text(descr),
        probably,
        numpy_reads,
    };
    let bfloat16 = foreign("<V2", Some(Extended::BFloat16), true);
    for (descr, shape, expected) in [
        ("'<f4'", "(3,)", vec![]),
        ("'|V2'", "(3,)", vec![]),
        ("'<V2'", "(3,)", vec![bfloat16.clone()]),
        ("'<V1'", "(3,)", vec![foreign("<V1", None, true)]),
        (
            "'<f1'",
            "(3,)",
            vec![foreign("<f1", Some(Extended::Float8E5M2), false)],
        ),
        (
            "'<W4'",
            "(3,)",
            vec![foreign("<W4", Some(Extended::Complex32), false)],
        ),
        (
            "'bfloat16'",
            "(3,)",
            vec![foreign("bfloat16", Some(Extended::BFloat16), false)],
        ),
        (
            "[('a', '<V2'), ('b', [('c', '<V2', (2,))])]",
            "(3,)",
            vec![bfloat16.clone()],
        ),
        ("[['a', ('<V2', (2,))]]", "(3,)", vec![bfloat16.clone()]),
        ("[('<V2', '<f4')]", "(3,)", vec![]),
        ("'<f4'", "(3L,)", vec![Warning::Python2]),
        ("('<f4', (2,))", "(3,)", vec![Warning::SubArray]),
        (
            "('<V2', (2,))",
            "(3L,)",
            vec![Warning::Python2, bfloat16, Warning::SubArray],
        ),
        // NumPy drops the dimensions where it can.
        ("('<f4', (1, 1))", "(3,)", vec![]),
        ("('<f4', (2,))", "(3, 0)", vec![]),
    ] {
        let header = parse(&with(descr, "True", shape)).unwrap();
        assert_eq!(header.warnings(), expected, "{descr} {shape}");
        for warning in header.warnings() {
            assert!(!warning.to_string().contains('\n'));
        }
    }
    let shape = |descr, shape| parse(&with(descr, "True", shape)).unwrap().shape().to_vec();
    assert_eq!(shape("('<f4', (1, 1))", "(3,)"), [3]);
    assert_eq!(shape("('<f4', (2,))", "(3, 0)"), [3, 0]);
    assert_eq!(shape("(('<f4', (2,)), 5)", "(3,)"), [3, 5, 2]);
}

#[test]
fn the_descr_is_what_the_header_says() {
    for (descr, shape) in [
        ("'<f4'", "(3,)"),
        ("'<V2'", "(3L,)"),
        ("'f8'", "(3,)\n}  # "),
        ("[('x', 'single'), ['y', '>i2', 2]]", "(3,)"),
        ("'<i4', 'descr': '<f4'", "(3,)"),
    ] {
        let header = parse(&with(descr, "False", shape)).unwrap();
        let last = descr.rsplit("'descr': ").next().unwrap();
        assert_eq!(header.descr().to_string(), last);
    }
}

#[test]
fn objects_are_described() {
    let header = parse(&with("[('a', '|O'), ('b', '<f4')]", "False", "(3,)")).unwrap();
    assert!(header.dtype().has_object());
}

#[test]
#[cfg_attr(miri, ignore = "a question of speed")]
fn deep_nesting_is_refused_at_once() {
    for bracket in ["(", "[", "{", "{1:", "[(", "(set(", "-(", "[1,("] {
        for text in [bracket.repeat(100_000), bracket.repeat(100_000) + "1"] {
            assert!(parse(&file(2, text.as_bytes())).is_err(), "{bracket}");
        }
    }
    assert!(error(&file(2, &[b'['; 100_000])).ends_with("at most 200 brackets within one another"));
    // Two brackets for each structure, and two more for the dict and the shape.
    let structures = |n| format!("[('a', {}'<f4'{})]", "[('b', ".repeat(n), ")]".repeat(n));
    assert!(parse(&with(&structures(98), "False", "()")).is_ok());
    assert!(parse(&with(&structures(99), "False", "()")).is_err());
    let nested = format!("{}1{}", "[".repeat(199), "]".repeat(199));
    let many = format!("[{}]", vec![nested; 2000].join(","));
    assert!(error(&file(2, many.as_bytes())).contains("no dict"));
}

/// The header by the grammar alone: a blank in front keeps the template from matching.
fn by_grammar(version: u8, text: &str) -> Result<Header, String> {
    parse(&file(version, format!(" {text}").as_bytes())).map_err(|e| e.to_string())
}

fn assert_both_ways_agree(version: u8, text: &str) {
    let found = parse(&file(version, text.as_bytes())).map_err(|e| e.to_string());
    match (found, by_grammar(version, text)) {
        (Ok(a), Ok(b)) => {
            assert_eq!(a.layout(), b.layout(), "{text:?}");
            assert_eq!(a.fortran_order(), b.fortran_order(), "{text:?}");
            assert_eq!(a.warnings(), b.warnings(), "{text:?}");
            assert_eq!(a.descr(), b.descr(), "{text:?}");
        }
        // The offsets differ by one.
        (Err(a), Err(b)) if a.contains("at byte") && b.contains("at byte") => {}
        (a, b) => assert_eq!(a, b, "{text:?}"),
    }
}

/// A type string, or something like it.
fn type_string() -> impl Strategy<Value = String> {
    let strings = [
        "<f4",
        "|u1",
        ">M8[25s]",
        "<U7",
        "",
        "<f3",
        "f4,i2",
        "<V2",
        "2i4",
        "|V4",
        "|V0",
        "|O",
        "|S1500000000",
    ];
    prop::sample::select(strings.map(|text| format!("'{text}'")).to_vec())
}

/// A tuple of numbers.
fn tuple(items: impl Strategy<Value = Vec<u64>>) -> impl Strategy<Value = String> {
    items.prop_map(|items| {
        let comma = if items.len() == 1 { "," } else { "" };
        let items: Vec<_> = items.iter().map(u64::to_string).collect();
        format!("({}{comma})", items.join(", "))
    })
}

/// Flat fields, some of them without a name or with the name of another.
fn fields() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        15 => (0_u32..1000).prop_map(|i| format!("field{i}")),
        1 => "[a-d \"]{0,2}",
    ];
    let shape = prop_oneof![
        30 => prop::collection::vec(0_u64..4, 0..4),
        1 => prop::collection::vec(any::<u64>(), 1..3),
    ];
    let shape = prop::option::weighted(0.3, tuple(shape));
    let descr = prop_oneof![15 => Just("'<f8'".to_owned()), 1 => type_string()];
    let field = (name, descr, shape).prop_map(|(name, descr, shape)| {
        let shape = shape.map_or(String::new(), |shape| format!(", {shape}"));
        format!("('{name}', {descr}{shape})")
    });
    prop::collection::vec(field, 0..25).prop_map(|fields| format!("[{}]", fields.join(", ")))
}

fn numpy_like() -> impl Strategy<Value = String> {
    let descr = prop_oneof![type_string(), fields()];
    let dim = prop_oneof![9 => 0_u64..20, 1 => any::<u64>(), 1 => Just(i64::MAX as u64)];
    let shape = tuple(prop::collection::vec(dim, 0..5));
    (descr, any::<bool>(), shape, 0_usize..40, any::<bool>()).prop_map(
        |(descr, fortran, shape, padding, newline)| {
            format!(
                "{{'descr': {descr}, 'fortran_order': {}, 'shape': {shape}, }}{}{}",
                if fortran { "True" } else { "False" },
                " ".repeat(padding),
                if newline { "\n" } else { "" },
            )
        },
    )
}

/// One of these characters, or none.
fn any_of(chars: &str) -> impl Strategy<Value = Option<char>> {
    prop::option::of(prop::sample::select(chars.chars().collect::<Vec<_>>()))
}

proptest! {
    #[test]
    fn template_and_grammar_agree(text in numpy_like(), version in 1_u8..=3) {
        assert_both_ways_agree(version, &text);
    }

    #[test]
    fn they_agree_on_mutations(
        text in numpy_like(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..4, any_of(" \t\n\r,:'\"\\0L3#()[]<Vé-_x")), 1..3),
        version in 1_u8..=3,
    ) {
        let mut chars: Vec<char> = text.chars().collect();
        for (at, removed, inserted) in edits {
            let at = at.index(chars.len());
            let end = chars.len().min(at + removed);
            chars.splice(at..end, inserted);
        }
        assert_both_ways_agree(version, &chars.into_iter().collect::<String>());
    }

    #[test]
    fn no_input_panics(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        len in prop::option::of(0_u64..300),
        version in 1_u8..=3,
    ) {
        let _ = Header::parse(&bytes, len, &Limits::default());
        let _ = parse(&file(version, &bytes));
    }

    #[test]
    fn no_literal_panics(
        text in prop::collection::vec(
            prop::sample::select(vec![
                "(", ")", "[", "]", "{", "}", ",", ":", "'", "\"", "\\", "\\x", "\\u", "b'", "r'", "'''", "\n", "\r",
                " ", "#", "0x", "1", "_", ".", "e", "j", "+", "-", "L", "set", "None", "é", "\u{1f600}", "\0", "<f4",
                "'descr': ", "'shape': ", "'fortran_order': ", "True", "'|V4'", "('a', '<f4')",
            ]),
            0..40,
        ),
        version in 1_u8..=3,
    ) {
        if let Ok(header) = parse(&file(version, text.concat().as_bytes())) {
            let _ = (header.descr().to_string(), header.with_shape(&[1]));
        }
    }

    #[test]
    fn what_is_written_is_read(
        dims in prop::collection::vec(0_u64..1000, 0..6),
        fortran in any::<bool>(),
        name in "\\PC{0,20}",
    ) {
        let order = if fortran { Order::F } else { Order::C };
        let dtype = npymap_core::DType::structure([(name, npymap_core::DType::FLOAT32)]).unwrap();
        let bytes = header::write(&dtype, &dims, order).unwrap();
        prop_assert_eq!(bytes.len() % 64, 0);
        let header = parse(&bytes).unwrap();
        prop_assert_eq!(header.dtype(), &dtype);
        prop_assert_eq!(header.shape(), &dims);
        prop_assert_eq!(header.data_offset(), bytes.len() as u64);
    }
}
