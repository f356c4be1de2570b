#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""split - cut one tar into N of about the same size, as the layers of one image.

usage: split.py N FOLDER <TAR      writes FOLDER/00.tar, FOLDER/01.tar...
"""
import sys
import tarfile
import tempfile


def main():
    count, folder = int(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryFile() as whole:
        while chunk := sys.stdin.buffer.read(1 << 20):
            whole.write(chunk)
        total = whole.tell()
        whole.seek(0)
        number, target = -1, None
        with tarfile.open(fileobj=whole) as source:
            for entry in source:
                if target is None or entry.offset * count // total > number:
                    if target:
                        target.close()
                    number = entry.offset * count // total
                    target = tarfile.open(f"{folder}/{number:02}.tar", "w",
                                          format=tarfile.PAX_FORMAT)
                target.addfile(entry, source.extractfile(entry) if entry.isreg() else None)
        target.close()


if __name__ == "__main__":
    main()
