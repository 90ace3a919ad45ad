//! What tells two arrays apart.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::values::Values;

/// Differences of two arrays that come in pieces. NaN equals NaN, as for NumPy's `equal_nan=True`.
#[wasm_bindgen]
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    rtol: f64,
    atol: f64,
    /// How many elements were compared.
    #[wasm_bindgen(readonly)]
    pub count: f64,
    /// How many of them differ.
    #[wasm_bindgen(readonly)]
    pub different: f64,
    /// Where the first of those is; -1 if there is none.
    #[wasm_bindgen(readonly)]
    pub first: f64,
    /// How many are further apart than `atol + rtol * |b|`.
    #[wasm_bindgen(readonly)]
    pub far: f64,
    /// Where the first of those is; -1 if there is none.
    #[wasm_bindgen(readonly)]
    pub first_far: f64,
    /// The greatest difference; NaN where only one of two is NaN is no difference that could be told.
    #[wasm_bindgen(readonly)]
    pub greatest: f64,
    /// Where the first of those is; -1 if nothing differs.
    #[wasm_bindgen(readonly)]
    pub greatest_at: f64,
}

#[wasm_bindgen]
impl Comparison {
    /// Compares with tolerances, those of `numpy.allclose`.
    #[wasm_bindgen(constructor)]
    pub fn new(rtol: f64, atol: f64) -> Comparison {
        Comparison {
            rtol,
            atol,
            first: -1.0,
            first_far: -1.0,
            greatest_at: -1.0,
            ..Comparison::default()
        }
    }

    /// Adds what comes next of both.
    pub fn add(&mut self, a: &Values, b: &Values) {
        for (distance, size) in a.distances(b).zip(b.iter()) {
            // Not `distance > 0`, for what cannot be told is different, too.
            if distance != 0.0 {
                self.differ(distance, size.abs());
            }
            self.count += 1.0;
        }
    }
}

impl Comparison {
    fn differ(&mut self, distance: f64, size: f64) {
        let at = self.count;
        self.different += 1.0;
        if self.first < 0.0 {
            self.first = at;
        }
        if distance > self.greatest {
            self.greatest = distance;
            self.greatest_at = at;
        }
        // An infinite number has no neighbours.
        let is_close = size.is_finite() && distance <= self.atol + self.rtol * size;
        if !is_close {
            self.far += 1.0;
            if self.first_far < 0.0 {
                self.first_far = at;
            }
        }
    }
}
