"""What `npymap diff` must find, by Python's own numbers, which are exact."""

import math
from fractions import Fraction

import numpy as np


def expected_difference(a, b, rtol, atol):
    """The document of `npymap diff --json`, but for the dtypes; `None` where the arrays are not
    compared by value in the same way."""
    shapes = [list(a.shape), list(b.shape)]
    if a.shape != b.shape:
        return {"equal": False, "shape": shapes, "different": None, "first": None, "max_abs": None}
    differs, distances = np.zeros(a.shape, bool), []
    for left, right in leaves(a, b):
        where = different(left, right, rtol, atol, distances)
        differs |= where.any(tuple(range(a.ndim, where.ndim)))
    first = np.argwhere(differs)
    count = int(differs.sum())
    return {
        "equal": a.dtype == b.dtype and count == 0,
        "shape": shapes,
        "different": count,
        "first": [int(i) for i in first[0]] if count else None,
        "max_abs": max(distances, default=None),
    }


def leaves(a, b):
    """The fields that are no structures."""
    if a.dtype.names is None:
        yield a, b
        return
    for name in a.dtype.names:
        yield from leaves(a[name], b[name])


def different(a, b, rtol, atol, distances):
    """Which elements are not equal; the distances of numbers go to a list."""
    kind = a.dtype.kind
    if kind in "SU":
        return np.asarray(a != b)
    if kind in "mMV":
        native = a.dtype.newbyteorder("=")
        left, right = (np.ascontiguousarray(x.astype(native)) for x in (a, b))
        raw = f"V{max(native.itemsize, 1)}"
        pairs = zip(left.reshape(-1).view(raw).tolist(), right.reshape(-1).view(raw).tolist())
        return np.array([x != y for x, y in pairs], bool).reshape(a.shape)
    if kind in "fc" and a.dtype == b.dtype and (rtol or atol):
        wide = "f8" if kind == "f" else "c16"
        left, right = a.astype(wide), b.astype(wide)
        where = ~np.isclose(left, right, rtol, atol, equal_nan=True)
    else:
        left, right = a, b
        where = None
    found = []
    for x, y in zip(left.reshape(-1).tolist(), right.reshape(-1).tolist()):
        found.append(is_different(x, y, rtol, atol))
    found = np.array(found, bool).reshape(a.shape)
    if where is not None and (found != where).any():
        raise AssertionError(f"this file and np.isclose do not agree: {a!r} {b!r}")
    for x, y in zip(left[found].tolist(), right[found].tolist()):
        distance = distance_of(x, y)
        if math.isfinite(distance):
            distances.append(distance)
    return found


def distance_of(x, y):
    real = [n.real for n in (x, y)]
    if isinstance(x, complex) or isinstance(y, complex) or not all(map(math.isfinite, real)):
        return float(abs(x - y))
    # Not by floats, to which Python would round integers first.
    return float(abs(Fraction(x) - Fraction(y)))


def is_different(x, y, rtol, atol):
    if x == y or (x != x and y != y):
        return False
    if (rtol or atol) and np.isfinite(complex(y)):
        return not float(abs(x - y)) <= atol + rtol * float(abs(y))
    return True
