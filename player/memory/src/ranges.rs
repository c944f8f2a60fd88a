//! Free stretches of memory, in order of address; neighbours are one.

/// Stretches that are remembered. More than that at once, of at least a page of four kilobytes each, are
/// forgotten from the smallest on: their memory is lost to the module.
const MOST: usize = 512;

/// Free stretches.
pub(crate) struct Ranges {
    /// Start and size, in bytes.
    list: [(usize, usize); MOST],
    count: usize,
}

impl Ranges {
    pub(crate) const fn new() -> Self {
        Self { list: [(0, 0); MOST], count: 0 }
    }

    fn known(&self) -> &[(usize, usize)] {
        self.list.get(..self.count).unwrap_or(&[])
    }

    /// Take `size` bytes from the smallest stretch that has them.
    pub(crate) fn take(&mut self, size: usize) -> Option<usize> {
        let fits = self.known().iter().enumerate().filter(|(_, range)| range.1 >= size);
        let (place, &(start, _)) = fits.min_by_key(|(_, range)| range.1)?;
        self.cut(place, size);
        Some(start)
    }

    /// Take the `size` bytes that begin at `start`, if they are free.
    pub(crate) fn take_at(&mut self, start: usize, size: usize) -> bool {
        let place = self.known().iter().position(|range| range.0 == start && range.1 >= size);
        if let Some(place) = place {
            self.cut(place, size);
        }
        place.is_some()
    }

    /// Bytes that are free right before `end`.
    pub(crate) fn before(&self, end: usize) -> usize {
        self.known().last().filter(|range| range.0 + range.1 == end).map_or(0, |range| range.1)
    }

    /// Give a stretch back.
    pub(crate) fn put(&mut self, start: usize, size: usize) {
        let place = self.known().partition_point(|range| range.0 < start);
        let follows = place
            .checked_sub(1)
            .filter(|before| self.list.get(*before).is_some_and(|range| range.0 + range.1 == start));
        let next = self.known().get(place).copied().filter(|next| start + size == next.0);
        match (follows, next) {
            (Some(before), Some((_, more))) => {
                self.grow(before, size + more);
                self.remove(place);
            }
            (Some(before), None) => self.grow(before, size),
            (None, Some((_, more))) => {
                if let Some(range) = self.list.get_mut(place) {
                    *range = (start, size + more);
                }
            }
            (None, None) => self.insert(place, (start, size)),
        }
    }

    fn grow(&mut self, place: usize, more: usize) {
        if let Some(range) = self.list.get_mut(place) {
            range.1 += more;
        }
    }

    fn cut(&mut self, place: usize, size: usize) {
        let Some(range) = self.list.get_mut(place) else { return };
        *range = (range.0 + size, range.1 - size);
        if range.1 == 0 {
            self.remove(place);
        }
    }

    fn remove(&mut self, place: usize) {
        self.list.copy_within(place + 1..self.count, place);
        self.count -= 1;
    }

    fn insert(&mut self, mut place: usize, range: (usize, usize)) {
        if self.count == MOST {
            let smallest = self.known().iter().enumerate().min_by_key(|(_, range)| range.1);
            let Some((lost, _)) = smallest.filter(|(_, known)| known.1 < range.1) else { return };
            self.remove(lost);
            place -= usize::from(lost < place);
        }
        self.list.copy_within(place..self.count, place + 1);
        if let Some(slot) = self.list.get_mut(place) {
            *slot = range;
        }
        self.count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_become_one() {
        let mut free = Ranges::new();
        free.put(100, 10);
        free.put(120, 10);
        assert_eq!(free.known(), [(100, 10), (120, 10)]);
        free.put(110, 10);
        assert_eq!(free.known(), [(100, 30)]);
        free.put(130, 5);
        free.put(90, 10);
        assert_eq!(free.known(), [(90, 45)]);
        assert_eq!((free.before(135), free.before(134)), (45, 0));
    }

    #[test]
    fn the_smallest_that_fits_is_taken() {
        let mut free = Ranges::new();
        for (start, size) in [(0, 50), (100, 20), (200, 30)] {
            free.put(start, size);
        }
        assert_eq!(free.take(25), Some(200));
        assert_eq!(free.take(20), Some(100));
        assert_eq!(free.take(51), None);
        assert!(free.take_at(225, 5) && !free.take_at(225, 1) && !free.take_at(1, 1));
        assert_eq!(free.known(), [(0, 50)]);
    }

    #[test]
    fn a_full_list_forgets_the_smallest() {
        let mut free = Ranges::new();
        for place in 0..MOST {
            free.put(place * 10_000, 10 + place);
        }
        free.put(MOST * 10_000, 5);
        assert_eq!((free.count, free.known()[0]), (MOST, (0, 10)));
        free.put(MOST * 10_000, 50);
        assert_eq!((free.count, free.known()[0]), (MOST, (10_000, 11)));
        assert_eq!(free.known().last(), Some(&(MOST * 10_000, 50)));
    }

    #[test]
    fn nothing_is_given_twice() {
        let mut free = Ranges::new();
        free.put(0, 1 << 20);
        let (mut seed, mut held) = (7u64, std::vec::Vec::new());
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let size = ((seed >> 33) as usize % 64 + 1) * 64;
            if seed >> 63 == 0 {
                if let Some(start) = free.take(size) {
                    assert!(held
                        .iter()
                        .all(|(other, bytes)| start + size <= *other || other + bytes <= start));
                    held.push((start, size));
                }
            } else if let Some((start, size)) = held.pop() {
                free.put(start, size);
            }
            let sum: usize = free.known().iter().chain(&held).map(|(_, size)| size).sum();
            assert_eq!(sum, 1 << 20);
        }
        for (start, size) in held {
            free.put(start, size);
        }
        assert_eq!(free.known(), [(0, 1 << 20)]);
    }
}
