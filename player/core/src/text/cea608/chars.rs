//! Characters. ANSI/CTA-608-E, Standard Characters, Special Characters, Extended Characters.

/// A standard character, 0x20 to 0x7F: ASCII with ten exceptions.
pub(super) fn standard(code: u8) -> char {
    match code {
        0x27 => '’',
        0x2A => 'á',
        0x5C => 'é',
        0x5E => 'í',
        0x5F => 'ó',
        0x60 => 'ú',
        0x7B => 'ç',
        0x7C => '÷',
        0x7D => 'Ñ',
        0x7E => 'ñ',
        0x7F => '█',
        _ => char::from(code),
    }
}

/// A special character: second byte 0x30 to 0x3F. The transparent space is a no-break space.
const SPECIAL: [char; 16] =
    ['®', '°', '½', '¿', '™', '¢', '£', '♪', 'à', '\u{A0}', 'è', 'â', 'ê', 'î', 'ô', 'û'];

/// Spanish and French: 0x12, 0x20 to 0x3F.
const SPANISH_FRENCH: [char; 32] = [
    'Á', 'É', 'Ó', 'Ú', 'Ü', 'ü', '‘', '¡', '*', '\'', '—', '©', '℠', '•', '“', '”', 'À', 'Â', 'Ç', 'È', 'Ê',
    'Ë', 'ë', 'Î', 'Ï', 'ï', 'Ô', 'Ù', 'ù', 'Û', '«', '»',
];

/// Portuguese, German and Danish: 0x13, 0x20 to 0x3F.
const PORTUGUESE_GERMAN_DANISH: [char; 32] = [
    'Ã', 'ã', 'Í', 'Ì', 'ì', 'Ò', 'ò', 'Õ', 'õ', '{', '}', '\\', '^', '_', '|', '~', 'Ä', 'ä', 'Ö', 'ö', 'ß',
    '¥', '¤', '¦', 'Å', 'å', 'Ø', 'ø', '┌', '┐', '└', '┘',
];

pub(super) fn special(code: u8) -> Option<char> {
    SPECIAL.get(usize::from(code.checked_sub(0x30)?)).copied()
}

/// An extended character; it replaces the standard one before it.
pub(super) fn extended(set: u8, code: u8) -> Option<char> {
    let table = match set {
        0x12 => &SPANISH_FRENCH,
        0x13 => &PORTUGUESE_GERMAN_DANISH,
        _ => return None,
    };
    table.get(usize::from(code.checked_sub(0x20)?)).copied()
}
