#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Databases of other tools as feeds: trivy-db (bbolt) and Grype's (SQLite), plain and as their
# registries hold them; archives and compressed files of feeds. What is damaged is an error.
. "$ROOT/test/tap.sh"

command -v python3 >"$TMP/tool" || skip_all 'python3 is not installed'
STORES=$ROOT/test/fixture/stores.py
export SOURCE_DATE_EPOCH=1795305600 OAKUM_NO_CACHE=1 XDG_CACHE_HOME="$TMP/cache"
cd "$TMP" || exit 1

bill() { # FILE: a bill with the purls on standard input
	python3 -c '
import json, sys
parts = [{"type": "library", "bom-ref": p, "name": p.split("/")[-1].split("@")[0],
          "version": p.split("@")[1].split("?")[0], "purl": p} for p in sys.stdin.read().split()]
json.dump({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": parts},
          open(sys.argv[1], "w"))' "$1"
}
ids() { # DATABASE BILL: ID/PACKAGE@VERSION>FIX:STATUS of each finding, sorted
	"$OAKUM" scan --quiet --db "$1" -f json "$2" >ids.json 2>ids.err
	python3 - <<'END'
import json

report = json.load(open('ids.json'))
print(*sorted(f"{v['VulnerabilityID']}/{v['PkgName']}@{v['InstalledVersion']}"
              f">{v.get('FixedVersion', '')}:{v['Status']}:{v['Severity']}"
              for r in report['Results'] for v in r.get('Vulnerabilities', [])), sep='\n')
END
}

# -- trivy-db ---------------------------------------------------------------------------------
python3 - >trivy.json <<'END'
import json

many = {f'package-{i}': {f'CVE-2025-{i:05}': {'FixedVersion': f'1.{i}-1'}} for i in range(4000)}
json.dump({
    'debian 12': {'openssl': {'CVE-2026-0001': {'FixedVersion': '3.0.15-1', 'VendorIDs': ['DSA-1-1']},
                              'CVE-2026-0002': {'Status': 5, 'Severity': 1}}},
    'debian 13': many,
    'nuget::GitHub Security Advisory Nuget': {'newtonsoft.json': {'GHSA-5crp-9r3c-p9vr': {
        'PatchedVersions': ['13.0.1'], 'VulnerableVersions': ['< 13.0.1']}}},
    'rubygems::ruby-advisory-db': {'rack': {'CVE-2026-0009': {
        'PatchedVersions': ['~> 2.0.6', '>= 2.1.4'], 'UnaffectedVersions': ['< 1.0.0']}}},
    'rocky 8.5': {'bash': {'CVE-2026-0003': {'FixedVersion': '4.4-5.el8', 'Entries': [
        {'FixedVersion': '4.4-5.el8', 'Arches': ['x86_64'], 'VendorIDs': ['RLSA-1']}]}}},
    'Red Hat': {
        'nodejs:18::npm': {'RHSA-2026:1': {'Entries': [{
            'FixedVersion': '1:9.5-1.module+el8.9.0+1+ab', 'Arches': ['x86_64'], 'Affected': [3, 7],
            'Cves': [{'ID': 'CVE-2026-0004', 'Severity': 3}]}]}},
        'bash': {'CVE-2026-0005': {'Entries': [
            {'Status': 5, 'Cves': [{'Severity': 1}], 'Affected': [3]},
            {'Status': 2, 'Cves': [{'Severity': 4}], 'Affected': [9]}]},
            'CVE-2026-0006': {'Entries': [{'Status': 4, 'Cves': [{}], 'Affected': [3]}]}}},
    'Red Hat CPE': {'cpe': {'3': 'cpe:/a:redhat:enterprise_linux:8::appstream',
                            '7': 'cpe:/a:redhat:rhel_eus:8.8::appstream',
                            '9': 'cpe:/a:redhat:storage:3'},
                    'repository': {'rhel-8-for-x86_64-baseos-rpms': [3]}},
    'vulnerability': {'CVE-2026-0001': {
        'Title': 'a title', 'VendorSeverity': {'nvd': 4},
        'LastModifiedDate': '2026-11-21T00:00:00Z'}},
    'data-source': {'debian 12': ['debian']},
    'julia::Open Source Vulnerability': {'X': {'CVE-2026-0007': {'VulnerableVersions': ['< 1']}}},
}, open('trivy.json', 'w'))
END
bill app.json <<'END'
pkg:deb/debian/openssl@3.0.9-1?arch=amd64&distro=debian-12
pkg:deb/debian/package-3999@1.3998-1?distro=debian-13
pkg:deb/debian/package-2000@1.2000-1?distro=debian-13
pkg:nuget/Newtonsoft.Json@12.0.3
pkg:gem/rack@0.9
pkg:gem/rack@2.0.5
pkg:gem/rack@2.0.7
pkg:gem/rack@2.1.4
pkg:rpm/rocky/bash@4.4-4.el8?arch=x86_64&distro=rocky-8.5
pkg:rpm/redhat/bash@4.4-4.el8?arch=x86_64&distro=rhel-8.5
END
want='CVE-2025-03999/package-3999@1.3998-1>1.3999-1:fixed:UNKNOWN
CVE-2026-0001/openssl@3.0.9-1>3.0.15-1:fixed:CRITICAL
CVE-2026-0002/openssl@3.0.9-1>:will_not_fix:LOW
CVE-2026-0003/bash@4.4-4.el8>4.4-5.el8:fixed:UNKNOWN
CVE-2026-0005/bash@4.4-4.el8>:will_not_fix:LOW
CVE-2026-0009/rack@2.0.5>~> 2.0.6, >= 2.1.4:fixed:UNKNOWN
GHSA-5crp-9r3c-p9vr/Newtonsoft.Json@12.0.3>13.0.1:fixed:UNKNOWN'
ok 'trivy.db can be made' python3 "$STORES" bolt trivy.db <trivy.json
status 'trivy-db is a feed' 0 "$OAKUM" db build -v -o t.db trivy.db
like 'an unknown bucket is named' "$(cat err)" 'julia::Open Source Vulnerability: a bucket that is not'
is 'what it says' "$(ids t.db app.json)" "$want"
printf '{"Version": 2}' >metadata.json
tar -czf trivy.tar.gz trivy.db metadata.json
status 'as its artifact holds it' 0 "$OAKUM" db build -o t2.db trivy-db:trivy.tar.gz
is 'the same' "$(ids t2.db app.json)" "$want"

# -- damaged ----------------------------------------------------------------------------------
damage() { # OFFSET OCTETS...: of trivy.db
	cp trivy.db bad.db
	at=$1
	shift
	printf "$@" | dd of=bad.db bs=1 seek="$at" conv=notrunc 2>dd.err
}
bad() { # NAME PATTERN
	status "$1" 3 "$OAKUM" db build -o bad.out bad.db
	like "$1: why" "$(cat err)" "$2"
}
root=$(python3 -c 'import struct; print(struct.unpack_from("<Q", open("trivy.db", "rb").read(), 32)[0])')
damage 40 '\377'
status 'one torn meta page: the other one counts' 0 "$OAKUM" db build -o bad.out bad.db
rm bad.out
printf '\377' | dd of=bad.db bs=1 seek=4136 conv=notrunc 2>dd.err
bad 'both meta pages torn' 'no meta page that is whole'
head -c 20000 trivy.db >bad.db
bad 'cut off' 'outside the file|beyond the file'
damage $((root * 4096 + 10)) '\377\377'
bad 'more elements than a page can hold' 'more elements'
damage $((root * 4096 + 8)) '\011'
bad 'a page of no kind' 'belongs to no tree'
damage $((root * 4096 + 12)) '\377\377\377\377'
bad 'a page that reaches beyond the file' 'beyond the file'

# -- Grype's ----------------------------------------------------------------------------------
cat >grype.json <<'END'
{"systems": [["debian", "12", "", "", ""], ["redhat", "9", "", "", ""], ["redhat", "9", "1", "", ""],
  ["redhat", "9", "2", "", "eus"], ["alpine", "3", "19", "", ""], ["ubuntu", "18", "04", "", "esm"],
  ["plan9", "4", "", "", ""]],
 "about": {"CVE-2026-0001": {"id": "CVE-2026-0001", "description": "words", "severities": [
     {"scheme": "CVSS", "source": "nvd@nist.gov", "rank": 1,
      "value": {"vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "version": "3.1"}},
     {"scheme": "CHML", "value": "negligible", "rank": 1}]},
  "GHSA-aaaa-bbbb-cccc": {"id": "GHSA-aaaa-bbbb-cccc", "aliases": ["CVE-2026-0011"],
     "severities": [{"scheme": "CHML", "value": "high", "rank": 1}]}},
 "rows": [
  ["CVE-2026-0001", "debian", 0, "deb", "openssl", {"ranges": [{"version": {"type": "dpkg",
    "constraint": "< 3.0.15-1"}, "fix": {"version": "3.0.15-1", "state": "fixed"}}]}],
  ["CVE-2026-0002", "debian", 0, "deb", "openssl", {"ranges": [{"version": {"type": "dpkg",
    "constraint": ""}, "fix": {"state": "wont-fix"}}]}],
  ["GHSA-aaaa-bbbb-cccc", "github", -1, "dotnet", "Newtonsoft.Json", {"cves": ["CVE-2026-0011"],
    "ranges": [{"version": {"type": "semver", "constraint": ">=1.0,<13.0.1"},
    "fix": {"version": "13.0.1", "state": "fixed"}}]}],
  ["CVE-2026-0030", "rhel", 1, "rpm", "kernel", {"qualifiers": {"rpm_modularity": ""}, "ranges": [
    {"version": {"type": "rpm", "constraint": "< 0:5.14.0-362.8.1.el9_3"},
    "fix": {"version": "0:5.14.0-362.8.1.el9_3", "state": "fixed"}}]}],
  ["CVE-2026-0030", "rhel", 2, "rpm", "kernel", {"qualifiers": {"rpm_modularity": ""}, "ranges": [
    {"version": {"type": "rpm", "constraint": "< 0:5.14.0-162.6.1.el9_1"},
    "fix": {"version": "0:5.14.0-162.6.1.el9_1", "state": "fixed"}}]}],
  ["CVE-2026-0030", "rhel", 3, "rpm", "kernel", {"qualifiers": {"rpm_modularity": ""}, "ranges": [
    {"version": {"type": "rpm", "constraint": "< 0:5.14.0-284.30.1.el9_2"},
    "fix": {"version": "0:5.14.0-284.30.1.el9_2", "state": "fixed"}}]}],
  ["CVE-2026-0031", "rhel", 1, "rpm", "npm", {"qualifiers": {"rpm_modularity": "nodejs:18"},
    "ranges": [{"version": {"type": "rpm", "constraint": "< 1:9.5-1"},
    "fix": {"version": "1:9.5-1", "state": "fixed"}}]}],
  ["CVE-2026-0040", "alpine", 4, "apk", "musl", {"ranges": [{"version": {"type": "apk",
    "constraint": "< 1.2.4-r3"}, "fix": {"version": "1.2.4-r3", "state": "fixed"}}]}],
  ["CVE-2026-0041", "x", 6, "rpm", "rc", {"ranges": []}],
  ["CVE-2026-0042", "x", -1, "hex", "phoenix", {"ranges": [{"version": {"constraint": "<1"}}]}]],
 "unaffected": [["CVE-2026-0002", "debian", 0, "deb", "openssl-other", {"ranges": [{"version": {
    "constraint": ""}, "fix": {"state": "not-affected"}}]}]],
 "kev": {"CVE-2026-0001": {"cve": "CVE-2026-0001", "date_added": "2026-02-03", "due_date": "2026-03-03",
    "known_ransomware_campaign_use": "Known"}},
 "epss": [["CVE-2026-0001", 0.5, 0.97], ["CVE-2026-0002", 1, 1.0]]}
END
bill grypes.json <<'END'
pkg:deb/debian/openssl@3.0.9-1?arch=amd64&distro=debian-12
pkg:nuget/Newtonsoft.Json@12.0.3
pkg:rpm/redhat/kernel@5.14.0-162.6.1.el9_1?distro=rhel-9.2
pkg:rpm/redhat/kernel@5.14.0-284.30.1.el9_2?distro=rhel-9.2
pkg:rpm/redhat/npm@9.4-1?epoch=1&distro=rhel-9.2
pkg:apk/alpine/musl@1.2.4-r2?distro=alpine-3.19.1
END
want='CVE-2026-0001/openssl@3.0.9-1>3.0.15-1:fixed:LOW
CVE-2026-0002/openssl@3.0.9-1>:will_not_fix:UNKNOWN
CVE-2026-0011/Newtonsoft.Json@12.0.3>13.0.1:fixed:HIGH
CVE-2026-0030/kernel@5.14.0-162.6.1.el9_1>0:5.14.0-362.8.1.el9_3:fixed:UNKNOWN
CVE-2026-0040/musl@1.2.4-r2>1.2.4-r3:fixed:UNKNOWN'
ok 'vulnerability.db can be made' python3 "$STORES" grype vulnerability.db <grype.json
status "Grype's database is a feed" 0 "$OAKUM" db build -v -o g.db vulnerability.db
like 'a system that is not known is named' "$(cat err)" 'plan9: a system'
like 'an ecosystem that is not known is named' "$(cat err)" 'CVE-2026-0042: a package of an ecosystem'
is 'what it says' "$(ids g.db grypes.json)" "$want"
# The stream of a module, as each tool's bill has it.
modular() { # PROPERTY LABEL [QUALIFIER]: modular.json
	cat >modular.json <<END
{"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": [{"type": "library",
  "bom-ref": "a", "name": "npm", "version": "1:9.4-1", "purl": "pkg:rpm/redhat/npm@9.4-1?distro=rhel-9.2&epoch=1$3",
  "properties": [{"name": "$1", "value": "$2"}]}]}
END
}
found='CVE-2026-0031/npm@1:9.4-1>1:9.5-1:fixed:UNKNOWN'
for name in oakum:module aquasecurity:trivy:Modularitylabel syft:metadata:modularityLabel; do
	modular "$name" nodejs:18:9020:rhel9
	is "a module: $name" "$(ids g.db modular.json)" "$found"
	modular "$name" nodejs:20:9020:rhel9
	is "another stream: $name" "$(ids g.db modular.json)" ''
done
modular x '' '&rpmmod=nodejs:18:9020:rhel9'
is 'a module: rpmmod in the purl' "$(ids g.db modular.json)" "$found"
modular oakum:module nodejs:18:9020:rhel9
"$OAKUM" sbom --quiet -o spdx-json=modular.spdx.json sbom:modular.json
is 'a module: a bill of SPDX' "$(ids g.db modular.spdx.json)" "$found"
status '--fail-on kev' 1 "$OAKUM" scan --db g.db --fail-on kev grypes.json
status '--fail-on epss' 1 "$OAKUM" scan --db g.db --fail-on epss:0.9 grypes.json
tar -cf vulnerability.tar vulnerability.db
if command -v zstd >"$TMP/tool"; then
	zstd -q vulnerability.tar
	status 'as it is published' 0 "$OAKUM" db build -o g2.db grype-db:vulnerability.tar.zst
	is 'the same' "$(ids g2.db grypes.json)" "$want"
else
	skip 'as it is published' 'no zstd'
fi
sqlite3 other.db 'CREATE TABLE t (a)' 2>dd.err || python3 -c '
import sqlite3
sqlite3.connect("other.db").execute("CREATE TABLE t (a)")'
status 'another SQLite database' 3 "$OAKUM" db build -o bad.out other.db
like 'another SQLite database: why' "$(cat err)" 'tables are missing'
head -c 9000 vulnerability.db >bad.db
bad 'cut off' 'SQLite'
status 'named as the other one' 3 "$OAKUM" db build -o bad.out trivy-db:vulnerability.db
ok 'nothing half written' test ! -e bad.out -o -s bad.out

# -- archives of documents --------------------------------------------------------------------
mkdir osv
for i in 1 2 3; do
	printf '{"id":"CVE-2026-010%d","modified":"2026-01-0%d","affected":[{"package":{"ecosystem":"npm",
	"name":"a"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2.0.0"}]}]}]}' $i $i >osv/$i.json
done
echo 'pkg:npm/a@1.0.0' | bill npm.json
tar -cf osv.tar osv
want='CVE-2026-0101/a@1.0.0>2.0.0:fixed:UNKNOWN
CVE-2026-0102/a@1.0.0>2.0.0:fixed:UNKNOWN
CVE-2026-0103/a@1.0.0>2.0.0:fixed:UNKNOWN'
for form in tar tar.gz tar.xz tar.bz2 zip; do
	case $form in
	tar) ;;
	zip) python3 -m zipfile -c osv.zip osv ;;
	*) python3 -c '
import bz2, gzip, lzma, sys
opener = {"gz": gzip, "xz": lzma, "bz2": bz2}[sys.argv[1]]
opener.open("osv.tar." + sys.argv[1], "wb").write(open("osv.tar", "rb").read())' "${form#tar.}" ;;
	esac
	status "documents in .$form" 0 "$OAKUM" db build -o o.db "osv.$form"
	is "documents in .$form are read" "$(ids o.db npm.json)" "$want"
done
for form in gz xz bz2; do
	head -c 150 "osv.tar.$form" >cut
	status "cut .$form" 3 "$OAKUM" db build -o bad.out osv:cut
	cat "osv.tar.$form" trivy.json >long
	status ".$form with something behind it" 3 "$OAKUM" db build -o bad.out osv:long
done
done_testing
