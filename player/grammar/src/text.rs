//! How a text file may be written without meaning anything else.

use proptest::prelude::*;

/// Freedom that playlists leave to whoever writes them.
#[derive(Clone, Copy, Debug)]
pub struct Looks {
    /// Lines end with carriage return and line feed.
    pub carriage_returns: bool,
    /// A byte order mark stands in front.
    pub byte_order_mark: bool,
    /// An empty line and a comment stand before every n-th line; 0 for none.
    pub blanks: usize,
    /// A tag that nobody knows stands before every n-th line; 0 for none.
    pub unknown_tags: usize,
    /// The last line has no end.
    pub unfinished: bool,
}

/// Any looks; `dirty` ones are not what the standard allows, and are understood nevertheless.
pub fn looks(dirty: bool) -> impl Strategy<Value = Looks> {
    (any::<bool>(), any::<bool>(), 0..5usize, 0..5usize, any::<bool>()).prop_map(
        move |(carriage_returns, mark, blanks, unknown_tags, unfinished)| Looks {
            carriage_returns,
            byte_order_mark: mark && dirty,
            blanks: if blanks == 1 { 0 } else { blanks },
            unknown_tags: if unknown_tags == 1 { 0 } else { unknown_tags },
            unfinished,
        },
    )
}

impl Looks {
    /// The text of lines.
    pub fn write(&self, lines: &[String]) -> String {
        let end = if self.carriage_returns { "\r\n" } else { "\n" };
        let mut out = String::new();
        if self.byte_order_mark {
            out.push('\u{FEFF}');
        }
        for (at, line) in lines.iter().enumerate() {
            // What follows a line that asks for the next one must stay there.
            let may_interrupt = at > 0 && !lines[at - 1].starts_with("#EXT-X-STREAM-INF");
            if may_interrupt && self.blanks > 0 && at % self.blanks == 0 {
                out.push_str(end);
                out.push_str("# a note");
                out.push_str(end);
            }
            if may_interrupt && self.unknown_tags > 0 && at % self.unknown_tags == 0 {
                out.push_str("#EXT-X-UNHEARD-OF:A=1,B=\"c,d\"");
                out.push_str(end);
            }
            out.push_str(line);
            if at + 1 < lines.len() || !self.unfinished {
                out.push_str(end);
            }
        }
        out
    }
}

/// References to resources, in all the forms that occur.
pub fn uri() -> impl Strategy<Value = String> {
    let name = "[a-z0-9_-]{1,8}";
    prop_oneof![
        4 => name.prop_map(|name| format!("{name}.m4s")),
        2 => (name, name).prop_map(|(folder, name)| format!("{folder}/{name}.ts")),
        1 => name.prop_map(|name| format!("../{name}.mp4")),
        1 => name.prop_map(|name| format!("/{name}.m4s")),
        1 => (name, name).prop_map(|(name, query)| format!("{name}.m4s?t={query}&x=1,2")),
        1 => name.prop_map(|name| format!("https://other.example/{name}.mp4")),
        1 => name.prop_map(|name| format!("//third.example/x/{name}.mp4")),
        1 => name.prop_map(|name| format!("./{name}/../{name}.m4s")),
    ]
}

/// An attribute list, `NAME=value` with what is given; absent ones are left out.
pub fn attributes(list: &[(&str, Option<String>)]) -> String {
    let written: Vec<String> =
        list.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref()?))).collect();
    written.join(",")
}

/// A quoted string.
pub fn quoted(text: &str) -> Option<String> {
    Some(format!("\"{text}\""))
}

/// Thousandths as a decimal number, as short as it can be.
pub fn decimal(milli: u64) -> String {
    let (whole, part) = (milli / 1000, milli % 1000);
    if part == 0 {
        return whole.to_string();
    }
    format!("{whole}.{part:03}").trim_end_matches('0').to_string()
}
