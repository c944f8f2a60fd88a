//! The MPD's schema as tables: elements with their attributes and children, in the order of the schema's sequences.
//! ISO/IEC 23009-1, DASH-MPD.xsd (fifth edition), and elements that were added since.

use super::types::Type;

/// An attribute: name, type, whether it is required.
pub type Attribute = (&'static str, Type, bool);

/// A child: name, least and greatest number (0: any).
pub type Child = (&'static str, usize, usize);

/// An element.
#[derive(Debug)]
pub struct Element {
    /// Its name.
    pub name: &'static str,
    /// Where it is defined.
    pub section: &'static str,
    /// Its attributes; several tables, because many share some.
    pub attributes: &'static [&'static [Attribute]],
    /// Its children in order, likewise.
    pub children: &'static [&'static [Child]],
    /// Whether it holds text.
    pub text: bool,
}

impl Element {
    /// All its attributes.
    pub fn attributes(&self) -> impl Iterator<Item = &'static Attribute> {
        self.attributes.iter().flat_map(|table| table.iter())
    }

    /// All its children.
    pub fn children(&self) -> impl Iterator<Item = &'static Child> {
        self.children.iter().flat_map(|table| table.iter())
    }
}

macro_rules! names {
    ($($name:literal $section:literal [$($attributes:expr),*] [$($children:expr),*] $text:literal;)*) => {
        /// All elements.
        pub const ELEMENTS: &[Element] = &[$(Element {
            name: $name,
            section: concat!("ISO/IEC 23009-1, ", $section),
            attributes: &[$($attributes),*],
            children: &[$($children),*],
            text: $text,
        }),*];
    };
}

const DESCRIPTOR: &[Attribute] =
    &[("schemeIdUri", Type::Uri, true), ("value", Type::Text, false), ("id", Type::Text, false)];
const CONTENT_TYPES: Type = Type::Word(&["text", "image", "audio", "video", "application", "font"]);

const COMMON: &[Attribute] = &[
    ("profiles", Type::Profiles, false),
    ("width", Type::UInt, false),
    ("height", Type::UInt, false),
    ("sar", Type::Ratio, false),
    ("frameRate", Type::FrameRate, false),
    ("audioSamplingRate", Type::SamplingRate, false),
    ("mimeType", Type::Text, false),
    ("segmentProfiles", Type::Words, false),
    ("codecs", Type::Codecs, false),
    ("containerProfiles", Type::Words, false),
    ("maximumSAPPeriod", Type::Double, false),
    ("startWithSAP", Type::Sap, false),
    ("maxPlayoutRate", Type::Double, false),
    ("codingDependency", Type::Bool, false),
    ("scanType", Type::Word(&["progressive", "interlaced", "unknown"]), false),
    ("selectionPriority", Type::UInt, false),
    ("tag", Type::Text, false),
    // Of the amendment on supplemental codecs.
    ("supplementalCodecs", Type::Text, false),
    ("supplementalProfiles", Type::Text, false),
];

const COMMON_CHILDREN: &[Child] = &[
    ("FramePacking", 0, 0),
    ("AudioChannelConfiguration", 0, 0),
    ("ContentProtection", 0, 0),
    ("OutputProtection", 0, 1),
    ("EssentialProperty", 0, 0),
    ("SupplementalProperty", 0, 0),
    ("InbandEventStream", 0, 0),
    ("Switching", 0, 0),
    ("RandomAccess", 0, 0),
    ("GroupLabel", 0, 0),
    ("Label", 0, 0),
    ("ProducerReferenceTime", 0, 0),
    ("ContentPopularityRate", 0, 0),
    ("Resync", 0, 0),
];

const CHOICE: &[Child] = &[("Accessibility", 0, 0), ("Role", 0, 0), ("Rating", 0, 0), ("Viewpoint", 0, 0)];

const SEGMENT_INFO: &[Child] = &[("SegmentBase", 0, 1), ("SegmentList", 0, 1), ("SegmentTemplate", 0, 1)];

const SEGMENT_BASE: &[Attribute] = &[
    ("timescale", Type::Positive, false),
    ("eptDelta", Type::Integer, false),
    ("pdDelta", Type::Integer, false),
    ("presentationTimeOffset", Type::ULong, false),
    ("presentationDuration", Type::ULong, false),
    ("timeShiftBufferDepth", Type::Duration, false),
    ("indexRange", Type::Range, false),
    ("indexRangeExact", Type::Bool, false),
    ("availabilityTimeOffset", Type::Double, false),
    ("availabilityTimeComplete", Type::Bool, false),
];
const SEGMENT_BASE_CHILDREN: &[Child] =
    &[("Initialization", 0, 1), ("RepresentationIndex", 0, 1), ("FailoverContent", 0, 1)];
