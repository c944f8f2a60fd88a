//! The sections of a module that is written, in the order that the format asks for.

use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, ExportSection, FunctionSection,
    GlobalSection, ImportSection, MemorySection, Module as Encoded, TableSection, TypeSection,
};

use crate::constants::Segment;
use crate::module::{Module, Refusal};

/// Sections; an empty one is left out.
#[derive(Default)]
pub struct Parts {
    /// Signatures.
    pub types: TypeSection,
    /// Imports.
    pub imports: ImportSection,
    /// Signatures of functions.
    pub functions: FunctionSection,
    /// Tables.
    pub tables: TableSection,
    /// Memories.
    pub memories: MemorySection,
    /// Globals.
    pub globals: GlobalSection,
    /// Exports.
    pub exports: ExportSection,
    /// What stands in tables.
    pub elements: ElementSection,
    /// Bodies.
    pub code: CodeSection,
    /// Bytes of memory.
    pub data: DataSection,
}

impl Parts {
    /// All of `module` but its bodies, unchanged.
    ///
    /// # Errors
    /// A part cannot be written again.
    pub fn whole(module: &Module<'_>) -> Result<Self, Refusal> {
        let refused = |error: wasm_encoder::reencode::Error| error.to_string();
        let mut same = RoundtripReencoder;
        let mut parts = Self::default();
        for signature in &module.types {
            parts.types.ty().func_type(&same.func_type(signature.clone()).map_err(refused)?);
        }
        for signature in &module.signatures {
            parts.functions.function(*signature);
        }
        if let Some(table) = module.table {
            parts.tables.table(same.table_type(table).map_err(refused)?);
        }
        if let Some(memory) = module.memory {
            parts.memories.memory(same.memory_type(memory).map_err(refused)?);
        }
        for global in &module.globals {
            same.parse_global(&mut parts.globals, global.clone()).map_err(refused)?;
        }
        for export in &module.exports {
            same.parse_export(&mut parts.exports, *export).map_err(refused)?;
        }
        for slots in &module.slots {
            parts.put_in_table(slots.start, &slots.functions);
        }
        for data in &module.data {
            same.parse_data(&mut parts.data, data.clone()).map_err(refused)?;
        }
        Ok(parts)
    }

    /// Lets memory begin with these bytes.
    pub fn remember(&mut self, segments: &[Segment<'_>]) {
        for segment in segments {
            let address = ConstExpr::i32_const(segment.address.cast_signed());
            self.data.active(0, &address, segment.bytes.iter().copied());
        }
    }

    /// Lets the table hold `functions` from place `start` on.
    pub fn put_in_table(&mut self, start: u32, functions: &[u32]) {
        let place = ConstExpr::i32_const(start.cast_signed());
        self.elements.active(None, &place, Elements::Functions(functions.into()));
    }

    /// The module's bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        let mut module = Encoded::new();
        module.section(&self.types);
        if !self.imports.is_empty() {
            module.section(&self.imports);
        }
        module.section(&self.functions);
        if !self.tables.is_empty() {
            module.section(&self.tables);
        }
        if !self.memories.is_empty() {
            module.section(&self.memories);
        }
        if !self.globals.is_empty() {
            module.section(&self.globals);
        }
        if !self.exports.is_empty() {
            module.section(&self.exports);
        }
        if !self.elements.is_empty() {
            module.section(&self.elements);
        }
        module.section(&self.code);
        if !self.data.is_empty() {
            module.section(&self.data);
        }
        module.finish()
    }
}
