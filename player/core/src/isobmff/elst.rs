//! Edit List Box: where the media starts on the track's time line.

use super::fields::{whole, Fields};

/// The start of an edit list; what a player needs of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Elst {
    /// Length of the empty edits in front, in ticks of the movie (`segment_duration`).
    pub empty: u64,
    /// `media_time` of the first edit that shows media, in ticks of the media.
    pub media_time: i64,
}

impl Elst {
    /// ISO/IEC 14496-12, Edit List Box.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        let wide = reader.full_box().0 == 1;
        let entry_count = reader.u32();
        let mut list = Self::default();
        for _ in 0..entry_count {
            if reader.passed_end() {
                break;
            }
            let segment_duration = reader.sized(wide);
            let media_time = reader.sized(wide);
            let media_time = if wide { media_time as i64 } else { i64::from(media_time as u32 as i32) };
            reader.u32(); // media_rate
            if media_time >= 0 {
                list.media_time = media_time;
                break;
            }
            list.empty = list.empty.saturating_add(segment_duration);
        }
        whole(list, &reader)
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::{damage, versioned, words};
    use super::*;

    #[test]
    fn an_empty_edit_and_a_start() {
        let short = versioned(0, 0, &words(&[2, 40, u32::MAX, 1 << 16, 0, 1024, 1 << 16]));
        assert_eq!(Elst::read(&short), Some(Elst { empty: 40, media_time: 1024 }));
        damage(&short, Elst::read, 32);
        let long = versioned(1, 0, &words(&[1, 0, 500, 1, 2, 1 << 16]));
        assert_eq!(Elst::read(&long), Some(Elst { empty: 0, media_time: (1 << 32) + 2 }));
    }

    #[test]
    fn a_count_without_entries_is_refused() {
        assert_eq!(Elst::read(&versioned(0, 0, &words(&[u32::MAX]))), None);
        assert_eq!(Elst::read(&versioned(0, 0, &words(&[0]))), Some(Elst::default()));
    }
}
