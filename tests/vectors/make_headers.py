"""Writes headers.json: the headers that np.save writes, for many dtypes, shapes and orders.

"header" is everything before the data, in hex. "dtype" is the one that is read back, since a header
cannot express all that a dtype can say. "order" is that of the array that was saved, which
the header repeats only where it matters. "long_names" are structures with a single field of type u1,
whose name is so many times a character: the first bytes and the length of the header.

    python make_headers.py [--out DIR]
"""

import io
import json
import warnings

import ml_dtypes
import numpy as np
from numpy.lib import _format_impl as npy

from common import Output

warnings.simplefilter("ignore")

SHAPES = [
    (), (0,), (1,), (5,), (1000,), (3, 4), (1, 4), (4, 1), (1, 1), (2, 0, 3), (3, 1, 4), (2, 3, 4, 5),
    (1,) * 32, (1, 2) + (1,) * 62, (10**6, 10**6), (10**17, 7), (7, 10**17), (2**60,), (0, 2**60 - 1),
]
NUMBERS = "? b B h H i I l L e f d g F D G".split()
TIMES = [
    f"{kind}8{unit}"
    for kind in "Mm"
    for unit in (
        "", "[Y]", "[M]", "[W]", "[D]", "[h]", "[m]", "[s]", "[ms]", "[us]", "[ns]", "[ps]", "[fs]", "[as]",
        "[25s]", "[s/10]", "[2147483647ns]",
    )
]
STRINGS = ["S1", "S5", "S1000", "U1", "U7", "V1", "V8", "V2147483647", "U536870911", "S2147483647"]
NAMES = [
    "x", "it's", 'a"b', "x'\"y", "a\\b", "a\nb\t\r", "\x00", "\x01\x1f\x7f", "\x80\x9f", "\xa0", "\xad", "\xe9",
    "\xff", "\u0100", "\u0301", "e\u0301", "\u200b", "\u2028", "\u3000", "\u6e29\u5ea6", "\ue000", "\ufeff",
    "\uffff", "\U0001f600", "\U000e0001", "\U0010ffff", "\u0378", " ", "a b", "\u0e33", "\u0915\u094d",
    "\u1160", "\uff9e", "\U0001f1e6", "\u05d0", "\u202e", "\ufffd", "\U00020000",
]


def structures():
    yield "point", [("x", "<f4"), ("y", ">i2")]
    yield "empty", []
    yield "nested and titles", [
        (("Title A", "a"), "<i4"),
        ("n", [(("Inner title", "p"), "<f8"), ("q", "S3", (2,))]),
    ]
    yield "three levels", [("a", [("b", [("c", "u1"), ("d", ">f8", (2, 3))], (2,)), ("e", "M8[ns]")])]
    yield "sub-arrays", [("m", "<f4", (2, 3)), ("v", "|u1", (3,)), ("w", "<i2", (1,)), ("z", "f4", (0,))]
    yield "sub-array of sub-arrays", [("c", ("<f8", (5,)), (2,))]
    yield "aligned", np.dtype([("a", "u1"), ("b", "f8"), ("c", "u1")], align=True)
    yield "gaps", np.dtype(
        {"names": ["a", "b"], "formats": ["<i2", "<i4"], "offsets": [2, 8], "itemsize": 16}
    )
    yield "gap in front", np.dtype({"names": ["a"], "formats": ["<i2"], "offsets": [6]})
    yield "nothing but a gap", np.dtype({"names": [], "formats": [], "itemsize": 8})
    yield "nested gaps", [
        ("a", np.dtype([("x", "u1"), ("y", "f8")], align=True), (2,)), ("b", "u1")
    ]
    yield "field of raw data", [("a", "V4"), ("b", "u1")]
    yield "all strings", [("s", "S0"), ("u", "U0"), ("v", "V0"), ("t", "U3")]
    yield "title of spaces", [((" ", "a"), "i4")]
    yield "title in Japanese", [(("\u6e29\u5ea6", "a"), "i4")]
    yield "ten fields", [(f"field{i}", dtype) for i, dtype in enumerate("f8 f4 i8 i4 i2 u1 ? S8 U4 c8".split())]
    yield "overlay", np.dtype(("<i4", [("lo", "<u2"), ("hi", "<u2")]))
    yield "record", np.dtype((np.record, [("a", "<i4")]))
    for name in NAMES:
        yield f"name {ascii(name)}", [(name, "<f4"), ("z", "|u1")]
        yield f"title {ascii(name)}", [((name, "q"), "<f4")]


