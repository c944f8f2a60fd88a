//! MPEG-TS and packed audio to fMP4.
#![no_main]

use bitaca_player_core::isobmff;
use bitaca_player_core::remux::Output;
use bitaca_player_fuzz::media;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let whole = media::remux(data, data.len().max(1), false);
    // Where damage ends may be seen earlier or later.
    if !whole.iter().any(|output| matches!(output, Output::Warning(_))) {
        let pieces = media::remux(data, 188 * 3 + 1, false);
        assert_eq!(whole, pieces, "where bytes are cut makes no difference");
    }
    media::remux(data, 1_000, true);
    for output in &whole {
        if let Output::Init { bytes, .. } = output {
            assert!(isobmff::init_info(bytes).is_ok(), "we read what we write");
        }
    }
});
