//! AVC Configuration Box (`avcC`).

use alloc::string::String;

use super::codecs::{push_hex, push_text};
use super::fields::{whole, Fields};
use super::fourcc::FourCc;

/// The start of an AVCDecoderConfigurationRecord.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvcC {
    /// `AVCProfileIndication`.
    pub AVCProfileIndication: u8,
    /// `profile_compatibility`.
    pub profile_compatibility: u8,
    /// `AVCLevelIndication`.
    pub AVCLevelIndication: u8,
    /// Bytes of a NAL unit's length: 1, 2 or 4.
    pub nal_length_size: u8,
}

impl AvcC {
    /// ISO/IEC 14496-15, AVC decoder configuration record.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        reader.u8();
        whole(
            Self {
                AVCProfileIndication: reader.u8(),
                profile_compatibility: reader.u8(),
                AVCLevelIndication: reader.u8(),
                nal_length_size: (reader.u8() & 3) + 1,
            },
            &reader,
        )
    }

    /// Append `avc1.PPCCLL`. RFC 6381, ISO File Format Name Space.
    pub fn push_codec(&self, format: FourCc, out: &mut String) {
        format.push(out);
        push_text(out, ".");
        for byte in [self.AVCProfileIndication, self.profile_compatibility, self.AVCLevelIndication] {
            push_hex(out, u32::from(byte), 2, b'a');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::damage;
    use super::*;

    #[test]
    fn a_string_of_three_bytes() {
        let payload = [1, 0x64, 0, 0x0A, 0xFF, 0xE1];
        let avcc = AvcC::read(&payload).unwrap();
        assert_eq!(avcc.nal_length_size, 4);
        let mut out = String::new();
        avcc.push_codec(FourCc::AVC3, &mut out);
        assert_eq!(out, "avc3.64000a");
        damage(&payload, AvcC::read, 5);
    }
}
