//! Finding the central directory from the end of the archive.

use alloc::{borrow::Cow, vec::Vec};
use core::{mem, ops::Range};

use super::{
    Directory, Limits, ZipError,
    record::{CentralHeader, EndRecord, Record, Zip64EndRecord, Zip64Locator, size_of},
};
use crate::{ErrorKind, Result, Step};

/// The longest end record: the comment has a length of 16 bits.
const MAX_END_RECORD: u64 = size_of::<EndRecord>() + u16::MAX as u64;

/// How much of the end is looked at first: the longest end record and the zip64 records that stand
/// in front of it.
const TAIL: u64 = size_of::<Zip64EndRecord>() + size_of::<Zip64Locator>() + MAX_END_RECORD;

/// Reads the directory of an archive without doing I/O.
///
/// [`DirectoryReader::step`] says which bytes of the archive it must see, and is given them. It
/// asks for the last 64 KiB first; these hold the whole directory of most archives. The
/// [module](super) has an example.
#[derive(Clone, Debug)]
pub struct DirectoryReader {
    limits: Limits,
    tail: Window,
    stage: Stage,
}

/// What the reader waits for.
#[derive(Clone, Debug)]
enum Stage {
    /// The tail.
    Tail,
    /// The zip64 end record, where that is not in front of its locator.
    Zip64 {
        record: Window,
        /// What holds if there is no such record.
        otherwise: End,
    },
    /// That part of the directory that lies before the tail.
    Directory { place: Place, head: Window },
}

/// What an end record says of the directory.
#[derive(Clone, Copy, Debug)]
struct End {
    /// Where the first of the end records stands, and so where the directory ends.
    at: u64,
    size: u64,
    offset: u64,
}

/// Where the directory is.
#[derive(Clone, Copy, Debug)]
struct Place {
    offset: u64,
    size: u64,
    /// What is to be added to declared offsets: the length of what stands before the archive.
    base: u64,
    /// Where the directory is if it is not there, the base being 0.
    other: Option<u64>,
}

impl DirectoryReader {
    /// A reader for an archive of `input_len` bytes.
    pub fn new(input_len: u64, limits: Limits) -> Self {
        Self {
            limits,
            tail: Window::new(input_len.saturating_sub(TAIL)..input_len),
            stage: Stage::Tail,
        }
    }

    /// Takes bytes of the archive, of which the first is at `offset`, and goes as far as it can.
    ///
    /// The bytes may be any that are at hand: none in the first call, fewer than were asked for,
    /// or more. A caller who cannot give more when more is needed must stop.
    ///
    /// # Errors
    ///
    /// [`ZipError`] if the input is not an archive whose members can be listed;
    /// [`ErrorKind::TooLarge`] if the directory passes the limit; [`ErrorKind::Truncated`] if a
    /// record in it is cut short.
    pub fn step(&mut self, offset: u64, bytes: &[u8]) -> Result<Step<Directory>> {
        self.window().take(offset, bytes);
        loop {
            if let Some(missing) = self.window().missing() {
                return Ok(Step::Need(missing));
            }
            self.stage = match mem::replace(&mut self.stage, Stage::Tail) {
                Stage::Tail => self.find_end()?,
                Stage::Zip64 { record, otherwise } => {
                    let found = Zip64EndRecord::find(&record.bytes);
                    self.find_directory(match found {
                        Some(found) => zip64_end(found, record.range.start)?,
                        None => otherwise,
                    })?
                }
                Stage::Directory { place, head } => {
                    let bytes = self.join(&place, head.bytes);
                    match place.other {
                        Some(offset) if CentralHeader::find(&bytes).is_none() => self
                            .read_directory(Place {
                                offset,
                                base: 0,
                                other: None,
                                ..place
                            }),
                        _ => {
                            let comment = self.comment();
                            return Directory::parse(&bytes, place.offset, place.base, comment)
                                .map(Step::Done);
                        }
                    }
                }
            };
        }
    }

    /// The bytes that the reader waits for.
    fn window(&mut self) -> &mut Window {
        match &mut self.stage {
            Stage::Tail => &mut self.tail,
            Stage::Zip64 { record, .. } => record,
            Stage::Directory { head, .. } => head,
        }
    }

    /// Finds the end records, now that the tail is there.
    fn find_end(&self) -> Result<Stage> {
        let (record, at) = self.find_end_record()?;
        let end = End {
            at,
            size: record.directory_size.get().into(),
            offset: record.directory_offset.get().into(),
        };
        let locator_at = at.checked_sub(size_of::<Zip64Locator>());
        let locator = locator_at.and_then(|at| Some((at, self.tail.record::<Zip64Locator>(at)?)));
        let Some((locator_at, locator)) = locator else {
            if record.disk != 0 || record.directory_disk != 0 {
                return Err(ZipError::MultiDisk { offset: at }.into());
            }
            return self.find_directory(end);
        };
        if locator.disk != 0 || locator.disks > 1 {
            return Err(ZipError::MultiDisk { offset: locator_at }.into());
        }
        // It stands right before its locator unless it is extended, which nobody does. Foreign
        // data in front of the archive makes the declared offset wrong, but not this one.
        let nearest = locator_at.checked_sub(size_of::<Zip64EndRecord>());
        match nearest.and_then(|at| Some((at, self.tail.record(at)?))) {
            Some((at, record)) => self.find_directory(zip64_end(record, at)?),
            None => {
                let declared = locator.end_offset.get();
                match declared.checked_add(size_of::<Zip64EndRecord>()) {
                    Some(end_of_record) if end_of_record <= locator_at => Ok(Stage::Zip64 {
                        record: Window::new(declared..end_of_record),
                        otherwise: end,
                    }),
                    _ => self.find_directory(end),
                }
            }
        }
    }

