//! Statistics and histograms against what NumPy says, and against naive oracles however the
//! elements are cut into pieces.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use npymap_core::{
    DType, ErrorKind,
    dtype::ByteOrder,
    stats::{Accumulator, Histogram, HistogramAccumulator, Number, Stats},
};
use proptest::prelude::*;
use serde_json::Value;

use common::{from_hex, integers, read_json};

/// The cases that `tests/vectors/make_stats.py` made.
fn cases(table: &str) -> Vec<Value> {
    match read_json("stats.json")[table].take() {
        Value::Array(cases) => cases,
        other => panic!("{other}"),
    }
}

/// The dtype of a code as the cases write it: names of ml_dtypes may have a byte order, and times
/// count seconds.
fn dtype(code: &str) -> DType {
    let (order, name) = match code.strip_prefix('>') {
        Some(name) => (ByteOrder::Big, name),
        None => (ByteOrder::Little, code.trim_start_matches('<')),
    };
    let name = match name {
        "M8" => "M8[s]",
        "m8" => "m8[s]",
        name => name,
    };
    DType::parse(name).unwrap().with_byte_order(order)
}

fn float(text: &Value) -> f64 {
    text.as_str().unwrap().parse().unwrap()
}

/// A figure as the cases write it.
fn number(figure: &Value) -> Option<Number> {
    match figure {
        Value::Null => None,
        Value::Array(parts) => Some(Number::Complex {
            re: float(&parts[0]),
            im: float(&parts[1]),
        }),
        text => Some(match text.as_str().unwrap().parse() {
            Ok(int) => Number::Int(int),
            Err(_) => Number::Float(float(text)),
        }),
    }
}

/// What is allowed between two figures.
#[derive(Clone, Copy)]
struct Tolerance {
    sum: f64,
    mean: f64,
    /// The greatest magnitude among floats.
    greatest: f64,
}

impl Tolerance {
    /// For floats of a count whose magnitudes have a sum and a maximum.
    fn new(count: u64, magnitudes: f64, greatest: f64) -> Self {
        // Seen in practice, it is far less than what is documented for the worst case.
        let sum = 25.0 / 2_f64.powi(53) * magnitudes;
        let mean = sum / count.max(1) as f64 * 1.1;
        Self {
            sum,
            mean,
            greatest,
        }
    }

    /// For standard deviations: relative, and what the error of the mean does.
    fn std(&self, std: f64) -> f64 {
        let mean_error = 4e-15 * self.greatest;
        1e-13 * std + mean_error * mean_error / (std + mean_error).max(f64::MIN_POSITIVE)
    }
}

fn close(ours: f64, theirs: f64, tolerance: f64) -> bool {
    ours == theirs || ours.is_nan() && theirs.is_nan() || (ours - theirs).abs() <= tolerance
}

fn close_numbers(ours: Option<Number>, theirs: Option<Number>, tolerance: f64) -> bool {
    match (ours, theirs) {
        (Some(Number::Float(a)), Some(Number::Float(b))) => close(a, b, tolerance),
        (Some(Number::Complex { re, im }), Some(Number::Complex { re: re2, im: im2 })) => {
            close(re, re2, tolerance) && close(im, im2, tolerance)
        }
        _ => ours == theirs,
    }
}

/// Whether two results agree: counts, extremes and integers exactly.
fn agree(ours: &Stats, theirs: &Stats, tolerance: Tolerance) -> bool {
    let exact = |s: &Stats| {
        let counts = (s.count, s.nan, s.posinf, s.neginf, s.zeros);
        (counts, s.min, s.max, s.argmin, s.argmax)
    };
    exact(ours) == exact(theirs)
        && close_numbers(ours.sum, theirs.sum, tolerance.sum)
        && close_numbers(ours.mean, theirs.mean, tolerance.mean)
        && match (ours.std, theirs.std) {
            (Some(a), Some(b)) => close(a, b, tolerance.std(b)),
            (a, b) => a == b,
        }
}

fn stats_of(dtype: &DType, pieces: &[&[u8]]) -> Stats {
    let mut accumulator = Accumulator::new(dtype).unwrap();
    for piece in pieces {
        accumulator.update(piece).unwrap();
    }
    accumulator.finish()
}

