//! Transport streams and packed audio, remuxed to fragmented MP4 as the bytes come.
//!
//! ```
//! use bitaca_player_core::remux::{Options, Output, Remuxer};
//!
//! let segment = [0x47; 188 * 3];
//! let mut remuxer = Remuxer::new(Options::default());
//! remuxer.push(&segment);
//! remuxer.flush();
//! while let Some(output) = remuxer.poll() {
//!     match output {
//!         Output::Init { track, mime, .. } => println!("{track:?}: {mime}"),
//!         Output::Fragment { track, start_us, .. } => println!("{track:?} at {start_us} us"),
//!         other => println!("{other:?}"),
//!     }
//! }
//! ```
//!
//! What comes out depends on the bytes, not on how they are cut into pieces. Take all outputs
//! after each push: what waits is bounded by what was pushed.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::limits;
use crate::mpegts::{sync, Demuxer, Header, Sink, Stream};
use crate::packed;

mod aac;
mod audio;
mod bits;
mod boxes;
mod dolby;
mod embedded;
mod fragment;
mod h264;
mod hevc;
mod marks;
mod mpeg_audio;
mod muxer;
mod nal;
mod output;
mod sei;
mod sets;
mod timeline;
mod video;

pub use embedded::captions as embedded_captions;
pub use muxer::{Muxer, Piece, Wanted};
pub use output::{Output, Track, Warning, WarningKind};
pub(crate) use timeline::distance;
pub use timeline::TimeBase;

use audio::Audio;
use timeline::Timeline;
use video::Video;

#[cfg(test)]
pub(crate) mod tests;

/// How to remux.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Presentation time of the first segment, in microseconds. Without a `time_base` the earliest
    /// first PTS of the tracks is shown then.
    pub start_us: i64,
    /// Which PTS is which presentation time, where that is known already.
    pub time_base: Option<TimeBase>,
    /// Media in the first fragment of a segment, in microseconds: small, so that playback starts early.
    pub first_fragment_us: u32,
    /// Media in the other fragments, in microseconds. Fragments also end before a key picture.
    pub fragment_us: u32,
    /// Take the video stream.
    pub video: bool,
    /// Take the audio stream.
    pub audio: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            start_us: 0,
            time_base: None,
            first_fragment_us: 150_000,
            fragment_us: 1_000_000,
            video: true,
            audio: true,
        }
    }
}

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Unknown,
    TransportStream,
    Packed,
}

/// Bytes that are looked at to find out what they are.
const PROBE: usize = sync::WINDOW + 204;

/// Remuxes one rendition's segments, one after the other.
#[derive(Debug)]
pub struct Remuxer {
    format: Format,
    probe: Vec<u8>,
    demuxer: Demuxer,
    tracks: Tracks,
}

impl Remuxer {
    /// A remuxer that has seen nothing.
    pub fn new(options: Options) -> Self {
        let mut timeline = Timeline::new(options.start_us);
        if let Some(base) = options.time_base {
            timeline.set(base);
        }
        Self {
            format: Format::Unknown,
            probe: Vec::new(),
            demuxer: Demuxer::new(),
            tracks: Tracks { shared: Shared::new(options, timeline), video: None, audio: None, event: None },
        }
    }

