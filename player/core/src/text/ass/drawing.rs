//! Vector drawings. "Sub Station Alpha v4.00+ Script Format", Drawing commands.

use alloc::vec::Vec;

use super::super::cue::{share, Step};
use super::fixed;

/// `m 0 0 l 100 0 100 100`: drawn at a scale of 2^(`scale` - 1), on the script's canvas.
///
/// Stops where `left` points are used up.
pub(super) fn steps(text: &str, scale: i64, canvas: [i64; 2], left: &mut usize) -> Vec<Step> {
    let shift = (scale.clamp(1, 16) - 1) as u32;
    let [width, height] = canvas.map(|length| (length * 1000) << shift);
    let mut pen = Pen { steps: Vec::new(), command: b'm', points: Vec::new(), spline: Vec::new() };
    let mut x = None;
    for word in text.split_ascii_whitespace() {
        let Some(value) = fixed(word) else {
            pen.change(word.as_bytes().first().copied().unwrap_or(0));
            x = None;
            continue;
        };
        let Some(before) = x.take() else {
            x = Some(share(value, width));
            continue;
        };
        if *left == 0 {
            break;
        }
        *left -= 1;
        pen.point([before, share(value, height)]);
    }
    pen.change(0);
    pen.steps
}

struct Pen {
    steps: Vec<Step>,
    command: u8,
    /// Points of a command that wants several.
    points: Vec<[i32; 2]>,
    /// Control points of the open spline.
    spline: Vec<[i32; 2]>,
}

impl Pen {
    fn point(&mut self, at: [i32; 2]) {
        match self.command {
            b'm' => self.steps.push(Step::Move(at)),
            b'n' => self.steps.push(Step::MoveOpen(at)),
            b'l' => self.steps.push(Step::Line(at)),
            b'b' => {
                self.points.push(at);
                if let [first, second, end] = *self.points.as_slice() {
                    self.steps.push(Step::Cubic([first, second, end]));
                    self.points.clear();
                }
            }
            b's' | b'p' => {
                if self.spline.is_empty() {
                    self.spline.extend(self.last());
                }
                self.knot(at);
            }
            _ => {}
        }
    }

    /// Where the pen stands.
    fn last(&self) -> Option<[i32; 2]> {
        self.steps.last().map(|step| match *step {
            Step::Move(at) | Step::MoveOpen(at) | Step::Line(at) | Step::Cubic([_, _, at]) => at,
        })
    }

    fn change(&mut self, command: u8) {
        self.points.clear();
        if command == b'c' {
            // The spline closes by beginning again.
            let first: Vec<_> = self.spline.iter().copied().take(3).collect();
            first.into_iter().for_each(|at| self.knot(at));
        }
        if command != b'p' {
            self.spline.clear();
        }
        self.command = command;
    }

    /// One more control point of a uniform cubic B-spline; from the fourth on each gives a curve.
    fn knot(&mut self, at: [i32; 2]) {
        self.spline.push(at);
        let Some(&[a, b, c, d]) = self.spline.last_chunk::<4>() else { return };
        let mix = |weights: [i64; 4], of: i64| {
            let axis = |i: usize| {
                let sum: i64 = [a, b, c, d].iter().zip(weights).map(|(p, w)| i64::from(p[i]) * w).sum();
                (sum / of) as i32
            };
            [axis(0), axis(1)]
        };
        if self.spline.len() == 4 {
            self.steps.push(Step::Line(mix([1, 4, 1, 0], 6)));
        }
        self.steps.push(Step::Cubic([mix([0, 2, 1, 0], 3), mix([0, 1, 2, 0], 3), mix([0, 1, 4, 1], 6)]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(text: &str) -> Vec<Step> {
        steps(text, 1, [100, 100], &mut 100)
    }

    #[test]
    fn lines_and_curves_repeat_their_command() {
        let expected = [
            Step::Move([0, 0]),
            Step::Line([10_000, 0]),
            Step::Line([10_000, 10_000]),
            Step::MoveOpen([1_500, 2_000]),
        ];
        assert_eq!(draw("m 0 0 l 10 0 10 10 n 1.5 2"), expected);
        assert_eq!(draw("m 0 0 b 1 1 2 2 3 3 4 4").len(), 2);
    }

    #[test]
    fn splines_become_curves() {
        // Four points on a line stay on it.
        let steps = draw("m 0 0 s 30 0 60 0 90 0 p 120 0 c");
        assert_eq!(steps[1], Step::Line([30_000, 0]));
        assert_eq!(steps[2], Step::Cubic([[40_000, 0], [50_000, 0], [60_000, 0]]));
        assert_eq!(steps[3], Step::Cubic([[70_000, 0], [80_000, 0], [90_000, 0]]));
        assert_eq!(steps.len(), 2 + 5);
    }

    #[test]
    fn damage_and_the_cap() {
        assert_eq!(draw("x 1 2 m 5"), []);
        assert_eq!(draw("m 1 l 2 3"), [Step::Line([2_000, 3_000])]);
        let mut left = 2;
        assert_eq!(steps("m 0 0 l 1 1 2 2 3 3", 3, [100, 100], &mut left).len(), 2);
        assert_eq!(left, 0);
    }
}
