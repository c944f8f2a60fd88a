//! VP Codec Configuration Box (`vpcC`).

use alloc::string::String;

use super::codecs::push_parts;
use super::colr::Colr;
use super::fields::{whole, Fields};
use super::fourcc::FourCc;

/// Configuration of VP8 or VP9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VpcC {
    /// `profile`.
    pub profile: u8,
    /// `level`, ten times the level; 0: not known.
    pub level: u8,
    /// `bitDepth`.
    pub bitDepth: u8,
    /// `chromaSubsampling`.
    pub chromaSubsampling: u8,
    /// Colour; absent in version 0, which counted it differently.
    pub colour: Option<Colr>,
}

impl VpcC {
    /// VP Codec ISO Media File Format Binding, VP Codec Configuration Box.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        let (version, _) = reader.full_box();
        let (profile, level) = (reader.u8(), reader.u8());
        let bits = reader.u8();
        let bytes = reader.u8();
        if version == 0 {
            let (bit_depth, chroma) = (bits >> 4, bytes >> 4);
            return whole(
                Self { profile, level, bitDepth: bit_depth, chromaSubsampling: chroma, colour: None },
                &reader,
            );
        }
        let colour = Colr {
            colour_primaries: bytes,
            transfer_characteristics: reader.u8(),
            matrix_coefficients: reader.u8(),
            full_range_flag: bits & 1 != 0,
        };
        whole(
            Self {
                profile,
                level,
                bitDepth: bits >> 4,
                chromaSubsampling: bits >> 1 & 7,
                colour: Some(colour),
            },
            &reader,
        )
    }

    /// Append `vp09.PP.LL.DD` and, where known, `.CC.cp.tc.mc.FF`.
    /// VP Codec ISO Media File Format Binding, Codecs Parameter String.
    pub fn push_codec(&self, format: FourCc, out: &mut String) {
        format.push(out);
        push_parts(out, &[self.profile, self.level, self.bitDepth]);
        if let Some(colour) = self.colour {
            push_parts(out, &[self.chromaSubsampling]);
            colour.push_parts(out);
            push_parts(out, &[u8::from(colour.full_range_flag)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::{damage, versioned};
    use super::*;

    fn codec(payload: &[u8]) -> String {
        let mut out = String::new();
        VpcC::read(payload).unwrap().push_codec(FourCc::VP09, &mut out);
        out
    }

    #[test]
    fn both_versions() {
        let new = versioned(1, 0, &[2, 51, 0xA2 | 1, 9, 16, 9, 0, 0]);
        assert_eq!(codec(&new), "vp09.02.51.10.01.09.16.09.01");
        damage(&new, VpcC::read, 10);
        let old = versioned(0, 0, &[0, 31, 0x82, 0x10, 0, 0]);
        assert_eq!(codec(&old), "vp09.00.31.08");
        damage(&old, VpcC::read, 8);
    }
}
