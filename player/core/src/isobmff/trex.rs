//! Track Extends Box: what the fragments of a track need not repeat.

use super::fields::{whole, Fields};

/// Defaults for the fragments of one track.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trex {
    /// `track_ID`.
    pub track_ID: u32,
    /// `default_sample_description_index`, from 1.
    pub default_sample_description_index: u32,
    /// `default_sample_duration`.
    pub default_sample_duration: u32,
    /// `default_sample_size`.
    pub default_sample_size: u32,
    /// `default_sample_flags`.
    pub default_sample_flags: u32,
}

impl Trex {
    /// What holds for a track that has no `trex`.
    pub const fn without(track_id: u32) -> Self {
        Self {
            track_ID: track_id,
            default_sample_description_index: 1,
            default_sample_duration: 0,
            default_sample_size: 0,
            default_sample_flags: 0,
        }
    }

    /// ISO/IEC 14496-12, Track Extends Box.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        reader.u32();
        whole(
            Self {
                track_ID: reader.u32(),
                default_sample_description_index: reader.u32(),
                default_sample_duration: reader.u32(),
                default_sample_size: reader.u32(),
                default_sample_flags: reader.u32(),
            },
            &reader,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::{damage, words};
    use super::*;

    #[test]
    fn defaults() {
        let payload = words(&[0, 1, 2, 3, 4, 5]);
        let expected = Trex {
            track_ID: 1,
            default_sample_description_index: 2,
            default_sample_duration: 3,
            default_sample_size: 4,
            default_sample_flags: 5,
        };
        assert_eq!(Trex::read(&payload), Some(expected));
        damage(&payload, Trex::read, 24);
    }
}
