//! H.264 and HEVC access units out of an elementary stream, into samples.
//! ITU-T H.264, Order of access units; ISO/IEC 14496-15, Sample format.

use alloc::string::String;
use alloc::vec::Vec;

use super::boxes::{self, Picture};
use super::fragment::Fragmenter;
use super::h264;
use super::hevc;
use super::marks::Marks;
use super::nal;
use super::output::{Output, Track, WarningKind};
use super::sei;
use super::sets::{Kept, Sets};
use super::timeline::CLOCK;
use super::Shared;
use crate::limits;
use crate::mpegts::{Header, Stream};

/// A decode time further than this from the one before is a jump: ten seconds.
const JUMP: i64 = 10 * CLOCK as i64;
/// Duration of a picture when nothing says it: 1/25 s.
const USUAL_TICKS: u32 = CLOCK / 25;
/// Bytes of a slice that hold all of its header that is read.
const SLICE_HEAD: usize = 40;

/// When a picture is decoded and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Time {
    decode: i64,
    show: i64,
}

/// The picture being gathered.
#[derive(Clone, Copy, Debug)]
struct Open {
    time: Time,
    sync: bool,
    /// Of H.264.
    slice: h264::Slice,
    /// It has two fields, or is not of fields.
    whole: bool,
}

/// What stands before the first slice of a picture.
#[derive(Debug, Default)]
struct Prefix {
    /// Where its units begin in the fragment's data.
    start: Option<usize>,
    /// Time of the access unit that its first unit begins.
    time: Option<(i64, i64)>,
    messages: sei::Messages,
    has_sequence: bool,
    /// New parameter sets, length-prefixed.
    sets: Vec<u8>,
}

/// What the last initialisation segment said.
#[derive(Debug, Default)]
struct Configuration {
    entry: Vec<u8>,
    picture: Picture,
}

/// Gathers one video stream.
#[derive(Debug)]
pub(crate) struct Video {
    hevc: bool,
    /// The elementary stream, as far as it is not dealt with.
    stream: Vec<u8>,
    /// No start code begins before this.
    scanned: usize,
    marks: Marks,
    /// The next payload is the first of its PES packet.
    fresh: bool,
    /// Until the next PES packet nothing can be used.
    lost: bool,
    sets: Sets,
    /// Of H.264, the sequence in use, for slice headers.
    sequence: Option<h264::Sequence>,
    /// Sets have changed since the last initialisation segment.
    changed: bool,
    configuration: Option<Configuration>,
    prefix: Prefix,
    open: Option<Open>,
    fragments: Fragmenter,
    /// Decode time of the fragment's first sample.
    first_decode: i64,
    /// Last duration of a sample.
    ticks: u32,
    /// Added to decode times, and taken from composition offsets, so that none is negative.
    delay: Option<i64>,
    early: bool,
    scratch: Vec<u8>,
}

impl Video {
    pub(crate) const fn new(stream: Stream) -> Self {
        Self {
            hevc: matches!(stream, Stream::Hevc),
            stream: Vec::new(),
            scanned: 0,
            marks: Marks::new(),
            fresh: false,
            lost: false,
            sets: Sets::new(),
            sequence: None,
            changed: false,
            configuration: None,
            prefix: Prefix {
                start: None,
                time: None,
                messages: sei::Messages { recovery: None, captions: Vec::new() },
                has_sequence: false,
                sets: Vec::new(),
            },
            open: None,
            fragments: Fragmenter::new(Track::Video),
            first_decode: 0,
            ticks: 0,
            delay: None,
            early: true,
            scratch: Vec::new(),
        }
    }

    /// The stream that is gathered.
    pub(crate) const fn stream(&self) -> Stream {
        if self.hevc {
            Stream::Hevc
        } else {
            Stream::H264
        }
    }

    /// Another codec or, after a discontinuity, another stream.
    pub(crate) fn restart(&mut self, stream: Option<Stream>) {
        self.hevc = stream.map_or(self.hevc, |stream| stream == Stream::Hevc);
        self.sets.clear();
        self.sequence = None;
        self.changed = false;
        self.delay = None;
        self.ticks = 0;
    }

