//! Descriptors and their vocabularies: roles, captions, channels, properties.
//! ISO/IEC 23009-1, Descriptors.

use alloc::vec::Vec;

use bitaca_player_scan::names::{name_of, Name};
use bitaca_player_scan::work;
use bitaca_player_scan::xml::Tag;

use super::model::{Descriptor, DescriptorKind};
use super::xml::{name, Value};
use super::Parser;
use crate::bytes::{parse_u32, push_number};
use crate::error::{ParseError, WarningCode};
use crate::limits;
use crate::presentation::{Rendition, RoleFlags, Span, TrackKind};
use crate::time::parse_signed_micro;

/// What decides the kind of track besides its MIME type.
#[derive(Default)]
pub(super) struct Traits {
    pub(super) track: Option<TrackKind>,
    /// For fast forward only.
    pub(super) trick: bool,
    /// Pictures with several thumbnails each: across and down.
    pub(super) tiles: Option<(u32, u32)>,
    /// An essential property that is not known: must not be presented.
    pub(super) unknown: bool,
    /// Captions inside the video: channel and language.
    pub(super) captions: Vec<(Span, Span)>,
    /// Of a representation, not of its set.
    pub(super) own: bool,
}

/// `@schemeIdUri` and `@value` of a descriptor.
#[derive(Clone, Copy)]
pub(super) struct Property {
    pub(super) scheme: Name,
    pub(super) scheme_at: Option<Value>,
    pub(super) value: Option<Value>,
}

