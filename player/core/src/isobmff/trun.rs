//! Track Fragment Run Box: the table of a fragment's samples.

use alloc::vec::Vec;

use super::fields::{whole, Fields};
use super::trex::Trex;
use bitaca_player_scan::samples::{self, Sample};

/// Samples that stand one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trun<'a> {
    flags: u32,
    /// `sample_count`.
    pub sample_count: u32,
    /// `data_offset`.
    pub data_offset: Option<i32>,
    /// `first_sample_flags`.
    pub first_sample_flags: Option<u32>,
    table: &'a [u8],
}

impl<'a> Trun<'a> {
    /// ISO/IEC 14496-12, Track Fragment Run Box.
    pub fn read(payload: &'a [u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        let (_, flags) = reader.full_box();
        let sample_count = reader.u32();
        let data_offset = if flags & 1 != 0 { Some(reader.u32() as i32) } else { None };
        let first_sample_flags = if flags & 4 != 0 { Some(reader.u32()) } else { None };
        let table = reader.rows(sample_count, stride(flags));
        whole(Self { flags, sample_count, data_offset, first_sample_flags, table }, &reader)
    }

    /// Append its samples, the first of which stands at `offset`; answers where the next would
    /// stand, and the ticks that these last.
    ///
    /// Composition offsets are signed in both versions: writers put negative ones in version 0
    /// too, and no real one needs the 32nd bit.
    pub fn samples(&self, defaults: &Trex, offset: u64, out: &mut Vec<Sample>) -> (u64, u64) {
        let first = out.len();
        let one = Sample {
            offset,
            duration: defaults.default_sample_duration,
            size: defaults.default_sample_size,
            flags: defaults.default_sample_flags,
            composition_offset: 0,
        };
        let ends = samples::rows(self.table, self.flags >> 8 & 15, self.sample_count, one, out);
        if let (Some(flags), Some(sample)) = (self.first_sample_flags, out.get_mut(first)) {
            sample.flags = flags;
        }
        ends
    }
}

/// Bytes of one row of the table.
fn stride(flags: u32) -> usize {
    (flags >> 8 & 15).count_ones() as usize * 4
}

#[cfg(test)]
mod tests {
    use super::super::build::{damage, versioned, words};
    use super::*;

    #[test]
    fn a_full_table() {
        let payload = versioned(1, 0xF01, &words(&[2, 100, 10, 20, 30, 40, 11, 21, 31, -41i32 as u32]));
        let trun = Trun::read(&payload).unwrap();
        assert_eq!((trun.sample_count, trun.data_offset), (2, Some(100)));
        let mut samples = Vec::new();
        assert_eq!(trun.samples(&Trex::default(), 1000, &mut samples), (1041, 21));
        let expected = [
            Sample { offset: 1000, size: 20, duration: 10, composition_offset: 40, flags: 30 },
            Sample { offset: 1020, size: 21, duration: 11, composition_offset: -41, flags: 31 },
        ];
        assert_eq!(samples, expected);
        damage(&payload, |bytes| Trun::read(bytes).map(drop), payload.len());
    }

    #[test]
    fn defaults_and_first_sample_flags() {
        let trex = Trex {
            default_sample_duration: 5,
            default_sample_size: 6,
            default_sample_flags: 7,
            ..Trex::default()
        };
        let payload = versioned(0, 4, &words(&[3, 99]));
        let mut samples = Vec::new();
        assert_eq!(Trun::read(&payload).unwrap().samples(&trex, 0, &mut samples), (18, 15));
        assert_eq!(samples.iter().map(|one| one.flags).collect::<Vec<_>>(), [99, 7, 7]);
        assert_eq!(samples[2].offset, 12);
    }

    #[test]
    fn a_count_without_rows_is_refused() {
        assert_eq!(Trun::read(&versioned(0, 0x200, &words(&[u32::MAX, 1]))), None);
    }
}
