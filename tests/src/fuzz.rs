//! What must hold for any bytes at all: the bodies of the fuzz targets, which ordinary tests run
//! over the committed corpus.
//!
//! Each function takes whatever a fuzzer thinks of, and panics where a promise is broken.

use npymap_core::{
    DType, Header, Layout, Order, Result, Selection, Step,
    header::{self, Limits},
    npz::{self, Directory, DirectoryReader, Member, Status},
};

#[cfg(not(target_family = "wasm"))]
pub use self::backends::backends_agree;

/// Headers: reading in pieces is reading at once, and what is written can be read.
pub fn header(data: &[u8]) {
    let limits = Limits::default();
    let len = Some(data.len() as u64);
    let whole = Header::parse(data, len, &limits);
    assert_eq!(text_of(&whole), text_of(&in_pieces(data, &limits)));
    let Ok(Step::Done(parsed)) = whole else {
        return;
    };
    let _ = (parsed.descr(), parsed.dtype().to_string());
    let order = parsed.order();
    let Ok(written) = header::write(parsed.dtype(), parsed.shape(), order) else {
        return;
    };
    match Header::parse(&written, Some(written.len() as u64), &limits) {
        Ok(Step::Done(again)) => {
            assert_eq!(again.shape(), parsed.shape());
            // NumPy writes what is contiguous in both orders as C.
            if !parsed.layout().is_contiguous(Order::C) {
                assert_eq!(again.order(), order);
            }
            assert_eq!(again.data_offset(), written.len() as u64);
        }
        other => panic!("{other:?} from {:?}", String::from_utf8_lossy(&written)),
    }
}

/// A header, the parser seeing no more than it asks for.
fn in_pieces(data: &[u8], limits: &Limits) -> Result<Step<Header>> {
    let len = data.len() as u64;
    let mut seen = 0;
    loop {
        match Header::parse(&data[..seen], Some(len), limits)? {
            Step::Need(range) => {
                let end = range.end as usize;
                assert!(
                    seen < end && end <= data.len(),
                    "asks for {range:?} after {seen}"
                );
                seen = end;
            }
            done => return Ok(done),
        }
    }
}

fn text_of<T: std::fmt::Debug>(result: &Result<T>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => error.to_string(),
    }
}

/// Selections: their text is a fixed point, and no view leaves the data of its array.
pub fn selection(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let selection: Selection = match text.parse() {
        Ok(selection) => selection,
        Err(error) => {
            let message = npymap_core::Error::to_string(&error);
            assert!(!message.contains('\n'), "{message}");
            return;
        }
    };
    let printed = selection.to_string();
    assert_eq!(printed.parse().ok(), Some(selection.clone()), "{printed}");
    for layout in layouts() {
        let Ok(view) = layout.select(&selection) else {
            continue;
        };
        assert!(view.byte_span().end <= layout.nbytes(), "{view:?}");
        if selection.is_scalar(&layout) {
            assert_eq!(view.ndim(), 0);
        }
    }
}

/// Arrays to select from.
fn layouts() -> Vec<Layout> {
    let shapes: [&[u64]; 5] = [&[], &[10], &[3, 4, 5], &[2, 0, 3], &[1, 1, 7, 1]];
    let mut layouts = Vec::new();
    for dtype in ["<f8", "<i2,>f4,(2,3)u1"] {
        for shape in shapes {
            for order in [Order::C, Order::F] {
                let dtype = dtype.parse::<DType>();
                layouts.extend(dtype.and_then(|dtype| Layout::new(dtype, shape, order)));
            }
        }
    }
    assert_eq!(layouts.len(), 20);
    layouts
}

/// Archives: a directory read in pieces is the one read at once, and no member leaves the archive
/// or has more bytes than it says.
pub fn npz_directory(data: &[u8]) {
    let whole = Directory::from_slice(data);
    assert_eq!(text_of(&whole), text_of(&directory_in_pieces(data)));
    let Ok(directory) = whole else {
        return;
    };
    for member in directory.members().iter().take(64) {
        if let Err(error) = inflated(data, member) {
            assert!(!error.to_string().contains('\n'), "{error}");
        }
    }
}

fn directory_in_pieces(data: &[u8]) -> Result<Directory> {
    let mut reader = DirectoryReader::new(data.len() as u64, npz::Limits::default());
    let mut range = 0..0;
    loop {
        let bytes = &data[range.start as usize..range.end as usize];
        match reader.step(range.start, bytes)? {
            Step::Done(directory) => return Ok(directory),
            Step::Need(wanted) => {
                assert!(
                    !wanted.is_empty() && wanted != range,
                    "asks for {wanted:?} again"
                );
                range = wanted;
            }
        }
    }
}

