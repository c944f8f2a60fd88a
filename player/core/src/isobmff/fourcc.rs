//! Four-character codes: box types, handlers, sample entry formats, schemes.

/// A four-character code, compared as one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FourCc(pub u32);

impl FourCc {
    /// Its four bytes.
    pub const fn bytes(self) -> [u8; 4] {
        self.0.to_be_bytes()
    }

    /// Append it as text, each byte one character of Latin-1.
    #[inline(never)]
    pub fn push(self, out: &mut alloc::string::String) {
        for byte in self.bytes() {
            out.push(char::from(byte));
        }
    }
}

macro_rules! names {
    ($($name:ident $text:literal)*) => {
        impl FourCc {
            $(
                #[doc = concat!("`", $text, "`")]
                pub const $name: Self = Self(code($text));
            )*
        }
    };
}

/// Evaluated by the compiler only.
const fn code(text: &str) -> u32 {
    let [a, b, c, d] = text.as_bytes() else { panic!() };
    u32::from_be_bytes([*a, *b, *c, *d])
}

names! {
    FTYP "ftyp" STYP "styp" MOOV "moov" MVHD "mvhd" TRAK "trak" TKHD "tkhd" EDTS "edts" ELST "elst"
    MDIA "mdia" MDHD "mdhd" ELNG "elng" HDLR "hdlr" MINF "minf" STBL "stbl" STSD "stsd"
    MVEX "mvex" MEHD "mehd" TREX "trex" SIDX "sidx" MOOF "moof" MFHD "mfhd" TRAF "traf" TFHD "tfhd"
    TFDT "tfdt" TRUN "trun" SAIZ "saiz" SAIO "saio" SENC "senc" SBGP "sbgp" SGPD "sgpd" TENC "tenc"
    PSSH "pssh" EMSG "emsg" PRFT "prft" MDAT "mdat" UUID "uuid" SINF "sinf" FRMA "frma" SCHM "schm"
    SCHI "schi" COLR "colr" NCLX "nclx" NCLC "nclc"
    AVCC "avcC" HVCC "hvcC" VPCC "vpcC" AV1C "av1C" ESDS "esds" WAVE "wave" DOPS "dOps" DFLA "dfLa"
    DAC3 "dac3" DEC3 "dec3"
    AVC1 "avc1" AVC3 "avc3" HVC1 "hvc1" HEV1 "hev1" VP08 "vp08" VP09 "vp09" AV01 "av01" MP4A "mp4a"
    OPUS "Opus" FLAC "fLaC" AC_3 "ac-3" EC_3 "ec-3" WVTT "wvtt" STPP "stpp" C608 "c608" C708 "c708"
    ENCV "encv" ENCA "enca"
    VIDE "vide" AUXV "auxv" SOUN "soun" TEXT "text" SUBT "subt" SBTL "sbtl" CLCP "clcp"
    SEIG "seig" ROLL "roll" RAP "rap "
    CENC "cenc" CENS "cens" CBC1 "cbc1" CBCS "cbcs" PIFF "piff"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_its_text() {
        let mut out = alloc::string::String::new();
        FourCc::AVCC.push(&mut out);
        assert_eq!((out.as_str(), FourCc::MDAT.bytes()), ("avcC", *b"mdat"));
    }
}
