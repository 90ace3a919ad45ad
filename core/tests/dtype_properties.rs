//! Properties that hold for every dtype and for every text.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::HashSet;

use npymap_core::{
    DType,
    dtype::{ByteOrder, DTypeError, Field, Title},
    error::Excerpt,
    literal::{Dialect, Literal},
};
use proptest::{prelude::*, sample::select, string::string_regex};

/// Plain dtypes by their strings, those without a size included.
fn plain() -> impl Strategy<Value = DType> {
    // A `str` would be read as an expression for every text that it gives.
    let [ints, floats, complex, strings, times] = [
        "[iu][1248]",
        "f(2|4|8|16)",
        "c(8|16|32)",
        "[SUV][0-9]",
        "[Mm]8(\\[[1-9]?(Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\\])?",
    ]
    .map(|expression| string_regex(expression).unwrap());
    let kind = prop_oneof![
        Just("b1".to_owned()),
        ints,
        floats,
        complex,
        strings,
        times,
        Just("O".to_owned()),
    ];
    (select(&["<", ">", "|"][..]), kind)
        .prop_map(|(order, kind)| DType::parse(&format!("{order}{kind}")).unwrap())
}

/// Dtypes that a header can express: packed structures of sub-arrays and structures.
fn dtype() -> impl Strategy<Value = DType> {
    let text = string_regex("\\PC{0,3}").unwrap().boxed();
    plain().prop_recursive(4, 32, 5, move |inner| {
        let shape = prop::collection::vec(0..4_u64, 0..3);
        let field = (inner, shape, any::<bool>());
        let fields = prop::collection::vec((field, 0..3_u32, text.clone()), 0..5);
        fields.prop_map(|fields| {
            let (mut list, mut offset) = (Vec::new(), 0);
            for (i, ((dtype, shape, titled), gap, text)) in fields.into_iter().enumerate() {
                let dtype = if shape.is_empty() || dtype.itemsize() == 0 {
                    dtype
                } else {
                    DType::sub_array(dtype, &shape).unwrap()
                };
                offset += gap;
                let end = offset + u32::try_from(dtype.itemsize()).unwrap();
                list.push(Field {
                    name: format!("{i} {text}").into(),
                    title: titled.then(|| Title::Text(format!("title {i} {text}").into())),
                    dtype,
                    offset,
                });
                offset = end;
            }
            DType::structure_at(list, offset.into()).unwrap()
        })
    })
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,40}") {
        let _ = DType::parse(&text);
        let _ = DType::from_descr(&Literal::Str(text.into()));
    }

    #[test]
    fn no_text_of_the_right_letters_panics(text in "[<>|=biufcSUVMmOad0-9(),\\[\\]/ sn.?-]{0,24}") {
        let _ = DType::parse(&text);
    }

    #[test]
    fn no_literal_panics(text in "[(\\['<f4',2\\])a{}:NoneV|i\" 1-]{0,40}") {
        if let Ok(literal) = Literal::parse(&text, Dialect::Python3) {
            let _ = DType::from_descr(&literal);
        }
    }

    #[test]
    fn plain_dtypes_are_read_as_they_are_printed(dtype in plain()) {
        let text = dtype.type_string();
        prop_assert_eq!(&DType::parse(&text).unwrap(), &dtype);
        // Names of types without a size have none in NumPy either.
        prop_assert_eq!(&DType::parse(&dtype.to_string()).unwrap(), &dtype);
    }

    #[test]
    fn descriptors_lead_back_to_the_dtype(dtype in dtype()) {
        let descr = dtype.descr().unwrap();
        prop_assert_eq!(&DType::from_descr(&descr).unwrap(), &dtype);
        // A header passes through text.
        let text = descr.to_string();
        let parsed = Literal::parse(&text, Dialect::Python3).unwrap();
        prop_assert_eq!(&DType::from_descr(&parsed).unwrap(), &dtype);
    }

    #[test]
    fn packed_structures_are_read_as_they_are_printed(dtype in dtype()) {
        let text = dtype.to_string();
        let is_list = text.starts_with('[') && !text.contains('{') && !text.contains("''");
        prop_assume!(is_list);
        let parsed = Literal::parse(&text, Dialect::Python3).unwrap();
        prop_assert_eq!(DType::from_descr(&parsed).unwrap(), dtype);
    }

    #[test]
    fn no_name_or_title_is_there_twice(
        names in prop::collection::vec((0..800_u32, prop::option::of(0..800_u32)), 0..40),
    ) {
        let key = |n: u32| format!("{}{n}", "x".repeat(n as usize % 3)).into_boxed_str();
        let fields = names.iter().map(|&(name, title)| Field {
            name: key(name),
            title: title.map(|title| Title::Text(key(title))),
            dtype: DType::UINT8,
            offset: 0,
        });
        let mut seen = HashSet::new();
        let duplicate = names
            .iter()
            .flat_map(|&(name, title)| [Some(name), title])
            .flatten()
            .map(key)
            .find(|key| !seen.insert(key.clone()));
        let expected = duplicate.map(|name| DTypeError::Duplicate { name: Excerpt::text(&name) });
        let found = DType::structure_at(fields.collect(), 1).err();
        prop_assert_eq!(found.map(|e| e.kind().clone()), expected.map(Into::into));
    }

    #[test]
    fn byte_orders_are_kept_apart(dtype in dtype()) {
        let big = dtype.with_byte_order(ByteOrder::Big);
        let little = dtype.with_byte_order(ByteOrder::Little);
        prop_assert_eq!(big.itemsize(), dtype.itemsize());
        prop_assert_eq!(&big.with_byte_order(ByteOrder::Little), &little);
        prop_assert_eq!(&dtype.with_byte_order(ByteOrder::None), &dtype);
        prop_assert!(dtype.to_native().is_native());
        prop_assert_eq!(dtype.is_native(), dtype.to_native() == dtype);
    }
}
