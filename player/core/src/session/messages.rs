//! What goes into a session and what comes out: the whole conversation between core and host.

use alloc::string::String;
use alloc::vec::Vec;

use crate::abr::{Reason, RuleName};
use crate::text::webvtt::Cue;

/// A track of the media element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Track {
    /// Pictures, with sound inside where it is muxed.
    Video = 0,
    /// Sound.
    Audio = 1,
    /// Subtitles.
    Text = 2,
}

/// What a fetch brings. Bodies of `Init` and `Segment` go to a SourceBuffer, the others come back
/// with [`Input::Done`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FetchKind {
    /// The multivariant playlist or MPD.
    Manifest = 0,
    /// A media playlist.
    Playlist = 1,
    /// An initialization section.
    Init = 2,
    /// A media segment.
    Segment = 3,
    /// Subtitles.
    Text = 4,
    /// `sidecar.json`.
    Sidecar = 5,
    /// Anything else that the session reads: session data, lists of an interstitial's assets.
    Data = 6,
    /// Where the segments of a resource are listed inside it (`sidx`, Cues).
    Index = 7,
    /// The time of a server, in the body.
    Clock = 8,
    /// The time of a server: a HEAD request, whose `Date` header is given as the body.
    ClockHead = 9,
    /// Which pathway to use.
    Steering = 10,
    /// A key of whole segments: 16 octets that stay with the host, under the number in the fetch's
    /// [`Cipher`]; [`Input::Done`] tells how many they are.
    Key = 11,
    /// A licence: the host sends the newest message of the key session whose number stands in the
    /// fetch's [`Cipher`], gives the answer to the key system, and then tells [`Input::Done`].
    Licence = 12,
    /// The certificate of a licence server, for the key system.
    Certificate = 13,
}

/// Why a fetch failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FailReason {
    /// No answer came.
    Network = 0,
    /// An answer that is no success.
    Http = 1,
    /// The answer stopped coming.
    Timeout = 2,
    /// The address is no longer accepted (403 and its kin).
    Expired = 3,
    /// We aborted it.
    Aborted = 4,
    /// What came does not decrypt, or is nothing known once decrypted; the key system refused a licence.
    Decrypt = 5,
    /// The body is larger than one of its kind may be; the host cut it off.
    TooLarge = 6,
}

/// What the page says about the server of a key system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyServer {
    /// Name of the key system, as `com.widevine.alpha`; empty for any.
    pub system: String,
    /// Address of licences; empty for the manifest's.
    pub licence: String,
    /// Address of the server's certificate; empty where it needs none.
    pub certificate: String,
    /// Robustness to ask for; empty for the manifest's, else the least.
    pub robustness: String,
    /// Labels by slashes that this device has in ALLOWED-CPC, beside the robustness that it has.
    pub labels: String,
}

/// A key system that would do. Encrypted Media Extensions, MediaKeySystemConfiguration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySystemQuery {
    /// As `com.widevine.alpha`.
    pub name: String,
    /// `cenc` or `cbcs`; empty where it is not known.
    pub scheme: String,
    /// Empty for the least.
    pub robustness: String,
    /// Types of pictures.
    pub video: Vec<String>,
    /// Types of sound.
    pub audio: Vec<String>,
}

/// What a key session wants or says. Encrypted Media Extensions, MediaKeyMessageType.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum KeyEvent {
    /// A message for the licence server: the first, or one to renew a licence.
    Message = 0,
    /// It could not be begun.
    Failed = 1,
}

/// What may be done with a key. Encrypted Media Extensions, MediaKeyStatus, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum KeyStatus {
    /// It decrypts.
    Usable = 0,
    /// Its time is over.
    Expired = 1,
    /// The key system has given it back.
    Released = 2,
    /// The screen is not protected enough.
    OutputRestricted = 3,
    /// It decrypts, and the picture is shown smaller.
    OutputDownscaled = 4,
    /// Its time will come.
    UsableInFuture = 5,
    /// It is not known yet.
    Pending = 6,
    /// The key system failed.
    InternalError = 7,
}

/// How a body is decrypted before anything else is done with it: AES-128, CBC, PKCS#7 padding.
/// RFC 8216bis 4.4.4.4, METHOD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cipher {
    /// Names the key; from 1.
    pub key: u32,
    /// The initialization vector.
    pub iv: [u8; 16],
}

