//! AV1 Codec Configuration Box (`av1C`).

use alloc::string::String;

use super::codecs::{push_parts, push_text};
use super::colr::Colr;
use super::fields::{whole, Fields};
use crate::bytes::push_number;

/// Configuration of AV1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Av1C {
    /// `seq_profile`.
    pub seq_profile: u8,
    /// `seq_level_idx_0`.
    pub seq_level_idx_0: u8,
    /// `seq_tier_0`: high where set.
    pub seq_tier_0: bool,
    /// 8, 10 or 12, of `high_bitdepth` and `twelve_bit`.
    pub bit_depth: u8,
    /// `monochrome`.
    pub monochrome: bool,
    /// `chroma_subsampling_x`, `chroma_subsampling_y` and `chroma_sample_position`.
    pub chroma: [u8; 3],
}

impl Av1C {
    /// AV1 Codec ISO Media File Format Binding, AV1 Codec Configuration Box.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        if reader.u8() != 0x81 {
            return None; // marker and version
        }
        let (first, second) = (reader.u8(), reader.u8());
        whole(
            Self {
                seq_profile: first >> 5,
                seq_level_idx_0: first & 31,
                seq_tier_0: second & 0x80 != 0,
                bit_depth: match second >> 5 & 3 {
                    0 | 1 => 8,
                    2 => 10,
                    _ => 12,
                },
                monochrome: second & 0x10 != 0,
                chroma: [second >> 3 & 1, second >> 2 & 1, second & 3],
            },
            &reader,
        )
    }

    /// Append `av01.P.LLT.DD` and, where it is not that of ordinary video, `.M.CCC.cp.tc.mc.F`.
    /// AV1 Codec ISO Media File Format Binding, Codecs Parameter String.
    pub fn push_codec(&self, colour: Option<Colr>, out: &mut String) {
        push_text(out, "av01.");
        push_number(out, u64::from(self.seq_profile), 1);
        push_parts(out, &[self.seq_level_idx_0]);
        push_text(out, if self.seq_tier_0 { "H" } else { "M" });
        push_parts(out, &[self.bit_depth]);
        let usual = Colr {
            colour_primaries: 1,
            transfer_characteristics: 1,
            matrix_coefficients: 1,
            full_range_flag: false,
        };
        let [x, y, mut position] = self.chroma;
        if (x, y) != (1, 1) {
            position = 0;
        }
        // The default of the optional part is 4:2:0 with an unknown position, BT.709.
        if (x, y, position, self.monochrome) == (1, 1, 0, false)
            && colour.is_none_or(|colour| colour == usual)
        {
            return;
        }
        let colour = colour.unwrap_or(usual);
        push_text(out, if self.monochrome { ".1." } else { ".0." });
        for digit in [x, y, position] {
            push_number(out, u64::from(digit), 1);
        }
        colour.push_parts(out);
        push_text(out, if colour.full_range_flag { ".1" } else { ".0" });
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::damage;
    use super::*;

    fn codec(bytes: [u8; 2], colour: Option<Colr>) -> String {
        let payload = [0x81, bytes[0], bytes[1], 0];
        damage(&payload, Av1C::read, 3);
        let mut out = String::new();
        Av1C::read(&payload).unwrap().push_codec(colour, &mut out);
        out
    }

    #[test]
    fn usual_video_is_short_and_hdr_is_long() {
        assert_eq!(codec([0x04, 0x0C], None), "av01.0.04M.08");
        let hdr = Colr {
            colour_primaries: 9,
            transfer_characteristics: 16,
            matrix_coefficients: 9,
            full_range_flag: false,
        };
        assert_eq!(codec([0x0D, 0xCE], Some(hdr)), "av01.0.13H.10.0.112.09.16.09.0");
        assert_eq!(codec([0x44, 0x74], None), "av01.2.04M.12.1.010.01.01.01.0");
        assert_eq!(Av1C::read(&[0x01, 0, 0, 0]), None, "no marker");
    }
}