    /// Take more bytes of a segment.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.format != Format::Unknown {
            self.take(bytes);
            return;
        }
        let (head, rest) = bytes.split_at_checked(PROBE - self.probe.len()).unwrap_or((bytes, &[]));
        self.probe.extend_from_slice(head);
        self.recognise(false);
        if self.format != Format::Unknown {
            self.take(rest);
        }
    }

    /// The next result, in order; `None` until more is pushed.
    pub fn poll(&mut self) -> Option<Output> {
        self.tracks.shared.out.pop_front()
    }

    /// The segment ends: everything in it comes out. The next segment goes on on the same timeline.
    pub fn flush(&mut self) {
        if self.format == Format::Unknown && !self.probe.is_empty() {
            self.recognise(true);
        }
        if self.format == Format::TransportStream {
            self.demuxer.flush(&mut self.tracks);
        }
        self.tracks.flush();
    }

    /// The next segment begins a new timeline, with other streams perhaps, and is shown at `start_us`.
    ///
    /// Ends the segment before, and forgets the time base: set it where it is known. An
    /// initialisation segment comes again only if it differs from the last.
    pub fn discontinuity(&mut self, start_us: i64) {
        self.flush();
        self.format = Format::Unknown;
        self.demuxer = Demuxer::new();
        self.tracks.restart(start_us);
    }

    /// Which PTS is which presentation time: as given, or as learned with the first fragment. Give
    /// it to the remuxers of the other renditions of the same period.
    pub fn time_base(&self) -> Option<TimeBase> {
        self.tracks.shared.timeline.base()
    }

    /// Use this time base from here on.
    pub fn set_time_base(&mut self, base: TimeBase) {
        self.tracks.shared.timeline.set(base);
        self.tracks.shared.release_metadata();
    }

    /// The next segment is at about this presentation time (to 13 hours), after a seek: tells
    /// times apart that differ by a multiple of 2^33 ticks. No effect without a time base.
    pub fn expect(&mut self, presentation_us: i64) {
        self.tracks.shared.timeline.expect(presentation_us);
    }

    fn recognise(&mut self, last: bool) {
        let Some(format) = recognise(&self.probe, last) else { return };
        self.format = format;
        if format == Format::Packed && self.tracks.audio.as_ref().is_none_or(|audio| !audio.is_packed()) {
            self.tracks.audio = Some(Audio::of_packed());
        }
        let probe = core::mem::take(&mut self.probe);
        self.take(&probe);
    }

    fn take(&mut self, bytes: &[u8]) {
        match self.format {
            Format::TransportStream => self.demuxer.push(bytes, &mut self.tracks),
            Format::Packed => {
                if let Some(audio) = &mut self.tracks.audio {
                    audio.packed(bytes, &mut self.tracks.shared);
                }
            }
            Format::Unknown => {}
        }
    }
}

/// What the first bytes of a segment are; `None` where more are needed to say.
fn recognise(probe: &[u8], last: bool) -> Option<Format> {
    if probe.starts_with(b"ID3") {
        return Some(Format::Packed);
    }
    if sync::find(probe).is_some() {
        return Some(Format::TransportStream);
    }
    if probe.len() < PROBE && !last {
        return None;
    }
    Some(if packed::format(probe).is_some() { Format::Packed } else { Format::TransportStream })
}

/// What the tracks share.
#[derive(Debug)]
pub(crate) struct Shared {
    options: Options,
    pub(crate) timeline: Timeline,
    pub(crate) out: VecDeque<Output>,
    /// Bytes dealt with.
    pub(crate) position: u64,
    /// Bytes after `position` that are being dealt with.
    pub(crate) ahead: usize,
    /// Warnings given, by kind.
    warned: [u8; 16],
    /// Tracks whose first time was seen.
    observed: [bool; 2],
    /// Tracks that there are.
    expected: [bool; 2],
    /// Initialisation segments of each track in this segment.
    configurations: [u8; 2],
    captions: VecDeque<(i64, Vec<u8>)>,
    metadata: Vec<(i64, Vec<u8>)>,
}

impl Shared {
    fn new(options: Options, timeline: Timeline) -> Self {
        Self {
            options,
            timeline,
            out: VecDeque::new(),
            position: 0,
            ahead: 0,
            warned: [0; 16],
            observed: [false; 2],
            expected: [false; 2],
            configurations: [0; 2],
            captions: VecDeque::new(),
            metadata: Vec::new(),
        }
    }

