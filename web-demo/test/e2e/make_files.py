"""Makes the files that the inspector is walked through, and what NumPy says of them.

    python make_files.py OUT

What is large is sparse: it takes no room but for what is written.
"""

import json
import pathlib
import shutil
import sys

import numpy as np
from numpy.lib import format as npy

OUT = pathlib.Path(sys.argv[1])
rng = np.random.default_rng(5)
said = {}


def sparse(name, shape, dtype, values):
    """An array of zeros, but for some values: what NumPy says is only asked where there are any."""
    array = npy.open_memmap(OUT / name, mode="w+", dtype=dtype, shape=shape)
    for index, value in values:
        array[index] = value
    array.flush()
    return array


def texts(array):
    return [str(value) for value in array.ravel()]


def rows():
    count = 10**9
    ends = [(slice(0, 40), np.arange(1, 41)), (slice(count - 40, count), np.arange(201, 241)), (123_456_789, 77)]
    array = sparse("rows.npy", (count,), "u1", ends)
    said["rows"] = {"first": texts(array[:40]), "last": texts(array[-40:]), "at": texts(array[123_456_780:123_456_800])}


def huge():
    """6 GiB: a frame with something to see, and a place with something to find."""
    y, x = np.mgrid[0:1024, 0:1024]
    frame = (100 * np.hypot(y - 400, x - 600) / 512).astype("f4")
    array = sparse("huge.npy", (1536, 1024, 1024), "f4", [(17, frame), ((1200, 500, 700), 1e6)])
    said["huge"] = {"nbytes": array.nbytes, "corner": texts(array[17, :10, :4]), "at": str(array[1200, 500, 700])}


def wide():
    """6.4 GB in frames of four million elements."""
    y, x = np.mgrid[0:2000, 0:2000]
    sparse("wide.npy", (400, 2000, 2000), "f4", [(7, np.sin(x / 50) * np.cos(y / 70))])


def golden(rows=40, cols=60):
    """A picture, and which of 256 colours each of its cells has: equal parts of the range, as Matplotlib has them."""
    values = np.round(rng.gamma(2, 10, (rows, cols)), 3)
    values[3, 5] = values[20, 30] = np.nan
    np.save(OUT / "golden.npy", values)
    low, high = np.nanmin(values), np.nanmax(values)
    place = np.clip((values - low) / (high - low), 0, 1)
    colours = np.where(np.isnan(place), -1, np.minimum(np.nan_to_num(place) * 256, 255).astype(int))
    said["golden"] = {"shape": [rows, cols], "colours": colours.tolist()}


def image():
    values = rng.integers(0, 256, (50, 64, 3), dtype="u1")
    np.save(OUT / "image.npy", values)
    said["image"] = values.tolist()


def complex_numbers():
    values = (rng.normal(size=(50, 50)) + 1j * rng.normal(size=(50, 50))).astype("c16")
    values[0, 0], values[0, 1] = complex(np.nan, -np.inf), -0.0
    np.save(OUT / "complex.npy", values)
    said["complex"] = {"first": [texts(row) for row in values[:3, :2]]}


def structured():
    values = np.zeros(30, [("name", "U6"), ("when", "M8[D]"), ("pos", [("x", "<f4"), ("y", ">i2")]), ("rgb", "u1", 3)])
    for i in range(30):
        values[i] = ("né" * (i % 3), np.datetime64("2024-02-28") + i, (i / 3, -i), (i, 2 * i, 3 * i))
    values["when"][2] = "NaT"
    np.save(OUT / "structured.npy", values)
    x = values["pos"]["x"]
    said["structured"] = {
        "name": texts(values["name"][:5]), "when": texts(values["when"][:5]), "x": texts(x[:5]), "y": texts(values["pos"]["y"][:5]), "count": 30,
    }


