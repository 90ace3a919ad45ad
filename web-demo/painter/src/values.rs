//! Numbers of any dtype.

use wasm_bindgen::prelude::wasm_bindgen;

/// Numbers as the npm package gives them, by the typed array they come in.
#[wasm_bindgen]
#[derive(Clone, Debug)]
pub struct Values(pub(crate) Numbers);

#[derive(Clone, Debug)]
pub(crate) enum Numbers {
    Real(Vec<f64>),
    Signed(Vec<i64>),
    Unsigned(Vec<u64>),
    /// Dates and durations, whose least value is no value.
    Times(Vec<i64>),
    Complex(Vec<(f64, f64)>),
}

/// Makes the constructors of types that a float holds exactly.
macro_rules! real {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {
        #[wasm_bindgen]
        impl Values {
            $(
                $(#[$doc])*
                pub fn $name(data: &[$type]) -> Values {
                    Values(Numbers::Real(data.iter().map(|&value| f64::from(value)).collect()))
                }
            )*
        }
    };
}

real! {
    /// Of an `Int8Array`.
    int8: i8;
    /// Of a `Uint8Array`.
    uint8: u8;
    /// Of an `Int16Array`.
    int16: i16;
    /// Of a `Uint16Array`.
    uint16: u16;
    /// Of an `Int32Array`.
    int32: i32;
    /// Of a `Uint32Array`.
    uint32: u32;
    /// Of a `Float32Array`.
    float32: f32;
}

#[wasm_bindgen]
impl Values {
    /// Of a `Float64Array`.
    pub fn float64(data: Vec<f64>) -> Values {
        Values(Numbers::Real(data))
    }

    /// Of a `BigInt64Array` of integers.
    pub fn int64(data: Vec<i64>) -> Values {
        Values(Numbers::Signed(data))
    }

    /// Of a `BigUint64Array`.
    pub fn uint64(data: Vec<u64>) -> Values {
        Values(Numbers::Unsigned(data))
    }

    /// Of a `BigInt64Array` of dates or durations.
    pub fn times(data: Vec<i64>) -> Values {
        Values(Numbers::Times(data))
    }

    /// Of a `Float32Array` of real and imaginary parts in turn.
    pub fn complex64(data: &[f32]) -> Values {
        let (pairs, _) = data.as_chunks::<2>();
        let pairs = pairs
            .iter()
            .map(|&[re, im]| (f64::from(re), f64::from(im)))
            .collect();
        Values(Numbers::Complex(pairs))
    }

    /// Of a `Float64Array` of real and imaginary parts in turn.
    pub fn complex128(data: &[f64]) -> Values {
        let (pairs, _) = data.as_chunks::<2>();
        let pairs = pairs.iter().map(|&[re, im]| (re, im)).collect();
        Values(Numbers::Complex(pairs))
    }

    /// How many there are.
    #[wasm_bindgen(getter)]
    pub fn length(&self) -> usize {
        match &self.0 {
            Numbers::Real(values) => values.len(),
            Numbers::Signed(values) | Numbers::Times(values) => values.len(),
            Numbers::Unsigned(values) => values.len(),
            Numbers::Complex(values) => values.len(),
        }
    }

    /// One real number of each complex one: `re`, `im`, `abs`, `phase`. Others stay as they are.
    pub fn part(&self, part: &str) -> Values {
        let Numbers::Complex(values) = &self.0 else {
            return self.clone();
        };
        let part: fn(&(f64, f64)) -> f64 = match part {
            "re" => |&(re, _)| re,
            "im" => |&(_, im)| im,
            "phase" => |&(re, im)| im.atan2(re),
            _ => |&(re, im)| re.hypot(im),
        };
        Values(Numbers::Real(values.iter().map(part).collect()))
    }

    /// The absolute differences to others, as many as both have. Those of integers are exact as
    /// long as a float can be.
    pub fn difference(&self, other: &Values) -> Values {
        Values(Numbers::Real(self.distances(other).collect()))
    }

    /// All of them as the nearest floats; NaN for dates that are none, magnitudes for complex numbers.
    pub fn floats(&self) -> Vec<f64> {
        self.iter().collect()
    }
}

impl Values {
    /// The values as floats.
    pub(crate) fn iter(&self) -> Box<dyn Iterator<Item = f64> + '_> {
        match &self.0 {
            Numbers::Real(values) => Box::new(values.iter().copied()),
            Numbers::Signed(values) => Box::new(values.iter().map(|&value| value as f64)),
            Numbers::Unsigned(values) => Box::new(values.iter().map(|&value| value as f64)),
            Numbers::Times(values) => Box::new(values.iter().map(|&value| time(value))),
            Numbers::Complex(values) => Box::new(values.iter().map(|&(re, im)| re.hypot(im))),
        }
    }

    /// |self − other| of each pair; 0 where both are equal, infinities included, or both are NaN.
    pub(crate) fn distances<'a>(&'a self, other: &'a Values) -> Box<dyn Iterator<Item = f64> + 'a> {
        match (&self.0, &other.0) {
            (Numbers::Times(a), Numbers::Times(b)) => {
                Box::new(a.iter().zip(b).map(|(&a, &b)| match (a, b) {
                    (a, b) if a == b => 0.0,
                    (NAT, _) | (_, NAT) => f64::NAN,
                    (a, b) => a.abs_diff(b) as f64,
                }))
            }
            (Numbers::Complex(a), Numbers::Complex(b)) => {
                let is_nan = |(re, im): (f64, f64)| re.is_nan() || im.is_nan();
                Box::new(a.iter().zip(b).map(move |(&a, &b)| match (a, b) {
                    // A number of which one part is NaN is NaN.
                    _ if is_nan(a) && is_nan(b) => 0.0,
                    ((re, im), (re2, im2)) => distance(re, re2).hypot(distance(im, im2)),
                }))
            }
            _ => match (self.integers(), other.integers()) {
                (Some(a), Some(b)) => Box::new(a.zip(b).map(|(a, b)| a.abs_diff(b) as f64)),
                _ => Box::new(self.iter().zip(other.iter()).map(|(a, b)| distance(a, b))),
            },
        }
    }

    fn integers(&self) -> Option<Box<dyn Iterator<Item = i128> + '_>> {
        match &self.0 {
            Numbers::Signed(values) => Some(Box::new(values.iter().map(|&value| value.into()))),
            Numbers::Unsigned(values) => Some(Box::new(values.iter().map(|&value| value.into()))),
            _ => None,
        }
    }
}

