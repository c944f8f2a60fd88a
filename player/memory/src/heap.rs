//! The allocator of the wasm builds, over `memory.grow`.
//!
//! Small blocks are powers of two in free lists, in constant time and some 300 bytes of code; they are
//! kept for their own size and never joined, which wastes a factor of two at most. Large blocks (a
//! manifest, its segments) are whole pages of four kilobytes: neighbours that are free become one, and
//! a block grows in place where what follows it is free.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr::null_mut;

use crate::ranges::Ranges;

/// What memory grows by.
const PAGE: usize = 65_536;
/// What large blocks are counted in.
const GRAIN: usize = 4_096;
/// Smallest block, and alignment of all: 16 bytes.
const SMALLEST: u32 = 4;
/// Classes of small blocks: up to 32 kilobytes.
const CLASSES: usize = 16;
/// What small blocks are cut from.
const PIECE: usize = PAGE;

struct State {
    /// First free block of each class; a free block begins with the address of the next.
    free: [usize; CLASSES],
    /// Memory for small blocks that was never handed out yet.
    next: usize,
    end: usize,
    large: Ranges,
    /// Where the memory ends.
    top: usize,
}

struct Heap(UnsafeCell<State>);

// SAFETY: the wasm build has one thread, and no allocation happens inside another.
unsafe impl Sync for Heap {}

#[global_allocator]
static HEAP: Heap =
    Heap(UnsafeCell::new(State { free: [0; CLASSES], next: 0, end: 0, large: Ranges::new(), top: 0 }));

/// The power of two that holds `size` bytes.
const fn class_of(size: usize) -> u32 {
    let bits = usize::BITS - size.saturating_sub(1).leading_zeros();
    if bits < SMALLEST {
        SMALLEST
    } else {
        bits
    }
}

/// The bytes of the block that holds `size` bytes.
const fn block_of(size: usize) -> usize {
    let class = class_of(size);
    if (class as usize) < CLASSES {
        1 << class
    } else {
        // A layout has less than half of the address space.
        size.div_ceil(GRAIN) * GRAIN
    }
}

impl State {
    /// A free large block of `size` bytes, which is a multiple of [`GRAIN`].
    fn large(&mut self, size: usize) -> Option<usize> {
        if let Some(start) = self.large.take(size) {
            return Some(start);
        }
        let missing = size - self.large.before(self.top);
        let pages = missing.div_ceil(PAGE);
        let old = core::arch::wasm32::memory_grow(0, pages);
        if old == usize::MAX {
            return None;
        }
        self.large.put(old * PAGE, pages * PAGE);
        self.top = (old + pages) * PAGE;
        self.large.take(size)
    }

    fn small(&mut self, class: usize) -> Option<usize> {
        let size = 1 << class;
        if self.end - self.next < size {
            let start = self.large(PIECE)?;
            // The rest of the last piece joins this one where they are neighbours.
            if self.end != start {
                self.next = start;
            }
            self.end = start + PIECE;
        }
        let block = self.next;
        self.next += size;
        Some(block)
    }
}

// SAFETY: blocks are disjoint: each comes from memory never handed out, from the free list of its class,
// where it is once, or from a stretch that is free. All are aligned to 16 bytes; greater alignments are
// refused. The size of a block follows from its layout, so it is given back as it was taken.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() > 1 << SMALLEST {
            return null_mut();
        }
        let state = &mut *self.0.get();
        let class = class_of(layout.size()) as usize;
        let Some(head) = state.free.get_mut(class) else {
            return state.large(block_of(layout.size())).map_or(null_mut(), |block| block as *mut u8);
        };
        if *head != 0 {
            let block = *head as *mut usize;
            *head = *block;
            return block.cast();
        }
        state.small(class).map_or(null_mut(), |block| block as *mut u8)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let state = &mut *self.0.get();
        match state.free.get_mut(class_of(layout.size()) as usize) {
            Some(head) => {
                *block.cast::<usize>() = *head;
                *head = block as usize;
            }
            None => state.large.put(block as usize, block_of(layout.size())),
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let (old, wanted) = (block_of(layout.size()), block_of(size));
        if old == wanted {
            return block;
        }
        let is_large = |size: usize| class_of(size) as usize >= CLASSES;
        if is_large(layout.size()) && is_large(size) {
            let state = &mut *self.0.get();
            let end = block as usize + old.min(wanted);
            if wanted < old {
                state.large.put(end, old - wanted);
                return block;
            }
            if state.large.take_at(end, wanted - old) {
                return block;
            }
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
