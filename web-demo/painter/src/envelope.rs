//! Lines with more points than pixels.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::values::Values;

/// The least and the greatest value of each of equal parts of a line, which no peak escapes.
#[wasm_bindgen]
#[derive(Clone, Debug)]
pub struct Envelope {
    total: f64,
    parts: Vec<Option<(f64, f64)>>,
}

#[wasm_bindgen]
impl Envelope {
    /// Of a line of `total` values in so many parts.
    #[wasm_bindgen(constructor)]
    pub fn new(parts: usize, total: f64) -> Envelope {
        Envelope {
            total,
            parts: vec![None; parts],
        }
    }

    /// Adds values, the first of which is the one at `start`. Some may be left out; NaN counts for nothing.
    pub fn add(&mut self, values: &Values, start: f64) {
        let count = self.parts.len() as f64;
        for (i, value) in values.iter().enumerate() {
            if value.is_nan() {
                continue;
            }
            let part = ((start + i as f64) * count / self.total) as usize;
            if let Some(part) = self.parts.get_mut(part) {
                let (least, most) = part.unwrap_or((value, value));
                *part = Some((least.min(value), most.max(value)));
            }
        }
    }

    /// The least value of each part; NaN of one without values.
    pub fn least(&self) -> Vec<f64> {
        let least = |part: &Option<(f64, f64)>| part.map_or(f64::NAN, |(least, _)| least);
        self.parts.iter().map(least).collect()
    }

    /// The greatest value of each part; NaN of one without values.
    pub fn most(&self) -> Vec<f64> {
        let most = |part: &Option<(f64, f64)>| part.map_or(f64::NAN, |(_, most)| most);
        self.parts.iter().map(most).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_lies_outside(values in prop::collection::vec(any::<f32>(), 1..300), parts in 1usize..40) {
            let mut envelope = Envelope::new(parts, values.len() as f64);
            let (first, rest) = values.split_at(values.len() / 3);
            envelope.add(&Values::float32(rest), first.len() as f64);
            envelope.add(&Values::float32(first), 0.0);
            let (least, most) = (envelope.least(), envelope.most());
            let mut touched = vec![false; parts];
            for (i, &value) in values.iter().enumerate() {
                let part = i * parts / values.len();
                let value = f64::from(value);
                if !value.is_nan() {
                    prop_assert!(least[part] <= value && value <= most[part]);
                    touched[part] = true;
                }
            }
            for part in 0..parts {
                prop_assert_eq!(least[part].is_nan(), !touched[part]);
                if touched[part] {
                    let has = |bound: f64| values.iter().any(|&value| f64::from(value) == bound);
                    prop_assert!(has(least[part]) && has(most[part]));
                }
            }
        }
    }
}
