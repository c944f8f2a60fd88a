//! Every attribute and every tag of the grammar: its valid form passes, each way to break it is found, with the
//! section of the tag.

use super::grammar::{self, Attribute, Kind, Place, Tag, Value};
use crate::{check, File, Finding, Severity};

fn found(text: &str) -> Vec<Finding> {
    check(&[File { name: "a.m3u8", bytes: text.as_bytes() }], None)
}

/// A playlist of the right kind with this line.
fn around(tag: &Tag, line: &str) -> String {
    let multivariant = "#EXTM3U\n#EXT-X-VERSION:13\n";
    let media = "#EXTM3U\n#EXT-X-VERSION:13\n#EXT-X-TARGETDURATION:4\n";
    match tag.name {
        "EXTM3U" => format!("{line}\n#EXT-X-TARGETDURATION:4\n"),
        "EXT-X-VERSION" => format!("#EXTM3U\n{line}\n#EXT-X-TARGETDURATION:4\n"),
        "EXT-X-TARGETDURATION" => format!("#EXTM3U\n#EXT-X-VERSION:13\n{line}\n"),
        "EXT-X-STREAM-INF" => format!("{multivariant}{line}\na.m3u8\n"),
        _ if tag.place == Place::Multivariant => format!("{multivariant}{line}\n"),
        _ => format!("{media}{line}\n"),
    }
}

fn good(kind: Kind) -> &'static str {
    match kind {
        Kind::Integer => "1",
        Kind::Hex(_) => "0x0F",
        Kind::Float => "24.5",
        Kind::Signed => "-1.5",
        Kind::Quoted | Kind::QuotedOrEmpty | Kind::Signs(_) | Kind::Letters(_) | Kind::QuotedOrNone => {
            "\"a\""
        }
        Kind::Uri => "\"a%20b\"",
        Kind::Date => "\"2026-02-01T12:00:00.000Z\"",
        Kind::Language => "\"pt-BR\"",
        Kind::Range(_) => "\"5@6\"",
        Kind::Versions => "\"1/2\"",
        Kind::Word(words) => words[0],
        Kind::QuotedWord(words) | Kind::Words(words) => match words[0] {
            "PRE" => "\"PRE\"",
            "OUT" => "\"OUT\"",
            "SKIP" => "\"SKIP\"",
            "YES" => "\"YES\"",
            "POINT" => "\"POINT\"",
            _ => "\"HIGHLIGHT\"",
        },
        Kind::Resolution => "640x360",
        Kind::Extension => "0x0F",
    }
}

/// Values that are not of a kind, and the rule that says so.
fn bad(kind: Kind) -> Vec<(&'static str, &'static str)> {
    let kind_of = |values: &[&'static str]| {
        values.iter().map(|value| (*value, "hls-attribute-type")).collect::<Vec<_>>()
    };
    match kind {
        Kind::Integer => kind_of(&["-1", "1.5", "\"1\"", "", "18446744073709551616"]),
        Kind::Hex(usize::MAX) => kind_of(&["0F", "0x", "0x0f", "\"0x0F\""]),
        Kind::Hex(_) => kind_of(&["0x0f", "0x000000000000000000000000000000000", "1"]),
        Kind::Float => kind_of(&["-1", "1.", ".5", "\"1\"", "1e3"]),
        Kind::Signed => kind_of(&["+1", "\"1\"", "x"]),
        Kind::Quoted => [kind_of(&["a"]), vec![("\"\"", "hls-quoted-string-empty")]].concat(),
        Kind::QuotedOrEmpty => kind_of(&["a"]),
        Kind::Uri => [kind_of(&["a"]), vec![("\"a b\"", "hls-uri")]].concat(),
        Kind::Date => kind_of(&["2026-02-01T12:00:00.000Z", "\"today\""]),
        Kind::Language => kind_of(&["pt", "\"pt_BR\""]),
        Kind::Signs(_) => [kind_of(&["a"]), vec![("\"a b\"", "hls-attribute-characters")]].concat(),
        Kind::Letters(_) => [kind_of(&["a"]), vec![("\"a1\"", "hls-attribute-characters")]].concat(),
        Kind::Range(true) => kind_of(&["5@6", "\"5\"", "\"@5\""]),
        Kind::Range(false) => kind_of(&["5@6", "\"5-6\""]),
        Kind::Versions => kind_of(&["1", "\"1,2\"", "\"0\""]),
        Kind::QuotedWord(_) => [kind_of(&["YES"]), vec![("\"X\"", "hls-attribute-enumeration")]].concat(),
        Kind::Word(_) => [kind_of(&["\"YES\""]), vec![("OTHER", "hls-attribute-enumeration")]].concat(),
        Kind::Words(_) => [kind_of(&["PRE"]), vec![("\"OTHER\"", "hls-attribute-enumeration")]].concat(),
        Kind::Resolution => kind_of(&["640", "640*360", "\"640x360\""]),
        Kind::QuotedOrNone => kind_of(&["SOME"]),
        Kind::Extension => kind_of(&["word", "0xff"]),
    }
}

fn line(tag: &Tag, attributes: &[Attribute], changed: Option<(&str, &str)>) -> String {
    let list: Vec<String> = attributes
        .iter()
        .map(|one| {
            let value =
                changed.filter(|(name, _)| *name == one.name).map_or(good(one.kind), |(_, value)| value);
            format!("{}={value}", one.name)
        })
        .collect();
    format!("#{}:{}", tag.name, list.join(","))
}

