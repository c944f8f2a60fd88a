//! Every cap on what a manifest or segment may ask of us, with the attack that it prevents.
//!
//! A manifest comes from a server that may be broken or hostile, and runs in a viewer's tab. Work
//! is linear in the size of the input; these caps bound the input and the few things that a small
//! input could multiply.

/// Bytes of one playlist or MPD. A larger one would fill the tab's memory before it is refused;
/// also keeps every offset within 32 bits.
pub const MANIFEST_BYTES: usize = 64 << 20;

/// Segments that one rendition may have. `<S d="1" r="4294967295"/>` is 26 bytes of input; runs
/// are never expanded, but counts must fit in 31 bits for hosts, and whoever walks an index must end.
/// A hundred million segments of two seconds are six years: live since its epoch.
pub const SEGMENTS_PER_RENDITION: u64 = 100_000_000;

/// Variants, renditions and representations of all periods together. Each costs some 1,200 bytes and is
/// looked at in every decision; a day of periods with advertisements has thousands.
pub const RENDITIONS: usize = 16_384;

/// Periods of an MPD. Each may repeat all adaptation sets.
pub const PERIODS: usize = 4_096;

/// Elements open at once in an MPD. Nesting deeper than this is an attack on whoever recurses.
pub const XML_DEPTH: usize = 32;

/// Elements of an MPD in all: bounds the time spent on markup that means nothing.
pub const XML_ELEMENTS: usize = 4_000_000;

/// Warnings kept; later ones are only counted. A playlist of unknown tags would otherwise cost
/// more memory as warnings than as text.
pub const WARNINGS: usize = 100;

/// First lines of a playlist that are remembered while it is not known of which kind it is; those after them
/// are read again.
pub const HEAD_LINES: usize = 64;

/// EXT-X-DEFINE variables of one playlist. Each use of a variable searches them all.
pub const DEFINED_VARIABLES: usize = 64;

/// Bytes that variable substitution may add to one playlist. `{$a}` is four bytes and may stand
/// for thousands ("billion laughs").
pub const SUBSTITUTED_BYTES: usize = 1 << 20;

/// Initialization sections, keys, and changes of either, of one playlist: a key for every segment is
/// legitimate, and a live stream without end must not grow for ever. Every change of one key repeats
/// those of all other key formats.
pub const DISTINCT_PER_PLAYLIST: usize = 1_000_000;

/// Longest time that a playlist may state, in seconds: 100 days. Keeps all sums of ticks in
/// 64 bits with the finest timescale (10^12 ticks a second).
pub const TIME_S: u64 = 8_640_000;

/// Longest duration that an MPD may state, in seconds: 100 years, because periods may start at a
/// time since 1970. Keeps nanoseconds, and microseconds of ticks, in 64 bits.
pub const DURATION_S: i64 = 3_155_760_000;

/// Finest ticks per second of an MPD's `@timescale`, an `unsignedInt`.
pub const TIMESCALE: u64 = u32::MAX as u64;

/// Digits that `$Number%09d$` may ask for. `%0999999999d` is a gigabyte of zeros.
pub const TEMPLATE_WIDTH: usize = 32;

/// Longest URL that a template may expand to, in bytes.
pub const URL_BYTES: usize = 8_192;

/// Bytes of a `moov` held while it arrives. A header of eight bytes may claim terabytes; a real
/// one is small, but that of a long film that is not fragmented has tables of some megabytes.
pub const MOOV_BYTES: usize = 16 << 20;

/// Bytes of any other box held while it arrives (`moof`, `sidx`, `emsg`, ...), for the same reason.
/// A full `sidx` is 786 kB, a `moof` of 262,144 samples with all fields 4 MB.
pub const BOX_BYTES: usize = 5 << 20;

/// Tracks of a movie, and track fragments of a fragment: each fragment searches its track among
/// all, so many of both would cost their product.
pub const TRACKS: usize = 64;

/// Sample entries of one track. An empty one is 16 bytes of input and ten times that in memory.
pub const SAMPLE_DESCRIPTIONS: usize = 64;

/// Sample group descriptions of one kind in one track or track fragment: each track fragment may
/// take up all of its track's.
pub const GROUP_DESCRIPTIONS: usize = 1_024;

/// Samples of a fragment. A `trun` of 16 bytes may claim four thousand million samples that all
/// have the default size; 262,144 are an hour and a half of AAC.
pub const SAMPLES_PER_FRAGMENT: usize = 1 << 18;

/// `pssh` boxes of a movie: each is copied and handed to the browser's DRM.
pub const PROTECTION_SYSTEMS: usize = 64;

/// Levels of `sidx` below the first: nesting deeper is an attack on whoever recurses.
pub const INDEX_DEPTH: usize = 8;

/// Entries of an index of byte ranges, all levels together: 40 MB.
pub const INDEX_ENTRIES: usize = 1 << 20;

/// Cues of one subtitle file, and of one decoder of captions between two readings of it.
pub const CUES: usize = 200_000;

/// Partial Segments of one playlist. A live window lists those of its last few segments only.
pub const PARTS: usize = 200_000;

