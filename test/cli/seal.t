#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum seal`: what passes is pushed, signed, attested and read back; of what does not pass nothing is written
# anywhere. What a step does that breaks stands in seal-broken.t.
# shellcheck source=test/tap.sh
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/registry.sh
. "$FIXTURE/registry.sh"
# shellcheck source=test/fixture/seal.sh
. "$FIXTURE/seal.sh"

cd "$TMP" || exit 1
seal_images

types() { # FILE: what is attached to the first image of a report
	jq -r '.statements[] | .name' "$1" | sort | paste -sd' '
}

# -- a layout -------------------------------------------------------------------------------------
status 'a good image, into a layout' 0 seal oci:good oci:sealed:1
like 'is sealed' "$(cat out)" '^sealed oci:sealed:1$'
like 'and what was read back is told' "$(cat out)" 'slsa.dev/provenance/v1$'
status 'it is signed' 0 oakum verify --key oakum.pub oci:sealed:1
status 'not by another key' 4 oakum verify --key other.pub oci:sealed:1
for type in spdxjson vuln test-result slsaprovenance1; do
	status "attested: $type" 0 oakum verify-attestation --key oakum.pub --type $type oci:sealed:1
done
cp -r sealed before
status 'once more' 0 seal oci:good oci:sealed:1
like 'nothing is sent' "$(cat out)" 'push +holds +everything was there'
like 'nothing is signed' "$(cat out)" 'sign +holds +1 signature, there before'
like 'and nothing attested' "$(cat out)" 'attest +holds +5 statements, there before'
ok 'nothing was written' diff -r before/blobs sealed/blobs
status 'another key signs anew' 0 seal_by other.key oci:good oci:sealed:1
status 'and holds' 0 oakum verify --key other.pub oci:sealed:1
status 'without a cache it is signed again' 0 seal --no-cache oci:good oci:sealed:1
like 'and holds' "$(cat out)" 'sign +holds +1 signature$'
status 'where it lies' 0 seal oci:before:1
like 'is told' "$(cat out)" 'it stays where it lies'

# -- a cache that somebody else wrote ---------------------------------------------------------------
status 'a run keeps' 0 seal --cache-dir ours oci:good oci:forged:1
ok 'no evidence: what is signed was read by this very run' test ! -e ours/evidence.db
rm -rf forged
status 'another one signs' 0 seal_by other.key --cache-dir theirs oci:good oci:forged:1
for kept in ours/seal/*; do # what it attached, as ours
	[ -e "theirs/seal/${kept##*/}" ] || mine=$kept
done
for kept in theirs/seal/*; do
	[ -e "ours/seal/${kept##*/}" ] || cp "$kept" "$mine"
done
status 'what a forged record says is signed is signed' 0 seal --cache-dir ours oci:good oci:forged:1
status 'by our key' 0 oakum verify --key oakum.pub oci:forged:1
python3 -c '
import hashlib, os
for name in os.listdir("ours/seal"):
    path = "ours/seal/" + name
    form = open(path, "rb").read().split(b"\n")[0]
    text = b"{\"evil\":1}"
    open(path, "wb").write(form + b"\nsha256:" + hashlib.sha256(text).hexdigest().encode() + b"\n" + text)'
status 'what lies there is not what is said' 0 seal --cache-dir ours -o provenance=how.json -o settings=settings.json \
	-o secrets=secrets.json -o scan=scan.json -o sbom=bill.json oci:good oci:forged:2
is 'in no part' "$(cat how.json settings.json secrets.json scan.json bill.json | grep -c evil)" 0

# -- before anything is read ------------------------------------------------------------------------
echo 'oakum-policy: 9' >bad.yaml
OAKUM_PASSWORD=right oakum keygen -o shut >tool.log 2>&1
shut() { # PASSWORD OPTION...
	password=$1
	shift
	OAKUM_PASSWORD=$password "$OAKUM" seal --db v.db --key shut.key "$@"
}
for dry in '' --dry-run; do
	status "a policy that is none${dry:+, $dry}" 2 seal $dry --policy bad.yaml oci:good oci:early:1
	status "one that is not there${dry:+, $dry}" 3 seal $dry --policy none.yaml oci:good oci:early:1
	status "a wrong password${dry:+, $dry}" 3 shut wrong $dry oci:good oci:early:1
	like 'the key is named' "$(cat err)" "key 'shut.key'"
	ok 'nothing was written' test ! -e early
