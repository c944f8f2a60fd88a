//! Whole files, made by hand and by Shaka Packager.

use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::isobmff::TrackKind;

fn element(id: &[u8], content: &[u8]) -> Vec<u8> {
    let mut out = id.to_vec();
    out.push(0x08);
    out.extend(&(content.len() as u64).to_be_bytes()[4..]);
    out.extend(content);
    out
}

fn cue(time: u16, position: u16) -> Vec<u8> {
    let place = element(&[0xB7], &element(&[0xF1], &position.to_be_bytes()));
    element(&[0xBB], &[element(&[0xB3], &time.to_be_bytes()), place].concat())
}

fn file() -> (Vec<u8>, usize) {
    let info = element(
        &INFO.to_be_bytes(),
        &[element(&[0x2A, 0xD7, 0xB1], &[0x0F, 0x42, 0x40]), element(&[0x44, 0x89], &9000f32.to_be_bytes())]
            .concat(),
    );
    let video = element(&[0xE0], &[element(&[0xB0], &[1, 64]), element(&[0xBA], &[240])].concat());
    let track = element(
        &[0xAE],
        &[
            element(&[0xD7], &[1]),
            element(&[0x83], &[1]),
            element(&[0x86], b"V_VP8"),
            element(&[0x22, 0xB5, 0x9C], b"por"),
            video,
        ]
        .concat(),
    );
    let tracks = element(&TRACKS.to_be_bytes(), &track);
    let cues = element(
        &CUES.to_be_bytes(),
        &[cue(0, 1000), cue(3000, 2000), cue(4000, 2000), cue(6000, 3000)].concat(),
    );
    let seek = element(
        &[0x4D, 0xBB],
        &[element(&[0x53, 0xAB], &CUES.to_be_bytes()), element(&[0x53, 0xAC], &[0x01, 0x00])].concat(),
    );
    let seek_head = element(&SEEK_HEAD.to_be_bytes(), &seek);
    let mut content = [seek_head, info, tracks].concat();
    content.resize(256, 0xEC);
    // A Void that fills up to the Cues.
    let cues_at = content.len();
    content.extend(cues);
    content.resize(4000, 0);
    let head = element(&EBML.to_be_bytes(), &[]);
    let bytes = [head.clone(), element(&SEGMENT.to_be_bytes(), &content)].concat();
    (bytes, head.len() + 9 + cues_at)
}

#[test]
fn a_header_and_its_cues() {
    let (bytes, cues_at) = file();
    let header = header(&bytes).unwrap();
    assert_eq!((header.segment_offset, header.segment_end), (18, Some(4018)));
    assert_eq!(header.cues_offset, Some(cues_at as u64));
    assert_eq!(header.info, Info { timestamp_scale: 1_000_000, duration_us: Some(9_000_000) });
    let track = &header.tracks[0];
    assert_eq!((track.number, track.kind, track.codec.as_str()), (1, TrackKind::Video, "vp8"));
    assert_eq!((track.width, track.height, track.language.as_str()), (320, 240, "por"));

    let index = cues(&bytes[cues_at..cues_at + 150], cues_at as u64, &header, None).unwrap();
    let rows: Vec<_> = index
        .entries
        .iter()
        .map(|entry| {
            (entry.start / 1_000_000, entry.duration / 1_000_000, entry.range.offset, entry.range.length)
        })
        .collect();
    assert_eq!(rows, vec![(0, 3000, 1018, 1000), (3000, 3000, 2018, 1000), (6000, 3000, 3018, 1000)]);
}

#[test]
fn cues_at_the_end_close_the_last_cluster() {
    let (bytes, cues_at) = file();
    let header = header(&bytes).unwrap();
    let index = cues(&bytes[cues_at..cues_at + 150], 3900, &header, None).unwrap();
    assert_eq!(index.entries.last().unwrap().range.length, 3900 - 3018);
}

#[test]
fn damage_never_panics() {
    let (bytes, cues_at) = file();
    let whole = header(&bytes).unwrap();
    let mut damaged = bytes[..700].to_vec();
    for end in 0..damaged.len() {
        let _ = header(&damaged[..end]);
        let _ = cues(&damaged[end..], end as u64, &whole, Some(4000));
    }
    for at in 0..damaged.len() {
        for flip in [0x01, 0x10, 0x80, 0xFF] {
            damaged[at] ^= flip;
            let _ = header(&damaged);
            let _ = cues(&damaged[cues_at..], cues_at as u64, &whole, None);
            damaged[at] ^= flip;
        }
    }
}

#[test]
fn files_of_packager_and_ffmpeg() {
    /// What each cluster of a file begins with.
    const CLUSTER_ID: &[u8] = &CLUSTER.to_be_bytes();
    let files: [(&[u8], &str, usize); 2] = [
        (include_bytes!("../../../../tests/corpus/isobmff/vp9-cues-first.webm"), "vp09.00.10.08", 2),
        (include_bytes!("../../../../tests/corpus/isobmff/opus-cues-last.webm"), "opus", 1),
    ];
    for (bytes, codec, clusters) in files {
        let header = header(&bytes[..bytes.len() - 20]).unwrap();
        assert_eq!(header.tracks[0].codec, codec);
        let at = header.cues_offset.unwrap() as usize;
        let index = cues(&bytes[at..], at as u64, &header, Some(bytes.len() as u64)).unwrap();
        assert_eq!(index.entries.len(), clusters, "{codec}");
        let mut next = None;
        for entry in &index.entries {
            let start = entry.range.offset as usize;
            assert!(bytes[start..].starts_with(CLUSTER_ID));
            assert!(next.is_none_or(|next| next == (entry.start, entry.range.offset)));
            next = Some((entry.start + entry.duration, entry.range.offset + entry.range.length));
        }
        let (time, end) = next.unwrap();
        let behind = if at as u64 > header.segment_offset + 1_000 { at } else { bytes.len() };
        assert_eq!(end, behind as u64, "{codec}");
        assert_eq!(time / 1000, header.info.duration_us.unwrap() as u64);
    }
}
