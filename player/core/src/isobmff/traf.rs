//! Track Fragment Box: `tfhd`, `tfdt`, the runs, the sample groups, and the encryption boxes.

use super::boxes::{fail, Box, Fault, PIFF_SENC};
use super::cenc;
use super::fourcc::FourCc;
use super::fragment::{Fragment, Sample, TrackFragment};
use super::moov::Track;
use super::saio::Saio;
use super::saiz::{is_cenc, Saiz};
use super::sbgp::Sbgp;
use super::senc::Senc;
use super::sgpd::Groups;
use super::tfdt;
use super::tfhd::Tfhd;
use super::trex::Trex;
use super::trun::Trun;
use crate::error::ErrorKind;
use crate::limits;

/// Add one track's part to `fragment`; answers where its data ends.
/// ISO/IEC 14496-12, Track Fragment Box.
///
/// `moof` is where the fragment starts, and the first of `bytes`; `data_end` is where the data of
/// the track before ends.
pub(super) fn read(
    one: &Box<'_>,
    moof: u64,
    data_end: u64,
    bytes: &[u8],
    tracks: &[Track],
    fragment: &mut Fragment,
) -> Result<u64, Fault> {
    let mut header: Option<Tfhd> = None;
    let mut track: Option<&Track> = None;
    let mut defaults = Trex::default();
    let (mut base, mut next) = (data_end, data_end);
    let mut part = TrackFragment { first_sample: fragment.samples.len() as u32, ..TrackFragment::default() };
    let mut groups = Groups::default();
    // Of each kind the first counts, as the standard allows one: the work stays linear.
    let (mut seig, mut rap, mut roll) = (None::<Sbgp<'_>>, None::<Sbgp<'_>>, None::<Sbgp<'_>>);
    let (mut senc, mut saiz, mut saio) = (None::<Senc<'_>>, None::<Saiz<'_>>, None::<Saio>);

    let mut boxes = one.boxes(0);
    while let Some(child) = boxes.next_box()? {
        match child.kind {
            FourCc::TFHD if header.is_none() => {
                let tfhd = child.parse(&(ErrorKind::Malformed, "tfhd"), Tfhd::read)?;
                track = tracks.iter().find(|track| track.id == tfhd.track_ID);
                let trex = track.map_or(Trex::without(tfhd.track_ID), |track| track.trex);
                defaults = tfhd.over(&trex);
                base = match tfhd.base_data_offset {
                    Some(offset) => offset,
                    None if tfhd.default_base_is_moof => moof,
                    None => data_end,
                };
                next = base;
                header = Some(tfhd);
            }
            FourCc::TFDT => {
                part.decode_time = Some(child.parse(&(ErrorKind::Malformed, "tfdt"), tfdt::read)?)
            }
            FourCc::TRUN => {
                if header.is_none() {
                    return Err(fail(&(ErrorKind::Missing, "tfhd"), child.offset));
                }
                let trun = child.parse(&(ErrorKind::Malformed, "trun"), Trun::read)?;
                let count = (fragment.samples.len()).saturating_add(trun.sample_count as usize);
                if count > limits::SAMPLES_PER_FRAGMENT {
                    return Err(fail(&(ErrorKind::Limit, "at most 262,144 samples"), child.offset));
                }
                let start = match trun.data_offset {
                    Some(offset) => base.saturating_add_signed(i64::from(offset)),
                    None => next,
                };
                let (end, ticks) = trun.samples(&defaults, start, &mut fragment.samples);
                next = end;
                part.duration = part.duration.saturating_add(ticks);
            }
            FourCc::SENC if senc.is_none() => {
                senc = Some(child.parse(&(ErrorKind::Malformed, "senc"), Senc::read)?)
            }
            FourCc::SAIZ if saiz.is_none() => {
                saiz = Some(child.parse(&(ErrorKind::Malformed, "saiz"), Saiz::read)?)
                    .filter(|saiz| is_cenc(saiz.aux_info_type));
            }
            FourCc::SAIO if saio.is_none() => {
                saio = Some(child.parse(&(ErrorKind::Malformed, "saio"), Saio::read)?)
                    .filter(|saio| is_cenc(saio.aux_info_type));
            }
            FourCc::SGPD => child.parse(&(ErrorKind::Malformed, "sgpd"), |payload| groups.read(payload))?,
            FourCc::SBGP => {
                let sbgp = child.parse(&(ErrorKind::Malformed, "sbgp"), Sbgp::read)?;
                let slot = match sbgp.grouping_type {
                    FourCc::SEIG => &mut seig,
                    FourCc::RAP => &mut rap,
                    FourCc::ROLL => &mut roll,
                    _ => continue,
                };
                slot.get_or_insert(sbgp);
            }
            FourCc::UUID if senc.is_none() => {
                if let Some(content) = child.usertype(&PIFF_SENC) {
                    senc = Some(
                        child.parse(&(ErrorKind::Malformed, "senc of PIFF"), |_| Senc::read_piff(content))?,
                    );
                }
            }
            _ => {}
        }
    }
    let header = header.ok_or_else(|| fail(&(ErrorKind::Missing, "tfhd"), one.offset))?;
    part.track_id = header.track_ID;
    part.sample_description_index = defaults.default_sample_description_index;
    part.sample_count = (fragment.samples.len() as u32).saturating_sub(part.first_sample);
    part.edit_offset = track.map_or(0, |track| track.edit_offset);
    if header.duration_is_empty && part.sample_count == 0 {
        part.duration = u64::from(defaults.default_sample_duration);
    }

    let samples = fragment.samples.get_mut(part.first_sample as usize..).unwrap_or_default();
    if let Some(rap) = rap {
        let mut rest = samples.iter_mut();
        for (count, index) in rap.runs() {
            for sample in rest.by_ref().take(count as usize) {
                if index != 0 {
                    sample.flags |= Sample::RANDOM_ACCESS;
                }
            }
        }
    }
    if let Some((_, index)) = roll.and_then(|roll| roll.runs().next()) {
        let own = track.map_or(&[][..], |track| &track.groups.roll);
        part.roll_distance = described(index, own, &groups.roll).copied().unwrap_or(0);
    }
    let entry = track.and_then(|track| track.entry(part.sample_description_index));
    if let (Some(track), Some(tenc)) = (track, entry.and_then(|entry| entry.tenc)) {
        let tables = cenc::Tables { tenc, own: &track.groups.seig, local: &groups.seig, seig, senc, saiz };
        let offset = saio.map(|saio| base.saturating_add(saio.offset));
        part.first_encryption = fragment.encryption.len() as u32;
        part.auxiliary = cenc::read(&tables, offset, moof, bytes, &part, fragment).ok_or_else(|| {
            fail(&(ErrorKind::Malformed, "initialization vectors of all samples"), one.offset)
        })?;
        part.encrypted = part.auxiliary.is_none();
    }
    fragment.tracks.push(part);
    Ok(next)
}

/// A group's description: from 1 of the track, from 0x10001 of the fragment.
/// ISO/IEC 14496-12, Sample Groups.
pub(super) fn described<'a, T>(index: u32, own: &'a [T], local: &'a [T]) -> Option<&'a T> {
    match index.checked_sub(0x1_0001) {
        Some(at) => local.get(at as usize),
        None => own.get((index as usize).checked_sub(1)?),
    }
}
