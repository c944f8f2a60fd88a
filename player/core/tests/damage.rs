//! Damaged input is an error or a model, never a panic: every truncation and every byte changed.

use std::fs;
use std::path::{Path, PathBuf};

use bitaca_player_core::presentation::Presentation;
use bitaca_player_core::snapshot;

fn corpus() -> Vec<(PathBuf, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus");
    let mut found = Vec::new();
    for folder in ["hls", "dash"] {
        for entry in fs::read_dir(root.join(folder)).expect("the corpus is in the checkout") {
            let path = entry.expect("a readable folder").path();
            let bytes = fs::read(&path).expect("a readable file");
            found.push((path, bytes));
        }
    }
    assert!(found.len() >= 8, "the corpus is there");
    found
}

fn survives(bytes: &[u8]) {
    if let Ok(movie) = Presentation::parse(bytes, "https://h/a/b", None) {
        assert!(snapshot::write(&movie, bytes).starts_with(b"BPS2"));
        for rendition in &movie.renditions {
            let Some(index) = &rendition.segments else { continue };
            assert!(index.get(index.len()).is_none());
            for i in [0, index.len() / 2, index.len().saturating_sub(1)] {
                let Some(segment) = index.get(i) else { continue };
                let found = index.at_time(segment.start_us);
                assert!(found.is_none_or(|found| found < index.len()));
            }
        }
    }
}

#[test]
fn every_truncation() {
    for (_, bytes) in corpus() {
        for end in 0..=bytes.len() {
            survives(&bytes[..end]);
        }
    }
}

#[test]
fn every_byte_changed() {
    for (_, bytes) in corpus() {
        let mut damaged = bytes.clone();
        for at in 0..bytes.len() {
            for byte in [b'9', b'"', b'<', b'\n', b'-', 0, bytes[at] ^ 0x20] {
                damaged[at] = byte;
                survives(&damaged);
            }
            damaged[at] = bytes[at];
        }
    }
}

const LIVE: &str = "<MPD id='m' type='dynamic' availabilityStartTime='2026-01-01T00:00:00Z' publishTime='2026-01-01T00:01:00Z'>\
    <Period id='p' start='PT0S'><AdaptationSet id='1' mimeType='video/mp4'><SegmentTemplate media='$Time$'><SegmentTimeline>\
    <S t='0' d='4' r='9'/></SegmentTimeline></SegmentTemplate><Representation id='v' bandwidth='1'/></AdaptationSet></Period>\
    <Period xlink:href='x' xlink:actuate='onLoad'/></MPD>";
const PATCH: &str = "<Patch mpdId='m' originalPublishTime='2026-01-01T00:01:00Z'><replace sel=\"/MPD/@publishTime\">2026</replace>\
    <remove sel=\"/MPD/Period[@id='p']/AdaptationSet[1]/*/SegmentTimeline/S\"/><add sel=\"/MPD/Period[1]\" pos=\"after\"><Period/></add>\
    <add sel='/MPD' type='@x'>é</add></Patch>";
const REMOTE: &str = "<?xml version='1.0'?><Period id='a' duration='PT4S'><AdaptationSet/></Period><Period/>";

fn live() -> Presentation {
    Presentation::parse(LIVE.as_bytes(), "https://h/a/b", None).expect("a live MPD")
}

/// What is put into a presentation that plays is as hostile as what opens it.
fn is_taken_or_refused(take: impl Fn(&mut Presentation, &[u8]), document: &str) {
    let survives = |bytes: &[u8]| {
        let mut movie = live();
        take(&mut movie, bytes);
        assert!(snapshot::write(&movie, bytes).starts_with(b"BPS2"));
        movie.advance(i64::MAX);
        movie.advance(i64::MIN);
    };
    let whole = document.as_bytes();
    for end in 0..=whole.len() {
        survives(&whole[..end]);
    }
    let mut damaged = whole.to_vec();
    for at in 0..whole.len() {
        for byte in [b'9', b'"', b'<', b'/', b'[', 0, whole[at] ^ 0x20] {
            damaged[at] = byte;
            survives(&damaged);
        }
        damaged[at] = whole[at];
    }
}

#[test]
fn patches_remote_elements_and_refreshes() {
    is_taken_or_refused(|movie, bytes| _ = movie.apply_patch(bytes, None), PATCH);
    is_taken_or_refused(|movie, bytes| _ = movie.resolve_remote(0, Some(bytes)), REMOTE);
    is_taken_or_refused(|movie, bytes| _ = movie.refresh(bytes, "u", Some(0)), LIVE);
    let mut movie = live();
    assert!(movie.apply_patch(PATCH.as_bytes(), None).is_ok());
    assert!(live().resolve_remote(0, Some(REMOTE.as_bytes())).is_ok());
}
