#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum vex`: documents that the OpenVEX schema allows and that `oakum scan --vex` acts on; what is attached to an
# image; merging that is idempotent.
. "$ROOT/test/tap.sh"
. "$FIXTURE/registry.sh"
# shellcheck source=test/fixture/advisories.sh
. "$FIXTURE/advisories.sh"

SHARED=${OAKUM_SHARED:-$ROOT/../shared/data}
export SOURCE_DATE_EPOCH=1795305600 OAKUM_QUIET=1 OAKUM_NO_CACHE=1 XDG_CACHE_HOME="$TMP/cache"
cd "$TMP" || exit 1

advisories our.db

cat >make.py <<'END2'
"""An image of Debian 12 with openssl and bash, and VEX attached to it in the four known ways."""
import base64
import sys

sys.path.insert(0, sys.argv[1])
from oci import *

VEX, MANIFEST = 'https://openvex.dev/ns/v0.2.0', 'application/vnd.oci.image.manifest.v1+json'
INDEX, DSSE = 'application/vnd.oci.image.index.v1+json', 'application/vnd.dsse.envelope.v1+json'
STATUS = ''.join('Package: %s\nStatus: install ok installed\nArchitecture: amd64\nVersion: %s\n\n' % p
                 for p in [('openssl', '3.0.9-1'), ('bash', '5.2.15-2')])
FILES = OS + file('var/lib/dpkg/status', STATUS.encode())
DOCUMENT = {'@context': VEX, '@id': 'https://example.com/a', 'author': 'us', 'timestamp': '2026-01-01T00:00:00Z',
            'version': 1, 'statements': [{'vulnerability': {'name': 'CVE-2026-0001'}, 'status': 'not_affected',
                                          'justification': 'component_not_present',
                                          'products': [{'@id': 'pkg:deb/debian/openssl@3.0.9-1'}]}]}


def make(path, form, about=None, predicate=DOCUMENT, kind=VEX):
    o = Layout(path)
    image = o.manifest([o.layer(FILES + END)])
    image['platform'] = {'os': 'linux', 'architecture': 'amd64'}
    statement = json.dumps({'_type': 'https://in-toto.io/Statement/v0.1', 'predicateType': kind, 'subject': [
        {'name': 'shop', 'digest': {'sha256': (about or image['digest'])[7:]}}], 'predicate': predicate}).encode()
    if form == 'cosign':
        layer = o.blob(json.dumps({'payloadType': 'application/vnd.in-toto+json', 'signatures': [{'sig': ''}],
                                   'payload': base64.b64encode(statement).decode()}).encode(), DSSE)
    elif form == 'plain':
        layer = o.blob(json.dumps(predicate).encode(), 'application/vnd.openvex+json')
    else:
        layer = o.blob(statement, 'application/vnd.in-toto+json',
                       annotations={'in-toto.io/predicate-type': kind})
    empty = o.blob(b'{}', 'application/vnd.oci.empty.v1+json')
    document = {'schemaVersion': 2, 'mediaType': MANIFEST, 'config': empty, 'layers': [layer]}
    if form in ('referrer', 'plain'):
        document.update(artifactType='application/vnd.in-toto+json',
                        subject={'mediaType': MANIFEST, 'size': image['size'], 'digest': image['digest']})
    d = o.blob(json.dumps(document).encode(), MANIFEST)
    entries = [image]
    if form == 'beside':
        entries.append(dict(d, platform={'os': 'unknown', 'architecture': 'unknown'}, annotations={
            'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': image['digest']}))
    index = o.blob(json.dumps({'schemaVersion': 2, 'mediaType': INDEX, 'manifests': entries}).encode(), INDEX)
    index['annotations'] = {'org.opencontainers.image.ref.name': '1'}
    top = [index]
    if form in ('referrer', 'plain'):
        top.append(dict(d, artifactType=document['artifactType']))
    if form == 'cosign':
        tag = image['digest'].replace(':', '-') + '.att'
        top.append(dict(d, annotations={'org.opencontainers.image.ref.name': tag}))
    o.index(top)


OTHERS = 'sha256:' + '0' * 64
for form in 'beside', 'referrer', 'cosign', 'plain', 'none':
    make(form, form)
make('about', 'beside', about=OTHERS)
make('liar', 'beside', predicate={'no': 'vex'})
make('provenance', 'cosign', kind='https://slsa.dev/provenance/v1', predicate={'no': 'vex'})
END2
PYTHONDONTWRITEBYTECODE=1 python3 make.py "$FIXTURE" || exit 1

ids() { # what is found, sorted
	"$OAKUM" scan --db our.db -f json "$@" >ids.json 2>ids.err
	python3 -c 'import json; print(*sorted(v["VulnerabilityID"] for r in json.load(open("ids.json"))["Results"]
		for v in r.get("Vulnerabilities", [])))'
}

# -- what is attached -------------------------------------------------------------------------
for form in beside referrer cosign plain; do
	is "attached, $form" "$(ids --vex oci oci:$form:1)" 'CVE-2026-0003'
	is "not asked for, $form" "$(ids oci:$form:1)" 'CVE-2026-0001 CVE-2026-0003'
