//! Pixels.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::{scale::Scale, values::Values};

#[wasm_bindgen]
impl Values {
    /// The values as pixels, four bytes each, by a table of 256 colours of three bytes.
    ///
    /// `scale` is `linear`, `log` or `symlog`; values outside of the range have the first and the
    /// last colour. `bad` is the pixel of what has no place on the scale: NaN, and what is not
    /// positive where `scale` is `log`.
    pub fn paint(
        &self,
        table: &[u8],
        scale: &str,
        low: f64,
        high: f64,
        threshold: f64,
        bad: &[u8],
    ) -> Vec<u8> {
        let scale = Scale::new(scale, low, high, threshold);
        let (colours, _) = table.as_chunks::<3>();
        let bad = <[u8; 4]>::try_from(bad).unwrap_or_default();
        let last = colours.len().saturating_sub(1);
        let mut pixels = Vec::with_capacity(self.length().saturating_mul(4));
        for value in self.iter() {
            let place = scale.place(value);
            // As Matplotlib has it: equal parts of the range, the last including its end.
            let index = ((place * colours.len() as f64) as usize).min(last);
            match colours.get(index) {
                Some(&[r, g, b]) if !place.is_nan() => pixels.extend([r, g, b, 255]),
                _ => pixels.extend(bad),
            }
        }
        pixels
    }

    /// The values as the pixels that they are: grey, grey and opacity, RGB or RGBA, by the number of
    /// channels; `most` is the value of full brightness.
    pub fn rgba(&self, channels: usize, most: f64) -> Vec<u8> {
        let level = |value: f64| (value / most * 255.0).round() as u8;
        let levels: Vec<u8> = self.iter().map(level).collect();
        let mut pixels = Vec::with_capacity(self.length() / channels.max(1) * 4);
        for pixel in levels.chunks_exact(channels.max(1)) {
            pixels.extend(match *pixel {
                [grey] => [grey, grey, grey, 255],
                [grey, alpha] => [grey, grey, grey, alpha],
                [r, g, b] => [r, g, b, 255],
                [r, g, b, alpha, ..] => [r, g, b, alpha],
                [] => [0; 4],
            });
        }
        pixels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_beyond_brightness_are_clipped() {
        let values = Values::float64(vec![-1.0, f64::NAN, 2.0, f64::INFINITY, 0.5, 1.0]);
        assert_eq!(values.rgba(3, 1.0), [0, 0, 255, 255, 255, 128, 255, 255],);
        assert_eq!(values.rgba(2, 1.0)[8..], [128, 128, 128, 255]);
    }

    #[test]
    fn ranges_without_width_have_a_middle() {
        let table: Vec<u8> = (0..=255).flat_map(|i| [i; 3]).collect();
        let values = Values::float64(vec![1.0, 2.0, 3.0, f64::NAN]);
        let pixels = values.paint(&table, "linear", 2.0, 2.0, 1.0, &[9; 4]);
        let reds: Vec<u8> = pixels.chunks(4).map(|pixel| pixel[0]).collect();
        assert_eq!(reds, [0, 128, 255, 9]);
    }

    #[test]
    fn no_table_has_no_colours() {
        let values = Values::uint8(&[1, 2]);
        assert_eq!(values.paint(&[], "linear", 0.0, 1.0, 1.0, &[1; 4]), [1; 8]);
    }
}
