#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum scan`: the findings of Trivy's own golden files, .NET runtimes against Microsoft's list, each
# filter with a finding that it takes and one that it leaves, and every exit status.
. "$ROOT/test/tap.sh"

SHARED=${OAKUM_SHARED:-$ROOT/../shared/data}
export SOURCE_DATE_EPOCH=1795305600 OAKUM_QUIET=1 OAKUM_NO_CACHE=1 XDG_CACHE_HOME="$TMP/cache"
cd "$TMP" || exit 1

# -- a database and a bill of our own ---------------------------------------------------------
cat >distro.yaml <<'END'
- bucket: debian 12
  pairs:
    - bucket: openssl
      pairs:
        - key: CVE-2026-0001
          value: {FixedVersion: 3.0.15-1}
        - key: CVE-2026-0002
          value: {FixedVersion: 3.0.16-1}
    - bucket: bash
      pairs:
        - key: CVE-2026-0003
          value: {Severity: 1}
        - key: CVE-2026-0004
          value: {Severity: 1, Status: 5}
- bucket: "nuget::GitHub Security Advisory Nuget"
  pairs:
    - bucket: newtonsoft.json
      pairs:
        - key: GHSA-5crp-9r3c-p9vr
          value:
            PatchedVersions: [13.0.1]
            VulnerableVersions: ["< 13.0.1"]
