//! fMP4 and WebM.

use bitaca_player_core::isobmff::{self, Event, Fragment, Scanner};
use bitaca_player_core::webm;

use crate::{check, Room};

/// A box around `payload`.
fn boxed(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let mut bytes = ((payload.len() + 8) as u32).to_be_bytes().to_vec();
    bytes.extend_from_slice(kind);
    bytes.extend_from_slice(payload);
    bytes
}

/// Everything that is read of an fMP4 or WebM file.
fn containers(bytes: &[u8]) -> usize {
    let mut scanner = Scanner::new(0);
    let mut whole = 0;
    for piece in bytes.chunks(65_536) {
        let mut rest = piece;
        while let Ok(Some(event)) = scanner.next(&mut rest) {
            whole += usize::from(matches!(event, Event::Box(_)));
        }
    }
    let tracks = isobmff::init_info(bytes).map(|init| init.tracks).unwrap_or_default();
    let _ = isobmff::timescales(bytes);
    let _ = isobmff::sidx_index(bytes, 0);
    let mut fragment = Fragment::default();
    let _ = fragment.read(bytes, 0, &tracks);
    if let Ok(header) = webm::header(bytes) {
        let _ = webm::cues(bytes, 0, &header, Some(bytes.len() as u64));
    }
    whole + fragment.samples.len()
}

#[test]
fn media_containers() {
    // Version and flags; track 1.
    let tfhd = boxed(b"tfhd", &[0, 0, 0, 0, 0, 0, 0, 1]);
    let claims = |samples: u32| boxed(b"trun", &[&[0, 0, 0, 0], samples.to_be_bytes().as_slice()].concat());
    let trak = |inside: &[u8]| {
        let table = boxed(b"stbl", inside);
        let tkhd = boxed(b"tkhd", &[[0; 12].as_slice(), &[0, 0, 0, 1], &[0; 68]].concat());
        let hdlr = boxed(b"hdlr", b"\0\0\0\0\0\0\0\0vide\0\0\0\0\0\0\0\0\0\0\0\0\0");
        boxed(b"trak", &[tkhd, boxed(b"mdia", &[hdlr, boxed(b"minf", &table)].concat())].concat())
    };
    let stsd = |entries: &[u8]| boxed(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 64], entries].concat());
    let inputs = |room: Room| {
        let inner = Room(room.0 - 64);
        vec![
            ("small boxes", room.packed(&[], |_| boxed(b"free", &[]))),
            ("events", room.packed(&[], |_| boxed(b"emsg", &[0; 24]))),
            (
                "claimed length",
                room.packed(&[0x7f, 0xff, 0xff, 0xff, b'm', b'o', b'o', b'f'], |_| vec![0; 64]),
            ),
            (
                "claimed movie",
                room.packed(&[0x7f, 0xff, 0xff, 0xff, b'm', b'o', b'o', b'v'], |_| vec![0; 64]),
            ),
            ("nested", {
                let mut bytes = Vec::new();
                for depth in (0..room.0 / 8).rev() {
                    bytes.extend_from_slice(&((room.0 - bytes.len()) as u32).to_be_bytes());
                    bytes.extend_from_slice([b"moov", b"trak", b"mdia"][depth % 3]);
                }
                bytes
            }),
            ("fragments of one track", boxed(b"moof", &inner.packed(&[], |_| boxed(b"traf", &tfhd)))),
            ("claimed samples", boxed(b"moof", &boxed(b"traf", &inner.packed(&tfhd, |_| claims(1 << 18))))),
            ("runs of one sample", boxed(b"moof", &boxed(b"traf", &inner.packed(&tfhd, |_| claims(1))))),
            ("samples", {
                let count = (inner.0 as u32 - 64) / 4;
                let run =
                    [[0, 0, 2, 0].as_slice(), &count.to_be_bytes(), &vec![0; count as usize * 4]].concat();
                boxed(b"moof", &boxed(b"traf", &[tfhd.clone(), boxed(b"trun", &run)].concat()))
            }),
            ("subsamples", {
                let entry = [[0; 8].as_slice(), &[0, 100], &[0; 600]].concat();
                let count = inner.0 / entry.len() - 1;
                let senc =
                    [[0, 0, 0, 2].as_slice(), &(count as u32).to_be_bytes(), &entry.repeat(count)].concat();
                boxed(
                    b"moof",
                    &boxed(b"traf", &[tfhd.clone(), claims(count as u32), boxed(b"senc", &senc)].concat()),
                )
            }),
            ("systems", boxed(b"moov", &inner.packed(&[], |_| boxed(b"pssh", &[0; 24])))),
            ("tracks", boxed(b"moov", &inner.packed(&[], |_| trak(&stsd(&[]))))),
            (
                "sample entries",
                boxed(b"moov", &inner.packed(&[], |_| trak(&stsd(&boxed(b"avc1", &[0; 78]).repeat(64))))),
            ),
            ("groups", {
                let group = [b"\x01\0\0\0seig\0\0\0\x14\0\0\x04\0".as_slice(), &[0; 20 << 10]].concat();
                boxed(
                    b"moof",
                    &inner.packed(&[], |_| boxed(b"traf", &[tfhd.clone(), boxed(b"sgpd", &group)].concat())),
                )
            }),
            ("index", {
                let count = ((inner.0 - 32) / 12).min(65_535);
                let head =
                    [[0; 4].as_slice(), &[0, 0, 0, 1, 0, 0, 0, 1], &[0; 10], &(count as u16).to_be_bytes()]
                        .concat();
                boxed(b"sidx", &[head, vec![1; count * 12]].concat())
            }),
            ("indexes", {
                let head = [[0; 4].as_slice(), &[0, 0, 0, 1, 0, 0, 0, 1], &[0; 10], &[0x40, 0]].concat();
                let sidx = boxed(b"sidx", &[head, vec![1; 0x4000 * 12]].concat());
                room.packed(&[], |_| sidx.clone())
            }),
            ("WebM elements", {
                let head = [
                    0x1a, 0x45, 0xdf, 0xa3, 0x80, 0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff,
                    0xff, 0xff,
                ];
                room.packed(&head, |_| vec![0xec, 0x80])
            }),
            ("WebM tracks", {
                let head = [
                    0x1a, 0x45, 0xdf, 0xa3, 0x80, 0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff,
                    0xff, 0xff, 0x16, 0x54, 0xae, 0x6b, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                ];
                room.packed(&head, |_| vec![0xae, 0x80])
            }),
        ]
    };
    check(inputs, |bytes| containers(bytes));
}
