#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Reports of `oakum scan`, `check` and `secrets` in the formats of other tools: several from one read,
# several targets in one, places as editors count them, --dockerfile, what failed is never clean.
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/layout.sh
. "$ROOT/test/fixture/layout.sh"

command -v jq >"$TMP/tool" || skip_all 'jq is not installed'
cd "$TMP" || exit 1
export SOURCE_DATE_EPOCH=1795305600 OAKUM_QUIET=1 OAKUM_NO_CACHE=1

# -- a database, and an image whose layers bring a package each ---------------------------------------
cat >feed.yaml <<'END'
- bucket: debian 12
  pairs:
    - bucket: base
      pairs: [{key: CVE-2026-0001, value: {FixedVersion: "2"}}]
- bucket: "nuget::GitHub Security Advisory Nuget"
  pairs:
    - bucket: build.time
      pairs: [{key: CVE-2026-0002, value: {PatchedVersions: [2.0.0], VulnerableVersions: ["< 2.0.0"]}}]
    - bucket: copied
      pairs: [{key: CVE-2026-0003, value: {PatchedVersions: [2.0.0], VulnerableVersions: ["< 2.0.0"]}}]
    - bucket: expanded
      pairs: [{key: CVE-2026-0004, value: {PatchedVersions: [2.0.0], VulnerableVersions: ["< 2.0.0"]}}]
END
printf -- '- bucket: vulnerability\n  pairs:\n' >more.yaml
for n in 1 2 3 4; do
	printf '    - {key: CVE-2026-000%s, value: {Title: "title %s", VendorSeverity: {nvd: %s}}}\n' $n $n $n
done >>more.yaml
"$OAKUM" db build -o our.db trivy-yaml:feed.yaml trivy-yaml:more.yaml >/dev/null
lock() { # FILE NAME: a lock file that names one package
	mkdir -p "${1%/*}"
	printf '{"version":1,"dependencies":{"net8.0":{"%s":{"type":"Direct","resolved":"1.0.0"}}}}' "$2" >"$1"
}
mkdir -p base/etc base/var/lib/dpkg
printf 'ID=debian\nVERSION_ID=12\n' >base/etc/os-release
printf 'Package: base\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n' >base/var/lib/dpkg/status
lock run/run/packages.lock.json build.time
lock copy/copy/packages.lock.json copied
lock late/late/packages.lock.json expanded
for layer in base run copy late; do tar -C $layer -cf $layer.tar .; done
cat >Dockerfile <<'END'
FROM debian:12 AS base
RUN apt-get update && \
    apt-get install something

FROM scratch AS unused
COPY copy /copy

FROM base
ARG DIR=late
  COPY --chown=1654 copy /copy
COPY $DIR \
  /late
ENTRYPOINT ["/app"]
END
image() { # NAME: how its builder tells the history
	layout_begin "$1" 2026-01-01T00:00:00Z
	layout_layer base.tar "$2" && layout_layer run.tar "$3"
	layout_layer copy.tar "$4" && layout_layer late.tar "$5"
	layout_finish '{}'
}
image buildkit "# debian.sh --arch 'amd64'" \
	'RUN |1 A=b /bin/sh -c apt-get update &&     apt-get install something # buildkit' \
	'COPY --chown=1654 copy /copy # buildkit' 'COPY late /late # buildkit'
image docker '/bin/sh -c #(nop) ADD file:9f in / ' '/bin/sh -c apt-get update && apt-get install something' \
	'/bin/sh -c #(nop) COPY dir:9f in /copy ' '/bin/sh -c #(nop) COPY dir:a0 in /late '
image kaniko '' 'RUN apt-get update &&     apt-get install something' 'COPY copy /copy' 'COPY late /late'
places() { # SARIF: id:file:line-line...
	jq -r '.runs[0].results | sort_by(.ruleId) | .[] | .locations[0].physicalLocation as $p |
		[.ruleId[-1:], $p.artifactLocation.uri, $p.region.startLine, $p.region.endLine] | join(":")' "$1" | xargs
}
want='1:Dockerfile:1:1 2:Dockerfile:2:3 3:Dockerfile:10:10 4:Dockerfile:11:12'
for builder in buildkit docker kaniko; do
	"$OAKUM" scan --db our.db --dockerfile Dockerfile -f sarif oci:$builder >out.sarif
	is "--dockerfile: as $builder tells it" "$(places out.sarif)" "$want"
