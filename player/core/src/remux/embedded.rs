//! Closed captions inside fragmented MP4: user data of the pictures' supplemental enhancement
//! information. ISO/IEC 14496-15, Sample format; ATSC A/53 Part 4, Captioning data.

use alloc::vec::Vec;

use super::{nal, sei};
use crate::bytes::Reader;
use crate::isobmff::boxes::Boxes;
use crate::isobmff::{init_info, FourCc, Fragment, Track, TrackKind};
use crate::limits;
use crate::order::sorted;

/// Media time in microseconds and `cc_data` triplets of each picture that has captions, in order of
/// presentation. `init` is the initialization section of `segment`. What is encrypted or damaged has none.
pub fn captions(init: &[u8], segment: &[u8]) -> Vec<(i64, Vec<u8>)> {
    let mut found = Vec::new();
    let Ok(info) = init_info(init) else { return found };
    let mut fragment = Fragment::default();
    let mut boxes = Boxes::new(segment, 0);
    while let Ok(Some(one)) = boxes.next_box() {
        if one.kind != FourCc::MOOF {
            continue;
        }
        let from = usize::try_from(one.offset).unwrap_or(usize::MAX);
        let Some(rest) = segment.get(from..) else { break };
        if fragment.read(rest, one.offset, &info.tracks).is_err() {
            break;
        }
        for part in &fragment.tracks {
            let track = info.tracks.iter().find(|track| track.id == part.track_id);
            let Some(track) = track.filter(|track| track.kind == TrackKind::Video && !part.encrypted) else {
                continue;
            };
            let Some((length, hevc)) = packing(track, part.sample_description_index) else { continue };
            for (_, shown, sample) in fragment.timed(part, 0) {
                let at = usize::try_from(sample.offset).unwrap_or(usize::MAX);
                let bytes = segment.get(at..).and_then(|bytes| bytes.get(..sample.size as usize));
                let triplets = of_sample(bytes.unwrap_or(&[]), length, hevc);
                if !triplets.is_empty() && found.len() < limits::CUES {
                    found.push((crate::time::ticks_to_us(shown, track.timescale.into()), triplets));
                }
            }
        }
    }
    in_order(found)
}

/// By time; what is shown at once stays as it stood.
fn in_order(mut found: Vec<(i64, Vec<u8>)>) -> Vec<(i64, Vec<u8>)> {
    let places: Vec<(i64, usize)> =
        found.iter().enumerate().map(|(place, (at_us, _))| (*at_us, place)).collect();
    let sorted = sorted(places);
    sorted
        .iter()
        .filter_map(|(at_us, place)| Some((*at_us, core::mem::take(&mut found.get_mut(*place)?.1))))
        .collect()
}

/// Bytes of a unit's length, and whether units are HEVC's.
fn packing(track: &Track, description: u32) -> Option<(usize, bool)> {
    let entry = track.entry(description.max(1)).filter(|entry| entry.scheme.is_none())?;
    let hevc = entry.codec.starts_with("hvc1") || entry.codec.starts_with("hev1");
    (entry.nal_length_size > 0).then_some((usize::from(entry.nal_length_size), hevc))
}

fn of_sample(sample: &[u8], length: usize, hevc: bool) -> Vec<u8> {
    let mut messages = sei::Messages::default();
    let mut scratch = Vec::new();
    let mut from = Reader::new(sample);
    while let Some(prefix) = from.take(length) {
        let size = prefix.iter().fold(0usize, |size, byte| size << 8 | usize::from(*byte));
        let Some(unit) = from.take(size) else { break };
        let (header, wanted) = match (unit.first(), hevc) {
            // nal_unit_type: supplemental enhancement information; of HEVC before or behind the picture.
            (Some(first), false) => (1, first & 0x1F == 6),
            (Some(first), true) => (2, matches!(first >> 1 & 0x3F, 39 | 40)),
            (None, _) => continue,
        };
        if wanted && unit.len() <= limits::MESSAGE_BYTES {
            nal::unescape(unit.get(header..).unwrap_or(&[]), &mut scratch);
            sei::read(&scratch, &mut messages);
        }
    }
    messages.captions
}

#[cfg(test)]
mod tests {
    use super::super::tests::Units;
    use super::super::{Muxer, Piece, Wanted};
    use super::*;
    use crate::mpegts::tests::Writer;

    fn stream() -> Vec<u8> {
        let mut writer = Writer::default();
        writer.tables(&[(0x1B, 0x100, &[])]);
        for at in 0..6u8 {
            let mut units = Units::default();
            units.delimiter();
            if at == 0 {
                units.sets(0);
            }
            units.caption([0xFC, 0x80 | at, 0x80]).slice(at == 0, at == 0, at.into(), None, 20);
            writer.pes(0x100, 90_000 + u64::from(at) * 3_600, &units.bytes);
        }
        writer.bytes
    }

    #[test]
    fn captions_of_fragments_are_those_of_the_stream() {
        let mut muxer = Muxer::new();
        muxer.begin(Wanted { video: true, audio: true, near_us: None });
        muxer.push(&stream());
        muxer.flush();
        let (mut init, mut media, mut told) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(piece) = muxer.poll() {
            match piece {
                Piece::Init { bytes, .. } => init = bytes,
                Piece::Fragment(bytes) => media.extend(bytes),
                Piece::Captions(at_us, triplets) => told.push((at_us, triplets)),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(told.len(), 6);
        let found = captions(&init, &media);
        assert_eq!(found.len(), 6);
        for (one, other) in found.iter().zip(&told) {
            assert!((one.0 - other.0).abs() <= 1 && one.1 == other.1, "{one:?} {other:?}");
        }
        for end in 0..media.len() {
            captions(&init, &media[..end]);
        }
        assert_eq!(captions(&media, &init), []);
    }
}
