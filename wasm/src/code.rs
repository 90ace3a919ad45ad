//! Layouts as opaque texts, so that nothing lives in WebAssembly between two calls.
//!
//! A code is a Python literal, such as `(['<f4'], (3, 4), (16, 4), 0, False)`: how the dtype came
//! about, shape, strides, offset, and whether it is a scalar. The dtype is the descriptor of the
//! header and the steps from there: `'x'` a field, `['a', 'b']` several fields, `('bfloat16',)` a
//! view as another dtype.

use alloc::{borrow::ToOwned, format, vec, vec::Vec};
use core::fmt;

use npymap_core::{
    DType, Layout, Order, Selection,
    dtype::Kind,
    literal::{Dialect, Literal},
    selection::Subscript,
};

use crate::error::{Fault, Result};

/// An array: its layout and where its dtype comes from.
#[derive(Clone, Debug)]
pub(crate) struct Array<'a> {
    /// The descriptor, then the steps.
    dtype: Vec<Literal<'a>>,
    pub(crate) layout: Layout,
    /// Whether NumPy would give an element rather than an array of no dimension.
    pub(crate) is_scalar: bool,
}

impl<'a> Array<'a> {
    /// The array of a header.
    pub(crate) fn new(descr: Literal<'a>, layout: Layout) -> Self {
        Self {
            dtype: vec![descr],
            layout,
            is_scalar: false,
        }
    }

    /// The array of a caller's description, in which strings name more dtypes than in a header.
    pub(crate) fn described(descr: Literal<'a>, layout: Layout) -> Self {
        Self {
            dtype: vec![Literal::from(VOID.to_owned()), Literal::Tuple(vec![descr])],
            layout,
            is_scalar: false,
        }
    }

    /// The array of a code. What does not come from here is refused.
    pub(crate) fn parse(code: &'a str) -> Result<Self> {
        Self::parse_any(code).ok_or_else(|| {
            Fault::new(
                "ERR_HEADER",
                "the array has been tampered with: its code is not valid",
            )
        })
    }

    fn parse_any(code: &'a str) -> Option<Self> {
        let Ok(Literal::Tuple(parts)) = Literal::parse(code, Dialect::Python3) else {
            return None;
        };
        let [dtype, shape, strides, offset, is_scalar] = <[_; 5]>::try_from(parts).ok()?;
        let (Literal::List(dtype), Literal::Bool(is_scalar)) = (dtype, is_scalar) else {
            return None;
        };
        let shape = integers(&shape)?
            .map(|dim| u64::try_from(dim?).ok())
            .collect::<Option<Vec<_>>>()?;
        let strides = integers(&strides)?.collect::<Option<Vec<_>>>()?;
        let Literal::Int(offset) = offset else {
            return None;
        };
        let layout = Layout::from_parts(
            dtype_of(&dtype)?,
            &shape,
            &strides,
            u64::try_from(offset).ok()?,
            u64::MAX,
        );
        Some(Self {
            dtype,
            layout: layout.ok()?,
            is_scalar,
        })
    }

    /// As `a[selection]` in Python.
    pub(crate) fn select(mut self, selection: &'a Selection) -> Result<Self> {
        let subscripts = selection.subscripts();
        let is_index = |s: &Subscript| matches!(s, Subscript::Items(_));
        // A field of a scalar is a scalar.
        let stays = self.is_scalar && !subscripts.iter().any(is_index);
        let is_scalar = selection.is_scalar(&self.layout);
        self.layout = self.layout.select(selection)?;
        self.is_scalar = is_scalar || stays && self.layout.ndim() == 0;
        for subscript in subscripts {
            let name = |name: &'a str| Literal::Str(name.into());
            match subscript {
                Subscript::Field(field) => self.dtype.push(name(field)),
                Subscript::Fields(fields) => {
                    self.dtype.push(Literal::List(
                        fields.iter().map(|field| name(field)).collect(),
                    ));
                }
                _ => {}
            }
        }
        Ok(self)
    }