done
"$OAKUM" scan --db our.db -f sarif oci:kaniko >out.sarif
is 'without it: the file in the image' "$(places out.sarif)" \
	'1:oci%3Akaniko:1:1 2:run/packages.lock.json:1:1 3:copy/packages.lock.json:1:1 4:late/packages.lock.json:1:1'
printf 'RUN true\n' >empty
status '--dockerfile without a stage' 3 "$OAKUM" scan --db our.db --dockerfile empty oci:kaniko
like 'is said' "$(cat err)" 'empty: no FROM in it'
status '--dockerfile that is not there' 3 "$OAKUM" scan --db our.db --dockerfile no oci:kaniko
status '--dockerfile of two images' 2 "$OAKUM" scan --db our.db --dockerfile empty oci:kaniko oci:docker
mkdir -p sub && lock sub/app/packages.lock.json copied
"$OAKUM" scan --db our.db -f annotations rootfs:./sub/ >out
like 'a folder: its file as one types it' "$(cat out)" \
	'^::error file=sub/app/packages.lock.json,title=CVE-2026-0003::copied 1.0.0 has CVE-2026-0003: title 3\. Update'

# -- several reports, several targets, failures -------------------------------------------------------
status 'seven reports of one read' 0 "$OAKUM" scan --db our.db -o sarif=s -o junit=j -o gitlab=g -o annotations=a \
	-o markdown=m -o html=h -o cyclonedx=c oci:docker
is 'all are there' "$(wc -c s j g a m h c | awk '$1 > 300' | wc -l)" 8
is 'the same findings in each' "$(jq '.runs[0].results | length' s) $(grep -c '<testcase' j) $(
	jq '.vulnerabilities | length' g c | xargs)" '4 4 4 4'
is 'several targets are one run' "$("$OAKUM" scan --db our.db -f sarif oci:docker oci:kaniko |
	jq -c '[.runs[].results | length, (map(.partialFingerprints["oakumFinding/v1"]) | unique | length)]')" '[8,8]'
status 'a target that is not there' 3 "$OAKUM" scan --db our.db -o sarif=s -o junit=j -o gitlab=g oci:docker ./no.tar
is 'is not clean: SARIF' "$(jq '.runs[0].invocations[0].executionSuccessful' s)" false
like 'is not clean: JUnit' "$(cat j)" '<testsuite name="./no.tar" tests="1" failures="0" errors="1"'
is 'is not clean: GitLab' "$(jq -r .scan.status g)" failure
SOURCE_DATE_EPOCH=1795910400 "$OAKUM" scan --db our.db -f markdown oci:docker >out
like 'the age of the database' "$(cat out)" 'the age of the database is not known'

# -- CycloneDX: findings, and what a statement took away ----------------------------------------------
printf '{"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-01-01T00:00:00Z", "statements": [
	{"vulnerability": {"name": "CVE-2026-0003"}, "products": [{"@id": "pkg:nuget/copied"}],
	"status": "not_affected", "justification": "vulnerable_code_not_in_execute_path"}]}' >vex.json
"$OAKUM" scan --db our.db --vex vex.json -f cyclonedx oci:docker >c.json
is 'the decision' "$(jq -c '.vulnerabilities[] | select(.id == "CVE-2026-0003") |
	[.analysis.state, .analysis.justification, .affects[0].versions[0].status]' c.json)" \
	'["not_affected","code_not_reachable","unaffected"]'
is 'and what remains' "$(jq -c '[.vulnerabilities[] | select(.analysis.state == null) | .id[-1:]]' c.json)" \
	'["1","2","4"]'
is 'what has it is a component' "$(jq -c '[.components[]["bom-ref"]] as $c |
	[.vulnerabilities[].affects[].ref | IN($c[])] | all' c.json)" true