    pub(crate) fn begin(&mut self, header: Header, shared: &mut Shared) {
        self.fresh = true;
        self.lost = false;
        if let Some(pts) = header.pts {
            let decode = shared.timeline.unwrap(header.dts.unwrap_or(pts));
            let show = shared.timeline.unwrap(pts);
            shared.observe(Track::Video, show);
            // A picture is not shown before it is decoded.
            let decode = decode.min(show);
            if self.marks.push(self.stream.len(), show, decode) {
                shared.warn(WarningKind::Limit, 0);
            }
        }
    }

    pub(crate) fn payload(&mut self, bytes: &[u8], shared: &mut Shared) {
        if self.lost {
            return;
        }
        if self.fresh && !bytes.is_empty() {
            self.fresh = false;
            let begins = bytes.starts_with(&[0, 0, 1]) || bytes.starts_with(&[0, 0, 0, 1]);
            self.units(begins, shared);
        }
        if self.stream.len() + bytes.len() > limits::ACCESS_UNIT_BYTES {
            shared.warn(WarningKind::Limit, 0);
            self.lose();
            return;
        }
        self.stream.extend_from_slice(bytes);
    }

    /// Bytes of the PES packet are missing: what is left of it is no use.
    pub(crate) fn lose(&mut self) {
        self.stream.clear();
        self.scanned = 0;
        self.marks.clear();
        self.lost = true;
    }

    /// Deal with the units in `stream`; the last one is complete if `ended`.
    fn units(&mut self, ended: bool, shared: &mut Shared) {
        let stream = core::mem::take(&mut self.stream);
        let mut used = 0;
        let mut start = nal::next_start_code(&stream, 0);
        let mut scanned = self.scanned;
        while let Some(at) = start {
            let next = nal::next_start_code(&stream, scanned.max(at + 3));
            if next.is_none() && !ended {
                break;
            }
            used = next.unwrap_or(stream.len());
            if let Some(unit) = stream.get(at + 3..used) {
                self.unit(nal::trim(unit), at + 3, shared);
            }
            start = next;
            scanned = 0;
        }
        // What is left is a unit without an end, or perhaps the beginning of a start code.
        let tail = stream.len().saturating_sub(2);
        self.scanned = 0;
        match start {
            _ if ended => used = stream.len(),
            Some(at) => {
                used = at;
                self.scanned = tail.saturating_sub(at);
            }
            None => used = used.max(tail),
        }
        self.stream = stream;
        if used > 0 {
            self.stream.drain(..used);
            self.marks.consumed(used);
        }
    }

    /// One unit, without its start code; `at` is where it stands in the stream.
    fn unit(&mut self, unit: &[u8], at: usize, shared: &mut Shared) {
        let Some(&header) = unit.first() else { return };
        if self.hevc {
            let layer = u16::from(header & 1) << 5 | unit.get(1).map_or(0, |byte| u16::from(byte >> 3));
            if layer != 0 {
                return;
            }
            match hevc::unit_type(header) {
                kind @ 0..=31 => self.hevc_slice(unit, kind, at, shared),
                kind @ (hevc::VPS | hevc::SPS | hevc::PPS) => self.set(unit, kind, at, shared),
                hevc::DELIMITER => self.prefix_at(at),
                hevc::PREFIX_SEI => self.messages(unit, 2, at),
                // End of sequence, end of stream, filler: nothing that a sample needs.
                36..=38 => {}
                _ => self.append(unit),
            }
        } else {
            match header & 31 {
                1 | 2 | h264::IDR => self.h264_slice(unit, at, shared),
                h264::SEI => self.messages(unit, 1, at),
                kind @ (h264::SPS | h264::PPS) => self.set(unit, kind, at, shared),
                h264::DELIMITER => self.prefix_at(at),
                10..=12 => {}
                _ => self.append(unit),
            }
        }
    }

    /// Write a unit with its length. ISO/IEC 14496-15, NAL unit length.
    fn append(&mut self, unit: &[u8]) {
        // Units before the first picture that can be decoded are no part of a sample.
        let gathered = self.fragments.data.len() - self.fragments.closed();
        let fits = gathered + unit.len() <= limits::ACCESS_UNIT_BYTES;
        if fits && (self.open.is_some() || self.prefix.start.is_some()) {
            self.fragments.data.extend_from_slice(&(unit.len() as u32).to_be_bytes());
            self.fragments.data.extend_from_slice(unit);
        }
    }

