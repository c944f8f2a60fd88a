//! Resources that list their segments themselves: `sidx` boxes, one below the other, and WebM's Cues.
//! ISO/IEC 23009-1, Segment base; ISO/IEC 14496-12, Segment Index Box; RFC 9559, Cues.

use alloc::string::String;

use super::requests::What;
use super::{Category, Session};
use crate::byte_index::ByteIndex;
use crate::segments::ByteRange;
use crate::{isobmff, webm};

/// An index that nobody says the place of is looked for in so much of the beginning, then in eight times as much.
const FIRST_BYTES: u64 = 32 * 1024;
const STEPS: u32 = 3;
/// Most indexes of indexes that are followed for one resource.
const NESTED: u32 = 1_024;

/// What was learnt of one resource so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Indexing {
    rendition: usize,
    /// Entries, some of which are indexes still.
    found: Option<ByteIndex>,
    /// WebM: the header tells how its Cues are read.
    header: Option<webm::Header>,
    /// The stretch that is asked for.
    range: Option<ByteRange>,
    steps: u32,
}

impl Session {
    /// Ask for a representation's index; true where it needs none.
    pub(super) fn need_index(&mut self, rendition: usize) -> bool {
        let index =
            self.presentation.as_ref().and_then(|one| one.renditions.get(rendition)?.segments.as_ref());
        let Some(wanted) = index.and_then(|index| index.index.as_ref()) else { return true };
        if !self.indexings.iter().any(|one| one.rendition == rendition) {
            let first = ByteRange { offset: 0, length: FIRST_BYTES };
            let range = Some(wanted.range.unwrap_or(first));
            self.indexings.push(Indexing { rendition, range, ..Indexing::default() });
        }
        if !self.is_asked(&What::Index(rendition)) {
            self.fetch(What::Index(rendition));
        }
        false
    }

    pub(super) fn index_address(&self, rendition: usize) -> Option<(String, Option<ByteRange>)> {
        let index = self.presentation.as_ref()?.renditions.get(rendition)?.segments.as_ref()?;
        let one = self.indexings.iter().find(|one| one.rendition == rendition)?;
        Some((index.index.as_ref()?.url.clone(), one.range))
    }

    /// Bytes of a resource have come that hold its index, or lead to it.
    pub(super) fn on_index(&mut self, rendition: usize, body: &[u8]) {
        let Some(at) = self.indexings.iter().position(|one| one.rendition == rendition) else { return };
        let mut one = self.indexings.swap_remove(at);
        one.steps += 1;
        match one.read(body) {
            Step::Ask(range) if one.steps < NESTED => {
                one.range = Some(range);
                self.indexings.push(one);
                self.fetch(What::Index(rendition));
            }
            Step::Known(index) => self.adopt_index(rendition, &index),
            _ => {
                let data = String::from("an index of segments that cannot be read");
                self.lose_rendition(rendition, 2001, Category::Manifest, data);
            }
        }
    }

    fn adopt_index(&mut self, rendition: usize, index: &ByteIndex) {
        let Some(presentation) = &mut self.presentation else { return };
        if presentation.attach_index(rendition, index).is_err() {
            let data = String::from("an index of more segments than are kept");
            return self.lose_rendition(rendition, 2001, Category::Manifest, data);
        }
        self.continue_preparing();
        self.continue_loading();
    }
}

enum Step {
    Ask(ByteRange),
    Known(ByteIndex),
    Wrong,
}

impl Indexing {
    fn read(&mut self, body: &[u8]) -> Step {
        let Some(asked) = self.range else { return Step::Wrong };
        if let Some(header) = &self.header {
            return match webm::cues(body, asked.offset, header, None) {
                Ok(index) => known(index),
                Err(_) => Step::Wrong,
            };
        }
        if self.found.is_none() && webm::is_webm(body) {
            return self.read_webm(body);
        }
        let Ok(index) = isobmff::sidx::index(body, asked.offset) else {
            // A longer beginning may hold it.
            let longer = ByteRange { offset: asked.offset, length: asked.length.saturating_mul(8) };
            return if self.found.is_none() && self.steps < STEPS { Step::Ask(longer) } else { Step::Wrong };
        };
        let whole = match self.found.take() {
            None => index,
            Some(mut above) => {
                let replaced = above.nested().is_some_and(|at| above.replace(at, &index));
                if !replaced {
                    return Step::Wrong;
                }
                above
            }
        };
        match whole.nested().and_then(|at| whole.entries.get(at)).map(|entry| entry.range) {
            Some(range) => {
                self.found = Some(whole);
                Step::Ask(range)
            }
            None => known(whole),
        }
    }

    /// The header of a WebM file says where its Cues are.
    fn read_webm(&mut self, body: &[u8]) -> Step {
        let Ok(header) = webm::header(body) else {
            let Some(asked) = self.range.filter(|_| self.steps < STEPS) else { return Step::Wrong };
            return Step::Ask(ByteRange { length: asked.length.saturating_mul(8), ..asked });
        };
        let Some(offset) = header.cues_offset else { return Step::Wrong };
        let length = header.segment_end.map_or(1 << 20, |end| end.saturating_sub(offset)).min(1 << 20);
        self.header = Some(header);
        Step::Ask(ByteRange { offset, length })
    }
}

fn known(index: ByteIndex) -> Step {
    if index.entries.is_empty() {
        Step::Wrong
    } else {
        Step::Known(index)
    }
}
