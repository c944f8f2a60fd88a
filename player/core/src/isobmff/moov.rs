//! Movie Box and the containers in it: what an initialization section says.
//!
//! `trak`, `edts`, `mdia`, `minf`, `stbl` and `mvex` have no fields of their own, so one walk does for
//! all of them; every other box has its file.

use alloc::string::String;
use alloc::vec::Vec;

use super::boxes::{fail, Box, Boxes, Cause, Fault, PIFF_PSSH};
use super::codecs::push_text;
use super::elst::Elst;
use super::fourcc::FourCc;
use super::hdlr::TrackKind;
use super::mdhd::Mdhd;
use super::mvhd::Mvhd;
use super::pssh::Pssh;
use super::sgpd::Groups;
use super::stsd::SampleEntry;
use super::tkhd::Tkhd;
use super::trex::Trex;
use super::{elng, hdlr, mehd, stsd};
use crate::error::{ErrorKind, ParseError};
use crate::limits;

/// What an initialization section says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Init {
    /// The tracks, in file order.
    pub tracks: Vec<Track>,
    /// Length in microseconds, where the file knows it.
    pub duration_us: Option<i64>,
    /// Whether it has a `trex`: media comes in fragments.
    pub fragmented: bool,
    /// The DRM systems.
    pub pssh: Vec<ProtectionSystem>,
}

/// One track.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Track {
    /// `track_ID`.
    pub id: u32,
    /// What it is.
    pub kind: TrackKind,
    /// `track_enabled`.
    pub enabled: bool,
    /// Ticks in a second.
    pub timescale: u32,
    /// Length in ticks, where the file knows it.
    pub duration: Option<u64>,
    /// A BCP 47 or ISO 639-2 tag; empty where the file does not say.
    pub language: String,
    /// Ticks to take off composition times to get presentation times: the media time that is shown
    /// first, less the empty edits before it.
    pub edit_offset: i64,
    /// The sample entries; at least one.
    pub entries: Vec<SampleEntry>,
    /// The sample groups that fragments refer to.
    pub groups: Groups,
    /// The defaults of its fragments.
    pub trex: Trex,
}

impl Track {
    /// Sample entry by `sample_description_index`, from 1.
    pub fn entry(&self, sample_description_index: u32) -> Option<&SampleEntry> {
        self.entries.get((sample_description_index as usize).checked_sub(1)?)
    }

    /// The codec string of the first sample entry.
    pub fn codec(&self) -> &str {
        self.entry(1).map_or("", |entry| &entry.codec)
    }

    /// The scheme of the first encrypted sample entry, and its default KID.
    pub fn protection(&self) -> Option<(FourCc, Option<[u8; 16]>)> {
        let entry = self.entries.iter().find(|entry| entry.scheme.is_some() || entry.tenc.is_some())?;
        Some((entry.scheme.unwrap_or(FourCc::CENC), entry.tenc.map(|tenc| tenc.default_KID)))
    }
}

/// One `pssh`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtectionSystem {
    /// `SystemID`.
    pub system_id: [u8; 16],
    /// The whole box, as EME's `cenc` initialization data wants it.
    pub bytes: Vec<u8>,
}

/// Track and ticks a second of each track in an initialization section, and nothing else of it: all
/// that placing its media on a time line needs.
pub fn timescales(bytes: &[u8]) -> Result<Vec<(u32, u32)>, ParseError> {
    let mut found = Vec::new();
    let Some(moov) = Boxes::new(bytes, 0).find(FourCc::MOOV)? else { return Ok(found) };
    let mut boxes = moov.boxes(0);
    while let Some(trak) = boxes.next_box()? {
        if trak.kind != FourCc::TRAK || found.len() >= limits::TRACKS {
            continue;
        }
        let tkhd = trak.boxes(0).find(FourCc::TKHD)?.and_then(|one| Tkhd::read(one.payload()));
        let mdia = trak.boxes(0).find(FourCc::MDIA)?;
        let mdhd = match mdia {
            Some(mdia) => mdia.boxes(0).find(FourCc::MDHD)?,
            None => None,
        };
        let mdhd = mdhd.and_then(|one| Mdhd::read(one.payload()));
        if let (Some(tkhd), Some(mdhd)) = (tkhd, mdhd) {
            found.push((tkhd.track_ID, mdhd.timescale));
        }
    }
    Ok(found)
}

