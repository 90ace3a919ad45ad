//! New archives, and archives with new members.

mod replace;

use std::{
    fmt,
    io::{self, Write},
    path::{Path, PathBuf},
};

use npymap_core::{
    self as core, Order,
    npz::{Crc32, DirectoryWriter, Method, NewMember},
};

use crate::{
    array::Array,
    deflate::Deflater,
    error::{Error, Result},
    new_file::{Guard, NewFile, Target},
    save::SaveOptions,
    transfer::Transfer,
};

/// Writes an `.npz` archive, member by member, in bounded memory.
///
/// The archive appears, or replaces another, with [`NpzWriter::finish`], when it is complete and on
/// the disk; if anything fails, or the writer is dropped before, nothing is left of it and what was
/// there is as it was. A pipe or a device is written to directly.
///
/// Members are what `np.savez` and `np.savez_compressed` make of the same arrays, apart from fields
/// of 64 bits, which are left out where they are not needed, and padding: the values of stored
/// members begin at a multiple of 64 bytes, so that they can be mapped and used in place.
///
/// ```
/// # fn main() -> npymap::Result<()> {
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("model.npz");
/// use npymap::{Array, Npz, NpzWriter};
///
/// let mut archive = NpzWriter::create(&path)?;
/// let weights = [0.0_f32, 1.0, 2.0, 3.0, 4.0, 5.0];
/// archive.add("weights", &Array::of_slice(&weights, &[2, 3])?)?;
/// archive.finish()?;
///
/// // Another one with one member replaced and one added. The others are not read.
/// let weights = Npz::open(&path)?.member("weights")?;
/// let mut archive = NpzWriter::replace_in(&path, ["weights"])?;
/// archive.add("weights", &weights.slice("[:, ::-1]")?)?;
/// archive.add_deflated("mask", &weights.slice("[0]")?)?;
/// archive.finish()?;
///
/// let archive = Npz::open(&path)?;
/// assert_eq!(archive.keys().collect::<Vec<_>>(), ["weights", "mask"]);
/// assert_eq!(archive.member("weights")?.at::<f32>(&[0, 0])?, 2.0);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct NpzWriter {
    path: Option<PathBuf>,
    /// `None` after an error that has left a member half written.
    state: Option<State>,
}

/// How a member is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compression(Option<u8>);

impl Compression {
    /// Not at all, so that the member can be mapped.
    pub const STORED: Self = Self(None);

    /// By deflate, as `np.savez_compressed` does.
    pub const DEFLATED: Self = Self(Some(6));

    /// By deflate, on a level from 1, the fastest, to 9, the best; 0 does not compress. Higher
    /// levels are taken for 9.
    pub const fn level(level: u8) -> Self {
        Self(Some(if level > 9 { 9 } else { level }))
    }
}

impl NpzWriter {
    /// Begins an archive.
    ///
    /// # Errors
    ///
    /// If the file cannot be created, or somebody has locked the one that would be replaced.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let sink = match Target::create(path, Guard::Lock).map_err(|e| e.at(path))? {
            Target::New(file) => Sink::File(file),
            Target::Stream(file) => Sink::Stream(Box::new(file)),
        };
        let state = State::new(sink, DirectoryWriter::new());
        Ok(Self {
            path: Some(path.to_owned()),
            state: Some(state),
        })
    }

    /// Begins an archive that goes, from its first byte to its last, to anything that takes bytes.
    /// What has come out when an error occurs is no archive.
    pub fn to_writer(writer: impl Write + Send + 'static) -> Self {
        let sink = Sink::Stream(Box::new(writer));
        Self {
            path: None,
            state: Some(State::new(sink, DirectoryWriter::new())),
        }
    }

    /// Adds an array, not compressed: its member is called `key` with `.npy` added.
    ///
    /// The array may come from anywhere, and be a slice of a larger one. Like NumPy, this keeps
    /// Fortran order where the elements are contiguous in it, and otherwise writes C order. A slice
    /// of a deflated member that needs it in another order than it has is inflated once for every 8
    /// MiB.
    ///
    /// # Errors
    ///
    /// If there is a member of that name, or its name would be absolute or lead outside a directory
    /// to which the archive is unpacked: the writer can go on. If the array cannot be read or the
    /// archive not be written: it cannot, and all that follows fails.
    pub fn add(&mut self, key: &str, array: &Array<'_>) -> Result<()> {
        self.add_with(key, array, Compression::STORED, |_| ())
    }

    /// As [`NpzWriter::add`], compressed by deflate, by all cores with the feature `rayon`.
    ///
    /// # Errors
    ///
    /// As [`NpzWriter::add`].
    pub fn add_deflated(&mut self, key: &str, array: &Array<'_>) -> Result<()> {
        self.add_with(key, array, Compression::DEFLATED, |_| ())
    }

    /// As [`NpzWriter::add`], compressed or not, telling after each piece how many bytes of values
    /// were written so far.
    ///
    /// # Errors
    ///
    /// As [`NpzWriter::add`].
    pub fn add_with(
        &mut self,
        key: &str,
        array: &Array<'_>,
        compression: Compression,
        progress: impl FnMut(u64),
    ) -> Result<()> {
        let layout = array.layout();
        let order = match layout.is_contiguous(Order::F) {
            true if !layout.is_contiguous(Order::C) => Order::F,
            _ => Order::C,
        };
        let (header, transfer) = SaveOptions::new().order(order).prepare(array)?;
        self.member(key, &header, compression, &transfer, progress)
    }

    /// Writes the directory and puts the archive in its place.
    ///
    /// # Errors
    ///
    /// If it cannot be written, or a member could not be added before.
    pub fn finish(mut self) -> Result<()> {
        let state = self.state.take().ok_or_else(|| self.name(broken()))?;
        let name = |e: io::Error| self.name(e);
        let mut sink = state.sink;
        let end = state.directory.finish(state.end);
        sink.write(&end, state.end).map_err(name)?;
        match sink {
            Sink::File(file) => file.finish().map(drop).map_err(|e| self.name(e)),
            Sink::Stream(mut stream) => stream.flush().map_err(name),
        }
    }

    /// Writes a member: a header, and the values of an array.
    fn member(
        &mut self,
        key: &str,
        header: &[u8],
        compression: Compression,
        transfer: &Transfer<'_>,
        progress: impl FnMut(u64),
    ) -> Result<()> {
        let Some(mut state) = self.state.take() else {
            return Err(self.name(broken()));
        };
        let len = transfer.nbytes().saturating_add(header.len() as u64);
        let member = match compression {
            Compression(None) => state
                .begin(key, Method::Stored, len)
                .map(|member| member.aligned(header.len() as u64)),
            Compression(Some(_)) => state.begin(key, Method::Deflated, Deflater::bound(len)),
        };
        let member = match member {
            Ok(member) => member,
            Err(e) => {
                self.state = Some(state);
                return Err(self.name(e));
            }
        };
        let mut contents = Contents::default();
        let mut writing = Writing::new(&mut state, member, compression);
        let name = |e: io::Error| self.name(e);
        writing.begin(transfer.sure_nbytes()).map_err(name)?;
        contents.add(header);
        writing.put(header).map_err(name)?;
        let look = |bytes: &[u8]| contents.add(bytes);
        transfer.stream_ahead(progress, look, |bytes| writing.put(bytes).map_err(name))?;
        let (member, end) = writing.finish(&contents).map_err(|e| self.name(e))?;
        state.directory.push(&member);
        state.end = end;
        self.state = Some(state);
        Ok(())
    }

    #[cold]
    fn name(&self, error: impl Into<Error>) -> Error {
        match &self.path {
            Some(path) => error.into().at(path),
            None => error.into(),
        }
    }
}

