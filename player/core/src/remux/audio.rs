//! Audio frames out of an elementary stream or a packed segment, into samples.

use alloc::string::String;
use alloc::vec::Vec;

use super::aac::{self, Latm};
use super::boxes;
use super::dolby::Dolby;
use super::fragment::Fragmenter;
use super::marks::Marks;
use super::mpeg_audio;
use super::output::{Output, Track, WarningKind};
use super::timeline::CLOCK;
use super::Shared;
use crate::bytes::push_number;
use crate::limits;
use crate::mpegts::{Header, Stream};
use crate::packed::{self, id3};

/// A frame found at the beginning of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Bytes in front that are no part of a sample.
    pub(crate) header: usize,
    /// Bytes with the header.
    pub(crate) len: usize,
    /// Duration in samples.
    pub(crate) samples: u32,
    /// Samples a second.
    pub(crate) rate: u32,
    /// A sample of the file begins with it.
    pub(crate) begins: bool,
    /// Frames with one key are decoded with one configuration.
    pub(crate) key: u64,
}

/// What the beginning of some bytes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    /// More bytes are needed to say.
    More,
    /// No frame.
    Lost,
    /// A frame, whose end may be missing.
    Frame(Frame),
}

/// The sample being gathered.
#[derive(Clone, Copy, Debug)]
struct Open {
    key: u64,
    samples: u32,
    rate: u32,
}

/// What the last initialisation segment was made of.
#[derive(Debug, PartialEq, Eq)]
enum Configuration {
    None,
    /// ADTS and MPEG audio, by key.
    Key(Stream, u64),
    Latm(aac::Specific),
    Dolby(Dolby),
}

/// Where the frames come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    /// A transport stream.
    No,
    /// A packed segment of frames that are still to be recognised.
    Unknown,
    /// A packed segment.
    Packed,
}

/// Gathers one audio stream.
#[derive(Debug)]
pub(crate) struct Audio {
    stream: Stream,
    packing: Packing,
    bytes: Vec<u8>,
    marks: Marks,
    /// The last frame ended where the next is expected.
    synced: bool,
    /// It was said already that there is no frame here.
    loss_said: bool,
    latm: Latm,
    dolby: Dolby,
    open: Option<Open>,
    configuration: Configuration,
    /// Time of the first sample of an unbroken run, and samples (at the rate) since.
    run: Option<(i64, i64)>,
    /// Samples in the run before the fragment.
    before: i64,
    rate: u32,
    early: bool,
    fragments: Fragmenter,
    lengths: Vec<u32>,
}

impl Audio {
    pub(crate) const fn new(stream: Stream) -> Self {
        Self {
            stream,
            packing: Packing::No,
            bytes: Vec::new(),
            marks: Marks::new(),
            synced: false,
            loss_said: false,
            latm: Latm::new(),
            dolby: Dolby::new(),
            open: None,
            configuration: Configuration::None,
            run: None,
            before: 0,
            rate: 48_000,
            early: true,
            fragments: Fragmenter::new(Track::Audio),
            lengths: Vec::new(),
        }
    }

    /// Of packed segments; what they hold is found out.
    pub(crate) fn of_packed() -> Self {
        Self { packing: Packing::Unknown, ..Self::new(Stream::Adts) }
    }

    /// Are the frames those of packed segments?
    pub(crate) fn is_packed(&self) -> bool {
        self.packing != Packing::No
    }

    /// Frames come from a transport stream from here on.
    pub(crate) fn unpack(&mut self) {
        self.packing = Packing::No;
    }

    /// The stream that is gathered.
    pub(crate) const fn stream(&self) -> Stream {
        self.stream
    }

    /// Another codec or, after a discontinuity, another stream.
    pub(crate) fn restart(&mut self, stream: Option<Stream>) {
        self.stream = stream.unwrap_or(self.stream);
        self.latm = Latm::new();
        self.dolby = Dolby::new();
        self.run = None;
        if self.packing == Packing::Packed {
            self.packing = Packing::Unknown;
        }
    }

