//! What stands beside the media on its time line: date ranges, advertisement markers, events of MPDs
//! and of the media itself, dates; and what the manifest says about the whole.
//!
//! RFC 8216bis 4.4.5.1, EXT-X-DATERANGE, 4.4.4.6, EXT-X-PROGRAM-DATE-TIME, 4.4.6.4, EXT-X-SESSION-DATA;
//! ISO/IEC 23009-1, Event stream and Event Message Box.

use alloc::string::String;
use alloc::vec::Vec;

use super::phrase::{decimal, joined, text_of};
use super::requests::What;
use super::{Output, Session, Track};
use crate::dash::model::DescriptorKind;
use crate::isobmff::boxes::Boxes;
use crate::isobmff::emsg::{Emsg, EventTime};
use crate::isobmff::FourCc;
use crate::limits;
use crate::playlist::{DateRange, MarkerKind};
use crate::segments::SegmentIndex;
use crate::time::ticks_to_us;

/// Events by which an MPD's author says that it has changed. ISO/IEC 23009-1, DASH events.
const MPD_EVENTS: &str = "urn:mpeg:dash:event:2012";
/// A date that moves by less than this against the time line is the same, rounded.
const SAME_DATE_US: i64 = 20_000;
/// A break that began within this of another one is the same, counted from elsewhere.
const SAME_BREAK_US: i64 = 1_500_000;

/// Breaks that are remembered.
const BREAKS: usize = 64;

/// A break for advertisements, as the de-facto tags say it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Break {
    id: String,
    class: &'static str,
    start_us: i64,
    end_us: Option<i64>,
    attributes: Vec<(String, String)>,
}

/// What was told.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// Date ranges and breaks, with how much they said.
    ranges: Vec<(String, (Option<i64>, usize))>,
    /// Marks of events, ascending.
    events: Vec<u64>,
    /// The breaks that were seen: their beginning may leave the window before their end comes.
    breaks: Vec<Break>,
    /// Date of the beginning of the time line, as told last.
    zero_us: Option<i64>,
    session_data: bool,
}

impl Told {
    /// Whether this is new of a range, which is noted.
    fn is_news(&mut self, id: &str, state: (Option<i64>, usize)) -> bool {
        if self.ranges.iter().any(|(known, said)| known == id && *said == state) {
            return false;
        }
        self.ranges.retain(|(known, _)| known != id);
        if self.ranges.len() >= limits::DATE_RANGES {
            self.ranges.remove(0);
        }
        self.ranges.push((String::from(id), state));
        true
    }

