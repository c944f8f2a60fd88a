//! Sample Auxiliary Information Offsets Box.

use super::fields::{whole, Fields};
use super::fourcc::FourCc;
use super::saiz::aux_info_type;

/// Where the auxiliary information stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saio {
    /// `aux_info_type`, where it is written.
    pub aux_info_type: Option<FourCc>,
    /// `entry_count`: one for all samples, or one for each run.
    pub entry_count: u32,
    /// The first `offset`, counted like the data of the fragment.
    pub offset: u64,
}

impl Saio {
    /// ISO/IEC 14496-12, Sample Auxiliary Information Offsets Box.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        let (version, aux_info_type) = aux_info_type(&mut reader);
        let entry_count = reader.u32();
        whole(Self { aux_info_type, entry_count, offset: reader.sized(version > 0) }, &reader)
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::{cat, damage, versioned, words};
    use super::*;

    #[test]
    fn both_versions() {
        let short = versioned(0, 0, &words(&[1, 77]));
        assert_eq!(Saio::read(&short), Some(Saio { aux_info_type: None, entry_count: 1, offset: 77 }));
        damage(&short, Saio::read, 12);
        let long = versioned(1, 1, &cat(&[b"cbcs\0\0\0\0", &words(&[1, 1, 77])]));
        assert_eq!(Saio::read(&long).unwrap().offset, (1 << 32) + 77);
        damage(&long, Saio::read, 24);
    }
}
