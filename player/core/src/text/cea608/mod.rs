//! Line 21 captions. ANSI/CTA-608-E.
//!
//! Two fields of two channels each give CC1 to CC4. Text services are passed over, and so is the
//! Extended Data Service of field 2.

mod chars;

use alloc::vec::Vec;

use super::cue::{Align, Colour, Cue, Document, Placement, Side, WHOLE};
use super::grid::{Cell, Grid, Pen};
use crate::limits;

const ROWS: usize = 15;
const COLUMNS: usize = 32;

/// One field of line 21: which of its channels is addressed, and by what.
#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    channels: [Decoder; 2],
    current: Option<usize>,
    /// The control code of the pair before, which may come twice.
    last: Option<[u8; 2]>,
    in_xds: bool,
}

impl Field {
    /// One pair of bytes with their parity bits.
    pub(super) fn pair(&mut self, at_us: i64, pair: [u8; 2]) {
        // Odd parity: "Parity errors". A damaged code does nothing; a damaged letter is a block.
        let good = pair.map(|byte| byte.count_ones() % 2 == 1);
        let [first, mut second] = pair.map(|byte| byte & 0x7F);
        if !good[0] || (first < 0x20 && !good[1]) {
            self.last = None;
            return;
        }
        if !good[1] {
            second = 0x7F;
        }
        match first {
            0x00 if second == 0 => self.last = None,
            0x01..=0x0F => {
                // An XDS packet starts or continues, and ends with 0x0F and its checksum.
                self.in_xds = first != 0x0F;
                self.last = None;
            }
            0x10..=0x1F => {
                self.in_xds = false;
                let code = [first, second];
                if self.last == Some(code) {
                    // The repetition that guards against noise; a third one counts again.
                    self.last = None;
                    return;
                }
                self.last = Some(code);
                let channel = usize::from(first & 8 != 0);
                self.current = Some(channel);
                if let Some(decoder) = self.channels.get_mut(channel) {
                    decoder.control(at_us, first & !8, second);
                }
            }
            _ => {
                self.last = None;
                if self.in_xds {
                    return;
                }
                let Some(decoder) = self.current.and_then(|at| self.channels.get_mut(at)) else { return };
                for code in [first, second] {
                    if code >= 0x20 {
                        decoder.write(at_us, chars::standard(code));
                    }
                }
            }
        }
    }

    pub(super) fn flush(&mut self, at_us: i64) {
        self.channels.iter_mut().for_each(|decoder| decoder.close(at_us));
    }

    /// Which channels have shown something.
    pub(super) fn heard(&self) -> [bool; 2] {
        [self.channels[0].heard, self.channels[1].heard]
    }

    pub(super) fn take(&mut self, channel: usize) -> Document {
        let Some(decoder) = self.channels.get_mut(channel) else { return Document::default() };
        let cues = core::mem::take(&mut decoder.cues);
        let ignored = core::mem::take(&mut decoder.ignored);
        Document { cues, ignored, ..Document::default() }
    }
}

/// How captions come. ANSI/CTA-608-E, Caption modes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    /// Nothing was told yet: nothing is shown.
    #[default]
    None,
    PopOn,
    /// With this many rows.
    RollUp(usize),
    PaintOn,
    /// The text service, which is no caption.
    Text,
}

/// One channel.
#[derive(Clone, Debug)]
struct Decoder {
    mode: Mode,
    displayed: Grid,
    hidden: Grid,
    row: usize,
    column: usize,
    pen: Pen,
    /// Since when `displayed` shows what it shows, but for what appeared.
    since_us: i64,
    cues: Vec<Cue>,
    ignored: u32,
    heard: bool,
}

impl Default for Decoder {
    fn default() -> Self {
        Self {
            mode: Mode::None,
            displayed: Grid::new(ROWS, COLUMNS),
            hidden: Grid::new(ROWS, COLUMNS),
            row: ROWS - 1,
            column: 0,
            pen: Pen::default(),
            since_us: i64::MIN,
            cues: Vec::new(),
            ignored: 0,
            heard: false,
        }
    }
}

