#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum sbom check` and python3-jsonschema over the official schemas judge real bills, and what is made of them by
# deleting, changing, adding and doubling, alike.
. "$ROOT/test/tap.sh"

SHARED=${OAKUM_SHARED:-$ROOT/../shared/data}
[ -d "$SHARED/schemas" ] || skip_all "no schemas: $SHARED/schemas"
python3 -c 'import jsonschema' 2>/dev/null || skip_all 'python3-jsonschema is not installed'
export SOURCE_DATE_EPOCH=1795305600 OAKUM_QUIET=1 OAKUM_NO_CACHE=1
cd "$TMP" || exit 1
MUTANTS=300
[ "$VARIANT" = release ] || MUTANTS=12 # a sanitizer looks for something else, and a start costs it as much as ten

"$FIXTURE/tiny.sh" "$TMP"
for format in spdx-json cyclonedx-json@1.6 cyclonedx-json@1.7; do
	"$OAKUM" sbom -f $format -o "$format.json" oci:careless
done
"$OAKUM" sbom -f cyclonedx-json --files -o files.json oci:careless
# What ours leave out and others write; and the older versions, whose schemas are stricter.
python3 - <<'EOF2'
import json

rich = json.load(open('cyclonedx-json@1.6.json'))
c = rich['components'][0]
c.update({'mime-type': 'text/plain', 'scope': 'required', 'hashes': [{'alg': 'SHA-1', 'content': 'a' * 40}],
          'licenses': [{'license': {'id': 'MIT', 'text': {'content': 'x'}}}, {'license': {'name': 'other'}}],
          'externalReferences': [{'type': 'vcs', 'url': 'https://example.org'}],
          'pedigree': {'commits': [{'uid': '1', 'author': {'name': 'a', 'email': 'a@example.org'}}]},
          'supplier': {'name': 's', 'url': ['https://example.org'], 'contact': [{'name': 'n'}]},
          'evidence': {'identity': [{'field': 'purl', 'confidence': 0.5, 'methods': [
              {'technique': 'filename', 'confidence': 1}]}], 'licenses': [{'expression': 'MIT OR Zlib'}]},
          'cryptoProperties': {'assetType': 'algorithm', 'algorithmProperties': {'primitive': 'ae'}}})
rich.update(serialNumber='urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79', vulnerabilities=[
    {'id': 'CVE-2026-1', 'cwes': [79], 'ratings': [{'severity': 'high', 'method': 'CVSSv31', 'score': 7.5}],
     'affects': [{'ref': c['bom-ref'], 'versions': [{'version': '1', 'status': 'affected'}]}],
     'analysis': {'state': 'exploitable', 'response': ['update']}}],
    compositions=[{'aggregate': 'complete', 'assemblies': [c['bom-ref']]}],
    annotations=[{'subjects': [c['bom-ref']], 'annotator': {'organization': {'name': 'o'}},
                  'timestamp': '2026-11-22T00:00:00Z', 'text': 't'}],
    services=[{'name': 's', 'data': [{'flow': 'inbound', 'classification': 'x'}]}])
for version in '1.2', '1.3', '1.4', '1.5', '1.6', '1.7':
    json.dump(dict(rich, specVersion=version), open('rich-%s.json' % version, 'w'))
spdx = json.load(open('spdx-json.json'))
spdx['files'] = [{'SPDXID': 'SPDXRef-f', 'fileName': 'f',
                  'checksums': [{'algorithm': 'SHA1', 'checksumValue': 'a' * 40}],
                  'fileTypes': ['TEXT'], 'copyrightText': 'NONE', 'licenseConcluded': 'MIT'}]
spdx['annotations'] = [{'annotationDate': '2026-11-22T00:00:00Z', 'annotationType': 'OTHER', 'annotator': 'Tool: x',
                        'comment': 'c'}]
spdx['snippets'] = [{'SPDXID': 'SPDXRef-s', 'name': 's', 'snippetFromFile': 'SPDXRef-f', 'ranges': [
    {'startPointer': {'reference': 'SPDXRef-f', 'offset': 1}, 'endPointer': {'reference': 'SPDXRef-f', 'offset': 2}}]}]
for version in 'SPDX-2.2', 'SPDX-2.3':
    json.dump(dict(spdx, spdxVersion=version), open(version + '.json', 'w'))
EOF2
ln -s "$SHARED/vuln/trivy-golden/npm-cyclonedx.json.golden" trivy-cyclonedx.json
ln -s "$SHARED/vuln/trivy-golden/conda-spdx.json.golden" trivy-spdx.json
ok 'both judge all bills' sh -c 'PYTHONDONTWRITEBYTECODE=1 python3 "$0" "$@" >verdicts 2>differences' \
	"$ROOT/test/interop/sbom_mutants.py" "$SHARED/schemas" "$OAKUM" "$MUTANTS" spdx-json.json trivy-spdx.json \
	SPDX-2.2.json SPDX-2.3.json cyclonedx-json@1.6.json cyclonedx-json@1.7.json files.json \
	trivy-cyclonedx.json rich-*.json
tap_note "$(sed 's/\([^ ]*\) \([0-9]*\) \([0-9]*\) \([0-9]*\)/\1: \2 mutants, \3 invalid, \4 disagreements/' verdicts)"
is 'they never disagree' "$(awk '{ n += $4 } END { print n + 0 }' verdicts)" 0
[ ! -s differences ] || tap_note "$(head -n 20 differences)"
is 'some mutants of each are valid, some not' "$(awk '$3 == 0 || $3 == $2' verdicts)" ''

# What a schema does not see.
sed 's/"dependsOn": \[/"dependsOn": [ "nothing",/' cyclonedx-json@1.6.json >dangling.json
status 'a reference to nothing' 1 "$OAKUM" sbom check -f json dangling.json
jq -c '.elements[] | select(.name == "references" or .name == "schema") | .present' out >present
is 'is named' "$(tr '\n' ' ' <present)" \
	'false true '
sed 's/"licenseDeclared": "[^"]*"/"licenseDeclared": "MIT AND NOT"/' spdx-json.json >licence.json
status 'a licence that is no expression' 1 "$OAKUM" sbom check -f json licence.json
is 'is counted' "$(jq '.elements[] | select(.name == "licence-expressions") | .present' out)" false
done_testing
