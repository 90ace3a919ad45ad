"""Random dtypes, arrays and selections, for comparing the command with NumPy."""

import math
import string

import numpy as np

UNITS = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as")
LETTERS = string.ascii_letters + string.digits + " '\"\\\t\n\x7fäßøЖ温度😀\u200b\xa0"


def dtype(chance, depth=0):
    """A dtype of any kind, in either byte order."""
    if depth < 3 and chance.random() < (0.25, 0.3, 0.1)[depth]:
        return structure(chance, depth)
    order = chance.choice("<>")
    match chance.randrange(12):
        case 0 | 1:
            code = chance.choice(("f4", "f8"))
        case 2 | 3 | 4:
            code = chance.choice("iu") + chance.choice("1248")
        case 5:
            code = chance.choice(("f2", "f16"))
        case 6:
            code = chance.choice(("c8", "c16", "c32"))
        case 7:
            code = "?"
        case 8:
            code = f"S{chance.randint(1, 9)}"
        case 9:
            code = f"U{chance.randint(1, 6)}"
        case 10:
            code = f"V{chance.randint(1, 9)}"
        case _:
            unit = chance.choice(UNITS)
            count = chance.choice(("", "", "", 2, 25, 100))
            code = chance.choice(("m8", "M8")) + f"[{count}{unit}]"
            if chance.randrange(16) == 0:
                # NumPy reads the fields of a structure wrongly if these are big-endian.
                code, order = "m8", "<"
    return np.dtype(order + code)


def structure(chance, depth):
    fields = []
    for i in range(chance.randint(1, 4)):
        name = chance.choice((f"f{i}", f"name {i}", f"é{i}", f"it's{i}", f"_{i}"))
        if chance.randrange(8) == 0:
            name = (f"Title {i}", name)
        field = [name, dtype(chance, depth + 1)]
        if chance.randrange(5) == 0:
            field.append(tuple(chance.randint(1, 3) for _ in range(chance.randint(1, 2))))
        fields.append(tuple(field))
    return np.dtype(fields, align=chance.randrange(4) == 0)