done
status 'the right one' 0 shut right oci:good oci:early:1
status 'from standard input, too' 0 sh -c 'echo right | "$@"' sh "$OAKUM" seal --db v.db --key shut.key \
	--password-stdin oci:good oci:early:2
status 'holds' 0 oakum verify --key shut.pub oci:early:2

# -- what it says ---------------------------------------------------------------------------------
export SOURCE_DATE_EPOCH=1795305600
status 'in JSON, with parts' 0 seal --cache-dir fresh -f json -o json=page.json -o sbom=bill.json -o scan=scan.json \
	-o secrets=secrets.json -o settings=settings.json -o provenance=how.json -o markdown=page.md -o html=page.html \
	-o sarif=page.sarif --source https://git.example/shop --commit 0123456789abcdef0123456789abcdef01234567 \
	oci:good oci:json:1
is 'every part is attested' "$(types page.json)" 'provenance sbom scan secrets settings signature'
is 'stages in their order' "$(jq -r '[.stages[].stage] | join(" ")' page.json)" 'judge gate push sign attest verify'
is 'each holds' "$(jq -r '[.stages[].state] | unique | join(" ")' page.json)" holds
is 'SLSA: level 1 and why no more' "$(jq -r .provenance.slsa_build_level page.json)" 1
is 'the bill lists the package' "$(jq -r '.packages[] | select(.name == "openssl") | .versionInfo' bill.json)" 3.0.15-1
like 'the scan names the database' "$(jq -r '.scanner.db.uri' scan.json)" '^sha256:[0-9a-f]{64}$'
is 'the scan is finished at the clock'\''s time' "$(jq -r .metadata.scanFinishedOn scan.json)" 2026-11-22T00:00:00Z
is 'settings passed' "$(jq -r '.result + " " + .configuration[0].name' settings.json)" 'PASSED settings'
is 'secrets passed' "$(jq -r '.result + " " + .configuration[0].name' secrets.json)" 'PASSED secrets'
is 'the provenance names the commit' \
	"$(jq -r '.buildDefinition.resolvedDependencies[0] | .uri + " " + .digest.gitCommit' how.json)" \
	'git+https://git.example/shop 0123456789abcdef0123456789abcdef01234567'
is 'what was attested is what was written' \
	"$(oakum verify-attestation --key oakum.pub --type slsaprovenance1 oci:json:1 2>/dev/null |
		jq -r '.payload | @base64d | fromjson | .predicate.buildDefinition.resolvedDependencies[0].digest.gitCommit')" \
	0123456789abcdef0123456789abcdef01234567
cp -r good latest
oakum copy -q oci:good oci:moved:latest >tool.log
for place in oci:latest oci:moved:latest; do
	status "the same image as $place" 0 seal --dry-run -o sbom=b.json -o scan=s.json -o settings=t.json \
		"$place" oci:none
	ok 'has the same bill' cmp bill.json b.json
	ok 'the same scan' cmp scan.json s.json
	ok 'and the same test of settings' cmp settings.json t.json
done
rm -rf moved
ok 'the reports are there' test -s page.md -a -s page.html -a -s page.sarif

sarif_rule() { # FILE: what is said of the vulnerability
	jq -c '.runs[].tool.driver.rules[] | select(.id == "CVE-2026-0002") | .fullDescription, .help' "$1"
}
status 'a vulnerability that passes' 0 seal --dry-run -o sarif=sealed.sarif -o scan=scan.json oci:open oci:none
status 'which a scan finds, too' 0 oakum scan -q --db v.db -f sarif -o scanned.sarif oci:open
like 'the report has its texts' "$(sarif_rule scanned.sarif)" 'Severity: CRITICAL.*a description'
is 'which what is attested does not take away' "$(sarif_rule sealed.sarif)" "$(sarif_rule scanned.sarif)"
is 'from which they are left out' "$(grep -c 'a description' scan.json)" 0

