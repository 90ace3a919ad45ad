"""The files that the cases select from: arrays of every dtype, and files as other writers make
them. Nothing here is random; `make.py` writes the files and asks NumPy about them."""

import dataclasses
import io
import math
import struct
import warnings

import ml_dtypes
import numpy as np

# NumPy says that versions 2 and 3 need newer readers, and that old headers are slow to parse.
warnings.simplefilter("ignore")


@dataclasses.dataclass
class File:
    """A file, and how the cases about it come about."""

    name: str
    data: bytes
    # The array that NumPy sees in it; None if it refuses.
    array: np.ndarray | None = None
    # The kind of error with which every reader must refuse it.
    refused: str | None = None
    # The ml_dtypes name of the dtype that its raw elements are to be read as.
    view: str | None = None
    # What is selected besides what the shape suggests.
    selections: tuple[str, ...] = ()


def files():
    yield from every_dtype()
    yield from wild_values()
    yield from summarised()
    yield from structured()
    yield from extended()
    yield from other_writers()
    yield from versions()
    yield from refused()


# --- values -----------------------------------------------------------------------------------

DTYPES = (
    "?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "f16", "c8", "c16",
    "c32", "S5", "U3", "V3", "M8[D]", "M8[ns]", "M8[25s]", "m8[ms]", "m8",
)  # fmt: skip

TEXTS = ("", "a", "été", "温度計", "😀b", "a\0b", "' \"", "\n\t", " x ", "zz")
BYTES = (b"", b"a", b"ab\0c", b"hello", b"\xff\x01", b"'\"", b"\\\n", b"  ", b"z\0\0z", b"~")


def sample(dtype, count, start=0):
    """`count` values of a dtype in 1-d, beginning with the `start`-th of a fixed sequence."""
    dtype = np.dtype(dtype)
    native = dtype.newbyteorder("=")
    steps = range(start, start + count)
    if dtype.subdtype is not None:
        element, shape = dtype.subdtype
        values = sample(element, count * math.prod(shape), start)
        return values.reshape(count, *shape, *values.shape[1:])
    if dtype.names is not None:
        values = np.zeros(count, dtype)
        for i, name in enumerate(dtype.names):
            values[name] = sample(dtype[name], count, start + 3 * i)
        return values
    match dtype.kind:
        case "b":
            values = [step * step % 3 == 1 for step in steps]
        case "i" | "u":
            info = np.iinfo(native)
            edges = [0, 1, info.max, info.min, 7, info.max - 1]
            values = [edges[s] if s < 6 else s * 2654435761 % info.max for s in steps]
        case "f" if dtype.itemsize == 16:
            return long_doubles([plain(step) for step in steps]).astype(dtype)
        case "f":
            values = [plain(step) for step in steps]
        case "c" if dtype.itemsize == 32:
            parts = [part for step in steps for part in (plain(step), plain(step + 5))]
            return long_doubles(parts).view("c32").astype(dtype)
        case "c":
            values = [complex(plain(step), plain(step + 5)) for step in steps]
        case "S":
            values = [BYTES[step % len(BYTES)] for step in steps]
        case "U":
            values = [TEXTS[step % len(TEXTS)] for step in steps]
        case "V":
            raw = bytes(step * 67 % 256 for step in range(start, start + count * dtype.itemsize))
            return np.frombuffer(raw, dtype)
        case "M" | "m":
            counts = [-(2**63) if step % 6 == 4 else step * step * 1013 - 4000 for step in steps]
            return np.array(counts, "i8").view(native).astype(dtype)
    return np.array(values, native).astype(dtype)


def plain(step):
    """Numbers as measurements have them: a few digits, both signs."""
    return (step * 37 % 100 - 50) / (8 if step % 3 else 10)


def long_doubles(values):
    """x87 numbers, their six padding bytes zero, which a conversion would leave to chance."""
    return np.frombuffer(b"".join(x87(value) for value in values), "<f16")


