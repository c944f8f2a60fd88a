//! DASH: ISO/IEC 23009-1 media presentation descriptions.

pub(crate) mod template;

use crate::error::{ErrorKind, ParseError};
use crate::presentation::Presentation;

/// Read an MPD.
pub(crate) fn parse(_text: &str, _url: &str, _now_us: Option<i64>) -> Result<Presentation, ParseError> {
    Err(ParseError::new(ErrorKind::Unsupported, 0, "DASH"))
}
