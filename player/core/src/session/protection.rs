//! What a manifest or an initialization section says about sample encryption: for which key systems, with
//! which initialization data, by which server.
//!
//! ISO/IEC 23009-1, Content protection; RFC 8216bis 4.4.4.4, EXT-X-KEY; Encrypted Media Extensions,
//! Initialization Data Type Registry.

use alloc::string::String;
use alloc::vec::Vec;

use super::keys::is_by_sample;
use crate::dash::model::DrmSystem;
use crate::isobmff::moov::ProtectionSystem;
use crate::playlist::Key;
use crate::presentation::{Kind, Presentation, TextPool};

/// A key's identifier.
pub(super) type Kid = [u8; 16];

/// SystemIDs. DASH-IF, Content Protection identifiers.
const SYSTEM_IDS: [(DrmSystem, u128); 5] = [
    (DrmSystem::Widevine, 0xedef8ba9_79d6_4ace_a3c8_27dcd51d21ed),
    (DrmSystem::PlayReady, 0x9a04f079_9840_4286_ab92_e65be0885f95),
    (DrmSystem::FairPlay, 0x94ce86fb_07ff_4f43_adb8_93d2fa968ca2),
    (DrmSystem::ClearKey, 0x1077efec_c0b2_4d02_ace3_3c1e52e2fb4b),
    (DrmSystem::ClearKey, 0xe2719d58_a985_b3c9_781a_b030af78d30e),
];

/// What a key session is begun with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InitData {
    /// As the registry names it: `cenc`, `keyids`, `skd`.
    pub(super) kind: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// One way to the keys of some media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) system: DrmSystem,
    /// `None` where only the media says it.
    pub(super) data: Option<InitData>,
    /// Address of the licence server, empty where it is not said.
    pub(super) server: String,
    /// The server's answer is the key itself: SAMPLE-AES with KEYFORMAT identity.
    pub(super) raw: bool,
    pub(super) robustness: String,
}

/// The ways to the keys of a rendition's media; of an HLS rendition, of this key set. None where it is clear.
pub(super) fn ways(presentation: &Presentation, rendition: usize, set: Option<u32>) -> Vec<Way> {
    let Some(one) = presentation.renditions.get(rendition) else { return Vec::new() };
    if presentation.kind != Kind::Dash {
        let (Some(segments), Some(set)) = (&one.segments, set) else { return Vec::new() };
        return of_keys(segments.keys_of(set), segments.text(), segments.base());
    }
    let text = &presentation.text;
    let kid = kid_of(presentation, rendition);
    let mut found: Vec<Way> = Vec::new();
    for protection in &one.protection {
        let system = DrmSystem::of(text.get(protection.scheme));
        if matches!(system, DrmSystem::Common | DrmSystem::Other) {
            continue;
        }
        let data = match (text.opt(protection.pssh), text.opt(protection.playready)) {
            (Some(pssh), _) => base64(pssh).map(|bytes| InitData { kind: "cenc", bytes }),
            (None, Some(object)) => base64(object).map(|bytes| boxed(system, &bytes)),
            (None, None) => None,
        };
        let written = text.get(protection.licence_url).trim();
        let server = if written.is_empty() { String::new() } else { presentation.resolve(written) };
        let robustness = String::from(text.get(protection.robustness));
        // Two elements may be of one system: one has the data, the other one the address.
        match found.iter_mut().find(|way| way.system == system) {
            Some(way) => {
                way.data = way.data.take().or(data);
                for (to, from) in [(&mut way.server, server), (&mut way.robustness, robustness)] {
                    if to.is_empty() {
                        *to = from;
                    }
                }
            }
            None => found.push(Way { system, data, server, raw: false, robustness }),
        }
    }
    // An address that stands with the encryption itself is anybody's.
    let common = one.protection.iter().find(|one| DrmSystem::of(text.get(one.scheme)) == DrmSystem::Common);
    let shared = common.map_or("", |one| text.get(one.licence_url).trim());
    for way in &mut found {
        if way.server.is_empty() && !shared.is_empty() {
            way.server = presentation.resolve(shared);
        }
        if let (DrmSystem::ClearKey, None, Some(kid)) = (way.system, &way.data, kid) {
            way.data = Some(key_ids(&[kid]));
        }
    }
    if found.is_empty() && common.is_some() {
        // Encrypted, and nothing more: whoever has the page's server may open it by the key's identifier.
        let data = kid.map(|kid| key_ids(&[kid]));
        let (system, server) = (DrmSystem::ClearKey, String::new());
        found.push(Way { system, data, server, raw: false, robustness: String::new() });
    }
    found
}

/// The ways of EXT-X-SESSION-KEY.
pub(super) fn session_ways(presentation: &Presentation) -> Vec<Way> {
    of_keys(&presentation.session_keys, &presentation.text, presentation.text.get(presentation.url))
}

fn of_keys(keys: &[Key], text: &TextPool, base: &str) -> Vec<Way> {
    keys.iter().filter(|key| is_by_sample(key, text)).filter_map(|key| of_key(key, text, base)).collect()
}