    /// Whether an event is new, which is noted.
    fn is_new_event(&mut self, scheme: &str, value: &str, number: u64) -> bool {
        // FNV-1a: what tells two events apart in eight bytes.
        let mut mark = 0xcbf2_9ce4_8422_2325u64;
        for byte in scheme.bytes().chain([0]).chain(value.bytes()).chain([0]).chain(number.to_le_bytes()) {
            mark = (mark ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
        match self.events.binary_search(&mark) {
            Ok(_) => false,
            Err(_) if self.events.len() >= limits::EVENTS => true,
            Err(place) => {
                self.events.insert(place, mark);
                true
            }
        }
    }
}

impl Session {
    /// Tell what a playlist has beside its segments, as far as it is new.
    pub(super) fn tell_marks(&mut self, rendition: usize) {
        let main = self.lane_of(Track::Video).or((!self.lanes.is_empty()).then_some(0));
        if main.map(|lane| self.lanes[lane].rendition) == Some(rendition) {
            self.tell_date_ranges(rendition);
            self.tell_breaks(rendition);
        }
    }

    fn tell_date_ranges(&mut self, rendition: usize) {
        let Some(presentation) = &self.presentation else { return };
        let Some(index) = &presentation.renditions[rendition].segments else { return };
        let Some(zero_us) = index.date_of_zero_us() else { return };
        let mut told = Vec::new();
        for range in &index.date_ranges {
            let text = |span| String::from(index.text().get(span));
            let end_us = range.end_us.or_else(|| next_of_class(index, range));
            let id = text(range.id);
            if !self.told.is_news(&id, (end_us, range.attributes.len())) {
                continue;
            }
            let pair = |(name, value): &(_, _)| (text(*name), text(*value));
            told.push(Output::DateRange {
                id,
                class: text(range.class),
                start_us: range.start_us.saturating_sub(zero_us),
                end_us: end_us.map_or(-1, |end| end.saturating_sub(zero_us)),
                cue: text(range.cue),
                attributes: range.attributes.iter().map(pair).collect(),
            });
        }
        for output in told {
            self.note_interstitial(&output);
            self.emit(output);
        }
    }

    /// Tell the breaks that EXT-X-CUE-OUT and its kin mark, in the form of date ranges.
    fn tell_breaks(&mut self, rendition: usize) {
        let Some(index) = self.segments_of(rendition) else { return };
        if index.markers.is_empty() {
            return;
        }
        let mut breaks = core::mem::take(&mut self.told.breaks);
        // What stands before the same segment as the beginning of a break is said about it.
        let mut loose: Vec<(u32, Break)> = Vec::new();
        let Some(index) = self.segments_of(rendition) else { return };
        for marker in &index.markers {
            let Some(at) = index.position_of(marker.segment) else { continue };
            let here = index.start_us(at).or_else(|| (at == index.len()).then(|| index.end_us()));
            let Some(here_us) = here else { continue };
            let number = decimal(index.number(at));
            let value = index.text().get(marker.value);
            let name = match marker.kind {
                MarkerKind::Scte35 => "SCTE35",
                MarkerKind::Asset => "ASSET",
                _ => "VALUE",
            };
            let mut attributes = Vec::new();
            if !value.is_empty() {
                attributes.push((String::from(name), String::from(value)));
            }
            match marker.kind {
                MarkerKind::Scte35 | MarkerKind::Asset => {
                    let class = if name == "ASSET" { "EXT-X-ASSET" } else { "EXT-OATCLS-SCTE35" };
                    let id = joined(&[name, "-", &number]);
                    loose.push((
                        marker.segment,
                        Break { id, class, start_us: here_us, end_us: None, attributes },
                    ));
                }
                MarkerKind::Out | MarkerKind::Continued => {
                    let start_us = here_us.saturating_sub(marker.elapsed_us.unwrap_or(0) as i64);
                    let about = loose.extract_if(.., |(segment, _)| *segment == marker.segment);
                    attributes.extend(about.flat_map(|(_, one)| one.attributes));
                    let goes_on = marker.kind == MarkerKind::Continued;
                    let same = |one: &Break| {
                        let within = one.start_us <= here_us && one.end_us.is_none_or(|end| here_us < end);
                        one.start_us.abs_diff(start_us) < SAME_BREAK_US as u64 || (goes_on && within)
                    };
                    if !breaks.iter().any(same) {
                        let end_us = marker.duration_us.map(|us| start_us.saturating_add(us as i64));
                        let id = joined(&["CUE-OUT-", &number]);
                        breaks.push(Break { id, class: "EXT-X-CUE-OUT", start_us, end_us, attributes });
                    }
                }
                MarkerKind::In => {
                    let before = breaks.iter_mut().filter(|one| one.start_us < here_us);
                    if let Some(open) = before.max_by_key(|one| one.start_us) {
                        open.end_us = Some(open.end_us.map_or(here_us, |end| end.min(here_us)));
                    }
                }
            }
        }
        let excess = breaks.len().saturating_sub(BREAKS);
        breaks.drain(..excess);
        self.told.breaks = breaks.clone();
        for one in breaks.into_iter().chain(loose.into_iter().map(|(_, one)| one)) {
            if self.told.is_news(&one.id, (one.end_us, one.attributes.len())) {
                self.emit(Output::DateRange {
                    id: one.id,
                    class: String::from(one.class),
                    start_us: one.start_us,
                    end_us: one.end_us.unwrap_or(-1),
                    cue: String::new(),
                    attributes: one.attributes,
                });
            }
        }
    }

    /// Tell the events of the MPD that were not told before.
    pub(super) fn tell_mpd_events(&mut self) {
        let Some(presentation) = &self.presentation else { return };
        let Some(mpd) = &presentation.dash else { return };
        let mut told = Vec::new();
        for event in &mpd.events {
            let Some(stream) = mpd.event_streams.get(event.stream as usize) else { continue };
            let text = |span| String::from(presentation.text.get(span));
            let (scheme, value) = (text(stream.scheme), text(stream.value));
            // One without an id is what it is by its start.
            if !self.told.is_new_event(&scheme, &value, event.id.unwrap_or(event.start_us as u64)) {
                continue;
            }
            told.push(Output::Event {
                scheme,
                value,
                id: event.id,
                start_us: event.start_us,
                end_us: event.duration_us.map_or(-1, |us| event.start_us.saturating_add(us as i64)),
                data: match event.base64 {
                    true => crate::bytes::from_base64(presentation.text.get(event.data).as_bytes()),
                    false => presentation.text.get(event.data).as_bytes().to_vec(),
                },
            });
        }
        for output in told {
            self.emit(output);
        }
    }

    /// Whether the segments of a rendition may hold events: then their beginning is read.
    /// ISO/IEC 23009-1, Inband event signalling. HLS announces none: any fragmented MP4 may hold some.
    pub(super) fn expects_events(&self, rendition: usize) -> bool {
        if let Some(segments) = self.segments_of(rendition).filter(|segments| segments.media.is_some()) {
            return segments.init_by_id(0).is_some() && !self.is_converted(rendition);
        }
        let set = self.presentation.as_ref().and_then(|presentation| {
            let one = presentation.renditions.get(rendition)?;
            presentation.dash.as_ref()?.sets.get(one.set as usize)
        });
        set.is_some_and(|set| set.descriptors.iter().any(|one| one.kind == DescriptorKind::InbandEvents))
    }

    /// Tell the events in front of a segment's media, which begins at `start_us`; what is added to media
    /// times is `offset_us`.
    pub(super) fn tell_inband_events(&mut self, head: &[u8], start_us: i64, offset_us: i64) {
        let mut boxes = Boxes::partial(head);
        while let Ok(Some(one)) = boxes.next_box() {
            if one.kind == FourCc::MOOF || one.kind == FourCc::MDAT {
                return;
            }
            let Some(event) = (one.kind == FourCc::EMSG).then(|| Emsg::read(one.payload())).flatten() else {
                continue;
            };
            let us = |ticks: u64| {
                ticks_to_us(i64::try_from(ticks).unwrap_or(i64::MAX), u64::from(event.timescale))
            };
            let start_us = match event.time {
                EventTime::Delta(ticks) => start_us.saturating_add(us(u64::from(ticks))),
                EventTime::At(ticks) => us(ticks).saturating_add(offset_us),
            };
            if !self.told.is_new_event(event.scheme_id_uri, event.value, u64::from(event.id)) {
                continue;
            }
            if event.scheme_id_uri == MPD_EVENTS {
                self.refresh_soon();
            }
            let known = event.event_duration != u32::MAX;
            self.emit(Output::Event {
                scheme: String::from(event.scheme_id_uri),
                value: String::from(event.value),
                id: Some(u64::from(event.id)),
                start_us,
                end_us: if known { start_us.saturating_add(us(u64::from(event.event_duration))) } else { -1 },
                data: event.message_data.to_vec(),
            });
        }
    }

    /// Tell the date of the playhead where it is not the one that follows from what was told.
    pub(super) fn tell_wall_clock(&mut self) {
        let main = self.lane_of(Track::Video).or((!self.lanes.is_empty()).then_some(0));
        let zero_us = main
            .and_then(|lane| self.segments_of(self.lanes[lane].rendition)?.date_of_zero_at(self.position_us));
        let Some(zero_us) = zero_us else { return };
        if self.told.zero_us.is_some_and(|told| told.abs_diff(zero_us) < SAME_DATE_US as u64) {
            return;
        }
        self.told.zero_us = Some(zero_us);
        let position_us = self.position_us;
        self.emit(Output::WallClock { position_us, wall_us: zero_us.saturating_add(position_us) });
    }

    /// Tell the session data, and ask for what of it stands elsewhere.
    pub(super) fn tell_session_data(&mut self) {
        if core::mem::replace(&mut self.told.session_data, true) {
            return;
        }
        let Some(presentation) = &self.presentation else { return };
        let sidecar = presentation.sidecar.map(|span| presentation.text.get(span));
        let (mut told, mut asked) = (Vec::new(), Vec::new());
        for (at, data) in presentation.session_data.iter().enumerate() {
            match presentation.text.opt(data.uri) {
                // The sidecar has a message of its own.
                Some(uri) if sidecar == Some(presentation.resolve(uri).as_str()) => {}
                Some(_) => asked.push(at),
                None => told.push((at, String::from(presentation.text.get(data.value)))),
            }
        }
        for (at, value) in told {
            self.tell_data(at, value);
        }
        for at in asked {
            self.fetch(What::SessionData(at));
        }
    }

    /// A document of the session data has come.
    pub(super) fn on_session_data(&mut self, at: usize, body: &[u8]) {
        self.tell_data(at, String::from(text_of(body)));
    }

    fn tell_data(&mut self, at: usize, value: String) {
        let Some(presentation) = &self.presentation else { return };
        let Some(data) = presentation.session_data.get(at) else { return };
        let text = |span| String::from(presentation.text.get(span));
        self.emit(Output::SessionData { id: text(data.id), language: text(data.language), value });
    }
}

/// Where the next range of the same class begins, which is the end of one that says so.
/// RFC 8216bis 4.4.5.1, END-ON-NEXT.
fn next_of_class(index: &SegmentIndex, range: &DateRange) -> Option<i64> {
    let class = |one: &DateRange| index.text().get(one.class);
    let after =
        index.date_ranges.iter().filter(|one| one.start_us > range.start_us && class(one) == class(range));
    range.end_on_next.then(|| after.map(|one| one.start_us).min()).flatten()
}