def x87(value, low_bits=0):
    """A float in 80-bit extended precision, padded to 16 bytes. `low_bits` fill the 11 bits of
    the mantissa that a float has not got."""
    sign = 0x8000 if math.copysign(1, value) < 0 else 0
    if math.isnan(value):
        return struct.pack("<QH6x", 0xC << 60, sign | 0x7FFF)
    if math.isinf(value):
        return struct.pack("<QH6x", 0x8 << 60, sign | 0x7FFF)
    if value == 0:
        return struct.pack("<QH6x", 0, sign)
    fraction, exponent = math.frexp(abs(value))
    mantissa = int(fraction * 2**53) << 11 | low_bits
    return struct.pack("<QH6x", mantissa, sign | exponent + 16382)


def saved(array, version=None):
    """What np.save writes."""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, version)
    return buffer.getvalue()


def loaded(data):
    """What np.load reads, however long the header."""
    return np.load(io.BytesIO(data), max_header_size=1 << 20)


def by_numpy(name, array, **options):
    data = saved(array)
    return File(name, data, loaded(data), **options)


def by_hand(header, data, version=(1, 0), end=" \n", align=1):
    """A file with any header text, padded before `end` to a multiple of `align`."""
    size, prefix = ("<H", 10) if version == (1, 0) else ("<I", 12)
    text = header.encode("utf-8" if version == (3, 0) else "latin-1")
    pad = b" " * (-(prefix + len(text) + len(end)) % align)
    text += pad + end.encode()
    return b"\x93NUMPY" + bytes(version) + struct.pack(size, len(text)) + text + data


# --- arrays that NumPy saves ------------------------------------------------------------------


def every_dtype():
    """Every plain dtype, in both byte orders, in C and Fortran order, with 0 to 3 dimensions."""
    for code in DTYPES:
        stem = code.replace("?", "b1").replace("[", "_").replace("]", "")
        # Not by case alone: some file systems ignore it.
        stem = stem.replace("M8", "datetime").replace("m8", "timedelta")
        for order in "<>":
            dtype = np.dtype(code).newbyteorder(order)
            if order == ">" and dtype == np.dtype(code):
                continue  # one byte each, or none of them a number
            name = f"{stem}_{'le' if order == '<' else 'be'}"
            yield by_numpy(f"{name}_0d", sample(dtype, 1, 6).reshape(()))
            yield by_numpy(f"{name}_7", sample(dtype, 7))
            yield by_numpy(f"{name}_3x4", sample(dtype, 12).reshape(3, 4))
            yield by_numpy(f"{name}_3x4_f", np.asfortranarray(sample(dtype, 12).reshape(3, 4)))
            if order == "<":
                yield by_numpy(f"{name}_2x3x4", sample(dtype, 24).reshape(2, 3, 4))
            else:
                cube = np.asfortranarray(sample(dtype, 24).reshape(2, 3, 4))
                yield by_numpy(f"{name}_2x3x4_f", cube)
    for shape in ((0,), (2, 0, 3), (0, 5)):
        name = "x".join(map(str, shape))
        yield by_numpy(f"f4_le_{name}", np.zeros(shape, "<f4"))
        yield by_numpy(f"U3_be_{name}", np.zeros(shape, ">U3"))
    yield by_numpy("i4_le_1x5x1", sample("<i4", 5).reshape(1, 5, 1))
    yield by_numpy("i4_le_6d", sample("<i4", 96).reshape(2, 1, 3, 2, 4, 2))
    yield by_numpy("i1_le_32d", sample("i1", 2).reshape((1,) * 20 + (2,) + (1,) * 11))
    for code in ("S", "U", "V"):
        yield by_numpy(f"{code}0_le_3", np.ndarray(3, f"{code}0"))


WILD = (
    0.0, -0.0, math.nan, math.inf, -math.inf, 0.1, 1 / 3, -2.5, 1e-5, 123456.789, 1e16, 65504.0,
    6e-8, 3.4028234663852886e38, 1e-45, 2.2250738585072014e-308, 5e-324, 1.7976931348623157e308,
)  # fmt: skip

UNITS = {
    "years": "Y", "months": "M", "weeks": "W", "days": "D", "hours": "h", "minutes": "m",
    "seconds": "s", "milli": "ms", "micro": "us", "nano": "ns", "pico": "ps", "femto": "fs",
    "atto": "as", "three_days": "3D",
}  # fmt: skip


