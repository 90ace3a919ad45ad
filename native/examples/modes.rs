//! The modes of `np.memmap`, on a headerless file: r, r+, w+ and c.
//!
//! `cargo run --example modes`

use npymap::{CreateOptions, ErrorKind, NpyFile, NpyMapMut, OpenOptions, RawSpec, Result};

fn main() -> Result<()> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("data.raw");
    // What the file holds stands nowhere in it: whoever opens it says so.
    let spec = RawSpec::new("<i4".parse()?).shape([3, 4]);

    // w+: create, or replace what is there.
    let new = CreateOptions::new("<i4".parse()?, [3, 4]).headerless(0);
    let mut file = new.overwrite(true).create(&path)?;
    file.array_mut()?
        .write(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12_i32])?;
    file.close()?;

    // r: to write is an error, which NumPy words "assignment destination is read-only".
    let mut reader = NpyFile::open_raw(&path, &spec)?;
    println!("{}", reader.array().text()?);
    let error = reader.slice_mut("[0, 0]").expect_err("opened for reading");
    assert!(matches!(error.kind(), ErrorKind::ReadOnly));
    println!("{error}");

    // r+: changes reach the file.
    let mut writer = OpenOptions::new().write(true).open_raw(&path, &spec)?;
    writer.array_mut()?.set(&[2, 3], 1200_i32)?;
    // One writer at a time. Readers who do not ask for quiet may read meanwhile.
    let second = OpenOptions::new().write(true).open_raw(&path, &spec);
    println!("{}", second.expect_err("there is a writer"));
    assert_eq!(reader.at::<i32>(&[2, 3])?, 1200);
    writer.close()?;

    // c: changes are private, and gone in the end.
    // SAFETY: nobody changes the file while the map lives.
    let mut private: NpyMapMut = unsafe { OpenOptions::new().map_raw_private(&path, &spec)? };
    private.slice_mut("[:, 0]")?.fill(0_i32)?;
    assert_eq!(private.slice("[:, 0]")?.read::<i32>()?, [0, 0, 0]);
    assert_eq!(reader.slice("[:, 0]")?.read::<i32>()?, [1, 5, 9]);

    // Where nothing is said: bytes, as many as there are.
    let bytes = NpyFile::open_raw(&path, &RawSpec::new("u1".parse()?))?;
    assert_eq!(bytes.shape(), [48]);
    Ok(())
}
