//! One module made two: `first` stands alone and imports nothing; `rest` is laid over it.
//!
//! `first` keeps memory, table, globals, data and every export. Where it calls what is in the rest, it calls through
//! the table, in a place that is empty until the rest is there: a call before that traps, and no code has to tell the
//! two cases apart. `rest` imports memory, table, globals and functions of `first`, and fills those places. Neither
//! knows names: `first` exports what the rest needs as `_0`, `_1`…, in that order, but the table under a name that no
//! other build has: parts of two builds, out of two caches, refuse each other.

use std::collections::{BTreeMap, BTreeSet};

use wasm_encoder::reencode::{self, Reencode, RoundtripReencoder};
use wasm_encoder::{
    BlockType, CodeSection, EntityType, ExportKind, FuncType, Function, Instruction, ValType,
};
use wasmparser::ExternalKind;

use crate::constants::{self, Segment};
use crate::module::{Module, Refusal};
use crate::outline::{lighten, FIRST_REGION};
use crate::write::Parts;

/// The two modules.
pub struct Divided {
    /// What runs first.
    pub first: Vec<u8>,
    /// What is laid over it.
    pub rest: Vec<u8>,
}

/// A function of either module. Those of the whole have their old numbers, regions the next ones.
struct Piece<'a> {
    kind: u32,
    locals: Vec<ValType>,
    instructions: Vec<Instruction<'a>>,
    is_first: bool,
}

/// Divides by what ran: of each function, of each instruction. `build` tells this build from others.
///
/// # Errors
/// The module has no table or memory, or a part cannot be written again.
pub fn divide(module: &Module<'_>, ran: &[Vec<bool>], build: &str) -> Result<Divided, Refusal> {
    let refused = |error: reencode::Error| error.to_string();
    let mut types = Vec::new();
    for signature in &module.types {
        types.push(RoundtripReencoder.func_type(signature.clone()).map_err(refused)?);
    }
    let mut named = BTreeSet::new();
    let pieces = pieces(module, ran, &mut types, &mut named)?;
    let plan = Plan::of(module, &pieces, build)?;
    let (constants, others) = constants::shared_out(module, named)?;
    Ok(Divided {
        first: first(module, &pieces, &types, &plan, &constants)?,
        rest: rest(module, &pieces, &types, &plan, &others)?,
    })
}

fn pieces<'a>(
    module: &Module<'a>,
    ran: &[Vec<bool>],
    types: &mut Vec<FuncType>,
    named: &mut BTreeSet<u32>,
) -> Result<Vec<Piece<'a>>, Refusal> {
    let exported: BTreeSet<u32> = module
        .exports
        .iter()
        .filter(|export| export.kind == ExternalKind::Func)
        .map(|export| export.index)
        .collect();
    let (mut pieces, mut regions) = (Vec::new(), Vec::new());
    for ((number, body), ran) in (0..).zip(&module.bodies).zip(ran) {
        let kind = *module.signatures.get(number as usize).ok_or("a function without a signature")?;
        let mut locals = body.locals[body.parameters..].to_vec();
        let is_first = ran.first() == Some(&true) || exported.contains(&number);
        if !is_first {
            pieces.push(Piece { kind, locals, instructions: body.instructions.clone(), is_first });
            continue;
        }
        let mut light = lighten(body, ran);
        for left in &light.left {
            let place = |at: usize| body.offsets[at] - module.code_start;
            named.extend(module.references.in_code(place(left.start)..place(left.end)));
        }
        let before = u32::try_from(module.bodies.len() + regions.len()).map_err(|error| error.to_string())?;
        for instruction in &mut light.instructions {
            if let Instruction::Call(called) = instruction {
                if let Some(region) = called.checked_sub(FIRST_REGION) {
                    *called = before + region;
                }
            }
        }
        locals.extend(light.more_locals);
        pieces.push(Piece { kind, locals, instructions: light.instructions, is_first });
        for region in light.regions {
            let signature = FuncType::new(region.parameters, region.results);
            let kind = types.iter().position(|known| *known == signature).unwrap_or_else(|| {
                types.push(signature);
                types.len() - 1
            });
            let kind = u32::try_from(kind).map_err(|error| error.to_string())?;
            regions.push(Piece {
                kind,
                locals: region.locals,
                instructions: region.instructions,
                is_first: false,
            });
        }
    }
    pieces.extend(regions);
    Ok(pieces)
}

/// What the two modules share.
struct Plan {
    /// Places of functions in the table.
    in_table: BTreeMap<u32, u32>,
    /// Functions that were put behind what the table had, in order.
    added: Vec<u32>,
    /// The first place behind what the table had.
    old_end: u32,
    /// Functions of the first that the rest calls.
    wanted: BTreeSet<u32>,
    /// The table's type.
    table: wasmparser::TableType,
    /// The table's name.
    build: String,
}