END
cat >more.yaml <<'END'
- bucket: vulnerability
  pairs:
    - key: CVE-2026-0001
      value:
        Title: "a title"
        VendorSeverity: {nvd: 4}
        CVSS: {nvd: {V3Score: 9.8, V3Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}
        LastModifiedDate: "2026-11-21T00:00:00Z"
    - key: CVE-2026-0002
      value: {VendorSeverity: {nvd: 3}}
END
bill() { # FILE: a bill with these purls on standard input
	python3 -c '
import json, sys
parts = [{"type": "library", "bom-ref": p, "name": p.split("/")[-1].split("@")[0],
          "version": p.split("@")[1].split("?")[0], "purl": p} for p in sys.stdin.read().split()]
json.dump({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": parts},
          open(sys.argv[1], "w"))' "$1"
}
bill app.json <<'END'
pkg:deb/debian/libssl3@3.0.9-1?arch=amd64&distro=debian-12&upstream=openssl
pkg:deb/debian/openssl@3.0.9-1?arch=amd64&distro=debian-12
pkg:deb/debian/bash@5.2.15-2?arch=amd64&distro=debian-12
pkg:nuget/Newtonsoft.Json@12.0.3
END
"$OAKUM" db build -o our.db trivy-yaml:distro.yaml trivy-yaml:more.yaml >/dev/null ||
	{ ok 'a database can be made' false; done_testing; }

ids() { # FLAGS...: what is found in app.json: ID PACKAGE, sorted
	"$OAKUM" scan --db our.db -f json "$@" app.json >ids.json 2>ids.err
	python3 - <<'END'
import json

report = json.load(open('ids.json'))
print(*sorted(v['VulnerabilityID'] + '/' + v['PkgName']
              for r in report['Results'] for v in r.get('Vulnerabilities', [])))
END
}
one=CVE-2026-0001/libssl3\ CVE-2026-0001/openssl
two=CVE-2026-0002/libssl3\ CVE-2026-0002/openssl
json=GHSA-5crp-9r3c-p9vr/Newtonsoft.Json
is 'everything' "$(ids)" "$one $two CVE-2026-0003/bash CVE-2026-0004/bash $json"
is '--severity' "$(ids --severity critical,HIGH)" "$one $two"
is '--ignore-unfixed' "$(ids --ignore-unfixed)" "$one $two $json"
is '--ignore-status' "$(ids --ignore-status will_not_fix)" "$one $two CVE-2026-0003/bash $json"
is '--pkg-types library' "$(ids --pkg-types library)" "$json"
is '--pkg-types os' "$(ids --pkg-types os --severity CRITICAL)" "$one"
is '--severity, in parts' "$(ids -s LOW --severity CRITICAL -s high)" \
	"$one $two CVE-2026-0003/bash CVE-2026-0004/bash"
is '--severity of the command line alone' "$(OAKUM_SEVERITY=LOW ids --severity CRITICAL)" "$one"
is '--ignore-status, in parts' "$(ids --ignore-status will_not_fix --ignore-status affected)" "$one $two $json"
is '--pkg-types, in parts' "$(ids --pkg-types os --pkg-types library -s CRITICAL,UNKNOWN)" "$one $json"
for flag in --severity --pkg-types --ignore-status --fail-on --scanners --vex; do
	status "$flag of a variable that is not set" 2 "$OAKUM" scan --db our.db $flag '' --exit-code 1 app.json
	like 'the flag is named' "$(cat err)" "^oakum: $flag is empty"
done
status 'a severity that is none' 2 "$OAKUM" scan --db our.db --severity HIHG app.json
status 'a status that is none' 2 "$OAKUM" scan --db our.db --ignore-status wontfix app.json

# -- what a team has decided ------------------------------------------------------------------
printf '# why\nCVE-2026-0001 exp:2026-12-31\nCVE-2026-0002 exp:2026-11-21\nCVE-2026-0003 exp:soon\n' >.trivyignore
is '.trivyignore is read; what has expired counts again' "$(ids)" \
	"$two CVE-2026-0003/bash CVE-2026-0004/bash $json"
like 'a bad date is said' "$(OAKUM_QUIET='' "$OAKUM" scan --db our.db app.json 2>&1 >/dev/null)" 'line 4: .exp:soon'
printf 'CVE-2026-0002 exp:2026-11-22\n' >.trivyignore
is 'it counts until the day begins' "$(ids --severity HIGH)" ''
is 'and no longer' "$(SOURCE_DATE_EPOCH=1795305601 ids --severity HIGH)" "$two"
printf 'CVE-2026-0002\tticket-7\t exp:2026-12-31\nCVE-2026-0001 with words\n' >.trivyignore
is 'other words mean nothing' "$(ids --severity HIGH,CRITICAL)" ''
rm .trivyignore
printf 'vulnerabilities:\n- {id: CVE-2026-0002, expired_at: 2026-12-31T10:00:00Z}\nsecrets:\n- id: CVE-2026-0001\n' \
	>.trivyignore.yaml
is '.trivyignore.yaml; what is said of secrets is not said of others' "$(ids --severity HIGH,CRITICAL)" "$one"
rm .trivyignore.yaml
printf 'vulnerabilities: [\n' >broken.yaml
status 'YAML that is none' 3 "$OAKUM" scan --db our.db --ignorefile broken.yaml app.json
like 'it is named' "$(cat err)" 'broken.yaml'
cat >ignore.yaml <<'END'
vulnerabilities:
  - id: CVE-2026-0001
    purls: ["pkg:deb/debian/openssl"]
    statement: not called
  - id: CVE-2026-0002
    purls: ["pkg:deb/debian/openssl@9"]
  - id: CVE-2026-0003
    expired_at: 2026-01-01
END
is 'YAML: purls and expiry' "$(ids --ignorefile ignore.yaml)" \
	"CVE-2026-0001/libssl3 $two CVE-2026-0003/bash CVE-2026-0004/bash $json"
for path in 'sbom:app*' 'app.json (debian 12)' 'app*12)'; do
	printf 'vulnerabilities:\n- {id: CVE-2026-0001, paths: ["%s"]}\n- {id: GHSA-5crp-9r3c-p9vr, paths: ["%s"]}\n' \
		"$path" "$path" >paths.yaml
	is "YAML: the packages of the system are of $path" "$("$OAKUM" scan --db our.db -f json \
		--ignorefile paths.yaml sbom:app.json | grep -c '"VulnerabilityID": ".*-\(0001\|p9vr\)"')" 1
done
printf 'vulnerabilities:\n- {id: CVE-2026-0001, paths: ["other*"]}\n' >paths.yaml
is 'YAML: of another target' "$(ids --ignorefile paths.yaml -s CRITICAL)" "$one"
"$OAKUM" scan --db our.db --ignorefile ignore.yaml --show-suppressed app.json >out
like 'what was taken away is shown with its reason' "$(cat out)" '^ignore +CVE-2026-0001 openssl: not called'
"$OAKUM" scan --db our.db -f json --ignorefile ignore.yaml --show-suppressed app.json >out
is 'in JSON as Trivy has it' 'vulnerability ignored not called ignore.yaml CVE-2026-0001 openssl' "$(python3 -c '
import json
for r in json.load(open("out"))["Results"]:
    for x in r.get("ExperimentalModifiedFindings", []):
        print(*[x[k] for k in ("Type", "Status", "Statement", "Source")], x["Finding"]["VulnerabilityID"],
              x["Finding"]["PkgName"])')"
status 'an ignore file that is not there ignores nothing' 7 \
	"$OAKUM" scan --db our.db --ignorefile no --exit-code 7 app.json
OAKUM_QUIET='' "$OAKUM" scan --db our.db --ignorefile no app.json >/dev/null 2>err
like 'which is said' "$(cat err)" 'no: there is no such file'
vex() { # PRODUCT STATUS
	printf '{"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-01-01T00:00:00Z",
	"statements": [{"vulnerability": {"name": "CVE-2026-0001"}, "products": [{"@id": "%s"}],
	"status": "%s", "justification": "component_not_present"}]}' "$1" "$2" >vex.json
}
vex pkg:deb/debian/openssl@3.0.9-1 not_affected
is 'VEX: not affected' "$(ids --vex vex.json --severity CRITICAL)" 'CVE-2026-0001/libssl3'
vex pkg:deb/debian/openssl@3.0.9-1 affected
is 'VEX: affected' "$(ids --vex vex.json --severity CRITICAL)" "$one"
vex pkg:deb/debian/openssl@3.0.10-1 not_affected
is 'VEX: of another version' "$(ids --vex vex.json --severity CRITICAL)" "$one"
cat >csaf.json <<'END'
{"document": {"category": "csaf_vex", "csaf_version": "2.0",
  "tracking": {"current_release_date": "2026-01-01T00:00:00Z"}},
 "product_tree": {"branches": [{"category": "vendor", "name": "a", "branches": [{"category":
  "product_version", "name": "b",
  "product": {"name": "c", "product_id": "P", "product_identification_helper":
  {"purl": "pkg:deb/debian/openssl@3.0.9-1"}}}]}]},
 "vulnerabilities": [{"cve": "CVE-2026-0001", "product_status": {"known_not_affected": ["P"]},
  "flags": [{"label": "vulnerable_code_not_present", "product_ids": ["P"]}]},
  {"cve": "CVE-2026-0002", "product_status": {"known_affected": ["P"]}}]}
END
is 'VEX: CSAF' "$(ids --vex csaf.json --severity HIGH,CRITICAL)" "CVE-2026-0001/libssl3 $two"
"$OAKUM" scan --db our.db --vex csaf.json --show-suppressed app.json >out
like 'with its flag' "$(cat out)" '^vex +CVE-2026-0001 openssl: vulnerable_code_not_present'
cyclonedx() { # STATE
	printf '{"bomFormat": "CycloneDX", "specVersion": "1.5", "vulnerabilities": [{"id": "CVE-2026-0001", "analysis":
	{"state": "%s"}, "affects": [{"ref": "urn:cdx:a/1#pkg:deb/debian/openssl@3.0.9-1"}]}]}' "$1" >cdx.json
}
cyclonedx not_affected
is 'VEX: CycloneDX' "$(ids --vex cdx.json --severity CRITICAL)" 'CVE-2026-0001/libssl3'
cyclonedx exploitable
is 'VEX: CycloneDX, affected' "$(ids --vex cdx.json --severity CRITICAL)" "$one"
cyclonedx false_positive
is 'VEX: several documents' "$(ids --vex cdx.json,csaf.json --vex csaf.json --severity CRITICAL)" \
	'CVE-2026-0001/libssl3'
