//! One session at the grain of segments: request, latency, transfer, buffer, playback.
//!
//! The model of Sabre (Spiteri, Sitaraman and Sparacio, MMSys 2018): one download at a time,
//! playback starts with the first segment and goes on with the next one after a stall. Departures:
//! start-up counts the request's latency, the abandonment of a download is judged every tenth of a
//! second, and the buffer's bound is the session's goal: a segment is asked for once no more than
//! the goal is buffered, so that the buffer may exceed it by one segment. Sabre waits until the
//! segment itself has room, so its bound is our goal and a segment.

use bitaca_player_core::abr::{Progress, Reason, Rule, Sample, Situation};

use crate::movie::Movie;
use crate::network::Network;

/// How often a download under way is judged; less often the longer it lasts.
const JUDGED_EVERY_US: i64 = 100_000;

/// What happened to one segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Played {
    /// On which rung it came in the end.
    pub rung: usize,
    /// Why that one.
    pub reason: Reason,
    /// When it was asked for (the first time, where a download was given up).
    pub requested_us: i64,
    /// When it had come.
    pub arrived_us: i64,
    /// Media ahead, with this segment.
    pub buffer_us: i64,
}

/// What happened in a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Segment by segment.
    pub played: Vec<Played>,
    /// Time before the first picture.
    pub startup_us: i64,
    /// Beginning and end of each stall.
    pub stalls: Vec<(i64, i64)>,
    /// Bytes of downloads that were given up.
    pub wasted_bytes: u64,
    /// When the last picture had been shown.
    pub end_us: i64,
}

impl Outcome {
    /// Time of standing pictures, start-up not included.
    pub fn stall_us(&self) -> i64 {
        self.stalls.iter().map(|(start, end)| end - start).sum()
    }
}

/// Play the movie over the network under the rule; a segment is asked for once no more than
/// `goal_us` of media is buffered.
pub fn play(network: &Network, movie: &Movie, rule: &mut dyn Rule, goal_us: i64) -> Outcome {
    let mut player = Player { now: 0, buffer_us: 0, outcome: Outcome::default() };
    let mut last = None;
    for segment in 0..movie.segments() {
        let segment_us = movie.durations_us[segment];
        let waited_us = (player.buffer_us - goal_us).max(0);
        player.pass(waited_us);
        let situation = |buffer_us| Situation {
            rungs_bps: &movie.bitrates_bps,
            ceiling: movie.rungs() - 1,
            last,
            buffer_us,
            buffer_goal_us: goal_us,
            segment_us,
            waited_us: 0,
        };
        let decision = rule.choose(&Situation { waited_us, ..situation(player.buffer_us) });
        player.pass(decision.delay_us.clamp(0, player.buffer_us));
        let requested_us = player.now;
        let (mut rung, mut reason) = (decision.rung.min(movie.rungs() - 1), decision.reason);
        loop {
            let download = Download::new(network, player.now, rung, movie.bits(segment, rung));
            match download.abandoned(rule, &situation, player.buffer_us) {
                Some((at, lower)) => {
                    let sample = download.until(at);
                    player.outcome.wasted_bytes += sample.bytes;
                    rule.sample(&sample);
                    player.pass(at - player.now);
                    (rung, reason) = (lower, Reason::Abandoned);
                }
                None => {
                    rule.sample(&download.until(download.last_bit_us));
                    player.pass(download.last_bit_us - player.now);
                    break;
                }
            }
        }
        if segment == 0 {
            player.outcome.startup_us = player.now;
        }
        player.buffer_us += segment_us;
        rule.appended(segment_us);
        last = Some(rung);
        player.outcome.played.push(Played {
            rung,
            reason,
            requested_us,
            arrived_us: player.now,
            buffer_us: player.buffer_us,
        });
    }
    player.pass(player.buffer_us);
    player.outcome.end_us = player.now;
    player.outcome
}

struct Player {
    now: i64,
    buffer_us: i64,
    outcome: Outcome,
}

