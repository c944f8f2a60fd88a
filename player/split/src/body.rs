//! A function's body: instructions, the blocks that hold them, and where control may go from each.

use wasm_encoder::reencode::{self, Reencode, RoundtripReencoder};
use wasm_encoder::{BlockType, Instruction, ValType};
use wasmparser::{FuncToValidate, FuncValidatorAllocations, FunctionBody, ValidatorResources};

use crate::module::Refusal;

/// What is known of the place before an instruction.
#[derive(Clone, Copy)]
pub struct Before {
    /// Operands on the stack.
    pub height: u32,
    /// Operands on the stack when the innermost block began.
    pub base: u32,
    /// Control cannot come here.
    pub unreachable: bool,
}

/// A body, taken apart.
pub struct Body<'a> {
    /// Types of locals: parameters first.
    pub locals: Vec<ValType>,
    /// Of them, parameters.
    pub parameters: usize,
    /// Types of results.
    pub results: Vec<ValType>,
    /// Instructions, the last `End` included.
    pub instructions: Vec<Instruction<'a>>,
    /// Of each instruction, where it is in the file; at the end, where the body ends.
    pub offsets: Vec<u64>,
    /// Of each instruction, the place before it.
    pub before: Vec<Before>,
    /// Of each `Block`, `Loop` or `If`, its `End`; of others nothing.
    pub end_of: Vec<usize>,
    /// Of each instruction, the `Block`, `Loop` or `If` around it; `OUTERMOST` where there is none.
    pub around: Vec<usize>,
}

/// The function itself, as what is around an instruction.
pub const OUTERMOST: usize = usize::MAX;

impl<'a> Body<'a> {
    /// Takes a body apart, and checks it.
    ///
    /// # Errors
    /// It is not valid, or has exceptions.
    pub fn read(
        body: &FunctionBody<'a>,
        types: FuncToValidate<ValidatorResources>,
        signature: &wasmparser::FuncType,
    ) -> Result<Self, Refusal> {
        let refused = |error: wasmparser::BinaryReaderError| error.to_string();
        let again = |error: reencode::Error| error.to_string();
        let mut same = RoundtripReencoder;
        let mut read = Self {
            locals: same.val_types(signature.params().to_vec()).map_err(again)?,
            parameters: signature.params().len(),
            results: same.val_types(signature.results().to_vec()).map_err(again)?,
            instructions: Vec::new(),
            offsets: Vec::new(),
            before: Vec::new(),
            end_of: Vec::new(),
            around: Vec::new(),
        };
        let mut checked = types.into_validator(FuncValidatorAllocations::default());
        let mut locals = body.get_locals_reader().map_err(refused)?;
        for _ in 0..locals.get_count() {
            let offset = locals.original_position();
            let (count, kind) = locals.read().map_err(refused)?;
            checked.define_locals(offset, count, kind).map_err(refused)?;
            let kind = same.val_type(kind).map_err(again)?;
            read.locals.extend(std::iter::repeat_n(kind, count as usize));
        }
        let mut operators = body.get_operators_reader().map_err(refused)?;
        let mut open = Vec::new();
        while !operators.eof() {
            let (operator, offset) = operators.read_with_offset().map_err(refused)?;
            let frame = checked.get_control_frame(0).ok_or("an instruction behind the end")?;
            read.before.push(Before {
                height: checked.operand_stack_height(),
                base: u32::try_from(frame.height).map_err(|error| error.to_string())?,
                unreachable: frame.unreachable,
            });
            checked.op(offset, &operator).map_err(refused)?;
            read.offsets.push(offset);
            read.push(same.instruction(operator).map_err(again)?, &mut open)?;
        }
        read.offsets.push(body.range().end);
        Ok(read)
    }

    fn push(&mut self, instruction: Instruction<'a>, open: &mut Vec<usize>) -> Result<(), Refusal> {
        let at = self.instructions.len();
        match instruction {
            Instruction::Block(_) | Instruction::Loop(_) | Instruction::If(_) => {
                self.around.push(open.last().copied().unwrap_or(OUTERMOST));
                open.push(at);
            }
            Instruction::End => {
                if let Some(begin) = open.pop() {
                    self.end_of[begin] = at;
                }
                self.around.push(open.last().copied().unwrap_or(OUTERMOST));
            }
            Instruction::TryTable(..) | Instruction::Try(_) => return Err("exceptions".into()),
            _ => self.around.push(open.last().copied().unwrap_or(OUTERMOST)),
        }
        self.end_of.push(at);
        self.instructions.push(instruction);
        Ok(())
    }

    /// The last instruction: the function's `End`.
    #[must_use]
    pub fn last(&self) -> usize {
        self.instructions.len().saturating_sub(1)
    }

    /// The block that a branch by `depth` at `at` names; `OUTERMOST` for the function.
    #[must_use]
    pub fn label(&self, at: usize, depth: u32) -> usize {
        let mut block = self.around[at];
        for _ in 0..depth {
            if block == OUTERMOST {
                break;
            }
            block = self.around[block];
        }
        block
    }

    /// Where control goes that branches to `block`.
    #[must_use]
    pub fn target(&self, block: usize) -> usize {
        if block == OUTERMOST {
            return self.last();
        }
        match self.instructions[block] {
            Instruction::Loop(_) => block + 1,
            _ => self.end_of[block] + 1,
        }
    }

    /// Whether a branch to `block` takes no values along.
    #[must_use]
    pub fn is_plain(&self, block: usize) -> bool {
        match self.instructions.get(block) {
            Some(Instruction::Loop(kind)) => !matches!(kind, BlockType::FunctionType(_)),
            Some(Instruction::Block(kind) | Instruction::If(kind)) => matches!(kind, BlockType::Empty),
            _ => false,
        }
    }

    /// Instructions that may come after the one at `at`.
    pub fn next(&self, at: usize, mut each: impl FnMut(usize)) {
        match &self.instructions[at] {
            Instruction::Br(depth) => each(self.target(self.label(at, *depth))),
            Instruction::BrIf(depth) => {
                each(self.target(self.label(at, *depth)));
                each(at + 1);
            }
            Instruction::BrTable(depths, other) => {
                for depth in depths.iter().chain([other]) {
                    each(self.target(self.label(at, *depth)));
                }
            }
            Instruction::If(_) => {
                each(at + 1);
                each(self.other_arm(at));
            }
            // Reached from the arm above.
            Instruction::Else => each(self.end_of[self.around[at]]),
            Instruction::Return | Instruction::Unreachable => {}
            _ if at == self.last() => {}
            _ => each(at + 1),
        }
    }

    fn other_arm(&self, begin: usize) -> usize {
        let end = self.end_of[begin];
        let found = (begin + 1..end)
            .find(|at| matches!(self.instructions[*at], Instruction::Else) && self.around[*at] == begin);
        found.map_or(end, |at| at + 1)
    }

    /// Places where control may come without having run the instruction before: a mark is set there.
    #[must_use]
    pub fn is_leader(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return true };
        matches!(
            self.instructions[before],
            Instruction::Br(_)
                | Instruction::BrIf(_)
                | Instruction::BrTable(..)
                | Instruction::Return
                | Instruction::Unreachable
                | Instruction::If(_)
                | Instruction::Else
                | Instruction::End
        )
    }
}
