//! EXT-X-KEY and EXT-X-SESSION-KEY. RFC 8216bis 4.4.4.4 and 4.4.6.5.

use bitaca_player_scan::words::Word;

use alloc::vec::Vec;

use super::attributes::Attributes;
use super::variables::Variables;
use crate::error::ParseError;
use crate::playlist::Key;
use crate::presentation::{Span, TextPool};

/// The methods that are known. RFC 8216bis 4.4.4.4, METHOD.
const METHODS: [&str; 4] = ["NONE", "AES-128", "SAMPLE-AES", "SAMPLE-AES-CTR"];

/// The key that a list describes; `Ok(None)` where the method is `NONE` or missing.
///
/// `base` is where the list's text begins in the pool's source.
pub(super) fn read(
    mut list: Attributes<'_, '_>,
    base: usize,
    variables: &mut Variables,
    pool: &mut TextPool,
) -> Result<(Option<Key>, bool), ParseError> {
    let mut key = Key::default();
    let mut none = false;
    while let Some(attribute) = list.next() {
        let field = match attribute.word {
            Word::AMethod => {
                let place = list.one_of(&attribute, &METHODS);
                none = place == Some(0);
                if let Some(word) = place.and_then(|place| METHODS.get(place)) {
                    if *word != attribute.value {
                        key.method = pool.push(word);
                        continue;
                    }
                }
                &mut key.method
            }
            Word::AUri => &mut key.uri,
            Word::AIv => &mut key.iv,
            Word::AKeyformat => &mut key.keyformat,
            Word::AKeyformatVersions => &mut key.versions,
            _ => continue,
        };
        *field = variables.span(attribute.value, base + attribute.offset, pool, list.warnings())?;
    }
    let usable = !none && !key.method.is_none();
    Ok((usable.then_some(key), none))
}

/// Keys in effect, one for each KEYFORMAT. A new one takes the place of that of the same format.
pub(super) fn put(active: &mut Vec<Key>, key: Key, pool: &TextPool) -> bool {
    let format = |key: &Key| pool.opt(key.keyformat).unwrap_or("identity");
    match active.iter().position(|known| format(known) == format(&key)) {
        Some(place) => {
            if let Some(known) = active.get_mut(place) {
                *known = key;
            }
        }
        None if active.len() >= 16 => return false,
        None => active.push(key),
    }
    true
}

/// What a key's format is called among schemes of protection: KEYFORMAT, else METHOD.
pub(super) const fn scheme(key: &Key) -> Span {
    if key.keyformat.is_none() {
        key.method
    } else {
        key.keyformat
    }
}
