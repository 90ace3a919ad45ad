"""Asks NumPy how it prints elements and arrays, and writes text.json.

    python make_text.py [--seed N] [--scale N] [--out DIR]

Another seed or scale makes other or more cases; what is committed has the defaults.

The document has three parts. A dtype is the Python literal of a descriptor, or a name of ml_dtypes.

"elements": [dtype, bytes of several elements in hexadecimal, [str of each]]
"arrays":   [dtype, shape, order, bytes in hexadecimal, text]; the bytes are repeated until they
            fill the array, and stand in the order given
"hashes":   {dtype: [FNV-1a of the strs of 256 elements, each followed by a line feed, for every
            256 of all elements of one or two bytes, or of those that `mixed` makes]}
"""

import json
import warnings

import ml_dtypes
import numpy as np
from numpy.lib.format import descr_to_dtype

from common import Output, steady_bytes

EXTENDED = [
    "bfloat16", "complex32", "float4_e2m1fn", "float6_e2m3fn", "float6_e3m2fn", "float8_e3m4",
    "float8_e4m3", "float8_e4m3b11fnuz", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2",
    "float8_e5m2fnuz", "float8_e8m0fnu", "int2", "int4", "uint2", "uint4",
]
# Of these some bits are unused, and ml_dtypes is not consistent in ignoring them.
BITS = {"float4_e2m1fn": 4, "float6_e2m3fn": 6, "float6_e3m2fn": 6}

FLOATS = ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "<f16", ">f16"]
COMPLEX = ["<c8", ">c8", "<c16", ">c16", "<c32"]
INTEGERS = ["|i1", "|u1", "<i2", ">i2", "<u2", "<i4", ">i4", "<u4", "<i8", ">i8", "<u8", ">u8"]
UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"]
TIMES = (
    [f"{order}{kind}8[{unit}]" for kind in "Mm" for unit in UNITS for order in "<"]
    + ["<M8[25s]", ">M8[10Y]", "<M8[3M]", "<M8[7W]", "<M8[15m]", "<m8[25s]", ">m8[1000ns]", "<m8",
       "<M8[2147483647as]", "<m8[2147483647D]", ">M8[us]", ">m8[h]"]
)
TEXTS = ["|S1", "|S5", "|S12", "<U1", "<U4", ">U6", "<U15", "|V1", "|V3", "|V16", "|S0", "<U0", "|V0"]
STRUCTURES = [
    [("a", "<i4"), ("b", "<f4")],
    [("x", "<f8")],
    [("x", "<f8"), ("y", ">f8"), ("z", "<f2")],
    [("name", "<U5"), ("age", "|u1"), ("when", "<M8[D]"), ("took", "<m8[s]")],
    [("flag", "|b1"), ("flags", "|b1", (2,)), ("s", "|S3"), ("v", "|V2")],
    [("c", "<c8"), ("d", ">c16"), ("e", "<f4", (2, 2))],
    [("inner", [("a", "<i2"), ("b", "<f8"), ("deep", [("z", "|b1")])]), ("n", "<u8")],
    [("many", [("a", "|i1"), ("b", "<f4", (2,))], (3,))],
    [("pad", "|u1"), ("", "|V3"), ("x", "<i4")],
    [("m", "<f4", (3, 2)), ("t", "<M8[s]", (2,)), ("u", "<U3", (2,))],
    [("none", "<f4", (0,)), ("nil", "<i4", (2, 0)), ("zero", "|S0")],
    [("long", "|u1", (1001,))],
    [("long", "<f2", (11, 101)), ("b", "|u1")],
    [("g", "<f16"), ("G", "<c32")],
    [],
    [("e", [])],
    ("<i4", [("lo", "<u2"), ("hi", "<u2")]),
    (">f4", [("a", "|V2"), ("b", "<i2")]),
    ("|S4", [("a", "<i4")]),
    ("<M8[s]", [("a", "<i8")]),
    ("<c8", [("re", "<f4"), ("im", "<f4")]),
    ("|V8", [("a", "<i4"), ("b", "<f4")]),
    [("overlaid", ("<i4", [("lo", "<u2"), ("hi", "<u2")])), ("f", "<f4")],
    [(("title", "name"), "<i4")],
    [("array", ("<i4", (2,)), (3,))],
]
SHAPES = [
    (), (0,), (3, 0), (0, 3, 2), (1,), (2,), (3,), (5,), (7,), (11,), (23,), (40,), (1, 1), (2, 3),
    (3, 1), (1, 9), (4, 4), (2, 25), (2, 2, 2), (1, 3, 2), (3, 1, 1), (2, 1, 3, 2), (1, 1, 1, 1, 4),
]
LARGE = [
    (1001,), (2000,), (1000,), (1, 1001), (1001, 1), (40, 40), (26, 39), (7, 150), (6, 170), (170, 6),
    (3, 400), (12, 12, 12), (5, 7, 30), (2, 7, 100), (1, 6, 170), (7, 7, 7, 7), (2, 2, 300), (300, 2, 2),
    (1100, 1, 1),
]