#[test]
fn every_attribute_has_its_type_and_every_required_one_is_missed() {
    let mut checked = 0;
    for tag in grammar::TAGS {
        let attributes = grammar::attributes(tag);
        for (at, one) in attributes.iter().enumerate() {
            let alone: Vec<Attribute> = attributes
                .iter()
                .enumerate()
                .filter(|(other, one)| *other == at || one.required)
                .map(|(_, one)| *one)
                .collect();
            let text = around(tag, &line(tag, &alone, None));
            let of_grammar = |finding: &Finding| {
                finding.rule.id.starts_with("hls-attribute") || finding.rule.id == "hls-quoted-string-empty"
            };
            assert!(!found(&text).iter().any(of_grammar), "{text}{:?}", found(&text));
            for (value, rule) in bad(one.kind) {
                let text = around(tag, &line(tag, &alone, Some((one.name, value))));
                let hit = found(&text).into_iter().find(|finding| finding.rule.id == rule);
                let hit = hit.unwrap_or_else(|| panic!("{rule} does not see {text}"));
                assert!(
                    matches!(rule, "hls-uri" | "hls-quoted-string-empty") || hit.section == tag.section,
                    "{text}"
                );
                assert!(hit.message.contains(one.name) || rule == "hls-uri", "{}", hit.message);
                checked += 1;
            }
            if one.required {
                let without: Vec<Attribute> =
                    attributes.iter().filter(|other| other.name != one.name).copied().collect();
                let hits = found(&around(tag, &line(tag, &without, None)));
                let missing = |finding: &&Finding| {
                    finding.rule.id == "hls-attribute-missing" && finding.message.contains(one.name)
                };
                assert!(
                    hits.iter().any(|hit| missing(&hit) && hit.section == tag.section),
                    "{} {}",
                    tag.name,
                    one.name
                );
            }
        }
    }
    assert!(checked > 250, "{checked}");
}

#[test]
fn every_attribute_of_an_interstitial_and_of_a_preload_has_its_type() {
    let tag = grammar::tag("EXT-X-DATERANGE").unwrap();
    let of = |class: &'static str, list: &'static [Attribute]| list.iter().map(move |one| (class, one));
    for (class, one) in of("interstitial", grammar::INTERSTITIAL).chain(of("preload", grammar::PRELOAD)) {
        let head = format!(
            "#EXT-X-DATERANGE:ID=\"a\",CLASS=\"com.apple.hls.{class}\",START-DATE=\"2026-02-01T12:00:00.000Z\""
        );
        let text = |value: &str| around(tag, &format!("{head},{}={value}", one.name));
        assert!(
            !found(&text(good(one.kind))).iter().any(|hit| hit.rule.id.starts_with("hls-attribute")),
            "{}",
            one.name
        );
        for (value, rule) in bad(one.kind) {
            let value = if value == "YES" || value == "PRE" { "OUT" } else { value };
            assert!(found(&text(value)).iter().any(|hit| hit.rule.id == rule), "{} {value}", one.name);
        }
    }
}

fn plain(tag: &Tag) -> String {
    match tag.value {
        Value::None => format!("#{}", tag.name),
        Value::Integer => format!("#{}:4", tag.name),
        Value::Word(words) => format!("#{}:{}", tag.name, words[0]),
        Value::List(attributes) => line(tag, attributes, None),
        Value::Other => match tag.name {
            "EXTINF" => "#EXTINF:4,\na.ts".to_owned(),
            "EXT-X-BYTERANGE" => "#EXT-X-BYTERANGE:4@0".to_owned(),
            _ => format!("#{}:2026-02-01T12:00:00.000Z", tag.name),
        },
    }
}

#[test]
fn every_tag_has_its_place_its_value_and_its_number() {
    for tag in grammar::TAGS {
        let line = plain(tag);
        let has = |text: &str, rule: &str| {
            found(text).iter().any(|hit| hit.rule.id == rule && hit.section == tag.section)
        };
        let foreign = match tag.place {
            Place::Any => None,
            Place::Multivariant => {
                Some(("#EXTM3U\n#EXT-X-TARGETDURATION:4\n", "hls-multivariant-tag-in-media"))
            }
            _ => Some((
                "#EXTM3U\n#EXT-X-SESSION-DATA:DATA-ID=\"a.b\",VALUE=\"c\"\n",
                "hls-media-tag-in-multivariant",
            )),
        };
        if let Some((head, rule)) = foreign {
            assert!(found(&format!("{head}{line}\n")).iter().any(|hit| hit.rule.id == rule), "{line}");
        }
        let twice = format!("{}{line}\n", around(tag, &line));
        assert_eq!(has(&twice, "hls-tag-twice"), tag.once, "{twice}");
        let wrong = match tag.value {
            Value::None => format!("#{}:x", tag.name),
            Value::Integer | Value::Word(_) => format!("#{}:-1", tag.name),
            Value::List(_) => format!("#{}:", tag.name),
            Value::Other => continue,
        };
        assert!(has(&around(tag, &wrong), "hls-tag-value"), "{wrong}");
    }
    assert_eq!(grammar::TAGS.len(), 32);
}

#[test]
fn findings_have_places_and_the_worst_of_many_is_counted() {
    let text = format!("#EXTM3U\n#EXT-X-TARGETDURATION:4\n{}", "#EXTINF:9,\na.ts\n".repeat(100));
    let hits = found(&text);
    let long: Vec<_> = hits.iter().filter(|hit| hit.rule.id == "hls-targetduration-exceeded").collect();
    assert_eq!((long.len(), long[0].line, long[0].column), (20, 3, 1));
    assert_eq!(long[0].rule.severity, Severity::Must);
    assert!(long[19].message.ends_with("(100 such places in all)"), "{}", long[19].message);
}