def wild_values():
    """Special numbers, and groups of numbers that decide between the ways to print."""
    groups = {
        "all": WILD,
        "finite": tuple(v for v in WILD if math.isfinite(v)),
        "nan_int": (1.0, math.nan, -3.0, math.inf),
        "small": (0.001, 0.00012, 0.5, -0.25),
        "large": (1e8, 12345678.0, 1.0),
        "ratio": (1.0, 1001.5, 0.5),
        "digits": (0.123456789012, 1.1, 100.0, -7.0),
    }
    for code in ("f2", "f4", "f8"):
        for name, values in groups.items():
            yield by_numpy(f"{code}_{name}", np.array(values, f"<{code}"))
            yield by_numpy(f"{code}_{name}_be", np.array(values, f">{code}"))
    for code in ("c8", "c16"):
        for name, values in groups.items():
            pairs = [complex(re, im) for re, im in zip(values, values[1:] + values[:1])]
            yield by_numpy(f"{code}_{name}", np.array(pairs, f"<{code}"))
    # Halves that a float must round, numbers beyond its range, and what no operation makes.
    numbers = [x87(value) for value in WILD]
    numbers += [x87(1.0, low_bits) for low_bits in (1, 1023, 1024, 1025, 2047)]
    numbers += [x87(-0.1, 1024), x87(1 - 2**-53, 2047)]
    numbers += [struct.pack("<QH6x", 1 << 63, exponent) for exponent in (1, 15000, 32766)]
    numbers += [struct.pack("<QH6x", 1, 0), struct.pack("<QH6x", 3 << 62, 16383 - 1075)]
    longs = np.frombuffer(b"".join(numbers), "<f16")
    yield by_numpy("f16_wild", longs)
    yield by_numpy("f16_wild_be", longs.astype(">f16"))
    yield by_numpy("U4_wide", np.array(["😀é", "\x7f\x80", "\u3000", "\U0010ffff"], "<U4"))
    for name, unit in UNITS.items():
        counts = np.array([0, 1, -1, 1000, -(2**63), 40000, -40000], "<i8")
        yield by_numpy(f"datetime_{name}", counts.view(f"<M8[{unit}]"))
        yield by_numpy(f"timedelta_{name}", counts.view(f"<m8[{unit}]"))


def summarised():
    """Arrays above 1000 elements, of which only the edges are printed."""
    edge = ("1:", "-1", "...")
    yield by_numpy("i2_1000", sample("<i2", 1000), selections=("::1",))
    yield by_numpy("i2_1001", sample("<i2", 1001), selections=("1:", "::-1"))
    yield by_numpy("f4_40x50", sample("<f4", 2000).reshape(40, 50), selections=(*edge, "::2,::2"))
    big = np.asfortranarray(sample(">f8", 1400).reshape(20, 70))
    yield by_numpy("f8_20x70_f", big, selections=("::-1, 3:", "None", "[:, :, None]"))
    yield by_numpy("u1_7x6x5x6", sample("u1", 1260).reshape(7, 6, 5, 6), selections=edge)
    yield by_numpy("u1_600x2", sample("u1", 1200).reshape(600, 2))
    yield by_numpy("c8_30x40", sample("<c8", 1200).reshape(30, 40))
    yield by_numpy("b1_1100", sample("?", 1100))
    yield by_numpy("S5_1100", sample("S5", 1100))
    yield by_numpy("U3_2x600", sample("<U3", 1200).reshape(2, 600))
    yield by_numpy("datetime_1100", sample("<M8[s]", 1100))
    yield by_numpy("struct_1100", sample([("x", "<f4"), ("y", "<i2")], 1100))


