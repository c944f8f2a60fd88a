//! Windows. ANSI/CTA-708-E, Windows; DefineWindow; SetWindowAttributes.

use alloc::vec::Vec;

use super::super::cue::{Align, Colour, Cue, Placement, Side, Writing, WHOLE};
use super::super::grid::{Cell, Grid, Pen};
use crate::limits;

/// One of a service's eight windows.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    pub(super) visible: bool,
    pub(super) pen: Pen,
    /// Of edges, whether there are any or not.
    pub(super) edge_colour: Option<Colour>,
    grid: Grid,
    row: usize,
    column: usize,
    priority: u8,
    relative: bool,
    vertical: u8,
    horizontal: u8,
    anchor: u8,
    fill: Option<Colour>,
    justify: u8,
    downwards: bool,
    wraps: bool,
    since_us: i64,
}

impl Window {
    /// DefineWindow: six parameters. A window that exists keeps its text.
    pub(super) fn define(&mut self, parameters: [u8; 6]) {
        let [flags, vertical, horizontal, anchor, columns, styles] = parameters;
        let new = self.grid.rows() == 0;
        let rows = usize::from(anchor & 15).min(14) + 1;
        let columns = (usize::from(columns & 63) + 1).min(limits::CAPTION_COLUMNS);
        if (rows, columns) != (self.grid.rows(), self.grid.columns()) {
            let mut grid = Grid::new(rows, columns);
            for row in 0..rows {
                for (to, from) in grid.row_mut(row).iter_mut().zip(self.grid.row(row)) {
                    *to = *from;
                }
            }
            self.grid = grid;
            (self.row, self.column) = (self.row.min(rows - 1), self.column.min(columns));
        }
        self.priority = flags & 7;
        (self.relative, self.vertical) = (vertical & 0x80 != 0, vertical & 0x7F);
        (self.horizontal, self.anchor) = (horizontal, anchor >> 4);
        let (window_style, pen_style) = (styles >> 3 & 7, styles & 7);
        if window_style != 0 || new {
            self.predefined(window_style.max(1));
        }
        if pen_style != 0 || new {
            self.pen = predefined_pen(pen_style.max(1));
        }
        if new {
            (self.row, self.column) = (0, 0);
        }
        self.visible = flags & 0x20 != 0;
    }

    /// Predefined window style IDs 1 to 7.
    fn predefined(&mut self, style: u8) {
        self.justify = if matches!(style, 3 | 6) { 2 } else { 0 };
        self.downwards = style == 7;
        self.wraps = matches!(style, 4..=6);
        // Black is what everybody draws anyway.
        self.fill = if matches!(style, 2 | 5) { Some(0) } else { None };
    }

    /// SetWindowAttributes: four parameters.
    pub(super) fn attributes(&mut self, parameters: [u8; 4]) {
        let [fill, _, flags, _] = parameters;
        self.fill = Some(colour(fill));
        self.justify = flags & 3;
        self.downwards = matches!(flags >> 4 & 3, 2 | 3);
        self.wraps = flags & 0x40 != 0;
    }

    /// SetPenLocation.
    pub(super) fn move_pen(&mut self, row: u8, column: u8) {
        self.row = usize::from(row & 15).min(self.grid.rows().saturating_sub(1));
        self.column = usize::from(column & 63).min(self.grid.columns().saturating_sub(1));
    }

    pub(super) fn write(&mut self, at_us: i64, shown: char, out: &mut Vec<Cue>) {
        if self.column >= self.grid.columns() {
            if !self.wraps {
                return;
            }
            self.carriage_return(at_us, out);
        }
        let there = self.grid.row(self.row).get(self.column).map_or('\0', |cell| cell.shown);
        if self.visible && self.grid.is_blank() {
            self.since_us = at_us;
        } else if !matches!(there, '\0' | ' ') && there != shown {
            self.close(at_us, out);
        }
        if let Some(cell) = self.grid.cell_mut(self.row, self.column) {
            *cell = Cell { shown, pen: self.pen, since_us: at_us };
        }
        self.column += 1;
    }

    pub(super) fn backspace(&mut self, at_us: i64, out: &mut Vec<Cue>) {
        self.close(at_us, out);
        self.column = self.column.saturating_sub(1);
        if let Some(cell) = self.grid.cell_mut(self.row, self.column) {
            *cell = Cell::default();
        }
    }