/// What the initialization section in `bytes` says. A `pssh` may stand beside `moov` too.
pub fn init_info(bytes: &[u8]) -> Result<Init, ParseError> {
    init(bytes).map_err(ParseError::from)
}

fn init(bytes: &[u8]) -> Result<Init, Fault> {
    let mut reading = Reading::default();
    let mut boxes = Boxes::new(bytes, 0);
    let mut moov = None;
    while let Some(child) = boxes.next_box()? {
        match child.kind {
            FourCc::MOOV if moov.is_none() => {
                moov = Some(child);
                reading.walk(child.boxes(0), 0)?;
            }
            // Media begins: what is behind may be cut off.
            FourCc::MOOF | FourCc::MDAT if moov.is_some() => break,
            _ => protection(&child, &mut reading.init.pssh)?,
        }
    }
    let Some(moov) = moov else {
        return Err(fail(&(ErrorKind::Missing, "moov"), bytes.len() as u64));
    };
    if reading.mvhd.timescale == 0 {
        return Err(fail(&(ErrorKind::Missing, "mvhd"), moov.offset));
    }
    if reading.init.tracks.is_empty() {
        return Err(fail(&(ErrorKind::Missing, "trak"), moov.offset));
    }
    Ok(reading.finish())
}

/// An initialization section while it is read.
#[derive(Default)]
struct Reading<'a> {
    init: Init,
    mvhd: Mvhd,
    fragment_duration: Option<u64>,
    trex: Vec<Trex>,
    /// For each track the empty edits in front, in ticks of the movie.
    empty: Vec<u64>,
    /// The sample descriptions of the track at hand: they are read when its handler is known.
    stsd: Option<Box<'a>>,
}

/// Boxes that only hold others. ISO/IEC 14496-12, Movie Box, Edit Box, Media Box, Media Information
/// Box, Sample Table Box, Movie Extends Box.
const CONTAINERS: [FourCc; 5] = [FourCc::EDTS, FourCc::MDIA, FourCc::MINF, FourCc::STBL, FourCc::MVEX];

/// `stbl` stands four levels below `moov`; whatever is nested deeper is passed over.
const DEPTH: u32 = 4;

impl<'a> Reading<'a> {
    /// One walk for all containers: each box is known by its name, wherever in `moov` it stands;
    /// those of a track count for the last `trak` that began.
    fn walk(&mut self, mut boxes: Boxes<'a>, depth: u32) -> Result<(), Fault> {
        while let Some(child) = boxes.next_box()? {
            if CONTAINERS.contains(&child.kind) && depth < DEPTH {
                self.walk(child.boxes(0), depth + 1)?;
                continue;
            }
            match child.kind {
                FourCc::MVHD => self.mvhd = child.parse(&(ErrorKind::Malformed, "mvhd"), Mvhd::read)?,
                FourCc::MEHD => {
                    self.fragment_duration = child.parse(&(ErrorKind::Malformed, "mehd"), mehd::read)?
                }
                FourCc::TREX | FourCc::TRAK
                    if self.trex.len().max(self.init.tracks.len()) >= limits::TRACKS =>
                {
                    return Err(fail(&(ErrorKind::Limit, "at most 64 tracks"), child.offset));
                }
                FourCc::TREX => self.trex.push(child.parse(&(ErrorKind::Malformed, "trex"), Trex::read)?),
                FourCc::TRAK if depth == 0 => self.trak(&child)?,
                FourCc::PSSH | FourCc::UUID => protection(&child, &mut self.init.pssh)?,
                _ => self.of_track(&child)?,
            }
        }
        Ok(())
    }

    /// ISO/IEC 14496-12, Track Box.
    fn trak(&mut self, one: &Box<'a>) -> Result<(), Fault> {
        self.init.tracks.push(Track::default());
        self.empty.push(0);
        self.stsd = None;
        self.walk(one.boxes(0), 1)?;
        let Some(track) = self.init.tracks.last_mut() else { return Ok(()) };
        if let Some(stsd) = self.stsd {
            stsd::read(&stsd, track.kind, &mut track.entries)?;
        }
        let missing: &Cause = if track.id == 0 {
            &(ErrorKind::Missing, "tkhd with a track_ID")
        } else if track.timescale == 0 {
            &(ErrorKind::Missing, "mdhd")
        } else if track.entries.is_empty() {
            &(ErrorKind::Missing, "stsd with a sample entry")
        } else {
            return Ok(());
        };
        Err(fail(missing, one.offset))
    }