echo '{}' >vex.json
status 'VEX that is none' 3 "$OAKUM" scan --db our.db --vex vex.json app.json

# -- ranges -----------------------------------------------------------------------------------
mkdir osv
advisory() { # ID EVENTS VERSIONS
	printf '{"schema_version": "1.6.0", "id": "%s", "modified": "2026-11-01T00:00:00Z", "affected": [{"package":
	{"ecosystem": "npm", "name": "lodash"}, "ranges": [{"type": "SEMVER", "events": [%s]}], "versions": [%s]}]}' \
		"$@" >"osv/$1.json"
}
advisory T-1 '{"introduced": "4.17.20"}, {"fixed": "4.17.20"}' ''
advisory T-2 '{"introduced": "0"}, {"fixed": "4.17.20"}' '"4.17.20"'
advisory T-3 '{"introduced": "0"}, {"fixed": "4.17.21"}' ''
"$OAKUM" db build -o osv.db osv:osv >/dev/null
echo pkg:npm/lodash@4.17.20 | bill lodash.json
"$OAKUM" scan --db osv.db -f json lodash.json >out
is 'mended where it began: not affected; never a fix that is installed' "$(python3 -c '
import json
print(*sorted(v["VulnerabilityID"] + ":" + v.get("FixedVersion", "none")
              for r in json.load(open("out"))["Results"] for v in r.get("Vulnerabilities", [])))')" \
	'T-2:none T-3:4.17.21'
"$OAKUM" scan --db osv.db --severity UNKNOWN --ignore-unfixed lodash.json >out
like 'one finding' "$(cat out)" '^ +1 finding: 1 unknown'