    /// CR: to the next row; at the last one the rows move up.
    pub(super) fn carriage_return(&mut self, at_us: i64, out: &mut Vec<Cue>) {
        self.column = 0;
        let last = self.grid.rows().saturating_sub(1);
        if self.row < last {
            self.row += 1;
            return;
        }
        self.close(at_us, out);
        self.grid.scroll(0, last);
    }

    /// HCR: back to the start of the row, which is erased.
    pub(super) fn horizontal_return(&mut self, at_us: i64, out: &mut Vec<Cue>) {
        self.close(at_us, out);
        self.grid.row_mut(self.row).fill(Cell::default());
        self.column = 0;
    }

    /// FF and ClearWindows.
    pub(super) fn clear(&mut self, at_us: i64, out: &mut Vec<Cue>) {
        self.close(at_us, out);
        self.grid.clear();
    }

    pub(super) fn home(&mut self) {
        (self.row, self.column) = (0, 0);
    }

    pub(super) fn show(&mut self, visible: bool, at_us: i64, out: &mut Vec<Cue>) {
        if visible != self.visible {
            self.close(at_us, out);
            self.visible = visible;
        }
    }

    /// What is seen ends here as a cue; what stays begins anew.
    pub(super) fn close(&mut self, at_us: i64, out: &mut Vec<Cue>) {
        let start_us = core::mem::replace(&mut self.since_us, at_us);
        if !self.visible || at_us <= start_us || out.len() >= limits::CUES {
            return;
        }
        let seen = || (0..self.grid.rows()).filter_map(|row| Some((row, self.grid.extent(row)?.0)));
        let Some((first, _)) = seen().next() else { return };
        let last = seen().next_back().map_or(first, |(row, _)| row);
        let left = seen().map(|(_, left)| left).min().unwrap_or(0);
        let (text, runs) =
            self.grid.spans(first..=last, left, start_us).finish(&mut limits::TEXT_RUNS.clone());
        let placement = self.placement(left);
        let layer = -i32::from(self.priority);
        out.push(Cue {
            start_us,
            end_us: at_us,
            layer,
            placement,
            text,
            runs,
            box_colour: self.fill,
            ..Cue::default()
        });
    }

    /// The anchor, on a grid of 75 by 210 in the safe area (four fifths of a 16:9 picture), or in
    /// per cent of it.
    fn placement(&self, left: usize) -> Placement {
        let at = |part: u8, of: i32| WHOLE / 10 + (i32::from(part).min(of) * 80_000) / of;
        let (x, y) = if self.relative {
            (at(self.horizontal, 100), at(self.vertical, 100))
        } else {
            (at(self.horizontal, 210), at(self.vertical, 75))
        };
        let sides = [Side::Start, Side::Centre, Side::End];
        let side = |part: u8| sides.get(usize::from(part)).copied().unwrap_or(Side::Start);
        let anchor_x = side(self.anchor % 3);
        // A column is five of the 210 steps.
        let column = 80_000 / 42;
        let align = match self.justify {
            1 => Align::Right,
            2 => Align::Centre,
            _ => Align::Left,
        };
        let indent = if anchor_x == Side::Start && align == Align::Left { left as i32 * column } else { 0 };
        Placement {
            x: Some((x + indent).min(WHOLE)),
            y: Some(y),
            anchor_x,
            anchor_y: side(self.anchor / 3),
            width: Some((self.grid.columns() as i32 * column).min(WHOLE)).filter(|_| align != Align::Left),
            align,
            writing: if self.downwards { Writing::VerticalLeft } else { Writing::Horizontal },
            fixed: true,
            ..Placement::default()
        }
    }
}

/// Predefined pen style IDs 1 to 7.
fn predefined_pen(style: u8) -> Pen {
    let font = match style {
        2 => 1,
        3 => 2,
        4 | 6 => 3,
        5 | 7 => 4,
        _ => 0,
    };
    let bordered = style >= 6;
    Pen { font, background: bordered.then_some(0), edge: bordered.then_some(0xFF), ..Pen::default() }
}

/// Opacity (solid, flashing, translucent, transparent) and two bits for each colour.
pub(super) fn colour(code: u8) -> Colour {
    let level = |shift: u8| u32::from(code >> shift & 3) * 85;
    let opacity = match code >> 6 {
        0 | 1 => 255,
        2 => 128,
        _ => 0,
    };
    level(4) << 24 | level(2) << 16 | level(0) << 8 | opacity
}
