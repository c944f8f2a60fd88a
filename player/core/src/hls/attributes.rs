//! Attribute lists: `NAME=value,NAME="quoted value"`. RFC 8216bis 4.2, Attribute Lists.

use alloc::vec::Vec;

use bitaca_player_scan::lines::{next_attribute, BadList};
use bitaca_player_scan::words::{word_of, Word};

use super::{enumerated, part, warning};
use crate::error::{Warning, WarningCode};
use crate::limits;
use crate::time::{parse_date_time_us, parse_decimal_ticks, DECIMAL_TIMESCALE, US};

/// One attribute of a tag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute<'a> {
    pub(super) word: Word,
    pub(super) name: &'a str,
    /// Without the quotes.
    pub(super) value: &'a str,
    /// Where the value stands in the playlist.
    pub(super) offset: usize,
}

/// The attributes of one tag, in order; what cannot be read is a warning and ends the list.
pub(super) struct Attributes<'a, 'w> {
    text: &'a str,
    at: usize,
    end: usize,
    warnings: &'w mut Vec<Warning>,
}

impl<'a, 'w> Attributes<'a, 'w> {
    /// The list that stands from `at` to `end` of `text`.
    pub(super) fn new(text: &'a str, at: usize, end: usize, warnings: &'w mut Vec<Warning>) -> Self {
        Self { text, at, end, warnings }
    }

    pub(super) fn next(&mut self) -> Option<Attribute<'a>> {
        match next_attribute(self.text.as_bytes(), self.at, self.end) {
            Ok(Some((one, next))) => {
                self.at = next;
                Some(Attribute {
                    word: one.word,
                    name: part(self.text, one.name, one.name_end),
                    value: part(self.text, one.value, one.value_end),
                    offset: one.value,
                })
            }
            Ok(None) => None,
            Err(BadList::NoValue(at)) => {
                self.at = self.end;
                self.odd(at, part(self.text, at, self.end), "NAME=value was expected");
                None
            }
            // The rest of the line is the only value that can be meant.
            Err(BadList::OpenQuote(at)) => {
                let list = part(self.text, self.at, at);
                let name = list.trim_end_matches([' ', '\t', '=']);
                let name = name.get(name.rfind(',').map_or(0, |comma| comma + 1)..).unwrap_or("").trim();
                self.at = self.end;
                let value = part(self.text, at + 1, self.end);
                self.odd(at, part(self.text, at, self.end), "a closing quote was expected");
                Some(Attribute { word: word_of(name.as_bytes()), name, value, offset: at + 1 })
            }
        }
    }

    /// Tell that a value was not understood, or was understood although it is written otherwise.
    pub(super) fn odd(&mut self, offset: usize, value: &str, what: &'static str) {
        if self.warnings.len() < limits::WARNINGS {
            self.warnings.push(warning(WarningCode::BadAttribute, offset, value, what));
        }
    }

    /// Where warnings of this list go.
    pub(super) fn warnings(&mut self) -> &mut Vec<Warning> {
        self.warnings
    }

    /// The value, or a warning and the default where it was not understood.
    pub(super) fn checked<T: Default>(&mut self, value: Option<T>, attribute: &Attribute<'_>) -> T {
        value.unwrap_or_else(|| {
            self.odd(attribute.offset, attribute.value, "an attribute whose value is not understood");
            T::default()
        })
    }

    /// Whether an enumerated string says yes.
    pub(super) fn yes(&mut self, attribute: &Attribute<'_>) -> bool {
        self.one_of(attribute, &["YES", "NO"]) == Some(0)
    }

    /// The place of an enumerated string among `known`; lower case is understood, and told.
    pub(super) fn one_of(&mut self, attribute: &Attribute<'_>, known: &[&str]) -> Option<usize> {
        #[cfg(feature = "switch")]
        if bitaca_player_scan::switch::is_off(attribute.value.as_bytes()) {
            return None;
        }
        match enumerated(attribute.value, known) {
            Some((place, exact)) => {
                if !exact {
                    self.odd(attribute.offset, attribute.value, "an enumerated string in other letters");
                }
                Some(place)
            }
            None => {
                self.odd(attribute.offset, attribute.value, "an attribute whose value is not understood");
                None
            }
        }
    }

    /// A decimal number of seconds, in microseconds.
    pub(super) fn seconds_us(&mut self, attribute: &Attribute<'_>) -> Option<u64> {
        let ticks = parse_decimal_ticks(attribute.value.as_bytes());
        if ticks.is_none() {
            self.odd(attribute.offset, attribute.value, "a number of seconds was expected");
        }
        ticks.map(|ticks| ticks / (DECIMAL_TIMESCALE / US as u64))
    }

    /// A date, in microseconds since 1970.
    pub(super) fn date_us(&mut self, attribute: &Attribute<'_>) -> Option<i64> {
        let us = parse_date_time_us(attribute.value);
        if us.is_none() {
            self.odd(attribute.offset, attribute.value, "a date was expected");
        }
        us
    }
}
