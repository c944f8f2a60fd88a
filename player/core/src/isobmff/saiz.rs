//! Sample Auxiliary Information Sizes Box.

use super::fields::{whole, Fields};
use super::fourcc::FourCc;

/// How long the auxiliary information of each sample is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saiz<'a> {
    /// `aux_info_type`, where it is written.
    pub aux_info_type: Option<FourCc>,
    /// `default_sample_info_size`; 0: each has its own.
    pub default_sample_info_size: u8,
    /// `sample_count`.
    pub sample_count: u32,
    /// `sample_info_size`, where each has its own.
    pub sample_info_size: &'a [u8],
}

impl<'a> Saiz<'a> {
    /// ISO/IEC 14496-12, Sample Auxiliary Information Sizes Box.
    pub fn read(payload: &'a [u8]) -> Option<Self> {
        let mut reader = Fields::new(payload);
        let aux_info_type = aux_info_type(&mut reader).1;
        let default_sample_info_size = reader.u8();
        let sample_count = reader.u32();
        let own = if default_sample_info_size == 0 { sample_count } else { 0 };
        whole(
            Self {
                aux_info_type,
                default_sample_info_size,
                sample_count,
                sample_info_size: reader.rows(own, 1),
            },
            &reader,
        )
    }

    /// The size for one sample; `None` behind the last.
    pub fn size(&self, index: usize) -> Option<u8> {
        match self.default_sample_info_size {
            0 => self.sample_info_size.get(index).copied(),
            size => (index < self.sample_count as usize).then_some(size),
        }
    }

    /// Bytes of all of it.
    pub fn total(&self) -> u64 {
        match self.default_sample_info_size {
            0 => self.sample_info_size.iter().map(|size| u64::from(*size)).sum(),
            size => u64::from(size) * u64::from(self.sample_count),
        }
    }
}

/// `version` and `aux_info_type` with its parameter, as `saiz` and `saio` begin.
pub(super) fn aux_info_type(reader: &mut Fields<'_>) -> (u8, Option<FourCc>) {
    let (version, flags) = reader.full_box();
    if flags & 1 == 0 {
        return (version, None);
    }
    let kind = FourCc(reader.u32());
    reader.u32();
    (version, Some(kind))
}

/// Whether auxiliary information of that type is that of Common Encryption.
pub(super) fn is_cenc(aux_info_type: Option<FourCc>) -> bool {
    match aux_info_type {
        None => true,
        Some(kind) => {
            matches!(kind, FourCc::CENC | FourCc::CENS | FourCc::CBC1 | FourCc::CBCS | FourCc::PIFF)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::build::{cat, damage, versioned, words};
    use super::*;

    #[test]
    fn own_and_default_sizes() {
        let own = versioned(0, 1, &cat(&[b"cenc\0\0\0\0\0", &words(&[3]), &[8, 14, 0]]));
        let saiz = Saiz::read(&own).unwrap();
        assert_eq!((saiz.aux_info_type, saiz.total()), (Some(FourCc::CENC), 22));
        assert_eq!((saiz.size(1), saiz.size(3)), (Some(14), None));
        damage(&own, |bytes| Saiz::read(bytes).map(drop), 20);
        let default = versioned(0, 0, &cat(&[&[8], &words(&[4])]));
        let saiz = Saiz::read(&default).unwrap();
        assert_eq!((saiz.size(3), saiz.size(4), saiz.total()), (Some(8), None, 32));
        damage(&default, |bytes| Saiz::read(bytes).map(drop), 9);
    }
}