#[test]
fn stats_agree_with_numpy() {
    for case in cases("stats") {
        let dtype = dtype(case["dtype"].as_str().unwrap());
        let data = from_hex(&case["data"]);
        let mut expected = stats_of(&dtype, &[]);
        expected.count = case["count"].as_u64().unwrap();
        expected.nan = case["nan"].as_u64().unwrap();
        expected.posinf = case["posinf"].as_u64().unwrap();
        expected.neginf = case["neginf"].as_u64().unwrap();
        expected.zeros = case["zeros"].as_u64().unwrap();
        expected.min = number(&case["min"]);
        expected.max = number(&case["max"]);
        expected.argmin = case["argmin"].as_u64();
        expected.argmax = case["argmax"].as_u64();
        expected.sum = number(&case["sum"]);
        expected.mean = number(&case["mean"]);
        expected.std = (!case["std"].is_null()).then(|| float(&case["std"]));
        let tolerance = match &case["magnitudes"] {
            // Integers: sums are exact, means rounded twice.
            Value::Null => {
                let mean = match expected.mean {
                    Some(Number::Float(mean)) => 3e-16 * mean.abs(),
                    _ => 0.0,
                };
                Tolerance {
                    sum: 0.0,
                    mean,
                    greatest: 0.0,
                }
            }
            magnitudes => {
                let greatest = float(&case["greatest"]);
                Tolerance::new(expected.count, float(magnitudes), greatest)
            }
        };
        let check = |ours: Stats| {
            assert!(
                agree(&ours, &expected, tolerance),
                "{} {}\n    ours: {ours:?}\nexpected: {expected:?}",
                case["name"],
                case["dtype"]
            );
        };
        check(stats_of(&dtype, &[&data]));

        // Unaligned, in two updates, and from two accumulators.
        let mut shifted = vec![0];
        shifted.extend(&data);
        let itemsize = dtype.itemsize() as usize;
        let cut = 1 + data.len() / itemsize / 3 * itemsize;
        let (first, second) = (&shifted[1..cut], &shifted[cut..]);
        check(stats_of(&dtype, &[first, second]));
        let mut merged = Accumulator::new(&dtype).unwrap();
        merged.update(first).unwrap();
        let mut later = Accumulator::new(&dtype).unwrap();
        later.update(second).unwrap();
        merged.merge(&later).unwrap();
        check(merged.finish());
    }
}

#[test]
fn histograms_agree_with_numpy() {
    for case in cases("histograms") {
        let dtype = dtype(case["dtype"].as_str().unwrap());
        let data = from_hex(&case["data"]);
        let bins = case["bins"].as_u64().unwrap() as u32;
        let histogram = match &case["range"] {
            Value::Null => {
                HistogramAccumulator::spanning(&dtype, bins, &stats_of(&dtype, &[&data]))
            }
            range => HistogramAccumulator::new(&dtype, bins, (float(&range[0]), float(&range[1]))),
        };
        let name = format!("{} {}", case["name"], case["dtype"]);
        if !case["error"].is_null() {
            let error = histogram.expect_err(&name);
            assert!(matches!(error.kind(), ErrorKind::Stats(_)), "{name}");
            continue;
        }
        let mut histogram = histogram.expect(&name);
        let mut other = histogram.clone();
        let itemsize = dtype.itemsize() as usize;
        let (first, second) = data.split_at(data.len() / itemsize / 2 * itemsize);
        histogram.update(first).unwrap();
        other.update(second).unwrap();
        histogram.merge(&other).unwrap();
        let ours = histogram.finish();
        let edges: Vec<f64> = from_hex(&case["edges"])
            .chunks_exact(8)
            .map(|b| f64::from_le_bytes(b.try_into().unwrap()))
            .collect();
        assert_eq!(ours.edges, edges, "{name}");
        assert_eq!(ours.counts, integers::<u64>(&case["counts"]), "{name}");
        for (figure, ours) in [
            ("nan", ours.nan),
            ("below", ours.below),
            ("above", ours.above),
        ] {
            assert_eq!(ours, case[figure].as_u64().unwrap(), "{name} {figure}");
        }
    }
}

#[test]
fn millions_of_elements_lose_little() {
    // 2^22 values around 1e9, fed in uneven pieces.
    let (len, tiles) = if cfg!(miri) {
        (1 << 10, 1)
    } else {
        (1 << 12, 1 << 10)
    };
    let dtype = dtype("<f8");
    let tile: Vec<u8> = (0..len)
        .flat_map(|i| (1e9 + f64::from(i % 2)).to_le_bytes())
        .collect();
    let mut accumulator = Accumulator::new(&dtype).unwrap();
    for _ in 0..tiles {
        let (a, b) = tile.split_at(8 * 1001);
        accumulator.update(a).unwrap();
        accumulator.update(b).unwrap();
    }
    let stats = accumulator.finish();
    assert_eq!(stats.count, len as u64 * tiles);
    let sum = (1e9 + 0.5) * stats.count as f64;
    assert_eq!(stats.sum, Some(Number::Float(sum)));
    assert_eq!(stats.mean, Some(Number::Float(1e9 + 0.5)));
    assert!((stats.std.unwrap() - 0.5).abs() < 1e-12, "{stats:?}");
}