def archive():
    members = {"a/weights": rng.normal(size=(6, 4)).astype("f4"), "steps": np.arange(0, 70, 10), "flag": np.array(True)}
    np.savez_compressed(OUT / "deflated.npz", **members)
    np.savez(OUT / "stored.npz", **members)
    said["archive"] = {key: {"dtype": str(value.dtype), "shape": str(value.shape), "first": texts(value)[:4]} for key, value in members.items()}


def pair():
    a = rng.normal(size=(60, 70))
    b = a.copy()
    b[10, 20] += 1e-12
    b[30, 40] += 0.5
    b[50, 60] -= 2
    np.save(OUT / "a.npy", a)
    np.save(OUT / "b.npy", b)
    delta = np.abs(a - b)
    at = lambda index: "[" + ", ".join(str(int(i)) for i in index) + "]"
    said["pair"] = {
        "different": int((a != b).sum()), "first": at(np.argwhere(a != b)[0]),
        "greatest": float(delta.max()), "greatestAt": at(np.unravel_index(delta.argmax(), a.shape)),
        "far": int((~np.isclose(a, b)).sum()), "firstFar": at(np.argwhere(~np.isclose(a, b))[0]), "size": a.size,
    }
    said["stats"] = {
        "min": str(a.min()), "max": str(a.max()), "argmin": at(np.unravel_index(a.argmin(), a.shape)), "argmax": at(np.unravel_index(a.argmax(), a.shape)),
        "mean": float(a.mean()), "std": float(a.std()), "sum": float(a.sum()),
    }
    said["errors"] = {}
    for selection in ["99", "0, 0, 0", ":, -71", "::0", "..., ..."]:
        try:
            pick(a, selection)
        except (IndexError, ValueError) as error:
            said["errors"][selection] = str(error)
    slices = ["3:9:2, ::-7", "..., None, 4", "-1"]
    said["slices"] = {selection: {"shape": str(pick(a, selection).shape), "first": texts(pick(a, selection))[:3]} for selection in slices}


def pick(a, selection):
    return eval(f"a[{selection}]", {"a": a})


def changing():
    np.save(OUT / "changing.npy", np.arange(12).reshape(3, 4))


def hostile():
    """What somebody would make to harm who looks at it."""
    evil = '<img src=x onerror="document.title=1;window.hurt=1"><script>window.hurt=1</script>'
    np.save(OUT / "markup.npy", np.ones(3, [(evil, "i4"), ("'];window.hurt=1//", "f4"), ("__proto__", "u1")]))
    np.save(OUT / f"{'<b onload=hurt=1>'.replace('/', '')}.npy", np.arange(3))
    np.save(OUT / "dims.npy", np.arange(16).reshape((1,) * 60 + (2, 2, 2, 2)))
    fields = [f"('f{i}', '<f8')" for i in range(60_000)]
    for name, count in [("long.npy", 55_000), ("longer.npy", 60_000)]:
        header(OUT / name, f"{{'descr': [{', '.join(fields[:count])}], 'fortran_order': False, 'shape': (2,), }}", bytes(16 * count))
    header(OUT / "lying.npy", "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 4), }", b"\0" * 64)
    header(OUT / "endless.npy", "{'descr': '<f8', 'fortran_order': False, 'shape': (" + "(" * 100_000 + "1,), }")
    np.save(OUT / "objects.npy", np.array([Evil(), None], dtype=object), allow_pickle=True)
    (OUT / "text.npy").write_text(evil)
    (OUT / "empty.npy").write_bytes(b"")


class Evil:
    def __reduce__(self):
        return (print, ("this is executed",))


def header(path, text, data=b""):
    text = text.encode("latin1") + b"\n"
    path.write_bytes(b"\x93NUMPY\x02\x00" + len(text).to_bytes(4, "little") + text + data)


def main():
    # What an older one has made would be listed, too.
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    for make in [rows, huge, wide, golden, image, complex_numbers, structured, archive, pair, changing, hostile]:
        make()
    (OUT / "said.json").write_text(json.dumps(said))


if __name__ == "__main__":
    main()
