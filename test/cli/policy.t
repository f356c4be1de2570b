#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Policies: what is demanded of images, met and not met, of all three kinds of files; signed here by keys and without,
# and real images with the provenance of SLSA's generator.
# shellcheck source=test/tap.sh
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/registry.sh
. "$FIXTURE/registry.sh"
# shellcheck source=test/fixture/sigstore.sh
. "$FIXTURE/sigstore.sh"

cd "$TMP" || exit 1
export OAKUM_PASSWORD=fake
for name in a b; do "$OAKUM" keygen --quiet --output-key-prefix $name >keys; done
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'P'
import json, sys
sys.path.insert(0, sys.argv[1])
from oci import *
Layout('bare').image(OS + END)
Layout('shop').image(OS + END)
many = Layout('many')
INDEX = 'application/vnd.oci.image.index.v1+json'
parts = []
for arch in ('amd64', 'arm64'):
    m = many.manifest([many.layer(OS + file('etc/arch', arch.encode()) + END)], {'Env': ['ARCH=' + arch]})
    parts.append(dict(m, platform={'os': 'linux', 'architecture': arch}))
text = json.dumps({'schemaVersion': 2, 'mediaType': INDEX, 'manifests': parts}).encode()
many.index([many.blob(text, INDEX)])
P

# signers of every policy; rules ITEM...: the rest of one
head='oakum-policy: 1
signers:
  a: {key: a.pub}
  b: {key: b.pub}
