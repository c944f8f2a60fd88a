//! What tags there are, where they may stand and what their values are. RFC 8216bis 4.4, Playlist Tags.

/// Where a tag may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Any playlist. 4.4.1 and 4.4.2.
    Any,
    /// Of a Media Playlist as a whole. 4.4.3.
    Media,
    /// Of a Media Segment. 4.4.4.
    Segment,
    /// Beside the segments. 4.4.5.
    Metadata,
    /// A Multivariant Playlist. 4.4.6.
    Multivariant,
}

/// What follows the colon of a tag.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    /// Nothing, not even a colon.
    None,
    /// A decimal-integer.
    Integer,
    /// Something that its own rules read.
    Other,
    /// One of these words.
    Word(&'static [&'static str]),
    /// An attribute-list.
    List(&'static [Attribute]),
}

/// What an attribute's value is. RFC 8216bis 4.2, Attribute Lists.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// decimal-integer
    Integer,
    /// hexadecimal-sequence of at most as many digits
    Hex(usize),
    /// decimal-floating-point
    Float,
    /// signed-decimal-floating-point
    Signed,
    /// quoted-string
    Quoted,
    /// quoted-string that may be empty
    QuotedOrEmpty,
    /// quoted-string with a URI
    Uri,
    /// quoted-string with a date and time
    Date,
    /// quoted-string with a language tag
    Language,
    /// quoted-string of letters, digits and these signs
    Signs(&'static str),
    /// quoted-string of letters and these signs
    Letters(&'static str),
    /// quoted-string with a byte range `n[@o]`; whether `@o` is required
    Range(bool),
    /// quoted-string with positive integers between slashes
    Versions,
    /// quoted-string that is one of these
    QuotedWord(&'static [&'static str]),
    /// enumerated-string
    Word(&'static [&'static str]),
    /// enumerated-string-list
    Words(&'static [&'static str]),
    /// decimal-resolution
    Resolution,
    /// quoted-string, or the enumerated-string NONE
    QuotedOrNone,
    /// quoted-string, hexadecimal-sequence or signed-decimal-floating-point
    Extension,
}

/// An attribute.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// Whether the tag must have it, whatever the others say.
    pub required: bool,
}

/// A tag.
#[derive(Clone, Copy, Debug)]
pub struct Tag {
    /// Its name, without `#`.
    pub name: &'static str,
    /// Where it is defined.
    pub section: &'static str,
    /// Where it may stand.
    pub place: Place,
    /// Whether a playlist has it at most once.
    pub once: bool,
    /// What follows the colon.
    pub value: Value,
}

const fn must(name: &'static str, kind: Kind) -> Attribute {
    Attribute { name, kind, required: true }
}

const fn may(name: &'static str, kind: Kind) -> Attribute {
    Attribute { name, kind, required: false }
}

const YES: &[&str] = &["YES"];
const YES_NO: &[&str] = &["YES", "NO"];
const NAME: Kind = Kind::Signs("-_");
const STABLE: Kind = Kind::Signs("+/=.-_");
/// Pathway IDs. Content Steering, Steering Manifest.
const PATHWAY: Kind = Kind::Signs(".-_");
const HDCP: &[&str] = &["TYPE-0", "TYPE-1", "NONE"];
const RANGES: &[&str] = &["SDR", "HLG", "PQ"];

const KEY: &[Attribute] = &[
    must("METHOD", Kind::Word(&["NONE", "AES-128", "SAMPLE-AES", "SAMPLE-AES-CTR", "AES-256-GCM"])),
    may("URI", Kind::Uri),
    may("IV", Kind::Hex(32)),
    may("KEYFORMAT", Kind::Quoted),
    may("KEYFORMATVERSIONS", Kind::Versions),
];

const DATERANGE: &[Attribute] = &[
    must("ID", Kind::Quoted),
    may("CLASS", Kind::Quoted),
    may("START-DATE", Kind::Date),
    may("CUE", Kind::Words(&["PRE", "POST", "ONCE"])),
    may("END-DATE", Kind::Date),
    may("DURATION", Kind::Float),
    may("PLANNED-DURATION", Kind::Float),
    may("SCTE35-CMD", Kind::Hex(usize::MAX)),
    may("SCTE35-OUT", Kind::Hex(usize::MAX)),
    may("SCTE35-IN", Kind::Hex(usize::MAX)),
    may("END-ON-NEXT", Kind::Word(YES)),
];

const MEDIA: &[Attribute] = &[
    must("TYPE", Kind::Word(&["AUDIO", "VIDEO", "SUBTITLES", "CLOSED-CAPTIONS"])),
    may("URI", Kind::Uri),
    must("GROUP-ID", Kind::Quoted),
    may("LANGUAGE", Kind::Language),
    may("ASSOC-LANGUAGE", Kind::Language),
    must("NAME", Kind::Quoted),
    may("STABLE-RENDITION-ID", STABLE),
    may("DEFAULT", Kind::Word(YES_NO)),
    may("AUTOSELECT", Kind::Word(YES_NO)),
    may("FORCED", Kind::Word(YES_NO)),
    may("INSTREAM-ID", Kind::Signs(".")),
    may("BIT-DEPTH", Kind::Integer),
    may("SAMPLE-RATE", Kind::Integer),
    may("CHARACTERISTICS", Kind::Quoted),
    may("CHANNELS", Kind::Quoted),
];