    /// A unit that begins an access unit, unless the one before has no picture yet.
    fn prefix_at(&mut self, at: usize) {
        if self.prefix.start.is_none() {
            self.prefix.start = Some(self.fragments.data.len());
            self.prefix.time = self.marks.take(at);
        }
    }

    fn messages(&mut self, unit: &[u8], header: usize, at: usize) {
        self.prefix_at(at);
        self.append(unit);
        if unit.len() + self.prefix.messages.captions.len() <= limits::MESSAGE_BYTES {
            let mut scratch = core::mem::take(&mut self.scratch);
            nal::unescape(unit.get(header..).unwrap_or(&[]), &mut scratch);
            sei::read(&scratch, &mut self.prefix.messages);
            self.scratch = scratch;
        }
    }

    fn set(&mut self, unit: &[u8], kind: u8, at: usize, shared: &mut Shared) {
        self.prefix_at(at);
        self.prefix.has_sequence |= kind == h264::SPS || kind == hevc::SPS;
        if self.sets.knows(unit) {
            return;
        }
        let head = unit.get(..limits::PARAMETER_SETS_BYTES).unwrap_or(unit);
        let mut scratch = core::mem::take(&mut self.scratch);
        nal::unescape(head, &mut scratch);
        let ids = match kind {
            h264::SPS => h264::sequence(&scratch).map(|set| (set.id, 0)),
            h264::PPS => h264::picture_set(&scratch),
            hevc::SPS => hevc::sequence(&scratch).map(|set| (set.id, 0)),
            hevc::PPS => hevc::picture_set(&scratch),
            _ => scratch.get(2).map(|byte| (u32::from(byte >> 4), 0)),
        };
        self.scratch = scratch;
        let Some((id, parent)) = ids else {
            shared.warn(WarningKind::BadConfiguration, kind.into());
            return;
        };
        match self.sets.keep(kind, id, parent, unit) {
            Kept::Known => {}
            Kept::Refused => shared.warn(WarningKind::Limit, kind.into()),
            Kept::New => {
                self.changed = true;
                self.sequence = None;
                if self.prefix.sets.len() < limits::PARAMETER_SETS_BYTES {
                    self.prefix.sets.extend_from_slice(&(unit.len() as u32).to_be_bytes());
                    self.prefix.sets.extend_from_slice(unit);
                }
            }
        }
    }

    fn hevc_slice(&mut self, unit: &[u8], kind: u8, at: usize, shared: &mut Shared) {
        let head = unit.get(..SLICE_HEAD).unwrap_or(unit);
        let Some(slice) = hevc::slice(head) else { return };
        if slice.first {
            let sync = hevc::is_random_access(kind);
            self.picture(h264::Slice::of_frame(slice.picture_set), sync, at, shared);
        }
        self.slice_data(unit);
    }

    fn h264_slice(&mut self, unit: &[u8], at: usize, shared: &mut Shared) {
        let head = unit.get(..SLICE_HEAD).unwrap_or(unit);
        let mut scratch = core::mem::take(&mut self.scratch);
        nal::unescape(head, &mut scratch);
        let slice = self.read_slice(&scratch);
        self.scratch = scratch;
        let Some(slice) = slice else { return };
        match self.open {
            Some(open) if !slice.begins_after(&open.slice) => {}
            Some(open) if !open.whole && slice.completes(&open.slice) => {
                // ISO/IEC 14496-15, AVC sample: both fields of a frame are one sample.
                self.open = Some(Open { slice, whole: true, ..open });
                self.end_prefix(shared, open.time.show);
            }
            _ => {
                let recovers = self.prefix.messages.recovery.is_some();
                let sync = slice.idr || recovers || slice.intra && self.prefix.has_sequence;
                self.picture(slice, sync, at, shared);
            }
        }
        self.slice_data(unit);
    }

