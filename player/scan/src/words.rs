//! The names that manifests use, as numbers: a comparison of numbers costs a few bytes of code
//! where a comparison of texts costs dozens.

use crate::work;

macro_rules! words {
    ($($name:ident $text:literal)*) => {
        /// A name that is known: of a tag (without its `#EXT`), an attribute, or an element.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "each is named as in its standard")]
        pub enum Word { Unknown, $($name,)* }

        const TEXTS: [&[u8]; COUNT] = [b"", $($text,)*];
        const WORDS: [Word; COUNT] = [Word::Unknown, $(Word::$name,)*];
        const COUNT: usize = 1 $(+ { let _ = Word::$name; 1 })*;
    };
}

words! {
    // HLS tags. RFC 8216bis 4.4, and de-facto ones.
    M3u b"M3U"
    Inf b"INF"
    Version b"-X-VERSION"
    ByteRange b"-X-BYTERANGE"
    Discontinuity b"-X-DISCONTINUITY"
    Key b"-X-KEY"
    Map b"-X-MAP"
    ProgramDateTime b"-X-PROGRAM-DATE-TIME"
    Gap b"-X-GAP"
    Bitrate b"-X-BITRATE"
    Part b"-X-PART"
    TargetDuration b"-X-TARGETDURATION"
    MediaSequence b"-X-MEDIA-SEQUENCE"
    DiscontinuitySequence b"-X-DISCONTINUITY-SEQUENCE"
    EndList b"-X-ENDLIST"
    PlaylistType b"-X-PLAYLIST-TYPE"
    IFramesOnly b"-X-I-FRAMES-ONLY"
    PartInf b"-X-PART-INF"
    ServerControl b"-X-SERVER-CONTROL"
    DateRange b"-X-DATERANGE"
    Skip b"-X-SKIP"
    PreloadHint b"-X-PRELOAD-HINT"
    RenditionReport b"-X-RENDITION-REPORT"
    Media b"-X-MEDIA"
    StreamInf b"-X-STREAM-INF"
    IFrameStreamInf b"-X-I-FRAME-STREAM-INF"
    SessionData b"-X-SESSION-DATA"
    SessionKey b"-X-SESSION-KEY"
    ContentSteering b"-X-CONTENT-STEERING"
    IndependentSegments b"-X-INDEPENDENT-SEGMENTS"
    Start b"-X-START"
    Define b"-X-DEFINE"
    ImageStreamInf b"-X-IMAGE-STREAM-INF"
    ImagesOnly b"-X-IMAGES-ONLY"
    Tiles b"-X-TILES"
    CueOut b"-X-CUE-OUT"
    CueOutCont b"-X-CUE-OUT-CONT"
    CueIn b"-X-CUE-IN"
    OatclsScte35 b"-OATCLS-SCTE35"
    Asset b"-X-ASSET"
    Prefetch b"-X-PREFETCH"
    PrefetchDiscontinuity b"-X-PREFETCH-DISCONTINUITY"
    AllowCache b"-X-ALLOW-CACHE"
    // HLS attributes.
    AAllowedCpc b"ALLOWED-CPC"
    AAssocLanguage b"ASSOC-LANGUAGE"
    AAudio b"AUDIO"
    AAutoselect b"AUTOSELECT"
    AAverageBandwidth b"AVERAGE-BANDWIDTH"
    ABandwidth b"BANDWIDTH"
    AByteRange b"BYTERANGE"
    AByteRangeLength b"BYTERANGE-LENGTH"
    AByteRangeStart b"BYTERANGE-START"
    ACanBlockReload b"CAN-BLOCK-RELOAD"
    ACanSkipDateRanges b"CAN-SKIP-DATERANGES"
    ACanSkipUntil b"CAN-SKIP-UNTIL"
    AChannels b"CHANNELS"
    ACharacteristics b"CHARACTERISTICS"
    AClass b"CLASS"
    AClosedCaptions b"CLOSED-CAPTIONS"
    ACodecs b"CODECS"
    ACue b"CUE"
    ADataId b"DATA-ID"
    ADefault b"DEFAULT"
    ADuration b"DURATION"
    ALowerDuration b"Duration"
    AElapsed b"ELAPSED"
    AElapsedTime b"ElapsedTime"
    AEndDate b"END-DATE"
    AEndOnNext b"END-ON-NEXT"
    AForced b"FORCED"
    AFrameRate b"FRAME-RATE"
    AGap b"GAP"
    AGroupId b"GROUP-ID"
    AHdcpLevel b"HDCP-LEVEL"
    AHoldBack b"HOLD-BACK"
    AId b"ID"
    AImport b"IMPORT"
    AIndependent b"INDEPENDENT"
    AInstreamId b"INSTREAM-ID"
    AIv b"IV"
    AKeyformat b"KEYFORMAT"
    AKeyformatVersions b"KEYFORMATVERSIONS"
    ALanguage b"LANGUAGE"
    ALastMsn b"LAST-MSN"
    ALastPart b"LAST-PART"
    ALayout b"LAYOUT"
    AMethod b"METHOD"
    AName b"NAME"
    APartHoldBack b"PART-HOLD-BACK"
    APartTarget b"PART-TARGET"
    APathwayId b"PATHWAY-ID"
    APlannedDuration b"PLANNED-DURATION"
    AQueryParam b"QUERYPARAM"
    ARemovedDateRanges b"RECENTLY-REMOVED-DATERANGES"
    AReqVideoLayout b"REQ-VIDEO-LAYOUT"
    AResolution b"RESOLUTION"
    ASampleRate b"SAMPLE-RATE"
    AScore b"SCORE"
    AServerUri b"SERVER-URI"
    ASkippedSegments b"SKIPPED-SEGMENTS"
    AStableRenditionId b"STABLE-RENDITION-ID"
    AStableVariantId b"STABLE-VARIANT-ID"
    AStartDate b"START-DATE"
    ASubtitles b"SUBTITLES"
    ASupplementalCodecs b"SUPPLEMENTAL-CODECS"
    ATimeOffset b"TIME-OFFSET"
    AType b"TYPE"
    AUri b"URI"
    AValue b"VALUE"
    AVideo b"VIDEO"
    AVideoRange b"VIDEO-RANGE"
}

