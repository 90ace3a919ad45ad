//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use npymap::{
    DType, Order, Overflow, RawSpec, Selection,
    core::{
        encode::parse_value,
        literal::{Dialect, Literal, LiteralError},
        npz::relative_path,
    },
};

/// Opens NumPy arrays of any size without loading them.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_long_help = "\
ARRAYS
  A SRC is an .npy file, or a member of an .npz archive written ARCHIVE.npz::MEMBER, with or
  without the member's .npy. What a file is, its content says, not its name. A headerless file,
  as np.memmap reads it, is described by --raw-dtype and the options beside it.

DTYPES
  A DTYPE is what np.dtype takes, as text, e.g. '<f4', int16, 'M8[ms]', 'i4, (2,)f8'; or a list of
  fields as it stands in a header: \"[('x', '<f4'), ('y', '>i2', (3,))]\".

SELECTIONS
  A SELECTION is NumPy's basic indexing, with or without the outer brackets:
  '[3, ::-1, ..., None]', '-1', '10:20, :, 0'; a field of a structured array is \"['x']\",
  and what follows it indexes the field: \"['x'][2:5]\". Quote it, so that the shell leaves it alone.

EXIT STATUS
  0  done
  1  the data or the file system said no; standard error says what, and where, in one line
  2  wrong usage

EXAMPLES
  npymap info weights.npz
  npymap show sensor-readings.npy '[-1]'
  npymap slice big.npy '[:, 2:4]' -o columns.npy
  npymap stats big.npy --json
  npymap convert big.npy small.npy --dtype float16
  npymap create readings.npy --dtype '<f4' --shape 3,4
  npymap set readings.npy '[-1, -1]' 99
  npymap append readings.npy today.npy
"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Convert(Convert),
    Diff(Diff),
    Info(Info),
    Pack(Pack),
    Show(Show),
    Slice(Slice),
    Stats(Stats),
    Unpack(Unpack),
    Create(Create),
    Set(Set),
    Append(Append),
    Serve(Serve),
    /// Print a completion script for a shell
    #[command(after_long_help = "\
EXAMPLES
  npymap completions bash > ~/.local/share/bash-completion/completions/npymap
  npymap completions zsh > ~/.zfunc/_npymap
  npymap completions fish > ~/.config/fish/completions/npymap.fish
