//! The best linear QoE that anyone could have had on a trace, knowing all of it.
//!
//! `qoe_lin` of Yin et al. (SIGCOMM 2015): bitrates of all segments in Mbit/s, minus 4.3 for each
//! second of waiting (start-up included), minus every change of bitrate. Dynamic programming over
//! the segments: a state is the last rung, the time and the buffer; states that fall into the same
//! quarter of a second of both are merged into the better one, and the most promising are kept.
//! Every state is a plan that can be carried out exactly, so the result is never more than the true
//! optimum; merging and pruning can make it less. Waiting before a request never helps except for
//! room in the buffer: a later request never arrives earlier.

use crate::movie::Movie;
use crate::network::Network;

/// States whose time and buffer fall into the same step are merged.
const STEP_US: i64 = 250_000;
/// States kept for each rung.
const KEPT: usize = 250;
/// QoE is counted in ten-millionths of a Mbit/s, in which both terms are whole numbers.
const BIT_PER_S: i64 = 10;
const WAITED_US: i64 = 43;

#[derive(Clone, Copy, Debug)]
struct State {
    rung: usize,
    now: i64,
    buffer_us: i64,
    qoe: i64,
}

/// The highest QoE found, in ten-millionths.
pub fn best(network: &Network, movie: &Movie, cap_us: i64) -> i64 {
    let mut states = Vec::new();
    for segment in 0..movie.segments() {
        let next = match segment {
            0 => (0..movie.rungs()).map(|rung| first(network, movie, rung)).collect(),
            _ => states
                .iter()
                .flat_map(|state| (0..movie.rungs()).map(move |rung| (state, rung)))
                .map(|(state, rung)| step(network, movie, cap_us, segment, state, rung))
                .collect(),
        };
        // A second of time is worth the quality that the network carries in it.
        let worth = network.mean_bps() as f64 * BIT_PER_S as f64 / movie.durations_us[segment] as f64;
        states = prune(next, worth);
    }
    states.iter().map(|state| state.qoe).max().unwrap_or(0)
}

fn arrival(network: &Network, movie: &Movie, segment: usize, rung: usize, at: i64) -> i64 {
    network.last_bit_us(network.first_bit_us(at), movie.bits(segment, rung))
}

fn quality(movie: &Movie, rung: usize) -> i64 {
    movie.bitrates_bps[rung] as i64 * BIT_PER_S
}

fn first(network: &Network, movie: &Movie, rung: usize) -> State {
    let now = arrival(network, movie, 0, rung, 0);
    State { rung, now, buffer_us: movie.durations_us[0], qoe: quality(movie, rung) - now * WAITED_US }
}

fn step(network: &Network, movie: &Movie, cap_us: i64, segment: usize, from: &State, rung: usize) -> State {
    let segment_us = movie.durations_us[segment];
    let wait = (from.buffer_us + segment_us - cap_us).clamp(0, from.buffer_us);
    let now = arrival(network, movie, segment, rung, from.now + wait);
    let passed = now - from.now;
    let stalled = (passed - from.buffer_us).max(0);
    let change = (quality(movie, rung) - quality(movie, from.rung)).abs();
    State {
        rung,
        now,
        buffer_us: (from.buffer_us - passed).max(0) + segment_us,
        qoe: from.qoe + quality(movie, rung) - change - stalled * WAITED_US,
    }
}

/// Merge what is alike, keep what promises most; the order of the result depends on nothing else.
fn prune(mut states: Vec<State>, worth_per_us: f64) -> Vec<State> {
    let place = |state: &State| (state.rung, state.now / STEP_US, state.buffer_us / STEP_US);
    states.sort_by_key(|state| (place(state), -state.qoe, state.now, -state.buffer_us));
    states.dedup_by_key(|state| place(state));
    let promise = |state: &State| state.qoe - (state.now as f64 * worth_per_us) as i64;
    states.sort_by_key(|state| (state.rung, -promise(state), state.now, state.buffer_us));
    let mut kept = Vec::with_capacity(states.len());
    for of_rung in states.chunk_by(|a, b| a.rung == b.rung) {
        kept.extend_from_slice(&of_rung[..of_rung.len().min(KEPT)]);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunks::play;
    use crate::network::Period;
    use crate::rules;

    fn network(periods: &[(u64, u64)]) -> Network {
        let periods = periods.iter().map(|&(duration_ms, bandwidth_kbps)| Period {
            duration_ms,
            bandwidth_kbps,
            latency_ms: 30,
        });
        Network::new(periods.collect()).expect("a trace")
    }

    fn movie(segments: usize) -> Movie {
        let bitrates: Vec<u64> = vec![400_000, 900_000, 2_000_000];
        let sizes = (0..segments).flat_map(|segment| {
            bitrates.iter().map(|bps| bps * (3 + segment as u64 % 3)).collect::<Vec<_>>()
        });
        Movie::new(bitrates.clone(), vec![4_000_000; segments], sizes.collect()).expect("a movie")
    }

    /// QoE of one fixed plan, computed apart from the search.
    fn of_plan(network: &Network, movie: &Movie, cap_us: i64, plan: &[usize]) -> i64 {
        let (mut now, mut buffer, mut qoe) = (0i64, 0i64, 0i64);
        for (segment, &rung) in plan.iter().enumerate() {
            let length = movie.durations_us[segment];
            let wait = (buffer + length - cap_us).clamp(0, buffer);
            let end = network.last_bit_us(network.first_bit_us(now + wait), movie.bits(segment, rung));
            qoe += movie.bitrates_bps[rung] as i64 * 10 - 43 * (end - now - buffer).max(0);
            if segment > 0 {
                qoe -= (movie.bitrates_bps[rung] as i64 - movie.bitrates_bps[plan[segment - 1]] as i64).abs()
                    * 10;
            }
            buffer = (buffer - (end - now)).max(0) + length;
            now = end;
        }
        qoe
    }

    #[test]
    fn it_is_what_trying_every_plan_finds() {
        let movie = movie(6);
        for periods in [&[(3000, 700), (4000, 2500)][..], &[(9000, 1500), (5000, 100)], &[(1000, 5000)]] {
            let network = network(periods);
            let tried = (0..3usize.pow(6)).map(|number| {
                let plan: Vec<_> = (0..6u32).map(|place| number / 3usize.pow(place) % 3).collect();
                of_plan(&network, &movie, 12_000_000, &plan)
            });
            assert_eq!(Some(best(&network, &movie, 12_000_000)), tried.max(), "{periods:?}");
        }
    }

    #[test]
    fn no_rule_does_better() {
        let movie = movie(40);
        for periods in [&[(8000, 900), (5000, 3000), (7000, 200)][..], &[(20_000, 4000), (20_000, 350)]] {
            let network = network(periods);
            let highest = best(&network, &movie, 25_000_000);
            for name in ["bola", "throughput"] {
                let mut rule = rules::build(name, &[]).expect("a rule");
                let played = play(&network, &movie, rule.as_mut(), 25_000_000).played;
                let plan: Vec<_> = played.iter().map(|one| one.rung).collect();
                assert!(highest >= of_plan(&network, &movie, 25_000_000, &plan), "{name} {periods:?}");
            }
        }
    }
}
