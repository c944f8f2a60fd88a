//! EXT-X-DEFINE and `{$name}`. RFC 8216bis 4.4.2.3, and 4.3, Variable Substitution.

use alloc::string::String;
use alloc::vec::Vec;

use super::attributes::{attributes, Attribute};
use super::{span, warning};
use crate::error::{ErrorKind, ParseError, Warning, WarningCode};
use crate::limits;
use crate::presentation::{Span, TextPool};

/// The variables of one playlist.
#[derive(Default)]
pub(super) struct Variables {
    values: Vec<(String, String)>,
    substituted: usize,
}

impl Variables {
    /// Read an EXT-X-DEFINE.
    ///
    /// `QUERYPARAM` takes its value from the playlist's own URL. `IMPORT` is reported as undefined:
    /// a media playlist is read on its own here.
    pub(super) fn define(
        &mut self,
        value: &str,
        offset: usize,
        url: &str,
    ) -> Result<Option<Warning>, ParseError> {
        let (mut name, mut text) = (None, None);
        for attribute in attributes(value, offset) {
            let Attribute { name: key, value, .. } = attribute?;
            match key {
                "NAME" => name = Some(value),
                "VALUE" => text = Some(value),
                "QUERYPARAM" => {
                    name = Some(value);
                    text = query_parameter(url, value);
                }
                "IMPORT" => name = Some(value),
                _ => {}
            }
        }
        let Some(name) = name else {
            return Err(ParseError::new(ErrorKind::Missing, offset, "NAME, IMPORT or QUERYPARAM"));
        };
        let Some(text) = text else {
            return Ok(Some(warning(WarningCode::Undefined, offset, value, "EXT-X-DEFINE without a value")));
        };
        if self.values.len() >= limits::DEFINED_VARIABLES {
            return Err(ParseError::new(ErrorKind::Limit, offset, "at most 64 variables"));
        }
        self.values.push((String::from(name), String::from(text)));
        Ok(None)
    }

    /// The span of `text`, which stands at `offset`, with its variables replaced.
    pub(super) fn span(
        &mut self,
        text: &str,
        offset: usize,
        pool: &mut TextPool,
        warnings: &mut Vec<Warning>,
    ) -> Result<Span, ParseError> {
        if self.values.is_empty() || !text.contains("{$") {
            return Ok(span(offset, text));
        }
        let mut out = String::with_capacity(text.len() + 32);
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{$") {
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