impl Decoder {
    /// A control code, its channel bit cleared. ANSI/CTA-608-E, Control codes.
    fn control(&mut self, at_us: i64, first: u8, second: u8) {
        match (first, second) {
            (0x14 | 0x15, 0x20..=0x2F) => self.miscellaneous(at_us, second),
            (0x17, 0x21..=0x23) => {
                // Tab offsets move over what stands there.
                self.column = (self.column + usize::from(second - 0x20)).min(COLUMNS - 1);
            }
            (0x11, 0x20..=0x2F) => self.mid_row(at_us, second),
            (0x11, 0x30..=0x3F) => {
                if let Some(shown) = chars::special(second) {
                    self.write(at_us, shown);
                }
            }
            (0x12 | 0x13, 0x20..=0x3F) => {
                if let Some(shown) = chars::extended(first, second) {
                    self.backspace(at_us);
                    self.write(at_us, shown);
                }
            }
            (0x10, 0x20..=0x2F) => {
                let opacity = if second & 1 == 0 { 0xFF } else { 0x80 };
                self.background(at_us, Some(colour_of(second >> 1 & 7).unwrap_or(0xFF) & !0xFF | opacity));
            }
            (0x17, 0x2D) => self.background(at_us, Some(0)),
            (0x17, 0x2E | 0x2F) => {
                self.pen.colour = Some(0xFF);
                self.pen.underline = second & 1 != 0;
                self.backspace(at_us);
                self.write(at_us, ' ');
            }
            (0x10..=0x17, 0x40..=0x7F) => self.preamble(at_us, first, second),
            _ => {}
        }
    }

    /// ANSI/CTA-608-E, Miscellaneous control codes.
    fn miscellaneous(&mut self, at_us: i64, code: u8) {
        match code {
            0x20 => self.mode = Mode::PopOn,
            0x21 => self.backspace(at_us),
            0x24 => self.erase_row_end(at_us),
            0x25..=0x27 => self.roll_up(at_us, usize::from(code - 0x23)),
            0x28 => {
                // Flash on takes a cell, as mid-row codes do.
                self.pen.flash = true;
                self.write(at_us, ' ');
            }
            0x29 => self.mode = Mode::PaintOn,
            0x2A | 0x2B => self.mode = Mode::Text,
            0x2C => {
                self.close(at_us);
                self.displayed.clear();
            }
            0x2D => self.carriage_return(at_us),
            0x2E => self.hidden.clear(),
            0x2F => {
                self.close(at_us);
                self.mode = Mode::PopOn;
                core::mem::swap(&mut self.displayed, &mut self.hidden);
            }
            _ => {}
        }
    }

    /// Whether what is written is seen at once.
    fn is_live(&self) -> bool {
        matches!(self.mode, Mode::RollUp(_) | Mode::PaintOn)
    }

    /// The memory that is written to; none in the text service.
    fn memory(&mut self) -> Option<&mut Grid> {
        match self.mode {
            Mode::PopOn => Some(&mut self.hidden),
            Mode::RollUp(_) | Mode::PaintOn => Some(&mut self.displayed),
            Mode::None | Mode::Text => None,
        }
    }

    fn write(&mut self, at_us: i64, shown: char) {
        if self.is_live() {
            // Adding to an empty screen begins a cue; replacing what is seen begins another.
            let (row, column) = (self.row, self.column);
            let there = self.displayed.row(row).get(column).map_or('\0', |cell| cell.shown);
            if self.displayed.is_blank() {
                self.since_us = at_us;
            } else if !matches!(there, '\0' | ' ') && there != shown {
                self.close(at_us);
            }
        }
        let (row, column, pen) = (self.row, self.column, self.pen);
        let Some(memory) = self.memory() else { return };
        if let Some(cell) = memory.cell_mut(row, column) {
            *cell = Cell { shown, pen, since_us: at_us };
            self.heard |= shown != ' ';
        }
        // The last column is written again and again.
        self.column = (column + 1).min(COLUMNS - 1);
    }

    fn backspace(&mut self, at_us: i64) {
        let full =
            self.column == COLUMNS - 1 && self.row_cell(COLUMNS - 1).is_some_and(|cell| cell.shown != '\0');
        if !full {
            let Some(column) = self.column.checked_sub(1) else { return };
            self.column = column;
        }
        let (row, column, live) = (self.row, self.column, self.is_live());
        if live
            && self
                .row_cell(column)
                .is_some_and(|cell| !matches!(cell.shown, '\0' | ' ') && cell.since_us < at_us)
        {
            self.close(at_us);
        }
        if let Some(cell) = self.memory().and_then(|memory| memory.cell_mut(row, column)) {
            *cell = Cell::default();
        }
    }

    fn row_cell(&mut self, column: usize) -> Option<Cell> {
        let row = self.row;
        self.memory()?.row(row).get(column).copied()
    }

