//! The names that MPDs use, as numbers: elements, attributes, enumerated values and schemes.
//! ISO/IEC 23009-1.

use crate::{blocks, work};

macro_rules! names {
    ($($name:ident $text:literal)*) => {
        #[repr(u16)]
        enum Place { Unknown, $($name,)* }

        #[allow(non_upper_case_globals, missing_docs, reason = "each is named as in its standard")]
        impl Name {
            pub const Unknown: Self = Self(Place::Unknown as u16);
            $(pub const $name: Self = Self(Place::$name as u16);)*
        }

        /// All names, one behind the other, and what makes the last ones eight bytes.
        const TEXT: &[u8] = concat!($($text,)* "        ").as_bytes();
        /// Where each ends.
        const ENDS: [u16; COUNT] = {
            let lengths = [0, $($text.len(),)*];
            let (mut ends, mut name, mut end) = ([0; COUNT], 0, 0);
            while name < COUNT {
                end += lengths[name];
                ends[name] = end as u16;
                name += 1;
            }
            ends
        };
        const COUNT: usize = 1 $(+ { let _ = Place::$name; 1 })*;
    };
}

/// A name that is known.
///
/// Elements are named as they are; `A` stands before attributes, `V` before values, `U` before
/// scheme URIs. Elements from [`Name::ProgramInformation`] to [`Name::BitstreamSwitching`] mean
/// nothing to a player.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub struct Name(u16);

