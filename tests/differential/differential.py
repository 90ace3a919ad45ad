"""Drives the command with random files and selections, and compares with what NumPy makes of them.

    python differential.py --npymap PATH [--seed N] [--count N] [--only FILE]

Every file has a number, and its dtype, values and selections follow from that and the seed alone, so
`--only` repeats what failed. It exits with 1 if anything differs.
"""

import argparse
import ast
import functools
import itertools
import json
import math
import multiprocessing
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "vectors"))

import changes
import generate
from common import free_bytes, has_long_double, steady_bytes
from compare import expected_difference
from figures import wrong_figures

# Failures that are shown; a fault in one place makes thousands.
SHOWN = 20

# Random floats overflow, and NaNs are compared: as intended.
np.seterr(all="ignore")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--npymap", required=True, type=pathlib.Path, help="the command")
    parser.add_argument("--seed", type=int, default=1, help="default 1")
    parser.add_argument("--count", type=int, default=20_000, help="comparisons, default 20 000")
    parser.add_argument("--only", type=int, metavar="FILE", help="this file alone; it is kept")
    args = parser.parse_args()
    start = time.monotonic()
    if args.only is not None:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="differential-"))
        done, failures = compare_file((args.npymap, args.seed, args.only, folder))
        print(f"the file is in {folder}")
    else:
        done, failures = compare_all(args)
    for failure in failures[:SHOWN]:
        print(f"\n{failure}")
    if failures:
        print(f"\n{len(failures)} of {done} comparisons differ")
        sys.exit(1)
    seconds = time.monotonic() - start
    print(f"{done} comparisons with NumPy {np.__version__}, all equal, {seconds:.0f} s")


def compare_all(args):
    done, failures = 0, []
    with tempfile.TemporaryDirectory(prefix="differential-") as folder:
        jobs = ((args.npymap, args.seed, number, folder) for number in range(args.count))
        with multiprocessing.Pool(os.cpu_count()) as pool:
            for comparisons, wrong in pool.imap(compare_file, jobs, chunksize=4):
                done += comparisons
                failures += wrong
                if done >= args.count or len(failures) >= 10 * SHOWN:
                    break
            pool.terminate()
    return done, failures


def compare_file(job):
    """Makes a file and compares a dozen commands on it: how many, and which differ."""
    command, seed, number, folder = job
    folder = pathlib.Path(folder) / str(number)
    folder.mkdir()
    chance = random.Random(f"{seed}/{number}")
    subject = Subject(command, folder, chance)
    failures = []
    done = 0
    checks = [subject.info, subject.pack, subject.diff, subject.diff]
    checks += [subject.convert, subject.convert]
    checks += [subject.show, subject.slice, subject.stats] * 4
    for change in [changes.create, changes.assign, changes.append, changes.assign]:
        checks.append(functools.partial(change, subject))
    for check in checks:
        try:
            done += check()
        except Different as different:
            done += 1
            again = f"cargo xtask differential --seed {seed} --only {number}"
            failures.append(f"{different}\nagain: {again}")
    if not failures:
        shutil.rmtree(folder)
    return done, failures


class Different(Exception):
    """What the command did, and what NumPy does."""


