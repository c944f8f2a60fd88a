//! Every cap on what a manifest may ask of us, with the attack that it prevents.
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

/// Variants, renditions and representations together. Each costs some 300 bytes and a row in
/// menus and in every ABR decision.
pub const RENDITIONS: usize = 4_096;

/// Periods of an MPD. Each may repeat all adaptation sets.
pub const PERIODS: usize = 4_096;

/// Elements open at once in an MPD. Nesting deeper than this is an attack on whoever recurses.
pub const XML_DEPTH: usize = 32;

/// Elements of an MPD in all: bounds the time spent on markup that means nothing.
pub const XML_ELEMENTS: usize = 4_000_000;

/// Warnings kept; later ones are only counted. A playlist of unknown tags would otherwise cost
/// more memory as warnings than as text.
pub const WARNINGS: usize = 100;

/// EXT-X-DEFINE variables of one playlist. Each use of a variable searches them all.
pub const DEFINED_VARIABLES: usize = 64;

/// Bytes that variable substitution may add to one playlist. `{$a}` is four bytes and may stand
/// for thousands ("billion laughs").
pub const SUBSTITUTED_BYTES: usize = 1 << 20;

/// Initialisation sections and key sets of one playlist; both are numbered with 16 bits.
pub const DISTINCT_PER_PLAYLIST: usize = u16::MAX as usize - 1;

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

/// References of one `sidx` box, and cues of one WebVTT file.
pub const BOX_REFERENCES: usize = 65_535;

/// Cues of one WebVTT file.
pub const CUES: usize = 200_000;
