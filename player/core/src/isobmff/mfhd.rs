//! Movie Fragment Header Box.

use super::fields::{whole, Fields};

/// `sequence_number`. ISO/IEC 14496-12, Movie Fragment Header Box.
pub fn read(payload: &[u8]) -> Option<u32> {
    let mut reader = Fields::new(payload);
    reader.u32();
    whole(reader.u32(), &reader)
}

#[cfg(test)]
mod tests {
    use super::super::build::{damage, words};

    #[test]
    fn a_number() {
        assert_eq!(super::read(&words(&[0, 9])), Some(9));
        damage(&words(&[0, 9]), super::read, 8);
    }
}
