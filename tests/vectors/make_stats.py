"""Writes stats.json: arrays and what NumPy says of them.

    python make_stats.py [--out DIR]

Figures are strings, which no JSON parser rounds: an integer, or a float as Python prints it.
Sums and means of floats are the correctly rounded ones of math.fsum, standard deviations come
from exact fractions; that NumPy agrees with them is asserted here.
"""

import json
import math
import warnings
from fractions import Fraction

import ml_dtypes
import numpy as np

from common import Output, steady_bytes

rng = np.random.default_rng(20240229)
warnings.simplefilter("ignore")

STATS = []
HISTOGRAMS = []


def text(value):
    return None if value is None else str(value)


def exact_std(values):
    """The population standard deviation of finite Python numbers, rounded at the end."""
    fractions = [Fraction(v) for v in values]
    mean = sum(fractions) / len(fractions)
    variance = sum((v - mean) ** 2 for v in fractions) / len(fractions)
    # Scaled, so that the square root of the fraction does not leave the range of floats.
    return math.sqrt(variance) if variance < 2**1023 else math.inf


def float_figures(wide):
    """sum, mean, std of a float64 array."""
    if len(wide) == 0:
        return 0.0, None, None
    if not np.isfinite(wide).all():
        return float(np.sum(wide)), float(np.mean(wide)), math.nan
    total = math.fsum(wide.tolist())
    std = exact_std(wide.tolist())
    scale = math.fsum(np.abs(wide).tolist())
    assert math.isclose(total, np.sum(wide), rel_tol=0, abs_tol=1e-13 * scale)
    assert math.isclose(std, np.std(wide), rel_tol=1e-6, abs_tol=1e-14 * scale), (std, np.std(wide))
    return total, total / len(wide), std


def first(condition):
    return int(np.argmax(condition))


def case(name, array, dtype=None):
    """A case whose expectations follow from the array's dtype."""
    kind = array.dtype.kind
    out = {
        "name": name,
        "dtype": dtype or (array.dtype.byteorder.replace("|", "").replace("=", "<") + code(array)),
        "data": steady_bytes(array).hex(),
        "count": array.size,
    }
    if array.dtype.name in ("int2", "int4", "uint2", "uint4"):
        array, kind = array.astype(np.int8), "i"
    elif kind == "V" or array.dtype.name == "longdouble" or kind == "f":
        array, kind = array.astype(np.float64), "f"
    figures = dict.fromkeys(("min", "max", "argmin", "argmax", "sum", "mean", "std"))
    nan = np.zeros(array.shape, bool)
    posinf = neginf = nan
    if kind in "biu":
        values = [int(v) for v in array.tolist()]
        if values:
            total = sum(values)
            figures |= {
                "min": min(values),
                "max": max(values),
                "argmin": int(array.argmin()),
                "argmax": int(array.argmax()),
                "mean": float(Fraction(total, len(values))),
                "std": exact_std(values),
            }
            assert figures["min"] == int(array.min()) and figures["max"] == int(array.max())
        figures["sum"] = sum(values)
        zeros = array == 0
    elif kind in "mM":
        nan = np.isnat(array)
        ints = array.astype(np.int64)
        zeros = ints == 0
        kept = [int(v) for v in ints[~nan]]
        if kept:
            low, high = min(kept), max(kept)
            figures |= {"min": low, "max": high}
            figures |= {"argmin": first(ints == low), "argmax": first(ints == high)}
        if kind == "m" and not nan.any():
            figures["sum"] = sum(kept)
            if kept:
                figures["mean"] = float(Fraction(sum(kept), len(kept)))
                figures["std"] = exact_std(kept)
    elif kind == "c":
        wide = array.astype(np.complex128)
        nan, posinf, zeros = np.isnan(wide), np.isinf(wide), wide == 0
        re, im = float_figures(wide.real), float_figures(wide.imag)
        figures["sum"] = [text(re[0]), text(im[0])]
        if len(wide):
            figures["mean"] = [text(re[1]), text(im[1])]
            figures["std"] = math.hypot(re[2], im[2])
            if np.isfinite(wide).all():
                assert math.isclose(figures["std"], np.std(wide), rel_tol=1e-9)
            else:
                figures["std"] = math.nan
    else:
        nan, posinf, neginf = np.isnan(array), np.isposinf(array), np.isneginf(array)
        zeros = array == 0
        if not nan.all():
            low, high = float(np.nanmin(array)), float(np.nanmax(array))
            figures |= {"min": low, "max": high}
            # np.nanargmin takes a NaN for an infinity where there is nothing less.
            figures |= {"argmin": first(array == low), "argmax": first(array == high)}
        figures["sum"], figures["mean"], figures["std"] = float_figures(array)
    out |= {
        "nan": int(nan.sum()),
        "posinf": int(posinf.sum()),
        "neginf": int(neginf.sum()),
        "zeros": int(zeros.sum()),
    }
    for key, value in figures.items():
        out[key] = value if isinstance(value, list) or key.startswith("arg") else text(value)
    # What the errors of sums, means and deviations are measured by.
    if kind in "fc" and array.size:
        sizes = np.abs(array)[np.isfinite(array)].astype(np.float64)
        out["magnitudes"] = text(math.fsum(sizes.tolist()))
        out["greatest"] = text(float(sizes.max(initial=0.0)))
    STATS.append(out)