/// Preload hints of one playlist: a part, an initialization section, a few prefetched segments.
pub const HINTS: usize = 16;

/// EXT-X-DATERANGE tags of one playlist. Each new one is compared with the IDs of all before it.
pub const DATE_RANGES: usize = 4_096;

/// Attributes of one date range that are kept for the page.
pub const DATE_RANGE_ATTRIBUTES: usize = 32;

/// Advertisement markers of one playlist. EXT-X-CUE-OUT-CONT may stand before every segment.
pub const MARKERS: usize = 200_000;

/// Longest URI of a segment, in bytes; its length is kept in 16 bits.
pub const SEGMENT_URI_BYTES: usize = u16::MAX as usize;

/// EXT-X-SESSION-DATA tags that are kept for the page.
pub const SESSION_DATA: usize = 256;

/// Keys of whole segments that are held at once. A key for every segment is legitimate, and a long
/// title must not gather them all.
pub const KEYS: usize = 64;

/// Key sessions of a key system at once. Every change of keys opens one, and key systems have few.
pub const KEY_SESSIONS: usize = 32;

/// Key identifiers that are remembered, one for each initialization section: each decision about keys
/// searches them.
pub const KEY_IDS: usize = 1_024;

/// EXT-X-SESSION-KEY tags: each is a licence that may be asked for before playback.
pub const SESSION_KEYS: usize = 16;

/// Bytes of one subtitle file. A feature film has a few hundred kilobytes; typeset ASS a few
/// megabytes. Offsets and lengths within it stay within 32 bits.
pub const TEXT_BYTES: usize = 32 << 20;

/// Runs of one style that one file may have in all. `<i>a` is four bytes and a run a hundred.
pub const TEXT_RUNS: usize = 500_000;

/// Runs of one cue, lines of one SRT block and pieces of one TTML paragraph. A file that is one cue
/// of `<br/>` would otherwise cost forty times its size before it is cut; beyond it text stays and
/// changes of style go.
pub const CUE_RUNS: usize = 16_384;

/// Tags open at once in a cue's text. Each piece of text asks all open tags for its style.
pub const CUE_TAGS: usize = 32;

/// Regions of one subtitle file. A cue finds its region by searching them.
pub const TEXT_REGIONS: usize = 256;

/// Styles of one subtitle file.
pub const TEXT_STYLES: usize = 4_096;

/// Style references followed from one style to the next, in a row (TTML). A chain as long as the
/// file would be followed by recursion.
pub const STYLE_CHAIN: usize = 16;

/// Style references in one attribute (TTML). Each costs a merge of all properties.
pub const STYLE_REFERENCES: usize = 32;

/// Distinct names of one file: fonts, voices, classes and languages, numbered with 16 bits and
/// kept sorted.
pub const TEXT_NAMES: usize = 4_096;

/// Timed pieces within one paragraph (TTML). Each is a moment at which the whole paragraph changes,
/// so the work is their product.
pub const TIMED_SPANS: usize = 64;

/// Bytes of the text of one cue of a TTML paragraph that is shown in several steps, all steps
/// together: see [`TIMED_SPANS`].
pub const STEPPED_BYTES: usize = 1 << 20;

/// Animations of one ASS event. `\t(\b1)` is seven bytes and a transform two hundred.
pub const ANIMATIONS: usize = 1_024;

/// Animations of one ASS file in all.
pub const ANIMATIONS_PER_FILE: usize = 100_000;

/// Points of vector drawings in one ASS file. `m 0 0` repeated costs six times its text.
pub const DRAWING_POINTS: usize = 1 << 20;

/// Characters of one caption screen that may still be open in a decoder (CTA-608 has 15 rows of 32,
/// CTA-708 eight windows of 15 by 42). Bounds what a stream without an end of caption keeps.
pub const CAPTION_COLUMNS: usize = 42;

/// Bytes of one CTA-708 service held back by a delay command, as the standard's own buffer.
pub const CAPTION_DELAY_BYTES: usize = 128;

/// Bytes of nested WebVTT classes kept together. Each tag repeats those of all tags around it.
pub const CLASS_BYTES: usize = 256;

/// Cues at once that may go on in the next sample or segment. Each new cue is compared with all.
pub const OPEN_CUES: usize = 32;

/// Cues remembered to recognise their repetition in the next WebVTT segment.
pub const REPEATED_CUES: usize = 1_024;

/// Bytes of one section of a program table: 12 bits of length, and the three before them. Without
/// it a table that never ends grows.
pub const TS_SECTION_BYTES: usize = 4_098;

/// Bytes of one PES header over packets: nine, and a length of one byte. A header that claims more
/// than it brings must not hold on to packets.
pub const PES_HEADER_BYTES: usize = 9 + 255 + 188;

/// Bytes of one elementary stream that wait for the end of a unit. A PES packet of video may leave
/// its length open, and a stream without start codes would fill the tab.
pub const ACCESS_UNIT_BYTES: usize = 16 << 20;

/// Time stamps that wait for an access unit. A stream of PES headers without media would pile up
/// time stamps.
pub const TIME_MARKS: usize = 64;

