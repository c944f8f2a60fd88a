//! Which constants the first module needs: those that its code names, and those that they name in turn.

use std::collections::BTreeSet;
use std::ops::Range;

use wasmparser::{Data, DataKind, Operator};

use crate::module::{Module, Refusal};

/// A run of bytes that is not needed has to be this long: a segment of its own costs about six bytes.
const LEAST_RUN: usize = 16;

/// Bytes of memory, and their address.
pub struct Segment<'a> {
    /// The first byte's address.
    pub address: u32,
    /// The bytes.
    pub bytes: &'a [u8],
}

/// Segments of the first module, and of the rest. `named` are symbols that the first module's code names.
///
/// # Errors
/// A segment has no constant address.
pub fn shared_out<'a>(
    module: &Module<'a>,
    named: BTreeSet<u32>,
) -> Result<(Vec<Segment<'a>>, Vec<Segment<'a>>), Refusal> {
    let needed = closed(module, named);
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for (number, data) in (0..).zip(&module.data) {
        let address = address_of(data)?;
        let mut cut = |bytes: Range<usize>, is_first: bool| {
            if let Some(found) = data.data.get(bytes.clone()).filter(|bytes| !bytes.is_empty()) {
                let segment = Segment { address: address + bytes.start as u32, bytes: found };
                if is_first { &mut first } else { &mut rest }.push(segment);
            }
        };
        let mut start = 0;
        for unused in unneeded(module, number, data.data.len(), &needed) {
            cut(start..unused.start, true);
            cut(unused.clone(), false);
            start = unused.end;
        }
        cut(start..data.data.len(), true);
    }
    Ok((first, rest))
}

/// Symbols that are named, with those that their own bytes name.
fn closed(module: &Module<'_>, named: BTreeSet<u32>) -> BTreeSet<u32> {
    let mut known = named.clone();
    let mut open: Vec<u32> = named.into_iter().collect();
    while let Some(symbol) = open.pop() {
        let Some(Some(symbol)) = module.references.symbols.get(symbol as usize) else { continue };
        let Some(data) = module.data.get(symbol.segment as usize) else { continue };
        // Relocations count from the begin of the section's contents.
        let begin = data.range.end - data.data.len() as u64 - module.data_start;
        let place = |at: usize| begin + at as u64;
        for next in module.references.in_data(place(symbol.bytes.start)..place(symbol.bytes.end)) {
            if known.insert(next) {
                open.push(next);
            }
        }
    }
    known
}

/// Runs of a constant segment that belong to symbols, none of which is needed.
fn unneeded(module: &Module<'_>, segment: u32, length: usize, needed: &BTreeSet<u32>) -> Vec<Range<usize>> {
    if !module.references.are_known() || !module.references.constant.contains(&segment) {
        return Vec::new();
    }
    let (mut covered, mut kept) = (vec![false; length], vec![false; length]);
    for (number, symbol) in (0..).zip(&module.references.symbols) {
        let Some(symbol) = symbol.as_ref().filter(|symbol| symbol.segment == segment) else { continue };
        let bytes = symbol.bytes.start.min(length)..symbol.bytes.end.min(length);
        covered[bytes.clone()].fill(true);
        if needed.contains(&number) {
            kept[bytes].fill(true);
        }
    }
    let mut runs = Vec::new();
    let mut at = 0;
    while at < length {
        let end = (at..length).find(|byte| !covered[*byte] || kept[*byte]).unwrap_or(length);
        if end - at >= LEAST_RUN {
            runs.push(at..end);
        }
        at = end + 1;
    }
    runs
}

fn address_of(data: &Data<'_>) -> Result<u32, Refusal> {
    let DataKind::Active { memory_index: 0, offset_expr } = &data.kind else {
        return Err("bytes that are not of the one memory".into());
    };
    match offset_expr.get_operators_reader().read() {
        Ok(Operator::I32Const { value }) => Ok(value.cast_unsigned()),
        _ => Err("bytes at an address that is no constant".into()),
    }
}
