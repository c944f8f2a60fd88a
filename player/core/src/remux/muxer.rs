//! Segments remuxed one by one, both tracks as one stream for one source buffer.
//!
//! Media Source Extensions, Initialization Segment Received: every initialisation segment that a
//! source buffer is given has the same tracks. So a fragment waits until every track that the
//! segment announces has its first, and the configuration of a track that a segment announces and
//! does not bring is that of the segment before.

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use super::boxes::Boxes;
use super::output::{Output, Track};
use super::timeline::TimeBase;
use super::{Options, Remuxer, Warning};
use crate::bytes::Reader;
use crate::limits;
use crate::time::TURN_US;

/// What of a stream is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The video stream.
    pub video: bool,
    /// The audio stream.
    pub audio: bool,
    /// Media time near which the segment begins, in microseconds, where that is known: it tells
    /// apart times that differ by whole turns of the clock. Media times are PTS plus a turn.
    pub near_us: Option<i64>,
}

/// What comes out, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// An initialisation segment of all tracks: first in each segment, and where one changes.
    Init {
        /// MIME type with RFC 6381 codecs of all tracks, pictures first.
        mime: String,
        /// Coded width; 0 without pictures.
        width: u32,
        /// Coded height; 0 without pictures.
        height: u32,
        /// Media time at which the first picture or sound behind it is presented, in microseconds.
        start_us: i64,
        /// `ftyp` and `moov`.
        bytes: Vec<u8>,
    },
    /// A movie fragment of one track.
    Fragment(Vec<u8>),
    /// Closed captions: media time in microseconds, `cc_data` triplets.
    Captions(i64, Vec<u8>),
    /// Timed metadata: media time in microseconds, ID3 tags.
    Metadata(i64, Vec<u8>),
    /// Something odd that was passed over.
    Warning(Warning),
}

/// A track's last initialisation segment.
#[derive(Debug)]
struct Known {
    mime: String,
    size: (u32, u32),
    bytes: Vec<u8>,
}

/// A fragment that waits for the other track.
#[derive(Debug)]
struct Waiting {
    start_us: i64,
    bytes: Vec<u8>,
}

/// Remuxes the segments of one rendition.
#[derive(Debug)]
pub struct Muxer {
    remuxer: Remuxer,
    known: [Option<Known>; 2],
    /// Tracks that the segment has brought a fragment of.
    begun: [bool; 2],
    /// What was known has changed since it was last told; so it is at each segment's beginning.
    changed: bool,
    waiting: Vec<Waiting>,
    waiting_bytes: usize,
    out: VecDeque<Piece>,
}

impl Default for Muxer {
    fn default() -> Self {
        Self::new()
    }
}

impl Muxer {
    /// A muxer that has seen nothing.
    pub fn new() -> Self {
        Self {
            remuxer: Remuxer::new(Options::default()),
            known: [None, None],
            begun: [false; 2],
            changed: true,
            waiting: Vec::new(),
            waiting_bytes: 0,
            out: VecDeque::new(),
        }
    }

    /// Another segment begins. What was not flushed of the one before is forgotten.
    pub fn begin(&mut self, wanted: Wanted) {
        let time_base = Some(TimeBase { pts: 0, presentation_us: TURN_US });
        let options = Options { time_base, video: wanted.video, audio: wanted.audio, ..Options::default() };
        self.remuxer = Remuxer::new(options);
        // Without a neighbour the clock is taken as it is, from its first turn.
        self.remuxer.expect(wanted.near_us.unwrap_or(TURN_US + TURN_US / 2));
        self.begun = [false; 2];
        self.changed = true;
        self.waiting.clear();
        self.waiting_bytes = 0;
        self.out.clear();
    }

    /// More bytes of the segment.
    pub fn push(&mut self, bytes: &[u8]) {
        self.remuxer.push(bytes);
        self.take();
    }

    /// The segment ends.
    pub fn flush(&mut self) {
        self.remuxer.flush();
        self.take();
        self.release();
    }

    /// The next piece.
    pub fn poll(&mut self) -> Option<Piece> {
        self.out.pop_front()
    }

