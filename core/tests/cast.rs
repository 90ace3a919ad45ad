//! What NumPy converts values to: `tests/vectors/make_cast.py` asked it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use npymap_core::{
    DType, ErrorKind,
    cast::{Cast, CastError, Casting, Overflow, can_cast},
    dtype::Extended,
    text,
};
use proptest::prelude::*;
use serde_json::Value;

use common::from_hex;

fn vectors(part: &str) -> Vec<Value> {
    match common::read_json("cast.json")[part].take() {
        Value::Array(rows) => rows,
        other => panic!("{part} is {other}"),
    }
}

/// The dtype of a descriptor, or of a name of ml_dtypes.
fn dtype(text: &Value) -> DType {
    let text = text.as_str().unwrap();
    match Extended::from_name(text) {
        Some(_) => text.parse().unwrap(),
        None => common::dtype_of(text),
    }
}

/// Fails with the first of the differences and their number.
fn report(wrong: &[String], total: usize) {
    let shown = wrong.iter().take(40).cloned().collect::<Vec<_>>();
    assert!(
        wrong.is_empty(),
        "{} of {total} differ:\n{}",
        wrong.len(),
        shown.join("\n")
    );
}

/// Padding and NaN apart, both of which may have any bits.
fn same(dtype: &DType, found: &[u8], expected: &[u8]) -> bool {
    let text = |bytes| text::element(dtype, bytes).unwrap();
    found == expected || text(found).contains("nan") && text(found) == text(expected)
}

#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn the_rules_are_numpys() {
    let rules = [
        Casting::Unsafe,
        Casting::SameKind,
        Casting::Safe,
        Casting::Equiv,
        Casting::No,
    ];
    let dtypes: Vec<DType> = vectors("dtypes").iter().map(dtype).collect();
    let mut wrong = Vec::new();
    for (from, row) in dtypes.iter().zip(vectors("can_cast")) {
        for (to, expected) in dtypes.iter().zip(row.as_str().unwrap().chars()) {
            let allowed = rules.iter().filter(|&&rule| can_cast(from, to, rule));
            let found = "-UKSEN".chars().nth(allowed.count()).unwrap();
            // NumPy was asked on a little-endian machine.
            let machine = cfg!(target_endian = "big") && to.to_string().ends_with("U0");
            if found != expected && !machine {
                wrong.push(format!(
                    "{from} to {to}: expected {expected}, found {found}"
                ));
            }
        }
    }
    assert!(dtypes.len() > 100);
    report(&wrong, dtypes.len() * dtypes.len());
}