impl Parser<'_> {
    pub(super) fn property(&mut self, tag: &Tag) -> Result<Property, ParseError> {
        let mut found = Property { scheme: Name::Unknown, scheme_at: None, value: None };
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            match name {
                Name::ASchemeIdUri => {
                    found.scheme = self.word(value);
                    found.scheme_at = Some(value);
                }
                Name::AValue => found.value = Some(value),
                _ => {}
            }
        }
        Ok(found)
    }

    /// Read a descriptor into `one`; false where `tag` is none (and was not consumed).
    pub(super) fn descriptor(
        &mut self,
        tag: &Tag,
        one: &mut Rendition,
        traits: &mut Traits,
    ) -> Result<bool, ParseError> {
        let kind = match tag.name {
            Name::Label => {
                self.label(tag, one, traits.own)?;
                return Ok(true);
            }
            Name::GroupLabel => {
                let label = self.content()?;
                if let Some(set) = self.this_set() {
                    set.group_label = label;
                }
                return Ok(true);
            }
            Name::ContentProtection => {
                let protection = self.content_protection(tag)?;
                if one.protection.len() < limits::PROTECTIONS {
                    one.protection.push(protection);
                }
                self.keep_shared(protection);
                return Ok(true);
            }
            Name::ProducerReferenceTime | Name::Resync => {
                self.timing(tag, traits.own)?;
                return Ok(true);
            }
            Name::ContentComponent => {
                let mut list = self.reader.attributes(tag);
                while let Some((name, value)) = self.reader.attribute(&mut list)? {
                    if name == Name::AContentType {
                        traits.track = traits.track.or(content_type(self.word(value)));
                    }
                }
                self.reader.skip()?;
                return Ok(true);
            }
            Name::Role | Name::AudioChannelConfiguration => None,
            Name::Accessibility => Some(DescriptorKind::Accessibility),
            Name::Viewpoint => Some(DescriptorKind::Viewpoint),
            Name::Rating => Some(DescriptorKind::Rating),
            Name::InbandEventStream => Some(DescriptorKind::InbandEvents),
            Name::SupplementalProperty => Some(DescriptorKind::Supplemental),
            Name::EssentialProperty => Some(DescriptorKind::Essential),
            _ => return Ok(false),
        };
        let property = self.property(tag)?;
        self.reader.skip()?;
        let at = property.value.unwrap_or_default();
        match tag.name {
            Name::Role => {
                if let Some(value) = property.value.filter(|_| one.roles.len() < limits::ROLES) {
                    let role = self.keep(value);
                    one.roles.push(role);
                }
                one.role_flags.0 |= role_flag(self.word(at));
            }
            Name::AudioChannelConfiguration => {
                one.channels = channels(property.scheme, self.bytes(at)).unwrap_or(one.channels);
            }
            Name::Accessibility => self.accessibility(property, one, traits),
            Name::SupplementalProperty | Name::EssentialProperty => {
                self.set_property(tag, property, one, traits);
            }
            _ => {}
        }
        if let Some(kind) = kind {
            let (scheme, scheme_hash) = self.keep_hashed(property.scheme_at);
            let (value, value_hash) = self.keep_hashed(property.value);
            let one = Descriptor { kind, scheme, value };
            // A representation often repeats what its siblings say.
            let hash = scheme_hash ^ value_hash.rotate_left(9) ^ kind as u64;
            if let Some(set) = self.info.sets.last_mut() {
                // Those of the set before are forgotten with it.
                self.said.truncate(set.descriptors.len());
                let known = self.said.contains(&hash);
                if set.descriptors.len() < limits::DESCRIPTORS && !known {
                    set.descriptors.push(one);
                    self.said.push(hash);
                }
            }
        }
        Ok(true)
    }

    /// ISO/IEC 23009-1, Labels. The first that says nothing about its language names the track, else the first.
    fn label(&mut self, tag: &Tag, one: &mut Rendition, own: bool) -> Result<(), ParseError> {
        let mut language = Span::NONE;
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            if name == Name::ALang {
                language = self.keep(value);
            }
        }
        let text = self.content()?;
        if text.is_none() {
            return Ok(());
        }
        let Some(set) = self.info.sets.last_mut().filter(|_| !own) else {
            one.name = text;
            return Ok(());
        };
        let plain = set.labels.iter().any(|(_, language)| language.is_none());
        if set.labels.is_empty() || language.is_none() && !plain {
            one.name = text;
        }
        if set.labels.len() < limits::LABELS {
            set.labels.push((text, language));
        }
        Ok(())
    }

    fn accessibility(&mut self, property: Property, one: &mut Rendition, traits: &mut Traits) {
        let at = property.value.unwrap_or_default();
        match property.scheme {
            // TV-Anytime AudioPurposeCS: 1 describes what is seen, 2 is for the hard of hearing.
            Name::UAudioPurpose => match self.bytes(at) {
                b"1" => one.role_flags.0 |= RoleFlags::DESCRIPTION,
                b"2" => one.role_flags.0 |= RoleFlags::CAPTION,
                _ => {}
            },
            Name::URole => one.role_flags.0 |= role_flag(self.word(at)),
            Name::UCea608 => self.captions(at, "CC", traits),
            Name::UCea708 => self.captions(at, "SERVICE", traits),
            _ => {}
        }
    }

    /// `CC1=eng;CC3=por`, `eng;por`, `1=lang:eng,er:1;2=lang:por`, or nothing: SCTE 214-1, Closed captions.
    fn captions(&mut self, value: Value, prefix: &str, traits: &mut Traits) {
        // Sixty-four channels take less.
        let text = value.of(self.text);
        let text = text.get(..text.len().min(900)).unwrap_or("");
        work::visit(2 * text.len());
        let is_608 = prefix.len() == 2;
        let plain = text.split(';').take(5).filter(|part| is_608 && !part.contains('=')).count();
        let mut at = value.start;
        for (place, part) in text.split(';').enumerate() {
            let start = at;
            at += part.len() + 1;
            if traits.captions.len() >= limits::CAPTIONS {
                break;
            }
            let equals = part.bytes().position(|byte| byte == b'=');
            let (channel, language) = part.split_at_checked(equals.unwrap_or(0)).unwrap_or(("", part));
            let mut name = alloc::string::String::from(prefix);
            let digits = channel.trim().trim_start_matches(|letter: char| !letter.is_ascii_digit());
            match parse_u32(digits.as_bytes()) {
                Some(number) => push_number(&mut name, u64::from(number), 1),
                // Of two languages without channels the second is in the second field: CC3.
                None if plain == 2 && place == 1 => name.push('3'),
                None => push_number(&mut name, place as u64 + 1, 1),
            }
            // `=`, and `lang:` before, more attributes behind the language.
            let mut from = start + part.len() - language.len() + usize::from(equals.is_some());
            let mut to = start + part.len();
            let language = self.text.get(from..to).unwrap_or("");
            if language.starts_with("lang:") {
                from += 5;
            }
            let language = self.text.get(from..to).unwrap_or("");
            if let Some(comma) = language.bytes().position(|byte| byte == b',') {
                to = from + comma;
            }
            let channel = self.movie.text.push(&name);
            let language = if from < to { self.span(Value { start: from, end: to }) } else { Span::NONE };
            traits.captions.push((channel, language));
        }
    }

    fn set_property(&mut self, tag: &Tag, property: Property, one: &mut Rendition, traits: &mut Traits) {
        let at = property.value.unwrap_or_default();
        match property.scheme {
            // DASH-IF Interoperability Points, Trick modes.
            Name::UTrickMode => {
                traits.trick = true;
                let kept = self.keep_opt(property.value);
                if let Some(set) = self.this_set() {
                    set.trick_of = kept;
                }
            }
            // DASH-IF Interoperability Points, Tiles of thumbnail images.
            Name::UTiles | Name::UTilesOld => {
                let grid = self.bytes(at);
                let cross = grid.iter().position(|byte| *byte == b'x').unwrap_or(grid.len());
                let (columns, rows) = grid.split_at_checked(cross).unwrap_or((grid, b""));
                let rows = parse_u32(rows.get(1..).unwrap_or(b""));
                let known = parse_u32(columns).zip(rows).filter(|(x, y)| *x > 0 && *y > 0);
                traits.tiles = Some(self.checked(known, at).unwrap_or((1, 1)));
            }
            // ISO/IEC 23091-2, TransferCharacteristics: 16 is PQ, 18 is HLG.
            Name::UTransfer => {
                let range = match self.bytes(at) {
                    b"16" => "PQ",
                    b"18" => "HLG",
                    _ => "SDR",
                };
                one.video_range = self.movie.text.push(range);
            }
            // ISO/IEC 23009-1, Adaptation set switching, and Period continuity and connectivity.
            Name::USwitching => {
                let kept = self.keep_opt(property.value);
                if let Some(set) = self.this_set() {
                    set.switching = kept;
                }
            }
            Name::UContinuity | Name::UConnectivity => {
                let kept = self.keep_opt(property.value);
                if let Some(set) = self.this_set() {
                    set.continues = kept;
                    set.seamless |= property.scheme == Name::UContinuity;
                }
            }
            Name::UPrimaries | Name::UMatrix | Name::UFullRange | Name::UFonts => {}
            _ if tag.name == Name::EssentialProperty => {
                traits.unknown = true;
                let what = property.scheme_at.unwrap_or(name(tag));
                self.warn(WarningCode::Skipped, what, "an essential property that is not known");
            }
            _ => {}
        }
    }
}

