//! Media Header Box.

use super::fields::{whole, Fields};
use super::mvhd::known;

/// What holds for the media of one track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mdhd {
    /// `timescale`: ticks in a second.
    pub timescale: u32,
    /// `duration`, where it is known.
    pub duration: Option<u64>,
    /// `language`, an ISO 639-2/T code; `None` where it is `und` or not a code.
    pub language: Option<[u8; 3]>,
}

impl Mdhd {
    /// ISO/IEC 14496-12, Media Header Box.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        let wide = reader.full_box().0 == 1;
        reader.skip(if wide { 16 } else { 8 });
        let timescale = reader.u32();
        let duration = known(reader.sized(wide), wide);
        let packed = reader.u16();
        let letters = [10, 5, 0].map(|shift| (packed >> shift & 31) as u8 + 0x60);
        let language = (letters.iter().all(u8::is_ascii_lowercase) && letters != *b"und").then_some(letters);
        if timescale == 0 {
            return None;
        }
        whole(Self { timescale, duration, language }, &reader)
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::{cat, damage, versioned, words};
    use super::*;

    fn of(language: [u8; 2]) -> alloc::vec::Vec<u8> {
        versioned(0, 0, &cat(&[&words(&[1, 2, 90_000, 0]), &language]))
    }

    #[test]
    fn languages() {
        // "por": p=16 o=15 r=18.
        let payload = of([0x41, 0xF2]);
        assert_eq!(
            Mdhd::read(&payload),
            Some(Mdhd { timescale: 90_000, duration: None, language: Some(*b"por") })
        );
        assert_eq!(Mdhd::read(&of([0x55, 0xC4])).unwrap().language, None, "und");
        assert_eq!(Mdhd::read(&of([0, 0])).unwrap().language, None, "not letters");
        damage(&payload, Mdhd::read, 22);
    }
}