    #[inline(never)]
    pub(crate) fn warn(&mut self, kind: WarningKind, detail: u32) {
        let Some(count) = self.warned.get_mut(kind as usize) else { return };
        if *count < limits::WARNINGS_OF_A_KIND {
            *count += 1;
            let offset = self.position + self.ahead as u64;
            self.out.push_back(Output::Warning(Warning { kind, offset, detail }));
        }
    }

    /// A time of a track, of which the first counts.
    pub(crate) fn observe(&mut self, track: Track, time: i64) {
        if let Some(observed) = self.observed.get_mut(track as usize) {
            if !*observed {
                *observed = true;
                self.timeline.observe(time);
            }
        }
    }

    /// May a track have another initialisation segment?
    pub(crate) fn may_configure(&mut self, track: Track) -> bool {
        let count = match track {
            Track::Video => &mut self.configurations[0],
            Track::Audio => &mut self.configurations[1],
        };
        let may = *count < limits::CONFIGURATIONS_PER_SEGMENT;
        *count = count.saturating_add(1);
        if !may {
            self.warn(WarningKind::Limit, track as u32);
        }
        may
    }

    /// Is a fragment long enough that holds so many ticks?
    ///
    /// While the time base is to be learned it also waits for the first time of each track.
    pub(crate) fn due(&self, ticks: i64, timescale: u32, early: bool) -> bool {
        let awaited = !self.timeline.resolved()
            && self.expected.iter().zip(self.observed).any(|(expected, observed)| *expected && !observed);
        let wanted = match early {
            _ if awaited => self.options.fragment_us.max(limits::BASE_WAIT_US),
            true => self.options.first_fragment_us,
            false => self.options.fragment_us,
        };
        ticks.saturating_mul(1_000_000) >= i64::from(wanted).saturating_mul(timescale.into())
    }

    /// Presentation times are known from here on.
    pub(crate) fn resolve(&mut self) {
        if !self.timeline.resolved() {
            self.timeline.resolve();
            self.release_metadata();
        }
    }

    pub(crate) fn metadata(&mut self, time: i64, bytes: Vec<u8>) {
        self.metadata.push((time, bytes));
        if self.metadata.len() > limits::WAITING_EVENTS {
            self.resolve();
        }
        if self.timeline.resolved() {
            self.release_metadata();
        }
    }

    fn release_metadata(&mut self) {
        for (time, bytes) in self.metadata.drain(..) {
            let pts_us = self.timeline.presentation_us(time);
            self.out.push_back(Output::Metadata { pts_us, bytes });
        }
    }

    /// Captions of a picture that is shown at `time`; pictures come in the order of decoding.
    pub(crate) fn captions(&mut self, time: i64, bytes: Vec<u8>) {
        let place = self.captions.partition_point(|(other, _)| *other <= time);
        self.captions.insert(place, (time, bytes));
        if self.captions.len() > limits::WAITING_EVENTS {
            self.resolve();
            self.release_caption();
        }
    }

    /// Pictures decoded from here on are shown at `decode` or later.
    pub(crate) fn release_captions(&mut self, decode: i64) {
        while self.timeline.resolved() && self.captions.front().is_some_and(|(time, _)| *time < decode) {
            self.release_caption();
        }
    }

    fn release_caption(&mut self) {
        if let Some((time, bytes)) = self.captions.pop_front() {
            let pts_us = self.timeline.presentation_us(time);
            self.out.push_back(Output::Captions { pts_us, bytes });
        }
    }
}

/// A metadata PES packet that is being gathered.
#[derive(Debug)]
struct Event {
    time: i64,
    /// Bytes that it has, where its header says so.
    length: Option<usize>,
    bytes: Vec<u8>,
}

/// Takes what the demuxer finds to the tracks.
#[derive(Debug)]
struct Tracks {
    shared: Shared,
    video: Option<Video>,
    audio: Option<Audio>,
    event: Option<Event>,
}

