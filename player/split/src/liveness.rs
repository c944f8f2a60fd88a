//! Which locals may still be read: the textbook's backward data flow over instructions.

use wasm_encoder::Instruction;

use crate::body::Body;

/// A set of locals.
#[derive(Clone, PartialEq, Eq)]
pub struct Locals(Vec<u64>);

impl Locals {
    /// None of `count`.
    #[must_use]
    pub fn none(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    /// Whether `local` is in it.
    #[must_use]
    pub fn has(&self, local: u32) -> bool {
        self.0.get(local as usize / 64).is_some_and(|word| word >> (local % 64) & 1 == 1)
    }

    /// Adds `local`.
    pub fn add(&mut self, local: u32) {
        if let Some(word) = self.0.get_mut(local as usize / 64) {
            *word |= 1 << (local % 64);
        }
    }

    fn leave_out(&mut self, local: u32) {
        if let Some(word) = self.0.get_mut(local as usize / 64) {
            *word &= !(1 << (local % 64));
        }
    }

    /// Adds all of `other`.
    pub fn add_all(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine |= theirs);
    }
}

/// Of each instruction, the locals whose value before it may be read later.
#[must_use]
pub fn live_before(body: &Body<'_>) -> Vec<Locals> {
    let none = Locals::none(body.locals.len());
    let mut live = vec![none.clone(); body.instructions.len()];
    loop {
        let mut changed = false;
        for at in (0..body.instructions.len()).rev() {
            let mut now = none.clone();
            body.next(at, |next| now.add_all(&live[next]));
            match body.instructions[at] {
                Instruction::LocalGet(local) => now.add(local),
                Instruction::LocalSet(local) | Instruction::LocalTee(local) => now.leave_out(local),
                _ => {}
            }
            if now != live[at] {
                live[at] = now;
                changed = true;
            }
        }
        if !changed {
            return live;
        }
    }
}
