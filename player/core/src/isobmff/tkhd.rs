//! Track Header Box.

use super::fields::{whole, Fields};

/// What identifies a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tkhd {
    /// `track_enabled`.
    pub track_enabled: bool,
    /// `track_ID`.
    pub track_ID: u32,
    /// `alternate_group`.
    pub alternate_group: u16,
    /// `width` in pixels of the presentation, its fraction dropped.
    pub width: u16,
    /// `height` likewise.
    pub height: u16,
}

impl Tkhd {
    /// ISO/IEC 14496-12, Track Header Box.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        let (version, flags) = reader.full_box();
        let wide = version == 1;
        reader.skip(if wide { 16 } else { 8 });
        let id = reader.u32();
        reader.u32();
        reader.sized(wide);
        reader.skip(10); // reserved, layer
        let alternate_group = reader.u16();
        reader.skip(4 + 36); // volume, reserved, matrix
        let (width, height) = (reader.u32(), reader.u32());
        whole(
            Self {
                track_enabled: flags & 1 != 0,
                track_ID: id,
                alternate_group,
                width: (width >> 16) as u16,
                height: (height >> 16) as u16,
            },
            &reader,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::{cat, damage, versioned, words};
    use super::*;

    #[test]
    fn both_versions() {
        let expected =
            Tkhd { track_enabled: true, track_ID: 7, alternate_group: 2, width: 1920, height: 1080 };
        let tail = cat(&[&[0; 10], &[0, 2], &[0; 40], &words(&[1920 << 16 | 0x8000, 1080 << 16])]);
        let short = versioned(0, 7, &cat(&[&words(&[1, 2, 7, 0, 5]), &tail]));
        assert_eq!(Tkhd::read(&short), Some(expected));
        damage(&short, Tkhd::read, 84);
        let long = versioned(1, 7, &cat(&[&words(&[0, 1, 0, 2, 7, 0, 0, 5]), &tail]));
        assert_eq!(Tkhd::read(&long), Some(expected));
    }
}
