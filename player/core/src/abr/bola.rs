//! `bola`: BOLA-E, which reads the rung off the buffer's level.
//!
//! BOLA: Spiteri, Urgaonkar and Sitaraman, "BOLA: Near-Optimal Bitrate Adaptation for Online
//! Videos", INFOCOM 2016 (the objective of section III, abandonment of section V). BOLA-E, with a
//! virtual ("placeholder") buffer for start-up, seeks and the waits of a full buffer, the
//! oscillation guard of BOLA-O and the insufficient-buffer rule: "From Theory to Practice: Improving
//! Bitrate Adaptation in the DASH Reference Player", MMSys 2018, section 4.

use alloc::vec::Vec;

use super::{Decision, Estimate, EstimateConfig, Progress, Reason, Rule, Sample, Situation};

/// Settings of [`Bola`].
#[derive(Clone, Copy, Debug)]
pub struct BolaConfig {
    /// Buffer level below which only the lowest rung is right, in microseconds.
    pub minimum_buffer_us: f64,
    /// Added to the target for each rung, so that every rung has its own stretch of buffer.
    pub per_rung_us: f64,
    /// Share of the throughput that may be used while starting.
    pub safety: f64,
    /// Assumed throughput before the first sample, bits per second.
    pub initial_bps: f64,
    /// The insufficient-buffer rule's factor for the first segment ...
    pub low_buffer_safety_initial: f64,
    /// ... and the value that it approaches.
    pub low_buffer_safety: f64,
    /// How fast it does.
    pub low_buffer_decay: f64,
    /// What stays of the placeholder buffer at each segment.
    pub placeholder_decay: f64,
    /// A download has this long to show its speed before it is given up.
    pub abandon_grace_us: i64,
    /// How throughput is measured.
    pub estimate: EstimateConfig,
}

impl Default for BolaConfig {
    fn default() -> Self {
        Self {
            minimum_buffer_us: 10e6,
            per_rung_us: 2e6,
            safety: 0.9,
            initial_bps: 1.5e6,
            low_buffer_safety_initial: 0.9,
            low_buffer_safety: 0.5,
            low_buffer_decay: 0.9,
            placeholder_decay: 0.99,
            abandon_grace_us: 500_000,
            estimate: EstimateConfig::default(),
        }
    }
}

/// The rule; see the module.
#[derive(Clone, Debug)]
pub struct Bola {
    config: BolaConfig,
    estimate: Estimate,
    starting: bool,
    placeholder_us: f64,
    low_buffer_safety: f64,
}

/// The objective's parameters for one ladder and one buffer goal.
struct Objective {
    utilities: Vec<f64>,
    /// The paper's gamma times p.
    gp: f64,
    /// The paper's V, in microseconds.
    vp: f64,
}

impl Objective {
    fn new(situation: &Situation<'_>, config: &BolaConfig) -> Self {
        let lowest = situation.rungs_bps[0].max(1) as f64;
        let utilities: Vec<f64> =
            situation.rungs_bps.iter().map(|&bps| libm::log(bps.max(1) as f64 / lowest) + 1.0).collect();
        let highest = utilities[utilities.len() - 1];
        let asked = config.minimum_buffer_us + config.per_rung_us * utilities.len() as f64;
        let target = asked.max(situation.buffer_goal_us as f64);
        // One rung, or several of one bitrate: any positive gp gives the same choice.
        let gp = ((highest - 1.0) / (target / config.minimum_buffer_us - 1.0)).max(1e-3);
        Self { utilities, gp, vp: config.minimum_buffer_us / gp }
    }

    fn score(&self, rung: usize, level_us: f64, bits: f64) -> f64 {
        (self.vp * (self.utilities[rung] + self.gp) - level_us) / bits
    }

