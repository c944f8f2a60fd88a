//! The allocator of the wasm builds: free lists of power-of-two blocks over `memory.grow`.
//!
//! The core's allocations are few and of doubling sizes (vectors and strings that grow), which
//! this serves in constant time and some 300 bytes of code. Freed blocks are kept for their own
//! size and never joined: the most it can waste is a factor of two, and the sum of what each size
//! needed at its peak.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr::null_mut;

const PAGE: usize = 65_536;
/// Smallest block, and alignment of all: 16 bytes.
const SMALLEST: u32 = 4;
const CLASSES: usize = 32;

struct State {
    /// First free block of each class; a free block begins with the address of the next.
    free: [usize; CLASSES],
    /// Memory never handed out yet.
    next: usize,
    end: usize,
}

struct Heap(UnsafeCell<State>);

// SAFETY: the wasm build has one thread, and no allocation happens inside another.
unsafe impl Sync for Heap {}

#[global_allocator]
static HEAP: Heap = Heap(UnsafeCell::new(State { free: [0; CLASSES], next: 0, end: 0 }));

/// The power of two that holds `size` bytes.
const fn class_of(size: usize) -> u32 {
    let bits = usize::BITS - size.saturating_sub(1).leading_zeros();
    if bits < SMALLEST {
        SMALLEST
    } else {
        bits
    }
}

// SAFETY: blocks are disjoint: each comes from `next`, which only grows, or from the free list of
// its class, where it is once. All are aligned to 16 bytes; greater alignments are refused.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let class = class_of(layout.size());
        if layout.align() > 1 << SMALLEST || class as usize >= CLASSES {
            return null_mut();
        }
        let state = &mut *self.0.get();
        let head = &mut state.free[class as usize];
        if *head != 0 {
            let block = *head as *mut usize;
            *head = *block;
            return block.cast();
        }
        let size = 1usize << class;
        if state.end - state.next < size {
            let pages = size.max(4 * PAGE).div_ceil(PAGE);
            let old = core::arch::wasm32::memory_grow(0, pages);
            if old == usize::MAX {
                return null_mut();
            }
            let start = old * PAGE;
            // Memory of nobody else grew in between: the rest of the last piece joins this one.
            if state.end != start {
                state.next = start;
            }
            state.end = start + pages * PAGE;
        }
        let block = state.next;
        state.next += size;
        block as *mut u8
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let state = &mut *self.0.get();
        let head = &mut state.free[class_of(layout.size()) as usize];
        *block.cast::<usize>() = *head;
        *head = block as usize;
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if class_of(layout.size()) == class_of(size) {
            return block;
        }
        let Ok(wanted) = Layout::from_size_align(size, layout.align()) else { return null_mut() };
        let new = self.alloc(wanted);
        if !new.is_null() {
            core::ptr::copy_nonoverlapping(block, new, layout.size().min(size));
            self.dealloc(block, layout);
        }
        new
    }
}
