"""Writes old.json: what NumPy reads from the headers of the files in old/.

The files were written by NumPy 1.8.2 to 1.26.4 under Python 2.7 and 3.x, as their names say. Members
of archives have the name "archive.npz::member.npy".

    python make_old.py [--out DIR]
"""

import io
import json
import warnings
import zipfile

import numpy as np
from numpy.lib import _format_impl as npy

from common import HERE, Output


def as_json(descr):
    return [as_json(part) for part in descr] if isinstance(descr, (list, tuple)) else descr


def describe(file):
    version = npy.read_magic(file)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        shape, fortran_order, dtype = npy._read_array_header(file, version)
    return {
        "version": list(version),
        "descr": as_json(npy.dtype_to_descr(dtype)),
        "dtype": str(dtype),
        "itemsize": dtype.itemsize,
        "shape": list(shape),
        "fortran_order": fortran_order,
        "data_offset": file.tell(),
        "has_object": dtype.hasobject,
        "python2": any("Python 2" in str(w.message) for w in caught),
    }


def main():
    output = Output(__doc__)
    files = {}
    for path in sorted((HERE / "old").iterdir()):
        if path.suffix == ".npy":
            with path.open("rb") as file:
                files[path.name] = describe(file)
            continue
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                files[f"{path.name}::{member}"] = describe(io.BytesIO(archive.read(member)))
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(facts)}" for name, facts in files.items())
    text = f'{{"numpy": "{np.__version__}", "files": {{\n{lines}\n}}}}\n'
    output.write("old.json", text.encode("ascii"))


if __name__ == "__main__":
    main()
