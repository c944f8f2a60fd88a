//! Producer Reference Time Box: when media was captured or written.

use super::fields::{whole, Fields};

/// A wall-clock time for a time of the media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prft {
    /// What happened then: 0 the encoder took it in, 1 it came out, 2 the file was written,
    /// 4 an arbitrary but steady relation, 8 captured, 24 that of the application.
    pub flags: u32,
    /// `reference_track_ID`.
    pub reference_track_ID: u32,
    /// `ntp_timestamp`: seconds since 1900 in the upper half.
    pub ntp_timestamp: u64,
    /// `media_time` in ticks of the track.
    pub media_time: u64,
}

impl Prft {
    /// ISO/IEC 14496-12, Producer Reference Time Box.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        let (version, flags) = reader.full_box();
        whole(
            Self {
                flags,
                reference_track_ID: reader.u32(),
                ntp_timestamp: reader.u64(),
                media_time: reader.sized(version > 0),
            },
            &reader,
        )
    }

    /// The wall-clock time in microseconds since 1970.
    pub fn wall_us(&self) -> i64 {
        /// From 1900 to 1970: 70 years with 17 leap days.
        const EPOCH_S: i64 = 2_208_988_800;
        let seconds = (self.ntp_timestamp >> 32) as i64 - EPOCH_S;
        let fraction = (self.ntp_timestamp & 0xFFFF_FFFF) * 1_000_000;
        seconds * 1_000_000 + ((fraction + (1 << 31)) >> 32) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::{damage, versioned, words};
    use super::*;

    #[test]
    fn both_versions() {
        let old = versioned(0, 24, &words(&[1, 3_926_620_800, 1 << 31, 9]));
        let prft = Prft::read(&old).unwrap();
        assert_eq!((prft.flags, prft.reference_track_ID, prft.media_time), (24, 1, 9));
        assert_eq!(prft.wall_us(), 1_717_632_000_500_000, "2024-06-06T00:00:00.5Z");
        damage(&old, Prft::read, 20);
        let new = versioned(1, 0, &words(&[1, 0, 0, 1, 9]));
        assert_eq!(Prft::read(&new).unwrap().media_time, (1 << 32) + 9);
        damage(&new, Prft::read, 24);
    }
}
