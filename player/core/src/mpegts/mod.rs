//! MPEG transport streams: packets, tables and PES packets out of bytes. ISO/IEC 13818-1.
//!
//! See README.md in this folder for the clauses covered and the departures.

use alloc::vec::Vec;

use crate::limits;
use crate::remux::WarningKind;

mod packet;
mod pes;
mod psi;
pub(crate) mod sync;

use packet::SIZE;
pub(crate) use pes::Header;

#[cfg(test)]
pub(crate) mod tests;

/// What an elementary stream holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    H264,
    Hevc,
    /// AAC in ADTS. ISO/IEC 13818-7, Audio Data Transport Stream.
    Adts,
    /// AAC in LOAS. ISO/IEC 14496-3, Low Overhead Audio Stream.
    Latm,
    /// MPEG-1 and MPEG-2 audio, all layers.
    MpegAudio,
    /// AC-3 and E-AC-3.
    Dolby,
    /// ID3 tags.
    Metadata,
}

impl Stream {
    pub(crate) const fn is_video(self) -> bool {
        matches!(self, Self::H264 | Self::Hevc)
    }

    pub(crate) const fn is_audio(self) -> bool {
        !self.is_video() && !matches!(self, Self::Metadata)
    }
}

/// Takes what the demuxer finds.
pub(crate) trait Sink {
    /// Is this kind of stream wanted?
    fn wants(&self, stream: Stream) -> bool;
    /// Are there a video and an audio stream in the program that are wanted?
    fn program(&mut self, video: bool, audio: bool);
    /// A PES packet begins.
    fn begin(&mut self, stream: Stream, header: Header);
    /// More of the PES packet that began last.
    fn payload(&mut self, stream: Stream, bytes: &[u8]);
    /// Bytes of the PES packet are missing from here on.
    fn lost(&mut self, stream: Stream);
    /// The stream ends, or another takes its place.
    fn end(&mut self, stream: Stream);
    /// From here on time stamps are `ticks` too low.
    fn rebase(&mut self, ticks: i64);
    /// So many more bytes are dealt with; where a warning stands is counted from this.
    fn passed(&mut self, bytes: usize);
    /// Something odd.
    fn warn(&mut self, kind: WarningKind, detail: u32);
}

/// A PID that carries a stream of ours.
#[derive(Debug)]
struct Carrier {
    pid: u16,
    stream: Stream,
    /// The last continuity counter; above 15 where there is none.
    counter: u8,
    /// The beginning of a PES header that is not complete.
    head: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Until a PES packet starts.
    Waiting,
    /// Within a header.
    Header,
    /// Within a payload.
    Payload,
}

const NO_COUNTER: u8 = 16;
const NO_PID: u16 = 0xFFFF;

/// Splits a transport stream; bytes may come in pieces of any size.
#[derive(Debug)]
pub(crate) struct Demuxer {
    /// Bytes that wait for more: part of a packet, or what holds no packets so far.
    carry: Vec<u8>,
    /// From one packet to the next; 0 while that is not known.
    stride: usize,
    /// The distance before it was lost.
    last_stride: usize,
    /// Bytes between packets that are still to be passed over.
    gap: usize,
    /// It was said already that there are no packets here.
    loss_said: bool,
    association: psi::Section,
    map: psi::Section,
    map_pid: u16,
    clock_pid: u16,
    /// Last program clock reference, and the interval before it.
    clock: Option<(u64, i64)>,
    carriers: Vec<Carrier>,
}

impl Demuxer {
    pub(crate) const fn new() -> Self {
        Self {
            carry: Vec::new(),
            stride: 0,
            last_stride: 0,
            gap: 0,
            loss_said: false,
            association: psi::Section::new(),
            map: psi::Section::new(),
            map_pid: NO_PID,
            clock_pid: NO_PID,
            clock: None,
            carriers: Vec::new(),
        }
    }