impl Plan {
    fn of(module: &Module<'_>, pieces: &[Piece<'_>], build: &str) -> Result<Self, Refusal> {
        let mut in_table = BTreeMap::new();
        let mut end = 1;
        for slots in &module.slots {
            for (place, function) in (slots.start..).zip(&slots.functions) {
                in_table.entry(*function).or_insert(place);
                end = end.max(place + 1);
            }
        }
        let (old_end, mut added, mut wanted) = (end, Vec::new(), BTreeSet::new());
        for piece in pieces {
            for called in piece.instructions.iter().filter_map(called) {
                let is_first = pieces.get(called as usize).is_some_and(|piece| piece.is_first);
                if is_first && !piece.is_first {
                    wanted.insert(called);
                } else if piece.is_first && !is_first && !in_table.contains_key(&called) {
                    in_table.insert(called, end);
                    added.push(called);
                    end += 1;
                }
            }
        }
        let mut table = module.table.ok_or("it has no table")?;
        table.initial = table.initial.max(end.into());
        table.maximum = Some(table.initial);
        Ok(Self { in_table, added, old_end, wanted, table, build: build.into() })
    }
}

fn called(instruction: &Instruction<'_>) -> Option<u32> {
    match instruction {
        Instruction::Call(function) => Some(*function),
        _ => None,
    }
}

