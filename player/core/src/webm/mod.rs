//! WebM, as far as DASH's SegmentBase needs it: the header, and the Cues as an index of byte ranges.
//!
//! EBML header, Segment, SeekHead, Info, Tracks and Cues are read; clusters never are. RFC 9559.

mod cues;
pub mod ebml;
pub mod info;
mod seek_head;
pub mod tracks;

use alloc::vec::Vec;

use crate::byte_index::ByteIndex;
use crate::error::{ErrorKind, ParseError};
use ebml::Elements;
use info::Info;
use tracks::Track;

const EBML: u32 = 0x1A45_DFA3;
const SEGMENT: u32 = 0x1853_8067;
const SEEK_HEAD: u32 = 0x114D_9B74;
const INFO: u32 = 0x1549_A966;
const TRACKS: u32 = 0x1654_AE6B;
const CLUSTER: u32 = 0x1F43_B675;
const CUES: u32 = 0x1C53_BB6B;

/// What stands before the first cluster: the initialization section.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// Where the Segment's content stands; positions in it count from there.
    pub segment_offset: u64,
    /// Where the Segment ends, where it is told.
    pub segment_end: Option<u64>,
    /// Where the Cues stand in the file, where a SeekHead tells it.
    pub cues_offset: Option<u64>,
    /// Time scale and length.
    pub info: Info,
    /// The tracks.
    pub tracks: Vec<Track>,
}

/// Whether bytes begin as EBML does.
pub fn is_webm(bytes: &[u8]) -> bool {
    bytes.starts_with(&EBML.to_be_bytes())
}

/// Read the start of a file; whatever is cut off behind the Tracks does not matter.
/// RFC 9559, Segment Element.
pub fn header(bytes: &[u8]) -> Result<Header, ParseError> {
    let mut top = Elements::new(bytes, 0);
    let missing = |what| ParseError::new(ErrorKind::Missing, 0, what);
    if top.next_element().is_none_or(|element| element.id != EBML) {
        return Err(missing("an EBML header"));
    }
    let segment = loop {
        match top.next_element() {
            Some(element) if element.id == SEGMENT => break element,
            Some(_) => {}
            None => return Err(missing("Segment")),
        }
    };
    let (mut cues_offset, mut info, mut tracks) = (None, None, None);
    let mut children = segment.children();
    while let Some(child) = children.next_element() {
        match child.id {
            SEEK_HEAD if cues_offset.is_none() => cues_offset = seek_head::cues(&child),
            INFO if child.is_whole() => info = Some(Info::read(&child)),
            TRACKS if child.is_whole() => tracks = Some(tracks::read(&child)),
            CLUSTER => break,
            _ => {}
        }
    }
    Ok(Header {
        segment_offset: segment.offset,
        segment_end: segment.size.map(|size| segment.offset.saturating_add(size)),
        cues_offset: cues_offset.map(|position| segment.offset.saturating_add(position)),
        info: info.ok_or(missing("Info"))?,
        tracks: tracks.filter(|tracks| !tracks.is_empty()).ok_or(missing("Tracks"))?,
    })
}

/// The index that the Cues in `bytes` make; they stand at `offset` of the file.
///
/// The last cluster ends where the Cues begin, if they are behind it; otherwise with the Segment,
/// or at `file_size`.
pub fn cues(
    bytes: &[u8],
    offset: u64,
    header: &Header,
    file_size: Option<u64>,
) -> Result<ByteIndex, ParseError> {
    let mut walk = Elements::new(bytes, offset);
    let mut at = offset;
    let element = loop {
        match walk.next_element() {
            Some(element) if element.id == CUES => break element,
            Some(element) => at = element.offset.saturating_add(element.content.len() as u64),
            None => return Err(ParseError::new(ErrorKind::Missing, 0, "Cues")),
        }
    };
    if !element.is_whole() {
        return Err(ParseError::new(ErrorKind::Malformed, 0, "the rest of the Cues"));
    }
    let scale = header.info.timestamp_scale;
    let duration = header.info.duration_us.and_then(|us| u64::try_from(us).ok()?.checked_mul(1000));
    let end = header.segment_end.or(file_size).unwrap_or(0);
    let mut entries = cues::read(&element, header.segment_offset, scale, duration, end)
        .ok_or(ParseError::new(ErrorKind::Limit, 0, "at most 1,048,576 cues"))?;
    if let Some(last) = entries.last_mut().filter(|last| last.range.offset < at) {
        last.range.length = at - last.range.offset;
    }
    Ok(ByteIndex { timescale: 1_000_000_000, entries })
}

#[cfg(test)]
mod tests;