def dtypes():
    for number in NUMBERS:
        for order in "<>":
            yield np.dtype(number).newbyteorder(order)
    for text in TIMES + STRINGS:
        yield np.dtype(text)
        yield np.dtype(text).newbyteorder(">")
    for text in ("S0", "U0", "V0"):
        yield np.dtype(text)
    yield np.dtype("O")


def as_json(descr):
    return [as_json(part) for part in descr] if isinstance(descr, (list, tuple)) else descr


def header(dtype, shape, order):
    file = io.BytesIO()
    fortran_order = order == "F" and sum(n != 1 for n in shape) > 1 and 0 not in shape
    descr = npy.dtype_to_descr(dtype)
    npy._write_array_header(
        file, {"shape": shape, "fortran_order": fortran_order, "descr": descr}, None
    )
    count = np.prod(shape, dtype=object)
    if dtype != object and dtype.itemsize and count and count * dtype.itemsize < 2**20:
        # Where it is affordable, check that np.save does the same.
        saved = io.BytesIO()
        np.save(saved, np.ndarray(shape, dtype, order=order))
        assert saved.getvalue()[: file.tell()] == file.getvalue(), (dtype, shape, order)
    return file.getvalue()


def case(dtype, shape, order="C", **more):
    bytes_ = header(dtype, shape, order)
    descr = npy.dtype_to_descr(dtype)
    return {
        "descr": as_json(descr),
        "dtype": None if "ml_dtypes" in more else str(npy.descr_to_dtype(descr)),
        "shape": list(shape),
        "order": order,
        "header": bytes_.hex(),
        **more,
    }


def cases():
    for dtype in dtypes():
        yield case(dtype, (3, 4))
    for shape in SHAPES:
        for order in "CF":
            yield case(np.dtype("<f4"), shape, order)
            if 10**6 not in shape and 10**17 not in shape and 2**60 not in shape:
                yield case(np.dtype([("x", "<f4"), ("y", ">i2")]), shape, order)
    # Every length of the text around the alignment of the data.
    for n in range(1, 70):
        yield case(np.dtype([("n" * n, "u1")]), (12,))
    for digits in range(1, 19):
        yield case(np.dtype("u1"), (10 ** (digits - 1),))
    for name, spec in structures():
        dtype = np.dtype(spec)
        yield case(dtype, (2,), name=name)
    for name in ml_dtypes.__dict__:
        scalar = getattr(ml_dtypes, name)
        if isinstance(scalar, type) and issubclass(scalar, np.generic):
            yield case(np.dtype(scalar), (3,), name=name, ml_dtypes=True)


def long_names():
    """Names around the length of what a header of version 1.0 can hold, and others far beyond."""
    for char in "n\xe9\u6e29":
        for count in (21_700, 65_300, *range(65_400, 65_480, 8), 65_451, 66_000):
            start = header(np.dtype([(char * count, "u1")]), (2,), "C")
            yield {"char": char, "count": count, "len": len(start), "start": start[:12].hex()}


def main():
    output = Output(__doc__)
    lines = ",\n".join(json.dumps(case) for case in cases())
    long = ",\n".join(json.dumps(case) for case in long_names())
    text = f'{{"numpy": "{np.__version__}", "cases": [\n{lines}\n], "long_names": [\n{long}\n]}}\n'
    output.write("headers.json", text.encode("ascii"))


if __name__ == "__main__":
    main()