# -- CI -------------------------------------------------------------------------------------------
github() {
	env GITHUB_ACTIONS=true GITHUB_SERVER_URL=https://token@github.com GITHUB_REPOSITORY=team/shop \
		GITHUB_WORKFLOW_REF=team/shop/.github/workflows/ci.yml@refs/heads/main GITHUB_REF=refs/heads/main \
		GITHUB_SHA=89abcdef GITHUB_RUN_ID=7 GITHUB_RUN_ATTEMPT=2 RUNNER_ENVIRONMENT=github-hosted \
		GITHUB_EVENT_NAME=push "$OAKUM" seal --db v.db "$@"
}
gitlab() {
	env GITLAB_CI=true CI_SERVER_URL=https://gitlab.com CI_PROJECT_URL=https://u:token@gitlab.com/team/shop \
		CI_COMMIT_SHA=89abcdef CI_COMMIT_REF_NAME=main CI_CONFIG_PATH=.gitlab-ci.yml \
		CI_JOB_URL=https://u:token@gitlab.com/team/shop/-/jobs/7 CI_PIPELINE_SOURCE=push "$OAKUM" seal --db v.db "$@"
}
azure() {
	env TF_BUILD=True SYSTEM_TEAMFOUNDATIONCOLLECTIONURI=https://token@dev.azure.com/team/ SYSTEM_TEAMPROJECT=shop \
		BUILD_REPOSITORY_URI=https://team:token@dev.azure.com/team/shop/_git/shop BUILD_SOURCEBRANCH=refs/heads/main \
		BUILD_SOURCEVERSION=89abcdef SYSTEM_DEFINITIONID=3 BUILD_BUILDID=7 BUILD_DEFINITIONNAME=ci \
		"$OAKUM" seal --db v.db "$@"
}
facts() { # of how.json
	jq -r '[.runDetails.builder.id, .runDetails.metadata.invocationId,
		.buildDefinition.externalParameters.workflow.path, .buildDefinition.resolvedDependencies[0].uri] | join("\n")' \
		how.json
}
status 'on GitHub' 0 github -o provenance=how.json --dry-run oci:good oci:none
is 'the provenance says what GitHub tells' "$(facts)" \
	'https://github.com/team/shop/.github/workflows/ci.yml@refs/heads/main
https://github.com/team/shop/actions/runs/7/attempts/2
.github/workflows/ci.yml
git+https://github.com/team/shop@refs/heads/main'
status 'on GitLab' 0 gitlab -o provenance=how.json --dry-run oci:good oci:none
is 'what GitLab tells' "$(facts)" 'https://gitlab.com/team/shop//.gitlab-ci.yml@refs/heads/main
https://gitlab.com/team/shop/-/jobs/7
.gitlab-ci.yml
git+https://gitlab.com/team/shop@refs/heads/main'
status 'on Azure' 0 azure -o provenance=how.json --dry-run oci:good oci:none
is 'what Azure tells' "$(facts)" 'https://dev.azure.com/team/shop/_build?definitionId=3
https://dev.azure.com/team/shop/_build/results?buildId=7
ci
git+https://dev.azure.com/team/shop/_git/shop@refs/heads/main'
ok 'and nothing was written: --dry-run' test ! -e none
GITHUB_STEP_SUMMARY=$TMP/summary.md GITHUB_OUTPUT=$TMP/outputs
export GITHUB_STEP_SUMMARY GITHUB_OUTPUT
echo before=1 >outputs
status 'a job of GitHub' 0 github --key oakum.key oci:good oci:job:1
is 'later steps know the digest' "$(cat outputs)" "before=1
digest=$(jq -r '.manifests[0].digest' good/index.json)
sealed=true"
like 'people see the report' "$(cat summary.md)" '^    sealed oci:job:1$'
unset GITHUB_STEP_SUMMARY GITHUB_OUTPUT

# -- what audit tells of it -----------------------------------------------------------------------
answers() { # OPTION... IMAGE
	oakum audit -q --db v.db -f json "$@" | jq -r '[.stages[] | .answer] | join(" ")'
}
is 'of one that nobody sealed' "$(answers oci:good)" 'lacks lacks holds lacks lacks untold untold holds'
is 'of one that is sealed' "$(answers oci:sealed:1)" 'untold untold holds untold untold untold untold holds'
cat >audit-policy.yaml <<'P'
oakum-policy: 1
signers:
  us: {key: oakum.pub}