    /// The rung of the highest score.
    fn best(&self, situation: &Situation<'_>, level_us: f64) -> usize {
        let mut best = 0;
        let mut highest = f64::NEG_INFINITY;
        for rung in 0..=situation.ceiling {
            let score = self.score(rung, level_us, situation.rungs_bps[rung].max(1) as f64);
            if score >= highest {
                (best, highest) = (rung, score);
            }
        }
        best
    }

    /// The buffer level at which `rung` begins to be the best.
    fn least_level_us(&self, situation: &Situation<'_>, rung: usize) -> f64 {
        let high = situation.rungs_bps[rung] as f64;
        let mut level = 0.0f64;
        for lower in 0..rung {
            let low = situation.rungs_bps[lower] as f64;
            if high > low {
                let even = (high * self.utilities[lower] - low * self.utilities[rung]) / (high - low);
                level = level.max(self.vp * (self.gp + even));
            }
        }
        level
    }

    /// The buffer level above which `rung` no longer earns anything: wait instead of fetching.
    fn most_level_us(&self, rung: usize) -> f64 {
        self.vp * (self.utilities[rung] + self.gp)
    }
}

impl Bola {
    /// The rule before its first segment.
    pub fn new(config: BolaConfig) -> Self {
        Self {
            config,
            estimate: Estimate::new(config.estimate),
            starting: true,
            placeholder_us: 0.0,
            low_buffer_safety: config.low_buffer_safety_initial,
        }
    }

    fn by_throughput(&self, situation: &Situation<'_>) -> usize {
        let measured = self.estimate.bps();
        let bps = if measured > 0.0 { measured } else { self.config.initial_bps };
        situation.rung_within(bps * self.config.safety)
    }

    /// The highest rung whose segment arrives before the buffer runs out, by the measured rate.
    fn by_low_buffer(&mut self, situation: &Situation<'_>) -> usize {
        let measured = self.estimate.bps();
        if measured <= 0.0 {
            return situation.ceiling;
        }
        let time_us = (situation.buffer_us as f64 - self.estimate.latency_us()).max(0.0);
        let bits_per_segment_us =
            self.low_buffer_safety * time_us * measured / situation.segment_us.max(1) as f64;
        self.low_buffer_safety =
            (self.low_buffer_safety * self.config.low_buffer_decay).max(self.config.low_buffer_safety);
        situation.rung_within(bits_per_segment_us)
    }
}

impl Rule for Bola {
    fn choose(&mut self, situation: &Situation<'_>) -> Decision {
        let objective = Objective::new(situation, &self.config);
        let level_us = situation.buffer_us as f64;
        let by_throughput = self.by_throughput(situation);
        if self.starting {
            let reason = if self.estimate.bps() > 0.0 { Reason::Throughput } else { Reason::Startup };
            self.placeholder_us = (objective.least_level_us(situation, by_throughput) - level_us).max(0.0);
            if situation.buffer_us >= situation.segment_us && self.estimate.bps() > 0.0 {
                self.starting = false;
            }
            return Decision { rung: by_throughput, delay_us: 0, reason };
        }
        // What was played while a full buffer waited would otherwise read as a slow network, and a
        // ladder whose rungs lie above the buffer's goal could never be climbed.
        let kept = (self.placeholder_us + situation.waited_us.max(0) as f64) * self.config.placeholder_decay;
        // Virtual media must never take the place of what a full buffer would hold.
        let room = (objective.most_level_us(situation.ceiling) - level_us).max(0.0);
        self.placeholder_us = kept.min(room);
        let virtual_us = level_us + self.placeholder_us;
        let mut rung = objective.best(situation, virtual_us);
        let mut reason = Reason::Buffer;
        // BOLA-O: a step up beyond what the network carries would soon be taken back.
        if let Some(last) = situation.last {
            if rung > last && rung > by_throughput {
                rung = by_throughput.max(last.min(situation.ceiling));
                reason = Reason::Steady;
            }
        }
        let guarded = self.by_low_buffer(situation);
        if guarded < rung {
            rung = guarded;
            reason = Reason::LowBuffer;
        }
        let surplus = virtual_us - objective.most_level_us(rung);
        let mut delay_us = 0;
        if surplus > 0.0 && rung < situation.ceiling {
            // The placeholder is used up first: it is not media.
            let virtual_part = surplus.min(self.placeholder_us);
            self.placeholder_us -= virtual_part;
            delay_us = (surplus - virtual_part) as i64;
        }
        Decision { rung, delay_us, reason }
    }

