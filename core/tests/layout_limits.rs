//! The limits of layouts, and errors that come from beyond them.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use npymap_core::{
    DType, Layout, Order, Result, Selection,
    dtype::{Field, Title},
    selection::Item,
};

fn text<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

fn bytes(shape: &[u64], strides: &[i64], offset: u64, data_len: u64) -> Result<Layout> {
    Layout::from_parts(DType::void(4), shape, strides, offset, data_len)
}

#[test]
fn parts_must_lie_in_the_data() {
    let outside = |result| {
        let text = text(result);
        let start = "strides is incompatible with shape of requested array and size of buffer: ";
        text.strip_prefix(start).unwrap().to_owned()
    };
    assert!(bytes(&[3, 2], &[8, 4], 0, 24).is_ok());
    assert_eq!(
        outside(bytes(&[3, 2], &[8, 4], 0, 23)),
        "the elements lie at bytes 0..24 of 23"
    );
    assert!(bytes(&[3, 2], &[-8, 4], 16, 24).is_ok());
    assert_eq!(
        outside(bytes(&[3, 2], &[-8, 4], 15, 24)),
        "the elements lie at bytes -1..23 of 24"
    );
    // Length 1 makes a stride meaningless, and so does an array without elements.
    assert!(bytes(&[1, 2], &[i64::MIN, 4], 16, 24).is_ok());
    assert!(bytes(&[0, 9], &[i64::MIN, i64::MAX], 24, 24).is_ok());
    assert_eq!(
        outside(bytes(&[0, 9], &[8, 4], 25, 24)),
        "the elements lie at bytes 25..25 of 24"
    );
    assert_eq!(
        outside(bytes(
            &[1 << 40, 1 << 20],
            &[i64::MAX, i64::MIN],
            0,
            u64::MAX
        )),
        format!(
            "the elements lie at bytes {}..{} of {}",
            i128::from(i64::MIN) * ((1 << 20) - 1),
            i128::from(i64::MAX) * ((1 << 40) - 1) + 4,
            u64::MAX
        )
    );
    // Distances must fit into strides, so only 63 bits of an address space count.
    let half = 1 << 62;
    assert!(bytes(&[2], &[half], half as u64 - 5, u64::MAX).is_ok());
    assert!(bytes(&[3], &[half], 0, u64::MAX).is_err());
    assert_eq!(
        text(bytes(&[3, 2], &[8], 0, 24)),
        "strides, if given, must be the same length as shape: expected 2, found 1"
    );
}

#[test]
fn parts_take_sub_arrays_apart() {
    let dtype = DType::sub_array(DType::FLOAT32, &[2, 3]).unwrap();
    let layout = Layout::from_parts(dtype.clone(), &[5], &[100], 7, 431).unwrap();
    assert_eq!(layout.shape(), [5, 2, 3]);
    assert_eq!(layout.strides(), [100, 12, 4]);
    assert!(Layout::from_parts(dtype, &[5], &[100], 7, 430).is_err());
}

#[test]
fn elements_can_be_counted() {
    let new = |itemsize, shape: &[u64]| Layout::new(DType::void(itemsize), shape, Order::C);
    let too_big = "array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum \
                   possible size.";
    let max = i64::MAX as u64;
    for (itemsize, shape, fits) in [
        (8, &[max / 8][..], true),
        (8, &[max / 8 + 1], false),
        (8, &[0, max / 8], true),
        (8, &[0, max / 8 + 1], false),
        (8, &[1 << 30, 0, 1 << 29], true),
        (8, &[1 << 30, 0, 1 << 29, 1], true),
        (8, &[1 << 30, 0, 1 << 29, 2], false),
        // NumPy lets the number of elements wrap around where they have no bytes.
        (0, &[max], true),
        (0, &[max + 1], false),
        (0, &[1 << 62, 2], false),
        (0, &[1 << 62, 2, 0], false),
        (0, &[1 << 31, 1 << 31], true),
        (1, &[u64::MAX, u64::MAX, 0], false),
    ] {
        match new(itemsize, shape) {
            Ok(layout) => {
                assert!(fits, "{itemsize} {shape:?}");
                let size = if shape.contains(&0) {
                    0
                } else {
                    shape.iter().product()
                };
                assert_eq!(layout.size(), size);
                assert_eq!(layout.nbytes(), size * u64::from(itemsize));
                assert!(layout.byte_span().end <= layout.nbytes());
                assert!(layout.is_contiguous(Order::C));
            }
            Err(e) => {
                assert!(!fits, "{itemsize} {shape:?}");
                assert_eq!(e.to_string(), too_big);
            }
        }
    }
    assert!(new(1, &[1; 64]).is_ok());
    assert_eq!(
        text(new(1, &[1; 65])),
        "maximum supported dimension for an ndarray is currently 64, found 65"
    );
}

