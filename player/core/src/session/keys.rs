//! Keys of whole segments: METHOD=AES-128 with KEYFORMAT identity. RFC 8216bis 4.4.4.4, EXT-X-KEY,
//! 4.4.6.5, EXT-X-SESSION-KEY, and 5, Key Files.
//!
//! The session decides which key is fetched when, and says with every body which key and
//! initialization vector it needs. The keys themselves never come here: the host keeps them, so that no
//! recorded session, error or statistic can hold one.

use alloc::string::String;
use alloc::vec::Vec;

use super::filling::ROUNDING_US;
use super::phrase::{decimal, joined};
use super::requests::{Request, What};
use super::{Category, Cipher, Output, Session};
use crate::limits;
use crate::playlist::Key;
use crate::presentation::{Kind, Presentation, TextPool};

/// Octets of a key. RFC 8216bis 5, Structure of Key Files.
const KEY_BYTES: u64 = 16;
/// Times that something may be decrypted in vain before another rendition is tried.
const TRIES_DECRYPT: u32 = 2;

/// The keys that were asked for, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    known: Vec<Known>,
    /// Of the newest one.
    last: u32,
}

#[derive(Clone, Debug)]
struct Known {
    /// Names it to the host.
    number: u32,
    url: String,
    /// The host has it.
    held: bool,
    /// Why it cannot be had.
    lost: Option<String>,
}

/// What stands between a body and its media.
enum Lock {
    /// Nothing that the session has to do with.
    Open,
    /// A key of this address, and the vector.
    Key(String, [u8; 16]),
    /// The browser's key system opens it.
    Sample,
    /// Something that cannot be opened here.
    Shut(&'static str),
}

/// Whether this key is a file of 16 octets that decrypts segments as a whole.
pub(super) fn is_whole(key: &Key, text: &TextPool) -> bool {
    let format = text.opt(key.keyformat).unwrap_or("identity");
    text.get(key.method) == "AES-128" && format.eq_ignore_ascii_case("identity") && !key.uri.is_none()
}

/// Whether samples are encrypted one by one, which is the browser's to undo.
pub(super) fn is_by_sample(key: &Key, text: &TextPool) -> bool {
    text.get(key.method).starts_with("SAMPLE-AES")
}

/// The vector that a playlist writes as a hexadecimal number; `None` where it is none of 128 bits.
fn vector(written: &str) -> Option<[u8; 16]> {
    let digits = written.strip_prefix("0x").or(written.strip_prefix("0X"))?.as_bytes();
    if digits.is_empty() || digits.len() > 32 {
        return None;
    }
    let mut value: u128 = 0;
    for &digit in digits {
        value = value << 4 | u128::from(char::from(digit).to_digit(16)?);
    }
    Some(value.to_be_bytes())
}

impl Keys {
    pub(super) fn url(&self, number: u32) -> Option<&str> {
        self.known.iter().find(|known| known.number == number).map(|known| known.url.as_str())
    }

    fn at(&mut self, number: u32) -> Option<&mut Known> {
        self.known.iter_mut().find(|known| known.number == number)
    }

    /// The number of the key at an address, new where it was not asked for yet.
    fn number_of(&mut self, url: String) -> u32 {
        if let Some(known) = self.known.iter().find(|known| known.url == url) {
            return known.number;
        }
        if self.known.len() >= limits::KEYS {
            self.known.remove(0);
        }
        self.last = self.last.wrapping_add(1);
        self.known.push(Known { number: self.last, url, held: false, lost: None });
        self.last
    }

    /// Forget a key: it is asked for again when it is needed.
    fn forget(&mut self, number: u32) {
        self.known.retain(|known| known.number != number);
    }
}

impl Session {
    /// Ask for the keys that the multivariant playlist announces.
    pub(super) fn ask_session_keys(&mut self) {
        let Some(presentation) = &self.presentation else { return };
        let text = &presentation.text;
        let whole = presentation.session_keys.iter().filter(|key| is_whole(key, text));
        let urls: Vec<String> = whole.map(|key| presentation.resolve(text.get(key.uri))).collect();
        for url in urls {
            self.ask_key(url);
        }
    }

