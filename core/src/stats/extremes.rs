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

    /// Makes `ours` those of a sequence and of others, whose places `place` turns into ours.
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
pub(super) fn position<T: Copy + PartialEq>(values: &[T], value: T) -> u64 {
    /// Comparing so many at once without a way out vectorises.
    const STRIDE: usize = 64;
    let is_in = |run: &[T]| run.iter().fold(false, |found, &v| found | (v == value));
    let skipped = values.chunks(STRIDE).take_while(|run| !is_in(run)).count() * STRIDE;
    let mut rest = values.iter().skip(skipped);
    (skipped + rest.position(|&v| v == value).unwrap_or(0)) as u64
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
        Extremes::merge(&mut ours, Some(Extremes::single(1.0)), |i| i + 1);
        Extremes::merge(&mut ours, Some(Extremes::single(-0.0)), |i| i + 2);
        Extremes::merge(&mut ours, Some(Extremes::single(0.0)), |i| i + 3);
        Extremes::merge(&mut ours, Some(Extremes::single(1.0)), |i| i + 9);
        let e = ours.unwrap();
        assert_eq!((e.min, e.argmin, e.max, e.argmax), (0.0, 2, 1.0, 0));
    }
}