    pub(crate) fn begin(&mut self, header: Header, shared: &mut Shared) {
        if let Some(pts) = header.pts {
            self.time(pts, self.bytes.len(), shared);
        }
    }

    /// The first frame that begins at `at` or later is shown at this PTS.
    fn time(&mut self, pts: u64, at: usize, shared: &mut Shared) {
        let time = shared.timeline.unwrap(pts);
        shared.observe(Track::Audio, time);
        if self.marks.push(at, time, time) {
            shared.warn(WarningKind::Limit, 0);
        }
    }

    /// More of the stream of a transport stream.
    pub(crate) fn payload(&mut self, bytes: &[u8], shared: &mut Shared) {
        self.bytes.extend_from_slice(bytes);
        let used = self.frames(false, shared);
        self.consume(used, shared);
    }

    /// Bytes are missing: the frame that was begun is no use.
    pub(crate) fn lose(&mut self) {
        self.bytes.clear();
        self.marks.clear();
        self.synced = false;
    }

    /// More of a packed segment.
    pub(crate) fn packed(&mut self, bytes: &[u8], shared: &mut Shared) {
        for piece in bytes.chunks(limits::PACKED_BYTES) {
            self.bytes.extend_from_slice(piece);
            self.packed_frames(false, shared);
        }
    }

    /// Frames and the tags between them.
    fn packed_frames(&mut self, last: bool, shared: &mut Shared) {
        loop {
            if self.packing == Packing::Unknown && !self.recognise(last, shared) {
                break;
            }
            if self.packing == Packing::Packed {
                let used = self.frames(last, shared);
                self.consume(used, shared);
            }
            let Some(length) = id3::length(&self.bytes) else { break };
            if length > limits::ID3_BYTES {
                shared.warn(WarningKind::Limit, 0);
                self.consume(3, shared);
                continue;
            }
            let Some(bytes) = self.bytes.get(..length) else { break };
            let tag = id3::read(bytes);
            let bytes = Vec::from(if tag.more { bytes } else { &[] });
            self.consume(length, shared);
            if let Some(pts) = tag.pts {
                self.time(pts, 0, shared);
            }
            if tag.more {
                let time = self.next_time(tag.pts, shared);
                shared.metadata(time, bytes);
            }
        }
    }

    /// Find out what a packed segment holds. False where more bytes are needed to say, true where
    /// it is known or a tag comes first.
    fn recognise(&mut self, last: bool, shared: &mut Shared) -> bool {
        loop {
            if self.bytes.starts_with(b"ID3") {
                return true;
            }
            if self.bytes.len() < 3 && !last || self.bytes.is_empty() {
                return false;
            }
            if let Some(stream) = packed::format(&self.bytes) {
                self.restart(Some(stream));
                self.packing = Packing::Packed;
                return true;
            }
            self.say_loss(shared);
            let may_begin = |byte: &u8| matches!(byte, 0xFF | 0x0B | 0x56 | b'I');
            let next = self.bytes.iter().skip(1).position(may_begin);
            self.consume(next.map_or(self.bytes.len(), |next| next + 1), shared);
        }
    }

    /// When what follows is shown.
    fn next_time(&self, pts: Option<u64>, shared: &mut Shared) -> i64 {
        match (pts, self.run) {
            (None, Some((start, samples))) => {
                let open = self.open.map_or(0, |open| i64::from(open.samples));
                let samples = samples.saturating_add(open);
                start.saturating_add(samples.saturating_mul(CLOCK.into()) / i64::from(self.rate))
            }
            _ => shared.timeline.latest(),
        }
    }

    fn consume(&mut self, used: usize, shared: &mut Shared) {
        if used > 0 {
            if self.packing != Packing::No {
                shared.position += used as u64;
            }
            self.bytes.drain(..used);
            self.marks.consumed(used);
        }
    }

    fn parse(&self, bytes: &[u8]) -> Parsed {
        match self.stream {
            Stream::Adts => aac::adts(bytes),
            Stream::Latm => aac::loas(bytes),
            Stream::Dolby => self.dolby.frame(bytes),
            _ => mpeg_audio::frame(bytes),
        }
    }

