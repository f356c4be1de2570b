#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the headers of an rpmdb.sqlite as a database of another form, which the rpm at hand may only be
able to read (Berkeley DB) or not know at all (ndb).

    rpm_write.py ndb|bdb|bdb-swapped|large RPMDB.SQLITE FILE

large: SQLite again, with a table of 30 MB before that of the packages, so that it is read from a file.
ndb: lib/backend/ndb/rpmpkg.c of rpm 4.18. bdb: dbinc/db_page.h of Berkeley DB 5.3, a hash of one
bucket whose page holds short headers itself and leads to overflow pages for longer ones."""
import sqlite3
import struct
import sys
import zlib

PAGE = 4096


def ndb(headers):
    slots_per_page = PAGE // 16
    pages = (len(headers) + 2 + slots_per_page - 1) // slots_per_page
    slots = b""
    blobs = b""
    for number, header in headers:
        body = struct.pack("<4sIII", b"BlbS", number, 1, len(header)) + header
        blocks = (len(body) + 12 + 15) // 16
        body += bytes(blocks * 16 - 12 - len(body))
        body += struct.pack("<II4s", zlib.adler32(body), len(header), b"BlbE")
        slots += struct.pack("<4sIII", b"Slot", number, (pages * PAGE + len(blobs)) // 16, blocks)
        blobs += body
    while 32 + len(slots) < pages * PAGE:
        slots += struct.pack("<4sIII", b"Slot", 0, 0, 0)
    head = struct.pack("<4sIIII", b"RpmP", 0, 1, pages, headers[-1][0] + 1)
    return head + bytes(32 - len(head)) + slots + blobs


class Bdb:
    def __init__(self, order):
        self.order = order
        self.pages = [b""]  # the first one is written last
        self.chain = 0  # the bucket's last page; each names the one before it as its next

    def page(self, number, kind, following=0, entries=0, offset=0, body=b""):
        head = struct.pack(self.order + "QIIIHHBB", 0, number, 0, following, entries, offset, 0, kind)
        return head + body + bytes(PAGE - len(head) - len(body))

    def add(self, kind, **what):
        self.pages.append(self.page(len(self.pages), kind, **what))

    def overflow(self, data):
        first = len(self.pages)
        room = PAGE - 26
        parts = [data[i:i + room] for i in range(0, len(data), room)]
        for i, part in enumerate(parts):
            following = len(self.pages) + 1 if i + 1 < len(parts) else 0
            self.add(7, following=following, entries=1, offset=len(part), body=part)
        return struct.pack(self.order + "BxxxII", 3, first, len(data))

    def bucket(self, items):
        offsets, content = b"", b""
        for item in items:
            content = item + content
            offsets += struct.pack(self.order + "H", PAGE - len(content))
        gap = bytes(PAGE - 26 - len(offsets) - len(content))
        self.add(13, following=self.chain, entries=len(items), offset=PAGE - len(content),
                 body=offsets + gap + content)
        self.chain = len(self.pages) - 1

    def write(self, headers):
        items = [b"\x01" + bytes(4), b"\x01" + struct.pack(self.order + "I", headers[-1][0])]
        for number, header in headers:
            key = b"\x01" + struct.pack(self.order + "I", number)
            value = b"\x01" + header if len(header) < 1000 else self.overflow(header)
            if 26 + sum(len(i) + 2 for i in items) + len(key) + len(value) + 4 > PAGE:
                self.bucket(items)
                items = []
            items += [key, value]
        self.bucket(items)
        meta = struct.pack(self.order + "QIIIIBBBxIIIIIII", 0, 0, 0x061561, 9, PAGE, 0, 8, 0, 0,
                           len(self.pages) - 1, 0, len(headers) + 1, len(headers) + 1, 0, 0)
        meta += bytes(72 - len(meta))
        meta += struct.pack(self.order + "IIIIII", 0, 1, 0, 0, len(headers), 0x5E688DD1)
        meta += struct.pack(self.order + "32I", self.chain, *([0] * 31))
        self.pages[0] = meta + bytes(PAGE - len(meta))
        return b"".join(self.pages)


def large(headers, target):
    db = sqlite3.connect(target)
    db.execute("CREATE TABLE Filler (x BLOB)")
    db.execute("INSERT INTO Filler VALUES (zeroblob(30000000))")
    db.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
    db.executemany("INSERT INTO Packages VALUES (?, ?)", headers)
    db.commit()
    db.close()


def main():
    form, source, target = sys.argv[1:]
    rows = sqlite3.connect(source).execute("SELECT hnum, blob FROM Packages ORDER BY hnum").fetchall()
    if form == "large":
        large(rows, target)
        return
    data = ndb(rows) if form == "ndb" else Bdb("<" if form == "bdb" else ">").write(rows)
    with open(target, "wb") as out:
        out.write(data)


main()
