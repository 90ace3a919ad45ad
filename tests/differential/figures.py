"""The figures of `npymap stats`, by NumPy and by exact sums."""

import math

import numpy as np


def wrong_figures(values, found):
    """The figures that are not what they must be: their names, and what they must be."""
    for name, expected in exact(values).items():
        if found.get(name) != expected:
            yield name, expected
    for name, (expected, tolerance) in rounded(values).items():
        if not isinstance(found.get(name), (int, float)):
            yield name, expected
        elif abs(found[name] - expected) > tolerance:
            yield name, expected


def exact(values):
    is_float = values.dtype.kind == "f"
    flat = values.reshape(-1)
    numbers = flat[~np.isnan(flat)]
    facts = {
        "count": flat.size,
        "nan": flat.size - numbers.size,
        "posinf": int(np.isposinf(flat).sum()) if is_float else 0,
        "neginf": int(np.isneginf(flat).sum()) if is_float else 0,
        "zeros": int((flat == 0).sum()),
    }
    if not numbers.size:
        return facts | dict.fromkeys(("min", "max", "argmin", "argmax"))
    for name in ("min", "max"):
        extreme = getattr(numbers, name)()
        facts[name] = extreme.item()
        first = np.flatnonzero(flat == extreme)[0]
        facts[f"arg{name}"] = [int(i) for i in np.unravel_index(first, values.shape)]
    if not is_float:
        facts["sum"] = sum(map(int, flat))
    return facts


def rounded(values):
    """Figures that are rounded, with how far off they may be."""
    numbers = values.reshape(-1).tolist()
    count = len(numbers)
    if not count:
        return {}
    if values.dtype.kind != "f":
        total = sum(numbers)
        variance = (count * sum(n * n for n in numbers) - total * total) / count**2
        mean, deviation = total / count, math.sqrt(variance)
        return {"mean": (mean, 1e-15 * abs(mean)), "std": (deviation, 1e-9 * deviation)}
    largest = max(map(abs, numbers))
    if not math.isfinite(sum(numbers)) or largest > 1e150:
        return {}
    total = math.fsum(numbers)
    error = 4e-15 * math.fsum(map(abs, numbers))
    mean = total / count
    deviation = math.sqrt(math.fsum((n - mean) ** 2 for n in numbers) / count)
    return {
        "sum": (total, error),
        "mean": (mean, error / count + 1e-15 * abs(mean)),
        "std": (deviation, 1e-9 * deviation + 1e-13 * largest),
    }
