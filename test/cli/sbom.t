#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum sbom`: documents that the official schemas accept, with the packages that the audit shows.
. "$ROOT/test/tap.sh"

SHARED=${OAKUM_SHARED:-$ROOT/../shared/data}
export SOURCE_DATE_EPOCH=1795305600 OAKUM_QUIET=1
cd "$TMP" || exit 1

cat >validate.py <<'EOF'
"""validate.py SCHEMAS SCHEMA DOCUMENT: says "valid", or what is wrong. What a schema takes from
another one is put in its place; nothing is fetched."""
import json
import pathlib
import sys

import jsonschema

folder = pathlib.Path(sys.argv[1])


def whole(schema):
    if isinstance(schema, list):
        return [whole(value) for value in schema]
    if not isinstance(schema, dict):
        return schema
    name = schema.get('$ref', '#')
    if name.startswith('spdx.schema.json'):
        return {'enum': json.loads((folder / 'spdx.schema.json').read_text())['enum']}
    if not name.startswith('#'):
        return False  # signatures and algorithms: we write none
    return {key: whole(value) for key, value in schema.items()}


schema = whole(json.loads((folder / sys.argv[2]).read_text()))
validator = jsonschema.Draft7Validator(schema)
errors = list(validator.iter_errors(json.load(open(sys.argv[3], encoding='utf-8'))))
for error in errors[:5]:
    print('/'.join(map(str, error.path)), error.message[:300])
if not errors:
    print('valid')
EOF

cat >packages.py <<'EOF'
"""packages.py DOCUMENT: the purl and the place of every package that is in the image, sorted."""
import json
import sys

text = open(sys.argv[1], encoding='utf-8').read()
rows = []
if text.startswith('SPDXVersion'):
    for line in text.split('\n'):
        if line.startswith('PackageSourceInfo: '):
            place = line
        if line.startswith('ExternalRef: PACKAGE-MANAGER purl '):
            rows.append((line.split(' ', 3)[3], place.split('read from ')[1].split(' in layer')[0]
                         .split('</text>')[0]))
else:
    bill = json.loads(text)
    if 'schema' in bill:
        rows = [(p['purl'], p['path']) for p in bill['packages']
                if not p['hidden'] and not p['assetless']]
    elif 'bomFormat' in bill:
        rows = [(c['purl'], c['evidence']['occurrences'][0]['location'])
                for c in bill['components'] if 'purl' in c]
    else:
        rows = [(r['referenceLocator'], p['sourceInfo'].split('read from ')[1].split(' in layer')[0])
                for p in bill['packages'] for r in p.get('externalRefs', ())]
for row in sorted(rows):
    print(*row)
EOF

valid() { # NAME SCHEMA DOCUMENT
	if [ ! -d "$SHARED/schemas" ]; then
		skip "$1" "no schemas: $SHARED/schemas"
	elif ! python3 -c 'import jsonschema' 2>/dev/null; then
		skip "$1" 'python3-jsonschema is not installed'
	else
		is "$1" "$(python3 validate.py "$SHARED/schemas" "$2" "$3")" valid
	fi
}

bill() { # NAME TARGET: all formats of one image, checked and compared
	status "$1: written in all formats" 0 "$OAKUM" sbom --no-cache -o "spdx-json=$1.spdx.json" \
		-o "spdx-tag=$1.spdx" -o "cyclonedx-json=$1.cdx.json" \
		-o "cyclonedx-json@1.7=$1.cdx17.json" "$2"
	valid "$1: SPDX 2.3" spdx-2.3.schema.json "$1.spdx.json"
	valid "$1: CycloneDX 1.6" cyclonedx-bom-1.6.schema.json "$1.cdx.json"
	valid "$1: CycloneDX 1.7" cyclonedx-bom-1.7.schema.json "$1.cdx17.json"
	"$OAKUM" audit --no-cache --format json "$2" >"$1.audit.json"
	python3 packages.py "$1.audit.json" >"$1.want"
	ok "$1: the audit shows packages" test -s "$1.want"
	for document in "$1.spdx.json" "$1.spdx" "$1.cdx.json" "$1.cdx17.json"; do
		is "$document: the packages that the audit shows" "$(python3 packages.py "$document")" \
			"$(cat "$1.want")"
	done
}

"$FIXTURE/tiny.sh" "$TMP"
bill careless oci:careless