    /// Take more bytes.
    pub(crate) fn push(&mut self, bytes: &[u8], sink: &mut impl Sink) {
        let mut bytes = bytes;
        while !bytes.is_empty() {
            if self.stride == 0 {
                bytes = self.search(bytes, sink);
            } else {
                bytes = self.packets(bytes, sink);
            }
        }
    }

    /// Without packets in sight: gather bytes until three packets stand in a row.
    fn search<'a>(&mut self, bytes: &'a [u8], sink: &mut impl Sink) -> &'a [u8] {
        let (taken, rest) = bytes.split_at_checked(1_024).unwrap_or((bytes, &[]));
        self.carry.extend_from_slice(taken);
        let found = sync::find(&self.carry);
        let passed = found.map_or((self.carry.len() + 1).saturating_sub(sync::WINDOW), |(start, _)| start);
        // Of packets with four bytes in front (M2TS) the first four are no loss.
        self.loss_said |= found == Some((192 - SIZE, 192)) && self.last_stride == 0;
        self.pass_over(passed, sink);
        if let Some((_, stride)) = found {
            self.locked(stride, sink);
        }
        rest
    }

    /// The first bytes of `carry` are no packets.
    fn pass_over(&mut self, count: usize, sink: &mut impl Sink) {
        if count > 0 {
            if !self.loss_said {
                sink.warn(WarningKind::LostSync, 0);
                self.loss_said = true;
            }
            sink.passed(count);
            self.carry.drain(..count);
        }
    }

    /// `carry` begins with a packet.
    fn locked(&mut self, stride: usize, sink: &mut impl Sink) {
        self.stride = stride;
        self.last_stride = stride;
        self.gap = 0;
        self.loss_said = false;
        self.carried(sink);
    }

    /// Packets in `carry`, until it holds less than one.
    fn carried(&mut self, sink: &mut impl Sink) {
        let carry = core::mem::take(&mut self.carry);
        let rest = self.whole_packets(&carry, sink);
        self.carry.extend_from_slice(rest);
    }

    /// Packets out of what is carried and `bytes`; what is left of `bytes` when sync is lost.
    fn packets<'a>(&mut self, bytes: &'a [u8], sink: &mut impl Sink) -> &'a [u8] {
        let mut bytes = bytes;
        if !self.carry.is_empty() {
            let missing = (self.gap + SIZE).saturating_sub(self.carry.len());
            let (taken, rest) = bytes.split_at_checked(missing).unwrap_or((bytes, &[]));
            self.carry.extend_from_slice(taken);
            bytes = rest;
            self.carried(sink);
            if self.stride == 0 || !self.carry.is_empty() {
                return bytes;
            }
        }
        let rest = self.whole_packets(bytes, sink);
        if self.stride != 0 {
            self.carry.extend_from_slice(rest);
            return &[];
        }
        rest
    }

    /// Packets while there are whole ones and sync holds; what is left.
    fn whole_packets<'a>(&mut self, bytes: &'a [u8], sink: &mut impl Sink) -> &'a [u8] {
        let mut rest = bytes;
        loop {
            let Some((packet, after)) = rest.get(self.gap..).and_then(|rest| rest.split_first_chunk()) else {
                return rest;
            };
            if packet.first() != Some(&packet::SYNC) {
                self.stride = 0;
                self.gap = 0;
                return rest;
            }
            sink.passed(self.gap + SIZE);
            self.gap = self.stride - SIZE;
            rest = after;
            self.packet(packet, sink);
        }
    }

    fn packet(&mut self, bytes: &[u8; SIZE], sink: &mut impl Sink) {
        let Some(packet) = packet::read(bytes) else { return };
        if packet.damaged {
            return;
        }
        if packet.pid == self.clock_pid {
            self.clock(&packet, sink);
        }
        if let Some(carrier) = self.carriers.iter_mut().find(|carrier| carrier.pid == packet.pid) {
            carrier.packet(&packet, sink);
        } else if packet.scrambled {
            if packet.pid == 0 || packet.pid == self.map_pid {
                sink.warn(WarningKind::Scrambled, packet.pid.into());
            }
        } else if packet.pid == 0 {
            self.association(&packet, sink);
        } else if packet.pid == self.map_pid {
            match self.map.push(packet.payload, packet.starts) {
                psi::Step::Nothing => {}
                psi::Step::New => self.program(sink),
                psi::Step::Damaged => sink.warn(WarningKind::BadTable, packet.pid.into()),
            }
        }
    }

    /// ISO/IEC 13818-1, Semantic definition of fields in adaptation field (`discontinuity_indicator`):
    /// the clock may jump; time stamps behind it are those of the new clock.
    fn clock(&mut self, packet: &packet::Packet<'_>, sink: &mut impl Sink) {
        let Some(clock) = packet.clock else { return };
        let mut interval = 0;
        if let Some((last, usual)) = self.clock {
            interval = crate::remux::distance(last, clock);
            // References come every 100 ms; one second apart is a jump.
            if !(0..=90_000).contains(&interval) {
                if packet.discontinuity {
                    sink.rebase(usual - interval);
                }
                interval = usual;
            }
        }
        self.clock = Some((clock, interval));
    }

    fn association(&mut self, packet: &packet::Packet<'_>, sink: &mut impl Sink) {
        match self.association.push(packet.payload, packet.starts) {
            psi::Step::Nothing => {}
            psi::Step::Damaged => sink.warn(WarningKind::BadTable, 0),
            psi::Step::New => {
                let pid = psi::program_map_pid(self.association.last());
                let pid = pid.unwrap_or(self.map_pid);
                if pid != self.map_pid {
                    self.map_pid = pid;
                    self.map = psi::Section::new();
                }
            }
        }
    }

    /// A program map: keep the carriers that go on, end the others, take the first stream of
    /// each kind that is wanted.
    fn program(&mut self, sink: &mut impl Sink) {
        let Some((clock_pid, entries)) = psi::program_map(self.map.last()) else {
            sink.warn(WarningKind::BadTable, self.map_pid.into());
            return;
        };
        if clock_pid != self.clock_pid {
            self.clock_pid = clock_pid;
            self.clock = None;
        }
        let mut chosen: Vec<(u16, Stream)> = Vec::new();
        for entry in &entries {
            match stream(entry) {
                Some(stream) => {
                    let same_kind = |other: Stream| {
                        other.is_video() == stream.is_video() && other.is_audio() == stream.is_audio()
                    };
                    let taken = chosen.iter().any(|(pid, other)| *pid == entry.pid || same_kind(*other));
                    if sink.wants(stream) && !taken {
                        chosen.push((entry.pid, stream));
                    }
                }
                None => sink.warn(WarningKind::Unsupported, entry.stream_type.into()),
            }
        }
        self.carriers.retain(|carrier| {
            let goes_on = chosen.contains(&(carrier.pid, carrier.stream));
            if !goes_on {
                sink.end(carrier.stream);
            }
            goes_on
        });
        sink.program(
            chosen.iter().any(|(_, stream)| stream.is_video()),
            chosen.iter().any(|(_, stream)| stream.is_audio()),
        );
        for (pid, stream) in chosen {
            if !self.carriers.iter().any(|carrier| carrier.pid == pid) {
                let (head, state) = (Vec::new(), State::Waiting);
                self.carriers.push(Carrier { pid, stream, counter: NO_COUNTER, head, state });
            }
        }
    }

    /// The segment ends: packets that were waiting for more to be recognised are taken, and what
    /// comes next need not continue what was there.
    pub(crate) fn flush(&mut self, sink: &mut impl Sink) {
        while self.stride == 0 {
            let Some((start, stride)) = sync::find_at_end(&self.carry, self.last_stride) else { break };
            self.pass_over(start, sink);
            self.locked(stride, sink);
        }
        sink.passed(self.carry.len());
        self.carry.clear();
        self.loss_said = false;
        self.stride = 0;
        self.gap = 0;
        self.clock = None;
        self.association.reset();
        self.map.reset();
        for carrier in &mut self.carriers {
            carrier.counter = NO_COUNTER;
            carrier.state = State::Waiting;
            carrier.head.clear();
        }
    }
}