    fn read_slice(&mut self, rbsp: &[u8]) -> Option<h264::Slice> {
        let picture_set = self.sets.get(h264::PPS, h264::slice_picture_set(rbsp)?)?;
        if self.sequence.as_ref().is_none_or(|sequence| sequence.id != picture_set.parent) {
            let mut set = Vec::new();
            nal::unescape(&self.sets.get(h264::SPS, picture_set.parent)?.bytes, &mut set);
            self.sequence = h264::sequence(&set);
        }
        h264::slice(rbsp, self.sequence.as_ref()?)
    }

    /// A slice of the open picture.
    fn slice_data(&mut self, unit: &[u8]) {
        if self.open.is_some() {
            self.append(unit);
        }
    }

    /// A picture begins: the one before is complete.
    fn picture(&mut self, slice: h264::Slice, sync: bool, at: usize, shared: &mut Shared) {
        let marked = if self.prefix.start.is_some() { self.prefix.time } else { self.marks.take(at) };
        let split = self.prefix.start.unwrap_or(self.fragments.data.len());
        let mut time = marked.map(|(show, decode)| Time { decode, show });
        if let Some(open) = self.open {
            time = Some(self.close(open, time, split, shared));
        }
        self.open = None;
        let Some(time) = time else {
            shared.warn(WarningKind::NoTime, 0);
            self.forget_prefix(split);
            return;
        };
        if sync && (self.changed || self.configuration.is_none()) {
            self.configure(slice.picture_set, shared);
        }
        if self.configuration.is_none() {
            shared.warn(WarningKind::NoKeyPicture, 0);
            self.forget_prefix(split);
            return;
        }
        self.cut_if_due(time.decode, sync, shared);
        if self.fragments.len() == 0 {
            self.first_decode = time.decode;
        }
        // Parameter sets that the sample entry has are no part of a sample; others must be.
        if sync && !self.changed {
            self.prefix.sets.clear();
        }
        self.open = Some(Open { time, sync, slice, whole: !slice.is_field() });
        self.end_prefix(shared, time.show);
        shared.release_captions(time.decode);
    }

    /// The open picture is complete at `split`; when the next one is decoded and shown.
    fn close(&mut self, open: Open, next: Option<Time>, split: usize, shared: &mut Shared) -> Time {
        let usual = self.usual_ticks();
        let usual_time = Time {
            decode: open.time.decode.saturating_add(usual.into()),
            show: open.time.show.saturating_add(usual.into()),
        };
        let mut next = next.unwrap_or(usual_time);
        match next.decode.saturating_sub(open.time.decode) {
            apart @ 1..=JUMP => {
                self.ticks = apart as u32;
                self.close_sample(open, split, apart as u32);
            }
            // Two pictures at one time, or a little back: an encoder's rounding.
            -9_000..=0 => {
                next.decode = open.time.decode.saturating_add(1);
                self.close_sample(open, split, 1);
            }
            _ => {
                shared.warn(WarningKind::TimeJump, 0);
                self.close_sample(open, split, usual);
                self.cut(shared);
            }
        }
        next
    }

    fn close_sample(&mut self, open: Open, split: usize, duration: u32) {
        let offset = open.time.show.saturating_sub(open.time.decode).clamp(0, JUMP) as i32;
        self.fragments.close(split, duration, offset, open.sync);
    }

    fn usual_ticks(&self) -> u32 {
        let stated = self.configuration.as_ref().map_or(0, |configuration| configuration.picture.ticks);
        [self.ticks, stated].into_iter().find(|ticks| *ticks > 0).unwrap_or(USUAL_TICKS)
    }

    /// The prefix belongs to the open picture now.
    fn end_prefix(&mut self, shared: &mut Shared, show: i64) {
        let prefix = core::mem::take(&mut self.prefix);
        self.fragments.data.extend_from_slice(&prefix.sets);
        if !prefix.messages.captions.is_empty() {
            shared.captions(show, prefix.messages.captions);
        }
    }

    /// The prefix belongs to a picture that is left out.
    fn forget_prefix(&mut self, split: usize) {
        self.fragments.data.truncate(split);
        self.prefix = Prefix::default();
    }

    fn cut_if_due(&mut self, decode: i64, sync: bool, shared: &mut Shared) {
        if self.fragments.len() == 0 {
            return;
        }
        let gathered = decode.saturating_sub(self.first_decode);
        let long = shared.due(gathered, CLOCK, self.early);
        let at_key = sync && shared.due(gathered, CLOCK, true);
        let large = self.fragments.closed() >= limits::FRAGMENT_BYTES
            || self.fragments.len() >= limits::FRAGMENT_SAMPLES;
        if long || at_key || large {
            self.cut(shared);
        }
    }