fn of_key(key: &Key, text: &TextPool, base: &str) -> Option<Way> {
    let format = text.opt(key.keyformat).unwrap_or("identity");
    let raw = format.eq_ignore_ascii_case("identity");
    let system = system_of(format)?;
    let uri = text.get(key.uri);
    let mut way = Way { system, data: None, server: String::new(), raw, robustness: String::new() };
    match data_url(uri) {
        Some(bytes) if !raw => {
            let whole = bytes.get(4..8) == Some(&b"pssh"[..]);
            way.data = Some(if whole { InitData { kind: "cenc", bytes } } else { boxed(system, &bytes) });
        }
        // The address of a key names it; where the licence is, only the page knows.
        _ if system == DrmSystem::FairPlay => {
            way.data = Some(InitData { kind: "skd", bytes: uri.as_bytes().to_vec() });
        }
        _ if !uri.is_empty() => way.server = crate::url::resolve(base, uri),
        _ => {}
    }
    Some(way)
}

/// The key system of a KEYFORMAT.
pub(super) fn system_of(format: &str) -> Option<DrmSystem> {
    const NAMES: [(&str, DrmSystem); 5] = [
        ("identity", DrmSystem::ClearKey),
        ("org.w3.clearkey", DrmSystem::ClearKey),
        ("com.apple.streamingkeydelivery", DrmSystem::FairPlay),
        ("com.widevine", DrmSystem::Widevine),
        ("com.microsoft.playready", DrmSystem::PlayReady),
    ];
    let named = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(format)).map(|(_, system)| *system);
    named.or(Some(DrmSystem::of(format)).filter(|one| !matches!(one, DrmSystem::Common | DrmSystem::Other)))
}

/// `cenc` or `cbcs`, where the manifest says it.
pub(super) fn scheme_of(presentation: &Presentation, rendition: usize, set: Option<u32>) -> &'static str {
    let Some(one) = presentation.renditions.get(rendition) else { return "" };
    let known = |written: &str| match written {
        "cenc" | "SAMPLE-AES-CTR" => Some("cenc"),
        "cbcs" | "SAMPLE-AES" => Some("cbcs"),
        _ => None,
    };
    let text = &presentation.text;
    let found = match (presentation.kind, &one.segments, set) {
        (Kind::Dash, ..) => one.protection.iter().find_map(|one| known(text.get(one.value))),
        (_, Some(segments), Some(set)) => {
            segments.keys_of(set).iter().find_map(|key| known(segments.text().get(key.method)))
        }
        _ => None,
    };
    found.unwrap_or("")
}

/// `@cenc:default_KID` of a DASH rendition.
pub(super) fn kid_of(presentation: &Presentation, rendition: usize) -> Option<Kid> {
    let one = presentation.renditions.get(rendition)?;
    one.protection.iter().find_map(|one| kid(presentation.text.opt(one.default_kid)?))
}

/// The boxes for one system among those of an initialization section.
pub(super) fn data_for(system: DrmSystem, boxes: &[ProtectionSystem]) -> Option<InitData> {
    let mut bytes = Vec::new();
    for one in boxes.iter().filter(|one| system_of_id(&one.system_id) == Some(system)) {
        bytes.extend_from_slice(&one.bytes);
    }
    (!bytes.is_empty()).then_some(InitData { kind: "cenc", bytes })
}

pub(super) fn system_of_id(id: &[u8; 16]) -> Option<DrmSystem> {
    let id = u128::from_be_bytes(*id);
    SYSTEM_IDS.iter().find(|(_, known)| *known == id).map(|(system, _)| *system)
}

/// Initialization data that names keys and nothing else. Encrypted Media Extensions, "keyids".
pub(super) fn key_ids(kids: &[Kid]) -> InitData {
    let mut bytes = b"{\"kids\":[".to_vec();
    for (at, kid) in kids.iter().enumerate() {
        if at > 0 {
            bytes.push(b',');
        }
        bytes.push(b'"');
        base64url(kid, &mut bytes);
        bytes.push(b'"');
    }
    bytes.extend_from_slice(b"]}");
    InitData { kind: "keyids", bytes }
}

/// A `pssh` of version 0 around a system's data. ISO/IEC 23001-7, Protection System Specific Header Box.
fn boxed(system: DrmSystem, data: &[u8]) -> InitData {
    let id = SYSTEM_IDS.iter().find(|(known, _)| *known == system).map_or(0, |(_, id)| *id);
    let mut bytes = Vec::with_capacity(data.len() + 32);
    bytes.extend_from_slice(&(data.len() as u32 + 32).to_be_bytes());
    bytes.extend_from_slice(b"pssh\0\0\0\0");
    bytes.extend_from_slice(&id.to_be_bytes());
    bytes.extend_from_slice(&(data.len() as u32).to_be_bytes());
    bytes.extend_from_slice(data);
    InitData { kind: "cenc", bytes }
}

