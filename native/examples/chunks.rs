//! An array larger than memory, computed and stored piece by piece:
//! `array[i:i + n] = f(array[i:i + n])`.
//!
//! `cargo run --release --example chunks [NUMBER OF VALUES]`

use std::{env, thread};

use npymap::{Appender, CreateOptions, NpyFile, NpyMapMut, Result};

fn main() -> Result<()> {
    let count = env::args().nth(1).and_then(|n| n.parse().ok());
    let count: u64 = count.unwrap_or(1_000_000);
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("values.npy");

    // Values of unknown number, as they come: the header counts them when they are flushed.
    let file = CreateOptions::new("<f4".parse()?, [0]).create(&path)?;
    let mut values = Appender::new(file)?.flush_every(1 << 20);
    for i in 0..count {
        values.push(&[(i % 1000) as f32])?;
    }
    values.close()?;

    // By position: in each turn 400 kB are read, changed and written.
    let mut file = NpyFile::open_rw(&path)?;
    assert_eq!(file.shape(), [count]);
    for mut chunk in file.array_mut()?.chunks(400_000)? {
        chunk.map_inplace(|x: f32| x * 2.0)?;
    }
    file.close()?;

    // Mapped, by several threads: the pieces are different parts of the map.
    // SAFETY: nobody else writes to the file or cuts it short while the map lives.
    let mut map = unsafe { NpyMapMut::open(&path)? };
    let chunks = map.array_mut().chunks(count.div_ceil(4) * 4)?;
    thread::scope(|scope| {
        let start = |mut chunk: npymap::ArrayMut<'_>| chunk.map_inplace(|x: f32| x + 1.0);
        let workers: Vec<_> = chunks.map(|c| scope.spawn(move || start(c))).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().expect("no panic"))
    })?;
    map.close()?;

    let file = NpyFile::open(&path)?;
    println!("mean of {count} values: {:?}", file.array().stats()?.mean);
    assert_eq!(
        file.at::<f32>(&[count - 1])?,
        ((count - 1) % 1000) as f32 * 2.0 + 1.0
    );
    Ok(())
}
