//! What never ran inside a function that did becomes a function of its own, called where it stood.
//!
//! A region is a run of instructions at one level of nesting, with the blocks among them, none of which ran. It becomes
//! a function whose parameters are the locals that it reads, and whose results are those that it writes and somebody
//! reads later. A branch out of the region is a return with its number, and the caller branches by that number.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use wasm_encoder::{BlockType, Encode, Instruction, ValType};

use crate::body::{Body, OUTERMOST};
use crate::liveness::{live_before, Locals};

/// A function that was part of another.
pub struct Outlined<'a> {
    /// Types of parameters.
    pub parameters: Vec<ValType>,
    /// Types of results.
    pub results: Vec<ValType>,
    /// Types of locals behind the parameters.
    pub locals: Vec<ValType>,
    /// Instructions, the last `End` included.
    pub instructions: Vec<Instruction<'a>>,
}

/// What is left of a function, and what was taken from it.
pub struct Lightened<'a> {
    /// Types of locals that it needs beside those that it had.
    pub more_locals: Vec<ValType>,
    /// Its instructions; a call of region `n` is a call of function `FIRST_REGION + n`.
    pub instructions: Vec<Instruction<'a>>,
    /// Regions.
    pub regions: Vec<Outlined<'a>>,
    /// Instructions of the body that are left.
    pub left: Vec<Range<usize>>,
}

/// Where the numbers of regions begin, beyond every function of a module.
pub const FIRST_REGION: u32 = 1 << 24;

/// A region has to be this much larger than what calls it, in bytes.
const LEAST_GAIN: usize = 12;

/// How control leaves a region.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    /// It comes to the end.
    Through,
    /// It branches to this block.
    To(usize),
    /// It returns from the function.
    Return,
}

/// Takes out of `body` what did not run.
#[must_use]
pub fn lighten<'a>(body: &Body<'a>, ran: &[bool]) -> Lightened<'a> {
    let live = live_before(body);
    let mut lightened = Lightened {
        more_locals: Vec::new(),
        instructions: Vec::new(),
        regions: Vec::new(),
        left: Vec::new(),
    };
    let mut since = 0;
    let mut scratch = Scratch { first: body.locals.len(), types: Vec::new() };
    let mut at = 0;
    while at < body.instructions.len() {
        let Some((region, call)) = regions_from(body, ran, at).find_map(|range| {
            Some((range.clone(), Region::of(body, &live, range)?.written(&mut scratch, &lightened)?))
        }) else {
            lightened.instructions.push(body.instructions[at].clone());
            at += 1;
            continue;
        };
        lightened.regions.push(call.function);
        lightened.instructions.extend(call.instructions);
        lightened.left.push(since..region.start);
        at = region.end;
        since = at;
    }
    lightened.left.push(since..body.instructions.len());
    lightened.more_locals = scratch.types;
    lightened
}

/// Regions that begin at `at`, the largest first.
fn regions_from<'b>(
    body: &'b Body<'_>,
    ran: &'b [bool],
    at: usize,
) -> impl Iterator<Item = Range<usize>> + 'b {
    let mut ends = Vec::new();
    let place = body.before[at];
    if body.is_leader(at) && !place.unreachable && place.height == place.base && !ran[at] {
        let mut end = at;
        while let Some(next) = item_end(body, ran, end) {
            end = next;
            let after = body.before[end];
            if after.unreachable || after.height == after.base {
                ends.push(end);
            }
        }
    }
    ends.into_iter().rev().map(move |end| at..end)
}

/// The end of the instruction, or of the whole block, at `at`, if it did not run and belongs to the same level.
fn item_end(body: &Body<'_>, ran: &[bool], at: usize) -> Option<usize> {
    if matches!(body.instructions[at], Instruction::End | Instruction::Else) {
        return None;
    }
    let end = body.end_of[at] + 1;
    ran[at..end].iter().all(|ran| !ran).then_some(end)
}

/// Locals of a caller that are its own, one a type.
struct Scratch {
    first: usize,
    types: Vec<ValType>,
}

impl Scratch {
    fn local(&mut self, kind: ValType) -> u32 {
        let place = self.types.iter().position(|known| *known == kind).unwrap_or_else(|| {
            self.types.push(kind);
            self.types.len() - 1
        });
        u32::try_from(self.first + place).unwrap_or(u32::MAX)
    }
}

struct Region<'b, 'a> {
    body: &'b Body<'a>,
    range: Range<usize>,
    exits: Vec<Exit>,
    parameters: Vec<u32>,
    results: Vec<u32>,
    /// Locals that it uses and gives to nobody.
    own: Vec<u32>,
}

struct Called<'a> {
    function: Outlined<'a>,
    instructions: Vec<Instruction<'a>>,
}

