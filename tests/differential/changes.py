"""Random files that are created, changed and grown by the command, and by NumPy."""

import math
import shutil

import numpy as np

import generate
from common import has_long_double, steady_bytes

# Dtypes whose values are Python literals as NumPy prints them.
LITERAL_KINDS = "biufSU"
NUMBERS = ("?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8")


def create(subject):
    """A new file, of zeros or filled, in either order: what open_memmap makes."""
    chance = subject.chance
    kind = generate.dtype(chance)
    while kind.names is not None:
        kind = generate.dtype(chance)
    dims = generate.shape(chance)
    order = chance.choice("CF")
    arguments = ["--dtype", kind.str, "--shape", ",".join(map(str, dims)) or "()"]
    arguments += ["--order", order]
    ours, theirs = subject.folder / "ours.npy", subject.folder / "theirs.npy"
    with_order = order == "F"
    array = np.lib.format.open_memmap(theirs, "w+", kind, dims, fortran_order=with_order)
    values = generate.fill(kind, 1, chance)
    text = literal(values[0]) if chance.randrange(2) else None
    if text is not None:
        array[...] = values[0]
        arguments.append(f"--fill={text}")
    array.flush()
    subject.run("create", ours, *arguments)
    if ours.read_bytes() != theirs.read_bytes():
        found, expected = ours.read_bytes()[:300], theirs.read_bytes()[:300]
        subject.differ("create", arguments, found, expected)
    return 1


def assign(subject):
    """`array[selection] = values`, which are a literal or those of another file."""
    if subject.path.suffix == ".npz":
        return 0
    chance = subject.chance
    ours, theirs = copies(subject)
    selection = generate.selection(subject.array, chance) or "..."
    target = memmap(subject, theirs)
    text = selection if selection.startswith("[") and selection.endswith("]") else f"[{selection}]"
    names = {"array": target, "np": np}
    try:
        part = np.asarray(eval(f"array{text}", names))
    except (IndexError, ValueError, KeyError) as error:
        return fail(subject, "set", (ours, selection, "--from", ours, *subject.raw), ours, error)
    # NumPy sets a single element to no array, not even to one of one element.
    dims = shape_for(part.shape, chance) if part.ndim else ()
    kind = kind_for(part.dtype, chance)
    values = generate.fill(kind, math.prod(dims), chance).reshape(dims)
    values = values.copy(chance.choice("CF"))
    # Literals have no dtype that could be converted.
    is_same = kind in (part.dtype, part.dtype.newbyteorder("S"))
    text_of_values = literal(values) if is_same and chance.randrange(2) else None
    arguments = [ours, selection, *subject.raw]
    if text_of_values is None:
        other = subject.folder / "other.npy"
        np.save(other, values)
        values = np.load(other)
        arguments += ["--from", other, "--overflow", "numpy"]
    else:
        arguments.insert(2, text_of_values)
    if not np.can_cast(values.dtype, part.dtype, "same_kind"):
        return fail(subject, "set", arguments, ours, None)
    try:
        exec(f"array{text} = values", names | {"values": values})
    except ValueError as error:
        return fail(subject, "set", arguments, ours, error)
    except IndexError:
        # An element of a structured array can be read with several indices, but not set.
        return 0
    target.flush()
    subject.run("set", *arguments)
    compare(subject, "set", arguments, ours, theirs)
    return 1


