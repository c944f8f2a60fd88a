//! What a listed segment costs: forty bytes; and what holds for it and its neighbours.

/// A segment of a playlist. Times are ticks of the list's timescale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Start on the list's own time line.
    pub start: u64,
    /// Length.
    pub duration: u64,
    /// First byte, where [`RANGED`].
    pub range_offset: u64,
    /// Number of bytes, where [`RANGED`].
    pub range_length: u32,
    /// Where its URI stands in the list's text.
    pub url_start: u32,
    /// Length of the URI.
    pub url_len: u16,
    /// [`DISCONTINUITY`], [`GAP`], [`RANGED`].
    pub flags: u16,
    /// Number of what holds for it and its neighbours: initialization section and keys.
    pub context: u32,
}

/// Timestamps or encoding break before it.
pub const DISCONTINUITY: u16 = 1;
/// It is known to be absent.
pub const GAP: u16 = 2;
/// It is a part of its resource.
pub const RANGED: u16 = 4;

const _: () = assert!(core::mem::size_of::<Entry>() == 40);

/// A stretch of the text of a presentation; [`Span::NONE`] where the manifest says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Byte offset in the text.
    pub start: u32,
    /// Length in bytes.
    pub len: u32,
}

impl Span {
    /// Absent, which differs from an empty string.
    pub const NONE: Self = Self { start: u32::MAX, len: 0 };

    /// Whether the manifest says nothing here.
    pub const fn is_none(self) -> bool {
        self.start == u32::MAX
    }
}

impl Default for Span {
    fn default() -> Self {
        Self::NONE
    }
}

/// How the segments are encrypted from some segment on. RFC 8216bis, EXT-X-KEY.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Key {
    /// METHOD.
    pub method: Span,
    /// URI, as written.
    pub uri: Span,
    /// IV, as written.
    pub iv: Span,
    /// KEYFORMAT, absent where it is the default `identity`.
    pub keyformat: Span,
    /// KEYFORMATVERSIONS.
    pub versions: Span,
}

/// What holds for a segment and its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// Position among the initialization sections, or [`NOTHING`].
    pub init: u32,
    /// Position among the key sets, or [`NOTHING`].
    pub keys: u32,
}

/// No initialization section, no keys.
pub const NOTHING: u32 = u32::MAX;

impl Default for Context {
    fn default() -> Self {
        Self { init: NOTHING, keys: NOTHING }
    }
}
