//! ES Descriptor Box (`esds`): MPEG-4 and MPEG-1/2 audio.

use alloc::string::String;

use super::asc::AudioSpecificConfig;
use super::codecs::{push_hex, push_text};
use super::fields::{whole, Fields};
use super::fourcc::FourCc;
use crate::bytes::push_number;

/// MPEG-4 Audio, whose details an AudioSpecificConfig tells.
const MPEG4_AUDIO: u8 = 0x40;

/// What decodes an elementary stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Esds {
    /// `objectTypeIndication`.
    pub objectTypeIndication: u8,
    /// The DecoderSpecificInfo of MPEG-4 audio.
    pub config: Option<AudioSpecificConfig>,
}

impl Esds {
    /// ISO/IEC 14496-14, ES Descriptor Box; ISO/IEC 14496-1, ES_Descriptor, DecoderConfigDescriptor.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        reader.full_box();
        let mut stream = Fields::new(descriptor(&mut reader, 3)?);
        stream.u16();
        let flags = stream.u8();
        if flags & 0x80 != 0 {
            stream.u16();
        }
        if flags & 0x40 != 0 {
            let url = stream.u8();
            stream.skip(usize::from(url));
        }
        if flags & 0x20 != 0 {
            stream.u16();
        }
        let mut decoder = Fields::new(descriptor(&mut stream, 4)?);
        let object_type = decoder.u8();
        decoder.skip(12); // streamType, bufferSizeDB, maxBitrate, avgBitrate
        let config = match object_type {
            MPEG4_AUDIO => descriptor(&mut decoder, 5).and_then(AudioSpecificConfig::read),
            _ => None,
        };
        whole(Self { objectTypeIndication: object_type, config }, &decoder)
    }

    /// Append `mp4a.40.2` and the like. RFC 6381, ISO File Format Name Space.
    pub fn push_codec(&self, format: FourCc, out: &mut String) {
        format.push(out);
        push_text(out, ".");
        push_hex(out, u32::from(self.objectTypeIndication), 2, b'a');
        if let Some(config) = self.config {
            push_text(out, ".");
            push_number(out, u64::from(config.object_type), 1);
        }
    }
}

/// The content of the next descriptor, which must have that tag.
/// ISO/IEC 14496-1, Expandable classes.
fn descriptor<'a>(reader: &mut Fields<'a>, tag: u8) -> Option<&'a [u8]> {
    if reader.u8() != tag {
        return None;
    }
    let mut size = 0;
    for _ in 0..4 {
        let byte = reader.u8();
        size = size << 7 | usize::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            let content = reader.take(size);
            return whole(content, reader);
        }
    }
    None
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::build::{cat, damage, versioned};
    use super::*;
    use alloc::vec::Vec;

    pub fn esds(object_type: u8, config: &[u8]) -> Vec<u8> {
        let config = cat(&[&[5, 0x80, 0x80, config.len() as u8], config]);
        let decoder = cat(&[&[4, 13 + config.len() as u8, object_type], &[0; 12], &config]);
        versioned(0, 0, &cat(&[&[3, 3 + decoder.len() as u8, 0, 1, 0], &decoder]))
    }

    fn codec(payload: &[u8]) -> String {
        let mut out = String::new();
        Esds::read(payload).unwrap().push_codec(FourCc::MP4A, &mut out);
        out
    }

    #[test]
    fn aac_and_mp3() {
        let aac = esds(0x40, &[0x11, 0x90]);
        assert_eq!(codec(&aac), "mp4a.40.2");
        assert_eq!(codec(&esds(0x6B, &[])), "mp4a.6b");
        assert_eq!(codec(&esds(0x40, &[0x2B, 0x11, 0x88])), "mp4a.40.5");
        damage(&aac, Esds::read, aac.len());
    }

    #[test]
    fn optional_fields_of_the_stream() {
        let mut payload = esds(0x40, &[0x11, 0x90]);
        payload[8] = 0xE0;
        payload.splice(9..9, [0, 1, 2, b'a', b'b', 0, 1]);
        payload[5] += 7;
        assert_eq!(codec(&payload), "mp4a.40.2");
    }

    #[test]
    fn endless_sizes_are_refused() {
        assert_eq!(Esds::read(&versioned(0, 0, &[3, 0x80, 0x80, 0x80, 0x80, 0])), None);
    }
}
