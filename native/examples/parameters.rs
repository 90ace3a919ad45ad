//! The parameters of `np.memmap`: dtype, offset, shape and order.
//!
//! `cargo run --example parameters`

use std::fs;

use npymap::{CreateOptions, NpyFile, OpenOptions, Order, RawSpec, Result, core::half::f16};

fn main() -> Result<()> {
    let dir = tempfile::tempdir().expect("a temporary directory");

    // np.memmap(path, dtype="float16", mode="w+", shape=(3, 2))
    let path = dir.path().join("half.raw");
    let new = CreateOptions::new("float16".parse()?, [3, 2]).headerless(0);
    let mut halves = new.create(&path)?;
    halves.slice_mut("[:, 1]")?.fill(f16::from_f32(0.5))?;
    println!("{}", halves.array().text()?);
    halves.close()?;
    assert_eq!(fs::metadata(&path).expect("the file").len(), 12);

    // A file with 10 bytes of something else in front of big-endian numbers: an offset that no
    // alignment asks for is fine. The shape is as long as the file, where it is not known.
    let path = dir.path().join("frames.raw");
    let mut bytes = b"some words".to_vec();
    bytes.extend((0_i16..12).flat_map(i16::to_be_bytes));
    fs::write(&path, &bytes).expect("a file");
    let spec = RawSpec::new(">i2".parse()?).offset(10);
    let spec = spec.shape_with_unknown([None, Some(4)]);
    let rows = NpyFile::open_raw(&path, &spec)?;
    println!("{}", rows.array().text()?);
    assert_eq!((rows.shape(), rows.at::<i16>(&[2, 3])?), (&[3, 4][..], 11));

    // The same bytes in Fortran order: columns follow one another.
    let spec = spec.shape([3, 4]).order(Order::F);
    let mut columns = OpenOptions::new().write(true).open_raw(&path, &spec)?;
    println!("{}", columns.array().text()?);
    assert_eq!(columns.slice("[:, 1]")?.read::<i16>()?, [3, 4, 5]);
    columns.slice_mut("[:, 1]")?.fill(-1_i16)?;
    columns.close()?;
    let written = fs::read(&path).expect("the file");
    assert_eq!(written[..16], bytes[..16]);
    assert_eq!(written[16..22], [255; 6]);

    // A file that is shorter than its shape is an error, unless it shall be made longer.
    let spec = spec.shape([3, 5]);
    println!(
        "{}",
        NpyFile::open_raw(&path, &spec).expect_err("12 are not 15")
    );
    let longer = OpenOptions::new().write(true).extend(true);
    assert_eq!(longer.open_raw(&path, &spec)?.at::<i16>(&[2, 4])?, 0);
    Ok(())
}
