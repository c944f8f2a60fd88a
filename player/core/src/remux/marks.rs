//! Time stamps and where in an elementary stream they apply.

use alloc::vec::Vec;

use crate::limits;

/// ISO/IEC 13818-1, Semantic definition of fields in PES packet: a time stamp is that of the first
/// access unit that begins in the packet.
#[derive(Debug)]
pub(crate) struct Marks {
    /// Offset, presentation time, decode time.
    marks: Vec<(usize, i64, i64)>,
}

impl Marks {
    pub(crate) const fn new() -> Self {
        Self { marks: Vec::new() }
    }

    /// A packet's data begins at `at`. True when an older mark had to go.
    pub(crate) fn push(&mut self, at: usize, show: i64, decode: i64) -> bool {
        let full = self.marks.len() >= limits::TIME_MARKS;
        if full {
            self.marks.remove(0);
        }
        self.marks.push((at, show, decode));
        full
    }

    /// When an access unit is shown and decoded that begins at `at`: what the last
    /// packet that begins no later says.
    pub(crate) fn take(&mut self, at: usize) -> Option<(i64, i64)> {
        let count = self.marks.iter().take_while(|mark| mark.0 <= at).count();
        let (_, show, decode) = self.marks.drain(..count).next_back()?;
        Some((show, decode))
    }

    /// The first `count` bytes of the stream are gone.
    pub(crate) fn consumed(&mut self, count: usize) {
        for mark in &mut self.marks {
            mark.0 = mark.0.saturating_sub(count);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.marks.clear();
    }
}
