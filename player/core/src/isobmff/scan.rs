//! The top-level boxes of a stream, as its bytes arrive.
//!
//! Boxes that say something (`moov`, `moof`, `sidx`, ...) are given whole; of all others, `mdat`
//! first, only their range: media is never copied. Where the bytes are cut into chunks makes no
//! difference to what comes out.

use alloc::vec::Vec;

use super::boxes::{fail, Box, Fault, Header};
use super::fourcc::FourCc;
use crate::error::{ErrorKind, ParseError};
use crate::limits;

/// Something found in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A whole box.
    Box(Box<'a>),
    /// A box whose content is passed by begins, `mdat` above all.
    Start {
        /// `type`.
        kind: FourCc,
        /// Where its content stands.
        offset: u64,
        /// Bytes of its content; `None`: to the end of the stream.
        length: Option<u64>,
    },
    /// It ends here.
    End {
        /// `type`.
        kind: FourCc,
        /// Behind its last byte.
        offset: u64,
    },
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// At a header, of which `buffer` has the first bytes.
    Header,
    /// In a box that is kept; `size` of the whole.
    Keeping(Header),
    /// In a box that is passed by; bytes still to come.
    Passing(FourCc, Option<u64>),
    /// Nothing more comes out.
    Failed(ParseError),
}

/// Finds the top-level boxes. Feed it with [`Scanner::next`].
#[derive(Clone, Debug)]
pub struct Scanner {
    state: State,
    /// Where the box began that is being read.
    start: u64,
    /// Where the next byte stands.
    position: u64,
    /// What has arrived of a header or of a kept box.
    buffer: Vec<u8>,
    /// Whether `buffer` was given out, and may be used again.
    given: bool,
}

impl Scanner {
    /// A scanner for bytes that stand at `offset` of their file.
    pub const fn new(offset: u64) -> Self {
        Self { state: State::Header, start: offset, position: offset, buffer: Vec::new(), given: false }
    }

    /// Where the next byte stands.
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// The next event, out of bytes taken from the front of `chunk`. At `None` all of them are
    /// used up. After an error each call gives it again.
    pub fn next<'s, 'c: 's>(&'s mut self, chunk: &mut &'c [u8]) -> Result<Option<Event<'s>>, ParseError> {
        if core::mem::take(&mut self.given) {
            self.buffer.clear();
        }
        if matches!(self.state, State::Header) {
            self.start = self.position.saturating_sub(self.buffer.len() as u64);
            match self.header(chunk) {
                Ok(None) => return Ok(None),
                Ok(Some(header)) if kept(header.kind).is_some() => self.state = State::Keeping(header),
                Ok(Some(header)) => {
                    self.drop_header(header, chunk);
                    let length = header.size.map(|size| size - u64::from(header.len));
                    self.state = State::Passing(header.kind, length);
                    return Ok(Some(Event::Start { kind: header.kind, offset: self.position, length }));
                }
                Err(_) => {
                    return self.failed(fail(&(ErrorKind::Malformed, "the header of a box"), self.start));
                }
            }
        }
        match self.state {
            State::Keeping(header) => self.keep(header, chunk),
            State::Passing(kind, left) => {
                let here = chunk.len() as u64;
                let passed = left.map_or(here, |left| left.min(here));
                self.take(chunk, passed as usize);
                let left = left.map(|left| left - passed);
                if left == Some(0) {
                    self.state = State::Header;
                    return Ok(Some(Event::End { kind, offset: self.position }));
                }
                self.state = State::Passing(kind, left);
                Ok(None)
            }
            State::Failed(error) => Err(error),
            State::Header => Ok(None),
        }
    }

