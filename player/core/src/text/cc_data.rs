//! Captions as video streams carry them: triplets of `cc_data()`. ANSI/CTA-708-E, cc_data.
//!
//! Each triplet says whether it is valid and whose its two bytes are: line 21's fields 1 and 2
//! (CTA-608), or a packet of CTA-708. Who calls takes the triplets out of the video and puts them in
//! presentation order.

use alloc::vec::Vec;

use super::cea608::Field;
use super::cea708::Packets;
use super::cue::Document;

/// A caption channel or service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// CC1 to CC4, by number. CTA-608.
    Cc(u8),
    /// A service of CTA-708, 1 to 63. 1 is the primary language.
    Service(u8),
}

/// Decodes every channel of one stream.
#[derive(Clone, Debug, Default)]
pub struct Captions {
    fields: [Field; 2],
    packets: Packets,
}

impl Captions {
    /// The triplets of one picture, shown at `pts_us`. A triplet that is cut short does not count.
    pub fn push(&mut self, pts_us: i64, cc_data: &[u8]) {
        for triplet in cc_data.chunks_exact(3) {
            let &[head, first, second] = triplet else { continue };
            // marker_bits (5), cc_valid (1), cc_type (2). A packet ends where a triplet is not valid.
            match (head & 4 != 0, head & 3) {
                (true, kind @ (0 | 1)) => {
                    if let Some(field) = self.fields.get_mut(usize::from(kind)) {
                        field.pair(pts_us, [first, second]);
                    }
                }
                (true, 3) => self.packets.start(pts_us, [first, second]),
                (true, _) => self.packets.more(pts_us, [first, second]),
                (false, 2 | 3) => self.packets.end(pts_us),
                (false, _) => {}
            }
        }
        self.packets.tick(pts_us);
    }

    /// End what is on screen at `pts_us`, so that [`Captions::take`] gives it too. What stays on
    /// screen begins another cue there. To be called at the end of each segment.
    pub fn flush(&mut self, pts_us: i64) {
        self.fields.iter_mut().for_each(|field| field.flush(pts_us));
        self.packets.flush(pts_us);
    }

    /// Forget everything: after a seek.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// The channels that have said something so far, in the order of their numbers.
    pub fn channels(&self) -> Vec<Channel> {
        let fields = self.fields.iter().zip([1, 3]);
        let heard = fields.flat_map(|(field, first)| {
            let [a, b] = field.heard();
            [(a, first), (b, first + 1)]
        });
        let mut found: Vec<Channel> =
            heard.filter(|(heard, _)| *heard).map(|(_, at)| Channel::Cc(at)).collect();
        found.extend(self.packets.heard().map(Channel::Service));
        found
    }

    /// The cues of a channel that ended since this was last called, in the order of their ends.
    pub fn take(&mut self, channel: Channel) -> Document {
        match channel {
            Channel::Cc(at @ 1..=4) => {
                let at = usize::from(at - 1);
                self.fields.get_mut(at / 2).map_or(Document::default(), |field| field.take(at % 2))
            }
            Channel::Cc(_) => Document::default(),
            Channel::Service(service) => self.packets.take(service),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::cea608::tests::parity;

    #[test]
    fn fields_and_services_are_told_apart() {
        let mut captions = Captions::default();
        let paint = [[0x14, 0x29], [0x14, 0x70], [b'o', b'i']];
        for (at, pair) in paint.into_iter().enumerate() {
            let [a, b] = pair.map(parity);
            // Field 2's channel 1 is CC3; its misc codes begin with 0x15.
            let other = if a & 0x7F == 0x14 { parity(0x15) } else { a };
            captions.push(at as i64 * 33_000, &[0xFC, a, b, 0xFD, other, b, 0xF8, 1, 2, 0xFA, 0, 0]);
        }
        captions.flush(1_000_000);
        assert_eq!(captions.channels(), [Channel::Cc(1), Channel::Cc(3)]);
        for channel in captions.channels() {
            assert_eq!(captions.take(channel).cues[0].text(), "oi");
        }
        assert_eq!(captions.take(Channel::Cc(1)), Document::default());
        assert_eq!(captions.take(Channel::Cc(9)), Document::default());
        captions.reset();
        assert_eq!(captions.channels(), []);
    }

    #[test]
    fn any_bytes_are_survived() {
        let mut captions = Captions::default();
        let mut state = 1u32;
        for at in 0..20_000 {
            let mut bytes = [0u8; 13];
            for byte in &mut bytes {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = (state >> 24) as u8;
            }
            bytes[0] |= 4;
            bytes[3] |= 4;
            if at % 2 == 0 {
                (bytes[1], bytes[2]) = (parity(bytes[1] & 0x1F), parity(bytes[2]));
            }
            captions.push(at * 16_000, &bytes);
            if at % 100 == 0 {
                captions.flush(at * 16_000);
            }
        }
        let all = captions.channels();
        assert!(all.len() > 4);
        for channel in all {
            for cue in captions.take(channel).cues {
                assert!(cue.end_us > cue.start_us && !cue.text.is_empty());
                let covered: usize = cue.runs.iter().map(|run| run.len as usize).sum();
                assert!(cue.runs.is_empty() || covered == cue.text.len());
            }
        }
    }
}
