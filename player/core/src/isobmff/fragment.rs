//! The samples of a fragment, as one table of plain numbers that is used again for the next.

use alloc::vec::Vec;

use super::boxes::{fail, Boxes, Fault};
use super::fourcc::FourCc;
use super::moof;
use super::moov::{ProtectionSystem, Track};
use super::tenc::Tenc;
use crate::error::{ErrorKind, ParseError};
use crate::segments::ByteRange;

pub use bitaca_player_scan::samples::Sample;

/// The samples of one `traf`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrackFragment {
    /// `track_ID`.
    pub track_id: u32,
    /// `sample_description_index`, from 1.
    pub sample_description_index: u32,
    /// `baseMediaDecodeTime`, in ticks; `None`: it follows the fragment before.
    pub decode_time: Option<u64>,
    /// Sum of the samples' lengths, in ticks.
    pub duration: u64,
    /// Ticks to take off composition times, from the track's edit list.
    pub edit_offset: i64,
    /// Its first sample in [`Fragment::samples`].
    pub first_sample: u32,
    /// How many there are.
    pub sample_count: u32,
    /// The `roll` distance of its first sample; 0: none.
    pub roll_distance: i16,
    /// Whether its samples have entries in [`Fragment::encryption`].
    pub encrypted: bool,
    /// First of these entries.
    pub first_encryption: u32,
    /// Where its initialization vectors stand, if that was behind the bytes given.
    pub auxiliary: Option<ByteRange>,
}

/// The encryption of one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleEncryption {
    /// The initialization vector, zeros behind its size.
    pub iv: [u8; 16],
    /// Its key and pattern in [`Fragment::keys`]; they may say that it is not protected.
    pub key: u16,
    /// Its subsamples; none: all of it is encrypted.
    pub subsample_count: u16,
    /// The first of them in [`Fragment::subsamples`].
    pub first_subsample: u32,
}

/// A stretch of clear bytes, and the encrypted ones behind it. ISO/IEC 23001-7, Subsample encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subsample {
    /// `BytesOfClearData`.
    pub clear: u16,
    /// `BytesOfProtectedData`.
    pub protected: u32,
}

/// A movie fragment. Read the next one into the same value: its memory is used again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fragment {
    /// `sequence_number`.
    pub sequence_number: u32,
    /// Bytes of its `moof`.
    pub moof_size: u64,
    /// Its tracks.
    pub tracks: Vec<TrackFragment>,
    /// Their samples, one track behind the other.
    pub samples: Vec<Sample>,
    /// The encryption of the samples of encrypted tracks.
    pub encryption: Vec<SampleEncryption>,
    /// Their subsamples.
    pub subsamples: Vec<Subsample>,
    /// Keys and patterns.
    pub keys: Vec<Tenc>,
    /// DRM systems, where keys change on the way.
    pub pssh: Vec<ProtectionSystem>,
}

impl Fragment {
    /// Read the first `moof` of `bytes`, which stand at `offset` of their file; it must be whole.
    /// `tracks` are those of the initialization section. On an error nothing is held.
    pub fn read(&mut self, bytes: &[u8], offset: u64, tracks: &[Track]) -> Result<(), ParseError> {
        self.clear();
        let read = self.fill(bytes, offset, tracks);
        if read.is_err() {
            self.clear();
        }
        read.map_err(ParseError::from)
    }

    fn fill(&mut self, bytes: &[u8], offset: u64, tracks: &[Track]) -> Result<(), Fault> {
        let Some(moof) = Boxes::new(bytes, offset).find(FourCc::MOOF)? else {
            return Err(fail(&(ErrorKind::Missing, "moof"), offset));
        };
        let start = usize::try_from(moof.offset - offset).unwrap_or(usize::MAX);
        self.moof_size = moof.bytes.len() as u64;
        moof::read(&moof, bytes.get(start..).unwrap_or(&[]), tracks, self)
    }

    fn clear(&mut self) {
        self.sequence_number = 0;
        self.moof_size = 0;
        self.tracks.clear();
        self.samples.clear();
        self.encryption.clear();
        self.subsamples.clear();
        self.keys.clear();
        self.pssh.clear();
    }

    /// The samples of one track.
    pub fn samples_of(&self, track: &TrackFragment) -> &[Sample] {
        let rest = self.samples.get(track.first_sample as usize..).unwrap_or(&[]);
        rest.get(..track.sample_count as usize).unwrap_or(rest)
    }

    /// The encryption of the samples of one track; empty where it is not encrypted.
    pub fn encryption_of(&self, track: &TrackFragment) -> &[SampleEncryption] {
        if !track.encrypted {
            return &[];
        }
        let rest = self.encryption.get(track.first_encryption as usize..).unwrap_or(&[]);
        rest.get(..track.sample_count as usize).unwrap_or(rest)
    }

    /// The subsamples of one sample.
    pub fn subsamples_of(&self, sample: &SampleEncryption) -> &[Subsample] {
        let rest = self.subsamples.get(sample.first_subsample as usize..).unwrap_or(&[]);
        rest.get(..usize::from(sample.subsample_count)).unwrap_or(rest)
    }

    /// The samples of one track with their decode and presentation times in ticks; `start` is the
    /// decode time where the fragment has none.
    pub fn timed<'a>(
        &'a self,
        track: &TrackFragment,
        start: u64,
    ) -> impl Iterator<Item = (i64, i64, &'a Sample)> {
        let mut decode = i64::try_from(track.decode_time.unwrap_or(start)).unwrap_or(i64::MAX);
        let edit_offset = track.edit_offset;
        self.samples_of(track).iter().map(move |sample| {
            let time = decode;
            decode = decode.saturating_add(i64::from(sample.duration));
            let shown = time.saturating_add(i64::from(sample.composition_offset));
            (time, shown.saturating_sub(edit_offset), sample)
        })
    }

    /// From the first to the last tick that one track shows.
    pub fn presentation(&self, track: &TrackFragment, start: u64) -> Option<(i64, i64)> {
        let mut span: Option<(i64, i64)> = None;
        for (_, shown, sample) in self.timed(track, start) {
            let end = shown.saturating_add(i64::from(sample.duration));
            let (first, last) = span.unwrap_or((shown, end));
            span = Some((first.min(shown), last.max(end)));
        }
        span
    }
}

/// Track and decode time of the first track fragment in `bytes`, of which the end may be missing.
pub fn segment_start(bytes: &[u8]) -> Option<(u32, u64)> {
    let mut top = Boxes::partial(bytes);
    while let Some(one) = top.next_box().ok()? {
        if one.kind != FourCc::MOOF {
            continue;
        }
        let mut boxes = top.within(&one);
        while let Some(traf) = boxes.next_box().ok()? {
            if traf.kind != FourCc::TRAF {
                continue;
            }
            let (mut id, mut time) = (None, None);
            let mut children = boxes.within(&traf);
            while let Some(child) = children.next_box().ok()? {
                match child.kind {
                    FourCc::TFHD => id = super::tfhd::Tfhd::read(child.payload()).map(|tfhd| tfhd.track_ID),
                    FourCc::TFDT => time = super::tfdt::read(child.payload()),
                    _ => {}
                }
                if let (Some(id), Some(time)) = (id, time) {
                    return Some((id, time));
                }
            }
        }
    }
    None
}