    /// Deal with whole frames; how many bytes they were. In a packed segment an ID3 tag stops.
    fn frames(&mut self, last: bool, shared: &mut Shared) -> usize {
        let packed = self.packing != Packing::No;
        let bytes = core::mem::take(&mut self.bytes);
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            if packed && (rest.starts_with(b"ID3") || !last && b"ID3".starts_with(rest)) {
                break;
            }
            shared.ahead = if packed { at } else { 0 };
            let frame = match self.parse(rest) {
                Parsed::More if last => Parsed::Lost,
                parsed => parsed,
            };
            match frame {
                Parsed::More => break,
                Parsed::Frame(frame) => {
                    let follows = rest.get(frame.len..).map(|after| self.plausible(after, packed));
                    match follows {
                        // The frame's end is missing.
                        None if !last => break,
                        None if self.synced => at = bytes.len(),
                        None => at += self.lost(rest, shared),
                        // Alone it may be chance: wait for what follows.
                        Some(None) if !self.synced && !last => break,
                        Some(Some(false)) if !self.synced => at += self.lost(rest, shared),
                        Some(_) => {
                            self.synced = true;
                            self.loss_said = false;
                            let data = rest.get(..frame.len).unwrap_or(rest);
                            self.frame(frame, data, at, shared);
                            at += frame.len;
                        }
                    }
                }
                Parsed::Lost => at += self.lost(rest, shared),
            }
        }
        shared.ahead = 0;
        self.bytes = bytes;
        at
    }

    /// Could a frame begin with these bytes? `None` where there are too few to say.
    fn plausible(&self, bytes: &[u8], packed: bool) -> Option<bool> {
        if packed && bytes.starts_with(b"ID3") {
            return Some(true);
        }
        match self.parse(bytes) {
            Parsed::More => None,
            Parsed::Lost => Some(false),
            Parsed::Frame(_) => Some(true),
        }
    }

    fn say_loss(&mut self, shared: &mut Shared) {
        if !self.loss_said {
            self.loss_said = true;
            shared.warn(WarningKind::LostAudioSync, 0);
        }
    }

    /// No frame begins here: how far to go on to where one may.
    fn lost(&mut self, rest: &[u8], shared: &mut Shared) -> usize {
        self.synced = false;
        self.say_loss(shared);
        let first = match self.stream {
            Stream::Latm => 0x56,
            Stream::Dolby => 0x0B,
            _ => 0xFF,
        };
        let may_begin = |byte: &u8| *byte == first || *byte == b'I';
        rest.iter().skip(1).position(may_begin).map_or(rest.len(), |next| next + 1)
    }

    fn frame(&mut self, frame: Frame, data: &[u8], at: usize, shared: &mut Shared) {
        let content = data.get(frame.header..).unwrap_or(&[]);
        match self.stream {
            Stream::Latm => self.element(content, at, shared),
            Stream::Dolby => {
                if frame.begins {
                    self.sample(Open { key: 0, samples: frame.samples, rate: frame.rate }, at, shared);
                }
                self.dolby.take(content, frame.begins);
                self.append(content);
            }
            _ => {
                self.sample(Open { key: frame.key, samples: frame.samples, rate: frame.rate }, at, shared);
                self.append(content);
            }
        }
    }

    fn append(&mut self, content: &[u8]) {
        // A sample that is longer than any standard allows is E-AC-3 without end.
        let gathered = self.fragments.data.len() - self.fragments.closed();
        if self.open.is_some() && gathered + content.len() <= limits::AUDIO_SAMPLE_BYTES {
            self.fragments.data.extend_from_slice(content);
        }
    }

    /// The frames of a LATM element.
    fn element(&mut self, content: &[u8], at: usize, shared: &mut Shared) {
        let mut lengths = core::mem::take(&mut self.lengths);
        lengths.clear();
        let mut data = Vec::new();
        // Complete what is open with the configuration that it was made with.
        self.close(shared);
        if self.latm.element(content, &mut data, &mut lengths).is_none() {
            shared.warn(WarningKind::BadConfiguration, 0x11);
        }
        let mut rest = &data[..];
        for length in &lengths {
            let Some((frame, after)) = rest.split_at_checked(*length as usize) else { break };
            let Some(specific) = &self.latm.specific else { break };
            let (samples, rate) = (specific.samples, specific.rate);
            self.sample(Open { key: 0, samples, rate }, at, shared);
            self.append(frame);
            rest = after;
        }
        self.lengths = lengths;
    }

    /// A sample begins with the frame at `at`.
    fn sample(&mut self, next: Open, at: usize, shared: &mut Shared) {
        self.close(shared);
        if next.rate != self.rate || self.run.is_none() {
            self.cut(shared);
            // The run goes on at another rate.
            self.run = self.run.map(|(start, samples)| {
                (start.saturating_add(samples.saturating_mul(CLOCK.into()) / i64::from(self.rate)), 0)
            });
            self.before = 0;
            self.rate = next.rate;
        }
        self.follow(next, at, shared);
        self.open = self.run.is_some().then_some(next);
        if self.open.is_none() {
            shared.warn(WarningKind::NoTime, 0);
        }
    }

    /// Compare the clock of the frames with the time stamp of this one, if it has one.
    fn follow(&mut self, next: Open, at: usize, shared: &mut Shared) {
        let Some((time, _)) = self.marks.take(at) else {
            if self.run.is_none() && self.packing != Packing::No {
                // A packed segment without a time stamp begins where it is expected.
                let time = shared.timeline.latest();
                shared.observe(Track::Audio, time);
                self.run = Some((time, 0));
            }
            return;
        };
        if let Some((start, samples)) = self.run {
            let scale = i64::from(CLOCK);
            let expected = start.saturating_add(samples.saturating_mul(scale) / i64::from(self.rate));
            let frame = i64::from(next.samples).saturating_mul(scale) / i64::from(self.rate);
            // Up to a frame is rounding and drift; more is a gap or an overlap.
            if time.saturating_sub(expected).saturating_abs() <= frame {
                return;
            }
            shared.warn(WarningKind::TimeJump, 1);
        }
        self.cut(shared);
        self.run = Some((time, 0));
        self.before = 0;
    }

    /// The open sample is complete.
    fn close(&mut self, shared: &mut Shared) {
        let Some(open) = self.open.take() else { return };
        if !self.configure(open, shared) {
            self.cut(shared);
            self.fragments.abandon();
            self.before = self.before.saturating_add(open.samples.into());
            if let Some((_, samples)) = &mut self.run {
                *samples = samples.saturating_add(open.samples.into());
            }
            return;
        }
        let end = self.fragments.data.len();
        self.fragments.close(end, open.samples, 0, true);
        if let Some((_, samples)) = &mut self.run {
            *samples = samples.saturating_add(open.samples.into());
        }
        let gathered = self.fragments.duration() as i64;
        let large = self.fragments.len() >= limits::FRAGMENT_SAMPLES
            || self.fragments.closed() >= limits::FRAGMENT_BYTES;
        if shared.due(gathered, self.rate, self.early) || large {
            self.cut(shared);
        }
    }

    /// Hand out the complete samples.
    fn cut(&mut self, shared: &mut Shared) {
        let Some((start, samples)) = self.run.filter(|_| self.fragments.len() > 0) else { return };
        self.early = false;
        shared.resolve();
        let mut before = core::mem::replace(&mut self.before, samples);
        let begin = shared.timeline.position(start, self.rate);
        // Frames before the beginning of time cannot be written.
        let early = begin.saturating_add(before).saturating_neg();
        if early > 0 {
            let each = (self.fragments.duration() / self.fragments.len() as u64).max(1) as i64;
            let count = early.saturating_add(each - 1) / each;
            self.fragments.drop_front(usize::try_from(count).unwrap_or(usize::MAX));
            before = before.saturating_add(count.saturating_mul(each));
        }
        let decode_time = begin.saturating_add(before).max(0);
        let ticks = before.saturating_mul(CLOCK.into()) / i64::from(self.rate);
        let start_us = shared.timeline.presentation_us(start.saturating_add(ticks));
        let fragment = self.fragments.cut(decode_time as u64, self.rate, 0, |_| start_us);
        shared.out.extend(fragment);
    }

    /// Write an initialisation segment, if the open sample needs another than the last. False where
    /// it may not.
    fn configure(&mut self, open: Open, shared: &mut Shared) -> bool {
        let known = match (&self.configuration, self.stream) {
            (Configuration::Key(stream, key), _) => *stream == self.stream && *key == open.key,
            (Configuration::Latm(known), Stream::Latm) => self.latm.specific.as_ref() == Some(known),
            (Configuration::Dolby(known), Stream::Dolby) => known.same_configuration(&self.dolby),
            _ => false,
        };
        if known {
            return true;
        }
        if !shared.may_configure(Track::Audio) {
            return false;
        }
        self.cut(shared);
        let mut mime = String::from("audio/mp4; codecs=\"");
        let entry = match self.stream {
            Stream::Dolby => {
                self.configuration = Configuration::Dolby(self.dolby.clone());
                self.dolby_entry(&mut mime)
            }
            Stream::Latm => {
                let specific = self.latm.specific.clone().unwrap_or_default();
                let entry = aac_entry(&specific, &mut mime);
                self.configuration = Configuration::Latm(specific);
                entry
            }
            stream => {
                self.configuration = Configuration::Key(stream, open.key);
                if stream == Stream::Adts {
                    aac_entry(&aac::adts_specific(open.key), &mut mime)
                } else {
                    mpeg_entry(open, &mut mime)
                }
            }
        };
        mime.push('"');
        let movie = boxes::Movie { track: Track::Audio, timescale: open.rate, shown: (0, 0), entry: &entry };
        let bytes = boxes::initialisation(&movie);
        shared.out.push_back(Output::Init { track: Track::Audio, mime, width: 0, height: 0, bytes });
        true
    }

    fn dolby_entry(&self, mime: &mut String) -> Vec<u8> {
        let (name, configuration) =
            if self.dolby.is_plain() { (b"ac-3", b"dac3") } else { (b"ec-3", b"dec3") };
        for byte in name {
            mime.push(char::from(*byte));
        }
        boxes::audio_entry(
            name,
            self.dolby.channels(),
            self.dolby.rate(),
            configuration,
            &self.dolby.record(),
        )
    }

    /// The segment ends: hand out everything.
    pub(crate) fn flush(&mut self, shared: &mut Shared) {
        if self.packing == Packing::No {
            self.frames(true, shared);
        } else {
            self.packed_frames(true, shared);
            shared.position += self.bytes.len() as u64;
        }
        self.close(shared);
        self.cut(shared);
        self.fragments.abandon();
        self.lose();
        self.early = true;
    }
}

/// `mp4a.40` with the object type. RFC 6381, ISO base media file format name space.
fn aac_entry(specific: &aac::Specific, mime: &mut String) -> Vec<u8> {
    mime.push_str("mp4a.40.");
    push_number(mime, specific.object_type.into(), 0);
    let descriptor = boxes::es_descriptor(0x40, &specific.bytes);
    boxes::audio_entry(b"mp4a", specific.channels, specific.rate, b"esds", &descriptor)
}

/// Object type 0x6B is MPEG-1 audio, 0x69 is MPEG-2 audio. ISO/IEC 14496-1, objectTypeIndication values.
fn mpeg_entry(open: Open, mime: &mut String) -> Vec<u8> {
    let (first, channels) = mpeg_audio::unpack(open.key);
    mime.push_str(if first { "mp4a.6B" } else { "mp4a.69" });
    let descriptor = boxes::es_descriptor(if first { 0x6B } else { 0x69 }, &[]);
    boxes::audio_entry(b"mp4a", channels, open.rate, b"esds", &descriptor)
}
