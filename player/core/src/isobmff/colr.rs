//! Colour Information Box: what HDR needs to be known as such.

use alloc::string::String;

use super::codecs::push_parts;
use super::fields::{whole, Fields};
use super::fourcc::FourCc;

/// Colour of the decoded pictures, in code points of ITU-T H.273.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colr {
    /// `colour_primaries`.
    pub colour_primaries: u8,
    /// `transfer_characteristics`: 16 is PQ, 18 is HLG.
    pub transfer_characteristics: u8,
    /// `matrix_coefficients`.
    pub matrix_coefficients: u8,
    /// `full_range_flag`.
    pub full_range_flag: bool,
}

impl Colr {
    /// ISO/IEC 14496-12, Colour Information Box, of type `nclx`, or `nclc` as QuickTime writes it.
    /// `None` for profiles too, which say nothing to a player.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        let colour_type = FourCc(reader.u32());
        if !matches!(colour_type, FourCc::NCLX | FourCc::NCLC) {
            return None;
        }
        // Code points have one byte; larger ones are reserved.
        let [primaries, transfer, matrix] = [0; 3].map(|_: u8| u8::try_from(reader.u16()).unwrap_or(2));
        whole(
            Self {
                colour_primaries: primaries,
                transfer_characteristics: transfer,
                matrix_coefficients: matrix,
                full_range_flag: colour_type == FourCc::NCLX && reader.u8() & 0x80 != 0,
            },
            &reader,
        )
    }

    /// Append `.cp.tc.mc`, as codec strings write it.
    pub(super) fn push_parts(&self, out: &mut String) {
        push_parts(out, &[self.colour_primaries, self.transfer_characteristics, self.matrix_coefficients]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::damage;
    use super::*;

    #[test]
    fn hdr10_and_quicktime() {
        let payload = b"nclx\0\x09\0\x10\0\x09\x80";
        let expected = Colr {
            colour_primaries: 9,
            transfer_characteristics: 16,
            matrix_coefficients: 9,
            full_range_flag: true,
        };
        assert_eq!(Colr::read(payload), Some(expected));
        damage(payload, Colr::read, 11);
        assert_eq!(Colr::read(b"nclc\0\x01\0\x01\0\x01").unwrap().transfer_characteristics, 1);
        assert_eq!(Colr::read(b"prof\0\x01\0\x01\0\x01\0"), None);
    }
}