rules:
- name: shop
  images: ghcr.io/acme/*
  require:'
policy() { # NEED
	printf '%s\n  - %s\n' "$head" "$1" >p.yaml
}
judge() { # OPTION...
	"$OAKUM" verify --policy p.yaml --image-name ghcr.io/acme/shop "$@"
}
holds() { # NAME NEED
	policy "$2"
	status "$1" 0 judge oci:shop
}
fails() { # NAME NEED WHY
	policy "$2"
	status "not $1" 4 judge oci:shop
	like 'and it is said why' "$(cat out)" "$3"
}
lacks() { # NAME NEED
	policy "$2"
	status "$1 is not there" 5 judge oci:shop
}

# -- needs
lacks 'a signature' 'signature: a'
"$OAKUM" sign --key a.key -a stage=live oci:shop >signed
holds 'a signature' 'signature: a'
like 'who signed is told' "$(cat out)" 'holds +signature by a: signed by a$'
holds 'with what it claims' 'signature: {by: a, annotations: {stage: live}}'
fails 'with other claims' 'signature: {by: a, annotations: {stage: test}}' 'stage'
fails 'by another key' 'signature: b' 'refused signature by b: the signature does not hold'
holds 'one of two keys' 'signature: [b, a]'
holds 'either' 'any: [{signature: b}, {signature: a}]'
fails 'both' 'all: [{signature: b}, {signature: a}]' 'refused all of$'
fails 'two of three' '{at-least: 2, of: [{signature: b}, {signature: a}, {sbom: a}]}' 'refused at least 2 of 3'
policy 'signature: {by: a, max-age: 7d}'
status 'a key tells no time: an age is refused' 2 judge oci:shop
like 'with the reason' "$(cat err)" "line 9, column 33: 'a' is a key, and nothing tells when a key signed"
policy '{at-least: 2, of: [{signature: a}, {signature: a}]}'
status 'one signature is not counted twice' 2 judge oci:shop
like 'which is said' "$(cat err)" "line 9: what 'a' signed would count twice"
cp a.pub alias.pub
policy '{at-least: 2, of: [{signature: a}, {any: [{signature: b}, {signature: alias}]}]}'
sed -i 's/^signers:/&\n  alias: {key: alias.pub}/' p.yaml
status 'nor by another name of its key' 2 judge oci:shop
like 'which is said, too' "$(cat err)" "line 10: what 'alias' signed would count twice"
sed -i 's/at-least: 2/at-least: 1/' p.yaml
status 'as one of several it may be' 0 judge oci:shop
policy '{at-least: 2, of: [{signature: {by: u}}, {signature: {by: v}}]}'
sed -i 's/^signers:/&\n  u: {identity: me, issuer: they}\n  v: {identity: me, issuer: they}/' p.yaml
status 'nor an identity by two names' 2 judge oci:shop

lacks 'a bill of materials' 'sbom: a'
echo '{}' >bill.json
"$OAKUM" attest --key b.key --type cyclonedx --predicate bill.json oci:shop >signed
fails 'what is called one and is none' 'sbom: b' 'no bill of materials'
cat >bill.json <<'END'
{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "zlib", "version": "1.3"}]}
END
"$OAKUM" attest --key b.key --type cyclonedx --predicate bill.json oci:shop >signed
holds 'a bill of materials' 'sbom: b'
fails 'signed by another' 'sbom: a' 'does not hold'
lacks 'one of SPDX' 'sbom: {by: b, format: spdx}'
fails 'a bill is no signature' 'signature: b' 'does not hold'

trivy() { # SEVERITY
	printf '{"scanner":{"result":{"Results":[{"Vulnerabilities":[{"Severity":"%s"}]}]}}}' "$1"
}
scan() { # SEVERITY KEY
	trivy "$1" >scan.json
	"$OAKUM" attest --key "$2.key" --type vuln --predicate scan.json oci:shop >signed
}
scan HIGH a
holds 'a scan' 'scan: a'
holds 'without the worst' 'scan: {by: a, at-most: high}'
scan CRITICAL b
holds "another's scan says nothing" 'scan: {by: a, at-most: high}'
scan CRITICAL a
fails 'one scan by a key that found worse' 'scan: {by: a, at-most: high}' "a finding of severity 'CRITICAL'"
scan LOW a
fails 'whatever is signed later' 'scan: {by: a, at-most: high}' "a finding of severity 'CRITICAL'"

result() { # RESULT CONFIGURATION
	printf '{"result": "%s", "configuration": [{"name": "%s"}]}' "$1" "$2" >test.json
	"$OAKUM" attest --key a.key --type test-result --predicate test.json oci:shop >signed
}
result PASSED settings
holds 'settings passed' 'test-result: {by: a, configuration: settings}'
fails 'other settings' 'test-result: {by: a, configuration: units}' 'another configuration'
result FAILED units
holds 'whatever else failed' 'test-result: {by: a, configuration: settings}'
fails 'units that failed' 'test-result: {by: a, configuration: units}' "the result is 'FAILED'"
result FAILED settings
fails 'settings that once failed' 'test-result: {by: a, configuration: settings}' "the result is 'FAILED'"

cat >built.json <<'E'
{"buildDefinition": {"buildType": "https://mobyproject.org/buildkit@v1",
 "externalParameters": {"request": {}, "configSource": {"uri": "https://github.com/acme/shop.git#refs/heads/main",
  "digest": {"sha1": "00"}}},
 "resolvedDependencies": [{"uri": "pkg:docker/debian@12?platform=linux%2Famd64", "digest": {"sha256": "00"}}]},
 "runDetails": {"builder": {"id": "https://builds.example/one"}, "metadata": {"invocationID": "1"}}}
E
"$OAKUM" attest --key b.key --type slsaprovenance1 --predicate built.json oci:shop >signed
holds 'built there, from that' \
	'provenance: {by: b, builder: "https://builds.example/*", source: github.com/acme/*, branch: main}'
fails 'built elsewhere' 'provenance: {by: b, builder: "https://builds.example/two"}' \
	"built by 'https://builds.example/one'"
fails 'from another source' 'provenance: {by: b, source: github.com/acme/bank}' "built from"
fails 'from a tag' 'provenance: {by: b, tag: v*}' "built from 'refs/heads/main'"
holds 'on that base' 'base: {by: b, images: docker.io/library/debian}'
fails 'on another base' 'base: {by: b, images: docker.io/library/alpine}' 'what went in is not as asked for'
lacks 'a VEX document' 'attestation: {by: a, type: openvex}'

# -- rules
policy 'signature: a'
status 'an image that no rule is about is denied' 4 "$OAKUM" verify --policy p.yaml oci:shop
like 'which is said' "$(cat out)" 'no rule is about this image'
sed 's/^signers/default: allow\nsigners/' p.yaml >d.yaml
status 'unless the policy says otherwise' 0 "$OAKUM" verify --policy d.yaml oci:shop
policy 'signature: b'
sed 's/^  require/  mode: warn\n  require/' p.yaml >w.yaml
status 'a rule that only warns' 0 "$OAKUM" verify --policy w.yaml --image-name ghcr.io/acme/shop oci:shop
like 'warns' "$(cat out err)" 'warned oci:shop'
like 'and says so' "$(cat err)" 'the policy is not met, and only warns'
status 'several images: the worst of them' 4 judge oci:bare oci:shop
status 'one that is not there' 3 judge oci:shop oci:nowhere
judge --output json oci:shop oci:bare >out.json 2>err
is 'as JSON, too' "$(jq -r '.[] | .decision + " " + .rules[0].what + " " + .rules[0].parts[0].verdict +
	" " + (.rules[0].parts[0].line | tostring)' out.json)" "$(printf 'denied shop refused 9\ndenied shop missing 9')"

# -- what is not understood
policy 'signatur: a'
status 'a need that is not known' 2 judge oci:shop
like 'with its place' "$(cat err)" "policy 'p.yaml': line 9, column 5: 'signatur' is no need"
policy 'signature: a'
sed -i 's/{key: a.pub}/{identity-regexp: "^https:..github.com.acme.", issuer: x}/' p.yaml
status 'an expression that is not anchored' 2 judge oci:shop
policy 'signature: a'
sed -i 's/a.pub/none.pub/' p.yaml
status 'a key that is not there' 3 judge oci:shop
like 'is named' "$(cat err)" 'none.pub'
policy 'signature: a'
echo nonsense >c.pub
sed -i 's/a.pub/c.pub/' p.yaml
status 'a key that is none' 2 judge oci:shop
status 'a policy that is not there' 3 "$OAKUM" verify --policy nowhere.yaml oci:shop
policy 'signature: a'
status 'a key beside a policy' 2 judge --key a.pub oci:shop

# -- as many files as may be named, each as large as may be
python3 - <<'P'
import os
with open('large', 'w') as f:
    f.write(' ' * (4 << 20))
with open('large.yaml', 'w') as f:
    f.write('oakum-policy: 1\nsigners:\n')
    for i in range(32):
        os.link('large', 'large%d' % i)
        f.write('  s%d: {key: large%d}\n' % (i, i))
    f.write('rules:\n- name: shop\n  images: "*"\n  require:\n  - signature: s1\n')
P
status 'files of 128 MiB, and a root of 4 MiB' 2 "$OAKUM" verify --policy large.yaml --trusted-root large oci:shop
like 'are read, and are nonsense' "$(cat err)" 'trusted root'

# -- what doc/policy.md shows is read, and is what doc/policy.schema.json says
sed -n '/^```yaml/,/^```$/p' "$ROOT/doc/policy.md" | sed '/^```/d' >shown.yaml
cp a.pub release.pub
status 'the policy that is shown is read' 3 "$OAKUM" verify --policy shown.yaml oci:nowhere
like 'and the image is looked for' "$(cat err)" "oci:nowhere: '.*nowhere'"
if python3 -c 'import jsonschema, yaml' 2>/dev/null; then
	cat >schema.py <<'P'
import json, sys, jsonschema, yaml
check = jsonschema.Draft202012Validator(json.load(open(sys.argv[1])))
check.check_schema(check.schema)
sys.exit(any(print(e.json_path, e.message[:200]) or True for e in check.iter_errors(yaml.safe_load(open(sys.argv[2])))))
P
	ok 'it is as the schema says' python3 schema.py "$ROOT/doc/policy.schema.json" shown.yaml
	sed 's/max-age: 7d/max-age: 7/' shown.yaml >wrong.yaml
	status 'an age without a unit is not' 1 python3 schema.py "$ROOT/doc/policy.schema.json" wrong.yaml
	status 'nor for the program' 2 "$OAKUM" verify --policy wrong.yaml oci:nowhere
else
	skip 'the schema' 'no python3-jsonschema or python3-yaml'
fi

# -- platforms
sed 's/^  require/  platforms: all\n  require/' p.yaml >all.yaml
many() {
	"$OAKUM" verify --policy "$1" --image-name ghcr.io/acme/shop "$2" oci:many
}
"$OAKUM" sign --key a.key oci:many >signed
status 'the index is signed' 0 many p.yaml --quiet
status 'its platforms are not' 5 many all.yaml --quiet
status 'which a flag asks, too' 5 many p.yaml --all-platforms
status 'one platform is covered by its index' 0 many all.yaml --platform=linux/arm64
"$OAKUM" sign --key a.key --recursive oci:many >signed
status 'now they are' 0 many all.yaml --quiet
like 'each is told' "$(cat out)" 'holds +shop, linux/arm64'

# -- without keys
if sigstore_can; then
	sigstore_start "$TMP/s"
	trap sigstore_stop EXIT
	fault
	"$OAKUM" sign --yes --identity-token "$TOKEN" --trusted-root s/trusted_root.json --signing-config s/signing-1.json \
		oci:bare >signed 2>err || cat err
	cat >keyless.yaml <<'E'
oakum-policy: 1
signers:
  ci: {identity-regexp: '^https://ci\.example/team/[a-z]+$', issuer: https://issuer.example,
    trusted-root: s/trusted_root.json}
  us: {identity: https://ci.example/team/bank, issuer: https://issuer.example, trusted-root: s/trusted_root.json}
rules:
- images: "**"
  require: [{signature: {by: ci, max-age: 7d}}]
E
	status 'signed by an identity, within seven days' 0 "$OAKUM" verify --policy keyless.yaml oci:bare
	like 'who and when is told' "$(cat out)" 'signed by https://ci.example/team/shop on 20[0-9-]+, logged'
	sed 's/by: ci/by: us/' keyless.yaml >us.yaml
	status 'not by another' 4 "$OAKUM" verify --policy us.yaml oci:bare
	sed 's/trusted-root: [^}]*//' keyless.yaml >public.yaml
	status 'not for the public instance' 4 "$OAKUM" verify --policy public.yaml oci:bare
	status 'but for a root that is named' 0 \
		"$OAKUM" verify --policy public.yaml --trusted-root s/trusted_root.json oci:bare
	sigstore_stop
	trap - EXIT
