//! Which instructions ran: a module that marks them, and what its marks say.

use wasm_encoder::{ExportKind, Function, Instruction, MemArg, MemArgTarget, MemoryType};

use crate::body::Body;
use crate::module::{Module, Refusal};
use crate::write::Parts;

/// The export with the marks: a memory of its own, one byte a place.
pub const EXPORT: &str = "ran";

/// The module, with a mark at every place where control may come.
///
/// # Errors
/// A part cannot be written again.
pub fn mark(module: &Module<'_>) -> Result<Vec<u8>, Refusal> {
    let mut parts = Parts::whole(module)?;
    let mut marks = 0;
    for body in &module.bodies {
        let mut function = Function::new_with_locals_types(body.locals[body.parameters..].iter().copied());
        for (at, instruction) in body.instructions.iter().enumerate() {
            if is_marked(body, at) {
                function.instruction(&Instruction::I32Const(marks));
                function.instruction(&Instruction::I32Const(1));
                let target = MemArgTarget::Memory(1);
                let place = MemArg { offset: 0, align: 0, target, ordering: None };
                function.instruction(&Instruction::I32Store8(place));
                marks += 1;
            }
            function.instruction(instruction);
        }
        parts.code.function(&function);
    }
    let pages = marks.cast_unsigned().div_ceil(1 << 16).into();
    let memory = MemoryType {
        minimum: pages,
        maximum: Some(pages),
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    parts.memories.memory(memory);
    parts.exports.export(EXPORT, ExportKind::Memory, 1);
    Ok(parts.finish())
}

/// Of each function, which instructions ran, by its marks' bytes.
///
/// # Errors
/// They are not those of this module.
pub fn read(module: &Module<'_>, marks: &[u8]) -> Result<Vec<Vec<bool>>, Refusal> {
    let mut left = marks.iter();
    let mut ran = Vec::with_capacity(module.bodies.len());
    for body in &module.bodies {
        let mut now = false;
        let mut function = Vec::with_capacity(body.instructions.len());
        for at in 0..body.instructions.len() {
            if is_marked(body, at) {
                now = *left.next().ok_or("fewer marks than places")? != 0;
            } else if body.is_leader(at) {
                now = false;
            }
            function.push(now);
        }
        ran.push(function);
    }
    Ok(ran)
}

fn is_marked(body: &Body<'_>, at: usize) -> bool {
    body.is_leader(at) && !body.before[at].unreachable
}
