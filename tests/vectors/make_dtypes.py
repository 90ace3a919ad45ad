"""Asks NumPy what it makes of dtype strings and descriptors, and writes dtypes.json.

    python make_dtypes.py [--out DIR]

Strings stand as themselves, descriptors as the Python literals that a header would have.

Strings on which NumPy crashes (`M8[s/0]` divides by zero) must not be added here.
"""

import ast
import json
import random
import string
import warnings

import numpy as np
from numpy.lib.format import descr_to_dtype, dtype_to_descr

from common import Output

SEED = 20240519
PREFIXES = ["", "<", ">", "=", "|"]


def described(dtype):
    """What NumPy says of a dtype."""
    result = {"str": str(dtype), "itemsize": dtype.itemsize}
    if dtype.names is not None:
        result["fields"] = [[name, dtype.fields[name][1]] for name in dtype.names]
    try:
        result["descr"] = repr(dtype_to_descr(dtype))
    except ValueError as error:
        result["descr_error"] = str(error)
    if dtype.kind != "T":  # StringDType has no byte order
        big = str(dtype.newbyteorder(">"))
        if big != result["str"]:
            result["big"] = big
    return result


def strings():
    """Dtype strings."""
    letters = string.ascii_letters + "?!@^~#*. 0\u03bc\u00b5"
    sizes = ["", "0", "1", "2", "3", "4", "5", "8", "10", "12", "16", "32", "64", "128"]
    yield from (a + b for a in letters for b in sizes)
    for kind in ["f8", "i1", "?", "b1", "S5", "U3", "V4", "O", "M8[ns]", "m8", "c16", "c", "d", "e",
                 "a", "float64", "int", "a3", "datetime64[D]", "u2", "g", "\x0b", "T8", "f1", "W4", "g2"]:
        yield from (prefix + kind for prefix in [*PREFIXES, "!", "<<", " "])
    yield from ["", *PREFIXES]
    yield from sorted(k for k in np._core.numerictypes.sctypeDict if isinstance(k, str))
    yield from ["float96", "longfloat", "float_", "complex_", "string_", "unicode_", "bool8", "int0",
                "uint0", "void0", "object0", "str0", "bytes0", "Float64", "FLOAT32", "str8", "void8",
                "datetime", "datetime64x", "timedelta64[3h]", "numpy.int32", "int128", "uint128"]
    yield from ["f08", "<i008", "f 4", "f+4", "f-4", "f4 ", " f4", "S 5", "S+5", "S-0", "S-1", "f\t8",
                "f\v8", "f\xa08", "S\u0663", "f4\0", "S\0" + "4", "\0", *map(chr, range(1, 32)),
                "S2147483647", "S2147483648", "V2147483647", "V4294967295", "V4294967304",
                "U536870911", "U536870912", "f18446744073709551620", "S99999999999999999999",
                "M08", "m008", "M8 ", "M8x", "O08", "a0", "a1", "c1", "b01", "V00003"]
    units = ["Y", "M", "W", "B", "D", "h", "m", "s", "ms", "us", "\u03bcs", "\u00b5s", "ns", "ps", "fs",
             "as", "generic", "min", "S", "", "ss", "n"]
    yield from (f"M8[{unit}]" for unit in units)
    yield from (f"{a}[{b}{u}]" for a in ["<M8", ">m8", "timedelta64"] for b in ["2", "25", "007"]
                for u in units[:19])
    divisors = [1, 2, 3, 4, 5, 6, 7, 10, 12, 24, 30, 52, 60, 72, 100, 168, 360, 365, 720, 1000, 1440,
                2000, 3600, 10080, 60000, 86400, 500000, 1000000, 2000000, 1000000000]
    yield from (f"M8[{n}{u}/{d}]" for n in ["", "7"] for u in units[:17] for d in divisors)
    yield from ["M8[ s]", "M8[ 3s]", "M8[\t3s]", "M8[+3s]", "M8[-3s]", "M8[-0s]", "M8[0s]", "M8[0s/2]",
                "M8[3 s]", "M8[s ]", "M8[2147483647s]", "M8[2147483648s]", "M8[4294967297s]",
                "M8[99999999999999999999s]", "M8[s/ 2]", "M8[s/+2]", "M8[s/2s]", "M8[s/]", "M8[/2]",
                "M8[s/2/2]", "M8[s/2]]", "M8[s]]", "M8[s", "M8s]", "M8[]", "M8[s]x", "M8[[s]]",
                "M8[s]\0", "M8[3]", "M8[s,s]", "M8[2generic]", "M8[1_0s]", "M8[generic/1]",
                "datetime64[", "datetime64[25s]", "timedelta64[]", "|datetime64[s]", ">M8[W/7]",
                "<datetime64", ">timedelta64[as]"]
    yield from ["f8,i4", "f8,", "f8,<", "f8,>", "f8,|", "f8,=", "f8,,", ",f8", ",", "f8;i4", "f8,i4;",
                "3f8", "1f8", "0f8", "03f8", "00f8", "3", "<3f8", ">3f8", "|3f8", "=3f8", "3>f8",
                "(2,3)<f4", "<(2,3)f4", "<(2,3)<f4", "<(2,3)>f4", "=(2,)<f4", ">(2,)>f4", "|(2,)>f4",
                "|(2,)|f4", ">(2,)|f4", "=(2,)=f4", "=(2,)>f4", "(2)f4", "(2),f4", "()f4", "()", "<()f4",
                "<()", "|()i2", "( )f4", "(2,3)", "(2,3)f4,i4", "(2,),i4", "2,3f4", "2,f4", "2, f4",
                "( 2 , 3 )f4", "(2,,3)f4", "(,)f4", "(2,3,)f4", "(,2)f4", "(2,3", "2,)f4", "1 2f4", "2 f4",
                " 3f4", " 3f4,i4", " f4,i4", "f4 ,i4", "f4, i4", "f4,  i4", "f4  ,  i4", "f4,\ti4",
                "f4\t,i4", "f4\n,\ni4", "f4,\xa0i4", "f4,i4 ", "f4,i4\n", "f4,i4\xa0", "f4,i4\x1c",
                "f4,i4\u200b", "f4,2", "f4,2 ", "f4, 2i4", "f4,(2,)i4", "(2,)(3,)f4", "(2,)3f4",
                "2<3f4", "2>3f4", "2|3f4,i4", "3(2)f4", "3(2,)f4", "(02,)f4", "(00,)f4", "(-1,)f4",
                "-1f4,i4", "+1f4,i4", "3S", "3S5", "3U", "3V", "3a", "(3,)S", "f4,3S", "f4,(3,)S", "0V",
                "0V,f4", "f4,0V", "S,S", "c,c", "2c", "?,?", "3?", "?.,f4", "bool,float32", "float32,2bool",
                "a5,f4", "f4,O", "O,O", "M8[s],m8[3D]", "M8[s/2],f4", "M8[\u03bcs],f4", "M8,3M8[s]",
                "M8[,],f4", "M8[s,f4", "[,f4", "f4],f4", "f4],[f4", "<f4,>i4", "=f4,|i4", "|f4,|>i4",
                "<|f4,i4", "><f4,i4", ">>f4,>=i4", "=<f4,<=i4", "f8,i4,c16,S3,U2,V7,?,M8[ns],3f2",
                "99999999999f4", "2147483647f4", "536870911f4", "536870912f4", "(0,2147483647)f4",
                "(0,2147483648)f4", "99999999999999999999f4", "(2147483647,2147483647,0)f4",
                "(2147483647,2147483647,2147483647,0)f4", "(" + "1," * 64 + ")f4", "(" + "1," * 65 + ")f4",
                "f4," * 30, "f4,\u00e9", "\u00e9,f4", "f4,float32 ", "f4,<float32", "f4,>M8[s]", "f4,f3",
                "f4,\v", "1,2", "1,", "i4,i4,i4,(2,2)i4", "2(f4", "2)f4", "(2,3)),f4", "f,f", "3,"]