    fn erase_row_end(&mut self, at_us: i64) {
        if self.is_live() {
            self.close(at_us);
        }
        let (row, column) = (self.row, self.column);
        if let Some(memory) = self.memory() {
            memory.row_mut(row).iter_mut().skip(column).for_each(|cell| *cell = Cell::default());
        }
    }

    /// Resume roll-up captions. Another mode's text goes; the base row is kept.
    fn roll_up(&mut self, at_us: i64, rows: usize) {
        match self.mode {
            Mode::RollUp(before) => {
                if rows < before {
                    self.close(at_us);
                    for row in (self.row + 1).saturating_sub(before)..(self.row + 1).saturating_sub(rows) {
                        self.displayed.row_mut(row).fill(Cell::default());
                    }
                }
            }
            _ => {
                if self.mode != Mode::Text {
                    self.close(at_us);
                    self.displayed.clear();
                    self.hidden.clear();
                }
                (self.row, self.column) = (ROWS - 1, 0);
            }
        }
        self.mode = Mode::RollUp(rows);
    }

    /// Roll up by one row.
    fn carriage_return(&mut self, at_us: i64) {
        let Mode::RollUp(rows) = self.mode else { return };
        self.close(at_us);
        self.displayed.scroll((self.row + 1).saturating_sub(rows), self.row);
        self.column = 0;
        self.pen = Pen::default();
    }

    /// ANSI/CTA-608-E, Mid-row codes: a space that changes colour or slant.
    fn mid_row(&mut self, at_us: i64, code: u8) {
        match colour_of(code >> 1 & 7) {
            Some(colour) => {
                self.pen.colour = Some(colour).filter(|colour| *colour != 0xFFFF_FFFF);
                self.pen.italic = false;
            }
            None => self.pen.italic = true,
        }
        self.pen.underline = code & 1 != 0;
        self.pen.flash = false;
        self.write(at_us, ' ');
    }

    /// ANSI/CTA-608-E, Background and foreground attribute codes: they take the place of the space
    /// before them.
    fn background(&mut self, at_us: i64, colour: Option<Colour>) {
        self.pen.background = colour;
        self.backspace(at_us);
        self.write(at_us, ' ');
    }

    /// ANSI/CTA-608-E, Preamble address codes: row, and indent or colour.
    fn preamble(&mut self, at_us: i64, first: u8, second: u8) {
        // Two rows for each first byte, but for the eleventh.
        let rows: [usize; 8] = [11, 1, 3, 12, 14, 5, 7, 9];
        let lower = second & 0x20 != 0;
        if first == 0x10 && lower {
            return;
        }
        let row = rows.get(usize::from(first & 7)).copied().unwrap_or(1) - 1 + usize::from(lower);
        if let Mode::RollUp(rows) = self.mode {
            self.move_base(at_us, row.max(rows - 1), rows);
        } else {
            self.row = row;
        }
        self.pen = Pen { underline: second & 1 != 0, ..Pen::default() };
        self.column = 0;
        if second & 0x10 != 0 {
            self.column = usize::from(second >> 1 & 7) * 4;
        } else {
            match colour_of(second >> 1 & 7) {
                Some(colour) => self.pen.colour = Some(colour).filter(|colour| *colour != 0xFFFF_FFFF),
                None => self.pen.italic = true,
            }
        }
    }

    /// Another base row takes the rolled-up rows along.
    fn move_base(&mut self, at_us: i64, row: usize, rows: usize) {
        if row == self.row {
            return;
        }
        self.close(at_us);
        let mut moved = Grid::new(ROWS, COLUMNS);
        for up in 0..rows {
            let (Some(from), Some(to)) = (self.row.checked_sub(up), row.checked_sub(up)) else { break };
            moved.row_mut(to).copy_from_slice(self.displayed.row(from));
        }
        self.displayed = moved;
        self.row = row;
    }

    /// What is on screen ends here as cues; what stays begins anew.
    fn close(&mut self, at_us: i64) {
        let start_us = core::mem::replace(&mut self.since_us, at_us);
        if at_us <= start_us {
            return;
        }
        let mut row = 0;
        while row < ROWS {
            let Some((mut left, _)) = self.displayed.extent(row) else {
                row += 1;
                continue;
            };
            let first = row;
            while let Some((from, _)) = self.displayed.extent(row + 1) {
                left = left.min(from);
                row += 1;
            }
            self.emit(first, row, left, start_us, at_us);
            row += 1;
        }
    }