done
is 'nothing attached takes nothing away' "$(ids --vex attached oci:none:1)" 'CVE-2026-0001 CVE-2026-0003'
OAKUM_QUIET=
"$OAKUM" scan --db our.db --vex oci oci:none:1 >/dev/null 2>err
like 'and that is said' "$(cat err)" 'no VEX is attached to sha256:'
"$OAKUM" scan --db our.db --vex oci oci:beside:1 >/dev/null 2>err
like 'what is believed without a signature is said' "$(cat err)" 'without a signature'
OAKUM_QUIET=1
is 'an attestation of another kind' "$(ids --vex oci oci:provenance:1)" 'CVE-2026-0001 CVE-2026-0003'
status 'a statement about another image' 4 "$OAKUM" scan --db our.db --vex oci oci:about:1
status 'a predicate that is no VEX' 3 "$OAKUM" scan --db our.db --vex oci oci:liar:1
status 'a folder has nothing attached' 2 "$OAKUM" scan --db our.db --vex oci rootfs:.
status 'a VEX repository is not kept' 2 "$OAKUM" scan --db our.db --vex repo oci:none:1
registry_start --seed beside=shop:1 --seed none=bare:1
is 'attached, in a registry' "$(ids --vex oci --plain-http "docker://$REGISTRY/shop:1")" 'CVE-2026-0003'
is 'nothing attached, in a registry' "$(ids --vex oci --plain-http "docker://$REGISTRY/bare:1")" \
	'CVE-2026-0001 CVE-2026-0003'
registry_stop

# -- decisions --------------------------------------------------------------------------------
vex() { "$OAKUM" vex --db our.db "$@"; }
valid() { # FILE
	python3 -c '
import json, jsonschema, sys
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator(schema).validate(json.load(open(sys.argv[2])))' \
		"$SHARED/schemas/openvex-0.2.0.schema.json" "$1"
}
schema() { # NAME FILE
	if [ -d "$SHARED/schemas" ] && python3 -c 'import jsonschema' 2>/dev/null; then
		ok "$1: valid by its schema" valid "$2"
	else
		skip "$1: valid by its schema" 'no schema or no python3-jsonschema'
	fi
}
status 'one decision' 0 vex oci:none:1 --id CVE-2026-0001 --status not_affected \
	--justification vulnerable_code_not_in_execute_path --author us -o one.json
schema 'one decision' one.json
is 'it takes the finding away' "$(ids --vex one.json oci:none:1)" 'CVE-2026-0003'
is 'of this image alone' "$(ids --vex one.json oci:beside:1)" 'CVE-2026-0001 CVE-2026-0003'
vex oci:none:1 --id CVE-2026-0001 --status not_affected \
	--justification vulnerable_code_not_in_execute_path --author us -o again.json
ok 'the same decision, the same octets' cmp one.json again.json
status 'all that is left' 0 vex oci:none:1 --merge one.json -o all.json
schema 'merged' all.json
is 'merged: the old decision and a new one' \
	"$(python3 -c 'import json; d = json.load(open("all.json")); print(d["version"], d["author"],
		*[s["vulnerability"]["name"] + ":" + s["status"] for s in d["statements"]])')" \
	'2 us CVE-2026-0001:not_affected CVE-2026-0003:under_investigation'
is 'what is investigated is still a finding' "$(ids --vex all.json oci:none:1)" 'CVE-2026-0003'
SOURCE_DATE_EPOCH=1795910400 status 'merged again, a week later' 0 vex oci:none:1 --merge all.json -o more.json
ok 'nothing is added twice' cmp all.json more.json
status 'a later decision' 0 vex oci:none:1 --id CVE-2026-0003 --status not_affected --impact 'no shell is run' \
	--merge all.json -o all.json
schema 'in place' all.json
is 'the later statement counts' "$(ids --vex all.json oci:none:1)" ''
mkdir -p root/etc root/var/lib/dpkg
printf 'ID=debian\nVERSION_ID=12\n' >root/etc/os-release
printf 'Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2.15-2\n\n' \
	>root/var/lib/dpkg/status
status 'a folder: the packages are the products' 0 vex rootfs:root --id CVE-2026-0003 --status affected \
	--action 'wait for Debian' -o root.json
schema 'of a folder' root.json
like 'the package is named' "$(cat root.json)" '"@id": "pkg:deb/debian/bash@5.2.15-2'
status 'of a folder, not found' 3 vex rootfs:root --id CVE-2026-0001 -o no.json
ok 'nothing is written' test ! -e no.json
status 'of an image, not found: the image as a whole' 0 vex oci:none:1 --id CVE-2020-1 --status not_affected \
	--impact 'not in it' -o whole.json
schema 'of an image as a whole' whole.json
unlike 'no parts' "$(cat whole.json)" 'subcomponents'
status 'not_affected without a reason' 2 vex oci:none:1 --id CVE-2026-0001 --status not_affected
status 'affected without an action' 2 vex oci:none:1 --id CVE-2026-0001 --status affected
status 'a justification of what is fixed' 2 vex oci:none:1 --status fixed --justification component_not_present
status 'a justification that is none' 2 vex oci:none:1 --status not_affected --justification 'we think so'
echo '{}' >none.json
status 'merging what is no OpenVEX' 3 vex oci:none:1 --merge none.json -o no.json
ok 'nothing is written then' test ! -e no.json
done_testing
