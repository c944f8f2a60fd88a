//! What only an MPD says: the part of the model that has no counterpart in HLS.
//!
//! Times are microseconds unless a name says otherwise; strings are spans into the presentation's
//! text. Everything that a manifest lists is a list here in its order.

use alloc::vec::Vec;

use crate::presentation::{RoleFlags, Span};

/// An MPD besides its periods and representations. ISO/IEC 23009-1, MPD element.
#[derive(Clone, Debug, Default)]
pub struct Mpd {
    /// `MPD@id`.
    pub id: Span,
    /// `MPD@publishTime`, microseconds since 1970.
    pub publish_us: Option<i64>,
    /// `MPD@publishTime` as written, which a patch must name.
    pub publish_time: Span,
    /// `MPD@availabilityStartTime`, microseconds since 1970.
    pub start_us: Option<i64>,
    /// `MPD@availabilityEndTime`, microseconds since 1970.
    pub end_us: Option<i64>,
    /// `MPD@minimumUpdatePeriod`. 0 means "by events, or whenever the content is not known to the
    /// end"; absent means that the MPD will not be updated.
    pub update_us: Option<u64>,
    /// `MPD@timeShiftBufferDepth`; absent means that nothing leaves the window.
    pub window_us: Option<u64>,
    /// `MPD@suggestedPresentationDelay`.
    pub delay_us: Option<u64>,
    /// `MPD@maxSegmentDuration`.
    pub longest_us: Option<u64>,
    /// The wall clock that the model was made for.
    pub now_us: Option<i64>,
    /// `Location`: where to fetch the next MPD, absolute.
    pub locations: Vec<Span>,
    /// `PatchLocation`: where to fetch what has changed.
    pub patches: Vec<PatchLocation>,
    /// `UTCTiming`, in order of preference.
    pub clocks: Vec<UtcTiming>,
    /// `ServiceDescription`.
    pub services: Vec<Service>,
    /// Adaptation sets; `Rendition::set` is a position here.
    pub sets: Vec<AdaptationSet>,
    /// Absolute addresses that representations may be fetched from, see `Rendition::bases`.
    pub bases: Vec<BaseUrl>,
    /// `Preselection`.
    pub preselections: Vec<Preselection>,
    /// `Subset`: position of the period, and `@contains` as written.
    pub subsets: Vec<(u32, Span)>,
    /// `EventStream`.
    pub event_streams: Vec<EventStream>,
    /// Events of all event streams.
    pub events: Vec<Event>,
    /// Elements that stand elsewhere. ISO/IEC 23009-1, Usage of XLink.
    pub remotes: Vec<Remote>,
    /// `urn:mpeg:dash:mpd-chaining:2016`: absolute URL of the MPD that follows this one.
    pub next: Span,
    /// `urn:mpeg:dash:fallback:2016`: absolute URLs (by white space) of MPDs for when this one fails.
    pub fallback: Span,
    /// Some timeline goes on up to now: it is longer when it is read later.
    pub(crate) open: bool,
    /// How many remote elements were put in so far.
    pub(crate) resolved: u32,
}

/// An adaptation set. ISO/IEC 23009-1, Adaptation Set.
#[derive(Clone, Debug, Default)]
pub struct AdaptationSet {
    /// `@id`.
    pub id: Span,
    /// Position of its period.
    pub period: u32,
    /// `@group`: of sets in one group at most one is to be presented.
    pub group: Option<u32>,
    /// `@selectionPriority`: higher is preferred; 1 unless stated.
    pub priority: u32,
    /// `GroupLabel`.
    pub group_label: Span,
    /// `Label`: text and language.
    pub labels: Vec<(Span, Span)>,
    /// Ids of the sets that this one is a trick mode of, as written (by white space).
    pub trick_of: Span,
    /// Ids of the sets between which a player may switch, as written (by commas).
    pub switching: Span,
    /// `@id` of the period that this set continues.
    pub continues: Span,
    /// Timestamps go on too, as one content (period continuity); otherwise only the
    /// initialization segment stays valid (period connectivity).
    pub seamless: bool,
    /// Accessibility, Viewpoint, Rating, InbandEventStream and properties that are not typed.
    pub descriptors: Vec<Descriptor>,
    /// `ProducerReferenceTime`.
    pub references: Vec<ProducerReference>,
    /// `Resync`.
    pub resyncs: Vec<Resync>,
}

