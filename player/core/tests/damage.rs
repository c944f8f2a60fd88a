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
        assert!(snapshot::write(&movie, bytes).starts_with(b"BPS1"));
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
