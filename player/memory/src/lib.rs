//! What every wasm build shares: the allocator, buffers of the host, the result of the last call.
//!
//! Names are exported in the wasm build only: natively `free` would take the place of the C library's.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

#[cfg(test)]
extern crate std;

#[cfg(target_arch = "wasm32")]
mod heap;
#[cfg(any(target_arch = "wasm32", test))]
mod ranges;

use alloc::alloc::{alloc as allocate, dealloc as release};
use alloc::vec::Vec;
use core::alloc::Layout;
use core::cell::UnsafeCell;

/// State of the module. It has one thread: the host calls one export at a time.
pub struct Single<T>(UnsafeCell<T>);

// SAFETY: see above; natively only tests call the exports, each on the thread that it needs.
unsafe impl<T> Sync for Single<T> {}

impl<T> Single<T> {
    /// The state that a module begins with.
    pub const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }

    /// The state, for the length of one export call.
    ///
    /// # Safety
    /// No other reference to it may be alive: exports fetch it once and do not call each other.
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn get(&self) -> &mut T {
        &mut *self.0.get()
    }
}

/// Bytes that the last call left for the host.
static RESULT: Single<Vec<u8>> = Single::new(Vec::new());

/// Keep `bytes` for the host; returns their address. [`result_len`] gives their number.
pub fn give(bytes: Vec<u8>) -> *const u8 {
    // SAFETY: called at the end of an export, with no reference to the old result alive.
    let result = unsafe { RESULT.get() };
    *result = bytes;
    result.as_ptr()
}

/// Number of bytes of the last result.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub extern "C" fn result_len() -> usize {
    // SAFETY: a read between calls.
    unsafe { RESULT.get() }.len()
}

/// A buffer of `len` bytes for the host to write into; 0 where memory is exhausted.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub extern "C" fn alloc(len: usize) -> *mut u8 {
    match Layout::from_size_align(len.max(1), 1) {
        // SAFETY: the size is not zero.
        Ok(layout) => unsafe { allocate(layout) },
        Err(_) => core::ptr::null_mut(),
    }
}

/// Give back a buffer of [`alloc`].
///
/// # Safety
/// `ptr` and `len` are those of one `alloc` call, and nothing uses the buffer any more.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub unsafe extern "C" fn free(ptr: *mut u8, len: usize) {
    if let (false, Ok(layout)) = (ptr.is_null(), Layout::from_size_align(len.max(1), 1)) {
        release(ptr, layout);
    }
}

/// Bytes of the host.
///
/// # Safety
/// `ptr` points to `len` readable bytes that stay as they are for the length of the call.
pub unsafe fn slice<'a>(ptr: *const u8, len: usize) -> &'a [u8] {
    if ptr.is_null() || len == 0 {
        return &[];
    }
    core::slice::from_raw_parts(ptr, len)
}
