//! Track Fragment Header Box.

use super::fields::{whole, Fields};
use super::trex::Trex;

/// Which track a fragment belongs to, and defaults that override those of `trex`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tfhd {
    /// `track_ID`.
    pub track_ID: u32,
    /// `base_data_offset`.
    pub base_data_offset: Option<u64>,
    /// `sample_description_index`, from 1.
    pub sample_description_index: Option<u32>,
    /// `default_sample_duration`.
    pub default_sample_duration: Option<u32>,
    /// `default_sample_size`.
    pub default_sample_size: Option<u32>,
    /// `default_sample_flags`.
    pub default_sample_flags: Option<u32>,
    /// `duration-is-empty`.
    pub duration_is_empty: bool,
    /// `default-base-is-moof`.
    pub default_base_is_moof: bool,
}

impl Tfhd {
    /// ISO/IEC 14496-12, Track Fragment Header Box.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        let (_, flags) = reader.full_box();
        let track_id = reader.u32();
        let base_data_offset = if flags & 1 != 0 { Some(reader.u64()) } else { None };
        let mut optional = |flag: u32| (flags & flag != 0).then(|| reader.u32());
        whole(
            Self {
                track_ID: track_id,
                base_data_offset,
                sample_description_index: optional(2),
                default_sample_duration: optional(8),
                default_sample_size: optional(16),
                default_sample_flags: optional(32),
                duration_is_empty: flags & 0x1_0000 != 0,
                default_base_is_moof: flags & 0x2_0000 != 0,
            },
            &reader,
        )
    }

    /// The defaults of this fragment: its own where it has them, the track's otherwise.
    pub fn over(&self, trex: &Trex) -> Trex {
        Trex {
            track_ID: self.track_ID,
            default_sample_description_index: self
                .sample_description_index
                .unwrap_or(trex.default_sample_description_index),
            default_sample_duration: self.default_sample_duration.unwrap_or(trex.default_sample_duration),
            default_sample_size: self.default_sample_size.unwrap_or(trex.default_sample_size),
            default_sample_flags: self.default_sample_flags.unwrap_or(trex.default_sample_flags),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::{damage, versioned, words};
    use super::*;

    #[test]
    fn everything_optional() {
        let payload = versioned(0, 0x3_003B, &words(&[1, 0, 9, 2, 3, 4, 5]));
        let tfhd = Tfhd {
            track_ID: 1,
            base_data_offset: Some(9),
            sample_description_index: Some(2),
            default_sample_duration: Some(3),
            default_sample_size: Some(4),
            default_sample_flags: Some(5),
            duration_is_empty: true,
            default_base_is_moof: true,
        };
        assert_eq!(Tfhd::read(&payload), Some(tfhd));
        damage(&payload, Tfhd::read, 32);
        assert_eq!(tfhd.over(&Trex::default()).default_sample_size, 4);
    }

    #[test]
    fn nothing_optional() {
        let payload = versioned(0, 0x2_0000, &words(&[1]));
        let tfhd = Tfhd { track_ID: 1, default_base_is_moof: true, ..Tfhd::default() };
        assert_eq!(Tfhd::read(&payload), Some(tfhd));
        let trex = Trex { default_sample_duration: 7, ..Trex::default() };
        assert_eq!(tfhd.over(&trex).default_sample_duration, 7);
    }
}
