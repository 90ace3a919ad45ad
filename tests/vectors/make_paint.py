"""Writes paint.json: what colours, quantiles and differences NumPy finds for the inspector's pictures.

    python make_paint.py [--out DIR]

Figures are strings, which no JSON parser rounds. A colour is the number of one of 256 equal parts of
the range, -1 where a value has no place in it. The last bit of a logarithm is the machine's; the
values here lie where it does not matter.
"""

import warnings

import numpy as np

from common import Output

rng = np.random.default_rng(20260101)
warnings.simplefilter("ignore")

PAINT = []
RGBA = []
QUANTILES = []
COMPARE = []


def array(values):
    return {"dtype": values.dtype.name, "data": values.tobytes().hex()}


def floats(values):
    if values.dtype.kind in "mM":
        return np.where(np.isnat(values), np.nan, values.astype("i8").astype("f8"))
    return values.astype("f8")


def symlog(values, threshold):
    return np.copysign(np.log1p(np.abs(values) / threshold), values)


def paint(values, low, high, scale="linear", threshold=1.0, part="abs"):
    parts = {"abs": np.abs, "re": np.real, "im": np.imag, "phase": np.angle}
    reals = parts[part](values.astype("c16")) if values.dtype.kind == "c" else floats(values)
    if scale == "log":
        reals = np.where(reals > 0, np.log10(np.where(reals > 0, reals, 1)), np.nan)
        ends = np.log10([low, high])
    elif scale == "symlog":
        reals, ends = symlog(reals, threshold), symlog(np.array([low, high]), threshold)
    else:
        ends = np.array([low, high])
    place = np.clip((reals - ends[0]) / (ends[1] - ends[0]), 0, 1) * 256
    if scale != "linear" or part == "phase":
        inside = place[(place > 0) & (place < 256) & (np.abs(reals) > 1e-12)]
        assert np.all(np.abs(inside - np.round(inside)) > 1e-9), "another logarithm might cross the edge"
    colours = np.where(np.isnan(place), -1, np.minimum(np.nan_to_num(place), 255)).astype(int)
    PAINT.append(
        {
            "array": array(values),
            "part": part,
            "scale": scale,
            "low": str(low),
            "high": str(high),
            "threshold": str(threshold),
            "colours": colours.tolist(),
        }
    )


def rgba(values, channels, most):
    levels = np.clip(floats(values) / most, 0, 1) * 255
    assert not np.any(levels % 1 == 0.5), "halves are rounded in two ways"
    levels = np.round(levels).astype("u1").reshape(-1, channels)
    if channels < 3:
        levels = np.concatenate([levels[:, :1]] * 3 + [levels[:, 1:]], axis=1)
    if levels.shape[1] == 3:
        levels = np.concatenate([levels, np.full((len(levels), 1), 255, "u1")], axis=1)
    RGBA.append(
        {"array": array(values), "channels": channels, "most": str(most), "pixels": levels.ravel().tolist()}
    )


def quantiles(values, low, high, scale="linear"):
    reals = floats(values)
    reals = reals[np.isfinite(reals)]
    if scale == "log":
        reals = reals[reals > 0]
    expected = [str(np.quantile(reals, q)) for q in (low, high)] if reals.size else []
    QUANTILES.append(
        {"array": array(values), "scale": scale, "low": str(low), "high": str(high), "expected": expected}
    )


