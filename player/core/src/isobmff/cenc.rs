//! The encryption of each sample: from `senc`, or from `saiz` and `saio`, with `seig` groups.

use super::fields::Fields;
use super::fragment::{Fragment, SampleEncryption, Subsample, TrackFragment};
use super::saiz::Saiz;
use super::sbgp::Sbgp;
use super::senc::Senc;
use super::tenc::{iv, Tenc};
use super::traf::described;
use crate::segments::ByteRange;

/// What a track fragment tells about its encryption.
pub(super) struct Tables<'a> {
    pub(super) tenc: Tenc,
    /// `seig` descriptions of the track, and of the fragment.
    pub(super) own: &'a [Tenc],
    pub(super) local: &'a [Tenc],
    pub(super) seig: Option<Sbgp<'a>>,
    pub(super) senc: Option<Senc<'a>>,
    pub(super) saiz: Option<Saiz<'a>>,
}

/// One entry for each sample of `part`; or the range of the auxiliary information, where that is
/// not in `bytes`, which begin at `moof`. `None` where the tables are damaged.
///
/// ISO/IEC 23001-7, Sample Encryption Information storage; ISO/IEC 23001-7, Key rotation by sample groups.
pub(super) fn read(
    tables: &Tables<'_>,
    saio: Option<u64>,
    moof: u64,
    bytes: &[u8],
    part: &TrackFragment,
    fragment: &mut Fragment,
) -> Option<Option<ByteRange>> {
    let (table, subsamples) = match (&tables.senc, &tables.saiz, saio) {
        (Some(senc), ..) => (senc.table, Some(senc.subsamples)),
        (None, Some(saiz), Some(offset)) => {
            let range = ByteRange { offset, length: saiz.total() };
            let start = offset.checked_sub(moof).and_then(|start| usize::try_from(start).ok());
            let held = start
                .and_then(|start| bytes.get(start..))
                .and_then(|rest| rest.get(..usize::try_from(range.length).ok()?));
            match held {
                Some(table) => (table, None),
                None => return Some(Some(range)),
            }
        }
        // No tables: a constant vector, or nothing is protected.
        _ => (&[][..], Some(false)),
    };
    let covered = match (&tables.senc, &tables.saiz) {
        (Some(senc), _) => senc.sample_count,
        (None, Some(saiz)) => saiz.sample_count,
        _ => 0,
    };
    let default = tables.senc.and_then(|senc| senc.override_tenc).unwrap_or(tables.tenc);
    let mut rows = Fields::new(table);
    let mut groups = tables.seig.map(|seig| seig.runs());
    let mut run = (0u32, 0u32);
    let mut key = fragment.keys.len() as u16;
    fragment.keys.push(default);
    let default_key = key;

    for index in 0..part.sample_count {
        // The group of the sample; the rest of the samples is in none.
        while run.0 == 0 {
            run = groups.as_mut().and_then(Iterator::next).unwrap_or((u32::MAX, 0));
            key = default_key;
            if run.0 > 0 && run.1 > 0 {
                key = intern(fragment, default_key, *described(run.1, tables.own, tables.local)?)?;
            }
        }
        run.0 -= 1;
        let tenc = fragment.keys.get(usize::from(key)).copied()?;
        let mut one = SampleEncryption {
            iv: tenc.default_constant_IV,
            key,
            subsample_count: 0,
            first_subsample: fragment.subsamples.len() as u32,
        };
        let size = tables.saiz.and_then(|saiz| saiz.size(index as usize));
        let has_row = index < covered && size != Some(0) && tenc.default_isProtected;
        if has_row {
            let iv_size = tenc.default_Per_Sample_IV_Size;
            if iv_size > 0 {
                one.iv = iv(&mut rows, iv_size);
            }
            if subsamples.unwrap_or(size > Some(iv_size)) {
                one.subsample_count = rows.u16();
                for _ in 0..one.subsample_count {
                    fragment.subsamples.push(Subsample { clear: rows.u16(), protected: rows.u32() });
                }
            }
            if rows.passed_end() {
                return None;
            }
        } else if tenc.default_isProtected && tenc.default_Per_Sample_IV_Size > 0 {
            return None;
        }
        fragment.encryption.push(one);
    }
    Some(None)
}

/// The number of that encryption among those of this track fragment, from `first`; it is added where
/// it is not the last one.
fn intern(fragment: &mut Fragment, first: u16, tenc: Tenc) -> Option<u16> {
    let last = fragment.keys.len().checked_sub(1)?;
    if last >= usize::from(first) && fragment.keys.last() == Some(&tenc) {
        return u16::try_from(last).ok();
    }
    let number = u16::try_from(fragment.keys.len()).ok()?;
    fragment.keys.push(tenc);
    Some(number)
}