else
	skip 'signatures without keys' 'no python3-cryptography'
fi

# -- real images, built and attested by SLSA's generator
data=${OAKUM_SHARED:-$ROOT/../shared/data}/sigstore/slsa/gha_generic_container
if [ -d "$data" ]; then
	cat >slsa.yaml <<'E'
oakum-policy: 1
signers:
  generator:
    identity-regexp: "^https://github\\.com/slsa-framework/slsa-github-generator/\\.github/workflows/\
      generator_container_slsa3\\.yml@refs/tags/v[0-9]+\\.[0-9]+\\.[0-9]+$"
    issuer: https://token.actions.githubusercontent.com
rules:
- images: "**"
  require:
  - provenance:
      by: generator
      builder: https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml
      source: https://github.com/slsa-framework/example-package
      branch: main
E
	sed 's/example-package/other-package/' slsa.yaml >other.yaml
	sed 's/branch: main/max-age: 7d/' slsa.yaml >young.yaml
	sed '$d' slsa.yaml >any.yaml
	for v in "$data"/v*/container_workflow_dispatch; do
		[ -f "$v/index.json" ] || continue
		name=${v%/*}
		status "${name##*/}: built from that source by that builder" 0 "$OAKUM" verify --policy any.yaml "oci:$v"
		status 'not from another source' 4 "$OAKUM" verify --policy other.yaml "oci:$v"
		status 'not within 7 days' 4 "$OAKUM" verify --policy young.yaml "oci:$v"
		like 'which is said' "$(cat out)" 'signed on 202[0-9]-[0-9]+-[0-9]+: too old'
	done
	status 'its branch' 0 "$OAKUM" verify --policy slsa.yaml "oci:$data/v2.1.0/container_workflow_dispatch"
	sed 's/branch: main/branch: other/' slsa.yaml >branch.yaml
	status 'not another branch' 4 "$OAKUM" verify --policy branch.yaml "oci:$data/v2.1.0/container_workflow_dispatch"
