//! The samples of a movie fragment, as the player's own reader of boxes finds them.

use std::cell::RefCell;

use bitaca_player_core::isobmff::{init_info, Fragment, Sample, Track};

thread_local! {
    /// The tracks that were read last, and a fragment whose memory is used again.
    static KEPT: RefCell<(Vec<Track>, Fragment)> = RefCell::default();
}

/// Give `with` the samples that a request asks for: length (`u32`) of an initialization section, the section, and a
/// fragment from its first box to the end of its `moof`; media behind it is not needed. Without a section it is that
/// of the request before.
///
/// The samples stay where they are until the next request; offsets count from the fragment's first byte.
///
/// # Errors
/// What is no such request, and boxes that cannot be read.
pub fn read<T>(request: &[u8], with: impl FnOnce(&[Sample]) -> T) -> Result<T, &'static str> {
    let (length, rest) = request.split_first_chunk::<4>().ok_or("a request that ends where it says")?;
    let length = u32::from_le_bytes(*length) as usize;
    let (init, bytes) = rest.split_at_checked(length).ok_or("a request that ends where it says")?;
    KEPT.with_borrow_mut(|(tracks, fragment)| {
        if !init.is_empty() {
            *tracks = init_info(init).map_err(|error| error.what)?.tracks;
        }
        fragment.read(bytes, 0, tracks).map_err(|error| error.what)?;
        Ok(with(&fragment.samples))
    })
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
        let found = read(&request, <[Sample]>::to_vec).expect("a fragment");
        let media = u32::from_be_bytes(file[mdat..mdat + 4].try_into().expect("four bytes")) - 8;
        assert_eq!(found.iter().map(|one| one.size).sum::<u32>(), media, "they fill the fragment's media");
        assert!(found.len() > 1 && found.iter().skip(1).all(|one| one.offset > found[0].offset));
        let mut next = [0; 4].to_vec();
        next.extend_from_slice(&file[moof..mdat]);
        assert_eq!(read(&next, <[Sample]>::to_vec), Ok(found), "the tracks are kept");
        for end in 0..request.len() {
            assert!(read(&request[..end], |_| ()).is_err());
        }
    }
}