rules:
- images: "**"
  require:
  - signature: us
  - sbom: {by: us}
  - provenance: {by: us}
P
is 'with a policy' "$(answers --policy audit-policy.yaml oci:json:1)" \
	'untold holds holds holds holds untold holds holds'
is 'that is not met' "$(sed 's/oakum.pub/other.pub/' audit-policy.yaml >others.yaml &&
	answers --policy others.yaml oci:json:1)" 'lacks lacks holds lacks lacks untold lacks holds'
is 'of one with a vulnerability, and as root' "$(answers oci:all | cut -d' ' -f3,8)" 'lacks lacks'

# -- the gate -------------------------------------------------------------------------------------
stopped() { # NAME IMAGE PATTERN OPTION...
	name=$1 image=$2 pattern=$3
	shift 3
	status "$name" 1 seal "$@" "$image" oci:stopped:1
	like 'is named' "$(cat out)" "$pattern"
	ok 'nothing is written' test ! -e stopped
}
stopped 'a vulnerability' oci:weak 'vulnerability critical CVE-2026-0001 in openssl 3.0.9-1, fixed in 3.0.15-1'
stopped 'a secret' oci:leak 'secret +critical GitHub personal token in home/token'
stopped 'a setting' oci:root 'setting +high +IM001'
stopped 'a database that has nothing of it' oci:strange 'vulnerability .*nothing of alpine 3.19'
stopped 'three at once' oci:all 'gate +fails +3 reasons to stop'
for part in CVE-2026-0001 'GitHub personal token' IM001; do
	like "$part is named" "$(cat out)" "$part"
done
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'P'
import json, shutil, sys
sys.path.insert(0, sys.argv[1])
from oci import *
TOKEN = b'ghp_' + b'aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA3bC5'
IMAGE, STATEMENT = 'application/vnd.oci.image.layer.v1.tar+gzip', 'application/vnd.in-toto+json'
def said(arg):
    return json.dumps({'_type': 'https://in-toto.io/Statement/v0.1',
                       'predicateType': 'https://slsa.dev/provenance/v0.2',
                       'predicate': {'invocation': {'parameters': {'args': {'build-arg:WHO': arg}}}}}).encode()
def entry(name, data, media, config=b'{}', old=True, kind='manifest'):
    shutil.copytree('good', name)
    l = Layout(name)
    first = dict(json.load(open('good/index.json'))['manifests'][0], platform={'os': 'linux', 'architecture': 'amd64'})
    kind = 'application/vnd.oci.image.%s.v1+json' % kind
    m = {'schemaVersion': 2, 'mediaType': kind, 'config': l.blob(config, 'application/vnd.oci.image.config.v1+json'),
         'layers': [l.blob(data, media)]}
    m = l.blob(json.dumps(m).encode(), kind, platform={'os': 'unknown', 'architecture': 'unknown'})
    if old:
        m['annotations'] = {'vnd.docker.reference.type': 'attestation-manifest',
                            'vnd.docker.reference.digest': first['digest']}
    else:
        m['artifactType'] = 'application/vnd.docker.attestation.manifest.v1+json'
    text = json.dumps({'schemaVersion': 2, 'mediaType': 'application/vnd.oci.image.index.v1+json',
                       'manifests': [first, m]}).encode()
    l.index([l.blob(text, 'application/vnd.oci.image.index.v1+json')])
    open(name + '.digest', 'w').write(m['digest'])
layer = gzip.compress(file('token', TOKEN) + END, mtime=0)
entry('beside', said('nobody'), STATEMENT)
entry('beside-layer', layer, IMAGE)
entry('beside-artifact', layer, IMAGE, old=False)
entry('beside-called', layer, STATEMENT)
entry('beside-index', said('nobody'), STATEMENT, kind='index')
entry('beside-config', said('nobody'), STATEMENT, b'{"a": "%s"}' % (b'x' * (1 << 20)))
entry('beside-secret', said(TOKEN.decode()), STATEMENT)
entry('beside-told', said('nobody'), STATEMENT, b'{"a": "%s"}' % TOKEN)
P
status 'what BuildKit says beside an image passes' 0 seal oci:beside oci:beside-sealed:1
for kind in layer artifact called index config; do
	stopped "what only seems to be that: $kind" oci:beside-$kind \
		"gap .*$(cat beside-$kind.digest), beside the images, is no attestation" --fail-on critical
