//! Segment Index Box, also of several levels.

use super::boxes::{fail, Boxes, Fault};
use super::fields::{whole, Fields};
use super::fourcc::FourCc;
use crate::byte_index::{ByteIndex, IndexEntry};
use crate::error::{ErrorKind, ParseError};
use crate::limits;
use crate::segments::ByteRange;

/// One level of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sidx<'a> {
    /// `reference_ID`: a track.
    pub reference_ID: u32,
    /// `timescale`.
    pub timescale: u32,
    /// `earliest_presentation_time`.
    pub earliest_presentation_time: u64,
    /// `first_offset`: from the end of the box to the first referenced byte.
    pub first_offset: u64,
    references: &'a [u8],
}

impl<'a> Sidx<'a> {
    /// ISO/IEC 14496-12, Segment Index Box.
    pub fn read(payload: &'a [u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        let wide = reader.full_box().0 > 0;
        let id = reader.u32();
        let timescale = reader.u32();
        if timescale == 0 {
            return None;
        }
        let earliest_presentation_time = reader.sized(wide);
        let first_offset = reader.sized(wide);
        reader.u16();
        let count = u32::from(reader.u16());
        whole(
            Self {
                reference_ID: id,
                timescale,
                earliest_presentation_time,
                first_offset,
                references: reader.rows(count, 12),
            },
            &reader,
        )
    }

    /// What it refers to, for a box that ends at `anchor`.
    pub fn references(&self, anchor: u64) -> impl Iterator<Item = IndexEntry> + 'a {
        let mut reader = Fields::new(self.references);
        let mut offset = anchor.saturating_add(self.first_offset);
        let mut start = self.earliest_presentation_time;
        core::iter::from_fn(move || {
            if reader.rest().is_empty() {
                return None;
            }
            let (reference, duration, sap) = (reader.u32(), reader.u32(), reader.u32());
            let length = u64::from(reference & 0x7FFF_FFFF);
            let entry = IndexEntry {
                start,
                duration: u64::from(duration),
                range: ByteRange { offset, length },
                nested: reference >> 31 != 0,
                starts_with_sap: sap >> 31 != 0,
            };
            offset = offset.saturating_add(length);
            start = start.saturating_add(u64::from(duration));
            Some(entry)
        })
    }
}

/// The index that begins with the first `sidx` of `bytes`, which stand at `offset` of their file.
///
/// A level below whose bytes are there is read too; otherwise its entry stays `nested`, to be
/// fetched and put in its place by [`ByteIndex::replace`].
pub fn index(bytes: &[u8], offset: u64) -> Result<ByteIndex, ParseError> {
    let mut out = ByteIndex::default();
    level(bytes, offset, 0, &mut out)?;
    Ok(out)
}

fn level(bytes: &[u8], offset: u64, depth: usize, out: &mut ByteIndex) -> Result<(), Fault> {
    let Some(one) = Boxes::new(bytes, offset).find(FourCc::SIDX)? else {
        return Err(fail(&(ErrorKind::Missing, "sidx"), offset));
    };
    let sidx = one.parse(&(ErrorKind::Malformed, "sidx"), Sidx::read)?;
    if depth == 0 {
        out.timescale = u64::from(sidx.timescale);
    } else if out.timescale != u64::from(sidx.timescale) {
        return Err(fail(&(ErrorKind::Unsupported, "levels of one timescale"), one.offset));
    }
    for entry in sidx.references(one.offset.saturating_add(one.bytes.len() as u64)) {
        if out.entries.len() >= limits::INDEX_ENTRIES {
            return Err(fail(&(ErrorKind::Limit, "at most 1,048,576 references"), one.offset));
        }
        let start = entry.range.offset.checked_sub(offset).and_then(|start| usize::try_from(start).ok());
        let below = start.and_then(|start| {
            // Within what its parent refers to: so the levels together are not longer than the file.
            let end = start.checked_add(usize::try_from(entry.range.length).ok()?)?.min(bytes.len());
            bytes.get(start..end).filter(|below| starts_with_whole_box(below))
        });
        match below {
            Some(below) if entry.nested && depth < limits::INDEX_DEPTH => {
                level(below, entry.range.offset, depth + 1, out)?;
            }
            _ => out.entries.push(entry),
        }
    }
    Ok(())
}

fn starts_with_whole_box(bytes: &[u8]) -> bool {
    matches!(Boxes::new(bytes, 0).next_box(), Ok(Some(one)) if one.kind == FourCc::SIDX)
}
