//! Tracks: what each is, and its codec string.

use alloc::string::String;
use alloc::vec::Vec;

use super::ebml::Element;
use crate::bytes::Reader;
use crate::isobmff::asc::AudioSpecificConfig;
use crate::isobmff::av1c::Av1C;
use crate::isobmff::avcc::AvcC;
use crate::isobmff::codecs::{push_parts, push_text};
use crate::isobmff::hvcc::HvcC;
use crate::isobmff::{FourCc, TrackKind};
use crate::limits;

/// One TrackEntry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Track {
    /// `TrackNumber`.
    pub number: u64,
    /// `TrackType`.
    pub kind: TrackKind,
    /// The codec string, from `CodecID` and `CodecPrivate`; empty where there is none for it.
    pub codec: String,
    /// `LanguageBCP47` or `Language`; empty where it is not told.
    pub language: String,
    /// `PixelWidth`.
    pub width: u16,
    /// `PixelHeight`.
    pub height: u16,
    /// `Channels`.
    pub channels: u16,
    /// `OutputSamplingFrequency` or `SamplingFrequency`.
    pub sample_rate: u32,
    /// `ContentEncKeyID`, where it is encrypted.
    pub default_kid: Option<[u8; 16]>,
}

/// RFC 9559, Tracks Element.
pub fn read(element: &Element<'_>) -> Vec<Track> {
    let mut tracks = Vec::new();
    let mut children = element.children();
    while let Some(child) = children.next_element() {
        if child.id == 0xAE && tracks.len() < limits::TRACKS {
            tracks.push(Track::read(&child));
        }
    }
    tracks
}

impl Track {
    /// RFC 9559, TrackEntry Element.
    fn read(element: &Element<'_>) -> Self {
        let mut track = Self { channels: 1, ..Self::default() };
        let (mut codec_id, mut private) = ("", &[][..]);
        let mut children = element.children();
        while let Some(child) = children.next_element() {
            match child.id {
                0xD7 => track.number = child.unsigned().unwrap_or(0),
                0x83 => {
                    track.kind = match child.unsigned() {
                        Some(1) => TrackKind::Video,
                        Some(2) => TrackKind::Audio,
                        Some(17) => TrackKind::Text,
                        _ => TrackKind::Other,
                    }
                }
                0x86 => codec_id = child.string(),
                0x63A2 => private = child.content,
                0x22_B59D => track.language = String::from(child.string()),
                0x22_B59C if track.language.is_empty() => track.language = String::from(child.string()),
                0xE0 | 0xE1 => track.settings(&child),
                0x6D80 => track.default_kid = key(&child, 0),
                _ => {}
            }
        }
        if track.language == "und" {
            track.language.clear();
        }
        track.codec = codec(codec_id, private).unwrap_or_default();
        track
    }

    /// RFC 9559, Video Element; RFC 9559, Audio Element.
    fn settings(&mut self, element: &Element<'_>) {
        let mut children = element.children();
        while let Some(child) = children.next_element() {
            let number = child.unsigned().and_then(|value| u16::try_from(value).ok()).unwrap_or(0);
            match child.id {
                0xB0 => self.width = number,
                0xBA => self.height = number,
                0x9F => self.channels = number,
                // The output's frequency, where told, is the higher one.
                0xB5 | 0x78B5 => {
                    self.sample_rate = self.sample_rate.max(child.float().map_or(0, |rate| rate as u32));
                }
                _ => {}
            }
        }
    }
}

/// The ContentEncKeyID somewhere within ContentEncodings. RFC 9559, ContentEncryption Element.
fn key(element: &Element<'_>, depth: u32) -> Option<[u8; 16]> {
    let mut children = element.children();
    while let Some(child) = children.next_element() {
        match child.id {
            0x47E2 => return child.content.try_into().ok(),
            // ContentEncoding, ContentEncryption
            0x6240 | 0x5035 if depth < 2 => {
                if let Some(found) = key(&child, depth + 1) {
                    return Some(found);
                }
            }
            _ => {}
        }
    }
    None
}

/// RFC 6381 strings by `CodecID`. Matroska Media Container Codec Specifications, Codec Mappings.
fn codec(codec_id: &str, private: &[u8]) -> Option<String> {
    let mut out = String::new();
    match codec_id {
        "V_VP9" => vp9(private, &mut out),
        "V_AV1" => Av1C::read(private)?.push_codec(None, &mut out),
        "V_MPEG4/ISO/AVC" => AvcC::read(private)?.push_codec(FourCc::AVC1, &mut out),
        "V_MPEGH/ISO/HEVC" => HvcC::read(private)?.push_codec(FourCc::HVC1, &mut out),
        "A_AAC" => {
            push_text(&mut out, "mp4a.40.");
            let object_type = AudioSpecificConfig::read(private).map_or(2, |config| config.object_type);
            crate::bytes::push_number(&mut out, u64::from(object_type), 1);
        }
        _ => {
            const NAMES: [(&str, &str); 8] = [
                ("V_VP8", "vp8"),
                ("A_OPUS", "opus"),
                ("A_VORBIS", "vorbis"),
                ("A_FLAC", "flac"),
                ("A_AC3", "ac-3"),
                ("A_EAC3", "ec-3"),
                ("A_MPEG/L3", "mp3"),
                ("D_WEBVTT/SUBTITLES", "webvtt"),
            ];
            let (_, name) = NAMES.iter().find(|(id, _)| *id == codec_id)?;
            push_text(&mut out, name);
        }
    }
    Some(out)
}

/// VP9's optional CodecPrivate is a list of (id, length, value): profile, level, bit depth,
/// subsampling. Without it the short name says enough.
/// Matroska Media Container Codec Specifications, V_VP9.
fn vp9(private: &[u8], out: &mut String) {
    let mut features = [0u8; 5];
    let mut reader = Reader::new(private);
    while let (Some(id), Some(length)) = (reader.u8(), reader.u8()) {
        let Some(value) = reader.take(usize::from(length)) else { break };
        if let (Some(slot), [value]) = (features.get_mut(usize::from(id)), value) {
            *slot = *value;
        }
    }
    let [_, profile, level, depth, _] = features;
    if level == 0 {
        push_text(out, "vp9");
        return;
    }
    push_text(out, "vp09");
    push_parts(out, &[profile, level, depth.max(8)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codec_strings() {
        for (id, private, expected) in [
            ("V_VP9", &[][..], "vp9"),
            ("V_VP9", &[1, 1, 0, 2, 1, 31, 3, 1, 8, 4, 1, 1], "vp09.00.31.08"),
            ("V_VP8", &[], "vp8"),
            ("V_AV1", &[0x81, 0x04, 0x0C, 0], "av01.0.04M.08"),
            ("A_OPUS", b"OpusHead", "opus"),
            ("A_AAC", &[0x11, 0x90], "mp4a.40.2"),
            ("A_PCM/INT/LIT", &[], ""),
        ] {
            assert_eq!(codec(id, private).unwrap_or_default(), expected, "{id}");
        }
    }
}