    /// Hand out the complete samples.
    fn cut(&mut self, shared: &mut Shared) {
        if self.fragments.len() == 0 {
            return;
        }
        self.early = false;
        shared.resolve();
        let ticks = shared.timeline.position(self.first_decode, CLOCK);
        let delay = *self.delay.get_or_insert(ticks.saturating_neg().clamp(0, JUMP));
        let decode_time = ticks.saturating_add(delay).max(0);
        let first = self.first_decode;
        let timeline = &shared.timeline;
        let fragment = self.fragments.cut(decode_time as u64, CLOCK, delay as i32, |earliest| {
            timeline.presentation_us(first.saturating_add(delay).saturating_add(earliest))
        });
        shared.out.extend(fragment);
    }

    /// Write an initialisation segment, if it says something new.
    fn configure(&mut self, picture_set: u32, shared: &mut Shared) {
        let Some((entry, picture, codec)) = self.entry(picture_set) else {
            shared.warn(WarningKind::BadConfiguration, 0);
            return;
        };
        self.changed = false;
        if self.configuration.as_ref().is_some_and(|known| known.entry == entry) {
            return;
        }
        if !shared.may_configure(Track::Video) {
            self.changed = true;
            return;
        }
        self.cut(shared);
        let (width, height) = (picture.width, picture.height);
        let movie =
            boxes::Movie { track: Track::Video, timescale: CLOCK, shown: picture.shown(), entry: &entry };
        let bytes = boxes::initialisation(&movie);
        let mut mime = String::from("video/mp4; codecs=\"");
        mime.push_str(&codec);
        mime.push('"');
        shared.out.push_back(Output::Init { track: Track::Video, mime, width, height, bytes });
        self.configuration = Some(Configuration { entry, picture });
    }

    /// Sample entry, appearance and codec string with the sets that a picture uses.
    fn entry(&mut self, picture_set: u32) -> Option<(Vec<u8>, Picture, String)> {
        let (picture_kind, sequence_kind) =
            if self.hevc { (hevc::PPS, hevc::SPS) } else { (h264::PPS, h264::SPS) };
        let id = self.sets.get(picture_kind, picture_set)?.parent;
        let sets = self.sets.led_by(sequence_kind, id);
        let leading = sets.first().filter(|set| set.kind == sequence_kind && set.id == id)?;
        nal::unescape(&leading.bytes, &mut self.scratch);
        if self.hevc {
            let sequence = hevc::sequence(&self.scratch)?;
            let record = hevc::record(&sequence, &sets);
            let entry = boxes::visual_entry(b"hvc1", &sequence.picture, b"hvcC", &record);
            let codec = hevc::codec(&sequence);
            return Some((entry, sequence.picture, codec));
        }
        let sequence = h264::sequence(&self.scratch)?;
        let (record, digits) = h264::record(&sequence, &sets)?;
        let mut codec = String::from("avc1.");
        for digit in digits {
            push_hex(&mut codec, digit);
        }
        Some((boxes::visual_entry(b"avc1", &sequence.picture, b"avcC", &record), sequence.picture, codec))
    }

    /// The segment ends: hand out everything.
    pub(crate) fn flush(&mut self, shared: &mut Shared) {
        self.units(true, shared);
        let split = self.prefix.start.unwrap_or(self.fragments.data.len());
        if let Some(open) = self.open.take() {
            let duration = self.usual_ticks();
            self.close_sample(open, split, duration);
        }
        self.cut(shared);
        self.fragments.abandon();
        self.prefix = Prefix::default();
        self.stream.clear();
        self.scanned = 0;
        self.marks.clear();
        self.fresh = false;
        self.lost = true;
        self.early = true;
    }
}

/// Two hexadecimal digits, as the codec string of HEVC and AVC has them.
pub(crate) fn push_hex(out: &mut String, byte: u8) {
    for digit in [byte >> 4, byte & 15] {
        out.push(char::from(if digit < 10 { b'0' + digit } else { b'A' + digit - 10 }));
    }
}
