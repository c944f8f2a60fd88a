//! Descriptors and their vocabularies: roles, channels, protection, properties.
//! ISO/IEC 23009-1, Descriptors.

use super::xml::{Element, Value};
use super::Mpd;
use crate::bytes::parse_u32;
use crate::error::ParseError;
use crate::presentation::{Rendition, RoleFlags, TrackKind};

/// What decides the kind of track besides its MIME type.
#[derive(Clone, Copy, Default)]
pub(super) struct Traits {
    pub(super) track: Option<TrackKind>,
    /// For fast forward only.
    pub(super) trick: bool,
    /// Pictures with several thumbnails each.
    pub(super) tiles: bool,
}

/// `schemeIdUri` and `value` of a descriptor.
pub(super) struct Property<'a> {
    pub(super) scheme: &'a str,
    pub(super) value: Option<Value<'a>>,
    scheme_value: Option<Value<'a>>,
}

pub(super) fn property<'a>(element: Element<'a>) -> Property<'a> {
    let mut found = Property { scheme: "", value: None, scheme_value: None };
    for (name, value) in element.attributes() {
        match name {
            "schemeIdUri" => {
                found.scheme = value.text;
                found.scheme_value = Some(value);
            }
            "value" => found.value = Some(value),
            _ => {}
        }
    }
    found
}

impl<'a> Mpd<'a> {
    /// Read a descriptor into `one`; false where `element` is none (and was not consumed).
    pub(super) fn descriptor(
        &mut self,
        element: Element<'a>,
        empty: bool,
        one: &mut Rendition,
        traits: &mut Traits,
    ) -> Result<bool, ParseError> {
        if !matches!(
            element.name,
            "Role"
                | "Accessibility"
                | "ContentProtection"
                | "AudioChannelConfiguration"
                | "EssentialProperty"
                | "SupplementalProperty"
                | "Label"
                | "ContentComponent"
        ) {
            return Ok(false);
        }
        if element.name == "Label" {
            if let Some(text) = self.content(empty)? {
                one.name = self.keep(text);
            }
            return Ok(true);
        }
        let Property { scheme, value, scheme_value } = property(element);
        let text = value.map_or("", |value| value.text);
        match element.name {
            "Role" => {
                if let Some(value) = value.filter(|_| one.roles.len() < 32) {
                    let role = self.keep(value);
                    one.roles.push(role);
                }
                one.role_flags.0 |= role_flag(text);
            }
            "Accessibility" => match (scheme, text) {
                // TV-Anytime AudioPurposeCS: 1 describes what is seen, 2 is for the hard of hearing.
                ("urn:tva:metadata:cs:AudioPurposeCS:2007", "1") => {
                    one.role_flags.0 |= RoleFlags::DESCRIPTION
                }
                ("urn:tva:metadata:cs:AudioPurposeCS:2007", "2") => one.role_flags.0 |= RoleFlags::CAPTION,
                ("urn:mpeg:dash:role:2011", role) => one.role_flags.0 |= role_flag(role),
                _ => {}
            },
            "ContentProtection" => {
                if let Some(scheme) = scheme_value.filter(|_| one.protection.len() < 16) {
                    let scheme = self.keep(scheme);
                    one.protection.push(scheme);
                }
            }
            "AudioChannelConfiguration" => one.channels = channels(scheme, text).unwrap_or(one.channels),
            "EssentialProperty" | "SupplementalProperty" => match scheme {
                "http://dashif.org/guidelines/trickmode" => traits.trick = true,
                "http://dashif.org/thumbnail_tile" | "http://dashif.org/guidelines/thumbnail_tile" => {
                    traits.tiles = true;
                }
                _ => {}
            },
            "ContentComponent" => {
                let kind = element.attributes().find(|(name, _)| *name == "contentType");
                traits.track = traits.track.or(kind.and_then(|(_, value)| content_type(value.text)));
            }
            _ => {}
        }
        self.leave(empty)?;
        Ok(true)
    }
}

/// ISO/IEC 23009-1, DASH role scheme.
fn role_flag(role: &str) -> u16 {
    match role {
        "main" => RoleFlags::MAIN,
        "alternate" => RoleFlags::ALTERNATE,
        "dub" => RoleFlags::DUB,
        "commentary" => RoleFlags::COMMENTARY,
        "subtitle" => RoleFlags::SUBTITLE,
        "caption" => RoleFlags::CAPTION,
        "description" => RoleFlags::DESCRIPTION,
        "easyreader" | "enhanced-audio-intelligibility" => RoleFlags::EASY,
        "forced-subtitle" | "forced_subtitle" => RoleFlags::FORCED,
        _ => 0,
    }
}

fn channels(scheme: &str, value: &str) -> Option<u32> {
    let number = parse_u32(value.as_bytes())?;
    match scheme {
        "urn:mpeg:dash:23003:3:audio_channel_configuration:2011" => Some(number),
        // ISO/IEC 23091-3 ChannelConfiguration: up to 6 the number of channels, 7 and 12 are 7.1.
        "urn:mpeg:mpegB:cicp:ChannelConfiguration" => Some(if matches!(number, 7 | 12) { 8 } else { number }),
        _ => None,
    }
}

/// `24`, `24/1` or `24000/1001`.
pub(super) fn frame_rate(text: &str) -> Option<(u32, u32)> {
    let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
    let rate = (parse_u32(numerator.as_bytes())?, parse_u32(denominator.as_bytes())?);
    (rate.1 > 0).then_some(rate)
}

pub(super) fn content_type(text: &str) -> Option<TrackKind> {
    match text {
        "video" => Some(TrackKind::Video),
        "audio" => Some(TrackKind::Audio),
        "text" => Some(TrackKind::Text),
        "image" => Some(TrackKind::Image),
        _ => None,
    }
}

/// What a MIME type carries; `application/mp4` says it by its codecs.
pub(super) fn track_of(mime: &str, codecs: &str) -> Option<TrackKind> {
    let (kind, subtype) = mime.split_once('/').unwrap_or((mime, ""));
    match (kind, subtype) {
        ("application", "ttml+xml" | "x-sub" | "x-subrip") => Some(TrackKind::Text),
        ("application", "mp4") if codecs.starts_with("stpp") || codecs.starts_with("wvtt") => {
            Some(TrackKind::Text)
        }
        _ => content_type(kind),
    }
}

/// Elements of the standard that change nothing for this player.
pub(super) fn is_ignored(name: &str) -> bool {
    matches!(
        name,
        "ProgramInformation"
            | "Location"
            | "PatchLocation"
            | "ServiceDescription"
            | "InitializationSet"
            | "InitializationGroup"
            | "InitializationPresentation"
            | "ContentSteering"
            | "LeapSecondInformation"
            | "Metrics"
            | "UTCTiming"
            | "EventStream"
            | "InbandEventStream"
            | "AssetIdentifier"
            | "Subset"
            | "EmptyAdaptationSet"
            | "Preselection"
            | "GroupLabel"
            | "SubRepresentation"
            | "ExtendedBandwidth"
            | "FramePacking"
            | "Switching"
            | "RandomAccess"
            | "Rating"
            | "Viewpoint"
            | "ProducerReferenceTime"
            | "Resync"
            | "OutputProtection"
            | "ContentPopularityRate"
            | "SegmentSequenceProperties"
            | "FailoverContent"
            | "Initialization"
            | "RepresentationIndex"
            | "BitstreamSwitching"
    )
}
