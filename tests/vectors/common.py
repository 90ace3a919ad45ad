"""What the scripts that make test vectors share: where output goes and how it stays the same, and
questions about dtypes that NumPy does not answer.

A script `make*.py` writes its files below the directory that `--out` names, by default the one it
lies in. Running it again gives identical files: no clock, no unseeded random numbers, no values
that depend on the machine's mathematical library.
"""

import argparse
import binascii
import io
import json
import math
import pathlib
import sys
import zipfile
from zlib import compress

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent

# The exit status of a script that cannot make the same again here.
SKIPPED = 77

# The checksum of what zlib makes of a sample.
DEFLATED = 0x7c7d363e


def free_bytes(dtype):
    """For each byte of an element, whether it belongs to no field: padding."""
    return _free(dtype, x87=False)


def steady_bytes(array):
    """The elements in C order, with zeros where nothing decides about the bytes: in padding, and in
    the last 6 bytes of an x87 long double."""
    free = _free(array.dtype, x87=True)
    elements = np.frombuffer(array.tobytes(), "u1").reshape(array.size, len(free))
    return (elements * ~free).tobytes()


def _free(dtype, x87):
    if dtype.subdtype is not None:
        element, shape = dtype.subdtype
        return np.tile(_free(element, x87), math.prod(shape))
    free = np.zeros(dtype.itemsize, bool)
    if dtype.names is not None and dtype.kind == "V":
        free[:] = True
        for name in dtype.names:
            field, offset, *_ = dtype.fields[name]
            free[offset : offset + field.itemsize] &= _free(field, x87)
    elif x87 and has_long_double(dtype):
        numbers = free.reshape(-1, 16)
        numbers[:, :6] = dtype.byteorder == ">"
        numbers[:, 10:] = dtype.byteorder != ">"
    return free


def has_long_double(dtype):
    """Whether it is, or contains, a long double: these may print as the nearest float64."""
    if dtype.subdtype is not None:
        return has_long_double(dtype.subdtype[0])
    if dtype.names is not None:
        return any(has_long_double(dtype[name]) for name in dtype.names)
    # Not by its letter, which ml_dtypes uses too.
    return issubclass(dtype.type, (np.longdouble, np.clongdouble))


class Output:
    """The directory for what a script makes, and the script's other options, which are numbers.

    `python` is the version of Python on which the outcome depends, if it does. On another one the
    script ends with `SKIPPED`: what is committed cannot be compared there. `zlib` is whether it
    depends on what Deflate makes of data.
    """

    def __init__(self, description, *, python=None, zlib=False, **options):
        parser = argparse.ArgumentParser(
            description=description, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        parser.add_argument("--out", type=pathlib.Path, default=HERE, metavar="DIR")
        for name, default in options.items():
            parser.add_argument(f"--{name}", type=int, default=default, metavar="N")
        self.options = parser.parse_args()
        self.dir = self.options.out
        if python not in (None, sys.version_info[:2]):
            self._skip(f"Python {python[0]}.{python[1]}")
        if zlib and binascii.crc32(compress(bytes(range(256)) * 64, 9)) != DEFLATED:
            self._skip("zlib itself, not a variant,")

    def _skip(self, need):
        print(f"{pathlib.Path(sys.argv[0]).name}: {need} is needed to make the same again")
        sys.exit(SKIPPED)

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