def structured():
    plain_fields = [("x", "<f4"), ("y", ">i2"), ("name", "S3")]
    nested = [("p", [("q", "<i4"), ("r", [("s", "<f8"), ("t", "?")])]), ("u", "<u2")]
    titled = [(("Title A", "a"), "<i4"), ("n", [(("Inner", "p"), "<f8"), ("q", "|S3", (2,))])]
    arrays = [("m", "<f4", (2, 3)), ("v", "|u1", (3,)), ("w", "<i2", (1,))]
    deep = [("c", np.dtype(("<f8", (5,))), (2,)), ("d", [("e", "<U2", (2,))], (3,))]
    aligned = np.dtype([("a", "u1"), ("b", "<f8"), ("c", "u1")], align=True)
    gaps = np.dtype({"names": ["a", "b"], "formats": ["<i2", "<i4"], "offsets": [2, 8]})
    odd_names = [("it's", "<i4"), ('a"b', "<i2"), ("a\nb\\", "u1")]
    cells = ("['x']", "['y'][2:5]", "[1]['name']", "[1:]['x'][::-1]", "['x'][0]", "['zz']")
    yield by_numpy("struct_7", sample(plain_fields, 7), selections=cells)
    yield by_numpy("struct_0d", sample(plain_fields, 1, 2).reshape(()), selections=cells[:1])
    yield by_numpy("struct_3x4", sample(plain_fields, 12).reshape(3, 4), selections=cells[:2])
    wide = np.asfortranarray(sample(plain_fields, 12).reshape(3, 4))
    yield by_numpy("struct_3x4_f", wide, selections=("['y'][:, 1]", "[2]['x']", "[['x', 'name']]"))
    yield by_numpy("struct_0", sample(plain_fields, 0), selections=("['x']",))
    yield by_numpy("struct_one", sample([("only", ">f8")], 5), selections=("['only']",))
    inner = ("['p']", "['p']['r']", "['p']['r']['s'][::2]", "[['u']]", "['u']", "['p'][['q']]")
    yield by_numpy("struct_nested", sample(nested, 5), selections=inner)
    named = ("['a']", "['Title A']", "['n']['p']", "['n']['Inner']", "['n']['q'][1, 0]")
    yield by_numpy("struct_titles", sample(titled, 4), selections=named)
    subs = ("['m']", "['m'][1]", "['m'][:, 1, ::-1]", "['v'][..., 0]", "['w']", "[0]['m']")
    yield by_numpy("struct_arrays", sample(arrays, 4), selections=subs)
    yield by_numpy("struct_deep", sample(deep, 3), selections=("['c']", "['d']['e'][1, 2, 0]"))
    yield by_numpy("struct_aligned", sample(aligned, 5), selections=("['b']", "[['a', 'c']]"))
    yield by_numpy("struct_gaps", sample(gaps, 5), selections=("['b'][1:]", "[['b']]"))
    # Bytes between the fields belong to no one, and here they are not zero.
    noisy = bytearray(saved(sample(aligned, 3)))
    for start in range(len(noisy) - 3 * 24, len(noisy), 24):
        noisy[start + 1 : start + 8] = b"padding"
        noisy[start + 17 : start + 24] = b"padding"
    yield File("struct_noise", bytes(noisy), loaded(bytes(noisy)), selections=("[['a', 'b']]",))
    yield by_numpy("struct_names", sample(odd_names, 3), selections=('["it\'s"]', "['a\"b']"))
    yield by_numpy("struct_unicode", sample([("温度", "<f4"), ("é", "u1")], 3), selections=("['温度']",))
    yield by_numpy("struct_latin", sample([("é", "<f4")], 3), selections=("['é']",))
    yield by_numpy("struct_times", sample([("t", "<M8[us]"), ("d", ">m8[h]")], 5))
    yield by_numpy("struct_longs", sample([("a", "u1"), ("l", "<f16")], 3), selections=("['l']",))
    yield by_numpy("struct_empty", np.zeros(2, []))
    # NumPy reads fields that lie on top of a number, yet does not write them.
    overlay = np.dtype(("<i4", [("lo", "<u2"), ("hi", "<u2")]))
    values = sample("<i4", 6)
    data = by_hand(header("('<i4', [('lo', '<u2'), ('hi', '<u2')])", "(6,)"), values.tobytes())
    yield File("struct_overlay", data, values.view(overlay), selections=("['hi']", "['lo'][::-2]"))


ML_DTYPES = (
    "bfloat16", "float4_e2m1fn", "float6_e2m3fn", "float6_e3m2fn", "float8_e3m4", "float8_e4m3",
    "float8_e4m3b11fnuz", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz",
    "float8_e8m0fnu", "complex32", "int2", "int4", "uint2", "uint4",
)  # fmt: skip


