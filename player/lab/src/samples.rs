//! The samples of a movie fragment, as the player's own reader of boxes finds them.

use bitaca_player_core::isobmff::{init_info, Fragment};

/// The answer to the rest of a request: length (`u32`) of an initialization section, the section, and a fragment
/// from its first box to the end of its `moof`; media behind it is not needed.
///
/// Samples `u32`, then each: offset `u64` from the fragment's first byte, size `u32`, duration `u32` in ticks,
/// composition offset `i32` in ticks, flags `u32`.
///
/// # Errors
/// What is no such request, and boxes that cannot be read.
pub fn answer(request: &[u8]) -> Result<Vec<u8>, &'static str> {
    let (length, rest) = request.split_first_chunk::<4>().ok_or("a request that ends where it says")?;
    let length = u32::from_le_bytes(*length) as usize;
    let (init, bytes) = rest.split_at_checked(length).ok_or("a request that ends where it says")?;
    let init = init_info(init).map_err(|error| error.what)?;
    let mut fragment = Fragment::default();
    fragment.read(bytes, 0, &init.tracks).map_err(|error| error.what)?;
    let mut to = Vec::with_capacity(4 + 24 * fragment.samples.len());
    to.extend_from_slice(&(fragment.samples.len() as u32).to_le_bytes());
    for one in &fragment.samples {
        to.extend_from_slice(&one.offset.to_le_bytes());
        for number in [one.size, one.duration, one.composition_offset as u32, one.flags] {
            to.extend_from_slice(&number.to_le_bytes());
        }
    }
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_of_a_file_of_the_corpus() {
        let file = include_bytes!("../../../tests/corpus/isobmff/h264-b-frames-edit-list.mp4");
        let at = |kind: &[u8]| file.windows(4).position(|four| four == kind).expect("such a box") - 4;
        let (moof, mdat) = (at(b"moof"), at(b"mdat"));
        let mut request = (moof as u32).to_le_bytes().to_vec();
        request.extend_from_slice(&file[..mdat]);
        let found = answer(&request).expect("a fragment");
        let count = u32::from_le_bytes(found[..4].try_into().expect("four bytes")) as usize;
        assert!(count > 1 && found.len() == 4 + 24 * count);
        let sizes: u32 = found[4..]
            .chunks(24)
            .map(|row| u32::from_le_bytes(row[8..12].try_into().expect("four bytes")))
            .sum();
        let media = u32::from_be_bytes(file[mdat..mdat + 4].try_into().expect("four bytes")) - 8;
        assert_eq!(sizes, media, "they fill the fragment's media");
        for end in 0..request.len() {
            assert!(answer(&request[..end]).is_err());
        }
    }
}
