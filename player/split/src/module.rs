//! A linked module, taken apart.

use wasm_encoder::Function;
use wasmparser::{
    Data, Element, ElementItems, ElementKind, Export, FuncType, Global, MemoryType, Operator, Parser,
    Payload, TableType, ValidPayload, Validator,
};

use crate::body::Body;
use crate::references::References;
use crate::write::Parts;

/// What is wrong with a module, in one line.
pub type Refusal = String;

/// Entries of a table that are functions: where they begin, and which.
pub struct Slots {
    /// The first place.
    pub start: u32,
    /// Functions, in order.
    pub functions: Vec<u32>,
}

/// The parts of a module that imports nothing, has one memory and at most one table.
#[derive(Default)]
pub struct Module<'a> {
    /// Signatures.
    pub types: Vec<FuncType>,
    /// Of each function, its signature.
    pub signatures: Vec<u32>,
    /// Of each function, its body.
    pub bodies: Vec<Body<'a>>,
    /// The table of indirect calls.
    pub table: Option<TableType>,
    /// The memory.
    pub memory: Option<MemoryType>,
    /// Globals.
    pub globals: Vec<Global<'a>>,
    /// Exports.
    pub exports: Vec<Export<'a>>,
    /// What stands in the table.
    pub slots: Vec<Slots>,
    /// Bytes that memory begins with.
    pub data: Vec<Data<'a>>,
    /// Where the data section's contents begin in the file.
    pub data_start: u64,
    /// Where the code section's contents begin in the file.
    pub code_start: u64,
    /// What refers to which of them.
    pub references: References,
}

impl<'a> Module<'a> {
    /// Takes `bytes` apart.
    ///
    /// # Errors
    /// It is no valid module, or has what our linker does not write: imports, a start function, passive elements,
    /// a second table or memory, exceptions.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let refused = |error: wasmparser::BinaryReaderError| error.to_string();
        let mut module = Self::default();
        let mut validator = Validator::new();
        let (mut sections, mut code, mut data) = (0, 0, 0);
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload.map_err(refused)?;
            if let ValidPayload::Func(types, body) = validator.payload(&payload).map_err(refused)? {
                let kind = module.signatures.get(module.bodies.len()).ok_or("a body without a signature")?;
                let signature = module.types.get(*kind as usize).ok_or("a function without a type")?;
                let body = Body::read(&body, types, signature)?;
                module.bodies.push(body);
            }
            let number = sections;
            sections += u32::from(payload.as_section().is_some());
            match payload {
                Payload::CodeSectionStart { unchecked_range, .. } => {
                    (code, module.code_start) = (number, unchecked_range.start);
                }
                Payload::CustomSection(section) => module.references.read(&section, code, data)?,
                Payload::TypeSection(types) => {
                    module.types =
                        types.into_iter_err_on_gc_types().collect::<Result<_, _>>().map_err(refused)?;
                }
                Payload::FunctionSection(functions) => {
                    module.signatures = functions.into_iter().collect::<Result<_, _>>().map_err(refused)?;
                }
                Payload::GlobalSection(globals) => {
                    module.globals = globals.into_iter().collect::<Result<_, _>>().map_err(refused)?;
                }
                Payload::ExportSection(exports) => {
                    module.exports = exports.into_iter().collect::<Result<_, _>>().map_err(refused)?;
                }
                Payload::DataSection(segments) => {
                    (data, module.data_start) = (number, segments.range().start);
                    module.data = segments.into_iter().collect::<Result<_, _>>().map_err(refused)?;
                }
                Payload::TableSection(tables) => {
                    for table in tables {
                        if module.table.replace(table.map_err(refused)?.ty).is_some() {
                            return Err("more than one table".into());
                        }
                    }
                }
                Payload::MemorySection(memories) => {
                    for memory in memories {
                        if module.memory.replace(memory.map_err(refused)?).is_some() {
                            return Err("more than one memory".into());
                        }
                    }
                }
                Payload::ElementSection(elements) => {
                    for element in elements {
                        module.slots.push(slots(element.map_err(refused)?)?);
                    }
                }
                Payload::ImportSection(imports) if imports.count() > 0 => {
                    return Err("it imports something".into())
                }
                Payload::StartSection { .. } => return Err("it has a start function".into()),
                Payload::TagSection(_) => return Err("it throws exceptions".into()),
                _ => {}
            }
        }
        Ok(module)
    }

    /// The module again, as short as it can be written.
    ///
    /// # Errors
    /// A part cannot be written again.
    pub fn written(&self) -> Result<Vec<u8>, Refusal> {
        let mut parts = Parts::whole(self)?;
        for body in &self.bodies {
            let mut function =
                Function::new_with_locals_types(body.locals[body.parameters..].iter().copied());
            for instruction in &body.instructions {
                function.instruction(instruction);
            }
            parts.code.function(&function);
        }
        Ok(parts.finish())
    }
}

fn slots(element: Element<'_>) -> Result<Slots, Refusal> {
    let ElementKind::Active { table_index: None | Some(0), offset_expr } = element.kind else {
        return Err("elements that are not of the one table".into());
    };
    let mut operators = offset_expr.get_operators_reader();
    let Ok(Operator::I32Const { value }) = operators.read() else {
        return Err("elements at a place that is no constant".into());
    };
    let ElementItems::Functions(functions) = element.items else {
        return Err("elements that are no functions".into());
    };
    let functions = functions.into_iter().collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    Ok(Slots { start: value.cast_unsigned(), functions })
}
