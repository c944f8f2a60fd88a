//! Throughput from finished downloads: the lower of a fast and a slow moving average.
//!
//! Exponentially weighted by download time with two half-lives; the lower of the two is used, so
//! that a fall is believed at once and a rise only when it lasts. Spiteri, Sitaraman and Sparacio,
//! "From Theory to Practice: Improving Bitrate Adaptation in the DASH Reference Player", MMSys 2018.

/// Half-lives of the averages, in microseconds of downloading.
#[derive(Clone, Copy, Debug)]
pub struct EstimateConfig {
    /// Of the average that follows quickly.
    pub fast_half_life_us: f64,
    /// Of the average that lasts.
    pub slow_half_life_us: f64,
    /// Downloads shorter than this say more about caches than about the network.
    pub least_bytes: u64,
}

impl Default for EstimateConfig {
    fn default() -> Self {
        Self { fast_half_life_us: 3e6, slow_half_life_us: 8e6, least_bytes: 2_000 }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Average {
    value: f64,
    weight: f64,
}

impl Average {
    fn add(&mut self, value: f64, weight_us: f64, half_life_us: f64) {
        // Of the library's functions, `exp2` alone has a table: 4 KB that viewers would wait for.
        let keep = libm::exp(-core::f64::consts::LN_2 * weight_us / half_life_us);
        self.value = keep * self.value + (1.0 - keep) * value;
        self.weight = keep * self.weight + (1.0 - keep);
    }

    /// The average without the bias towards its start at zero.
    fn get(&self) -> f64 {
        if self.weight > 0.0 {
            self.value / self.weight
        } else {
            0.0
        }
    }
}

/// Throughput and latency as measured so far.
#[derive(Clone, Debug)]
pub struct Estimate {
    config: EstimateConfig,
    fast: Average,
    slow: Average,
    latency_fast: Average,
    latency_slow: Average,
}

impl Estimate {
    /// Nothing measured yet.
    pub fn new(config: EstimateConfig) -> Self {
        let none = Average::default();
        Self { config, fast: none, slow: none, latency_fast: none, latency_slow: none }
    }

    /// Take a finished download into account.
    pub fn add(&mut self, sample: &super::Sample) {
        if sample.bytes < self.config.least_bytes {
            return;
        }
        let time_us = sample.transfer_us.max(1_000) as f64;
        let bps = sample.bytes as f64 * 8e6 / time_us;
        self.fast.add(bps, time_us, self.config.fast_half_life_us);
        self.slow.add(bps, time_us, self.config.slow_half_life_us);
        // Latency is counted by requests, a second each.
        let latency = sample.latency_us.max(0) as f64;
        self.latency_fast.add(latency, 1e6, self.config.fast_half_life_us);
        self.latency_slow.add(latency, 1e6, self.config.slow_half_life_us);
    }

    /// Bits per second, 0 before the first sample.
    pub fn bps(&self) -> f64 {
        self.fast.get().min(self.slow.get())
    }

    /// Microseconds from a request to its first byte.
    pub fn latency_us(&self) -> f64 {
        self.latency_fast.get().max(self.latency_slow.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abr::Sample;

    fn feed(estimate: &mut Estimate, bps: u64, seconds: u64) {
        for _ in 0..seconds {
            estimate.add(&Sample { bytes: bps / 8, latency_us: 50_000, transfer_us: 1_000_000 });
        }
    }

    #[test]
    fn a_constant_network_is_measured_as_it_is_from_the_first_sample() {
        let mut estimate = Estimate::new(EstimateConfig::default());
        assert_eq!(estimate.bps(), 0.0);
        feed(&mut estimate, 4_000_000, 1);
        assert!((estimate.bps() - 4e6).abs() < 1.0);
        assert!((estimate.latency_us() - 5e4).abs() < 1.0);
    }

    #[test]
    fn a_fall_is_believed_sooner_than_a_rise() {
        let mut falling = Estimate::new(EstimateConfig::default());
        feed(&mut falling, 8_000_000, 30);
        feed(&mut falling, 1_000_000, 3);
        let mut rising = Estimate::new(EstimateConfig::default());
        feed(&mut rising, 1_000_000, 30);
        feed(&mut rising, 8_000_000, 3);
        let fallen = (8e6 - falling.bps()) / 7e6;
        let risen = (rising.bps() - 1e6) / 7e6;
        assert!(fallen > 0.45 && risen < 0.3, "{fallen} {risen}");
    }

    #[test]
    fn a_tiny_download_says_nothing() {
        let mut estimate = Estimate::new(EstimateConfig::default());
        estimate.add(&Sample { bytes: 900, latency_us: 1, transfer_us: 1 });
        assert_eq!(estimate.bps(), 0.0);
    }
}