names! {
    // Elements.
    Mpd "MPD"
    Period "Period"
    AdaptationSet "AdaptationSet"
    EmptyAdaptationSet "EmptyAdaptationSet"
    Representation "Representation"
    BaseUrl "BaseURL"
    SegmentBase "SegmentBase"
    SegmentList "SegmentList"
    SegmentTemplate "SegmentTemplate"
    SegmentTimeline "SegmentTimeline"
    S "S"
    SegmentUrl "SegmentURL"
    Initialization "Initialization"
    RepresentationIndex "RepresentationIndex"
    FailoverContent "FailoverContent"
    Fcs "FCS"
    Role "Role"
    Accessibility "Accessibility"
    Rating "Rating"
    Viewpoint "Viewpoint"
    ContentProtection "ContentProtection"
    EssentialProperty "EssentialProperty"
    SupplementalProperty "SupplementalProperty"
    AudioChannelConfiguration "AudioChannelConfiguration"
    InbandEventStream "InbandEventStream"
    EventStream "EventStream"
    Event "Event"
    Label "Label"
    GroupLabel "GroupLabel"
    ContentComponent "ContentComponent"
    Preselection "Preselection"
    Subset "Subset"
    AssetIdentifier "AssetIdentifier"
    UtcTiming "UTCTiming"
    Location "Location"
    PatchLocation "PatchLocation"
    ServiceDescription "ServiceDescription"
    Latency "Latency"
    PlaybackRate "PlaybackRate"
    ContentSteering "ContentSteering"
    ProducerReferenceTime "ProducerReferenceTime"
    Resync "Resync"
    Pssh "pssh"
    Pro "pro"
    Laurl "Laurl"
    MsLaurl "laurl"
    Patch "Patch"
    Add "add"
    Remove "remove"
    Replace "replace"
    // Elements that mean nothing to a player.
    ProgramInformation "ProgramInformation"
    Metrics "Metrics"
    LeapSecondInformation "LeapSecondInformation"
    InitializationSet "InitializationSet"
    InitializationGroup "InitializationGroup"
    InitializationPresentation "InitializationPresentation"
    SubRepresentation "SubRepresentation"
    FramePacking "FramePacking"
    Switching "Switching"
    RandomAccess "RandomAccess"
    OutputProtection "OutputProtection"
    ExtendedBandwidth "ExtendedBandwidth"
    ContentPopularityRate "ContentPopularityRate"
    SegmentSequenceProperties "SegmentSequenceProperties"
    Scope "Scope"
    OperatingQuality "OperatingQuality"
    OperatingBandwidth "OperatingBandwidth"
    ClientDataReporting "ClientDataReporting"
    BitstreamSwitching "BitstreamSwitching"
    // Attributes.
    AActuate "actuate"
    AAudioSamplingRate "audioSamplingRate"
    AAvailabilityEndTime "availabilityEndTime"
    AAvailabilityStartTime "availabilityStartTime"
    AAvailabilityTimeComplete "availabilityTimeComplete"
    AAvailabilityTimeOffset "availabilityTimeOffset"
    ABandwidth "bandwidth"
    ACodecs "codecs"
    AContains "contains"
    AContentEncoding "contentEncoding"
    AContentType "contentType"
    AD "d"
    ADIMax "dImax"
    ADIMin "dImin"
    ADt "dT"
    ADefaultKid "default_KID"
    ADefaultServiceLocation "defaultServiceLocation"
    ADependencyId "dependencyId"
    ADuration "duration"
    AEndNumber "endNumber"
    AEptDelta "eptDelta"
    AFrameRate "frameRate"
    AGroup "group"
    AHeight "height"
    AHref "href"
    AId "id"
    AIndexRange "indexRange"
    AInitialization "initialization"
    AK "k"
    ALabel "label"
    ALang "lang"
    ALicenseUrl "licenseUrl"
    AMarker "marker"
    AMax "max"
    AMaxSegmentDuration "maxSegmentDuration"
    AMedia "media"
    AMediaPresentationDuration "mediaPresentationDuration"
    AMediaRange "mediaRange"
    AMessageData "messageData"
    AMimeType "mimeType"
    AMin "min"
    AMinBufferTime "minBufferTime"
    AMinimumUpdatePeriod "minimumUpdatePeriod"
    AMpdId "mpdId"
    AN "n"
    AOriginalPublishTime "originalPublishTime"
    APos "pos"
    APreselectionComponents "preselectionComponents"
    APresentationTime "presentationTime"
    APresentationTimeOffset "presentationTimeOffset"
    APriority "priority"
    APublishTime "publishTime"
    AQueryBeforeStart "queryBeforeStart"
    AR "r"
    ARange "range"
    ARef "ref"
    ARefId "refId"
    ARobustness "robustness"
    ASar "sar"
    AScanType "scanType"
    ASchemeIdUri "schemeIdUri"
    ASel "sel"
    ASelectionPriority "selectionPriority"
    AServiceLocation "serviceLocation"
    ASourceUrl "sourceURL"
    AStart "start"
    AStartNumber "startNumber"
    ASuggestedPresentationDelay "suggestedPresentationDelay"
    ASupplementalCodecs "supplementalCodecs"
    AT "t"
    ATag "tag"
    ATarget "target"
    ATimeShiftBufferDepth "timeShiftBufferDepth"
    ATimescale "timescale"
    ATtl "ttl"
    AType "type"
    AValid "valid"
    AValue "value"
    AWallClockTime "wallClockTime"
    AWeight "weight"
    AWidth "width"
    // Values.
    VAlternate "alternate"
    VAudio "audio"
    VCaption "caption"
    VCommentary "commentary"
    VDescription "description"
    VDub "dub"
    VDynamic "dynamic"
    VEasyReader "easyreader"
    VEncoder "encoder"
    VEnhancedIntelligibility "enhanced-audio-intelligibility"
    VForcedSubtitle "forced-subtitle"
    VForcedUnderscore "forced_subtitle"
    VImage "image"
    VMain "main"
    VOnLoad "onLoad"
    VOnRequest "onRequest"
    VSubtitle "subtitle"
    VText "text"
    VVideo "video"
    VAfter "after"
    VBefore "before"
    VPrepend "prepend"
    // Scheme URIs.
    URole "urn:mpeg:dash:role:2011"
    UAudioPurpose "urn:tva:metadata:cs:AudioPurposeCS:2007"
    UCea608 "urn:scte:dash:cc:cea-608:2015"
    UCea708 "urn:scte:dash:cc:cea-708:2015"
    UChannels "urn:mpeg:dash:23003:3:audio_channel_configuration:2011"
    UChannelConfiguration "urn:mpeg:mpegB:cicp:ChannelConfiguration"
    UOutputChannels "urn:mpeg:mpegB:cicp:OutputChannelPositionList"
    UDolbyChannels "tag:dolby.com,2014:dash:audio_channel_configuration:2011"
    UDolbyChannelsUrn "urn:dolby:dash:audio_channel_configuration:2011"
    UDolbyAc4Channels "tag:dolby.com,2015:dash:audio_channel_configuration:2015"
    UDtsChannels "urn:dts:dash:audio_channel_configuration:2012"
    UTrickMode "http://dashif.org/guidelines/trickmode"
    UTiles "http://dashif.org/guidelines/thumbnail_tile"
    UTilesOld "http://dashif.org/thumbnail_tile"
    UTransfer "urn:mpeg:mpegB:cicp:TransferCharacteristics"
    UPrimaries "urn:mpeg:mpegB:cicp:ColourPrimaries"
    UMatrix "urn:mpeg:mpegB:cicp:MatrixCoefficients"
    UFullRange "urn:mpeg:mpegB:cicp:VideoFullRangeFlag"
    UFonts "urn:dvb:dash:fontdownload:2014"
    USwitching "urn:mpeg:dash:adaptation-set-switching:2016"
    UContinuity "urn:mpeg:dash:period-continuity:2015"
    UConnectivity "urn:mpeg:dash:period-connectivity:2015"
    UChaining "urn:mpeg:dash:mpd-chaining:2016"
    UFallback "urn:mpeg:dash:fallback:2016"
    UResolveToZero "urn:mpeg:dash:resolve-to-zero:2013"
    USidecar "urn:bitaca:sidecar:1"
    UDirect "urn:mpeg:dash:utc:direct:2014"
    UDirectOld "urn:mpeg:dash:utc:direct:2012"
    UHead "urn:mpeg:dash:utc:http-head:2014"
    UHeadOld "urn:mpeg:dash:utc:http-head:2012"
    UXsDate "urn:mpeg:dash:utc:http-xsdate:2014"
    UXsDateOld "urn:mpeg:dash:utc:http-xsdate:2012"
    UIso "urn:mpeg:dash:utc:http-iso:2014"
    UIsoOld "urn:mpeg:dash:utc:http-iso:2012"
    UHttpNtp "urn:mpeg:dash:utc:http-ntp:2014"
    UHttpNtpOld "urn:mpeg:dash:utc:http-ntp:2012"
    UMp4Protection "urn:mpeg:dash:mp4protection:2011"
}

