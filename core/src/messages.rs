//! The message of every kind of error and warning, in one place, so that a change of one is seen.
//!
//! A variant that the table lacks does not compile.

use std::{boxed::Box, string::String, string::ToString, vec::Vec};

use crate::{
    DType, ErrorKind,
    cast::{CastError, Casting},
    dtype::{DTypeError, Extended},
    encode::EncodeError,
    error::Excerpt,
    header::{HeaderError, Warning},
    layout::LayoutError,
    literal::LiteralError,
    npz::ZipError,
    selection::SelectionError,
    stats::StatsError,
};

macro_rules! messages {
    ($($enum:ident {
        $($variant:ident $({ $($field:tt: $value:expr),* $(,)? })? => $text:expr,)*
    })*) => {
        #[test]
        fn messages() {
            let mut wrong = Vec::new();
            $($(
                let found = $enum::$variant { $($($field: $value),*)? }.to_string();
                if found != $text {
                    wrong.push(found);
                }
            )*)*
            assert!(wrong.is_empty(), "not in the table: {wrong:#?}");
        }

        $(
            #[allow(unreachable_patterns, reason = "some variants have two messages")]
            const _: fn($enum) = |error| match error {
                $($enum::$variant { .. } => (),)*
            };
        )*
    };
}

messages! {
    ErrorKind {
        BufferSize { what: "the destination", expected: 8, found: 7 } =>
            "the destination must have 8 bytes, found 7",
        CastNeeded { from: DType::FLOAT32, to: DType::BOOL } =>
            "elements of dtype 'float32' must be cast to become 'bool'",
        Cast { 0: CastError::NotAscii { index: 1, position: 2, code: 0xe9 } } =>
            "element 1: character 0xe9 in position 2 is not ASCII: ordinal not in range(128)",
        DType { 0: DTypeError::ObjectOverlap } =>
            "Python objects overlap with other data",
        ElementType { found: DType::BOOL, wanted: "f32" } =>
            "elements of dtype 'bool' cannot be viewed as f32",
        Encode { 0: EncodeError::Sequence } =>
            "setting an array element with a sequence.",
        Header { 0: HeaderError::MissingKey { key: "shape" } } =>
            "the header has no key 'shape': expected 'descr', 'fortran_order' and 'shape'",
        Layout { 0: LayoutError::NeedsCopy } =>
            "Unable to avoid creating a copy while reshaping.",
        Magic { found: Excerpt::bytes(b"{\"x\": 1}") } =>
            "not an NPY file: found '{\"x\": 1}' at byte 0, expected '\\x93NUMPY'",
        Magic { found: Excerpt::bytes(b"PK\x03\x04") } =>
            "not an NPY file but a zip archive, to be opened as .npz: \
             found 'PK\\x03\\x04' at byte 0",
        Magic { found: Excerpt::bytes(b"\x80\x04\x95") } =>
            "not an NPY file but a pickle, which is never unpickled: \
             found '\\x80\\x04\\x95' at byte 0",
        Magic { found: Excerpt::bytes(b"\x1f\x8b\x08") } =>
            "not an NPY file but compressed by gzip, to be decompressed first: \
             found '\\x1f\\x8b\\x08' at byte 0",
        NotGiven { offset: 8, len: 4 } =>
            "bytes 8..12 of the data were not given",
        ObjectDType =>
            "the array holds pickled Python objects, which are never unpickled: \
             its header can be read, its values cannot",
        OutOfMemory { what: "a copy of the source", len: 1024 } =>
            "there is no memory for a copy of the source of 1024 bytes",
        Ranges { start: 4, end: 8, position: 6 } =>
            "byte range 4..8 does not come after byte 6, where the one before it ends",
        Selection { 0: SelectionError::ZeroStep } =>
            "slice step cannot be zero",
        Stats { 0: StatsError::NoBins } =>
            "the number of bins must be positive, found 0",
        TooLarge { what: "the header", found: 11, limit: 10 } =>
            "the header is too large: found 11, the limit is 10",
        Truncated { what: "the array data", expected: 10, found: 9 } =>
            "the array data is cut short: expected 10 bytes, found 9",
        Truncated { what: "the file", expected: 8, found: 0 } =>
            "the file is empty: expected 8 bytes",
        ValueCount { expected: 3, found: 2 } =>
            "expected 3 values, found 2",
        ValueCount { expected: 3, found: 4 } =>
            "expected 3 values, found at least 4",
        Version { major: 4, minor: 0 } =>
            "unsupported format version (4, 0) at byte 6: expected (1, 0), (2, 0) or (3, 0)",
        Zip { 0: ZipError::MultiDisk { offset: 9 } } =>
            "archives that span multiple disks are not supported: \
             the end record at byte 9 names a disk other than 0",
    }
    CastError {
        Rule { from: Excerpt::text("float64"), to: Excerpt::text(">i4"), casting: Casting::Safe } =>
            "Cannot cast array data from dtype('float64') to dtype('>i4') \
             according to the rule 'safe'",
        Unsupported { from: Excerpt::text("|S3"), to: Excerpt::text("int8"), what: "of x" } =>
            "conversion of x is not supported: found dtype('|S3'), wanted dtype('int8')",
        Value { index: 1, value: Excerpt::text("300"), to: Excerpt::text("uint8") } =>
            "element 1: '300' does not fit into dtype('uint8')",
        NotAscii { index: 1, position: 2, code: 0xe9 } =>
            "element 1: character 0xe9 in position 2 is not ASCII: ordinal not in range(128)",
    }
    DTypeError {
        NotDescribable =>
            "dtype.descr is not defined for types with overlapping or out-of-order fields",
        Descr { found: "an integer", expected: "a string" } =>
            "not a dtype descriptor: found an integer, expected a string",
        FieldParts { found: 1 } =>
            "a field of 1 parts, expected (name, descr) or (name, descr, shape)",
        FieldName { found: "an integer" } =>
            "field names must be strings, found an integer",
        Duplicate { name: Excerpt::text("x") } =>
            "'x' is already used as a field's name or title",
        FieldBounds { name: Excerpt::text("x"), end: 9, itemsize: 8 } =>
            "field 'x' ends at byte 9 of an element of 8 bytes",
        ObjectOverlap =>
            "Python objects overlap with other data",
        Shape { why: "a negative dimension" } =>
            "invalid shape of a sub-array: a negative dimension",
        ItemSize { found: Some(1 << 31) } =>
            "an item of 2147483648 bytes, at most 2147483647 are possible",
        ItemSize { found: None } =>
            "invalid item size, expected an integer",
        SizeMismatch { old: 4, new: 8 } =>
            "a dtype of 4 bytes overlaid with one of 8 bytes",
        TooDeep =>
            "a dtype more than 255 levels deep",
        NotUnderstood { text: Excerpt::text("f3") } =>
            "data type 'f3' not understood",
        Unsupported { what: "StringDType" } =>
            "StringDType cannot be read from a file",
        TimeUnit { text: Excerpt::text("[x]") } =>
            "invalid datetime metadata string '[x]'",
    }
    EncodeError {
        OutOfBounds { value: Excerpt::text("300"), to: Excerpt::text("uint8") } =>
            "Python integer '300' out of bounds for 'uint8'",
        NotFinite { what: "NaN" } =>
            "cannot convert float NaN to integer",
        Number { wanted: "int() with base 10", text: Excerpt::text("abc") } =>
            "invalid literal for int() with base 10: 'abc'",
        Type { found: "NoneType", wanted: "a real number" } =>
            "expected a real number, not 'NoneType'",
        Sequence =>
            "setting an array element with a sequence.",
        Ragged { shape: shape(&[2]) } =>
            "setting an array element with a sequence. The requested array has an inhomogeneous \
             shape after 1 dimensions. The detected shape was (2,) + inhomogeneous part.",
        Depth { limit: 1 } =>
            "setting an array element with a sequence. The requested array would exceed the \
             maximum number of dimension of 1.",
        Fields { found: 1, expected: 2 } =>
            "could not assign tuple of length 1 to structure with 2 fields.",
        Date { text: Excerpt::text("abc"), position: 0 } =>
            "Error parsing datetime string 'abc' at position 0",
        DatePart { part: "Day", text: Excerpt::text("2020-02-30") } =>
            "Day out of range in datetime string '2020-02-30'",
        NoUnit =>
            "Cannot create a NumPy datetime other than NaT with generic units: \
             the dtype needs a unit, such as datetime64[s]",
        NotAscii { character: 'é', position: 1 } =>
            "character 0xe9 in position 1 is not ASCII: ordinal not in range(128)",
        Value { value: Excerpt::text("abcd"), to: Excerpt::text("|S3") } =>
            "'abcd' does not fit into dtype('|S3')",
    }
    HeaderError {
        Utf8 { offset: 20 } =>
            "the header of version 3.0 is not UTF-8: wrong byte at 20",
        Syntax { offset: 20, found: Some(Excerpt::text("Fals")), expected: "a literal" } =>
            "cannot parse the header: found 'Fals' at byte 20, expected a literal",
        Syntax { offset: 20, found: None, expected: "a literal" } =>
            "cannot parse the header: found its end at byte 20, expected a literal",
        NotADict { found: Excerpt::text("[]") } =>
            "the header is no dict: found '[]'",
        MissingKey { key: "descr" } =>
            "the header has no key 'descr': expected 'descr', 'fortran_order' and 'shape'",
        UnknownKey { found: Excerpt::text("'x'") } =>
            "the header has the unknown key '\\'x\\'': expected 'descr', 'fortran_order' and 'shape'",
        Shape { found: Excerpt::text("3") } =>
            "the header's shape is not valid: found '3', expected a tuple of integers",
        Dimension { axis: 1, found: Excerpt::text("-3") } =>
            "the header's shape is not valid: found '-3' in axis 1, \
             expected an integer from 0 to 2^63 - 1",
        FortranOrder { found: Excerpt::text("1") } =>
            "the header's fortran_order is not valid: found '1', expected True or False",
    }
    Warning {
        HeaderTooLongForNumPy { chars: 10_001 } =>
            "the header has 10001 characters: by default, NumPy reads at most 10000",
        Python2 =>
            "the header was written by Python 2: saving the file anew makes it faster to open",
        ForeignDType {
            descr: Excerpt::text("<V2"), probably: Some(Extended::BFloat16), numpy_reads: true
        } =>
            "the descr '<V2' probably stands for bfloat16 of ml_dtypes: \
             its values are raw data until they are reinterpreted",
        ForeignDType { descr: Excerpt::text("<V1"), probably: None, numpy_reads: false } =>
            "the descr '<V1' probably stands for a one-byte type of ml_dtypes: \
             its values are raw data until they are reinterpreted; NumPy refuses the file",
        SubArray =>
            "the dtype is a sub-array, whose dimensions follow those of the array: \
             np.load reads the file with mmap_mode only",
    }
    LayoutError {
        ArrayTooBig =>
            "array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum \
             possible size.",
        AssignMismatch { from: shape(&[2, 3]), to: shape(&[4]) } =>
            "could not broadcast input array from shape (2,3) into shape (4,)",
        AxesMismatch =>
            "axes don't match array",
        Axis { argument: None, axis: -3, ndim: 2 } =>
            "axis -3 is out of bounds for array of dimension 2",
        Axis { argument: Some("axis1"), axis: 2, ndim: 2 } =>
            "axis1: axis 2 is out of bounds for array of dimension 2",
        BroadcastDimensions =>
            "input operand has more dimensions than allowed by the axis remapping",
        BroadcastMismatch { from: shape(&[3]), to: shape(&[2, 2]) } =>
            "operands could not be broadcast together with remapped shapes \
             [original->remapped]: (3,)  and requested shape (2,2)",
        BroadcastToScalar =>
            "cannot broadcast a non-scalar to a scalar array",
        DiagonalDimensions =>
            "diag requires an array of at least two dimensions",
        DuplicateAxis =>
            "duplicate value in 'axis'",
        Interleaved { axis: 1 } =>
            "the parts along axis 1 interleave in memory: no two of them can be changed \
             independently",
        IteratorTooBig =>
            "iterator is too large",
        LargerViewSize =>
            "When changing to a larger dtype, its size must be a divisor of the total size in \
             bytes of the last axis of the array.",
        NeedsCopy =>
            "Unable to avoid creating a copy while reshaping.",
        NotSqueezable =>
            "cannot select an axis to squeeze out which has size not equal to one",
        ObjectView =>
            "Cannot change data-type for array of references.",
        OutOfData { start: -4, end: 12, data_len: 8 } =>
            "strides is incompatible with shape of requested array and size of buffer: \
             the elements lie at bytes -4..12 of 8",
        ReadOnly =>
            "assignment destination is read-only",
        RepeatedAxis =>
            "repeated axis",
        RepeatedTransposeAxis =>
            "repeated axis in transpose",
        ReshapeMismatch { size: 6, shape: Box::new([-1, 4]) } =>
            "cannot reshape array of size 6 into shape (4)",
        ReshapeMismatch { size: 6, shape: Box::new([4, -1]) } =>
            "cannot reshape array of size 6 into shape (4,newaxis)",
        SameDiagonalAxes =>
            "axis1 and axis2 cannot be the same",
        ScalarViewSize =>
            "Changing the dtype of a 0d array is only supported if the itemsize is unchanged",
        SeveralUnknown =>
            "can only specify one unknown dimension",
        SmallerViewSize =>
            "When changing to a smaller dtype, its size must be a divisor of the size of \
             original dtype",
        StridesLength { expected: 2, found: 1 } =>
            "strides, if given, must be the same length as shape: expected 2, found 1",
        SubArrayViewSize =>
            "Changing the dtype to a subarray type is only supported if the total itemsize is \
             unchanged",
        TooManyDimensions { found: 65 } =>
            "maximum supported dimension for an ndarray is currently 64, found 65",
        TooManyWindowDimensions { found: 65 } =>
            "number of dimensions must be within [0, 64], got 65",
        ViewNotContiguous =>
            "To change to a dtype of a different size, the last axis must be contiguous",
        WindowAxesMismatch { window: 2, axes: 1 } =>
            "Must provide matching length window_shape and axis; got 2 window_shape elements \
             and 1 axes elements.",
        WindowNeedsAllAxes { window: 1, ndim: 2 } =>
            "Since axis is `None`, must provide window_shape for all dimensions of `x`; \
             got 1 window_shape elements and `x.ndim` is 2.",
        WindowTooLarge =>
            "window shape cannot be larger than input array shape",
    }
    SelectionError {
        IndexOutOfBounds { index: -7, axis: 1, size: 6 } =>
            "index -7 is out of bounds for axis 1 with size 6",
        IndexTooLarge { offset: 1, found: Excerpt::text("9223372036854775808]") } =>
            "Python int too large to convert to C long: found '9223372036854775808]' at byte 1, \
             expected an index of 64 bits",
        NoField { name: "z\n".into() } =>
            "no field of name z\\n",
        NotBasic { offset: 1, found: Excerpt::text("1.5]") } =>
            "only basic indexing is supported: found '1.5]' at byte 1, \
             expected integers, slices, `...`, None or field names",
        NotStructured =>
            "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and \
             integer or boolean arrays are valid indices",
        RepeatedField { name: "x".into() } =>
            "duplicate field of name 'x'",
        SeveralEllipses =>
            "an index can only have a single ellipsis ('...')",
        Syntax { offset: 2, found: Some(Excerpt::text("x]")), expected: "an integer" } =>
            "found 'x]' at byte 2, expected an integer",
        Syntax { offset: 2, found: None, expected: "an integer" } =>
            "found the end at byte 2, expected an integer",
        TitleInList =>
            "cannot use field titles in multi-field index",
        TooManyDimensions { found: 65 } =>
            "number of dimensions must be within [0, 64], indexing result would have 65",
        TooManyIndices { ndim: 2, found: 3 } =>
            "too many indices for array: array is 2-dimensional, but 3 were indexed",
        TooManyItems =>
            "too many indices for array",
        ZeroStep =>
            "slice step cannot be zero",
    }
    StatsError {
        Mismatch =>
            "cannot merge figures of different dtypes or different bins",
        NotNumbers { found: "strings", field: None } =>
            "statistics need numbers, found strings",
        NotNumbers { found: "structures", field: Some(Excerpt::text("x")) } =>
            "statistics need numbers, found structures: select a field, such as ['x']",
        NoBins =>
            "the number of bins must be positive, found 0",
        PartialElement { found: 7, itemsize: 4 } =>
            "7 bytes are not whole elements: expected a multiple of 4",
        RangeNotFinite { lo: 0.0, hi: f64::INFINITY } =>
            "range of [0.0, inf] is not finite",
        RangeReversed { lo: 1.0, hi: 0.0 } =>
            "the range's end must not be below its start: found [1.0, 0.0]",
        TooManyBins { bins: 10 } =>
            "too many bins for data range: cannot create 10 finite-sized bins",
    }
    ZipError {
        Crc { name: Excerpt::text("x.npy"), found: 0xab, expected: 0xcd } =>
            "bad CRC-32 for member 'x.npy': found 000000ab, expected 000000cd",
        Deflate { name: Excerpt::text("x.npy"), offset: 3 } =>
            "corrupt deflate data at byte 3 of the compressed member 'x.npy'",
        DeflateTruncated { name: Excerpt::text("x.npy"), compressed_size: 9 } =>
            "the deflate data of member 'x.npy' does not end within its compressed size of 9 bytes",
        DirectoryRange { offset: 10, size: 20, end: 25 } =>
            "a central directory of 20 bytes at byte 10 cannot end at byte 25, \
             where the end record stands",
        DuplicateName { name: Excerpt::text("x.npy") } =>
            "the archive has a member 'x.npy' already",
        Encrypted { name: Excerpt::text("x.npy") } =>
            "member 'x.npy' is encrypted",
        Extra { name: Excerpt::text("x.npy"), offset: 10 } =>
            "corrupt extra field of member 'x.npy' in the directory record at byte 10",
        Inflation { name: Excerpt::text("x.npy"), compressed_size: 9, size: 1 << 40 } =>
            "the 9 deflated bytes of member 'x.npy' cannot hold the 1099511627776 bytes that the \
             directory gives",
        Method { name: Excerpt::text("x.npy"), found: 12 } =>
            "member 'x.npy' has compression method 12, expected 0 (stored) or 8 (deflate)",
        MultiDisk { offset: 9 } =>
            "archives that span multiple disks are not supported: \
             the end record at byte 9 names a disk other than 0",
        NameMismatch {
            offset: 9, found: Excerpt::text("y.npy"), expected: Excerpt::text("x.npy")
        } =>
            "the local header at byte 9 names member 'y.npy', the directory 'x.npy'",
        NameTooLong { name: Excerpt::text("x.npy"), len: 70_000 } =>
            "the name 'x.npy' of a member has 70000 bytes, at most 65535 are possible",
        NoEndRecord { input_len: 30 } =>
            "not a zip archive: no end record at the end of its 30 bytes",
        OutOfRange { name: Excerpt::text("x.npy"), offset: 0, end: 40, limit: 30 } =>
            "member 'x.npy' at byte 0 would end at byte 40, \
             but the central directory begins at byte 30",
        Overlap { name: Excerpt::text("x.npy"), offset: 0, end: 40, next: 30 } =>
            "member 'x.npy' at byte 0 would end at byte 40, overlapping the member at byte 30",
        Path { name: Excerpt::text("../x.npy"), why: "a part of it is '.' or '..'" } =>
            "'../x.npy' does not name a file inside the directory that it is unpacked to: \
             a part of it is '.' or '..'",
        Signature { what: "local header", offset: 9, found: [0; 4], expected: *b"PK\x03\x04" } =>
            "no local header at byte 9: found '\\x00\\x00\\x00\\x00', expected 'PK\\x03\\x04'",
        SizeMismatch { name: Excerpt::text("x.npy"), found: 9, expected: 8 } =>
            "member 'x.npy' decompresses to at least 9 bytes, expected 8",
        SizeMismatch { name: Excerpt::text("x.npy"), found: 7, expected: 8 } =>
            "member 'x.npy' decompresses to 7 bytes, expected 8",
        StoredSize { name: Excerpt::text("x.npy"), compressed_size: 7, size: 8 } =>
            "member 'x.npy' is stored in 7 bytes, but its size is given as 8",
    }
}

#[test]
fn literals() {
    let error = |found| LiteralError {
        offset: 3,
        found,
        expected: "a literal",
    };
    let messages = [None, Some(Excerpt::text("x"))].map(|found| error(found).to_string());
    let expected = [
        "found the end at byte 3, expected a literal",
        "found 'x' at byte 3, expected a literal",
    ];
    assert_eq!(messages, expected);
}

/// Whatever the input, a message is one line and not long.
#[test]
fn excerpts_are_short_and_printable() {
    let long: String = "\u{1b}[31m\n'\\".repeat(100);
    let excerpt = Excerpt::text(&long).to_string();
    assert!(excerpt.starts_with("'\\x1b[31m\\n\\'\\\\"), "{excerpt}");
    assert!(excerpt.ends_with("'..."), "{excerpt}");
    assert!(!excerpt.chars().any(char::is_control), "{excerpt}");
    assert!(
        excerpt.chars().count() < 4 * Excerpt::MAX_CHARS,
        "{excerpt}"
    );
}

fn shape(dims: &[u64]) -> Box<[u64]> {
    dims.into()
}
