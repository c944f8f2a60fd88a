//! Packed audio: frames of AAC, MPEG audio, AC-3 or E-AC-3 without a container, with ID3 tags
//! that give the time. RFC 8216bis, Packed Audio.

pub(crate) mod id3;

use crate::mpegts::Stream;

/// Which frames stand at the beginning of `bytes`; `None` where there are none.
pub(crate) fn format(bytes: &[u8]) -> Option<Stream> {
    match bytes {
        [0x0B, 0x77, ..] => Some(Stream::Dolby),
        [0x56, second, ..] if second & 0xE0 == 0xE0 => Some(Stream::Latm),
        // Layer 0 is not one of MPEG audio.
        [0xFF, second, ..] if second & 0xF6 == 0xF0 => Some(Stream::Adts),
        [0xFF, second, ..] if second & 0xE0 == 0xE0 && second & 6 != 0 => Some(Stream::MpegAudio),
        _ => None,
    }
}