const MULTIPLE: &[Attribute] =
    &[("duration", Type::UInt, false), ("startNumber", Type::UInt, false), ("endNumber", Type::UInt, false)];
const MULTIPLE_CHILDREN: &[Child] = &[("SegmentTimeline", 0, 1), ("BitstreamSwitching", 0, 1)];
const URL: &[Attribute] = &[("sourceURL", Type::Uri, false), ("range", Type::Range, false)];

const EVENT_STREAM: &[Attribute] = &[
    ("schemeIdUri", Type::Uri, true),
    ("value", Type::Text, false),
    ("timescale", Type::Positive, false),
    ("presentationTimeOffset", Type::ULong, false),
];

const OPERATING: &[Attribute] = &[
    ("mediaType", Type::Word(&["video", "audio", "any", "all"]), false),
    ("min", Type::UInt, false),
    ("max", Type::UInt, false),
    ("target", Type::UInt, false),
    ("type", Type::Uri, false),
    ("maxDifference", Type::UInt, false),
];

const UINT_WITH_ID: &[Attribute] =
    &[("id", Type::UInt, true), ("profiles", Type::Profiles, false), ("contentType", CONTENT_TYPES, false)];

const LABEL: &[Attribute] = &[("id", Type::UInt, false), ("lang", Type::Language, false)];

const MPD: &[Attribute] = &[
    ("id", Type::Text, false),
    ("profiles", Type::Profiles, true),
    ("type", Type::Word(&["static", "dynamic"]), false),
    ("availabilityStartTime", Type::DateTime, false),
    ("availabilityEndTime", Type::DateTime, false),
    ("publishTime", Type::DateTime, false),
    ("mediaPresentationDuration", Type::Duration, false),
    ("minimumUpdatePeriod", Type::Duration, false),
    ("minBufferTime", Type::Duration, true),
    ("timeShiftBufferDepth", Type::Duration, false),
    ("suggestedPresentationDelay", Type::Duration, false),
    ("maxSegmentDuration", Type::Duration, false),
    ("maxSubsegmentDuration", Type::Duration, false),
];

const MPD_CHILDREN: &[Child] = &[
    ("ProgramInformation", 0, 0),
    ("BaseURL", 0, 0),
    ("Location", 0, 0),
    ("PatchLocation", 0, 0),
    ("ServiceDescription", 0, 0),
    ("InitializationSet", 0, 0),
    ("InitializationGroup", 0, 0),
    ("InitializationPresentation", 0, 0),
    ("ContentProtection", 0, 0),
    ("Period", 1, 0),
    ("Metrics", 0, 0),
    ("EssentialProperty", 0, 0),
    ("SupplementalProperty", 0, 0),
    ("UTCTiming", 0, 0),
    ("LeapSecondInformation", 0, 1),
];

const PERIOD_CHILDREN: &[Child] = &[
    ("BaseURL", 0, 0),
    ("SegmentBase", 0, 1),
    ("SegmentList", 0, 1),
    ("SegmentTemplate", 0, 1),
    ("AssetIdentifier", 0, 1),
    ("EventStream", 0, 0),
    ("ServiceDescription", 0, 0),
    ("ContentProtection", 0, 0),
    ("AdaptationSet", 0, 0),
    ("Subset", 0, 0),
    ("SupplementalProperty", 0, 0),
    ("EmptyAdaptationSet", 0, 0),
    ("GroupLabel", 0, 0),
    ("Preselection", 0, 0),
];

const ADAPTATION_SET: &[Attribute] = &[
    ("id", Type::UInt, false),
    ("group", Type::UInt, false),
    ("lang", Type::Language, false),
    ("contentType", CONTENT_TYPES, false),
    ("par", Type::Ratio, false),
    ("minBandwidth", Type::UInt, false),
    ("maxBandwidth", Type::UInt, false),
    ("minWidth", Type::UInt, false),
    ("maxWidth", Type::UInt, false),
    ("minHeight", Type::UInt, false),
    ("maxHeight", Type::UInt, false),
    ("minFrameRate", Type::FrameRate, false),
    ("maxFrameRate", Type::FrameRate, false),
    ("segmentAlignment", Type::Bool, false),
    ("subsegmentAlignment", Type::Bool, false),
    ("subsegmentStartsWithSAP", Type::Sap, false),
    ("bitstreamSwitching", Type::Bool, false),
    ("initializationSetRef", Type::UInts, false),
    ("initializationPrincipal", Type::Uri, false),
];

