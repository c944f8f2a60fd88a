//! The module's exports. Nothing is imported, and nothing here is unsafe: the host writes into a
//! buffer that the module owns.

use std::cell::RefCell;

use crate::wire;

thread_local! {
    static REQUEST: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static ANSWER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Where the host writes a request of `len` bytes.
#[no_mangle]
pub extern "C" fn request(len: usize) -> *mut u8 {
    REQUEST.with_borrow_mut(|request| {
        request.clear();
        request.resize(len, 0);
        request.as_mut_ptr()
    })
}

/// Answer the request; `answer_len()` bytes at the returned address.
#[no_mangle]
pub extern "C" fn answer() -> *const u8 {
    let answer = REQUEST.with_borrow(|request| wire::answer(request));
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