    /// The end record and its offset.
    ///
    /// Its signature may stand in the comment as well, and foreign data may follow the comment, so
    /// the best candidate is taken: above all the directory must fit in before it, then the
    /// comment should end with the input, then it should be the last.
    fn find_end_record(&self) -> Result<(&EndRecord, u64)> {
        let tail = &*self.tail.bytes;
        let first = tail.len().saturating_sub(MAX_END_RECORD as usize);
        let mut best = None;
        for start in (first..tail.len()).rev() {
            let bytes = tail.get(start..).unwrap_or_default();
            let Some(record) = EndRecord::find(bytes) else {
                continue;
            };
            let at = self.tail.range.start + start as u64;
            let size = record.directory_size.get();
            let fits = u64::from(size) <= at || size == u32::MAX;
            let len = size_of::<EndRecord>() + u64::from(record.comment_len.get());
            let rank = (fits, len == bytes.len() as u64);
            if best.is_none_or(|(best, _)| best < rank) {
                best = Some((rank, (record, at)));
            }
            if rank == (true, true) {
                break;
            }
        }
        let input_len = self.tail.range.end;
        best.map(|(_, found)| found)
            .ok_or_else(|| ZipError::NoEndRecord { input_len }.into())
    }

    /// The comment of the archive, or as much of it as there is.
    fn comment(&self) -> &[u8] {
        let Ok((record, at)) = self.find_end_record() else {
            return &[];
        };
        let start = (at - self.tail.range.start + size_of::<EndRecord>()) as usize;
        let rest = self.tail.bytes.get(start..).unwrap_or_default();
        rest.get(..usize::from(record.comment_len.get()))
            .unwrap_or(rest)
    }

    fn find_directory(&self, end: End) -> Result<Stage> {
        let place = end.at.checked_sub(end.size).and_then(|offset| {
            let base = offset.checked_sub(end.offset)?;
            Some(Place {
                offset,
                size: end.size,
                base,
                other: (base > 0).then_some(end.offset),
            })
        });
        let Some(place) = place else {
            return Err(ZipError::DirectoryRange {
                offset: end.offset,
                size: end.size,
                end: end.at,
            }
            .into());
        };
        let limit = self.limits.max_directory_len;
        if end.size > limit {
            return Err(ErrorKind::TooLarge {
                what: "a central directory",
                found: end.size,
                limit,
            }
            .into());
        }
        Ok(self.read_directory(place))
    }

    fn read_directory(&self, place: Place) -> Stage {
        let end = place.offset + place.size;
        Stage::Directory {
            place,
            head: Window::new(place.offset..end.min(self.tail.range.start).max(place.offset)),
        }
    }

    /// The whole directory: its part before the tail and that in the tail.
    fn join(&self, place: &Place, mut head: Vec<u8>) -> Cow<'_, [u8]> {
        let tail_start = self.tail.range.start;
        let relative = |offset: u64| offset.saturating_sub(tail_start) as usize;
        let in_tail = relative(place.offset)..relative(place.offset + place.size);
        let in_tail = self.tail.bytes.get(in_tail).unwrap_or_default();
        if head.is_empty() {
            in_tail.into()
        } else {
            head.extend_from_slice(in_tail);
            head.into()
        }
    }
}

/// What a zip64 end record at `at` says.
fn zip64_end(record: &Zip64EndRecord, at: u64) -> Result<End, ZipError> {
    if record.disk != 0 || record.directory_disk != 0 {
        return Err(ZipError::MultiDisk { offset: at });
    }
    Ok(End {
        at,
        size: record.directory_size.get(),
        offset: record.directory_offset.get(),
    })
}

/// A range of the archive that is collected from its start on.
#[derive(Clone, Debug)]
struct Window {
    range: Range<u64>,
    bytes: Vec<u8>,
}

impl Window {
    fn new(range: Range<u64>) -> Self {
        Self {
            range,
            bytes: Vec::new(),
        }
    }

    fn next(&self) -> u64 {
        self.range.start + self.bytes.len() as u64
    }

    fn missing(&self) -> Option<Range<u64>> {
        Some(self.next()..self.range.end).filter(|missing| !missing.is_empty())
    }

    /// Takes what comes next out of bytes that begin at an offset of the archive.
    fn take(&mut self, offset: u64, bytes: &[u8]) {
        let next = self.next();
        let useful = next
            .checked_sub(offset)
            .and_then(|skip| bytes.get(usize::try_from(skip).ok()?..))
            .unwrap_or_default();
        let wanted = usize::try_from(self.range.end - next).unwrap_or(usize::MAX);
        let useful = useful.get(..wanted).unwrap_or(useful);
        self.bytes.extend_from_slice(useful);
    }

    /// The record at an offset of the archive, if the bytes of it are here.
    fn record<R: Record>(&self, offset: u64) -> Option<&R> {
        let start = usize::try_from(offset.checked_sub(self.range.start)?).ok()?;
        R::find(self.bytes.get(start..)?)
    }
}
