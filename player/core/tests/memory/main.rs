//! Memory is bounded: no input takes more than so many times its size, whatever it is made of.
//!
//! An allocator counts. Each input consists of the cheapest piece that asks for most, repeated; what is counted is
//! the most that was held at once, the input left out, blocks that grow counted twice while they are copied.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::Mutex;

use bitaca_player_core::limits;

mod containers;
mod manifests;
mod playlists;
mod subtitles;

/// Counts bytes that are held, and the most of them.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);
/// The counter belongs to the process: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn took(bytes: usize) {
    let held = HELD.fetch_add(bytes, Relaxed) + bytes;
    MOST.fetch_max(held, Relaxed);
}

// SAFETY: every call is the system allocator's; only sums are kept beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        System.alloc(layout)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        System.dealloc(block, layout);
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        took(size);
        HELD.fetch_sub(layout.size(), Relaxed);
        System.realloc(block, layout, size)
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The most bytes that `work` held at once.
fn most_held<T>(work: impl FnOnce() -> T) -> usize {
    let before = HELD.load(Relaxed);
    MOST.store(before, Relaxed);
    drop(work());
    MOST.load(Relaxed) - before
}

/// Sizes of the inputs: where caps on what is kept are reached with little, and where only the size bounds it.
const SIZES: [usize; 2] = [300 << 10, 8 << 20];

/// What `check` allows: so many times the input, and what lists take that have a cap: 16,384
/// renditions, 16 MB of what they repeat, 200,000 events and cues. `core/README.md` states it.
const TIMES: usize = 12;
const CONSTANT: usize = 64 << 20;

/// Makes inputs of one size.
#[derive(Clone, Copy)]
struct Room(usize);

impl Room {
    /// `piece(0)`, `piece(1)`, … between `head` and `tail`: the size, or a piece less.
    fn filled(self, head: &str, tail: &str, piece: impl Fn(usize) -> String) -> String {
        let mut text = String::with_capacity(self.0);
        text.push_str(head);
        for number in 0.. {
            let next = piece(number);
            if text.len() + next.len() + tail.len() > self.0 {
                break;
            }
            text.push_str(&next);
        }
        text.push_str(tail);
        text
    }

    /// As [`filled`](Self::filled), with as many pieces as there may be renditions, or a few less.
    fn repeated(self, head: &str, tail: &str, piece: impl Fn(usize) -> String) -> String {
        let most = limits::RENDITIONS - 64;
        self.filled(head, tail, |number| if number < most { piece(number) } else { " ".repeat(64) })
    }

    /// As [`filled`](Self::filled), of bytes.
    fn packed(self, head: &[u8], piece: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0);
        bytes.extend_from_slice(head);
        for number in 0.. {
            let next = piece(number);
            if bytes.len() + next.len() > self.0 {
                break;
            }
            bytes.extend_from_slice(&next);
        }
        bytes
    }
}

/// Gives every input of every size to `read`: all of them keep to the bound, and some come near it.
fn check<B: AsRef<[u8]>, T>(inputs: impl Fn(Room) -> Vec<(&'static str, B)>, read: impl Fn(&B) -> T) {
    let _alone = ALONE.lock();
    let (mut told, mut over, mut most_times) = (Vec::new(), false, 0);
    for size in SIZES {
        for (name, input) in inputs(Room(size)) {
            let length = input.as_ref().len();
            assert!(length > 0 && length <= size + (64 << 10), "{name}: {length} of {size} bytes");
            let most = most_held(|| read(&input));
            over |= most > TIMES * length + CONSTANT;
            most_times = most_times.max(most / length);
            told.push(format!("{name}: {most} bytes for {length}, {:.1} times", most as f64 / length as f64));
        }
    }
    println!("{}", told.join("\n"));
    assert!(!over, "more than {TIMES} times the input and {CONSTANT} bytes:\n{}", told.join("\n"));
    assert!(most_times > 0, "the allocator counts");
}
