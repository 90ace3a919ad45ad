"""Makes assign.json: what NumPy's `a[...] = b` leaves in the memory of `a`.

Every case has the layouts of `a` and `b` within buffers whose bytes `before` makes, and all bytes
of the buffer of `a` afterwards, or the text of the exception. In cases of kind `within` both are
views of the same buffer.
    python make_assign.py [--out DIR]
"""

import random

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from common import Output

rng = random.Random(21)


def structure(names, formats, offsets, itemsize):
    return {"names": names.split(), "formats": formats, "offsets": offsets, "itemsize": itemsize}


def family(*descrs):
    return [np.dtype(descr) for descr in descrs]


PADDED = structure("x y", ["<i2", "<f4"], [1, 4], 10)
SWAPPED = structure("x y", [">i2", ">f4"], [1, 4], 10)
# Dtypes whose values are assigned to one another as they are.
FAMILIES = [
    family("u1"),
    family("?"),
    family("S3"),
    family("V5"),
    family("<i2", ">i2"),
    family("<f4", ">f4"),
    family("<f4", ">f4"),
    family("<M8[s]", ">M8[s]"),
    family("<c8", ">c8"),
    family("<c16", ">c16"),
    family("<U2", ">U2"),
    family("<f16", ">f16"),
    family(
        PADDED,
        SWAPPED,
        [("x", "<i2"), ("y", ">f4")],
        [("other", "<i2"), ("names", "<f4")],
        structure("x y", ["<i2", "<f4"], [6, 1], 9),
    ),
    family([("a", PADDED), ("b", "u1")], [("a", SWAPPED), ("b", "u1")]),
    family([("a", PADDED, (2,)), ("b", "?")], [("a", SWAPPED, (2,)), ("b", "?")]),
    family([("a", "<i2", (2, 2)), ("b", "S1")], [("a", ">i2", (2, 2)), ("b", "S1")]),
    # Fields that overlap.
    family(
        structure("x y", ["<i4", "<i2"], [0, 2], 6),
        structure("x y", [">i4", "<i2"], [0, 2], 6),
        structure("x y", [">i4", ">i2"], [1, 0], 5),
    ),
    # Fields that overlay a number, alone and in a structure.
    family(
        "<i4",
        ("<i4", [("lo", "<i2"), ("hi", "<i2")]),
        (">i4", [("lo", "<i2"), ("hi", "<i2")]),
    ),
    family(
        [("a", ("<i4", [("lo", "<i2"), ("hi", "<i2")])), ("b", "u1")],
        [("a", (">i4", [("hi", ">i2"), ("lo", ">i2")])), ("b", "u1")],
    ),
    # Nothing but padding.
    family(structure("", [], [], 4)),
]
# Those that occurred; cases refer to them by their index.
DTYPES = []
SHAPES = [(), (1,), (7,), (3, 4), (4, 1), (2, 3, 4), (3, 0), (2, 1, 3), (5, 9), (20,)]
SLICES = [slice(None)] * 3 + [slice(None, None, -1), slice(None, None, 2), slice(1, None), slice(-1)]


def describe_dtype(dtype):
    """The string of a plain dtype, and what a structure or a sub-array is made of."""
    if dtype.subdtype is not None:
        element, shape = dtype.subdtype
        return {"element": describe_dtype(element), "shape": shape}
    if dtype.names is None:
        return dtype.str
    fields = [(name, *dtype.fields[name][:2]) for name in dtype.names]
    if dtype.kind != "V":
        # An overlay, of which all fields are plain.
        return {"descr": repr((dtype.str, [(name, field.str) for name, field, _ in fields]))}
    fields = [[name, describe_dtype(field), offset] for name, field, offset in fields]
    return {"fields": fields, "itemsize": dtype.itemsize}


def describe(array, buffer):
    offset = array.__array_interface__["data"][0] - buffer.__array_interface__["data"][0]
    place = {"strides": array.strides, "offset": offset} if array.size else {}
    dtype = describe_dtype(array.dtype)
    if dtype not in DTYPES:
        DTYPES.append(dtype)
    return {"dtype": DTYPES.index(dtype), "shape": array.shape, **place}


def before(size, factor):
    """Bytes that differ from their neighbours."""
    return (np.arange(size) * factor % 251).astype("u1")


def base(shape, dtype):
    """An array somewhere in a buffer of its own."""
    start = rng.randrange(4)
    size = int(np.prod(shape)) * dtype.itemsize + start + rng.randrange(3)
    return size, start


