//! A network trace: periods of constant bandwidth and latency, repeated for ever.
//!
//! Exact integers: bandwidth in kbit/s times microseconds is thousandths of a bit. A request waits
//! for one latency before its first bit. A latency that outlasts its period goes on at the next
//! one's, in proportion, as in the Sabre simulator (Spiteri et al., MMSys 2018).

/// One period of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Length in milliseconds.
    pub duration_ms: u64,
    /// Throughput in kbit/s.
    pub bandwidth_kbps: u64,
    /// Round trip in milliseconds.
    pub latency_ms: u64,
}

/// A trace, ready to be asked.
#[derive(Clone, Debug)]
pub struct Network {
    periods: Vec<Period>,
    /// End of each period since the beginning, microseconds.
    ends_us: Vec<i64>,
    /// What was carried until the end of each, thousandths of a bit.
    carried: Vec<u128>,
}

/// Longest trace: 1,000 days in milliseconds. Keeps times in 64 bits.
const LONGEST_MS: u64 = 86_400_000_000;
/// Longest latency, in milliseconds: bounds the periods of a millisecond that one may span.
const LONGEST_LATENCY_MS: u64 = 60_000;

impl Network {
    /// The network of a trace, or what is wrong with it.
    pub fn new(periods: Vec<Period>) -> Result<Self, &'static str> {
        let (mut end, mut sum) = (0u64, 0u128);
        let (mut ends_us, mut carried) = (Vec::new(), Vec::new());
        for period in &periods {
            if period.duration_ms == 0 {
                return Err("a period must last");
            }
            end = end.saturating_add(period.duration_ms);
            if end > LONGEST_MS {
                return Err("a trace of at most 1000 days");
            }
            if period.latency_ms > LONGEST_LATENCY_MS {
                return Err("latencies of at most a minute");
            }
            sum += u128::from(period.bandwidth_kbps) * u128::from(period.duration_ms) * 1000;
            ends_us.push(end as i64 * 1000);
            carried.push(sum);
        }
        if sum == 0 {
            return Err("a network that carries nothing");
        }
        Ok(Self { periods, ends_us, carried })
    }

    fn cycle_us(&self) -> i64 {
        self.ends_us[self.ends_us.len() - 1]
    }

    fn cycle_carried(&self) -> u128 {
        self.carried[self.carried.len() - 1]
    }

    /// The period that holds at `us` of a cycle, with its beginning.
    fn period_at(&self, us: i64) -> (usize, i64) {
        let at = self.ends_us.partition_point(|&end| end <= us);
        (at, if at == 0 { 0 } else { self.ends_us[at - 1] })
    }

    /// Thousandths of a bit that could be carried until `us`.
    fn carried_until(&self, us: i64) -> u128 {
        let within = us % self.cycle_us();
        let (at, start) = self.period_at(within);
        let before = if at == 0 { 0 } else { self.carried[at - 1] };
        let here = u128::from(self.periods[at].bandwidth_kbps) * (within - start) as u128;
        (us / self.cycle_us()) as u128 * self.cycle_carried() + before + here
    }

    /// When the first bit of a request made at `start_us` comes.
    pub fn first_bit_us(&self, start_us: i64) -> i64 {
        let mut now = start_us;
        let mut share = 1.0f64;
        loop {
            let within = now % self.cycle_us();
            let (at, _) = self.period_at(within);
            let latency_us = self.periods[at].latency_ms as f64 * 1000.0;
            let left = self.ends_us[at] - within;
            let wait = share * latency_us;
            if wait <= left as f64 {
                return now + wait as i64;
            }
            share -= left as f64 / latency_us;
            now += left;
        }
    }

    /// When the last of `bits` has come that flow from `start_us` on.
    pub fn last_bit_us(&self, start_us: i64, bits: u64) -> i64 {
        let target = self.carried_until(start_us) + u128::from(bits) * 1000;
        // Exactly a whole number of cycles ends with the last one's last bit.
        let cycles = (target - 1) / self.cycle_carried();
        let rest = target - cycles * self.cycle_carried();
        let at = self.carried.partition_point(|&sum| sum < rest);
        let (before, start) = if at == 0 { (0, 0) } else { (self.carried[at - 1], self.ends_us[at - 1]) };
        let within = (rest - before).div_ceil(u128::from(self.periods[at].bandwidth_kbps));
        cycles as i64 * self.cycle_us() + start + within as i64
    }

    /// Bits that flow between two moments.
    pub fn bits_between(&self, start_us: i64, end_us: i64) -> u64 {
        ((self.carried_until(end_us) - self.carried_until(start_us)) / 1000) as u64
    }

    /// Bandwidth over a whole cycle, bits per second.
    pub fn mean_bps(&self) -> u64 {
        (self.cycle_carried() * 1000 / self.cycle_us() as u128) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(periods: &[(u64, u64, u64)]) -> Network {
        let periods = periods.iter().map(|&(duration_ms, bandwidth_kbps, latency_ms)| Period {
            duration_ms,
            bandwidth_kbps,
            latency_ms,
        });
        Network::new(periods.collect()).expect("a trace")
    }

    #[test]
    fn a_constant_network_takes_size_over_rate() {
        let network = network(&[(1000, 1000, 50)]);
        assert_eq!(network.first_bit_us(0), 50_000);
        assert_eq!(network.last_bit_us(0, 2_500_000), 2_500_000);
        assert_eq!(network.last_bit_us(700_000, 1_000_000), 1_700_000);
        assert_eq!(network.bits_between(250_000, 2_250_000), 2_000_000);
        assert_eq!(network.mean_bps(), 1_000_000);
    }

    #[test]
    fn a_download_goes_through_periods_and_round_again() {
        let network = network(&[(1000, 1000, 0), (1000, 0, 0), (1000, 500, 0)]);
        assert_eq!(network.last_bit_us(500_000, 500_000), 1_000_000, "done before the hole, not after it");
        assert_eq!(network.last_bit_us(500_000, 750_000), 2_500_000);
        assert_eq!(network.last_bit_us(0, 1_500_000), 3_000_000, "exactly one cycle");
        assert_eq!(network.last_bit_us(0, 1_500_001), 3_000_001);
        assert_eq!(network.last_bit_us(1_200_000, 3_000_000), 7_000_000);
    }

    #[test]
    fn what_arrives_is_what_was_carried() {
        let network = network(&[(300, 700, 10), (500, 90, 10), (200, 0, 10), (900, 3_333, 10)]);
        for start in (0..4_000_000).step_by(123_457) {
            for bits in [1, 999, 1_234_567, 33_000_000] {
                let end = network.last_bit_us(start, bits);
                assert!(network.bits_between(start, end) >= bits);
                assert!(network.bits_between(start, end - 1) <= bits);
            }
        }
    }

    #[test]
    fn a_latency_goes_on_in_the_next_period_in_proportion() {
        let network = network(&[(100, 1, 200), (1000, 1, 40)]);
        assert_eq!(network.first_bit_us(0), 100_000 + 20_000);
        assert_eq!(network.first_bit_us(200_000), 240_000);
    }

    #[test]
    fn an_impossible_trace_is_refused() {
        assert!(Network::new(vec![]).is_err());
        let period = Period { duration_ms: 1000, bandwidth_kbps: 0, latency_ms: 0 };
        assert!(Network::new(vec![period]).is_err());
        assert!(Network::new(vec![Period { duration_ms: 0, bandwidth_kbps: 5, latency_ms: 0 }]).is_err());
        assert!(Network::new(vec![Period { duration_ms: u64::MAX, bandwidth_kbps: 5, ..period }]).is_err());
    }
}
