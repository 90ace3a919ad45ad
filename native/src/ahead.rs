//! Reading on while what was read is being written.

use std::{
    borrow::Cow,
    ops::Range,
    sync::mpsc::{channel, sync_channel},
    thread,
};

use crate::{error::Result, source::Source};

/// How much is handed over at once: more than the hand-over costs, and little enough that the other
/// thread finds it in a cache.
const PIECE: u64 = 1 << 20;

/// Below this, starting a thread costs more than it gains.
const WORTH_IT: u64 = 8 << 20;

/// How many pieces are held at a time.
const PIECES: usize = 4;

/// Whether there is enough to do for another thread, and a processor for it.
pub(crate) fn is_worth_it(bytes: u64) -> bool {
    bytes >= WORTH_IT && rayon::current_num_threads() > 1
}

/// Reads a range of a source from its front to its back on a thread of its own, where each piece is
/// looked at, and hands the pieces to `put` meanwhile. Returns `false` if there is no such thread:
/// then nothing was done.
///
/// # Errors
///
/// The first one, of reading or of `put`, from the front to the back.
pub(crate) fn read_ahead(
    source: &Source<'_>,
    range: Range<u64>,
    look: &mut (impl FnMut(&[u8]) + Send),
    mut put: impl FnMut(&[u8]) -> Result<()>,
) -> Result<bool> {
    let (full, pieces) = sync_channel::<Result<Cow<'_, [u8]>>>(PIECES);
    let (used, empty) = channel();
    for _ in 0..PIECES {
        // The other end is there.
        let _ = used.send(Vec::new());
    }
    let read = move || {
        let mut reader = source.reader();
        for at in range.clone().step_by(PIECE as usize) {
            let len = (range.end - at).min(PIECE) as usize;
            let piece = match source.memory() {
                // The range lies in the data.
                Some(bytes) => Ok(Cow::Borrowed(&bytes[at as usize..][..len])),
                None => {
                    // Nobody waits for more.
                    let Ok(mut buffer) = empty.recv() else { return };
                    buffer.resize(len, 0);
                    let read = reader.read_at(at, &mut buffer);
                    read.map(|()| Cow::Owned(buffer))
                }
            };
            if let Ok(piece) = &piece {
                look(piece);
            }
            let is_last = piece.is_err();
            if full.send(piece).is_err() || is_last {
                return;
            }
        }
    };
    // The channels end with the closure, for which the thread does not wait then.
    thread::scope(move |scope| {
        if thread::Builder::new().spawn_scoped(scope, read).is_err() {
            return Ok(false);
        }
        for piece in pieces {
            let piece = piece?;
            put(&piece)?;
            if let Cow::Owned(buffer) = piece {
                // Who has read all needs none.
                let _ = used.send(buffer);
            }
        }
        Ok(true)
    })
}
