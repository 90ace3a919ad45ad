"""The figures of `npymap stats`, by NumPy and by exact sums."""

import math

import numpy as np


def wrong_figures(values, found):
    """The figures that are not what they must be: their names, and what they must be."""
    flat = values.reshape(-1)
    expected = counts(flat)
    if flat.dtype.kind != "c":
        expected |= extremes(flat, values.shape)
    for name, value in expected.items():
        if found.get(name) != value:
            yield name, value
    for name, (value, tolerance) in sums(flat).items():
        if not is_near(found.get(name), value, tolerance):
            yield name, value


def missing(flat):
    return np.isnat(flat) if flat.dtype.kind in "mM" else np.isnan(flat)


def counts(flat):
    kind = flat.dtype.kind
    infinite = flat[np.isinf(flat)] if kind in "fc" else flat[:0]
    facts = {
        "count": flat.size,
        "nan": int(missing(flat).sum()),
        "zeros": int((flat.astype("i8") == 0).sum() if kind in "mM" else (flat == 0).sum()),
    }
    if kind != "c":
        negative = int((infinite < 0).sum()) if infinite.size else 0
        facts |= {"posinf": infinite.size - negative, "neginf": negative}
    return facts


def extremes(flat, shape):
    numbers = flat[~missing(flat)]
    if not numbers.size:
        return dict.fromkeys(("min", "max", "argmin", "argmax"))
    facts = {}
    for name in ("min", "max"):
        extreme = getattr(numbers, name)()
        first = np.flatnonzero(flat == extreme)[0]
        facts[name] = int(extreme.astype("i8")) if flat.dtype.kind in "mM" else extreme.item()
        facts[f"arg{name}"] = [int(i) for i in np.unravel_index(first, shape)]
    return facts


def sums(flat):
    """Sum, mean and deviation, with how far off they may be."""
    match flat.dtype.kind:
        case "f":
            return of_floats(flat.tolist())
        case "c":
            return of_complex(flat)
        case "M":
            return dict.fromkeys(("sum", "mean", "std"), (None, 0))
        case "m" if np.isnat(flat).any():
            return dict.fromkeys(("sum", "mean", "std"), (None, 0))
        case "m":
            return of_integers(flat.astype("i8").tolist())
        case _:
            return of_integers([int(number) for number in flat.tolist()])


def of_integers(numbers):
    count, total = len(numbers), sum(numbers)
    if not count:
        return {"sum": (0, 0), "mean": (None, 0), "std": (None, 0)}
    mean = total / count
    variance = (count * sum(n * n for n in numbers) - total * total) / count**2
    deviation = math.sqrt(variance)
    return {
        "sum": (total, 0),
        "mean": (mean, 1e-15 * abs(mean)),
        "std": (deviation, 1e-9 * deviation),
    }


def of_floats(numbers):
    if not numbers:
        return {"sum": (0.0, 0), "mean": (None, 0), "std": (None, 0)}
    if not all(map(math.isfinite, numbers)):
        # Infinities of one sign win, others cancel.
        total = sum(number for number in numbers if not math.isfinite(number))
        return {"sum": (total, 0), "mean": (total, 0), "std": (math.nan, 0)}
    largest = max(map(abs, numbers))
    if largest > 1e150:
        return {}  # squares and sums pass the greatest float
    count, total = len(numbers), math.fsum(numbers)
    error = 4e-15 * math.fsum(map(abs, numbers))
    mean = total / count
    deviation = math.sqrt(math.fsum((n - mean) ** 2 for n in numbers) / count)
    return {
        "sum": (total, error),
        "mean": (mean, error / count + 1e-15 * abs(mean)),
        "std": (deviation, 1e-9 * deviation + 1e-13 * largest),
    }


def of_complex(flat):
    if not np.isfinite(flat).all():
        return {}  # every part for itself, as with floats
    real, imag = of_floats(flat.real.tolist()), of_floats(flat.imag.tolist())
    if not flat.size:
        return {"sum": ([0.0, 0.0], 0), "mean": (None, 0), "std": (None, 0)}
    if not real or not imag:
        return {}
    facts = {
        name: ([real[name][0], imag[name][0]], real[name][1] + imag[name][1])
        for name in ("sum", "mean")
    }
    deviation = math.hypot(real["std"][0], imag["std"][0])
    return facts | {"std": (deviation, real["std"][1] + imag["std"][1])}


def is_near(found, expected, tolerance):
    """Whether a figure is right. What JSON cannot say, and what does not exist, is `null`."""
    if isinstance(expected, list):
        return isinstance(found, list) and all(
            is_near(ours, theirs, tolerance) for ours, theirs in zip(found, expected, strict=True)
        )
    if expected is None or expected != expected:
        return found is None
    if not isinstance(found, (int, float)):
        return False
    return found == expected or abs(found - expected) <= tolerance
