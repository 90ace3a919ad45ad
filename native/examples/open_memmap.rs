//! Sensor readings in an `.npy` file that is created, changed in place and read again:
//! `np.lib.format.open_memmap(mode="w+")` and `np.load(mmap_mode="r")`.
//!
//! `cargo run --example open_memmap`

use npymap::{CreateOptions, NpyFile, NpyMap, NpyMapMut, Result};

fn main() -> Result<()> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("sensor-readings.npy");

    // mode="w+": a new file of zeros, of 3 rows of 4 values. It is sparse until it is written.
    // SAFETY: nobody else writes to the file or cuts it short while the map lives.
    let mut readings = unsafe { CreateOptions::new("<f4".parse()?, [3, 4]).map(&path)? };
    let values: Vec<f32> = (0_u8..12).map(f32::from).collect();
    readings.array_mut().write(&values)?; // readings[:] = np.arange(12).reshape(3, 4)
    readings.slice_mut("[-1, -1]")?.fill(99_f32)?; // readings[-1, -1] = 99
    readings.flush()?; // on the disk, also if the power goes now
    drop(readings); // gives up the map and the lock

    // mode="r": nothing is loaded, and nothing can be written. There is no method that could.
    // SAFETY: nobody writes to the file while this map lives.
    let mapped = unsafe { NpyMap::open(&path)? };
    println!("last row: {}", mapped.slice("[-1]")?.text()?);
    assert_eq!(mapped.slice("[-1]")?.read::<f32>()?, [8., 9., 10., 99.]);
    drop(mapped); // before the file is changed

    // mode="r+": edits that are saved.
    // SAFETY: as above.
    let mut edited = unsafe { NpyMapMut::open(&path)? };
    edited.slice_mut("[0]")?.fill(-1_f32)?;
    edited.close()?; // flush, and hear of errors, which dropping cannot tell

    // An ordinary load, and the safe way without any map: by position.
    let file = NpyFile::open(&path)?;
    println!("{}", file.array().text()?);
    assert_eq!(file.at::<f32>(&[2, 3])?, 99.);
    assert_eq!(file.at::<f32>(&[0, 3])?, -1.);
    Ok(())
}