#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn values_are_converted_as_astype_does() {
    let mut wrong = Vec::new();
    let mut total = 0;
    for row in vectors("astype") {
        let (from, source) = (dtype(&row[0]), from_hex(&row[1]));
        let from_size = from.itemsize() as usize;
        for case in row[2].as_array().unwrap() {
            let (to, expected) = (dtype(&case[0]), from_hex(&case[1]));
            let (to_size, fits) = (to.itemsize() as usize, case[2].as_str().unwrap());
            let count = fits.len();
            assert_eq!(source.len(), count * from_size);
            assert_eq!(expected.len(), count * to_size, "{from} {to}");
            let strict = Cast::new(&from, &to, Casting::Unsafe, Overflow::Error).unwrap();
            let loose = Cast::new(&from, &to, Casting::Unsafe, Overflow::AsNumPy).unwrap();
            for (i, fit) in fits.chars().enumerate() {
                total += 1;
                let value = &source[i * from_size..][..from_size];
                let expected = &expected[i * to_size..][..to_size];
                let mut found = vec![0; to_size];
                let shown = || {
                    let value = text::element(&from, value).unwrap();
                    let expected = text::element(&to, expected).unwrap();
                    format!("{value} ({from} to {to}): expected {expected} {fit}")
                };
                let result = strict.convert(value, &mut found);
                let ok = match (&result, fit) {
                    (Ok(()), '.' | 'n') => same(&to, &found, expected),
                    // NumPy's arithmetic overflows, although the result would not.
                    (_, 'x') => true,
                    (Err(e), 'o' | 'u' | 'a') => match e.kind() {
                        ErrorKind::Cast(CastError::Value { index: 0, .. }) => fit != 'a',
                        ErrorKind::Cast(CastError::NotAscii { index: 0, .. }) => fit == 'a',
                        _ => false,
                    },
                    _ => false,
                };
                if !ok {
                    let found = text::element(&to, &found).unwrap();
                    wrong.push(format!("{} found {found} {result:?}", shown()));
                }
                found.fill(0);
                let result = loose.convert(value, &mut found);
                let ok = match fit {
                    'a' => result.is_err(),
                    'u' | 'x' => result.is_ok(),
                    _ => result.is_ok() && same(&to, &found, expected),
                };
                if !ok {
                    let found = text::element(&to, &found).unwrap();
                    wrong.push(format!("{} found {found} as NumPy {result:?}", shown()));
                }
            }
            // All of them at once, several times over, and the index of the first that does not fit.
            let many = source.repeat(300);
            let mut found = vec![0; 300 * count * to_size];
            if !fits.contains('a') {
                loose.convert(&many, &mut found).unwrap();
                for (i, fit) in fits.chars().enumerate() {
                    let place = (299 * count + i) * to_size;
                    let (found, expected) = (
                        &found[place..][..to_size],
                        &expected[i * to_size..][..to_size],
                    );
                    if !"ux".contains(fit) && !same(&to, found, expected) {
                        wrong.push(format!("{from} to {to}, {i} of many"));
                    }
                }
            }
            let good: Vec<usize> = (0..count)
                .filter(|&i| ".n".contains(&fits[i..=i]))
                .collect();
            let bad = (0..count).find(|&i| "oua".contains(&fits[i..=i]));
            if let (Some(&good), Some(bad)) = (good.first(), bad) {
                let value = |i: usize| &source[i * from_size..][..from_size];
                let mut many = value(good).repeat(999);
                many.extend_from_slice(value(bad));
                many.extend_from_slice(value(good));
                let mut found = vec![0; 1001 * to_size];
                let result = strict.convert(&many, &mut found);
                let at_index = match result.as_ref().map_err(|e| e.kind()) {
                    Err(ErrorKind::Cast(
                        CastError::Value { index, .. } | CastError::NotAscii { index, .. },
                    )) => *index == 999,
                    _ => false,
                };
                if !at_index {
                    wrong.push(format!("{from} to {to}, {bad} after many: {result:?}"));
                }
            }
        }
    }
    assert!(total > 20_000);
    report(&wrong, total);
}

fn parse(text: &str) -> DType {
    text.parse().unwrap()
}

fn convert(from: &str, to: &str, overflow: Overflow, src: &[u8]) -> npymap_core::Result<Vec<u8>> {
    let (from, to) = (parse(from), parse(to));
    let count = src.len() / from.itemsize() as usize;
    let mut dst = vec![0xee; count * to.itemsize() as usize];
    Cast::new(&from, &to, Casting::Unsafe, overflow)?.convert(src, &mut dst)?;
    Ok(dst)
}

