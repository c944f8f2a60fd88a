//! Screens of character cells, which both caption systems draw on.

use alloc::vec::Vec;

use super::cue::{Colour, Karaoke, KaraokeKind, Spans, Style, WHOLE};

/// How a character is drawn. `None` is the system's default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pen {
    pub(super) colour: Option<Colour>,
    pub(super) background: Option<Colour>,
    pub(super) edge: Option<Colour>,
    pub(super) italic: bool,
    pub(super) underline: bool,
    pub(super) flash: bool,
    /// CTA-708 pen size less the standard one: -1, 0 or 1.
    pub(super) size: i8,
    /// CTA-708 font style.
    pub(super) font: u8,
}

impl Pen {
    /// As a style of the model; fonts are numbered as [`super::cea708`] names them.
    fn style(&self) -> Style {
        Style {
            italic: self.italic,
            underline: self.underline,
            flash: self.flash,
            colour: self.colour,
            background: self.background,
            outline_colour: self.edge,
            size: WHOLE + i32::from(self.size) * 25_000,
            font: u16::from(self.font),
            ..Style::default()
        }
    }
}

/// One cell: a character, or nothing (`\0`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) shown: char,
    pub(super) pen: Pen,
    /// When it was written.
    pub(super) since_us: i64,
}

/// Rows of cells, all of one width.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Grid {
    cells: Vec<Cell>,
    columns: usize,
}

impl Grid {
    pub(super) fn new(rows: usize, columns: usize) -> Self {
        let mut cells = Vec::new();
        cells.resize(rows * columns, Cell::default());
        Self { cells, columns }
    }

    pub(super) fn rows(&self) -> usize {
        self.cells.len().checked_div(self.columns).unwrap_or(0)
    }

    pub(super) const fn columns(&self) -> usize {
        self.columns
    }

    pub(super) fn row(&self, row: usize) -> &[Cell] {
        let start = row.saturating_mul(self.columns);
        self.cells.get(start..start.saturating_add(self.columns)).unwrap_or(&[])
    }

    pub(super) fn row_mut(&mut self, row: usize) -> &mut [Cell] {
        let start = row.saturating_mul(self.columns);
        self.cells.get_mut(start..start.saturating_add(self.columns)).unwrap_or(&mut [])
    }

    pub(super) fn cell_mut(&mut self, row: usize, column: usize) -> Option<&mut Cell> {
        self.row_mut(row).get_mut(column)
    }

    pub(super) fn clear(&mut self) {
        self.cells.fill(Cell::default());
    }

    /// Move the rows of a range up by one; the last becomes empty.
    pub(super) fn scroll(&mut self, first: usize, last: usize) {
        for row in first..last {
            self.copy_row(row + 1, row);
        }
        self.row_mut(last).fill(Cell::default());
    }

    pub(super) fn copy_row(&mut self, from: usize, to: usize) {
        for column in 0..self.columns {
            let cell = self.row(from).get(column).copied().unwrap_or_default();
            if let Some(slot) = self.cell_mut(to, column) {
                *slot = cell;
            }
        }
    }

    /// First and last column in which a row shows something.
    pub(super) fn extent(&self, row: usize) -> Option<(usize, usize)> {
        let seen = |cell: &Cell| !matches!(cell.shown, '\0' | ' ' | '\u{A0}');
        let row = self.row(row);
        Some((row.iter().position(seen)?, row.iter().rposition(seen)?))
    }

    pub(super) fn is_blank(&self) -> bool {
        (0..self.rows()).all(|row| self.extent(row).is_none())
    }

    /// Rows as text, from `column` on. Cells written after `start_us` appear when they were.
    pub(super) fn spans(
        &self,
        rows: core::ops::RangeInclusive<usize>,
        column: usize,
        start_us: i64,
    ) -> Spans {
        let mut spans = Spans::default();
        let first = *rows.start();
        let mut style = Style::default();
        for row in rows {
            if row > first {
                spans.push("\n", &style);
            }
            let Some((from, to)) = self.extent(row) else { continue };
            for _ in column..from {
                spans.push(" ", &Style::default());
            }
            for cell in self.row(row).get(from..=to).unwrap_or(&[]) {
                style = cell.pen.style();
                if cell.since_us > start_us {
                    let at = cell.since_us.saturating_sub(start_us);
                    style.karaoke = Some(Karaoke { kind: KaraokeKind::Appear, start_us: at, end_us: at });
                }
                let shown = if cell.shown == '\0' { ' ' } else { cell.shown };
                spans.push(shown.encode_utf8(&mut [0; 4]), &style);
            }
        }
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_text_with_what_appears_later() {
        let mut grid = Grid::new(2, 8);
        for (column, shown, since_us) in [(2, 'a', 0), (3, 'b', 5), (5, 'c', 5)] {
            *grid.cell_mut(0, column).expect("a cell") = Cell { shown, since_us, ..Cell::default() };
        }
        assert_eq!(grid.extent(0), Some((2, 5)));
        let spans = grid.spans(0..=0, 1, 1);
        assert_eq!(spans.text, " ab c");
        assert_eq!(spans.runs.iter().filter(|run| run.style.karaoke.is_some()).count(), 2);
        grid.scroll(0, 1);
        assert!(grid.is_blank());
        assert!(grid.row(9).is_empty());
    }
}