const SLOTS: usize = 512;
const _: () = assert!(COUNT < 256 && COUNT * 2 < SLOTS);

/// Where each word stands among the texts; 0 where there is none. Open addressing, a step at a time.
const PLACES: [u8; SLOTS] = {
    let mut places = [0; SLOTS];
    let mut word = 1;
    while word < COUNT {
        let mut slot = slot_of(TEXTS[word], SLOTS);
        while places[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        places[slot] = word as u8;
        word += 1;
    }
    places
};

/// Where a hash begins, before the first byte.
pub(crate) const SEED: u32 = 0x811C_9DC5;

/// A hash with one more byte.
#[inline(always)]
pub(crate) const fn hashed(hash: u32, byte: u8) -> u32 {
    (hash ^ byte as u32).wrapping_mul(0x0100_0193)
}

/// The first of `slots` places where what has this hash is looked for.
#[inline(always)]
pub(crate) const fn slot(hash: u32, slots: usize) -> usize {
    ((hash >> 15 ^ hash) as usize) % slots
}

/// The first of `slots` places where a text is looked for.
pub(crate) const fn slot_of(text: &[u8], slots: usize) -> usize {
    let (mut hash, mut at) = (SEED, 0);
    while at < text.len() {
        hash = hashed(hash, text[at]);
        at += 1;
    }
    slot(hash, slots)
}

/// A number that stands for a text in tables of names: FNV-1a of 64 bits.
///
/// Two names of one manifest share it by chance once in a thousand million manifests; who makes them
/// share it by design mixes up names of his own.
pub fn hash_of(text: &[u8]) -> u64 {
    work::visit(text.len());
    text.iter().fold(START, |hash, byte| mixed(hash, *byte))
}

/// [`hash_of`] nothing.
pub const START: u64 = 0xCBF2_9CE4_8422_2325;

/// [`hash_of`] one byte more.
pub const fn mixed(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(0x0100_0000_01B3)
}

/// Longest word that is known; nothing longer is looked at.
pub(crate) const LONGEST: usize = {
    let (mut longest, mut word) = (0, 1);
    while word < COUNT {
        if TEXTS[word].len() > longest {
            longest = TEXTS[word].len();
        }
        word += 1;
    }
    longest
};

/// The word that is written so.
pub fn word_of(text: &[u8]) -> Word {
    if text.len() > LONGEST {
        return Word::Unknown;
    }
    work::visit(text.len());
    let hash = text.iter().fold(SEED, |hash, byte| hashed(hash, *byte));
    known(text, hash)
}

/// As [`word_of`], where the hash is known already.
#[inline]
pub(crate) fn known(text: &[u8], hash: u32) -> Word {
    #[cfg(feature = "switch")]
    if crate::switch::is_off(text) {
        return Word::Unknown;
    }
    let mut slot = slot(hash, SLOTS);
    loop {
        match PLACES[slot] as usize {
            0 => return Word::Unknown,
            place if TEXTS[place].len() == text.len() => {
                work::visit(text.len());
                if TEXTS[place] == text {
                    return WORDS[place];
                }
            }
            _ => {}
        }
        slot = (slot + 1) % SLOTS;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn each_word_is_found_and_others_are_not() {
        for place in 1..COUNT {
            assert_eq!(word_of(TEXTS[place]), WORDS[place]);
            let longer: Vec<u8> = TEXTS[place].iter().copied().chain([b'X', b'Q']).collect();
            assert_eq!(word_of(&longer), Word::Unknown);
            let twins = TEXTS.iter().filter(|text| **text == TEXTS[place]).count();
            assert_eq!(twins, 1, "a word stands once");
        }
        assert_eq!(word_of(b""), Word::Unknown);
        assert_eq!(word_of(b"-x-key"), Word::Unknown);
    }
}