/// Which element a descriptor was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum DescriptorKind {
    /// `Accessibility`.
    Accessibility = 0,
    /// `Viewpoint`.
    Viewpoint = 1,
    /// `Rating`.
    Rating = 2,
    /// `InbandEventStream`: `emsg` boxes of this scheme stand in the segments.
    InbandEvents = 3,
    /// `SupplementalProperty`.
    Supplemental = 4,
    /// `EssentialProperty`.
    Essential = 5,
}

/// A descriptor as written. ISO/IEC 23009-1, Descriptors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Which element.
    pub kind: DescriptorKind,
    /// `@schemeIdUri`.
    pub scheme: Span,
    /// `@value`.
    pub value: Span,
}

/// A set of protection data. ISO/IEC 23009-1, Content protection; DASH-IF Interoperability Points, Content
/// Protection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Protection {
    /// `@schemeIdUri`.
    pub scheme: Span,
    /// `@value`: `cenc` or `cbcs` for the scheme of ISO/IEC 23001-7, else a name.
    pub value: Span,
    /// `@cenc:default_KID`.
    pub default_kid: Span,
    /// Content of `cenc:pssh`, base64.
    pub pssh: Span,
    /// Content of `mspr:pro`, base64.
    pub playready: Span,
    /// Where to ask for a licence: `dashif:Laurl`, `clearkey:Laurl`, `ms:laurl`, as written.
    pub licence_url: Span,
    /// `@robustness`.
    pub robustness: Span,
    /// `@refId`, by which others name it.
    pub ref_id: Span,
    /// `@ref`: the one that what is missing here was taken from.
    pub reference: Span,
}

/// A protection system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum DrmSystem {
    /// `urn:mpeg:dash:mp4protection:2011`: not a system; says how all of them encrypt.
    Common = 0,
    /// Widevine.
    Widevine = 1,
    /// PlayReady.
    PlayReady = 2,
    /// ClearKey.
    ClearKey = 3,
    /// FairPlay.
    FairPlay = 4,
    /// Any other.
    Other = 5,
}

impl DrmSystem {
    /// The system of a `@schemeIdUri`.
    pub fn of(scheme: &str) -> Self {
        const SYSTEMS: [(DrmSystem, &str); 6] = [
            (DrmSystem::Common, "urn:mpeg:dash:mp4protection:2011"),
            (DrmSystem::Widevine, "urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"),
            (DrmSystem::PlayReady, "urn:uuid:9a04f079-9840-4286-ab92-e65be0885f95"),
            (DrmSystem::ClearKey, "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e"),
            (DrmSystem::ClearKey, "urn:uuid:1077efec-c0b2-4d02-ace3-3c1e52e2fb4b"),
            (DrmSystem::FairPlay, "urn:uuid:94ce86fb-07ff-4f43-adb8-93d2fa968ca2"),
        ];
        let found = SYSTEMS.iter().find(|(_, uri)| uri.eq_ignore_ascii_case(scheme));
        found.map_or(Self::Other, |(system, _)| *system)
    }
}

/// One of several addresses. ISO/IEC 23009-1, Base URL; ETSI TS 103 285, 10.8.2 for priority and weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BaseUrl {
    /// Absolute, with what the levels above say.
    pub url: Span,
    /// `@serviceLocation` of the innermost level that has one.
    pub service_location: Span,
    /// `@dvb:priority`: lower is preferred; 1 unless stated.
    pub priority: u32,
    /// `@dvb:weight`: how often to choose it among equal priorities; 1 unless stated.
    pub weight: u32,
    /// Sum of `@availabilityTimeOffset`; `i64::MAX` for `INF`.
    pub offset_us: i64,
    /// `@availabilityTimeComplete` is false.
    pub partial: bool,
}

/// Where a patch is fetched. ISO/IEC 23009-1, PatchLocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatchLocation {
    /// Absolute URL.
    pub url: Span,
    /// How long after `@publishTime` it may be used.
    pub ttl_us: Option<u64>,
}

/// How to learn the time of a clock. ISO/IEC 23009-1, UTC timing descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ClockScheme {
    /// `@value` is the time.
    Direct = 0,
    /// The Date header of a HEAD request.
    Head = 1,
    /// A body with an `xs:dateTime`.
    XsDate = 2,
    /// A body with an ISO 8601 time.
    Iso = 3,
    /// A body with an NTP timestamp.
    HttpNtp = 4,
    /// SNTP, NTP and what else a page cannot speak.
    Unsupported = 5,
}

