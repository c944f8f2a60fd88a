//! Elements that stand elsewhere. ISO/IEC 23009-1, Usage of XLink.

use alloc::string::String;

use bitaca_player_scan::names::Name;
use bitaca_player_scan::xml::{attribute, next, Markup, Tag};

use super::model::{Remote, RemoteKind};
use super::xml::Reader;
use super::{Parser, Scope};
use crate::error::{ErrorKind, ParseError};
use crate::limits;
use crate::presentation::{read_text, Presentation, Span};

impl Parser<'_> {
    /// Note an element that stands elsewhere; `None` where it stands nowhere (and was consumed), else what
    /// [`Parser::close_remote`] wants to know once it was read.
    #[allow(clippy::option_option, reason = "two questions: is it there, and is it remote")]
    pub(super) fn remote(
        &mut self,
        tag: &Tag,
        kind: RemoteKind,
        scope: &Scope,
    ) -> Result<Option<Option<usize>>, ParseError> {
        // Its attributes have a prefix, which few others have.
        if !tag.prefixed {
            return Ok(Some(None));
        }
        let (mut href, mut on_load) = (None, false);
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            match name {
                Name::AHref => href = Some(value),
                Name::AActuate => on_load = self.word(value) == Name::VOnLoad,
                _ => {}
            }
        }
        let Some(href) = href else { return Ok(Some(None)) };
        // ISO/IEC 23009-1, Usage of XLink: this address resolves to nothing at all.
        if self.word(href) == Name::UResolveToZero {
            self.reader.skip()?;
            return Ok(None);
        }
        if self.info.remotes.len() >= limits::REMOTES {
            return Ok(Some(None));
        }
        let period = self.movie.periods.len() as u32;
        let period = if kind == RemoteKind::Period { period } else { period.saturating_sub(1) };
        let url = self.absolute(scope, href.of(self.text));
        let element = Span { start: tag.start as u32, len: 0 };
        self.info.remotes.push(Remote { url, on_load, kind, period, element });
        Ok(Some(Some(self.info.remotes.len() - 1)))
    }

    /// The element that was noted has been read.
    pub(super) fn close_remote(&mut self, slot: Option<usize>) {
        if let Some(remote) = slot.and_then(|slot| self.info.remotes.get_mut(slot)) {
            remote.element.len = (self.reader.at() as u32).saturating_sub(remote.element.start);
        }
    }
}

impl Presentation {
    /// Put in a remote element: `bytes` is what stands at its address, or `None` where it could not be
    /// fetched, so that what the MPD itself says there holds.
    ///
    /// Everything is read again; renditions that were known keep their positions and times.
    ///
    /// # Errors
    /// As [`Presentation::parse`], also where the bytes are no such elements. Nothing has changed then.
    pub fn resolve_remote(&mut self, remote: usize, bytes: Option<&[u8]>) -> Result<(), ParseError> {
        let wrong = ParseError::new(ErrorKind::WrongKind, 0, "a remote element");
        let mpd = self.dash.as_deref().ok_or(wrong)?;
        let one = *mpd.remotes.get(remote).ok_or(wrong)?;
        // Remote elements may hold remote elements; a circle of them must end.
        let resolved = mpd.resolved + 1;
        if resolved > limits::RESOLUTIONS {
            return Err(ParseError::new(ErrorKind::Limit, 0, "at most 4096 remote elements put in"));
        }
        let now_us = mpd.now_us;
        let source = self.text.source();
        let (start, end) = (one.element.start as usize, (one.element.start + one.element.len) as usize);
        let (before, after) = (source.get(..start).ok_or(wrong)?, source.get(end..).ok_or(wrong)?);
        let local;
        let inside = match bytes {
            Some(bytes) => elements(read_text(bytes)?, one.kind)?,
            None => {
                local = unlinked(source.get(start..end).ok_or(wrong)?);
                &local
            }
        };
        let mut text = String::with_capacity(before.len() + inside.len() + after.len());
        for part in [before, inside, after] {
            text.push_str(part);
        }
        read_text(text.as_bytes())?;
        let mut fresh = super::parse(&text, self.text.get(self.url), now_us, Some(self))?;
        if let Some(mpd) = &mut fresh.dash {
            mpd.resolved = resolved;
        }
        self.succeed(fresh);
        Ok(())
    }
}

/// The part of a remote document that holds its elements, all of which must be of one kind.
fn elements(text: &str, kind: RemoteKind) -> Result<&str, ParseError> {
    let wanted = match kind {
        RemoteKind::Period => Name::Period,
        RemoteKind::AdaptationSet => Name::AdaptationSet,
        RemoteKind::EventStream => Name::EventStream,
        RemoteKind::SegmentList => Name::SegmentList,
    };
    let start = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
    let mut reader = Reader::new(text, start);
    let mut found = None;
    while let Some(tag) = reader.child()? {
        if tag.name != wanted {
            return Err(ParseError::new(
                ErrorKind::WrongKind,
                tag.start,
                "an element such as the one replaced",
            ));
        }
        let from = found.map_or(tag.start, |(from, _)| from);
        reader.skip()?;
        found = Some((from, reader.at()));
    }
    // Nothing but white space takes the element away.
    let (start, end) = found.unwrap_or((0, 0));
    Ok(text.get(start..end).unwrap_or(""))
}

/// An element without the attributes that lead elsewhere.
fn unlinked(element: &str) -> String {
    let mut out = String::with_capacity(element.len());
    let Markup::Start(tag) = next(element.as_bytes(), 0) else { return out };
    let mut kept = 0;
    let mut at = tag.name_end;
    while let Ok(Some(one)) = attribute(element.as_bytes(), at, tag.end) {
        if matches!(one.name, Name::AHref | Name::AActuate) {
            out.push_str(element.get(kept..at).unwrap_or(""));
            kept = one.end + 1;
        }
        at = one.end + 1;
    }
    out.push_str(element.get(kept..).unwrap_or(""));
    out
}
