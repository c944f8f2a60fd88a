//! Extended Language Tag, which refines the language of `mdhd`.

use super::fields::{whole, Fields};

/// `extended_language`, a BCP 47 tag. ISO/IEC 14496-12, Extended Language Tag.
pub fn read(payload: &[u8]) -> Option<&str> {
    let mut reader = Fields::new(payload);
    reader.full_box();
    whole(reader.text(), &reader)
}

#[cfg(test)]
mod tests {
    use super::super::build::{damage, versioned};

    #[test]
    fn a_tag() {
        let payload = versioned(0, 0, b"pt-BR\0");
        assert_eq!(super::read(&payload), Some("pt-BR"));
        damage(&payload, |bytes| super::read(bytes).map(drop), 10);
    }
}