const SLOTS: usize = 512;
const _: () = assert!(COUNT * 2 < SLOTS);

/// Where each name stands among the texts; 0 where there is none. Open addressing, a step at a time.
const PLACES: [u8; SLOTS] = {
    let mut places = [0; SLOTS];
    let mut name = 1;
    while name < COUNT {
        let (start, end) = (ENDS[name - 1] as usize, ENDS[name] as usize);
        let mut slot = slot(first_eight(TEXT, start, end), last_eight(TEXT, start, end));
        while places[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        places[slot] = name as u8;
        name += 1;
    }
    places
};

/// At most eight bytes from `start` on, the first in the lowest bits, for the tables.
const fn first_eight(text: &[u8], start: usize, end: usize) -> u64 {
    let (mut word, mut at) = (0, 0);
    while at < 8 && start + at < end {
        word |= (text[start + at] as u64) << (8 * at);
        at += 1;
    }
    word
}

/// The last eight bytes up to `end` of what is longer than that; nothing of what is not.
const fn last_eight(text: &[u8], start: usize, end: usize) -> u64 {
    if end - start > 8 {
        first_eight(text, end - 8, end)
    } else {
        0
    }
}

/// As [`first_eight`] and [`last_eight`], in steps that may overlap.
#[inline(always)]
fn both_ends(text: &[u8], start: usize, length: usize) -> (u64, u64) {
    let byte = |at: usize| text.get(start + at).map_or(0, |byte| u64::from(*byte) << (8 * at));
    let four = |at: usize| {
        let found = text.get(start + at..).and_then(|rest| rest.first_chunk::<4>());
        found.map_or(0, |four| u64::from(u32::from_le_bytes(*four)) << (8 * at))
    };
    let eight = |at: usize| blocks::word(text, start + at).unwrap_or(0);
    match length {
        0 => (0, 0),
        1..4 => (byte(0) | byte(length / 2) | byte(length - 1), 0),
        4..8 => (four(0) | four(length - 4), 0),
        8 => (eight(0), 0),
        _ => (eight(0), eight(length - 8)),
    }
}

/// As [`both_ends`] of a name that is known: eight bytes stand wherever one begins.
#[inline(always)]
fn known_ends(from: usize, length: usize) -> Option<(u64, u64)> {
    let first = blocks::word(TEXT, from)?;
    match length {
        ..8 => Some((first & !(u64::MAX << (8 * length)), 0)),
        8 => Some((first, 0)),
        _ => Some((first, blocks::word(TEXT, from + length - 8)?)),
    }
}

/// Where a name is looked for first. Few names share both of their ends.
#[inline(always)]
const fn slot(first: u64, last: u64) -> usize {
    const BITS: u32 = SLOTS.trailing_zeros();
    ((first ^ last.rotate_left(29)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - BITS)) as usize
}

/// Longest name that is known; nothing longer is looked at.
const LONGEST: usize = {
    let (mut longest, mut name) = (0, 1);
    while name < COUNT {
        let length = (ENDS[name] - ENDS[name - 1]) as usize;
        if length > longest {
            longest = length;
        }
        name += 1;
    }
    longest
};

/// The name that is written so.
pub fn name_of(text: &[u8]) -> Name {
    known(text, 0, text.len())
}

/// The name that stands from `start` to `end`.
#[inline(never)]
pub(crate) fn known(text: &[u8], start: usize, end: usize) -> Name {
    let length = end.saturating_sub(start);
    if length == 0 || length > LONGEST || end > text.len() {
        return Name::Unknown;
    }
    #[cfg(feature = "switch")]
    if crate::switch::is_off(&text[start..end]) {
        return Name::Unknown;
    }
    work::visit(length);
    let (first, last) = both_ends(text, start, length);
    let mut slot = slot(first, last);
    loop {
        let place = PLACES[slot] as usize;
        if place == 0 {
            return Name::Unknown;
        }
        let (from, to) = (ENDS[place - 1] as usize, ENDS[place] as usize);
        if to - from == length && known_ends(from, length) == Some((first, last)) {
            // What stands between the ends.
            let mut at = 8;
            while at + 8 < length && blocks::word(text, start + at) == blocks::word(TEXT, from + at) {
                at += 8;
            }
            if at + 8 >= length {
                return Name(place as u16);
            }
        }
        slot = (slot + 1) % SLOTS;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_found_and_others_are_not() {
        let text_of = |place: usize| &TEXT[usize::from(ENDS[place - 1])..usize::from(ENDS[place])];
        for place in 1..COUNT {
            let text = text_of(place);
            assert_eq!(name_of(text), Name(place as u16));
            assert_eq!(known(&[b"<", text, b"=........"].concat(), 1, 1 + text.len()), Name(place as u16));
            for odd in 0..text.len() {
                let mut other = text.to_vec();
                other[odd] ^= 0x80;
                assert_eq!(name_of(&other), Name::Unknown);
            }
            let twins = (1..COUNT).filter(|other| text_of(*other) == text).count();
            assert_eq!(twins, 1, "a name stands once");
        }
        assert_eq!(name_of(b"SegmentTemplate"), Name::SegmentTemplate);
        assert_eq!(name_of(b""), Name::Unknown);
        assert_eq!(name_of(b"mpd"), Name::Unknown);
    }
}