/// Why an append failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum AppendError {
    /// The SourceBuffer is full.
    Quota = 0,
    /// The browser refused the bytes.
    Decode = 1,
    /// The MediaSource is gone.
    Closed = 2,
}

/// What a viewer chooses in a menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Choice {
    /// A rung, or automatic.
    Quality = 0,
    /// An audio track.
    Audio = 1,
    /// Subtitles, or none.
    Text = 2,
    /// Another view of the same moment: a camera, an angle.
    View = 3,
}

/// The viewer's remembered wishes about subtitles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TextWish {
    /// Never chosen: what the manifest marks as default or forced.
    #[default]
    Unset,
    /// Chosen to be off.
    Off,
    /// Chosen in this language.
    Language(String),
}

/// How to open a presentation.
#[derive(Clone, Debug, Default)]
pub struct Open {
    /// Absolute URL of the manifest.
    pub url: String,
    /// Where to start, microseconds; `None` for the manifest's own choice.
    pub start_us: Option<i64>,
    /// Preferred language of sound, empty where there is none.
    pub audio_language: String,
    /// Preferred subtitles.
    pub text: TextWish,
    /// A rung's id as in [`QualityRow`], empty or `auto` to adapt.
    pub quality: String,
    /// Highest rung that may be used, in lines; 0 for no limit.
    pub max_height: u32,
    /// The rule of adaptation.
    pub rule: RuleName,
    /// How much to buffer ahead, microseconds; 0 for the default.
    pub buffer_goal_us: i64,
    /// The host's wall clock at this input, microseconds since 1970; 0 where it has none.
    pub wall_us: i64,
}

/// What happened outside.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// Begin.
    Open(Open),
    /// Which of the asked MIME types the browser accepts, in order.
    Supported(&'a [bool]),
    /// An answer's headers have come; the URL after redirects.
    Response {
        /// The fetch.
        id: u32,
        /// Final URL.
        url: &'a str,
    },
    /// Bytes of an answer so far.
    Progress {
        /// The fetch.
        id: u32,
        /// Since its beginning.
        bytes: u64,
    },
    /// An answer is complete.
    Done {
        /// The fetch.
        id: u32,
        /// Its length.
        bytes: u64,
        /// Its body, for the kinds that the session reads.
        body: &'a [u8],
    },
    /// A fetch failed.
    Failed {
        /// The fetch.
        id: u32,
        /// HTTP status, 0 where there was no answer.
        status: u16,
        /// Why.
        reason: FailReason,
        /// What `Retry-After` asked for, microseconds.
        retry_after_us: i64,
    },
    /// The body of a fetch was appended whole, or could not be.
    Appended {
        /// The fetch.
        id: u32,
        /// The SourceBuffer.
        track: Track,
        /// What went wrong.
        error: Option<AppendError>,
    },
    /// A removal is finished.
    Removed {
        /// The SourceBuffer.
        track: Track,
    },
    /// What a SourceBuffer holds: starts and ends in microseconds, ascending.
    Buffered {
        /// The SourceBuffer.
        track: Track,
        /// Pairs.
        ranges: &'a [(i64, i64)],
    },
    /// Where playback is.
    Playhead {
        /// Position in microseconds.
        position_us: i64,
        /// Speed in thousandths.
        rate_milli: u32,
        /// Paused by the viewer.
        paused: bool,
        /// Wants to play and has nothing to show.
        waiting: bool,
    },
    /// Size of the picture on the screen, in device pixels.
    Viewport {
        /// Across.
        width: u32,
        /// Down.
        height: u32,
    },
    /// The viewer chose something; `None` is automatic quality or no subtitles.
    Choose {
        /// In which menu.
        what: Choice,
        /// Which entry.
        id: Option<&'a str>,
    },
    /// The viewer moved the playhead.
    Seek {
        /// To where.
        position_us: i64,
    },
    /// Frames since the start.
    Decode {
        /// Decoded.
        decoded: u64,
        /// Of them never shown.
        dropped: u64,
    },
    /// A fresh address for the same presentation, the answer to [`Output::Expired`].
    Renew {
        /// The manifest's URL.
        url: &'a str,
    },
    /// Time has passed.
    Tick,
    /// The network came back or went away.
    Online(bool),
    /// The beginning of a body that the session reads before it is appended: all of it so far,
    /// told again with every piece until [`Output::Append`] comes.
    Head {
        /// The fetch.
        id: u32,
        /// From its first byte on.
        bytes: &'a [u8],
    },
    /// The viewer points at a moment without going there; answered by [`Output::Preview`] where
    /// there is a picture of it.
    Preview {
        /// Which moment.
        position_us: i64,
    },
    /// What screen and loudspeakers can.
    Display {
        /// More than the standard range of brightness and colour.
        hdr: bool,
        /// Channels that are both decoded and heard apart.
        speakers: u32,
    },
    /// An interstitial is over: its assets were played, left, or could not be.
    InterstitialOver {
        /// Which.
        id: &'a str,
        /// For how long it was played, microseconds.
        played_us: i64,
    },
    /// What this playback is called towards servers of interstitials, before [`Input::Open`].
    Playback {
        /// Unique in the world, of characters that stand in a query as they are; empty for none.
        id: &'a str,
    },
    /// What the page knows about licence servers, before [`Input::Open`].
    KeyServers(Vec<KeyServer>),
    /// The answer to [`Output::KeySystems`].
    KeySystem {
        /// Position of the one that the host has made; `None` where none of them is here.
        chosen: Option<u8>,
        /// The robustness that it has for pictures.
        robustness: &'a str,
        /// What is known of the way to the screen: 0 nothing, 1 that it has no HDCP, 2 that it has it as
        /// TYPE-0 asks (version 1), 3 as TYPE-1 does (version 2.2).
        hdcp: u8,
    },
    /// A key session has something to say.
    KeyMessage {
        /// Number of the key session.
        session: u32,
        /// What.
        event: KeyEvent,
    },
    /// The keys of a key session, all of them, whenever one changes.
    KeyStatuses {
        /// Number of the key session.
        session: u32,
        /// Identifiers and statuses.
        keys: &'a [([u8; 16], KeyStatus)],
    },
    /// The browser met initialization data in the media.
    Encrypted {
        /// As `cenc`.
        data_type: &'a str,
        /// The data.
        data: &'a [u8],
    },
    /// What a body that is converted begins with; before its [`Input::Done`].
    Media {
        /// The fetch.
        id: u32,
        /// MIME type with codecs; empty where nothing of it can be read.
        mime: &'a str,
        /// Whether the browser plays that.
        playable: bool,
        /// Media time at which the first of it is presented, microseconds.
        start_us: i64,
    },
}

