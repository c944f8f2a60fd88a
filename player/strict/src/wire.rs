//! Requests and answers as bytes, little-endian; a text is its length as `u32` and its UTF-8.
//!
//! | request | |
//! |---|---|
//! | what `u8` | 0 check, 1 references, 2 the table of rules |
//! | files `u32`, then each | name (text), content (length `u32`, bytes); check and references |
//! | previous | whether there is one `u8`, then its content; check only |
//!
//! | answer | |
//! |---|---|
//! | to check: findings `u32`, then each | file `u32`, line `u32`, column `u32`, severity `u8`, rule, section, message (texts) |
//! | to references: count `u32`, then each | text |
//! | to rules: count `u32`, then each | severity `u8`, rule, section, says (texts) |

use crate::{check, references, rules, File};

/// The answer to a request, or what was expected of it.
///
/// # Errors
/// A request that is not whole, or asks for nothing that there is.
pub fn answer(request: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut from = Reader { rest: request };
    let what = from.u8()?;
    let mut to = Vec::new();
    if what == 2 {
        let all = rules::all();
        number(&mut to, all.len());
        for rule in all {
            to.push(rule.severity as u8);
            for one in [rule.id, rule.section, rule.says] {
                text(&mut to, one);
            }
        }
        return from.end(to);
    }
    let mut files = Vec::new();
    for _ in 0..from.u32()? {
        let name = core::str::from_utf8(from.bytes()?).map_err(|_| "names in UTF-8")?;
        files.push(File { name, bytes: from.bytes()? });
    }
    match what {
        0 => {
            let previous = if from.u8()? == 1 { Some(from.bytes()?) } else { None };
            let findings = check(&files, previous);
            number(&mut to, findings.len());
            for one in findings {
                number(&mut to, one.file);
                number(&mut to, one.line as usize);
                number(&mut to, one.column as usize);
                to.push(one.rule.severity as u8);
                for part in [one.rule.id, one.section, &one.message] {
                    text(&mut to, part);
                }
            }
        }
        1 => {
            let found = files.first().map(|file| references(file.bytes)).unwrap_or_default();
            number(&mut to, found.len());
            found.iter().for_each(|one| text(&mut to, one));
        }
        _ => return Err("a check, references or rules"),
    }
    from.end(to)
}

fn number(to: &mut Vec<u8>, value: usize) {
    to.extend_from_slice(&u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes());
}

fn text(to: &mut Vec<u8>, value: &str) {
    number(to, value.len());
    to.extend_from_slice(value.as_bytes());
}

const SHORT: &str = "a request that is whole";

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], &'static str> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(SHORT)?;
        self.rest = rest;
        Ok(taken)
    }

    fn u8(&mut self) -> Result<u8, &'static str> {
        self.take(1)?.first().copied().ok_or(SHORT)
    }

    fn u32(&mut self) -> Result<u32, &'static str> {
        Ok(u32::from_le_bytes(self.take(4)?.try_into().map_err(|_| SHORT)?))
    }

    fn bytes(&mut self) -> Result<&'a [u8], &'static str> {
        let length = self.u32()? as usize;
        self.take(length)
    }

    fn end(self, answer: Vec<u8>) -> Result<Vec<u8>, &'static str> {
        if self.rest.is_empty() {
            Ok(answer)
        } else {
            Err("a request that ends where it says")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(what: u8, content: &[u8]) -> Vec<u8> {
        let mut to = vec![what];
        number(&mut to, 1);
        text(&mut to, "a.m3u8");
        number(&mut to, content.len());
        to.extend_from_slice(content);
        if what == 0 {
            to.push(0);
        }
        to
    }

    #[test]
    fn a_check_is_answered_with_places_and_texts() {
        let found = answer(&request(0, b"#EXTM3U\n#EXTINF:4,\na.ts\n")).unwrap();
        assert!(u32::from_le_bytes(found[..4].try_into().unwrap()) > 0);
        let all = answer(&[2]).unwrap();
        assert_eq!(u32::from_le_bytes(all[..4].try_into().unwrap()) as usize, rules::all().len());
        let multivariant = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n";
        let found = answer(&request(1, multivariant)).unwrap();
        assert_eq!(found, [1, 0, 0, 0, 6, 0, 0, 0, b'a', b'.', b'm', b'3', b'u', b'8']);
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        let whole = request(0, b"#EXTM3U");
        for length in 0..whole.len() {
            assert!(answer(&whole[..length]).is_err(), "{length}");
        }
        let mut longer = whole;
        longer.push(0);
        assert!(answer(&longer).is_err());
        assert!(answer(&[9, 0, 0, 0, 0]).is_err());
    }
}
