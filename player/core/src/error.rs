//! What can be wrong with a manifest: one error, few kinds, one position.

use bitaca_player_scan::work;

/// Why bytes were refused. Kinds say who must act: the author of the file (`Malformed`,
/// `Missing`), us (`Unsupported`), or nobody (`Limit`).
///
/// Stored in 32 bits: an error then has no padding, which makes each `?` that copies one shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u32)]
pub enum ErrorKind {
    /// The bytes are neither an HLS playlist nor an MPD.
    NotAManifest = 1,
    /// The bytes are not UTF-8.
    Encoding = 2,
    /// The text breaks the grammar: a tag without its value, an element that is not closed.
    Malformed = 3,
    /// A tag, attribute or element that the standard requires is not there.
    Missing = 4,
    /// A number, time or duration is not one, or does not fit.
    Number = 5,
    /// A cap of [`crate::limits`] was met.
    Limit = 6,
    /// Valid, and not playable by this release.
    Unsupported = 7,
    /// A media playlist stands where a multivariant one must, or the reverse.
    WrongKind = 8,
    /// A URL that cannot be resolved.
    Url = 9,
}

impl ErrorKind {
    /// The stable machine-readable word of this kind, as `bitaca manifest --json` prints it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotAManifest => "not-a-manifest",
            Self::Encoding => "encoding",
            Self::Malformed => "malformed",
            Self::Missing => "missing",
            Self::Number => "number",
            Self::Limit => "limit",
            Self::Unsupported => "unsupported",
            Self::WrongKind => "wrong-kind",
            Self::Url => "url",
        }
    }
}

/// Bad input: what is wrong, and the byte where it stands.
///
/// `what` names the tag, attribute or element that was expected or refused. Line and column are
/// computed from `offset` when the error is shown, by [`position`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The kind of failure.
    pub kind: ErrorKind,
    /// Byte offset in the input.
    pub offset: u32,
    /// What was expected or refused there, in a few words.
    pub what: &'static str,
}

impl ParseError {
    /// An error at `offset`, which is at most [`crate::limits::MANIFEST_BYTES`].
    pub const fn new(kind: ErrorKind, offset: usize, what: &'static str) -> Self {
        Self { kind, offset: offset as u32, what }
    }
}

/// Why something in a manifest was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u8)]
pub enum WarningCode {
    /// A tag or element that this release does not know.
    Unknown = 1,
    /// An attribute whose value was not understood; the attribute was ignored.
    BadAttribute = 2,
    /// A tag that the standard allows once, repeated.
    Repeated = 3,
    /// A rule of the standard is broken in a way that does not hinder playback.
    Violation = 4,
    /// Something playable was left out because this release does not support it.
    Skipped = 5,
    /// A variable reference that no EXT-X-DEFINE defines.
    Undefined = 6,
    /// A value had to be guessed: the file does not say.
    Guessed = 7,
}

impl WarningCode {
    /// The stable machine-readable word of this code.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::BadAttribute => "bad-attribute",
            Self::Repeated => "repeated",
            Self::Violation => "violation",
            Self::Skipped => "skipped",
            Self::Undefined => "undefined",
            Self::Guessed => "guessed",
        }
    }
}

/// Something odd that did not stop the parse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The kind of oddity.
    pub code: WarningCode,
    /// Byte offset in the input.
    pub offset: u32,
    /// Byte length of the odd text in the input, so that it can be quoted.
    pub len: u32,
    /// What it is about, in a few words.
    pub what: &'static str,
}

/// Line and column of a byte offset, both from 1.
///
/// Columns count characters (Unicode scalar values); lines end at LF, CR or CR LF. An offset
/// beyond the end stands for the end.
pub fn position(input: &[u8], offset: u32) -> (u32, u32) {
    let before = input.get(..offset as usize).unwrap_or(input);
    work::visit(before.len());
    let (mut line, mut column) = (1, 1);
    let mut previous = 0;
    for &byte in before {
        match byte {
            b'\n' if previous == b'\r' => {}
            b'\n' | b'\r' => {
                line += 1;
                column = 1;
            }
            // UTF-8 continuation bytes belong to the character before.
            0x80..=0xBF => {}
            _ => column += 1,
        }
        previous = byte;
    }
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn position_counts_lines_of_all_three_endings_and_characters() {
        let text = "a\r\nb\rc\né!".as_bytes();
        assert_eq!(position(text, 0), (1, 1));
        assert_eq!(position(text, 3), (2, 1));
        assert_eq!(position(text, 5), (3, 1));
        assert_eq!(position(text, 7), (4, 1));
        assert_eq!(position(text, 9), (4, 2));
        assert_eq!(position(text, 999), (4, 3));
    }
}
