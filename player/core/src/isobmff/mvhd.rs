//! Movie Header Box.

use super::fields::{whole, Fields};

/// What holds for the whole presentation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mvhd {
    /// `timescale`: ticks in a second; edit lists and the duration count in them.
    pub timescale: u32,
    /// `duration`; zero or all ones where it is not known.
    pub duration: Option<u64>,
}

impl Mvhd {
    /// ISO/IEC 14496-12, Movie Header Box.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        let wide = reader.full_box().0 == 1;
        reader.skip(if wide { 16 } else { 8 });
        let timescale = reader.u32();
        if timescale == 0 {
            return None;
        }
        whole(Self { timescale, duration: known(reader.sized(wide), wide) }, &reader)
    }
}

/// A duration, unless it stands for "not known".
pub(super) fn known(duration: u64, wide: bool) -> Option<u64> {
    let unknown = if wide { u64::MAX } else { u64::from(u32::MAX) };
    (duration != 0 && duration != unknown).then_some(duration)
}

#[cfg(test)]
mod tests {
    use super::super::build::{damage, versioned, words};
    use super::*;

    #[test]
    fn both_versions() {
        let short = versioned(0, 0, &words(&[1, 2, 1000, 5000]));
        assert_eq!(Mvhd::read(&short), Some(Mvhd { timescale: 1000, duration: Some(5000) }));
        damage(&short, Mvhd::read, 20);
        let long = versioned(1, 0, &words(&[0, 1, 0, 2, 600, 1, 0]));
        assert_eq!(Mvhd::read(&long), Some(Mvhd { timescale: 600, duration: Some(1 << 32) }));
        damage(&long, Mvhd::read, 32);
    }

    #[test]
    fn unknown_durations_and_no_timescale() {
        for duration in [0, u32::MAX] {
            let payload = versioned(0, 0, &words(&[1, 2, 1, duration]));
            assert_eq!(Mvhd::read(&payload).unwrap().duration, None);
        }
        assert_eq!(Mvhd::read(&versioned(0, 0, &words(&[1, 2, 0, 1]))), None);
    }
}
