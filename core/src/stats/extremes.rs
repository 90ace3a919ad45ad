//! The least and the greatest value, and where they are.

/// The least and the greatest of a sequence, and the first place of each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extremes<V> {
    pub(super) min: V,
    pub(super) argmin: u64,
    pub(super) max: V,
    pub(super) argmax: u64,
}

impl<V: Copy + PartialOrd> Extremes<V> {
    /// The extremes of one value, at place 0.
    #[inline]
    pub(super) fn single(value: V) -> Self {
        Self {
            min: value,
            argmin: 0,
            max: value,
            argmax: 0,
        }
    }

    /// The extremes of a tile whose least and greatest values are given, to be merged into what
    /// is known so far: where one is nothing new its place is left out, to save the search.
    #[inline]
    pub(super) fn of_tile<T>(values: &[T], (min, max): (T, T), known: Option<&Self>) -> Self
    where
        T: Copy + PartialEq + Into<V>,
    {
        let (new_min, new_max) = match known {
            Some(e) => (min.into() < e.min, max.into() > e.max),
            None => (true, true),
        };
        let first = |value: T, new: bool| {
            let place = if new { position(values, value) } else { 0 };
            // Zeros of both signs are equal; the first one it is.
            let found = values.get(place).filter(|_| new);
            (found.copied().unwrap_or(value).into(), place as u64)
        };
        let ((min, argmin), (max, argmax)) = (first(min, new_min), first(max, new_max));
        Self {
            min,
            argmin,
            max,
            argmax,
        }
    }

    /// Makes `ours` those of a sequence and of others, whose places `place` turns into ours.
    #[inline]
    pub(super) fn merge(ours: &mut Option<Self>, others: Option<Self>, place: impl Fn(u64) -> u64) {
        let Some(others) = others else { return };
        let (argmin, argmax) = (place(others.argmin), place(others.argmax));
        let Some(ours) = ours else {
            *ours = Some(Self {
                argmin,
                argmax,
                ..others
            });
            return;
        };
        if others.min < ours.min || (others.min == ours.min && argmin < ours.argmin) {
            (ours.min, ours.argmin) = (others.min, argmin);
        }
        if others.max > ours.max || (others.max == ours.max && argmax < ours.argmax) {
            (ours.max, ours.argmax) = (others.max, argmax);
        }
    }
}

/// The first place of a value that is there.
#[inline]
fn position<T: Copy + PartialEq>(values: &[T], value: T) -> usize {
    /// Comparing so many at once without a way out vectorises.
    const STRIDE: usize = 64;
    let is_in = |run: &[T]| run.iter().fold(false, |found, &v| found | (v == value));
    let skipped = values.chunks(STRIDE).take_while(|run| !is_in(run)).count() * STRIDE;
    let mut rest = values.iter().skip(skipped);
    skipped + rest.position(|&v| v == value).unwrap_or(0)
}

/// How many values fulfil a condition.
#[inline]
pub(super) fn count_if<T: Copy>(values: &[T], is: impl Fn(T) -> bool) -> u64 {
    // Narrow counts go with narrow values; so few values cannot overflow one.
    let runs = values.chunks(128).map(|run| {
        let count: u8 = run.iter().map(|&v| u8::from(is(v))).sum();
        u64::from(count)
    });
    runs.sum()
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::testing::few;

    #[test]
    fn the_first_place_counts() {
        let values: Vec<u32> = (0..200).map(|i| i / 2).collect();
        for place in few(10, 0..200) {
            assert_eq!(position(&values, values[place]), place / 2 * 2);
        }
    }

    #[test]
    fn the_first_zero_has_its_sign() {
        for values in [[-0.0_f64, 0.0], [0.0, -0.0]] {
            let e: Extremes<f64> = Extremes::of_tile(&values, (0.0, -0.0), None);
            assert_eq!(e.min.to_bits(), values[0].to_bits());
            assert_eq!(e.max.to_bits(), values[0].to_bits());
        }
    }

    #[test]
    fn the_earlier_of_equals_stays() {
        let mut ours = Some(Extremes::single(1.0));
        Extremes::merge(&mut ours, Some(Extremes::single(1.0)), |i| i + 1);
        Extremes::merge(&mut ours, Some(Extremes::single(-0.0)), |i| i + 2);
        Extremes::merge(&mut ours, Some(Extremes::single(0.0)), |i| i + 3);
        Extremes::merge(&mut ours, Some(Extremes::single(1.0)), |i| i + 9);
        let e = ours.unwrap();
        assert_eq!((e.min, e.argmin, e.max, e.argmax), (0.0, 2, 1.0, 0));
    }
}
