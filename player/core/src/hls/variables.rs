//! EXT-X-DEFINE and `{$name}`. RFC 8216bis 4.4.2.3, and 4.3, Variable Substitution.

use bitaca_player_scan::words::{hash_of, mixed, Word, START};
use bitaca_player_scan::work;

use alloc::string::String;
use alloc::vec::Vec;

use super::attributes::Attributes;
use super::{span, warning};
use crate::bytes::split_at_text;
use crate::error::{ErrorKind, ParseError, Warning, WarningCode};
use crate::limits;
use crate::presentation::{Span, TextPool};

/// The variables of one playlist.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    pub(super) values: Vec<(String, String)>,
    /// Hashes of their names, by which they are found: a playlist may use each of many a million times.
    hashes: Vec<u64>,
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
        self.hashes.push(hash_of(name.as_bytes()));
        self.values.push((String::from(name), String::from(text)));
        Ok(())
    }

    /// The name in front of `text`, up to its brace, and its value. A name has no brace: what stands behind
    /// the next one is looked at there.
    fn used(&self, text: &str) -> Option<(usize, &str)> {
        let (mut hash, mut end) = (START, 0);
        let closed = loop {
            match text.as_bytes().get(end) {
                Some(b'}') => break true,
                Some(b'{') | None => break false,
                Some(byte) => hash = mixed(hash, *byte),
            }
            end += 1;
        };
        work::visit(end);
        let place = self.hashes.iter().position(|known| *known == hash).filter(|_| closed)?;
        self.values.get(place).map(|(_, value)| (end, value.as_str()))
    }

    /// The span of `text`, which stands at `offset` of the pool's source, with its variables replaced.
    pub(super) fn span(
        &mut self,
        text: &str,
        offset: usize,
        pool: &mut TextPool,
        warnings: &mut Vec<Warning>,
    ) -> Result<Span, ParseError> {
        if self.values.is_empty() {
            return Ok(span(offset, text));
        }
        let (mut out, mut rest) = (String::new(), text);
        while let Some((before, after)) = split_at_text(rest, "{$") {
            out.push_str(before);
            match self.used(after) {
                Some((end, value)) => {
                    out.push_str(value);
                    rest = after.get(end + 1..).unwrap_or("");
                }
                None => {
                    if warnings.len() < limits::WARNINGS {
                        warnings.push(warning(WarningCode::Undefined, offset, text, "an undefined variable"));
                    }
                    out.push_str("{$");
                    rest = after;
                }
            }
        }
        if rest.len() == text.len() {
            return Ok(span(offset, text));
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
    work::visit(url.len());
    let query = url.split_once('?')?.1;
    let query = query.split_once('#').map_or(query, |(query, _)| query);
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then_some(value)
    })
}
