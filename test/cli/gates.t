#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A gate is never green because nothing was looked at: no database, one that lacks what is asked,
# rules and formats that nobody knows; and --exit-code 0 only reports.
. "$ROOT/test/tap.sh"

export SOURCE_DATE_EPOCH=1795305600 OAKUM_NO_CACHE=1 XDG_CACHE_HOME="$TMP/cache"
cd "$TMP" || exit 1
mkdir bin
ln -s "$OAKUM" bin/trivy
trivy=$TMP/bin/trivy

bill() { # FILE PURL...
	python3 -c '
import json, sys
json.dump({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components":
    [{"type": "library", "name": p.split("/")[-1].split("@")[0], "version": p.split("@")[1].split("?")[0],
      "purl": p} for p in sys.argv[2:]]}, open(sys.argv[1], "w"))' "$@"
}
system='pkg:deb/debian/openssl@3.0.9-1?arch=amd64&distro=debian-12'
net=pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@8.0.0
bill debian.json "$system"
bill both.json "$system" $net
bill net.json $net

# -- no database --------------------------------------------------------------------------------
status 'without a database a report is one' 0 "$OAKUM" scan debian.json
like 'which says what it has nothing of' "$(cat out)" 'no data +debian 12: not in the database'
like 'and of what it is' "$(cat out)" 'only the \.NET record'
for gate in '--exit-code 1' '--severity HIGH,CRITICAL --exit-code 1' '--fail-on high'; do
	# shellcheck disable=SC2086 # words
	status "$gate is refused" 3 "$OAKUM" scan -q $gate debian.json
	like 'the error names the release and the way out' "$(cat err)" 'nothing of debian 12.*oakum db update'
done
status 'by the name of trivy' 1 "$trivy" sbom -q --exit-code 1 debian.json
status 'a gate on ends of life alone' 0 "$OAKUM" scan --exit-on-eol 4 debian.json
status '.NET is judged by the record' 1 "$OAKUM" scan -q --exit-code 1 net.json
status 'what is not asked for is not missed' 1 "$OAKUM" scan -q --pkg-types library --exit-code 1 both.json
status 'the download of trivy is done, or fails' 1 \
	env OAKUM_FROM=https://127.0.0.1:9/none "$trivy" image --download-db-only

# -- a database without .NET ----------------------------------------------------------------------
cat >distro.yaml <<'END'
- bucket: debian 12
  pairs:
    - bucket: openssl
      pairs:
        - key: CVE-2026-0001
          value: {FixedVersion: 3.0.15-1}
END
mkdir -p cache/oakum
"$OAKUM" db build -o cache/oakum/vulnerabilities.db trivy-yaml:distro.yaml >"$TMP/tool" || exit 1
status 'the record is used for .NET all the same' 1 "$OAKUM" scan -q --fail-on high net.json
status 'beside the database' 1 "$OAKUM" scan -f json --exit-code 1 both.json
ok 'both are found' python3 -c '
import json
ids = [v["PkgName"] for r in json.load(open("out"))["Results"] for v in r.get("Vulnerabilities", [])]
assert "openssl" in ids and any(i.startswith("Microsoft") for i in ids), ids'
status '--db is that database and no other' 3 \
	"$OAKUM" scan -q --db cache/oakum/vulnerabilities.db --exit-code 1 net.json
status 'a list that is not there: KEV' 3 "$OAKUM" scan -q --fail-on kev debian.json
like 'is named' "$(cat err)" 'no KEV list'
status 'EPSS' 3 "$OAKUM" scan -q --fail-on epss:0.5 debian.json
status 'unknown severities pass, as in Trivy' 0 "$OAKUM" scan -q --severity HIGH,CRITICAL --exit-code 1 debian.json
like 'and are told' "$(cat out)" '1 +of them of unknown severity, which were not counted'

# -- settings -------------------------------------------------------------------------------------
mkdir deploy
printf 'FROM debian:12\nRUN sudo true\n' >deploy/Dockerfile
cat >deploy/pod.yaml <<'END'
apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {containers: [{name: a, image: a, securityContext: {privileged: true}}]}
END
status 'trivy: settings with vulnerabilities are refused' 1 \
	"$trivy" fs --scanners vuln,misconfig --exit-code 1 deploy
like 'with what to type' "$(cat err)" 'trivy config'
status 'trivy: of an image, too' 1 "$trivy" image --scanners misconfig deploy
status 'a rule that nobody knows' 2 "$OAKUM" check --rule KP9999 deploy
like 'is named' "$(cat err)" "no rule is called 'KP9999'"
for rule in KP001 ksv-0017 AVD-KSV-0017 KSV017; do
	status "the rule as $rule" 1 "$OAKUM" check --rule $rule deploy
done
status 'check --exit-code 0 reports' 0 "$OAKUM" check --exit-code 0 deploy
status 'check --exit-code 9' 9 "$OAKUM" check --exit-code 9 deploy

# -- places of reports ------------------------------------------------------------------------------
status 'a format that is none' 2 "$OAKUM" check -o jsom=report deploy
like 'the formats are named' "$(cat err)" "'jsom' is no format \\(table\\|json"
status 'a file of that name' 1 "$OAKUM" check -o ./jsom=report deploy
ok 'is written' test -s jsom=report
status 'a form of other programs' 2 "$OAKUM" check -o syft-json deploy
like 'is none of ours' "$(cat err)" "^oakum: -o syft-json: a form that is not written here \\(table\\|json"
ok 'and no file' test ! -e syft-json
status 'two documents in one place' 2 "$OAKUM" scan -f json debian.json net.json
status 'for secrets, too' 2 "$OAKUM" secrets -f json deploy bin
status 'a report of several' 0 "$OAKUM" scan -f sarif debian.json net.json

# -- secrets ----------------------------------------------------------------------------------------
key=bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t
mkdir bare full
printf '%s\n' $key >bare/text
printf '%sLz9BY3Rpb249Q2FsbFdpdGhCZWFyZXJUb2tlbg\n' $key >full/text
status 'the front of a key is none' 0 "$OAKUM" secrets bare
status 'a whole one is' 1 "$OAKUM" secrets full
status 'secrets --exit-code 0 reports' 0 "$OAKUM" secrets --exit-code 0 full
status 'secrets --exit-code 9' 9 "$OAKUM" secrets --exit-code 9 full
done_testing
