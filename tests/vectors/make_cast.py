"""Asks NumPy what it converts values to, and writes cast.json.

    python make_cast.py [--out DIR]

A dtype is the Python literal of a descriptor, or a name of ml_dtypes.

"dtypes":   those that "can_cast" is about
"can_cast": for each of them a row with a letter for each: the strictest rule that `np.can_cast`
            allows. N no, E equiv, S safe, K same_kind, U unsafe, - none
"astype":   [from, bytes of several elements in hexadecimal, [[to, bytes of what `astype` gives,
            a letter for each element], ...]]: `.` fits, `o` does not, `u` does not and C leaves
            undefined what comes out, `x` may or may not fit, `a` raises an exception about ASCII. The text "TypeError"
            instead of bytes says that NumPy refuses.
"assign":   [dtype, [[a Python literal, bytes of `a` after `a[()] = literal`, whether NumPy lost
            something without an exception], ...]]; or the exception and its text
"lists":    [dtype, a literal, the shape and the bytes of `np.array(literal, dtype)`, or the
            exception and its text]
"""

import ast
import warnings

import ml_dtypes
import numpy as np
from numpy.lib.format import descr_to_dtype

from common import Output, steady_bytes

EXTENDED = [
    "bfloat16", "float4_e2m1fn", "float6_e2m3fn", "float6_e3m2fn", "float8_e3m4", "float8_e4m3",
    "float8_e4m3b11fnuz", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz",
    "float8_e8m0fnu", "int2", "int4", "uint2", "uint4",
]
INTEGERS = ["|i1", "|u1", "<i2", ">i2", "<u2", "<i4", ">i4", "<u4", "<i8", ">i8", "<u8", ">u8"]
FLOATS = ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "<f16", ">f16"]
COMPLEX = ["<c8", ">c8", "<c16", ">c16", "<c32", ">c32"]
NUMBERS = ["|b1", *INTEGERS, *FLOATS, *COMPLEX]
TEXTS = ["|S0", "|S1", "|S3", "|S4", "|S20", "|S21", "|S32", "|S64", "<U0", ">U0", "<U1", ">U1", "<U4",
         ">U4", "<U20", "<U48", "<U96"]
VOIDS = ["|V0", "|V1", "|V4", "|V8", "|V16"]
UNITS = ["", "[Y]", "[2Y]", "[M]", "[3M]", "[5M]", "[W]", "[D]", "[2D]", "[7D]", "[h]", "[s]", "[7s]",
         "[ms]", "[1000ms]", "[3001us]", "[ns]", "[as]", "[2147483647as]"]
TIMES = [f"<{kind}8{unit}" for kind in "Mm" for unit in UNITS] + [">M8[D]", ">m8[s]", ">M8", ">m8[1000ms]"]
PADDED = [("a", "<i4"), ("", "|V4")]
OVERLAY = ("<i4", [("lo", "<i2"), ("hi", "<i2")])
STRUCTURES = [
    [("a", "<i4")], [("a", ">i4")], [("b", "<i4")], [(("T", "a"), "<i4")], [("a", "<i8")], PADDED,
    [("", "|V4"), ("a", "<i4")], [("a", "<i4"), ("b", "<f4")], [("b", "<i4"), ("a", "<f4")],
    [("a", "<i8"), ("b", "<f8")], [("a", "|i1"), ("b", "<i8")],
    [("a", "|i1"), ("", "|V7"), ("b", "<i8")], [], [("x", [("a", "<i4")])], [("x", [("a", "<i8")])],
    [("x", [("a", "<i4"), ("b", "<i4")])], [("x", "<i4", (2,))], [("x", "<i8", (2,))],
    [("x", "<i4", (1, 2))], [("x", "<i4", (1,))], [("s", "|S4"), ("m", "<M8[D]")], [("s", "|S0")],
    ("<i4", (2,)), ("<i8", (2,)), (">i4", (2,)), ("<i4", (1,)), ("<i4", (1, 2)), ("<i4", (0,)),
    OVERLAY, ("<f4", [("a", "<i2"), ("b", "<i2")]), ("|V4", [("a", "<i2"), ("b", "<i2")]),
    [("o", OVERLAY)], "|O", [("a", "|O")],
]
RULES = ["unsafe", "same_kind", "safe", "equiv", "no"]

