//! Pathways that a steering server adds: copies of a known one at other addresses.
//! RFC 8216bis 7.2, Pathway Clones.

use alloc::string::String;
use alloc::vec::Vec;

use crate::bytes::split_at_text;
use crate::presentation::{Presentation, Rendition, Span};

/// A pathway as another one is copied to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathwayClone {
    /// BASE-ID: the pathway that is copied.
    pub base: String,
    /// ID: its name.
    pub id: String,
    /// HOST: replaces the host of every URI.
    pub host: Option<String>,
    /// PARAMS: query parameters that are set in every URI.
    pub params: Vec<(String, String)>,
    /// PER-VARIANT-URIS: STABLE-VARIANT-ID and URI.
    pub variants: Vec<(String, String)>,
    /// PER-RENDITION-URIS: STABLE-RENDITION-ID and URI.
    pub renditions: Vec<(String, String)>,
}

impl PathwayClone {
    /// An address of the base as it is in this pathway.
    fn rewrite(&self, url: &str) -> String {
        let (before, query) = match url.split_once('?') {
            Some((before, query)) => (before, Some(query)),
            None => (url, None),
        };
        let mut out = String::with_capacity(url.len() + 32);
        match (split_at_text(before, "://"), &self.host) {
            (Some((scheme, rest)), Some(host)) => {
                out.push_str(scheme);
                out.push_str("://");
                out.push_str(host);
                if let Some(path) = rest.find('/').and_then(|at| rest.get(at..)) {
                    out.push_str(path);
                }
            }
            _ => out.push_str(before),
        }
        let replaced = |pair: &str| {
            let name = pair.split('=').next().unwrap_or("");
            self.params.iter().any(|(known, _)| known == name)
        };
        let mut mark = '?';
        for pair in query.into_iter().flat_map(|query| query.split('&')).filter(|pair| !replaced(pair)) {
            out.push(mark);
            out.push_str(pair);
            mark = '&';
        }
        for (name, value) in &self.params {
            out.push(mark);
            out.push_str(name);
            out.push('=');
            out.push_str(value);
            mark = '&';
        }
        out
    }
}

/// Most renditions that clones may add.
const MOST: usize = 1_024;

impl Presentation {
    /// Whether any variant belongs to this pathway.
    pub fn has_pathway(&self, id: &str) -> bool {
        self.renditions.iter().any(|one| one.is_variant() && self.text.opt(one.pathway).unwrap_or(".") == id)
    }

    /// Add a pathway: the variants of its base and the groups that they use, at other addresses.
    /// False where the base is not known, the pathway is already, or there are too many.
    pub fn clone_pathway(&mut self, clone: &PathwayClone) -> bool {
        if self.has_pathway(&clone.id) || !self.has_pathway(&clone.base) {
            return false;
        }
        let known = self.renditions.len();
        let of_base = |movie: &Self, one: &Rendition| {
            one.is_variant() && movie.text.opt(one.pathway).unwrap_or(".") == clone.base
        };
        let members: Vec<usize> = (0..known)
            .filter(|&at| {
                self.renditions
                    .get(at)
                    .is_some_and(|one| of_base(self, one) || self.is_used_by(one, &of_base))
            })
            .collect();
        if known.saturating_add(members.len()) > MOST {
            return false;
        }
        let pathway = self.text.push(&clone.id);
        for at in members {
            let Some(mut one) = self.renditions.get(at).cloned() else { continue };
            let variant = one.is_variant();
            let stated = {
                let id = self.text.get(one.id);
                let list = if variant { &clone.variants } else { &clone.renditions };
                list.iter().find(|(known, _)| known == id).map(|(_, uri)| self.resolve(uri))
            };
            let url = one.playlist_url.map(|url| stated.unwrap_or_else(|| clone.rewrite(self.text.get(url))));
            one.playlist_url = url.map(|url| self.text.push(&url));
            one.pathway = if variant { pathway } else { one.pathway };
            one.segments = None;
            one.index = self.renditions.len() as u32;
            for group in [&mut one.audio_group, &mut one.text_group, &mut one.video_group] {
                *group = self.renamed(*group, &clone.id);
            }
            self.renditions.push(one);
        }
        true
    }

    /// Whether a variant that `of_base` accepts uses the group of this rendition.
    fn is_used_by(&self, one: &Rendition, of_base: &impl Fn(&Self, &Rendition) -> bool) -> bool {
        let same = |mine: Span, theirs: Span| !mine.is_none() && self.text.opt(mine) == self.text.opt(theirs);
        !one.is_variant()
            && self.renditions.iter().filter(|variant| of_base(self, variant)).any(|variant| {
                same(one.audio_group, variant.audio_group)
                    || same(one.text_group, variant.text_group)
                    || same(one.video_group, variant.video_group)
            })
    }

    /// A group's name in another pathway.
    fn renamed(&mut self, group: Span, id: &str) -> Span {
        let Some(name) = self.text.opt(group) else { return group };
        let mut made = String::from(name);
        made.push('@');
        made.push_str(id);
        self.text.push(&made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn clone(host: Option<&str>, params: &[(&str, &str)]) -> PathwayClone {
        let params = params.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        PathwayClone {
            base: "a".into(),
            id: "b".into(),
            host: host.map(String::from),
            params,
            ..PathwayClone::default()
        }
    }

    #[test]
    fn an_address_with_another_host_and_other_parameters() {
        let one = clone(Some("b.example:8443"), &[("token", "2"), ("x", "y")]);
        assert_eq!(
            one.rewrite("https://a.example/v/p.m3u8?token=1&k=v"),
            "https://b.example:8443/v/p.m3u8?k=v&token=2&x=y"
        );
        assert_eq!(one.rewrite("https://a.example"), "https://b.example:8443?token=2&x=y");
        assert_eq!(clone(None, &[]).rewrite("/v/p.m3u8?k=v"), "/v/p.m3u8?k=v");
    }

    #[test]
    fn a_pathway_brings_its_groups() {
        let text = "#EXTM3U\n\
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"s\",NAME=\"n\",STABLE-RENDITION-ID=\"r1\",URI=\"s.m3u8\"\n\
            #EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"s\",PATHWAY-ID=\"a\",STABLE-VARIANT-ID=\"v1\"\n1.m3u8\n\
            #EXT-X-STREAM-INF:BANDWIDTH=2,AUDIO=\"s\",PATHWAY-ID=\"a\",STABLE-VARIANT-ID=\"v2\"\n2.m3u8\n";
        let mut movie =
            Presentation::parse(text.as_bytes(), "https://a.example/t/m.m3u8", None).expect("fine");
        let mut one = clone(Some("b.example"), &[]);
        one.variants.push(("v2".into(), "https://c.example/other.m3u8".into()));
        assert!(movie.clone_pathway(&one));
        assert!(!movie.clone_pathway(&one), "it is known now");
        let urls: Vec<&str> = (3..6).filter_map(|at| movie.playlist_url(at)).collect();
        assert_eq!(
            urls,
            ["https://b.example/t/s.m3u8", "https://b.example/t/1.m3u8", "https://c.example/other.m3u8"]
        );
        let group = |at: usize| movie.text.get(movie.renditions[at].audio_group);
        assert_eq!((group(0), group(3), group(4)), ("s", "s@b", "s@b"));
        assert!(movie.has_pathway("b") && !movie.has_pathway("."));
        one.base = "unknown".into();
        one.id = "c".into();
        assert!(!movie.clone_pathway(&one));
    }
}