    /// The same bytes as another dtype.
    pub(crate) fn view(mut self, descr: Literal<'a>) -> Result<Self> {
        let dtype = described(&descr)?;
        // Without a size of its own, it takes that of what is viewed.
        let descr = match dtype.kind() {
            Kind::Void if dtype.itemsize() == 0 => {
                Literal::from(format!("V{}", self.layout.itemsize()))
            }
            _ => descr,
        };
        self.layout = self
            .layout
            .view_dtype(dtype)
            .map_err(|e| Fault::from(e).layout_as("ERR_DTYPE"))?;
        self.dtype.push(Literal::Tuple(vec![descr]));
        Ok(self)
    }

    /// The descriptor of the elements: that of the header where it is still the dtype.
    pub(crate) fn descr(&self) -> Literal<'_> {
        match self.dtype.as_slice() {
            [descr] => descr.clone(),
            _ => {
                let dtype = self.layout.dtype();
                // Some structures made of fields have no descriptor: they overlap.
                dtype
                    .descr()
                    .unwrap_or_else(|_| Literal::from(dtype.type_string()))
            }
        }
    }

    /// The same array, of a part of whose elements another layout is.
    pub(crate) fn with_layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }
}

/// The dtype of a caller's description.
pub(crate) fn described(descr: &Literal<'_>) -> Result<DType> {
    Ok(match descr {
        Literal::Str(name) => DType::parse(name)?,
        descr => DType::from_descr(descr)?,
    })
}

/// Where the steps to a described dtype begin.
const VOID: &str = "|V0";

impl fmt::Display for Array<'_> {
    /// The code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layout = &self.layout;
        Literal::Tuple(vec![
            Literal::List(self.dtype.clone()),
            Literal::tuple_of(layout.shape()),
            Literal::tuple_of(layout.strides()),
            Literal::Int(i64::try_from(layout.offset()).unwrap_or(i64::MAX)),
            Literal::Bool(self.is_scalar),
        ])
        .fmt(f)
    }
}

fn integers<'l>(literal: &'l Literal<'_>) -> Option<impl Iterator<Item = Option<i64>> + use<'l>> {
    let Literal::Tuple(items) = literal else {
        return None;
    };
    Some(items.iter().map(|item| match item {
        Literal::Int(n) => Some(*n),
        _ => None,
    }))
}