const STREAM_INF: &[Attribute] = &[
    must("BANDWIDTH", Kind::Integer),
    may("AVERAGE-BANDWIDTH", Kind::Integer),
    may("SCORE", Kind::Float),
    may("CODECS", Kind::Quoted),
    may("SUPPLEMENTAL-CODECS", Kind::Quoted),
    may("RESOLUTION", Kind::Resolution),
    may("FRAME-RATE", Kind::Float),
    may("HDCP-LEVEL", Kind::Word(HDCP)),
    may("ALLOWED-CPC", Kind::QuotedOrEmpty),
    may("VIDEO-RANGE", Kind::Word(RANGES)),
    may("REQ-VIDEO-LAYOUT", Kind::Quoted),
    may("STABLE-VARIANT-ID", STABLE),
    may("AUDIO", Kind::Quoted),
    may("VIDEO", Kind::Quoted),
    may("SUBTITLES", Kind::Quoted),
    may("CLOSED-CAPTIONS", Kind::QuotedOrNone),
    may("PATHWAY-ID", PATHWAY),
];

const I_FRAME_STREAM_INF: &[Attribute] = &[
    must("BANDWIDTH", Kind::Integer),
    must("URI", Kind::Uri),
    may("AVERAGE-BANDWIDTH", Kind::Integer),
    may("SCORE", Kind::Float),
    may("CODECS", Kind::Quoted),
    may("SUPPLEMENTAL-CODECS", Kind::Quoted),
    may("RESOLUTION", Kind::Resolution),
    may("HDCP-LEVEL", Kind::Word(HDCP)),
    may("ALLOWED-CPC", Kind::QuotedOrEmpty),
    may("VIDEO-RANGE", Kind::Word(RANGES)),
    may("REQ-VIDEO-LAYOUT", Kind::Quoted),
    may("STABLE-VARIANT-ID", STABLE),
    may("VIDEO", Kind::Quoted),
    may("PATHWAY-ID", PATHWAY),
];

macro_rules! tag {
    ($name:literal $section:literal $place:ident $once:literal $value:expr) => {
        Tag {
            name: $name,
            section: concat!("RFC 8216bis ", $section),
            place: Place::$place,
            once: $once,
            value: $value,
        }
    };
}

/// The tags of the standard, in its order.
pub const TAGS: &[Tag] = &[
    tag!("EXTM3U" "4.4.1.1" Any false Value::None),
    tag!("EXT-X-VERSION" "4.4.1.2" Any true Value::Integer),
    tag!("EXT-X-INDEPENDENT-SEGMENTS" "4.4.2.1" Any true Value::None),
    tag!("EXT-X-START" "4.4.2.2" Any true Value::List(&[
        must("TIME-OFFSET", Kind::Signed), may("PRECISE", Kind::Word(YES_NO))])),
    tag!("EXT-X-DEFINE" "4.4.2.3" Any false Value::List(&[
        may("NAME", NAME), may("VALUE", Kind::QuotedOrEmpty), may("IMPORT", NAME), may("QUERYPARAM", NAME)])),
    tag!("EXT-X-TARGETDURATION" "4.4.3.1" Media true Value::Integer),
    tag!("EXT-X-MEDIA-SEQUENCE" "4.4.3.2" Media true Value::Integer),
    tag!("EXT-X-DISCONTINUITY-SEQUENCE" "4.4.3.3" Media true Value::Integer),
    tag!("EXT-X-ENDLIST" "4.4.3.4" Media true Value::None),
    tag!("EXT-X-PLAYLIST-TYPE" "4.4.3.5" Media true Value::Word(&["EVENT", "VOD"])),
    tag!("EXT-X-I-FRAMES-ONLY" "4.4.3.6" Media true Value::None),
    tag!("EXT-X-PART-INF" "4.4.3.7" Media true Value::List(&[must("PART-TARGET", Kind::Float)])),
    tag!("EXT-X-SERVER-CONTROL" "4.4.3.8" Media true Value::List(&[
        may("CAN-SKIP-UNTIL", Kind::Float), may("CAN-SKIP-DATERANGES", Kind::Word(YES)),
        may("HOLD-BACK", Kind::Float), may("PART-HOLD-BACK", Kind::Float),
        may("CAN-BLOCK-RELOAD", Kind::Word(YES))])),
    tag!("EXTINF" "4.4.4.1" Segment false Value::Other),
    tag!("EXT-X-BYTERANGE" "4.4.4.2" Segment false Value::Other),
    tag!("EXT-X-DISCONTINUITY" "4.4.4.3" Segment false Value::None),
    tag!("EXT-X-KEY" "4.4.4.4" Segment false Value::List(KEY)),
    tag!("EXT-X-MAP" "4.4.4.5" Segment false Value::List(&[must("URI", Kind::Uri), may("BYTERANGE", Kind::Range(true))])),
    tag!("EXT-X-PROGRAM-DATE-TIME" "4.4.4.6" Segment false Value::Other),
    tag!("EXT-X-GAP" "4.4.4.7" Segment false Value::None),
    tag!("EXT-X-BITRATE" "4.4.4.8" Segment false Value::Integer),
    tag!("EXT-X-PART" "4.4.4.9" Segment false Value::List(&[
        must("URI", Kind::Uri), must("DURATION", Kind::Float), may("INDEPENDENT", Kind::Word(YES)),
        may("BYTERANGE", Kind::Range(false)), may("GAP", Kind::Word(YES))])),
    tag!("EXT-X-DATERANGE" "4.4.5.1" Metadata false Value::List(DATERANGE)),
    tag!("EXT-X-SKIP" "4.4.5.2" Metadata true Value::List(&[
        must("SKIPPED-SEGMENTS", Kind::Integer), may("RECENTLY-REMOVED-DATERANGES", Kind::QuotedOrEmpty)])),
    tag!("EXT-X-PRELOAD-HINT" "4.4.5.3" Metadata false Value::List(&[
        must("TYPE", Kind::Word(&["PART", "MAP"])), must("URI", Kind::Uri),
        may("BYTERANGE-START", Kind::Integer), may("BYTERANGE-LENGTH", Kind::Integer)])),
    tag!("EXT-X-RENDITION-REPORT" "4.4.5.4" Metadata false Value::List(&[
        must("URI", Kind::Uri), may("LAST-MSN", Kind::Integer), may("LAST-PART", Kind::Integer)])),
    tag!("EXT-X-MEDIA" "4.4.6.1" Multivariant false Value::List(MEDIA)),
    tag!("EXT-X-STREAM-INF" "4.4.6.2" Multivariant false Value::List(STREAM_INF)),
    tag!("EXT-X-I-FRAME-STREAM-INF" "4.4.6.3" Multivariant false Value::List(I_FRAME_STREAM_INF)),
    tag!("EXT-X-SESSION-DATA" "4.4.6.4" Multivariant false Value::List(&[
        must("DATA-ID", Kind::Quoted), may("VALUE", Kind::Quoted), may("URI", Kind::Uri),
        may("FORMAT", Kind::Word(&["JSON", "RAW"])), may("LANGUAGE", Kind::Language)])),
    tag!("EXT-X-SESSION-KEY" "4.4.6.5" Multivariant false Value::List(KEY)),
    tag!("EXT-X-CONTENT-STEERING" "4.4.6.6" Multivariant true Value::List(&[
        must("SERVER-URI", Kind::Uri), may("PATHWAY-ID", PATHWAY)])),
];

