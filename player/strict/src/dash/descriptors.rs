//! Descriptors (5.8): roles, properties, content protection, UTC timing.

use std::collections::HashSet;

use super::presentation;
use super::tree::{self, Element, Tree};
use super::types;
use crate::finding::{rules, Report};

rules! {
    Must "ISO/IEC 23009-1, DASH role scheme (5.8.5.5)" ROLE "dash-role-value" "values of the DASH role scheme are those that it defines";
    Must "ISO/IEC 23009-1, Content protection (5.8.4.1)" SCHEME_VALUE "dash-protection-scheme-value" "the mp4protection descriptor names the scheme (cenc, cbcs), with or without its version";
    Must "ISO/IEC 23009-1, Content protection, its scheme (5.8.5.2)" CA_VALUE "dash-ca-descriptor-value" "the CA_descriptor of a transport stream has four hexadecimal digits in lower case";
    Must "ISO/IEC 23001-7, MPD support for encryption" KID_FORM "dash-default-kid-form" "default_KID is a UUID";
    Must "ISO/IEC 23001-7, MPD support for encryption" KID_DIFFERS "dash-default-kid-differs" "descriptors of one element have the same default_KID";
    Should "ISO/IEC 23009-1, Content protection (5.8.4.1)" GENERIC "dash-protection-generic-missing" "beside the descriptors of DRM systems stands the mp4protection descriptor";
    Must "ISO/IEC 23001-7, MPD support for encryption" PSSH "dash-pssh-form" "cenc:pssh is a pssh box in Base64";
    Must "ISO/IEC 23001-7, MPD support for encryption" PSSH_SYSTEM "dash-pssh-system" "a pssh box is of the system that its descriptor names";
    Must "ISO/IEC 23009-1, Content protection (5.8.4.1)" UUID "dash-protection-uuid" "a DRM system is named by urn:uuid: and a UUID";
    Must "ISO/IEC 23009-1, Content protection (5.8.4.1)" REF "dash-protection-ref-unknown" "ref names the refId of another descriptor";
    Must "ISO/IEC 23009-1, Content protection (5.8.4.1)" REF_ID "dash-protection-ref-id-twice" "a refId is unique";
    Must "ISO/IEC 23009-1, UTC timing schemes (5.8.5.7)" CLOCK_VALUE "dash-utc-timing-value" "UTCTiming has the value that its scheme asks for";
    Should "ISO/IEC 23009-1, UTC timing schemes (5.8.5.7)" CLOCK_SCHEME "dash-utc-timing-scheme" "UTCTiming is of a scheme that is defined";
    Should "DASH-IF IOP, Clock synchronization" CLOCK_MISSING "dash-utc-timing-missing" "a dynamic MPD has UTCTiming";
    Must "ISO/IEC 23009-1, Adaptation Set switching (5.3.3.5)" SWITCHING "dash-switching-unknown" "adaptation-set-switching names adaptation sets of the MPD";
    Must "DASH-IF IOP, Trick modes" TRICK "dash-trickmode-unknown" "trickmode names an adaptation set of the period";
    Must "DASH-IF IOP, Tiles of thumbnail images" TILE "dash-tile-value" "thumbnail_tile has columns x rows";
    Must "ISO/IEC 23091-3" CHANNELS "dash-channel-value" "channel configurations have the value that their scheme asks for";
}

const MP4_PROTECTION: &str = "urn:mpeg:dash:mp4protection:2011";
const CA_DESCRIPTOR: &str = "urn:mpeg:dash:13818:1:CA_descriptor:2011";
const ROLES: [&str; 17] = [
    "caption",
    "subtitle",
    "main",
    "alternate",
    "supplementary",
    "commentary",
    "dub",
    "description",
    "sign",
    "metadata",
    "enhanced-audio-intelligibility",
    "emergency",
    "forced-subtitle",
    "forced_subtitle",
    "easyreader",
    "karaoke",
    "nearly-live",
];

/// Every descriptor.
pub fn check(tree: &Tree, root: &Element, report: &mut Report) {
    for element in tree.elements.iter().filter(|one| one.namespace == tree::MPD) {
        match element.name {
            "Role" => role(element, report),
            "UTCTiming" => clock(element, report),
            "AudioChannelConfiguration" => channels(element, report),
            _ => {}
        }
        protections(tree, element, report);
    }
    references(tree, report);
    properties(tree, root, report);
    if presentation::is_dynamic(root) && tree.first(root, "UTCTiming").is_none() {
        report.add(
            &CLOCK_MISSING,
            root.at,
            "no UTCTiming: clients whose clocks are wrong ask for segments that are not there; add it",
        );
    }
}

