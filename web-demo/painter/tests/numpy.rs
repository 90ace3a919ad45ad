//! Pixels, quantiles and comparisons as NumPy has them: `tests/vectors/paint.json`.

#![allow(clippy::unwrap_used)]

use npymap_painter::{Comparison, Values};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    paint: Vec<Paint>,
    rgba: Vec<Rgba>,
    quantiles: Vec<Quantiles>,
    compare: Vec<Compare>,
}

#[derive(Deserialize)]
struct Array {
    dtype: String,
    data: String,
}

#[derive(Deserialize)]
struct Paint {
    array: Array,
    part: String,
    scale: String,
    low: String,
    high: String,
    threshold: String,
    /// The index of each value's colour, -1 of those that have none.
    colours: Vec<i32>,
}

#[derive(Deserialize)]
struct Rgba {
    array: Array,
    channels: usize,
    most: String,
    pixels: Vec<u8>,
}

#[derive(Deserialize)]
struct Quantiles {
    array: Array,
    scale: String,
    low: String,
    high: String,
    expected: Vec<String>,
}

#[derive(Deserialize)]
struct Compare {
    a: Array,
    b: Array,
    rtol: String,
    atol: String,
    different: f64,
    first: f64,
    far: f64,
    first_far: f64,
    greatest: String,
    greatest_at: f64,
}

#[test]
fn colours() {
    let table: Vec<u8> = (0..=255).flat_map(|i| [i, 255 - i, 7]).collect();
    for (i, case) in vectors().paint.iter().enumerate() {
        let pixels = values(&case.array).part(&case.part).paint(
            &table,
            &case.scale,
            number(&case.low),
            number(&case.high),
            number(&case.threshold),
            &[1, 2, 3, 4],
        );
        let (pixels, _) = pixels.as_chunks::<4>();
        assert_eq!(pixels.len(), case.colours.len());
        for (j, (&pixel, &colour)) in pixels.iter().zip(&case.colours).enumerate() {
            if colour < 0 {
                assert_eq!(pixel, [1, 2, 3, 4], "case {i}, value {j}");
                continue;
            }
            assert_eq!(pixel[1], 255 - pixel[0], "case {i}, value {j}");
            assert_eq!(i32::from(pixel[0]), colour, "case {i}, value {j}");
        }
    }
}

#[test]
fn images() {
    for case in vectors().rgba {
        let pixels = values(&case.array).rgba(case.channels, number(&case.most));
        assert_eq!(pixels, case.pixels);
    }
}

#[test]
fn quantiles() {
    for case in vectors().quantiles {
        let (low, high) = (number(&case.low), number(&case.high));
        let found = values(&case.array).quantiles(&case.scale, low, high);
        assert_eq!(found.len(), case.expected.len());
        for (found, expected) in found.iter().zip(&case.expected) {
            let expected = number(expected);
            let error = (found - expected).abs();
            assert!(
                error <= 1e-12 * expected.abs(),
                "{found}, expected {expected}"
            );
        }
    }
}

#[test]
fn comparisons() {
    for (i, case) in vectors().compare.iter().enumerate() {
        let mut comparison = Comparison::new(number(&case.rtol), number(&case.atol));
        comparison.add(&values(&case.a), &values(&case.b));
        assert_eq!(comparison.different, case.different, "case {i}");
        assert_eq!(comparison.first, case.first, "case {i}");
        assert_eq!(comparison.far, case.far, "case {i}");
        assert_eq!(comparison.first_far, case.first_far, "case {i}");
        assert_eq!(comparison.greatest, number(&case.greatest), "case {i}");
        assert_eq!(comparison.greatest_at, case.greatest_at, "case {i}");
    }
}

fn vectors() -> Vectors {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/vectors/paint.json"
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

fn values(array: &Array) -> Values {
    let bytes: Vec<u8> = (0..array.data.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&array.data[i..i + 2], 16).unwrap())
        .collect();
    macro_rules! items {
        ($type:ty) => {
            bytes
                .chunks_exact(size_of::<$type>())
                .map(|item| <$type>::from_le_bytes(item.try_into().unwrap()))
                .collect::<Vec<$type>>()
        };
    }
    match array.dtype.as_str() {
        "int8" => Values::int8(&items!(i8)),
        "uint8" => Values::uint8(&items!(u8)),
        "int16" => Values::int16(&items!(i16)),
        "uint16" => Values::uint16(&items!(u16)),
        "int32" => Values::int32(&items!(i32)),
        "uint32" => Values::uint32(&items!(u32)),
        "int64" => Values::int64(items!(i64)),
        "uint64" => Values::uint64(items!(u64)),
        "float32" => Values::float32(&items!(f32)),
        "float64" => Values::float64(items!(f64)),
        "complex64" => Values::complex64(&items!(f32)),
        "complex128" => Values::complex128(&items!(f64)),
        "datetime64[s]" => Values::times(items!(i64)),
        other => panic!("{other}"),
    }
}