/// Attributes of a date range of class `com.apple.hls.interstitial`. RFC 8216bis D.2 and D.3.
pub const INTERSTITIAL: &[Attribute] = &[
    may("X-ASSET-URI", Kind::Uri),
    may("X-ASSET-LIST", Kind::Uri),
    may("X-RESUME-OFFSET", Kind::Signed),
    may("X-PLAYOUT-LIMIT", Kind::Float),
    may("X-SNAP", Kind::Words(&["OUT", "IN"])),
    may("X-RESTRICT", Kind::Words(&["SKIP", "JUMP"])),
    may("X-CONTENT-MAY-VARY", Kind::QuotedWord(YES_NO)),
    may("X-TIMELINE-OCCUPIES", Kind::QuotedWord(&["POINT", "RANGE"])),
    may("X-TIMELINE-STYLE", Kind::QuotedWord(&["HIGHLIGHT", "PRIMARY"])),
    may("X-SKIP-CONTROL-OFFSET", Kind::Integer),
    may("X-SKIP-CONTROL-DURATION", Kind::Integer),
    may("X-SKIP-CONTROL-LABEL-ID", Kind::Letters("-_")),
];

/// Attributes of a date range of class `com.apple.hls.preload`. RFC 8216bis F.
pub const PRELOAD: &[Attribute] =
    &[must("X-URI", Kind::Uri), must("X-TARGET-ID", Kind::Quoted), must("X-TARGET-CLASS", Kind::Quoted)];

/// Tags that are no part of the standard and that many know.
pub const DE_FACTO: &[&str] = &[
    "EXT-X-CUE-OUT",
    "EXT-X-CUE-OUT-CONT",
    "EXT-X-CUE-IN",
    "EXT-X-CUE",
    "EXT-X-SCTE35",
    "EXT-OATCLS-SCTE35",
    "EXT-X-ASSET",
    "EXT-X-IMAGE-STREAM-INF",
    "EXT-X-IMAGES-ONLY",
    "EXT-X-TILES",
    "EXT-X-PREFETCH",
    "EXT-X-PREFETCH-DISCONTINUITY",
    "EXT-X-TWITCH-PREFETCH",
];

/// The tag of this name.
pub fn tag(name: &str) -> Option<&'static Tag> {
    TAGS.iter().find(|tag| tag.name == name)
}

/// The attributes of a tag.
pub fn attributes(tag: &Tag) -> &'static [Attribute] {
    match tag.value {
        Value::List(attributes) => attributes,
        _ => &[],
    }
}
