//! Short texts without `core::fmt`, whose machinery would cost kilobytes of the player's budget.

use alloc::string::String;

use crate::bytes::push_number;

/// The parts, one after another.
pub(super) fn joined(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str(part);
    }
    text
}

/// A number in decimal digits.
pub(super) fn decimal(value: u64) -> String {
    let mut text = String::new();
    push_number(&mut text, value, 1);
    text
}

/// The id of a track: its place among the renditions.
pub(super) fn track_id(rendition: usize) -> String {
    decimal(rendition as u64)
}

/// A body as text; empty where it is not UTF-8, which no file that we read may be.
pub(super) fn text_of(body: &[u8]) -> &str {
    core::str::from_utf8(body).unwrap_or("")
}