/// A clock. ISO/IEC 23009-1, UTC timing descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UtcTiming {
    /// How.
    pub scheme: ClockScheme,
    /// `@value`: addresses (by white space, as written), or the time.
    pub value: Span,
    /// The time, where it is stated directly.
    pub direct_us: Option<i64>,
}

/// What the service wants. ISO/IEC 23009-1, Service Description.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// `@id`.
    pub id: Span,
    /// `Latency@target`.
    pub latency_us: Option<u64>,
    /// `Latency@min`.
    pub least_latency_us: Option<u64>,
    /// `Latency@max`.
    pub most_latency_us: Option<u64>,
    /// `PlaybackRate@min` in millionths.
    pub least_rate_micro: Option<i64>,
    /// `PlaybackRate@max` in millionths.
    pub most_rate_micro: Option<i64>,
}

/// When something was captured or encoded. ISO/IEC 23009-1, Producer reference time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProducerReference {
    /// `@id`.
    pub id: Span,
    /// `@type` is `encoder`.
    pub encoder: bool,
    /// `@wallClockTime`, microseconds since 1970.
    pub wall_us: Option<i64>,
    /// `@presentationTime`, in ticks of the representations.
    pub ticks: Option<i64>,
    /// Position of the representation among all renditions; `None` for the whole set.
    pub rendition: Option<u32>,
}

/// Where decoding may begin inside a segment. ISO/IEC 23009-1, Resync.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resync {
    /// `@type`.
    pub kind: u32,
    /// `@dT`, longest distance in ticks.
    pub ticks: Option<u64>,
    /// `@dImin` in millionths of a second times the bandwidth.
    pub least_bytes_micro: Option<i64>,
    /// `@dImax`, likewise.
    pub most_bytes_micro: Option<i64>,
    /// `@marker`.
    pub marker: bool,
    /// Position of the representation among all renditions; `None` for the whole set.
    pub rendition: Option<u32>,
}

/// Sets that belong together. ISO/IEC 23009-1, Preselection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preselection {
    /// `@id`.
    pub id: Span,
    /// Position of its period.
    pub period: u32,
    /// `@tag`.
    pub tag: Span,
    /// `@preselectionComponents` as written: ids of sets, the main one first.
    pub components: Span,
    /// `@lang`.
    pub language: Span,
    /// First `Label`.
    pub label: Span,
    /// `@codecs`.
    pub codecs: Span,
    /// Roles that are understood.
    pub roles: RoleFlags,
    /// Channels, 0 where unknown.
    pub channels: u32,
    /// `@selectionPriority`.
    pub priority: u32,
}

/// Events of one scheme. ISO/IEC 23009-1, Event stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventStream {
    /// Position of its period.
    pub period: u32,
    /// `@schemeIdUri`.
    pub scheme: Span,
    /// `@value`.
    pub value: Span,
    /// `@timescale`.
    pub timescale: u64,
}

/// An event of the MPD. ISO/IEC 23009-1, Event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Position of its stream in [`Mpd::event_streams`].
    pub stream: u32,
    /// `@id`.
    pub id: Option<u64>,
    /// Start on the presentation's time line.
    pub start_us: i64,
    /// Length, where it is known.
    pub duration_us: Option<u64>,
    /// What it says, as written: `@messageData`, or everything between its tags (markup too).
    pub data: Span,
    /// `@contentEncoding` is `base64`.
    pub base64: bool,
}

/// What a remote element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum RemoteKind {
    /// `Period`, one or several.
    Period = 0,
    /// `AdaptationSet`.
    AdaptationSet = 1,
    /// `EventStream`.
    EventStream = 2,
    /// `SegmentList`.
    SegmentList = 3,
}

/// An element that stands elsewhere. ISO/IEC 23009-1, Usage of XLink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remote {
    /// Absolute URL of it.
    pub url: Span,
    /// `@xlink:actuate` is `onLoad`: fetch it at once. Otherwise when playback comes near.
    pub on_load: bool,
    /// What it is.
    pub kind: RemoteKind,
    /// Position of its period; for a period, of itself.
    pub period: u32,
    /// Where it stands in the text: start and length.
    pub element: Span,
}
