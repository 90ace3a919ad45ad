//! Views of up to 8 dimensions need no heap.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    alloc::{GlobalAlloc, Layout as Memory, System},
    cell::Cell,
    hint::black_box,
};

use npymap_core::{
    DType, Layout, Order, Selection,
    dtype::{ByteOrder, Kind},
    layout::Reshaped,
    selection::{Item, Slice},
};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, counting what each thread asks of it.
struct Counting;

// SAFETY: every call goes to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, memory: Memory) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's duties are the same.
        unsafe { System.alloc(memory) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, memory: Memory) {
        // SAFETY: the caller's duties are the same.
        unsafe { System.dealloc(pointer, memory) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations<T>(run: impl FnOnce() -> T) -> u64 {
    let before = ALLOCATIONS.get();
    black_box(run());
    ALLOCATIONS.get() - before
}

#[test]
fn views_of_up_to_8_dimensions_stay_off_the_heap() {
    let complex = DType::fixed(Kind::Complex64, ByteOrder::Little).unwrap();
    let point = DType::structure([("x", DType::FLOAT64), ("y", DType::UINT8)]).unwrap();
    let structured = Layout::new(point, &[2; 8], Order::C).unwrap();
    let array = Layout::new(complex, &[2, 3, 1, 4, 2, 3, 1], Order::F).unwrap();
    let items = [
        Item::Index(-1),
        Item::Slice(Slice::from(1..).with_step(-1)),
        Item::Ellipsis,
        Item::NewAxis,
    ];
    let selection = Selection::parse("['x'][0, ..., ::2]").unwrap();
    let window = [1; 7];
    let shape = [2, 2, 3, 1, 4, 2, 3, 1];
    assert_eq!(allocations(|| Box::new(1)), 1);
    assert_eq!(allocations(|| array.clone()), 0);
    assert_eq!(allocations(|| structured.clone()), 0);
    assert_eq!(allocations(|| array.slice(&items).unwrap()), 0);
    assert_eq!(allocations(|| structured.select(&selection).unwrap()), 0);
    assert_eq!(allocations(|| structured.field("y").unwrap()), 0);
    assert_eq!(allocations(|| array.index_axis(1, 2).unwrap()), 0);
    assert_eq!(allocations(|| array.split_at(1, 2).unwrap()), 0);
    assert_eq!(allocations(|| array.transpose()), 0);
    assert_eq!(
        allocations(|| array.permute(&[6, 5, 4, 3, 2, 1, 0]).unwrap()),
        0
    );
    assert_eq!(allocations(|| array.swap_axes(0, -1).unwrap()), 0);
    assert_eq!(allocations(|| array.squeeze(None).unwrap()), 0);
    assert_eq!(allocations(|| array.expand_dims(&[3]).unwrap()), 0);
    assert_eq!(allocations(|| array.flip(None).unwrap()), 0);
    assert_eq!(allocations(|| array.diagonal(0, 0, 1).unwrap()), 0);
    assert_eq!(allocations(|| array.broadcast_to(&shape).unwrap()), 0);
    assert_eq!(allocations(|| array.imag().unwrap()), 0);
    assert_eq!(allocations(|| array.view_dtype(DType::UINT8).unwrap()), 0);
    assert_eq!(allocations(|| array.unravel(17).unwrap()), 0);
    assert_eq!(allocations(|| array.has_overlap()), 0);
    let reshaped = |shape: &[i64]| match array.reshape(shape, Order::F) {
        Ok(Reshaped::View(view)) => view,
        other => panic!("{other:?}"),
    };
    assert_eq!(allocations(|| reshaped(&[6, 4, 6])), 0);
    // Beyond 8 dimensions there is one allocation for the shape and one for the strides.
    assert!(allocations(|| array.sliding_window_view(&window, None).unwrap()) > 0);
}