done
for kind in secret told; do
	stopped "a secret in it: $kind" oci:beside-$kind \
		"secret +critical GitHub personal token in $(cat beside-$kind.digest), beside the images"
done
status 'of one platform it stays behind' 0 seal --platform linux/amd64 oci:beside-secret oci:beside-sealed:2
status 'a vulnerability that is not asked for' 0 seal --vulnerabilities none oci:weak oci:passed:1
status 'one without a fix passes' 0 seal oci:open oci:passed:2
stopped 'unless it is asked for' oci:open 'CVE-2026-0002 in zlib1g 1.2.13-1, not fixed' --unfixed
stopped '--fail-on high asks for no fix' oci:open 'vulnerability critical CVE-2026-0002 in zlib1g' --fail-on high
for image in open leak root all; do # with a database that has no list of KEV
	for rule in high fixable-high secrets,eol settings-critical; do
		oakum audit -q --db v.db --fail-on "$rule" oci:$image >tool.log 2>&1
		audited=$?
		seal --dry-run --fail-on "$rule" oci:$image oci:none >tool.log 2>&1
		sealed=$?
		[ $sealed = $audited ] || echo "$image, $rule: audit $audited, seal $sealed"
		case $rule in secrets* | settings*) continue ;; esac
		oakum scan -q --db v.db --fail-on "$rule" oci:$image >tool.log 2>&1
		scanned=$?
		[ $scanned = $audited ] || echo "$image, $rule: audit $audited, scan $scanned"
	done
done >differences
is 'a rule means for seal what it means for audit and scan' "$(cat differences)" ''
unsaid() { # OPTION...: the reasons
	seal --dry-run -f json "$@" oci:all oci:none | jq -c '[.images[].reasons[]]'
}
is 'the rule when nobody says' "$(unsaid)" "$(unsaid --fail-on fixable-high,secrets,settings,eol)"
is 'a part of it is changed' "$(unsaid --secrets none --settings none | jq -r '[.[].judgement] | join(" ")')" \
	vulnerability
is 'in the words of the rule' "$(unsaid --fail-on fixable-high)" \
	"$(unsaid --secrets none --settings none --end-of-life=false)"
is 'without a fix' "$(unsaid --fail-on high)" \
	"$(unsaid --vulnerabilities high --unfixed --secrets none --settings none --end-of-life=false)"
status 'a rule that is none' 2 seal --fail-on fixable-never oci:good oci:stopped:1
status 'a rule that is not there' 2 seal --fail-on '' oci:good oci:stopped:1
status 'a list that the database has not' 3 seal --fail-on kev oci:good oci:stopped:1
like 'is named' "$(cat err)" 'no KEV list'
status 'audit tells what stops it' 1 oakum audit --db v.db --fail-on high oci:weak
like 'as seal does' "$(cat err)" '1 reason to stop: CVE-2026-0001 in openssl 3.0.9-1, fixed in 3.0.15-1'
status 'the exit status has another name' 9 seal --exit-code 9 oci:weak oci:stopped:1
printf 'seal:\n  vulnerabilities: none\n' >oakum.yaml
status 'oakum.yaml says it' 0 seal oci:weak oci:passed:3
status 'a flag wins' 1 seal --vulnerabilities high oci:weak oci:stopped:1
status 'as does a rule' 1 seal --fail-on fixable oci:weak oci:stopped:1
printf 'seal:\n  fail-on: secrets\n' >oakum.yaml
status 'a rule in the file' 0 seal oci:weak oci:passed:5
status 'which stops what it says' 1 seal oci:leak oci:stopped:1
cp "$ROOT/data/init/settings.yaml" oakum.yaml
status 'as oakum init writes it' 0 seal oci:good oci:passed:4
if python3 -c 'import jsonschema, yaml' 2>python.log; then
	status 'which the schema knows' 0 python3 -c '
