//! CTA-608 and 708 captions: out of the fragments that carry them, and as cues of each channel.

use alloc::string::String;
use alloc::vec::Vec;

use bitaca_player_core::bytes::push_number;
use bitaca_player_core::remux::embedded_captions;
use bitaca_player_core::text::cc_data::{Captions, Channel};
use bitaca_player_core::text::json;

/// Media time and triplets of each picture with captions.
pub fn inside(init: &[u8], segment: &[u8]) -> Vec<(i64, Vec<u8>)> {
    embedded_captions(init, segment)
}

/// What the channels said since this was last asked: `{"CC1": document, "SERVICE2": document}`, the
/// names being those of `INSTREAM-ID` (RFC 8216bis, EXT-X-MEDIA). Channels that said nothing are left out.
pub fn said(captions: &mut Captions) -> String {
    let mut to = String::from("{");
    for channel in captions.channels() {
        let document = captions.take(channel);
        if document.cues.is_empty() {
            continue;
        }
        if to.len() > 1 {
            to.push(',');
        }
        let (word, number) = match channel {
            Channel::Cc(number) => ("\"CC", number),
            Channel::Service(number) => ("\"SERVICE", number),
        };
        to.push_str(word);
        push_number(&mut to, number.into(), 1);
        to.push_str("\":");
        json::document(&mut to, &document);
    }
    to.push('}');
    to
}