def code(array):
    if array.dtype.kind == "V" or array.dtype.name in ("bfloat16",):
        return array.dtype.name
    if array.dtype.kind in "mM":
        return array.dtype.kind + "8"
    return array.dtype.str[1:]


def histogram(name, array, bins, range=None):
    out = {
        "name": name,
        "dtype": array.dtype.byteorder.replace("|", "").replace("=", "<") + code(array),
        "data": steady_bytes(array).hex(),
        "bins": bins,
        "range": range and [text(float(r)) for r in range],
    }
    numbers = array[~np.isnan(array)]
    try:
        counts, edges = np.histogram(numbers, bins, range)
    except ValueError as e:
        out["error"] = str(e)
    else:
        assert (edges == np.histogram_bin_edges(numbers, bins, range)).all()
        out["edges"] = edges.astype("<f8").tobytes().hex()
        # In half precision NumPy misses the right one of many bins by more than the one that it
        # corrects afterwards. The edges decide.
        inside = numbers[(numbers >= edges[0]) & (numbers <= edges[-1])]
        found = np.minimum(np.searchsorted(edges, inside, "right") - 1, bins - 1)
        found = np.bincount(found, minlength=bins)
        assert array.dtype.name == "float16" or (found == counts).all()
        out["counts"] = found.tolist()
        out["nan"] = array.size - numbers.size
        out["below"] = int((numbers < edges[0]).sum())
        out["above"] = int((numbers > edges[-1]).sum())
    HISTOGRAMS.append(out)


# --- Statistics ----------------------------------------------------------------------------------

INTS = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]
FLOATS = ["f2", "f4", "f8", "f16"]
ORDERS = "<>"

for letters in INTS:
    info = np.iinfo(letters)
    for order in ORDERS:
        if letters.endswith("1") and order == ">":
            continue
        dtype = order + letters
        full = rng.integers(info.min, info.max, 53, dtype=np.dtype(letters), endpoint=True)
        case("any", full.astype(dtype))
        case("small", rng.integers(0, 3, 77).astype(dtype))
        case("extremes", np.array([info.max, info.min, info.max, 0, info.min], dtype))
        case("all greatest", np.full(40, info.max, dtype))
        case("all least", np.full(40, info.min, dtype))
        case("one", np.array([7], dtype))
        case("empty", np.array([], dtype))
