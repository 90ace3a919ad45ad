//! The data of a member, whatever its method, checked.

use super::{Crc32, Inflate, Member, Method, Progress, Status, ZipError, inflate::up_to};
use crate::{Result, error::Excerpt};

/// A streaming decoder of one member that checks its size and its checksum.
///
/// The compressed bytes are those of the range that [`Member::locate`] gives.
///
/// ```
/// # use npymap_core::{Step, npz::{Directory, Status}};
/// # let archive: &[u8] = include_bytes!("example.npz");
/// let directory = Directory::from_slice(archive)?;
/// let member = directory.find("x").ok_or("no such member")?;
/// let header = &archive[member.header_offset() as usize..];
/// let Step::Done(data) = member.locate(header)? else {
///     return Err("the archive is cut short".into());
/// };
/// let compressed = &archive[data.start as usize..data.end as usize];
///
/// let mut npy = vec![0; member.size() as usize]; // Never trust that of a stranger.
/// let progress = member.decoder()?.decode(compressed, &mut npy)?;
/// assert_eq!(progress.status, Status::Done);
/// assert!(npy.starts_with(b"\x93NUMPY"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Decoder {
    name: Excerpt,
    method: Data,
    crc: Crc32,
    expected_crc: u32,
}

#[derive(Debug)]
enum Data {
    Stored { left: u64 },
    Deflated(Inflate),
}

impl Decoder {
    pub(super) fn new(member: &Member) -> Result<Self> {
        member.check()?;
        Ok(Self {
            name: member.excerpt(),
            method: match member.method() {
                Method::Deflated => Data::Deflated(Inflate::new(member)),
                // The check has left no other.
                _ => Data::Stored {
                    left: member.size(),
                },
            },
            crc: Crc32::new(),
            expected_crc: member.crc32(),
        })
    }

    /// Decodes as much of the input as there is room for in the output.
    ///
    /// `input` continues where the last call stopped consuming. Bytes beyond the compressed size
    /// are ignored. [`Status::Done`] means that size and checksum are right; a caller who stops
    /// earlier has unchecked bytes.
    ///
    /// # Errors
    ///
    /// Those of [`Inflate::inflate`], and [`ZipError::Crc`]. The decoder is of no use after an
    /// error.
    pub fn decode(&mut self, input: &[u8], output: &mut [u8]) -> Result<Progress> {
        let progress = match &mut self.method {
            Data::Stored { left } => {
                let input = up_to(input, *left);
                let len = input.len().min(output.len());
                if let (Some(to), Some(from)) = (output.get_mut(..len), input.get(..len)) {
                    to.copy_from_slice(from);
                }
                *left -= len as u64;
                Progress {
                    consumed: len,
                    produced: len,
                    status: match *left {
                        0 => Status::Done,
                        _ if len == output.len() => Status::NeedsOutput,
                        _ => Status::NeedsInput,
                    },
                }
            }
            Data::Deflated(inflate) => inflate.inflate(input, output)?,
        };
        self.crc
            .update(output.get(..progress.produced).unwrap_or_default());
        if progress.status == Status::Done {
            check_crc(&self.name, self.crc.value(), self.expected_crc)?;
        }
        Ok(progress)
    }
}

/// # Errors
///
/// [`ZipError::Crc`] if a checksum is not the one that the archive has for the member.
pub(super) fn check_crc(name: &Excerpt, found: u32, expected: u32) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    let name = name.clone();
    Err(ZipError::Crc {
        name,
        found,
        expected,
    }
    .into())
}
