//! Requests and answers as bytes: little-endian, packed; `u64` and `i64` where not said otherwise.
//!
//! A request:
//!
//! | field | |
//! |---|---|
//! | version `u32` | 1 |
//! | what `u32` | 0 play a session, 1 the optimum, 2 check a manifest: the rest is for `strict/src/wire.rs` |
//! | periods `u32`, then each | duration_ms, bandwidth_kbps, latency_ms |
//! | rungs `u32`, segments `u32` | |
//! | bitrates | bits per second, a rung each |
//! | durations | microseconds, a segment each |
//! | sizes | bits; all rungs of the first segment, then of the next |
//! | goal | a segment is asked for once no more than this is buffered, microseconds |
//! | rule | text: length `u32`, UTF-8 |
//! | settings `u32`, then each | name (text), value `f64` |
//!
//! An answer begins with a `u32`: 1 and a text where the request cannot be answered, 0 otherwise.
//! Then for the optimum: its QoE in ten-millionths. For a session: startup_us, end_us,
//! wasted_bytes; segments `u32`, then each rung `u32`, reason `u32`, requested_us, arrived_us,
//! buffer_us; stalls `u32`, then each start_us, end_us.

use crate::chunks::{play, Outcome};
use crate::movie::Movie;
use crate::network::{Network, Period};
use crate::optimum;
use crate::rules;

/// The version that is read and written.
pub const VERSION: u32 = 1;

/// What asks to check a manifest; the rest of the request is read by the crate that checks.
const STRICT: u32 = 2;

/// The answer to a request, whatever its bytes are.
pub fn answer(request: &[u8]) -> Vec<u8> {
    let mut to = Vec::new();
    match work(request) {
        Ok(found) => {
            to.extend_from_slice(&0u32.to_le_bytes());
            to.extend(found);
        }
        Err(why) => {
            to.extend_from_slice(&1u32.to_le_bytes());
            to.extend_from_slice(&(why.len() as u32).to_le_bytes());
            to.extend_from_slice(why.as_bytes());
        }
    }
    to
}

fn work(request: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut from = Reader { rest: request };
    if from.u32()? != VERSION {
        return Err("a request of another version");
    }
    let what = from.u32()?;
    if what == STRICT {
        return bitaca_player_strict::wire::answer(from.rest);
    }
    let network = Network::new(from.periods()?)?;
    let movie = from.movie()?;
    let goal_us = from.u64()? as i64;
    if goal_us <= 0 {
        return Err("a buffer must hold something");
    }
    let rule = from.text()?;
    let count = from.u32()?;
    let mut settings = Vec::new();
    for _ in 0..count {
        settings.push((from.text()?, f64::from_bits(from.u64()?)));
    }
    if !from.rest.is_empty() {
        return Err("a request that ends where it says");
    }
    match what {
        0 => Ok(session(&play(&network, &movie, rules::build(rule, &settings)?.as_mut(), goal_us))),
        1 => Ok(optimum::best(&network, &movie, goal_us).to_le_bytes().to_vec()),
        _ => Err("a session or an optimum"),
    }
}

fn session(outcome: &Outcome) -> Vec<u8> {
    let mut to = Vec::with_capacity(64 + outcome.played.len() * 32);
    let mut number = |value: i64| to.extend_from_slice(&value.to_le_bytes());
    number(outcome.startup_us);
    number(outcome.end_us);
    number(outcome.wasted_bytes as i64);
    to.extend_from_slice(&(outcome.played.len() as u32).to_le_bytes());
    for one in &outcome.played {
        to.extend_from_slice(&(one.rung as u32).to_le_bytes());
        to.extend_from_slice(&(one.reason as u32).to_le_bytes());
        for value in [one.requested_us, one.arrived_us, one.buffer_us] {
            to.extend_from_slice(&value.to_le_bytes());
        }
    }
    to.extend_from_slice(&(outcome.stalls.len() as u32).to_le_bytes());
    for (start, end) in &outcome.stalls {
        to.extend_from_slice(&start.to_le_bytes());
        to.extend_from_slice(&end.to_le_bytes());
    }
    to
}

