#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random layers and what an unpacker made of them.
  tree_layers.py make SEED FOLDER N... layer tars and an OCI layout FOLDER/image with the tag `it`,
                                       without the entries of these numbers
  tree_layers.py compare DUMP ROOTFS   what tree_dump printed against a folder; "-" fits anything"""
import hashlib
import io
import json
import os
import random
import stat
import sys
import tarfile

NAMES = ["a", "b", "c"]
TEXTS = ["a", "b", "../b", "/c", "a/b", ".", "..", "/", "none/../a", "none/new", "/a/../b/c",
         "../../c"]


class Layers:
    def __init__(self, seed, left_out):
        self.random = random.Random(seed)
        self.left_out = left_out
        self.count = 0
        # umoci leaves a hard link's own mode and owner aside, others apply them. So where there
        # are links, all files have the same.
        self.links = seed % 2 == 0
        self.files = ["a"]
        self.size = 0

    def path(self):
        depth = self.random.choice([1, 1, 2, 2, 3, 4])
        return "/".join(self.random.choice(NAMES) for _ in range(depth))

    def entry(self, path, kind):
        info = tarfile.TarInfo(path)
        info.mtime = 1
        if kind == tarfile.DIRTYPE or not self.links:
            info.mode = self.random.choice([0o755, 0o700, 0o1777, 0o2755, 0o4711])
            info.uid, info.gid = self.random.choice([(0, 0), (1000, 100), (7, 8)])
        info.type = kind
        if kind == tarfile.SYMTYPE:
            info.linkname = self.random.choice(TEXTS)
        if kind == tarfile.LNKTYPE:
            info.linkname = self.random.choice(self.files[-6:])
        if kind == tarfile.REGTYPE:
            self.files.append(path)
            self.size += 1
            info.size = self.size  # tells which content a name has
        return info

    def whiteout(self):
        path = self.path()
        folder, name = os.path.split(path)
        if self.random.random() < 0.3:
            return self.entry(os.path.join(path, ".wh..wh..opq"), tarfile.REGTYPE)
        return self.entry(os.path.join(folder, ".wh." + name), tarfile.REGTYPE)

    def layer(self, first):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for _ in range(self.random.randint(2, 14)):
                draw = self.random.random()
                if draw < 0.3 and not first:
                    info = self.whiteout()
                elif draw < 0.65:
                    info = self.entry(self.path(), tarfile.REGTYPE)
                elif draw < 0.88:
                    info = self.entry(self.path(), tarfile.DIRTYPE)
                elif draw < 0.95 or not self.links:
                    info = self.entry(self.path(), tarfile.SYMTYPE)
                else:
                    info = self.entry(self.path(), tarfile.LNKTYPE)
                if self.count not in self.left_out:
                    archive.addfile(info, io.BytesIO(b"x" * info.size))
                self.count += 1
        return out.getvalue()


def make(seed, folder, left_out):
    layers = Layers(seed, left_out)
    tars = [layers.layer(i == 0) for i in range(layers.random.randint(2, 5))]
    blobs = os.path.join(folder, "image/blobs/sha256")
    os.makedirs(blobs)

    def blob(kind, data):
        name = hashlib.sha256(data).hexdigest()
        with open(os.path.join(blobs, name), "wb") as f:
            f.write(data)
        return {"mediaType": "application/vnd.oci.image." + kind, "digest": "sha256:" + name,
                "size": len(data)}

    for i, data in enumerate(tars):
        with open(os.path.join(folder, "layer-%d.tar" % i), "wb") as f:
            f.write(data)
    listed = [blob("layer.v1.tar", t) for t in tars]
    config = {"architecture": "amd64", "os": "linux", "config": {},
              "rootfs": {"type": "layers", "diff_ids": [d["digest"] for d in listed]}}
    manifest = {"schemaVersion": 2, "config": blob("config.v1+json", json.dumps(config).encode()),
                "layers": listed}
    top = blob("manifest.v1+json", json.dumps(manifest).encode())
    top["annotations"] = {"org.opencontainers.image.ref.name": "it"}
    with open(os.path.join(folder, "image/index.json"), "w") as f:
        json.dump({"schemaVersion": 2, "manifests": [top]}, f)
    with open(os.path.join(folder, "image/oci-layout"), "w") as f:
        json.dump({"imageLayoutVersion": "1.0.0"}, f)


def unpacked(root):
    rows = {}
    for folder, dirs, files in os.walk(root):
        for name in dirs + files:
            path = os.path.join(folder, name)
            s = os.lstat(path)
            kind = {stat.S_IFREG: "f", stat.S_IFDIR: "d", stat.S_IFLNK: "l"}[stat.S_IFMT(s.st_mode)]
            rows[os.path.relpath(path, root)] = [
                kind, "%04o" % stat.S_IMODE(s.st_mode), str(s.st_uid), str(s.st_gid),
                str(s.st_size), os.readlink(path) if kind == "l" else ""]
    return rows


def compare(dump, root):
    theirs, same = unpacked(root), True
    with open(dump) as f:
        for line in f:
            kind, mode, uid, gid, size, path, link = line.rstrip("\n").split("\t")
            mine, other = [kind, mode, uid, gid, size, link], theirs.pop(path, None)
            if not other or any(m not in ("-", o) for m, o in zip(mine, other)):
                print(path, "ours:", mine, "theirs:", other)
                same = False
    for path, other in theirs.items():
        print(path, "only theirs:", other)
        same = False
    return 0 if same else 1


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(int(sys.argv[2]), sys.argv[3], {int(n) for n in sys.argv[4:]})
    else:
        sys.exit(compare(sys.argv[2], sys.argv[3]))