/// NumPy's NaT.
const NAT: i64 = i64::MIN;

fn time(value: i64) -> f64 {
    match value {
        NAT => f64::NAN,
        _ => value as f64,
    }
}

fn distance(a: f64, b: f64) -> f64 {
    if a == b || (a.is_nan() && b.is_nan()) {
        return 0.0;
    }
    (a - b).abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_of_integers_are_exact() {
        let a = Values::int64(vec![i64::MAX, i64::MIN, 0]);
        let b = Values::int64(vec![i64::MAX - 1, i64::MAX, 0]);
        assert_eq!(a.difference(&b).floats(), [1.0, 2f64.powi(64), 0.0]);
        let c = Values::uint64(vec![u64::MAX, 0, 7]);
        assert_eq!(
            a.difference(&c).floats(),
            [2f64.powi(63), 2f64.powi(63), 7.0]
        );
    }

    #[test]
    fn nothing_differs_from_itself() {
        let odd = vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0];
        let a = Values::float64(odd.clone());
        assert_eq!(a.difference(&Values::float64(odd)).floats(), [0.0; 4]);
        let times = Values::times(vec![i64::MIN, 5]);
        assert_eq!(times.difference(&times.clone()).floats(), [0.0; 2]);
        let other = Values::times(vec![1, i64::MIN]);
        assert!(times.difference(&other).floats().iter().all(|d| d.is_nan()));
    }

    #[test]
    fn parts_of_complex_numbers() {
        let values = Values::complex64(&[3.0, 4.0, 0.0, -1.0]);
        assert_eq!(values.length(), 2);
        assert_eq!(values.part("abs").floats(), [5.0, 1.0]);
        assert_eq!(values.part("re").floats(), [3.0, 0.0]);
        assert_eq!(values.part("im").floats(), [4.0, -1.0]);
        assert_eq!(
            values.part("phase").floats()[1],
            -std::f64::consts::FRAC_PI_2
        );
    }
}