    fn abandon(&mut self, situation: &Situation<'_>, progress: &Progress) -> Option<usize> {
        if progress.rung == 0 || progress.transfer_us < self.config.abandon_grace_us || progress.bytes == 0 {
            return None;
        }
        let remaining_bits = progress.expected_bytes.saturating_sub(progress.bytes) as f64 * 8.0;
        if remaining_bits <= 0.0 {
            return None;
        }
        // Only where it would not arrive before the buffer is empty: otherwise there is no hurry.
        let bps = progress.bytes as f64 * 8e6 / progress.transfer_us as f64;
        if remaining_bits * 1e6 / bps <= situation.buffer_us as f64 {
            return None;
        }
        let objective = Objective::new(situation, &self.config);
        // The placeholder does not count: what is about to run out is real media.
        let level_us = situation.buffer_us as f64;
        let mut best = None;
        let mut highest = objective.score(progress.rung, level_us, remaining_bits);
        let segment_s = situation.segment_us as f64 / 1e6;
        for rung in 0..progress.rung {
            let score = objective.score(rung, level_us, situation.rungs_bps[rung].max(1) as f64 * segment_s);
            if score > highest {
                (best, highest) = (Some(rung), score);
            }
        }
        best
    }

    fn sample(&mut self, sample: &Sample) {
        self.estimate.add(sample);
    }

    fn appended(&mut self, _segment_us: i64) {}

    fn seeked(&mut self) {
        self.starting = true;
        self.placeholder_us = 0.0;
        self.low_buffer_safety = self.config.low_buffer_safety_initial;
    }

    fn throughput_bps(&self) -> u64 {
        self.estimate.bps() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUNGS: [u64; 5] = [230_000, 600_000, 1_400_000, 3_000_000, 6_000_000];

    fn situation(buffer_s: i64, last: Option<usize>) -> Situation<'static> {
        Situation {
            rungs_bps: &RUNGS,
            ceiling: 4,
            last,
            buffer_us: buffer_s * 1_000_000,
            buffer_goal_us: 30_000_000,
            segment_us: 4_000_000,
            waited_us: 0,
        }
    }

    fn steady(bps: u64) -> Bola {
        let mut rule = Bola::new(BolaConfig { placeholder_decay: 0.0, ..BolaConfig::default() });
        rule.sample(&Sample { bytes: bps / 8 * 10, latency_us: 20_000, transfer_us: 10_000_000 });
        rule.choose(&situation(8, None));
        rule
    }

    #[test]
    fn the_fuller_the_buffer_the_higher_the_rung() {
        let mut last = 0;
        for buffer_s in [4, 12, 16, 20, 24, 28] {
            let decision = steady(50_000_000).choose(&situation(buffer_s, Some(4)));
            assert!(decision.rung >= last, "{buffer_s}: {decision:?}");
            last = decision.rung;
        }
        assert_eq!(last, 4);
        assert_eq!(steady(50_000_000).choose(&situation(9, Some(4))).rung, 0);
    }

    #[test]
    fn a_rung_begins_where_the_objective_says() {
        let situation = situation(0, None);
        let objective = Objective::new(&situation, &BolaConfig::default());
        for rung in 1..5 {
            let level = objective.least_level_us(&situation, rung);
            assert!(objective.best(&situation, level + 1.0) >= rung);
            assert!(objective.best(&situation, level - 1.0) < rung);
        }
    }

