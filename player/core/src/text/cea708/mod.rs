//! Digital television captions. ANSI/CTA-708-E.
//!
//! Packets hold service blocks; a service's bytes are characters and commands for its eight windows.

mod chars;
mod window;

use alloc::vec::Vec;

use super::cue::{Cue, Document, Names};
use crate::bytes::Reader;
use crate::limits;
use window::{colour, Window};

/// Font styles 1 to 7; 0 is the default. ANSI/CTA-708-E, SetPenAttributes, Font style.
const FONTS: [&str; 7] = [
    "monospaced serif",
    "proportional serif",
    "monospaced sans-serif",
    "proportional sans-serif",
    "casual",
    "cursive",
    "small capitals",
];

/// Puts packets together and hands their blocks to services. ANSI/CTA-708-E, Caption Channel
/// Packets and Service Blocks.
#[derive(Clone, Debug, Default)]
pub(super) struct Packets {
    packet: Vec<u8>,
    /// Bytes that the open packet has in all; 0 where none is open.
    size: usize,
    /// By number, in rising order.
    services: Vec<(u8, Service)>,
}

impl Packets {
    /// A packet begins: its header has sequence number (2 bits) and size code (6 bits).
    pub(super) fn start(&mut self, at_us: i64, bytes: [u8; 2]) {
        self.end(at_us);
        let code = usize::from(bytes[0] & 0x3F);
        self.size = if code == 0 { 128 } else { code * 2 };
        self.packet.extend_from_slice(&bytes);
        self.complete(at_us);
    }

    pub(super) fn more(&mut self, at_us: i64, bytes: [u8; 2]) {
        if self.size > 0 {
            self.packet.extend_from_slice(&bytes);
            self.complete(at_us);
        }
    }

    fn complete(&mut self, at_us: i64) {
        if self.packet.len() >= self.size {
            self.end(at_us);
        }
    }

    /// The packet is over: what came of it is read.
    pub(super) fn end(&mut self, at_us: i64) {
        self.size = 0;
        let mut packet = core::mem::take(&mut self.packet);
        let mut reader = Reader::new(packet.get(1..).unwrap_or(&[]));
        while let Some(header) = reader.u8() {
            let size = usize::from(header & 31);
            let number = match header >> 5 {
                7 if size > 0 => reader.u8().map_or(0, |extended| extended & 63),
                number => number,
            };
            // The null block ends the packet.
            if number == 0 && size == 0 {
                break;
            }
            // A block that is cut short is read as far as it goes.
            let whole = reader.rest().len().min(size);
            let Some(block) = reader.take(whole) else { break };
            if number != 0 && !block.is_empty() {
                self.service(number).block(at_us, block);
            }
        }
        packet.clear();
        self.packet = packet;
    }

    fn service(&mut self, number: u8) -> &mut Service {
        let at = match self.services.binary_search_by_key(&number, |(known, _)| *known) {
            Ok(at) => at,
            Err(at) => {
                self.services.insert(at, (number, Service::default()));
                at
            }
        };
        &mut self.services[at].1
    }

    /// Time passes: delays end.
    pub(super) fn tick(&mut self, at_us: i64) {
        for (_, service) in &mut self.services {
            if service.delayed_until.is_some_and(|until| at_us >= until) {
                service.resume(at_us);
            }
        }
    }

    pub(super) fn flush(&mut self, at_us: i64) {
        self.tick(at_us);
        for (_, service) in &mut self.services {
            service.windows.iter_mut().for_each(|window| window.close(at_us, &mut service.cues));
        }
    }

    /// The services that have shown something.
    pub(super) fn heard(&self) -> impl Iterator<Item = u8> + '_ {
        self.services.iter().filter(|(_, service)| service.heard).map(|(number, _)| *number)
    }

    pub(super) fn take(&mut self, number: u8) -> Document {
        let found = self.services.iter_mut().find(|(known, _)| *known == number);
        let cues = found.map(|(_, service)| core::mem::take(&mut service.cues)).unwrap_or_default();
        let mut document = Document { cues, ..Document::default() };
        if !document.cues.is_empty() {
            document.names = fonts();
        }
        document
    }
}

fn fonts() -> Names {
    let mut names = Names::default();
    for font in FONTS {
        names.number(font);
    }
    names
}

/// One caption service.
#[derive(Clone, Debug, Default)]
struct Service {
    windows: [Window; 8],
    /// A window that is not defined has no rows.
    defined: u8,
    current: Option<usize>,
    /// The start of a command that goes on in the next block.
    rest: Vec<u8>,
    /// Bytes that came during a delay.
    held: Vec<u8>,
    delayed_until: Option<i64>,
    cues: Vec<Cue>,
    heard: bool,
}

