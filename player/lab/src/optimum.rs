//! The best linear QoE that anyone could have had on a trace, knowing all of it.
//!
//! `qoe_lin` of Yin et al. (SIGCOMM 2015): bitrates of all segments in Mbit/s, minus 4.3 for each
//! second of waiting (start-up included), minus every change of bitrate. Dynamic programming over
//! the segments: a state is the last rung, when its segment came, until when the buffer lasts, and
//! what was shown so far. A state that is neither earlier nor has waited less nor has shown more
//! than another one is dropped: whatever follows it follows the other at least as well, because a
//! request that is made no later arrives no later. That loses nothing. Where more states are left
//! than are kept, those that look alike are merged and the most promising go on, and that can.
//!
//! Every state is a plan that can be carried out exactly, so the result is never more than the true
//! optimum, and is the optimum where nothing had to be thinned out. Waiting before a request never
//! helps, except that a full buffer must.

use crate::movie::Movie;
use crate::network::Network;

/// Where there are too many states, those whose times fall into the same step are merged.
const STEP_US: i64 = 100_000;
/// States kept for each rung.
const KEPT: usize = 250;
/// QoE is counted in ten-millionths of a Mbit/s, in which both terms are whole numbers.
const BIT_PER_S: i64 = 10;
const WAITED_US: i64 = 43;

#[derive(Clone, Copy, Debug)]
struct State {
    rung: usize,
    /// When the last segment had come.
    now_us: i64,
    /// When all that came will have been played: the media so far, and all waiting.
    end_us: i64,
    /// Quality shown minus its changes.
    shown: i64,
}

impl State {
    /// QoE but for the media's length, which all states after the same segment share.
    fn worth(&self) -> i64 {
        self.shown - WAITED_US * self.end_us
    }
}

/// The highest QoE found, in ten-millionths.
pub fn best(network: &Network, movie: &Movie, goal_us: i64) -> i64 {
    let mut states = Vec::new();
    for segment in 0..movie.segments() {
        let next = match segment {
            0 => (0..movie.rungs()).map(|rung| first(network, movie, rung)).collect(),
            _ => states
                .iter()
                .flat_map(|state| (0..movie.rungs()).map(move |rung| (state, rung)))
                .map(|(state, rung)| step(network, movie, goal_us, segment, state, rung))
                .collect(),
        };
        // A second of time is worth the quality that network and ladder can show for it.
        let bps = network.mean_bps().min(movie.bitrates_bps[movie.rungs() - 1]);
        let price = bps as f64 * BIT_PER_S as f64 / movie.durations_us[segment] as f64;
        states = thinned(undominated(next), price);
    }
    let media_us: i64 = movie.durations_us.iter().sum();
    states.iter().map(|state| state.worth() + WAITED_US * media_us).max().unwrap_or(0)
}

fn arrival(network: &Network, movie: &Movie, segment: usize, rung: usize, at: i64) -> i64 {
    network.last_bit_us(network.first_bit_us(at), movie.bits(segment, rung))
}

fn quality(movie: &Movie, rung: usize) -> i64 {
    movie.bitrates_bps[rung] as i64 * BIT_PER_S
}

fn first(network: &Network, movie: &Movie, rung: usize) -> State {
    let now_us = arrival(network, movie, 0, rung, 0);
    State { rung, now_us, end_us: now_us + movie.durations_us[0], shown: quality(movie, rung) }
}

fn step(network: &Network, movie: &Movie, goal_us: i64, segment: usize, from: &State, rung: usize) -> State {
    let asked_us = from.now_us.max(from.end_us - goal_us);
    let now_us = arrival(network, movie, segment, rung, asked_us);
    let change = (quality(movie, rung) - quality(movie, from.rung)).abs();
    State {
        rung,
        now_us,
        end_us: from.end_us.max(now_us) + movie.durations_us[segment],
        shown: from.shown + quality(movie, rung) - change,
    }
}

/// The states that no other one of their rung is at least as good as in every respect, by rung.
fn undominated(mut states: Vec<State>) -> Vec<State> {
    states.sort_by_key(|state| (state.rung, state.now_us, state.end_us, -state.shown));
    let mut kept = Vec::with_capacity(states.len());
    for of_rung in states.chunk_by(|a, b| a.rung == b.rung) {
        // What the earlier ones have shown at best, by when their media ends: both ascend.
        let mut best: Vec<(i64, i64)> = Vec::new();
        for state in of_rung {
            let sooner = best.partition_point(|&(end_us, _)| end_us <= state.end_us);
            if sooner > 0 && best[sooner - 1].1 >= state.shown {
                continue;
            }
            let from = best.partition_point(|&(end_us, _)| end_us < state.end_us);
            let outdone = best[from..].iter().take_while(|&&(_, shown)| shown <= state.shown).count();
            best.splice(from..from + outdone, [(state.end_us, state.shown)]);
            kept.push(*state);
        }
    }
    kept
}

/// At most `KEPT` states of each rung: merged where alike, then half of them by what they promise
/// at this price of time and half by what they are worth already.
fn thinned(states: Vec<State>, price: f64) -> Vec<State> {
    let promise = |state: &State| state.worth() - (state.now_us as f64 * price) as i64;
    let mut kept = Vec::with_capacity(states.len());
    for of_rung in states.chunk_by(|a, b| a.rung == b.rung) {
        if of_rung.len() <= KEPT {
            kept.extend_from_slice(of_rung);
            continue;
        }
        let mut left = merged(of_rung);
        left.sort_by_key(|state| (-promise(state), state.now_us, state.end_us));
        let half = left.len().min(KEPT / 2);
        left[half..].sort_by_key(|state| (-state.worth(), state.now_us, state.end_us));
        left.truncate(KEPT);
        kept.extend(left);
    }
    kept
}

/// One state for each step of both times: the one that is worth most.
fn merged(states: &[State]) -> Vec<State> {
    let place = |state: &State| (state.now_us / STEP_US, state.end_us / STEP_US);
    let mut sorted = states.to_vec();
    sorted.sort_by_key(|state| (place(state), -state.worth(), state.now_us, state.end_us));
    sorted.dedup_by_key(|state| place(state));
    sorted
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
    fn of_plan(network: &Network, movie: &Movie, goal_us: i64, plan: &[usize]) -> i64 {
        let (mut now, mut buffer, mut qoe) = (0i64, 0i64, 0i64);
        for (segment, &rung) in plan.iter().enumerate() {
            let length = movie.durations_us[segment];
            let wait = (buffer - goal_us).max(0);
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
        let mut periods =
            vec![vec![(3000, 700), (4000, 2500)], vec![(9000, 1500), (5000, 100)], vec![(1000, 5000)]];
        let mut number = 1u64;
        let mut below = |most: u64| {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (number >> 33) % most
        };
        periods.extend((0..40).map(|_| (0..5).map(|_| (500 + below(6000), 60 + below(3000))).collect()));
        for (periods, goal_us) in periods.iter().zip([12_000_000, 1_000_000, 4_500_000].into_iter().cycle()) {
            let network = network(periods);
            let tried = (0..3usize.pow(6)).map(|number| {
                let plan: Vec<_> = (0..6u32).map(|place| number / 3usize.pow(place) % 3).collect();
                of_plan(&network, &movie, goal_us, &plan)
            });
            assert_eq!(Some(best(&network, &movie, goal_us)), tried.max(), "{periods:?} {goal_us}");
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
