//! Movie Extends Header Box.

use super::fields::{whole, Fields};
use super::mvhd::known;

/// `fragment_duration`, in ticks of the movie, where it is known.
/// ISO/IEC 14496-12, Movie Extends Header Box.
pub fn read(payload: &[u8]) -> Option<Option<u64>> {
    let mut reader = Fields::new(payload);
    let wide = reader.full_box().0 == 1;
    whole(known(reader.sized(wide), wide), &reader)
}

#[cfg(test)]
mod tests {
    use super::super::build::{damage, versioned, words};

    #[test]
    fn both_versions() {
        let (short, long) = (versioned(0, 0, &words(&[9])), versioned(1, 0, &words(&[1, 0])));
        assert_eq!((super::read(&short), super::read(&long)), (Some(Some(9)), Some(Some(1 << 32))));
        assert_eq!(super::read(&versioned(0, 0, &words(&[0]))), Some(None));
        damage(&short, super::read, 8);
        damage(&long, super::read, 12);
    }
}
