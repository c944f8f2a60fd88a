//! The samples of a movie fragment, as the player's own reader of boxes finds them.

use std::cell::RefCell;

use bitaca_player_core::isobmff::{init_info, Fragment, Sample, Track};

thread_local! {
    /// The tracks that were read last, and a fragment whose memory is used again.
    static KEPT: RefCell<(Vec<Track>, Fragment)> = RefCell::default();
}

/// The answer to the rest of a request: length (`u32`) of an initialization section, the section, and a fragment
/// from its first box to the end of its `moof`; media behind it is not needed. Without a section it is that of
/// the request before.
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
    KEPT.with_borrow_mut(|(tracks, fragment)| {
        if !init.is_empty() {
            *tracks = init_info(init).map_err(|error| error.what)?.tracks;
        }
        fragment.read(bytes, 0, tracks).map_err(|error| error.what)?;
        Ok(table(&fragment.samples))
    })
}

fn table(samples: &[Sample]) -> Vec<u8> {
    let mut to = Vec::with_capacity(4 + 24 * samples.len());
    to.extend_from_slice(&(samples.len() as u32).to_le_bytes());
    for one in samples {
        let mut row = [0; 24];
        let (offset, rest) = row.split_at_mut(8);
        offset.copy_from_slice(&one.offset.to_le_bytes());
        let numbers = [one.size, one.duration, one.composition_offset as u32, one.flags];
        for (place, number) in rest.chunks_exact_mut(4).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        to.extend_from_slice(&row);
    }
    to
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
        let mut next = [0; 4].to_vec();
        next.extend_from_slice(&file[moof..mdat]);
        assert_eq!(answer(&next).map(|rows| rows.len()), Ok(found.len()), "the tracks are kept");
        for end in 0..request.len() {
            assert!(answer(&request[..end]).is_err());
        }
    }
}
