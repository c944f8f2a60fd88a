//! Variants that not every device may or can show: HDCP-LEVEL, ALLOWED-CPC, REQ-VIDEO-LAYOUT.
//! RFC 8216bis 4.4.6.2, EXT-X-STREAM-INF.

use super::protection::system_of;
use super::{Category, Session};
use crate::presentation::{Kind, Presentation, Rendition};

/// Whether a flat screen shows what a variant's layout requires. Layouts are separated by commas, what one
/// of them asks for by slashes.
pub(super) fn is_shown_flat(presentation: &Presentation, one: &Rendition) -> bool {
    let written = presentation.text.get(one.video_layout);
    written.split([',', '/']).all(|word| matches!(word.trim(), "" | "CH-MONO" | "PROJ-RECT"))
}

/// The level of HDCP that a variant requires: 0 for none.
fn hdcp_of(presentation: &Presentation, one: &Rendition) -> u8 {
    match presentation.text.get(one.hdcp) {
        "" | "NONE" => 0,
        "TYPE-0" => 1,
        _ => 2,
    }
}

/// Whether one of `labels` (by slashes) or `own` stands behind this key format.
fn is_listed(written: &str, is_ours: impl Fn(&str) -> bool, labels: &str, own: &str) -> bool {
    let mut stated = false;
    for entry in written.split(',') {
        // A key format may hold colons of its own: `urn:uuid:…:LABEL`.
        let Some((format, allowed)) = entry.trim().rsplit_once(':') else { continue };
        if !is_ours(format) {
            continue;
        }
        stated = true;
        let held =
            |label: &str| !label.is_empty() && (label == own || labels.split('/').any(|one| one == label));
        if allowed.split('/').any(held) {
            return true;
        }
    }
    !stated
}

impl Session {
    /// Whether a variant may be chosen now that it is known what protects it.
    fn is_allowed(&self, rendition: usize) -> bool {
        let Some(presentation) = &self.presentation else { return true };
        let Some(one) = presentation.renditions.get(rendition) else { return true };
        if presentation.kind == Kind::Dash {
            return true;
        }
        let level = hdcp_of(presentation, one);
        let system = self.system();
        let protected = match (system, self.drm.hdcp) {
            // Nothing guards the way to the screen.
            (None, _) => level == 0,
            // The key system itself will say by the status of its keys.
            (Some(_), 0) => true,
            (Some(_), known) => level < known,
        };
        let Some(system) = system else { return protected };
        let written = presentation.text.get(one.allowed_cpc);
        let is_ours = |format: &str| system_of(format) == Some(system);
        protected && is_listed(written, is_ours, self.labels(), &self.drm.robustness)
    }

    /// Take out of the ladder what this device must not show; the lowest rung stays.
    pub(super) fn leave_what_is_not_allowed(&mut self) {
        let mut at = self.rungs.len();
        while at > 0 && self.rungs.len() > 1 {
            at -= 1;
            let Some(rung) = self.rungs.get(at) else { continue };
            let (rendition, variant) = (rung.rendition, rung.variant);
            if !self.is_allowed(variant) {
                self.leave_rung(rendition);
            }
        }
    }

    /// Whether the only rung that is left must not be shown either.
    pub(super) fn is_forbidden(&mut self) -> bool {
        let [rung] = &self.rungs[..] else { return false };
        let variant = rung.variant;
        let listed = self
            .presentation
            .as_ref()
            .is_some_and(|movie| movie.renditions.get(variant).is_some_and(|one| !one.allowed_cpc.is_none()));
        if self.system().is_some() && listed && !self.is_allowed(variant) {
            let told = alloc::string::String::from("no variant for this device's protection (ALLOWED-CPC)");
            self.fail(4001, Category::Drm, told);
            return true;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_count_for_their_key_format() {
        let ours = |format: &str| format == "urn:uuid:a";
        let listed = |written, labels| is_listed(written, ours, labels, "SW");
        assert!(listed("", ""), "nothing is said");
        assert!(listed("urn:uuid:b:HW", ""), "nothing is said about ours");
        assert!(!listed("urn:uuid:a:HW", ""));
        assert!(listed("urn:uuid:a:HW/SW,urn:uuid:b:X", ""));
        assert!(listed("urn:uuid:b:X, urn:uuid:a:HW", "MAIN/HW"));
        assert!(!listed("urn:uuid:a:", "MAIN"), "an empty list allows nobody");
    }
}
