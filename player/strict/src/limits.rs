//! What is bounded, and why.

/// Findings of one rule that are told; more of the same say nothing new, and a hostile file has millions.
pub const FINDINGS_PER_RULE: usize = 20;

/// Bytes of a file that is read; the player's own reader takes no more.
pub const FILE_BYTES: usize = 64 << 20;

/// Elements of an MPD within each other; the deepest of the schema is nine.
pub const DEPTH: usize = 64;

/// Elements of an MPD that are kept; a tree of more would cost gigabytes.
pub const ELEMENTS: usize = 2_000_000;

/// Repetitions of one `S` element that are followed one by one where it matters.
pub const REPEATS: u64 = 1 << 40;
