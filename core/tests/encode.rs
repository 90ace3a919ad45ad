//! What NumPy takes Python literals for: `tests/vectors/make_cast.py` asked it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use npymap_core::{
    DType, ErrorKind,
    cast::Overflow,
    dtype::TimeBase,
    encode::{EncodeError, encode, encode_array, parse_value},
    literal::{Dialect, Literal},
};
use proptest::prelude::*;
use serde_json::Value;

use common::{dtype_of, from_hex, integers};

fn vectors(part: &str) -> Vec<Value> {
    match common::read_json("cast.json")[part].take() {
        Value::Array(rows) => rows,
        other => panic!("{part} is {other}"),
    }
}

fn str(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn element(
    literal: &Literal<'_>,
    dtype: &DType,
    overflow: Overflow,
) -> npymap_core::Result<Vec<u8>> {
    let mut bytes = vec![0; dtype.itemsize() as usize];
    encode(literal, dtype, overflow, &mut bytes)?;
    Ok(bytes)
}

/// Whether an error is the one that NumPy's exception is about.
fn is_about(e: &ErrorKind, exception: &str, text: &str) -> bool {
    use EncodeError::*;
    let ErrorKind::Encode(e) = e else {
        return text.contains("broadcast") || text.contains("would exceed");
    };
    match e {
        OutOfBounds { .. } => exception == "OverflowError",
        NotFinite { .. } => text == e.to_string(),
        Number { .. } => exception == "ValueError" || text.contains("utf-8"),
        Fields { .. } | Ragged { .. } | Depth { .. } => text == e.to_string(),
        Sequence => {
            text.starts_with("setting an array element with a sequence")
                || text.contains("must be a string or a real number, not")
        }
        Type { .. } => exception == "TypeError" || text.contains("Could not convert object"),
        Date { position, .. } => {
            text.starts_with("Error parsing") && text.ends_with(&format!("position {position}"))
                || text.contains("utf-8")
        }
        DatePart { part, .. } => text.starts_with(&format!("{part} out of range")),
        NoUnit => {
            text.contains("utf-8")
                || text.contains("generic units")
                || text.contains("a specified unit")
        }
        NotAscii { .. } => text.contains("'ascii' codec"),
        Value { .. } => text.contains("int too large to convert to float"),
        _ => false,
    }
}

#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn literals_are_assigned_as_numpy_does() {
    let mut wrong = Vec::new();
    let mut total = 0;
    for row in vectors("assign") {
        let dtype = dtype_of(str(&row[0]));
        for case in row[1].as_array().unwrap() {
            total += 1;
            let literal = Literal::parse(str(&case[0]), Dialect::Python3).unwrap();
            let strict = element(&literal, &dtype, Overflow::Error);
            let loose = element(&literal, &dtype, Overflow::AsNumPy);
            let is_text = matches!(literal, Literal::Str(_) | Literal::Bytes(_));
            let name = dtype.to_string();
            // Digits of other scripts, counts that are cut to 64 bits, and long doubles.
            // Digits of other scripts, years beyond 18 digits, what NumPy computes in 64 bits
            // although the result has fewer, and long doubles in strings.
            let excepted = str(&case[0]).contains('٣')
                || is_text && str(&case[0]).contains("99999999999999999999")
                || name == "datetime64[25s]" && case[0] == "'292277026597-01-01'"
                || name == "float128" && (is_text || matches!(literal, Literal::BigInt(_)));
            let value_error = |result: &npymap_core::Result<_>| match result {
                Ok(_) => false,
                Err(e) => matches!(e.kind(), ErrorKind::Encode(EncodeError::Value { .. })),
            };
            let ok = match case[2].as_bool() {
                _ if excepted => true,
                Some(lost) => {
                    let expected = from_hex(&case[1]);
                    let is = |result: &npymap_core::Result<Vec<u8>>| {
                        result.as_ref().is_ok_and(|bytes| *bytes == expected)
                    };
                    let is_date = name.contains("M8") || name.contains("datetime");
                    match lost {
                        false => is(&strict) && is(&loose),
                        true if is_date => value_error(&strict) && value_error(&loose),
                        true => value_error(&strict) && is(&loose),
                    }
                }
                None => match (&strict, &loose) {
                    (Err(e), Err(_)) => is_about(e.kind(), str(&case[1]), str(&case[2])),
                    _ => false,
                },
            };
            if !ok {
                wrong.push(format!(
                    "{} as {dtype}: expected {case}, found {strict:?}",
                    case[0]
                ));
            }
        }
    }
    assert!(total > 5000);
    let shown = wrong.iter().take(30).cloned().collect::<Vec<_>>();
    assert!(
        wrong.is_empty(),
        "{} of {total}:\n{}",
        wrong.len(),
        shown.join("\n")
    );
}

#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn lists_become_arrays() {
    for case in vectors("lists") {
        let dtype = dtype_of(str(&case[0]));
        let literal = Literal::parse(str(&case[1]), Dialect::Python3).unwrap();
        match encode_array(&literal, &dtype, Overflow::AsNumPy) {
            Ok((shape, bytes)) => {
                assert!(case[2].is_array(), "{case}: found {shape:?}");
                assert_eq!(shape, integers::<u64>(&case[2]), "{case}");
                assert_eq!(bytes, from_hex(&case[3]), "{case}");
            }
            Err(e) => {
                let about = !case[2].is_array() && is_about(e.kind(), str(&case[2]), str(&case[3]));
                assert!(about, "{case}: found {e}");
            }
        }
    }
}

