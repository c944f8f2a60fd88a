//! How many bytes were looked at: the proof that work is linear.
//!
//! Each loop over bytes of the input tells here how far it went. Blocks that are copied or set, and
//! tables that are searched by halving, are not counted. The number is one of the whole module, as
//! everything that is exported: one thread reads one manifest at a time.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Natively several threads may count at once and lose some; nothing is decided by it.
static VISITED: AtomicUsize = AtomicUsize::new(0);

/// So many bytes were looked at.
#[inline(always)]
pub fn visit(bytes: usize) {
    VISITED.store(VISITED.load(Relaxed).wrapping_add(bytes), Relaxed);
}

/// Bytes that were looked at since [`restart`].
pub fn visited() -> usize {
    VISITED.load(Relaxed)
}

/// Count from nothing.
pub fn restart() {
    VISITED.store(0, Relaxed);
}
