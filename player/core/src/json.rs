//! JSON (RFC 8259), as much of it as steering manifests, lists of assets and the like need.
//!
//! A value is a stretch of the text, looked into on demand: nothing is built, and what nobody asks
//! for is only passed over. Depth is bounded by [`limits::JSON_DEPTH`].

use alloc::string::String;

use crate::limits;
use crate::time::parse_signed_micro;

/// A value: the text from its first character on, which may go on behind it.
#[derive(Clone, Copy, Debug)]
pub struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// The document's value; `None` where the text is no JSON.
    pub fn document(text: &'a str) -> Option<Self> {
        let text = blank(text.strip_prefix('\u{FEFF}').unwrap_or(text));
        let rest = skip(text, 0)?;
        blank(rest).is_empty().then_some(Self(text))
    }

    /// The member of an object.
    pub fn get(self, name: &str) -> Option<Self> {
        let mut rest = self.0.strip_prefix('{')?;
        loop {
            rest = blank(rest);
            let key = Self(rest);
            let value = blank(blank(skip(rest, 0)?).strip_prefix(':')?);
            if key.is(name) {
                return Some(Self(value));
            }
            rest = blank(skip(value, 0)?).strip_prefix(',')?;
        }
    }

    /// The values of an array; none where it is no array.
    pub fn items(self) -> impl Iterator<Item = Self> + 'a {
        let mut next = self.0.strip_prefix('[').map(blank).filter(|rest| !rest.starts_with(']'));
        core::iter::from_fn(move || {
            let this = next.take()?;
            next = skip(this, 0).and_then(|rest| blank(rest).strip_prefix(',')).map(blank);
            Some(Self(this))
        })
    }

    /// The names and values of an object; none where it is no object.
    pub fn members(self) -> impl Iterator<Item = (String, Self)> + 'a {
        let mut next = self.0.strip_prefix('{').map(blank).filter(|rest| !rest.starts_with('}'));
        core::iter::from_fn(move || {
            let this = next.take()?;
            let value = blank(blank(skip(this, 0)?).strip_prefix(':')?);
            next = skip(value, 0).and_then(|rest| blank(rest).strip_prefix(',')).map(blank);
            Some((Self(this).text()?, Self(value)))
        })
    }

    /// A string, with its escapes replaced.
    pub fn text(self) -> Option<String> {
        let mut rest = self.0.strip_prefix('"')?;
        let mut out = String::new();
        loop {
            let stop = rest.bytes().position(|byte| byte == b'"' || byte == b'\\')?;
            out.push_str(rest.get(..stop)?);
            let mut after = rest.get(stop..)?.chars();
            if after.next() == Some('"') {
                return Some(out);
            }
            out.push(match after.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\u{8}',
                'f' => '\u{C}',
                'u' => escaped(&mut after)?,
                other => other,
            });
            rest = after.as_str();
        }
    }

    /// A number in millionths; what lies outside of 63 bits, or has an exponent, is none.
    pub fn micro(self) -> Option<i64> {
        let end = self.0.bytes().position(|byte| !matches!(byte, b'-' | b'.' | b'0'..=b'9'));
        parse_signed_micro(self.0.get(..end.unwrap_or(self.0.len()))?.as_bytes())
    }

    /// Whether it is this string.
    fn is(self, name: &str) -> bool {
        self.text().is_some_and(|text| text == name)
    }
}

fn blank(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\n', '\r'])
}

/// `\uXXXX`, and a second one where the first is half of a pair.
fn escaped(rest: &mut core::str::Chars<'_>) -> Option<char> {
    let first = unit(rest)?;
    if !(0xD800..0xDC00).contains(&first) {
        return Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    if rest.next()? != '\\' || rest.next()? != 'u' {
        return None;
    }
    let second = unit(rest)?.wrapping_sub(0xDC00);
    char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second & 0x3FF))
}

/// Four hexadecimal digits.
fn unit(rest: &mut core::str::Chars<'_>) -> Option<u32> {
    let mut value = 0;
    for _ in 0..4 {
        value = value * 16 + rest.next()?.to_digit(16)?;
    }
    Some(value)
}

/// What stands behind the value at the beginning.
fn skip(text: &str, depth: u32) -> Option<&str> {
    if depth > limits::JSON_DEPTH {
        return None;
    }
    let (close, keyed) = match text.bytes().next()? {
        b'"' => {
            let mut escaped = false;
            let end = text.bytes().skip(1).position(|byte| {
                let ends = byte == b'"' && !escaped;
                escaped = byte == b'\\' && !escaped;
                ends
            });
            return text.get(end? + 2..);
        }
        b'{' => ('}', true),
        b'[' => (']', false),
        _ => {
            let end = text.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)));
            return text.get(end.unwrap_or(text.len())..).filter(|rest| rest.len() < text.len());
        }
    };
    let mut rest = blank(text.get(1..)?);
    if let Some(rest) = rest.strip_prefix(close) {
        return Some(rest);
    }
    loop {
        if keyed {
            rest = rest.starts_with('"').then_some(rest)?;
            rest = blank(blank(skip(rest, depth + 1)?).strip_prefix(':')?);
        }
        rest = blank(skip(rest, depth + 1)?);
        if let Some(rest) = rest.strip_prefix(close) {
            return Some(rest);
        }
        rest = blank(rest.strip_prefix(',')?);
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn members_items_and_escapes() {
        let text = r#" {"a" : {"b":[1, -2.5 ,true,null]}, "ASSETS":[{"URI":"a\/\u00e1\ud83d\ude00.m3u8","DURATION":15.25}] } "#;
        let json = Json::document(text).expect("a document");
        let asset = json.get("ASSETS").and_then(|list| list.items().next()).expect("an asset");
        assert_eq!(asset.get("URI").and_then(Json::text).as_deref(), Some("a/á😀.m3u8"));
        assert_eq!(asset.get("DURATION").and_then(Json::micro), Some(15_250_000));
        let numbers = json.get("a").and_then(|a| a.get("b")).expect("a list");
        let numbers: Vec<Option<i64>> = numbers.items().map(Json::micro).collect();
        assert_eq!(numbers, [Some(1_000_000), Some(-2_500_000), None, None]);
        assert!(json.get("c").is_none() && json.items().next().is_none() && json.text().is_none());
        assert_eq!(Json::document("[]").map(|list| list.items().count()), Some(0));
    }

    #[test]
    fn what_is_no_json_is_none() {
        for text in ["", "{", "[1,", "{\"a\" 1}", "{a:1}", "\"x", "{} {}", "[1 2]", ",", "{\"a\":}"] {
            assert!(Json::document(text).is_none(), "{text}");
        }
        let deep = String::from_utf8([b'['; 100].to_vec()).expect("text");
        assert!(Json::document(&deep).is_none());
    }

    #[test]
    fn a_cut_text_is_survived() {
        let text = r#"{"ASSETS":[{"URI":"a\u00e1\ud83d","DURATION":15.25},{"URI":1}],"x":"é"}"#;
        for end in (0..text.len() - 1).filter(|end| text.is_char_boundary(*end)) {
            let json = Json(&text[..end]);
            let found: usize = json
                .get("ASSETS")
                .map_or(0, |list| list.items().filter_map(|one| one.get("URI").and_then(Json::text)).count());
            assert!(found <= 1 && json.get("x").and_then(Json::text).is_none());
        }
    }
}