else
	skip 'images of the generator' 'no shared data'
fi

# -- Kyverno's own: each is read, or refused with its place
data=${OAKUM_SHARED:-$ROOT/../shared/data}/manifests/kyverno-images
if [ -d "$data" ]; then
	find "$data" -name '*policy*.yaml' -exec grep -lE 'kind: (ClusterPolicy|ImageValidatingPolicy)$' {} + >list
	: >wrong
	while read -r file; do
		rc=0
		"$OAKUM" verify --policy "$file" oci:nowhere >out 2>err || rc=$?
		case $rc:$(cat err) in
		2:*"': line "*", column "*) echo refused ;;
		3:*"oci:nowhere: '"*) echo read ;;
		*) echo "$file: $rc: $(cat err)" >>wrong ;;
		esac
	done <list >verdicts
	is 'no policy ends otherwise' "$(cat wrong)" ''
	ok 'some are read' grep -q read verdicts
	ok 'some are refused' grep -q refused verdicts
else
	skip "Kyverno's policies" 'no shared data'
fi

# -- other policies as they are, from a registry
indent() { # N FILE
	sed "s/^/$(printf "%$1s" '')/" "$2"
}
cat >cip.yaml <<E
apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata: {name: team}
spec:
  images: [{glob: "127.0.0.1:*/team/**"}]
  authorities:
  - name: one
    key:
      data: |
$(indent 8 b.pub)
  - name: other
    key:
      data: |
$(indent 8 a.pub)
E
cat >kyverno.yaml <<E
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: team}
spec:
  validationFailureAction: Enforce
  rules:
  - name: signed
    match: {any: [{resources: {kinds: [Pod]}}]}
    verifyImages:
    - imageReferences: ["127.0.0.1:*/team/*"]
      skipImageReferences: ["*/team/skipped:*"]
      attestors:
      - count: 1
        entries:
        - keys:
            publicKeys: |-