# -- exit status ------------------------------------------------------------------------------
scan() { "$OAKUM" scan --db our.db "$@" app.json; }
status 'findings alone are no failure' 0 scan
status '--exit-code' 9 scan --exit-code 9
status '--exit-code, all filtered' 0 scan --exit-code 9 --severity LOW --ignore-unfixed
status '--fail-on critical' 1 scan --fail-on critical
status '--fail-on critical, filtered' 0 scan --fail-on critical --severity LOW
status '--fail-on fixable' 1 scan --fail-on fixable
status '--fail-on of no kind' 2 scan --fail-on never
status '--fail-on, in parts' 1 scan --fail-on critical --fail-on eol
status '--fail-on, in parts, filtered' 0 scan --fail-on critical --fail-on eol --severity LOW
echo '{"vulnerabilities": [{"cveID": "CVE-2026-0003", "dateAdded": "2026-02-01", "dueDate": "2026-03-01"}]}' >kev.json
printf '#model_version:v1,score_date:2026-11-21T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.5,0.9\n' >epss.csv
"$OAKUM" db build -o likely.db trivy-yaml:distro.yaml trivy-yaml:more.yaml kev:kev.json epss:epss.csv >/dev/null
likely() { "$OAKUM" scan --db likely.db "$@" app.json; }
status '--fail-on kev, exploited' 1 likely --fail-on kev
status '--fail-on kev, another is exploited' 0 likely --fail-on kev --severity CRITICAL
status '--fail-on epss' 1 likely --fail-on epss:0.5
status '--fail-on epss, less likely' 0 likely --fail-on epss:0.51
status '--fail-on a list' 6 likely --fail-on epss:0.9,kev --exit-code 6
status '--fail-on of no probability' 2 likely --fail-on epss:2
status '--fail-on fixable, none is' 0 likely --fail-on fixable --severity LOW
scan -f json --severity CRITICAL >old.json
status '--only-new: there is more now' 1 scan --only-new old.json
status '--only-new: nothing more' 0 scan --only-new old.json --severity CRITICAL
echo 'pkg:deb/debian/openssl@3.0.9-1?arch=amd64&distro=debian-12' | bill before.json
status '--only-new: a bill that lacks some' 1 scan --only-new before.json
status '--only-new: a bill with all of it' 0 scan --only-new sbom:app.json
mkdir -p base/etc base/var/lib/dpkg
printf 'ID=debian\nVERSION_ID=12\n' >base/etc/os-release
for p in openssl libssl3 bash; do
	printf 'Package: %s\nStatus: install ok installed\nArchitecture: amd64\nSource: %s\nVersion: 1-1\n\n' "$p" \
		"$(echo "$p" | sed s/libssl3/openssl/)"
done >base/var/lib/dpkg/status
status '--only-new: a folder or an image that lacks one' 1 scan --only-new rootfs:base
status '--only-new: and it was of a language' 0 scan --only-new rootfs:base --pkg-types os
status '--only-new: neither' 3 scan --only-new distro.yaml
echo '{}' >neither.json
status '--only-new: a document of another kind' 3 scan --only-new neither.json
status '--only-new: not there' 3 scan --only-new ./none.json
status '--fail-on gaps, all looked up' 0 scan --fail-on gaps
status '--fail-on eol, none' 0 scan --fail-on eol
status '--fail-on secrets is for the audit' 2 scan --fail-on secrets
status '--fail-on-gap, all looked up' 0 scan --fail-on-gap
echo 'pkg:deb/debian/bash@5.2.15-2?distro=debian-13 pkg:hex/phoenix@1' | bill odd.json
status '--fail-on-gap, a release without data' 6 "$OAKUM" scan --db our.db --fail-on-gap odd.json
like 'and it is said' "$("$OAKUM" scan --db our.db odd.json)" '^2 +packages that nobody publishes for'
like 'nothing looked up is not clean' "$("$OAKUM" scan --db our.db odd.json)" '0 vulnerabilities in the 0 packages'
status 'no such database' 3 "$OAKUM" scan --db none.db app.json
head -c 100 our.db >cut.db
status 'a cut database' 3 "$OAKUM" scan --db cut.db app.json
status 'no such target; the other is reported' 3 "$OAKUM" scan --db our.db ./none.tar app.json
like 'the other is reported' "$(cat out)" 'CVE-2026-0001'
status 'two targets' 0 "$OAKUM" scan --db our.db app.json sbom:odd.json
status 'two targets in one SARIF' 0 "$OAKUM" scan --db our.db -f sarif app.json odd.json

PYTHONDONTWRITEBYTECODE=1 python3 -c 'import sys; sys.path.insert(0, sys.argv[1]); import oci
for name, user in ("root", ""), ("user", "1000"):
    o = oci.Layout("as-" + name); o.image(oci.OS + oci.END, User=user)' "$FIXTURE"
scan -f json --list-all-pkgs >all.json
packages() { # in the report
	python3 -c 'import json, sys
print(sum(len(r.get("Packages", [])) for r in json.load(open(sys.argv[1]))["Results"]))' "$1"
}
is '--list-all-pkgs' "$(packages all.json)" 4
scan -f json >some.json
is 'without it' "$(packages some.json)" 0
status 'flags that say what is so anyway' 0 scan --offline-scan --skip-db-update
status '--platform of the image' 0 "$OAKUM" scan --db our.db --platform linux/amd64 oci:as-root
status '--platform of another' 3 "$OAKUM" scan --db our.db --platform linux/s390x oci:as-root
is '--skip-dirs with a slash' "$(mkdir -p sub/usr && printf '{"dependencies": {"net8.0": {"Newtonsoft.Json":
	{"type": "Direct", "resolved": "12.0.3"}}}, "version": 1}' >sub/usr/packages.lock.json
