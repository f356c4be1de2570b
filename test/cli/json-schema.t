#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What `oakum audit --format json` writes is what doc/audit.schema.json says, member by member.
. "$ROOT/test/tap.sh"

python3 -c 'import jsonschema' 2>/dev/null || skip_all 'python3-jsonschema is not installed'
cd "$TMP" || exit 1

cat >validate.py <<'EOF'
"""Checks documents against the schema. Readers accept unknown members; here one is a mistake."""
import json
import sys

import jsonschema


def close(schema):
    if isinstance(schema, dict):
        if schema.get('type') == 'object':
            schema['additionalProperties'] = False
        for value in schema.values():
            close(value)
    elif isinstance(schema, list):
        for value in schema:
            close(value)


schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
close(schema)
decoder, text = json.JSONDecoder(), open(sys.argv[2], encoding='utf-8').read().strip()
documents = 0
while text:
    document, end = decoder.raw_decode(text)
    text = text[end:].strip()
    documents += 1
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(document))
    for error in errors[:5]:
        print(error.json_path, error.message[:300])
    if errors:
        sys.exit(1)
print(documents)
EOF
valid() { python3 validate.py "$ROOT/doc/audit.schema.json" "$1"; }

"$FIXTURE/tiny.sh" "$TMP"
audit() { "$OAKUM" audit --no-cache --format json "$@"; }
both() { audit oci:careless && audit oci:careful; }
status 'the small images are audited' 0 both
cp out both.json
is 'two documents as the schema says' "$(valid both.json)" 2

mkdir -p root/usr/bin
printf x >"$(printf 'root/usr/bin/caf\351')"
chmod 4755 root/usr/bin/*
status 'a folder with a name that is no UTF-8' 0 audit rootfs:root
cp out root.json
is 'is as the schema says too' "$(valid root.json)" 1
octets=7573722f62696e2f636166e9 # usr/bin/caf, and 0xe9
like 'the true octets stand beside the name' "$(cat root.json)" "\"path_hex\": \"$octets\""

sed 's/"setuid": \[/"setuidd": [/' root.json >wrong.json
unlike 'a member of another name is refused' "$(valid wrong.json)" '^1$'
sed 's/"mode": "4755"/"mode": 4755/' root.json >wrong.json
unlike 'a member of another type is refused' "$(valid wrong.json)" '^1$'

status 'the same input' 0 both
ok 'gives the same octets' cmp out both.json
done_testing