impl Tracks {
    fn flush(&mut self) {
        self.end_event();
        if let Some(video) = &mut self.video {
            video.flush(&mut self.shared);
        }
        if let Some(audio) = &mut self.audio {
            audio.flush(&mut self.shared);
        }
        if !self.shared.captions.is_empty() || !self.shared.metadata.is_empty() {
            self.shared.resolve();
        }
        self.shared.release_captions(i64::MAX);
        self.shared.configurations = [0; 2];
    }

    fn restart(&mut self, start_us: i64) {
        self.shared.timeline = Timeline::new(start_us);
        self.shared.observed = [false; 2];
        self.shared.expected = [false; 2];
        self.shared.warned = [0; 16];
        self.shared.position = 0;
        if let Some(video) = &mut self.video {
            video.restart(None);
        }
        if let Some(audio) = &mut self.audio {
            audio.restart(None);
        }
    }

    /// ISO/IEC 13818-1, Metadata: a PES packet of metadata is whole.
    fn end_event(&mut self) {
        if let Some(event) = self.event.take().filter(|event| event.bytes.starts_with(b"ID3")) {
            self.shared.metadata(event.time, event.bytes);
        }
    }
}

impl Sink for Tracks {
    fn wants(&self, stream: Stream) -> bool {
        match stream {
            stream if stream.is_video() => self.shared.options.video,
            stream if stream.is_audio() => self.shared.options.audio,
            _ => true,
        }
    }

    fn program(&mut self, video: bool, audio: bool) {
        self.shared.expected = [video, audio];
    }

    fn begin(&mut self, stream: Stream, header: Header) {
        if stream.is_video() {
            let video = self.video.get_or_insert_with(|| Video::new(stream));
            if video.stream() != stream {
                video.flush(&mut self.shared);
                video.restart(Some(stream));
            }
            video.begin(header, &mut self.shared);
        } else if stream.is_audio() {
            let audio = self.audio.get_or_insert_with(|| Audio::new(stream));
            if audio.stream() != stream || audio.is_packed() {
                audio.flush(&mut self.shared);
                audio.restart(Some(stream));
                audio.unpack();
            }
            audio.begin(header, &mut self.shared);
        } else {
            self.end_event();
            let time = match header.pts {
                Some(pts) => self.shared.timeline.unwrap(pts),
                None => self.shared.timeline.latest(),
            };
            self.event = Some(Event { time, length: header.payload, bytes: Vec::new() });
        }
    }

    fn payload(&mut self, stream: Stream, bytes: &[u8]) {
        if stream.is_video() {
            if let Some(video) = &mut self.video {
                video.payload(bytes, &mut self.shared);
            }
        } else if stream.is_audio() {
            if let Some(audio) = &mut self.audio {
                audio.payload(bytes, &mut self.shared);
            }
        } else if let Some(event) = &mut self.event {
            let room = event.length.unwrap_or(limits::ID3_BYTES).min(limits::ID3_BYTES) - event.bytes.len();
            event.bytes.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
            if event.length == Some(event.bytes.len()) {
                self.end_event();
            }
        }
    }

    fn lost(&mut self, stream: Stream) {
        if stream.is_video() {
            if let Some(video) = &mut self.video {
                video.lose();
            }
        } else if stream.is_audio() {
            if let Some(audio) = &mut self.audio {
                audio.lose();
            }
        } else {
            self.event = None;
        }
    }

    fn end(&mut self, stream: Stream) {
        if stream.is_video() {
            if let Some(video) = &mut self.video {
                video.flush(&mut self.shared);
            }
        } else if stream.is_audio() {
            if let Some(audio) = &mut self.audio {
                audio.flush(&mut self.shared);
            }
        } else {
            self.end_event();
        }
    }

    fn rebase(&mut self, ticks: i64) {
        self.shared.timeline.rebase(ticks);
    }

    fn passed(&mut self, bytes: usize) {
        self.shared.position += bytes as u64;
    }

    fn warn(&mut self, kind: WarningKind, detail: u32) {
        self.shared.warn(kind, detail);
    }
}
