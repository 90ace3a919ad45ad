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
    pub(super) fn single(value: V) -> Self {
        Self {
            min: value,
            argmin: 0,
            max: value,
            argmax: 0,
        }
    }

    /// Makes `ours` those of a sequence and of what begins `offset` values later.
    pub(super) fn merge(ours: &mut Option<Self>, later: Option<Self>, offset: u64) {
        let Some(mut later) = later else { return };
        later.argmin = later.argmin.saturating_add(offset);
        later.argmax = later.argmax.saturating_add(offset);
        let Some(ours) = ours else {
            *ours = Some(later);
            return;
        };
        if later.min < ours.min {
            (ours.min, ours.argmin) = (later.min, later.argmin);
        }
        if later.max > ours.max {
            (ours.max, ours.argmax) = (later.max, later.argmax);
        }
    }
}

/// The first place of a value that is there.
pub(super) fn position<T: Copy + PartialEq>(values: &[T], value: T) -> u64 {
    /// Comparing so many at once without a way out vectorises.
    const STRIDE: usize = 64;
    let is_in = |run: &[T]| run.iter().fold(false, |found, &v| found | (v == value));
    let skipped = values.chunks(STRIDE).take_while(|run| !is_in(run)).count() * STRIDE;
    let mut rest = values.iter().skip(skipped);
    (skipped + rest.position(|&v| v == value).unwrap_or(0)) as u64
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[test]
    fn the_first_place_counts() {
        let values: Vec<u32> = (0..200).map(|i| i / 2).collect();
        for place in 0..200 {
            assert_eq!(position(&values, values[place]), place as u64 / 2 * 2);
        }
    }

    #[test]
    fn the_earlier_of_equals_stays() {
        let mut ours = Some(Extremes::single(1.0));
        Extremes::merge(&mut ours, Some(Extremes::single(1.0)), 1);
        Extremes::merge(&mut ours, Some(Extremes::single(-0.0)), 2);
        Extremes::merge(&mut ours, Some(Extremes::single(0.0)), 3);
        let e = ours.unwrap();
        assert_eq!((e.min, e.argmin, e.max, e.argmax), (0.0, 2, 1.0, 0));
    }
}