/// ISO/IEC 23009-1, DASH role scheme.
fn role_flag(role: Name) -> u16 {
    match role {
        Name::VMain => RoleFlags::MAIN,
        Name::VAlternate => RoleFlags::ALTERNATE,
        Name::VDub => RoleFlags::DUB,
        Name::VCommentary => RoleFlags::COMMENTARY,
        Name::VSubtitle => RoleFlags::SUBTITLE,
        Name::VCaption => RoleFlags::CAPTION,
        Name::VDescription => RoleFlags::DESCRIPTION,
        Name::VEasyReader | Name::VEnhancedIntelligibility => RoleFlags::EASY,
        Name::VForcedSubtitle | Name::VForcedUnderscore => RoleFlags::FORCED,
        _ => 0,
    }
}

/// How many channels an AudioChannelConfiguration says.
fn channels(scheme: Name, value: &[u8]) -> Option<u32> {
    match scheme {
        Name::UChannels | Name::UDtsChannels => parse_u32(value),
        // ISO/IEC 23091-3, ChannelConfiguration.
        Name::UChannelConfiguration => {
            const COUNTS: [u8; 21] = [0, 1, 2, 3, 4, 5, 6, 8, 2, 3, 4, 7, 8, 24, 8, 12, 10, 12, 14, 12, 14];
            COUNTS.get(parse_u32(value)? as usize).map(|count| u32::from(*count))
        }
        Name::UOutputChannels => {
            let names = value.split(|byte| *byte == b' ').filter(|name| !name.is_empty());
            Some(names.count() as u32)
        }
        // ETSI TS 102 366, channel map: from the left; six of the places are pairs.
        Name::UDolbyChannels | Name::UDolbyChannelsUrn => {
            let map = hexadecimal(value).filter(|map| *map < 1 << 16)?;
            Some(map.count_ones() + (map & 0b0000_0110_0111_0100).count_ones())
        }
        // ETSI TS 103 190-2, channel mask: from the right; groups of one or two.
        Name::UDolbyAc4Channels => {
            let mask = hexadecimal(value).filter(|mask| *mask < 1 << 24)?;
            Some(mask.count_ones() + (mask & 0x7_21BD).count_ones())
        }
        _ => None,
    }
}