fn first(
    module: &Module<'_>,
    pieces: &[Piece<'_>],
    types: &[FuncType],
    plan: &Plan,
    constants: &[Segment<'_>],
) -> Result<Vec<u8>, Refusal> {
    let refused = |error: reencode::Error| error.to_string();
    let mut same = RoundtripReencoder;
    let kept = (0..).zip(pieces).filter(|(_, piece)| piece.is_first).map(|(number, _)| number);
    let new: BTreeMap<u32, u32> = kept.zip(0..).collect();
    let mut parts = Parts::default();
    let known = Types::of(pieces.iter().filter(|piece| piece.is_first), pieces, types, &plan.in_table);
    known.write(&mut parts, types);
    parts.tables.table(same.table_type(plan.table).map_err(refused)?);
    parts.memories.memory(same.memory_type(module.memory.ok_or("it has no memory")?).map_err(refused)?);
    for global in &module.globals {
        same.parse_global(&mut parts.globals, global.clone()).map_err(refused)?;
    }
    for export in &module.exports {
        let index = if export.kind == ExternalKind::Func { new[&export.index] } else { export.index };
        parts.exports.export(export.name, same.export_kind(export.kind).map_err(refused)?, index);
    }
    parts.exports.export(&plan.build, ExportKind::Table, 0);
    let mut names = names();
    let mut give = |kind, index| {
        parts.exports.export(&names.next().unwrap_or_default(), kind, index);
    };
    for (index, _) in (0..).zip(&module.globals) {
        give(ExportKind::Global, index);
    }
    for function in &plan.wanted {
        give(ExportKind::Func, new[function]);
    }
    parts.remember(constants);
    fill(&mut parts, module, &new);
    for piece in pieces.iter().filter(|piece| piece.is_first) {
        parts.functions.function(known.number(piece.kind));
        write(&mut parts.code, piece, &known, |called| {
            if let Some(index) = new.get(&called) {
                return Some(vec![Instruction::Call(*index)]);
            }
            let place = plan.in_table.get(&called)?;
            let type_index = known.number(pieces.get(called as usize)?.kind);
            let place = Instruction::I32Const(place.cast_signed());
            Some(vec![place, Instruction::CallIndirect { type_index, table_index: 0 }])
        })?;
    }
    Ok(parts.finish())
}

fn rest(
    module: &Module<'_>,
    pieces: &[Piece<'_>],
    types: &[FuncType],
    plan: &Plan,
    others: &[Segment<'_>],
) -> Result<Vec<u8>, Refusal> {
    let refused = |error: reencode::Error| error.to_string();
    let mut same = RoundtripReencoder;
    let moved = || (0..).zip(pieces).filter(|(_, piece)| !piece.is_first).map(|(number, _)| number);
    let new: BTreeMap<u32, u32> = plan.wanted.iter().copied().chain(moved()).zip(0..).collect();
    let mut parts = Parts::default();
    let wanted = plan.wanted.iter().filter_map(|function| pieces.get(*function as usize));
    let known = Types::of(
        pieces.iter().filter(|piece| !piece.is_first).chain(wanted),
        pieces,
        types,
        &BTreeMap::new(),
    );
    known.write(&mut parts, types);
    let memory = same.memory_type(module.memory.ok_or("it has no memory")?).map_err(refused)?;
    parts.imports.import("", "memory", EntityType::Memory(memory));
    let table = same.table_type(plan.table).map_err(refused)?;
    parts.imports.import("", &plan.build, EntityType::Table(table));
    let mut names = names();
    let mut take = |kind: EntityType| {
        parts.imports.import("", &names.next().unwrap_or_default(), kind);
    };
    for global in &module.globals {
        take(EntityType::Global(same.global_type(global.ty).map_err(refused)?));
    }
    for function in &plan.wanted {
        take(EntityType::Function(known.number(pieces[*function as usize].kind)));
    }
    parts.remember(others);
    let of_rest: BTreeMap<u32, u32> = moved().map(|function| (function, new[&function])).collect();
    fill(&mut parts, module, &of_rest);
    if !plan.added.is_empty() {
        parts
            .put_in_table(plan.old_end, &plan.added.iter().map(|function| new[function]).collect::<Vec<_>>());
    }
    for piece in pieces.iter().filter(|piece| !piece.is_first) {
        parts.functions.function(known.number(piece.kind));
        write(&mut parts.code, piece, &known, |called| Some(vec![Instruction::Call(*new.get(&called)?)]))?;
    }
    Ok(parts.finish())
}

/// What `first` exports to the rest alone.
fn names() -> impl Iterator<Item = String> {
    (0..).map(|number| format!("_{number}"))
}

/// Puts those functions of the module's table that are in `new` where they stood.
fn fill(parts: &mut Parts, module: &Module<'_>, new: &BTreeMap<u32, u32>) {
    for slots in &module.slots {
        let known: Vec<(u32, u32)> = (slots.start..)
            .zip(&slots.functions)
            .filter_map(|(place, function)| Some((place, *new.get(function)?)))
            .collect();
        for run in known.chunk_by(|(one, _), (next, _)| one + 1 == *next) {
            parts.put_in_table(run[0].0, &run.iter().map(|(_, function)| *function).collect::<Vec<_>>());
        }
    }
}

/// The signatures that one of the modules has use for, and their numbers there.
struct Types(BTreeMap<u32, u32>);

impl Types {
    /// Those of `some` of all pieces, and of what they call through places of the table.
    fn of<'p, 'a: 'p>(
        some: impl Iterator<Item = &'p Piece<'a>>,
        pieces: &[Piece<'_>],
        types: &[FuncType],
        in_table: &BTreeMap<u32, u32>,
    ) -> Self {
        let mut used = BTreeSet::new();
        for piece in some {
            used.insert(piece.kind);
            for instruction in &piece.instructions {
                match instruction {
                    Instruction::CallIndirect { type_index, .. } => {
                        used.insert(*type_index);
                    }
                    Instruction::Call(called) if in_table.contains_key(called) => {
                        used.extend(pieces.get(*called as usize).map(|piece| piece.kind));
                    }
                    Instruction::Block(kind) | Instruction::Loop(kind) | Instruction::If(kind) => {
                        if let BlockType::FunctionType(kind) = kind {
                            used.insert(*kind);
                        }
                    }
                    _ => {}
                }
            }
        }
        used.retain(|kind| (*kind as usize) < types.len());
        Self(used.into_iter().zip(0..).collect())
    }

    fn number(&self, kind: u32) -> u32 {
        self.0.get(&kind).copied().unwrap_or(u32::MAX)
    }

    fn write(&self, parts: &mut Parts, types: &[FuncType]) {
        for kind in self.0.keys() {
            parts.types.ty().func_type(&types[*kind as usize]);
        }
    }

    /// An instruction with its signature's number here.
    fn renumbered<'a>(&self, instruction: &Instruction<'a>) -> Instruction<'a> {
        let block = |kind: &BlockType| match kind {
            BlockType::FunctionType(kind) => BlockType::FunctionType(self.number(*kind)),
            other => *other,
        };
        match instruction {
            Instruction::CallIndirect { type_index, table_index } => {
                Instruction::CallIndirect { type_index: self.number(*type_index), table_index: *table_index }
            }
            Instruction::Block(kind) => Instruction::Block(block(kind)),
            Instruction::Loop(kind) => Instruction::Loop(block(kind)),
            Instruction::If(kind) => Instruction::If(block(kind)),
            other => other.clone(),
        }
    }
}

/// Writes a function, with what `call` gives for each call.
fn write<'a>(
    code: &mut CodeSection,
    piece: &Piece<'a>,
    types: &Types,
    call: impl Fn(u32) -> Option<Vec<Instruction<'a>>>,
) -> Result<(), Refusal> {
    let mut function = Function::new_with_locals_types(piece.locals.iter().copied());
    for instruction in &piece.instructions {
        let Instruction::Call(called) = instruction else {
            function.instruction(&types.renumbered(instruction));
            continue;
        };
        for instruction in
            call(*called).ok_or_else(|| format!("function {called} is called from where it is not"))?
        {
            function.instruction(&instruction);
        }
    }
    code.function(&function);
    Ok(())
}