    /// Ask for a key that is neither held nor on its way; its number.
    fn ask_key(&mut self, url: String) -> u32 {
        let number = self.keys.number_of(url);
        let settled = self.keys.at(number).is_none_or(|known| known.held || known.lost.is_some());
        if !settled && !self.is_asked(&What::Key(number)) {
            self.fetch(What::Key(number));
        }
        number
    }

    fn lock_of(&self, rendition: usize, set: Option<u32>, sequence: u64) -> Lock {
        let segments = self.presentation.as_ref().and_then(|presentation| {
            presentation.renditions.get(rendition).and_then(|one| one.segments.as_ref())
        });
        let protected = |one: &Presentation| {
            one.kind == Kind::Dash
                && one.renditions.get(rendition).is_some_and(|one| !one.protection.is_empty())
        };
        if self.presentation.as_ref().is_some_and(protected) {
            return Lock::Sample;
        }
        let (Some(segments), Some(set)) = (segments, set) else { return Lock::Open };
        let (keys, text) = (segments.keys_of(set), segments.text());
        if let Some(key) = keys.iter().find(|key| is_whole(key, text)) {
            let iv = match text.opt(key.iv) {
                Some(written) => vector(written),
                // RFC 8216bis 5, Initialization Vector for AES-128.
                None => Some(u128::from(sequence).to_be_bytes()),
            };
            let url = crate::url::resolve(segments.base(), text.get(key.uri));
            return iv.map_or(Lock::Shut("an IV that is no number of 128 bits"), |iv| Lock::Key(url, iv));
        }
        if keys.iter().any(|key| is_by_sample(key, text)) {
            return Lock::Sample;
        }
        Lock::Shut("encrypted by an unknown method or for an unknown key format")
    }

    /// Key set and sequence number of what a request brings.
    fn seal_of(&self, what: &What) -> (usize, Option<u32>, u64) {
        let segments = |rendition: usize| {
            self.presentation.as_ref().and_then(|one| one.renditions.get(rendition)?.segments.as_ref())
        };
        match *what {
            What::Text { rendition, start_us, .. } => {
                let index = segments(rendition).and_then(|one| one.at_time(start_us + ROUNDING_US));
                self.seal_at(rendition, index.unwrap_or(0))
            }
            What::Segment { rendition, index, .. } => self.seal_at(rendition, index),
            What::Part { rendition, keys, number, .. } => (rendition, keys, number),
            // Its IV must be written; without one, zero is what others take.
            What::Init { rendition, number, .. } | What::TextInit { rendition, number } => {
                (rendition, segments(rendition).and_then(|one| one.init_keys(number)), 0)
            }
            _ => (0, None, 0),
        }
    }

    /// Key set and sequence number of a segment.
    fn seal_at(&self, rendition: usize, index: usize) -> (usize, Option<u32>, u64) {
        let one = self.presentation.as_ref().and_then(|one| one.renditions.get(rendition)?.segments.as_ref());
        let found = one.map(|one| (one.key_set_of(index), one.number(index)));
        let (set, number) = found.unwrap_or((None, 0));
        (rendition, set, number)
    }

    /// How a body is decrypted.
    pub(super) fn cipher_of(&self, what: &What) -> Option<Cipher> {
        if let What::Key(key) | What::Licence(key) = *what {
            return Some(Cipher { key, iv: [0; 16] });
        }
        let (rendition, set, sequence) = self.seal_of(what);
        let Lock::Key(url, iv) = self.lock_of(rendition, set, sequence) else { return None };
        let key = self.keys.known.iter().find(|known| known.url == url)?.number;
        Some(Cipher { key, iv })
    }

    /// Whether a body could be decrypted if it were fetched now; asks for its key where it is not known.
    /// Where it cannot be had, playback goes on without the rendition.
    pub(super) fn unlock(&mut self, what: &What) -> bool {
        let (rendition, set, sequence) = self.seal_of(what);
        match self.lock_of(rendition, set, sequence) {
            Lock::Open => true,
            Lock::Sample => self.guard(rendition, set),
            Lock::Shut(why) => {
                self.lose_rendition(rendition, 4001, Category::Drm, String::from(why));
                false
            }
            Lock::Key(url, _) => {
                let number = self.ask_key(url);
                let Some(known) = self.keys.at(number) else { return false };
                let held = known.held;
                if let Some(told) = known.lost.clone() {
                    self.lose_rendition(rendition, 4002, Category::Drm, told);
                }
                held
            }
        }
    }

