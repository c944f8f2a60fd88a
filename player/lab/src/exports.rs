//! The module's exports. Nothing is imported, and nothing here is unsafe: the host writes into a
//! buffer that the module owns.

use std::cell::{Cell, RefCell};

use bitaca_player_core::isobmff::Sample;

use crate::{samples, wire};

thread_local! {
    /// What the host wrote: as long as the longest request so far.
    static REQUEST: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static REQUEST_LEN: Cell<usize> = const { Cell::new(0) };
    static ANSWER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static SAMPLES_LEN: Cell<usize> = const { Cell::new(0) };
}

/// Where the host writes a request of `len` bytes, all of them.
#[no_mangle]
pub extern "C" fn request(len: usize) -> *mut u8 {
    REQUEST_LEN.set(len);
    REQUEST.with_borrow_mut(|request| {
        if request.len() < len {
            request.resize(len, 0);
        }
        request.as_mut_ptr()
    })
}

fn asked<T>(answer: impl FnOnce(&[u8]) -> T) -> T {
    REQUEST.with_borrow(|request| answer(request.get(..REQUEST_LEN.get()).unwrap_or_default()))
}

/// Answer the request; `answer_len()` bytes at the returned address.
#[no_mangle]
pub extern "C" fn answer() -> *const u8 {
    let answer = asked(wire::answer);
    ANSWER.with_borrow_mut(|kept| {
        *kept = answer;
        kept.as_ptr()
    })
}

/// Number of bytes of the last answer.
#[no_mangle]
pub extern "C" fn answer_len() -> usize {
    ANSWER.with_borrow(Vec::len)
}

/// Read the request as one of [`samples`]; `samples_len()` rows of [`Sample`] at the returned address, where they stay
/// until the next call. Null where it cannot be read.
#[no_mangle]
pub extern "C" fn samples() -> *const Sample {
    let found = asked(|request| samples::read(request, |found| (found.as_ptr(), found.len())));
    let (rows, len) = found.unwrap_or((std::ptr::null(), 0));
    SAMPLES_LEN.set(len);
    rows
}

/// Number of samples that the last call found.
#[no_mangle]
pub extern "C" fn samples_len() -> usize {
    SAMPLES_LEN.get()
}
