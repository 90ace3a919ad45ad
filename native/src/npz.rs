//! Archives of arrays.

use std::{fs::File, io, path::Path, sync::Arc};

use npymap_core::{
    Step,
    error::Excerpt,
    npz::{self, Directory, DirectoryReader, Member, Status},
};

use crate::{
    container::Container,
    disk::{Disk, PIECE},
    error::{Error, ErrorKind, Result},
    file::NpyFile,
    options::OpenOptions,
};

/// An `.npz` archive, of which only the directory was read.
///
/// Its members open like files: stored ones are read, mapped and sliced where they stand, deflated
/// ones are inflated as far as a read needs, in bounded memory. A read that would go back and forth
/// in a deflated member inflates it once, into a file without a name in the directory of
/// [`std::env::temp_dir`]. It is `Send` and `Sync`.
///
/// ```no_run
/// # fn main() -> npymap::Result<()> {
/// let archive = npymap::Npz::open("weights.npz")?;
/// for key in archive.keys() {
///     println!("{key}: {:?}", archive.member(key)?.shape());
/// }
/// let first_row: Vec<f32> = archive.member("layer1")?.slice("[0]")?.read()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Npz {
    disk: Arc<Disk>,
    directory: Directory,
    options: OpenOptions,
}

impl Npz {
    /// Opens an archive and reads its directory.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is no archive.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        OpenOptions::new().open_npz(path)
    }

    /// The path of the archive.
    pub fn path(&self) -> &Path {
        self.disk.path()
    }

    /// The keys as NumPy has them, in the order of the directory: the names of the members without
    /// `.npy`.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.members().iter().map(Member::key)
    }

    /// What the directory says of each member, those that hold no array included.
    pub fn members(&self) -> &[Member] {
        self.directory.members()
    }

    /// What the directory says of the member of a key, or of that full name. Of members of the same
    /// name, the last one counts.
    ///
    /// # Errors
    ///
    /// If there is no such member.
    pub fn find(&self, key: &str) -> Result<&Member> {
        self.directory
            .find(key)
            .ok_or_else(|| self.disk.name(ErrorKind::NoSuchMember).in_member(key))
    }

    /// Opens the array of a member, by key or by full name. Of members of the same name, the last
    /// one counts.
    ///
    /// # Errors
    ///
    /// If there is no such member, or it cannot be read or holds no array.
    pub fn member(&self, key: &str) -> Result<NpyFile> {
        self.open_member(self.find(key)?)
    }

    /// Opens the array of a member found in [`Npz::members`].
    ///
    /// # Errors
    ///
    /// If it cannot be read or holds no array.
    pub fn open_member(&self, member: &Member) -> Result<NpyFile> {
        NpyFile::in_container(self.container(member)?, &self.options)
    }

    /// Reads all of a member and compares its size and its CRC-32 with the directory's.
    ///
    /// What copies a stored member whole, such as [`Array::save`](crate::Array::save), does the same.
    /// Nothing else checks it: a slice of it does not see all of its bytes.
    ///
    /// # Errors
    ///
    /// If there is no such member, or its bytes are not what the archive says.
    pub fn verify(&self, key: &str) -> Result<()> {
        self.each_piece(self.find(key)?, |_| Ok(()))
    }

    /// Writes the bytes of a member, which need not be an array, to anything that takes bytes.
    ///
    /// Its size and its CRC-32 are checked. If they are wrong, that is known only in the end.
    ///
    /// # Errors
    ///
    /// As for [`Npz::verify`]; if the writer fails, an error without a path.
    pub fn copy_member(&self, member: &Member, mut writer: impl io::Write) -> Result<()> {
        self.each_piece(member, |bytes| Ok(writer.write_all(bytes)?))
    }

    /// Hands on the bytes of a member, and fails in the end if they are not what the archive says.
    pub(crate) fn each_piece(
        &self,
        member: &Member,
        mut put: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let container = self.container(member)?;
        let range = container.range();
        let mut decoder = member.decoder().map_err(|e| container.name(e))?;
        let mut input = vec![0; PIECE];
        let mut output = vec![0; PIECE];
        let mut at = range.start;
        loop {
            let n = (range.end - at).min(PIECE as u64) as usize;
            self.disk.read_exact_at(&mut input[..n], at)?;
            let mut unread = &input[..n];
            loop {
                let progress = decoder
                    .decode(unread, &mut output)
                    .map_err(|e| container.name(e))?;
                put(&output[..progress.produced])?;
                unread = &unread[progress.consumed..];
                match progress.status {
                    Status::Done => return Ok(()),
                    Status::NeedsInput => break,
                    Status::NeedsOutput => {}
                }
            }
            at += (n - unread.len()) as u64;
        }
    }

    /// The error for an archive that was given where an array is wanted.
    pub fn ambiguous(&self) -> Error {
        let first = self.keys().next().map(Excerpt::text);
        self.disk.name(ErrorKind::Ambiguous {
            members: self.members().len(),
            first,
        })
    }

    /// The file.
    pub(crate) fn disk(&self) -> &Arc<Disk> {
        &self.disk
    }

    /// What the archive holds.
    pub(crate) fn directory(&self) -> &Directory {
        &self.directory
    }

    /// How the members are opened.
    pub(crate) fn options(&self) -> &OpenOptions {
        &self.options
    }

    /// The bytes of a member.
    pub(crate) fn container(&self, member: &Member) -> Result<Container> {
        let name = |e| self.disk.name(e).in_member(member.key());
        let mut range = member.header_offset()..member.header_offset();
        let mut bytes = Vec::new();
        let data = loop {
            match member.locate(&bytes).map_err(name)? {
                Step::Done(data) => break data,
                Step::Need(need) => range.end = need.end,
            }
            bytes.resize((range.end - range.start) as usize, 0);
            self.disk.read_exact_at(&mut bytes, range.start)?;
        };
        Ok(Container::member(
            Arc::clone(&self.disk),
            member.clone(),
            data,
        ))
    }
}

impl OpenOptions {
    /// Opens an archive: see [`Npz::open`]. The options hold for its members.
    ///
    /// # Errors
    ///
    /// As for [`Npz::open`].
    pub fn open_npz(&self, path: impl AsRef<Path>) -> Result<Npz> {
        self.read_directory(Disk::open(path.as_ref(), &self.for_reading())?)
    }

    /// Reads the archive that somebody has opened already, and calls it by a name in errors: see
    /// [`OpenOptions::open_file`].
    ///
    /// # Errors
    ///
    /// As for [`Npz::open`].
    pub fn open_npz_file(&self, file: File, name: impl AsRef<Path>) -> Result<Npz> {
        self.read_directory(Disk::opened(file, name.as_ref())?)
    }

    fn read_directory(&self, disk: Arc<Disk>) -> Result<Npz> {
        let mut reader = DirectoryReader::new(disk.len(), npz::Limits::default());
        let (mut offset, mut bytes) = (0, Vec::new());
        let directory = loop {
            match reader.step(offset, &bytes).map_err(|e| disk.name(e))? {
                Step::Done(directory) => break directory,
                Step::Need(range) => {
                    offset = range.start;
                    bytes.resize((range.end - range.start) as usize, 0);
                    disk.read_exact_at(&mut bytes, offset)?;
                }
            }
        };
        Ok(Npz {
            disk,
            directory,
            options: self.for_reading(),
        })
    }
}