    /// Ask for the key of a segment that comes soon.
    pub(super) fn foresee(&mut self, rendition: usize, index: usize) {
        let (_, set, sequence) = self.seal_at(rendition, index);
        match self.lock_of(rendition, set, sequence) {
            Lock::Key(url, _) => {
                self.ask_key(url);
            }
            Lock::Sample => self.foresee_licence(rendition, set),
            Lock::Open | Lock::Shut(_) => {}
        }
    }

    /// A key has come to the host.
    pub(super) fn on_key(&mut self, number: u32, bytes: u64) {
        let Some(known) = self.keys.at(number) else { return };
        known.held = bytes == KEY_BYTES;
        if !known.held {
            known.lost = Some(joined(&["a key of ", &decimal(bytes), " bytes, expected 16"]));
        }
    }

    /// A key cannot be had; whoever needs it is told when it does.
    pub(super) fn lose_key(&mut self, number: u32, told: String) {
        if let Some(known) = self.keys.at(number) {
            known.lost = Some(told);
        }
    }

    /// Whether a refused key is a sign that the addresses are no longer accepted: it lies beside the
    /// manifest. Another server's refusal is meant for this viewer.
    pub(super) fn is_beside_manifest(&self, number: u32) -> bool {
        let folder = self.url.rsplit_once('/').map_or("", |(folder, _)| folder);
        !folder.is_empty() && self.keys.url(number).is_some_and(|url| url.starts_with(folder))
    }

    /// The host could not decrypt a body: fetch key and body again, then do without the rendition.
    pub(super) fn on_undecryptable(&mut self, request: &Request) {
        let told = String::from("a segment that its key does not decrypt");
        match request.what {
            What::Licence(_) | What::Certificate => {}
            _ => {
                if let Some(cipher) = self.cipher_of(&request.what) {
                    self.keys.forget(cipher.key);
                }
            }
        }
        match request.what {
            What::Text { rendition, .. } | What::TextInit { rendition, .. } => {
                self.skip_text(rendition, &request.what);
                self.emit(Output::Error { code: 1004, category: Category::Drm, fatal: false, data: told });
            }
            What::Licence(number) => {
                self.lose_licence(number, 4005, String::from("the key system did not take the licence"));
            }
            What::Certificate => {
                self.fail(4005, Category::Drm, String::from("the key system did not take the certificate"));
            }
            _ => {
                let Some(lane) = request.what.lane() else { return };
                self.abort_lane(lane);
                self.lanes[lane].refusals += 1;
                if self.lanes[lane].refusals >= TRIES_DECRYPT {
                    let rendition = self.lanes[lane].rendition;
                    self.lose_rendition(rendition, 4003, Category::Drm, told);
                }
            }
        }
    }

    /// Whether samples of MPEG-TS or packed audio are encrypted one by one, which no browser undoes.
    pub(super) fn is_sealed_stream(&self, rendition: usize) -> bool {
        let Some(presentation) = &self.presentation else { return false };
        let Some(segments) = presentation.renditions.get(rendition).and_then(|one| one.segments.as_ref())
        else {
            return false;
        };
        presentation.kind != Kind::Dash && segments.init_by_id(0).is_none() && segments.has_key(is_by_sample)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_is_a_number_of_128_bits() {
        assert_eq!(vector("0x1"), Some(1u128.to_be_bytes()));
        assert_eq!(vector("0XFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"), Some([255; 16]));
        for odd in ["", "0x", "1", "0xG", "0x100000000000000000000000000000000"] {
            assert_eq!(vector(odd), None, "{odd}");
        }
    }

    #[test]
    fn keys_are_kept_by_address_and_the_oldest_gives_way() {
        let mut keys = Keys::default();
        let first = keys.number_of(String::from("https://h/k0"));
        assert_eq!(keys.number_of(String::from("https://h/k0")), first);
        for number in 1..=limits::KEYS as u64 {
            keys.number_of(joined(&["https://h/k", &decimal(number)]));
        }
        assert_eq!(keys.url(first), None);
        assert_eq!(keys.known.len(), limits::KEYS);
    }
}
