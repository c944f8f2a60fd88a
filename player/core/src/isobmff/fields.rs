//! A cursor for the fields of a box.

/// Reads big-endian fields front to back. Past the end it gives zeros and remembers it, so that one
/// question at the end, [`whole`], does for all fields of a box: a third of the code that
/// asking after each field costs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
    passed_end: bool,
}

impl<'a> Fields<'a> {
    /// A cursor at the start of `bytes`.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, passed_end: false }
    }

    /// What has not been read.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether a read passed the end. Loops whose count comes from the bytes must ask.
    pub(crate) const fn passed_end(&self) -> bool {
        self.passed_end
    }

    /// The next `count` bytes.
    #[inline(never)]
    pub(crate) fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at_checked(count).unwrap_or_else(|| {
            self.passed_end = true;
            (&[], &[])
        });
        self.rest = rest;
        taken
    }

    /// The next `count` things of `size` bytes each, as one slice.
    pub(crate) fn rows(&mut self, count: u32, size: usize) -> &'a [u8] {
        self.take(usize::try_from(count).ok().and_then(|count| count.checked_mul(size)).unwrap_or(usize::MAX))
    }

    /// Pass over `count` bytes.
    pub(crate) fn skip(&mut self, count: usize) {
        self.take(count);
    }

    /// The next `count` bytes, at most eight, as a number.
    #[inline(never)]
    fn number(&mut self, count: usize) -> u64 {
        self.take(count).iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
    }

    /// The next byte.
    pub(crate) fn u8(&mut self) -> u8 {
        self.number(1) as u8
    }

    /// The next two bytes.
    pub(crate) fn u16(&mut self) -> u16 {
        self.number(2) as u16
    }

    /// The next three bytes.
    pub(crate) fn u24(&mut self) -> u32 {
        self.number(3) as u32
    }

    /// The next four bytes.
    pub(crate) fn u32(&mut self) -> u32 {
        self.number(4) as u32
    }

    /// The next eight bytes.
    pub(crate) fn u64(&mut self) -> u64 {
        self.number(8)
    }

    /// The next eight bytes where `wide`, four otherwise.
    pub(crate) fn sized(&mut self, wide: bool) -> u64 {
        self.number(if wide { 8 } else { 4 })
    }

    /// `version` and `flags`. ISO/IEC 14496-12, Object Structure.
    pub(crate) fn full_box(&mut self) -> (u8, u32) {
        let word = self.u32();
        ((word >> 24) as u8, word & 0xFF_FFFF)
    }

    /// The next sixteen bytes: a KID, a SystemID.
    #[inline(never)]
    pub(crate) fn id16(&mut self) -> [u8; 16] {
        self.take(16).try_into().unwrap_or([0; 16])
    }

    /// UTF-8 up to a zero byte; where there is none, the end is passed.
    #[inline(never)]
    pub(crate) fn text(&mut self) -> &'a str {
        let end = self.rest.iter().position(|byte| *byte == 0).unwrap_or(usize::MAX);
        let bytes = self.take(end);
        self.skip(1);
        core::str::from_utf8(bytes).unwrap_or_else(|_| {
            self.passed_end = true;
            ""
        })
    }
}

/// `value`, made of what `fields` gave, if all of it was there.
pub(crate) fn whole<T>(value: T, fields: &Fields<'_>) -> Option<T> {
    (!fields.passed_end).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_behind_the_end_and_one_question() {
        let mut fields = Fields::new(&[0, 0, 1, 2, 255, 7]);
        assert_eq!((fields.u32(), fields.u8(), whole((), &fields)), (258, 255, Some(())));
        assert_eq!((fields.u16(), fields.u8(), whole((), &fields)), (0, 0, None));
        assert_eq!((fields.rest(), fields.passed_end()), (&[][..], true));
        assert_eq!(Fields::new(&[1, 2, 3]).u24(), 0x01_0203);
        let mut rows = Fields::new(&[1; 16]);
        assert_eq!((rows.rows(2, 8).len(), rows.rows(u32::MAX, usize::MAX).len()), (16, 0));
        assert!(rows.passed_end());
    }

    #[test]
    fn text_ends_with_a_zero() {
        let mut fields = Fields::new(b"ab\0c\0\xFF\0d");
        assert_eq!((fields.text(), fields.text(), whole((), &fields)), ("ab", "c", Some(())));
        assert_eq!((fields.text(), whole((), &fields)), ("", None));
        let mut open = Fields::new(b"ab");
        assert_eq!((open.text(), open.passed_end()), ("", true));
    }
}