/// An archive so far.
#[derive(Debug)]
struct State {
    sink: Sink,
    directory: DirectoryWriter,
    /// Where the next member begins.
    end: u64,
}

impl State {
    fn new(sink: Sink, directory: DirectoryWriter) -> Self {
        Self {
            sink,
            directory,
            end: 0,
        }
    }

    fn begin(&self, key: &str, method: Method, max_len: u64) -> core::Result<NewMember> {
        let member = self
            .directory
            .begin(&name_of(key), method, self.end, max_len)?;
        Ok(match self.sink {
            Sink::File(_) => member,
            Sink::Stream(_) => member.streamed(),
        })
    }
}

/// The name of a member, as `np.savez` makes it.
fn name_of(key: &str) -> String {
    format!("{key}.npy")
}

/// Where an archive goes.
enum Sink {
    File(NewFile),
    Stream(Box<dyn Write + Send>),
}

impl Sink {
    /// Writes bytes; the offset is where a stream is anyway.
    fn write(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        match self {
            Self::File(file) => file.write_at(bytes, offset),
            Self::Stream(stream) => stream.write_all(bytes),
        }
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.fmt(f),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}

/// What the directory tells of the bytes of a member before they are compressed.
#[derive(Default)]
struct Contents {
    crc: Crc32,
    size: u64,
}

impl Contents {
    fn add(&mut self, bytes: &[u8]) {
        self.crc.update(bytes);
        self.size += bytes.len() as u64;
    }
}

/// A member that is being written.
struct Writing<'a> {
    sink: &'a mut Sink,
    member: NewMember,
    /// Where the next byte goes.
    at: u64,
    deflater: Option<Deflater>,
}

impl<'a> Writing<'a> {
    fn new(state: &'a mut State, member: NewMember, compression: Compression) -> Self {
        Self {
            sink: &mut state.sink,
            at: member.data_offset(),
            deflater: compression.0.map(Deflater::new),
            member,
        }
    }

    /// Leaves room for the header, or writes it, if there is no way back. At least so many bytes will
    /// be put.
    fn begin(&mut self, len: u64) -> io::Result<()> {
        match self.sink {
            // How much it takes once it is compressed is not known.
            Sink::File(_) if self.deflater.is_some() => Ok(()),
            Sink::File(file) => file.reserve(self.at..self.at.saturating_add(len)),
            Sink::Stream(_) => {
                let header = self.member.local_header();
                self.sink.write(&header, self.member.header_offset())
            }
        }
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Self { sink, at, .. } = self;
        let mut write = |bytes: &[u8]| {
            sink.write(bytes, *at)?;
            *at += bytes.len() as u64;
            Ok(())
        };
        match &mut self.deflater {
            Some(deflater) => deflater.put(bytes, write),
            None => write(bytes),
        }
    }

    /// The finished member, and where the next one begins.
    fn finish(mut self, contents: &Contents) -> Result<(NewMember, u64)> {
        if let Some(deflater) = self.deflater.take() {
            deflater.finish(|bytes| {
                self.sink.write(bytes, self.at)?;
                self.at += bytes.len() as u64;
                Ok(())
            })?;
        }
        let packed = self.at - self.member.data_offset();
        self.member
            .set_contents(contents.crc.value(), packed, contents.size)?;
        match self.sink {
            Sink::File(file) => {
                file.write_at(&self.member.local_header(), self.member.header_offset())?;
            }
            Sink::Stream(_) => {
                let descriptor = self.member.descriptor();
                self.sink.write(&descriptor, self.at)?;
                self.at += descriptor.len() as u64;
            }
        }
        Ok((self.member, self.at))
    }
}

/// What all calls after a failure get.
#[cold]
fn broken() -> io::Error {
    io::Error::other("the archive cannot be finished, since a member could not be written")
}