/// The dtype at the end of the steps, without the dimensions of sub-arrays.
fn dtype_of(steps: &[Literal<'_>]) -> Option<DType> {
    let (descr, steps) = steps.split_first()?;
    let mut dtype = element(&DType::from_descr(descr).ok()?);
    for step in steps {
        let one = || Layout::new(dtype.clone(), &[], Order::C).ok();
        dtype = match step {
            Literal::Str(name) => one()?.field(name).ok()?.dtype().clone(),
            Literal::List(names) => {
                let names: Option<Vec<_>> = names
                    .iter()
                    .map(|name| match name {
                        Literal::Str(name) => Some(name),
                        _ => None,
                    })
                    .collect();
                one()?.fields(&names?).ok()?.dtype().clone()
            }
            Literal::Tuple(view) => match view.as_slice() {
                [descr] => element(&described(descr).ok()?),
                _ => return None,
            },
            _ => return None,
        };
    }
    Some(dtype)
}

/// What a sub-array is made of.
fn element(dtype: &DType) -> DType {
    let mut element = dtype;
    while let Kind::SubArray(sub) = element.kind() {
        element = &sub.element;
    }
    element.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn array<'a>(descr: &'a str, shape: &[u64]) -> Array<'a> {
        let descr = Literal::parse(descr, Dialect::Python3).unwrap();
        let dtype = DType::from_descr(&descr).unwrap();
        Array::new(descr, Layout::new(dtype, shape, Order::C).unwrap())
    }

    #[track_caller]
    fn check(array: &Array<'_>, code: &str) {
        assert_eq!(array.to_string(), code);
        let parsed = Array::parse(code).unwrap();
        assert_eq!(parsed.layout, array.layout);
        assert_eq!(parsed.is_scalar, array.is_scalar);
        assert_eq!(parsed.descr(), array.descr());
        assert_eq!(parsed.to_string(), code);
    }

    #[test]
    fn layouts_come_back_from_their_codes() {
        let plain = array("'<f4'", &[3, 4]);
        check(&plain, "(['<f4'], (3, 4), (16, 4), 0, False)");
        let selection = Selection::parse("::-1, 1").unwrap();
        check(
            &plain.clone().select(&selection).unwrap(),
            "(['<f4'], (3,), (-16,), 36, False)",
        );
        let selection = Selection::parse("1, 1").unwrap();
        check(
            &plain.clone().select(&selection).unwrap(),
            "(['<f4'], (), (), 20, True)",
        );

        let bytes = plain.clone().view(Literal::Str("uint8".into())).unwrap();
        check(&bytes, "(['<f4', ('uint8',)], (3, 16), (16, 1), 0, False)");
        let void = plain.view(Literal::Str("V".into())).unwrap();
        check(&void, "(['<f4', ('V4',)], (3, 4), (16, 4), 0, False)");

        let fields =
            "[('x', '<f4', (2,)), ('y', [('z', '>i2'), ('w', '|V3')]), (('t', 'q'), '|u1')]";
        let fields = array(fields, &[5]);
        for (selection, shape, itemsize) in [
            ("['x']", vec![5, 2], 4),
            ("[::2]['y']['z']", vec![3], 2),
            ("[['y', 'q']]['q']", vec![5], 1),
            ("['t']", vec![5], 1),
            ("[['q', 'x']]", vec![5], 14),
            ("[3]['y']", vec![], 5),
        ] {
            let selection = Selection::parse(selection).unwrap();
            let part = fields.clone().select(&selection).unwrap();
            assert_eq!(part.layout.shape(), shape);
            assert_eq!(part.layout.itemsize(), itemsize);
            check(&part, &part.to_string());
        }

        check(
            &array("('<i2', (2, 3))", &[4]),
            "([('<i2', (2, 3))], (4, 2, 3), (12, 6, 2), 0, False)",
        );
        check(&array("'<f1'", &[4]), "(['<f1'], (4,), (1,), 0, False)");
    }

    #[test]
    fn a_field_of_a_scalar_is_one() {
        let fields = array("[('x', '<f4'), ('y', '<f4', (2,))]", &[5]);
        for (first, second, is_scalar) in [
            ("3", "['x']", true),
            ("3", "['y']", false),
            ("3, ...", "['x']", false),
            ("3", "[['x']]", true),
            ("3", "[...]", false),
            ("3", "[()]", true),
        ] {
            let [first, second] = [first, second].map(|text| Selection::parse(text).unwrap());
            let part = fields
                .clone()
                .select(&first)
                .unwrap()
                .select(&second)
                .unwrap();
            assert_eq!(part.is_scalar, is_scalar, "{first} {second}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for code in [
            "",
            "(['<f4'], (3, 4), (16, 4), 0)",
            "(['<f4'], (3, 4), (16, 4, 1), 0, False)",
            "(['<f4'], (-3, 4), (16, 4), 0, False)",
            "(['<f4'], (3, 4), (-16, 4), 0, False)",
            "(['<f4'], (3, 4), (16, 4), -1, False)",
            "(['<f4'], (9223372036854775807, 4), (16, 4), 0, False)",
            "(['<f4'], [3, 4], (16, 4), 0, False)",
            "(['<f4', 'x'], (3, 4), (16, 4), 0, False)",
            "(['<f4', ()], (3, 4), (16, 4), 0, False)",
            "(['<f4', 3], (3, 4), (16, 4), 0, False)",
            "(['<f3'], (3, 4), (16, 4), 0, False)",
            "([], (3, 4), (16, 4), 0, False)",
        ] {
            assert!(Array::parse(code).is_err(), "{code}");
        }
    }
}
