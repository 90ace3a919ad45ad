"""Makes views.json: what NumPy's view-making functions return for arrays of many kinds.

Every case has the layout of a base array within a buffer, an operation with its arguments, and the
layout of the result or the text of the exception.
    python make_views.py [--out DIR]
"""

import json
import random

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from common import Output

rng = random.Random(20)

BUFFER = np.zeros(1 << 16, "u1")
BUFFER_START = BUFFER.__array_interface__["data"][0]

STRUCT = [("x", "<i4"), (("Title", "y"), "<f8", (2, 3)), ("z", "S3")]
STRUCT += [("p", [("q", "<c8"), ("r", "u1")])]
DTYPES = ["<i4", "<c8", "<c16", ">c8", "S5", "V12", "V0", STRUCT]
SHAPES = [(), (1,), (7,), (24,), (2, 3), (3, 1), (6, 4), (2, 3, 4)]
SHAPES += [(1, 5, 1), (2, 0, 3), (0,), (2, 3, 1, 4)]
VIEW_DTYPES = "i1 <i2 <i4 <f4 <i8 <c8 <c16 S3 S5 S0 V0 V6 V12 V24 (2,)<i2 (2,)<i4 O".split()
VIEW_DTYPES += [[("a", "<i2"), ("b", "<i2")], [("a", "<i4"), ("b", "<f8")]]
# Mostly the whole axis, so that something is left after a few of them.
SLICES = [slice(None)] * 3 + [slice(None, None, -1), slice(None, None, 2), slice(1, None), slice(1)]
BOUNDS = [None, None, *range(-4, 5), 2**63 - 1, -(2**63), 2**70, -(2**70)]
FIELDS = ["['x']", "['y']", "['Title']", "['z']", "['p']['q']", "[['z', 'x']]", "[['p', 'y']]", "['w']"]
COUNTS = {"transpose": 20, "real": 30, "imag": 30}
COUNTS |= {"select": 300, "view_dtype": 300, "broadcast_to": 150, "reshape": 150}


def describe_dtype(dtype):
    """A descriptor, or a list of fields where there is none."""
    if dtype.names is None:
        return {"str": dtype.str, "itemsize": dtype.itemsize}
    fields = [[name, dtype.fields[name][1], dtype.fields[name][0].itemsize] for name in dtype.names]
    return {"fields": fields, "itemsize": dtype.itemsize}


def describe(array):
    offset = array.__array_interface__["data"][0] - BUFFER_START
    # The strides and the place of what has no elements are of no account.
    place = {} if array.size == 0 else {"strides": array.strides, "offset": offset}
    return {"dtype": describe_dtype(array.dtype), "shape": array.shape, **place}


def base_array():
    """An array of random strides within the buffer."""
    descr = rng.choice(DTYPES)
    dtype = np.dtype(descr)
    start = rng.randrange(1 << 10)
    array = np.ndarray(rng.choice(SHAPES), dtype, BUFFER.data, start, order=rng.choice("CF"))
    for _ in range(rng.randrange(3)):
        axes = list(range(array.ndim))
        rng.shuffle(axes)
        array = array.transpose(axes)
        slices = [rng.choice(SLICES) for _ in axes]
        array = array[(*slices, ...)]
    return descr, array


def random_axes(ndim, count):
    """Axes that are mostly right."""
    axes = list(range(ndim))
    rng.shuffle(axes)
    axes = axes[:count]
    axes = [axis - ndim if rng.random() < 0.3 else axis for axis in axes]
    if rng.random() < 0.15 and axes:
        axes[rng.randrange(len(axes))] = rng.randrange(-ndim - 2, ndim + 2)
    if rng.random() < 0.1:
        axes.append(rng.randrange(-ndim, ndim + 1))
    return axes


def random_items(ndim):
    items = []
    for _ in range(rng.randrange(ndim + 2)):
        bounds = ["" if bound is None else str(bound) for bound in rng.choices(BOUNDS, k=3)]
        index = str(rng.randrange(-3, 3))
        items.append(rng.choice([index, ":".join(bounds[:2]), ":".join(bounds), "None", "..."]))
    return "[" + ", ".join(items or ["()"]) + "]"


def transpose(a):
    return {}, lambda: a.T


def permute(a):
    axes = random_axes(a.ndim, a.ndim)
    # An empty tuple is a permutation; None is not what is meant by it.
    return {"axes": axes}, lambda: a.transpose(tuple(axes)) if axes or a.ndim else a[...]


def swap_axes(a):
    axes = [rng.randrange(-a.ndim - 1, a.ndim + 1) for _ in range(2)]
    return {"axes": axes}, lambda: a.swapaxes(*axes)


def squeeze(a):
    axes = [i for i in range(a.ndim) if a.shape[i] == 1 and rng.random() < 0.7]
    if rng.random() < 0.3:
        axes = None
    if axes is not None and rng.random() < 0.3:
        axes += random_axes(a.ndim, 1)
    return {"axes": axes}, lambda: a.squeeze() if axes is None else a.squeeze(tuple(axes))


def expand_dims(a):
    count = rng.randrange(4)
    axes = random_axes(a.ndim + count, count)
    return {"axes": axes}, lambda: np.expand_dims(a, tuple(axes))


def flip(a):
    axes = None if rng.random() < 0.3 else random_axes(a.ndim, rng.randrange(a.ndim + 1))
    # Without dimensions the result is a scalar.
    return {"axes": axes}, lambda: np.flip(a, axes and tuple(axes)) if a.ndim or axes else a[...]


def diagonal(a):
    args = [rng.randrange(-4, 5), *(rng.randrange(-a.ndim - 1, a.ndim + 1) for _ in range(2))]
    if rng.random() < 0.5:
        args[1:] = [0, 1]
    return {"args": args}, lambda: a.diagonal(*args)


