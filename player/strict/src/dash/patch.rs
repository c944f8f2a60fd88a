//! MPD Patch, with the operations of RFC 5261.

use super::tree::{self, Element, Tree};
use super::types;
use crate::finding::{rules, Report};

rules! {
    Must "ISO/IEC 23009-1, MPD Patch" ATTRIBUTE "dash-patch-attribute-missing" "a patch names MPD, the version that it changes and the version that it makes";
    Must "ISO/IEC 23009-1, MPD Patch" ORDER "dash-patch-publish-time-order" "the version that a patch makes is later than the one that it changes";
    Must "RFC 5261 4" OPERATION "dash-patch-operation" "a patch holds add, replace and remove";
    Must "RFC 5261 4.1" SELECTOR "dash-patch-selector" "an operation has sel, a path from the root";
    Must "RFC 5261 4" POSITION "dash-patch-position" "pos is prepend, before or after, and stands only on add; type names an attribute that is added";
    Must "RFC 5261 4" CONTENT "dash-patch-content" "remove holds nothing, and replace of an element holds one";
}

/// A patch document.
pub fn check(tree: &Tree, root: &Element, report: &mut Report) {
    for name in ["mpdId", "originalPublishTime", "publishTime"] {
        if root.attribute(name).is_none() {
            report.add(&ATTRIBUTE, root.at, format!("no @{name}; add it"));
        }
    }
    let date = |name: &str| root.text_of(name).and_then(types::date);
    if date("originalPublishTime").zip(date("publishTime")).is_some_and(|(old, new)| new <= old) {
        report.add(&ORDER, root.place("publishTime"), "not later than @originalPublishTime");
    }
    for operation in tree.children(root) {
        if !matches!(operation.name, "add" | "replace" | "remove") {
            report.add(
                &OPERATION,
                operation.at,
                format!("<{}> is none of add, replace and remove", operation.name),
            );
            continue;
        }
        match operation.text_of("sel") {
            Some(path) if path.starts_with('/') && balanced(path) => {
                attributes(tree, operation, path, report)
            }
            Some(path) => report.add(
                &SELECTOR,
                operation.place("sel"),
                format!("{path:?} is no path from the root, such as /MPD/Period[@id='1']"),
            ),
            None => report.add(&SELECTOR, operation.at, "no @sel: nobody knows what is changed; add it"),
        }
    }
}

fn balanced(path: &str) -> bool {
    path.matches('[').count() == path.matches(']').count() && path.matches('\'').count().is_multiple_of(2)
}

fn attributes(tree: &Tree, operation: &Element, path: &str, report: &mut Report) {
    let adds = operation.name == "add";
    let legal =
        operation.text_of("pos").is_none_or(|pos| adds && matches!(pos, "prepend" | "before" | "after"));
    let typed = operation.text_of("type").is_none_or(|kind| adds && kind.starts_with('@'));
    if !legal || !typed {
        let place = operation.place(if legal { "type" } else { "pos" });
        report.add(&POSITION, place, "expected pos=prepend, before or after, or type=@name, on add alone");
    }
    let elements = tree
        .children(operation)
        .filter(|one| one.namespace == tree::MPD || one.namespace == tree::PATCH)
        .count();
    let attribute = path.rsplit('/').next().is_some_and(|last| last.starts_with('@'));
    let wrong = match operation.name {
        "remove" => elements > 0 || operation.text.is_some(),
        "replace" if !attribute => elements != 1,
        "replace" => elements > 0,
        _ => false,
    };
    if wrong {
        report.add(
            &CONTENT,
            operation.at,
            format!("{} holds {elements} elements; see the rule", operation.name),
        );
    }
}
