//! Where the bytes of which time stand in one resource: what `sidx` and WebM's Cues tell.

use alloc::vec::Vec;

use crate::segments::ByteRange;

/// One stretch of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// Its earliest presentation time, in ticks.
    pub start: u64,
    /// Its length, in ticks.
    pub duration: u64,
    /// Its bytes.
    pub range: ByteRange,
    /// Whether these bytes are not media but another index.
    pub nested: bool,
    /// Whether it begins with a stream access point, as far as the index tells.
    pub starts_with_sap: bool,
}

/// The entries of a resource, in order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByteIndex {
    /// Ticks in a second.
    pub timescale: u64,
    /// The entries.
    pub entries: Vec<IndexEntry>,
}

impl ByteIndex {
    /// The first entry that is another index: to be fetched, and replaced by what it says.
    pub fn nested(&self) -> Option<usize> {
        self.entries.iter().position(|entry| entry.nested)
    }

    /// Put the entries of `below` in the place of entry `at`. `false`, and no change, where there
    /// is no such entry, its timescale is another, or it is empty.
    pub fn replace(&mut self, at: usize, below: &Self) -> bool {
        if below.timescale != self.timescale || below.entries.is_empty() || at >= self.entries.len() {
            return false;
        }
        let mut behind = self.entries.split_off(at);
        self.entries.extend_from_slice(&below.entries);
        behind.remove(0);
        self.entries.append(&mut behind);
        true
    }

    /// The entry that shows a time; the first or last where it is outside.
    pub fn at_time(&self, ticks: u64) -> Option<usize> {
        let after = self.entries.partition_point(|entry| entry.start <= ticks);
        (!self.entries.is_empty()).then_some(after.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(start: u64, nested: bool) -> IndexEntry {
        let range = ByteRange { offset: start * 10, length: 10 };
        IndexEntry { start, duration: 1, range, nested, starts_with_sap: true }
    }

    #[test]
    fn a_level_below_takes_the_place_of_its_entry() {
        let mut index =
            ByteIndex { timescale: 1, entries: [entry(0, false), entry(1, true), entry(3, false)].into() };
        let below = ByteIndex { timescale: 1, entries: [entry(1, false), entry(2, false)].into() };
        assert_eq!(index.nested(), Some(1));
        assert!(!index.replace(1, &ByteIndex { timescale: 2, ..below.clone() }));
        assert!(!index.replace(3, &below));
        assert!(index.replace(1, &below));
        assert_eq!(index.entries.iter().map(|entry| entry.start).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!(index.nested(), None);
    }

    #[test]
    fn entries_by_time() {
        let index = ByteIndex { timescale: 1, entries: [entry(5, false), entry(6, false)].into() };
        assert_eq!([0, 5, 6, 99].map(|ticks| index.at_time(ticks)), [Some(0), Some(0), Some(1), Some(1)]);
        assert_eq!(ByteIndex::default().at_time(0), None);
    }
}
