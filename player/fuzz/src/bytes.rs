//! Decisions and bodies out of arbitrary bytes.

/// Stands between the documents of one input, in text and in binary formats alike.
pub const SEPARATOR: &[u8] = b"\n%%%%\n";

/// The documents of an input: what stands between separators.
pub fn documents(data: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let mut rest = data;
    while let Some(at) = rest.windows(SEPARATOR.len()).position(|part| part == SEPARATOR) {
        found.push(&rest[..at]);
        rest = &rest[at + SEPARATOR.len()..];
    }
    found.push(rest);
    found
}

/// What hosts can say: integers that JavaScript has, see `wasm/src/wire.rs`.
const LARGEST: i64 = 1 << 53;

/// Reads decisions front to back; zeros when there is nothing left.
pub struct Choices<'a> {
    rest: &'a [u8],
}

impl<'a> Choices<'a> {
    /// All of `data`.
    pub fn new(data: &'a [u8]) -> Self {
        Self { rest: data }
    }

    /// Whether every byte was used.
    pub fn is_over(&self) -> bool {
        self.rest.is_empty()
    }

    /// One byte.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.rest.split_first() else { return 0 };
        self.rest = rest;
        *first
    }

    /// Two bytes.
    pub fn short(&mut self) -> u16 {
        u16::from_le_bytes([self.byte(), self.byte()])
    }

    /// Mostly a usual time, sometimes an absurd one, in microseconds.
    pub fn time_us(&mut self) -> i64 {
        let value = i64::from(self.short());
        match self.byte() {
            0..=199 => value * 1_000,
            200..=229 => value * 1_000_000,
            230..=239 => -value * 1_000,
            240..=244 => LARGEST - value,
            245..=249 => -LARGEST + value,
            _ => value,
        }
    }

    /// A place in a list of `count`; 0 where it is empty.
    pub fn below(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count.max(1)
    }

    /// Up to `count` bytes as they are.
    pub fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(count.min(self.rest.len()));
        self.rest = rest;
        taken
    }
}
