//! Where in its container an array lies, and what it is.

use std::fmt;

use npymap_core::{ErrorKind, Header, Layout, Order, Step, header, raw};

use crate::{
    container::Container,
    error::Result,
    options::{OpenOptions, RawSpec},
};

/// How much is read at once to find a header. NumPy's own are 128 or 192 bytes.
const FIRST_READ: usize = 1024;

/// An array found in a container, whose size was checked.
#[derive(Debug)]
pub(crate) struct Located {
    description: Description,
    /// How many bytes of the container stand behind the data.
    pub(crate) trailing_bytes: u64,
}

/// Who says what the array is.
#[derive(Debug)]
enum Description {
    /// The header.
    Header(Header),
    /// The caller, of headerless data.
    Raw {
        layout: Layout,
        order: Order,
        data_offset: u64,
    },
}

/// Something about a file that does not keep it from being read.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// The header is unusual.
    Header(header::Warning),
    /// There are bytes behind the array's data. NumPy ignores them, too.
    TrailingBytes {
        /// How many.
        count: u64,
    },
}

impl Located {
    /// Reads the header at the start of a container.
    pub(crate) fn npy(container: &mut Container, options: &OpenOptions) -> Result<Self> {
        let len = container.len();
        let mut cursor = container.cursor();
        let mut first = [0; FIRST_READ];
        let mut more = Vec::new();
        let mut prefix = &mut first[..len.min(FIRST_READ as u64) as usize];
        let header = loop {
            cursor.read_exact_at(prefix, 0)?;
            match Header::parse(prefix, Some(len), &options.limits) {
                Ok(Step::Done(header)) => break header,
                Ok(Step::Need(range)) => {
                    // Never more than the limit for headers, nor than the container has.
                    more.resize(range.end as usize, 0);
                    prefix = &mut more;
                }
                Err(e) => return Err(container.name(e)),
            }
        };
        let trailing_bytes =
            trailing_bytes(container, options, header.layout(), header.data_offset())?;
        Ok(Self {
            description: Description::Header(header),
            trailing_bytes,
        })
    }

    /// Fits headerless data to its container, by `np.memmap`'s rules.
    pub(crate) fn raw(
        container: &mut Container,
        spec: &RawSpec,
        options: &OpenOptions,
    ) -> Result<Self> {
        let len = container.len();
        let shape = raw::shape(&spec.dtype, &spec.shape, spec.offset, len)
            .map_err(|e| container.name(e))?;
        if !options.extend {
            raw::available(spec.offset, len).map_err(|e| container.name(e))?;
        }
        let layout = Layout::new(spec.dtype.clone(), &shape, spec.order);
        let layout = layout.map_err(|e| container.name(e))?;
        let trailing_bytes = trailing_bytes(container, options, &layout, spec.offset)?;
        let description = Description::Raw {
            layout,
            order: spec.order,
            data_offset: spec.offset,
        };
        Ok(Self {
            description,
            trailing_bytes,
        })
    }

    /// An array of which all is known, and nothing stands behind it.
    pub(crate) fn known(
        header: Option<Header>,
        layout: Layout,
        order: Order,
        data_offset: u64,
    ) -> Self {
        let description = match header {
            Some(header) => Description::Header(header),
            None => Description::Raw {
                layout,
                order,
                data_offset,
            },
        };
        Self {
            description,
            trailing_bytes: 0,
        }
    }

    /// The header; `None` for headerless data.
    pub(crate) fn header(&self) -> Option<&Header> {
        match &self.description {
            Description::Header(header) => Some(header),
            Description::Raw { .. } => None,
        }
    }

    /// The layout of the whole array, offset 0 being the first byte of its data.
    pub(crate) fn layout(&self) -> &Layout {
        match &self.description {
            Description::Header(header) => header.layout(),
            Description::Raw { layout, .. } => layout,
        }
    }

    /// The memory order declared for the whole array.
    pub(crate) fn order(&self) -> Order {
        match &self.description {
            Description::Header(header) => header.order(),
            Description::Raw { order, .. } => *order,
        }
    }

    /// Where the data begins in the container.
    pub(crate) fn data_offset(&self) -> u64 {
        match &self.description {
            Description::Header(header) => header.data_offset(),
            Description::Raw { data_offset, .. } => *data_offset,
        }
    }

    /// What is unusual about the file. A header says where the data ends; without one, what the
    /// given shape leaves over is no surprise.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = Warning> + '_ {
        let header = self.header();
        let trailing = header
            .filter(|_| self.trailing_bytes > 0)
            .map(|_| Warning::TrailingBytes {
                count: self.trailing_bytes,
            });
        let header = header
            .into_iter()
            .flat_map(|h| h.warnings().iter().cloned());
        header.map(Warning::Header).chain(trailing)
    }
}

/// How much of a container stands behind the data of an array. Too little data is an error, unless
/// the file is to be made longer.
fn trailing_bytes(
    container: &mut Container,
    options: &OpenOptions,
    layout: &Layout,
    data_offset: u64,
) -> Result<u64> {
    let end = data_offset.saturating_add(layout.nbytes());
    if options.write && options.extend && !layout.dtype().has_object() && container.len() < end {
        container.extend_to(end)?;
    }
    let found = container.len().saturating_sub(data_offset);
    // Pickled objects take whatever room they take.
    let expected = if layout.dtype().has_object() {
        found
    } else {
        layout.nbytes()
    };
    found.checked_sub(expected).ok_or_else(|| {
        container.name(ErrorKind::Truncated {
            what: "the array data",
            expected,
            found,
        })
    })
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(w) => w.fmt(f),
            Self::TrailingBytes { count } => {
                write!(f, "{count} bytes behind the array's data are ignored")
            }
        }
    }
}