def extended():
    """Numbers of ml_dtypes, which NumPy saves as raw data or under names it cannot read."""
    for name in ML_DTYPES:
        dtype = np.dtype(getattr(ml_dtypes, name))
        integers = ml_dtypes.iinfo(dtype) if "int" in name else None
        if integers:
            values = np.arange(int(integers.min), int(integers.max) + 1).astype(dtype)
        elif dtype.itemsize == 1:
            bits = 4 if "float4" in name else 6 if "float6" in name else 8
            values = np.arange(2**bits, dtype="u1").view(dtype)
            # No one promises what becomes of the other bits of a NaN.
            values[np.isnan(values)] = np.array(np.nan).astype(dtype)
        else:
            values = np.array(WILD + tuple(map(plain, range(14))), "f4").astype(dtype)
        values = values[: len(values) // 4 * 4].reshape(-1, 4)
        yield File(f"ml_{name}", saved(values), values, view=name)
    halves = np.array([1, 2.5, -3], ml_dtypes.bfloat16)
    named = by_hand(header("'bfloat16'", "(3,)"), halves.tobytes())
    yield File("ml_bfloat16_named", named, halves, view="bfloat16")
    big = by_hand(header("'>V2'", "(3,)"), halves.view("<u2").astype(">u2").tobytes())
    yield File("ml_raw_be", big, np.frombuffer(halves.view("<u2").astype(">u2").tobytes(), "V2"))


# --- files of other writers -------------------------------------------------------------------


def header(descr, shape, order="False"):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"


def other_writers():
    """Data at any offset, odd spelling, old Python: all files that NumPy reads."""
    i4, f8 = sample("<i4", 12), sample("<f8", 6)
    spaced = "{'descr': '<i4', 'fortran_order': False, 'shape': (3, 4, )}"
    terse = "{'descr':'<f8','fortran_order':False,'shape':(2,3,)}"
    kinds = {
        "offset_74": by_hand(spaced, i4.tobytes(), end=" " * 4 + "\n"),
        "offset_76": by_hand(spaced, i4.tobytes(), end=" " * 6 + "\n"),
        "offset_82": by_hand(terse, f8.tobytes(), (2, 0), end=" " * 17 + "\n"),
        "offset_odd": by_hand(header("'<f8'", "(6,)"), f8.tobytes(), align=1, end="  \n"),
        "no_newline": by_hand(header("'<i4'", "(12,)", "True"), i4.tobytes(), end=""),
        "aligned_16": by_hand(header("'<f8'", "(2, 3)", "True"), f8.tobytes(), align=16, end="\n"),
        "python_2": by_hand(header("'<i4'", "(3L, 4L)"), i4.tobytes(), align=16, end="\n"),
        "crlf": by_hand(header("'<i4'", "(12,)"), i4.tobytes(), end="\r\n"),
        "comment": by_hand(header("'<i4'", "(0xC,)") + " # twelve", i4.tobytes()),
        "escapes": by_hand(header(r"'\x3c' 'i' '\u0034'", "((3), 4)"), i4.tobytes()),
        "last_wins": by_hand(
            "{'shape': (9,), 'descr': '<i4', 'fortran_order': True, 'shape': (4, 3)}", i4.tobytes()
        ),
        "native_i4": by_hand(header("'i4'", "(12,)"), i4.tobytes()),
        "equal_i4": by_hand(header("'=i4'", "(12,)"), i4.tobytes()),
        "named_int32": by_hand(header("'int32'", "(12,)"), i4.tobytes()),
        "bool_le": by_hand(header("'<b1'", "(4,)"), b"\0\1\2\xff"),
        "comma_string": by_hand(header("'<f8,<i4'", "(4,)"), f8.tobytes()),
        "growth": by_hand(header("'<i4'", "(3, 4)"), i4.tobytes(), align=64, end=" " * 300 + "\n"),
        "trailing": by_hand(header("'<i4'", "(11,)"), i4.tobytes()),
        "two_arrays": saved(i4) + saved(f8),
    }
    for name, data in kinds.items():
        yield File(f"writer_{name}", data, loaded(data))
    # np.load reads too little of these. Mapped, the array has one more dimension.
    for name, descr, shape, order in (
        ("sub_array", "('<i4', (2,))", (6,), "C"),
        ("sub_array_f", "'2<i4'", (2, 3), "F"),
    ):
        data = by_hand(header(descr, shape, str(order == "F")), i4.tobytes())
        array = np.ndarray(shape, np.dtype(("<i4", (2,))), i4.tobytes(), order=order)
        yield File(f"writer_{name}", data, array)


def versions():
    i4 = sample(">i4", 12).reshape(3, 4)
    for version in ((1, 0), (2, 0), (3, 0)):
        data = saved(i4, version)
        yield File(f"version_{version[0]}", data, loaded(data))
    long_text = by_hand(header("'>i4'", "(3, 4)") + " " * 20000, i4.tobytes())
    yield File("version_1_long", long_text, loaded(long_text))
    fields = [(f"field_{i:04}", "u1") for i in range(2700)]
    many = sample(fields, 2)
    # Its text is hundreds of kilobytes, and no case is about printing.
    yield by_numpy("version_2_fields", many, selections=("['field_2699']",))


# --- files that no one reads ------------------------------------------------------------------


def refused():
    """Files to refuse, each with the kind of its error."""
    i4 = sample("<i4", 12)
    whole = saved(i4)
    text = header("'<i4'", "(12,)")

    def bad(kind, name, data):
        return File(f"bad_{name}", data, refused=kind)

    yield bad("truncated", "cut_value", whole[:-1])
    yield bad("truncated", "cut_data", whole[:-13])
    yield bad("truncated", "no_data", whole[:128])
    yield bad("truncated", "cut_header", whole[:100])
    yield bad("truncated", "cut_length", whole[:9])
    yield bad("truncated", "cut_version", whole[:7])
    yield bad("truncated", "cut_magic", whole[:4])
    yield bad("truncated", "empty", b"")
    yield bad("magic", "magic", b"NUMPY?" + whole[6:])
    yield bad("magic", "text", b"x,y\n1,2\n")
    yield bad("version", "version", whole[:6] + b"\4\0" + whole[8:])
    yield bad("version", "version_minor", whole[:7] + b"\1" + whole[8:])
    huge_header = b"\x93NUMPY\2\0\xf0\xff\xff\xff" + text.encode()
    yield bad("truncated", "huge_header", huge_header)
    for name, wrong in {
        "no_dict": "[1, 2]",
        "no_shape": "{'descr': '<i4', 'fortran_order': False}",
        "extra_key": text[:-2] + "'x': 1}",
        "shape_list": header("'<i4'", "[12]"),
        "shape_int": header("'<i4'", "(12)"),
        "shape_negative": header("'<i4'", "(-12,)"),
        "order_int": header("'<i4'", "(12,)", "0"),
        "unclosed": text[:-1],
        "call": header("dtype('<i4')", "(12,)"),
        "nul": text + "\0",
        "deep": "(" * 5000,
        "leading_zero": header("'<i4'", "(012,)"),
    }.items():
        yield bad("header", name, by_hand(wrong, i4.tobytes()))
    for name, descr in {
        "dtype_unknown": "'<i3'",
        "dtype_empty": "''",
        "dtype_number": "[(1, '<i4')]",
        "dtype_twice": "[('a', '<i2'), ('a', '<i2')]",
        "dtype_wide": "'<U536870912'",
    }.items():
        yield bad("dtype", name, by_hand(header(descr, "(12,)"), i4.tobytes()))
    yield bad("layout", "shape_overflow", by_hand(header("'<i4'", f"({2**62}, 4)"), i4.tobytes()))
    yield bad("layout", "shape_wraps", by_hand(header("'<i4'", f"({2**32}, {2**32})"), b""))
    yield bad("layout", "shape_hidden", by_hand(header("'<f8'", f"(0, {2**60})"), b""))
    yield bad("layout", "dims_65", by_hand(header("'u1'", f"({'1,' * 65})"), b"\0"))
    yield bad("truncated", "shape_large", by_hand(header("'<i4'", f"({2**40},)"), i4.tobytes()))
    objects = io.BytesIO()
    np.save(objects, np.array([None, 1, "x"], object), allow_pickle=True)
    yield bad("object_dtype", "object", objects.getvalue())
    fields = np.zeros(2, [("a", "<i4"), ("b", "O")])
    objects = io.BytesIO()
    np.save(objects, fields, allow_pickle=True)
    yield bad("object_dtype", "object_field", objects.getvalue())
