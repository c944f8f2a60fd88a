//! `subtitles.wasm`: TTML, SubRip, ASS, WebVTT with regions and styles, and text in fragments; loaded
//! when a title has them. Plain WebVTT is read by the player itself.
//!
//! One export answers requests, two more lend memory. A request is little-endian and packed: offset
//! (`f64`, microseconds), then twice a length (`u32`) and its bytes: an initialization section or
//! nothing, and a file or segment. The answer is JSON ([`files`]).

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod files;

use alloc::string::String;

use bitaca_player_core::bytes::Reader;
use bitaca_player_memory::{give, slice};

/// The answer to a request; empty where it is none.
pub fn answer(request: &[u8]) -> String {
    read(request).unwrap_or_default()
}

fn read(request: &[u8]) -> Option<String> {
    let mut from = Reader::new(request);
    let offset_us = f64::from_bits(from.u64()?.swap_bytes()) as i64;
    let mut blob = || {
        let length = from.u32()?.swap_bytes();
        from.take(length as usize)
    };
    let (init, body) = (blob()?, blob()?);
    from.rest().is_empty().then(|| files::read(init, body, offset_us))
}

/// Answer a request; `result_len()` bytes at the returned address, no bytes where it is no request.
///
/// # Safety
/// `ptr` addresses `len` readable bytes.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub unsafe extern "C" fn call(ptr: *const u8, len: usize) -> *const u8 {
    give(answer(slice(ptr, len)).into_bytes())
}

/// A panic is our bug; the host sees a trap and throws the instance away.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn a_request_is_answered_and_what_is_none_is_not() {
        let file = b"1\n00:00:01,000 --> 00:00:02,000\na\n";
        let mut request = Vec::from(1e6f64.to_le_bytes());
        request.extend_from_slice(&0u32.to_le_bytes());
        request.extend_from_slice(&(file.len() as u32).to_le_bytes());
        request.extend_from_slice(file);
        assert!(answer(&request).contains("\"start\":2000000"));
        for end in 0..request.len() {
            assert_eq!(answer(&request[..end]), "");
        }
    }
}
