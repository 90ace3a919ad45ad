//! What an NPY stream stands in: a file, a stored member of an archive, or a deflated one.

use std::{ops::Range, sync::Arc};

use npymap_core::{
    ErrorKind,
    npz::{Decoder, Member, Method, Status},
};

use crate::{
    disk::Disk,
    error::{Error, Result},
};

/// The bytes of an NPY stream, or of headerless data, wherever they stand.
#[derive(Clone, Debug)]
pub(crate) struct Container {
    disk: Arc<Disk>,
    /// The bytes of the file that hold it, deflated or not.
    range: Range<u64>,
    /// The member of an archive that it is.
    member: Option<Box<Member>>,
}

impl Container {
    /// A whole file.
    pub(crate) fn file(disk: Arc<Disk>) -> Self {
        let len = disk.len();
        Self::of_len(disk, len)
    }

    /// As many bytes of a file.
    pub(crate) fn of_len(disk: Arc<Disk>, len: u64) -> Self {
        Self {
            disk,
            range: 0..len,
            member: None,
        }
    }

    /// A member of an archive, whose data is a range of the file.
    pub(crate) fn member(disk: Arc<Disk>, member: Member, range: Range<u64>) -> Self {
        Self {
            disk,
            range,
            member: Some(Box::new(member)),
        }
    }

    pub(crate) fn disk(&self) -> &Disk {
        &self.disk
    }

    pub(crate) fn disk_handle(&self) -> Arc<Disk> {
        Arc::clone(&self.disk)
    }

    /// The bytes of the file that hold it, deflated or not.
    pub(crate) fn range(&self) -> Range<u64> {
        self.range.clone()
    }

    /// The number of bytes. Where they are deflated it is what the archive declares, which may be
    /// wrong.
    pub(crate) fn len(&self) -> u64 {
        self.deflated()
            .map_or(self.range.end - self.range.start, Member::size)
    }

    /// The key of the member of an archive that it is.
    pub(crate) fn key(&self) -> Option<&str> {
        self.member.as_deref().map(Member::key)
    }

    fn deflated(&self) -> Option<&Member> {
        self.member
            .as_deref()
            .filter(|m| m.method() == Method::Deflated)
    }

    /// Where the bytes stand in the file, if they stand there as they are.
    pub(crate) fn in_place(&self) -> Option<Range<u64>> {
        self.deflated().is_none().then(|| self.range())
    }

    /// Writes all bytes, the first one at an offset.
    pub(crate) fn write_all_at(&self, bytes: &[u8], offset: u64) -> Result<()> {
        self.disk.write_all_at(bytes, self.range.start + offset)
    }

    /// Makes a file longer, with zeros.
    pub(crate) fn extend_to(&mut self, len: u64) -> Result<()> {
        self.disk.set_len(len)?;
        self.range.end = len;
        Ok(())
    }

    /// An error about this file, or about this member of it.
    #[cold]
    pub(crate) fn name(&self, error: impl Into<Error>) -> Error {
        let error = self.disk.name(error);
        match self.key() {
            Some(key) => error.in_member(key),
            None => error,
        }
    }

    /// Fails if the file has become shorter since it was opened.
    pub(crate) fn check_len(&self) -> Result<()> {
        let (expected, found) = (self.range.end, self.disk.len_now()?);
        if found >= expected {
            return Ok(());
        }
        Err(self.name(ErrorKind::Truncated {
            what: "the file",
            expected,
            found,
        }))
    }

    /// A reader at the start. Reading on is cheap everywhere; reading back inflates anew.
    pub(crate) fn cursor(&self) -> Cursor<'_> {
        Cursor {
            container: self,
            stream: None,
        }
    }
}

/// Reads a [`Container`] by position.
#[derive(Debug)]
pub(crate) struct Cursor<'a> {
    container: &'a Container,
    stream: Option<Box<Stream>>,
}

impl Cursor<'_> {
    /// Fills the buffer with the bytes from an offset on.
    pub(crate) fn read_exact_at(&mut self, buffer: &mut [u8], offset: u64) -> Result<()> {
        let container = self.container;
        let Some(member) = container.deflated() else {
            let end = offset.saturating_add(buffer.len() as u64);
            if end > container.len() {
                let (expected, found) = (end, container.len());
                return Err(container.name(ErrorKind::Truncated {
                    what: "the data",
                    expected,
                    found,
                }));
            }
            let at = container.range.start + offset;
            return container
                .disk
                .read_exact_at(buffer, at)
                .map_err(|e| container.name(e));
        };
        let stream = match &mut self.stream {
            Some(stream) if stream.position <= offset => stream,
            stream => stream.insert(Box::new(Stream::new(container, member)?)),
        };
        while stream.position < offset {
            let mut skipped = [0; 8 << 10];
            let n = (offset - stream.position).min(skipped.len() as u64) as usize;
            stream.fill(container, &mut skipped[..n])?;
        }
        stream.fill(container, buffer)
    }
}

/// A deflated member, as far as it was inflated.
#[derive(Debug)]
struct Stream {
    /// Checks the size and the CRC-32 when it comes to the end.
    decoder: Decoder,
    /// Where in the file the next compressed bytes are.
    next: u64,
    input: Vec<u8>,
    /// What of `input` was not consumed.
    unread: Range<usize>,
    /// How many bytes were inflated.
    position: u64,
    /// How many there should be.
    size: u64,
    /// Whether the size and the checksum were found to be right.
    is_done: bool,
}

impl Stream {
    /// How much of the file is read at once.
    const INPUT: u64 = 64 << 10;

    fn new(container: &Container, member: &Member) -> Result<Self> {
        Ok(Self {
            decoder: member.decoder().map_err(|e| container.name(e))?,
            next: container.range.start,
            input: Vec::new(),
            unread: 0..0,
            position: 0,
            size: member.size(),
            is_done: false,
        })
    }

    /// Inflates exactly as much as the buffer holds, and with the last byte what tells whether the
    /// size and the checksum are right.
    fn fill(&mut self, container: &Container, mut buffer: &mut [u8]) -> Result<()> {
        while !buffer.is_empty() || (self.position == self.size && !self.is_done) {
            if self.unread.is_empty() {
                let n = (container.range.end - self.next).min(Self::INPUT) as usize;
                self.input.resize(n, 0);
                let read = container.disk.read_exact_at(&mut self.input, self.next);
                read.map_err(|e| container.name(e))?;
                self.next += n as u64;
                self.unread = 0..n;
            }
            // Without input left, the decoder itself says that the member is cut short.
            let progress = self
                .decoder
                .decode(&self.input[self.unread.clone()], buffer)
                .map_err(|e| container.name(e))?;
            self.unread.start += progress.consumed;
            self.position += progress.produced as u64;
            buffer = &mut buffer[progress.produced..];
            self.is_done = progress.status == Status::Done;
            if self.is_done && !buffer.is_empty() {
                let expected = self.position + buffer.len() as u64;
                let what = "the inflated member";
                let found = self.position;
                return Err(container.name(ErrorKind::Truncated {
                    what,
                    expected,
                    found,
                }));
            }
        }
        Ok(())
    }
}
