//! Characters. ANSI/CTA-708-E, Code sets G0 to G3.

/// G0 and G1: ASCII with a note for its last code, and Latin-1.
pub(super) fn basic(code: u8) -> char {
    match code {
        0x7F => '♪',
        _ => char::from(code),
    }
}

/// G2, the extended miscellaneous set. What it does not have is shown as `_`.
pub(super) fn miscellaneous(code: u8) -> char {
    match code {
        0x20 => ' ',
        0x21 => '\u{A0}',
        0x25 => '…',
        0x2A => 'Š',
        0x2C => 'Œ',
        0x30 => '█',
        0x31 => '‘',
        0x32 => '’',
        0x33 => '“',
        0x34 => '”',
        0x35 => '•',
        0x39 => '™',
        0x3A => 'š',
        0x3C => 'œ',
        0x3D => '℠',
        0x3F => 'Ÿ',
        0x76 => '⅛',
        0x77 => '⅜',
        0x78 => '⅝',
        0x79 => '⅞',
        0x7A => '│',
        0x7B => '┐',
        0x7C => '└',
        0x7D => '─',
        0x7E => '┘',
        0x7F => '┌',
        _ => '_',
    }
}