impl Player {
    /// Let time pass: what is buffered is played, and where nothing is left the picture stands.
    fn pass(&mut self, time_us: i64) {
        let played = time_us.min(self.buffer_us);
        let (from, to) = (self.now + played, self.now + time_us);
        self.buffer_us -= played;
        self.now = to;
        if to == from || self.outcome.played.is_empty() {
            return;
        }
        match self.outcome.stalls.last_mut() {
            Some(stall) if stall.1 == from => stall.1 = to,
            _ => self.outcome.stalls.push((from, to)),
        }
    }
}

struct Download<'a> {
    network: &'a Network,
    rung: usize,
    bits: u64,
    start_us: i64,
    first_bit_us: i64,
    last_bit_us: i64,
}

impl<'a> Download<'a> {
    fn new(network: &'a Network, start_us: i64, rung: usize, bits: u64) -> Self {
        let first_bit_us = network.first_bit_us(start_us);
        let last_bit_us = network.last_bit_us(first_bit_us, bits);
        Self { network, rung, bits, start_us, first_bit_us, last_bit_us }
    }

    /// What was measured until then.
    fn until(&self, at: i64) -> Sample {
        let bits =
            if at >= self.last_bit_us { self.bits } else { self.network.bits_between(self.first_bit_us, at) };
        Sample {
            bytes: bits.div_ceil(8),
            latency_us: self.first_bit_us - self.start_us,
            transfer_us: at - self.first_bit_us,
        }
    }