/// Bytes of all parameter sets of a stream. They are kept, compared with each that comes, and
/// written into every initialisation segment, which two small packets may ask for.
pub const PARAMETER_SETS_BYTES: usize = 8_192;

/// Parameter sets of each type. Every one is compared with every unit that holds one; H.264 has
/// five bits for their count.
pub const PARAMETER_SETS: usize = 31;

/// Bytes of a supplemental enhancement unit that is read; a larger one is copied and not read.
pub const MESSAGE_BYTES: usize = 64 << 10;

/// Bytes of an AudioSpecificConfig: keeps the lengths in the ES descriptor within one byte.
pub const AUDIO_CONFIGURATION_BYTES: usize = 80;

/// Bytes of one audio sample: the largest E-AC-3 frames of 16 substreams, six blocks of one each.
/// Substreams without end would be one sample.
pub const AUDIO_SAMPLE_BYTES: usize = 16 * 6 * 4_096;

/// Bytes of media in one fragment, after which it is handed out whatever its duration: time stamps
/// that stand still would gather samples for ever.
pub const FRAGMENT_BYTES: usize = 8 << 20;

/// Samples of one fragment, for the same reason.
pub const FRAGMENT_SAMPLES: usize = 1_024;

/// Bytes of an ID3 tag, which is gathered whole: its header may claim 256 MB.
pub const ID3_BYTES: usize = 1 << 20;

/// Captions that wait for pictures before them, and metadata that waits for the time base.
pub const WAITING_EVENTS: usize = 64;

/// Warnings of one kind that a remuxer gives until a discontinuity; damage of every packet would
/// otherwise cost more than the media.
pub const WARNINGS_OF_A_KIND: u8 = 16;

/// Media, in microseconds, that waits for the first time stamp of the other track while the time
/// base is to be learned: a program map may announce a stream that never comes.
pub const BASE_WAIT_US: u32 = 1_000_000;

/// Initialisation segments of one track in one segment. A stream that changes its configuration
/// with every frame of a few bytes would be multiplied by a hundred.
pub const CONFIGURATIONS_PER_SEGMENT: u8 = 32;

/// Bytes of a packed segment that are dealt with at a time: what is left of them is moved for each
/// ID3 tag, of which ten bytes are enough.
pub const PACKED_BYTES: usize = 1_024;

/// `SegmentURL`s of one MPD, and segments of one index box: each costs 40 bytes.
pub const SEGMENT_URLS: usize = 4_000_000;

/// Addresses of one level (`BaseURL`). Those of the levels above are joined with each: five levels of ten
/// would be 100,000.
pub const ALTERNATIVES: u32 = 16;

/// Addresses of one MPD in all.
pub const BASE_URLS: usize = 65_536;

/// Bytes of all addresses of one MPD, each joined with those above it: `<BaseURL>a</BaseURL>` is 20 bytes, and
/// under an address of 8,192 as many more.
pub const ADDRESS_BYTES: usize = 16 << 20;

/// Bytes of addresses, templates, listed segments and open timelines that representations have copies of. Each
/// may be as long as the document, and hold for 16,384 representations.
pub const COPIED_BYTES: usize = 16 << 20;

/// Pieces that comments cut the text of an element into; each is copied with those before it.
pub const TEXT_PIECES: usize = 64;

/// `ContentProtection`s of one representation: one per system, some twice.
pub const PROTECTIONS: usize = 16;

/// `ContentProtection`s that others may refer to; each reference is looked up among all.
pub const SHARED_PROTECTIONS: usize = 256;

/// Roles of one adaptation set.
pub const ROLES: usize = 32;

/// Descriptors of one adaptation set that are kept for the page; each new one is compared with them.
pub const DESCRIPTORS: usize = 64;

/// Labels of one adaptation set: one per language of the interface.
pub const LABELS: usize = 64;

/// Caption channels inside one video: CEA-708 has 63 services.
pub const CAPTIONS: usize = 64;

/// Preselections of one MPD, and subsets.
pub const PRESELECTIONS: usize = 1_024;

/// Events of one MPD.
pub const EVENTS: usize = 200_000;

/// Gaps (`FCS`) of one MPD; a look at a segment searches those of its representation.
pub const GAPS: usize = 4_096;

/// Remote elements of one MPD: each is a request.
pub const REMOTES: usize = 1_024;

/// Remote elements that may be put into one MPD one after the other: they may hold others, in a circle.
pub const RESOLUTIONS: u32 = 4_096;

/// Bytes that the operations of one MPD patch may make us read: each walks from the start to its place.
pub const PATCH_WORK: usize = 1 << 30;

/// Runs of one segment timeline. `<S d="1"/>` is eleven bytes of input and a run 24 of memory.
pub const TIMELINE_RUNS: usize = bitaca_player_scan::timeline::MOST_RUNS;

/// Depth of a JSON document: each level is a call on the stack.
pub const JSON_DEPTH: u32 = 32;

/// Assets of one interstitial.
pub const ASSETS: usize = 64;
