//! HLS: RFC 8216bis playlists.

use crate::error::{ErrorKind, ParseError};
use crate::presentation::Presentation;

/// Read a playlist.
pub(crate) fn parse(_text: &str, _url: &str) -> Result<Presentation, ParseError> {
    Err(ParseError::new(ErrorKind::Unsupported, 0, "HLS"))
}