# Licences in all their forms, and a name that would begin a tag of its own.
mkdir -p alpine/lib/apk/db alpine/etc
printf 'ID=alpine\nVERSION_ID=3.19.1\n' >alpine/etc/os-release
apk() { # NAME LICENCE
	printf 'P:%s\nV:1.2-r0\nA:x86_64\no:%s\nL:%s\n\n' "$1" "$1" "$2"
}
{
	apk one MIT
	apk two 'GPL-2.0-or-later WITH GCC-exception-3.1 AND (BSD-3-Clause OR Zlib)'
	apk three 'custom: see </text> COPYING'
	apk four GPLv3+
	apk five ''
} >alpine/lib/apk/db/installed
bill alpine rootfs:alpine
licence() { # PACKAGE: what each format says of its licence
	python3 - "$1" <<'EOF'
import json
import sys

spdx, cdx = json.load(open('alpine.spdx.json')), json.load(open('alpine.cdx.json'))
for p in spdx['packages']:
    if p['name'] == sys.argv[1]:
        print(p['licenseDeclared'], end=' | ')
for c in cdx['components']:
    if c['name'] == sys.argv[1]:
        for l in c.get('licenses', [{}]):
            print(l.get('expression') or l.get('license'))
EOF
}
is 'an identifier' "$(licence one)" "MIT | {'id': 'MIT', 'acknowledgement': 'declared'}"
two='GPL-2.0-or-later WITH GCC-exception-3.1 AND (BSD-3-Clause OR Zlib)'
is 'an expression' "$(licence two)" "$two | $two"
like 'words that SPDX does not know' "$(licence three)" \
	"^LicenseRef-custom--see---text--COPYING-[0-9a-f]{8} \| \{'name': 'custom: see </text> COPYING', "
is "Fedora's name" "$(licence four)" \
	"GPL-3.0-or-later | {'id': 'GPL-3.0-or-later', 'acknowledgement': 'declared'}"
is 'nothing written' "$(licence five)" 'NOASSERTION | None'
is 'each package once' "$(grep -c '^PackageName: ' alpine.spdx)" 7
is 'no text ends early' "$(grep -c '</text>' alpine.spdx)" "$(grep -c '</text>$' alpine.spdx)"

# The checks can fail.
if [ -d "$SHARED/schemas" ] && python3 -c 'import jsonschema' 2>/dev/null; then
	sed 's/"licenseDeclared": "MIT"/"licenseDeclared": 7/' alpine.spdx.json >wrong.json
	unlike 'SPDX of another type is refused' \
		"$(python3 validate.py "$SHARED/schemas" spdx-2.3.schema.json wrong.json)" '^valid$'
	sed 's/"id": "MIT"/"id": "Mitt"/' alpine.cdx.json >wrong.json
	unlike 'a licence that the list has not is refused' \
		"$(python3 validate.py "$SHARED/schemas" cyclonedx-bom-1.6.schema.json wrong.json)" '^valid$'
else
	skip 'schemas refuse what is wrong' 'no schemas or no python3-jsonschema'
fi

status 'the same image from elsewhere' 0 "$OAKUM" sbom --no-cache -f cyclonedx-json \
	"oci:$TMP/careless"
ok 'gives the same octets' cmp out careless.cdx.json
SOURCE_DATE_EPOCH=1795305601
status 'at another time' 0 "$OAKUM" sbom --no-cache -f cyclonedx-json oci:careless
SOURCE_DATE_EPOCH=1795305600
serial() { grep -m 1 '"serialNumber"' "$1"; }
unlike 'the document has another name' "$(serial out)" "$(serial careless.cdx.json | tr -d ' ",')"

status 'files, too' 0 "$OAKUM" sbom --no-cache -f cyclonedx-json@1.7 --files -o files.json \
	rootfs:alpine
valid 'with files: CycloneDX 1.7' cyclonedx-bom-1.7.schema.json files.json
is 'every file is named' "$(grep -A 2 '"type": "file"' files.json | sed -n 's/.*"name": //p')" \
	"$(printf '"etc/os-release",\n"lib/apk/db/installed",')"

# Bills that somebody wrote.
for image in careless alpine; do
	status "$image: SPDX is read" 0 "$OAKUM" sbom -o "cyclonedx-json=$image.1.json" \
		-o "spdx-tag=$image.1.spdx" "sbom:$image.spdx.json"
	valid "$image: and is CycloneDX 1.6" cyclonedx-bom-1.6.schema.json "$image.1.json"
	status "$image: CycloneDX is read" 0 "$OAKUM" sbom -o "$image.2.json" "sbom:$image.cdx17.json"
	valid "$image: and is SPDX 2.3" spdx-2.3.schema.json "$image.2.json"
	for document in "$image.1.json" "$image.1.spdx" "$image.2.json"; do
		is "$document: the same packages" "$(python3 packages.py "$document")" "$(cat "$image.want")"
	done
	# SPDX holds one digest of a layer, CycloneDX both: what SPDX holds comes back whole.
	packages() { sed -n '/"packages"/,/^  \]/p' "$1"; }
	is "$image: nothing is lost on the way" "$(packages "$image.2.json")" \
		"$(packages "$image.spdx.json")"
done
if [ -d "$SHARED/vuln/trivy-golden" ]; then
	status "Trivy's CycloneDX" 0 "$OAKUM" sbom -f cyclonedx-json -o real.json \
		"sbom:$SHARED/vuln/trivy-golden/npm-cyclonedx.json.golden"
	valid 'is written anew' cyclonedx-bom-1.6.schema.json real.json
	is 'with its packages' "$(grep -c '"purl": "pkg:npm/' real.json)" 12
else
	skip "Trivy's CycloneDX" "no data: $SHARED/vuln/trivy-golden"
