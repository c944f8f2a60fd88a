//! Parameter sets that a stream has sent, newest under each id.

use alloc::vec::Vec;

use crate::limits;

/// One parameter set, as a unit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Set {
    /// `nal_unit_type`.
    pub(crate) kind: u8,
    pub(crate) id: u32,
    /// Id of the set that it refers to; 0 for a set that refers to none.
    pub(crate) parent: u32,
    pub(crate) bytes: Vec<u8>,
}

/// What became of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It was there already.
    Known,
    /// It is new, or replaces one.
    New,
    /// It is larger, or one more, than a cap allows.
    Refused,
}

#[derive(Debug, Default)]
pub(crate) struct Sets {
    sets: Vec<Set>,
}

impl Sets {
    pub(crate) const fn new() -> Self {
        Self { sets: Vec::new() }
    }

    /// Is exactly this set kept already? Answers without parsing it.
    pub(crate) fn knows(&self, unit: &[u8]) -> bool {
        self.sets.iter().any(|set| set.bytes == unit)
    }

    pub(crate) fn keep(&mut self, kind: u8, id: u32, parent: u32, unit: &[u8]) -> Kept {
        let others = |set: &&Set| set.kind != kind || set.id != id;
        let bytes: usize = self.sets.iter().filter(others).map(|set| set.bytes.len()).sum();
        if bytes + unit.len() > limits::PARAMETER_SETS_BYTES {
            return Kept::Refused;
        }
        if let Some(set) = self.sets.iter_mut().find(|set| set.kind == kind && set.id == id) {
            if set.bytes == unit {
                return Kept::Known;
            }
            set.bytes.clear();
            set.bytes.extend_from_slice(unit);
            set.parent = parent;
            return Kept::New;
        }
        if self.sets.iter().filter(|set| set.kind == kind).count() >= limits::PARAMETER_SETS {
            return Kept::Refused;
        }
        self.sets.push(Set { kind, id, parent, bytes: Vec::from(unit) });
        Kept::New
    }

    pub(crate) fn get(&self, kind: u8, id: u32) -> Option<&Set> {
        self.sets.iter().find(|set| set.kind == kind && set.id == id)
    }

    /// All sets, this one first.
    pub(crate) fn led_by(&self, kind: u8, id: u32) -> Vec<&Set> {
        let leads = |set: &&Set| set.kind == kind && set.id == id;
        let rest = self.sets.iter().filter(|set| !leads(set));
        self.sets.iter().filter(leads).chain(rest).collect()
    }

    pub(crate) fn clear(&mut self) {
        self.sets.clear();
    }
}
