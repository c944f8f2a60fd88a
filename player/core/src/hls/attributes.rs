//! Attribute lists: `NAME=value,NAME="quoted value"`. RFC 8216bis 4.2, Attribute Lists.

use crate::error::{ErrorKind, ParseError};

/// One attribute of a tag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a str,
    /// Without the quotes.
    pub(super) value: &'a str,
    /// Where the value stands in the playlist.
    pub(super) offset: usize,
}

impl Attribute<'_> {
    /// An enumerated string that means "yes".
    pub(super) fn is_yes(&self) -> bool {
        self.value == "YES"
    }
}

/// The attributes of a tag's value, in order.
///
/// Yields an error for what is not `NAME=value` and for a quote that is not closed, and ends there.
pub(super) fn attributes(
    value: &str,
    offset: usize,
) -> impl Iterator<Item = Result<Attribute<'_>, ParseError>> {
    let mut rest = value;
    core::iter::from_fn(move || {
        // A comma too many, and white space after one, are common and harmless.
        rest = rest.trim_start_matches([',', ' ', '\t']);
        if rest.is_empty() {
            return None;
        }
        let here = offset + value.len() - rest.len();
        let Some((name, after)) = rest.split_once('=') else {
            rest = "";
            return Some(Err(ParseError::new(ErrorKind::Malformed, here, "NAME=value")));
        };
        let value_at = offset + value.len() - after.len();
        let found = match after.strip_prefix('"') {
            Some(quoted) => match quoted.split_once('"') {
                Some((inside, tail)) => {
                    rest = tail;
                    Attribute { name: name.trim(), value: inside, offset: value_at + 1 }
                }
                None => {
                    rest = "";
                    return Some(Err(ParseError::new(ErrorKind::Malformed, value_at, "a closing quote")));
                }
            },
            None => {
                let end = after.find(',').unwrap_or(after.len());
                let (bare, tail) = after.split_at(end);
                rest = tail;
                Attribute { name: name.trim(), value: bare.trim_end(), offset: value_at }
            }
        };
        Some(Ok(found))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn quoted_commas_and_spaces_after_commas() {
        let text = "A=1, B=\"x,y=z\",C=,,D=\"\"";
        let found: Vec<_> =
            attributes(text, 10).map(|one| one.map(|one| (one.name, one.value, one.offset))).collect();
        assert_eq!(found, [Ok(("A", "1", 12)), Ok(("B", "x,y=z", 18)), Ok(("C", "", 27)), Ok(("D", "", 32))]);
        assert!(attributes("A", 0).next().is_some_and(|one| one.is_err()));
        assert_eq!(attributes("A=\"b", 0).count(), 1);
    }
}