    /// When the rule gives it up, and for which rung.
    fn abandoned<'s>(
        &self,
        rule: &mut dyn Rule,
        situation: &dyn Fn(i64) -> Situation<'s>,
        buffer_us: i64,
    ) -> Option<(i64, usize)> {
        if self.rung == 0 {
            return None;
        }
        let mut at = self.first_bit_us;
        loop {
            at += JUDGED_EVERY_US.max((at - self.first_bit_us) / 64);
            if at >= self.last_bit_us {
                return None;
            }
            let sample = self.until(at);
            let progress = Progress {
                rung: self.rung,
                bytes: sample.bytes,
                expected_bytes: self.bits.div_ceil(8),
                elapsed_us: at - self.start_us,
                transfer_us: sample.transfer_us,
            };
            let ahead = (buffer_us - progress.elapsed_us).max(0);
            if let Some(lower) = rule.abandon(&situation(ahead), &progress) {
                return Some((at, lower.min(self.rung - 1)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Period;
    use crate::rules;

    fn network(periods: &[(u64, u64)]) -> Network {
        let periods = periods.iter().map(|&(duration_ms, bandwidth_kbps)| Period {
            duration_ms,
            bandwidth_kbps,
            latency_ms: 0,
        });
        Network::new(periods.collect()).expect("a trace")
    }

    fn movie(segments: usize) -> Movie {
        let bitrates: Vec<u64> = vec![500_000, 1_000_000, 2_000_000];
        let sizes = (0..segments).flat_map(|_| bitrates.iter().map(|bps| bps * 4).collect::<Vec<_>>());
        Movie::new(bitrates.clone(), vec![4_000_000; segments], sizes.collect()).expect("a movie")
    }

    #[test]
    fn one_rung_on_a_constant_line_by_hand() {
        let only = Movie::new(vec![500_000], vec![4_000_000; 3], vec![2_000_000; 3]).expect("a movie");
        let mut rule = rules::build("throughput", &[]).expect("a rule");
        let outcome = play(&network(&[(1000, 1000)]), &only, rule.as_mut(), 30_000_000);
        // Each takes 2 s and brings 4 s: asked for one after the other, no stall.
        let times: Vec<_> = outcome.played.iter().map(|one| (one.arrived_us, one.buffer_us)).collect();
        assert_eq!(times, [(2_000_000, 4_000_000), (4_000_000, 6_000_000), (6_000_000, 8_000_000)]);
        assert_eq!((outcome.startup_us, outcome.stall_us(), outcome.end_us), (2_000_000, 0, 14_000_000));
    }

    #[test]
    fn a_slow_line_stalls_for_what_is_missing() {
        let only = Movie::new(vec![500_000], vec![4_000_000; 3], vec![2_000_000; 3]).expect("a movie");
        let mut rule = rules::build("throughput", &[]).expect("a rule");
        let outcome = play(&network(&[(1000, 400)]), &only, rule.as_mut(), 30_000_000);
        // 5 s a segment of 4 s: a second of standing picture before the second and the third.
        assert_eq!(outcome.stalls, [(9_000_000, 10_000_000), (14_000_000, 15_000_000)]);
    }

    #[test]
    fn a_segment_is_asked_for_once_no_more_than_the_goal_is_buffered() {
        let only = Movie::new(vec![500_000], vec![4_000_000; 4], vec![2_000_000; 4]).expect("a movie");
        let mut rule = rules::build("throughput", &[]).expect("a rule");
        let outcome = play(&network(&[(1000, 1000)]), &only, rule.as_mut(), 5_000_000);
        // Each takes 2 s. The second is asked for at once, with 4 s buffered; it leaves 6 s, of which
        // one is waited off; the third leaves 5 - 2 + 4 = 7 s, of which two are.
        let times: Vec<_> = outcome.played.iter().map(|one| (one.requested_us, one.buffer_us)).collect();
        assert_eq!(
            times,
            [(0, 4_000_000), (2_000_000, 6_000_000), (5_000_000, 7_000_000), (9_000_000, 7_000_000)]
        );
    }

    #[test]
    fn the_buffer_exceeds_its_goal_by_a_segment_at_most_and_never_falls_below_zero() {
        let trace = network(&[(5000, 6000), (9000, 300), (4000, 2500), (3000, 0), (6000, 900)]);
        for name in ["bola", "throughput"] {
            for goal_s in [2, 8, 12, 30] {
                let mut rule = rules::build(name, &[]).expect("a rule");
                let outcome = play(&trace, &movie(60), rule.as_mut(), goal_s * 1_000_000);
                for one in &outcome.played {
                    assert!((0..=goal_s * 1_000_000 + 4_000_000).contains(&one.buffer_us), "{one:?}");
                }
                let media = 60 * 4_000_000;
                assert_eq!(
                    outcome.end_us,
                    outcome.startup_us + outcome.stall_us() + media,
                    "{name} {goal_s}"
                );
            }
        }
    }

    #[test]
    fn a_full_buffer_does_not_keep_a_fast_line_from_the_top_rung() {
        let bitrates: Vec<u64> = vec![400_000, 800_000, 1_600_000, 3_000_000];
        let sizes = (0..600).flat_map(|_| bitrates.iter().map(|bps| bps * 4).collect::<Vec<_>>());
        let movie = Movie::new(bitrates.clone(), vec![4_000_000; 600], sizes.collect()).expect("a movie");
        for name in ["bola", "throughput"] {
            for goal_s in [4, 8, 12, 16, 25, 30] {
                let mut rule = rules::build(name, &[]).expect("a rule");
                let line = network(&[(1000, 50_000)]);
                let played = play(&line, &movie, rule.as_mut(), goal_s * 1_000_000).played;
                let later: Vec<_> = played[300..].iter().map(|one| bitrates[one.rung]).collect();
                let mean_bps = later.iter().sum::<u64>() / 300;
                assert!(mean_bps >= 2_900_000, "{name} {goal_s} s: {mean_bps}");
            }
        }
    }

    #[test]
    fn a_collapse_makes_rules_give_a_download_up() {
        let trace = network(&[(30_000, 8000), (60_000, 150)]);
        for name in ["bola", "throughput"] {
            let mut rule = rules::build(name, &[]).expect("a rule");
            let outcome = play(&trace, &movie(60), rule.as_mut(), 12_000_000);
            assert!(outcome.wasted_bytes > 0, "{name}");
            assert!(outcome.played.iter().any(|one| one.reason == Reason::Abandoned), "{name}");
        }
    }
}
