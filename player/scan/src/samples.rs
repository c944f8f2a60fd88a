//! The table of a fragment's samples: big-endian rows of the fields that a run states.

use alloc::vec::Vec;

/// One sample, in 24 bytes; the numbers of a whole row stand as in the row.
/// ISO/IEC 14496-12, Track Fragment Run Box.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Sample {
    /// Where it starts, counted like the fragment's own offset.
    pub offset: u64,
    /// Its length in ticks.
    pub duration: u32,
    /// Its bytes.
    pub size: u32,
    /// Sample flags, and [`Sample::RANDOM_ACCESS`].
    pub flags: u32,
    /// Ticks from its decode time to its composition time.
    pub composition_offset: i32,
}

const _: () = assert!(core::mem::size_of::<Sample>() == 24);

impl Sample {
    /// `sample_is_non_sync_sample` of the flags. ISO/IEC 14496-12, Track Extends Box.
    pub const NON_SYNC: u32 = 1 << 16;

    /// Set where the sample is in a `rap ` group; the standard keeps this bit zero.
    pub const RANDOM_ACCESS: u32 = 1 << 31;

    /// Whether decoding may start here.
    pub const fn is_sync(&self) -> bool {
        self.flags & Self::NON_SYNC == 0 || self.flags & Self::RANDOM_ACCESS != 0
    }
}

/// Bytes of a row that states the four fields.
const WHOLE: usize = 16;

/// Append `count` samples, the first of which is at `one.offset`; what a row does not state is as in
/// `one`. Returns where the next would stand, and the ticks that these last.
///
/// `states` has a bit for each field of a row, in their order: 1 duration, 2 size, 4 flags,
/// 8 composition offset. Fields that `table` is too short for are zero.
pub fn rows(table: &[u8], states: u32, count: u32, mut one: Sample, out: &mut Vec<Sample>) -> (u64, u64) {
    let (whole, _) = table.as_chunks::<WHOLE>();
    let ends =
        u64::from(count).checked_mul(u64::from(u32::MAX)).and_then(|most| one.offset.checked_add(most));
    if states == 15 && whole.len() == count as usize && ends.is_some() {
        return whole_rows(whole, one.offset, out);
    }
    let mut ticks = 0u64;
    let (mut numbers, _) = table.as_chunks::<4>();
    let mut next = |stated: u32, otherwise: u32| {
        if states & stated == 0 {
            return otherwise;
        }
        let Some((first, rest)) = numbers.split_first() else { return 0 };
        numbers = rest;
        u32::from_be_bytes(*first)
    };
    out.extend((0..count).map(|_| {
        one.duration = next(1, one.duration);
        one.size = next(2, one.size);
        one.flags = next(4, one.flags);
        one.composition_offset = next(8, one.composition_offset as u32) as i32;
        let sample = one;
        one.offset = one.offset.saturating_add(u64::from(one.size));
        ticks = ticks.saturating_add(u64::from(one.duration));
        sample
    }));
    (one.offset, ticks)
}

/// [`rows`] that state everything, where no sum can overflow.
fn whole_rows(rows: &[[u8; WHOLE]], mut offset: u64, out: &mut Vec<Sample>) -> (u64, u64) {
    let mut ticks = 0u64;
    out.extend(rows.iter().map(|row| {
        let [duration, size, flags, composition] = words(row);
        let sample = Sample { offset, duration, size, flags, composition_offset: composition as i32 };
        offset = offset.wrapping_add(u64::from(size));
        ticks = ticks.wrapping_add(u64::from(duration));
        sample
    }));
    (offset, ticks)
}

#[inline(always)]
fn words(row: &[u8; WHOLE]) -> [u32; 4] {
    let (words, _) = row.as_chunks::<4>();
    core::array::from_fn(|at| words.get(at).map_or(0, |word| u32::from_be_bytes(*word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of `states` and `count` with a table of the numbers 1, 2, 3, ...
    fn told(states: u32, count: u32, numbers: u32, offset: u64) -> (Vec<Sample>, (u64, u64)) {
        let table: Vec<u8> = (1..=numbers).flat_map(u32::to_be_bytes).collect();
        let one = Sample { offset, duration: 100, size: 200, flags: 300, composition_offset: -400 };
        let mut out = Vec::from([Sample::default()]);
        let ends = rows(&table, states, count, one, &mut out);
        assert_eq!(out.remove(0), Sample::default(), "what was there stays");
        (out, ends)
    }

    #[test]
    fn every_set_of_fields() {
        for states in 0..16u32 {
            let fields = states.count_ones();
            let (samples, ends) = told(states, 3, 3 * fields, 1000);
            let (mut next, mut offset, mut ticks) = (0, 1000, 0);
            for sample in &samples {
                let mut number = |bit: u32, otherwise: i32| {
                    if states & bit == 0 {
                        return otherwise;
                    }
                    next += 1;
                    next
                };
                let found = [
                    sample.duration as i32,
                    sample.size as i32,
                    sample.flags as i32,
                    sample.composition_offset,
                ];
                assert_eq!(
                    found,
                    [number(1, 100), number(2, 200), number(4, 300), number(8, -400)],
                    "{states}"
                );
                assert_eq!(sample.offset, offset);
                offset += u64::from(sample.size);
                ticks += u64::from(sample.duration);
            }
            assert_eq!((samples.len(), ends), (3, (offset, ticks)));
        }
    }

    #[test]
    fn sums_stop_at_the_top_and_short_tables_are_zeros() {
        let (samples, (end, ticks)) = told(15, 2, 8, u64::MAX - 1);
        assert_eq!((samples[1].offset, samples[1].size, end, ticks), (u64::MAX, 6, u64::MAX, 6));
        let (samples, ends) = told(15, 2, 5, 0);
        assert_eq!(samples[1], Sample { offset: 2, duration: 5, ..Sample::default() });
        assert_eq!(ends, (2, 6));
    }
}
