//! Bytes in memory, by `npymap-core` alone.

use npymap_core::{
    ErrorKind, Header, Layout, Order, Result, Selection, Step,
    gather::{Convert, Source, gather},
    header::Limits,
    plan::PlanOptions,
    text::{self, Summary},
};

use crate::{
    case::Case,
    judge::{Backend, Found, Outcome},
};

/// Files that a function gives as bytes.
#[derive(Debug)]
pub struct Slices<F>(pub F);

impl<F: FnMut(&Case) -> Vec<u8>> Backend for Slices<F> {
    fn run(&mut self, case: &Case) -> Outcome {
        let file = (self.0)(case);
        Ok(read(&file, case.view.as_deref(), &case.selection)?)
    }
}

/// Reads a selection of a file.
///
/// # Errors
///
/// Whatever is wrong with the file or the selection.
pub fn read(file: &[u8], view: Option<&str>, selection: &str) -> Result<Found> {
    let (mut layout, data) = open(file)?;
    if let Some(view) = view {
        layout = layout.view_dtype(view.parse()?)?;
    }
    let selection: Selection = selection.parse()?;
    let scalar = selection.is_scalar(&layout);
    let layout = layout.select(&selection)?;
    Ok(Found {
        shape: layout.shape().to_vec(),
        strides: layout.strides().to_vec(),
        dtype: layout.dtype().to_string(),
        scalar,
        bytes: values(&layout, data, Convert::AsStored)?,
        native: values(&layout, data, Convert::Native)?,
        wide: values(&layout, data, Convert::Wide)?,
        text: text(&layout, data, scalar)?,
    })
}

/// The layout of the array in a file, and its data.
fn open(file: &[u8]) -> Result<(Layout, &[u8])> {
    let file_len = file.len() as u64;
    let mut seen = 0;
    let header = loop {
        // As a reader does that fetches what it is asked for and nothing else.
        match Header::parse(&file[..seen], Some(file_len), &Limits::default())? {
            Step::Done(header) => break header,
            Step::Need(range) => seen = range.end as usize,
        }
    };
    let layout = header.layout().clone();
    let data = &file[header.data_offset() as usize..];
    let (expected, found) = (layout.nbytes(), data.len() as u64);
    if found < expected {
        let what = "the array data";
        return Err(ErrorKind::Truncated {
            what,
            expected,
            found,
        }
        .into());
    }
    Ok((layout, data))
}

/// The elements in C order, from those ranges of the data that a plan asks for.
fn values(layout: &Layout, data: &[u8], convert: Convert) -> Result<Vec<u8>> {
    // No gaps: what the plan does not ask for must not be missed.
    let options = PlanOptions {
        max_gap: 0,
        max_range: 64,
        ..PlanOptions::default()
    };
    let plan = layout.plan(&options);
    let fetched: Vec<u8> = plan
        .ranges
        .iter()
        .flat_map(|range| &data[range.start as usize..range.end as usize])
        .copied()
        .collect();
    let source = Source::fragments(&plan.ranges, &fetched)?;
    let len = layout.size() * convert.dtype(layout.dtype()).itemsize();
    let mut values = vec![0; len as usize];
    gather(layout, &source, Order::C, convert, &mut values)?;
    Ok(values)
}

fn text(layout: &Layout, data: &[u8], scalar: bool) -> Result<String> {
    if scalar {
        return text::element(layout.dtype(), &values(layout, data, Convert::AsStored)?);
    }
    let summary = Summary::new(layout)?;
    let mut shown = Vec::new();
    for block in summary.blocks() {
        shown.extend(values(block, data, Convert::AsStored)?);
    }
    summary.render(&shown)
}