class Subject:
    """A file, alone or in an archive or without a header, and what NumPy sees in it."""

    def __init__(self, command, folder, chance):
        self.command = command
        self.chance = chance
        self.array = generate.array(chance)
        self.folder = folder
        self.output = folder / "out.npy"
        self.raw = ()
        match chance.randrange(8):
            case 0 | 1:
                self.path = folder / "x.npz"
                self.source = f"{self.path}::x" + chance.choice(("", ".npy"))
                save = chance.choice((np.savez, np.savez_compressed))
                save(self.path, a=np.zeros(chance.randint(0, 9)), x=self.array)
            case 2 if self.array.ndim and self.array.size and not self.array.dtype.names:
                self.path = self.source = folder / "x.raw"
                self.write_raw()
            case _:
                self.path = self.source = folder / "x.npy"
                with open(self.path, "wb") as file:
                    version = chance.choice((None, None, None, (2, 0), (3, 0)))
                    if version == (2, 0) and not str(self.array.dtype).isascii():
                        version = None
                    np.lib.format.write_array(file, self.array, version)
                    file.write(b"x" * chance.choice((0, 0, 0, 5)))
        self.view = generate.view(self.array.dtype, chance)

    def write_raw(self):
        order = "F" if self.array.flags.fnc else "C"
        offset = self.raw_offset = self.chance.choice((0, 0, 1, 13, 64))
        with open(self.path, "wb") as file:
            file.write(b"." * offset + self.array.tobytes(order))
        self.raw = ["--raw-dtype", self.array.dtype.str, f"--raw-offset={offset}"]
        self.raw += ["--raw-order", order]
        if self.array.ndim > 1 or self.chance.randrange(2):
            self.raw += ["--raw-shape", ",".join(map(str, self.array.shape))]

    # --- the commands ------------------------------------------------------------------------

    def info(self):
        if self.raw:
            return 0
        facts = json.loads(self.run("info", self.path, "--json"))
        if self.path.suffix == ".npz":
            members = {member["name"].removesuffix(".npy"): member for member in facts["members"]}
            with zipfile.ZipFile(self.path) as archive, archive.open("x.npy") as file:
                expected = self.header_facts(file, archive.getinfo("x.npy").file_size)
            found = members["x"]["npy"]
        else:
            with open(self.path, "rb") as file:
                expected = self.header_facts(file, self.path.stat().st_size)
            found = facts
        for key, value in expected.items():
            if found.get(key) != value:
                self.differ("info", None, f"{key}: {found.get(key)}", f"{key}: {value}")
        return 1

    def header_facts(self, file, file_size):
        start = file.read(12)
        version = list(start[6:8])
        prefix = 10 if version == [1, 0] else 12
        length = int.from_bytes(start[8:prefix], "little")
        text = (start + file.read(length))[prefix : prefix + length]
        header = ast.literal_eval(text.decode("utf-8" if version == [3, 0] else "latin-1"))
        array = self.array
        kind = array.dtype
        order = {"<": "little", ">": "big", "|": "none"}[kind.str[0]]
        facts = {
            "version": version,
            "descr": json.loads(json.dumps(header["descr"])),
            "fortran_order": header["fortran_order"],
            "byte_order": "none" if kind.kind in "SV" else order,
            "dtype": str(self.stored_dtype()),
            "itemsize": kind.itemsize,
            "shape": list(array.shape),
            "size": array.size,
            "nbytes": array.nbytes,
            "data_offset": prefix + length,
            "file_size": file_size,
            "trailing_bytes": file_size - prefix - length - array.nbytes,
        }
        if array.size:
            facts["strides"] = list(array.strides)
        return facts

    def stored_dtype(self):
        """The dtype as it comes back from a file, which does not tell that fields are aligned."""
        return np.lib.format.descr_to_dtype(np.lib.format.dtype_to_descr(self.array.dtype))

    def show(self):
        selection, result, error = self.select()
        if error:
            return self.expect_error("show", selection, error)
        found = self.run("show", *self.arguments(selection))
        expected = str(result) + "\n"
        if found != expected.encode():
            found = found.decode(errors="replace")
            self.differ("show", selection, *first_difference(found, expected))
        return 1

    def slice(self):
        selection, result, error = self.select(scalars=False)
        selection = selection or "..."
        arguments = (*self.arguments(selection), "-o", self.output)
        if error:
            return self.expect_error("slice", selection, error)
        self.run("slice", *arguments)
        found = self.output.read_bytes()
        self.output.unlink()
        expected_file = self.output.with_name("expected.npy")
        # Not by np.ascontiguousarray, which would make a 0-d array 1-d.
        np.save(expected_file, result.copy("C"))
        expected = expected_file.read_bytes()
        free = free_bytes(result.dtype)
        if free.any():
            found = without_padding(found, result, free)
            expected = without_padding(expected, result, free)
        if found != expected:
            self.differ("slice", selection, found[:300], expected[:300])
        return 1

    def pack(self):
        """To an archive that has a member already, and out of it again."""
        archive = self.output.with_name("packed.npz")
        save = self.chance.choice((np.savez, np.savez_compressed))
        before = {name: np.arange(self.chance.randint(0, 99)) for name in ("x", "y")}
        save(archive, **before)
        key = self.chance.choice(("x", "new", "dir/ü", "w:0"))
        deflate = self.chance.choice(((), (), ("--deflate",), ("--deflate=1",)))
        entry = f"{key}={self.source}"
        self.run("pack", archive, "--update", entry, *deflate, *self.raw)

        expected_file = self.output.with_name("expected.npy")
        np.save(expected_file, self.stored())
        expected = expected_file.read_bytes()
        with zipfile.ZipFile(archive) as found:
            if found.testzip() is not None:
                self.differ("pack", deflate, "a bad checksum", "none")
            found = found.read(key + ".npy")
        values = found, expected
        free = free_bytes(self.array.dtype)
        if free.any():
            values = [without_padding(file, self.array, free) for file in values]
        if values[0] != values[1]:
            self.differ("pack", deflate, found[:300], expected[:300])
        with np.load(archive) as loaded:
            kept = {name: before[name] for name in before if name != key}
            if loaded.files != [*kept, key]:
                self.differ("pack", deflate, loaded.files, [*kept, key])
            for name, array in kept.items():
                np.testing.assert_array_equal(loaded[name], array)
            array = loaded[key]
        if array.dtype != self.stored().dtype or array.shape != self.array.shape:
            self.differ("pack", deflate, repr(array)[:300], repr(self.array)[:300])

        folder = self.output.with_name("unpacked")
        self.run("unpack", archive, key, "-d", folder)
        if (folder / f"{key}.npy").read_bytes() != found:
            self.differ("unpack", deflate, "other bytes", "those of the member")
        shutil.rmtree(folder)
        archive.unlink()
        return 1

    def convert(self):
        options, result, order = [], self.stored(), self.chance.choice((None, "C", "F"))
        target = generate.conversion(result.dtype, self.chance)
        if target is not None:
            options += ["--dtype", target.str, "--force", "--overflow", "numpy"]
            result = result.astype(target)
        byte_order = self.chance.choice((None, None, "little", "big", "native"))
        if byte_order and not generate.has_open_unit(result.dtype):
            options += ["--byte-order", byte_order]
            result = result.astype(result.dtype.newbyteorder(byte_order))
        if order:
            options += ["--order", order]
            result = result.copy(order)
        headerless = self.chance.randrange(6) == 0
        if headerless:
            options += ["--headerless"]
        self.run("convert", self.source, self.output, *options, *self.raw)
        found = self.output.read_bytes()
        self.output.unlink()
        expected_file = self.output.with_name("expected.npy")
        np.save(expected_file, result)
        expected = expected_file.read_bytes()
        start = len(expected) - result.nbytes
        if headerless:
            found = expected[:start] + found
        if found[:start] != expected[:start] or len(found) != len(expected):
            self.differ("convert", options, found[:start], expected[:start])
        if not result.size or not result.itemsize:
            return 1
        values = [np.frombuffer(file[start:], result.dtype) for file in (found, expected)]
        if target is not None and result.dtype.kind in "fc":
            # What else the bits of a NaN say is not always the same.
            good = np.array_equal(*values, equal_nan=True)
        else:
            found, expected = map(steady_bytes, values)
            good = found == expected
        if not good:
            self.differ("convert", options, *(array.tobytes()[:300] for array in values))
        return 1

    def diff(self):
        if self.raw:
            return 0
        ours = self.stored()
        theirs = generate.another(ours, self.chance)
        other = self.output.with_name("other.npy")
        np.save(other, theirs)
        theirs = np.load(other)
        # Python has no numbers like these.
        if has_long_double(ours.dtype) or has_long_double(theirs.dtype):
            theirs = ours
            np.save(other, theirs)
        rtol, atol = self.chance.choice(((0, 0), (0, 0), (1e-3, 0), (0, 2), (1e-9, 1e-9)))
        options = ["--rtol", rtol, "--atol", atol] if rtol or atol else []
        options.append("--json")
        done = self.spawn("diff", self.source, other, *options)
        if has_long_double(ours.dtype):
            expected = {"equal": True, "different": 0}
        else:
            expected = expected_difference(ours, theirs, rtol, atol)
        status = 0 if expected["equal"] else 1
        if done.returncode != status or done.stderr:
            found = f"exit {done.returncode}: {done.stderr}"
            self.differ("diff", options, found, f"{status}: {expected}")
        facts = json.loads(done.stdout)
        # The last digit is not always the same.
        distances = [document.get("max_abs") for document in (facts, expected)]
        if None not in distances and math.isclose(*distances, rel_tol=1e-15):
            expected["max_abs"] = facts["max_abs"]
        if {key: facts[key] for key in expected} != expected:
            self.differ("diff", options, facts, f"{expected}\n{ours!r}\n{theirs!r}")
        return 1

    def stored(self):
        """The array as NumPy reads it from the file."""
        if self.raw:
            return np.array(self.array, order="A")
        loaded = np.load(self.path)
        return loaded["x"] if self.path.suffix == ".npz" else loaded

    def stats(self):
        selection, result, error = self.select()
        if error:
            return self.expect_error("stats", selection, error)
        values = np.asarray(result)
        if values.dtype.kind not in "biufcmM":
            return 0
        if has_long_double(values.dtype):
            # What the command counts with.
            values = values.astype("f8" if values.dtype.kind == "f" else "c16")
        found = json.loads(self.run("stats", *self.arguments(selection), "--json"))
        for name, expected in wrong_figures(values, found):
            found_text = f"{name}: {found.get(name)}"
            self.differ("stats", selection, found_text, f"{name}: {expected}")
        return 1

    # --- running and judging ----------------------------------------------------------------

    def select(self, scalars=True):
        """A selection, with NumPy's result or its error. Without `scalars`, what is one becomes
        a 0-d array, which has the byte order of the file."""
        array = self.array.view(self.view or self.stored_dtype())
        selection = generate.selection(array, self.chance)
        text = selection or "..."
        text = text if text.startswith("[") and text.endswith("]") else f"[{text}]"
        names = {"array": array, "np": np}
        try:
            result = eval(f"array{text}", names)
            if not scalars and not isinstance(result, np.ndarray):
                parts = ["array"]
                for part in split_brackets(text):
                    parts.append(part if "'" in part or '"' in part or "..." in part
                                 else f"{part[:-1]}, ...]")
                result = eval("".join(parts), names)
            return selection, result, None
        except (IndexError, ValueError, KeyError) as error:
            return selection, None, error

    def arguments(self, selection):
        view = ("--view", self.view) if self.view else ()
        return (self.source, *(() if selection is None else (selection,)), *view, *self.raw)

    def expect_error(self, name, selection, error):
        target = ("-o", self.output) if name == "slice" else ()
        done = self.spawn(name, *self.arguments(selection), *target)
        lines = done.stderr.decode().splitlines()
        message = "" if isinstance(error, KeyError) else str(error)
        good = len(lines) == 1 and lines[0].startswith("npymap: ") and message in lines[0]
        if done.returncode != 1 or done.stdout or not good or self.output.exists():
            self.differ(name, selection, f"exit {done.returncode}: {done.stderr}", f"1: {message}")
        return 1

    def run(self, *arguments):
        done = self.spawn(*arguments)
        if done.returncode != 0 or done.stderr:
            self.differ(arguments[0], arguments[2:], f"exit {done.returncode}: {done.stderr}", "0")
        return done.stdout

    def spawn(self, *arguments):
        # Not closing inherited files lets Python start it without copying itself.
        return subprocess.run(
            (self.command, *map(str, arguments)), capture_output=True, close_fds=False, check=False
        )

    def differ(self, name, selection, found, expected):
        kind = f"{self.array.dtype!r} {self.array.shape} in {self.path.name} {' '.join(self.raw)}"
        kind += f" as {self.view}" if self.view else ""
        raise Different(f"{name} {selection!r} of {kind}\n  found    {found}\n  expected {expected}")


def first_difference(found, expected):
    """The first line in which two texts differ, of each."""
    lines = itertools.zip_longest(found.splitlines(True), expected.splitlines(True))
    for number, (ours, theirs) in enumerate(lines, 1):
        if ours != theirs:
            return f"line {number}: {ours!r}", f"line {number}: {theirs!r}"
    raise AssertionError("the texts are the same")


def split_brackets(text):
    """`[1]['x']` as `[1]` and `['x']`."""
    depth, start, quote = 0, 0, None
    for i, letter in enumerate(text):
        if quote:
            quote = None if letter == quote and text[i - 1] != "\\" else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "[":
            depth += 1
        elif letter == "]":
            depth -= 1
            if depth == 0:
                yield text[start : i + 1]
                start = i + 1


def without_padding(file, result, free):
    data = len(file) - result.nbytes
    elements = np.frombuffer(file[data:], "u1").reshape(result.size, len(free))
    return file[:data] + (elements * ~free).tobytes()


if __name__ == "__main__":
    main()