fn role(element: &Element, report: &mut Report) {
    let value = element.text_of("value").unwrap_or("");
    if element.is("schemeIdUri", "urn:mpeg:dash:role:2011") && !ROLES.contains(&value) {
        report.add(
            &ROLE,
            element.place("value"),
            format!("{value:?} is no role of the scheme (main, alternate, subtitle, ...)"),
        );
    }
}

fn clock(element: &Element, report: &mut Report) {
    let scheme = element.text_of("schemeIdUri").unwrap_or("");
    let value = element.text_of("value").unwrap_or("").trim();
    let kind =
        scheme.strip_prefix("urn:mpeg:dash:utc:").map_or("", |rest| rest.split(':').next().unwrap_or(""));
    let message = match kind {
        "direct" if types::date(value).is_none() => "expected a date and time such as 2026-01-31T12:00:00Z",
        "http-head" | "http-xsdate" | "http-iso" | "http-ntp" if value.is_empty() => {
            "expected one or more addresses"
        }
        "ntp" | "sntp" if value.is_empty() => "expected one or more servers",
        "direct" | "http-head" | "http-xsdate" | "http-iso" | "http-ntp" | "ntp" | "sntp" => return,
        _ => {
            let message = format!("{scheme:?} is no scheme of the standard; clients pass it over");
            return report.add(&CLOCK_SCHEME, element.place("schemeIdUri"), message);
        }
    };
    report.add(&CLOCK_VALUE, element.place("value"), format!("{message}, found {value:?}"));
}

fn channels(element: &Element, report: &mut Report) {
    let value = element.text_of("value").unwrap_or("");
    let number = types::uint(value);
    let legal = match element.text_of("schemeIdUri").unwrap_or("") {
        "urn:mpeg:dash:23003:3:audio_channel_configuration:2011" => number.is_some_and(|count| count > 0),
        "urn:mpeg:mpegB:cicp:ChannelConfiguration" => number.is_some_and(|index| (1..=20).contains(&index)),
        "tag:dolby.com,2014:dash:audio_channel_configuration:2011"
        | "urn:dolby:dash:audio_channel_configuration:2011" => {
            value.len() == 4 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
        }
        _ => return,
    };
    if !legal {
        report.add(&CHANNELS, element.place("value"), format!("{value:?} is no value of this scheme"));
    }
}

/// Whether a value is a scheme's four letters, with a colon and its version or without.
fn is_scheme(value: &str) -> bool {
    let (scheme, version) = value.split_once(':').unwrap_or((value, "0"));
    let hexadecimal = version.bytes().all(|byte| byte.is_ascii_hexdigit());
    scheme.len() == 4 && (1..=8).contains(&version.len()) && hexadecimal
}