"$OAKUM" scan --db our.db --exit-code 4 rootfs:sub >out; echo $?
"$OAKUM" scan --db our.db --exit-code 4 --skip-dirs usr/,none rootfs:sub >out; echo $?
"$OAKUM" scan --db our.db --exit-code 4 --skip-files './usr/*.json' rootfs:sub >out; echo $?)" "4
0
0"

# -- the ledger -------------------------------------------------------------------------------
ledger() { # what stands in it: ID PACKAGE first_seen became_fixable closed
	python3 -c 'import json; [print(x["id"][-4:], x["package"].split("/")[-1], x["first_seen"],
		x["became_fixable"] or "-",
		x["closed"] or "-", x["owner"] or "-") for x in json.load(open("ledger.json"))["findings"]]'
}
accept() { # ID DATE: somebody edits it
	python3 -c '
import json, sys
d = json.load(open("ledger.json"))
for x in d["findings"]:
    if x["id"] == sys.argv[1]:
        x.update(owner="team-a", expires=sys.argv[2], note="waiting")
json.dump(d, open("ledger.json", "w"))' "$1" "$2"
}
status 'ledger: what is new fails' 1 scan --ledger ledger.json --severity LOW
is 'ledger: what is there, and since when' "$(ledger)" "0003 bash 2026-11-22 - - -
0004 bash 2026-11-22 - - -"
accept CVE-2026-0003 2026-12-31
status 'ledger: one of them is accepted' 1 scan --ledger ledger.json --severity LOW
accept CVE-2026-0004 2026-11-22
status 'ledger: both are, to the end of the day' 0 env SOURCE_DATE_EPOCH=1795391999 "$OAKUM" scan --db our.db \
	--ledger ledger.json --severity LOW app.json
is 'ledger: owners stay' "$(ledger | cut -d' ' -f1,6)" "0003 team-a
0004 team-a"
cp ledger.json first.json
status 'ledger: a rerun' 0 scan --ledger ledger.json --severity LOW
ok 'ledger: changes nothing' cmp first.json ledger.json
status 'ledger: one has expired' 1 env SOURCE_DATE_EPOCH=1795392000 "$OAKUM" scan --db our.db --ledger ledger.json \
	--severity LOW app.json
status 'ledger: with its exit code' 5 env SOURCE_DATE_EPOCH=1795392000 "$OAKUM" scan --db our.db --ledger ledger.json \
	--severity LOW --exit-code 5 app.json
status 'ledger: a filter closes nothing' 0 scan --ledger ledger.json --severity MEDIUM
ok 'ledger: it is as it was' cmp first.json ledger.json
sed 's/{Severity: 1}/{Severity: 1, FixedVersion: 5.3}/' distro.yaml >fixed.yaml
"$OAKUM" db build -o fixed.db trivy-yaml:fixed.yaml trivy-yaml:more.yaml >/dev/null
status 'ledger: a fix ends what was accepted' 1 env SOURCE_DATE_EPOCH=1795392000 "$OAKUM" scan --db fixed.db \
	--ledger ledger.json --severity LOW --fail-on any app.json
is 'ledger: the day of the fix' "$(ledger | sed -n 1p)" '0003 bash 2026-11-22 2026-11-23 - team-a'
SOURCE_DATE_EPOCH=1795478400 "$OAKUM" scan --db fixed.db --ledger ledger.json --severity LOW app.json >/dev/null
is 'ledger: the day stays' "$(ledger | sed -n 1p)" '0003 bash 2026-11-22 2026-11-23 - team-a'
cp app.json full.json
grep -v bash app.json >/dev/null; echo 'pkg:deb/debian/openssl@3.0.9-1?arch=amd64&distro=debian-12' | bill app.json
status 'ledger: what has gone does not fail' 0 scan --ledger ledger.json --severity LOW
is 'ledger: it is closed' "$(ledger | sed -n 1p)" '0003 bash 2026-11-22 2026-11-23 2026-11-22 team-a'
mv full.json app.json
echo '{"schema": "oakum.ledger/1", "findings": [{"id": "a", "package": "b", "expires": "some day"}]}' >bad.json
status 'ledger: a date that is none' 3 scan --ledger bad.json
like 'ledger: it is named' "$(cat err)" 'bad.json: a of b: a date is not'
status 'ledger: another document' 3 scan --ledger app.json
ok 'ledger: which stays' grep -q bomFormat app.json