def overlays():
    """Tuples of a dtype and something else."""
    fours = ["<i4", ">i4", "<f4", "V4", "S4", "<U1", "V", "S", "U", "O", "?", "<f8", "M8[s]", "g", "G",
             "F", ">c8", "e", [("z", "<i4")], [], ("<i2", (2,)), ("<f4", (0,)), "f8,i4"]
    seconds = ["<i4", "i8", "", "2", "u2,u2", "i4,", "c", "nonsense", b"i4", b"", b"ab", b"\xff",
               None, True, False, 0, 1, 2, -1, 2.0, 2j, 2**31 - 1, 2**31, 2**63, 2**70, ...,
               (), (0,), (1,), (2,), (2, 3), (2, 0), (-1,), (True,), (2.0,), ("2",), (None,), (2**31,),
               (2**31 - 1, 0), (2**31 - 1,) * 2 + (0,), (2**31 - 1,) * 3 + (0,), (2**70,), (1,) * 65,
               [], [2], [2, 3], [True], [-1], ["2"], ["i4"], [2.0],
               ("u1", 4), ("u1", (4,)), ("u1", 3), ("i4",), ("i4", 1, 1), ("i2,", "i4"),
               [("lo", "<u2"), ("hi", "<u2")], [("a", "<i4")], [("a", "O")], [("", "<u2"), ("", "<u2")],
               [("", "V2"), ("b", "<u2")], [(("t", "n"), "<u2"), ("hi", "<u2")], [("a", "<i4"), ("a", "<i4")],
               [(("a", "a"), "<i4")], [(("t", ""), "<i4")], [(("", "a"), "<i4")], [("f1", "<i2"), ("", "<i2")],
               [["a", "<i4"]], [("a", "<i2", 2)], [("a", "<i2", (2,))], [("a", ("<i2", 2))], [("a",)],
               [("a", "<i2", 2, 3)], [("a", [("b", "u1", (4,))])], [("a", "<i4", ())], [(5, "<i4")],
               [(("t", 5), "<i4")], [("x", "u1"), ("y", "u1"), ("z", ">u2")], [("a", None)],
               [("re", "<f4"), ("im", "<f4")], [("a", "S16")], [("a", "S32")], [((1, "a"), "<i4")]]
    for four in fours:
        for second in seconds:
            yield (four, second)
    yield from [(), ("<f4",), ("<f4", 2, 3), ("<f4", (2,), "junk", {}), (None, 2), (5, 5), (["ab"], 2),
                (("<i4", [("a", "<i4")]), "<f4"), (("<i4", [("a", "<i4")]), [("b", "<f4")]),
                (("<i4", [("a", "<i4")]), 2), ((("<f4", 2), 3), 4), (("S", 5), 2), ("<f4", {1: 2}),
                ("V4", ("u1", (4,))), (("V4", 2), "<i8"), ("<f4", {"x"}), (b"<f4", 2)]