    fn take(&mut self) {
        while let Some(output) = self.remuxer.poll() {
            match output {
                Output::Init { track, mime, width, height, bytes } => {
                    // What waits belongs to the configuration before.
                    if self.begun.get(track as usize) == Some(&true) {
                        self.release();
                    }
                    if let Some(known) = self.known.get_mut(track as usize) {
                        *known = Some(Known { mime, size: (width, height), bytes });
                    }
                    self.changed = true;
                }
                Output::Fragment { track, bytes, start_us, .. } => {
                    if let Some(begun) = self.begun.get_mut(track as usize) {
                        *begun = true;
                    }
                    self.waiting_bytes += bytes.len();
                    self.waiting.push(Waiting { start_us, bytes });
                    let awaited = self
                        .remuxer
                        .tracks
                        .shared
                        .expected
                        .iter()
                        .zip(self.begun)
                        .any(|(expected, begun)| *expected && !begun);
                    if !awaited || self.waiting_bytes > limits::FRAGMENT_BYTES {
                        self.release();
                    }
                }
                Output::Captions { pts_us, bytes } => self.out.push_back(Piece::Captions(pts_us, bytes)),
                Output::Metadata { pts_us, bytes } => self.out.push_back(Piece::Metadata(pts_us, bytes)),
                Output::Warning(warning) => self.out.push_back(Piece::Warning(warning)),
            }
        }
    }

    /// Hand out what waits, behind an initialisation segment where one is due.
    fn release(&mut self) {
        let Some(start_us) = self.waiting.iter().map(|waiting| waiting.start_us).min() else { return };
        if core::mem::take(&mut self.changed) {
            self.out.extend(self.init(start_us));
        }
        self.out.extend(self.waiting.drain(..).map(|waiting| Piece::Fragment(waiting.bytes)));
        self.waiting_bytes = 0;
    }

    fn init(&self, start_us: i64) -> Option<Piece> {
        let (width, height) = self.known[Track::Video as usize].as_ref().map_or((0, 0), |one| one.size);
        let piece = |mime, bytes| Piece::Init { mime, width, height, start_us, bytes };
        match &self.known {
            [Some(video), Some(audio)] => Some(piece(
                both_types(&video.mime, &audio.mime),
                joined(&video.bytes, &audio.bytes).unwrap_or_default(),
            )),
            [Some(one), None] | [None, Some(one)] => Some(piece(one.mime.clone(), one.bytes.clone())),
            [None, None] => None,
        }
    }
}

/// `video/mp4; codecs="…"` with the codecs of the other type too.
fn both_types(video: &str, audio: &str) -> String {
    let mut mime = String::from(video.strip_suffix('"').unwrap_or(video));
    mime.push(',');
    mime.push_str(audio.split('"').nth(1).unwrap_or(""));
    mime.push('"');
    mime
}

/// One initialisation segment out of two of [`super::boxes::initialisation`]: the other's `trak` and
/// `trex` beside those of the first.
fn joined(first: &[u8], other: &[u8]) -> Option<Vec<u8>> {
    let mut boxes = Boxes::new(first.len() + other.len());
    let mut top = Reader::new(first);
    boxes.bytes(part(&mut top)?.1);
    let (_, movie) = part(&mut top)?;
    let more = inside(other, b"moov")?;
    boxes.within(b"moov", |boxes| {
        let mut parts = Reader::new(movie.get(8..).unwrap_or(&[]));
        while let Some((kind, whole)) = part(&mut parts) {
            if kind != b"mvex" {
                boxes.bytes(whole);
                continue;
            }
            let mut tracks = Reader::new(more);
            while let Some((kind, whole)) = part(&mut tracks) {
                if kind == b"trak" {
                    boxes.bytes(whole);
                }
            }
            boxes.within(b"mvex", |boxes| {
                boxes.bytes(whole.get(8..).unwrap_or(&[]));
                boxes.bytes(inside(more, b"mvex").unwrap_or(&[]));
            });
        }
    });
    Some(boxes.into_bytes())
}

/// The content of the first box of this kind.
fn inside<'a>(bytes: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    let mut parts = Reader::new(bytes);
    loop {
        let (kind, whole) = part(&mut parts)?;
        if kind == wanted {
            return whole.get(8..);
        }
    }
}

/// The next box, with its kind.
fn part<'a>(from: &mut Reader<'a>) -> Option<(&'a [u8], &'a [u8])> {
    let mut size = Reader::new(from.rest());
    let length = size.u32()? as usize;
    let whole = from.take(length.max(8))?;
    Some((whole.get(4..8)?, whole))
}

#[cfg(test)]
mod tests {
    use super::super::tests::picture;
    use super::*;
    use crate::isobmff;
    use crate::mpegts::tests::Writer;
    use std::vec;

    const BOTH: Wanted = Wanted { video: true, audio: true, near_us: None };

    /// 48 kHz stereo frames of ADTS.
    fn frames(count: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..count {
            bytes.extend_from_slice(&[0xFF, 0xF1, 0x4C, 0x80, 0x02, 0x1F, 0xFC]);
            bytes.extend_from_slice(&[0x21; 9]);
        }
        bytes
    }