# -- reports ----------------------------------------------------------------------------------
scan >out
like 'the update that removes most, first' "$(sed -n '/^Updates/{n;p;}' out)" \
	'^4 +openssl 3.0.9-1 → 3.0.16-1: 2 critical, 2 high'
like 'the age of the database' "$(cat out)" '^database of 2026-11-21, 1 days old$'
SOURCE_DATE_EPOCH=1795910400 scan >out
like 'an old one is said' "$(cat out)" '8 days old: what was published since is not in it'
status 'two reports of one read' 0 scan -o json=a.json -o sarif=a.sarif
ok 'both are there' test -s a.json -a -s a.sarif
runtimes=$(printf 'pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@%s ' 9.0.7 10.0.1)
echo "$runtimes" | bill net.json
status 'past an end of life' 7 "$OAKUM" scan --db our.db --exit-on-eol 7 net.json
like 'which is named' "$(cat out)" '^ended +.NET 9.0.7: since 2026-11-10'
unlike 'and no other' "$(cat out)" 'NET 10'
status '--fail-on eol' 1 "$OAKUM" scan --db our.db --fail-on eol net.json
status 'an end of life counts before findings' 8 "$OAKUM" scan --db our.db --fail-on any \
	--exit-code 9 --exit-on-eol 8 net.json
# Debian's LTS team ended jessie on 2020-06-30.
system() { # ID VERSION PACKAGES: the folder of that name
	mkdir -p system/etc system/var/lib/dpkg
	rm -f system/var/lib/dpkg/status
	printf '%s%s' "${1:+ID=$1
}" "${2:+VERSION_ID=$2
}" >system/etc/os-release
	[ -z "$3" ] || cp base/var/lib/dpkg/status system/var/lib/dpkg/status
}
judge() { "$OAKUM" scan --db our.db "$@" rootfs:system; }
system debian 8 yes
status 'an end of life that no database tells' 1 judge --fail-on eol
like 'by what it is told' "$(cat out)" '^ended +debian 8: since 2020-06-30 \(by the program.s own table of 20'
status '--exit-on-eol counts before what there is no data of' 5 judge --exit-on-eol 5 --exit-code 1
status 'a gate on vulnerabilities does not pass for that' 3 judge --exit-on-eol 0 --exit-code 1
system debian 12 yes
status 'an end of life to come' 0 judge --fail-on eol
system debian 99 yes
status 'an end of life that nobody told' 3 judge --fail-on eol
like 'is said' "$(cat err)" 'system: neither the database nor the table of .* until when debian 99 is mended'
status '--exit-on-eol alike' 3 judge --exit-on-eol 5
status 'in the audit' 3 "$OAKUM" audit --db our.db --fail-on eol rootfs:system
status 'in the audit without a database' 3 "$OAKUM" audit --fail-on eol rootfs:system
system wolfi 20230201 ''
status 'what has no releases does not end' 0 judge --fail-on eol
rm system/etc/os-release
status 'nor what is no system' 0 judge --fail-on eol --exit-on-eol 5

# -- systems that nobody publishes for --------------------------------------------------------
for named in 'debian ' 'kali 2026.3' 'raspbian 12' ' '; do
	system "${named% *}" "${named#* }" yes
	status "packages of '$named' are no pass" 3 judge --exit-code 1
	status 'nor are they missed where others are asked for' 0 judge --exit-code 1 --pkg-types library
done
like 'a report says so' "$(judge)" '^no data +a system without a name: not in the database'
system arch '' ''
status 'a package manager that is not known here' 0 judge --exit-code 1
like 'is said' "$(cat out)" '^no data +arch: no packages of the system were found, so none was judged'
echo pkg:deb/debian/openssl@3.0.9-1 | bill nowhere.json
status 'a bill of no release' 3 "$OAKUM" scan --db our.db --exit-code 1 nowhere.json
echo 'pkg:deb/debian/openssl@3.0.9-1?arch=amd64&distro=bookworm' | bill bookworm.json
status 'a release by its name' 1 "$OAKUM" scan --db our.db --fail-on critical bookworm.json

status 'a baseline in which nothing is as it was' 0 "$OAKUM" scan --db our.db --only-new net.json net.json
SOURCE_DATE_EPOCH=1762905600 status 'a year before' 0 "$OAKUM" scan --db our.db --exit-on-eol 7 net.json
status 'but with --db it does not' 0 "$OAKUM" scan --db our.db --exit-code 1 net.json
status 'without a database the shipped record counts' 1 "$OAKUM" scan --exit-code 1 net.json

