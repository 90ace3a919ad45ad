//! Which values there are.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::{scale::Scale, values::Values};

#[wasm_bindgen]
impl Values {
    /// Two quantiles, such as 0.01 and 0.99, of the finite values (of the positive ones, for a scale
    /// that is `log`), interpolated as NumPy does by default; nothing if there are no such values.
    pub fn quantiles(&self, scale: &str, low: f64, high: f64) -> Vec<f64> {
        let isolate = |value: &f64| value.is_finite() && (scale != "log" || *value > 0.0);
        let mut values: Vec<f64> = self.iter().filter(isolate).collect();
        if values.is_empty() {
            return Vec::new();
        }
        vec![quantile(&mut values, low), quantile(&mut values, high)]
    }

    /// How many values lie in each of `bins` equal parts of the scale.
    pub fn histogram(
        &self,
        scale: &str,
        low: f64,
        high: f64,
        threshold: f64,
        bins: usize,
    ) -> Vec<u32> {
        let scale = Scale::new(scale, low, high, threshold);
        let mut counts = vec![0u32; bins];
        for value in self.iter() {
            let place = scale.place(value);
            if !(0.0..=1.0).contains(&place) {
                continue;
            }
            let index = ((place * bins as f64) as usize).min(bins.saturating_sub(1));
            if let Some(count) = counts.get_mut(index) {
                *count = count.saturating_add(1);
            }
        }
        counts
    }
}

fn quantile(values: &mut [f64], q: f64) -> f64 {
    let last = values.len().saturating_sub(1);
    let place = q.clamp(0.0, 1.0) * last as f64;
    let index = (place as usize).min(last);
    let (_, &mut below, above) = values.select_nth_unstable_by(index, f64::total_cmp);
    let Some(above) = above.iter().copied().min_by(f64::total_cmp) else {
        return below;
    };
    let fraction = place - index as f64;
    below * (1.0 - fraction) + above * fraction
}
