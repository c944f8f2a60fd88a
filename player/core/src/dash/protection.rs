//! ContentProtection: what is encrypted, and what each system needs to know.
//! ISO/IEC 23009-1, Content protection; ISO/IEC 23001-7 for `cenc:`; DASH-IF Interoperability Points for `Laurl`.

use alloc::vec::Vec;

use bitaca_player_scan::names::Name;
use bitaca_player_scan::words::hash_of;
use bitaca_player_scan::xml::Tag;

use super::model::Protection;
use super::Parser;
use crate::error::ParseError;
use crate::limits;
use crate::presentation::Span;

impl Parser<'_> {
    pub(super) fn content_protection(&mut self, tag: &Tag) -> Result<Protection, ParseError> {
        let mut one = Protection::default();
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            let field = match name {
                Name::ASchemeIdUri => &mut one.scheme,
                Name::AValue => &mut one.value,
                Name::ADefaultKid => &mut one.default_kid,
                Name::ARobustness => &mut one.robustness,
                Name::ARefId => &mut one.ref_id,
                Name::ARef => &mut one.reference,
                _ => continue,
            };
            *field = self.keep(value);
        }
        while let Some(child) = self.reader.child()? {
            match child.name {
                Name::Pssh => one.pssh = self.content()?,
                Name::Pro => one.playready = self.content()?,
                Name::Laurl | Name::MsLaurl => {
                    let mut url = Span::NONE;
                    let mut list = self.reader.attributes(&child);
                    while let Some((name, value)) = self.reader.attribute(&mut list)? {
                        if name == Name::ALicenseUrl {
                            url = self.keep(value);
                        }
                    }
                    let content = self.content()?;
                    one.licence_url = if content.is_none() { url } else { content };
                }
                _ => {
                    self.reader.skip()?;
                }
            }
        }
        self.shares |= !one.reference.is_none();
        Ok(one)
    }

    /// Remember one that others may refer to.
    pub(super) fn keep_shared(&mut self, one: Protection) {
        if !one.ref_id.is_none() && self.shared.len() < limits::SHARED_PROTECTIONS {
            self.shared.push(one);
        }
    }

    /// Give each that refers to another one what it lacks. ISO/IEC 23009-1, Content protection, `@ref`.
    pub(super) fn share_protection(&mut self) {
        if !self.shares {
            return;
        }
        let text = &self.movie.text;
        let hash = |span: Span| hash_of(text.get(span).as_bytes());
        let hashes: Vec<u64> = self.shared.iter().map(|from| hash(from.ref_id)).collect();
        for one in self.movie.renditions.iter_mut().flat_map(|one| &mut one.protection) {
            if one.reference.is_none() {
                continue;
            }
            let wanted = hash(one.reference);
            let place = hashes.iter().position(|hash| *hash == wanted);
            let Some(from) = place.and_then(|place| self.shared.get(place)) else { continue };
            for (to, from) in [
                (&mut one.value, from.value),
                (&mut one.default_kid, from.default_kid),
                (&mut one.pssh, from.pssh),
                (&mut one.playready, from.playready),
                (&mut one.licence_url, from.licence_url),
                (&mut one.robustness, from.robustness),
            ] {
                if to.is_none() {
                    *to = from;
                }
            }
        }
    }
}
