//! `throughput`: the highest rung that a safe share of the measured throughput carries.
//!
//! The rule that most players start from; with the insufficient-buffer guard and the abandonment
//! of the same paper as [`super::Estimate`].

use super::{Decision, Estimate, EstimateConfig, Progress, Reason, Rule, Sample, Situation};

/// Settings of [`Throughput`].
#[derive(Clone, Copy, Debug)]
pub struct ThroughputConfig {
    /// Share of the throughput that may be used.
    pub safety: f64,
    /// Assumed throughput before the first sample, bits per second.
    pub initial_bps: f64,
    /// A download is given up when it would take this many times the segment's length ...
    pub abandon_multiplier: f64,
    /// ... and has had this long to show its speed.
    pub abandon_grace_us: i64,
    /// How throughput is measured.
    pub estimate: EstimateConfig,
}

impl Default for ThroughputConfig {
    fn default() -> Self {
        Self {
            safety: 0.9,
            initial_bps: 1.5e6,
            abandon_multiplier: 1.8,
            abandon_grace_us: 500_000,
            estimate: EstimateConfig::default(),
        }
    }
}

/// The rule; see the module.
#[derive(Clone, Debug)]
pub struct Throughput {
    config: ThroughputConfig,
    estimate: Estimate,
}

impl Throughput {
    /// The rule before its first segment.
    pub fn new(config: ThroughputConfig) -> Self {
        Self { config, estimate: Estimate::new(config.estimate) }
    }
}

impl Rule for Throughput {
    fn choose(&mut self, situation: &Situation<'_>) -> Decision {
        let measured = self.estimate.bps();
        let (bps, reason) = if measured > 0.0 {
            (measured, Reason::Throughput)
        } else {
            (self.config.initial_bps, Reason::Startup)
        };
        Decision { rung: situation.rung_within(bps * self.config.safety), delay_us: 0, reason }
    }

    fn abandon(&mut self, situation: &Situation<'_>, progress: &Progress) -> Option<usize> {
        if progress.rung == 0 || progress.transfer_us < self.config.abandon_grace_us || progress.bytes == 0 {
            return None;
        }
        let bps = progress.bytes as f64 * 8e6 / progress.transfer_us as f64;
        let whole_us = progress.expected_bytes as f64 * 8e6 / bps;
        if whole_us < situation.segment_us as f64 * self.config.abandon_multiplier {
            return None;
        }
        let rung = situation.rung_within(bps * self.config.safety).min(progress.rung - 1);
        let other_bytes = situation.rungs_bps[rung] as f64 * situation.segment_us as f64 / 8e6;
        let remaining = progress.expected_bytes.saturating_sub(progress.bytes) as f64;
        (other_bytes < remaining).then_some(rung)
    }

    fn sample(&mut self, sample: &Sample) {
        self.estimate.add(sample);
    }

    fn appended(&mut self, _segment_us: i64) {}

    fn seeked(&mut self) {}

    fn throughput_bps(&self) -> u64 {
        self.estimate.bps() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUNGS: [u64; 4] = [300_000, 800_000, 1_800_000, 4_000_000];

    fn situation() -> Situation<'static> {
        Situation {
            rungs_bps: &RUNGS,
            ceiling: 3,
            last: None,
            buffer_us: 10_000_000,
            buffer_goal_us: 30_000_000,
            segment_us: 4_000_000,
            waited_us: 0,
        }
    }

    fn measured(bps: u64) -> Throughput {
        let mut rule = Throughput::new(ThroughputConfig::default());
        rule.sample(&Sample { bytes: bps / 8, latency_us: 0, transfer_us: 1_000_000 });
        rule
    }

    #[test]
    fn starts_modestly_and_says_so() {
        let decision = Throughput::new(ThroughputConfig::default()).choose(&situation());
        assert_eq!((decision.rung, decision.reason), (1, Reason::Startup));
    }

    #[test]
    fn takes_what_the_safe_share_carries_and_no_more_than_the_ceiling() {
        assert_eq!(measured(4_500_000).choose(&situation()).rung, 3);
        assert_eq!(measured(4_400_000).choose(&situation()).rung, 2);
        assert_eq!(measured(100_000).choose(&situation()).rung, 0);
        assert_eq!(measured(9_000_000).choose(&Situation { ceiling: 1, ..situation() }).rung, 1);
    }

    #[test]
    fn gives_up_a_download_that_crawls_and_only_then() {
        let mut rule = measured(4_500_000);
        let crawling = Progress {
            rung: 3,
            bytes: 50_000,
            expected_bytes: 2_000_000,
            elapsed_us: 1_000_000,
            transfer_us: 1_000_000,
        };
        assert_eq!(rule.abandon(&situation(), &crawling), Some(0));
        assert_eq!(rule.abandon(&situation(), &Progress { transfer_us: 400_000, ..crawling }), None);
        assert_eq!(rule.abandon(&situation(), &Progress { bytes: 1_900_000, ..crawling }), None);
        assert_eq!(rule.abandon(&situation(), &Progress { rung: 0, ..crawling }), None);
    }
}