import json, sys, jsonschema, yaml
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
jsonschema.validate(yaml.safe_load(open("oakum.yaml")), schema)
print(" ".join(sorted(schema["properties"]["seal"]["properties"])))' "$ROOT/doc/oakum.schema.json"
	is 'and each of ours' "$(sed -n 's/^	{ "\([a-z-]*\)", FIELD.*/\1/p' "$ROOT/src/cmd/sealing.c" |
		sort | paste -sd' ')" "$(cat out)"
else
	skip 'the schema' 'no python3-jsonschema, or no python3-yaml'
fi
printf 'seal:\n  vulnerabilites: none\n' >oakum.yaml
status 'what no setting is' 2 seal oci:weak oci:stopped:1
like 'is named' "$(cat err)" 'oakum.yaml: seal.vulnerabilites is no setting'
printf 'seel:\n  vulnerabilities: none\n' >oakum.yaml
status 'nor any part' 2 seal oci:good oci:stopped:1
like 'is named' "$(cat err)" 'oakum.yaml: seel.vulnerabilities is no setting'
printf 'seal: high\n' >oakum.yaml
status 'nor a part that is none' 2 seal oci:good oci:stopped:1
rm oakum.yaml
status 'no severity' 2 seal --secrets much oci:good oci:stopped:1
status 'nobody to sign' 2 sealing oci:good oci:stopped:1
status 'no such key' 3 seal_by nowhere.key oci:good oci:stopped:1
status 'what somebody attached takes nothing away' 2 seal --vex oci oci:good oci:stopped:1
status 'a folder cannot be sealed' 2 seal rootfs:good oci:stopped:1
status 'an archive holds no signature' 2 seal oci:good oci-archive:a.tar
status 'neither does that of docker, where it lies' 2 seal docker-archive:good.tar
ok 'nothing was written for these' test ! -e stopped

# -- a registry, all platforms --------------------------------------------------------------------
registry_start
status 'into a registry: stopped' 1 seal oci:all "$REGISTRY/shop:1"
is 'and nothing was asked of it' "$(requests true)" ''
status 'one platform of two does not pass' 1 seal oci:half "$REGISTRY/shop:1"
is 'and nothing was asked of it' "$(requests true)" ''
status 'every platform' 0 seal -f json -o both.json oci:two "$REGISTRY/shop:2"
is 'index and images are signed' "$(jq '[.statements[] | select(.name == "signature")] | length' both.json)" 3
is 'bills are of both images, beside them and beside the index' \
	"$(jq '[.statements[] | select(.name == "sbom")] | length' both.json)" 4
status 'and hold, all of them' 0 oakum verify --key oakum.pub --all-platforms "$REGISTRY/shop:2"
before=$(requests '.method == "PUT"' | grep -c /blobs/)
status 'a second time' 0 seal oci:two "$REGISTRY/shop:2"
is 'no blob is sent again' "$(requests '.method == "PUT"' | grep -c /blobs/)" "$before"
status 'where it lies in the registry' 0 seal "$REGISTRY/shop:2"
status 'one platform alone' 0 seal -f json -o one.json --platform linux/arm64 oci:two "$REGISTRY/one:1"
is 'is one image' "$(jq -r '.images[] | .platform' one.json)" linux/arm64
status 'an archive of docker' 0 seal docker-archive:good.tar "$REGISTRY/docker:1"
status 'holds' 0 oakum verify --key oakum.pub "$REGISTRY/docker:1"
status 'the same by its name alone' 0 seal good.tar "$REGISTRY/docker:2"
oakum copy -q --all oci:two oci-archive:two.tar >tool.log
status 'an archive of a layout' 0 seal two.tar "$REGISTRY/archive:1"
status 'all of it holds' 0 oakum verify --key oakum.pub --all-platforms "$REGISTRY/archive:1"
status 'from a registry into a layout' 0 seal "$REGISTRY/archive:1" oci:fetched:1
status 'all of it holds' 0 oakum verify --key oakum.pub --all-platforms oci:fetched:1
status 'unasked' 0 seal oci:good "$REGISTRY/unasked:1"
is 'the signature is beside a tag, too, and nothing else' "$(requests '.method == "PUT"' |
	sed -n 's|.* /v2/unasked/manifests/sha256-[0-9a-f]*\.||p' | sort -u)" sig