impl Carrier {
    fn packet(&mut self, packet: &packet::Packet<'_>, sink: &mut impl Sink) {
        if packet.scrambled {
            if self.state != State::Waiting {
                sink.lost(self.stream);
            }
            self.state = State::Waiting;
            self.counter = NO_COUNTER;
            sink.warn(WarningKind::Scrambled, self.pid.into());
            return;
        }
        if !self.continues(packet, sink) {
            return;
        }
        if packet.starts {
            self.head.clear();
            self.state = State::Header;
        }
        match self.state {
            State::Waiting => {}
            State::Payload => sink.payload(self.stream, packet.payload),
            State::Header if self.head.is_empty() => self.header(packet.payload, sink),
            State::Header => {
                let mut head = core::mem::take(&mut self.head);
                head.extend_from_slice(packet.payload);
                self.header(&head, sink);
            }
        }
    }

    /// ISO/IEC 13818-1, Semantic definition of fields in Transport Stream packet layer
    /// (`continuity_counter`): false for a packet that is to be passed over.
    fn continues(&mut self, packet: &packet::Packet<'_>, sink: &mut impl Sink) -> bool {
        if !packet.has_payload {
            return false;
        }
        let last = core::mem::replace(&mut self.counter, packet.counter);
        if last == NO_COUNTER || packet.counter == (last + 1) & 15 {
            return true;
        }
        if packet.counter == last && !packet.discontinuity {
            return false; // sent twice
        }
        if !packet.discontinuity {
            sink.warn(WarningKind::LostPackets, self.pid.into());
        }
        if self.state == State::Payload && !(packet.discontinuity && packet.starts) {
            sink.lost(self.stream);
            // Audio finds its next frame by itself; a picture without its middle is no picture.
            if !self.stream.is_audio() {
                self.state = State::Waiting;
            }
        } else if self.state == State::Header {
            self.state = State::Waiting;
        }
        true
    }

