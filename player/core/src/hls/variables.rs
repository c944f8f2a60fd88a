//! EXT-X-DEFINE and `{$name}`. RFC 8216bis 4.4.2.3, and 4.3, Variable Substitution.

use bitaca_player_scan::words::Word;

use alloc::string::String;
use alloc::vec::Vec;

use super::attributes::Attributes;
use super::{span, warning};
use crate::bytes::{find_text, split_at_text};
use crate::error::{ErrorKind, ParseError, Warning, WarningCode};
use crate::limits;
use crate::presentation::{Span, TextPool};

/// The variables of one playlist.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    pub(super) values: Vec<(String, String)>,
    substituted: usize,
}

impl Variables {
    /// Read an EXT-X-DEFINE.
    ///
    /// `QUERYPARAM` takes its value from the playlist's own URL, `IMPORT` from `imported`.
    pub(super) fn define(
        &mut self,
        mut list: Attributes<'_, '_>,
        offset: usize,
        url: &str,
        imported: &[(String, String)],
    ) -> Result<(), ParseError> {
        let (mut name, mut text) = (None, None);
        while let Some(attribute) = list.next() {
            let value = attribute.value;
            match attribute.word {
                Word::AName => name = Some(value),
                Word::AValue => text = Some(value),
                Word::AQueryParam => {
                    name = Some(value);
                    text = query_parameter(url, value);
                }
                Word::AImport => {
                    name = Some(value);
                    text = imported.iter().find(|(known, _)| known == value).map(|(_, text)| text.as_str());
                }
                _ => {}
            }
        }
        let (Some(name), Some(text)) = (name, text) else {
            let odd =
                warning(WarningCode::Undefined, offset, name.unwrap_or(""), "EXT-X-DEFINE without a value");
            if list.warnings().len() < limits::WARNINGS {
                list.warnings().push(odd);
            }
            return Ok(());
        };
        if self.values.len() >= limits::DEFINED_VARIABLES {
            return Err(ParseError::new(ErrorKind::Limit, offset, "at most 64 variables"));
        }
        self.values.push((String::from(name), String::from(text)));
        Ok(())
    }

    /// The span of `text`, which stands at `offset` of the pool's source, with its variables replaced.
    pub(super) fn span(
        &mut self,
        text: &str,
        offset: usize,
        pool: &mut TextPool,
        warnings: &mut Vec<Warning>,
    ) -> Result<Span, ParseError> {
        if self.values.is_empty() || find_text(text, "{$").is_none() {
            return Ok(span(offset, text));
        }
        let mut out = String::with_capacity(text.len() + 32);
        let mut rest = text;
        while let Some((before, after)) = split_at_text(rest, "{$") {
            out.push_str(before);
            let name = after.split_once('}').map(|(name, _)| name);
            let value = name.and_then(|name| self.values.iter().find(|(known, _)| known == name));
            match (name, value) {
                (Some(name), Some((_, value))) => {
                    out.push_str(value);
                    rest = after.get(name.len() + 1..).unwrap_or("");
                }
                _ => {
                    if warnings.len() < limits::WARNINGS {
                        warnings.push(warning(WarningCode::Undefined, offset, text, "an undefined variable"));
                    }
                    out.push_str("{$");
                    rest = after;
                }
            }
        }
        out.push_str(rest);
        self.substituted += out.len();
        if self.substituted > limits::SUBSTITUTED_BYTES {
            return Err(ParseError::new(ErrorKind::Limit, offset, "at most 1 MiB of substituted text"));
        }
        Ok(pool.push(&out))
    }
}

fn query_parameter<'a>(url: &'a str, name: &str) -> Option<&'a str> {
    let query = url.split_once('?')?.1;
    let query = query.split_once('#').map_or(query, |(query, _)| query);
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then_some(value)
    })
}
