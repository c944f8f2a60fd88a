//! What a listed segment costs: forty bytes.

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