/// Decodes a member into a buffer that is too small for most. The first bytes of its data.
fn inflated(data: &[u8], member: &Member) -> Result<Vec<u8>> {
    // A member may claim to stand anywhere.
    let local_header = usize::try_from(member.header_offset())
        .ok()
        .and_then(|start| data.get(start..))
        .unwrap_or_default();
    let Step::Done(range) = member.locate(local_header)? else {
        panic!("{member:?} has a local header beyond the end");
    };
    let mut input = &data[range.start as usize..range.end as usize];
    let mut decoder = member.decoder()?;
    let mut first = Vec::new();
    let mut buffer = [0; 1000];
    let mut produced = 0;
    loop {
        let progress = decoder.decode(input, &mut buffer)?;
        produced += progress.produced as u64;
        assert!(produced <= member.size(), "{member:?} has {produced} bytes");
        input = &input[progress.consumed..];
        if first.is_empty() {
            first.extend(&buffer[..progress.produced]);
        }
        // A fuzzer's time is better spent than on inflating megabytes of zeros.
        if progress.status == Status::Done || produced > 1 << 20 {
            return Ok(first);
        }
        assert!(
            progress.consumed > 0 || progress.produced > 0,
            "{member:?} stands still"
        );
    }
}

#[cfg(not(target_family = "wasm"))]
mod backends {
    use std::{fs, io::Write, path::Path};

    use npymap_core::npz::Crc32;
    use rawzip::{CompressionMethod, DataDescriptorOutput, ZipArchiveWriter};

    use crate::{
        backends::{Archive, Files, Maps, read},
        case::{Case, Expect},
        judge::{Backend, Outcome, Refusal},
    };

    /// A selection, a line feed, and a file: every reader gives the same, errors included.
    pub fn backends_agree(data: &[u8]) {
        let Some(line_feed) = data.iter().position(|&byte| byte == b'\n') else {
            return;
        };
        let (selection, file) = (&data[..line_feed], &data[line_feed + 1..]);
        let case = Case {
            file: "x.npy".into(),
            view: None,
            selection: String::from_utf8_lossy(selection).into_owned(),
            expect: Expect::Refused(String::new()),
        };
        let expected = read(file, None, &case.selection).map_err(Refusal::from);
        let outcomes = match on_disk(file, &case) {
            Ok(outcomes) => outcomes,
            Err(error) => panic!("cannot prepare the files: {error}"),
        };
        for (backend, outcome) in outcomes {
            assert_eq!(outcome, expected, "{backend}: {}", case.selection);
        }
    }

    /// What each reader makes of a file on disk, alone and in archives.
    fn on_disk(file: &[u8], case: &Case) -> Result<Vec<(&'static str, Outcome)>, String> {
        let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
        let path = |name: &str| dir.path().join(name);
        fs::write(path(&case.file), file).map_err(|e| e.to_string())?;
        for (name, method) in [
            ("stored.npz", CompressionMethod::STORE),
            ("deflated.npz", CompressionMethod::DEFLATE),
        ] {
            write_archive(&path(name), &case.file, file, method).map_err(|e| e.to_string())?;
        }
        let open = |name| Archive::open(path(name)).map_err(|e| e.to_string());
        let open_mapped = |name| Archive::open_mapped(path(name)).map_err(|e| e.to_string());
        Ok(vec![
            ("file", Files(dir.path().into()).run(case)),
            ("map", Maps(dir.path().into()).run(case)),
            ("stored member", open("stored.npz")?.run(case)),
            (
                "stored member, mapped",
                open_mapped("stored.npz")?.run(case),
            ),
            ("deflated member", open("deflated.npz")?.run(case)),
        ])
    }

    fn write_archive(
        path: &Path,
        member: &str,
        data: &[u8],
        method: CompressionMethod,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let stored = match method {
            CompressionMethod::DEFLATE => miniz_oxide::deflate::compress_to_vec(data, 6),
            _ => data.to_vec(),
        };
        let mut crc = Crc32::new();
        crc.update(data);
        let mut archive = ZipArchiveWriter::new(Vec::new());
        let (mut entry, _) = archive
            .new_file(member)
            .compression_method(method)
            .start()?;
        entry.write_all(&stored)?;
        entry.finish(DataDescriptorOutput::new(crc.value(), data.len() as u64))?;
        fs::write(path, archive.finish()?)?;
        Ok(())
    }
}