case("bits", rng.integers(0, 2, 100).astype(bool))
case("all false", np.zeros(5, bool))
case("bytes that are not 1", np.array([0, 1, 2, 255], np.uint8).view(bool))
case("more than a tile", rng.integers(0, 256, 4200).astype(np.uint8))
case("more than a tile", rng.integers(-128, 128, 4200).astype(np.int8))
case("more than a tile", rng.integers(-(2**15), 2**15, 2100).astype(">i2"))
case("far from zero", (10**9 + rng.integers(0, 2, 300)).astype("<i4"))
case("far from zero", (2**62 + rng.integers(0, 2, 2100)).astype("<i8"))
case("far from zero", (2**64 - 2 + rng.integers(0, 2, 100, dtype=np.uint64)).astype("<u8"))
case("ascending", np.arange(-1500, 1500, dtype="<i2"))
case("descending", np.arange(1500, -1500, -1, dtype=">i2"))

for letters in FLOATS:
    for order in ORDERS:
        dtype = order + letters
        case("normal", rng.normal(3, 5, 83).astype(dtype))
        case("one", np.array([-7.5], dtype))
        case("empty", np.array([], dtype))
        case("all NaN", np.full(3, np.nan, dtype))
        case("some NaN", np.array([np.nan, 3, -1, np.nan, 3, -1, 0, -0.0], dtype))
        case("infinite", np.array([1, np.inf, 2, np.inf, 0.5], dtype))
        case("negative infinite", np.array([1, -np.inf, 2, -np.inf], dtype))
        case("both infinite", np.array([1, -np.inf, 2, np.inf], dtype))
        case("all at once", np.array([1, -np.inf, np.nan, 2, np.inf, 0, -np.nan], dtype))
        case("only infinite", np.array([np.inf, np.inf], dtype))
        case("infinite beside NaN", np.array([np.nan, np.inf, np.nan], dtype))
        case("zeros of both signs", np.array([-0.0, 0.0, -0.0], dtype))
        case("equal", np.full(97, 0.1, dtype))
        case("subnormal", np.array([1e-7, -2e-7, 3e-7], dtype))
far = 1e9 + rng.integers(0, 2, 300)
case("far from zero", far.astype("<f8"))
case("far from zero", (4096 + rng.integers(0, 2, 2100)).astype(">f4"))
case("cancelling", np.concatenate([[1e16], np.ones(200), [-1e16]]).astype("<f8"))
case("of all sizes", (rng.normal(size=500) * 10.0 ** rng.integers(-30, 30, 500)).astype("<f8"))
case("least", np.array([5e-324, 0, 5e-324, 1e-320], "<f8"))
case("more than a tile", rng.normal(size=2200).astype("<f4"))
nan_late = rng.normal(size=2100).astype("<f4")
nan_late[2080] = np.nan
case("NaN in the second tile", nan_late)

for letters in ["c8", "c16", "c32"]:
    for order in ORDERS:
        dtype = order + letters
        case("normal", (rng.normal(3, 5, 43) + 1j * rng.normal(-2, 1, 43)).astype(dtype))
        case("one", np.array([1 - 2j], dtype))
        case("empty", np.array([], dtype))
        case("zeros", np.array([0, 1j, 1, complex(-0.0, 0)], dtype))
        nan, inf = np.nan, np.inf
        odd = [complex(nan, 1), complex(inf, nan), complex(1, -inf), complex(2, 3)]
        case("not finite", np.array(odd, dtype))
case("more than a tile", (rng.normal(size=1100) + 1j).astype("<c8"))

for letter in "mM":
    for order in ORDERS:
        dtype = f"{order}{letter}8[s]"
        nat = np.iinfo("i8").min
        case("times", rng.integers(-(10**12), 10**12, 50).astype(dtype))
        case("some NaT", np.array([nat, 5, 0, -3, nat, -3, 5], "i8").astype(dtype))
        case("all NaT", np.full(3, nat).astype(dtype))
        case("extreme", np.array([nat + 1, 2**63 - 1, nat + 1], "i8").astype(dtype))
        case("empty", np.array([], dtype))