    /// The stream ends: a box that goes on to the end is complete; one that does not is an error.
    pub fn finish(&mut self) -> Result<Option<Event<'_>>, ParseError> {
        if core::mem::take(&mut self.given) {
            self.buffer.clear();
        }
        match self.state {
            State::Header if self.buffer.is_empty() => Ok(None),
            State::Passing(kind, None) => {
                self.state = State::Header;
                Ok(Some(Event::End { kind, offset: self.position }))
            }
            State::Keeping(header) if header.size.is_none() => {
                self.state = State::Header;
                self.given = true;
                Ok(Some(Event::Box(whole(header, self.start, &self.buffer))))
            }
            State::Failed(error) => Err(error),
            _ => self.failed(fail(&(ErrorKind::Malformed, "the rest of a box"), self.start)),
        }
    }

    /// The header of the next box, which is left in front of `chunk`, or in `buffer` where it came
    /// in pieces.
    fn header(&mut self, chunk: &mut &[u8]) -> Result<Option<Header>, ErrorKind> {
        if self.buffer.is_empty() {
            if let Some(header) = Header::read(chunk)? {
                return Ok(Some(header));
            }
        }
        // At most sixteen bytes, so one by one.
        while !chunk.is_empty() {
            self.gather(chunk, 1);
            if let Some(header) = Header::read(&self.buffer)? {
                return Ok(Some(header));
            }
        }
        Ok(None)
    }

    fn drop_header(&mut self, header: Header, chunk: &mut &[u8]) {
        if self.buffer.is_empty() {
            self.take(chunk, usize::from(header.len));
        }
        self.buffer.clear();
    }

    fn keep<'s, 'c: 's>(
        &'s mut self,
        header: Header,
        chunk: &mut &'c [u8],
    ) -> Result<Option<Event<'s>>, ParseError> {
        let cap = kept(header.kind).unwrap_or(0);
        let size = usize::try_from(header.size.unwrap_or(0)).unwrap_or(usize::MAX);
        if size > cap {
            return self.failed(fail(&(ErrorKind::Limit, "a box that is held in memory"), self.start));
        }
        if header.size.is_none() {
            if self.buffer.len().saturating_add(chunk.len()) > cap {
                return self.failed(fail(&(ErrorKind::Limit, "a box that is held in memory"), self.start));
            }
            self.gather(chunk, usize::MAX);
            return Ok(None);
        }
        if self.buffer.is_empty() && chunk.len() >= size {
            self.state = State::Header;
            let bytes = self.take(chunk, size);
            return Ok(Some(Event::Box(whole(header, self.start, bytes))));
        }
        self.gather(chunk, size.saturating_sub(self.buffer.len()));
        if self.buffer.len() < size {
            return Ok(None);
        }
        self.state = State::Header;
        self.given = true;
        Ok(Some(Event::Box(whole(header, self.start, &self.buffer))))
    }

    fn gather(&mut self, chunk: &mut &[u8], count: usize) {
        let bytes = self.take(chunk, count);
        self.buffer.extend_from_slice(bytes);
    }

    /// At most `count` bytes off the front.
    fn take<'c>(&mut self, chunk: &mut &'c [u8], count: usize) -> &'c [u8] {
        let (taken, rest) = chunk.split_at_checked(count).unwrap_or((chunk, &[]));
        *chunk = rest;
        self.position = self.position.saturating_add(taken.len() as u64);
        taken
    }

    fn failed<T>(&mut self, fault: Fault) -> Result<T, ParseError> {
        let error = ParseError::from(fault);
        self.state = State::Failed(error);
        self.buffer = Vec::new();
        Err(error)
    }
}

fn whole(header: Header, offset: u64, bytes: &[u8]) -> Box<'_> {
    Box { kind: header.kind, offset, header: header.len, bytes }
}

/// The boxes that are given whole, and how large they may be.
fn kept(kind: FourCc) -> Option<usize> {
    match kind {
        FourCc::MOOV => Some(limits::MOOV_BYTES),
        FourCc::FTYP
        | FourCc::STYP
        | FourCc::MOOF
        | FourCc::SIDX
        | FourCc::EMSG
        | FourCc::PRFT
        | FourCc::PSSH => Some(limits::BOX_BYTES),
        _ => None,
    }
}
