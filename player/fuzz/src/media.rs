//! What must hold for containers: where bytes are cut makes no difference, and little input makes little output.

use bitaca_player_core::isobmff::{self, Event, Fragment, Scanner};
use bitaca_player_core::remux::{Options, Output, Remuxer};

/// Bytes that remuxing may add: an initialization segment for each configuration, and boxes.
const REMUX_FACTOR: usize = 64;
const REMUX_CONSTANT: usize = 1 << 20;

/// All top-level boxes of a file that arrives in pieces of `size` bytes, one line each.
pub fn boxes(data: &[u8], size: usize) -> Vec<String> {
    let mut scanner = Scanner::new(0);
    let mut found = Vec::new();
    for piece in data.chunks(size.max(1)) {
        let mut rest = piece;
        loop {
            match scanner.next(&mut rest) {
                Ok(Some(event)) => found.push(line(&event)),
                Ok(None) => break,
                Err(error) => {
                    found.push(format!("{error:?}"));
                    return found;
                }
            }
        }
        assert!(rest.is_empty(), "a piece is used up");
    }
    match scanner.finish() {
        Ok(Some(event)) => found.push(line(&event)),
        Ok(None) => {}
        Err(error) => found.push(format!("{error:?}")),
    }
    found
}

fn line(event: &Event<'_>) -> String {
    format!("{event:?}")
}

/// Everything that is read of an fMP4 file.
pub fn read_isobmff(data: &[u8]) {
    let init = isobmff::init_info(data);
    let _ = isobmff::timescales(data);
    let _ = isobmff::segment_start(data);
    let index = isobmff::sidx_index(data, 7);
    if let Ok(index) = index {
        for entry in &index.entries {
            assert!(index.at_time(entry.start).is_some_and(|at| at < index.entries.len()));
        }
    }
    let tracks = init.map(|init| init.tracks).unwrap_or_default();
    let mut fragment = Fragment::default();
    if fragment.read(data, 0, &tracks).is_ok() {
        for track in &fragment.tracks {
            let samples = fragment.samples_of(track);
            assert_eq!(samples.len(), track.sample_count as usize);
            let _ = fragment.presentation(track, 0);
            for one in fragment.encryption_of(track) {
                let _ = fragment.subsamples_of(one);
            }
        }
    }
}

/// Remux what arrives in pieces; all that comes out, and that it is not more than the input can explain.
pub fn remux(data: &[u8], size: usize, cuts: bool) -> Vec<Output> {
    let mut remuxer = Remuxer::new(Options::default());
    let mut found = Vec::new();
    let mut bytes = 0;
    for (at, piece) in data.chunks(size.max(1)).enumerate() {
        remuxer.push(piece);
        if cuts && at % 7 == 6 {
            remuxer.discontinuity(at as i64 * 1_000_000);
        }
        while let Some(output) = remuxer.poll() {
            bytes += length(&output);
            found.push(output);
        }
    }
    remuxer.flush();
    while let Some(output) = remuxer.poll() {
        bytes += length(&output);
        found.push(output);
    }
    assert!(bytes <= data.len() * REMUX_FACTOR + REMUX_CONSTANT, "{bytes} bytes out of {}", data.len());
    found
}

fn length(output: &Output) -> usize {
    match output {
        Output::Init { bytes, .. } | Output::Fragment { bytes, .. } => bytes.len(),
        _ => 0,
    }
}
