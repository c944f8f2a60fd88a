//! Sessions: one input in, outputs out until there are none. [`crate::wire`] says how they look.

use alloc::boxed::Box;
use alloc::vec::Vec;

use bitaca_player_core::session::Session;

use crate::memory::{give, slice, Single};
use crate::wire::{read_input, write_output, Scratch};

struct State {
    open: Vec<Option<Box<Session>>>,
    scratch: Option<Scratch>,
}

static STATE: Single<State> = Single::new(State { open: Vec::new(), scratch: None });

/// Begin a session; gives its handle, a number above zero.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub extern "C" fn session_new() -> u32 {
    // SAFETY: one export at a time.
    let state = unsafe { STATE.get() };
    let session = Some(Box::new(Session::new()));
    match state.open.iter_mut().enumerate().find(|(_, slot)| slot.is_none()) {
        Some((at, slot)) => {
            *slot = session;
            at as u32 + 1
        }
        None => {
            state.open.push(session);
            state.open.len() as u32
        }
    }
}

/// Give a session one input: 1 taken, 0 where the bytes are no input or there is no such session.
///
/// # Safety
/// `ptr` addresses `len` readable bytes.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub unsafe extern "C" fn session_handle(handle: u32, ptr: *const u8, len: usize) -> u32 {
    let State { open, scratch } = STATE.get();
    let scratch = scratch.get_or_insert_with(Scratch::default);
    let session = (handle as usize).checked_sub(1).and_then(|at| open.get_mut(at)?.as_deref_mut());
    match (session, read_input(slice(ptr, len), scratch)) {
        (Some(session), Some((now, input))) => {
            session.handle(now, &input);
            1
        }
        _ => 0,
    }
}

/// The session's next output, `result_len()` bytes at the returned address; no bytes where there
/// is none.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub extern "C" fn session_poll(handle: u32) -> *const u8 {
    // SAFETY: one export at a time.
    let open = &mut unsafe { STATE.get() }.open;
    let session = (handle as usize).checked_sub(1).and_then(|at| open.get_mut(at)?.as_deref_mut());
    give(session.and_then(Session::poll).map(|output| write_output(&output)).unwrap_or_default())
}

/// Forget a session. Its handle may be given again.
#[cfg_attr(target_arch = "wasm32", no_mangle)]
pub extern "C" fn session_free(handle: u32) {
    // SAFETY: one export at a time.
    let open = &mut unsafe { STATE.get() }.open;
    if let Some(slot) = (handle as usize).checked_sub(1).and_then(|at| open.get_mut(at)) {
        *slot = None;
    }
}
