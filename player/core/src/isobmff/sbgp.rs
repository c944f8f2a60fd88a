//! Sample to Group Box.

use super::fields::{whole, Fields};
use super::fourcc::FourCc;

/// Which samples belong to which description of `sgpd`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sbgp<'a> {
    /// `grouping_type`.
    pub grouping_type: FourCc,
    entries: &'a [u8],
}

impl<'a> Sbgp<'a> {
    /// ISO/IEC 14496-12, Sample to Group Box.
    pub fn read(payload: &'a [u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        let (version, _) = reader.full_box();
        let grouping_type = FourCc(reader.u32());
        if version == 1 {
            reader.u32();
        }
        let count = reader.u32();
        whole(Self { grouping_type, entries: reader.rows(count, 8) }, &reader)
    }

    /// The runs: `sample_count` and `group_description_index` (0: none; from 1: of the track;
    /// from 0x10001: of the fragment).
    pub fn runs(&self) -> impl Iterator<Item = (u32, u32)> + 'a {
        let mut reader = Fields::new(self.entries);
        core::iter::from_fn(move || (!reader.rest().is_empty()).then(|| (reader.u32(), reader.u32())))
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::{cat, damage, versioned, words};
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn both_versions() {
        let old = versioned(0, 0, &cat(&[b"seig", &words(&[2, 5, 0, 6, 0x1_0001])]));
        let sbgp = Sbgp::read(&old).unwrap();
        assert_eq!(sbgp.grouping_type, FourCc::SEIG);
        assert_eq!(sbgp.runs().collect::<Vec<_>>(), [(5, 0), (6, 0x1_0001)]);
        damage(&old, |bytes| Sbgp::read(bytes).map(drop), old.len());
        let new = versioned(1, 0, &cat(&[b"rap ", &words(&[9, 1, 5, 1])]));
        assert_eq!(Sbgp::read(&new).unwrap().runs().collect::<Vec<_>>(), [(5, 1)]);
    }
}
