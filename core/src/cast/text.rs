//! Byte strings and strings.

use crate::{
    DType,
    dtype::{ByteOrder, Kind},
    gather::swap,
};

/// The conversion of strings of one dtype to those of another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    from: Unit,
    to: Unit,
}

/// What a character is stored in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Byte,
    /// Four bytes.
    Code {
        big: bool,
    },
}

/// What a string that cannot be converted has.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    /// Characters that were cut off.
    TooLong,
    /// A character that is not ASCII.
    NotAscii { position: usize, code: u32 },
}

impl Text {
    /// `None` if a dtype is none of strings.
    pub(super) fn new(from: &DType, to: &DType) -> Option<Self> {
        let unit = |dtype: &DType| match dtype.kind() {
            Kind::Bytes => Some(Unit::Byte),
            Kind::Str => Some(Unit::Code {
                big: dtype.byte_order() == ByteOrder::Big,
            }),
            _ => None,
        };
        Some(Self {
            from: unit(from)?,
            to: unit(to)?,
        })
    }

    /// Converts a string, and fills what is left with NULs or cuts off what is too long.
    pub(super) fn run(self, src: &[u8], dst: &mut [u8]) -> Result<(), Fault> {
        match (self.from, self.to) {
            (Unit::Byte, Unit::Byte) => copy(src, dst),
            (Unit::Code { big }, Unit::Code { big: to_big }) => {
                let copied = copy(src, dst);
                if big != to_big {
                    let len = src.len().min(dst.len());
                    if let (Some(src), Some(dst)) = (src.get(..len), dst.get_mut(..len)) {
                        swap(4, src, dst);
                    }
                }
                copied
            }
            (Unit::Byte, Unit::Code { big }) => {
                let codes = src.iter().map(|&b| u32::from(b));
                write(codes, dst.as_chunks_mut().0, |code| match big {
                    true => code.to_be_bytes(),
                    false => code.to_le_bytes(),
                })
            }
            (Unit::Code { big }, Unit::Byte) => {
                let codes = src.as_chunks().0.iter().map(|&b| match big {
                    true => u32::from_be_bytes(b),
                    false => u32::from_le_bytes(b),
                });
                write(codes, dst.as_chunks_mut().0, |code| [code as u8])
            }
        }
    }
}

/// Copies bytes, and fills what is left with zeros. It fails if it cuts off more than zeros.
pub(super) fn copy(src: &[u8], dst: &mut [u8]) -> Result<(), Fault> {
    let (head, tail) = src.split_at(src.len().min(dst.len()));
    let (start, rest) = dst.split_at_mut(head.len());
    start.copy_from_slice(head);
    rest.fill(0);
    if tail.iter().any(|&b| b != 0) {
        return Err(Fault::TooLong);
    }
    Ok(())
}

fn write<const N: usize>(
    codes: impl Iterator<Item = u32>,
    dst: &mut [[u8; N]],
    encode: impl Fn(u32) -> [u8; N],
) -> Result<(), Fault> {
    let mut places = dst.iter_mut();
    let mut result = Ok(());
    for (position, code) in codes.enumerate() {
        if code > 0x7f {
            return Err(Fault::NotAscii { position, code });
        }
        match places.next() {
            Some(place) => *place = encode(code),
            None if code != 0 => result = Err(Fault::TooLong),
            None => {}
        }
    }
    places.for_each(|place| *place = [0; N]);
    result
}
