"""Makes the archives in npz/ and npz/expected.json, what is to be found in them.

NumPy and Python's zipfile write what they can; the rest is put together by hand. Python's zipfile
reads all of it and supplies the expectations. `refused` says where this project refuses a member
or a whole archive, and which Python would read all the same is asserted here, so that no
difference goes unnoticed.

    python make_npz.py [--out DIR]
"""

import binascii
import bz2
import io
import json
import struct
import warnings
import zipfile
import zlib

import numpy as np

from common import Output

U32 = 0xFFFFFFFF
expected = {}
output = Output(__doc__, python=(3, 11), zlib=True)

X = np.arange(6, dtype="<i4").reshape(2, 3)
Y = np.linspace(0, 1, 4)


def npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def deflate(data):
    c = zlib.compressobj(9, zlib.DEFLATED, -15)
    return c.compress(data) + c.flush()


class Archive:
    """An archive put together by hand, every field of which can be made wrong."""

    def __init__(self):
        self.body = b""
        self.directory = b""
        self.count = 0

    def add(self, name, data, *, method=0, flags=0, packed=None, crc=None, size=None, csize=None,
            local_name=None, local_extra=b"", extra=b"", offset=None, local=True, version=20,
            comment=b"", descriptor=b"", local_flags=None):
        packed = data if packed is None else packed
        crc = binascii.crc32(data) if crc is None else crc
        size = len(data) if size is None else size
        csize = len(packed) if csize is None else csize
        local_name = name if local_name is None else local_name
        local_flags = flags if local_flags is None else local_flags
        at = len(self.body) if offset is None else offset
        if local:
            self.body += struct.pack(
                "<4s5H3I2H", b"PK\3\4", version, local_flags, method, 0, 33, crc,
                min(csize, U32), min(size, U32), len(local_name), len(local_extra))
            self.body += local_name + local_extra + packed + descriptor
        self.directory += struct.pack(
            "<4s6H3I5H2I", b"PK\1\2", version, version, flags, method, 0, 33, crc, csize, size,
            len(name), len(extra), len(comment), 0, 0, 0, at) + name + extra + comment
        self.count += 1
        return self

    def end(self, *, comment=b"", gap=b"", size=None, offset=None, disk=0, comment_len=None):
        size = len(self.directory) if size is None else size
        offset = len(self.body) if offset is None else offset
        comment_len = len(comment) if comment_len is None else comment_len
        return self.body + self.directory + gap + struct.pack(
            "<4s4H2IH", b"PK\5\6", disk, disk, self.count & 0xFFFF, self.count & 0xFFFF,
            size, offset, comment_len) + comment

    def end64(self, *, extended=b"", declared=None, found=b"PK\6\6"):
        """End records with the values in the zip64 record."""
        at = len(self.body) + len(self.directory)
        record = struct.pack(
            "<4sQ2H2I4Q", found, 44 + len(extended), 45, 45, 0, 0, self.count, self.count,
            len(self.directory), len(self.body)) + extended
        locator = struct.pack("<4sIQI", b"PK\6\7", 0, at if declared is None else declared, 1)
        return self.body + self.directory + record + locator + struct.pack(
            "<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, U32, U32, 0)


def data_offset(raw, header_offset):
    name_len, extra_len = struct.unpack("<2H", raw[header_offset + 26:header_offset + 30])
    return header_offset + 30 + name_len + extra_len


def python_reads(raw):
    """What zipfile makes of an archive: the members, and which of them can be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            z = zipfile.ZipFile(io.BytesIO(raw))
        except (zipfile.BadZipFile, UnicodeDecodeError) as e:
            return None, str(e)
        members = []
        for info in z.infolist():
            # By name, zipfile would open the last of several members of the same name.
            try:
                z.open(info).read()
                error = None
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError,
                    zlib.error, OSError, ValueError, struct.error) as e:
                error = str(e) or type(e).__name__
            members.append((info, error))
    return members, None


def case(name, raw, *, refused=(), python_accepts=(), python_refuses=False, what):
    """Writes an archive and what is expected of it.

    `refused` maps members, by position, to the kind of error, or is the kind of error for all of
    the archive. `python_accepts` are those that zipfile reads nevertheless. With `python_refuses`,
    what is expected is in `refused` and nowhere else.
    """
    output.write(f"npz/{name}.npz", raw)
    members, error = python_reads(raw)
    entry = {"what": what}
    if isinstance(refused, str):
        assert members is None or python_accepts, f"{name}: zipfile lists it"
        entry["error"] = refused
    elif python_refuses:
        assert members is None or any(e for _, e in members), f"{name}: zipfile reads it"
        entry["python"] = error or next(e for _, e in members if e)
        entry["members"] = None
    else:
        assert members is not None, f"{name}: {error}"
        refused = dict(refused)
        entry["members"] = []
        for i, (info, error) in enumerate(members):
            kind = refused.get(i)
            assert (error is None) == (kind is None or i in python_accepts), (name, i, error)
            entry["members"].append({
                "name": info.filename,
                "method": info.compress_type,
                "crc32": info.CRC,
                "compressed_size": info.compress_size,
                "size": info.file_size,
                "encrypted": bool(info.flag_bits & 1),
                "header_offset": info.header_offset,
                "data_offset": None if kind else data_offset(raw, info.header_offset),
                "error": kind,
            })
        files = [info.filename for info, _ in members]
        keys = [f.removesuffix(".npy") for f in files]
        lookup = dict(zip(keys, files)) | dict(zip(files, files))
        position = {f: i for i, f in enumerate(files)}
        entry["keys"] = keys
        entry["find"] = {k: position[f] for k, f in lookup.items()}
        if not refused and raw.startswith(b"PK\3\4"):
            with np.load(io.BytesIO(raw)) as z:
                assert z.files == keys
    expected[name] = entry


def numpy_wrote(**arrays):
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def zipfile_wrote(write, **options):
    out = io.BytesIO()
    with Undated(out, "w", **options) as z:
        write(z)
    return out.getvalue()


class Undated(zipfile.ZipFile):
    """Writes members as of 1980, not as of now."""

    def writestr(self, name, data, compress_type=None):
        info = zipfile.ZipInfo(name)
        info.compress_type = self.compression if compress_type is None else compress_type
        info.external_attr = 0o600 << 16
        super().writestr(info, data)


class Unseekable(io.RawIOBase):
    def __init__(self):
        self.bytes = b""

    def writable(self):
        return True

    def seekable(self):
        return False

    def write(self, data):
        self.bytes += bytes(data)
        return len(data)


def normal_archives():
    out = io.BytesIO()
    np.savez(out, Y, x=X, y=Y)
    raw = out.getvalue()
    case("savez", raw, what="np.savez")
    case("prefix", b"#!/bin/sh\nexit 0\n" + raw, what="foreign data in front")
    case("trailing_junk", raw + b"junk", what="foreign data behind the end record")

    out = io.BytesIO()
    np.savez_compressed(out, x=X, zeros=np.zeros(5000, "u1"))
    case("savez_compressed", out.getvalue(), what="np.savez_compressed")

    out = io.BytesIO()
    np.savez(out)
    case("empty", out.getvalue(), what="np.savez without arrays: 22 bytes")
    case("empty_prefix", b"junk" + out.getvalue(), what="nothing but foreign data")

    out = io.BytesIO()
    np.savez(out, **{"größe": X, "温度": X, "a/b": X, "": X, "a": X, "a.npy": Y})
    case("names", out.getvalue(), what="keys that are not identifiers")

    sink = Unseekable()
    np.savez(sink, x=X, y=Y)
    case("unseekable", sink.bytes, what="np.savez to a pipe: data descriptors")
    sink = Unseekable()
    np.savez_compressed(sink, x=X)
    case("unseekable_compressed", sink.bytes, what="the same, deflated")


def other_writers():
    # NumPy up to 1.16 wrote a temporary file and added it: no zip64 anywhere.
    case("old_numpy", zipfile_wrote(lambda z: z.writestr("x.npy", npy(X))),
         what="as np.savez of NumPy 1.16 under Python 2.7")
    case("comment", zipfile_wrote(
        lambda z: (z.writestr("x.npy", npy(X)), setattr(z, "comment", b"made by hand"))),
        what="a comment of the archive")
    case("other_members", zipfile_wrote(lambda z: (
        z.writestr("readme.txt", "not an array"), z.mkdir("dir"),
        z.writestr("dir/x.npy", npy(X)), z.writestr("x", "no suffix"),
        z.writestr("x.npy", npy(X)))),
        what="members that are no arrays, and one that hides an array")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        case("duplicates", zipfile_wrote(lambda z: (
            z.writestr("x.npy", npy(X)), z.writestr("y.npy", npy(Y)),
            z.writestr("x.npy", npy(Y)))), what="two members of one name")
    case("bzip2", zipfile_wrote(
        lambda z: (z.writestr("x.npy", npy(X)), z.writestr("y.npy", npy(Y), zipfile.ZIP_STORED)),
        compression=zipfile.ZIP_BZIP2), refused={0: "Method"}, python_accepts={0},
        what="a method that NumPy reads and this project does not")

    a = Archive().add(b"x.npy", npy(X)).add(b"y.npy", npy(Y))
    case("cnpy", a.end(), what="as cnpy writes: version 20, no extra fields")
    a = Archive().add(b"x.npy", npy(X), extra=b"UT\x05\0\x03abcd\0\0", comment=b"a comment",
                      local_extra=b"UT\x09\0\x03abcdefgh")
    case("extra", a.end(), what="other extra fields, of different lengths, and padding")
    case("cp437", Archive().add(b"\x84\x80.npy", npy(X)).end(), what="a name in code page 437")
    case("nul_name", Archive().add(b"x.npy\0.exe", npy(X)).end(), what="a name with a NUL")
    case("not_utf8", Archive().add(b"\x84.npy", npy(X), flags=0x800).end(),
         python_refuses=True, what="a name that claims to be UTF-8")


def zip64():
    real = npy(X)
    extra = struct.pack("<2H3Q", 1, 24, len(real), len(real), 0)
    a = Archive().add(b"x.npy", real, size=U32, csize=U32, offset=U32, extra=extra,
                      local=False)
    # The local header is what the first call would have written at offset 0.
    a.body = Archive().add(b"x.npy", real, local_extra=struct.pack("<2H2Q", 1, 16, 0, 0)).body
    case("zip64", a.end64(), what="every value in zip64 fields")
    case("zip64_prefix", b"junk" + a.end64(), what="the same behind foreign data")
    case("zip64_extended", a.end64(extended=b"extensible data"), python_refuses=True,
         what="a zip64 end record with extensible data, found by its offset")
    case("zip64_absent", a.end64(found=b"nope"), refused="DirectoryRange",
         what="a zip64 locator that leads nowhere")
    b = Archive().add(b"x.npy", real, size=U32, csize=U32, offset=0,
                      extra=struct.pack("<2HQ", 1, 8, len(real)))
    case("zip64_short", b.end(), refused="Extra", what="a zip64 field that lacks a value")
    case("extra_cut", Archive().add(b"x.npy", real, extra=b"UT\x09\0abc").end(), refused="Extra",
         what="an extra field cut short")


def ends():
    a = Archive().add(b"x.npy", npy(X))
    case("comment_signature", a.end(comment=b"see PK\5\6 in the specification, and more text"),
         python_refuses=True, what="a comment with the signature of an end record")
    case("comment_cut", a.end(comment=b"short", comment_len=50), what="a comment cut short")
    case("gap", a.end(gap=b"signed by nobody"), python_refuses=True,
         what="foreign data between the directory and the end record")
    case("disks", a.end(disk=1), refused="MultiDisk", python_accepts=True,
         what="one of several disks")
    case("directory_size", a.end(size=1 << 20), refused="DirectoryRange",
         what="a directory larger than the file")
    case("directory_offset", a.end(offset=1 << 20), refused="DirectoryRange", python_accepts=True,
         what="a directory that begins behind the file")
    case("directory_short", a.end(size=len(a.directory) - 1), refused="Truncated",
         what="a directory of another size")
    b = Archive().add(b"x.npy", npy(X))
    b.directory += b"PK\1\1"
    b.add(b"y.npy", npy(Y))
    case("directory_signature", b.end(), refused="Signature",
         what="something else in the directory")
    b = Archive().add(b"x.npy", npy(X))
    b.directory = b.directory[:-3]
    case("directory_cut", b.end(), refused="Truncated", python_accepts=True, what="a directory record cut short")
    raw = a.end()
    case("truncated", raw[:-30], refused="NoEndRecord", what="an archive cut short")
    case("not_zip", npy(X), refused="NoEndRecord", what="an array and no archive")


def members_wrong():
    x, y = npy(X), npy(Y)
    a = Archive().add(b"x.npy", x, flags=1).add(b"y.npy", y)
    case("encrypted", a.end(), refused={0: "Encrypted"}, what="an encrypted member")
    a = Archive().add(b"x.npy", x, local_name=b"z.npy").add(b"y.npy", y)
    case("local_name", a.end(), refused={0: "NameMismatch"},
         what="another name in the local header")
    a = Archive().add(b"x.npy", x, crc=1).add(b"y.npy", y)
    case("crc", a.end(), refused={0: "Crc"}, what="a wrong checksum")
    a = Archive().add(b"x.npy", x, method=8, packed=deflate(x), crc=1)
    case("crc_deflated", a.end(), refused={0: "Crc"}, what="a wrong checksum of deflated data")
    a = Archive().add(b"x.npy", x, csize=len(x) + 400).add(b"y.npy", y)
    case("overlap", a.end(), refused={0: "StoredSize"}, what="a stored member of two sizes",
         python_accepts={0})
    a = Archive().add(b"x.npy", x, size=len(x) + 1, csize=len(x) + 1).add(b"y.npy", y)
    case("overlap_next", a.end(), refused={0: "Overlap"}, what="a member that ends in the next")
    a = Archive().add(b"x.npy", x).add(b"x.npy", x, local=False, offset=0)
    case("overlap_same", a.end(), refused={0: "Overlap", 1: "Overlap"}, python_accepts={0, 1},
         what="two entries of one member")
    a = Archive()
    inner = Archive().add(b"y.npy", y).body
    a.add(b"x.npy", inner, method=0).add(b"y.npy", y, local=False, offset=35)
    case("overlap_nested", a.end(), refused={0: "Overlap"}, python_accepts={0},
         what="a member within a member")
    a = Archive().add(b"x.npy", x).add(b"y.npy", y, size=len(y) + 1, csize=len(y) + 1)
    case("range", a.end(), refused={1: "OutOfRange"}, what="a member that ends in the directory")
    a = Archive().add(b"x.npy", x).add(b"y.npy", y, local=False, offset=1 << 30)
    case("range_offset", a.end(), refused={1: "OutOfRange"}, what="a member outside the file")
    a = Archive().add(b"x.npy", x).add(b"y.npy", b"", local=False, offset=3)
    case("local_signature", a.end(), refused={0: "Overlap", 1: "Signature"}, python_accepts={0},
         what="an offset that leads to no local header")
    packed = deflate(x)
    a = Archive().add(b"x.npy", x, method=8, packed=packed, size=len(x) - 1)
    case("size_less", a.end(), refused={0: "SizeMismatch"}, what="more data than declared")
    a = Archive().add(b"x.npy", x, method=8, packed=packed, size=len(x) + 1)
    case("size_more", a.end(), refused={0: "SizeMismatch"}, python_accepts={0},
         what="less data than declared")
    size = 1032 * len(packed)
    a = Archive().add(b"x.npy", x, method=8, packed=packed, size=size)
    a.add(b"y.npy", x, method=8, packed=packed, size=size + 1)
    case("inflation", a.end(), refused={0: "SizeMismatch", 1: "Inflation"}, python_accepts={0, 1},
         what="the most that deflated data can hold declared, and more")
    a = Archive().add(b"x.npy", x, method=8, packed=packed[:-5])
    case("deflate_cut", a.end(), refused={0: "DeflateTruncated"}, what="deflated data cut short")
    a = Archive().add(b"x.npy", x, method=8, packed=b"\7" + packed)
    case("deflate_corrupt", a.end(), refused={0: "Deflate"}, what="corrupt deflated data")
    a = Archive().add(b"x.npy", x, method=8, packed=packed + b"more")
    case("deflate_more", a.end(), what="foreign data behind deflated data")
    a = Archive().add(b"x.npy", b"", method=8, packed=b"")
    case("deflate_none", a.end(), refused={0: "DeflateTruncated"}, python_accepts={0},
         what="deflated data of no bytes")


def main():
    normal_archives()
    other_writers()
    zip64()
    ends()
    members_wrong()
    text = json.dumps(expected, indent=1, sort_keys=True, ensure_ascii=False)
    output.write("npz/expected.json", f"{text}\n".encode())


if __name__ == "__main__":
    main()