def view(array):
    """A view of some elements."""
    for _ in range(rng.randrange(3)):
        axes = list(range(array.ndim))
        rng.shuffle(axes)
        array = array.transpose(axes)
        slices = [rng.choice(SLICES) for _ in axes]
        array = array[(*slices, ...)]
    return array


def sources_shape(shape):
    """A shape that can be broadcast to another one, most often."""
    shape = [1 if rng.random() < 0.2 else dim for dim in shape]
    if rng.random() < 0.2:
        shape = shape[rng.randrange(len(shape) + 1) :]
    if rng.random() < 0.15:
        shape = [1] * rng.randrange(1, 3) + shape
    if rng.random() < 0.1 and shape:
        shape[rng.randrange(len(shape))] = rng.choice([0, 2, 5])
    return tuple(shape)


def assign():
    dtypes = rng.choice(FAMILIES)
    dtype = rng.choice(dtypes)
    shape = rng.choice(SHAPES)
    size, start = base(shape, dtype)
    target = before(size, 37)
    a = view(np.ndarray(shape, dtype, target.data, start, order=rng.choice("CF")))
    dtype = rng.choice(dtypes)
    shape = sources_shape(a.shape)
    axes = list(range(len(shape)))
    rng.shuffle(axes)
    steps = [rng.choice([1, 1, 1, 2, -1]) for _ in axes]
    whole = [shape[axis] * abs(steps[axis]) for axis in axes]
    size, start = base(whole, dtype)
    source = before(size, 53)
    b = np.ndarray(whole, dtype, source.data, start).transpose(np.argsort(axes))
    b = b[(*(slice(None, None, step) for step in steps), ...)]
    return a, target, b, source


def fill():
    a, target, b, source = assign()
    return a, target, b[(*(0 for dim in b.shape if b.size), ...)], source


def within():
    dtypes = [d for d in rng.choice(FAMILIES)]
    dtypes = [d for d in dtypes if d.itemsize == dtypes[0].itemsize]
    shape = rng.choice([(20,), (7,), (5, 9), (4, 5), (4, 4), (3, 3, 3)])
    size, start = base(shape, dtypes[0])
    target = before(size, 37)
    whole = [np.ndarray(shape, rng.choice(dtypes), target.data, start) for _ in range(2)]
    # Two ranges of the same length along each axis, or the same one.
    steps = [[], []]
    for dim in shape:
        length = rng.randrange(1, dim + 1)
        step = rng.choice([1, 1, 2]) if length * 2 <= dim else 1
        for slices in steps:
            first = rng.randrange(dim - (length - 1) * step)
            slices.append(slice(first, first + (length - 1) * step + 1, step))
    a, b = (array[tuple(slices)] for array, slices in zip(whole, steps))
    kind = rng.randrange(6)
    if kind == 0:
        a, b = a[::-1], b[::-1]
    elif kind == 1:
        b = b[::-1]
    elif kind == 2 and a.ndim > 1 and a.shape == a.shape[::-1]:
        b = b.T
    elif kind == 3:
        b = b[:1]
    elif kind == 4:
        a, b = a.T, b.T
    return a, target, b, target


def read_only():
    a, target, b, source = assign()
    while a.ndim == 0 or a.size < 2:
        a, target, b, source = assign()
    if rng.random() < 0.5:
        a = np.broadcast_to(a, (rng.randrange(2, 4), *a.shape))
    else:
        axis = max(range(a.ndim), key=lambda axis: a.shape[axis])
        a = sliding_window_view(a, 2, axis)
        if a.shape[axis] == 1:
            return read_only()
    return a, target, b, source


KINDS = {assign: 350, fill: 40, within: 200, read_only: 20}


def main():
    output = Output(__doc__)
    cases = []
    for make, count in KINDS.items():
        for _ in range(count):
            a, target, b, source = make()
            case = {"kind": make.__name__, "to": describe(a, target), "from": describe(b, source)}
            case["sizes"] = [target.size, source.size]
            held = target.copy()
            try:
                a[...] = b
            except ValueError as e:
                case["error"] = str(e)
            else:
                found = target.copy()
                target[:] = held
                a[...] = b.copy()
                case["bytes"] = target.tobytes().hex()
                # NumPy 2.4 swaps `a[...] = a[:1]` of one dimension in place, and so the first
                # element twice; everywhere else it does as if it had copied the source.
                repeated = make is within and b.ndim == b.size == 1
                assert repeated or (found == target).all(), case
            cases.append(case)
    output.json("assign.json", {"numpy": np.__version__}, dtypes=DTYPES, cases=cases)


if __name__ == "__main__":
    main()
