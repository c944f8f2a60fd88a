//! Every element and attribute of the schema's tables: its valid form passes, each way to break it is found.

use std::collections::{HashMap, VecDeque};

use super::schema::{self, Element};
use super::types::Type;
use crate::{check, File, Finding};

fn found(text: &str) -> Vec<Finding> {
    check(&[File { name: "a.mpd", bytes: text.as_bytes() }], None)
}

fn hits(text: &str, rule: &str, section: &str) -> bool {
    found(text).iter().any(|one| one.rule.id == rule && one.section == section)
}

fn good(kind: Type) -> &'static str {
    match kind {
        Type::Text | Type::Token | Type::Words | Type::Id => "a",
        Type::Uri | Type::Profiles => "urn:a",
        Type::Bool => "true",
        Type::UInt | Type::Positive | Type::ULong | Type::Integer | Type::Sap => "1",
        Type::UInts | Type::SamplingRate => "1 2",
        Type::Double => "1.5",
        Type::Duration => "PT4S",
        Type::DateTime => "2026-02-01T12:00:00Z",
        Type::Language => "pt-BR",
        Type::Ratio => "16:9",
        Type::FrameRate => "30000/1001",
        Type::Word(words) => words[0],
        Type::Range => "0-9",
        Type::Codecs => "avc1.64001f",
    }
}

fn bad(kind: Type) -> Option<&'static str> {
    Some(match kind {
        Type::Text | Type::Words => return None,
        Type::Token => "a b",
        Type::Uri => "a b",
        Type::Profiles => "urn:a,,",
        Type::Language => "pt_BR",
        Type::FrameRate => "29.97",
        Type::SamplingRate => "1 2 3",
        Type::Positive => "0",
        Type::Sap => "7",
        Type::Id => "1",
        Type::Codecs => "",
        _ => "x",
    })
}

/// The parent of each element on the shortest way from the MPD.
fn parents() -> HashMap<&'static str, &'static str> {
    let mut parents = HashMap::new();
    let mut open = VecDeque::from(["MPD"]);
    while let Some(name) = open.pop_front() {
        let element = schema::element(name).unwrap();
        let extra = if name == "MPD" { schema::ANYWHERE } else { &[] };
        for child in element.children().map(|(child, ..)| *child).chain(extra.iter().copied()) {
            if child != "MPD" && !parents.contains_key(child) {
                parents.insert(child, name);
                open.push_back(child);
            }
        }
    }
    parents
}

/// A document that holds the element with these attributes and this content; the elements around it are as they must be.
fn document(name: &str, attributes: &str, content: &str) -> String {
    let parents = parents();
    let mut text = format!("<{name} {attributes}>{content}</{name}>");
    let mut at = name;
    while let Some(parent) = parents.get(at) {
        let element = schema::element(parent).unwrap();
        text = format!("<{parent} {}>{text}</{parent}>", required(element, None));
        at = parent;
    }
    text.replacen("<MPD", "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"", 1)
}

fn required(element: &Element, without: Option<&str>) -> String {
    let wanted = element.attributes().filter(|(name, _, required)| *required && Some(*name) != without);
    wanted.map(|(name, kind, _)| format!("{name}=\"{}\" ", good(*kind))).collect()
}

#[test]
fn every_element_can_be_reached() {
    let parents = parents();
    for element in schema::ELEMENTS {
        assert!(element.name == "MPD" || parents.contains_key(element.name), "{}", element.name);
        for (child, ..) in element.children() {
            assert!(schema::element(child).is_some(), "{child}");
        }
    }
    assert!(schema::ELEMENTS.len() > 60);
}

#[test]
fn every_attribute_has_its_type_and_every_required_one_is_missed() {
    let mut checked = 0;
    for element in schema::ELEMENTS {
        for (name, kind, is_required) in element.attributes() {
            let others = required(element, Some(name));
            let text = |value: &str| document(element.name, &format!("{others}{name}=\"{value}\""), "");
            let odd = |one: &Finding| {
                one.rule.id.starts_with("dash-attribute") && one.message.contains(&format!("@{name}"))
            };
            let fine = found(&text(good(*kind)));
            assert!(!fine.iter().any(odd), "{} {name}: {fine:?}", element.name);
            if let Some(value) = bad(*kind) {
                assert!(
                    hits(&text(value), "dash-attribute-type", element.section),
                    "{} {name}",
                    element.name
                );
                checked += 1;
            }
            if *is_required {
                let text = document(element.name, &others, "");
                let missing = |one: &Finding| {
                    one.rule.id == "dash-attribute-missing" && one.message.contains(&format!("@{name}"))
                };
                assert!(found(&text).iter().any(missing), "{} {name}", element.name);
            }
        }
        let text = document(element.name, &format!("{}colour=\"blue\"", required(element, None)), "");
        assert!(hits(&text, "dash-attribute-unknown", element.section), "{}", element.name);
    }
    assert!(checked > 250, "{checked}");
}

#[test]
fn every_child_has_its_place_and_number() {
    let one = |name: &str| {
        let element = schema::element(name).unwrap();
        format!("<{name} {}/>", required(element, None))
    };
    for element in schema::ELEMENTS {
        let children: Vec<_> = element.children().collect();
        for pair in children.windows(2) {
            let ((first, ..), (second, ..)) = (pair[0], pair[1]);
            let text = |content: &str| document(element.name, &required(element, None), content);
            assert!(!hits(
                &text(&format!("{}{}", one(first), one(second))),
                "dash-element-order",
                element.section
            ));
            let swapped = text(&format!("{}{}", one(second), one(first)));
            assert!(
                hits(&swapped, "dash-element-order", element.section),
                "{} {first} {second}",
                element.name
            );
        }
        for (child, least, most) in children {
            let text = |content: &str| document(element.name, &required(element, None), content);
            let twice = hits(
                &text(&format!("{}{}", one(child), one(child))),
                "dash-element-too-many",
                element.section,
            );
            assert_eq!(twice, *most == 1, "{} {child}", element.name);
            if *least > 0 {
                assert!(hits(&text(""), "dash-element-missing", element.section), "{} {child}", element.name);
            }
        }
        let text = document(element.name, &required(element, None), "text");
        assert_eq!(hits(&text, "dash-text-unexpected", element.section), !element.text, "{}", element.name);
        let text = document(element.name, &required(element, None), "<MPD/>");
        assert!(
            hits(&text, "dash-element-misplaced", schema::element("MPD").unwrap().section),
            "{}",
            element.name
        );
    }
}