    /// A PES packet begins with `bytes`, as far as it is there.
    fn header(&mut self, bytes: &[u8], sink: &mut impl Sink) {
        match pes::read(bytes) {
            pes::Start::More if bytes.len() < limits::PES_HEADER_BYTES => {
                self.head.clear();
                self.head.extend_from_slice(bytes);
            }
            pes::Start::More | pes::Start::Bad => {
                self.state = State::Waiting;
                sink.warn(WarningKind::BadPes, self.pid.into());
            }
            pes::Start::Header(header, _) if header.scrambled => {
                self.state = State::Waiting;
                sink.warn(WarningKind::Scrambled, self.pid.into());
            }
            pes::Start::Header(header, end) => {
                self.state = State::Payload;
                self.head.clear();
                sink.begin(self.stream, header);
                sink.payload(self.stream, bytes.get(end..).unwrap_or(&[]));
            }
        }
    }
}

/// What a stream holds, by its type and descriptors; `None` for what is not played.
///
/// ISO/IEC 13818-1, Stream type assignments; ATSC A/53 and A/52 for 0x81 and 0x87; ETSI EN 300 468,
/// AC-3 and enhanced AC-3 descriptors, for private streams of DVB.
fn stream(entry: &psi::Entry<'_>) -> Option<Stream> {
    Some(match entry.stream_type {
        0x1B => Stream::H264,
        0x24 => Stream::Hevc,
        0x0F => Stream::Adts,
        0x11 => Stream::Latm,
        0x03 | 0x04 => Stream::MpegAudio,
        0x81 | 0x87 => Stream::Dolby,
        0x06 => match entry.registration() {
            b"AC-3" | b"EAC3" => Stream::Dolby,
            b"HEVC" => Stream::Hevc,
            _ if entry.descriptor(0x6A).or(entry.descriptor(0x7A)).is_some() => Stream::Dolby,
            _ => return None,
        },
        // Metadata in PES packets; the metadata descriptor names the format "ID3 ".
        0x15 => Stream::Metadata,
        _ => return None,
    })
}