impl Service {
    fn block(&mut self, at_us: i64, block: &[u8]) {
        if self.delayed_until.is_some() {
            self.held.extend_from_slice(block);
            // DelayCancel, Reset and a full buffer end a delay. ANSI/CTA-708-E, Delay.
            let cancelled = block.iter().any(|code| matches!(code, 0x8E | 0x8F));
            if !cancelled && self.held.len() < limits::CAPTION_DELAY_BYTES {
                return;
            }
            return self.resume(at_us);
        }
        let mut bytes = core::mem::take(&mut self.rest);
        bytes.extend_from_slice(block);
        self.run(at_us, &bytes);
    }

    /// A delay is over: what was held is read, up to the next delay.
    fn resume(&mut self, at_us: i64) {
        self.delayed_until = None;
        let mut bytes = core::mem::take(&mut self.rest);
        bytes.append(&mut self.held);
        self.run(at_us, &bytes);
    }

    fn run(&mut self, at_us: i64, bytes: &[u8]) {
        let mut reader = Reader::new(bytes);
        loop {
            let before = reader.rest();
            if before.is_empty() {
                return;
            }
            if self.delayed_until.is_some() {
                self.held.extend_from_slice(before);
                return;
            }
            if self.code(at_us, &mut reader).is_none() {
                // No command is longer than this; what is cut short waits for its rest.
                if before.len() < 64 {
                    self.rest = before.to_vec();
                }
                return;
            }
        }
    }

    /// One code of C0, G0, C1 or G1. ANSI/CTA-708-E, Code space organisation.
    fn code(&mut self, at_us: i64, reader: &mut Reader) -> Option<()> {
        match reader.u8()? {
            0x10 => return self.extended(at_us, reader),
            0x18 => {
                let shown = char::from_u32(u32::from(reader.u16()?)).unwrap_or('\u{FFFD}');
                self.write(at_us, shown);
            }
            code @ (0x08 | 0x0C..=0x0E) => {
                let out = &mut self.cues;
                if let Some(window) = self.current.and_then(|at| self.windows.get_mut(at)) {
                    match code {
                        0x08 => window.backspace(at_us, out),
                        0x0C => {
                            window.clear(at_us, out);
                            window.home();
                        }
                        0x0D => window.carriage_return(at_us, out),
                        _ => window.horizontal_return(at_us, out),
                    }
                }
            }
            0x00..=0x0F => {}
            0x11..=0x17 => {
                reader.u8()?;
            }
            0x19..=0x1F => {
                reader.u16()?;
            }
            code @ (0x20..=0x7F | 0xA0..=0xFF) => self.write(at_us, chars::basic(code)),
            code => return self.command(at_us, code, reader),
        }
        Some(())
    }

    /// EXT1: codes of C2, C3, G2 and G3. Those without a meaning yet have lengths.
    fn extended(&mut self, at_us: i64, reader: &mut Reader) -> Option<()> {
        let skipped = match reader.u8()? {
            0x00..=0x07 => 0,
            0x08..=0x0F => 1,
            0x10..=0x17 => 2,
            0x18..=0x1F => 3,
            code @ 0x20..=0x7F => {
                self.write(at_us, chars::miscellaneous(code));
                0
            }
            0x80..=0x87 => 4,
            0x88..=0x8F => 5,
            // Of variable length: the next byte's low bits say it.
            0x90..=0x9F => usize::from(reader.u8()? & 0x1F),
            0xA0 => {
                "[CC]".chars().for_each(|shown| self.write(at_us, shown));
                0
            }
            _ => {
                self.write(at_us, '_');
                0
            }
        };
        reader.take(skipped).map(|_| ())
    }

