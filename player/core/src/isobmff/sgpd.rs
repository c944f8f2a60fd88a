//! Sample Group Description Box: what the groups of `sbgp` mean.

use alloc::vec::Vec;

use super::fields::{whole, Fields};
use super::fourcc::FourCc;
use super::tenc::Tenc;
use crate::limits;

/// The descriptions that a player acts on, of one track or one fragment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// `seig`: encryption that overrides the track's.
    pub seig: Vec<Tenc>,
    /// `roll`: samples that must be decoded before (negative) or after, for a right picture.
    pub roll: Vec<i16>,
    /// Number of `rap ` descriptions: their samples may be started from.
    pub rap: u32,
}

impl Groups {
    /// Take in one box; other grouping types are passed over.
    /// ISO/IEC 14496-12, Sample Group Description Box.
    pub fn read(&mut self, payload: &[u8]) -> Option<()> {
        let mut reader = Fields::new(payload);
        let (version, _) = reader.full_box();
        let grouping_type = FourCc(reader.u32());
        // Entries of version 0 have no length; these have a known one.
        let fixed = match grouping_type {
            FourCc::SEIG => 20,
            FourCc::ROLL => 2,
            FourCc::RAP => 1,
            _ => return whole((), &reader),
        };
        let default_length = match version {
            0 => fixed,
            _ => reader.u32(),
        };
        if version >= 2 {
            reader.u32(); // default_group_description_index
        }
        for _ in 0..reader.u32() {
            let length = match default_length {
                0 => reader.u32(),
                length => length,
            };
            let entry = reader.rows(length, 1);
            if reader.passed_end() || self.seig.len().max(self.roll.len()) >= limits::GROUP_DESCRIPTIONS {
                return None;
            }
            match grouping_type {
                FourCc::SEIG => self.seig.push(Tenc::read_entry(entry)?),
                FourCc::ROLL => {
                    let mut fields = Fields::new(entry);
                    self.roll.push(whole(fields.u16(), &fields)? as i16);
                }
                _ => self.rap = self.rap.saturating_add(1),
            }
        }
        whole((), &reader)
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::{cat, damage, versioned, words};
    use super::*;

    fn read(payload: &[u8]) -> Option<Groups> {
        let mut groups = Groups::default();
        groups.read(payload)?;
        Some(groups)
    }

    #[test]
    fn keys_that_rotate() {
        let entry = cat(&[&[0, 0, 1, 8], &[3; 16]]);
        let payload = versioned(1, 0, &cat(&[b"seig", &words(&[20, 2]), &entry, &entry]));
        let groups = read(&payload).unwrap();
        assert_eq!((groups.seig.len(), groups.seig[1].default_KID), (2, [3; 16]));
        damage(&payload, read, payload.len());
        let own = versioned(1, 0, &cat(&[b"seig", &words(&[0, 1, 20]), &entry]));
        assert_eq!(read(&own).unwrap().seig.len(), 1);
        let old = versioned(0, 0, &cat(&[b"seig", &words(&[1]), &entry]));
        assert_eq!(read(&old).unwrap().seig.len(), 1);
    }

    #[test]
    fn rolls_and_random_access() {
        let roll = versioned(1, 0, &cat(&[b"roll", &words(&[2, 1]), &[0xFF, 0xFF]]));
        assert_eq!(read(&roll).unwrap().roll, [-1]);
        let rap = versioned(2, 0, &cat(&[b"rap ", &words(&[1, 1, 1]), &[0]]));
        assert_eq!(read(&rap).unwrap().rap, 1);
        assert_eq!(read(&versioned(1, 0, b"abst")), Some(Groups::default()));
    }

    #[test]
    fn there_is_a_cap() {
        let payload = versioned(1, 0, &cat(&[b"roll", &words(&[2, 2000]), &[0; 4000]]));
        assert_eq!(read(&payload), None);
    }
}
