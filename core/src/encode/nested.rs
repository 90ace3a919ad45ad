//! Nested lists as arrays.

use alloc::{vec, vec::Vec};

use crate::{DType, Result, cast::plain, dtype::Kind, literal::Literal};

/// The shape of nested lists, or as much of it as all have in common.
pub(super) fn shape_of(literal: &Literal<'_>, dtype: &DType) -> Result<Vec<u64>, Vec<u64>> {
    let Some(items) = items(literal, dtype) else {
        return Ok(Vec::new());
    };
    let mut shape = vec![items.len() as u64];
    let mut inner: Option<Vec<u64>> = None;
    let mut ragged = false;
    for item in items {
        let found = shape_of(item, dtype).unwrap_or_else(|common| {
            ragged = true;
            common
        });
        match &mut inner {
            None => inner = Some(found),
            Some(inner) => {
                ragged |= *inner != found;
                let common = inner.iter().zip(&found).take_while(|(a, b)| a == b).count();
                inner.truncate(common);
            }
        }
    }
    shape.extend(inner.unwrap_or_default());
    if ragged { Err(shape) } else { Ok(shape) }
}

pub(super) fn each_leaf(
    literal: &Literal<'_>,
    dtype: &DType,
    take: &mut impl FnMut(&Literal<'_>) -> Result<()>,
) -> Result<()> {
    match items(literal, dtype) {
        Some(items) => items
            .iter()
            .try_for_each(|item| each_leaf(item, dtype, take)),
        None => take(literal),
    }
}

/// The items of a literal that is a dimension of an array of a dtype.
fn items<'a>(literal: &'a Literal<'a>, dtype: &DType) -> Option<&'a [Literal<'a>]> {
    match literal {
        Literal::List(items) => Some(items),
        Literal::Tuple(items) if !matches!(plain(dtype).kind(), Kind::Struct(_)) => Some(items),
        _ => None,
    }
}
