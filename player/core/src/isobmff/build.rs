//! Boxes made by hand, for tests.

use alloc::vec::Vec;

/// A box with a size of 32 bits.
pub fn boxed(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let mut out = (payload.len() as u32 + 8).to_be_bytes().to_vec();
    out.extend(kind);
    out.extend(payload);
    out
}

/// A box with a size of 64 bits.
pub fn large(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let mut out = [0, 0, 0, 1].to_vec();
    out.extend(kind);
    out.extend((payload.len() as u64 + 16).to_be_bytes());
    out.extend(payload);
    out
}

/// A box with version and flags.
pub fn full(kind: &[u8; 4], version: u8, flags: u32, payload: &[u8]) -> Vec<u8> {
    boxed(kind, &versioned(version, flags, payload))
}

/// The payload of a box with version and flags.
pub fn versioned(version: u8, flags: u32, payload: &[u8]) -> Vec<u8> {
    cat(&[&(u32::from(version) << 24 | flags).to_be_bytes(), payload])
}

/// Parts, one behind the other.
pub fn cat(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// Numbers of 32 bits.
pub fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

/// `read` on every proper prefix and on every byte changed in several ways: whatever it answers,
/// it must not panic; `whole` prefixes must be refused.
pub fn damage<T>(payload: &[u8], read: impl Fn(&[u8]) -> Option<T>, shortest: usize) {
    assert!(read(payload).is_some());
    for end in 0..payload.len() {
        let answer = read(&payload[..end]);
        assert_eq!(answer.is_some(), end >= shortest, "{end} of {} bytes", payload.len());
    }
    let mut bytes = payload.to_vec();
    for at in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xFF] {
            bytes[at] ^= flip;
            let _ = read(&bytes);
            bytes[at] ^= flip;
        }
    }
}

/// A deterministic source of numbers.
pub struct Xorshift(pub u64);

impl Xorshift {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}
