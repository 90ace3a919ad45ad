"""Makes the vectors of the conformance suite: files, and what NumPy selects from them.

    python make.py [--out DIR]

`npy/` holds the files, `stored.npz` and `deflated.npz` the same ones as members, and `cases.json`
the cases; README.md describes them. `old/` holds files of old NumPys, which cannot be made again.
"""

import hashlib
import random
import re
import sys
import zipfile

import ml_dtypes
import numpy as np

from arrays import File, files, loaded
from common import HERE, Output, free_bytes, has_long_double

# Longer values are compared by their hash, longer texts not at all.
LONGEST_HEX = 96
LONGEST_TEXT = 3000

# What is no basic index, or no index at all. Python's own words for it bind no one.
NOT_A_SELECTION = (
    "[", "]", "[1", "1]", "[1,,2]", "[1 2]", "[1.5]", "['x'", "[True]", "[[0, 1]]", "[x]",
    "[1:2:3:4]", "[1][", "[:,", "[(1, 2]", "[1e3]", "[0x]", "[--1]", "[-]", "[..]", "[....]",
    "[None None]", "[np.nan]", "[b'x']", "[1] + [2]", "[9223372036854775808]", "[01]", "[1j]",
)  # fmt: skip


def main():
    output = Output(__doc__)
    rows = []
    members = {}
    for file in files():
        assert f"{file.name}.npy".lower() not in map(str.lower, members), file.name
        output.write(f"npy/{file.name}.npy", file.data)
        members[f"{file.name}.npy"] = file.data
        rows.extend(cases(file))
    for path in sorted((HERE / "old").glob("*.npy")):
        file = old_file(path)
        members[f"old/{path.name}"] = file.data
        rows.extend(cases(file, folder="old"))
    output.archive("stored.npz", members, zipfile.ZIP_STORED)
    output.archive("deflated.npz", members, zipfile.ZIP_DEFLATED)
    facts = {"numpy": np.__version__, "ml_dtypes": ml_dtypes.__version__, "count": len(rows)}
    output.json("cases.json", facts, cases=rows)


def old_file(path):
    """A file of an old NumPy."""
    data = path.read_bytes()
    try:
        return File(path.stem, data, loaded(data))
    except ValueError as error:
        assert "Object arrays cannot be loaded" in str(error), (path, error)
        return File(path.stem, data, refused="object_dtype")


def cases(file, folder="npy"):
    """Every case of a file."""
    base = {"file": f"{folder}/{file.name}.npy"}
    if file.view:
        base["view"] = file.view
    if file.refused:
        yield base | {"selection": "...", "refused": file.refused}
        return
    chosen = dict.fromkeys(("...", *file.selections, *selections(file)))
    for selection in chosen:
        yield base | {"selection": selection} | judged(file.array, selection)
    if file.name in ("i4_le_3x4", "struct_7"):
        for selection in NOT_A_SELECTION:
            yield base | {"selection": selection, "refused": "selection"}


def selections(file):
    """Selections that suit a shape: what is typical, what is at the edge, and random ones."""
    shape = file.array.shape
    ndim = len(shape)
    if ndim == 0:
        yield from ("[()]", "None", "[..., None]", "0", ":", "[..., ...]")
        return
    last = shape[0] - 1
    yield from ("::-1", "1:", "[()]", f"[{last}]", f"[{-shape[0]}, ...]", f"[{shape[0]}]")
    if ndim > 1:
        yield from ("[:, ::-2]", "[..., -1]", "[:, None, 1:3]", f"[..., {shape[-1]}]")
        yield ", ".join(str(dim // 2) for dim in shape)
    chance = random.Random(file.name)
    for _ in range(3):
        yield random_selection(shape, chance)


def random_selection(shape, chance):
    items = []
    for dim in shape[: chance.randint(1, len(shape))]:
        match chance.randrange(4):
            case 0:
                items.append(str(chance.randint(-dim - 1, dim)))
            case _:
                bounds = [chance.choice(("", chance.randint(-dim - 2, dim + 2))) for _ in "ab"]
                step = chance.choice(("", "", 1, 2, 3, -1, -2, 2**63, -(2**63)))
                items.append(":".join(map(str, (*bounds, step))))
    if chance.randrange(4) == 0:
        items.insert(chance.randint(0, len(items)), "None")
    if chance.randrange(4) == 0:
        items.insert(chance.randint(0, len(items)), "...")
    return "[" + ", ".join(items) + "]"


def judged(array, selection):
    """What NumPy makes of a selection."""
    text = selection if selection.startswith("[") else f"[{selection}]"
    try:
        result = evaluate(array, text)
    except (IndexError, ValueError) as error:
        return {"error": str(error)}
    printed = str(result)
    scalar = not isinstance(result, np.ndarray)
    values = evaluate(array, as_view(text)) if scalar else result
    found = {"shape": list(values.shape), "dtype": str(values.dtype)}
    if scalar:
        found["scalar"] = True
    if values.size:
        found["strides"] = list(values.strides)
    contents, padding = stored(values)
    found |= digest("bytes", contents)
    if padding:
        found["padding"] = padding
    if selection == "..." and not values.dtype.names and values.dtype.kind not in "SUV":
        native = values.astype(values.dtype.newbyteorder("<"))
        found |= digest("native", native.tobytes())
        found |= digest("wide", widened(native).tobytes())
    if not has_long_double(values.dtype) and len(printed) <= LONGEST_TEXT:
        found["text"] = printed
    return found


def evaluate(array, text):
    return eval(f"array{text}", {"array": array})


def as_view(text):
    """The selection of a scalar, as one of a 0-d array: as stored, where NumPy's scalars always
    have the machine's byte order."""
    return re.sub(r"(\d)]", r"\1, ...]", text.replace("[()]", "[...]"))


def digest(name, data):
    if len(data) <= LONGEST_HEX // 2:
        return {name: data.hex()}
    return {name: "sha256:" + hashlib.sha256(data).hexdigest()}


def stored(values):
    """The elements in C order as they are in the file, with zeros in the bytes of an element that
    belong to no field; and where those bytes lie, as pairs of start and end."""
    contents = np.ascontiguousarray(values).tobytes()
    free = free_bytes(values.dtype)
    if not free.any():
        return contents, []
    elements = np.frombuffer(contents, "u1").reshape(values.size, len(free))
    edges = np.flatnonzero(np.diff(np.concatenate(([0], free, [0])))).reshape(-1, 2)
    return (elements * ~free).tobytes(), edges.tolist()


def widened(values):
    """Numbers that JavaScript and most of Rust know, from those they do not."""
    name = str(values.dtype)
    if name == "bool":
        return values.astype("u1") != 0  # a file may have any bytes
    if hasattr(ml_dtypes, name) and "int" in name:
        return values.astype("i1" if name.startswith("int") else "u1")
    if hasattr(ml_dtypes, name) and name != "complex32" or name == "float16":
        return values.astype("f4")
    wide = {"complex32": "c8", "float128": "f8", "complex256": "c16"}
    return values.astype(wide.get(name, values.dtype))


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main()
