#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum sbom check`: NTIA's minimum elements (2021), each there and each missing; `oakum diff`.
. "$ROOT/test/tap.sh"

export SOURCE_DATE_EPOCH=1795305600 OAKUM_QUIET=1 OAKUM_NO_CACHE=1
cd "$TMP" || exit 1

cat >whole.json <<'DOC'
{"spdxVersion": "SPDX-2.3", "name": "d", "SPDXID": "SPDXRef-DOCUMENT", "dataLicense": "CC0-1.0",
 "documentNamespace": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
 "creationInfo": {"created": "2026-11-22T00:00:00Z", "creators": ["Person: A"]},
 "packages": [
  {"SPDXID": "SPDXRef-i", "name": "image", "downloadLocation": "NONE"},
  {"SPDXID": "SPDXRef-a", "name": "a", "versionInfo": "1", "supplier": "Organization: O", "downloadLocation": "NONE",
   "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
    "referenceLocator": "pkg:npm/a@1"}]},
  {"SPDXID": "SPDXRef-b", "name": "b", "versionInfo": "2", "supplier": "Person: P", "downloadLocation": "NONE",
   "externalRefs": [{"referenceCategory": "SECURITY", "referenceType": "cpe23Type",
    "referenceLocator": "cpe:2.3:a:b:b:2:*:*:*:*:*:*:*"}]}],
 "relationships": [
  {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
   "relatedSpdxElement": "SPDXRef-i"},
  {"spdxElementId": "SPDXRef-i", "relationshipType": "CONTAINS", "relatedSpdxElement": "SPDXRef-a"},
  {"spdxElementId": "SPDXRef-a", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "SPDXRef-b"}]}
DOC
missing() { # FILE: what the JSON report says is not there, and of which packages
	python3 - "$1" <<'EOF2'
import json
import sys

report = json.load(open(sys.argv[1]))
gone = [e for e in report['elements'] if not e['present']]
assert report['complete'] == (not gone)
print(*(':'.join([e['name'], str(e['missing']), *e.get('packages', [])]) for e in gone))
EOF2
}
status 'a bill that says everything' 0 "$OAKUM" sbom check -f json whole.json
is 'lacks nothing' "$(missing out)" ''
lacks() { # NAME SED-COMMAND WANT
	sed "$2" whole.json >less.json
	status "$1" 1 "$OAKUM" sbom check -f json sbom:less.json
	is "$1: is said" "$(missing out)" "$3"
}
lacks 'no author' 's/"Person: A"//' 'author:1 schema:1'
lacks 'no time' 's/"created": "[^"]*",//' 'timestamp:1 schema:1'
lacks 'no name' 's/"name": "b", //' 'component-name:1 references:1 schema:1'
lacks 'no version' 's/"versionInfo": "2", //' version:1:b
lacks 'no supplier' 's/Person: P/NOASSERTION/' supplier:1:b@2
lacks 'no identifier' 's/cpe23Type/other/' unique-identifier:1:b@2
lacks 'no relation' 's/"DEPENDS_ON", "relatedSpdxElement": "SPDXRef-b"/"OTHER", "relatedSpdxElement": "x"/' \
	dependency-relationship:1:b@2
lacks 'a licence that is no expression' 's/"name": "b"/"licenseDeclared": "MIT OR", &/' licence-expressions:1
lacks 'what the schema does not know' 's/"name": "b"/"nmae": "b", &/' schema:1
status 'and is named' 1 "$OAKUM" sbom check less.json
like 'with its place' "$(tr -s ' \n' ' ' <out)" "packages: \[2\]: 'nmae' is no member that may be here"
lacks 'a reference to nothing' 's/"relatedSpdxElement": "SPDXRef-b"/"relatedSpdxElement": "SPDXRef-c"/' \
	'dependency-relationship:1:b@2 references:1'
status 'another status' 9 "$OAKUM" sbom check --exit-code 9 less.json
like 'a page for people' "$(cat out)" 'no references that resolve'
status 'no bill' 3 "$OAKUM" sbom check sbom:/dev/null
status 'the same as CycloneDX' 0 "$OAKUM" sbom -f cyclonedx-json -o whole.cdx.json sbom:whole.json
status 'says everything, too' 0 "$OAKUM" sbom check whole.cdx.json

# An image and its bills differ in nothing; two images in what was changed.
root() { # DIR VERSION-OF-MUSL
	mkdir -p "$1/lib/apk/db" "$1/etc" "$1/bin"
	printf 'ID=alpine\nVERSION_ID=3.19.1\n' >"$1/etc/os-release"
	printf 'P:musl\nV:%s\nA:x86_64\n\nP:zlib\nV:1.3-r0\nA:x86_64\n\n' "$2" >"$1/lib/apk/db/installed"
}
root one 1.2.4-r2
root two 1.2.4-r10
echo x >two/bin/su
chmod 4755 two/bin/su
printf 'P:curl\nV:8.5.0-r0\nA:x86_64\n\n' >>two/lib/apk/db/installed
for format in spdx-json spdx-tag cyclonedx-json cyclonedx-json@1.7; do
	status "$format of an image" 0 "$OAKUM" sbom -f $format -o "one.$format" rootfs:one
	status "$format: differs in nothing" 0 "$OAKUM" diff --exit-code 1 "one.$format" rootfs:one
	status "$format: differs from another image" 1 "$OAKUM" diff --exit-code 1 rootfs:two "one.$format"
done
status 'different, and no gate' 0 "$OAKUM" diff -f json rootfs:one rootfs:two
is 'what differs' "$(python3 - <<'EOF2'
import json

d = json.load(open('out'))
for p in d['packages']:
    print(p['change'], p['name'], p.get('before'), p.get('after'))
for s in d['settings']:
    print(s['change'], s['name'], s.get('before'), s.get('after'))
print(d['equal'], d['size_after'] > d['size_before'])
EOF2
)" 'added curl None 8.5.0-r0
newer musl 1.2.4-r2 1.2.4-r10
added setuid None bin/su
False True'
status 'the other way' 0 "$OAKUM" diff rootfs:two rootfs:one
like 'an older version' "$(cat out)" '^older +musl 1.2.4-r10 → 1.2.4-r2$'
like 'a package less' "$(cat out)" '^removed +curl 8.5.0-r0$'

"$FIXTURE/tiny.sh" "$TMP"
status 'two images' 0 "$OAKUM" diff oci:careless oci:careful
like 'their users' "$(cat out)" '^changed +user '
unlike 'no values of the environment' "$(cat out)" 'env .*='
status 'one image' 0 "$OAKUM" diff --exit-code 1 oci:careless oci:careless
status 'what is not there' 3 "$OAKUM" diff oci:careless oci:nowhere
done_testing
