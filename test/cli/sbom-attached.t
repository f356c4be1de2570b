#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum sbom --attached`: what BuildKit attached, in both of its forms, out of a layout, an archive and a registry;
# what is not there, and what is about something else.
. "$ROOT/test/tap.sh"
. "$FIXTURE/registry.sh"

export SOURCE_DATE_EPOCH=1795305600 OAKUM_QUIET=1 OAKUM_NO_CACHE=1
cd "$TMP" || exit 1

cat >make.py <<'EOF2'
"""Layouts as BuildKit writes them (docs/attestations/attestation-storage.md): index.json names an index, that names
the image and what is attached to it."""
import sys

sys.path.insert(0, sys.argv[1])
from oci import *

SPDX, CDX, OTHER = 'https://spdx.dev/Document', 'https://cyclonedx.org/bom', 'https://slsa.dev/provenance/v0.2'
MANIFEST, INDEX = 'application/vnd.oci.image.manifest.v1+json', 'application/vnd.oci.image.index.v1+json'


def spdx(name):
    return {'spdxVersion': 'SPDX-2.3', 'name': 'sbom', 'SPDXID': 'SPDXRef-DOCUMENT', 'dataLicense': 'CC0-1.0',
            'creationInfo': {'created': '2026-11-22T00:00:00Z', 'creators': ['Tool: buildkit-v0.17']},
            'packages': [{'SPDXID': 'SPDXRef-a', 'name': name, 'versionInfo': '1', 'externalRefs': [
                {'referenceCategory': 'PACKAGE-MANAGER', 'referenceType': 'purl',
                 'referenceLocator': 'pkg:npm/%s@1' % name}]}]}


def cyclonedx(name):
    return {'bomFormat': 'CycloneDX', 'specVersion': '1.5', 'components': [
        {'type': 'library', 'name': name, 'version': '1', 'purl': 'pkg:npm/%s@1' % name}]}


def make(path, bills, form='beside', about=None, subject=None, stored=None, annotated=None):
    """bills: (predicate type, predicate); about: the digest in the statements; subject: of the manifest."""
    o = Layout(path)
    image = o.manifest([o.layer(OS + END)])
    image['platform'] = {'os': 'linux', 'architecture': 'amd64'}
    layers = []
    for kind, predicate in bills:
        statement = json.dumps({'_type': 'https://in-toto.io/Statement/v0.1', 'predicateType': kind, 'subject': [
            {'name': 'pkg:docker/shop@1', 'digest': {'sha256': (about or image['digest'])[7:]}}],
            'predicate': predicate})
        layers.append(o.blob(statement.encode(), 'application/vnd.in-toto+json',
                             stored, annotations={'in-toto.io/predicate-type': kind}))
    empty = o.blob(b'{}', 'application/vnd.oci.empty.v1+json')
    document = {'schemaVersion': 2, 'mediaType': MANIFEST, 'config': empty, 'layers': layers}
    if form == 'referrer':
        document.update(artifactType='application/vnd.docker.attestation.manifest.v1+json',
                        subject={'mediaType': MANIFEST, 'size': image['size'], 'digest': subject or image['digest']})
    d = o.blob(json.dumps(document).encode(), MANIFEST)
    entries = [image]
    if form == 'beside':
        entries.append(dict(d, platform={'os': 'unknown', 'architecture': 'unknown'}, annotations={
            'vnd.docker.reference.type': 'attestation-manifest',
            'vnd.docker.reference.digest': annotated or image['digest']}))
    index = o.blob(json.dumps({'schemaVersion': 2, 'mediaType': INDEX, 'manifests': entries}).encode(), INDEX)
    index['annotations'] = {'org.opencontainers.image.ref.name': '1'}
    top = [index]
    if form == 'referrer':
        top.append(dict(d, artifactType=document['artifactType']))
    o.index(top)


