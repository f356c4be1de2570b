#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tracker - a made-up document of the size of Debian's security tracker, for measuring.

usage: tracker.py RELEASE [NAMES]
NAMES has a source package a line: these have vulnerabilities, too. The numbers are about those of
the real one: 4,000 source packages; 46,000 rows, 4,000 of them the kernel's, some hundreds those of
a browser, most packages have less than ten; two of three are fixed in the release, most often
before it came out; descriptions of 150 letters. Always the same.
"""
import json
import random
import sys

PACKAGES, ROWS, KERNEL, MOST = 4000, 46000, 4000, 300
WORDS = ("buffer overflow heap use after free in the parser of crafted files allows remote "
         "attackers to cause a denial service or execute code via an integer length field that "
         "is not checked before memory is copied when handling header records").split()


def row(chance, release):
    entry = {"description": " ".join(chance.choices(WORDS, k=24)),
             "scope": chance.choice(["local", "remote"])}
    state = {"status": "open", "repositories": {release: "1.0-1"},
             "urgency": chance.choice(["low", "medium", "high", "not yet assigned", "unimportant"])}
    if chance.random() < 0.67:
        state.update(status="resolved", fixed_version="%d.%d.%d-%d" % (
            0 if chance.random() < 0.9 else chance.randrange(9), chance.randrange(30),
            chance.randrange(20), chance.randrange(1, 9)))
    entry["releases"] = {release: state}
    return entry


def main():
    release = sys.argv[1]
    names = []
    if len(sys.argv) > 2:
        with open(sys.argv[2], encoding="utf-8") as lines:
            names = sorted({line.strip() for line in lines if line.strip()})
    chance = random.Random(1)
    names += ["package-%04d" % i for i in range(PACKAGES - len(names))]
    chance.shuffle(names)
    rows = [("linux", i) for i in range(KERNEL)]
    at = 0
    while len(rows) < ROWS:
        name = names[at % len(names)]
        many = min(int(2 * chance.paretovariate(0.9)), MOST)
        rows += [(name, len(rows) + i) for i in range(many)]
        at += 1
    out = {name: {} for name in [*names, "linux"]}
    for name, number in rows:
        cve = "CVE-%d-%04d" % (chance.randrange(2005, 2026), 1000 + number)
        out[name][cve] = row(chance, release)
    json.dump({name: rows for name, rows in out.items() if rows}, sys.stdout)


if __name__ == "__main__":
    main()