/// How a body is turned into fragmented MP4 before it is appended ([`crate::remux::Muxer`]). What it
/// holds is told with [`Input::Media`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convert {
    /// Take its pictures.
    pub video: bool,
    /// Take its sound.
    pub audio: bool,
    /// Media time near which it begins, microseconds, where that is known.
    pub near_us: Option<i64>,
}

/// A rung as a menu shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QualityRow {
    /// `720p`, the same in every title; with the bitrate where two rungs share a height.
    pub id: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Peak bits per second.
    pub bitrate_bps: u64,
    /// As in the manifest.
    pub codecs: String,
    /// Frames per second in thousandths.
    pub frame_rate_milli: u32,
}

/// An audio track or a subtitle as a menu shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackRow {
    /// Names it in [`Input::Choose`].
    pub id: String,
    /// RFC 5646 tag, empty where unknown.
    pub language: String,
    /// The manifest's name for it.
    pub label: String,
    /// Audio channels.
    pub channels: u32,
    /// Subtitles for foreign speech only.
    pub forced: bool,
    /// Whether it is the one in use.
    pub selected: bool,
    /// What it is for, as in [`crate::presentation::RoleFlags`].
    pub roles: u16,
    /// What several of them have in common (DASH `GroupLabel`).
    pub group: String,
    /// Of closed captions inside the pictures: `CC1` to `CC4`, `SERVICE1` to `SERVICE63`.
    pub channel: String,
}

/// A picture of a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// One of several in a picture file, in rows from the left.
    Tile {
        /// How many stand side by side.
        columns: u32,
        /// How many rows there are.
        rows: u32,
        /// Which of them it is, from 0.
        number: u32,
        /// Pixels across of each; 0 where unknown.
        width: u32,
        /// Pixels down of each; 0 where unknown.
        height: u32,
    },
    /// A frame that can be decoded on its own.
    Frame {
        /// What a decoder must know.
        mime: String,
        /// Its initialization section; empty where it needs none.
        init: String,
        /// Part of that.
        init_range: Option<(u64, u64)>,
    },
}