    /// Rows that follow one another are one cue.
    fn emit(&mut self, first: usize, last: usize, left: usize, start_us: i64, end_us: i64) {
        if self.cues.len() >= limits::CUES {
            self.ignored += 1;
            return;
        }
        let spans = self.displayed.spans(first..=last, left, start_us);
        let (text, runs) = spans.finish(&mut limits::TEXT_RUNS.clone());
        // The grid covers the safe area: four fifths of the picture each way.
        let at = |part: usize, of: usize| WHOLE / 10 + (part * 80_000 / of) as i32;
        let placement = Placement {
            x: Some(at(left, COLUMNS)),
            anchor_x: Side::Start,
            y: Some(at(first, ROWS)),
            anchor_y: Side::Start,
            align: Align::Left,
            fixed: true,
            ..Placement::default()
        };
        self.cues.push(Cue { start_us, end_us, placement, text, runs, ..Cue::default() });
    }
}

/// The seven colours, and `None` for italics; as the attribute codes count them. Black is the
/// eighth where codes have no italics.
fn colour_of(number: u8) -> Option<Colour> {
    [0xFFFF_FFFF, 0x00FF_00FF, 0x0000_FFFF, 0x00FF_FFFF, 0xFF00_00FF, 0xFFFF_00FF, 0xFF00_FFFF]
        .get(usize::from(number))
        .copied()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::string::String;

    /// A byte with its odd parity bit.
    pub(in super::super) fn parity(byte: u8) -> u8 {
        let byte = byte & 0x7F;
        byte | u8::from(byte.count_ones().is_multiple_of(2)) << 7
    }

    /// Pairs, one each 100 ms from `at` ms on; codes are sent once.
    struct Line(Field, i64);

    impl Line {
        fn new() -> Self {
            Self(Field::default(), 0)
        }

        fn codes(&mut self, codes: &[(u8, u8)]) -> &mut Self {
            for &(a, b) in codes {
                self.0.pair(self.1 * 1000, [parity(a), parity(b)]);
                self.1 += 100;
            }
            self
        }

        fn text(&mut self, text: &str) -> &mut Self {
            for pair in text.as_bytes().chunks(2) {
                self.codes(&[(pair[0], pair.get(1).copied().unwrap_or(0))]);
            }
            self
        }

        fn cues(&mut self, channel: usize) -> Vec<(i64, i64, String)> {
            self.0.flush(self.1 * 1000);
            let cues = self.0.take(channel).cues;
            cues.into_iter().map(|cue| (cue.start_us / 1000, cue.end_us / 1000, cue.text)).collect()
        }
    }

    #[test]
    fn pop_on_appears_at_once_and_goes_at_once() {
        let mut line = Line::new();
        line.codes(&[(0x14, 0x20), (0x14, 0x2E), (0x14, 0x54), (0x17, 0x22)]).text("Oi!");
        line.codes(&[(0x14, 0x70)]).text("Ana");
        assert_eq!(line.1, 900);
        line.codes(&[(0x14, 0x2F), (0, 0), (0x14, 0x2C), (0, 0)]);
        assert_eq!(line.cues(0), [(900, 1100, String::from("          Oi!\nAna"))]);
    }

    #[test]
    fn places_on_the_grid() {
        let mut line = Line::new();
        line.codes(&[(0x14, 0x20), (0x11, 0x54), (0x17, 0x21)]).text("ab").codes(&[
            (0x14, 0x2F),
            (0, 0),
            (0x14, 0x2C),
        ]);
        let cue = &line.0.take(0).cues[0];
        // Row 1, column 9 of 32 within four fifths of the picture.
        assert_eq!((cue.placement.x, cue.placement.y), (Some(10_000 + 9 * 2_500), Some(10_000)));
    }

    #[test]
    fn roll_up_keeps_its_rows_and_letters_appear() {
        let mut line = Line::new();
        line.codes(&[(0x14, 0x25), (0x14, 0x2D), (0x14, 0x70)])
            .text("um")
            .codes(&[(0x14, 0x2D)])
            .text("dois");
        line.codes(&[(0x14, 0x2D)]).text("3");
        let cues = line.cues(0);
        let texts: Vec<_> = cues.iter().map(|cue| (cue.0, cue.1, cue.2.as_str())).collect();
        assert_eq!(texts, [(300, 400, "um"), (400, 700, "um\ndois"), (700, 900, "dois\n3")]);
    }

    #[test]
    fn what_appears_later_is_told_in_the_cue() {
        let mut line = Line::new();
        line.codes(&[(0x14, 0x29), (0x14, 0x70)]).text("abcd").codes(&[(0, 0), (0x14, 0x2C)]);
        let cue = &line.0.take(0).cues[0];
        let parts: Vec<_> =
            cue.spans().map(|(text, style)| (text, style.karaoke.map(|k| k.start_us))).collect();
        assert_eq!(parts, [("ab", None), ("cd", Some(100_000))]);
        assert_eq!((cue.start_us, cue.end_us), (200_000, 500_000));
    }

    #[test]
    fn colours_italics_and_underlines() {
        let mut line = Line::new();
        line.codes(&[(0x14, 0x20), (0x14, 0x6A)]).text("am").codes(&[(0x11, 0x2F)]).text("it");
        line.codes(&[(0x11, 0x28), (0x10, 0x24)]).text("re").codes(&[(0x14, 0x2F), (0, 0), (0x14, 0x2C)]);
        let cue = &line.0.take(0).cues[0];
        let looks: Vec<_> =
            cue.spans().map(|(text, s)| (text, s.colour, s.italic, s.underline, s.background)).collect();
        let (yellow, red, blue) = (Some(0xFFFF_00FF), Some(0xFF00_00FF), Some(0x0000_FFFF));
        let expected = [
            ("am", yellow, false, false, None),
            (" it", yellow, true, true, None),
            (" re", red, false, false, blue),
        ];
        assert_eq!(looks, expected);
    }

    #[test]
    fn special_and_extended_characters() {
        let mut line = Line::new();
        line.codes(&[(0x14, 0x29), (0x14, 0x70)]).text("n*o").codes(&[(0x14, 0x21), (0x11, 0x37)]);
        line.text("A").codes(&[(0x13, 0x20)]).text("\\").codes(&[(0x12, 0x20)]);
        assert_eq!(line.cues(0).pop().map(|cue| cue.2).as_deref(), Some("ná♪ÃÁ"));
    }

    #[test]
    fn codes_come_twice_and_count_once() {
        let mut line = Line::new();
        line.codes(&[(0x14, 0x29), (0x14, 0x29), (0x14, 0x70), (0x14, 0x70)]).text("ab");
        line.codes(&[(0x14, 0x21), (0x14, 0x21)]).text("c");
        assert_eq!(line.cues(0).pop().map(|cue| cue.2).as_deref(), Some("ac"));
        let mut line = Line::new();
        line.codes(&[(0x14, 0x29), (0x14, 0x70)])
            .text("ab")
            .codes(&[(0x14, 0x21), (0x14, 0x21), (0x14, 0x21)])
            .text("c");
        assert_eq!(line.cues(0).pop().map(|cue| cue.2).as_deref(), Some("c"));
    }

    #[test]
    fn parity_guards() {
        let mut line = Line::new();
        line.codes(&[(0x14, 0x29), (0x14, 0x70)]);
        line.0.pair(200_000, [0x14, parity(0x2C)]); // even parity: no code
        line.0.pair(200_000, [parity(b'a'), parity(b'b') ^ 0x80]);
        line.1 = 300;
        assert_eq!(line.cues(0), [(200, 300, String::from("a█"))]);
    }

    #[test]
    fn channels_and_data_services_are_apart() {
        let mut line = Line::new();
        line.codes(&[(0x14, 0x29), (0x14, 0x70)]).text("ab").codes(&[(0x1C, 0x29), (0x1C, 0x70)]).text("xy");
        line.codes(&[(0x01, 0x03)]).text("Film").codes(&[(0x0F, 0x1D)]).text("zz");
        line.codes(&[(0x14, 0x2A)]).text("text").codes(&[(0x14, 0x29)]).text("cd");
        let texts = |cues: Vec<(i64, i64, String)>| cues.into_iter().map(|cue| cue.2).collect::<Vec<_>>();
        assert_eq!(texts(line.cues(0)), ["abcd"]);
        assert_eq!(texts(line.cues(1)), ["xyzz"]);
    }

    #[test]
    fn a_moved_base_row_takes_its_text_along() {
        let mut line = Line::new();
        line.codes(&[(0x14, 0x26), (0x14, 0x70)])
            .text("ab")
            .codes(&[(0x13, 0x40)])
            .text("c")
            .codes(&[(0x14, 0x2C)]);
        let cues = line.0.take(0).cues;
        assert_eq!(cues.iter().map(|cue| cue.text()).collect::<Vec<_>>(), ["ab", "ab", "cb"]);
        assert_eq!(cues[2].placement.y, Some(10_000 + 11 * 80_000 / 15));
    }
}
