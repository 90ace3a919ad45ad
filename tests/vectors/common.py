"""What the scripts that make test vectors share: where output goes, and how it stays the same.

A script `make*.py` writes its files below the directory that `--out` names, by default the one it
lies in. Running it again gives identical files: no clock, no unseeded random numbers, no values
that depend on the machine's mathematical library.
"""

import argparse
import io
import json
import pathlib
import zipfile

HERE = pathlib.Path(__file__).resolve().parent


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