impl<'b, 'a> Region<'b, 'a> {
    /// Nothing where a branch takes values along.
    fn of(body: &'b Body<'a>, live: &[Locals], range: Range<usize>) -> Option<Self> {
        let mut exits = Vec::new();
        for at in range.clone() {
            match &body.instructions[at] {
                Instruction::Br(depth) | Instruction::BrIf(depth) => {
                    exits.push(leaving(body, &range, at, *depth)?)
                }
                Instruction::BrTable(depths, other) => {
                    for depth in depths.iter().chain([other]) {
                        exits.push(leaving(body, &range, at, *depth)?);
                    }
                }
                Instruction::Return => exits.push(Some(Exit::Return)),
                _ => {}
            }
        }
        if !body.before[range.end].unreachable {
            exits.push(Some(Exit::Through));
        }
        let mut exits: Vec<Exit> = exits.into_iter().flatten().collect();
        exits.sort_unstable();
        exits.dedup();
        if exits.contains(&Exit::Return) && body.results.len() > 1 {
            return None;
        }

        let count = body.locals.len();
        let (mut used, mut written, mut wanted) =
            (Locals::none(count), Locals::none(count), Locals::none(count));
        for at in range.clone() {
            match body.instructions[at] {
                Instruction::LocalGet(local) => used.add(local),
                Instruction::LocalSet(local) | Instruction::LocalTee(local) => {
                    used.add(local);
                    written.add(local);
                }
                _ => {}
            }
        }
        for exit in &exits {
            match exit {
                Exit::Through => wanted.add_all(&live[range.end]),
                Exit::To(block) => wanted.add_all(&live[body.target(*block)]),
                Exit::Return => {}
            }
        }
        let all = || 0..u32::try_from(count).unwrap_or(u32::MAX);
        let before = &live[range.start];
        // In the order of types: fewer signatures.
        let by_type = |mut locals: Vec<u32>| {
            locals.sort_by_key(|local| {
                let mut kind = Vec::new();
                body.locals[*local as usize].encode(&mut kind);
                kind
            });
            locals
        };
        let parameters = by_type(all().filter(|local| used.has(*local) && before.has(*local)).collect());
        let results = by_type(all().filter(|local| written.has(*local) && wanted.has(*local)).collect());
        let own = all().filter(|local| used.has(*local) && !parameters.contains(local)).collect();
        Some(Self { body, range, exits, parameters, results, own })
    }

    fn returned(&self) -> Option<ValType> {
        self.exits.contains(&Exit::Return).then(|| self.body.results.first().copied()).flatten()
    }

    /// The function and its call; nothing where they would not be smaller.
    fn written(&self, scratch: &mut Scratch, so_far: &Lightened<'a>) -> Option<Called<'a>> {
        let type_of = |local: &u32| self.body.locals[*local as usize];
        let mut results: Vec<ValType> = Vec::new();
        if self.exits.len() > 1 {
            results.push(ValType::I32);
        }
        results.extend(self.results.iter().map(type_of));
        results.extend(self.returned());
        let region = FIRST_REGION + u32::try_from(so_far.regions.len()).ok()?;
        let call = self.call(region, scratch);
        // Its number is a place in the table and a type, about six bytes.
        let size = |instructions: &[Instruction<'_>]| {
            let mut bytes = Vec::new();
            instructions.iter().for_each(|instruction| instruction.encode(&mut bytes));
            bytes.len()
        };
        if size(&self.body.instructions[self.range.clone()]) < size(&call) + LEAST_GAIN {
            return None;
        }
        let mut locals: Vec<ValType> = self.own.iter().map(type_of).collect();
        locals.extend(self.returned());
        locals.push(ValType::I32);
        let function = Outlined {
            parameters: self.parameters.iter().map(type_of).collect(),
            results,
            locals,
            instructions: self.function(),
        };
        Some(Called { function, instructions: call })
    }

    fn call(&self, region: u32, scratch: &mut Scratch) -> Vec<Instruction<'a>> {
        let value = self.returned().map(|kind| scratch.local(kind));
        let mut calls: Vec<Instruction<'a>> = Vec::new();
        calls.extend(self.parameters.iter().map(|local| Instruction::LocalGet(*local)));
        calls.push(Instruction::Call(region));
        calls.extend(value.map(Instruction::LocalSet));
        calls.extend(self.results.iter().rev().map(|local| Instruction::LocalSet(*local)));
        let gives_back = || value.map(Instruction::LocalGet).into_iter().chain([Instruction::Return]);
        let depth = |block| self.depth_of(block);
        match self.exits[..] {
            [] => calls.push(Instruction::Unreachable),
            [Exit::Through] => {}
            [Exit::To(block)] => calls.push(Instruction::Br(depth(block))),
            [Exit::Return] => calls.extend(gives_back()),
            [Exit::Through, Exit::To(block)] => calls.push(Instruction::BrIf(depth(block))),
            [Exit::Through, Exit::Return] => {
                calls.push(Instruction::If(BlockType::Empty));
                calls.extend(gives_back());
                calls.push(Instruction::End);
            }
            _ => return self.choose(calls, gives_back().collect()),
        }
        calls
    }