#[test]
fn words_are_values() {
    for (text, expected) in [
        ("nan", "nan"),
        (" -Infinity ", "-inf"),
        ("+inf", "inf"),
        ("NaT", "'NaT'"),
        ("5", "5"),
        ("'nan'", "'nan'"),
        ("(1, 2.0)", "(1, 2.0)"),
    ] {
        assert_eq!(parse_value(text).unwrap().to_string(), expected);
    }
    for text in ["nano", "--inf", "infinite", "now", ""] {
        assert!(parse_value(text).is_err(), "{text}");
    }
}

#[test]
fn offsets_from_utc_are_taken_off() {
    let dtype = DType::parse("<M8[m]").unwrap();
    let minutes = |text: &str| {
        let bytes = element(&Literal::Str(text.into()), &dtype, Overflow::Error)?;
        Ok::<_, npymap_core::Error>(i64::from_le_bytes(bytes.try_into().unwrap()))
    };
    assert_eq!(minutes("1970-01-01T02:30+02:00").unwrap(), 30);
    assert_eq!(minutes("1970-01-01T02:30+0200").unwrap(), 30);
    assert_eq!(minutes("1969-12-31T23:30-01").unwrap(), 30);
    assert_eq!(minutes("1970-01-01T00:30Z").unwrap(), 30);
    assert!(minutes("1970-01-01T00:30ZZ").is_err());
}

#[test]
fn padding_stays_and_depth_is_bounded() {
    let dtype = dtype_of("[('a', '|u1'), ('', '|V1'), ('b', [('x', '<i2'), ('', '|V1')], (2,))]");
    let mut bytes = [0xee; 8];
    let literal = Literal::parse("(1, [(2,), (3,)])", Dialect::Python3).unwrap();
    encode(&literal, &dtype, Overflow::Error, &mut bytes).unwrap();
    assert_eq!(bytes, [1, 0xee, 2, 0, 0xee, 3, 0, 0xee]);
    assert!(encode(&literal, &dtype, Overflow::Error, &mut [0; 7]).is_err());
    assert!(
        encode(
            &Literal::Int(1),
            &DType::OBJECT,
            Overflow::Error,
            &mut [0; 8]
        )
        .is_err()
    );

    let mut deep = DType::UINT8;
    for _ in 0..DType::MAX_DEPTH {
        deep = DType::structure([("a", deep)]).unwrap();
    }
    assert_eq!(
        element(&Literal::Int(7), &deep, Overflow::Error).unwrap(),
        [7]
    );
    let nested = "[".repeat(65) + &"]".repeat(65);
    let nested = Literal::parse(&nested, Dialect::Python3).unwrap();
    let e = encode_array(&nested, &DType::UINT8, Overflow::Error).unwrap_err();
    assert!(matches!(e.kind(), ErrorKind::TooLarge { .. }));
    // Elements without bytes take no time.
    let nothing = DType::sub_array(DType::void(0), &[2_147_483_647]).unwrap();
    let nothing = DType::structure([("a", nothing)]).unwrap();
    element(
        &Literal::Bytes((&b""[..]).into()),
        &nothing,
        Overflow::Error,
    )
    .unwrap();
}

proptest! {
    #[test]
    fn nothing_panics(text in "[-+0-9a-zA-Z:. _()\\[\\],'\"]{0,24}", name in prop::sample::select(vec![
        "?", "u1", ">i8", "<f2", "<f8", "g", "D", "bfloat16", "int4", "float8_e8m0fnu", "S3", ">U3", "V2", "<M8[ns]",
        ">M8[3M]", "<M8[0s]", "<m8[s]", "M8", "u1, (2,)<f4", "(3,)u1",
    ])) {
        let dtype: DType = name.parse().unwrap();
        for literal in [parse_value(&text), Ok(Literal::Str(text.as_str().into()))].into_iter().flatten() {
            for overflow in [Overflow::Error, Overflow::AsNumPy] {
                let _ = element(&literal, &dtype, overflow);
                if let Ok((shape, bytes)) = encode_array(&literal, &dtype, overflow) {
                    let count: u64 = shape.iter().product();
                    prop_assert_eq!(bytes.len() as u64, count * dtype.itemsize());
                }
            }
        }
    }

    #[test]
    fn dates_are_read_as_they_are_printed(
        count: i64,
        base in prop::sample::select(&TimeBase::ALL[..TimeBase::ALL.len() - 1]),
    ) {
        let dtype: DType = format!("<M8[{}]", base.abbreviation()).parse().unwrap();
        let count = if base <= TimeBase::Week { count >> 8 } else { count };
        let text = npymap_core::text::element(&dtype, &count.to_le_bytes()).unwrap();
        let found = element(&Literal::Str(text.as_str().into()), &dtype, Overflow::Error);
        prop_assert_eq!(found.unwrap(), count.to_le_bytes(), "{}", text);
    }
}