OTHERS = 'sha256:' + '0' * 64
make('beside', [(OTHER, {}), (SPDX, spdx('left')), (SPDX, spdx('stage'))])
make('cyclonedx', [(CDX, cyclonedx('right'))])
make('referrer', [(SPDX, spdx('left'))], 'referrer')
make('none', [(OTHER, {})])
make('about', [(SPDX, spdx('left'))], about=OTHERS)
make('annotated', [(SPDX, spdx('left'))], annotated=OTHERS)
make('subject', [(SPDX, spdx('left'))], 'referrer', subject=OTHERS)
make('changed', [(SPDX, spdx('left'))], stored=b'{"predicateType": "x"}')
make('liar', [(SPDX, {'bomFormat': 'no'})])
EOF2
PYTHONDONTWRITEBYTECODE=1 python3 make.py "$FIXTURE"
purls() { grep -o 'pkg:npm/[a-z]*@1' "$1" | sort | tr '\n' ' '; }
attached() { # WANT-STATUS TARGET [WANT-PURLS]
	status "$2" "$1" "$OAKUM" sbom --attached -f cyclonedx-json "$2" --plain-http
	[ $# -lt 3 ] || is "$2: the packages" "$(purls out)" "$3"
}

attached 0 oci:beside:1 'pkg:npm/left@1 '
attached 0 oci:cyclonedx 'pkg:npm/right@1 '
attached 0 oci:referrer:1 'pkg:npm/left@1 '
(cd beside && tar -cf ../beside.tar oci-layout index.json blobs)
attached 0 beside.tar 'pkg:npm/left@1 '
OAKUM_QUIET=
status 'several bills' 0 "$OAKUM" sbom --attached oci:beside
like 'that there are more is said' "$(cat err)" 'more bills are attached'
OAKUM_QUIET=1

attached 5 oci:none
like 'nothing there is said, and what to do' "$(cat err)" 'no bill of materials is attached to sha256:.*--sbom=true'
ok 'nothing is written' test ! -s out
attached 5 oci:annotated
attached 5 oci:subject
attached 4 oci:about
like 'about something else is said' "$(cat err)" 'the statement is not about sha256:'
ok 'and nothing written' test ! -s out
attached 3 oci:changed
like 'other octets than the digest says' "$(cat err)" 'blob sha256:.* has 22 bytes'
attached 3 oci:liar
like 'no bill in the statement' "$(cat err)" 'attached bill sha256:.*whose predicate is another'
attached 2 rootfs:beside
attached 2 sbom:make.py
status 'files of what is attached' 2 "$OAKUM" sbom --attached --files -f cyclonedx-json oci:beside
status 'another platform' 3 "$OAKUM" sbom --attached --platform linux/s390x oci:beside

registry_start --seed beside=shop:1 --seed cyclonedx=tools:1
attached 0 "docker://$REGISTRY/shop:1" 'pkg:npm/left@1 '
is 'index, attestation and statement are fetched, and nothing else' \
	"$(requests '.method == "GET" and (.path | test("/(manifests|blobs|referrers)/"))' | wc -l)" 3
attached 0 "docker://$REGISTRY/tools:1" 'pkg:npm/right@1 '
status 'an image whose bill is a referrer, sent with it' 0 "$OAKUM" copy --referrers --all --plain-http oci:referrer:1 \
	"docker://$REGISTRY/referred:1"
attached 0 "docker://$REGISTRY/referred:1" 'pkg:npm/left@1 '
status 'an image without one' 0 "$OAKUM" copy --all --plain-http oci:none:1 "docker://$REGISTRY/bare:1"
attached 5 "docker://$REGISTRY/bare:1"
registry_stop
attached 3 "docker://$REGISTRY/referred:1"
registry_start --seed beside=shop:1 --no-referrers
status 'an image whose bill is a referrer, sent to a registry of the old kind' 0 "$OAKUM" copy --referrers --all \
	--plain-http oci:referrer:1 "docker://$REGISTRY/referred:1"
attached 0 "docker://$REGISTRY/referred:1" 'pkg:npm/left@1 '
registry_stop
done_testing
