//! Samples of one track, gathered into movie fragments. ISO/IEC 14496-12, Movie Fragments.

use alloc::vec::Vec;

use super::boxes::Boxes;
use super::output::{Output, Track};

/// ISO/IEC 14496-12, Track Extends Box: depends on no other / is a sync sample.
const SYNC: u32 = 0x0200_0000;
/// Depends on others; is not a sync sample.
const NOT_SYNC: u32 = 0x0101_0000;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) size: u32,
    pub(crate) duration: u32,
    /// Composition minus decode time.
    pub(crate) offset: i32,
    pub(crate) sync: bool,
}

/// Samples that are complete, and behind them in `data` the bytes of the one that is not.
#[derive(Debug)]
pub(crate) struct Fragmenter {
    track: Track,
    sequence: u32,
    pub(crate) data: Vec<u8>,
    samples: Vec<Sample>,
    closed: usize,
    duration: u64,
}

impl Fragmenter {
    pub(crate) const fn new(track: Track) -> Self {
        Self { track, sequence: 0, data: Vec::new(), samples: Vec::new(), closed: 0, duration: 0 }
    }

    /// Where the sample that is not complete begins in `data`.
    pub(crate) const fn closed(&self) -> usize {
        self.closed
    }

    /// Complete samples.
    pub(crate) fn len(&self) -> usize {
        self.samples.len()
    }

    /// Sum of the durations of complete samples.
    pub(crate) const fn duration(&self) -> u64 {
        self.duration
    }

    /// The sample being filled ends at `end` in `data`.
    pub(crate) fn close(&mut self, end: usize, duration: u32, offset: i32, sync: bool) {
        let size = end.saturating_sub(self.closed) as u32;
        self.closed = end;
        self.duration += u64::from(duration);
        self.samples.push(Sample { size, duration, offset, sync });
    }

    /// Leave out the first `count` samples.
    pub(crate) fn drop_front(&mut self, count: usize) {
        let mut bytes = 0;
        for sample in self.samples.drain(..count.min(self.samples.len())) {
            bytes += sample.size as usize;
            self.duration -= u64::from(sample.duration);
        }
        self.data.drain(..bytes.min(self.data.len()));
        self.closed -= bytes;
    }

    /// The complete samples as one fragment; what is not complete stays.
    ///
    /// `shift` is taken from every composition offset. `start_us` maps the earliest presentation
    /// time, in ticks after `decode_time`, to microseconds.
    pub(crate) fn cut(
        &mut self,
        decode_time: u64,
        timescale: u32,
        shift: i32,
        start_us: impl FnOnce(i64) -> i64,
    ) -> Option<Output> {
        let first = *self.samples.first()?;
        let audio = self.track == Track::Audio;
        self.sequence = self.sequence.wrapping_add(1);
        let each = if audio { 4 } else { 16 };
        let mut boxes = Boxes::new(100 + self.samples.len() * each + 8 + self.closed);
        let mut data_offset = 0;
        let (mut earliest, mut decode) = (i64::MAX, 0i64);
        boxes.within(b"moof", |boxes| {
            boxes.within(b"mfhd", |boxes| {
                boxes.u32(0);
                boxes.u32(self.sequence);
            });
            boxes.within(b"traf", |boxes| {
                boxes.within(b"tfhd", |boxes| {
                    // Offsets from the moof box; for audio also a default duration and flags.
                    boxes.u32(if audio { 0x02_0028 } else { 0x02_0000 });
                    boxes.u32(self.track.number());
                    if audio {
                        boxes.u32(first.duration);
                        boxes.u32(SYNC);
                    }
                });
                boxes.within(b"tfdt", |boxes| {
                    boxes.u32(0x0100_0000);
                    boxes.bytes(&decode_time.to_be_bytes());
                });
                boxes.within(b"trun", |boxes| {
                    // Version 1; data offset; sizes, and for video durations, flags, composition offsets.
                    boxes.u32(if audio { 0x0100_0201 } else { 0x0100_0F01 });
                    boxes.u32(self.samples.len() as u32);
                    data_offset = boxes.len();
                    boxes.u32(0);
                    for sample in &self.samples {
                        let offset = sample.offset.saturating_sub(shift);
                        earliest = earliest.min(decode.saturating_add(offset.into()));
                        decode += i64::from(sample.duration);
                        if audio {
                            boxes.u32(sample.size);
                        } else {
                            boxes.u32(sample.duration);
                            boxes.u32(sample.size);
                            boxes.u32(if sample.sync { SYNC } else { NOT_SYNC });
                            boxes.u32(offset as u32);
                        }
                    }
                });
            });
        });
        boxes.patch(data_offset, boxes.len() as u32 + 8);
        boxes.u32(self.closed as u32 + 8);
        boxes.bytes(b"mdat");
        boxes.bytes(self.data.get(..self.closed)?);
        let samples = self.samples.len() as u32;
        let duration = self.duration;
        self.samples.clear();
        self.duration = 0;
        self.data.drain(..self.closed);
        self.closed = 0;
        Some(Output::Fragment {
            track: self.track,
            bytes: boxes.into_bytes(),
            start_us: start_us(earliest),
            decode_time,
            timescale,
            duration,
            samples,
            starts_with_sync: first.sync,
        })
    }

    /// Forget the bytes of the sample that is not complete.
    pub(crate) fn abandon(&mut self) {
        self.data.truncate(self.closed);
    }
}
