//! Resolving relative references. RFC 3986 5.2.

use alloc::string::String;

use bitaca_player_scan::work;

/// The five parts of a reference. RFC 3986 Appendix B.
#[derive(Clone, Copy)]
struct Parts<'a> {
    scheme: Option<&'a str>,
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
    /// A dot stands behind a slash somewhere, or in front.
    dots: bool,
}

/// The target of `reference` found in a document at `base`.
///
/// RFC 3986 5.2.2, Transform References. Nothing is percent-encoded or decoded, and a base that
/// is itself relative (a path, or nothing) works as far as it goes: the result is then relative.
pub fn resolve(base: &str, reference: &str) -> String {
    let reference = split(reference.trim());
    let base = split(base);
    let dots = reference.dots | base.dots;
    if reference.scheme.is_some() {
        return join(
            reference.scheme,
            reference.authority,
            "",
            reference.path,
            reference.query,
            reference.fragment,
            dots,
        );
    }
    if reference.authority.is_some() {
        return join(
            base.scheme,
            reference.authority,
            "",
            reference.path,
            reference.query,
            reference.fragment,
            dots,
        );
    }
    if reference.path.is_empty() {
        let query = reference.query.or(base.query);
        return join(base.scheme, base.authority, "", base.path, query, reference.fragment, dots);
    }
    let folder = if reference.path.starts_with('/') {
        ""
    } else if base.authority.is_some() && base.path.is_empty() {
        "/" // RFC 3986 5.2.3, Merge Paths: an authority without a path.
    } else {
        base.path.rfind('/').and_then(|at| base.path.get(..=at)).unwrap_or("")
    };
    join(base.scheme, base.authority, folder, reference.path, reference.query, reference.fragment, dots)
}

/// Whether a reference stands on its own: it has a scheme.
pub fn is_absolute(reference: &str) -> bool {
    split(reference).scheme.is_some()
}

fn split(text: &str) -> Parts<'_> {
    let (mut colon, mut question, mut hash) = (None, None, None);
    let (mut dots, mut before) = (false, b'/');
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'#' => {
                hash = Some(at);
                break;
            }
            b'?' if question.is_none() => question = Some(at),
            b':' if colon.is_none() && question.is_none() => colon = Some(at),
            b'.' if question.is_none() => dots |= before == b'/',
            _ => {}
        }
        before = byte;
    }
    work::visit(hash.unwrap_or(text.len()));
    let part = |from: usize, to: Option<usize>| text.get(from..to.unwrap_or(text.len())).unwrap_or("");
    let fragment = hash.map(|at| part(at + 1, None));
    let query = question.map(|at| part(at + 1, hash));
    let end = question.or(hash);
    let (scheme, rest) = match colon {
        Some(at) if is_scheme(part(0, Some(at))) => (Some(part(0, Some(at))), part(at + 1, end)),
        _ => (None, part(0, end)),
    };
    let (authority, path) = match rest.strip_prefix("//") {
        Some(after) => {
            let end = after.find('/').unwrap_or(after.len());
            (after.get(..end), after.get(end..).unwrap_or(""))
        }
        None => (None, rest),
    };
    Parts { scheme, authority, path, query, fragment, dots }
}

/// RFC 3986 3.1, Scheme.
fn is_scheme(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// RFC 3986 5.3, Component Recomposition; the path is `folder` + `path` without its dot segments.
fn join(
    scheme: Option<&str>,
    authority: Option<&str>,
    folder: &str,
    path: &str,
    query: Option<&str>,
    fragment: Option<&str>,
    dots: bool,
) -> String {
    let parts = [scheme, authority, query, fragment];
    let room: usize = parts.iter().map(|part| part.map_or(0, |part| part.len() + 3)).sum();
    let mut out = String::with_capacity(room + folder.len() + path.len());
    if let Some(scheme) = scheme {
        out.push_str(scheme);
        out.push(':');
    }
    if let Some(authority) = authority {
        out.push_str("//");
        out.push_str(authority);
    }
    let opaque =
        scheme.is_some() && authority.is_none() && !folder.starts_with('/') && !path.starts_with('/');
    if opaque {
        // `data:`, `blob:`, `urn:`: not a hierarchy.
        out.push_str(folder);
        out.push_str(path);
    } else {
        push_path(&mut out, folder, path, dots);
    }
    for (mark, part) in [('?', query), ('#', fragment)] {
        if let Some(part) = part {
            out.push(mark);
            out.push_str(part);
        }
    }
    out
}

/// RFC 3986 5.2.4, Remove Dot Segments, writing `folder` + `path` behind what `out` holds.
///
/// Each segment that stays is written with the slash after it, so that `.` is nothing to do and
/// `..` takes one segment back; nothing before `floor` is touched.
fn push_path(out: &mut String, folder: &str, path: &str, dots: bool) {
    let start = out.len();
    out.push_str(folder);
    out.push_str(path);
    if !dots {
        return; // Most paths: no walk and no copy.
    }
    work::visit(folder.len() + path.len());
    let merged = String::from(out.get(start..).unwrap_or(""));
    out.truncate(start);
    let relative = merged.strip_prefix('/');
    if relative.is_some() {
        out.push('/');
    }
    let floor = out.len();
    let mut segments = relative.unwrap_or(&merged).split('/').peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "." => {}
            ".." => {
                let kept = out.get(floor..).unwrap_or("");
                let kept = kept.strip_suffix('/').unwrap_or(kept);
                let keep = kept.rfind('/').map_or(0, |at| at + 1);
                out.truncate(floor + keep);
            }
            _ => {
                out.push_str(segment);
                if segments.peek().is_some() {
                    out.push('/');
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_3986() {
        // RFC 3986 5.4.1, Normal Examples, and 5.4.2, Abnormal Examples.
        let base = "http://a/b/c/d;p?q";
        for (reference, target) in [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"),
            ("g#s", "http://a/b/c/g#s"),
            ("g?y#s", "http://a/b/c/g?y#s"),
            (";x", "http://a/b/c/;x"),
            ("g;x?y#s", "http://a/b/c/g;x?y#s"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("../../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            (".g", "http://a/b/c/.g"),
            ("g..", "http://a/b/c/g.."),
            ("./../g", "http://a/b/g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/./h", "http://a/b/c/g/h"),
            ("g/../h", "http://a/b/c/h"),
            ("g;x=1/../y", "http://a/b/c/y"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("g#s/../x", "http://a/b/c/g#s/../x"),
            ("http:g", "http:g"),
        ] {
            assert_eq!(resolve(base, reference), target, "{reference}");
        }
    }

    #[test]
    fn relative_and_odd_bases() {
        assert_eq!(resolve("", "seg.m4s"), "seg.m4s");
        assert_eq!(resolve("video/playlist.m3u8", "../init.mp4"), "init.mp4");
        assert_eq!(resolve("/m/t/stream.mpd?x=1", "a/b"), "/m/t/a/b");
        assert_eq!(resolve("http://h", "a"), "http://h/a");
        assert_eq!(resolve("http://h?q=/x/", "a"), "http://h/a");
        assert_eq!(resolve("http://h/a/", "data:text/plain,a/../b"), "data:text/plain,a/../b");
        assert_eq!(resolve("http://h/a//b/", "../c"), "http://h/a//c");
        assert_eq!(resolve("http://h/x", "a:b/c"), "a:b/c");
        assert_eq!(resolve("http://h/x", " seg.ts\t"), "http://h/seg.ts");
    }
}