status 'bundles alone' 0 seal --attach bundle oci:good "$REGISTRY/alone:1"
is 'take no tag' "$(requests '.method == "PUT"' | grep -c '/v2/alone/manifests/sha256-[0-9a-f]*\.')" 0
status 'as cosign 2 has it, too' 0 seal --attach both oci:good "$REGISTRY/both:1"
like 'by its tag' "$(requests '.method == "PUT"')" '/v2/both/manifests/sha256-[0-9a-f]*\.sig'
status 'and again' 0 seal --attach both oci:good "$REGISTRY/both:1"
like 'nothing is signed twice' "$(cat out)" '1 signature, there before'
registry_stop
registry_start --seed all=all:1
status 'of a registry, stopped' 1 seal --no-cache "$REGISTRY/all:1" oci:stopped:1
is 'each blob was read once, for all judgements' "$(requests '.method == "GET" and (.path | contains("/blobs/"))' |
	sort | uniq -c | awk '{ print $1 }' | sort -u)" 1
is 'and nothing was put' "$(requests '.method != "GET" and .method != "HEAD"')" ''
registry_stop

# -- a policy -------------------------------------------------------------------------------------
cat >oakum-policy.yaml <<'P'
oakum-policy: 1
signers:
  us: {key: oakum.pub}
rules:
- name: all
  images: "**"
  require:
  - signature: us
  - sbom: {by: us}
  - scan: {by: us, at-most: medium}
  - test-result: {by: us, configuration: settings}
  - test-result: {by: us, configuration: secrets}
  - provenance: {by: us, source: git.example/shop}
P
status 'what is asked for holds' 0 seal --source https://git.example/shop --commit 0123 oci:good oci:policed:1
like 'as the policy demands' "$(cat out)" 'verify +holds +read back, as oakum-policy.yaml demands'
status 'another identity than the policy'\''s' 4 seal_by other.key --source https://git.example/shop --commit 0123 \
	oci:good oci:policed-too:1
like 'is told' "$(cat err)" "policy 'oakum-policy.yaml' is not met"
like 'and which need' "$(cat out)" 'does not hold: .*signature'
# -- the pack -------------------------------------------------------------------------------------
packing() { # FILE
	seal -q --pack "$1" --source https://git.example/shop --commit 0123 oci:two oci:packed:1
}
status 'a pack of two platforms, with a policy' 0 packing first.tar
status 'and again' 0 packing second.tar
status 'and once more' 0 packing third.tar
ok 'the same gives the same octets' cmp second.tar third.tar
mkdir unpacked
tar -xf second.tar -C unpacked
for file in README.md trusted_root.json key.pub policy/oakum-policy.yaml policy/oakum.pub seal.json seal.txt; do
	ok "$file is in it" test -s "unpacked/$file"
done
ok 'the key is the public one' cmp unpacked/key.pub oakum.pub
is 'nothing of the private one is in it' "$(grep -rl 'PRIVATE KEY' unpacked)" ''
is 'a bundle for each signature and statement' "$(find unpacked/bundles -name '*.json' | wc -l)" 20
rm -rf packed
if unshare -n true 2>unshare.log; then
	status 'it verifies without a network' 0 unshare -n "$OAKUM" verify --key oakum.pub --all-platforms \
		oci-archive:second.tar
	status 'not by another key' 4 unshare -n "$OAKUM" verify --key other.pub oci-archive:second.tar
	sed -n 's/^    //p' unpacked/README.md | sed 's/\\$//' | paste -sd' ' | sed 's/  *oakum /\noakum /g' >commands
	while read -r command; do
		status "as its README says: $command" 0 env -C unpacked unshare -n sh -c \
			"oakum() { \"$OAKUM\" \"\$@\"; }; $command"
	done <commands
	is 'there are four' "$(wc -l <commands)" 4
else
	skip 'without a network' 'no namespaces of our own here'
fi
status 'of an image that is sealed already' 0 oakum seal --pack late.tar --pack-only --key oakum.pub oci:sealed:1
status 'it verifies' 0 oakum verify --key oakum.pub oci-archive:late.tar
status 'a private key goes into no pack' 2 oakum seal --pack no.tar --pack-only --key oakum.key oci:sealed:1
status 'without a file' 2 oakum seal --pack-only oci:sealed:1
ok 'nothing was written' test ! -e no.tar
done_testing