def append(subject):
    """Rows behind those that are there, or columns in Fortran order."""
    if subject.path.suffix == ".npz":
        return 0
    chance, array = subject.chance, subject.array
    ours, theirs = copies(subject)
    parts, arguments = [], [ours]
    axis = growth_axis(subject, array)
    for i in range(chance.randint(1, 3)):
        dims = list(array.shape)
        if dims and chance.randrange(20):
            dims[axis] = chance.randint(0, 12)
        elif dims:
            dims[chance.randrange(len(dims))] += 1
        kind = array.dtype if chance.randrange(2) else array.dtype.newbyteorder("S")
        values = generate.fill(kind, math.prod(dims), chance).reshape(dims)
        values = values.copy(chance.choice("CF"))
        path = subject.folder / f"part{i}.npy"
        np.save(path, values)
        arguments.append(path)
        parts.append(np.load(path))
    arguments += subject.raw
    target = memmap(subject, theirs)
    behind = theirs.stat().st_size - target.offset - target.nbytes
    if behind and chance.randrange(2):
        return fail(subject, "append", arguments, ours, None)
    if behind:
        arguments.append("--discard-trailing")
    try:
        result = np.concatenate([target, *parts], axis=axis or 0)
    except ValueError as error:
        return fail(subject, "append", arguments, ours, error, keeps_tail=not behind)
    # As memmap would see the file if it had grown.
    order = "F" if target.flags.fnc or axis else "C"
    result = np.asarray(result.astype(target.dtype), order=order)
    subject.run("append", *arguments)
    start = theirs.read_bytes()[: target.offset]
    del target
    if subject.raw:
        theirs.write_bytes(start + result.tobytes(order))
        if ours.stat().st_size != theirs.stat().st_size:
            sizes = ours.stat().st_size, theirs.stat().st_size
            subject.differ("append", arguments, *sizes)
        found, expected = ours.read_bytes(), theirs.read_bytes()
        if found[: len(start)] != start:
            subject.differ("append", arguments, found[:300], expected[:300])
        equal = steady_bytes(np.frombuffer(found[len(start) :], result.dtype)) == steady_bytes(
            np.frombuffer(expected[len(start) :], result.dtype)
        )
    else:
        with open(theirs, "wb") as file:
            version = tuple(start[6:8])
            np.lib.format.write_array(file, result, None if version == (1, 0) else version)
        found, expected = np.load(ours, mmap_mode="r"), np.load(theirs, mmap_mode="r")
        headers = ours.read_bytes()[: found.offset], theirs.read_bytes()[: expected.offset]
        # The order stays where it makes no difference.
        if result.flags.fnc or not result.flags.f_contiguous:
            if headers[0] != headers[1]:
                subject.differ("append", arguments, *headers)
        equal = found.shape == expected.shape and found.dtype == expected.dtype
        equal = equal and steady_bytes(found) == steady_bytes(expected)
        if ours.stat().st_size != found.offset + found.nbytes:
            subject.differ("append", arguments, "bytes behind the array", "none")
    if not equal:
        subject.differ("append", arguments, ours.read_bytes()[:600], theirs.read_bytes()[:600])
    return 1


def copies(subject):
    """The file twice: for the command, and for NumPy."""
    paths = [subject.folder / f"{name}{subject.path.suffix}" for name in ("ours", "theirs")]
    for path in paths:
        shutil.copy(subject.path, path)
    return paths


def memmap(subject, path):
    """A file of the subject's, as NumPy maps it."""
    if not subject.raw:
        return np.load(path, mmap_mode="r+")
    array = subject.array
    return np.memmap(
        path,
        array.dtype,
        "r+",
        offset=subject.raw_offset,
        shape=array.shape,
        order="F" if array.flags.fnc else "C",
    )


def growth_axis(subject, array):
    if not array.ndim:
        return None
    return array.ndim - 1 if array.flags.fnc else 0


def shape_for(dims, chance):
    """A shape that mostly broadcasts to another."""
    dims = [1 if chance.randrange(5) == 0 else dim for dim in dims]
    dims = dims[chance.randint(0, len(dims)) if chance.randrange(3) == 0 else 0 :]
    if chance.randrange(10) == 0:
        dims.insert(0, chance.choice((1, 1, 2)))
    if dims and chance.randrange(15) == 0:
        dims[chance.randrange(len(dims))] += 1
    return tuple(dims)


def kind_for(kind, chance):
    """A dtype that may be cast to another, or not."""
    match chance.randrange(4):
        case 0 | 1:
            return kind
        case 2:
            return kind.newbyteorder("S")
    if kind.kind in "biuf" and not has_long_double(kind):
        # What becomes of floats that are no integers is not the same everywhere.
        names = NUMBERS if kind.kind == "f" else [name for name in NUMBERS if "f" not in name]
        return np.dtype(chance.choice("<>") + chance.choice(names))
    return kind


def literal(values):
    """Values as Python writes them, if it can."""
    kind = values.dtype
    if kind.kind not in LITERAL_KINDS or has_long_double(kind) or not values.size:
        return None
    if kind.kind == "f" and not np.isfinite(values).all():
        return None
    return repr(values.tolist())


def fail(subject, name, arguments, path, error, keeps_tail=True):
    """The command must say no, in NumPy's words if it has any, and change nothing."""
    before = path.read_bytes()
    done = subject.spawn(name, *arguments)
    lines = done.stderr.decode().splitlines()
    message = "" if error is None or isinstance(error, KeyError) else str(error)
    if name == "append":
        # NumPy counts all arrays, the command only those at fault.
        message = ""
    good = len(lines) == 1 and lines[0].startswith("npymap: ") and message in lines[0]
    same = path.read_bytes() == before or not keeps_tail
    if done.returncode != 1 or done.stdout or not good or not same:
        subject.differ(name, arguments, f"exit {done.returncode}: {done.stderr}", f"1: {message}")
    return 1


def compare(subject, name, arguments, ours, theirs):
    found, expected = memmap(subject, ours), memmap(subject, theirs)
    ends = [
        (path.read_bytes()[: array.offset], path.read_bytes()[array.offset + array.nbytes :])
        for path, array in ((ours, found), (theirs, expected))
    ]
    if ends[0] != ends[1] or steady_bytes(found) != steady_bytes(expected):
        subject.differ(name, arguments, np.asarray(found), np.asarray(expected))