def fields():
    """Sequences of fields."""
    yield from [[], {}, b"", "", None, 5, True, 2.5, 1j, ..., {1: 2}, b"ab", {("a", "f4")},
                {("a", "f4"): 1}, {"ab": 1}, {"a": "b"}, set()]
    yield from [[item] for item in [
        "ab", "xfi", "xf2", "a", "abcd", "", 5, None, b"ab", (), ("a",), ["a", "f4"], ["a", "f4", [2]],
        {"a": 1, "f4": 2}, ("a", "f4", None), ("a", "f8", None), ("a", "f4", 2), ("a", "f4", ()),
        ("a", "f4", (1,)), ("a", "f4", (0,)), ("a", "f4", [2, 3]), ("a", "f4", "2"), ("a", "f4", "f4"),
        ("a", "f4", -1), ("a", "f4", 2, 3), ("a", "f4", 2, 3, 4), ("a", "f4", (2**31 - 1,)),
        ("a", "i4", [("b", "i2"), ("c", "i2")]), ("a", ("i4", [("b", "i2"), ("c", "i2")])),
        (("t", "a"), "f4"), (("a", "a"), "f4"), ((None, "a"), "f4"), ((1, "a"), "f4"), (("", "a"), "f4"),
        ((("x", "y"), "a"), "f4"), ((1.5, "a"), "f4"), ((True, "a"), "f4"), ((b"t", "a"), "f4"),
        (([1, [2]], "a"), "f4"), (({"k": None}, "a"), "f4"), (("it's", "a"), "f4"),
        (["t", "a"], "f4"), (("t", "a", "b"), "f4"), (("t",), "f4"), (("t", 5), "f4"), (("t", None), "f4"),
        (5, "f4"), (None, "f4"), (b"a", "f4"), (b"", "f4"), ("", "f4"), ("", "V4"), ("", "V4", (2,)),
        ("", "f4", (2,)), ("", "f4", ()), ("", [("a", "f4")]), ("", [("a", "f4")], 2), ("", []),
        ("", ("i4", [("a", "i4")])), (("", ""), "V4"), (("t", ""), "V4"), ("", "V"), ("", "V0"),
        ("", "S4"), ("", ("V", 4)), ("", "2i4"), ("a", "V0"), ("a", "V"), ("a", "S"), ("a", "U0"),
        ("a", "O"), ("a", "V2147483647"), ("\u6e29\u5ea6", "<f4"), ("\U0001f600", "|u1"), ("a\nb\t\\", "f4"),
        ("it's", "f4"), ('a"b', "f4"), ("x'\"y", "f4"), ("\u00e9\u200b\u00a0\x7f\x01", "f4"),
        ("a", b"f4"), ("a", b""), ("a", []), ("a", {}), ("a", ()), ("a", None), ("a", "f8,i4"),
        ("a", "2i4"), ("a", "2i4", (3,)), ("a", ("<f8", (5,)), (2,)), ("a", [("b", [("c", "i1")], (2,))], 3),
        ("a", "<f1"[::-1]), ("a", "f3"), ("a", "<f4 "), ("x", (">c8", [("re", ">f4"), ("im", ">f4")]), 2),
    ]]
    yield from [
        ["ab", "de"], ["abc", "de"], ["a", "b"],
        [("a", "f4"), ("a", "f4")], [(("t", "a"), "f4"), ("t", "f4")], [(("t", "a"), "f4"), (("t", "b"), "f4")],
        [("t", "f4"), (("t", "b"), "f4")], [((1, "a"), "f4"), ((1, "b"), "f4")], [(("b", "a"), "f4"), ("b", "f4")],
        [("", "f4"), ("", "f4")], [("", "f4"), ("", "V4"), ("b", "i1")], [("", "V4"), ("", "V4")],
        [("a", "i1"), ("", "V3"), ("b", "<i4"), ("", "V8")], [("", "V2"), ("a", "<i2"), ("", "V4"), ("b", "<i4")],
        [("", "V2147483647"), ("", "V1")], [("a", "V2147483647"), ("b", "V1")], [("a", "V2147483647"), ("b", "V0")],
        [("", "V2147483647"), ("b", "V0")], [("", "V2147483647")] * 3, [("a", "O"), ("b", "i4")],
        [("a", "M8[25s]"), ("b", "m8"), ("c", ">M8[ns]")], [("a", "g"), ("b", ">G"), ("c", "e")],
        [("a", "U0"), ("b", "f4")], [(("t", "a"), "f4"), ("b", "i1"), ("", "V3")],
        [((1, "a"), "f4"), ("b", "i1"), ("", "V3")], [("n", [("x", "i1"), ("", "V3")], (2,)), ("", "V1")],
        [("a", "f4"), None], [("a", "f4"), ("b", "f3")], [(f"n{i}", "<f4", (i,)) for i in range(40)],
    ]
    deep = "<f4"
    for i in range(90):
        deep = [("a", deep)] if i % 3 else (deep, (1,))
    yield deep


