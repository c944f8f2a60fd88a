//! `extras.wasm`: transport streams, packed audio and closed captions, loaded when a title has them.
//!
//! | file | what |
//! |---|---|
//! | `calls` | requests and answers as bytes: the whole conversation |
//! | `captions` | CTA-608 and 708: out of fragments, and into cues |
//!
//! One export answers requests, two more lend memory: [`calls`] says how they look. Nothing is
//! imported.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod calls;
pub mod captions;

use bitaca_player_memory::{give, slice, Single};

static STATE: Single<Option<calls::Extras>> = Single::new(None);

/// Answer a request; `result_len()` bytes at the returned address, no bytes where it is no request.
///
/// # Safety
/// `ptr` addresses `len` readable bytes.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub unsafe extern "C" fn call(ptr: *const u8, len: usize) -> *const u8 {
    let extras = STATE.get().get_or_insert_with(calls::Extras::default);
    give(extras.answer(slice(ptr, len)))
}

/// A panic is our bug; the host sees a trap and throws the instance away.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
