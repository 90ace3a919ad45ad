//! Work on parts of an array: index, slice, iterate, broadcast.
//!
//! `cargo run --example slicing`

use npymap::{Array, CreateOptions, NpyFile, Result};

fn main() -> Result<()> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("table.npy");
    let mut table = CreateOptions::new("f8".parse()?, [4, 5]).create(&path)?;
    let values: Vec<f64> = (0_u8..20).map(f64::from).collect();
    table.array_mut()?.write(&values)?;

    println!("table[2, 3] = {}", table.at::<f64>(&[2, 3])?);
    println!("table[:, 2:4] =\n{}", table.slice("[:, 2:4]")?.text()?);

    // Broadcasting: one value to a row, a row to all rows, a column to two columns.
    table.slice_mut("[0, :]")?.fill(5_f64)?;
    let row = [0.25, 0.5, 1., 2., 4.];
    table
        .slice_mut("[1:3]")?
        .assign(&Array::of_slice(&row, &[5])?)?;
    let column = [-1., -2., -3., -4.];
    table
        .slice_mut("[:, ::4]")?
        .assign(&Array::of_slice(&column, &[4, 1])?)?;
    // What does not fit is an error in NumPy's words, and nothing is changed.
    let three = Array::of_slice(&row[..3], &[3])?;
    println!(
        "{}",
        table.array_mut()?.assign(&three).expect_err("5 is not 3")
    );

    // Every element of every second row, computed in place.
    table.slice_mut("[1::2]")?.map_inplace(|x: f64| x * 10.0)?;
    // Within the array, as if the source had been copied before.
    let mut array = table.array_mut()?;
    array.copy_within(&"[0, :2]".parse()?, &"[0, 1:3]".parse()?)?;
    drop(table);

    let table = NpyFile::open(&path)?;
    for row in 0..4 {
        println!("{}", table.slice(&format!("[{row}]"))?.text()?);
    }
    assert_eq!(table.slice("[0]")?.read::<f64>()?, [-1., -1., 5., 5., -1.]);
    assert_eq!(
        table.slice("[1]")?.read::<f64>()?,
        [-20., 5., 10., 20., -20.]
    );

    // The first hundred of a million rows: 400 kB of 4 GB are read, and the file takes as much room
    // on the disk as was written to it.
    let path = dir.path().join("large.npy");
    let large = CreateOptions::new("f8".parse()?, [1_000_000, 500]).create(&path)?;
    let head = large.slice("[:100]")?;
    assert_eq!((head.shape(), head.nbytes()), (&[100, 500][..], 400_000));
    assert!(head.read::<f64>()?.iter().all(|&x| x == 0.0));
    Ok(())
}