def compare(a, b, rtol=1e-5, atol=1e-8):
    isnan = np.isnat if a.dtype.kind in "mM" else np.isnan
    same = (a == b) | (isnan(a) & isnan(b))
    if a.dtype.kind in "iu":
        # Exact, then rounded once.
        distance = np.array([float(abs(int(x) - int(y))) for x, y in zip(a, b)])
        close = np.array([d <= atol + rtol * abs(float(y)) for d, y in zip(distance, b)]) | same
    elif a.dtype.kind in "mM":
        distance = np.where(isnan(a) | isnan(b), np.nan, np.abs(a.astype("i8") - b.astype("i8")))
        close = same | (distance <= atol + rtol * np.abs(floats(b)))
    else:
        wide = "c16" if a.dtype.kind == "c" else "f8"
        a2, b2 = a.astype(wide), b.astype(wide)
        distance = np.where(same, 0, np.abs(a2 - b2))
        close = np.isclose(a2, b2, rtol, atol, equal_nan=True)
    distance = np.where(same, 0, distance)
    telling = np.nan_to_num(distance, nan=-1, posinf=np.inf)
    at = int(np.argmax(telling)) if (telling > 0).any() else -1
    first = lambda mask: int(np.argmax(mask)) if mask.any() else -1
    COMPARE.append(
        {
            "a": array(a),
            "b": array(b),
            "rtol": str(rtol),
            "atol": str(atol),
            "different": int((~same).sum()),
            "first": first(~same),
            "far": int((~close).sum()),
            "first_far": first(~close),
            "greatest": str(float(telling[at])) if at >= 0 else "0.0",
            "greatest_at": at,
        }
    )


ODD = np.array([np.nan, np.inf, -np.inf, -0.0, 0.0, 1.0, -1.0, 1e300, -1e300, 5e-324])


def main():
    out = Output(__doc__)
    for dtype in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"):
        ends = np.iinfo(dtype)
        values = rng.integers(ends.min, ends.max, 40, dtype, endpoint=True)
        values[:2] = ends.min, ends.max
        paint(values, float(ends.min), float(ends.max))
        paint(values, 3.0, 100.0)
        quantiles(values, 0.01, 0.99)
        other = values.copy()
        other[[3, 7, 11]] ^= np.array([1, 2, 64]).astype(dtype)
        compare(values, other)
        compare(values, values[::-1].copy(), 0.5, 10.0)
    for dtype in ("f4", "f8"):
        values = np.concatenate([ODD, rng.normal(size=60)]).astype(dtype)
        paint(values, -2.0, 2.0)
        paint(values, -2.0, 2.0, "symlog", 0.25)
        paint(values, 0.01, 10.0, "log")
        quantiles(values, 0.01, 0.99)
        quantiles(values, 0.25, 0.75, "log")
        compare(values, values)
        compare(values, np.roll(values, 1))
        compare(values, (values * dtype_step(dtype)).astype(dtype))
    quantiles(np.array([np.nan, np.inf]), 0.01, 0.99)
    quantiles(np.array([-1.0, -2.0]), 0.01, 0.99, "log")
    quantiles(np.array([5.0]), 0.01, 0.99)
    quantiles(np.array([], "f8"), 0.01, 0.99)
    for dtype in ("c8", "c16"):
        values = (rng.normal(size=40) + 1j * rng.normal(size=40)).astype(dtype)
        values[5] = complex(np.nan, 1)
        for part, low, high in (("re", -2.0, 2.0), ("im", -1.0, 1.0), ("phase", -np.pi, np.pi)):
            paint(values, low, high, part=part)
        compare(values, np.conj(values))
        compare(values, values + values.dtype.type(1e-7))
    times = np.array(["2024-01-01", "NaT", "2024-03-01", "1970-01-01"], "M8[s]")
    paint(times, 0.0, 1.8e9)
    compare(times, times[[0, 1, 3, 2]])
    compare(times, times[[1, 0, 2, 3]])
    rgba(rng.integers(0, 256, 24, "u1"), 3, 255.0)
    rgba(rng.integers(0, 256, 24, "u1"), 4, 255.0)
    rgba(rng.integers(0, 256, 6, "u1"), 2, 255.0)
    rgba(rng.integers(0, 65536, 12, "u2"), 3, 65535.0)
    rgba(rng.uniform(-0.2, 1.2, 12).astype("f4"), 1, 1.0)
    out.json("paint.json", {}, paint=PAINT, rgba=RGBA, quantiles=QUANTILES, compare=COMPARE)


def dtype_step(dtype):
    return 1 + 1e-6 if dtype == "f4" else 1 + 1e-9


if __name__ == "__main__":
    main()