def broadcast_to(a):
    shape = [rng.choice([2, 3, 0, 1]) if d == 1 else d for d in a.shape]
    shape = [rng.choice([0, 1, 2, 3, 5]) for _ in range(rng.randrange(3))] + shape
    if rng.random() < 0.3 and shape:
        shape[rng.randrange(len(shape))] = rng.choice([0, 1, 2, 7, 2**31, 2**62, 2**63 - 1])
    if rng.random() < 0.1:
        shape = shape[1:]
    if rng.random() < 0.05:
        shape = [1] * (65 - len(shape)) + shape
    return {"shape": shape}, lambda: np.broadcast_to(a, shape)


def broadcast_into(a):
    # The same arrays and shapes will do: what matters is which of them fit.
    args, _ = broadcast_to(a)
    shape = [min(dim, 9) for dim in args["shape"]][-64:]
    ones = rng.randrange(3) if rng.random() < 0.5 else 0
    source = a.reshape((1,) * ones + a.shape) if a.ndim + ones <= 64 else a

    def run():
        np.zeros(shape, a.dtype)[...] = source
        kept = source.shape[max(0, source.ndim - len(shape)) :]
        return np.broadcast_to(source.reshape(kept), shape)

    return {"shape": shape, "ones": ones}, run


def windows(a):
    if rng.random() < 0.5:
        least, most = (0, 2) if rng.random() < 0.3 else (1, 1)
        window = [rng.randrange(least, d + most) if d else 0 for d in a.shape]
        if rng.random() < 0.1:
            window.append(1)
        return {"window": window, "axes": None}, lambda: sliding_window_view(a, tuple(window))
    axes = random_axes(a.ndim, rng.randrange(a.ndim + 1))
    if axes and rng.random() < 0.3:
        axes.append(axes[0])
    window = [rng.randrange(0, 4) for _ in axes]
    if rng.random() < 0.1:
        window.append(1)
    return {"window": window, "axes": axes}, lambda: sliding_window_view(a, tuple(window), tuple(axes))


def reshape(a):
    size = a.size
    shape = []
    while size > 1 and rng.random() < 0.8:
        factor = rng.choice([f for f in range(1, size + 1) if size % f == 0])
        shape.append(factor)
        size //= factor
    shape.append(size)
    rng.shuffle(shape)
    if rng.random() < 0.3:
        shape[rng.randrange(len(shape))] = rng.choice([-1, -2, -(2**63), 0, 5, 2**40])
    if rng.random() < 0.1:
        shape.append(rng.choice([-1, 2**62, 0, 1]))
    if rng.random() < 0.02:
        shape += [1] * 64
    order = rng.choice("CF")
    return {"shape": shape, "order": order}, lambda: a.reshape(shape, order=order, copy=False)


def view_dtype(a):
    descr = rng.choice(VIEW_DTYPES)
    return {"dtype": repr(descr)}, lambda: a.view(np.dtype(descr))


def real(a):
    return {}, lambda: a.real


def imag(a):
    if a.dtype.kind != "c":
        # NumPy makes an array of zeros, or returns the array itself.
        return {}, None
    return {}, lambda: a.imag


def select(a):
    text = random_items(a.ndim)
    if a.dtype.names and rng.random() < 0.7 or rng.random() < 0.05:
        field = rng.choice(FIELDS)
        text = rng.choice([field, field + text, text + rng.choice(FIELDS)])
    return {"text": text}, lambda: eval("a" + text, {"a": a})


def viewed(text, a):
    """The view that makes the scalar that `text` makes."""
    view = a
    for subscript in text.replace("][", "]|[").split("|"):
        # `[[…]]` has no `][` in it, so brackets are not torn apart.
        inner = subscript[1:-1]
        if inner.startswith(("'", "[")) or "..." in inner:
            view = eval("v" + subscript, {"v": view})
        else:
            inner = "" if inner == "()" else inner + ", "
            view = eval(f"v[{inner}...]", {"v": view})
    return view


OPERATIONS = [transpose, permute, swap_axes, squeeze, expand_dims, flip, diagonal, broadcast_to]
OPERATIONS += [broadcast_into, windows, reshape, view_dtype, real, imag, select]


def main():
    output = Output(__doc__)
    cases = []
    for operation in OPERATIONS:
        wanted = COUNTS.get(operation.__name__, 80)
        while wanted:
            descr, a = base_array()
            args, run = operation(a)
            if run is None:
                continue
            offset = a.__array_interface__["data"][0] - BUFFER_START
            base = {"descr": repr(descr), "shape": a.shape, "strides": a.strides}
            base["offset"] = offset if a.size else 0
            case = {"op": operation.__name__, "base": base, **args}
            try:
                result = run()
            except Exception as e:
                if "scalar variable" in str(e):
                    # Only Python has scalars that are no arrays without dimensions.
                    continue
                if isinstance(e, KeyError):
                    # NumPy's whole text is the name of the missing field.
                    case["error"] = "no field of name " + str(e.args[0]).strip("'")
                else:
                    case["error"] = str(e)
            else:
                if operation is select:
                    case["scalar"] = not isinstance(result, np.ndarray)
                    if case["scalar"]:
                        result = viewed(args["text"], a)
                case["result"] = describe(result)
            cases.append(case)
            wanted -= 1
    lines = ",\n".join(json.dumps(case) for case in cases)
    head = f'{{"numpy": "{np.__version__}", "buffer": {BUFFER.size}, "cases": ['
    output.write("views.json", f"{head}\n{lines}\n]}}\n".encode("ascii"))


if __name__ == "__main__":
    main()