    /// Pictures every 3,600 ticks from `pts`, and sound where there is any.
    fn segment(pts: u64, sound: usize) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.tables(&[(0x1B, 0x100, &[]), (0x0F, 0x101, &[])]);
        for at in 0..10u64 {
            writer.pes(0x100, (pts + at * 3_600) & ((1 << 33) - 1), &picture(at == 0, 40));
        }
        if sound > 0 {
            writer.pes(0x101, pts & ((1 << 33) - 1), &frames(sound));
        }
        writer.bytes
    }

    fn all(muxer: &mut Muxer, wanted: Wanted, bytes: &[u8]) -> Vec<Piece> {
        muxer.begin(wanted);
        for piece in bytes.chunks(500) {
            muxer.push(piece);
        }
        muxer.flush();
        core::iter::from_fn(|| muxer.poll()).collect()
    }

    fn first(pieces: &[Piece]) -> (&str, i64, &[u8]) {
        match &pieces[0] {
            Piece::Init { mime, start_us, bytes, .. } => (mime, *start_us, bytes),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn both_tracks_come_as_one_file() {
        let pieces = all(&mut Muxer::new(), BOTH, &segment(90_000, 20));
        let (mime, start_us, init) = first(&pieces);
        assert_eq!(mime, "video/mp4; codecs=\"avc1.42001E,mp4a.40.2\"");
        assert_eq!(start_us, TURN_US + 1_000_000);
        let info = isobmff::init_info(init).expect("an initialisation segment");
        assert_eq!(info.tracks.iter().map(|track| track.id).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(isobmff::timescales(init).expect("timescales"), [(1, 90_000), (2, 48_000)]);
        let mut tracks = vec![];
        for piece in &pieces[1..] {
            let Piece::Fragment(bytes) = piece else { panic!("{piece:?}") };
            tracks.push(isobmff::segment_start(bytes).expect("a fragment").0);
        }
        assert!(tracks.contains(&1) && tracks.contains(&2), "{tracks:?}");
    }

    #[test]
    fn one_track_alone_and_a_track_that_is_not_wanted() {
        let only = Wanted { video: false, ..BOTH };
        let pieces = all(&mut Muxer::new(), only, &segment(0, 20));
        assert_eq!(first(&pieces).0, "audio/mp4; codecs=\"mp4a.40.2\"");
        let pieces = all(&mut Muxer::new(), Wanted { audio: false, ..BOTH }, &segment(0, 20));
        assert_eq!(first(&pieces).0, "video/mp4; codecs=\"avc1.42001E\"");
    }

    #[test]
    fn a_segment_without_its_sound_keeps_its_tracks() {
        let mut muxer = Muxer::new();
        all(&mut muxer, BOTH, &segment(0, 20));
        let pieces = all(&mut muxer, BOTH, &segment(36_000, 0));
        let (mime, start_us, init) = first(&pieces);
        assert_eq!(mime, "video/mp4; codecs=\"avc1.42001E,mp4a.40.2\"");
        assert_eq!(start_us, TURN_US + 400_000);
        assert_eq!(isobmff::timescales(init).expect("timescales").len(), 2);
        assert!(pieces.len() > 1);
    }

    #[test]
    fn the_clock_turns_over_where_it_is_expected_to() {
        let last = (1u64 << 33) - 18_000;
        let before = all(&mut Muxer::new(), BOTH, &segment(last, 20));
        let start_us = first(&before).1;
        assert!((start_us - (2 * TURN_US - 200_000)).abs() <= 2, "{start_us}");
        let near = Wanted { near_us: Some(start_us + 400_000), ..BOTH };
        let after = all(&mut Muxer::new(), near, &segment(18_000, 20));
        assert!((first(&after).1 - start_us - 400_000).abs() <= 2);
        // And back again.
        let near = Wanted { near_us: Some(TURN_US - 200_000), ..BOTH };
        let back = all(&mut Muxer::new(), near, &segment(last, 20));
        assert!((first(&back).1 - TURN_US + 200_000).abs() <= 2);
    }

    #[test]
    fn any_cut_gives_the_same_and_damage_gives_something() {
        let whole = segment(1_000, 30);
        let once = {
            let mut muxer = Muxer::new();
            muxer.begin(BOTH);
            muxer.push(&whole);
            muxer.flush();
            core::iter::from_fn(|| muxer.poll()).collect::<Vec<_>>()
        };
        assert_eq!(all(&mut Muxer::new(), BOTH, &whole), once);
        for end in (0..whole.len()).step_by(97) {
            all(&mut Muxer::new(), BOTH, &whole[..end]);
        }
        assert_eq!(joined(&[0, 0, 0, 9], &[]), None);
    }
}
