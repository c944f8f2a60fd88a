//! MPDs against ISO/IEC 23009-1: its schema as tables, then what its clauses ask for beyond.
//!
//! | clause | file |
//! |---|---|
//! | the XML document | `tree.rs` |
//! | MPD schema | `schema.rs` (tables), `types.rs`, `structure.rs`; Usage of XLink |
//! | 5.3.1 MPD, 5.3.2 Period | `presentation.rs` |
//! | 5.3.3 AdaptationSet to 5.3.8 Subset, 5.3.10 Label, 5.3.11 Preselection | `sets.rs` |
//! | 5.3.9 Segments and segment information, 5.6 Base URL Processing | `addressing.rs`, `timeline.rs` |
//! | 5.4 MPD updates | `updates.rs` |
//! | 5.8 Descriptors | `descriptors.rs` |
//! | 5.10 Events | `events.rs` |
//! | Service Description, Producer reference time, Content steering | `service.rs` |
//! | MPD Patch, RFC 5261 | `patch.rs` |
//! | 8 Profiles, DASH-IF IOP, DVB-DASH | `profiles.rs` |

mod addressing;
mod descriptors;
mod events;
mod patch;
mod presentation;
mod profiles;
mod schema;
mod service;
mod sets;
mod structure;
mod timeline;
mod tree;
mod types;
mod updates;

#[cfg(test)]
mod tests;

use crate::finding::{rules, Report, Rule};
use crate::{limits, File};

rules! {
    Must "W3C XML 1.0, 4.3.3" UTF8 "xml-utf8" "an MPD is encoded in what it says, UTF-8 by default";
}

/// The rules of all clauses.
pub const TABLES: &[&[&Rule]] = &[
    RULES,
    tree::RULES,
    structure::RULES,
    presentation::RULES,
    sets::RULES,
    addressing::RULES,
    timeline::RULES,
    updates::RULES,
    descriptors::RULES,
    events::RULES,
    service::RULES,
    patch::RULES,
    profiles::RULES,
];

/// Check an MPD or a patch, and what has changed since `previous`.
pub fn check(file: File, previous: Option<&[u8]>, report: &mut Report) {
    let bytes = file.bytes.get(..limits::FILE_BYTES).unwrap_or(file.bytes);
    let text = match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            return report.add(&UTF8, error.valid_up_to(), "these bytes are no UTF-8; save the MPD as UTF-8");
        }
    };
    let Some(tree) = tree::read(text, report) else { return };
    let Some(root) = tree.root() else { return };
    if root.name == "Patch" && root.namespace == tree::PATCH {
        return patch::check(&tree, root, report);
    }
    if !structure::check(&tree, report) {
        return;
    }
    presentation::check(&tree, root, report);
    sets::check(&tree, root, report);
    addressing::check(&tree, root, report);
    events::check(&tree, root, report);
    descriptors::check(&tree, root, report);
    service::check(&tree, root, report);
    profiles::check(&tree, root, text.len(), report);
    let before = previous.and_then(|bytes| core::str::from_utf8(bytes).ok());
    let old = before.and_then(|text| tree::read(text, &mut Report::new()));
    if let (Some(old), Some(before)) = (old, before) {
        if let Some(first) = old.root() {
            updates::check(&old, first, &tree, root, before != text, report);
        }
    }
}
