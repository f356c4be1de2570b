#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What other tar programs say of an archive, in the form of tar_list: tar_peers.py gnu|python FILE,
and archives that they cannot be told to write: tar_peers.py make FORMAT FOLDER FILE."""
import datetime
import os
import re
import subprocess
import sys
import tarfile
import zlib

PLAIN = set(range(0x21, 0x7F)) - {0x5C}


def shown(name):
    return "".join(chr(c) if c in PLAIN else "\\%03o" % c for c in os.fsencode(name))


def row(*fields):
    print("\t".join(str(f) for f in fields))


def python(path):
    kinds = {tarfile.LNKTYPE: "h", tarfile.SYMTYPE: "l", tarfile.CHRTYPE: "c", tarfile.BLKTYPE: "b",
             tarfile.DIRTYPE: "d", tarfile.FIFOTYPE: "p"}
    with tarfile.open(path, "r:", errors="surrogateescape") as archive:
        for m in archive:
            device = f"{m.devmajor},{m.devminor}" if m.ischr() or m.isblk() else "0,0"
            sum_ = "-" if m.issparse() else "%08x" % 0
            if m.isreg() and not m.issparse():
                sum_ = "%08x" % zlib.crc32(archive.extractfile(m).read())
            row(kinds.get(m.type, "f"), "%04o" % (m.mode & 0o7777), m.uid, m.gid, m.size,
                int(m.mtime // 1), device, shown(m.name), shown(m.linkname), sum_)


def unescape(text):
    plain = {b"n": b"\n", b"t": b"\t", b"\\": b"\\", b"b": b"\b", b"f": b"\f", b"r": b"\r",
             b"a": b"\a", b"v": b"\v", b" ": b" "}
    return re.sub(rb"\\([0-7]{3}|.)",
                  lambda m: plain.get(m[1]) or bytes([int(m[1], 8)]), text)


def permissions(text):
    special = ((2, 0o4000), (5, 0o2000), (8, 0o1000))
    mode = sum(1 << (8 - i) for i, c in enumerate(text) if c not in "-ST")
    return mode | sum(bit for at, bit in special if text[at] in "sStT")


def gnu(path):
    command = ["tar", "-tvf", path, "--numeric-owner", "--full-time", "--utc",
               "--quoting-style=escape", "--warning=no-unknown-keyword"]
    out = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    line = re.compile(rb"(.)(\S{9}) (\d+)/(\d+) +(\S+) (\S+) (\d\d:\d\d:\d\d)(\.\d+)? +(.*)", re.S)
    for text in out.split(b"\n")[:-1]:
        kind, mode, uid, gid, size, day, clock, fraction, name = line.fullmatch(text).groups()
        when = datetime.datetime.fromisoformat(f"{day.decode()}T{clock.decode()}+00:00")
        kind, size, device, link = kind.decode(), size.decode(), "0,0", b""
        if kind in "cb":
            size, device = 0, size
        if kind == "l":
            name, link = name.split(b" -> ")
        if kind == "h":
            name, link = name.split(b" link to ")
        row({"-": "f", "C": "f"}.get(kind, kind), "%04o" % permissions(mode.decode()), int(uid),
            int(gid), size, int(when.timestamp() // 1), device, shown(unescape(name)),
            shown(unescape(link)))


def make(form, folder, path):
    formats = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}
    with tarfile.open(path, "w", format=formats[form], errors="surrogateescape") as archive:
        for top, folders, files in os.walk(folder):
            folders.sort()
            links = [f for f in folders if os.path.islink(os.path.join(top, f))]
            for name in sorted(files + links):
                full = os.path.join(top, name)
                try:
                    if os.path.getsize(full) < 1 << 20:
                        archive.add(full, os.path.relpath(full, folder), recursive=False)
                except (OSError, ValueError):
                    pass  # what the format cannot say is left out


if __name__ == "__main__":
    {"gnu": gnu, "python": python, "make": make}[sys.argv[1]](*sys.argv[2:])