#[test]
fn elements_without_bytes_take_no_time() {
    let layout = Layout::new(DType::void(0), &[1 << 31, 1 << 31], Order::F).unwrap();
    assert_eq!(layout.byte_span(), 0..0);
    let view = layout
        .select(&Selection::parse("[::-1, 5:]").unwrap())
        .unwrap();
    assert_eq!(view.shape(), [1 << 31, (1 << 31) - 5]);
    assert_eq!(view.byte_span(), 0..0);
    // A plane of these is more than 64 bits of elements.
    assert!(layout.broadcast_to(&[4, 1 << 31, 1 << 31]).is_err());
    assert!(
        layout
            .sliding_window_view(&[1 << 30, 1 << 30], None)
            .is_err()
    );
}

#[test]
fn counts_of_items_and_dimensions_have_limits() {
    let array = Layout::new(DType::UINT8, &[10], Order::C).unwrap();
    let full = Layout::new(DType::UINT8, &[1; 64], Order::C).unwrap();
    let new = |n| vec![Item::NewAxis; n];
    let zeros = |n| vec![Item::Index(0); n];
    let result =
        |n| format!("number of dimensions must be within [0, 64], indexing result would have {n}");
    let too_many = |ndim, n| {
        format!("too many indices for array: array is {ndim}-dimensional, but {n} were indexed")
    };
    assert!(array.slice(&new(63)).is_ok());
    assert_eq!(text(array.slice(&new(64))), result(65));
    assert_eq!(text(array.slice(&new(128))), result(129));
    assert_eq!(text(array.slice(&new(129))), "too many indices for array");
    assert_eq!(text(array.slice(&zeros(129))), "too many indices for array");
    assert_eq!(
        text(array.slice(&[new(65), zeros(2)].concat())),
        too_many(1, 2)
    );
    assert_eq!(
        text(array.slice(&[new(65), vec![Item::Index(100)]].concat())),
        result(65)
    );
    assert_eq!(text(full.slice(&new(1))), result(65));
    assert_eq!(full.slice(&zeros(64)).unwrap().ndim(), 0);
    assert_eq!(text(full.slice(&zeros(65))), too_many(64, 65));
    assert_eq!(
        text(array.slice(&[Item::Ellipsis, Item::Ellipsis, 0.into(), 0.into()])),
        "an index can only have a single ellipsis ('...')"
    );
    assert_eq!(
        text(full.sliding_window_view(&[1], Some(&[0]))),
        "number of dimensions must be within [0, 64], got 65"
    );
    assert_eq!(
        text(full.expand_dims(&[0])),
        "maximum supported dimension for an ndarray is currently 64, found 65"
    );
    let deep = DType::sub_array(DType::UINT8, &[1; 64]).unwrap();
    let deep = DType::structure([("a", deep)]).unwrap();
    let deep = Layout::new(deep, &[3], Order::C).unwrap();
    assert_eq!(
        text(deep.field("a")),
        "maximum supported dimension for an ndarray is currently 64, found 65"
    );
}

