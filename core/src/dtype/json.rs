//! Descriptors as JSON: a string, or nested arrays where a header has tuples and lists.

use super::{DType, DTypeError};
use crate::{
    Result,
    literal::{Dialect, Literal},
};

impl DType {
    /// The dtype of a descriptor in JSON, in the form that [`Literal::to_json`] gives descriptors
    /// of headers: what were lists and tuples are arrays.
    ///
    /// A string is anything that [`DType::parse`] takes. An array is a list of fields if all its
    /// items look like fields, and a tuple of a dtype and a shape, or a second dtype, otherwise.
    ///
    /// # Errors
    ///
    /// [`DTypeError`], as for [`DType::parse`] and [`DType::from_descr`], and for text that is no
    /// JSON of this form.
    ///
    /// ```
    /// use npymap_core::DType;
    ///
    /// assert_eq!(DType::from_json(r#""float32""#)?, DType::FLOAT32);
    /// let point = DType::from_json(r#"[["x", "<f4", [2]], [["a title", "y"], "|u1"]]"#)?;
    /// assert_eq!(point.itemsize(), 9);
    /// # Ok::<_, npymap_core::Error>(())
    /// ```
    pub fn from_json(json: &str) -> Result<Self> {
        match descr_from_json(json)? {
            Literal::Str(text) => Self::parse(&text),
            descr => Self::from_descr(&descr),
        }
    }
}

/// The literal that a header has for a descriptor in JSON: see [`DType::from_json`].
///
/// # Errors
///
/// [`DTypeError::Descr`] for text that is neither a string nor an array of what JSON and Python
/// have in common.
///
/// ```
/// use npymap_core::dtype::descr_from_json;
///
/// let descr = descr_from_json(r#"[["x", "<f4", [2]]]"#)?;
/// assert_eq!(descr.to_string(), "[('x', '<f4', (2,))]");
/// # Ok::<_, npymap_core::Error>(())
/// ```
pub fn descr_from_json(json: &str) -> Result<Literal<'_>> {
    match Literal::parse(json, Dialect::Python3) {
        Ok(text @ Literal::Str(_)) => Ok(text),
        Ok(array @ Literal::List(_)) => Ok(descr(array)),
        _ => Err(DTypeError::Descr {
            found: "something else",
            expected: "a descriptor in JSON: a string or nested arrays",
        }
        .into()),
    }
}

/// The descriptor with lists and tuples where a header has them.
fn descr(json: Literal<'_>) -> Literal<'_> {
    match json {
        Literal::List(items) if items.iter().all(is_field) => {
            Literal::List(items.into_iter().map(field).collect())
        }
        // A dtype and what is laid over it: a shape or another dtype.
        Literal::List(items) => Literal::Tuple(items.into_iter().map(descr_or_shape).collect()),
        other => other,
    }
}

/// Whether it is a name, or a title and a name, and one or two items more.
fn is_field(json: &Literal<'_>) -> bool {
    let Literal::List(parts) = json else {
        return false;
    };
    let named = match parts.first() {
        Some(Literal::Str(_)) => true,
        Some(Literal::List(pair)) => matches!(pair.as_slice(), [_, Literal::Str(_)]),
        _ => false,
    };
    named && matches!(parts.len(), 2 | 3)
}

fn field(json: Literal<'_>) -> Literal<'_> {
    let Literal::List(parts) = json else {
        return json;
    };
    let parts = parts.into_iter().enumerate().map(|(i, part)| match part {
        Literal::List(pair) if i == 0 => Literal::Tuple(pair),
        part => descr_or_shape(part),
    });
    Literal::Tuple(parts.collect())
}

fn descr_or_shape(json: Literal<'_>) -> Literal<'_> {
    match json {
        Literal::List(dims) if dims.iter().all(|dim| matches!(dim, Literal::Int(_))) => {
            Literal::Tuple(dims)
        }
        other => descr(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn descriptors_come_back_from_json() {
        for text in [
            "'<f4'",
            "'|V2'",
            "'<M8[25s]'",
            "[]",
            "[('x', '<f4')]",
            "[('x', '<f4'), ('y', '>i2', (2, 3)), ('', '|V3')]",
            "[(('a title', 'x'), '<f4'), ('y', [('z', '|u1'), ('w', '|S3')])]",
            "('<f4', (2, 3))",
            "([('x', '<f4'), ('y', '<f4')], (2,))",
            "('<i4', [('lo', '<u2'), ('hi', '<u2')])",
            "[('x', ('<f4', (2,)), (3,))]",
            "[('x', '<f4', ())]",
            r#"[('\u00e9\u4e2d\n\'\"', '<f4')]"#,
        ] {
            let descr = Literal::parse(text, Dialect::Python3).unwrap();
            let dtype = DType::from_descr(&descr).unwrap();
            assert_eq!(DType::from_json(&descr.to_json()).unwrap(), dtype, "{text}");
        }
    }

    #[test]
    fn strings_are_all_that_numpy_names() {
        for name in [
            "float32",
            "i4",
            ">u2",
            "datetime64[ns]",
            "bfloat16",
            "f4, i4",
        ] {
            let json = Literal::Str(name.into()).to_json();
            assert_eq!(
                DType::from_json(&json).unwrap(),
                DType::parse(name).unwrap()
            );
        }
    }

    #[test]
    fn what_is_no_descriptor_is_refused() {
        for (json, message) in [
            ("", "found something else, expected a descriptor in JSON"),
            (
                "[\"<f4\"",
                "found something else, expected a descriptor in JSON",
            ),
            ("{}", "found something else"),
            ("3", "found something else"),
            (r#"["<f4"]"#, "found a tuple of fewer than 2 items"),
            (r#"[["x"]]"#, "found a tuple of fewer than 2 items"),
            (r#"[[3, "<f4"]]"#, "found a tuple of fewer than 2 items"),
            (r#"[["x", 3]]"#, "found an integer"),
        ] {
            let error = DType::from_json(json).unwrap_err().to_string();
            assert!(error.contains(message), "{json}: {error}");
        }
    }
}