CATEGORIES = {"b": "integer", "i": "integer", "u": "integer", "f": "float", "c": "complex"}


def dtype_of(name):
    return np.dtype(getattr(ml_dtypes, name)) if name in EXTENDED else descr_to_dtype(name)


def label(name):
    return name if name in EXTENDED else repr(name)


def can_cast(names):
    dtypes = [dtype_of(name) for name in names]
    for source in dtypes:
        allowed = [sum(np.can_cast(source, target, rule) for rule in RULES) for target in dtypes]
        yield "".join("-UKSEN"[count] for count in allowed)


def numbers(name):
    """Values at the edges of formats."""
    dtype = dtype_of(name)
    native = dtype.newbyteorder("=")
    kind = CATEGORIES.get(dtype.kind, "float") if name not in ("int2", "int4", "uint2", "uint4") else "integer"
    if dtype.kind == "b":
        return np.array([0, 1, 2, 255], "u1").view(dtype)
    if name in EXTENDED and dtype.itemsize == 1:
        bits = {"int2": 2, "uint2": 2, "int4": 4, "uint4": 4, "float4_e2m1fn": 4}.get(name, 6 if "6" in name[:6] else 8)
        return np.arange(0, 1 << bits, max(1, (1 << bits) // 32), dtype="u1").view(dtype)
    if kind == "integer":
        edges = {0, 1, 7, 8, 100}
        for bits in (2, 4, 8, 16, 24, 32, 53, 63, 64):
            edges |= {2**bits + i for i in (-1, 0, 1)} | {-(2**bits) + i for i in (-1, 0, 1)}
        edges |= {65504, 65519, 65520, 2**24 + 3, 2**40 + 2**32 + 1, 2**54 + 3, 2**63 - 600}
        info = np.iinfo(native)
        return np.array([e for e in sorted(edges) if info.min <= e <= info.max], native).astype(dtype)
    edges = [0.0, 1.0, 0.5, 0.75, 2.5, 127.5, 128.0, 255.9, 256.0, 448.0, 480.0, 32767.9, 65519.0, 65520.0,
             2.0**16, 2.0**31, 2.0**32, 2.0**53, 2.0**63, 2.0**64, 1 + 2**-11, 1 + 2**-11 + 2**-30,
             1 + 2**-8, 1 + 2**-8 + 2**-30, 1 + 3 * 2**-24, 1e-3, 6e-8, 2.0**-25, 2.0**-25 + 2.0**-50, 1e-40, 2.0**-149, 2.0**-150,
             2.0**-150 + 2.0**-190, 3.4028235e38, 3.4028235677973362e38, 3.4028235677973366e38, 1e300, 5e-324,
             2.0**31 - 0.5, 2.0**63 - 1024, 0.1, 123456.789, np.inf, np.nan]
    with np.errstate(all="ignore"):
        real = np.array(edges + [-e for e in edges]).astype(native.type(0).real.dtype)
        if native.itemsize >= 16 and real.dtype.itemsize == 16:
            one = real.dtype.type(1)
            more = [one + one * 2**-24 + one / 2**60, 1 + one / 2**53 + one / 2**63, one * 2**63 - 0.5,
                    np.ldexp(one, 16000), np.ldexp(one, -16440), one / 3,
                    np.nextafter(one * 2**63, one), np.nextafter(one * 2**64, one)]
            real = np.concatenate([real, np.array(more), -np.array(more)])
        if kind == "float":
            return real.astype(dtype)
        result = np.zeros(len(real), native)
        result.real = real
        result.imag = np.where(np.arange(len(real)) % 3 == 0, 0, np.roll(real, 7))
        return result.astype(dtype)


def fits(source, target, result):
    """The letters of numbers."""
    letters = []
    is_float = lambda dtype: np.dtype(dtype).kind in "fc" or str(dtype).startswith(("float", "bfloat"))
    integer = target.kind in "iumM" or str(target) in ("int2", "int4", "uint2", "uint4")
    if integer:
        info = np.iinfo("i8") if target.kind in "mM" else (ml_dtypes.iinfo if target.kind == "V" else np.iinfo)(target)
    for value, got in zip(source, result):
        if target.kind == "b" or source.dtype.kind == "b":
            letters.append(".")
        elif integer and is_float(source.dtype):
            wide = np.asarray(value).astype("c32").real
            if np.isnan(wide) and target.kind in "mM":
                letters.append("n")
            elif np.isfinite(wide) and info.min <= int(wide) <= info.max:
                letters.append(".")
            else:
                letters.append("u")
        elif integer:
            letters.append("." if info.min <= int(value) <= info.max else "o")
        else:
            before = np.asarray(value).astype("c32")
            after = np.asarray(got).astype("c32")
            parts = [(before.real, after.real)]
            if source.dtype.kind == "c" and target.kind == "c":
                parts.append((before.imag, after.imag))
            # Without infinity, the greatest number is as far as it goes.
            limit = {"float4_e2m1fn": 7, "float6_e2m3fn": 7.75, "float6_e3m2fn": 30}.get(str(target))
            lost = False
            for old, new in parts:
                if limit is not None:
                    lost |= not abs(old) < limit
                elif str(target).endswith("fnuz") or str(target) == "float8_e4m3fn":
                    lost |= bool(np.isnan(new)) and not np.isnan(old)
                elif str(target) == "float8_e8m0fnu":
                    lost |= bool(np.isnan(new)) and not np.isnan(old) or bool(old >= 1.5 * np.longdouble(2)**127)
                else:
                    lost |= bool(np.isfinite(old)) and not np.isfinite(new)
            letters.append("o" if lost else ".")
    return "".join(letters)


def hexed(array):
    return steady_bytes(array).hex()


def astype(source, name):
    target = dtype_of(name)
    try:
        return source.astype(target)
    except (TypeError, ValueError, OverflowError) as error:
        return type(error).__name__


def number_rows():
    targets = [*NUMBERS, *EXTENDED]
    for name in targets:
        source, row = numbers(name), []
        for other in targets:
            if name == "|b1" and other in EXTENDED:
                continue
            # One order is enough for most.
            if name[0] == ">" and other[0] == "<" and name[1] != other[1]:
                continue
            result = astype(source, other)
            if isinstance(result, str):
                continue
            row.append([label(other), hexed(result), fits(source, dtype_of(other), result)])
        yield [label(name), hexed(source), row]
    # ml_dtypes reads other bytes as other numbers.
    source = np.array([False, True])
    yield [label("|b1"), hexed(source), [[label(name), hexed(source.astype(dtype_of(name))), "o." if name == "float8_e8m0fnu" else ".."] for name in EXTENDED]]


def time_rows():
    counts = np.array([0, 1, -1, 7, 24, -25, 365, -366, 1000, 11016, -11017, 86399, 86400, -86401, 719528,
                       10**6, -(10**9), 10**12 + 1, 2**53, -(2**60), 2**63 - 1, -(2**63) + 1, -(2**63)])
    units = [unit for unit in UNITS if unit not in ("[3001us]", "[2147483647as]")] + ["[15m]", "[us]", "[fs]"]
    seconds = {"W": 604800, "D": 86400, "h": 3600, "m": 60, "s": 1}
    parts = {"ms": 3, "us": 6, "ns": 9, "ps": 12, "fs": 15, "as": 18}

    def size(dtype, month):
        base, count = np.datetime_data(dtype)
        if base in "YM":
            return count * (12 if base == "Y" else 1) * month
        return count * (seconds[base] * 10**18 if base in seconds else 10 ** (18 - parts[base]))

    for kind in "Mm":
        for i, unit in enumerate(units):
            dtype = np.dtype(f"<{kind}8{unit}")
            source = counts.view(dtype)
            row = []
            for j, other in enumerate(units):
                # Without a unit, NumPy forgets to swap bytes.
                order = "<>"[(i + j) % 2] if unit and other else "<"
                name = f"{order}{kind}8{other}"
                target = np.dtype(name)
                result = astype(source, name)
                if isinstance(result, str):
                    continue
                bases = [np.datetime_data(d)[0] for d in (dtype, target)]
                calendar = [base in ("Y", "M") for base in bases]
                letters = ""
                for count, got in zip(counts.tolist(), result.astype(target.newbyteorder("=")).view("i8").tolist()):
                    if count == -(2**63) or "generic" in bases or dtype == target.newbyteorder("="):
                        letters += "."
                        continue
                    exact = None
                    if kind == "M" and calendar == [True, False]:
                        # Days are exact while they are few.
                        if abs(count) < 10**12:
                            days = int(np.int64(count).view(dtype).astype("M8[D]").view("i8"))
                            exact = days * 86400 * 10**18 // size(target, None)
                    elif kind == "M" and calendar == [False, True]:
                        exact = got if abs(count) < 10**15 else None
                    else:
                        # 146097 days are 4800 months.
                        month = 146097 * 18 * 10**18
                        exact = count * size(dtype, month) // size(target, month)
                    if exact is not None and -(2**63) < exact < 2**63:
                        # NumPy overflows where a multiplication comes before a division.
                        letters += "." if exact == got else "x"
                    elif exact is None:
                        letters += "x"
                    elif any(calendar):
                        letters += "u"
                    else:
                        letters += "o"
                row.append([repr(name), hexed(result), letters])
            yield [repr(f"<{kind}8{unit}"), hexed(source), row]
    # Times and numbers.
    for name in ["<M8[D]", ">m8[s]", "<m8"]:
        source = np.array([0, 5, -7, 300, 2**40, 2**63 - 1, -(2**63)]).view(name.replace(">", "<")).astype(name)
        row = []
        for other in ["|b1", "|i1", "<u2", ">i4", "<i8", ">i8", "<u8", "<f4", ">f8", "<f16", "<c16", "<M8[s]", ">m8[D]"]:
            target = dtype_of(other)
            if target.kind == name[1]:
                continue
            result = astype(source, other)
            values = source.astype("i8").tolist()
            if target.kind in "iu":
                info = np.iinfo(target)
                letters = "".join("." if info.min <= v <= info.max and v != -(2**63) else "o" for v in values)
            else:
                letters = "".join("o" if v == -(2**63) and target.kind in "fc" else "." for v in values)
            row.append([repr(other), hexed(result), letters])
        yield [repr(name), hexed(source), row]
    for name in ["|b1", "|i1", ">i8", "<u8", ">f4", "<f8", "<f16", "<c16"]:
        source, row = numbers(name), []
        for other in ["<M8[D]", ">m8[s]"]:
            result = astype(source, other)
            row.append([repr(other), hexed(result), fits(source, dtype_of(other), result)])
        yield [repr(name), hexed(source), row]


def text_rows():
    strings = ["", "a", "abc", "abcd", "a\0c", "\0b", "x\0\0z", "\x7f~", "\xe9a", "ab\xe9", "温度", "😀"]
    narrow = [s.encode("latin1") for s in strings if all(ord(c) < 256 for c in s)]
    sources = [np.array(narrow, "|S5"), np.array(strings, "<U5"), np.array(strings, ">U4")]
    targets = ["|S0", "|S1", "|S3", "|S5", "|S9", "<U0", "<U2", ">U3", "<U5", ">U5", ">U7", "|V3", "|V20", "|V24"]
    for source in sources:
        row = []
        for name in targets:
            dtype = np.ndarray((), dtype_of(name)).dtype
            out, letters = b"", ""
            for value in source:
                place = np.ndarray((1,), dtype, bytes(dtype.itemsize + 1)).copy() if False else np.ndarray((1,), dtype, bytearray(dtype.itemsize + 1))
                one = source[:1].copy()
                one[0] = value
                try:
                    place[...] = one
                except UnicodeError:
                    letters += "a"
                    out += bytes(dtype.itemsize)
                    continue
                out += place.tobytes()
                if dtype.kind == "V":
                    raw = one.astype(one.dtype.newbyteorder("<")).tobytes()
                    letters += "o" if any(raw[dtype.itemsize:]) else "."
                else:
                    length = dtype.itemsize // (4 if dtype.kind == "U" else 1)
                    letters += "." if len(value) <= length else "o"
            row.append([repr(name), out.hex(), letters])
        yield [repr(source.dtype.str), source.tobytes().hex(), row]


def structure_rows():
    def elements(descr, *rows):
        array = np.zeros(len(rows), descr_to_dtype(descr))
        for i, row in enumerate(rows):
            array[i] = row
        return array

    pairs = [
        ([("a", "<i4"), ("b", "<f8")], [(1, 2.5), (-3, 1e300), (300, -7.0)],
         [[("x", ">f4"), ("y", "<i8")], [("b", "<f4"), ("a", "<f4")], [("b", "|u1"), ("", "|V3"), ("a", "<f8")],
          [("a", "<i8"), ("b", "<f8")]], [".u.", ".o.", ".uu", "..."]),
        ([("a", "<i4")], [(1,), (70000,), (-1,)],
         ["<f8", "|u1", [("p", ">i2")], [("x", "<f4", (2, 2))], [("x", [("y", "<i8")])], [("x", "<c8"), ("y", "|b1")][:1]],
         ["...", ".oo", ".o.", "...", "...", "..."]),
        ([("x", "<i4", (2,)), ("s", "|S3")], [([1, 2], b"abc"), ([300, -4], b"d"), ([0, 0], b"")],
         [[("x", "<f4", (2,)), ("s", "<U3")], [("x", "|i1", (2,)), ("s", "|S2")], [("x", "<i4", (2,)), ("s", "|V3")]],
         ["...", "oo.", "..."]),
        ([("n", [("a", "<i2"), ("b", [("c", "<f8"), ("d", "|u1")], (2,))]), ("e", ">u2")],
         [((1, [(2.0, 3), (4.0, 5)]), 6), ((-1, [(1e10, 255), (0.1, 0)]), 65535)],
         [[("n", [("a", "<f4"), ("b", [("c", "<f4"), ("d", ">i2")], (2,))]), ("", "|V3"), ("e", "<f8")],
          [("n", [("a", "<i8"), ("b", [("c", "<i4"), ("d", "|u1")], (2,))]), ("e", "<i2")]], ["..", ".u"]),
        (OVERLAY, [1, 70000, -2], ["<f8", "|u1"], ["...", ".oo"]),
    ]
    for descr, rows, targets, letters in pairs:
        source = elements(descr, *rows)
        row = [[repr(name), hexed(source.astype(dtype_of(name))), fit] for name, fit in zip(targets, letters, strict=True)]
        yield [repr(descr), hexed(source), row]
    for name, other in [("<i4", [("a", "<f4"), ("b", ">i2")]), ("<f8", [("x", "<f4", (2,)), ("y", [("z", "|u1")])]),
                        ("|S3", [("a", "|S5"), ("b", "<U3")])]:
        source = np.array([b"ab", b"c", b""] if name == "|S3" else [5, 0, 250], name)
        yield [repr(name), source.tobytes().hex(), [[repr(other), hexed(source.astype(dtype_of(other))), "..."]]]
    for name in ["|b1", "<i4", ">i4", ">f8", "<c8", ">M8[D]", "|S4", ">U2", "|V4"]:
        source = np.array([0, 1, 5], "i8").astype("<i8")
        source = {"V": lambda: np.frombuffer(b"abcd\0efgh\0\0\0", "V4"), "M": lambda: source.astype(name),
                  "S": lambda: np.array([b"ab", b"abcd", b""], name), "U": lambda: np.array(["ab", "", "é"], name)}.get(
                      np.dtype(name).kind, lambda: source.astype(name))()
        row = []
        for other in ["|V2", "|V4", "|V9"]:
            result = source.astype(other)
            raw = source.astype(source.dtype.newbyteorder("<")).tobytes()
            size, keep = source.itemsize, result.itemsize
            letters = "".join("o" if any(raw[i * size + keep : (i + 1) * size]) else "." for i in range(3))
            row.append([repr(other), result.tobytes().hex(), letters])
        yield [repr(name), source.tobytes().hex(), row]


LITERALS = [
    "0", "5", "300", "-1", "255", "256", "-128", "-129", "65536", "2147483648", "9223372036854775807",
    "9223372036854775808", "18446744073709551615", "18446744073709551616", "-9223372036854775808",
    "-9223372036854775809", "1180591620717411303424", "-1180591620717411303424", "1" + "0" * 40, "1" + "0" * 400,
    "0xff", "9007199254740993", "16777217", "True", "False", "None", "1.5", "-1.5", "-0.0", "0.1", "300.0", "-0.5",
    "255.9", "1e10", "1e20", "-1e20", "70000.0", "65519.99", "65520.0", "3.4e38", "3.5e38", "1e300", "1e400",
    "-1e400", "1e-320", "1+2j", "2+0j", "-0.0-1j", "1e300+1j", "1j", "'5'", "'-7'", "'abc'", "' 7 '", "'+7'",
    "'1_000'", "'1__0'", "'_1'", "'0x10'", "'007'", "''", "' '", "'1.5'", "'1e5'", "'.5'", "'5.'", "'1_0.5'", "'nan'",
    "'-nan'", "'inf'", "'-Infinity'", "' +inF '", "'infinite'", "'True'", "'9' '99999999999999999999'", "'300'", "'1e400'",
    "'1+2j'", "' (1-2j) '", "'j'", "'1 + 2j'", "'-2.5J'", "'nan+infj'", "'(1'", "'é'", "'٣'", "'ab\\x00c'", "'a\\x00'", "b'5'", "b'abc'",
    "b'abcdef'", "b'\\xff'", "b''", "b'1.5'", "b'a\\x00b'", "b'2020-01-01'", "'abcdef'", "'温度'", "'NaT'", "'nat'", "'NAT'", "'2020-01-01'", "'2020-02-30'", "'2020-02'",
    "'2020'", "'20200101'", "'2020-01-01T12:30'", "'2020-01-01 12:30:15.123456789'", "'2020-01-01T12:30:15.1234567890123456789'", "'2020-01-01T24:00'",
    "'2020-01-01T12:30Z'", "'2020-01-01T12'", "'-0044-03-15'", "'+2020-01-01'", "'12020-01-01'", "'1969-12-31T23:59:59.5'", "'2020-1-1'", "'2020-01-01T'", "' 2020-01-01'", "'2020-01-01 '", "'99999999999-01-01'",
    "'5 days'", "'292277026597-01-01'", "()", "(1,)", "(1, 2.0)", "(1, 2, 3)", "(300, 1)", "[1, 2]", "[[1, 2]]", "[]", "(1, (2, 3))", "([1, 2], 3)",
    "((1, 2.5), b'x')", "((1, 2.5), 'xyz1')", "[(1, 2.0)]", "{1}", "{}", "...",
]
ASSIGNED = [
    "|b1", "|i1", "|u1", ">i2", "<u2", "<i4", "<u4", ">i8", "<u8", "<f2", ">f4", "<f8", "<f16", "<c8", ">c16",
    "|S3", "|S0", "|S40", "<U3", ">U40", "|V3", "|V8", "<M8[Y]", "<M8[M]", "<M8[W]", "<M8[D]", "<M8[h]", "<M8[m]", ">M8[s]", "<M8[25s]", "<M8[ms]", "<M8[ns]", "<M8[as]",
    "<M8", "<m8[s]", ">m8[D]", "<m8",
    [("a", "|u1"), ("b", "<f4")], [("a", "<i4")], [("n", [("a", "|u1"), ("b", "<f4")]), ("s", "|S3")], [("x", "<i4", (2,))],
    [("x", "<i4", (2,)), ("y", "|i1")], [], OVERLAY,
]


def widened(descr):
    """The same with room for all strings."""
    if isinstance(descr, list):
        return [(field[0], widened(field[1]), *field[2:]) for field in descr]
    return descr[:2] + "999" if isinstance(descr, str) and descr[1] in "SUV" else descr


def assign(name, literal):
    array = np.ndarray((), dtype_of(name), bytearray(dtype_of(name).itemsize + 1))
    value = ast.literal_eval(literal)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            array[()] = value
        except Exception as error:
            return [literal, type(error).__name__, str(error)]
    lost = any("overflow" in str(w.message) for w in caught)
    if array.dtype.kind == "M" and isinstance(value, (str, bytes)):
        text = value.decode() if isinstance(value, bytes) else value
        if name == "<M8[as]":
            # Nine seconds before 1970, or after it began, is all there is.
            lost = not (np.isnat(array) or text.startswith("1969-12-31T23:59:59"))
        else:
            # A week, or several seconds, may begin in the year before.
            years = array.astype("M8[Y]") - np.datetime64(text, "Y")
            lost = bool(years < -1 or years > 0)
    elif array.dtype.kind in "SUV":
        wide = np.zeros((), dtype_of(widened(name)))
        wide[()] = value
        if array.dtype.kind == "V" and array.dtype.names is None:
            lost |= bool(wide.tobytes()[array.itemsize:].strip(b"\0"))
        else:
            lost |= repr(wide.tolist()) != repr(array.tolist())
    return [literal, hexed(array.reshape(1)), lost]


LISTS = [
    "[]", "[[]]", "[[], []]", "[1]", "[1, 2, 3]", "[[1, 2], [3, 4]]", "[[1, 2], [3]]", "[1, [2]]", "[[1], 2]", "[[[1]], [[2]]]",
    "[[1, 2], [3, 4], [5, 6]]", "(1, 2)", "((1, 2), (3, 4))", "[(1, 2), (3, 4)]", "[(1, 2), [3, 4]]", "[(1, 2), 3]", "[[(1, 2)], [(3, 4)]]", "['ab', 'c']", "[b'ab', 'c']",
    "[1.5, 'x']", "[None, 1]", "[[[]]]", "[[], [[]]]", "[[], 1]", "[300]", "['2020-01-01', 'NaT', None]", "[True, 2]", "[[[1, 2], [3, 4]], [[5, 6], [7]]]", "[{}]", "[(1, [2, 3])]", "[(1,)]", "[((1, 2), 3)]", "[[[1, 2]]]",
]
LISTED = ["<i4", "|u1", "<f8", "|b1", "|S2", "<U2", "<M8[D]", [("a", "<i4"), ("b", "<f4")], [("a", "<i4")], [("x", "<i4"), ("y", "<i4", (2,))]]


def listed(name, literal):
    try:
        array = np.array(ast.literal_eval(literal), dtype_of(name))
    except Exception as error:
        return [repr(name), literal, type(error).__name__, str(error)]
    return [repr(name), literal, list(array.shape), hexed(array)]


warnings.simplefilter("ignore")
output = Output(__doc__)
checked = [*NUMBERS, *TEXTS, *VOIDS, *TIMES, *STRUCTURES]
dtypes = [label(name) for name in checked]
output.json(
    "cast.json",
    {"dtypes": dtypes},
    can_cast=list(can_cast(checked)),
    astype=[*number_rows(), *time_rows(), *text_rows(), *structure_rows()],
    assign=[[repr(name), [assign(name, literal) for literal in LITERALS]] for name in ASSIGNED],
    lists=[listed(name, literal) for name in LISTED for literal in LISTS],
)