/// A key's identifier as a UUID, with or without hyphens.
fn kid(written: &str) -> Option<Kid> {
    // Some write several, for samples of which the first is the default.
    let first = written.split_ascii_whitespace().next()?;
    let mut value: u128 = 0;
    let mut digits = 0;
    for character in first.chars().filter(|one| *one != '-') {
        value = value << 4 | u128::from(character.to_digit(16)?);
        digits += 1;
    }
    (digits == 32).then_some(value.to_be_bytes())
}

/// Whether two identifiers name one key: some key systems write the first parts of a UUID backwards.
pub(super) fn same_kid(one: &Kid, other: &Kid) -> bool {
    const BACKWARDS: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    one == other || one.iter().zip(BACKWARDS).all(|(byte, at)| other.get(at) == Some(byte))
}

/// What a `data:` address carries. RFC 2397.
fn data_url(url: &str) -> Option<Vec<u8>> {
    let head = url.get(..5)?;
    let (kind, data) = url.get(5..)?.split_once(',')?;
    if !head.eq_ignore_ascii_case("data:") || !kind.ends_with("base64") {
        return None;
    }
    base64(data)
}

/// Base64 in either alphabet, with blanks and percent-encoded padding as people write it. RFC 4648 4 and 5.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut held, mut bits) = (0u32, 0);
    let mut left = text.as_bytes();
    while let Some((&byte, rest)) = left.split_first() {
        left = rest;
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'%' => match rest.get(..2) {
                Some(b"2B" | b"2b") => 62,
                Some(b"2F" | b"2f") => 63,
                Some(b"3D" | b"3d") => break,
                _ => return None,
            },
            b'=' => break,
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            _ => return None,
        };
        if byte == b'%' {
            left = rest.get(2..).unwrap_or(&[]);
        }
        held = held << 6 | u32::from(digit);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    Some(out)
}

/// Without padding, as JSON Web Keys have it. RFC 4648 5.
fn base64url(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for three in bytes.chunks(3) {
        let mut held = 0u32;
        for at in 0..3 {
            held = held << 8 | u32::from(three.get(at).copied().unwrap_or(0));
        }
        for at in 0..=three.len() {
            let digit = held >> (18 - 6 * at as u32) & 63;
            out.push(DIGITS.get(digit as usize).copied().unwrap_or(b'A'));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KID: Kid = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    #[test]
    fn identifiers_are_read_and_written() {
        assert_eq!(kid("00010203-0405-0607-0809-0A0b0c0d0e0f"), Some(KID));
        assert_eq!(kid("000102030405060708090a0b0c0d0e0f"), Some(KID));
        assert_eq!(kid("00010203"), None);
        assert_eq!(key_ids(&[KID]).bytes, b"{\"kids\":[\"AAECAwQFBgcICQoLDA0ODw\"]}");
        let swapped = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
        assert!(same_kid(&KID, &KID) && same_kid(&KID, &swapped) && !same_kid(&KID, &[0; 16]));
    }

    #[test]
    fn base64_as_people_write_it() {
        for (written, bytes) in [
            ("AAEC", &[0, 1, 2][..]),
            ("AAECAw==", &[0, 1, 2, 3]),
            ("AAECAw", &[0, 1, 2, 3]),
            ("AAECAw%3D%3D", &[0, 1, 2, 3]),
            (" -_%2B/\n", &[0xfb, 0xff, 0xbf]),
            ("", &[]),
        ] {
            assert_eq!(base64(written).as_deref(), Some(bytes), "{written}");
        }
        for odd in ["A*", "%41%", "A\u{e1}"] {
            assert_eq!(base64(odd), None, "{odd}");
        }
        let mut out = Vec::new();
        base64url(&[0xfb, 0xff, 0xbf, 0], &mut out);
        assert_eq!(out, b"-_-_AA");
    }

    #[test]
    fn a_playready_object_gets_its_box() {
        let made = boxed(DrmSystem::PlayReady, b"abc");
        let read = crate::isobmff::pssh::Pssh::read(made.bytes.get(8..).unwrap()).unwrap();
        assert_eq!((system_of_id(&read.SystemID), read.Data), (Some(DrmSystem::PlayReady), &b"abc"[..]));
        assert_eq!(made.bytes.len(), 35);
    }

    #[test]
    fn data_addresses() {
        assert_eq!(data_url("data:text/plain;base64,AAEC"), Some(alloc::vec![0, 1, 2]));
        assert_eq!(data_url("DATA:text/plain;charset=UTF-16;base64,AAEC"), Some(alloc::vec![0, 1, 2]));
        assert_eq!(data_url("data:text/plain,AAEC"), None);
        assert_eq!(data_url("skd://key"), None);
    }

    #[test]
    fn formats_and_their_systems() {
        assert_eq!(system_of("com.apple.streamingkeydelivery"), Some(DrmSystem::FairPlay));
        assert_eq!(system_of("urn:uuid:EDEF8BA9-79D6-4ACE-A3C8-27DCD51D21ED"), Some(DrmSystem::Widevine));
        assert_eq!(system_of("urn:mpeg:dash:mp4protection:2011"), None);
        assert_eq!(system_of("com.example"), None);
    }
}