#[test]
fn axes_and_ranges_are_checked() {
    let array = Layout::new(DType::UINT8, &[10, 3], Order::C).unwrap();
    let axis = "axis 2 is out of bounds for array of dimension 2";
    assert_eq!(text(array.narrow(2, 0..1)), axis);
    assert_eq!(text(array.index_axis(2, 0)), axis);
    assert_eq!(text(array.split_at(2, 0)), axis);
    let index = |i| format!("index {i} is out of bounds for axis 1 with size 3");
    assert_eq!(text(array.index_axis(1, 3)), index(3));
    assert_eq!(text(array.split_at(1, 4)), index(3));
    #[expect(clippy::reversed_empty_ranges, reason = "it must be refused")]
    let reversed = array.narrow(1, 2..1);
    assert_eq!(text(reversed), index(2));
    assert_eq!(text(array.narrow(1, 0..u64::MAX)), index(i64::MAX));
    assert_eq!(array.narrow(1, 3..3).unwrap().shape(), [10, 0]);
    assert_eq!(array.byte_offset(&[9, 2]), Some(29));
    assert_eq!(array.byte_offset(&[9, 3]), None);
    assert_eq!(array.byte_offset(&[9]), None);
}

/// `[(('Title', 'x'), '<f8'), ('y', '|u1', (2,))]`
fn structured(shape: &[u64]) -> Layout {
    let field = |name: &str, title, dtype, offset| Field {
        name: name.into(),
        title,
        dtype,
        offset,
    };
    let title = Some(Title::Text("Title".into()));
    let pair = DType::sub_array(DType::UINT8, &[2]).unwrap();
    let fields = vec![
        field("x", title, DType::FLOAT64, 0),
        field("y", None, pair, 8),
    ];
    Layout::new(DType::structure_at(fields, 10).unwrap(), shape, Order::C).unwrap()
}

#[test]
fn fields_are_checked() {
    let array = structured(&[4]);
    let basic = "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and \
                 integer or boolean arrays are valid indices";
    let long = "n".repeat(100);
    assert_eq!(text(array.field("zz")), "no field of name zz");
    assert_eq!(text(array.field("a\nb")), "no field of name a\\nb");
    assert_eq!(
        text(array.field(&long)),
        format!("no field of name {}...", "n".repeat(40))
    );
    assert_eq!(text(array.fields(&["x", "zz"])), "no field of name zz");
    assert_eq!(
        text(array.fields(&["x", "x"])),
        "duplicate field of name 'x'"
    );
    assert_eq!(
        text(array.fields(&["Title"])),
        "cannot use field titles in multi-field index"
    );
    let x = array.field("x").unwrap();
    assert_eq!(array.field("Title").unwrap(), x);
    assert_eq!(text(x.field("x")), basic);
    assert_eq!(text(x.fields(&["x"])), basic);
}

#[test]
fn scalars_are_numpys() {
    let (none, one) = (structured(&[]), structured(&[4]));
    for (array, selection, scalar) in [
        (&none, "", false),
        (&none, "[()]", true),
        (&none, "[...]", false),
        (&none, "['x']", false),
        (&none, "['x'][()]", true),
        (&none, "[()]['x']", true),
        (&none, "[()]['y']", false),
        (&none, "[()][['x']]", true),
        (&none, "[()][...]", false),
        (&none, "[None]", false),
        (&none, "[None][0]", true),
        (&one, "", false),
        (&one, "[0]", true),
        (&one, "[0, ...]", false),
        (&one, "[0][()]", true),
        (&one, "[:1]", false),
        (&one, "[0]['x']", true),
        (&one, "['x'][0]", true),
        (&one, "['y'][0]", false),
        (&one, "['y'][0, 1]", true),
        (&one, "[0]['y'][1]", true),
        (&one, "[4]", false),
    ] {
        let selection = Selection::parse(selection).unwrap();
        assert_eq!(
            selection.is_scalar(array),
            scalar,
            "{selection} of {:?}",
            array.shape()
        );
    }
}
