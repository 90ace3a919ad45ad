//! What an NPY stream stands in: a file, a stored member of an archive, or a deflated one.

use std::{ops::Range, path::Path, sync::Arc};

use npymap_core::{
    ErrorKind,
    npz::{Member, Method},
};

use crate::{
    disk::Disk,
    error::{Error, Result},
    inflate::Inflater,
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
        self.archived().map(Member::key)
    }

    /// The member of an archive that it is.
    pub(crate) fn archived(&self) -> Option<&Member> {
        self.member.as_deref()
    }

    fn deflated(&self) -> Option<&Member> {
        self.archived().filter(|m| m.method() == Method::Deflated)
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
        let inflater = self.deflated().map(|member| Inflater::new(self, member));
        Cursor {
            container: self,
            inflater: inflater.map(Box::new),
        }
    }
}

/// Reads a [`Container`] by position.
#[derive(Debug)]
pub(crate) struct Cursor<'a> {
    container: &'a Container,
    /// What deflated bytes go through.
    inflater: Option<Box<Inflater<'a>>>,
}

impl<'a> Cursor<'a> {
    /// Where an inflated copy is put when there must be one; the system's temporary directory if
    /// this is not called.
    pub(crate) fn put_copy_in(&mut self, directory: &'a Path) {
        if let Some(inflater) = &mut self.inflater {
            inflater.put_copy_in(directory);
        }
    }

    /// Makes reading back as cheap as reading on.
    pub(crate) fn prepare_for_any_order(&mut self) -> Result<()> {
        match &mut self.inflater {
            Some(inflater) => inflater.copy_all(),
            None => Ok(()),
        }
    }

    /// Fills the buffer with the bytes from an offset on.
    pub(crate) fn read_exact_at(&mut self, buffer: &mut [u8], offset: u64) -> Result<()> {
        if let Some(inflater) = &mut self.inflater {
            return inflater.read_exact_at(buffer, offset);
        }
        let container = self.container;
        let end = offset.saturating_add(buffer.len() as u64);
        if end > container.len() {
            let (expected, found) = (end, container.len());
            return Err(container.name(ErrorKind::Truncated {
                what: "the file",
                expected,
                found,
            }));
        }
        let at = container.range.start + offset;
        let read = container.disk.read_exact_at(buffer, at);
        read.map_err(|e| container.name(e))
    }
}