const SHORT: &str = "a request that is whole";

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], &'static str> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(SHORT)?;
        self.rest = rest;
        Ok(taken)
    }

    fn u32(&mut self) -> Result<u32, &'static str> {
        Ok(u32::from_le_bytes(self.take(4)?.try_into().map_err(|_| SHORT)?))
    }

    fn u64(&mut self) -> Result<u64, &'static str> {
        Ok(u64::from_le_bytes(self.take(8)?.try_into().map_err(|_| SHORT)?))
    }

    fn many(&mut self, count: usize) -> Result<Vec<u64>, &'static str> {
        let bytes = self.take(count.checked_mul(8).ok_or(SHORT)?)?;
        Ok(bytes
            .chunks_exact(8)
            .map(|eight| u64::from_le_bytes(eight.try_into().unwrap_or_default()))
            .collect())
    }

    fn text(&mut self) -> Result<&'a str, &'static str> {
        let length = self.u32()? as usize;
        core::str::from_utf8(self.take(length)?).map_err(|_| "text in UTF-8")
    }

    fn periods(&mut self) -> Result<Vec<Period>, &'static str> {
        let count = self.u32()? as usize;
        let numbers = self.many(count.checked_mul(3).ok_or(SHORT)?)?;
        let periods = numbers.chunks_exact(3).map(|three| Period {
            duration_ms: three[0],
            bandwidth_kbps: three[1],
            latency_ms: three[2],
        });
        Ok(periods.collect())
    }

    fn movie(&mut self) -> Result<Movie, &'static str> {
        let (rungs, segments) = (self.u32()? as usize, self.u32()? as usize);
        let bitrates = self.many(rungs)?;
        let durations = self.many(segments)?;
        let sizes = self.many(rungs.checked_mul(segments).ok_or(SHORT)?)?;
        // Sizes and rates that fit a thousandth of the range leave room for every sum.
        if bitrates.iter().chain(&durations).chain(&sizes).any(|&value| value > 1 << 50) {
            return Err("numbers of a movie that can be");
        }
        Movie::new(bitrates, durations.into_iter().map(|value| value as i64).collect(), sizes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(what: u32, rule: &str) -> Vec<u8> {
        let mut to: Vec<u8> = [1u32, what, 2].iter().flat_map(|value| value.to_le_bytes()).collect();
        for value in [2000u64, 900, 20, 3000, 2400, 40] {
            to.extend(value.to_le_bytes());
        }
        to.extend([2u32, 3].iter().flat_map(|value| value.to_le_bytes()));
        let sizes = [400_000, 1_600_000].map(|bps| bps * 4);
        let numbers = [400_000, 1_600_000].into_iter().chain([4_000_000; 3]);
        for value in numbers.chain(sizes).chain(sizes).chain(sizes).chain([20_000_000]) {
            to.extend((value as u64).to_le_bytes());
        }
        to.extend((rule.len() as u32).to_le_bytes());
        to.extend(rule.as_bytes());
        to.extend(1u32.to_le_bytes());
        to.extend(6u32.to_le_bytes());
        to.extend(b"safety");
        to.extend(0.8f64.to_le_bytes());
        to
    }

    #[test]
    fn a_request_is_answered_and_says_as_much_as_it_should() {
        let session = answer(&request(0, "bola"));
        assert_eq!(session[..4], [0; 4]);
        assert_eq!(session[28..32], 3u32.to_le_bytes());
        assert_eq!(answer(&request(1, "bola")).len(), 12);
    }

    #[test]
    fn a_manifest_is_checked() {
        let head: Vec<u8> = [VERSION, STRICT].iter().flat_map(|value| value.to_le_bytes()).collect();
        let rules = answer(&[head.as_slice(), &[2]].concat());
        assert_eq!(rules[..4], [0; 4]);
        assert!(rules.len() > 10_000, "the table of rules");
        assert_eq!(answer(&[head.as_slice(), &[9]].concat())[..4], 1u32.to_le_bytes());
    }

    #[test]
    fn whatever_is_wrong_is_said_and_nothing_panics() {
        assert_eq!(answer(&request(0, "magic"))[..4], 1u32.to_le_bytes());
        let whole = request(0, "throughput");
        for length in 0..whole.len() {
            assert_eq!(answer(&whole[..length])[..4], 1u32.to_le_bytes(), "{length}");
        }
        let mut longer = whole.clone();
        longer.push(0);
        assert_eq!(answer(&longer)[..4], 1u32.to_le_bytes());
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0xFF;
            answer(&changed);
        }
    }
}