#[test]
fn merging_with_itself_never_overflows() {
    for code in ["i8", "u1", "f8", "c8", "M8"] {
        let dtype = dtype(code);
        let mut accumulator = Accumulator::new(&dtype).unwrap();
        accumulator.update(&[0xff; 8]).unwrap();
        accumulator.update(&[0; 8]).unwrap();
        for _ in 0..200 {
            accumulator.merge(&accumulator.clone()).unwrap();
        }
        accumulator.update(&[0; 8]).unwrap();
        assert_eq!(accumulator.finish().count, u64::MAX);
    }
    let mut histogram = HistogramAccumulator::new(&DType::UINT8, 3, (0.0, 3.0)).unwrap();
    histogram.update(&[1, 9]).unwrap();
    for _ in 0..70 {
        histogram.merge(&histogram.clone()).unwrap();
    }
    histogram.update(&[1, 9]).unwrap();
    let Histogram { counts, above, .. } = histogram.finish();
    assert_eq!((counts, above), (vec![0, u64::MAX, 0], u64::MAX));
}

#[test]
fn histograms_of_dates_and_limits() {
    let mut dates = HistogramAccumulator::new(&dtype(">M8"), 2, (0.0, 10.0)).unwrap();
    for date in [i64::MIN, 3, 7, 10, -1] {
        dates.update(&date.to_be_bytes()).unwrap();
    }
    let histogram = dates.finish();
    assert_eq!(histogram.counts, [1, 2]);
    assert_eq!((histogram.nan, histogram.below), (1, 1));

    let limit = HistogramAccumulator::MAX_BINS;
    let message = |dtype: &str, bins, range| {
        let error = HistogramAccumulator::new(&self::dtype(dtype), bins, range).unwrap_err();
        error.to_string()
    };
    assert_eq!(
        message("f8", limit + 1, (0.0, 1.0)),
        "the number of bins is too large: found 1048577, the limit is 1048576"
    );
    assert_eq!(
        message("c8", 3, (0.0, 1.0)),
        "statistics need numbers, found complex numbers, which have no order"
    );
    assert_eq!(
        message("f8", 0, (0.0, 1.0)),
        "the number of bins must be positive, found 0"
    );
    assert_eq!(
        message("f8", 1, (f64::NAN, 1.0)),
        "range of [nan, 1.0] is not finite"
    );
    assert_eq!(
        message("f8", 1, (1.0, 0.0)),
        "the range's end must not be below its start: found [1.0, 0.0]"
    );
    assert_eq!(
        message("f2", 2000, (1.0, 2.0)),
        "too many bins for data range: cannot create 2000 finite-sized bins"
    );

    let other = HistogramAccumulator::new(&DType::UINT8, 2, (0.0, 1.0)).unwrap();
    let mut one = HistogramAccumulator::new(&DType::UINT8, 1, (0.0, 1.0)).unwrap();
    assert!(one.merge(&other).is_err());
}

#[test]
#[cfg_attr(miri, ignore = "makes a million bins")]
fn the_most_bins_are_not_too_many() {
    let limit = HistogramAccumulator::MAX_BINS;
    HistogramAccumulator::new(&DType::FLOAT64, limit, (0.0, 1.0)).unwrap();
}

/// Feeds elements in pieces of given lengths, each group of pieces to an accumulator of its own.
fn in_pieces(dtype: &DType, elements: &[Vec<u8>], cuts: &[(usize, bool)]) -> Stats {
    let mut all = Accumulator::new(dtype).unwrap();
    let mut current = all.clone();
    let mut rest = elements;
    for &(len, is_last_of_group) in cuts {
        let (piece, later) = rest.split_at(len.min(rest.len()));
        current.update(&piece.concat()).unwrap();
        rest = later;
        if is_last_of_group {
            all.merge(&current).unwrap();
            current = Accumulator::new(dtype).unwrap();
        }
    }
    current.update(&rest.concat()).unwrap();
    all.merge(&current).unwrap();
    all.finish()
}

fn cuts() -> impl Strategy<Value = Vec<(usize, bool)>> {
    prop::collection::vec((0..60_usize, any::<bool>()), 0..8)
}

/// Values that collide and values that do not; in half of the lists all are finite.
fn floats() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![
        20 => (-3..=3_i32).prop_map(f64::from),
        20 => -1e6..1e6_f64,
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
    ];
    (prop::collection::vec(value, 0..200), any::<bool>()).prop_map(|(mut values, finite)| {
        values.retain(|v| !finite || v.is_finite());
        values
    })
}

