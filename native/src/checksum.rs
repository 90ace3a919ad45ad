//! Checksums of members that are read where they stand.

use npymap_core::npz::{Crc32, Member};

use crate::{container::Container, disk::PIECE, error::Result};

/// The CRC-32 of a stored member, of which only all of its bytes tell whether it is right. What is
/// inflated has its own check.
#[derive(Debug)]
pub(crate) struct Checksum<'a> {
    container: &'a Container,
    member: &'a Member,
    crc: Crc32,
    /// How many bytes were taken into account.
    position: u64,
}

impl<'a> Checksum<'a> {
    /// `None` if it is no stored member.
    pub(crate) fn of(container: &'a Container) -> Option<Self> {
        container.in_place()?;
        Some(Self {
            container,
            member: container.archived()?,
            crc: Crc32::new(),
            position: 0,
        })
    }

    /// Takes the next bytes into account, which somebody has read.
    pub(crate) fn pass(&mut self, bytes: &[u8]) {
        self.crc.update(bytes);
        self.position += bytes.len() as u64;
    }

    /// Takes the bytes up to an offset into account.
    pub(crate) fn read_to(&mut self, end: u64) -> Result<()> {
        let mut cursor = self.container.cursor();
        let mut piece = Vec::new();
        while self.position < end {
            piece.resize((end - self.position).min(PIECE as u64) as usize, 0);
            cursor.read_exact_at(&mut piece, self.position)?;
            self.pass(&piece);
        }
        Ok(())
    }

    /// Takes what is left into account, and fails if the archive says otherwise.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.read_to(self.container.len())?;
        let right = self.member.check_crc(self.crc.value());
        right.map_err(|e| self.container.name(e))
    }
}