fi
echo '{"bomFormat": "CycloneDX", "specVersion": "1.1"}' >old.json
echo before >kept
status 'an unknown version' 3 "$OAKUM" sbom -o kept sbom:old.json
like 'is said' "$(cat err)" "sbom:old.json: '1.1': only CycloneDX 1.2 to 1.7 are read"
is 'and what was there stays' "$(cat kept)" before
status 'files of a bill are not read' 2 "$OAKUM" sbom -f cyclonedx-json --files \
	sbom:alpine.cdx.json
status 'no bill' 3 "$OAKUM" sbom sbom:validate.py

status 'a format that there is not' 2 "$OAKUM" sbom --no-cache -f spdx-xml rootfs:alpine
like 'is said with those there are' "$(cat err)" "'spdx-xml' is none of spdx-json\|spdx-tag"
# What users of Syft type first.
"$OAKUM" sbom --no-cache -o spdx-json rootfs:alpine >alone.json
"$OAKUM" sbom --no-cache -o spdx-json=named.json rootfs:alpine
is 'a format alone is that form on standard output' "$(jq -r .spdxVersion alone.json)" SPDX-2.3
ok 'the same as with a file' cmp alone.json named.json
"$OAKUM" sbom --no-cache -o cyclonedx-json@1.7 rootfs:alpine >alone.json
is 'the last one of the list, too' "$(jq -r .specVersion alone.json)" 1.7
status 'a form of other programs is no file' 2 "$OAKUM" sbom --no-cache -o json rootfs:alpine
like 'which is said' "$(cat err)" "^oakum: -o json: a form that is not written here .*of that name is \\./json\$"
ok 'and makes none' test ! -e json
# Files in SPDX: chapter 8, and the verification code of section 7.9; sha1sum and sha256sum say what it must be.
mkdir -p owned/lib/apk/db owned/etc owned/srv
cp alpine/etc/os-release owned/etc/
printf 'P:one\nV:1\nA:x86_64\nF:etc\nR:one.conf\nF:srv\nR:empty\n\n' >owned/lib/apk/db/installed
echo configured >owned/etc/one.conf
: >owned/srv/empty
ln owned/etc/one.conf owned/srv/link
status 'SPDX with files' 0 "$OAKUM" sbom --no-cache --files -o spdx-json=with.json -o spdx-tag=with.spdx \
	-o cyclonedx-json=with.cdx.json rootfs:owned
valid 'with files: SPDX 2.3' spdx-2.3.schema.json with.json
valid 'with files: CycloneDX 1.6' cyclonedx-bom-1.6.schema.json with.cdx.json
(cd owned && find . -type f | sort | xargs sha1sum) >sums
(cd owned && find . -type f | sort | xargs sha256sum) >>sums
cat >files.py <<'EOF'
"""files.py: are the checksums of all files in the bills those of sha1sum and sha256sum; and which packages have files:
how many, and whether their verification code is that of the files that CONTAINS names."""
import hashlib
import json

spdx, cdx = json.load(open('with.json')), json.load(open('with.cdx.json'))
rows = {'json': [], 'cdx': [], 'tag': []}
for f in spdx['files']:
    rows['json'] += [(c['algorithm'], c['checksumValue'], f['fileName']) for c in f['checksums']]
for c in cdx['components']:
    if c['type'] == 'file':
        rows['cdx'] += [(h['alg'].replace('-', ''), h['content'], './' + c['name']) for h in c['hashes']]
for line in open('with.spdx'):
    key, _, value = line.strip().partition(': ')
    if key == 'FileName':
        name = value
    if key == 'FileChecksum':
        rows['tag'].append((*value.split(': '), name))
want = open('sums').read().splitlines()
for kind, have in rows.items():
    have = ['  '.join(row[1:]) for a in ('SHA1', 'SHA256') for row in sorted(have, key=lambda r: r[2]) if row[0] == a]
    print(kind, have == want)
sums = {f['SPDXID']: f['checksums'][0]['checksumValue'] for f in spdx['files']}
of = {}
for r in spdx['relationships']:
    if r['relationshipType'] == 'CONTAINS' and r['relatedSpdxElement'] in sums:
        of.setdefault(r['spdxElementId'], []).append(sums[r['relatedSpdxElement']])
for p in spdx['packages']:
    code, mine = p.get('packageVerificationCode', {}).get('packageVerificationCodeValue'), of.get(p['SPDXID'], [])
    good = code == (hashlib.sha1(''.join(sorted(mine)).encode()).hexdigest() if mine else None)
    print(p['name'], len(mine), good, p['filesAnalyzed'])
EOF
is 'names each with its sums, and says whose they are' "$(python3 files.py)" 'json True
cdx True
tag True
owned 3 True True
alpine 0 True False
one 2 True True'

mkdir -p broken/lib/apk/db broken/etc
cp alpine/etc/os-release broken/etc/
printf 'P:one\nV:1\nnonsense\n\n' >broken/lib/apk/db/installed
status 'a gap passes' 0 "$OAKUM" sbom --no-cache rootfs:broken
status 'and is gated on' 6 "$OAKUM" sbom --no-cache --fail-on-gap rootfs:broken
done_testing