/// The figures of floats by their definitions.
fn naive(values: &[f64], mut stats: Stats) -> Stats {
    let count = |is: &dyn Fn(f64) -> bool| values.iter().filter(|&&v| is(v)).count() as u64;
    stats.count = values.len() as u64;
    stats.nan = count(&f64::is_nan);
    stats.posinf = count(&|v| v == f64::INFINITY);
    stats.neginf = count(&|v| v == f64::NEG_INFINITY);
    stats.zeros = count(&|v| v == 0.0);
    let numbers = values.iter().copied().filter(|v| !v.is_nan());
    let place = |of: f64| values.iter().position(|&v| v == of).map(|i| i as u64);
    if let Some(min) = numbers.clone().reduce(f64::min) {
        (stats.min, stats.argmin) = (Some(Number::Float(min)), place(min));
    }
    if let Some(max) = numbers.reduce(f64::max) {
        (stats.max, stats.argmax) = (Some(Number::Float(max)), place(max));
    }
    let sum: f64 = values.iter().sum();
    stats.sum = Some(Number::Float(sum));
    if !values.is_empty() {
        let n = values.len() as f64;
        stats.mean = Some(Number::Float(sum / n));
        let squares: f64 = values.iter().map(|v| (v - sum / n).powi(2)).sum();
        stats.std = Some((squares / n).sqrt());
    }
    stats
}

proptest! {
    #[test]
    fn floats_in_any_pieces(values in floats(), cuts in cuts()) {
        let dtype = dtype(">f8");
        let elements: Vec<_> = values.iter().map(|v| v.to_be_bytes().to_vec()).collect();
        let expected = naive(&values, stats_of(&dtype, &[]));
        let sizes = values.iter().filter(|v| v.is_finite()).map(|v| v.abs());
        let (magnitudes, greatest) = (sizes.clone().sum::<f64>(), sizes.fold(0.0, f64::max));
        // The naive sum is the less precise one.
        let tolerance = Tolerance::new(expected.count, 10.0 * magnitudes, greatest);
        let ours = in_pieces(&dtype, &elements, &cuts);
        prop_assert!(agree(&ours, &expected, tolerance), "{ours:?}\n{expected:?}");
    }

    #[test]
    fn ints_in_any_pieces(
        values in prop::collection::vec(prop_oneof![any::<i64>(), -2..3_i64], 0..200),
        cuts in cuts(),
    ) {
        let dtype = dtype("<i8");
        let elements: Vec<_> = values.iter().map(|v| v.to_le_bytes().to_vec()).collect();
        let ours = in_pieces(&dtype, &elements, &cuts);
        let (min, max) = (values.iter().min(), values.iter().max());
        let place = |of: Option<&i64>| values.iter().position(|v| Some(v) == of).map(|i| i as u64);
        let int = |v: Option<&i64>| v.map(|&v| Number::Int(v.into()));
        prop_assert_eq!((ours.min, ours.argmin), (int(min), place(min)));
        prop_assert_eq!((ours.max, ours.argmax), (int(max), place(max)));
        prop_assert_eq!(ours.sum, Some(Number::Int(values.iter().map(|&v| i128::from(v)).sum())));
        prop_assert_eq!(ours.zeros, values.iter().filter(|&&v| v == 0).count() as u64);
        let whole = stats_of(&dtype, &[&elements.concat()]);
        prop_assert_eq!((ours.count, ours.mean), (whole.count, whole.mean));
        prop_assert!(ours.std.zip(whole.std).is_none_or(|(a, b)| close(a, b, 1e-13 * b)));
    }

    #[test]
    fn bins_are_what_the_edges_say(
        values in prop::collection::vec(-5.0..5.0_f32, 0..100),
        lo in -4.0..4.0_f64,
        width in 0.001..4.0_f64,
        bins in 1..50_usize,
    ) {
        let dtype = dtype("<f4");
        let range = (lo, lo + width);
        let mut histogram = HistogramAccumulator::new(&dtype, bins as u32, range).unwrap();
        for value in &values {
            histogram.update(&value.to_le_bytes()).unwrap();
        }
        let Histogram { edges, counts, below, above, .. } = histogram.finish();
        let mut expected = vec![0; bins];
        for value in values.iter().copied().map(f64::from) {
            let bin = edges.partition_point(|&edge| edge <= value);
            if bin > 0 && value <= edges[bins] {
                expected[(bin - 1).min(bins - 1)] += 1;
            }
        }
        prop_assert_eq!(&counts, &expected);
        prop_assert_eq!(counts.iter().sum::<u64>() + below + above, values.len() as u64);
    }
}