like 'by the schema' "$("$OAKUM" sbom check c.json)" "valid by its format's schema"
is 'scanned as a bill it is the same' \
	"$("$OAKUM" scan --db our.db --vex vex.json -f json c.json |
		jq -c '[.Results[].Vulnerabilities[]?.VulnerabilityID] | sort')" \
	'["CVE-2026-0001","CVE-2026-0002","CVE-2026-0004"]'

# -- audit: everything that has a severity, in one report ------------------------------------------------
"$OAKUM" audit --db our.db -o sarif=s -o junit=j -o gitlab=g -o html=h oci:docker
is 'audit: vulnerabilities and settings' "$(jq -r '.runs[0].tool.driver.rules[].name' s | sort -u | xargs)" \
	'LanguageSpecificPackageVulnerability Misconfiguration OsPackageVulnerability'
is 'one suite an image' "$(grep -c '<testsuite ' j)" 1
is 'one type a report of GitLab' "$(jq -c '[(.vulnerabilities | length), .scan.messages[-1].value]' g)" \
	'[4,"findings of another kind are not in this report"]'
status 'audit of what is not there' 3 "$OAKUM" audit -o junit=j oci:docker ./no.tar
like 'is not clean' "$(cat j)" '<testsuite name="./no.tar" tests="1" failures="0" errors="1"'
like 'without a database that is said' "$(cat j)" 'vulnerabilities were not looked up'

# -- settings: exact places, in the units of SARIF ----------------------------------------------------
printf 'kind: Pod\napiVersion: v1\nmetadata: {name: a}\nspec:\n  containers:\n' >pod.yaml
printf '  - {name: "\360\235\222\263", image: x, securityContext: {privileged: true}}\n' >>pod.yaml
"$OAKUM" check --rule KP001 -f sarif pod.yaml >s
is 'a region: line, columns' "$(jq -c '.runs[0].results[0].locations[0].physicalLocation.region' s)" \
	'{"startLine":6,"startColumn":46,"endLine":6,"endColumn":62}'
{ echo '# first'; cat pod.yaml; } >moved && mv moved pod.yaml
"$OAKUM" check --rule KP001 -f sarif pod.yaml >moved
is 'its fingerprint stays when lines move' "$(jq -c '.runs[0].results[0].partialFingerprints' moved)" \
	"$(jq -c '.runs[0].results[0].partialFingerprints' s)"
"$OAKUM" check --rule KP001 -o json=j -o annotations=a -o table=t pod.yaml
like 'several reports of check' "$(cat a)" '^::error file=pod.yaml,line=7,endLine=7,col=46,endColumn=62,title=KP001::'
like 'a table in a file' "$(cat t)" '^  critical KP001'
printf 'a: [' >bad.yaml
"$OAKUM" check -f junit bad.yaml >out 2>err
like 'a file that cannot be read is no success' "$(cat out)" 'tests="1" failures="0" errors="1"'

# -- secrets: lines of folders --------------------------------------------------------------------------
token=ghp_$(head -c 65536 /dev/urandom | LC_ALL=C tr -dc 'A-Za-z0-9' | head -c 36)
printf 'a: 1\nb: "\360\235\222\263" # %s\n' "$token" >sub/app/s.yaml
"$OAKUM" secrets -o sarif=s -o annotations=a -o json=j sub
is 'a secret: its file and place' "$(jq -c '.runs[0].results[0].locations[0].physicalLocation |
	[.artifactLocation.uri, .region.startLine, .region.startColumn, .region.endColumn]' s)" '["sub/app/s.yaml",2,11,51]'
like 'and in an annotation' "$(cat a)" \
	'^::error file=sub/app/s.yaml,line=2,endLine=2,col=11,endColumn=51,title=github-pat::'
unlike 'which never shows it' "$(cat s a j)" "${token:5}"
{ yes 'x: y' | head -n 70000; printf 'k: %s\n' "$token"; } >sub/app/s.yaml
is 'far down in a long file' "$("$OAKUM" secrets -f json sub | jq -c '.findings[0] | [.line, .column]')" '[70001,4]'
{ head -c 3000 /dev/zero; echo; head -c 300 /dev/zero; printf ' %s ' "$token"; } >sub/app/s.yaml
is 'programs have no lines' "$("$OAKUM" secrets -f json sub | jq -c '.findings[0] | [.line, .start]')" '[null,3302]'
done_testing
