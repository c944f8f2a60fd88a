//! What is streamed: a ladder, and the size of every segment on every rung.

/// A movie. Rungs ascend; every segment has a size on each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movie {
    /// Nominal bits per second of each rung.
    pub bitrates_bps: Vec<u64>,
    /// Length of each segment in microseconds.
    pub durations_us: Vec<i64>,
    /// Bits of each segment, rung by rung; segment after segment.
    pub sizes_bits: Vec<u64>,
}

impl Movie {
    /// A movie that can be streamed, or what is wrong with it.
    pub fn new(
        bitrates_bps: Vec<u64>,
        durations_us: Vec<i64>,
        sizes_bits: Vec<u64>,
    ) -> Result<Self, &'static str> {
        if bitrates_bps.is_empty() || durations_us.is_empty() {
            return Err("a movie needs a rung and a segment");
        }
        if bitrates_bps[0] == 0 || !bitrates_bps.is_sorted() {
            return Err("bitrates must be positive and ascend");
        }
        if sizes_bits.len() != bitrates_bps.len() * durations_us.len() {
            return Err("every segment needs a size on every rung");
        }
        if durations_us.iter().any(|&duration| duration <= 0) || sizes_bits.contains(&0) {
            return Err("segments must have a length and a size");
        }
        Ok(Self { bitrates_bps, durations_us, sizes_bits })
    }

    /// Number of rungs.
    pub fn rungs(&self) -> usize {
        self.bitrates_bps.len()
    }

    /// Number of segments.
    pub fn segments(&self) -> usize {
        self.durations_us.len()
    }

    /// Bits of a segment on a rung.
    pub fn bits(&self, segment: usize, rung: usize) -> u64 {
        self.sizes_bits[segment * self.rungs() + rung]
    }
}
