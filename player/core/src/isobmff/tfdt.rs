//! Track Fragment Decode Time Box.

use super::fields::{whole, Fields};

/// `baseMediaDecodeTime`, in ticks of the track.
/// ISO/IEC 14496-12, Track Fragment Decode Time Box.
pub fn read(payload: &[u8]) -> Option<u64> {
    let mut reader = Fields::new(payload);
    let (version, _) = reader.full_box();
    whole(reader.sized(version == 1), &reader)
}

#[cfg(test)]
mod tests {
    use super::super::build::{damage, versioned, words};

    #[test]
    fn both_versions() {
        let (short, long) = (versioned(0, 0, &words(&[9])), versioned(1, 0, &words(&[1, 9])));
        assert_eq!(super::read(&short), Some(9));
        assert_eq!(super::read(&long), Some((1 << 32) + 9));
        damage(&short, super::read, 8);
        damage(&long, super::read, 12);
    }
}
