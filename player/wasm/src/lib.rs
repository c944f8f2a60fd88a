//! The raw C ABI around the core.
//!
//! Beside `memory` and `extras`, the only crate with unsafe code: it turns pointers of the host into
//! slices, and back. All exports take and give 32-bit numbers and 64-bit floats; nothing is imported.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub use bitaca_player_memory as memory;

pub mod manifest_abi;
pub mod session_abi;
pub mod wire;

/// A panic is our bug; the host sees a trap and throws the instance away.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
