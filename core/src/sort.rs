//! Sorting what is short or sorted already, in little code.
//!
//! The sorts of the standard library are fast on millions of items and take kilobytes of code for
//! each type. Here most of what is sorted are the axes of an array.

/// Sorts by a key, in place and not keeping the order of equal items: a heap sort.
pub(crate) fn by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    if items.is_sorted_by_key(&key) {
        return;
    }
    let len = items.len();
    for start in (0..len / 2).rev() {
        sift_down(items, start, &key);
    }
    for end in (1..len).rev() {
        items.swap(0, end);
        if let Some(heap) = items.get_mut(..end) {
            sift_down(heap, 0, &key);
        }
    }
}

/// Moves an item of a heap down until none below it is greater.
fn sift_down<T, K: Ord>(heap: &mut [T], mut at: usize, key: &impl Fn(&T) -> K) {
    loop {
        let key_of = |at: usize| heap.get(at).map(key);
        let left = 2 * at + 1;
        // There is none beyond the end, which is less than any.
        let child = if key_of(left) < key_of(left + 1) {
            left + 1
        } else {
            left
        };
        if child >= heap.len() || key_of(child) <= key_of(at) {
            return;
        }
        heap.swap(at, child);
        at = child;
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::by_key;

    proptest! {
        #[test]
        fn items_come_out_in_order(mut items: Vec<(u8, u16)>) {
            let mut expected = items.clone();
            expected.sort_unstable();
            by_key(&mut items, |&item| item);
            prop_assert_eq!(&items, &expected);

            by_key(&mut items, |&(first, _)| core::cmp::Reverse(first));
            prop_assert!(items.is_sorted_by_key(|&(first, _)| core::cmp::Reverse(first)));
            items.sort_unstable();
            prop_assert_eq!(items, expected);
        }
    }
}
