//! An MPD against the tables of its schema: elements, attributes and their types. ISO/IEC 23009-1, DASH-MPD.xsd.

use std::collections::HashMap;

use super::schema;
use super::tree::{self, Element, Tree};
use crate::finding::{rules, Report};

rules! {
    Must "ISO/IEC 23009-1, MPD element (5.3.1)" ROOT "dash-root" "the root element is MPD in its namespace";
    Must "ISO/IEC 23009-1, MPD schema" UNKNOWN "dash-element-unknown" "elements of the MPD's namespace are those of its schema";
    Must "ISO/IEC 23009-1, MPD schema" MISPLACED "dash-element-misplaced" "an element stands in one that may hold it";
    Must "ISO/IEC 23009-1, MPD schema" ORDER "dash-element-order" "elements stand in the order of the schema";
    Must "ISO/IEC 23009-1, MPD schema" MANY "dash-element-too-many" "an element stands at most as often as the schema says";
    Must "ISO/IEC 23009-1, MPD schema" MISSING "dash-element-missing" "an element that is required is there";
    Must "ISO/IEC 23009-1, MPD schema" ATTRIBUTE_UNKNOWN "dash-attribute-unknown" "attributes without a namespace are those of the schema";
    Must "ISO/IEC 23009-1, MPD schema" ATTRIBUTE_MISSING "dash-attribute-missing" "an attribute that is required is there";
    Must "ISO/IEC 23009-1, MPD schema" ATTRIBUTE_TYPE "dash-attribute-type" "an attribute has its type";
    Must "ISO/IEC 23009-1, MPD schema" TEXT "dash-text-unexpected" "text stands only in elements that hold it";
    Must "ISO/IEC 23009-1, MPD schema" PREFIX "dash-namespace" "prefixes are declared, and elements of others have namespaces of their own";
    Must "ISO/IEC 23009-1, Usage of XLink (5.5)" XLINK_PLACE "dash-xlink-misplaced" "xlink attributes stand on elements that may be remote";
    Must "ISO/IEC 23009-1, Usage of XLink (5.5)" XLINK_VALUE "dash-xlink-value" "xlink attributes have the values that the schema fixes, and an href";
}

/// Everything that the schema says.
pub fn check(tree: &Tree, report: &mut Report) -> bool {
    let Some(root) = tree.root() else { return false };
    if root.name != "MPD" || root.namespace != tree::MPD {
        let message =
            format!("expected <MPD xmlns=\"{}\">, found <{}> in {:?}", tree::MPD, root.name, root.namespace);
        report.add(&ROOT, root.at, message);
        return false;
    }
    for element in &tree.elements {
        if element.namespace == tree::MPD {
            one(tree, element, report);
        } else if element.namespace.is_empty() && within_mpd(tree, element) {
            let message = format!("<{}> is in no namespace; declare its prefix", element.name);
            report.add(&PREFIX, element.at, message);
        }
    }
    true
}

fn within_mpd(tree: &Tree, element: &Element) -> bool {
    tree.parent(element).is_some_and(|parent| parent.namespace == tree::MPD && parent.name != "Event")
}

fn one(tree: &Tree, element: &Element, report: &mut Report) {
    let Some(known) = schema::element(element.name) else {
        // Told where it stands: by its parent.
        return;
    };
    attributes(element, known, report);
    xlink(element, report);
    children(tree, element, known, report);
    if let Some((text, at)) = element.text.filter(|_| !known.text) {
        let shown: String = text.chars().take(20).collect();
        report.add_of(
            &TEXT,
            known.section,
            at,
            format!("{shown:?} in <{}>, which holds no text", element.name),
        );
    }
}

fn attributes(element: &Element, known: &'static schema::Element, report: &mut Report) {
    let remote = element.foreign("href").is_some();
    for (name, kind, required) in known.attributes() {
        match element.attribute(name) {
            Some(one) if !kind.holds(one.value) => {
                let message =
                    format!("@{name} of {} is {}, found {:?}", element.name, kind.expected(), one.value);
                report.add_of(&ATTRIBUTE_TYPE, known.section, one.at, message);
            }
            None if *required && !remote => {
                let message = format!("{} has no @{name}, which is required; add it", element.name);
                report.add_of(&ATTRIBUTE_MISSING, known.section, element.at, message);
            }
            _ => {}
        }
    }
    for one in element.attributes.iter().filter(|one| one.prefix.is_empty()) {
        if !known.attributes().any(|(name, ..)| *name == one.name) {
            let message = format!("{} has no @{}; remove it, or give it a namespace", element.name, one.name);
            report.add_of(&ATTRIBUTE_UNKNOWN, known.section, one.at, message);
        }
    }
}

fn xlink(element: &Element, report: &mut Report) {
    for one in element.attributes.iter().filter(|one| one.prefix == "xlink") {
        let fixed: &[&str] = match one.name {
            "actuate" => &["onLoad", "onRequest"],
            "type" => &["simple"],
            "show" => &["embed"],
            _ => &[],
        };
        if !schema::REMOTE.contains(&element.name) {
            let message =
                format!("xlink:{} on {}, which cannot be remote; remove it", one.name, element.name);
            report.add(&XLINK_PLACE, one.at, message);
        } else if !fixed.is_empty() && !fixed.contains(&one.value) {
            let message = format!("xlink:{} is {}, found {:?}", one.name, fixed.join(" or "), one.value);
            report.add(&XLINK_VALUE, one.at, message);
        } else if one.name == "actuate" && element.foreign("href").is_none() {
            report.add(&XLINK_VALUE, one.at, "xlink:actuate without xlink:href; remove it");
        }
    }
}

fn children(tree: &Tree, element: &Element, known: &'static schema::Element, report: &mut Report) {
    let order: Vec<&schema::Child> = known.children().collect();
    let (mut furthest, mut counts) = (0, HashMap::<&str, usize>::new());
    for child in tree.children(element).filter(|child| child.namespace == tree::MPD) {
        let place = order.iter().position(|(name, ..)| *name == child.name);
        let anywhere = element.name == "MPD" && schema::ANYWHERE.contains(&child.name);
        let Some(place) = place else {
            if schema::element(child.name).is_none() {
                let message =
                    format!("<{}> is no element of the MPD; give it a namespace of its own", child.name);
                report.add(&UNKNOWN, child.at, message);
            } else if !anywhere {
                let section = schema::element(child.name).map_or(known.section, |known| known.section);
                report.add_of(
                    &MISPLACED,
                    section,
                    child.at,
                    format!("<{}> does not stand in {}", child.name, element.name),
                );
            }
            continue;
        };
        if place < furthest {
            let before = order.get(furthest).map_or("", |(name, ..)| name);
            let message =
                format!("<{}> stands behind <{before}>, and belongs in front of it; move it up", child.name);
            report.add_of(&ORDER, known.section, child.at, message);
        }
        furthest = furthest.max(place);
        let count = counts.entry(child.name).or_insert(0);
        *count += 1;
        if order.get(place).is_some_and(|(_, _, most)| *most > 0 && *count > *most) {
            report.add_of(
                &MANY,
                known.section,
                child.at,
                format!("a second <{}> in {}; leave one", child.name, element.name),
            );
        }
    }
    let remote = element.foreign("href").is_some();
    for (name, least, _) in order {
        if *least > 0 && !counts.contains_key(name) && !remote {
            let message = format!("{} has no <{name}>, which is required; add it", element.name);
            report.add_of(&MISSING, known.section, element.at, message);
        }
    }
}
