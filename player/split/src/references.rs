//! What refers to which constants: the linker's relocations, which `--emit-relocs` leaves in the module.
//!
//! Source: the tool conventions of WebAssembly, "WebAssembly Object File Linking".

use std::collections::BTreeSet;
use std::ops::Range;

use wasmparser::{CustomSectionReader, KnownCustom, Linking, RelocationType, SymbolInfo};

use crate::module::Refusal;

/// Constants of a segment: a symbol of the linker's.
#[derive(Clone)]
pub struct Symbol {
    /// The segment.
    pub segment: u32,
    /// Bytes of it.
    pub bytes: Range<usize>,
}

/// All references to constants.
#[derive(Default)]
pub struct References {
    /// Of each symbol that is of constants, where they are.
    pub symbols: Vec<Option<Symbol>>,
    /// Places in the code section's contents that name symbols, in order.
    code: Vec<(u64, u32)>,
    /// Places in the data section's contents that name symbols.
    data: Vec<(u64, u32)>,
    /// Segments that are never written to.
    pub constant: BTreeSet<u32>,
}

impl References {
    /// Reads a custom section, whose relocations are for sections `code` and `data`.
    ///
    /// # Errors
    /// It is not as the linker writes it.
    pub fn read(&mut self, section: &CustomSectionReader<'_>, code: u32, data: u32) -> Result<(), Refusal> {
        let refused = |error: wasmparser::BinaryReaderError| error.to_string();
        match section.as_known() {
            KnownCustom::Linking(parts) => {
                for part in parts.subsections() {
                    match part.map_err(refused)? {
                        Linking::SegmentInfo(segments) => {
                            for (number, segment) in (0..).zip(segments) {
                                if segment.map_err(refused)?.name.starts_with(".rodata") {
                                    self.constant.insert(number);
                                }
                            }
                        }
                        Linking::SymbolTable(symbols) => {
                            for symbol in symbols {
                                self.symbols.push(match symbol.map_err(refused)? {
                                    SymbolInfo::Data { symbol: Some(known), .. } => {
                                        let start = known.offset as usize;
                                        let bytes = start..start + known.size as usize;
                                        Some(Symbol { segment: known.index, bytes })
                                    }
                                    _ => None,
                                });
                            }
                        }
                        _ => {}
                    }
                }
            }
            KnownCustom::Reloc(places) => {
                let list = match places.section_index() {
                    section if section == code => &mut self.code,
                    section if section == data => &mut self.data,
                    _ => return Ok(()),
                };
                for place in places.entries() {
                    let place = place.map_err(refused)?;
                    use RelocationType::{MemoryAddrI32, MemoryAddrLeb, MemoryAddrSleb};
                    match place.ty {
                        MemoryAddrI32 | MemoryAddrLeb | MemoryAddrSleb => {
                            list.push((place.offset.into(), place.index));
                        }
                        RelocationType::FunctionIndexLeb
                        | RelocationType::TableIndexSleb
                        | RelocationType::TableIndexI32
                        | RelocationType::TypeIndexLeb
                        | RelocationType::GlobalIndexLeb
                        | RelocationType::TableNumberLeb => {}
                        other => return Err(format!("a relocation of type {other:?}")),
                    }
                }
                list.sort_unstable();
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether the linker said anything.
    #[must_use]
    pub fn are_known(&self) -> bool {
        !self.code.is_empty()
    }

    /// Symbols that places of `range` in the code section's contents name.
    pub fn in_code(&self, range: Range<u64>) -> impl Iterator<Item = u32> + '_ {
        within(&self.code, range)
    }

    /// Symbols that places of `range` in the data section's contents name.
    pub fn in_data(&self, range: Range<u64>) -> impl Iterator<Item = u32> + '_ {
        within(&self.data, range)
    }
}

fn within(places: &[(u64, u32)], range: Range<u64>) -> impl Iterator<Item = u32> + '_ {
    let first = places.partition_point(|(place, _)| *place < range.start);
    places[first..].iter().take_while(move |(place, _)| *place < range.end).map(|(_, symbol)| *symbol)
}