/// A UUID as hexadecimal digits without hyphens.
fn uuid(text: &str) -> Option<String> {
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<&str> = text.trim().split('-').collect();
    let shaped = parts.len() == 5 && parts.iter().zip(lengths).all(|(part, length)| part.len() == length);
    let digits: String = parts.concat().to_ascii_lowercase();
    (shaped && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(digits)
}

/// The ContentProtection children of an element.
fn protections(tree: &Tree, element: &Element, report: &mut Report) {
    let (mut kid, mut generic, mut drm): (Option<String>, bool, Option<usize>) = (None, false, None);
    for one in tree.named(element, "ContentProtection") {
        let scheme = one.text_of("schemeIdUri").unwrap_or("").trim();
        // A reference takes everything from where it points to.
        let refers = one.attribute("ref").is_some();
        let mut system = None;
        if scheme.eq_ignore_ascii_case(MP4_PROTECTION) {
            generic = true;
            if !one.text_of("value").is_some_and(is_scheme) && !refers {
                report.add(
                    &SCHEME_VALUE,
                    one.place("value"),
                    "expected the scheme's four letters (cenc, cbc1, cens, cbcs)",
                );
            }
        } else if scheme.eq_ignore_ascii_case(CA_DESCRIPTOR) {
            let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            let legal = |value: &str| value.len() == 4 && value.bytes().all(digit);
            if !one.text_of("value").is_some_and(legal) && !refers {
                report.add(&CA_VALUE, one.place("value"), "expected the CA_system_ID, such as 0b00");
            }
        } else if scheme.len() >= 9
            && scheme.get(..9).is_some_and(|head| head.eq_ignore_ascii_case("urn:uuid:"))
        {
            drm = drm.or(Some(one.at));
            system = uuid(scheme.get(9..).unwrap_or(""));
            if system.is_none() {
                report.add(
                    &UUID,
                    one.place("schemeIdUri"),
                    format!("{scheme:?} is no urn:uuid: with a UUID"),
                );
            }
        }
        if let Some(stated) = one.foreign("default_KID") {
            match uuid(stated.value) {
                None => report.add(
                    &KID_FORM,
                    stated.at,
                    format!("{:?} is no UUID (8-4-4-4-12 hexadecimal digits)", stated.value),
                ),
                Some(found) if kid.as_ref().is_some_and(|kid| *kid != found) => {
                    report.add(
                        &KID_DIFFERS,
                        stated.at,
                        "another descriptor of this element has another default_KID",
                    );
                }
                found => kid = found,
            }
        }
        for pssh in
            tree.children(one).filter(|child| child.name == "pssh" && child.namespace == "urn:mpeg:cenc:2013")
        {
            check_pssh(pssh, system.as_deref(), report);
        }
    }
    if let (Some(at), false) = (drm, generic) {
        report.add(
            &GENERIC,
            at,
            format!("no descriptor with {MP4_PROTECTION}: clients do not know scheme and key id; add it"),
        );
    }
}

fn check_pssh(pssh: &Element, system: Option<&str>, report: &mut Report) {
    let Some((text, at)) = pssh.text else {
        return report.add(&PSSH, pssh.at, "an empty cenc:pssh; remove it");
    };
    let Some(bytes) = base64(text) else {
        return report.add(&PSSH, at, "no Base64");
    };
    let size = bytes.first_chunk::<4>().map(|four| u32::from_be_bytes(*four) as usize);
    if bytes.get(4..8) != Some(b"pssh") || size != Some(bytes.len()) {
        return report.add(&PSSH, at, "the bytes are no pssh box of their length");
    }
    let found: String = bytes.get(12..28).unwrap_or(&[]).iter().map(|byte| format!("{byte:02x}")).collect();
    if system.is_some_and(|system| system != found) {
        report.add(&PSSH_SYSTEM, at, "the box is of another DRM system than its descriptor");
    }
}

fn references(tree: &Tree, report: &mut Report) {
    let mut known = HashSet::new();
    for one in tree.all("ContentProtection") {
        if let Some(id) = one.text_of("refId").filter(|id| !known.insert(*id)) {
            report.add(&REF_ID, one.place("refId"), format!("{id:?} is the refId of another descriptor"));
        }
    }
    for one in tree.all("ContentProtection") {
        if let Some(id) = one.text_of("ref").filter(|id| !known.contains(id)) {
            report.add(&REF, one.place("ref"), format!("no descriptor has the refId {id:?}"));
        }
    }
}

fn properties(tree: &Tree, root: &Element, report: &mut Report) {
    let everywhere: HashSet<&str> = tree.all("AdaptationSet").filter_map(|set| set.text_of("id")).collect();
    for period in tree.named(root, "Period") {
        let here: HashSet<&str> =
            tree.named(period, "AdaptationSet").filter_map(|set| set.text_of("id")).collect();
        for set in tree.named(period, "AdaptationSet") {
            for one in tree
                .children(set)
                .filter(|one| matches!(one.name, "EssentialProperty" | "SupplementalProperty"))
            {
                let value = one.text_of("value").unwrap_or("");
                match one.text_of("schemeIdUri").unwrap_or("") {
                    "urn:mpeg:dash:adaptation-set-switching:2016" => {
                        if let Some(id) = value.split(',').map(str::trim).find(|id| !everywhere.contains(id))
                        {
                            report.add(
                                &SWITCHING,
                                one.place("value"),
                                format!("no adaptation set has the id {id:?}"),
                            );
                        }
                    }
                    "http://dashif.org/guidelines/trickmode" => {
                        if let Some(id) = value.split_ascii_whitespace().find(|id| !here.contains(id)) {
                            report.add(
                                &TRICK,
                                one.place("value"),
                                format!("no adaptation set of this period has the id {id:?}"),
                            );
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    for one in
        tree.elements.iter().filter(|one| matches!(one.name, "EssentialProperty" | "SupplementalProperty"))
    {
        let scheme = one.text_of("schemeIdUri").unwrap_or("");
        let tiles = ["http://dashif.org/thumbnail_tile", "http://dashif.org/guidelines/thumbnail_tile"]
            .contains(&scheme);
        let count = |text: &str| types::uint(text).is_some_and(|count| count > 0);
        let legal = one
            .text_of("value")
            .and_then(|text| text.split_once('x'))
            .is_some_and(|(a, b)| count(a) && count(b));
        if tiles && !legal {
            report.add(&TILE, one.place("value"), "expected columns x rows, such as 10x4");
        }
    }
}

/// Base64 decoded; None where it is none.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    let signs: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if signs.is_empty() || !signs.len().is_multiple_of(4) {
        return None;
    }
    let data = signs.len() - signs.iter().rev().take(2).filter(|sign| **sign == b'=').count();
    for sign in signs.get(..data)? {
        let value = match sign {
            b'A'..=b'Z' => sign - b'A',
            b'a'..=b'z' => sign - b'a' + 26,
            b'0'..=b'9' => sign - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

/// Whether a text is Base64.
pub fn is_base64(text: &str) -> bool {
    base64(text).is_some()
}