def shape(chance):
    """Mostly small, sometimes so large that NumPy prints only the edges, sometimes empty."""
    match chance.randrange(16):
        case 0:
            return ()
        case 1:
            return tuple(chance.randint(0, 3) for _ in range(chance.randint(1, 4)))
        case 2:
            return (chance.randint(900, 1500),)
        case 3:
            rows = chance.randint(2, 60)
            return (rows, 1100 // rows)
        case 4:
            return tuple(chance.randint(4, 8) for _ in range(4))
        case 5:
            return tuple(chance.randint(1, 2) for _ in range(chance.randint(5, 9)))
        case _:
            return tuple(chance.randint(1, 9) for _ in range(chance.randint(1, 4)))


def array(chance):
    """An array that NumPy saves in C or in Fortran order."""
    kind, dims = dtype(chance), shape(chance)
    values = fill(kind, math.prod(dims), chance).reshape(dims)
    return np.asfortranarray(values) if chance.randrange(2) else values


def fill(kind, count, chance):
    """`count` values in 1-d."""
    if kind.subdtype is not None:
        element, dims = kind.subdtype
        values = fill(element, count * math.prod(dims), chance)
        return values.reshape(count, *dims, *values.shape[1:])
    if kind.names is not None:
        values = np.zeros(count, kind)
        for name in kind.names:
            values[name] = fill(kind[name], count, chance)
        return values
    numbers = np.random.default_rng(chance.getrandbits(64))
    native = kind.newbyteorder("=")
    match kind.kind:
        case "b":
            values = numbers.integers(0, 2, count).astype(bool)
        case "i" | "u":
            values = integers(native, count, chance, numbers)
        case "f":
            values = floats(native, count, chance, numbers)
        case "c":
            values = np.empty(count, native)
            values.real = floats(values.real.dtype, count, chance, numbers)
            values.imag = floats(values.imag.dtype, count, chance, numbers)
        case "S":
            raw = [word(chance, kind.itemsize, string.printable).encode() for _ in range(count)]
            values = np.array(raw, native)
        case "U":
            texts = [word(chance, kind.itemsize // 4, LETTERS) for _ in range(count)]
            values = np.array(texts, native)
        case "V":
            values = np.frombuffer(numbers.bytes(count * kind.itemsize), kind)
        case "M" | "m":
            reach = chance.choice((10, 1000, 40000))
            values = numbers.integers(-reach, reach, count)
            if chance.randrange(3) == 0:
                values[numbers.random(count) < 0.2] = np.iinfo("i8").min
            values = values.view(native)
    return values.astype(kind)


def integers(kind, count, chance, numbers):
    info = np.iinfo(kind)
    match chance.randrange(3):
        case 0:
            low, high = max(info.min, -9), 9
        case 1:
            low, high = max(info.min, -1000), min(info.max, 100000)
        case _:
            low, high = info.min, info.max
    return numbers.integers(low, high, count, kind, endpoint=True)


def floats(kind, count, chance, numbers):
    match chance.randrange(6):
        case 0:
            values = numbers.integers(-20, 20, count).astype("f8")
        case 1:
            values = numbers.integers(-2000, 2000, count) / chance.choice((2, 8, 10, 100))
        case 2:
            values = numbers.integers(-(2**40), 2**40, count) / 2.0 ** chance.randint(20, 40)
        case 3:
            exponents = numbers.integers(-40, 40, count)
            values = numbers.integers(1, 2**53, count) * 2.0 ** (exponents - 53)
        case 4:
            values = np.full(count, chance.choice((0.1, 1.0, 1e16, 1e-5, 123456.789)))
        case _:
            raw = np.frombuffer(numbers.bytes(count * 8), "u8") & ~np.uint64(1 << 51)
            values = raw.view("f8")
    if chance.randrange(4) == 0:
        special = (0.0, -0.0, np.nan, np.inf, -np.inf, 5e-324, 1e-310)
        where = np.flatnonzero(numbers.random(count) < 0.15)
        values = values.copy()
        values[where] = [chance.choice(special) for _ in where]
    with np.errstate(all="ignore"):
        return values.astype(kind)


def conversion(kind, chance):
    """A dtype to which all values can be converted in a defined way; mostly `None`."""
    order = chance.choice("<>|")
    floats = ("f2", "f4", "f8", "f16", "c8", "c16", "c32")
    ints = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")
    match kind.kind:
        case "b" | "i" | "u" if chance.randrange(3):
            code = chance.choice((*floats, *ints, "?"))
        case "f" if chance.randrange(3):
            code = chance.choice((*floats, "?"))
        case "c" if chance.randrange(3):
            code = chance.choice((*floats[-3:], "?"))
        case "S" | "U" if chance.randrange(3):
            code = kind.kind + chance.choice(("", str(chance.randint(1, 9))))
        case _:
            return None
    return np.dtype(code if order == "|" else order + code)


def has_open_unit(kind):
    """Whether there are durations without a unit, of which NumPy mistakes the byte order."""
    return "m8'" in repr(kind)


def another(array, chance):
    """An array to compare one with: mostly one of the same shape and of similar values."""
    kind = array.dtype
    other = array.copy(chance.choice("CF"))
    if chance.randrange(12) == 0:
        return np.zeros(shape(chance), kind)
    for _ in range(chance.choice((0, 0, 1, 3))):
        if other.size:
            place = np.unravel_index(chance.randrange(other.size), other.shape)
            other[place] = fill(kind, 1, chance)[0]
    if kind.kind in "fc" and kind.itemsize < 32 and chance.randrange(3) == 0:
        other = (other * (1 + 10.0 ** -chance.randint(2, 12))).astype(kind)
    if chance.randrange(3) == 0 and not has_open_unit(kind):
        other = other.astype(kind.newbyteorder())
    if chance.randrange(3) == 0:
        # What the values are is of no matter: the comparison sees them as they are.
        target = conversion(kind, chance)
        other = other if target is None else other.astype(target)
    return other


def word(chance, longest, letters):
    return "".join(chance.choice(letters) for _ in range(chance.randint(0, longest)))


def view(kind, chance):
    """Another dtype of the same size, for a few arrays of plain elements; otherwise `None`."""
    # Random bytes are no code points: text is not among them.
    sizes = {1: "iu", 2: "iufSV", 4: "iufSV", 8: "iufcSV", 16: "cSV"}
    if kind.names or kind.itemsize not in sizes or chance.randrange(6):
        return None
    return chance.choice("<>") + chance.choice(sizes[kind.itemsize]) + str(kind.itemsize)


def selection(array, chance):
    """NumPy's syntax for a selection that mostly fits; `None` for the whole array."""
    if chance.randrange(12) == 0:
        return None
    parts = []
    if array.dtype.names and chance.randrange(3):
        parts.append(fields(array.dtype, chance))
    if not parts or chance.randrange(2):
        parts.insert(chance.randint(0, len(parts)), index(array.shape, chance))
    # A list of names without brackets around it would be a tuple of names.
    if len(parts) == 1 and not parts[0].startswith("[") and chance.randrange(2):
        return parts[0]
    return "".join(f"[{part}]" for part in parts)


def fields(kind, chance):
    if chance.randrange(25) == 0:
        return repr("no such field")
    names = [chance.choice(kind.names) for _ in range(chance.choice((1, 1, 1, 2)))]
    if len(set(names)) > 1:
        return repr(sorted(names, key=kind.names.index))
    title = kind.fields[names[0]][2:]
    return repr(chance.choice((*title, names[0])))


def index(shape, chance):
    items = []
    for dim in shape[: chance.randint(0, len(shape))]:
        if chance.randrange(5) < 2:
            outside = chance.randrange(25) == 0
            items.append(str(chance.randint(-dim, dim - 1) if dim and not outside else dim))
        else:
            items.append(slice_text(dim, chance))
    if chance.randrange(5) == 0:
        items.insert(chance.randint(0, len(items)), chance.choice(("None", "np.newaxis")))
    if not items or chance.randrange(4) == 0:
        items.insert(chance.randint(0, len(items)), "...")
    if chance.randrange(50) == 0:
        items.append("0, 0, 0")
    return chance.choice((", ", ",", " , ")).join(items)


def slice_text(dim, chance):
    bounds = [chance.choice(("", chance.randint(-dim - 2, dim + 2))) for _ in "ab"]
    step = chance.choice((None, None, "", 1, 2, 3, -1, -1, -2, -7))
    return ":".join(map(str, bounds if step is None else (*bounds, step)))
