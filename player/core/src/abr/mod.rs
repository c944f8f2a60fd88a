//! Bitrate adaptation: samples and progress in; a rung, a delay, perhaps an abandonment, and the
//! reason, out.
//!
//! One file a rule, named as in the literature. A rule sees no clock and no network: whoever runs
//! it (the session, the simulator) passes what happened. Rates are bits per second and times
//! microseconds at the border; inside, floats use only operations whose results are the same
//! everywhere (`+ - * /` and `libm`).

mod bola;
mod estimate;
mod throughput;

pub use bola::{Bola, BolaConfig};
pub use estimate::{Estimate, EstimateConfig};
pub use throughput::{Throughput, ThroughputConfig};

use alloc::boxed::Box;

/// Why a rung was chosen. The number is the wire format's; the word is shown in statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Reason {
    /// Nothing was measured yet.
    Startup = 0,
    /// The measured throughput carries this rung.
    Throughput = 1,
    /// The buffer's level asks for this rung (BOLA).
    Buffer = 2,
    /// The buffer is too short to risk more than this rung.
    LowBuffer = 3,
    /// Kept, because the step up would not last.
    Steady = 4,
    /// The segment under way was given up for a smaller one.
    Abandoned = 5,
    /// The viewer chose it.
    Chosen = 6,
    /// The picture is shown too small for more.
    Viewport = 7,
    /// The better rung could not be had.
    Failed = 8,
}

impl Reason {
    /// The stable word of this reason.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Startup => "startup",
            Self::Throughput => "throughput",
            Self::Buffer => "buffer",
            Self::LowBuffer => "low-buffer",
            Self::Steady => "steady",
            Self::Abandoned => "abandoned",
            Self::Chosen => "chosen",
            Self::Viewport => "viewport",
            Self::Failed => "failed",
        }
    }
}

/// What a rule may look at when it decides.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// Bits per second of each rung, ascending; never empty.
    pub rungs_bps: &'a [u64],
    /// Highest rung that may be chosen.
    pub ceiling: usize,
    /// The rung of the segment before; `None` at the start.
    pub last: Option<usize>,
    /// Media ahead of the playhead.
    pub buffer_us: i64,
    /// A segment is asked for while less than this is ahead; so the buffer may exceed it by one.
    pub buffer_goal_us: i64,
    /// Length of the segment to be fetched.
    pub segment_us: i64,
    /// Media played since [`Rule::choose`] was last called, while nothing was fetched for no other
    /// reason than that the buffer was full (or, live, that the next segment was not yet there).
    ///
    /// It is what the buffer's level lost to the player's bounds and not to the network. Time that
    /// the rule itself asked for ([`Decision::delay_us`]) is not part of it, nor is a pause, a seek
    /// or a pause between tries. 0 where nobody kept count: the level then stands for itself.
    pub waited_us: i64,
}

impl Situation<'_> {
    /// The highest allowed rung of at most `bps`; the lowest where none is.
    pub fn rung_within(&self, bps: f64) -> usize {
        let fitting = self.rungs_bps.iter().take(self.ceiling + 1).rposition(|&rung| rung as f64 <= bps);
        fitting.unwrap_or(0)
    }
}

/// A rung, how long to wait before asking for it, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Index of the rung.
    pub rung: usize,
    /// Time to let pass first: the buffer is fuller than this rung needs.
    pub delay_us: i64,
    /// Why.
    pub reason: Reason,
}

/// A finished download.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Bytes that came in, over all requests under way at the time.
    pub bytes: u64,
    /// From the request to the first byte.
    pub latency_us: i64,
    /// From the first byte to the last.
    pub transfer_us: i64,
}

/// A download under way.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Its rung.
    pub rung: usize,
    /// Bytes so far.
    pub bytes: u64,
    /// Expected bytes in all.
    pub expected_bytes: u64,
    /// Since the request.
    pub elapsed_us: i64,
    /// Since the first byte.
    pub transfer_us: i64,
}

/// A rule of adaptation.
pub trait Rule {
    /// Choose the rung of the next segment.
    fn choose(&mut self, situation: &Situation<'_>) -> Decision;
    /// Whether to give up the download for a lower rung, and for which.
    fn abandon(&mut self, situation: &Situation<'_>, progress: &Progress) -> Option<usize>;
    /// A download of the chosen rung has finished.
    fn sample(&mut self, sample: &Sample);
    /// The segment was appended to the buffer.
    fn appended(&mut self, segment_us: i64);
    /// Playback jumped; what was buffered no longer tells anything.
    fn seeked(&mut self);
    /// Estimated throughput in bits per second, 0 before the first sample.
    fn throughput_bps(&self) -> u64;
}

/// The rules by name, as `config`, `bitaca simulate --rule` and the notebooks call them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum RuleName {
    /// [`Bola`].
    #[default]
    Bola = 0,
    /// [`Throughput`].
    Throughput = 1,
}

impl RuleName {
    /// The rule of this name, with the literature's defaults.
    pub fn build(self) -> Box<dyn Rule> {
        match self {
            Self::Bola => Box::new(Bola::new(BolaConfig::default())),
            Self::Throughput => Box::new(Throughput::new(ThroughputConfig::default())),
        }
    }

    /// The rule with this number on the wire.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Bola),
            1 => Some(Self::Throughput),
            _ => None,
        }
    }
}