class Maker:
    """Makes random values."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)

    def pick(self, items):
        return items[int(self.random.integers(len(items)))]

    def floats(self, dtype, count):
        random, real = self.random, np.dtype(dtype).newbyteorder("=")
        moods = [
            lambda: random.integers(-9, 10, count),
            lambda: random.integers(0, 1000, count),
            lambda: random.integers(-1200, 1200, count) * 1000,
            lambda: random.random(count),
            lambda: random.random(count).round(int(random.integers(9))),
            lambda: random.normal(size=count) * 10.0 ** random.integers(-6, 10),
            lambda: random.normal(size=count).round(3) * 10.0 ** random.integers(-3, 4),
            lambda: 10.0 ** random.uniform(-6, 10, count),
            lambda: 10.0 ** random.integers(-8, 18, count),
            lambda: 2.0 ** random.integers(-30, 60, count),
            lambda: 1 + random.random(count) * 10.0 ** -random.integers(5, 10),
            lambda: np.full(count, random.normal()),
            lambda: random.integers(-3, 4, count) / 2.0 ** random.integers(0, 40),
            lambda: random.choice([1.0, 999.5, 1000, 1001, 1e-4, 9.9e-5, 1e3, 1e6, 999999, 1e8, 99999999],
                                  count),
            lambda: random.choice([5e-5, 1e16, 1e15, 1e-4, 123456789.0, 0.1, 1e17, 1e300], count),
            lambda: random.integers(1, 9, count) * 10.0 ** random.integers(-330, 309, count),
            lambda: np.round(10.0 ** random.uniform(0, 3.1, count), 2),
            lambda: 1 - 10.0 ** -random.uniform(1, 12, count),
        ]
        values = self.pick(moods)().astype(real)
        if random.random() < 0.15 and real.itemsize < 16:
            values = random.integers(0, 256, count * real.itemsize, dtype="u1").view(real)
        elif random.random() < 0.25:
            # Neighbours of round values, exactly.
            values = np.nextafter(values, real.type(self.pick([np.inf, -np.inf, 0])))
        elif random.random() < 0.15 and real.itemsize == 16:
            values = values / real.type(3)
            values *= real.type(2) ** int(random.integers(-16000, 16000))
        if random.random() < 0.3:
            specials = self.pick([[np.nan], [np.inf], [-np.inf], [0.0, -0.0], [np.nan, np.inf, -np.inf, 0]])
            where = random.random(count) < self.pick([0.1, 0.5, 1.0])
            values[where] = random.choice(specials, int(where.sum())).astype(real)
        if random.random() < 0.2:
            values = np.abs(values)
        return values

    def values(self, dtype, count):
        """An array of one dimension."""
        random, result = self.random, np.zeros(count, dtype)
        if dtype.names is not None and dtype.kind == "V":
            for name in dtype.names:
                element, shape = dtype[name], ()
                while element.subdtype is not None:
                    element, inner = element.subdtype
                    shape += inner
                flat = self.values(element, count * int(np.prod(shape, dtype=int)))
                result[name] = flat.reshape((count, *shape))
            return result
        if dtype.names is not None:
            return self.values(np.dtype(dtype.str), count).view(dtype)
        kind, size = dtype.kind, dtype.itemsize
        if kind == "f":
            result[:] = self.floats(dtype, count)
        elif kind == "c":
            half = np.dtype(f"f{size // 2}")
            result.real = self.floats(half, count)
            result.imag = self.floats(half, count)
        elif kind == "b":
            result = random.choice(np.array([0, 1, 1, 2, 255], "u1"), count).view("?").view(dtype)
        elif kind in "iu":
            info = np.iinfo(dtype)
            low, high = self.pick([(0, 9), (-9, 9), (0, 255), (-128, 127), (-40000, 70000), (info.min, info.max)])
            low, high = max(low, info.min), min(high, info.max)
            result[:] = random.integers(low, high, count, dtype=dtype.newbyteorder("="), endpoint=True)
        elif kind in "mM":
            reach = self.pick([10, 30000, 10**6, 10**9, 10**12, 10**15, 10**18, 2**63 - 1])
            low = self.pick([-reach, 0])
            counts = random.integers(low, reach, count, dtype="i8", endpoint=True)
            if kind == "M" and np.datetime_data(dtype)[0] == "Y" and random.random() < 0.5:
                counts -= 1970
            if random.random() < 0.3:
                counts[random.random(count) < self.pick([0.1, 0.5, 1])] = -(2**63)
            result[:] = counts.view(dtype.newbyteorder("="))
        elif kind == "S":
            alphabet = self.pick([b"abc", b"ab'\"", b"a\0b\\\n", bytes(range(256))])
            result = random.choice(np.frombuffer(alphabet, "u1"), count * size).view(dtype) if size else result
        elif kind == "U":
            alphabet = self.pick(["abc", "ab'\"", "a\0\\\n\t\r", "äé字🐍\u0301", "\x85\xa0\xad\u2028\ue000\U000e0001\U0010ffff\x7f",
                                  "a\ud800\udfff"])
            codes = np.array([ord(c) for c in alphabet], "u4")
            if size:
                result = random.choice(codes, count * size // 4).astype(f"{dtype.byteorder}u4").view(dtype)
        elif kind == "V" and size:
            result = random.integers(0, 256, count * size, dtype="u1").view(dtype)
        return result


def dtype_of(name):
    if name in EXTENDED:
        return np.dtype(getattr(ml_dtypes, name))
    return descr_to_dtype(name)


def label(name):
    return name if name in EXTENDED else repr(name)


def make_values(maker, name, count):
    dtype = dtype_of(name)
    if name in EXTENDED:
        bits = BITS.get(name, 8)
        data = maker.random.integers(0, 1 << bits, count * dtype.itemsize, dtype="u1")
        if maker.random.random() < 0.5 and dtype.itemsize > 1:
            width = "f4" if name == "bfloat16" else "c8"
            return maker.values(np.dtype(width), count).astype(dtype)
        return data.view(dtype)
    return maker.values(dtype, count)


def elements(maker, scale):
    names = [*FLOATS, *COMPLEX, "|b1", *INTEGERS, *TIMES, *TEXTS, *STRUCTURES, *EXTENDED]
    for name in names:
        is_float = name in FLOATS or name in COMPLEX
        for _ in range(scale * (16 if is_float else 4)):
            values = make_values(maker, name, 6)
            texts = [str(value) for value in values]
            if not any(map(has_surrogates, texts)):
                yield [label(name), steady_bytes(values).hex(), texts]


def array_case(maker, name, shape, order, distinct):
    size = int(np.prod(shape, dtype=int))
    values = make_values(maker, name, min(size, distinct))
    data = steady_bytes(values)
    repeated = data * (size // max(len(values), 1) + 1)
    array = np.ndarray(shape, dtype_of(name), buffer=repeated or b" ", order=order)
    return [label(name), list(shape), order, data.hex(), str(array)]


def has_surrogates(text):
    """JSON could not hold them."""
    return any(0xD800 <= ord(c) < 0xE000 for c in text)


def is_fit(case):
    """Whether a case can be written, and is not too large for a file of many."""
    return not has_surrogates(case[4]) and len(case[3]) + len(case[4]) < 8000


def arrays(maker, scale):
    names = [*FLOATS, *COMPLEX, "|b1", *INTEGERS, *TIMES, *TEXTS, *STRUCTURES, *EXTENDED]
    for name in names:
        weight = 40 if name in FLOATS or name in COMPLEX else 12
        for _ in range(scale * weight):
            yield array_case(maker, name, maker.pick(SHAPES), maker.pick("CF"), 1000)
    for shape in SHAPES + LARGE:
        for order in "CF":
            for name in ["<f8", "<i4", maker.pick(names)]:
                yield array_case(maker, name, shape, order, 13)
    for _ in range(scale):
        for name in names:
            yield array_case(maker, name, maker.pick(LARGE), maker.pick("CF"), 11)
    # As many dimensions as there can be, and elements wider than a line.
    for name in ["<f4", "<U4", "<c16"]:
        yield array_case(maker, name, (1,) * 64, "C", 1)
        yield array_case(maker, name, (2,) + (1,) * 60 + (2,), "C", 4)
        yield array_case(maker, name, (1,) * 62 + (3, 3), "C", 9)
    for width in [30, 36, 37, 70, 71, 72, 73, 74, 80]:
        for name in [f"|S{width}", f"<U{width}"]:
            values = np.array(["a" * width, "b" * width, "c"], dtype_of(name))
            for shape in [(3,), (3, 1), (1, 3)]:
                yield [label(name), list(shape), "C", steady_bytes(values).hex(), str(values.reshape(shape))]


def fnv(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def mixed(count):
    """64-bit numbers that look random: splitmix64 of 0, 1, 2, …"""
    x = np.arange(1, count + 1, dtype="u8") * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def hashes():
    everything = {"'<f2'": np.arange(65536, dtype="<u2").view("<f2")}
    everything["bfloat16"] = np.arange(65536, dtype="<u2").view(ml_dtypes.bfloat16)
    for name in EXTENDED:
        if dtype_of(name).itemsize == 1:
            everything[name] = np.arange(1 << BITS.get(name, 8), dtype="u1").view(dtype_of(name))
    everything["'<f8'"] = mixed(65536).view("<f8")
    everything["'<f4'"] = mixed(32768).view("<f4")

    def lines(values):
        return "".join(str(value) + "\n" for value in values)

    return {
        name: [f"{fnv(lines(values[i:i + 256])):016x}" for i in range(0, len(values), 256)]
        for name, values in everything.items()
    }


def main():
    output = Output(__doc__, seed=0, scale=1)
    options = output.options
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    maker = Maker(options.seed)
    document = {
        "elements": list(elements(maker, options.scale)),
        "arrays": [case for case in arrays(maker, options.scale) if is_fit(case)],
        "hashes": hashes(),
    }
    lines = []
    for name, part in document.items():
        if isinstance(part, list):
            cases = ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in part)
            lines.append(f'"{name}":[\n{cases}]')
        else:
            lines.append(f'"{name}":{json.dumps(part, separators=(",", ":"))}')
    output.write("text.json", ("{" + ",\n".join(lines) + "}\n").encode())
    print(f"{len(document['elements'])} groups of elements, {len(document['arrays'])} arrays")


if __name__ == "__main__":
    main()
