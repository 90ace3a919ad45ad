//! Reads deflated members by position, although they can only be inflated from the front.

use std::{env, io::Write, ops::Range, path::Path};

use npymap_core::{
    ErrorKind,
    npz::{Decoder, Member, Status},
};

use crate::{
    container::Container,
    disk::{Disk, PIECE},
    error::{Error, Result},
};

/// Inflates a member as far as it is read.
///
/// Whoever goes back makes it inflate anew. When that has cost as much as half of the member, all
/// of it is inflated into a temporary file and read from there: however it is read, no more is
/// inflated than two and a half times as much as it has.
#[derive(Debug)]
pub(crate) struct Inflater<'a> {
    container: &'a Container,
    member: &'a Member,
    stream: Option<Stream>,
    /// How many bytes were inflated before what was wanted lay behind.
    in_vain: u64,
    /// Where the copy is put; `None` for the system's temporary directory.
    directory: Option<&'a Path>,
    /// All of the member, inflated.
    copy: Option<Disk>,
}

impl<'a> Inflater<'a> {
    pub(crate) fn new(container: &'a Container, member: &'a Member) -> Self {
        Self {
            container,
            member,
            stream: None,
            in_vain: 0,
            directory: None,
            copy: None,
        }
    }

    /// Where a copy is put.
    pub(crate) fn put_copy_in(&mut self, directory: &'a Path) {
        self.directory = Some(directory);
    }

    /// Inflates all of the member into a file that has no name, from which any part can be read.
    ///
    /// It takes as much of the disk as the directory declares: more is an error as soon as it comes.
    pub(crate) fn copy_all(&mut self) -> Result<()> {
        if self.copy.is_some() {
            return Ok(());
        }
        let temporary = env::temp_dir();
        let directory = self.directory.unwrap_or(&temporary);
        let of_copy = |e| Error::new(e).at(directory);
        let mut file = tempfile::tempfile_in(directory).map_err(of_copy)?;
        let size = self.member.size();
        // What was inflated so far is gone.
        self.stream = None;
        let mut stream = Stream::new(self.container, self.member)?;
        let mut piece = vec![0; (PIECE as u64).min(size) as usize];
        while stream.position < size || !stream.is_done {
            let n = (size - stream.position).min(PIECE as u64) as usize;
            stream.fill(self.container, &mut piece[..n])?;
            file.write_all(&piece[..n]).map_err(of_copy)?;
        }
        self.copy = Some(Disk::inflated(file, self.container.disk().path(), size));
        Ok(())
    }

    /// Fills the buffer with the inflated bytes from an offset on.
    pub(crate) fn read_exact_at(&mut self, buffer: &mut [u8], offset: u64) -> Result<()> {
        if let Some(passed) = self.passed(offset) {
            self.stream = None;
            self.in_vain = self.in_vain.saturating_add(passed);
            if self.in_vain > self.member.size() / 2 {
                self.copy_all()?;
            }
        }
        let container = self.container;
        if let Some(copy) = &self.copy {
            return copy
                .read_exact_at(buffer, offset)
                .map_err(|e| container.name(e));
        }
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => none.insert(Stream::new(container, self.member)?),
        };
        while stream.position < offset {
            let mut skipped = [0; 8 << 10];
            let n = (offset - stream.position).min(skipped.len() as u64) as usize;
            stream.fill(container, &mut skipped[..n])?;
        }
        stream.fill(container, buffer)
    }

    /// How many bytes were inflated, if the offset lies before their end.
    fn passed(&self, offset: u64) -> Option<u64> {
        let position = self.stream.as_ref()?.position;
        (position > offset).then_some(position)
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
            next: container.range().start,
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
                let n = (container.range().end - self.next).min(Self::INPUT) as usize;
                self.input.resize(n, 0);
                let read = container.disk().read_exact_at(&mut self.input, self.next);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Npz;

    /// Going back a little inflates anew; going back again and again makes a copy.
    #[test]
    fn a_copy_is_made_when_it_pays() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/deflated.npz");
        let archive = Npz::open(path).unwrap();
        let member = archive.members().iter().max_by_key(|m| m.size()).unwrap();
        let container = archive.container(member).unwrap();
        let size = member.size() as usize;
        let mut whole = vec![0; size];
        let mut inflater = Inflater::new(&container, member);
        inflater.read_exact_at(&mut whole, 0).unwrap();

        let mut inflater = Inflater::new(&container, member);
        let mut inflated = 0;
        for start in (0..size / 16).rev() {
            let mut part = vec![0; size / 16];
            inflater.read_exact_at(&mut part, start as u64).unwrap();
            assert_eq!(part, whole[start..][..part.len()]);
            inflated = inflated.max(inflater.in_vain);
        }
        assert!(inflater.copy.is_some());
        assert!(inflated > size as u64 / 2 && inflated < size as u64);

        let mut inflater = Inflater::new(&container, member);
        for (start, byte) in whole.iter().enumerate() {
            let mut part = [0];
            inflater.read_exact_at(&mut part, start as u64).unwrap();
            assert_eq!(part, [*byte]);
        }
        assert!(inflater.copy.is_none());
    }
}
