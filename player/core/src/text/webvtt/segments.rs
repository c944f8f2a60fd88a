//! Cues that come twice: a cue that lasts through several segments stands in each of them.
//! RFC 8216, WebVTT (segments).

use alloc::vec::Vec;

use super::Cue;
use crate::limits;

/// Start, end and a digest of what it says.
type Key = (u64, u64, u64);

/// Gives each cue of a segmented subtitle once.
#[derive(Clone, Debug, Default)]
pub struct Segments {
    /// Sorted.
    known: Vec<Key>,
}

impl Segments {
    /// Begin anew, as after a seek or a change of subtitle.
    pub fn clear(&mut self) {
        self.known.clear();
    }

    /// The cues of the next segment that earlier ones did not give, `offset_us` added to their
    /// times. What would lie before time 0 is cut there, or left out.
    pub fn add(&mut self, cues: Vec<Cue>, offset_us: i64) -> Vec<Cue> {
        let mut kept = Vec::new();
        let first = cues.iter().map(|cue| cue.start_us.saturating_add_signed(offset_us)).min().unwrap_or(0);
        self.known.retain(|&(_, end_us, _)| end_us > first);
        for mut cue in cues {
            cue.start_us = cue.start_us.saturating_add_signed(offset_us);
            cue.end_us = cue.end_us.saturating_add_signed(offset_us);
            let key = (cue.start_us, cue.end_us, digest(&cue));
            let Err(place) = self.known.binary_search(&key) else { continue };
            if cue.end_us <= cue.start_us {
                continue;
            }
            self.known.insert(place, key);
            if self.known.len() > limits::REPEATED_CUES {
                // The one that started first is the least likely to come again.
                self.known.remove(0);
            }
            kept.push(cue);
        }
        kept
    }
}

/// Join cues that follow one another without a gap and say the same: one cue that was cut at the
/// borders of segments or samples. Cues come in the order of their starts.
pub fn join(cues: &mut Vec<Cue>) {
    let mut open: Vec<usize> = Vec::new();
    let mut joined: Vec<Cue> = Vec::with_capacity(cues.len());
    for cue in cues.drain(..) {
        open.retain(|&at| joined.get(at).is_some_and(|known| known.end_us >= cue.start_us));
        let same = open.iter().copied().take(limits::OPEN_CUES).find(|&at| {
            joined.get(at).is_some_and(|known| {
                known.end_us == cue.start_us
                    && (&known.id, &known.settings, &known.text) == (&cue.id, &cue.settings, &cue.text)
            })
        });
        match same.and_then(|at| joined.get_mut(at)) {
            Some(known) => known.end_us = cue.end_us,
            None => {
                if open.len() < limits::OPEN_CUES {
                    open.push(joined.len());
                }
                joined.push(cue);
            }
        }
    }
    *cues = joined;
}

/// FNV-1a, 64 bits: only who repeats itself is compared, nobody gains from a collision.
fn digest(cue: &Cue) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325u64;
    for byte in cue.text.bytes().chain([0]).chain(cue.settings.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use std::vec;

    fn cue(start_us: u64, end_us: u64, text: &str) -> Cue {
        Cue { start_us, end_us, id: String::new(), settings: String::new(), text: String::from(text) }
    }

    #[test]
    fn a_cue_of_three_segments_comes_once() {
        let mut segments = Segments::default();
        let long = cue(1_000_000, 9_000_000, "longo");
        assert_eq!(segments.add(vec![cue(0, 500_000, "a"), long.clone()], 0).len(), 2);
        assert_eq!(segments.add(vec![long.clone(), cue(5_000_000, 6_000_000, "b")], 0).len(), 1);
        assert_eq!(segments.add(vec![long.clone()], 0), []);
        // The same words later are another cue.
        assert_eq!(segments.add(vec![cue(11_000_000, 19_000_000, "longo")], 0).len(), 1);
        segments.clear();
        assert_eq!(segments.add(vec![long], 0).len(), 1);
    }

    #[test]
    fn offsets_move_and_cut() {
        let cues = vec![cue(0, 1_000_000, "gone"), cue(1_000_000, 3_000_000, "cut")];
        assert_eq!(Segments::default().add(cues, -2_000_000), [cue(0, 1_000_000, "cut")]);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut segments = Segments::default();
        segments.add((0..5_000).map(|i| cue(i, 10_000_000 + i, "x")).collect(), 0);
        assert_eq!(segments.known.len(), limits::REPEATED_CUES);
    }

    #[test]
    fn cut_cues_are_joined() {
        let mut cues = vec![cue(0, 2, "a"), cue(0, 4, "b"), cue(2, 4, "a"), cue(4, 5, "c"), cue(5, 6, "a")];
        join(&mut cues);
        assert_eq!(cues, [cue(0, 4, "a"), cue(0, 4, "b"), cue(4, 5, "c"), cue(5, 6, "a")]);
    }
}
