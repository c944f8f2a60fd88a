//! HEVC Configuration Box (`hvcC`).

use alloc::string::String;

use super::codecs::{push_hex, push_text};
use super::fields::{whole, Fields};
use super::fourcc::FourCc;
use crate::bytes::push_number;

/// The start of an HEVCDecoderConfigurationRecord.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HvcC {
    /// `general_profile_space`, 0 to 3.
    pub general_profile_space: u8,
    /// `general_tier_flag`.
    pub general_tier_flag: bool,
    /// `general_profile_idc`.
    pub general_profile_idc: u8,
    /// `general_profile_compatibility_flags`.
    pub general_profile_compatibility_flags: u32,
    /// `general_constraint_indicator_flags`.
    pub general_constraint_indicator_flags: [u8; 6],
    /// `general_level_idc`.
    pub general_level_idc: u8,
    /// `bitDepthLumaMinus8` and eight.
    pub bit_depth: u8,
    /// Bytes of a NAL unit's length: 1, 2 or 4.
    pub nal_length_size: u8,
}

impl HvcC {
    /// ISO/IEC 14496-15, HEVC decoder configuration record.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        reader.u8();
        let profile = reader.u8();
        let compatibility = reader.u32();
        let constraints = reader.take(6).try_into().unwrap_or_default();
        let level = reader.u8();
        reader.skip(4); // min_spatial_segmentation_idc, parallelismType, chromaFormat
        let luma = reader.u8();
        reader.skip(3); // bitDepthChromaMinus8, avgFrameRate
        whole(
            Self {
                general_profile_space: profile >> 6,
                general_tier_flag: profile & 0x20 != 0,
                general_profile_idc: profile & 31,
                general_profile_compatibility_flags: compatibility,
                general_constraint_indicator_flags: constraints,
                general_level_idc: level,
                bit_depth: (luma & 7) + 8,
                nal_length_size: (reader.u8() & 3) + 1,
            },
            &reader,
        )
    }

    /// Append `hvc1.1.6.L93.B0`. ISO/IEC 14496-15, Sub-parameters of the MIME type "codecs" parameter.
    pub fn push_codec(&self, format: FourCc, out: &mut String) {
        format.push(out);
        push_text(out, ".");
        let space = ["", "A", "B", "C"].get(usize::from(self.general_profile_space));
        push_text(out, space.unwrap_or(&""));
        push_number(out, u64::from(self.general_profile_idc), 1);
        push_text(out, ".");
        push_hex(out, self.general_profile_compatibility_flags.reverse_bits(), 1, b'A');
        push_text(out, if self.general_tier_flag { ".H" } else { ".L" });
        push_number(out, u64::from(self.general_level_idc), 1);
        let flags = &self.general_constraint_indicator_flags;
        let written = flags.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        for byte in flags.iter().take(written) {
            push_text(out, ".");
            push_hex(out, u32::from(*byte), 1, b'A');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::damage;
    use super::*;

    fn codec(head: [u8; 13], format: FourCc) -> String {
        let mut payload = head.to_vec();
        payload.extend([0xF0, 0, 0xFC, 0xFD, 0xFA, 0xF8, 0, 0, 0x0F]);
        damage(&payload, HvcC::read, 22);
        let hvcc = HvcC::read(&payload).unwrap();
        assert_eq!((hvcc.bit_depth, hvcc.nal_length_size), (10, 4));
        let mut out = String::new();
        hvcc.push_codec(format, &mut out);
        out
    }

    #[test]
    fn main_main_10_and_a_profile_space() {
        let main = [1, 0x01, 0x60, 0, 0, 0, 0xB0, 0, 0, 0, 0, 0, 93];
        assert_eq!(codec(main, FourCc::HVC1), "hvc1.1.6.L93.B0");
        let main_10 = [1, 0x22, 0x20, 0, 0, 0, 0x90, 0, 0x0A, 0, 0, 0, 153];
        assert_eq!(codec(main_10, FourCc::HEV1), "hev1.2.4.H153.90.0.A");
        let spaced = [1, 0x41, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 30];
        assert_eq!(codec(spaced, FourCc::HVC1), "hvc1.A1.6.L30");
    }
}