    /// C1: caption commands.
    fn command(&mut self, at_us: i64, code: u8, reader: &mut Reader) -> Option<()> {
        match code {
            0x80..=0x87 => {
                let at = usize::from(code & 7);
                if self.defined & 1 << at != 0 {
                    self.current = Some(at);
                }
            }
            0x88..=0x8C => {
                let which = reader.u8()?;
                self.windows_of(at_us, code, which);
            }
            0x8D => {
                let tenths = reader.u8()?;
                if tenths > 0 {
                    self.delayed_until = Some(at_us.saturating_add(i64::from(tenths) * 100_000));
                }
            }
            0x8E => {}
            0x8F => self.windows_of(at_us, 0x8C, 0xFF),
            0x90 => {
                let (size, look) = (reader.u8()?, reader.u8()?);
                if let Some(window) = self.window() {
                    let edge_colour = window.edge_colour;
                    let pen = &mut window.pen;
                    pen.size = (size & 3).min(2) as i8 - 1;
                    (pen.italic, pen.underline) = (look & 0x80 != 0, look & 0x40 != 0);
                    pen.font = look & 7;
                    // Six kinds of edges are one kind of outline here.
                    pen.edge = (look >> 3 & 7 != 0).then_some(edge_colour.unwrap_or(0xFF));
                }
            }
            0x91 => {
                let (front, back, edge) = (reader.u8()?, reader.u8()?, reader.u8()?);
                if let Some(window) = self.window() {
                    let edge_colour = colour(edge & 0x3F);
                    window.edge_colour = Some(edge_colour);
                    let pen = &mut window.pen;
                    pen.colour = Some(colour(front));
                    pen.background = Some(colour(back));
                    pen.edge = pen.edge.map(|_| edge_colour);
                    pen.flash = front >> 6 == 1;
                }
            }
            0x92 => {
                let (row, column) = (reader.u8()?, reader.u8()?);
                if let Some(window) = self.window() {
                    window.move_pen(row, column);
                }
            }
            0x97 => {
                let parameters = reader.take(4)?.try_into().ok()?;
                let at = self.current?;
                let (window, out) = (self.windows.get_mut(at)?, &mut self.cues);
                window.close(at_us, out);
                window.attributes(parameters);
            }
            0x98..=0x9F => {
                let parameters = reader.take(6)?.try_into().ok()?;
                let at = usize::from(code & 7);
                let (window, out) = (self.windows.get_mut(at)?, &mut self.cues);
                window.close(at_us, out);
                window.define(parameters);
                self.defined |= 1 << at;
                self.current = Some(at);
            }
            _ => {}
        }
        Some(())
    }

    /// ClearWindows, DisplayWindows, HideWindows, ToggleWindows, DeleteWindows: a bit each.
    fn windows_of(&mut self, at_us: i64, code: u8, which: u8) {
        let out = &mut self.cues;
        for (at, window) in self.windows.iter_mut().enumerate() {
            if which & self.defined & 1 << at == 0 {
                continue;
            }
            match code {
                0x88 => window.clear(at_us, out),
                0x89 => window.show(true, at_us, out),
                0x8A => window.show(false, at_us, out),
                0x8B => window.show(!window.visible, at_us, out),
                _ => {
                    window.close(at_us, out);
                    *window = Window::default();
                }
            }
        }
        if code == 0x8C {
            self.defined &= !which;
            self.current = self.current.filter(|at| self.defined & 1 << at != 0);
        }
    }

    fn window(&mut self) -> Option<&mut Window> {
        self.windows.get_mut(self.current?)
    }

