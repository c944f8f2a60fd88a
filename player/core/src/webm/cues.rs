//! Cues: which cluster shows which time.

use alloc::vec::Vec;

use super::ebml::Element;
use crate::byte_index::IndexEntry;
use crate::limits;
use crate::segments::ByteRange;

/// Times and byte ranges of the clusters; `segment` is where the content of the Segment stands,
/// `end` where its last cluster ends. Times are in nanoseconds: `scale` of them in a tick.
/// `None` where the cap was met.
///
/// RFC 9559, Cues Element. A cue lasts up to the next, the last one up to `duration`.
pub(super) fn read(
    element: &Element<'_>,
    segment: u64,
    scale: u64,
    duration: Option<u64>,
    end: u64,
) -> Option<Vec<IndexEntry>> {
    let mut entries: Vec<IndexEntry> = Vec::new();
    let mut children = element.children();
    while let Some(child) = children.next_element() {
        if child.id != 0xBB {
            continue;
        }
        let Some((time, position)) = point(&child) else { continue };
        let (start, offset) = (time.saturating_mul(scale), segment.saturating_add(position));
        if let Some(last) = entries.last_mut() {
            // Cues are in order; several may point into one cluster, which can only be fetched whole.
            if start < last.start || offset <= last.range.offset {
                continue;
            }
            last.duration = start - last.start;
            last.range.length = offset - last.range.offset;
        }
        if entries.len() >= limits::INDEX_ENTRIES {
            return None;
        }
        let range = ByteRange { offset, length: 0 };
        entries.push(IndexEntry { start, duration: 0, range, nested: false, starts_with_sap: true });
    }
    if let Some(last) = entries.last_mut() {
        last.duration = duration.unwrap_or(0).saturating_sub(last.start);
        last.range.length = end.saturating_sub(last.range.offset);
    }
    Some(entries)
}

/// CueTime and CueClusterPosition. RFC 9559, CuePoint Element.
fn point(element: &Element<'_>) -> Option<(u64, u64)> {
    let (mut time, mut position) = (None, None);
    let mut children = element.children();
    while let Some(child) = children.next_element() {
        match child.id {
            0xB3 => time = child.unsigned(),
            0xB7 if position.is_none() => {
                let mut places = child.children();
                while let Some(place) = places.next_element() {
                    if place.id == 0xF1 {
                        position = place.unsigned();
                    }
                }
            }
            _ => {}
        }
    }
    Some((time?, position?))
}
