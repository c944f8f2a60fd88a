//! Values in order, by a heap: the library's sorts are 3 KB of code for each type, and nothing here is sorted often.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;

/// `values`, the least first. n log n steps at worst.
pub(crate) fn sorted<T: Ord>(values: Vec<T>) -> Vec<T> {
    BinaryHeap::from(values).into_sorted_vec()
}

#[cfg(test)]
mod tests {
    use super::sorted;

    #[test]
    fn values_come_in_order() {
        assert_eq!(sorted(alloc::vec![3, 1, 2, 1]), [1, 1, 2, 3]);
    }
}
