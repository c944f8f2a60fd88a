//! Sample Description Box: the sample entries of a track, and the codec string of each.

use alloc::string::String;
use alloc::vec::Vec;

use super::av1c::Av1C;
use super::avcc::AvcC;
use super::boxes::{fail, Box, Boxes, Fault};
use super::colr::Colr;
use super::esds::Esds;
use super::fields::{whole, Fields};
use super::fourcc::FourCc;
use super::hdlr::TrackKind;
use super::hvcc::HvcC;
use super::tenc::Tenc;
use super::vpcc::VpcC;
use super::{dac3, dec3, dfla, dops, sinf};
use crate::error::ErrorKind;
use crate::limits;

/// How many samples of sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sound {
    /// Channels; 0: not known.
    pub channels: u16,
    /// Samples in a second; 0: not known.
    pub sample_rate: u32,
}

/// One sample entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SampleEntry {
    /// Its format; where encrypted, what it would be in the clear.
    pub format: FourCc,
    /// The codec string. RFC 6381, ISO File Format Name Space.
    pub codec: String,
    /// `width` of the coded pictures.
    pub width: u16,
    /// `height` of the coded pictures.
    pub height: u16,
    /// `channelcount` and `samplerate`, as the configuration tells them.
    pub sound: Sound,
    /// Colour, where it is told.
    pub colour: Option<Colr>,
    /// Bytes of a NAL unit's length; 0 where there are none.
    pub nal_length_size: u8,
    /// `scheme_type`, where it is encrypted.
    pub scheme: Option<FourCc>,
    /// How it is encrypted.
    pub tenc: Option<Tenc>,
}

/// Append the entries of a track of that kind. ISO/IEC 14496-12, Sample Description Box.
pub fn read(one: &Box<'_>, kind: TrackKind, entries: &mut Vec<SampleEntry>) -> Result<(), Fault> {
    let version = one.parse(&(ErrorKind::Malformed, "stsd"), |payload| {
        let mut reader = Fields::new(payload);
        let (version, _) = reader.full_box();
        reader.u32();
        whole(version, &reader)
    })?;
    let mut boxes = one.boxes(8);
    while let Some(child) = boxes.next_box()? {
        if entries.len() >= limits::SAMPLE_DESCRIPTIONS {
            return Err(fail(&(ErrorKind::Limit, "at most 64 sample descriptions"), child.offset));
        }
        entries.push(SampleEntry { format: child.kind, ..SampleEntry::default() });
        if let Some(entry) = entries.last_mut() {
            entry.read(&child, kind, version)?;
        }
    }
    Ok(())
}

impl SampleEntry {
    /// ISO/IEC 14496-12, Sample entry: VisualSampleEntry, AudioSampleEntry, and text of ISO/IEC
    /// 14496-30.
    fn read(&mut self, one: &Box<'_>, kind: TrackKind, version: u8) -> Result<(), Fault> {
        let fields = one.parse(&(ErrorKind::Malformed, "a sample entry"), |payload| {
            let mut reader = Fields::new(payload);
            reader.skip(8); // reserved, data_reference_index
            match kind {
                TrackKind::Video => self.visual(&mut reader),
                TrackKind::Audio => self.audio(&mut reader, version),
                // namespace, schema_location, auxiliary_mime_types; Shaka Packager leaves out the last where it is empty
                TrackKind::Text if one.kind == FourCc::STPP => {
                    for _ in 0..3 {
                        if !reader.rest().is_empty() {
                            reader.text();
                        }
                    }
                }
                _ => {}
            }
            whole(payload.len() - reader.rest().len(), &reader)
        })?;
        if matches!(kind, TrackKind::Video | TrackKind::Audio) {
            self.configuration(one.boxes(fields))?;
        }
        if self.codec.is_empty() {
            self.format.push(&mut self.codec);
        }
        Ok(())
    }

    fn visual(&mut self, reader: &mut Fields<'_>) {
        reader.skip(16);
        self.width = reader.u16();
        self.height = reader.u16();
        // resolutions, reserved, frame_count, compressorname, depth, pre_defined
        reader.skip(50);
    }

    fn audio(&mut self, reader: &mut Fields<'_>, version: u8) {
        let entry_version = reader.u16();
        reader.skip(6);
        let channels = reader.u16();
        reader.skip(6); // samplesize, pre_defined, reserved
        self.sound = Sound { channels, sample_rate: reader.u32() >> 16 };
        // QuickTime's sound descriptions have more fields; AudioSampleEntryV1, in a `stsd` of version 1, has not.
        let more = match (version, entry_version) {
            (0, 1) => 16,
            (0, 2) => 36,
            _ => 0,
        };
        reader.skip(more);
    }

    /// The boxes behind the fields.
    fn configuration(&mut self, boxes: Boxes<'_>) -> Result<(), Fault> {
        // The format and the colour may stand behind the configuration that needs them.
        let mut first = boxes;
        while let Some(child) = first.next_box()? {
            match child.kind {
                FourCc::SINF => {
                    sinf::read(&child, self)?;
                }
                FourCc::COLR => self.colour = self.colour.or(Colr::read(child.payload())),
                _ => {}
            }
        }
        let mut second = boxes;
        while let Some(child) = second.next_box()? {
            if !self.codec.is_empty() {
                break; // one configuration is enough
            }
            let (format, codec) = (self.format, &mut self.codec);
            match child.kind {
                FourCc::AVCC => {
                    let avcc = child.parse(&(ErrorKind::Malformed, "avcC"), AvcC::read)?;
                    self.nal_length_size = avcc.nal_length_size;
                    avcc.push_codec(format, codec);
                }
                FourCc::HVCC => {
                    let hvcc = child.parse(&(ErrorKind::Malformed, "hvcC"), HvcC::read)?;
                    self.nal_length_size = hvcc.nal_length_size;
                    hvcc.push_codec(format, codec);
                }
                FourCc::VPCC => {
                    let vpcc = child.parse(&(ErrorKind::Malformed, "vpcC"), VpcC::read)?;
                    vpcc.push_codec(format, codec);
                    self.colour = self.colour.or(vpcc.colour);
                }
                FourCc::AV1C => {
                    child.parse(&(ErrorKind::Malformed, "av1C"), Av1C::read)?.push_codec(self.colour, codec)
                }
                FourCc::ESDS => self.mpeg4(&child)?,
                // QuickTime puts `esds` into `wave`.
                FourCc::WAVE => {
                    if let Some(esds) = child.boxes(0).find(FourCc::ESDS)? {
                        self.mpeg4(&esds)?;
                    }
                }
                FourCc::DOPS => self.sound = child.parse(&(ErrorKind::Malformed, "dOps"), dops::read)?,
                FourCc::DFLA => self.sound = child.parse(&(ErrorKind::Malformed, "dfLa"), dfla::read)?,
                FourCc::DAC3 => self.sound = child.parse(&(ErrorKind::Malformed, "dac3"), dac3::read)?,
                FourCc::DEC3 => self.sound = child.parse(&(ErrorKind::Malformed, "dec3"), dec3::read)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn mpeg4(&mut self, one: &Box<'_>) -> Result<(), Fault> {
        let esds = one.parse(&(ErrorKind::Malformed, "esds"), Esds::read)?;
        esds.push_codec(self.format, &mut self.codec);
        if let Some(config) = esds.config {
            self.sound.sample_rate = config.sample_rate;
            if config.channels > 0 {
                self.sound.channels = u16::from(config.channels);
            }
        }
        Ok(())
    }
}