    fn of_track(&mut self, one: &Box<'a>) -> Result<(), Fault> {
        let (Some(track), Some(empty)) = (self.init.tracks.last_mut(), self.empty.last_mut()) else {
            return Ok(());
        };
        match one.kind {
            FourCc::TKHD => {
                let tkhd = one.parse(&(ErrorKind::Malformed, "tkhd"), Tkhd::read)?;
                track.id = tkhd.track_ID;
                track.enabled = tkhd.track_enabled;
            }
            FourCc::ELST => {
                let elst = one.parse(&(ErrorKind::Malformed, "elst"), Elst::read)?;
                track.edit_offset = elst.media_time;
                *empty = elst.empty;
            }
            FourCc::MDHD => {
                let mdhd = one.parse(&(ErrorKind::Malformed, "mdhd"), Mdhd::read)?;
                track.timescale = mdhd.timescale;
                track.duration = mdhd.duration;
                if let (true, Some(code)) = (track.language.is_empty(), mdhd.language) {
                    push_text(&mut track.language, core::str::from_utf8(&code).unwrap_or(""));
                }
            }
            FourCc::ELNG => {
                track.language = String::from(one.parse(&(ErrorKind::Malformed, "elng"), elng::read)?)
            }
            FourCc::HDLR => track.kind = one.parse(&(ErrorKind::Malformed, "hdlr"), hdlr::read)?,
            FourCc::STSD => self.stsd = Some(*one),
            FourCc::SGPD => {
                one.parse(&(ErrorKind::Malformed, "sgpd"), |payload| track.groups.read(payload))?
            }
            _ => {}
        }
        Ok(())
    }

    /// What depends on boxes that may stand behind.
    fn finish(mut self) -> Init {
        let duration = self.fragment_duration.or(self.mvhd.duration);
        self.init.duration_us = duration.map(|ticks| rescale(ticks, self.mvhd.timescale, 1_000_000));
        self.init.fragmented = !self.trex.is_empty();
        for (track, empty) in self.init.tracks.iter_mut().zip(self.empty) {
            let empty = rescale(empty, self.mvhd.timescale, track.timescale);
            track.edit_offset = track.edit_offset.saturating_sub(empty);
            let defaults = self.trex.iter().find(|trex| trex.track_ID == track.id);
            track.trex = defaults.copied().unwrap_or(Trex::without(track.id));
        }
        self.init
    }
}

/// The `pssh` boxes of initialization data as the browser hands it over: one after the other and nothing
/// else. Encrypted Media Extensions, "cenc" Initialization Data Format. Damaged ones are passed over.
pub fn protection_systems(bytes: &[u8]) -> Vec<ProtectionSystem> {
    let mut found = Vec::new();
    let mut boxes = Boxes::new(bytes, 0);
    while let Ok(Some(one)) = boxes.next_box() {
        let _ = protection(&one, &mut found);
    }
    found
}

/// Keep the box if it is a `pssh`, or PIFF's.
pub(super) fn protection(one: &Box<'_>, to: &mut Vec<ProtectionSystem>) -> Result<(), Fault> {
    let content = match one.kind {
        FourCc::PSSH => one.payload(),
        _ => match one.usertype(&PIFF_PSSH) {
            Some(content) => content,
            None => return Ok(()),
        },
    };
    let system_id = one.parse(&(ErrorKind::Malformed, "pssh"), |_| Pssh::read(content))?.SystemID;
    if to.len() >= limits::PROTECTION_SYSTEMS {
        return Err(fail(&(ErrorKind::Limit, "at most 64 DRM systems"), one.offset));
    }
    to.push(ProtectionSystem { system_id, bytes: Vec::from(one.bytes) });
    Ok(())
}

/// Ticks of one scale in another, rounded down.
pub(super) fn rescale(ticks: u64, from: u32, to: u32) -> i64 {
    let (from, to) = (u64::from(from.max(1)), u64::from(to));
    let whole = (ticks / from).saturating_mul(to);
    let part = ticks % from * to / from;
    i64::try_from(whole.saturating_add(part)).unwrap_or(i64::MAX)
}
