//! Adaptation sets, representations and what groups them.
//! ISO/IEC 23009-1, AdaptationSet element, Representation element, Preselection, Subset.

use alloc::vec::Vec;

use bitaca_player_scan::names::Name;
use bitaca_player_scan::xml::Tag;

use super::descriptors::{self, Traits};
use super::model::{AdaptationSet, Preselection, RemoteKind};
use super::xml::name;
use super::{base, Parser, Pending, Scope};
use crate::error::{ParseError, WarningCode};
use crate::limits;
use crate::playlist::Tiles;
use crate::presentation::{Rendition, RoleFlags, Span, TrackKind};

impl Parser<'_> {
    fn period_place(&self) -> u32 {
        self.movie.periods.len().saturating_sub(1) as u32
    }

    /// The adaptation set that is being read.
    pub(super) fn this_set(&mut self) -> Option<&mut AdaptationSet> {
        self.info.sets.last_mut()
    }

    /// ISO/IEC 23009-1, AdaptationSet element.
    pub(super) fn adaptation_set(&mut self, tag: &Tag, above: &Scope) -> Result<(), ParseError> {
        let Some(remote) = self.remote(tag, RemoteKind::AdaptationSet, above)? else { return Ok(()) };
        let mut set = Rendition::new(TrackKind::Video);
        set.period = self.period_place();
        set.set = self.info.sets.len() as u32;
        self.info.sets.push(AdaptationSet { period: set.period, priority: 1, ..AdaptationSet::default() });
        let mut traits = Traits::default();
        self.common(tag, &mut set, &mut traits)?;
        let id = core::mem::take(&mut set.id);
        if let Some(info) = self.this_set() {
            info.id = id;
        }
        let mut scope = above.below();
        let first = self.movie.renditions.len();
        while let Some(child) = self.reader.child()? {
            match child.name {
                Name::Representation => self.representation(&child, &set, &traits, &scope)?,
                _ => {
                    let timing = matches!(child.name, Name::ProducerReferenceTime | Name::Resync);
                    if self.movie.renditions.len() > first && !timing {
                        let what = "an element behind the Representations that it holds for";
                        self.warn(WarningCode::Violation, name(&child), what);
                    }
                    if !self.descriptor(&child, &mut set, &mut traits)? {
                        self.scope_element(&child, &mut scope)?;
                    }
                }
            }
        }
        if self.movie.renditions.len() > first {
            self.caption_tracks(&set, &traits, tag.start)?;
        }
        self.close_remote(remote);
        Ok(())
    }

    /// ISO/IEC 23009-1, Representation element.
    fn representation(
        &mut self,
        tag: &Tag,
        set: &Rendition,
        traits: &Traits,
        above: &Scope,
    ) -> Result<(), ParseError> {
        let mut one = set.clone();
        let mut traits = Traits { captions: Vec::new(), own: true, ..*traits };
        self.common(tag, &mut one, &mut traits)?;
        let mut scope = above.below();
        while let Some(child) = self.reader.child()? {
            if !self.descriptor(&child, &mut one, &mut traits)? {
                self.scope_element(&child, &mut scope)?;
            }
        }
        if traits.unknown {
            // Told where the property stands.
            return Ok(());
        }
        let codecs = self.movie.text.get(one.codecs);
        let track = traits.track.or_else(|| descriptors::track_of(self.movie.text.get(one.mime), codecs));
        let Some(track) = track else {
            let what = "neither video, audio, text nor images";
            self.warn(WarningCode::Skipped, name(tag), what);
            return Ok(());
        };
        one.track = track;
        if let Some((columns, rows)) = traits.tiles {
            one.track = TrackKind::Image;
            let (width, height) = (one.width / columns.max(1), one.height / rows.max(1));
            one.tiles = Some(Tiles { columns, rows, width, height, duration_us: None });
        }
        one.trick = traits.trick;
        one.default = one.role_flags.has(RoleFlags::MAIN);
        one.forced = one.role_flags.has(RoleFlags::FORCED);
        one.autoselect = true;
        if one.bandwidth_bps == 0 {
            self.warn(WarningCode::Violation, name(tag), "a Representation without @bandwidth");
        }
        let base = base::first(&self.info.bases, scope.bases);
        one.uri = base.url;
        one.pathway = base.service_location;
        one.bases = scope.bases;
        let rendition = self.movie.renditions.len();
        self.pending.push(Pending { rendition, scope, offset: tag.start });
        self.movie.add(one, tag.start)
    }

    /// Attributes that an AdaptationSet hands down and a Representation may repeat.
    /// ISO/IEC 23009-1, Common attributes and elements.
    fn common(&mut self, tag: &Tag, one: &mut Rendition, traits: &mut Traits) -> Result<(), ParseError> {
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            let field = match name {
                Name::ABandwidth => {
                    one.bandwidth_bps = self.u64(value).unwrap_or(0);
                    continue;
                }
                Name::AContentType => {
                    traits.track = descriptors::content_type(self.word(value));
                    continue;
                }
                Name::AWidth => {
                    one.width = self.u32(value);
                    continue;
                }
                Name::AHeight => {
                    one.height = self.u32(value);
                    continue;
                }
                Name::AAudioSamplingRate => {
                    // One rate, or the lowest and the highest.
                    let mut rates = self.bytes(value).split(|byte| *byte == b' ');
                    let rate = rates.next_back().and_then(crate::bytes::parse_u32);
                    one.sample_rate = self.checked(rate, value).unwrap_or(0);
                    continue;
                }
                Name::AFrameRate => {
                    let rate = descriptors::frame_rate(self.bytes(value));
                    one.frame_rate = self.checked(rate, value).unwrap_or((0, 0));
                    continue;
                }
                Name::AScanType => {
                    one.interlaced = self.bytes(value) == b"interlaced";
                    continue;
                }
                Name::AGroup | Name::ASelectionPriority if !traits.own => {
                    let number = self.u32(value);
                    if let Some(info) = self.this_set() {
                        match name {
                            Name::AGroup => info.group = Some(number),
                            _ => info.priority = number,
                        }
                    }
                    continue;
                }
                Name::AId => &mut one.id,
                Name::ACodecs => &mut one.codecs,
                Name::AMimeType => &mut one.mime,
                Name::ALang => &mut one.language,
                Name::ALabel => &mut one.name,
                Name::ASar => &mut one.sample_aspect,
                Name::ASupplementalCodecs => &mut one.supplemental_codecs,
                _ => continue,
            };
            *field = self.keep(value);
        }
        Ok(())
    }

    /// Captions inside the video, which their set announces: SCTE 214-1 for CEA-608 and CEA-708.
    fn caption_tracks(&mut self, set: &Rendition, traits: &Traits, offset: usize) -> Result<(), ParseError> {
        for (channel, language) in &traits.captions {
            let mut one = Rendition::new(TrackKind::Text);
            one.period = set.period;
            one.set = set.set;
            one.instream_id = *channel;
            one.language = *language;
            one.role_flags.0 = RoleFlags::CAPTION;
            one.autoselect = true;
            self.movie.add(one, offset)?;
        }
        Ok(())
    }

    /// ISO/IEC 23009-1, Preselection.
    pub(super) fn preselection(&mut self, tag: &Tag) -> Result<(), ParseError> {
        let mut one = Preselection { period: self.period_place(), priority: 1, ..Preselection::default() };
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            let field = match name {
                Name::ASelectionPriority => {
                    one.priority = self.u32(value);
                    continue;
                }
                Name::AId => &mut one.id,
                Name::ATag => &mut one.tag,
                Name::APreselectionComponents => &mut one.components,
                Name::ALang => &mut one.language,
                Name::ACodecs => &mut one.codecs,
                _ => continue,
            };
            *field = self.keep(value);
        }
        // Its descriptors are those of a set; they are read into one that is thrown away.
        let mut set = Rendition::new(TrackKind::Audio);
        let mut traits = Traits { own: true, ..Traits::default() };
        let mut scope = Scope::default();
        while let Some(child) = self.reader.child()? {
            if !self.descriptor(&child, &mut set, &mut traits)? {
                self.scope_element(&child, &mut scope)?;
            }
        }
        (one.label, one.roles, one.channels) = (set.name, set.role_flags, set.channels);
        if self.info.preselections.len() < limits::PRESELECTIONS && !traits.unknown {
            self.info.preselections.push(one);
        }
        Ok(())
    }

    /// ISO/IEC 23009-1, Subset.
    pub(super) fn subset(&mut self, tag: &Tag) -> Result<(), ParseError> {
        let mut contains = Span::NONE;
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            if name == Name::AContains {
                contains = self.keep(value);
            }
        }
        if self.info.subsets.len() < limits::PRESELECTIONS {
            let period = self.period_place();
            self.info.subsets.push((period, contains));
        }
        self.reader.skip()?;
        Ok(())
    }
}