")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Print what files hold, reading headers only
///
/// Of an .npy file: its format version, dtype, shape, memory order and where the data lies. Of an
/// .npz archive: a table of its members. Of a member, ARCHIVE.npz::MEMBER, it prints all of that.
#[derive(Args, Debug)]
#[command(after_long_help = "\
JSON
  An object for one PATH, an array of them for several:
  {\"path\", \"format\": \"npy\", \"version\", \"descr\", \"dtype\", \"byte_order\", \"itemsize\", \"shape\",
   \"fortran_order\", \"strides\", \"size\", \"nbytes\", \"data_offset\", \"file_size\", \"trailing_bytes\",
   \"warnings\"}
  {\"path\", \"format\": \"npz\", \"members\": [{\"name\", \"method\", \"compressed_size\", \"size\",
   \"mappable\", \"npy\": {as above}}]}
  Strides, sizes and offsets are in bytes, but \"size\" of an array counts elements. A member that
  holds no readable array has \"npy\": null and says why in \"error\".

EXAMPLES
  npymap info *.npy
  npymap info archive.npz::weights --json
  npymap info frames.bin --raw-dtype '<u2' --raw-shape -1,480,640
")]
pub(crate) struct Info {
    /// Files, archives or members of archives
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// Print an array, or a selection of it, as Python does
///
/// The text is that of print(np.load(SRC)[SELECTION]), byte for byte. Arrays of more than 1000
/// elements are summarised, and only what is printed is read.
#[derive(Args, Debug)]
#[command(after_long_help = "\
EXAMPLES
  npymap show x.npy
  npymap show x.npy '[-1, ::-1]'
  npymap show table.npy \"['name'][:5]\"
  npymap show archive.npz::weights 0
  npymap show embeddings.npy --view bfloat16
  npymap show frames.bin '[10]' --raw-dtype '<u2' --raw-shape -1,480,640
")]
pub(crate) struct Show {
    /// The array
    #[arg(value_name = "SRC")]
    pub(crate) source: PathBuf,
    /// What of it to print; all of it if left out
    #[arg(allow_hyphen_values = true)]
    pub(crate) selection: Option<Selection>,
    /// Take the elements for another dtype, as NumPy's view() does, e.g. bfloat16
    #[arg(long, value_name = "DTYPE", value_parser = dtype)]
    pub(crate) view: Option<DType>,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// Write a selection of an array to a new .npy file
///
/// The new file has the dtype and the byte order of the array, and is in C order: it is what
/// np.save(OUT, np.ascontiguousarray(np.load(SRC)[SELECTION])) writes. It appears, or replaces
/// another, when it is complete; a failure leaves nothing behind. It replaces no archive. Memory
/// stays bounded, whatever the size of the selection. A deflated member that must be written in another order is inflated
/// into a file without a name beside OUT first.
#[derive(Args, Debug)]
#[command(after_long_help = "\
EXAMPLES
  npymap slice big.npy '[:100]' -o head.npy
  npymap slice archive.npz::weights '[..., ::2]' -o half.npy
  npymap slice archive.npz::weights '[0]' -o - | ssh host 'cat > row.npy'
  npymap slice frames.bin '[10]' -o frame.npy --raw-dtype '<u2' --raw-shape -1,480,640
")]
pub(crate) struct Slice {
    /// The array
    #[arg(value_name = "SRC")]
    pub(crate) source: PathBuf,
    /// What of it to write
    #[arg(allow_hyphen_values = true)]
    pub(crate) selection: Selection,
    /// The file to write; - is standard output
    #[arg(short, long, value_name = "OUT.npy")]
    pub(crate) output: PathBuf,
    /// Take the elements for another dtype, as NumPy's view() does, e.g. bfloat16
    #[arg(long, value_name = "DTYPE", value_parser = dtype)]
    pub(crate) view: Option<DType>,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// Compute statistics of an array, or of a selection of it, in one pass
///
/// Count, NaNs, infinities, zeros, the least and the greatest value and where they are, sum, mean
/// and population standard deviation. NaNs are ignored by min and max, and make sum, mean and std
/// NaN. Integers are exact.
#[derive(Args, Debug)]
#[command(after_long_help = "\
JSON
  {\"count\", \"nan\", \"posinf\", \"neginf\", \"zeros\", \"min\", \"max\", \"argmin\", \"argmax\", \"sum\",
   \"mean\", \"std\"}
  \"argmin\" and \"argmax\" are indices into the selection, one number for each dimension. What does
  not exist (the least of nothing), and NaN, is null. JSON has no infinity: it is written 1e+999,
  which JavaScript and Python read as infinity. Complex numbers are [real, imaginary].

EXAMPLES
  npymap stats x.npy
  npymap stats x.npy '[:, 3]'
  npymap stats table.npy \"['height']\" --json
")]
pub(crate) struct Stats {
    /// The array
    #[arg(value_name = "SRC")]
    pub(crate) source: PathBuf,
    /// What of it to look at; all of it if left out
    #[arg(allow_hyphen_values = true)]
    pub(crate) selection: Option<Selection>,
    /// Take the elements for another dtype, as NumPy's view() does, e.g. bfloat16
    #[arg(long, value_name = "DTYPE", value_parser = dtype)]
    pub(crate) view: Option<DType>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// Write an array to a new file, as another dtype or in another order
///
/// Dtype, byte order and memory order stay as they are unless an option changes them: the file is
/// what np.save writes of the array that astype, newbyteorder and asfortranarray make. It appears,
/// or replaces another, when it is complete; a failure leaves nothing behind. It replaces no
/// archive. Memory stays bounded, whatever the size of the array and its orders.
#[derive(Args, Debug)]
#[command(after_long_help = "\
EXAMPLES
  npymap convert x.npy half.npy --dtype float16
  npymap convert c.npy fortran.npy --order F
  npymap convert x.npy x.npy --byte-order native
  npymap convert counts.npy small.npy --dtype u1 --overflow numpy
  npymap convert embeddings.npy floats.npy --view bfloat16 --dtype f4
  npymap convert x.npy values.bin --headerless
  npymap convert frames.bin frames.npy --raw-dtype '<u2' --raw-shape -1,480,640
")]
pub(crate) struct Convert {
    /// The array
    #[arg(value_name = "SRC")]
    pub(crate) source: PathBuf,
    /// The file to write; - is standard output
    #[arg(value_name = "OUT")]
    pub(crate) output: PathBuf,
    /// The dtype that the values get, e.g. float32 or '>i2'
    #[arg(long, value_name = "DTYPE", value_parser = dtype)]
    pub(crate) dtype: Option<DType>,
    /// The memory order that they get
    #[arg(long, value_name = "ORDER", ignore_case = true)]
    pub(crate) order: Option<MemoryOrder>,
    /// The byte order that they get
    #[arg(long, value_name = "ORDER")]
    pub(crate) byte_order: Option<Endian>,
    /// Convert even to a lesser kind of number: NumPy's casting='unsafe'
    #[arg(long)]
    pub(crate) force: bool,
    /// What becomes of values that do not fit the dtype
    #[arg(long, value_name = "WHAT", default_value = "error")]
    pub(crate) overflow: OnOverflow,
    /// Write the values alone, without a header, as np.memmap reads them
    #[arg(long)]
    pub(crate) headerless: bool,
    /// Take the elements for another dtype before, as NumPy's view() does, e.g. bfloat16
    #[arg(long, value_name = "DTYPE", value_parser = dtype)]
    pub(crate) view: Option<DType>,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// Tell what is different between two arrays
///
/// Their dtypes, shapes and elements. Elements are compared by value, whatever the byte orders, the
/// memory orders and, for numbers, the dtypes; NaN equals NaN. Prints nothing if nothing differs.
/// What describes headerless files is meant for both.
#[derive(Args, Debug)]
#[command(after_long_help = "\
TOLERANCE
  Numbers a and b are equal if abs(a - b) <= ATOL + RTOL * abs(b), as np.isclose has it. Without
  tolerance they must be the same, integers beyond 2**53 included.

EXIT STATUS
  0  nothing differs
  1  something differs, be it the byte order alone; or the data or the file system said no
  2  wrong usage

JSON
  {\"equal\", \"dtype\", \"shape\", \"different\", \"first\", \"max_abs\"}
  \"equal\" tells whether nothing differs. \"dtype\" and \"shape\" have one item for A and one for B.
  \"different\" counts the elements that differ; it is null if they cannot be compared, because the
  shapes differ, or dtypes of which no values are equal. \"first\" is the index of the first one in
  C order. \"max_abs\" is the largest abs(a - b) of numbers that differ. What does not exist is null.

EXAMPLES
  npymap diff a.npy b.npy
  npymap diff run1.npz::weights run2.npz::weights --rtol 1e-5 --json
")]
pub(crate) struct Diff {
    /// An array
    #[arg(value_name = "A")]
    pub(crate) a: PathBuf,
    /// Another one
    #[arg(value_name = "B")]
    pub(crate) b: PathBuf,
    /// How far numbers may be apart, in proportion to that of B
    #[arg(long, value_name = "R", default_value_t = 0.0, value_parser = distance)]
    pub(crate) rtol: f64,
    /// How far numbers may be apart, at any magnitude
    #[arg(long, value_name = "R", default_value_t = 0.0, value_parser = distance)]
    pub(crate) atol: f64,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

fn distance(text: &str) -> Result<f64, &'static str> {
    let number = text.parse().ok();
    let number = number.filter(|number: &f64| number.is_finite() && !number.is_sign_negative());
    number.ok_or("expected a number that is not negative")
}

/// A byte order, or that of the machine.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Endian {
    /// The least significant byte first
    Little,
    /// The most significant byte first
    Big,
    /// That of this machine
    Native,
}

/// What becomes of values that do not fit.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum OnOverflow {
    /// Nothing is written, and the first one is named
    Error,
    /// What NumPy's astype makes of them: integers wrap around, floats become infinite
    Numpy,
}

/// Write arrays to a new .npz archive
///
/// The archive is one that np.load reads. Its members are stored unless --deflate is given, and
/// stored arrays begin at multiples of 64 bytes, so that they can be mapped. Each has the dtype and
/// the byte order of its SRC, and is in Fortran order if that is. OUT.npz appears, or replaces
/// another, when it is complete; a failure leaves nothing behind. It replaces nothing but an
/// archive. Memory stays bounded, whatever the size of the arrays.
#[derive(Args, Debug)]
#[command(after_long_help = "\
EXAMPLES
  npymap pack model.npz weights=w.npy bias=b.npy
  npymap pack small.npz x=big.npz::x y=big.npz::y --deflate
  npymap pack model.npz --update bias=new.npy
  npymap pack - x=x.npy | ssh host 'cat > x.npz'
  npymap pack video.npz frames=frames.bin --raw-dtype '<u2' --raw-shape -1,480,640
")]
pub(crate) struct Pack {
    /// The archive to write; - is standard output
    #[arg(value_name = "OUT.npz")]
    pub(crate) output: PathBuf,
    /// The name of an array in the archive, without .npy, and the array
    #[arg(required = true, value_name = "NAME=SRC")]
    pub(crate) entries: Vec<Entry>,
    /// Compress the arrays, from 0, not at all, to 9, the best [LEVEL if left out: 6]
    #[arg(
        long,
        value_name = "LEVEL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "6",
        value_parser = clap::value_parser!(u8).range(0..=9)
    )]
    pub(crate) deflate: Option<u8>,
    /// Keep what OUT.npz has, if it is there, but for members of the names given
    #[arg(long)]
    pub(crate) update: bool,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// Write the members of an .npz archive to files
///
/// Members that are no arrays are written as they are. All files appear when all are complete and
/// their checksums were found to be right; a failure leaves nothing behind. No file is written
/// outside DIR: a member whose name is an absolute path, or has '..' or a backslash in it, is an
/// error, and so is a symbolic link in DIR that stands in the way.
#[derive(Args, Debug)]
#[command(after_long_help = "\
EXAMPLES
  npymap unpack model.npz -d model
  npymap unpack model.npz weights bias
")]
pub(crate) struct Unpack {
    /// The archive
    #[arg(value_name = "SRC.npz")]
    pub(crate) source: PathBuf,
    /// Members to write, with or without their .npy; all of them if left out
    #[arg(value_name = "MEMBER")]
    pub(crate) members: Vec<String>,
    /// Where to write them; it is made if it is not there
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub(crate) directory: PathBuf,
    /// Replace files that are there
    #[arg(long)]
    pub(crate) force: bool,
}

/// A member to be written, and the array that it is made of.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Without `.npy`.
    pub(crate) key: String,
    pub(crate) source: PathBuf,
}

impl std::str::FromStr for Entry {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((name, source)) = text.split_once('=') else {
            return Err("expected NAME=SRC".into());
        };
        let key = name.strip_suffix(".npy").unwrap_or(name);
        relative_path(&format!("{key}.npy"), false).map_err(|e| e.to_string())?;
        Ok(Self {
            key: key.into(),
            source: source.into(),
        })
    }
}

/// Create an .npy file
///
/// All elements are zero, or what --fill says. Without --fill the file is sparse: it takes room on
/// the disk as it is written. It appears when it is complete; a failure leaves nothing behind, and
/// what was there before as it was.
#[derive(Args, Debug)]
#[command(after_long_help = "\
EXAMPLES
  npymap create x.npy --dtype '<f4' --shape 3,4
  npymap create x.npy --dtype float64 --shape 1000,1000 --fill nan
  npymap create table.npy --dtype 'i4, (2,)f8' --shape 10 --fill '(1, [0.5, 1.5])'
  npymap create points.npy --dtype \"[('x', '<f4'), ('y', '<f4')]\" --shape 0
  npymap create columns.npy --dtype '>i2' --shape 480,0 --order F
")]
pub(crate) struct Create {
    /// The file to create
    #[arg(value_name = "OUT.npy")]
    pub(crate) output: PathBuf,
    /// The element type, e.g. '<f4', int16, 'M8[ms]' or 'i4, f8'
    #[arg(long, value_parser = dtype)]
    pub(crate) dtype: DType,
    /// The dimensions, e.g. 3,4 or 5; () is a single element
    #[arg(long, value_parser = Shape::known)]
    pub(crate) shape: Shape,
    /// The memory order; along its first axis, or in Fortran order along its last one, the array
    /// can grow
    #[arg(long, default_value = "C", ignore_case = true)]
    pub(crate) order: MemoryOrder,
    /// Set all elements to a value, a Python literal as for set
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true, value_parser = value)]
    pub(crate) fill: Option<String>,
    /// Take the room on the disk at once, so that a full disk is an error now
    #[arg(long)]
    pub(crate) preallocate: bool,
    /// Replace a file that is there already
    #[arg(long)]
    pub(crate) force: bool,
}

/// Assign to a selection of an array, in place
///
/// What np.load(DST, mmap_mode='r+')[SELECTION] = VALUE does: a VALUE, or the array OTHER, is
/// broadcast to the selection. What can be wrong about the values, and the room on the disk, is
/// checked before anything is changed, and the command ends when the changes are on the disk. The
/// file is locked meanwhile: another npymap that writes to it is an error.
#[derive(Args, Debug)]
#[command(after_long_help = "\
VALUES
  A VALUE is a Python literal: 99, -1.5e3, 1+2j, True, \"'text'\", b'bytes'; or nan, inf, -inf, NaT
  alone (inside of lists, None is nan and 1e999 is inf).
  Nested lists are an array, tuples the elements of a structured one, dates are strings:
  '[[1], [2]]', \"('name', 0.5)\", \"'2024-02-29T12:00'\".

CONVERSION
  Numbers become what the dtype of DST holds; fractions are cut off by integers. What does not fit
  is an error: 300 for uint8, a string that is too long. With --overflow numpy, it becomes what
  NumPy makes of it: an OTHER what astype does, while of a VALUE strings are cut off and floats
  become infinite, but 300 stays an error for uint8, there as here. An OTHER is converted where NumPy's rule 'same_kind' allows it, e.g. float64 to
  float32; float32 to int64 takes --force.

EXAMPLES
  npymap set x.npy '[-1, -1]' 99
  npymap set x.npy '[0]' '[1, 2, 3, 4]'
  npymap set table.npy \"['height'][:10]\" nan
  npymap set x.npy '[:, ::2]' --from other.npy
  npymap set x.npy : --from archive.npz::weights
  npymap set frames.bin '[10]' 0 --raw-dtype '<u2' --raw-shape -1,480,640
")]
pub(crate) struct Set {
    /// The array to change, an .npy file or a headerless one
    #[arg(value_name = "DST")]
    pub(crate) target: PathBuf,
    /// What of it to change
    #[arg(allow_hyphen_values = true)]
    pub(crate) selection: Selection,
    /// What to set it to, a Python literal
    #[arg(allow_hyphen_values = true, required_unless_present = "from", value_parser = value)]
    pub(crate) value: Option<String>,
    /// Take the values from another array, an .npy file or a member of an archive
    #[arg(long, value_name = "OTHER", conflicts_with = "value")]
    pub(crate) from: Option<PathBuf>,
    /// Convert from any dtype: NumPy's casting='unsafe'
    #[arg(long)]
    pub(crate) force: bool,
    /// What becomes of values that do not fit the dtype
    #[arg(long, value_name = "WHAT", default_value = "error")]
    pub(crate) overflow: OnOverflow,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// Append arrays to an array, in place
///
/// DST grows along its first axis, in Fortran order along its last one, by all SRC one after the
/// other, or, if anything fails, not at all. Its data stays where it is: the new data is written
/// behind it, and then the header is changed. If that has no room for a larger number, as headers
/// of NumPy before 1.24 have not, the file is rewritten. Memory stays bounded, and the file is
/// locked meanwhile: another npymap that writes to it is an error.
#[derive(Args, Debug)]
#[command(after_long_help = "\
CONVERSION
  The dtype of each SRC must be that of DST, in whatever byte order. With --force other dtypes are
  converted. A value that does not fit is an error; with --overflow numpy, it becomes what it
  becomes in NumPy.

EXAMPLES
  npymap append readings.npy today.npy
  npymap append readings.npy 2024-*.npy
  npymap append readings.npy archive.npz::more --force
  npymap append samples.bin more.npy --raw-dtype '<f4' --raw-shape -1,3
")]
pub(crate) struct Append {
    /// The array that grows, an .npy file or a headerless one
    #[arg(value_name = "DST")]
    pub(crate) target: PathBuf,
    /// What is appended, .npy files or members of archives
    #[arg(required = true, value_name = "SRC")]
    pub(crate) sources: Vec<PathBuf>,
    /// Convert from any dtype: NumPy's casting='unsafe'
    #[arg(long)]
    pub(crate) force: bool,
    /// What becomes of values that do not fit the dtype
    #[arg(long, value_name = "WHAT", default_value = "error")]
    pub(crate) overflow: OnOverflow,
    /// First cut off bytes that stand behind the array of DST, such as those of an append that was
    /// interrupted; without it they are an error
    #[arg(long)]
    pub(crate) discard_trailing: bool,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// Show the arrays of a directory in a browser
///
/// Prints a URL. The page behind it lists the .npy and .npz files below DIR, but for directories and
/// files whose names begin with a dot, and looks into them without loading them: it reads what it
/// shows. Nothing else is served, nothing outside of DIR, also by way of symbolic links, and nothing
/// is written. Ctrl-C ends it.
#[derive(Args, Debug)]
#[command(after_long_help = "\
WHO CAN SEE THE FILES
  At 127.0.0.1, only this machine: all of its users, unless --token is given. Elsewhere, whoever has
  the token that is in the URL; what is sent is not encrypted, so prefer a tunnel:

  On the machine with the files:   npymap serve /data --token
  On the one with the browser:     ssh -L 8679:127.0.0.1:8679 MACHINE
  and open the URL in the browser.

FOR PROGRAMS
  GET /files/PATH   a file; one range of its bytes with the header Range
  GET /api/list     the files: {\"directory\", \"files\", \"complete\", \"cut\", \"unreadable\"}
      \"files\" are sorted: [{\"path\", \"url\", \"size\", \"modified\", \"etag\",
        and of an array \"format\": \"npy\", \"dtype\", \"shape\", \"fortran_order\",
        of an archive \"format\": \"npz\", \"members\" (their number), \"members_url\",
        of what is neither \"error\"}]
      \"path\" is for people: names that are no UTF-8 are themselves only in \"url\". \"modified\" is in
      milliseconds since 1970. If not \"complete\", headers of some files were not read yet: ask
      again. \"cut\" says why files are missing: \"files\" (10000 are listed), \"depth\", \"entries\",
      \"time\", or null. \"unreadable\" counts directories.
  GET /api/members?path=PATH&from=0
      an archive: {\"path\", \"etag\", \"count\", \"members\", \"next\"}, or \"error\" in place of the
      last three; \"members\": [{\"name\", \"method\", \"compressed_size\", \"size\", and as above}].
      \"next\" is the number to go on from, or null.
  GET /api/events   server-sent events: 'ready' once, when what changes from then on is told, and
      'change' with {\"changed\", \"added\", \"removed\", \"more\"}: up to 100 paths each, and whether
      there are more
  Errors are {\"error\"}. With a token, all of these take the header 'Authorization: Bearer TOKEN', or
  the cookie that POST /api/session gives in exchange for that header.

EXAMPLES
  npymap serve
  npymap serve results --open
  npymap serve /data --port 8000 --token
  npymap serve /data --host 0.0.0.0
")]
pub(crate) struct Serve {
    /// The directory
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) directory: PathBuf,
    /// The port; 0 is any that is free [default: 8679, or any that is free]
    #[arg(long, value_name = "N")]
    pub(crate) port: Option<u16>,
    /// The name or the address to listen at; 0.0.0.0 is all that this machine has
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1")]
    pub(crate) host: String,
    /// Ask for a token also at an address that only this machine reaches
    #[arg(long)]
    pub(crate) token: bool,
    /// Open the page in a browser
    #[arg(long)]
    pub(crate) open: bool,
}

/// A dtype: what `np.dtype` takes as text, or the literal that a header has for it.
fn dtype(text: &str) -> Result<DType, String> {
    let named = DType::parse(text);
    let is_literal = text.trim_start().starts_with(['[', '(', '\'', '"']);
    if named.is_ok() || !is_literal {
        return named.map_err(|e| e.to_string());
    }
    let descr = Literal::parse(text, Dialect::Python3).map_err(|e| e.to_string())?;
    DType::from_descr(&descr).map_err(|e| e.to_string())
}

/// Checks that a text is a value, which is read when there is a dtype for it.
fn value(text: &str) -> Result<String, LiteralError> {
    parse_value(text).map(|_| text.to_owned())
}

/// How arrays are read.
#[derive(Args, Debug)]
#[command(next_help_heading = "Reading")]
pub(crate) struct Reading {
    /// Read the file as headerless data of this dtype, e.g. '<f4' or int16; of an .npy file only
    /// what is behind the header
    #[arg(long, value_name = "DTYPE", value_parser = dtype)]
    raw_dtype: Option<DType>,
    /// The shape of headerless data, e.g. 3,4; -1 stands for as many as there are [default: -1]
    #[arg(
        long,
        value_name = "SHAPE",
        requires = "raw_dtype",
        allow_hyphen_values = true
    )]
    raw_shape: Option<Shape>,
    /// Where headerless data begins, in bytes
    #[arg(
        long,
        value_name = "BYTES",
        requires = "raw_dtype",
        default_value_t = 0
    )]
    pub(crate) raw_offset: u64,
    /// The memory order of headerless data
    #[arg(
        long,
        value_name = "ORDER",
        requires = "raw_dtype",
        default_value = "C",
        ignore_case = true
    )]
    raw_order: MemoryOrder,
    /// Refuse headers longer than this
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 20)]
    pub(crate) max_header: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum MemoryOrder {
    /// The last index changes fastest
    #[value(name = "C")]
    C,
    /// The first index changes fastest
    #[value(name = "F")]
    F,
}