    #[test]
    fn a_step_up_beyond_the_network_is_not_taken() {
        let decision = steady(1_700_000).choose(&situation(28, Some(2)));
        assert_eq!((decision.rung, decision.reason), (2, Reason::Steady));
    }

    #[test]
    fn a_short_buffer_on_a_slow_network_is_not_risked() {
        let mut rule = Bola::new(BolaConfig::default());
        rule.sample(&Sample { bytes: 6_000_000, latency_us: 20_000, transfer_us: 8_000_000 });
        rule.choose(&situation(8, None));
        for _ in 0..3 {
            rule.sample(&Sample { bytes: 100_000, latency_us: 20_000, transfer_us: 4_000_000 });
        }
        let decision = rule.choose(&situation(2, Some(3)));
        assert_eq!((decision.rung, decision.reason), (0, Reason::LowBuffer));
    }

    #[test]
    fn a_surplus_is_waited_off() {
        let decision = steady(2_000_000).choose(&situation(29, Some(1)));
        assert_eq!(decision.rung, 2);
        assert!(decision.delay_us > 0);
        let top = steady(50_000_000).choose(&situation(29, Some(4)));
        assert_eq!((top.rung, top.delay_us), (4, 0));
    }

    #[test]
    fn what_a_full_buffer_waited_counts_as_media() {
        let objective = Objective::new(&situation(12, None), &BolaConfig::default());
        assert!(objective.least_level_us(&situation(12, None), 4) > 16e6, "out of reach of the buffer alone");
        let full = |waited_s: i64| Situation { waited_us: waited_s * 1_000_000, ..situation(12, Some(4)) };
        let mut after = [0, 4].map(|waited_s| {
            let mut rule = Bola::new(BolaConfig::default());
            rule.sample(&Sample { bytes: 6_250_000, latency_us: 20_000, transfer_us: 1_000_000 });
            rule.choose(&situation(12, Some(4)));
            rule.placeholder_us = 0.0;
            let rungs: Vec<usize> = (0..20).map(|_| rule.choose(&full(waited_s)).rung).collect();
            (rungs, rule)
        });
        assert_eq!(after[0].0[19], objective.best(&situation(12, None), 12e6), "the buffer's own level");
        assert_ne!(after[0].0[19], 4);
        assert_eq!(after[1].0[19], 4);
        assert!(after[1].0.is_sorted(), "{:?}", after[1].0);
        // However long it lasts, it never stands for more than a full buffer would hold.
        let (_, rule) = &mut after[1];
        rule.choose(&full(10_000));
        let virtual_us = 12e6 + rule.placeholder_us;
        assert!((virtual_us - objective.most_level_us(4)).abs() < 1.0, "{virtual_us}");
        // What nobody can have waited takes nothing away.
        let before = rule.placeholder_us;
        rule.choose(&full(-10));
        assert!(rule.placeholder_us >= before * 0.98);
    }

    #[test]
    fn one_rung_is_always_chosen() {
        let only = Situation { rungs_bps: &RUNGS[..1], ceiling: 0, ..situation(10, Some(0)) };
        assert_eq!(steady(1_000_000).choose(&only).rung, 0);
    }

    #[test]
    fn a_download_is_given_up_when_the_buffer_would_not_last() {
        let mut rule = steady(6_000_000);
        let crawling = Progress {
            rung: 4,
            bytes: 60_000,
            expected_bytes: 3_000_000,
            elapsed_us: 2_000_000,
            transfer_us: 2_000_000,
        };
        let to = rule.abandon(&situation(6, Some(4)), &crawling);
        assert!(to.is_some_and(|rung| rung < 4), "{to:?}");
        assert_eq!(rule.abandon(&situation(6, Some(4)), &Progress { bytes: 2_900_000, ..crawling }), None);
        assert_eq!(rule.abandon(&situation(6, Some(4)), &Progress { transfer_us: 1, ..crawling }), None);
    }
}