for name in [
    "bfloat16", "float4_e2m1fn", "float6_e2m3fn", "float6_e3m2fn", "float8_e3m4", "float8_e4m3",
    "float8_e4m3b11fnuz", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz",
    "float8_e8m0fnu", "int2", "int4", "uint2", "uint4", "complex32",
]:  # fmt: skip
    scalar = getattr(ml_dtypes, name)
    size = np.dtype(scalar).itemsize
    values = rng.integers(1, 4, 30)
    if name == "complex32":
        values = (values + 1j * rng.integers(-3, 3, 30)).astype(np.complex64)
    elif name == "int2":
        values -= 3
    numbers = values.astype(scalar)
    if name == "complex32":
        # NumPy's figures of the same values in a type that it knows.
        case("numbers", numbers.astype(np.complex64))
        STATS[-1] |= {"dtype": "<complex32", "data": numbers.tobytes().hex()}
    else:
        case("numbers", numbers, "<" + name)

# --- Histograms ----------------------------------------------------------------------------------

for letters in FLOATS[:3]:
    for order in ORDERS:
        dtype = order + letters
        data = np.concatenate([rng.normal(0, 1, 90), [np.nan, np.inf, -np.inf]]).astype(dtype)
        finite = data[np.isfinite(data)]
        histogram("range", data, 10, (-2.0, 2.0))
        histogram("own range", finite, 10)
        if order == ">":
            continue
        histogram("odd range", data, 37, (-0.1, 0.7))
        histogram("many bins", finite[:50], 200, (-3.3, 3.3))
        histogram("own range, odd", finite, 129)
        histogram("own range, many bins", finite, 300)
        histogram("on the edges", (np.arange(101) / 10).astype(dtype), 100, (0.0, 10.0))
        histogram("own range, on the edges", (np.arange(71) / 10).astype(dtype), 70)
        histogram("own range of equals", np.full(5, 0.3, dtype), 4)
        histogram("equal range", finite, 3, (0.25, 0.25))
        histogram("nothing", finite[:0], 3)
        histogram("only NaN", np.full(3, np.nan, dtype), 3)
        histogram("infinite range", data[:5], 3, (0.0, np.inf))
        histogram("own infinite range", data, 3)
        histogram("reversed", data[:5], 3, (1.0, 0.0))
        histogram("no bins", data[:5], 0, (0.0, 1.0))
        histogram("too fine", data[:5], 500, (1.0, 1.0001))
histogram("too fine", np.array([1.0, np.nextafter(1.0, 2)]), 2)
histogram("subnormal", np.array([0, 5e-324, 1e-323]), 2)
histogram("subnormal", np.array([0, 5e-324 * 7]), 3)
histogram("too wide", np.array([-1.7e308, 1.7e308]), 4)
for letters in INTS:
    info = np.iinfo(letters)
    for order in ORDERS:
        if letters.endswith("1") and order == ">":
            continue
        dtype = order + letters
        full = rng.integers(info.min, info.max, 60, dtype=np.dtype(letters), endpoint=True)
        histogram("own range", full.astype(dtype), 16)
        if order == ">":
            continue
        histogram("range", (full & np.dtype(letters).type(15)).astype(dtype), 5, (0.0, 12.0))
        histogram("fractions", (full & np.dtype(letters).type(15)).astype(dtype), 7, (2.5, 11.1))
        histogram("own range of equals", np.full(4, info.max, dtype), 2)
        histogram("nothing", full[:0].astype(dtype), 2)
histogram("far from zero", (2**62 + np.arange(5)).astype("<i8"), 2)

rows = lambda cases: ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
document = '{"stats":[\n%s\n],"histograms":[\n%s\n]}\n' % (rows(STATS), rows(HISTOGRAMS))
Output(__doc__).write("stats.json", document.encode("ascii"))