impl From<MemoryOrder> for Order {
    fn from(order: MemoryOrder) -> Self {
        match order {
            MemoryOrder::C => Self::C,
            MemoryOrder::F => Self::F,
        }
    }
}

impl From<OnOverflow> for Overflow {
    fn from(what: OnOverflow) -> Self {
        match what {
            OnOverflow::Error => Self::Error,
            OnOverflow::Numpy => Self::AsNumPy,
        }
    }
}

impl Reading {
    /// The description of headerless data, if there is one.
    pub(crate) fn raw(&self) -> Option<RawSpec> {
        let spec = RawSpec::new(self.raw_dtype.clone()?)
            .offset(self.raw_offset)
            .order(self.raw_order.into());
        Some(match &self.raw_shape {
            Some(shape) => spec.shape_with_unknown(shape.0.iter().copied()),
            None => spec,
        })
    }
}

/// Dimensions, of which one may be unknown.
#[derive(Clone, Debug)]
pub(crate) struct Shape(Vec<Option<u64>>);

impl Shape {
    /// A shape without unknown dimensions.
    fn known(text: &str) -> Result<Self, &'static str> {
        let shape: Self = text.parse()?;
        match shape.0.iter().all(Option::is_some) {
            true => Ok(shape),
            false => Err("all dimensions must be given"),
        }
    }

    /// The dimensions; an unknown one is 0.
    pub(crate) fn dims(&self) -> impl Iterator<Item = u64> {
        self.0.iter().map(|dim| dim.unwrap_or(0))
    }
}

impl std::str::FromStr for Shape {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().trim_start_matches('(').trim_end_matches(')');
        let text = text.strip_suffix(',').unwrap_or(text).trim();
        if text.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let dims = text.split(',').map(|dim| match dim.trim() {
            "-1" => Ok(None),
            dim => dim
                .parse()
                .map(Some)
                .map_err(|_| "expected dimensions such as 3,4 or -1,640"),
        });
        let dims: Vec<_> = dims.collect::<Result<_, _>>()?;
        if dims.iter().filter(|dim| dim.is_none()).count() > 1 {
            return Err("can only specify one unknown dimension");
        }
        Ok(Self(dims))
    }
}
