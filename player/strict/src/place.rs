//! Lines and columns of places in a file.

/// Turns offsets into lines and columns; offsets that ascend cost one pass in all.
pub struct Places<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
    line_start: usize,
}

impl<'a> Places<'a> {
    /// At the beginning.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, line: 1, line_start: 0 }
    }

    /// Line and column, both from 1; columns count characters. Offsets behind the end are the end.
    pub fn of(&mut self, offset: usize) -> (u32, u32) {
        let offset = offset.min(self.bytes.len());
        if offset < self.at {
            *self = Self::new(self.bytes);
        }
        while self.at < offset {
            if self.bytes.get(self.at) == Some(&b'\n') {
                self.line = self.line.saturating_add(1);
                self.line_start = self.at + 1;
            }
            self.at += 1;
        }
        let before = self.bytes.get(self.line_start..offset).unwrap_or(&[]);
        // Continuation bytes of UTF-8 are no characters of their own.
        let characters = before.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        (self.line, u32::try_from(characters + 1).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let mut places = Places::new("ab\nção x\n".as_bytes());
        assert_eq!(places.of(0), (1, 1));
        assert_eq!(places.of(3), (2, 1));
        assert_eq!(places.of(3 + "ção ".len()), (2, 5));
        assert_eq!(places.of(1), (1, 2));
        assert_eq!(places.of(999), (3, 1));
    }
}
