//! Movie Fragment Box: `mfhd`, the `traf` of each track, and `pssh` where keys change.

use super::boxes::{fail, Box, Fault};
use super::fourcc::FourCc;
use super::fragment::Fragment;
use super::moov::{protection, Track};
use super::{mfhd, traf};
use crate::error::ErrorKind;
use crate::limits;

/// Fill `fragment`. `bytes` begin at the box and may go on behind it.
/// ISO/IEC 14496-12, Movie Fragment Box.
pub(super) fn read(
    one: &Box<'_>,
    bytes: &[u8],
    tracks: &[Track],
    fragment: &mut Fragment,
) -> Result<(), Fault> {
    // Without a base of its own, a track's data follows that of the track before it.
    let mut data_end = one.offset;
    let mut boxes = one.boxes(0);
    while let Some(child) = boxes.next_box()? {
        match child.kind {
            FourCc::MFHD => {
                fragment.sequence_number = child.parse(&(ErrorKind::Malformed, "mfhd"), mfhd::read)?
            }
            FourCc::TRAF => {
                if fragment.tracks.len() >= limits::TRACKS {
                    return Err(fail(&(ErrorKind::Limit, "at most 64 track fragments"), child.offset));
                }
                data_end = traf::read(&child, one.offset, data_end, bytes, tracks, fragment)?;
            }
            _ => protection(&child, &mut fragment.pssh)?,
        }
    }
    Ok(())
}