const REPRESENTATION: &[Attribute] = &[
    ("id", Type::Token, true),
    ("bandwidth", Type::UInt, true),
    ("qualityRanking", Type::UInt, false),
    ("dependencyId", Type::Words, false),
    ("associationId", Type::Words, false),
    ("associationType", Type::Words, false),
    ("mediaStreamStructureId", Type::Words, false),
];

names! {
    "MPD" "MPD element (5.3.1)" [MPD] [MPD_CHILDREN] false;
    "ProgramInformation" "Program information (5.7)" [&[("lang", Type::Language, false), ("moreInformationURL", Type::Uri, false)]]
        [&[("Title", 0, 1), ("Source", 0, 1), ("Copyright", 0, 1)]] false;
    "Title" "Program information (5.7)" [] [] true;
    "Source" "Program information (5.7)" [] [] true;
    "Copyright" "Program information (5.7)" [] [] true;
    "BaseURL" "Base URL Processing (5.6)" [&[("serviceLocation", Type::Text, false), ("byteRange", Type::Text, false),
        ("availabilityTimeOffset", Type::Double, false), ("availabilityTimeComplete", Type::Bool, false),
        ("timeShiftBufferDepth", Type::Duration, false), ("rangeAccess", Type::Bool, false)]] [] true;
    "Location" "MPD element (5.3.1)" [] [] true;
    "PatchLocation" "MPD Patch" [&[("ttl", Type::Double, false)]] [] true;
    "ContentSteering" "Content steering" [&[("defaultServiceLocation", Type::Text, false), ("queryBeforeStart", Type::Bool, false),
        ("clientRequirement", Type::Bool, false)]] [] true;
    "ServiceDescription" "Service Description" [&[("id", Type::UInt, false)]] [&[("Scope", 0, 0), ("Latency", 0, 0),
        ("PlaybackRate", 0, 0), ("OperatingQuality", 0, 0), ("OperatingBandwidth", 0, 0)]] false;
    "Scope" "Service Description" [DESCRIPTOR] [] false;
    "Latency" "Service Description" [&[("referenceId", Type::UInt, false), ("target", Type::UInt, false), ("max", Type::UInt, false),
        ("min", Type::UInt, false)]] [&[("QualityLatency", 0, 0)]] false;
    "QualityLatency" "Service Description" [&[("type", Type::Uri, false)]] [] true;
    "PlaybackRate" "Service Description" [&[("max", Type::Double, false), ("min", Type::Double, false)]] [] false;
    "OperatingQuality" "Service Description" [OPERATING] [] false;
    "OperatingBandwidth" "Service Description" [OPERATING] [] false;
    "InitializationSet" "Initialization Set" [COMMON, &[("id", Type::UInt, true), ("inAllPeriods", Type::Bool, false),
        ("contentType", CONTENT_TYPES, false), ("par", Type::Ratio, false), ("maxWidth", Type::UInt, false),
        ("maxHeight", Type::UInt, false), ("maxFrameRate", Type::FrameRate, false), ("initialization", Type::Uri, false)]]
        [COMMON_CHILDREN, CHOICE] false;
    "InitializationGroup" "Initialization Group" [UINT_WITH_ID] [] true;
    "InitializationPresentation" "Initialization Presentation" [UINT_WITH_ID] [] true;
    "Period" "Period element (5.3.2)" [&[("id", Type::Text, false), ("start", Type::Duration, false), ("duration", Type::Duration, false),
        ("bitstreamSwitching", Type::Bool, false)]] [PERIOD_CHILDREN] false;
    "AssetIdentifier" "Asset Identifier" [DESCRIPTOR] [] false;
    "EventStream" "Event Stream (5.10.2)" [EVENT_STREAM] [&[("Event", 0, 0)]] false;
    "InbandEventStream" "Event Stream (5.10.2)" [EVENT_STREAM] [&[("Event", 0, 0)]] false;
    "Event" "Event Stream (5.10.2)" [&[("presentationTime", Type::ULong, false), ("duration", Type::ULong, false), ("id", Type::UInt, false),
        ("contentEncoding", Type::Word(&["base64"]), false), ("messageData", Type::Text, false)]] [&[("SelectionInfo", 0, 1)]] true;
    "SelectionInfo" "Event Stream (5.10.2)" [&[("selectionInfo", Type::Text, false), ("contactURL", Type::Uri, true)]] [&[("Selection", 1, 0)]] false;
    "Selection" "Event Stream (5.10.2)" [&[("dataEncoding", Type::Word(&["base64"]), false), ("parameter", Type::Text, true), ("data", Type::Text, false)]] [] false;
    "AdaptationSet" "AdaptationSet element (5.3.3)" [COMMON, ADAPTATION_SET]
        [COMMON_CHILDREN, CHOICE, &[("ContentComponent", 0, 0), ("BaseURL", 0, 0)], SEGMENT_INFO, &[("Representation", 0, 0)]] false;
    "EmptyAdaptationSet" "AdaptationSet element (5.3.3)" [COMMON, ADAPTATION_SET]
        [COMMON_CHILDREN, CHOICE, &[("ContentComponent", 0, 0), ("BaseURL", 0, 0)], SEGMENT_INFO, &[("Representation", 0, 0)]] false;
    "ContentComponent" "ContentComponent element (5.3.4)" [&[("id", Type::UInt, false), ("lang", Type::Language, false),
        ("contentType", CONTENT_TYPES, false), ("par", Type::Ratio, false), ("tag", Type::Text, false)]] [CHOICE] false;
    "Representation" "Representation element (5.3.5)" [COMMON, REPRESENTATION]
        [COMMON_CHILDREN, &[("BaseURL", 0, 0), ("ExtendedBandwidth", 0, 0), ("SubRepresentation", 0, 0)], SEGMENT_INFO] false;
    "ExtendedBandwidth" "Representation element (5.3.5)" [&[("vbr", Type::Bool, false)]] [&[("ModelPair", 0, 0)]] false;
    "ModelPair" "Representation element (5.3.5)" [&[("bufferTime", Type::Duration, true), ("bandwidth", Type::UInt, true)]] [] false;
    "SubRepresentation" "SubRepresentation element (5.3.6)" [COMMON, &[("level", Type::UInt, false), ("dependencyLevel", Type::UInts, false),
        ("bandwidth", Type::UInt, false), ("contentComponent", Type::Words, false)]] [COMMON_CHILDREN] false;
    "FramePacking" "Descriptors (5.8)" [DESCRIPTOR] [] false;
    "AudioChannelConfiguration" "Descriptors (5.8)" [DESCRIPTOR] [] false;
    "ContentProtection" "Content protection (5.8.4.1)" [DESCRIPTOR, &[("robustness", Type::Token, false), ("refId", Type::Id, false), ("ref", Type::Id, false)]] [] false;
    "OutputProtection" "Descriptors (5.8)" [DESCRIPTOR] [] false;
    "EssentialProperty" "Descriptors (5.8)" [DESCRIPTOR] [] false;
    "SupplementalProperty" "Descriptors (5.8)" [DESCRIPTOR] [] false;
    "Accessibility" "Descriptors (5.8)" [DESCRIPTOR] [] false;
    "Role" "Descriptors (5.8)" [DESCRIPTOR] [] false;
    "Rating" "Descriptors (5.8)" [DESCRIPTOR] [] false;
    "Viewpoint" "Descriptors (5.8)" [DESCRIPTOR] [] false;
    "UTCTiming" "UTC timing descriptor (5.8.4.11)" [DESCRIPTOR] [] false;
    "Switching" "Common attributes and elements (5.3.7)" [&[("interval", Type::UInt, true), ("type", Type::Word(&["media", "bitstream"]), false)]] [] false;
    "RandomAccess" "Common attributes and elements (5.3.7)" [&[("interval", Type::UInt, true), ("type", Type::Word(&["closed", "open", "gradual"]), false),
        ("minBufferTime", Type::Duration, false), ("bandwidth", Type::UInt, false)]] [] false;
    "GroupLabel" "Label and Group Label (5.3.10)" [LABEL] [] true;
    "Label" "Label and Group Label (5.3.10)" [LABEL] [] true;
    "ProducerReferenceTime" "Producer reference time" [&[("id", Type::UInt, true), ("inband", Type::Bool, false),
        ("type", Type::Word(&["encoder", "captured", "application"]), false), ("applicationScheme", Type::Text, false),
        ("wallClockTime", Type::Text, true), ("presentationTime", Type::ULong, true)]] [&[("UTCTiming", 0, 1)]] false;
    "ContentPopularityRate" "Content popularity rate" [&[("source", Type::Word(&["content", "statistics", "other"]), true),
        ("source_description", Type::Text, false)]] [&[("PR", 1, 0)]] false;
    "PR" "Content popularity rate" [&[("popularityRate", Type::Positive, false), ("start", Type::ULong, false), ("r", Type::Integer, false)]] [] false;
    "Resync" "Resynchronization" [&[("type", Type::Sap, false), ("dT", Type::UInt, false), ("dImax", Type::Double, false),
        ("dImin", Type::Double, false), ("marker", Type::Bool, false)]] [] false;
    "Subset" "Subset (5.3.8)" [&[("contains", Type::UInts, true), ("id", Type::Text, false)]] [] false;
    "Preselection" "Preselection (5.3.11)" [COMMON, &[("id", Type::Token, false), ("preselectionComponents", Type::Words, true),
        ("lang", Type::Language, false), ("order", Type::Word(&["undefined", "time-ordered", "fully-ordered"]), false)]] [COMMON_CHILDREN, CHOICE] false;
    "SegmentBase" "Segment base information (5.3.9.2)" [SEGMENT_BASE] [SEGMENT_BASE_CHILDREN] false;
    "SegmentList" "Segment list (5.3.9.3)" [SEGMENT_BASE, MULTIPLE] [SEGMENT_BASE_CHILDREN, MULTIPLE_CHILDREN, &[("SegmentURL", 0, 0)]] false;
    "SegmentTemplate" "Segment template (5.3.9.4)" [SEGMENT_BASE, MULTIPLE, &[("media", Type::Text, false), ("index", Type::Text, false),
        ("initialization", Type::Text, false), ("bitstreamSwitching", Type::Text, false)]] [SEGMENT_BASE_CHILDREN, MULTIPLE_CHILDREN] false;
    "SegmentURL" "Segment list (5.3.9.3)" [&[("media", Type::Uri, false), ("mediaRange", Type::Range, false), ("index", Type::Uri, false),
        ("indexRange", Type::Range, false)]] [] false;
    "Initialization" "Segment base information (5.3.9.2)" [URL] [] false;
    "RepresentationIndex" "Segment base information (5.3.9.2)" [URL] [] false;
    "BitstreamSwitching" "Segment base information (5.3.9.2)" [URL] [] false;
    "FailoverContent" "Failover content" [&[("valid", Type::Bool, false)]] [&[("FCS", 1, 0)]] false;
    "FCS" "Failover content" [&[("t", Type::ULong, true), ("d", Type::ULong, false)]] [] false;
    "SegmentTimeline" "Segment timeline (5.3.9.6)" [] [&[("S", 0, 0)]] false;
    "S" "Segment timeline (5.3.9.6)" [&[("t", Type::ULong, false), ("n", Type::ULong, false), ("d", Type::ULong, true),
        ("r", Type::Integer, false), ("k", Type::ULong, false)]] [] false;
    "Metrics" "DASH metrics (5.9)" [&[("metrics", Type::Text, true)]] [&[("Range", 0, 0), ("Reporting", 1, 0)]] false;
    "Range" "DASH metrics (5.9)" [&[("starttime", Type::Duration, false), ("duration", Type::Duration, false)]] [] false;
    "Reporting" "DASH metrics (5.9)" [DESCRIPTOR] [] false;
    "LeapSecondInformation" "Leap second information" [&[("availabilityStartLeapOffset", Type::Integer, true),
        ("nextAvailabilityStartLeapOffset", Type::Integer, false), ("nextLeapChangeTime", Type::DateTime, false)]] [] false;
}

/// Elements that may carry xlink attributes. Usage of XLink (5.5).
pub const REMOTE: &[&str] = &[
    "Period",
    "AdaptationSet",
    "EmptyAdaptationSet",
    "EventStream",
    "InbandEventStream",
    "SegmentList",
    "InitializationSet",
];

/// Elements that later editions put anywhere in the MPD element.
pub const ANYWHERE: &[&str] = &["ContentSteering"];

/// The element of this name.
pub fn element(name: &str) -> Option<&'static Element> {
    ELEMENTS.iter().find(|element| element.name == name)
}