    fn write(&mut self, at_us: i64, shown: char) {
        let out = &mut self.cues;
        if let Some(window) = self.current.and_then(|at| self.windows.get_mut(at)) {
            window.write(at_us, shown, out);
            self.heard |= shown != ' ';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cue::{Align, Side};
    use super::*;

    /// A visible window 0 of 2 rows and 32 columns, anchored at its bottom centre.
    const DEFINE: [u8; 7] = [0x98, 0x20, 0x80 | 90, 50, 7 << 4 | 1, 31, 3 << 3 | 1];

    fn packet(service: u8, bytes: &[u8]) -> Vec<u8> {
        let mut body = Vec::new();
        if service > 6 {
            body.extend([7 << 5 | bytes.len() as u8, service]);
        } else {
            body.push(service << 5 | bytes.len() as u8);
        }
        body.extend_from_slice(bytes);
        body.push(0);
        if body.len() % 2 == 0 {
            body.push(0);
        }
        body.insert(0, (body.len() as u8).div_ceil(2));
        body
    }

    fn send(packets: &mut Packets, at_ms: i64, service: u8, bytes: &[u8]) {
        let packet = packet(service, bytes);
        let mut pairs = packet.chunks(2);
        let first = pairs.next().expect("a header");
        packets.start(at_ms * 1000, [first[0], first[1]]);
        for pair in pairs {
            packets.more(at_ms * 1000, [pair[0], pair[1]]);
        }
        packets.tick(at_ms * 1000);
    }

    fn texts(document: &Document) -> Vec<(i64, i64, &str)> {
        document.cues.iter().map(|cue| (cue.start_us / 1000, cue.end_us / 1000, cue.text())).collect()
    }

    #[test]
    fn a_window_with_text_comes_and_goes() {
        let mut packets = Packets::default();
        send(&mut packets, 0, 1, &DEFINE);
        send(&mut packets, 100, 1, b"Ol\xE1\x0D\x10\x33fim\x10\x34\x18\x26\x6A\x7F");
        send(&mut packets, 900, 1, &[0x8C, 1]);
        let document = packets.take(1);
        assert_eq!(texts(&document), [(100, 900, "Olá\n“fim”♪♪")]);
        let place = document.cues[0].placement;
        assert_eq!(
            (place.x, place.y, place.anchor_x, place.anchor_y),
            (Some(50_000), Some(82_000), Side::Centre, Side::End)
        );
        assert_eq!((place.align, place.width), (Align::Centre, Some(32 * (80_000 / 42))));
    }

    #[test]
    fn hidden_windows_fill_unseen() {
        let mut packets = Packets::default();
        let mut define = DEFINE;
        define[1] = 0;
        send(&mut packets, 0, 1, &define);
        send(&mut packets, 100, 1, b"ab");
        send(&mut packets, 500, 1, &[0x89, 1]);
        send(&mut packets, 700, 1, &[0x8B, 1]);
        send(&mut packets, 900, 1, &[0x8B, 0xFF]);
        packets.flush(1_000_000);
        assert_eq!(texts(&packets.take(1)), [(500, 700, "ab"), (900, 1000, "ab")]);
    }

    #[test]
    fn rows_move_up_and_letters_appear() {
        let mut packets = Packets::default();
        send(&mut packets, 0, 1, &DEFINE);
        for (at, text) in [(0, &b"a"[..]), (100, b"\x0Db"), (200, b"\x0Dc"), (300, b"\x08d"), (400, b"\x0Ee")]
        {
            send(&mut packets, at, 1, text);
        }
        packets.flush(500_000);
        let document = packets.take(1);
        assert_eq!(
            texts(&document),
            [(0, 200, "a\nb"), (200, 300, "b\nc"), (300, 400, "b\nd"), (400, 500, "b\ne")]
        );
        let appears = document.cues[0].runs.last().and_then(|run| run.style.karaoke);
        assert_eq!(appears.map(|karaoke| karaoke.start_us), Some(100_000));
    }

    #[test]
    fn pens() {
        let mut packets = Packets::default();
        send(&mut packets, 0, 1, &DEFINE);
        send(
            &mut packets,
            0,
            1,
            &[0x91, 0b0011_1100, 0b1100_0000, 0b0011_0000, 0x90, 2, 0b1101_1011, b'x', 0x92, 1, 4, b'y'],
        );
        packets.flush(100_000);
        let document = packets.take(1);
        let cue = &document.cues[0];
        assert_eq!(cue.text(), "x\n    y");
        let style = cue.runs[0].style;
        assert_eq!((style.colour, style.background), (Some(0xFFFF_00FF), Some(0)));
        assert_eq!((style.italic, style.underline, style.size), (true, true, 125_000));
        assert_eq!(document.names.get(style.font), "monospaced sans-serif");
        assert_eq!(style.outline_colour, Some(0xFF00_00FF));
    }

    #[test]
    fn delays_hold_back_until_they_end_or_are_cancelled() {
        let mut packets = Packets::default();
        send(&mut packets, 0, 1, &DEFINE);
        send(&mut packets, 0, 1, &[b'a', 0x8D, 5, b'b']);
        send(&mut packets, 200, 1, b"c");
        packets.tick(500_000);
        send(&mut packets, 600, 1, &[0x8D, 255, b'd']);
        send(&mut packets, 700, 1, &[0x8E]);
        packets.flush(800_000);
        let document = packets.take(1);
        assert_eq!(texts(&document), [(0, 800, "abcd")]);
        let starts: Vec<_> =
            document.cues[0].spans().map(|(text, s)| (text, s.karaoke.map(|k| k.start_us / 1000))).collect();
        assert_eq!(starts, [("a", None), ("bc", Some(500)), ("d", Some(700))]);
    }

    #[test]
    fn services_are_apart_and_commands_may_be_cut() {
        let mut packets = Packets::default();
        send(&mut packets, 0, 1, &DEFINE[..4]);
        send(&mut packets, 0, 1, &DEFINE[4..]);
        send(&mut packets, 0, 1, b"um");
        send(&mut packets, 0, 9, &DEFINE);
        send(&mut packets, 0, 9, b"nove");
        send(&mut packets, 0, 2, b"no window");
        packets.flush(100_000);
        assert_eq!(packets.heard().collect::<Vec<_>>(), [1, 9]);
        assert_eq!(texts(&packets.take(1)), [(0, 100, "um")]);
        assert_eq!(texts(&packets.take(9)), [(0, 100, "nove")]);
    }

    #[test]
    fn unknown_codes_have_lengths() {
        let mut packets = Packets::default();
        send(&mut packets, 0, 1, &DEFINE);
        send(
            &mut packets,
            0,
            1,
            &[0x11, b'x', 0x19, b'x', b'x', 0x93, 0x10, 0x08, b'x', 0x10, 0x80, 1, 2, 3, 4, b'a'],
        );
        send(&mut packets, 0, 1, &[0x10, 0x90, 2, b'x', b'x', 0x10, 0xA0, 0x10, 0x22, 0x03, b'b']);
        packets.flush(100_000);
        assert_eq!(texts(&packets.take(1)), [(0, 100, "a[CC]_b")]);
    }
}
