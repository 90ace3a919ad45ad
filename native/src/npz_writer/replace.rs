//! Archives that take the place of others, and some of their members.

use std::{io, ops::Range, path::Path, sync::Arc};

use npymap_core::{
    Step,
    npz::{Kept, Member},
};

use super::{NpzWriter, Sink, State, name_of};
use crate::{
    disk::Disk,
    error::{Error, Result},
    new_file::{Guard, NewFile, Target},
    npz::Npz,
};

impl NpzWriter {
    /// Begins an archive with all members of the one that is there, and will replace it.
    ///
    /// As [`NpzWriter::replace_in`], without a member to replace.
    ///
    /// # Errors
    ///
    /// As [`NpzWriter::replace_in`].
    pub fn append_to(path: impl AsRef<Path>) -> Result<Self> {
        Self::replace_in(path, [""; 0])
    }

    /// Begins an archive with the members of the one that is there, apart from those of the given
    /// keys, and will replace it. Keys that are not there are of no concern.
    ///
    /// The members are taken over as they are, by copies that the file system makes. On Btrfs and
    /// XFS both files share those in front of the first one that goes, and nothing is copied.
    ///
    /// Writing to the old file would save the copy elsewhere, too. But it has its directory at its
    /// end, where new members must go, or else look for the directory in vain who opens it
    /// meanwhile, or after a crash: nobody looks further than 64 KiB in front of the end. So an
    /// archive is always replaced as a whole, and who has the old one open keeps it.
    ///
    /// Until the writer is finished or dropped, other writers that would replace the same archive
    /// are refused.
    ///
    /// # Errors
    ///
    /// If the archive cannot be read or copied, or somebody else is replacing it.
    pub fn replace_in<K: AsRef<str>>(
        path: impl AsRef<Path>,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Self> {
        let path = path.as_ref();
        let name = |e: io::Error| Error::new(e).at(path);
        let archive = Npz::open(path)?;
        let old = Arc::clone(archive.disk());
        let guard = Guard::Opened(Arc::clone(&old));
        let file = Target::create_file(path, guard).map_err(|e| e.at(path))?;

        let range = archive.directory().range();
        let mut records = vec![0; (range.end - range.start) as usize];
        old.read_exact_at(&mut records, range.start)?;
        let removed: Vec<_> = keys.into_iter().map(|key| name_of(key.as_ref())).collect();
        let is_kept = |member: &Member| !removed.iter().any(|name| name == member.name());
        let mut kept =
            Kept::new(archive.directory(), &records, is_kept).map_err(|e| old.name(e))?;

        let mut end = kept.in_place().end;
        copy(&old, kept.in_place(), &file, 0, name)?;
        for index in kept.moving().to_vec() {
            let (header, data) = relocate(&mut kept, &archive, index, end)?;
            file.write_at(&header, end).map_err(name)?;
            end += header.len() as u64;
            let len = data.end - data.start;
            copy(&old, data, &file, end, name)?;
            end += len;
        }
        let directory = kept.into_writer().map_err(|e| old.name(e))?;
        let mut state = State::new(Sink::File(file), directory);
        state.end = end;
        Ok(Self {
            path: Some(path.to_owned()),
            state: Some(state),
        })
    }
}

/// The new local header of a member that moves, and what follows it in the old archive.
fn relocate(
    kept: &mut Kept<'_>,
    archive: &Npz,
    index: usize,
    to: u64,
) -> Result<(Vec<u8>, Range<u64>)> {
    let mut range = archive.members()[index].first_read();
    loop {
        let mut bytes = vec![0; (range.end - range.start) as usize];
        archive.disk().read_exact_at(&mut bytes, range.start)?;
        let step = kept.relocate(index, &bytes, to);
        match step.map_err(|e| archive.disk().name(e))? {
            Step::Done(done) => return Ok(done),
            Step::Need(wanted) => range = wanted,
        }
    }
}

/// Copies bytes of an archive to a new one.
fn copy(
    old: &Disk,
    from: Range<u64>,
    new: &NewFile,
    to: u64,
    name: impl Fn(io::Error) -> Error,
) -> Result<()> {
    let mut start = from.start;
    let mut buffer = Vec::new();
    while start < from.end {
        let range = start..from.end;
        if let Some(copied) = new.copy_from(old.file(), range, start - from.start + to) {
            start += copied;
            continue;
        }
        buffer.resize((from.end - start).min(1 << 20) as usize, 0);
        old.read_exact_at(&mut buffer, start)?;
        new.write_at(&buffer, start - from.start + to)
            .map_err(&name)?;
        start += buffer.len() as u64;
    }
    Ok(())
}