class Descrs:
    """Random descriptors, most of them right."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def plain(self):
        kind = self.random.choice(["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8",
                                   "f16", "c8", "c16", "c32", "S", "U", "V", "M8", "m8", "O"])
        if kind in "SUV":
            kind += str(self.random.choice([0, 1, 3, 7]))
        if kind in ("M8", "m8"):
            kind += self.random.choice(["", "[s]", "[25ns]", "[D]"])
        return self.random.choice("<>|") + kind

    def shape(self):
        dims = tuple(self.random.randrange(4) for _ in range(self.random.randrange(1, 4)))
        return self.random.choice([dims, dims, list(dims), dims[0]])

    def name(self, taken):
        name = self.random.choice(["x", "y", "label", "\u03b8", "it's", "a b", "\u6e29"]) + str(len(taken))
        return self.random.choice(taken) if taken and self.random.random() < 0.02 else name

    def descr(self, depth=0):
        choice = self.random.random()
        if depth >= 4 or choice < 0.55 and depth > 0:
            return self.plain()
        if choice < 0.62:
            return (self.descr(depth + 1), self.shape())
        taken, fields = [], []
        for _ in range(self.random.randrange(6)):
            if self.random.random() < 0.25:
                fields.append(("", f"|V{self.random.randrange(9)}"))
                continue
            name = self.name(taken)
            taken.append(name)
            if self.random.random() < 0.15:
                name = (f"title {name}", name)
            field = (name, self.descr(depth + 1))
            if self.random.random() < 0.25:
                field += (self.shape(),)
            fields.append(field if self.random.random() < 0.9 else list(field))
        return fields


def structures(seed):
    """Structures with offsets of their own: gaps, overlaps, fields out of order."""
    descrs = Descrs(seed)
    rng = descrs.random
    for _ in range(200):
        parts = []
        offset = rng.randrange(3)
        for i in range(rng.randrange(1, 5)):
            dtype = descr_to_dtype(descrs.plain())
            title = f"t{i}" if rng.random() < 0.1 else None
            parts.append([f"f{i}", title, dtype.str, offset])
            offset = max(0, offset + dtype.itemsize + rng.choice([0, 0, 0, 0, 4, -2]))
        end = max(offset + np.dtype(descr).itemsize for _, _, descr, offset in parts)
        itemsize = end + rng.choice([0, 0, 0, 5])
        names, titles, formats, offsets = (list(column) for column in zip(*parts))
        try:
            dtype = np.dtype({"names": names, "titles": titles, "formats": formats,
                              "offsets": offsets, "itemsize": itemsize})
        except TypeError:
            yield {"parts": parts, "itemsize": itemsize}
        else:
            yield {"parts": parts, "itemsize": itemsize, "is": described(dtype)}


def case(text, function, value):
    """A text with what a function makes of its value, if it makes a dtype of it."""
    try:
        dtype = function(value)
    except Exception:  # NumPy raises ValueError, TypeError, IndexError, SyntaxError
        return {"in": text}
    return {"in": text, "is": described(dtype)}


def descrs():
    """Descriptors by their text."""
    randoms = Descrs(SEED)
    for descr in [*fields(), *overlays(), *(randoms.descr() for _ in range(400))]:
        text = repr(descr).replace("Ellipsis", "...")
        yield text, ast.literal_eval(text)


def extended():
    """The types of ml_dtypes, which add themselves to the names that NumPy knows."""
    import ml_dtypes

    names = ["bfloat16", "complex32", "float4_e2m1fn", "float6_e2m3fn", "float6_e3m2fn", "float8_e3m4",
             "float8_e4m3", "float8_e4m3b11fnuz", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2",
             "float8_e5m2fnuz", "float8_e8m0fnu", "int2", "int4", "uint2", "uint4"]
    for name in names:
        dtype = np.dtype(getattr(ml_dtypes, name))
        nested = np.dtype([("a", dtype), ("b", dtype, (2,))])
        description = described(dtype)
        if dtype.itemsize == 1:
            # NumPy gives them a byte order, for want of knowing that it means nothing.
            del description["big"]
        yield {"name": name, "is": description, "nested": str(nested)}


def main():
    output = Output(__doc__)
    warnings.simplefilter("ignore")
    document = {
        "numpy": np.__version__,
        "strings": [case(text, np.dtype, text) for text in dict.fromkeys(strings())],
        "descrs": [case(text, descr_to_dtype, descr) for text, descr in dict(descrs()).items()],
        "structures": list(structures(SEED)),
        "extended": list(extended()),
    }
    lines = []
    for key, value in document.items():
        if isinstance(value, list):
            items = ",\n".join(json.dumps(item, ensure_ascii=True, separators=(",", ":")) for item in value)
            lines.append(f'"{key}": [\n{items}\n]')
        else:
            lines.append(f'"{key}": {json.dumps(value)}')
    output.write("dtypes.json", ("{\n" + ",\n".join(lines) + "\n}\n").encode("ascii"))
    for key in ["strings", "descrs", "structures", "extended"]:
        accepted = sum("is" in item for item in document[key])
        print(f"{key}: {len(document[key])}, {accepted} accepted")


if __name__ == "__main__":
    main()