/// What is played in an interstitial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Absolute URL of a playlist.
    pub url: String,
    /// Its length in microseconds; negative where unknown.
    pub duration_us: i64,
}

/// Kinds of failure, as the element's `error` event names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Category {
    /// Something could not be fetched.
    Network = 0,
    /// Something could not be decoded or held.
    Media = 1,
    /// The manifest cannot be played.
    Manifest = 2,
    /// Protected content.
    Drm = 3,
    /// The browser lacks what is needed.
    Platform = 4,
}

/// What the host must do or tell.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Ask the browser about these MIME types; answered by [`Input::Supported`].
    Probe(Vec<String>),
    /// Request something.
    Fetch {
        /// Names it.
        id: u32,
        /// What it is.
        kind: FetchKind,
        /// For which track.
        track: Option<Track>,
        /// Absolute URL.
        url: String,
        /// First and last byte, inclusive; `None` for the whole.
        range: Option<(u64, u64)>,
        /// 0 is needed now, 1 soon, 2 some time.
        priority: u8,
        /// Silence after which it counts as failed, microseconds.
        timeout_us: i64,
        /// The session reads it too: an initialization section comes back with [`Input::Done`], of
        /// a segment the beginning with [`Input::Head`].
        read: bool,
        /// The answer must not be kept in a cache.
        no_store: bool,
        /// How the body is decrypted; of a key, the number under which it is kept.
        cipher: Option<Cipher>,
        /// It is a transport stream or packed audio.
        convert: Option<Convert>,
        /// Closed captions are inside, and are told to the page by their channels' names.
        captions: bool,
    },
    /// Give a request up.
    Abort(u32),
    /// Create the SourceBuffers.
    Setup {
        /// Of the whole presentation; negative where it has no end yet.
        duration_us: i64,
        /// Tracks with MIME types.
        tracks: Vec<(Track, String)>,
    },
    /// Stream the body of a fetch into a SourceBuffer, after those asked for before.
    Append {
        /// The fetch.
        id: u32,
        /// The SourceBuffer.
        track: Track,
        /// Its `timestampOffset`, microseconds.
        offset_us: i64,
        /// What lies outside of this stretch is not kept (`appendWindowStart` and `appendWindowEnd`);
        /// an end of [`i64::MAX`] for none.
        window_us: (i64, i64),
    },
    /// What follows has another codec.
    ChangeType {
        /// The SourceBuffer.
        track: Track,
        /// The new type.
        mime: String,
    },
    /// Take media out of a SourceBuffer.
    Remove {
        /// The SourceBuffer.
        track: Track,
        /// From.
        start_us: i64,
        /// To; negative for the end.
        end_us: i64,
    },
    /// Move the playhead.
    SeekTo {
        /// To where.
        position_us: i64,
        /// Over a hole, or to the start.
        gap: bool,
    },
    /// Everything was appended.
    EndOfStream,
    /// What the viewer can choose from.
    Tracks {
        /// Rungs, ascending.
        qualities: Vec<QualityRow>,
        /// Sound.
        audio: Vec<TrackRow>,
        /// Subtitles.
        text: Vec<TrackRow>,
        /// Views; none where there is only one.
        views: Vec<TrackRow>,
    },
    /// The rung that is fetched from now on, and why.
    Quality {
        /// Its id.
        id: String,
        /// Whether the session chose it.
        auto: bool,
        /// Why.
        reason: Reason,
        /// Lines.
        height: u32,
        /// Bits per second.
        bitrate_bps: u64,
    },
    /// The audio track or subtitle in use.
    TrackChanged {
        /// Which menu.
        what: Choice,
        /// Which entry.
        id: Option<String>,
    },
    /// Cues of a subtitle.
    Cues {
        /// The subtitle.
        id: String,
        /// In the order of the file.
        cues: Vec<Cue>,
    },
    /// `sidecar.json` as it came.
    Sidecar(String),
    /// For the statistics overlay.
    Stats {
        /// Measured throughput.
        throughput_bps: u64,
        /// Media ahead.
        buffer_us: i64,
        /// The rung being fetched.
        rung: String,
        /// Why.
        reason: Reason,
        /// Changes of rung so far.
        switches: u32,
        /// Stalls so far.
        stalls: u32,
    },
    /// The addresses are no longer accepted; a [`Input::Renew`] is awaited.
    Expired,
    /// Something went wrong.
    Error {
        /// Stable number for support.
        code: u16,
        /// Kind.
        category: Category,
        /// Whether playback is over.
        fatal: bool,
        /// Details for support, in English.
        data: String,
    },
    /// Nothing more to do until then (or an input); always the last output.
    Wake(i64),
    /// The stretch in which the viewer may move, of a presentation that grows.
    Window {
        /// The earliest that can be fetched.
        start_us: i64,
        /// The end of what there is.
        end_us: i64,
        /// Where "live" is: as close to the end as is safe.
        live_us: i64,
        /// Whether it still grows.
        live: bool,
    },
    /// A date range of the playlist that is new or says more than before: advertisements
    /// (interstitials), programmes, markers of the page.
    DateRange {
        /// ID.
        id: String,
        /// CLASS.
        class: String,
        /// Start on the presentation's time line.
        start_us: i64,
        /// End, negative while it is not known.
        end_us: i64,
        /// CUE, as written.
        cue: String,
        /// Every other attribute.
        attributes: Vec<(String, String)>,
    },
    /// A picture of the moment that the viewer points at.
    Preview {
        /// The moment that was asked for.
        position_us: i64,
        /// From when on the picture is the right one.
        start_us: i64,
        /// Until when.
        end_us: i64,
        /// Absolute URL of the file.
        url: String,
        /// First and last byte, inclusive.
        range: Option<(u64, u64)>,
        /// What of it is shown, and how.
        picture: Picture,
    },
    /// What the manifest says about the whole, by name: a title, a JSON document.
    SessionData {
        /// DATA-ID.
        id: String,
        /// LANGUAGE.
        language: String,
        /// The value, or the document.
        value: String,
    },
    /// The date of a position; it goes on with the position until another one is told.
    WallClock {
        /// Position on the presentation's time line.
        position_us: i64,
        /// Microseconds since 1970.
        wall_us: i64,
    },
    /// Playback stops for these; answered by [`Input::InterstitialOver`].
    Interstitial {
        /// ID of the date range.
        id: String,
        /// Where it stands on the presentation's time line.
        start_us: i64,
        /// What is played, one after another; never empty.
        assets: Vec<Asset>,
        /// It ends after this long at the latest; negative for no limit.
        limit_us: i64,
        /// Whether the viewer may leave it or hurry through it.
        skippable: bool,
    },
    /// Playback goes on.
    InterstitialOver {
        /// ID of the date range.
        id: String,
        /// From where.
        resume_us: i64,
    },
    /// An event of the media (`emsg`) or of the MPD, told once.
    Event {
        /// `@schemeIdUri`: what the data means.
        scheme: String,
        /// `@value`.
        value: String,
        /// `@id`; `None` where it has none.
        id: Option<u64>,
        /// Start on the presentation's time line.
        start_us: i64,
        /// End, negative while it is not known.
        end_us: i64,
        /// What it says.
        data: Vec<u8>,
    },
    /// Play at this speed, in thousandths, where the viewer chose none: to keep to a latency.
    Rate(u32),
    /// Another presentation takes over: when this one has ended, or at once because it cannot be played.
    /// Also the same one again, where what follows has other tracks than a MediaSource can be given later.
    Next {
        /// Absolute URL of its manifest.
        url: String,
        /// At once.
        fallback: bool,
        /// From where; negative for its own beginning.
        start_us: i64,
    },
    /// Make the first of these key systems that the browser has, for the video; answered by
    /// [`Input::KeySystem`].
    KeySystems(Vec<KeySystemQuery>),
    /// Begin a key session.
    KeySession {
        /// Names it.
        number: u32,
        /// `cenc`, `keyids` or `skd`.
        data_type: String,
        /// Initialization data.
        data: Vec<u8>,
        /// The licence server answers with the key itself, by a plain request.
        raw: bool,
    },
    /// Close a key session.
    EndKeySession(u32),
    /// A file or segment of subtitles that the session does not read itself: cues go from the host to
    /// the page.
    Subtitles {
        /// The subtitle.
        id: String,
        /// What is added to its times, microseconds.
        offset_us: i64,
        /// Its initialization section; empty where it needs none.
        init: Vec<u8>,
        /// As it came.
        body: Vec<u8>,
    },
}
