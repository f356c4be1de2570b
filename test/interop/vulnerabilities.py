#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which vulnerabilities each release of .NET has, from Microsoft's and GitHub's records.

vulnerabilities.py list RELEASES             packages and versions of every release, a line each
vulnerabilities.py judge CVE RELEASES GHSA   reads such lines, prints NAME VERSION ID for each
vulnerabilities.py expected TSV              the same form of expected.tsv, without Windows' own

Shares nothing with Oakum: NuGet's order is written here anew.
"""
import glob
import json
import re
import sys

PARTS = {
    "dotnet-runtime": "Microsoft.NETCore.App.Runtime.linux-x64",
    "dotnet-aspnetcore": "Microsoft.AspNetCore.App.Runtime.linux-x64",
}
MEMBERS = {"runtime": PARTS["dotnet-runtime"], "aspnetcore-runtime": PARTS["dotnet-aspnetcore"]}


class Version:
    """A NuGet version: up to four numbers, then labels without case; a build part counts nothing."""

    def __init__(self, text):
        text = text.strip().split("+")[0]
        numbers, _, labels = text.partition("-")
        self.numbers = [int(n) for n in numbers.split(".")]
        self.numbers += [0] * (4 - len(self.numbers))
        self.labels = [
            (0, int(x), "") if x.isdigit() else (1, 0, x.lower()) for x in labels.split(".") if x
        ]

    def key(self):
        return (self.numbers, not self.labels, self.labels)

    def __lt__(self, other):
        return self.key() < other.key()

    def __le__(self, other):
        return self.key() <= other.key()


def is_version(text):
    return bool(text and re.fullmatch(r"\s*\d+(\.\d+){1,3}(-[0-9A-Za-z.-]+)?(\+\S*)?\s*", text))


def releases_of(folder):
    for name in sorted(glob.glob(folder + "/releases-[0-9]*.json")):
        with open(name, encoding="utf-8") as f:
            channel = json.load(f)
        for release in channel["releases"]:
            yield channel["channel-version"], release


def list_packages(folder):
    for _, release in releases_of(folder):
        for member, package in MEMBERS.items():
            version = (release.get(member) or {}).get("version")
            if is_version(version):
                print(package, version.strip(), sep="\t")


class Rule:
    def __init__(self, package, number, low, high, closed, own=""):
        self.package, self.number, self.own = package.lower(), number, own
        self.low = Version(low) if low else None
        self.high = Version(high) if high else None
        self.closed = closed

    def holds(self, package, version):
        if package.lower() != self.package or (self.low and version < self.low):
            return False
        if self.high is None:
            return True
        return version <= self.high if self.closed else version < self.high


def of_microsoft(folder):
    known, rules, elsewhere = set(), [], set()
    for name in sorted(glob.glob(folder + "/*.json")):
        with open(name, encoding="utf-8") as f:
            month = json.load(f)
        for d in month.get("disclosures", []):
            known.add(d["id"])
            if d.get("platforms") in (["windows"], ["macos"]):
                elsewhere.add(d["id"])
        for row in month.get("products", []) if "disclosures" in month else []:
            if row["name"] in PARTS:
                last = (row.get("max_vulnerable") or "").strip()
                rules.append(Rule(PARTS[row["name"]], row["cve_id"], row["min_vulnerable"],
                                  last or row["fixed"], bool(last)))
    return known, rules, elsewhere


def of_releases(folder, known):
    for channel, release in releases_of(folder):
        for entry in release.get("cve-list") or []:
            number = entry["cve-id"].strip()
            for member, package in MEMBERS.items():
                fixed = (release.get(member) or {}).get("version")
                if number not in known and is_version(fixed):
                    yield Rule(package, number, channel + ".0-0", fixed, False)


def of_github(folder):
    for name in sorted(glob.glob(folder + "/GHSA-*.json")):
        with open(name, encoding="utf-8") as f:
            record = json.load(f)
        number = next((a for a in record.get("aliases", []) if a.startswith("CVE-")), record["id"])
        for affected in record["affected"]:
            for one in affected.get("ranges", []):
                low = high = None
                for event in one["events"]:
                    low = event.get("introduced", low)
                    high = event.get("fixed", high)
                yield Rule(affected["package"]["name"], number, None if low == "0" else low, high,
                           False)


def judge(cves, releases, github):
    known, rules, elsewhere = of_microsoft(cves)
    rules += list(of_releases(releases, known)) + list(of_github(github))
    for line in sys.stdin:
        package, text = line.rstrip("\n").split("\t")
        version = Version(text)
        found = {r.number for r in rules if r.holds(package, version)} - elsewhere
        for number in sorted(found):
            print(package, text, number)


def expected(path):
    with open(path, encoding="utf-8") as f:
        for line in f.read().splitlines()[1:]:
            product, version, cell = (line.split("\t") + [""])[:3]
            for entry in filter(None, cell.split(";")):
                number, severity, fixed, system = entry.split(":")
                if system != "windows":
                    print(PARTS[product], version, number, severity.lower(), fixed)


if __name__ == "__main__":
    {"list": list_packages, "judge": judge, "expected": expected}[sys.argv[1]](*sys.argv[2:])