    /// Several ways out: a block around the call for each that is no branch.
    fn choose(&self, calls: Vec<Instruction<'a>>, gives_back: Vec<Instruction<'a>>) -> Vec<Instruction<'a>> {
        let (through, returns) = (self.exits.contains(&Exit::Through), self.exits.contains(&Exit::Return));
        let around = u32::from(through) + u32::from(returns);
        let mut chosen = vec![Instruction::Block(BlockType::Empty); around as usize];
        chosen.extend(calls);
        let mut depths: Vec<u32> = self
            .exits
            .iter()
            .map(|exit| match exit {
                Exit::Through => around - 1,
                Exit::Return => 0,
                Exit::To(block) => self.depth_of(*block) + around,
            })
            .collect();
        let last = depths.pop().unwrap_or_default();
        chosen.push(Instruction::BrTable(Cow::Owned(depths), last));
        if returns {
            chosen.push(Instruction::End);
            chosen.extend(gives_back);
        }
        if through {
            chosen.push(Instruction::End);
        }
        chosen
    }

    /// Blocks between the region's place and `block`.
    fn depth_of(&self, block: usize) -> u32 {
        (0..).find(|depth| self.body.label(self.range.start, *depth) == block).unwrap_or_default()
    }

    fn function(&self) -> Vec<Instruction<'a>> {
        let new: BTreeMap<u32, u32> = self.parameters.iter().chain(&self.own).copied().zip(0..).collect();
        let value = u32::try_from(new.len()).unwrap_or(u32::MAX);
        let chosen = value + u32::from(self.returned().is_some());
        let mut written: Vec<Instruction<'a>> = Vec::new();
        let leave = |exit: Exit| {
            let mut out: Vec<Instruction<'a>> = Vec::new();
            if self.exits.len() > 1 {
                let number = self.exits.iter().position(|one| *one == exit).unwrap_or_default();
                out.push(Instruction::I32Const(number as i32));
            }
            out.extend(self.results.iter().map(|local| Instruction::LocalGet(new[local])));
            out.extend(self.returned().map(|_| Instruction::LocalGet(value)));
            out
        };
        let leave_now = |exit| leave(exit).into_iter().chain([Instruction::Return]);
        let exit_of = |at, depth| leaving(self.body, &self.range, at, depth).flatten();
        for at in self.range.clone() {
            match &self.body.instructions[at] {
                Instruction::LocalGet(local) => written.push(Instruction::LocalGet(new[local])),
                Instruction::LocalSet(local) => written.push(Instruction::LocalSet(new[local])),
                Instruction::LocalTee(local) => written.push(Instruction::LocalTee(new[local])),
                Instruction::Return => {
                    written.extend(self.returned().map(|_| Instruction::LocalSet(value)));
                    written.extend(leave_now(Exit::Return));
                }
                Instruction::Br(depth) => match exit_of(at, *depth) {
                    Some(exit) => written.extend(leave_now(exit)),
                    None => written.push(Instruction::Br(*depth)),
                },
                Instruction::BrIf(depth) => match exit_of(at, *depth) {
                    Some(exit) => {
                        written.push(Instruction::If(BlockType::Empty));
                        written.extend(leave_now(exit));
                        written.push(Instruction::End);
                    }
                    None => written.push(Instruction::BrIf(*depth)),
                },
                Instruction::BrTable(depths, other) => {
                    let mut out: Vec<Exit> =
                        depths.iter().chain([other]).filter_map(|depth| exit_of(at, *depth)).collect();
                    out.sort_unstable();
                    out.dedup();
                    let around = u32::try_from(out.len()).unwrap_or(u32::MAX);
                    let place = |depth: &u32| match exit_of(at, *depth) {
                        Some(exit) => {
                            out.iter().rev().position(|one| *one == exit).unwrap_or_default() as u32
                        }
                        None => depth + around,
                    };
                    written.push(Instruction::LocalSet(chosen));
                    written.extend(out.iter().map(|_| Instruction::Block(BlockType::Empty)));
                    written.push(Instruction::LocalGet(chosen));
                    written.push(Instruction::BrTable(depths.iter().map(place).collect(), place(other)));
                    for exit in out.iter().rev() {
                        written.push(Instruction::End);
                        written.extend(leave_now(*exit));
                    }
                }
                other => written.push(other.clone()),
            }
        }
        if self.exits.contains(&Exit::Through) {
            written.extend(leave(Exit::Through));
        } else {
            written.push(Instruction::Unreachable);
        }
        written.push(Instruction::End);
        written
    }
}

/// The exit that a branch at `at` takes: `Some(None)` where it stays inside, `None` where it takes values along.
fn leaving(body: &Body<'_>, range: &Range<usize>, at: usize, depth: u32) -> Option<Option<Exit>> {
    let block = body.label(at, depth);
    if block == OUTERMOST {
        // As good as a return where nothing is returned.
        return body.results.is_empty().then_some(Some(Exit::Return));
    }
    if range.contains(&block) {
        return Some(None);
    }
    body.is_plain(block).then_some(Some(Exit::To(block)))
}