fn hexadecimal(text: &[u8]) -> Option<u32> {
    let mut value = 0u32;
    for digit in text {
        value = value.checked_mul(16)? + char::from(*digit).to_digit(16)?;
    }
    (!text.is_empty()).then_some(value)
}

/// `24`, `24/1` or `24000/1001`; `29.97`, which some write, in thousandths.
pub(super) fn frame_rate(text: &[u8]) -> Option<(u32, u32)> {
    let Some(slash) = text.iter().position(|byte| *byte == b'/') else {
        let micro = parse_signed_micro(text)?;
        return match micro % 1_000_000 {
            0 => Some((u32::try_from(micro / 1_000_000).ok()?, 1)),
            _ => Some((u32::try_from(micro / 1_000).ok()?, 1_000)),
        };
    };
    let rate = (parse_u32(text.get(..slash)?)?, parse_u32(text.get(slash + 1..)?)?);
    (rate.1 > 0).then_some(rate)
}

pub(super) fn content_type(word: Name) -> Option<TrackKind> {
    match word {
        Name::VVideo => Some(TrackKind::Video),
        Name::VAudio => Some(TrackKind::Audio),
        Name::VText => Some(TrackKind::Text),
        Name::VImage => Some(TrackKind::Image),
        _ => None,
    }
}

/// What a MIME type carries; `application/mp4` says it by its codecs.
pub(super) fn track_of(mime: &str, codecs: &str) -> Option<TrackKind> {
    let slash = mime.bytes().position(|byte| byte == b'/').unwrap_or(mime.len());
    let kind = name_of(mime.get(..slash).unwrap_or("").as_bytes());
    let text = match mime.get(slash..) {
        Some("/ttml+xml" | "/x-sub" | "/x-subrip") => true,
        Some("/mp4") => codecs.starts_with("stpp") || codecs.starts_with("wvtt"),
        _ => false,
    };
    content_type(kind).or(text.then_some(TrackKind::Text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_of_every_scheme() {
        let count = |scheme, value: &str| channels(scheme, value.as_bytes());
        assert_eq!(count(Name::UChannels, "6"), Some(6));
        assert_eq!(count(Name::UChannelConfiguration, "7"), Some(8));
        assert_eq!(count(Name::UChannelConfiguration, "21"), None);
        assert_eq!(count(Name::UDolbyChannels, "F801"), Some(6));
        assert_eq!(count(Name::UDolbyChannels, "FA01"), Some(8));
        assert_eq!(count(Name::UDolbyChannelsUrn, "4000"), Some(1));
        assert_eq!(count(Name::UDolbyAc4Channels, "000047"), Some(6));
        assert_eq!(count(Name::UDolbyAc4Channels, "000001"), Some(2));
        assert_eq!(count(Name::UOutputChannels, "0 1 2"), Some(3));
        assert_eq!(count(Name::URole, "2"), None);
        assert_eq!(count(Name::UDolbyChannels, "zz"), None);
    }

    #[test]
    fn frame_rates() {
        assert_eq!(frame_rate(b"24000/1001"), Some((24_000, 1_001)));
        assert_eq!(frame_rate(b"15.00"), Some((15, 1)));
        assert_eq!(frame_rate(b"29.97"), Some((29_970, 1_000)));
        assert_eq!(frame_rate(b"25/0"), None);
        assert_eq!(frame_rate(b""), None);
    }

    #[test]
    fn kinds_of_tracks() {
        assert_eq!(track_of("video/mp4", ""), Some(TrackKind::Video));
        assert_eq!(track_of("application/mp4", "stpp.ttml.im1t"), Some(TrackKind::Text));
        assert_eq!(track_of("application/ttml+xml", ""), Some(TrackKind::Text));
        assert_eq!(track_of("application/mp4", "mett"), None);
        assert_eq!(track_of("", ""), None);
    }
}