/// What C leaves undefined, as measured with NumPy 2.4.6 on x86-64, one value at a time.
#[test]
fn what_is_undefined_is_as_on_x86() {
    let values = [
        300.7,
        -1.5,
        70_000.0,
        -70_000.0,
        5e9,
        -5e9,
        1e19,
        1e20,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ];
    let i32_min = i64::from(i32::MIN);
    let u8_max = |below: u64| 0_u64.wrapping_sub(below) as i64;
    #[rustfmt::skip]
    let doubles: [(&str, [i64; 11]); 8] = [
        ("i1", [44, -1, 112, -112, 0, 0, 0, 0, 0, 0, 0]),
        ("u1", [44, 255, 112, 144, 0, 0, 0, 0, 0, 0, 0]),
        ("<i2", [300, -1, 4464, -4464, 0, 0, 0, 0, 0, 0, 0]),
        ("<u2", [300, 65535, 4464, 61072, 0, 0, 0, 0, 0, 0, 0]),
        ("<i4", [300, -1, 70_000, -70_000, i32_min, i32_min, i32_min, i32_min, i32_min, i32_min, i32_min]),
        ("<u4", [300, 4_294_967_295, 70_000, 4_294_897_296, 705_032_704, 3_589_934_592, 0, 0, 0, 0, 0]),
        ("<i8", [300, -1, 70_000, -70_000, 5_000_000_000, -5_000_000_000,
            i64::MIN, i64::MIN, i64::MIN, i64::MIN, i64::MIN]),
        ("<u8", [300, u8_max(1), 70_000, u8_max(70_000), 5_000_000_000, u8_max(5_000_000_000),
            10_000_000_000_000_000_000_u64 as i64, 0, i64::MIN, 0, i64::MIN]),
    ];
    // Long doubles go through registers of 16 bits to small integers.
    #[rustfmt::skip]
    let longs: [(&str, [i64; 11]); 4] = [
        ("i1", [44, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("u1", [44, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("<i2", [300, -1, -32768, -32768, -32768, -32768, -32768, -32768, -32768, -32768, -32768]),
        ("<u2", [300, 65535, 4464, 61072, 0, 0, 0, 0, 0, 0, 0]),
    ];
    let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    let long_bytes = convert("<f8", "<f16", Overflow::Error, &bytes).unwrap();
    let check = |from: &str, bytes: &[u8], (to, expected): &(&str, [i64; 11])| {
        let found = convert(from, to, Overflow::AsNumPy, bytes).unwrap();
        let size = found.len() / 11;
        let expected = expected.map(|v| v.to_le_bytes());
        for (i, (found, expected)) in found.chunks(size).zip(&expected).enumerate() {
            assert_eq!(found, &expected[..size], "{} ({from} to {to})", values[i]);
        }
    };
    for row in &doubles {
        check("<f8", &bytes, row);
    }
    for row in longs.iter().chain(&doubles[4..]) {
        check("<f16", &long_bytes, row);
    }
}

#[test]
fn rules_and_sizes_are_checked() {
    let e = Cast::new(
        &DType::FLOAT64,
        &DType::UINT8,
        Casting::SameKind,
        Overflow::Error,
    )
    .unwrap_err();
    assert_eq!(
        e.to_string(),
        "Cannot cast array data from dtype('float64') to dtype('uint8') \
         according to the rule 'same_kind'"
    );
    for (from, to) in [
        ("i4", "S3"),
        ("U3", "f8"),
        ("V4", "i4"),
        ("M8[D]", "U10"),
        ("V4", "S4"),
        ("(2,)i4", "(3,)i4"),
        ("(1,)i4", "i4"),
        ("M8[0s]", "M8[D]"),
    ] {
        let e =
            Cast::new(&parse(from), &parse(to), Casting::Unsafe, Overflow::AsNumPy).unwrap_err();
        let unsupported = matches!(e.kind(), ErrorKind::Cast(CastError::Unsupported { .. }));
        assert!(unsupported, "{from} to {to}: {e}");
    }
    let objects = Cast::new(
        &DType::OBJECT,
        &DType::BOOL,
        Casting::Unsafe,
        Overflow::Error,
    );
    assert!(matches!(
        objects.unwrap_err().kind(),
        ErrorKind::ObjectDType
    ));

    let cast = Cast::new(&parse("<i4"), &parse("<f8"), Casting::Safe, Overflow::Error).unwrap();
    let e = cast.convert(&[0; 7], &mut [0; 8]).unwrap_err();
    assert_eq!(e.to_string(), "the source must have 4 bytes, found 7");
    let e = cast.convert(&[0; 8], &mut [0; 8]).unwrap_err();
    assert_eq!(e.to_string(), "the destination must have 16 bytes, found 8");
    cast.convert(&[], &mut []).unwrap();
    let nothing = Cast::new(
        &DType::void(0),
        &DType::bytes(2),
        Casting::Unsafe,
        Overflow::Error,
    );
    assert!(nothing.is_err());
    let empty = Cast::new(
        &DType::bytes(0),
        &DType::bytes(2),
        Casting::Safe,
        Overflow::Error,
    )
    .unwrap();
    let mut strings = [1; 4];
    empty.convert(&[], &mut strings).unwrap();
    assert_eq!(strings, [0; 4]);
}

#[test]
fn padding_stays() {
    let from = parse("i1, (2,)<i2");
    let inner = DType::structure([("a", parse("<i2"))]).unwrap();
    let to = common::dtype_of(
        "[('', '|V1'), ('a', '<i2'), ('', '|V2'), ('b', [('x', '<i4'), ('', '|V1')], (2,)), ('', '|V3')]",
    );
    let cast = Cast::new(&from, &to, Casting::Unsafe, Overflow::Error).unwrap();
    let mut dst = [0xee; 36];
    cast.convert(&[1, 2, 0, 3, 0, 4, 5, 0, 6, 0], &mut dst)
        .unwrap();
    #[rustfmt::skip]
    let expected = [
        0xee, 1, 0, 0xee, 0xee, 2, 0, 0, 0, 0xee, 3, 0, 0, 0, 0xee, 0xee, 0xee, 0xee,
        0xee, 4, 0, 0xee, 0xee, 5, 0, 0, 0, 0xee, 6, 0, 0, 0, 0xee, 0xee, 0xee, 0xee,
    ];
    assert_eq!(dst, expected);

    // The index is that of the outermost element.
    let cast = Cast::new(
        &parse("(3,)<i4"),
        &DType::sub_array(inner, &[3]).unwrap(),
        Casting::Unsafe,
        Overflow::Error,
    )
    .unwrap();
    let src: Vec<u8> = [1, 2, 3, 4, 70_000, 6]
        .iter()
        .flat_map(|v: &i32| v.to_le_bytes())
        .collect();
    let e = cast.convert(&src, &mut [0; 12]).unwrap_err();
    let expected = format!(
        "element 1: '70000' does not fit into dtype('{}')",
        parse("<i2")
    );
    assert_eq!(e.to_string(), expected);
}

#[test]
fn what_takes_too_long_is_refused() {
    let many = DType::structure((0..2000).map(|i| (i.to_string(), DType::bytes(1)))).unwrap();
    let result = Cast::new(
        &DType::bytes(100_000),
        &many,
        Casting::Unsafe,
        Overflow::AsNumPy,
    );
    assert!(matches!(
        result.unwrap_err().kind(),
        ErrorKind::TooLarge { .. }
    ));

    let mut deep = DType::UINT8;
    for _ in 0..DType::MAX_DEPTH {
        deep = DType::structure([("a", deep)]).unwrap();
    }
    let cast = Cast::new(&DType::FLOAT32, &deep, Casting::Unsafe, Overflow::Error).unwrap();
    let mut dst = [0];
    cast.convert(&7_f32.to_ne_bytes(), &mut dst).unwrap();
    assert_eq!(dst, [7]);
    let cast = Cast::new(&deep, &deep, Casting::Unsafe, Overflow::Error).unwrap();
    cast.convert(&[7; 100], &mut [0; 100]).unwrap();

    // No time goes into elements without bytes.
    let nothing = DType::sub_array(DType::void(0), &[2_147_483_647]).unwrap();
    let cast = Cast::new(&DType::FLOAT32, &nothing, Casting::Unsafe, Overflow::Error).unwrap();
    cast.convert(&[0; 40], &mut []).unwrap();
    let other = DType::sub_array(DType::bytes(0), &[2_147_483_647]).unwrap();
    let pair = DType::structure([("a", nothing), ("b", DType::BOOL)]).unwrap();
    let other = DType::structure([("a", other), ("b", DType::BOOL)]).unwrap();
    let cast = Cast::new(&other, &pair, Casting::Unsafe, Overflow::Error).unwrap();
    cast.convert(&[1; 3], &mut [0; 3]).unwrap();
}

const NUMBERS: &str = "? b B <h >h <H <i >i <I <q >q <Q >Q <e >e <f >f <d >d <g >g <F >F <D >D <G >G \
    bfloat16 float4_e2m1fn float8_e4m3 float8_e5m2fnuz float8_e8m0fnu int2 uint4 <M8[D] >m8[s]";

fn any_number() -> impl Strategy<Value = DType> {
    let names: Vec<&str> = NUMBERS.split_whitespace().collect();
    prop::sample::select(names).prop_map(|name| name.parse().unwrap())
}

/// A dtype of numbers, and one that holds all of its values.
fn any_safe_pair() -> impl Strategy<Value = (DType, DType)> {
    any_number().prop_flat_map(|from| {
        let larger: Vec<DType> = NUMBERS
            .split_whitespace()
            .map(parse)
            .filter(|to| can_cast(&from, to, Casting::Safe))
            .collect();
        (Just(from), prop::sample::select(larger))
    })
}

proptest! {
    /// What a larger type holds comes back from it.
    #[test]
    fn safe_conversions_come_back(
        (from, to) in any_safe_pair(),
        bytes in prop::collection::vec(any::<u8>(), if cfg!(miri) { 32 } else { 32 * 9 }),
    ) {
        let size = from.itemsize() as usize;
        let count = bytes.len() / size;
        let src = &bytes[..count * size];
        let mut wide = vec![0; count * to.itemsize() as usize];
        let cast = Cast::new(&from, &to, Casting::Safe, Overflow::Error).unwrap();
        // Of numbers of 64 bits floats do not hold all, and NaT is only a time.
        if cast.convert(src, &mut wide).is_err() {
            return Ok(());
        }
        let mut back = vec![0; src.len()];
        let rounds = from.itemsize() == 8 && to.itemsize() <= 16 && !to.to_string().contains("int");
        let cast = Cast::new(&to, &from, Casting::Unsafe, Overflow::AsNumPy).unwrap();
        cast.convert(&wide, &mut back).unwrap();
        for (before, after) in src.chunks(size).zip(back.chunks(size)) {
            let [before, after] = [before, after].map(|v| text::element(&from, v).unwrap());
            // Some formats have one zero.
            let same = before == after || before.replace("-0", "0") == after;
            prop_assert!(same || rounds, "{before} became {after}: {from} to {to}");
        }
    }

    /// The loops for many values and those for pairs of formats do what is done to one value.
    #[test]
    fn many_are_converted_as_each(
        from in any_number(),
        to in any_number(),
        bytes in prop::collection::vec(any::<u8>(), 1..if cfg!(miri) { 600 } else { 20_000 }),
        error: bool,
    ) {
        let overflow = if error { Overflow::Error } else { Overflow::AsNumPy };
        let Ok(cast) = Cast::new(&from, &to, Casting::Unsafe, overflow) else { return Ok(()) };
        let (size, to_size) = (from.itemsize() as usize, to.itemsize() as usize);
        let count = bytes.len() / size;
        let src = &bytes[..count * size];
        let mut all = vec![0; count * to_size];
        let result = cast.convert(src, &mut all);
        let mut one = vec![0; to_size];
        for (i, (value, found)) in src.chunks(size).zip(all.chunks(to_size)).enumerate() {
            match cast.convert(value, &mut one) {
                Ok(()) if result.is_ok() => prop_assert!(same(&to, found, &one)),
                Ok(()) => {}
                Err(_) => {
                    let e = result.unwrap_err();
                    let ErrorKind::Cast(CastError::Value { index, .. }) = e.kind() else {
                        panic!("{e}");
                    };
                    prop_assert_eq!(*index, i as u64);
                    return Ok(());
                }
            }
        }
        prop_assert!(result.is_ok());
    }
}
