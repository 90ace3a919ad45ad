"""What the scripts that make test vectors share: where output goes and how it stays the same, and
questions about dtypes that NumPy does not answer.

A script `make*.py` writes its files below the directory that `--out` names, by default the one it
lies in. Running it again gives identical files: no clock, no unseeded random numbers, no values
that depend on the machine's mathematical library.
"""

import argparse
import io
import json
import math
import pathlib
import zipfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent


def free_bytes(dtype):
    """For each byte of an element, whether it belongs to no field: padding."""
    free = np.ones(dtype.itemsize, bool)
    _cover(dtype, free)
    return free


def _cover(dtype, free):
    if dtype.subdtype is not None:
        element, shape = dtype.subdtype
        for part in free.reshape(math.prod(shape), element.itemsize):
            _cover(element, part)
    elif dtype.names is not None and dtype.kind == "V":
        for name in dtype.names:
            field, offset, *_ = dtype.fields[name]
            _cover(field, free[offset : offset + field.itemsize])
    else:
        free[:] = False


def has_long_double(dtype):
    """Whether it is, or contains, a long double: these may print as the nearest float64."""
    if dtype.subdtype is not None:
        return has_long_double(dtype.subdtype[0])
    if dtype.names is not None:
        return any(has_long_double(dtype[name]) for name in dtype.names)
    return dtype.char in "gG"


class Output:
    """The directory for what a script makes."""

    def __init__(self, description):
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--out", type=pathlib.Path, default=HERE, metavar="DIR")
        self.dir = parser.parse_args().out

    def write(self, name, data):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def json(self, name, facts, **tables):
        """Facts, then tables with one row a line, so that a change shows as a few lines."""
        parts = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in facts.items()]
        for key, rows in tables.items():
            lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
            parts.append(f" {json.dumps(key)}: [\n{lines}\n ]")
        self.write(name, ("{\n" + ",\n".join(parts) + "\n}\n").encode())

    def archive(self, name, members, method):
        """A ZIP archive. Deflate has many right answers, and Python's depends on the zlib it was
        built with: where the committed archive holds the same members, it is the answer."""
        committed = HERE / name
        if committed.exists() and _members(committed) == (method, members):
            self.write(name, committed.read_bytes())
            return
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            for member, data in members.items():
                info = zipfile.ZipInfo(member)  # its date is 1980-01-01, as in np.savez
                info.compress_type = method
                archive.writestr(info, data)
        self.write(name, buffer.getvalue())


def _members(path):
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        methods = {info.compress_type for info in infos}
        members = {info.filename: archive.read(info) for info in infos}
    return (methods.pop() if len(methods) == 1 else None, members)