# -- secrets on the same read -----------------------------------------------------------------
mkdir key
printf 'token: ghp_%s\n' "$(head -c 65536 /dev/urandom | LC_ALL=C tr -dc A-Za-z0-9 | head -c 36)" >key/a.yaml
keys() { "$OAKUM" scan --db our.db "$@" rootfs:key; }
status 'secrets are not looked for unasked' 0 keys --exit-code 1
status '--scanners vuln,secret' 1 keys --exit-code 1 --scanners vuln,secret
like 'they are shown, not told' "$(cat out)" 'a.yaml'
status '--fail-on secrets' 1 keys --fail-on secrets --scanners vuln,secret
status '--fail-on critical vulnerabilities' 0 keys --fail-on critical --scanners vuln,secret
status 'not of that severity' 0 keys --exit-code 1 --scanners vuln,secret --severity MEDIUM
status 'not below that folder' 0 keys --exit-code 1 --scanners vuln,secret --skip-files '*.yaml'
keys --scanners vuln,secret -f json >keys.json
rule=$(python3 -c 'import json; r = json.load(open("keys.json"))["Results"][-1]; s = r["Secrets"][0]
print(r["Target"], r["Class"], s["Severity"], s["RuleID"], s["Match"])')
like 'in JSON as Trivy has it' "$rule" '^a.yaml secret (HIGH|CRITICAL) [a-z-]+ ghp_\*\*\*$'
printf 'secrets:\n- {id: %s, paths: ["**/*.yaml"]}\n' "$(echo "$rule" | cut -d' ' -f4)" >ignore.yaml
status 'ignored' 0 keys --exit-code 1 --scanners vuln,secret --ignorefile ignore.yaml
status 'a scanner of settings' 2 keys --scanners vuln,misconfig
status 'secrets alone' 2 keys --scanners secret

# -- in the audit -----------------------------------------------------------------------------
mkdir -p root/etc root/var/lib/dpkg
printf 'ID=debian\nVERSION_ID=12\n' >root/etc/os-release
printf 'Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3.0.9-1\n\n' \
	>root/var/lib/dpkg/status
audit() { "$OAKUM" audit --db our.db "$@" rootfs:root; }
status 'audit: findings are no failure' 0 audit
like 'audit: they have a section' "$(cat out)" '^2 +openssl 3.0.9-1 → 3.0.16-1: 1 critical, 1 high$'
status 'audit --fail-on' 1 audit --fail-on critical
status 'audit --fail-on, none such' 0 audit --fail-on kev
status 'audit --fail-on settings: runs as root' 1 "$OAKUM" audit --db our.db --fail-on settings oci:as-root
status 'audit --fail-on settings: does not' 0 "$OAKUM" audit --db our.db --fail-on settings oci:as-user
status 'audit --fail-on secrets, none there' 0 audit --fail-on secrets
status 'audit --fail-on secrets, not looked for' 2 audit --fail-on secrets --skip-secrets
printf 'token: ghp_%s\n' "$(head -c 65536 /dev/urandom | LC_ALL=C tr -dc A-Za-z0-9 | head -c 36)" >root/key
status 'audit --fail-on secrets' 1 audit --fail-on secrets
rm root/key
status 'audit --fail-on eol, none' 0 audit --fail-on eol
status 'audit --fail-on gaps, none' 0 audit --fail-on gaps
status 'audit --fail-on secrets needs no database' 0 "$OAKUM" audit --fail-on secrets rootfs:root
status 'audit --fail-on high does' 3 "$OAKUM" audit --fail-on high rootfs:root
status 'audit: a database that is not there' 3 "$OAKUM" audit --db none.db rootfs:root
status 'audit without a database' 0 "$OAKUM" audit rootfs:root
unlike 'says nothing of it' "$(cat out)" 'VULNERABILITIES'
status 'scan of the same folder' 1 "$OAKUM" scan --db our.db --exit-code 1 rootfs:root
is 'skipped files' "$("$OAKUM" scan --db our.db --skip-dirs '/var/**' --exit-code 1 rootfs:root >out; echo $?)" 0

# -- real data --------------------------------------------------------------------------------
golden=$SHARED/vuln/trivy-golden
if [ ! -d "$golden" ]; then
	skip 'findings of the golden files' "no $golden"
	done_testing
fi
"$OAKUM" db build -o golden.db "$golden"/db/*.yaml >/dev/null
cat >golden.py <<'END'
"""Compare with a golden file: golden.py PACKAGES TYPE DISTRO RELEASE GOLDEN FLAGS..."""
import json
import os
import subprocess
import sys
from urllib.parse import quote

packages, kind, distro, release, golden, *flags = sys.argv[1:]
parts = []
for p in json.load(open(packages)):
    version, source = ('-'.join(filter(None, [p[f'{of}Version'], p.get(f'{of}Release')]))
                       for of in ['', 'Src'])
    purl = f"pkg:{kind}/{distro}/{quote(p['Name'])}@{quote(version)}" \
        f"?arch={p.get('Arch') or 'amd64'}&distro={distro}-{release}" \
        f"&upstream={quote(p['SrcName'])}%40{quote(source)}"
    parts.append({'type': 'library', 'name': p['Name'], 'version': version, 'purl': purl,
                  'bom-ref': purl})
json.dump({'bomFormat': 'CycloneDX', 'specVersion': '1.5', 'version': 1, 'components': parts},
          open('golden.json', 'w'))


def scan(form):
    return json.loads(subprocess.run(
        [os.environ['OAKUM'], 'scan', '--db', 'golden.db', '-f', form, *flags, 'golden.json'],
        stdout=subprocess.PIPE, check=True).stdout)


def findings(report):
    """All but ids, links and layers, which a bill does not have."""
    for v in report['Results'][0]['Vulnerabilities']:
        for name in 'Fingerprint', 'Layer', 'PrimaryURL':
            v.pop(name, None)
        v['PkgIdentifier'].pop('UID', None)
    return report['Results'][0]['Vulnerabilities'], report['Results'][0]['Type'], \
        report['Metadata']['OS']['Family'], report['Metadata']['OS']['Name']


def rules(report):
    text = json.dumps(report['runs'][0]['tool']['driver']['rules'])
    return json.loads(text.replace('avd.aquasec.com/nvd/cve', 'nvd.nist.gov/vuln/detail/CVE'))


have, want = findings(scan('json')), findings(json.load(open(golden)))
if have != want:
    sys.exit(f'{json.dumps(have, indent=1)}\n{json.dumps(want, indent=1)}')
sarif = golden.replace('.json.', '.sarif.')
if os.path.exists(sarif) and rules(scan('sarif')) != rules(json.load(open(sarif))):
    sys.exit('other SARIF rules')
END
g() { # NAME PACKAGES TYPE DISTRO RELEASE FLAGS...
	name=$1 list=$golden/packages/$2
	shift 2
	ok "golden: $name" python3 golden.py "$list" "$1" "$2" "$3" "$golden/$name.json.golden" ${4:+"$4"}
}
g alpine-310 alpine-310.json.golden apk alpine 3.10.2
g debian-buster debian-buster.json.golden deb debian 10.1
g debian-buster-ignore-unfixed debian-buster.json.golden deb debian 10.1 --ignore-unfixed
g distroless-base gcr.io-distroless-base-latest.json.golden deb debian 9.9
if python3 -c 'import jsonschema' 2>/dev/null; then
	ok 'SARIF is valid by its schema' python3 -c '
import json, jsonschema, sys
jsonschema.Draft7Validator(json.load(open(sys.argv[1]))).validate(json.load(open("a.sarif")))
' "$SHARED/schemas/sarif-2.1.0.schema.json"
else
	skip 'SARIF is valid by its schema' 'no python3-jsonschema'
fi

"$OAKUM" db build -o net.db "$SHARED/dotnet/cve-timeline" >/dev/null
cat >runtimes.py <<'END'
"""Every row of expected.tsv: its vulnerabilities, severities and fixes, nothing of Windows alone."""
import csv
import json
import os
import subprocess
import sys

rows = list(csv.reader(open(sys.argv[1]), delimiter='\t'))[1:]
names = {'dotnet-runtime': 'Microsoft.NETCore.App.Runtime.linux-x64',
         'dotnet-aspnetcore': 'Microsoft.AspNetCore.App.Runtime.linux-x64'}
parts = [{'type': 'library', 'name': names[product], 'version': version, 'bom-ref': product + version,
          'purl': f'pkg:nuget/{names[product]}@{version}'} for product, version, _ in rows]
json.dump({'bomFormat': 'CycloneDX', 'specVersion': '1.5', 'version': 1, 'components': parts},
          open('runtimes.json', 'w'))
report = json.loads(subprocess.run(
    [os.environ['OAKUM'], 'scan', '--db', 'net.db', '-f', 'json', 'runtimes.json'],
    stdout=subprocess.PIPE, check=True).stdout)
have = {}
for result in report['Results']:
    for v in result.get('Vulnerabilities', []):
        have.setdefault((v['PkgName'], v['InstalledVersion']), set()).add(
            (v['VulnerabilityID'], v['Severity'], v.get('FixedVersion', '')))
wrong = 0
for product, version, cells in rows:
    want = {tuple(cell.split(':')[:3]) for cell in cells.split(';')
            if cell and cell.split(':')[3] != 'windows'}
    if have.get((names[product], version), set()) != want:
        wrong += 1
        print(product, version, sorted(want ^ have.get((names[product], version), set())))
assert len(rows) == 102
sys.exit(wrong > 0)
END
ok '.NET runtimes: every row of the list' python3 runtimes.py "$SHARED/vuln/dotnet-runtime/expected.tsv"
done_testing