$(indent 14 a.pub)
$(indent 14 b.pub)
            rekor: {ignoreTlog: true}
      attestations:
      - type: https://cyclonedx.org/bom
        attestors:
        - entries:
          - keys:
              rekor: {ignoreTlog: true}
              publicKeys: |-
$(indent 16 b.pub)
        conditions:
        - all:
          - {key: "{{ specVersion }}", operator: AnyIn, value: ["1.5", "1.6"]}
          - {key: "{{ regex_match('^Cyclone[A-Z]+\$','{{ bomFormat }}') }}", operator: Equals, value: true}
        - any:
          - {key: "{{ bomFormat }}", operator: Equals, value: SPDX}
          - {key: "{{ bomFormat }}", operator: Equals, value: "Cyclone*"}
E
registry_start --seed bare=else:1
"$OAKUM" push --quiet oci:shop "docker://$REGISTRY/team/shop:1" >push
"$OAKUM" sign --key a.key "$REGISTRY/team/shop:1" >signed 2>err
"$OAKUM" attest --key b.key --type cyclonedx --predicate bill.json "$REGISTRY/team/shop:1" >signed 2>err
for kind in cip kyverno; do
	status "$kind: met" 0 "$OAKUM" verify --policy $kind.yaml "$REGISTRY/team/shop:1"
	status "$kind: an image that it does not name" 4 "$OAKUM" verify --policy $kind.yaml "$REGISTRY/else:1"
done
status 'two images of a registry' 4 "$OAKUM" verify --policy cip.yaml "$REGISTRY/team/shop:1" "$REGISTRY/else:1"
is 'are both judged' "$(grep -cE '^(passes|denied) ' out)" 2
like 'a tag is told to move' "$(cat err)" "team/shop:1: the tag '1' is sha256:"
sed '/^  - name: other/,$d' cip.yaml >one.yaml
status 'cip: not met by another key' 4 "$OAKUM" verify --policy one.yaml "$REGISTRY/team/shop:1"
sed 's/"1.5", "1.6"/"1.4"/' kyverno.yaml >old.yaml
status 'kyverno: a condition that is not met' 4 "$OAKUM" verify --policy old.yaml "$REGISTRY/team/shop:1"
like 'which is told' "$(cat out)" "specVersion is '\"1.6\"'"
sed 's/Cyclone\[A-Z\]/Cyclone[a-z]/' kyverno.yaml >small.yaml
status 'kyverno: an expression that does not fit' 4 "$OAKUM" verify --policy small.yaml "$REGISTRY/team/shop:1"
sed 's/"Cyclone\*"/Other/' kyverno.yaml >other.yaml
status 'kyverno: none of several conditions' 4 "$OAKUM" verify --policy other.yaml "$REGISTRY/team/shop:1"
{
	sed '/^ *rekor: {ignoreTlog: true}$/,$d' kyverno.yaml
	indent 14 a.pub
	printf '            rekor: {ignoreTlog: true}\n'
} | sed 's/count: 1/count: 2/' >twice.yaml
status 'kyverno: a key that stands twice is not counted twice' 2 \
	"$OAKUM" verify --policy twice.yaml "$REGISTRY/team/shop:1"
sed 's/count: 1/count: 2/' kyverno.yaml >two.yaml
status 'kyverno: both keys' 4 "$OAKUM" verify --policy two.yaml "$REGISTRY/team/shop:1"
sed 's/Enforce/Audit/; s/count: 1/count: 2/' kyverno.yaml >audit.yaml
status 'kyverno: only audited' 0 "$OAKUM" verify --policy audit.yaml "$REGISTRY/team/shop:1"
sed 's/ignoreTlog: true/ignoreTlog: false/' kyverno.yaml >logged.yaml
status 'kyverno: a key whose signatures must be logged' 4 "$OAKUM" verify --policy logged.yaml "$REGISTRY/team/shop:1"
{ cat cip.yaml; echo ---; cat two.yaml; } >both.yaml
status 'all policies of a file count' 4 "$OAKUM" verify --policy both.yaml "$REGISTRY/team/shop:1"
sed 's/^  authorities/  policy: {type: cue, data: "x: 1"}\n  authorities/' cip.yaml >cue.yaml
status 'CUE is refused' 2 "$OAKUM" verify --policy cue.yaml "$REGISTRY/team/shop:1"
like 'with its place' "$(cat err)" 'line 6, column [0-9]+: policies in CUE'
registry_stop
done_testing
